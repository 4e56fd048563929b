"""Which environment a workspace uses, found by reading files alone."""

from __future__ import annotations

import os
import sys
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from workspace_helpers import plant

from flux_index.indexer.search_path.editable import additions, project_folders
from flux_index.indexer.workspace import Environment, Workspace

pytestmark = pytest.mark.skipif(os.name == "nt", reason="plants environments as POSIX has them")

VARIABLES = (
    "UV_PROJECT_ENVIRONMENT POETRY_CACHE_DIR POETRY_VIRTUALENVS_PATH POETRY_CONFIG_DIR WORKON_HOME "
    "HATCH_DATA_DIR PYENV_ROOT XDG_CONFIG_HOME XDG_DATA_HOME PYTHONUSERBASE".split()
)


@pytest.fixture(autouse=True)
def bare_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "no-programs"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return plant(tmp_path / "project", "pyproject.toml mod.py")


def venv(prefix: Path, settings: str = "", version: str = "3.12") -> Path:
    """Plant a virtual environment, and nothing that could be run."""
    plant(
        prefix,
        f"bin/python lib/python{version}/site-packages/",
        {"pyvenv.cfg": f"home = /opt/base/bin\nversion = {version}.4\n{settings}"},
    )
    return prefix


def conda(prefix: Path) -> Path:
    return plant(
        prefix, "bin/python conda-meta/history lib/python3.11/site-packages/ lib/python3.11/os.py"
    )


def system(prefix: Path, installed: str = "") -> Path:
    paths = [f"lib/python3.13/site-packages/{name}.dist-info/" for name in installed.split()]
    return plant(prefix, "bin/python3 lib/python3.13/site-packages/ " + " ".join(paths))


def environment_of(root: Path) -> Environment:
    return Workspace.open(str(root)).environment()


def short_hash(path: Path) -> str:
    return urlsafe_b64encode(sha256(os.fsencode(path)).digest()).decode()[:8]


def test_nothing(root: Path) -> None:
    environment = environment_of(root)
    assert environment.kind == "unknown"
    assert environment.prefix is None
    assert environment.site_packages == ()
    assert environment.found_by == "No environment was found for this workspace."


@pytest.mark.parametrize("name", [".venv", "venv", "env"])
@pytest.mark.parametrize(
    ("settings", "kind"),
    [("", "venv"), ("uv = 0.9.1\n", "uv"), ("virtualenv = 20.30\n", "virtualenv")],
)
def test_in_the_workspace(root: Path, name: str, settings: str, kind: str) -> None:
    prefix = venv(root / name, settings)
    environment = environment_of(root)
    assert environment.kind == kind
    assert environment.prefix == prefix.as_posix()
    assert environment.python_version == (3, 12)
    assert environment.site_packages == (f"{prefix.as_posix()}/lib/python3.12/site-packages",)
    assert environment.found_by == f"It is {name} in the workspace."


def test_folder_that_is_only_called_so(root: Path) -> None:
    plant(root, "env/settings.py")
    assert environment_of(root).kind == "unknown"


@pytest.mark.parametrize("written", ["../kept/one", "{tmp}/kept/one", "named"])
def test_file_that_names_it(root: Path, tmp_path: Path, own_home: Path, written: str) -> None:
    kept = venv(own_home / ".virtualenvs/named" if written == "named" else tmp_path / "kept/one")
    (root / ".venv").write_text(written.format(tmp=tmp_path) + "\n")
    environment = environment_of(root)
    assert environment.prefix == kept.as_posix()
    assert "is a file that names it" in environment.found_by


def test_a_file_that_is_a_link_out_of_the_workspace_names_none(root: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("kept/one\n")
    venv(root / "kept/one")
    (root / ".venv").symlink_to(tmp_path / "token")
    environment = environment_of(root)
    assert environment.kind == "unknown"
    assert not any("kept/one" in each for each in environment.considered)


@pytest.mark.parametrize(
    "python", ["../other", "../other/bin/python", "{tmp}/other", "{tmp}/other/bin/python"]
)
def test_explicit_setting_comes_first(
    root: Path, tmp_path: Path, python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv(root / ".venv")
    chosen = venv(tmp_path / "other", version="3.14")
    monkeypatch.setenv("VIRTUAL_ENV", str(venv(tmp_path / "active")))
    plant(root, "", {"flux-index.toml": f"python = {python.format(tmp=tmp_path)!r}\n"})
    environment = environment_of(root)
    assert environment.kind == "explicit"
    assert environment.prefix == chosen.as_posix()
    assert environment.python_version == (3, 14)


def test_explicit_interpreter_that_is_a_link(root: Path, tmp_path: Path) -> None:
    chosen = venv(tmp_path / "other")
    plant(tmp_path / "base", "bin/python3.12")
    (chosen / "bin/python").unlink()
    (chosen / "bin/python").symlink_to(tmp_path / "base/bin/python3.12")
    plant(root, "", {"flux-index.toml": f"python = '{chosen}/bin/python'\n"})
    assert environment_of(root).prefix == chosen.as_posix()


def test_explicit_setting_that_is_wrong_is_not_replaced_by_a_guess(root: Path) -> None:
    venv(root / ".venv")
    plant(root, "", {"flux-index.toml": "python = 'gone'\n"})
    environment = environment_of(root)
    assert environment.kind == "unknown"
    assert "'gone'" in environment.found_by


def test_active_environment_comes_before_the_workspace_s(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv(root / ".venv")
    active = venv(tmp_path / "active")
    monkeypatch.setenv("VIRTUAL_ENV", str(active))
    environment = environment_of(root)
    assert environment.prefix == active.as_posix()
    assert environment.found_by == "VIRTUAL_ENV names it."


def test_active_environment_of_another_project(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path / "other", "pyproject.toml")
    other = venv(tmp_path / "other/.venv")
    monkeypatch.setenv("VIRTUAL_ENV", str(other))
    environment = environment_of(root)
    assert environment.prefix == other.as_posix()
    assert environment.found_by == "VIRTUAL_ENV names it, and no other environment was found."
    own = venv(root / ".venv")
    environment = environment_of(root)
    assert environment.prefix == own.as_posix()
    assert environment.considered == (
        f"{other}: VIRTUAL_ENV names it, but it belongs to {tmp_path}/other.",
    )


class TestOurOwnEnvironment:
    """flux-index may run from an environment of its own, which says nothing about the project."""

    @pytest.fixture
    def own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        own = venv(tmp_path / "tools/flux")
        monkeypatch.setattr(sys, "prefix", str(own))
        monkeypatch.setenv("VIRTUAL_ENV", str(own))
        return own

    @pytest.mark.usefixtures("own")
    def test_another_is_preferred(self, root: Path) -> None:
        prefix = venv(root / ".venv")
        assert environment_of(root).prefix == prefix.as_posix()

    def test_it_is_taken_if_the_user_activated_it_and_there_is_no_other(
        self, root: Path, own: Path
    ) -> None:
        assert environment_of(root).prefix == own.as_posix()

    @pytest.mark.parametrize(
        ("declared", "is_taken"), [("watchdog", False), ("watchdog, django", True)]
    )
    def test_what_we_brought_along_does_not_make_it_the_project_s(
        self, root: Path, own: Path, declared: str, is_taken: bool
    ) -> None:
        site = own / "lib/python3.12/site-packages"
        for name in declared.split(", "):
            (site / f"{name}-1.0.dist-info").mkdir(parents=True)
        names = [*declared.split(", "), "requests"]
        (root / "pyproject.toml").write_text(f'[project]\nname = "a"\ndependencies = {names}\n')
        environment = environment_of(root)
        assert (environment.prefix == own.as_posix()) == is_taken
        if is_taken:
            assert environment.found_by == "VIRTUAL_ENV names it, and django is installed there."
        else:
            assert any("flux-index itself needs" in each for each in environment.considered)

    def test_it_is_the_project_s_if_it_lies_in_it(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        prefix = venv(root / "tools/shared")
        monkeypatch.setattr(sys, "prefix", str(prefix))
        monkeypatch.setenv("VIRTUAL_ENV", str(prefix))
        venv(root / ".venv")
        assert environment_of(root).prefix == prefix.as_posix()

    @pytest.mark.parametrize("folder", ["pipx/venvs/flux-index", "uv/tools/flux-index"])
    def test_one_made_for_a_tool_is_never_taken(
        self, root: Path, tmp_path: Path, folder: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        own = venv(tmp_path / folder)
        monkeypatch.setattr(sys, "prefix", str(own))
        monkeypatch.setenv("VIRTUAL_ENV", str(own))
        monkeypatch.setenv("PATH", str(own / "bin"))
        environment = environment_of(root)
        assert environment.kind == "unknown"
        assert str(own) in environment.considered[0]


def test_conda(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prefix = conda(tmp_path / "miniconda/envs/work")
    monkeypatch.setenv("CONDA_PREFIX", str(prefix))
    environment = environment_of(root)
    assert environment.kind == "conda"
    assert environment.prefix == prefix.as_posix()
    assert environment.python_version == (3, 11)
    assert environment.stdlib == f"{prefix.as_posix()}/lib/python3.11"
    assert environment.site_packages == (f"{environment.stdlib}/site-packages",)


def test_conda_s_base_yields_to_what_was_chosen(
    root: Path, tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = conda(tmp_path / "miniconda")
    monkeypatch.setenv("CONDA_PREFIX", str(base))
    monkeypatch.setenv("CONDA_DEFAULT_ENV", "base")
    assert environment_of(root).prefix == base.as_posix()
    named = conda(tmp_path / "miniconda/envs/work")
    plant(root, "", {"environment.yml": "name: work  # ours\ndependencies: []\n"})
    plant(own_home, "", {".conda/environments.txt": f"{base}\n{named}\n"})
    assert environment_of(root).prefix == named.as_posix()


POETRY = '[tool.poetry]\nname = "My Project"\n'


def test_poetry(root: Path, own_home: Path) -> None:
    plant(root, "", {"pyproject.toml": POETRY})
    folder = own_home / ".cache/pypoetry/virtualenvs"
    if sys.platform == "darwin":
        folder = own_home / "Library/Caches/pypoetry/virtualenvs"
    name = f"my_project-{short_hash(root)}"
    venv(folder / f"{name}-py3.9", version="3.9")
    newest = venv(folder / f"{name}-py3.12")
    venv(folder / "my_project-AAAAAAAA-py3.13", version="3.13")
    environment = environment_of(root)
    assert environment.kind == "poetry"
    assert environment.prefix == newest.as_posix()
    # What `poetry env use` was last told.
    plant(folder, "", {"envs.toml": f'["{name}"]\nminor = "3.9"\npatch = "3.9.1"\n'})
    assert environment_of(root).python_version == (3, 9)


@pytest.mark.parametrize(
    ("settings", "folder"),
    [
        ('[virtualenvs]\npath = "{tmp}/kept"\n', "kept"),
        ('cache-dir = "{tmp}/cache"\n', "cache/virtualenvs"),
        ('cache-dir = "{tmp}/cache"\n[virtualenvs]\npath = "{{cache-dir}}/v"\n', "cache/v"),
    ],
)
def test_poetry_told_where(root: Path, tmp_path: Path, settings: str, folder: str) -> None:
    plant(root, "", {"pyproject.toml": POETRY, "poetry.toml": settings.format(tmp=tmp_path)})
    prefix = venv(tmp_path / folder / f"my_project-{short_hash(root)}-py3.12")
    assert environment_of(root).prefix == prefix.as_posix()


@pytest.mark.parametrize("chosen", ["../elsewhere", "{tmp}/elsewhere"])
def test_uv_told_where(
    root: Path, tmp_path: Path, chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = venv(tmp_path / "elsewhere")
    monkeypatch.setenv("UV_PROJECT_ENVIRONMENT", chosen.format(tmp=tmp_path))
    environment = environment_of(root)
    assert (environment.kind, environment.prefix) == ("uv", prefix.as_posix())


def test_pipenv(root: Path, own_home: Path) -> None:
    plant(root, "Pipfile")
    kept = own_home / ".local/share/virtualenvs"
    plant(venv(kept / "other-AAAAAAAA"), "", {".project": "/elsewhere"})
    prefix = plant(
        venv(kept / "project-BBBBBBBB", "virtualenv = 20\n"), "", {".project": str(root)}
    )
    environment = environment_of(root)
    assert (environment.kind, environment.prefix) == ("virtualenv", prefix.as_posix())


def test_hatch(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(root, "", {"pyproject.toml": "[project]\nname = 'thing'\n[tool.hatch.version]\n"})
    monkeypatch.setenv("HATCH_DATA_DIR", str(tmp_path / "hatch"))
    prefix = venv(tmp_path / f"hatch/env/virtual/thing/{short_hash(root)}/thing")
    assert environment_of(root).prefix == prefix.as_posix()


@pytest.mark.parametrize(
    ("written", "expected"), [("3.12.4", "3.12.4"), ("3.12\n", "3.12.10"), ("work", "work")]
)
def test_pyenv(root: Path, own_home: Path, written: str, expected: str) -> None:
    versions = own_home / ".pyenv/versions"
    for name in ("3.12.4", "3.12.10", "3.1.9"):
        system(versions / name)
    venv(versions / "work")
    plant(root, "", {".python-version": written})
    environment = environment_of(root)
    assert environment.prefix == f"{versions.as_posix()}/{expected}"
    assert environment.kind == ("venv" if written == "work" else "system")


def test_nested_project_s_environment_if_it_is_the_only_one(root: Path) -> None:
    plant(root, "backend/pyproject.toml worker/pyproject.toml")
    prefix = venv(root / "backend/.venv")
    assert environment_of(root).prefix == prefix.as_posix()
    venv(root / "worker/.venv")
    environment = environment_of(root)
    assert environment.kind == "unknown"
    assert environment.considered[0].endswith("each belongs to one project of several.")


def test_virtual_environment_on_path(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = venv(tmp_path / "opt")
    monkeypatch.setenv("PATH", str(prefix / "bin"))
    assert environment_of(root).prefix == prefix.as_posix()


@pytest.mark.parametrize(
    "declares",
    [
        {"pyproject.toml": "[project]\nname = 'My.Thing'\n"},
        {"pyproject.toml": "[project]\ndependencies = ['my-thing[x]>=1; os_name==\"y\"']\n"},
        {"pyproject.toml": "[tool.poetry.dependencies]\nmy-thing = '*'\n"},
        {"requirements.txt": "-r other.txt\nMy_Thing==1\n"},
    ],
)
def test_system_interpreter_only_if_the_workspace_is_installed_for_it(
    root: Path, tmp_path: Path, declares: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = system(tmp_path / "usr", "my_thing-1.0 other-2.0")
    monkeypatch.setenv("PATH", str(prefix / "bin"))
    assert environment_of(root).kind == "unknown"
    assert str(prefix) in environment_of(root).considered[0]
    environment = environment_of(plant(root, "", declares))
    assert environment.kind == "system"
    assert environment.prefix == prefix.as_posix()
    assert environment.stdlib == f"{prefix.as_posix()}/lib/python3.13"


@pytest.mark.parametrize(
    ("settings", "version"),
    [
        ("version = 3.12.4\n", (3, 12)),
        ("version_info = 3.13.0.final.0\n", (3, 13)),
        ("VERSION=3.9\n", (3, 9)),
        ("version = nonsense\n", (3, 10)),
        ("", (3, 10)),
    ],
)
def test_version(root: Path, settings: str, version: tuple[int, int]) -> None:
    plant(root / ".venv", "lib/python3.10/site-packages/", {"pyvenv.cfg": settings})
    assert environment_of(root).python_version == version


def test_windows_folders(root: Path) -> None:
    plant(
        root / ".venv", "Lib/site-packages/ Scripts/python.exe", {"pyvenv.cfg": "version = 3.12\n"}
    )
    assert environment_of(root).site_packages == (f"{root.as_posix()}/.venv/Lib/site-packages",)


def test_lib64_counts_once_if_it_is_a_link(root: Path) -> None:
    prefix = venv(root / ".venv")
    (prefix / "lib64").symlink_to("lib")
    assert len(environment_of(root).site_packages) == 1
    (prefix / "lib64").unlink()
    plant(prefix, "lib64/python3.12/site-packages/")
    assert environment_of(root).site_packages == (
        f"{prefix.as_posix()}/lib/python3.12/site-packages",
        f"{prefix.as_posix()}/lib64/python3.12/site-packages",
    )


@pytest.mark.parametrize("inherits", ["true", "false"])
def test_base_interpreter(root: Path, tmp_path: Path, inherits: str) -> None:
    base = plant(tmp_path / "base", "bin/python3.12 lib/python3.12/site-packages/")
    settings = f"home = {base}/bin\nversion = 3.12.1\ninclude-system-site-packages = {inherits}\n"
    plant(root / ".venv", "lib/python3.12/site-packages/", {"pyvenv.cfg": settings})
    environment = environment_of(root)
    assert environment.stdlib == f"{base.as_posix()}/lib/python3.12"
    inherited = f"{base.as_posix()}/lib/python3.12/site-packages"
    assert (inherited in environment.site_packages) == (inherits == "true")


def test_base_interpreter_that_is_gone(root: Path) -> None:
    venv(root / ".venv")
    assert environment_of(root).stdlib is None


def test_found_once(root: Path) -> None:
    workspace = Workspace.open(str(root))
    assert workspace.environment() is workspace.environment()


class TestSnapshot:
    """An environment comes back with its workspace, until what it was found by changes."""

    def restored(self, workspace: Workspace) -> Workspace:
        restored = Workspace.restore(workspace.snapshot())
        assert restored is not None
        return restored

    def test_restored(self, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "gone"))
        venv(root / ".venv")
        workspace = Workspace.open(str(root))
        found = workspace.environment()
        again = self.restored(self.restored(workspace)).environment()
        for name in Environment.__slots__:
            assert getattr(again, name) == getattr(found, name)
        assert again.considered

    def test_unknown_until_there_is_one(self, root: Path) -> None:
        workspace = Workspace.open(str(root))
        assert workspace.environment().kind == "unknown"
        assert self.restored(workspace).environment().kind == "unknown"
        venv(root / ".venv")
        assert self.restored(workspace).environment().kind == "venv"

    def test_another_is_activated(
        self, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        venv(root / ".venv")
        workspace = Workspace.open(str(root))
        workspace.environment()
        active = venv(tmp_path / "active")
        monkeypatch.setenv("VIRTUAL_ENV", str(active))
        assert self.restored(workspace).environment().prefix == active.as_posix()

    def test_made_anew_with_another_version(self, root: Path) -> None:
        venv(root / ".venv")
        workspace = Workspace.open(str(root))
        assert workspace.environment().python_version == (3, 12)
        venv(root / ".venv", version="3.13", settings="remade = yes\n")
        assert self.restored(workspace).environment().python_version == (3, 13)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_pipes_in_a_site_folder_hang_nobody(tmp_path: Path) -> None:
    (tmp_path / "z-1.dist-info").mkdir()
    for name in ("x.pth", "z-1.dist-info/direct_url.json"):
        os.mkfifo(tmp_path / name)
    assert additions(str(tmp_path)).folders == []
    assert project_folders(str(tmp_path / "z-1.dist-info")) == []

"""Settings: what is right is taken, what is wrong is said, and nothing is raised."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from workspace_helpers import plant

from flux_index.indexer.workspace import Config, Workspace, sweep


def config_of(root: Path, **files: str) -> Config:
    plant(root, "", {name.replace("_toml", ".toml"): text for name, text in files.items()})
    return Workspace.open(str(root)).config


def test_defaults(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    assert (config.exclude, config.include, config.python) == ((), (), None)
    assert config.source_roots is None
    assert config.max_file_size == 5 * 1024 * 1024
    assert config.follow_gitignore
    assert config.problems == ()


def test_settings_in_pyproject(tmp_path: Path) -> None:
    config = config_of(
        tmp_path,
        pyproject_toml='[tool.flux-index]\nexclude = ["old/"]\ninclude = ["gen/*.py"]\n'
        'python = ".env"\nmax-file-size = 1000\nfollow-gitignore = false\n'
        'test-command = "pytest"\n',
    )
    assert config.test_command == "pytest"
    assert config.exclude == ("old/",)
    assert config.include == ("gen/*.py",)
    assert config.python == ".env"
    assert config.max_file_size == 1000
    assert not config.follow_gitignore
    assert config.problems == ()


def test_own_file_counts_where_both_set_the_same(tmp_path: Path) -> None:
    config = config_of(
        tmp_path,
        pyproject_toml='[tool.flux-index]\nexclude = ["a"]\npython = "p"\n',
        **{"flux-index_toml": 'exclude = ["b"]\n'},
    )
    assert (config.exclude, config.python) == (("b",), "p")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('exclude = "tests"', "exclude must be a list of strings, not 'tests'."),
        ("include = [1]", "include must be a list of strings, not [1]."),
        ("python = 3", "python must be the path of an interpreter or environment, not 3."),
        ("max-file-size = true", "max-file-size must be a positive number of bytes, not True."),
        ("max-file-size = 0", "max-file-size must be a positive number of bytes, not 0."),
        ("follow-gitignore = 1", "follow-gitignore must be true or false, not 1."),
        ("test-command = 1", "test-command must be a command, not 1."),
        ("colour = 1", "there is no setting 'colour'."),
    ],
)
def test_wrong_setting_is_said_and_the_others_are_taken(
    line: str, said: str, tmp_path: Path
) -> None:
    config = config_of(
        tmp_path, pyproject_toml=f'[tool.flux-index]\n{line}\nsource-roots = ["."]\n'
    )
    assert config.source_roots == (".",)
    assert len(config.problems) == 1
    assert config.problems[0].startswith("pyproject.toml, [tool.flux-index]: ")
    assert config.problems[0].endswith(said)


@pytest.mark.parametrize(
    "broken",
    {
        "no TOML": b"[tool",
        "not UTF-8": b'name = "\xff"',
        "nested beyond reason": b"x = " + b"[" * 5000,
    }.items(),
    ids=lambda item: item[0],
)
@pytest.mark.parametrize("name", ["pyproject.toml", "flux-index.toml"])
def test_malformed_file(name: str, broken: tuple[str, bytes], tmp_path: Path) -> None:
    plant(tmp_path, "src/pkg/x.py")
    (tmp_path / name).write_bytes(broken[1])
    workspace = Workspace.open(str(tmp_path))
    assert workspace.module_name("src/pkg/x.py") == "pkg.x"
    (problem,) = workspace.config.problems
    assert problem.startswith(f"{name} is not valid TOML: ")


@pytest.mark.parametrize(
    ("name", "contents"),
    [
        ("setup.py", "setup(\n"),
        ("setup.py", "x = '\0'\n"),
        ("setup.cfg", "no section\n"),
        ("pytest.ini", "no section\n"),
    ],
)
def test_malformed_build_file(name: str, contents: str, tmp_path: Path) -> None:
    plant(tmp_path, "src/pkg/x.py", {name: contents})
    workspace = Workspace.open(str(tmp_path))
    assert workspace.module_name("src/pkg/x.py") == "pkg.x"
    (problem,) = workspace.config.problems
    assert name in problem


def test_settings_that_are_no_table(tmp_path: Path) -> None:
    config = config_of(
        tmp_path, pyproject_toml="[tool]\nflux-index = 1\n[tool.setuptools]\nx = 1\n"
    )
    assert config.problems == ("pyproject.toml, [tool.flux-index] must be a table.",)


@pytest.mark.parametrize(
    "settings",
    [
        "[tool]\npoetry = 1\nhatch = []\nuv = 'x'\nsetuptools = 1.5",
        "[tool.setuptools]\npackage-dir = ['a']\npackages = 3",
        "[tool.setuptools.packages]\nfind = 'src'",
        "[tool.poetry]\npackages = 'pkg'\ndependencies = ['x']",
        "[tool.poetry]\npackages = [1, {include = 2}, {from = 'a'}]",
        "[tool.hatch.build]\nsources = 1\npackages = {a = 1}\ndev-mode-dirs = {}",
        "[tool.uv]\nworkspace = true\nsources = {a = 1, b = [{path = 2}]}",
        "[tool.uv.workspace]\nmembers = 'packages/*'\nexclude = 7",
        "[tool.pytest]\nini_options = []",
    ],
)
def test_build_settings_of_unexpected_types(settings: str, tmp_path: Path) -> None:
    plant(tmp_path, "src/pkg/x.py", {"pyproject.toml": settings})
    workspace = Workspace.open(str(tmp_path))
    assert workspace.module_name("src/pkg/x.py") == "pkg.x"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (".".join(["a"] * 60_000) + " = 1\n", "a key has more than 64 parts"),
        ("[" + ".".join(["a"] * 60_000) + "]\n", "a key has more than 64 parts"),
        ("a = " + "9" * 5_000 + "\n", "Exceeds the limit"),
        ("# " + "x" * 2_000_000 + "\n", "it is larger than 1,000,000 bytes"),
        ("a = " + "[" * 200_000 + "]" * 200_000 + "\n", "it is nested too deeply"),
    ],
)
def test_settings_that_would_take_long_are_not_read(
    text: str, problem: str, tmp_path: Path
) -> None:
    assert problem in config_of(tmp_path, pyproject_toml=text).problems[0]


def test_dots_in_a_text_are_no_long_key(tmp_path: Path) -> None:
    text = f'[tool.flux-index]\npython = """\n{"." * 80}\n"""\n'
    assert config_of(tmp_path, pyproject_toml=text).problems == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
@pytest.mark.parametrize("name", ["pyproject.toml", "flux-index.toml", ".git", ".gitignore"])
def test_pipes_instead_of_settings_hang_nobody(name: str, tmp_path: Path) -> None:
    plant(tmp_path, "a.py setup.cfg")
    os.mkfifo(tmp_path / name)
    workspace = Workspace.open(str(tmp_path / "a.py"))
    assert workspace.root == tmp_path.as_posix()
    assert list(sweep(workspace).files) == ["a.py"]


def test_settings_that_are_a_link_out_of_the_workspace(tmp_path: Path) -> None:
    """What stands in a file of the user is not quoted as a setting of the workspace."""
    plant(tmp_path, "w/.git/HEAD w/a.py")
    (tmp_path / "user.toml").write_text('[tool.flux-index]\nsource-roots = ["SECRET"]\n')
    (tmp_path / "w/pyproject.toml").symlink_to(tmp_path / "user.toml")
    workspace = Workspace.open(str(tmp_path / "w"))
    assert workspace.source_roots == ("",)
    (problem,) = workspace.config.problems
    assert problem.endswith("pyproject.toml is a link that leads out of the workspace: not read.")

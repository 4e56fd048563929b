"""A workspace as text: restored while nothing it was read from has changed, found anew after."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from workspace_helpers import plant

from flux_index.indexer.workspace import Config, Workspace

SETTINGS = """
[tool.flux-index]
exclude = ["old/", 'back\\slash']
include = ["gen/*.py"]
python = ".env"
max-file-size = 77
follow-gitignore = false
colour = "blue"
"""


def project(root: Path) -> Workspace:
    plant(
        root,
        "src/pkg/x.py libs/one/one/x.py libs/one/setup.cfg core/x.py stubs-stubs/x.pyi",
        {
            "pyproject.toml": SETTINGS
            + '[tool.setuptools.package-dir]\n"" = "src"\n"a.core" = "core"\n'
        },
    )
    return Workspace.open(str(root))


def test_same_as_before(tmp_path: Path) -> None:
    workspace = project(tmp_path)
    restored = Workspace.restore(workspace.snapshot())
    assert restored is not None
    for name in ("root", "source_roots", "package_dirs", "projects", "state_dir"):
        assert getattr(restored, name) == getattr(workspace, name)
    for name in Config.__slots__:
        assert getattr(restored.config, name) == getattr(workspace.config, name)
    assert restored.config.problems
    assert restored.module_name("core/x.py") == "a.core.x"
    assert restored.snapshot() == workspace.snapshot()


@pytest.mark.parametrize("roots", ["", "source-roots = []", 'source-roots = ["a", "."]'])
def test_declared_source_roots(roots: str, tmp_path: Path) -> None:
    plant(tmp_path, "a/x.py", {"flux-index.toml": roots})
    workspace = Workspace.open(str(tmp_path))
    restored = Workspace.restore(workspace.snapshot())
    assert restored is not None
    assert restored.config.source_roots == workspace.config.source_roots


@pytest.mark.parametrize(
    "change",
    [
        "pyproject.toml",
        "flux-index.toml",
        "setup.cfg",
        "setup.py",
        "pytest.ini",
        "libs/one/setup.cfg",
        "libs/two/pyproject.toml",
        "deep/er/pyproject.toml",
        "typings/x.pyi",
        "backend/manage.py",
        "other-stubs/x.pyi",
    ],
)
def test_change_that_matters(change: str, tmp_path: Path) -> None:
    plant(tmp_path, "deep/er/x.py backend/x.py libs/two/x.py")
    text = project(tmp_path).snapshot()
    assert Workspace.restore(text) is not None
    plant(tmp_path, "", {change: "# changed\n"})
    assert Workspace.restore(text) is None


def test_root_that_is_gone(tmp_path: Path) -> None:
    text = Workspace.open(str(plant(tmp_path / "w", "x/"))).snapshot()
    (tmp_path / "w").rename(tmp_path / "moved")
    assert Workspace.restore(text) is None


@pytest.mark.parametrize(
    "change", ["src/pkg/new.py", "new.py", ".flux-index/index.db", "__pycache__/x.pyc", ".git/HEAD"]
)
def test_change_that_does_not_matter(change: str, tmp_path: Path) -> None:
    text = project(tmp_path).snapshot()
    plant(tmp_path, change)
    assert Workspace.restore(text) is not None


@pytest.mark.parametrize("text", ["", "\n", "something else", "flux-index workspace 1", "\u20ac\n"])
def test_text_that_is_no_snapshot(text: str) -> None:
    assert Workspace.restore(text) is None


def test_snapshot_that_was_cut(tmp_path: Path) -> None:
    text = project(tmp_path).snapshot()
    lines = text.split("\n")
    for end in range(len(lines)):
        assert Workspace.restore("\n".join(lines[:end])) is None


@pytest.mark.parametrize("name", ["naïve", "two\nlines", "back\\slash", "tab\t"])
def test_names(name: str, tmp_path: Path) -> None:
    workspace = project(tmp_path / name)
    restored = Workspace.restore(workspace.snapshot())
    assert restored is not None
    assert restored.root == (tmp_path / name).as_posix()


@pytest.mark.skipif(os.name == "nt", reason="names are always text there")
def test_root_whose_name_is_no_text(tmp_path: Path) -> None:
    root = tmp_path / os.fsdecode(b"caf\xe9")
    try:
        workspace = project(root)
    except OSError:
        pytest.skip("names are always text here")
    text = workspace.snapshot()
    assert text.encode() == text.encode("utf-8", "strict")
    restored = Workspace.restore(text)
    assert restored is not None
    assert restored.root == str(root)

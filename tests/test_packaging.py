"""What is published: every package, under the names and the version that pyproject.toml says."""

from __future__ import annotations

import importlib.metadata
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGE_DIR: dict[str, str] = PYPROJECT["tool"]["setuptools"]["package-dir"]


def packages_on_disk(package: str, folder: Path) -> set[str]:
    """The dotted names of all folders at or below `folder` that hold something to publish."""
    published = [path for suffix in ("*.py", "*.scm") for path in folder.rglob(suffix)]
    return {
        ".".join((package, *path.parent.relative_to(folder).parts))
        for path in published
        if "__pycache__" not in path.parts
    }


def test_packages_on_disk_finds_nested_folders(tmp_path: Path) -> None:
    for name in ("__init__.py", "deep/er/module.py", "queries/tags.scm", "notes/readme.md"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert packages_on_disk("p", tmp_path) == {"p", "p.deep.er", "p.queries"}


def test_every_package_is_listed() -> None:
    on_disk = {
        name
        for package, folder in PACKAGE_DIR.items()
        for name in packages_on_disk(package, ROOT / folder)
    }
    # An unlisted folder works in a checkout and is silently absent from the wheel.
    assert sorted(on_disk) == sorted(PYPROJECT["tool"]["setuptools"]["packages"])


@pytest.mark.parametrize("folder", PACKAGE_DIR.values())
def test_every_layer_is_typed(folder: str) -> None:
    assert (ROOT / folder / "py.typed").is_file()


def test_version_is_the_one_of_the_project() -> None:
    assert importlib.metadata.version("flux-index") == PYPROJECT["project"]["version"]


def test_console_script_is_installed() -> None:
    scripts = importlib.metadata.entry_points(group="console_scripts", name="flux-index")
    assert [script.value for script in scripts] == ["flux_index.api.cli:main"]

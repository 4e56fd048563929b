"""Default rules by name: sources, and folders that are never a workspace's own code."""

from __future__ import annotations

import os

from .git_folder import is_linked_work_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

IGNORE_FILE = ".gitignore"
SOURCE_SUFFIXES = (".py", ".pyi")

_NAMES = frozenset(
    # Version control
    ".git .hg .svn .bzr .jj .sl CVS _darcs _FOSSIL_ "
    # Installed code and environments, whose own marker may be out of sight
    "site-packages dist-packages node_modules bower_components __pypackages__ .pixi .conda "
    # What tools leave behind
    "__pycache__ .mypy_cache .ruff_cache .pytest_cache .pytype .pyre .hypothesis .tox .nox .eggs "
    ".import_linter_cache .cache .ipynb_checkpoints .direnv .devenv .terraform .gradle "
    ".idea .vscode .vs .flux-index".split()
)
_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")


def is_source_name(name: str) -> bool:
    """Tell whether a file of this name is Python source; Emacs calls its locks `.#name`."""
    return name.endswith(SOURCE_SUFFIXES) and not name.startswith(".#")


def is_text(name: str) -> bool:
    """Tell whether a name can be stored and shown; a file system may hold any bytes."""
    if name.isascii():
        return True
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_left_out_by_name(folder: str) -> bool:
    """Tell whether a folder of this name is never walked, wherever it lies."""
    return folder in _NAMES or folder.endswith((".egg-info", ".dist-info"))


def is_left_out_by_contents(path: str, names: frozenset[str] | set[str]) -> bool:
    """Tell whether a folder that holds `names` is no part of the workspace that it lies in.

    It is an environment, a build's output, or a further work tree of a repository: that has the
    same modules once more, and is a workspace of its own.
    `build` and `dist` are also honest names for packages. They are output only beside a project
    file, with an output's contents and without an `__init__.py`.
    """
    if "pyvenv.cfg" in names or "conda-meta" in names:
        return True
    if ".git" in names and is_linked_work_tree(path + "/.git"):
        return True
    parent, _, name = path.rpartition("/")
    looks_built = _OUTPUT.get(name)
    if looks_built is None or "__init__.py" in names:
        return False
    if not any(map(looks_built, names)):
        return False
    return any(os.path.exists(f"{parent}/{project}") for project in _PROJECT_FILES)


def _in_build(name: str) -> bool:
    return name == "lib" or name.startswith(("lib.", "bdist.", "temp.", "__editable__"))


def _in_dist(name: str) -> bool:
    return name.endswith((".whl", ".tar.gz"))


_OUTPUT: dict[str, Callable[[str], bool]] = {"build": _in_build, "dist": _in_dist}

"""Find the root of the workspace that a file or folder belongs to, and where its state is kept.

This runs before anything is known, on every start, so it looks at names and at the heads of
`pyproject.toml` files; it parses no TOML unless two projects without version control lie in one
another.
"""

from __future__ import annotations

import os

from ..text import UnreadableError, read

# What says "everything below belongs together", wherever it is met.
_STRONG = (".git", ".hg", ".jj", ".flux-index", "flux-index.toml")
_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg")
# What is usually, but not only, found at the top of a project: `docs/` may have its requirements.
_HINTS = (
    "requirements.txt",
    "Pipfile",
    "tox.ini",
    "noxfile.py",
    "pytest.ini",
    "manage.py",
    "environment.yml",
)


def find_root(start: str) -> str:
    """Return the workspace root for a file or folder: absolute, real, '/'-separated.

    The nearest ancestor that holds a repository, a workspace table of uv or poetry, or settings or
    state of flux-index; else the nearest project; else the nearest folder with a file that projects
    usually have; else the folder itself, or the folder that holds the package it is part of.
    A home folder, a temporary folder or a drive is a root only when it is `start` itself: one stray
    file there must not turn everything below into a workspace.
    """
    folder = _existing_folder(start)
    ceilings = _ceilings()
    projects: list[str] = []
    hint = ""
    current = folder
    while current == folder or current not in ceilings:
        try:
            names = set(os.listdir(current))
        except OSError:
            names = {name for name in (*_STRONG, *_PROJECT) if _exists(current, name)}
        if not names.isdisjoint(_STRONG):
            return _slashed(current)
        if "pyproject.toml" in names and _declares_workspace(_head(current)):
            return _slashed(current)
        if not names.isdisjoint(_PROJECT):
            projects.append(current)
        elif not hint and not names.isdisjoint(_HINTS):
            hint = current
        parent = os.path.dirname(current)
        if parent == current:
            break
        current = parent
    if projects:
        return _slashed(_outermost_dependent(projects))
    return _slashed(hint or _above_package(folder, ceilings))


def is_too_wide(folder: str) -> bool:
    """True if a folder holds much more than a project: a disk, a home, all temporary files."""
    real = os.path.realpath(folder)
    home = os.path.expanduser("~")
    temporary = os.environ.get("TMPDIR") or os.environ.get("TEMP") or "/tmp"
    wide = [home, os.path.dirname(home), temporary, "/tmp", "/var/tmp"]
    return os.path.dirname(real) == real or real in map(os.path.realpath, wide)


def has_marker(root: str) -> bool:
    """True if something in a folder says that it is the top of a project."""
    return any(_exists(root, name) for name in (*_STRONG, *_PROJECT, *_HINTS))


# What is longer is nowhere, and looking for its folders would take the square of its length.
_LONGEST_PATH = 4096


def _existing_folder(start: str) -> str:
    path = os.path.abspath(start)
    # The folder a file lies in is what counts, even where the file is a link to elsewhere.
    path = path[:_LONGEST_PATH]
    while not os.path.isdir(path):
        parent = os.path.dirname(path)
        if parent == path:
            break
        path = parent
    return os.path.realpath(path)


def _ceilings() -> set[str]:
    folders = [os.environ.get("TMPDIR", ""), os.environ.get("TEMP", ""), "/tmp", "/var/tmp"]
    home = os.path.expanduser("~")
    while os.path.dirname(home) != home:
        folders.append(home)
        home = os.path.dirname(home)
    folders.append(home)
    return {os.path.realpath(folder) for folder in folders if os.path.isabs(folder)}


def _head(folder: str) -> bytes:
    try:
        return read(folder + "/pyproject.toml", 1_000_000)
    except UnreadableError:
        return b""


def _declares_workspace(pyproject: bytes) -> bool:
    # Reads table headers and dotted keys by line: tomllib would cost more than all else here.
    if b"workspace" not in pyproject and b"flux-index" not in pyproject:
        return False
    table = b""
    for line in pyproject.split(b"\n"):
        line = line.strip()
        if line.startswith(b"["):
            table = line.partition(b"]")[0].lstrip(b"[").replace(b" ", b"").replace(b'"', b"")
            name = table + b"."
        elif b"=" in line and table in (b"", b"tool", b"tool.uv"):
            key = line.partition(b"=")[0].replace(b" ", b"").replace(b'"', b"")
            name = (table + b"." if table else b"") + key + b"."
        else:
            continue
        if name.startswith((b"tool.uv.workspace.", b"tool.flux-index.")):
            return True
    return False


def _outermost_dependent(projects: list[str]) -> str:
    # A project that depends on the inner one by path is what a poetry workspace looks like.
    root = projects[0]
    for outer in projects[1:]:
        pyproject = _head(outer)
        if b"path" in pyproject and (b"tool.poetry" in pyproject or b"tool.uv" in pyproject):
            from ..toml import read_toml
            from .settings import path_dependencies

            folders = path_dependencies(read_toml(pyproject))
            if any(os.path.realpath(os.path.join(outer, path)) == root for path in folders):
                root = outer
    return root


def _above_package(folder: str, ceilings: set[str]) -> str:
    top = folder
    while _exists(top, "__init__.py"):
        top = os.path.dirname(top)
        if top in ceilings:
            return folder
    return top


def _exists(folder: str, name: str) -> bool:
    return os.path.exists(os.path.join(folder, name))


def _slashed(path: str) -> str:
    return path.replace("\\", "/") if os.sep == "\\" else path

"""Editable installs: what site folders say about code that lies elsewhere, read and never run.

``.pth`` files add folders. Those that start an import hook instead name a module beside them, in
which build tools write down where each package lies: setuptools as ``MAPPING = {...}``,
``editables`` (hatchling, PDM, flit) as ``F.map_module(...)``, scikit-build-core as an argument of
``install(...)``. What none of them tells is in ``direct_url.json``: the project's folder.
"""

from __future__ import annotations

import os

from .. import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ast import AST
    from collections.abc import Iterator

# An import hook is a few hundred lines long.
_MAX_HOOK = 2_000_000


class Additions:
    """Additions that the ``.pth`` files of a site folder make."""

    __slots__ = ("folders", "origins", "packages", "read")

    folders: list[str]
    """Folders that modules are imported from, absolute."""

    packages: dict[str, str]
    """Dotted name to the folder of a package, or to a file without its suffix."""

    origins: dict[str, str]
    """A folder, or what `packages` leads to, to the name of the file that says so."""

    read: list[str]
    """Files that this was read from."""

    def __init__(self) -> None:
        self.folders = []
        self.packages = {}
        self.origins = {}
        self.read = []


def additions(site: str) -> Additions:
    """Return what ``.pth`` files of a site folder add, in the order in which Python reads them."""
    found = Additions()
    try:
        names = sorted(name for name in os.listdir(site) if name.endswith(".pth"))
    except OSError:
        return found
    for name in names:
        if name.startswith("."):
            continue
        path = os.path.join(site, name)
        found.read.append(path)
        for line in _text(path).splitlines():
            line = line.strip()
            if line.startswith(("import ", "import\t")):
                hook = line[7:].replace(",", ";").partition(";")[0].strip()
                _read_hook(found, site, name, hook)
            elif line and not line.startswith("#"):
                full = os.path.normpath(os.path.join(site, line)).replace(os.sep, "/")
                if os.path.isdir(full):
                    found.folders.append(full)
                    found.origins[full] = name
    return found


def project_folders(info: str) -> list[str]:
    """Folders that modules of a distribution may lie in that is installed in editable mode.

    ``info`` is its ``dist-info`` folder. Empty when it is installed as a copy.
    """
    url_file = _text(os.path.join(info, "direct_url.json"))
    if '"editable"' not in url_file:
        return []
    import json

    try:
        told = json.loads(url_file)
        url = told["url"]
        editable = told["dir_info"]["editable"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    if editable is not True or not isinstance(url, str) or not url.startswith("file:"):
        return []
    from urllib.parse import unquote

    project = unquote(url.removeprefix("file:")).replace("///", "/", 1).rstrip("/")
    subfolder = told.get("subdirectory")
    if isinstance(subfolder, str):
        project = f"{project}/{subfolder}"
    return [
        path for path in (f"{project}/src", f"{project}/python", project) if os.path.isdir(path)
    ]


def _read_hook(found: Additions, site: str, pth: str, hook: str) -> None:
    """Read which packages an import hook knows the places of."""
    if not hook.isidentifier():
        return
    path = os.path.join(site, f"{hook}.py")
    source = _text(path)
    if "MAPPING" not in source and "map_module" not in source and "install(" not in source:
        return
    found.read.append(path)
    import ast

    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for name, place in _mapped(tree):
        stem = place.replace(os.sep, "/").rstrip("/")
        if not os.path.isdir(stem):
            for suffix in ("/__init__.py", "/__init__.pyi", ".py", ".pyi"):
                stem = stem.removesuffix(suffix)
        if stem.startswith("/") and all(map(str.isidentifier, name.split("."))):
            found.packages.setdefault(name, stem)
            found.origins.setdefault(stem, pth)


def _mapped(tree: AST) -> Iterator[tuple[str, str]]:
    """Names and the absolute paths that they stand for, wherever literals show them."""
    import ast

    for node in ast.walk(tree):
        pairs: list[tuple[AST | None, AST]] = []
        if isinstance(node, ast.Dict):
            pairs = list(zip(node.keys, node.values, strict=True))
        elif isinstance(node, ast.Call) and len(node.args) == 2:
            called = node.func
            if isinstance(called, ast.Attribute) and called.attr == "map_module":
                pairs = [(node.args[0], node.args[1])]
        for key, value in pairs:
            # A namespace package has several places: a list of them.
            values = value.elts if isinstance(value, ast.List) else [value]
            for each in values:
                if (
                    isinstance(key, ast.Constant)
                    and isinstance(key.value, str)
                    and isinstance(each, ast.Constant)
                    and isinstance(each.value, str)
                    and os.path.isabs(each.value)
                ):
                    yield key.value, each.value


def _text(path: str) -> str:
    try:
        return text.read(path, _MAX_HOOK).decode("utf-8-sig", "replace")
    except text.UnreadableError:
        return ""

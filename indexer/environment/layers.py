"""Where modules outside of the workspace live: typeshed's stubs, installed distributions.

A file outside of the workspace is named by its absolute path. Nothing is extracted before a
question leads there; then its facts are kept by content, as all facts are.
"""

from __future__ import annotations

import os
import sys
from zlib import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..workspace import Workspace

DEFAULT_VERSION = (3, 13)
_STUB_FIRST = ("/__init__.pyi", ".pyi", "/__init__.py", ".py")


class Layers:
    """The environment of one workspace, looked at when first needed."""

    __slots__ = (
        "_cache_dir",
        "_extra",
        "_found",
        "_ready",
        "_roots",
        "_stdlib",
        "_versions",
        "_workspace",
        "version",
    )

    def __init__(self, workspace: Workspace, cache_dir: str) -> None:
        """Nothing is read before :meth:`find`."""
        self._cache_dir = cache_dir
        self._workspace = workspace
        self._ready = False
        self._stdlib = ""
        self._roots: tuple[str, ...] = ()
        self._extra: tuple[str, ...] = ()
        self._versions: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {}
        self._found: dict[str, str | None] = {}
        self.version = DEFAULT_VERSION

    def _prepare(self) -> None:
        environment = self._workspace.environment()
        self.version = environment.python_version or DEFAULT_VERSION
        self._stdlib = typeshed_folder(self._cache_dir)
        self._versions = _read_versions(os.path.join(self._stdlib, "VERSIONS"))
        roots = list(environment.site_packages)
        for root in environment.site_packages:
            roots += _paths_added(root)
        self._roots = tuple(dict.fromkeys(roots))
        self._ready = True

    @property
    def roots(self) -> tuple[str, ...]:
        """Folders that modules outside of the workspace are imported from."""
        if not self._ready:
            self._prepare()
        return self._roots

    @property
    def stdlib(self) -> str:
        """Folder of the standard library's stubs; empty when they are not installed."""
        if not self._ready:
            self._prepare()
        return self._stdlib

    def find(self, dotted: str) -> str | None:
        """Absolute path of the file that defines a module, stubs before sources; or None."""
        if dotted not in self._found:
            if not self._ready:
                self._prepare()
            self._found[dotted] = self._find(dotted)
        return self._found[dotted]

    def _find(self, dotted: str) -> str | None:
        path = dotted.replace(".", "/")
        if self._stdlib and self._in_stdlib(dotted):
            for suffix in _STUB_FIRST[:2]:
                full = f"{self._stdlib}/{path}{suffix}"
                if os.path.isfile(full):
                    return full
        top, _, rest = path.partition("/")
        stubs = f"{top}-stubs/{rest}" if rest else f"{top}-stubs"
        for root in self._roots:
            for stem in (stubs, path):
                for suffix in _STUB_FIRST:
                    full = f"{root}/{stem}{suffix}"
                    if os.path.isfile(full):
                        return full
        return None

    def find_folder(self, dotted: str) -> str | None:
        """Absolute path of the folder of a namespace package; or None."""
        path = dotted.replace(".", "/")
        for root in self.roots:
            full = f"{root}/{path}"
            if os.path.isdir(full):
                return full
        return None

    def _in_stdlib(self, dotted: str) -> bool:
        name = dotted
        while name:
            if name in self._versions:
                first, last = self._versions[name]
                return first <= self.version <= last
            name = name.rpartition(".")[0]
        return False

    def module_name(self, path: str) -> str | None:
        """Dotted name of a file outside of the workspace."""
        for root in (self.stdlib, *self.roots):
            if root and path.startswith(root + "/"):
                stem = path[len(root) + 1 :].rpartition(".")[0].removesuffix("/__init__")
                dotted = stem.replace("/", ".").replace("-stubs", "")
                return "builtins" if dotted == "builtins" else dotted
        return None

    def layer(self, path: str) -> str:
        """``stdlib`` or ``dependency``."""
        return "stdlib" if self.stdlib and path.startswith(self.stdlib + "/") else "dependency"


def typeshed_folder(cache_dir: str) -> str:
    """Folder of typeshed's standard library, found without importing the package that ships it.

    Seen through a link in the user's cache folder, where it has the path that tools know it by
    (``typeshed…/stdlib/builtins.pyi``): an editor that is sent there shows it as what it is. Where
    links cannot be made, it is the package's own folder.
    """
    for entry in sys.path:
        folder = os.path.join(entry, "typeshed_client", "typeshed")
        if os.path.isdir(folder):
            return _linked(folder, cache_dir).replace(os.sep, "/")
    return ""


def _linked(folder: str, cache_dir: str) -> str:
    place = os.path.join(cache_dir, f"typeshed-{crc32(folder.encode()):08x}")
    link = os.path.join(place, "stdlib")
    if not os.path.isdir(link):
        try:
            os.makedirs(place, exist_ok=True)
            os.symlink(folder, link, target_is_directory=True)
        except OSError:
            return folder
    return link


def _read_versions(path: str) -> dict[str, tuple[tuple[int, int], tuple[int, int]]]:
    versions: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {}
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError:
        return versions
    for line in lines:
        name, colon, span = line.partition("#")[0].partition(":")
        if not colon:
            continue
        first, _, last = span.strip().partition("-")
        versions[name.strip()] = _pair(first), _pair(last) if last.strip() else (99, 0)
    return versions


def _pair(text: str) -> tuple[int, int]:
    major, _, minor = text.strip().partition(".")
    return int(major), int(minor or 0)


def _paths_added(site: str) -> list[str]:
    """Folders that ``.pth`` files of a site folder add; lines that are code are passed over."""
    added: list[str] = []
    try:
        names = sorted(name for name in os.listdir(site) if name.endswith(".pth"))
    except OSError:
        return added
    for name in names:
        try:
            with open(os.path.join(site, name), encoding="utf-8", errors="replace") as file:
                lines = file.read().splitlines()
        except OSError:
            continue
        for line in lines:
            line = line.strip()
            if not line or line.startswith(("#", "import ", "import\t")):
                continue
            full = os.path.normpath(os.path.join(site, line)).replace(os.sep, "/")
            if os.path.isdir(full):
                added.append(full)
    return added

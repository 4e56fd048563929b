"""A copy of a workspace and its environment for other machines, of what judging looks at.

Files are grouped by folder: a part is what lies in one folder, and goes by its content. Whoever has
a part is not given it again. Of the workspace, these are all files that are indexed, build files,
and the names of what lies beside them; of the environment, packages that something imports. Of
other packages only the names are given, and what that leaves out is noticed by who compares what a
verdict rests on (see :class:`.search_path.portable_paths.PortablePaths`): it is added then.
"""

from __future__ import annotations

import os
import pickle
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from .index_file import content_hash
from .search_path.distributions import modules_of
from .search_path.portable_paths import PortablePaths
from .text import UnreadableError, read
from .workspace.built_modules import BUILD_FILES

if TYPE_CHECKING:
    from .index import Index

FILE, SIZE, FOLDER, LINK = "file", "size", "folder", "link"
_COMPILED = (".so", ".pyd")
_SOURCES = (".py", ".pyi", ".pyx")
# Files that tell of distributions, and where projects lie.
_METADATA = ("METADATA", "PKG-INFO", "RECORD", "entry_points.txt", "top_level.txt")
_SETTINGS = frozenset([*BUILD_FILES, "pyproject.toml", "setup.cfg", "setup.py", ".gitignore"])
# Sources of the standard library that most verdicts look at.
_OFTEN = ("typing.py", "abc.py", "_collections_abc.py")
_LARGEST = 200_000_000
_IMPORTS = re.compile(rb"^[ \t]*(?:from[ \t]+(\w+)|import[ \t]+([\w., \t]+))", re.MULTILINE)
# What is found in compiled modules are words of three letters and more.
_WORDS = re.compile(rb"\w{3,}")


class Entry(NamedTuple):
    """Something in a folder: a file with its content, one of a size alone, a folder, or a link."""

    name: str
    kind: str
    content: bytes = b""
    """Of a file; what else there is to say of the others: size, or where a link leads."""
    is_indexed: bool = False
    """True for the files of the workspace that its index has."""


class Part(NamedTuple):
    """What lies in a folder, and the facts of it that are known."""

    entries: list[Entry]
    facts: list[tuple[bytes, bytes]]


class Replica:
    """What other machines are given of a workspace, by folders as :class:`PortablePaths` names."""

    def __init__(self, index: Index, paths: PortablePaths, files: Iterable[str]) -> None:
        """``files`` are those of the workspace that are indexed."""
        self._index = index
        self._paths = paths
        self._files = frozenset(files)
        self._parts: dict[bytes, bytes] = {}
        self.manifest: dict[str, bytes] = {}
        """Hash of the part of each folder."""
        self.additions = 0
        """How often something was added."""
        self._places = {f"site{number}": folder for number, folder in enumerate(paths.sites)}
        if stdlib := index.workspace.environment().stdlib:
            self._places["sources"] = stdlib
        self._imported: set[str] = {"pytest", "_pytest"}
        self._whole: set[str] = set()
        self._pack_workspace()
        self._pack_imported()
        self._pack_environment()

    def part(self, digest: bytes) -> bytes:
        """Return a part as it travels."""
        return self._parts[digest]

    def add(self, names: Iterable[str]) -> bool:
        """Add what lies outside under some names; False if all of that is there already."""
        tops: set[str] = set()
        for name in names:
            kind, _, rest = name.partition(":")
            top = rest.partition("/")[0]
            if kind not in self._places or not top:
                return False
            tops.add(f"{kind}:{top}")
        if tops <= self._whole:
            return False
        for top in tops - self._whole:
            kind, _, name = top.partition(":")
            self._pack_top(kind, self._places[kind], name)
        self._pack_environment()
        self.additions += 1
        return True

    def _pack_workspace(self) -> None:
        folders = {""}
        for path in self._files:
            folder = path.rpartition("/")[0]
            while folder not in folders:
                folders.add(folder)
                folder = folder.rpartition("/")[0]
        absolute = self._index.workspace.absolute
        rust = {f"{folder}/rust".lstrip("/") for folder in folders}
        folders |= {each for each in rust if os.path.isfile(absolute(f"{each}/Cargo.toml"))}
        for folder in sorted(folders):
            self._pack_folder(
                "workspace", self._index.workspace.root, folder, self._is_of_workspace
            )

    def _pack_environment(self) -> None:
        """Add the top folders as they are now, and what tells of distributions."""
        for kind, place in self._places.items():
            self._pack_folder(kind, place, "", partial(self._is_of_site, kind))
            for name in _names(place):
                if name.endswith((".dist-info", ".egg-info")):
                    self._pack_folder(kind, place, name, _is_metadata)

    def _pack_imported(self) -> None:
        """Add the packages of the environment that the workspace imports, and plugins of pytest."""
        tops = {each.partition(".")[0] for each in modules_of(self._paths.sites, "pytest11")}
        tops |= self._imported
        for kind, place in self._places.items():
            for name in _names(place):
                is_imported = name.partition(".")[0].removesuffix("-stubs") in tops
                if is_imported if kind != "sources" else name in _OFTEN:
                    self._pack_top(kind, place, name)

    def _pack_top(self, kind: str, place: str, name: str) -> None:
        """Add a package or module of the environment."""
        self._whole.add(f"{kind}:{name}")
        for where, folders, _ in os.walk(f"{place}/{name}"):
            folders[:] = [each for each in folders if each != "__pycache__"]
            self._pack_folder(kind, place, where[len(place) + 1 :], _is_code)

    def _is_of_workspace(self, relative: str) -> bool:
        return relative in self._files or relative.rpartition("/")[2] in _SETTINGS

    def _is_of_site(self, kind: str, name: str) -> bool:
        return f"{kind}:{name}" in self._whole or tells_places(name)

    def _pack_folder(
        self, kind: str, place: str, folder: str, is_wanted: Callable[[str], bool]
    ) -> None:
        """Make the part of a folder, with the content of files whose relative paths are wanted."""
        where = f"{place}/{folder}" if folder else place
        if not os.path.isdir(where):
            return  # what is no package is part of the folder around it
        entries: list[Entry] = []
        facts: list[tuple[bytes, bytes]] = []
        for name in _names(where):
            path = f"{where}/{name}"
            relative = f"{folder}/{name}" if folder else name
            if name.startswith(".") and name not in _SETTINGS and relative not in self._files:
                continue  # what tools keep for themselves
            entry = self._entry(kind, path, relative, is_wanted(relative))
            if kind == "workspace" and relative in self._files:
                entry = entry._replace(is_indexed=True)
            entries.append(entry)
            if entry.kind == FILE and name.endswith(_SOURCES):
                digest = content_hash(entry.content)
                blob = self._index.facts_provider.blob(digest)
                if entry.content and blob is not None:
                    facts.append((digest, blob))
        packed = zlib.compress(pickle.dumps(Part(entries, facts)), 1)
        digest = content_hash(packed)
        self._parts[digest] = packed
        self.manifest[f"{kind}:{folder}"] = digest

    def _entry(self, kind: str, path: str, relative: str, is_wanted: bool) -> Entry:
        name = relative.rpartition("/")[2]
        if os.path.islink(path):
            return Entry(name, LINK, self._target(path).encode("utf-8", "surrogateescape"))
        if os.path.isdir(path):
            return Entry(name, FOLDER)
        if is_wanted and kind == "workspace":
            size = _size(path)
            if size > self._index.workspace.config.max_file_size:
                return Entry(name, SIZE, str(size).encode())
        content = _content(path) if is_wanted else b""
        if content is None:
            return Entry(name, FILE)
        if name.endswith(_COMPILED):
            return Entry(name, FILE, b"\0".join(sorted(set(_WORDS.findall(content)))))
        if kind == "workspace" and name.endswith(_SOURCES):
            self._imported.update(_imports(content))
        return Entry(name, FILE, content)

    def _target(self, link: str) -> str:
        """Return where a link leads: relative as it is written, or by the name of the place."""
        written = os.readlink(link)
        if not os.path.isabs(written):
            return written
        return f"/{self._paths.name(os.path.realpath(link)) or 'elsewhere:'}"


def _is_metadata(relative: str) -> bool:
    name = relative.rpartition("/")[2]
    return name in _METADATA or tells_places(name)


def _is_code(relative: str) -> bool:
    return relative.endswith((*_SOURCES, *_COMPILED)) or relative.endswith("/py.typed")


def _names(folder: str) -> list[str]:
    """Return the names in a folder, in order."""
    try:
        return sorted(name for name in os.listdir(folder) if name != "__pycache__")
    except OSError:
        return []


def tells_places(name: str) -> bool:
    """True for a file in which installers write down where folders of a project lie."""
    ends = (".pth", ".egg-info", ".egg-link")
    return name.endswith(ends) or name.startswith("__editable__") or name == "direct_url.json"


def _content(path: str) -> bytes | None:
    try:
        return read(path, _LARGEST)
    except UnreadableError:
        return None


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _imports(text: bytes) -> Iterator[str]:
    """Yield the top packages that a text imports, and perhaps some others."""
    for one, several in _IMPORTS.findall(text):
        for name in (one, *several.split(b",")):
            top = name.strip().partition(b" ")[0].partition(b".")[0]
            if top:
                yield top.decode("utf-8", "replace")

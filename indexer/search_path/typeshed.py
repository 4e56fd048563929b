"""typeshed's stubs of the standard library: where they lie and for which versions each holds."""

from __future__ import annotations

import os
import sys
from zlib import crc32

from ..private_files import make_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    Version = tuple[int, int]

_NEVER_REMOVED = (99, 0)


class StandardLibrary:
    """The modules of the standard library of one version of Python."""

    __slots__ = ("_asked", "_spans", "folder", "version")

    def __init__(self, folder: str, version: Version | None) -> None:
        """Stubs in ``folder``; with ``version`` None, a module of any version is one of it."""
        self.folder = folder
        self.version = version
        self._spans = _read_versions(os.path.join(folder, "VERSIONS")) if folder else {}
        self._asked: frozenset[str] | None = None

    def has_stub(self, dotted: str) -> bool:
        """True if a module is there in this version, as far as the stubs tell."""
        name = dotted
        while name:
            span = self._spans.get(name)
            if span is not None:
                return self.version is None or span[0] <= self.version <= span[1]
            name = name.rpartition(".")[0]
        return False

    def has_no_stub(self, dotted: str) -> bool:
        """True if a module belongs to the standard library although no stub speaks of it."""
        top = dotted.partition(".")[0]
        return top not in self._spans and top in sys.stdlib_module_names

    def find(self, dotted: str) -> str | None:
        """The stub of a module."""
        if not self.folder or not self.has_stub(dotted):
            return None
        stem = f"{self.folder}/{dotted.replace('.', '/')}"
        for path in (f"{stem}/__init__.pyi", f"{stem}.pyi"):
            if os.path.isfile(path):
                return path
        return None


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
    try:
        make_folder(place)
        if not os.path.lexists(link):
            os.symlink(folder, link, target_is_directory=True)
        # Only a link that leads where it should: stubs decide what code is judged by.
        return link if os.readlink(link) == folder else folder
    except OSError:
        return folder


def unlink_typeshed(cache_dir: str) -> list[str]:
    """Remove the links that :func:`typeshed_folder` makes; returns what was removed."""
    removed: list[str] = []
    try:
        names = sorted(os.listdir(cache_dir))
    except OSError:
        return removed
    for name in names:
        place = os.path.join(cache_dir, name)
        link = os.path.join(place, "stdlib")
        if name.startswith("typeshed-") and os.path.islink(link):
            try:
                os.unlink(link)
                os.rmdir(place)
            except OSError:
                continue  # Somebody else removes it too, or has put something beside it.
            removed.append(place)
    return removed


def _read_versions(path: str) -> dict[str, tuple[Version, Version]]:
    """First and last version of each module or package, as the file VERSIONS tells."""
    versions: dict[str, tuple[Version, Version]] = {}
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
        versions[name.strip()] = _pair(first), _pair(last) if last.strip() else _NEVER_REMOVED
    return versions


def _pair(text: str) -> Version:
    major, _, minor = text.strip().partition(".")
    return int(major), int(minor or 0)

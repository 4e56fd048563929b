"""Installed distributions: names, versions, entry points, and which of them a file belongs to.

All of it is read from ``*.dist-info`` and ``*.egg-info``, and only when asked for.
"""

from __future__ import annotations

import os

from ..paths import file_version
from ..text import UnreadableError, read
from .editable import project_folders

# Bytes of a file of metadata: lists of a hundred thousand files are smaller.
_LARGEST = 20_000_000
# Modules by (site folder, its version, group): installing touches the folder.
_seen: dict[tuple[str, int, str], tuple[str, ...]] = {}


def modules_of(roots: tuple[str, ...], group: str) -> list[str]:
    """Dotted names of the modules that distributions register under a group, sorted."""
    found: set[str] = set()
    for root in roots:
        try:
            key = root, file_version(os.stat(root)), group
        except OSError:
            continue
        if key not in _seen:
            _seen[key] = tuple(_read(root, group))
        found.update(_seen[key])
    return sorted(found)


def _read(root: str, group: str) -> list[str]:
    try:
        names = sorted(
            name for name in os.listdir(root) if name.endswith((".dist-info", ".egg-info"))
        )
    except OSError:
        return []
    modules: list[str] = []
    for name in names:
        try:
            listed = read(os.path.join(root, name, "entry_points.txt"), _LARGEST).decode()
        except (UnreadableError, ValueError):
            continue
        if group in listed:
            modules += _modules(listed, group)
    return modules


def _modules(text: str, group: str) -> list[str]:
    modules: list[str] = []
    inside = False
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("["):
            inside = line == f"[{group}]"
        elif inside and "=" in line:
            target = line.partition("=")[2].strip()
            modules.append(target.partition("[")[0].partition(":")[0].strip())
    return modules


class Distribution:
    """An installed distribution, as its metadata name it."""

    __slots__ = ("_told", "info")

    def __init__(self, info: str) -> None:
        """``info`` is the path of its ``dist-info`` or ``egg-info``."""
        self.info = info
        self._told: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """Its name as its authors write it."""
        return self._read()[0]

    @property
    def version(self) -> str:
        """Its version."""
        return self._read()[1]

    @property
    def stem(self) -> str:
        """Its name as file names have it."""
        return self.info.rpartition("/")[2].rpartition(".")[0].partition("-")[0]

    def _read(self) -> tuple[str, str]:
        if self._told is None:
            entry = self.info.rpartition("/")[2]
            name, _, version = entry.rpartition(".")[0].partition("-")
            version = version.partition("-py")[0]
            metadata = "METADATA" if entry.endswith(".dist-info") else "PKG-INFO"
            path = f"{self.info}/{metadata}" if os.path.isdir(self.info) else self.info
            for line in _lines(path):
                key, colon, value = line.partition(":")
                if not colon:
                    break  # the body, which is the description
                if key == "Name":
                    name = value.strip()
                elif key == "Version":
                    version = value.strip()
            self._told = name, version
        return self._told

    def __str__(self) -> str:
        """Name and version as people write them: ``django 5.2.8``."""
        return f"{self.name} {self.version}".strip()


class Distributions:
    """The distributions in one site folder."""

    __slots__ = ("_all", "_editable", "_of_top", "site")

    def __init__(self, site: str) -> None:
        """Nothing is read before a question."""
        self.site = site
        self._all: list[Distribution] | None = None
        self._of_top: dict[str, Distribution | None] = {}
        self._editable: list[tuple[str, Distribution]] | None = None

    def all(self) -> list[Distribution]:
        """Every distribution, in order of the names of their folders."""
        if self._all is None:
            try:
                entries = sorted(os.listdir(self.site))
            except OSError:
                entries = []
            self._all = [
                Distribution(f"{self.site}/{entry}")
                for entry in entries
                if entry.endswith((".dist-info", ".egg-info"))
            ]
        return self._all

    def owner(self, relative: str) -> Distribution | None:
        """The distribution that a file in this folder was installed by; or None.

        ``relative`` is its path from the folder, with ``/``.
        """
        top, _, rest = relative.partition("/")
        key = top
        # A folder without a file of its own at the top may be shared by several distributions.
        if rest and not os.path.isfile(f"{self.site}/{top}/__init__.py"):
            key = relative.rpartition("/")[0]
        if key not in self._of_top:
            self._of_top[key] = self._find_owner(top, relative)
        return self._of_top[key]

    def editable_folders(self) -> list[tuple[str, Distribution]]:
        """Folders of projects installed in editable mode, as ``direct_url.json`` tells them."""
        if self._editable is None:
            self._editable = [
                (folder, distribution)
                for distribution in self.all()
                if distribution.info.endswith(".dist-info")
                for folder in project_folders(distribution.info)
            ]
        return self._editable

    def _find_owner(self, top: str, relative: str) -> Distribution | None:
        package = top.partition(".")[0]
        stem = _normalized(package.removesuffix("-stubs"))
        # What is called like its package is looked at first, because mostly that is it.
        ordered = sorted(self.all(), key=lambda each: stem not in _normalized(each.stem))
        wanted = b"\n" + relative.encode() + b","
        for each in ordered:
            if wanted in _record(each):
                return each
        for each in ordered:
            if package in _lines(f"{each.info}/top_level.txt"):
                return each
        return None


def _record(distribution: Distribution) -> bytes:
    """The list of files of a distribution, each line of it between line feeds."""
    try:
        return b"\n" + read(f"{distribution.info}/RECORD", _LARGEST).replace(b"\r\n", b"\n")
    except UnreadableError:
        return b""


def _lines(path: str) -> list[str]:
    try:
        return read(path, _LARGEST)[:20_000].decode("utf-8", "replace").splitlines()
    except UnreadableError:
        return []


def _normalized(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")

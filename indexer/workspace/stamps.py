"""Look at files for a discovery, and remember what was seen.

A result that was found through a witness stays true for as long as the witness `holds`: checking
that is a handful of `os.stat` calls, where finding it again would parse TOML and walk folders.
Contents are taken to be unchanged while the version of a file is.
"""

from __future__ import annotations

import os
import stat

from ..paths import file_version
from ..text import UnreadableError, read
from .defaults import is_left_out_by_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

ABSENT = "-"
# A settings file beyond this is not one.
_MAX_READ = 8_000_000
# The names that tell a folder's part in a project; see `Listing`.
MARKERS = frozenset(
    (
        "__init__.py",
        "pyproject.toml",
        "setup.py",
        "setup.cfg",
        "manage.py",
        "Pipfile",
        "requirements.txt",
        "pyvenv.cfg",
        "conda-meta",
    )
)


class Listing:
    """Entries of a folder, as far as discovery cares."""

    __slots__ = ("folders", "markers")

    folders: tuple[str, ...]
    """Names of its folders, sorted, without links, hidden ones and those that hold no project."""

    markers: frozenset[str]
    """Those of `MARKERS` that it holds."""

    def __init__(self, folders: tuple[str, ...], markers: frozenset[str]) -> None:
        self.folders = folders
        self.markers = markers


class StampRecorder:
    """The file system and the process environment, with a record of every answer given."""

    __slots__ = ("_folders", "_root", "problems", "records")

    records: dict[str, str]
    """Question (kind and path or name) to a stamp of the answer."""

    problems: list[str]
    """Sentences about files that are there but could not be used."""

    def __init__(self, root: str = "", *, through_folders: bool = False) -> None:
        """``root``: a workspace, whose files are not read where they are links out of it.

        With ``through_folders`` they are read where a folder is the link: of environments it is.
        """
        self._root = root
        self._folders = through_folders
        self.records = {}
        self.problems = []

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None if there is no such file or it cannot be read."""
        self.records["F" + path] = file_stamp(path)
        if not os.path.isfile(path):
            return None
        if self._leads_outside(path):
            self.problems.append(f"{path} is a link that leads out of the workspace: not read.")
            return None
        try:
            return read(path, _MAX_READ)
        except UnreadableError as error:
            self.problems.append(f"{path} cannot be read: {error}.")
            return None

    def _leads_outside(self, path: str) -> bool:
        """Tell whether a file of the workspace is a link to one that is not."""
        inside = self._root.rstrip("/") + "/"
        if not self._root or not path.startswith(inside):
            return False
        if self._folders and not os.path.islink(path):
            return False
        return not os.path.realpath(path).startswith(os.path.realpath(self._root) + "/")

    def text(self, path: str) -> str | None:
        """Return a file's text, None as `read` does; what is not UTF-8 in it is replaced."""
        data = self.read(path)
        return None if data is None else data.decode("utf-8-sig", "replace")

    def is_folder(self, path: str) -> bool:
        """Tell whether there is a folder at `path`."""
        return self._kind(path) == "d"

    def is_file(self, path: str) -> bool:
        """Tell whether there is a regular file at `path`."""
        return self._kind(path) == "f"

    def listing(self, path: str) -> Listing:
        """Return what a folder holds; nothing if it cannot be listed."""
        stamp = file_stamp(path)
        listing = _list(path)
        self.records["L" + path] = f"{stamp} {_digest(listing)}"
        return listing

    def names(self, path: str) -> list[str]:
        """Return the names of all entries of a folder, none if it cannot be listed."""
        self.records["F" + path] = file_stamp(path)
        try:
            return os.listdir(path)
        except OSError:
            return []

    def variable(self, name: str) -> str:
        """Return an environment variable, '' if it is not set."""
        value = os.environ.get(name, "")
        self.records["V" + name] = value
        return value

    def _kind(self, path: str) -> str:
        kind = _kind_of(path)
        self.records["K" + path] = kind
        return kind


def holds(records: Iterable[tuple[str, str]]) -> bool:
    """Tell whether every question would be answered today as it was when it was recorded."""
    for question, answer in records:
        kind, subject = question[0], question[1:]
        if kind == "F":
            now = file_stamp(subject)
        elif kind == "K":
            now = _kind_of(subject)
        elif kind == "V":
            now = os.environ.get(subject, "")
        else:
            # A folder's time changes with every file saved in it; most of those do not matter.
            stamp, _, digest = answer.partition(" ")
            if file_stamp(subject) == stamp:
                continue
            now = f"{stamp} {_digest(_list(subject))}" if digest else ""
        if now != answer:
            return False
    return True


def file_stamp(path: str) -> str:
    """Return the version of a file or folder as text, `ABSENT` without one."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return ABSENT
    return str(file_version(status))


def _kind_of(path: str) -> str:
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return ABSENT
    return "d" if stat.S_ISDIR(mode) else "f" if stat.S_ISREG(mode) else "o"


def _list(path: str) -> Listing:
    folders: list[str] = []
    markers: list[str] = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                name = entry.name
                if name in MARKERS:
                    markers.append(name)
                elif (
                    not (name.startswith(".") or is_left_out_by_name(name))
                    # Last, as it may ask the file system.
                    and entry.is_dir(follow_symlinks=False)
                ):
                    folders.append(name)
    except OSError:
        pass
    return Listing(tuple(sorted(folders)), frozenset(markers))


def _digest(listing: Listing) -> str:
    from zlib import crc32

    names = "/".join((*listing.folders, "", *sorted(listing.markers)))
    return f"{crc32(names.encode('utf-8', 'backslashreplace')):x}"

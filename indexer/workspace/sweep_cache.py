"""Lists of strings as one string, so that what was found can be kept and read back cheaply.

json would do the same, and cost more start-up time than everything that is read with it.


What a sweep remembers for the next one.
"""

from __future__ import annotations

import os

from .stamps import file_stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    # Change time of the folder; then names joined by '/': source files, walked folders, entries to
    # look at every time, source files left out, folders left out.
    Folder = tuple[str, str, str, str, str, str]


# How names that are not valid text come from the file system, and go back into it.
NAME_ERRORS = "surrogatepass" if os.name == "nt" else "surrogateescape"


def pack(fields: Iterable[str]) -> str:
    """Join fields, one a line. The text is valid Unicode even if a file name among them is not."""
    lines = [
        field.replace("\\", "\\\\").replace("\n", "\\n")
        if "\\" in field or "\n" in field
        else field
        for field in fields
    ]
    text = "\n".join(lines)
    return text if text.isascii() else text.encode("utf-8", NAME_ERRORS).decode("latin-1")


def unpack(text: str) -> list[str]:
    """Return the fields that `pack` joined; ValueError if it did not make this text."""
    if not text.isascii():
        text = text.encode("latin-1").decode("utf-8", NAME_ERRORS)
    fields = text.split("\n")
    if "\\" in text:
        fields = [
            field.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\")
            if "\\" in field
            else field
            for field in fields
        ]
    return fields


class Reader:
    """Takes fields from a list in the order they were packed; IndexError when there is no more."""

    __slots__ = ("_fields", "_position")

    def __init__(self, fields: list[str]) -> None:
        self._fields = fields
        self._position = 0

    def text(self) -> str:
        """Return the next field."""
        self._position += 1
        return self._fields[self._position - 1]

    def texts(self) -> tuple[str, ...]:
        """Return the next list, which `counted` packed."""
        start = self._position + 1
        self._position = start + int(self._fields[start - 1])
        if self._position > len(self._fields):
            raise IndexError
        return tuple(self._fields[start : self._position])

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the next list of pairs, which `counted` packed flat."""
        flat = self.texts()
        return tuple(zip(flat[::2], flat[1::2], strict=True))

    def rest(self) -> list[str]:
        """Return all fields that were not taken yet."""
        return self._fields[self._position :]


def counted(fields: Iterable[str]) -> list[str]:
    """Return the fields behind their number, for `Reader.texts`."""
    listed = list(fields)
    return [str(len(listed)), *listed]


def flat(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Return the pairs as one list behind its length, for `Reader.pairs`."""
    return counted([field for pair in pairs for field in pair])


_FORMAT = "sweep 2"
_FIELDS = 7


class Known:
    """The folders of a workspace as they were, and what the decisions about them rest on.

    Names are joined by '/', the one letter besides NUL that no name can hold: a sweep that finds
    nothing changed never takes most of these strings apart.
    """

    __slots__ = ("_encoded", "folders", "rules", "stamps")

    rules: str
    """The settings' part in the decisions."""

    stamps: dict[str, str]
    """Path of each ignore file to its stamp."""

    folders: dict[str, Folder]
    """Path of each walked folder, '' for the root, to what is known of it."""

    def __init__(
        self,
        rules: str = "",
        stamps: dict[str, str] | None = None,
        folders: dict[str, Folder] | None = None,
    ) -> None:
        self.rules = rules
        self.stamps = stamps or {}
        self.folders = folders or {}
        self._encoded: bytes | None = None

    def holds(self, rules: str) -> bool:
        """Tell whether the same would be left out today: settings and ignore files are the same."""
        return rules == self.rules and all(
            file_stamp(path) == stamp for path, stamp in self.stamps.items()
        )

    def encode(self) -> bytes:
        """Return this as bytes, for `decode`."""
        if self._encoded is None:
            fields = [_FORMAT, self.rules, str(len(self.stamps))]
            for path, stamp in self.stamps.items():
                fields += (path, stamp)
            for rel, folder in self.folders.items():
                fields.append(rel)
                fields += folder
            self._encoded = "\0".join(fields).encode("utf-8", NAME_ERRORS)
        return self._encoded

    @classmethod
    def decode(cls, data: bytes) -> Known:
        """Return what `encode` was called on; nothing is known if the bytes are not its work."""
        try:
            fields = data.decode("utf-8", NAME_ERRORS).split("\0")
        except UnicodeDecodeError:
            return cls()
        if fields[0] != _FORMAT or len(fields) < 3 or not fields[2].isdecimal():
            return cls()
        start = 3 + 2 * int(fields[2])
        if start > len(fields) or (len(fields) - start) % _FIELDS:
            return cls()
        columns = [fields[start + column :: _FIELDS] for column in range(_FIELDS)]
        known = cls(
            fields[1],
            dict(zip(fields[3:start:2], fields[4:start:2], strict=True)),
            dict(zip(columns[0], zip(*columns[1:], strict=True), strict=True)),
        )
        known._encoded = data
        return known

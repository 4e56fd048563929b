"""Lists of strings as one string, so that what was found can be kept and read back cheaply.

json would do the same, and cost more start-up time than everything that is read with it.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

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

"""Places as people write them, ``FILE:LINE[:COLUMN]`` from 1, as positions that operations take."""

from __future__ import annotations

from bisect import bisect_right

from ...indexer import facts as f
from ...indexer.errors import InvalidArgumentsError
from ...indexer.text import utf16_length

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ...indexer.snapshot import Snapshot

    # Offset of a name, the name, its role.
    Name = tuple[int, str, int]

_RECEIVERS = ("self", "cls")


def split_place(target: str) -> tuple[str, int, int]:
    """File, line and column of ``FILE:LINE[:COLUMN]``; 0 for what it does not say.

    Takes the colon that compilers write after a place.
    """
    head, _, number = target.removesuffix(":").rpartition(":")
    if not head or not number.isdecimal():
        return target, 0, 0
    file, _, line = head.rpartition(":")
    if file and line.isdecimal():
        return file, _from_one(target, line), _from_one(target, number)
    return head, _from_one(target, number), 0


def character(snapshot: Snapshot, path: str, line: int, column: int) -> int:
    """UTF-16 character of a column of a line, or of the name that the line is about.

    Columns count characters, as editors and compilers do. Raises InvalidArgumentsError for a place
    that the file does not have, and UnknownFileError for a file that cannot be read.
    """
    facts = snapshot.need(path)
    starts = facts.line_starts
    # The last start is the end of the text, where a line begins if the text ends in a line break.
    lines = len(starts) - 1
    if line > lines:
        raise InvalidArgumentsError(f"{path} has {lines} lines, there is no line {line}")
    start, end = starts[line - 1], starts[line]
    text = snapshot.text(path)[start:end].rstrip(b"\r\n")
    if not column:
        at = telling_name(facts, line - 1)
        if at < 0:
            raise InvalidArgumentsError(f"there is no name in line {line} of {path}")
        return utf16_length(text[: at - start])
    shown = text.decode("utf-8", "replace")
    if column > len(shown) + 1:
        raise InvalidArgumentsError(
            f"line {line} of {path} has {len(shown)} columns, there is no column {column}"
        )
    return utf16_length(shown[: column - 1].encode())


def telling_name(facts: FileFacts, line: int) -> int:
    """Offset of the name that a line, from 0, is about; -1 if there is no name in it.

    That is what it defines, else what it imports, else its first name, where a receiver stands for
    the attribute behind it: ``b`` in ``self.a.b = 1``, ``a`` in ``self.a.b()``.
    """
    names = _names(facts, facts.line_starts[line], facts.line_starts[line + 1])
    for wanted in (f.DEFINED, f.IMPORTED):
        for offset, _, role in names:
            if role == wanted:
                return offset
    if not names:
        return -1
    first = 0
    while first < len(names) - 1 and names[first][1] in _RECEIVERS:
        first += 1
    last = first
    while last < len(names) - 1 and _is_dotted(names[last], names[last + 1]):
        last += 1
    goes_on = names[last][2] in (f.WRITTEN, f.MODULE_ROLE)
    return names[last if goes_on else first][0]


def _names(facts: FileFacts, start: int, end: int) -> list[Name]:
    """Names between two offsets, in order."""
    roles, offsets, _ = facts.occurrence
    index = facts.occurrence_index[0]
    found: list[Name] = []
    # Occurrences are grouped by name, so all have to be looked at.
    for row, offset in enumerate(offsets):
        if start <= offset < end:
            name = facts.names[bisect_right(index, row) - 1]
            found.append((offset, name, roles[row] & f.ROLE_MASK))
    found.sort()
    return found


def _is_dotted(name: Name, following: Name) -> bool:
    return following[0] == name[0] + len(name[1].encode()) + 1


def _from_one(target: str, number: str) -> int:
    value = int(number)
    if not value:
        raise InvalidArgumentsError(f"lines and columns count from 1, not from 0 as in {target!r}")
    return value

"""Places as people write them, ``FILE:LINE[:COLUMN]`` from 1, as positions that operations take."""

from __future__ import annotations

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
    """Return file, line and column of ``FILE:LINE[:COLUMN]``; 0 for what is left out.

    A colon behind it, as compilers write, is ignored.
    """
    head, _, number = target.removesuffix(":").rpartition(":")
    if not head or not number.isdecimal():
        return target, 0, 0
    file, _, line = head.rpartition(":")
    if file and line.isdecimal():
        return file, _from_one(target, line), _from_one(target, number)
    return head, _from_one(target, number), 0


def character(snapshot: Snapshot, path: str, line: int, column: int) -> int:
    """Return the UTF-16 character of a column of a line, or of its main name without a column.

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
        at = main_name(facts, line - 1)
        if at < 0:
            raise InvalidArgumentsError(f"there is no name in line {line} of {path}")
        return utf16_length(text[: at - start])
    shown = text.decode("utf-8", "replace")
    if column > len(shown) + 1:
        raise InvalidArgumentsError(
            f"line {line} of {path} has {len(shown)} columns, there is no column {column}"
        )
    return utf16_length(shown[: column - 1].encode())


def main_name(facts: FileFacts, line: int) -> int:
    """Return the offset of the main name of a line, counted from 0; -1 if it has no name.

    That is what it defines, else what it imports, else its first name; of an attribute of ``self``
    or ``cls`` it is the attribute: ``b`` in ``self.a.b = 1``, ``a`` in ``self.a.b()``.
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
    is_target = names[last][2] in (f.WRITTEN, f.MODULE_ROLE)
    return names[last if is_target else first][0]


def _names(facts: FileFacts, start: int, end: int) -> list[Name]:
    """Return the names between two offsets, in order."""
    # Occurrences are grouped by name, so all have to be looked at.
    return sorted(
        (offset, name, role & f.ROLE_MASK)
        for name in facts.names
        for role, offset, _ in facts.occurrences(name)
        if start <= offset < end
    )


def _is_dotted(name: Name, following: Name) -> bool:
    return following[0] == name[0] + len(name[1].encode()) + 1


def _from_one(target: str, number: str) -> int:
    value = int(number)
    if not value:
        raise InvalidArgumentsError(f"lines and columns count from 1, not from 0 as in {target!r}")
    return value

"""Read before write: what an agent has to see before what it proposes may land.

The lines that an edit replaces, or stands between, have to have been shown as they are now. A new
file is written like its siblings and uses what exists, so one of the siblings has to have been
shown, and the head of each class and function of the workspace that it uses.
"""

from __future__ import annotations

from ..source.line_changes import hunks, merged, without
from .knowledge import known, record_proposal, record_shown
from .read_log import content_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...indexer.store.ledger import Ledger
    from ..open_workspace import Session
    from ..source.line_changes import Ranges
    from .knowledge import Known

UNREAD, CHANGED, SIBLING, API = "unread", "changed", "sibling", "api"
_SUFFIXES = (".py", ".pyi")
# Places to read that lie this close are read at once.
_GAP = 5
# Lines around what has to be read, where no definition is small enough to be read as a whole.
_AROUND = 3
_SMALL = 60
# Characters of code that are handed over with a refusal.
_HANDED_OVER = 7_000


class Missing:
    """Lines to be shown first: from ``first`` to ``last``, counted from 0, the last exclusive.

    ``why`` is one of the reasons above; ``name`` is the class or function that an API is. ``text``
    are the lines, where they are handed over.
    """

    __slots__ = ("changed", "first", "last", "name", "path", "text", "why")

    def __init__(self, path: str, first: int, last: int, why: str, name: str = "") -> None:
        """Describe lines of a file."""
        self.path = path
        self.first = first
        self.last = last
        self.why = why
        self.name = name
        self.changed: Ranges = []
        self.text = ""

    def said(self) -> str:
        """Which lines, and why."""
        place = f"{self.path}:{self.first + 1}-{self.last}"
        if self.why == CHANGED:
            listed = ", ".join(
                f"{first + 1}-{last}" if last > first + 1 else f"{last}"
                for first, last in self.changed[:5]
            )
            many = len(self.changed) > 1 or "-" in listed
            said = f"lines {listed} have" if many else f"line {listed} has"
            return f"{place} is not what it was when it was read: {said} changed"
        if self.why == SIBLING:
            return f"{place} is how files beside the new one are written"
        if self.why == API:
            return f"{place} is `{self.name}`, which the new file uses"
        return f"{place} has not been read"


def missing(
    session: Session, ledger: Ledger, number: int, contents: Mapping[str, bytes | None]
) -> list[Missing]:
    """What a session has to be shown before files get these contents; None deletes a file.

    Paths are relative to the workspace. Only Python's files are looked after.
    """
    found: list[Missing] = []
    for path, content in contents.items():
        if content is None or not path.endswith(_SUFFIXES):
            continue
        old = content_of(session, path)
        if old is not None:
            found += _of_edit(session, path, known(ledger, number, path, old), content)
        else:
            from .new_file import missing_for

            found += missing_for(session, ledger, number, path, contents)
    return found


def allow(
    session: Session, ledger: Ledger, number: int, contents: Mapping[str, bytes | None]
) -> None:
    """Remember what is about to be written, so that the session knows it when it is there."""
    for path, content in contents.items():
        if content is not None and path.endswith(_SUFFIXES):
            record_proposal(ledger, number, path, content_of(session, path), content)


def hand_over(
    session: Session, ledger: Ledger, number: int, wanted: Iterable[Missing]
) -> list[Missing]:
    """Fill in the text of what is missing, and record it as shown; what is too much is left out."""
    left = _HANDED_OVER
    for each in wanted:
        content = content_of(session, each.path)
        if content is None:
            continue
        text = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        lines = text.split("\n")[each.first : each.last]
        text = "\n".join(lines)
        if len(text) <= left:
            left -= len(text)
            each.text = text
            record_shown(ledger, number, each.path, content, [(each.first, each.last)])
    return [each for each in wanted if each.text]


def _of_edit(session: Session, path: str, before: Known, content: bytes) -> list[Missing]:
    from .knowledge import fingerprints

    end = len(before.lines)
    needed: Ranges = []
    for a, b, _, _ in hunks(before.lines, fingerprints(content)):
        if a < b:
            needed.append((a, b))
        elif end and not any(before.covers(at, at + 1) for at in (a - 1, a) if 0 <= at < end):
            needed.append((max(a - 1, 0), min(a + 1, end)))
    unknown = merged(without(needed, before.ranges), _GAP)
    found: list[Missing] = []
    for first, last in merged((_widened(session, path, each, end) for each in unknown), _GAP):
        changed = [each for each in before.changed if each[0] < last and first < each[1]]
        each = Missing(path, first, last, CHANGED if changed else UNREAD)
        each.changed = changed
        found.append(each)
    return found


def _widened(session: Session, path: str, lines: tuple[int, int], end: int) -> tuple[int, int]:
    """Lines with what they are a part of: the smallest definition around them, if it is short."""
    first, last = lines
    facts = session.inference(whole=False).facts(path)
    if facts is not None and last < len(facts.line_starts):
        start, until = facts.line_starts[first], facts.line_starts[last]
        table = facts.definition
        around = [
            (table.end[row] - begin, row)
            for row, begin in enumerate(table.start)
            if begin <= start and until <= table.end[row] + 1
        ]
        if around:
            row = min(around)[1]
            head = facts.line_of(table.start[row])
            tail = facts.line_of(max(table.end[row] - 1, 0)) + 1
            if tail - head <= _SMALL:
                return min(head, first), max(tail, last)
    return max(first - _AROUND, 0), min(last + _AROUND, end)

"""Read before write: what an agent has to see before what it proposes may land.

The lines that an edit replaces, or stands between, have to have been shown as they are now. A new
file is written like its siblings and uses what exists, so one of the siblings has to have been
shown, and the head of each class and function of the workspace that it uses.
"""

from __future__ import annotations

from ..source.text_edits import hunks, merged, without
from .knowledge import fingerprints, known_file, record_proposal, record_shown
from .new_file import lines_to_read_for
from .read_log import content_of
from .to_read import CHANGED, UNREAD, ToRead

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...indexer.store.ledger import Ledger
    from ..open_workspace import OpenWorkspace
    from ..source.text_edits import Ranges
    from .knowledge import KnownFile

_SUFFIXES = (".py", ".pyi")
# Places to read that lie this close are read at once.
_GAP = 5
# Lines around what has to be read, where no definition is small enough to be read as a whole.
_AROUND = 3
_SMALL = 60
# Characters of code that are supplied with a refusal.
_SUPPLIED = 7_000


def lines_to_read(
    workspace: OpenWorkspace, ledger: Ledger, number: int, contents: Mapping[str, bytes | None]
) -> list[ToRead]:
    """Return what a session has to be shown before files get new contents; None deletes a file.

    Paths are relative to the workspace. Files that are not Python's need nothing.
    """
    found: list[ToRead] = []
    for path, content in contents.items():
        if content is None or not path.endswith(_SUFFIXES):
            continue
        old = content_of(workspace, path)
        if old is not None:
            found += _lines_of_edit(workspace, path, known_file(ledger, number, path, old), content)
        else:
            found += lines_to_read_for(workspace, ledger, number, path, contents)
    return found


def allow_write(
    workspace: OpenWorkspace, ledger: Ledger, number: int, contents: Mapping[str, bytes | None]
) -> None:
    """Record contents that are about to be written, which count as read once they are there."""
    for path, content in contents.items():
        if content is not None and path.endswith(_SUFFIXES):
            record_proposal(ledger, number, path, content_of(workspace, path), content)


def supply_text(
    workspace: OpenWorkspace, ledger: Ledger, number: int, wanted: Iterable[ToRead]
) -> list[ToRead]:
    """Fill in the text of lines to read and record them as shown, as many as fit in an answer."""
    left = _SUPPLIED
    for each in wanted:
        content = content_of(workspace, each.path)
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


def _lines_of_edit(
    workspace: OpenWorkspace, path: str, before: KnownFile, content: bytes
) -> list[ToRead]:
    end = len(before.lines)
    needed: Ranges = []
    for first, last, _, _ in hunks(before.lines, fingerprints(content)):
        beside = [line for line in (first - 1, first) if 0 <= line < end]
        if first < last:
            needed.append((first, last))
        elif beside and not any(before.covers(line, line + 1) for line in beside):
            needed.append((beside[0], beside[-1] + 1))
    unknown = merged(without(needed, before.ranges), _GAP)
    found: list[ToRead] = []
    for first, last in merged((_widened(workspace, path, each, end) for each in unknown), _GAP):
        changed = [each for each in before.changed if each[0] < last and first < each[1]]
        why = CHANGED if changed else UNREAD
        found.append(ToRead(path, first, last, why, changed=changed))
    return found


def _widened(
    workspace: OpenWorkspace, path: str, lines: tuple[int, int], end: int
) -> tuple[int, int]:
    """Return the lines of the smallest definition around some, if short, else a few more lines."""
    first, last = lines
    facts = workspace.inference(whole=False).facts(path)
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

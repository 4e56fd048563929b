"""Which lines of files a session knows, at their present content.

Reading adds to them, and so does writing. When a file changes otherwise, the lines that stayed the
same are still known, wherever they have moved, and the others are not.
"""

from __future__ import annotations

from array import array
from zlib import crc32

from ...indexer.index_file import content_hash
from ...indexer.store.ledger import Ledger, Seen
from ..source.text_edits import hunks, mapped, merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..open_workspace import OpenWorkspace
    from ..source.text_edits import Ranges


def open_ledger(workspace: OpenWorkspace) -> Ledger:
    """Open the ledger of a workspace, for the caller to close. Raises StoreError."""
    return Ledger(workspace.index.workspace.state_dir)


def fingerprints(content: bytes) -> array[int]:
    """Return a number for each line of a file, whatever its line endings."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if not lines[-1]:
        del lines[-1]
    return array("I", map(crc32, lines))


class KnownFile:
    """The lines that a session knows of a file's present content, and those that changed.

    ``changed`` are lines that are not what they were when the session last saw the file, if it did
    (``is_met``).
    """

    __slots__ = ("changed", "digest", "is_met", "lines", "ranges")

    def __init__(self, content: bytes) -> None:
        """Start with no line known."""
        self.digest = content_hash(content)
        self.lines = fingerprints(content)
        self.ranges: Ranges = []
        self.changed: Ranges = []
        self.is_met = False

    def add(self, seen: Seen | None, *, shown: bool = True) -> None:
        """Add the lines of a record that are still there."""
        if seen is None:
            return
        self.is_met = self.is_met or shown
        if seen.digest == self.digest:
            self.ranges = merged([*self.ranges, *seen.ranges])
            return
        changes = hunks(seen.lines, self.lines)
        self.ranges = merged([*self.ranges, *mapped(seen.ranges, changes)])
        if shown:
            # Where lines were only deleted, the one that stands there now is what changed.
            places = [(c, max(d, c + 1)) for _, _, c, d in changes]
            end = max(len(self.lines), 1)
            self.changed = merged((min(c, end - 1), min(d, end)) for c, d in places)

    def covers(self, first: int, last: int) -> bool:
        """True if all lines from ``first`` up to, not including, ``last`` are known."""
        return any(start <= first and last <= end for start, end in self.ranges)

    def is_whole(self) -> bool:
        """True if all of the file is known."""
        return self.covers(0, len(self.lines))

    def record(self) -> Seen:
        """Return this as a record."""
        return Seen(self.digest, self.lines, self.ranges)


def known_file(ledger: Ledger, session: int, path: str, content: bytes) -> KnownFile:
    """Return the lines that a session knows of a file with this content."""
    found = KnownFile(content)
    proposal = ledger.seen(session, path, proposed=True)
    if proposal is not None and proposal.digest == found.digest:
        found.add(proposal)
        return found
    found.add(ledger.seen(session, path))
    # The proposal may have been written and changed since, by a formatter say.
    found.add(proposal, shown=False)
    if proposal is not None and found.changed:
        found.changed = [
            (first, last) for first, last in found.changed if not found.covers(first, last)
        ]
    return found


def record_shown(
    ledger: Ledger, session: int, path: str, content: bytes, ranges: Iterable[tuple[int, int]]
) -> None:
    """Record that lines of a file were shown, of the content that it has."""
    with ledger.transaction():
        found = known_file(ledger, session, path, content)
        end = len(found.lines)
        inside = [(max(first, 0), min(last, end)) for first, last in ranges]
        # Of an empty file there is no line to show.
        found.ranges = merged([*found.ranges, *inside])
        ledger.put_seen(session, path, found.record())


def record_proposal(ledger: Ledger, session: int, path: str, old: bytes | None, new: bytes) -> None:
    """Record which lines a session will know of a file once its proposal is written."""
    with ledger.transaction():
        after = KnownFile(new)
        if old is None:
            after.ranges = [(0, len(after.lines))]
        else:
            before = known_file(ledger, session, path, old)
            changes = hunks(before.lines, after.lines)
            changed = [(c, d) for _, _, c, d in changes]
            after.ranges = merged([*mapped(before.ranges, changes), *changed])
        ledger.put_seen(session, path, after.record(), proposed=True)


def record_write(ledger: Ledger, session: int, path: str, content: bytes) -> KnownFile:
    """Record that a proposal was written; return what is known of the file as it is now."""
    with ledger.transaction():
        found = known_file(ledger, session, path, content)
        ledger.put_seen(session, path, found.record())
    return found

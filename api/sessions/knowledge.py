"""What a session knows of files at their present content.

Reading adds to it, and so does writing: who wrote a line knows it. When a file changes otherwise,
the lines that stayed the same are still known, wherever they have gone, and the others are not.
"""

from __future__ import annotations

from array import array
from zlib import crc32

from ...indexer.index_file import content_hash
from ...indexer.store.ledger import Ledger, Seen
from ..source.line_changes import hunks, mapped, merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..open_workspace import Session
    from ..source.line_changes import Ranges


def ledger_of(session: Session) -> Ledger:
    """The ledger of a session's workspace; whoever opens it closes it. Raises StoreError."""
    return Ledger(session.index.workspace.state_dir)


def fingerprints(content: bytes) -> array[int]:
    """A number for each line of a file; what breaks lines is no part of them."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if not lines[-1]:
        del lines[-1]
    return array("I", map(crc32, lines))


class Known:
    """What a session knows of the content that a file has: lines by ranges, and those that changed.

    ``changed`` are lines that are not what they were when the session last saw the file, as far as
    it saw it at all; ``is_met`` tells whether it did.
    """

    __slots__ = ("changed", "digest", "is_met", "lines", "ranges")

    def __init__(self, content: bytes) -> None:
        """Nothing is known."""
        self.digest = content_hash(content)
        self.lines = fingerprints(content)
        self.ranges: Ranges = []
        self.changed: Ranges = []
        self.is_met = False

    def take(self, seen: Seen | None, *, shown: bool = True) -> None:
        """Add what a record says, as far as it still holds."""
        if seen is None:
            return
        self.is_met = self.is_met or shown
        if seen.digest == self.digest:
            self.ranges = merged([*self.ranges, *seen.ranges])
            return
        changes = hunks(seen.lines, self.lines)
        self.ranges = merged([*self.ranges, *mapped(seen.ranges, changes)])
        if shown:
            # Where lines only went, the one that stands there now is what changed.
            places = [(c, max(d, c + 1)) for _, _, c, d in changes]
            end = max(len(self.lines), 1)
            self.changed = merged((min(c, end - 1), min(d, end)) for c, d in places)

    def covers(self, first: int, last: int) -> bool:
        """Whether all lines from first to last, exclusive, are known."""
        return any(start <= first and last <= end for start, end in self.ranges)

    def is_whole(self) -> bool:
        """Whether all of the file is known."""
        return self.covers(0, len(self.lines))

    def record(self) -> Seen:
        """This as a record."""
        return Seen(self.digest, self.lines, self.ranges)


def known(ledger: Ledger, session: int, path: str, content: bytes) -> Known:
    """What a session knows of a file that has this content."""
    found = Known(content)
    landed = ledger.seen(session, path, proposed=True)
    if landed is not None and landed.digest == found.digest:
        found.take(landed)
        return found
    found.take(ledger.seen(session, path))
    # What was proposed may have landed and been changed since, by a formatter say.
    found.take(landed, shown=False)
    if landed is not None and found.changed:
        found.changed = [
            (first, last) for first, last in found.changed if not found.covers(first, last)
        ]
    return found


def record_shown(
    ledger: Ledger, session: int, path: str, content: bytes, ranges: Iterable[tuple[int, int]]
) -> None:
    """Record that lines of a file were shown, of the content that it has."""
    with ledger.transaction():
        found = known(ledger, session, path, content)
        end = len(found.lines)
        inside = [(max(first, 0), min(last, end)) for first, last in ranges]
        # Of an empty file there is no line to show.
        found.ranges = merged([*found.ranges, *inside])
        ledger.put_seen(session, path, found.record())


def record_proposal(ledger: Ledger, session: int, path: str, old: bytes | None, new: bytes) -> None:
    """Record what a session will know of a file when what it writes has landed."""
    with ledger.transaction():
        after = Known(new)
        if old is None:
            after.ranges = [(0, len(after.lines))]
        else:
            before = known(ledger, session, path, old)
            changes = hunks(before.lines, after.lines)
            written = [(c, d) for _, _, c, d in changes]
            after.ranges = merged([*mapped(before.ranges, changes), *written])
        ledger.put_seen(session, path, after.record(), proposed=True)


def record_write(ledger: Ledger, session: int, path: str, content: bytes) -> Known:
    """Record that what was proposed has been written, and what has become of it since."""
    with ledger.transaction():
        found = known(ledger, session, path, content)
        ledger.put_seen(session, path, found.record())
    return found

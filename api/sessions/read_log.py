"""What a session knows: lines of files at their present content, and symbols with signatures.

Answers are read by their shape, so that a new operation needs nothing here: whatever has a
``path`` with the ``text`` of lines shows these lines, and a symbol shows its signature. Reading
adds to what is known, and so does writing. When a file changes otherwise, the lines that stayed the
same are still known, wherever they have moved, and the others are not.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from zlib import compress, crc32, decompress

from ...indexer.errors import InvalidArgumentsError
from ...indexer.index_file import content_hash
from ...indexer.store.ledger import Ledger, Seen
from ...indexer.text import UnreadableError, read
from ..open_workspace import OpenWorkspace
from ..source.text_edits import hunks, mapped, merged

if TYPE_CHECKING:
    from ...indexer.store.index_store import FileRow
    from ..source.text_edits import Ranges

# Bytes of each content's hash that are stored.
_STORED = 8


class ShownLines:
    """Lines by path, counted from 0, and (path, name, signature) of symbols."""

    # Loaded by hooks, for which dataclasses would cost a tenth of the time.
    __slots__ = ("lines", "symbols")

    def __init__(self) -> None:
        """Nothing was shown yet."""
        self.lines: dict[str, Ranges] = {}
        self.symbols: list[tuple[str, str, str]] = []

    def add(self, part: Any) -> None:
        """Add what a part of an answer shows."""
        if hasattr(part, "values"):
            path = part.get("path")
            if isinstance(path, str) and path:
                self._add_item(part, path)
            for each in part.values():
                self.add(each)
        elif not isinstance(part, str) and hasattr(part, "__iter__"):
            for each in part:
                self.add(each)

    def _add_item(self, part: Mapping[str, Any], path: str) -> None:
        for first, last in _lines(part):
            self.lines.setdefault(path, []).append((first, last))
        name, signature = part.get("name"), part.get("signature")
        if "kind" in part and isinstance(name, str):
            self.symbols.append((path, name, signature if isinstance(signature, str) else ""))


def _lines(part: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    """Yield the lines that the text of an item shows."""
    text = part.get("text")
    if not isinstance(text, str) or not text:
        return
    first = part.get("first_line")
    if isinstance(first, int) and first > 0:
        yield first - 1, first - 1 + len(text.splitlines())
        return
    place: Any = part.get("range")
    if place is not None and "\n" not in text:
        line: int = place["start"]["line"]
        yield line, line + 1


def record(workspace: OpenWorkspace, handle: str, answer: Mapping[str, Any]) -> None:
    """Record for an agent's session what an answer showed of the workspace's files.

    Raises InvalidArgumentsError if there is no such session.
    """
    with open_ledger(workspace) as ledger:
        record_shown_in(workspace, ledger, session_number(ledger, handle), answer)


def session_number(ledger: Ledger, handle: str) -> int:
    """Return the session of a handle; raise InvalidArgumentsError if there is none."""
    found = ledger.session(handle)
    if found is None:
        raise InvalidArgumentsError(f"there is no session {handle!r}: `begin` opens one")
    return found


def record_shown_in(
    workspace: OpenWorkspace, ledger: Ledger, number: int, answer: Mapping[str, Any]
) -> None:
    """Record what an answer showed, but for files that have changed since it was made."""
    shown = ShownLines()
    shown.add(answer)
    files: Mapping[str, str] = answer.get("files", {})
    for path, ranges in shown.lines.items():
        content = content_of(workspace, path)
        if content is not None and files.get(path) == content_hash(content).hex():
            record_shown(ledger, number, path, content, ranges)
    if shown.symbols:
        with ledger.transaction():
            ledger.put_symbols(number, shown.symbols)


def content_of(workspace: OpenWorkspace, path: str) -> bytes | None:
    """Return the bytes of a file of the workspace on disk; None if it cannot be read."""
    files = workspace.index.workspace
    try:
        return read(files.absolute(path), files.config.max_file_size)
    except (UnreadableError, ValueError):
        return None


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


def packed(files: Mapping[str, FileRow]) -> bytes:
    """Return paths and the starts of their hashes, as the ledger stores them."""
    paths = "\0".join(files).encode("utf-8", "surrogateescape")
    digests = b"".join(row[3][:_STORED].ljust(_STORED, b"\0") for row in files.values())
    return compress(len(paths).to_bytes(4, "big") + paths + digests, 1)


def differing(stored: bytes, files: Mapping[str, FileRow]) -> dict[str, bytes]:
    """Return the paths that changed, with the stored start of their hash; empty for new ones."""
    raw = decompress(stored)
    length = int.from_bytes(raw[:4], "big")
    digests = raw[4 + length :]
    text = raw[4 : 4 + length].decode("utf-8", "surrogateescape")
    paths = text.split("\0") if text else []
    old = {path: digests[at * _STORED : (at + 1) * _STORED] for at, path in enumerate(paths)}
    found = {
        path: old.get(path, b"")
        for path, row in files.items()
        if old.get(path) != row[3][:_STORED].ljust(_STORED, b"\0")
    }
    found.update((path, digest) for path, digest in old.items() if path not in files)
    return found


def is_of(content: bytes, stored: bytes) -> bool:
    """True if the stored start of a hash is of this content."""
    return content_hash(content)[:_STORED] == stored

"""Facts by content: one SQLite file in the user's cache folder, for all workspaces.

Keyed by the hash of a file's bytes, so a second worktree, a branch seen before, or the same
distribution in another environment finds its facts made. The file's name carries the extractor's
version: programs of different versions live side by side and never read each other's facts.
Bounded: least recently used content goes first.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
import zlib

from .. import facts as f
from . import database

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# Raise when a table changes.
_SCHEMA_VERSION = 4
VERSION = f"{_SCHEMA_VERSION}.{f.EXTRACTOR_VERSION}.{f.N_COLUMNS}-{sys.byteorder}"
DEFAULT_LIMIT = 2_000_000_000  # bytes of facts
_DAY = 86_400
_RECENT_DAYS = 7


class FactsCache:
    """Encoded facts by content hash. Every failure to read or write is a miss, never an error.

    ``problem`` is a sentence about the last failure to write, empty when there is none.
    """

    __slots__ = ("_connection", "_damaged", "_writable", "path", "problem")

    def __init__(self, folder: str) -> None:
        """Name the folder; the file is opened when first needed."""
        self.path = os.path.join(folder, f"facts-{VERSION}.db")
        self.problem = ""
        self._connection: sqlite3.Connection | None = None
        self._writable = False
        self._damaged = False

    def _open(self, *, writable: bool) -> sqlite3.Connection | None:
        if self._connection is not None and (self._writable or not writable):
            return self._connection
        try:
            if writable:
                if self._damaged:
                    self.close()
                    database.discard(self.path)
                    self._damaged = False
                os.makedirs(os.path.dirname(self.path), 0o700, exist_ok=True)
                connection, _ = database.open_cache(self.path, VERSION, _create)
            else:
                connection = database.connect(self.path, writable=False)
        except (OSError, sqlite3.Error) as error:
            if writable:
                self.problem = f"cannot write {self.path}: {error}"
            return None
        self.close()
        self._connection, self._writable = connection, writable
        return connection

    def get(self, digest: bytes) -> bytes | None:
        """Encoded facts of the content with this hash, or None."""
        connection = self._open(writable=False)
        if connection is None:
            return None
        try:
            row = connection.execute(
                "SELECT blob, checksum FROM facts WHERE hash = ?", (digest,)
            ).fetchone()
        except sqlite3.Error as error:
            self._failed(error)
            return None
        if row is None or not isinstance(row[0], bytes) or _checksum(digest, row[0]) != row[1]:
            return None
        return row[0]

    def _failed(self, error: sqlite3.Error) -> None:
        """Close a damaged cache, to be made anew by whoever writes next."""
        if database.is_damage(error):
            self.close()
            self._damaged = True

    def has(self, digests: Iterable[bytes]) -> set[bytes]:
        """Return which of these contents have facts here."""
        connection = self._open(writable=False)
        if connection is None:
            return set()
        found: set[bytes] = set()
        try:
            for digest in digests:
                if connection.execute("SELECT 1 FROM facts WHERE hash = ?", (digest,)).fetchone():
                    found.add(digest)
        except sqlite3.Error:
            return found
        return found

    def put(self, items: Iterable[tuple[bytes, bytes]]) -> bool:
        """Keep facts; returns whether that worked (a full disk only costs speed)."""
        items = list(items)
        if self._put(items):
            self.problem = ""
            return True
        return self._damaged and self._put(items)

    def _put(self, items: list[tuple[bytes, bytes]]) -> bool:
        connection = self._open(writable=True)
        if connection is None:
            return False
        today = int(time.time()) // _DAY
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT OR REPLACE INTO facts (hash, checksum, blob, size, used) "
                "VALUES (?, ?, ?, ?, ?)",
                ((key, _checksum(key, blob), blob, len(blob), today) for key, blob in items),
            )
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self.problem = f"cannot write {self.path}: {error}"
            self._failed(error)
            return False
        return True

    def touch(self, digests: Iterable[bytes]) -> None:
        """Mark contents as used today, so that they are evicted late.

        Those that were used in the last days stay as they are: marking rewrites all of a row.
        """
        connection = self._open(writable=True)
        if connection is None:
            return
        today = int(time.time()) // _DAY
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "UPDATE facts SET used = ? WHERE hash = ? AND used < ?",
                ((today, digest, today - _RECENT_DAYS) for digest in digests),
            )
            connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def trim(self, limit: int = DEFAULT_LIMIT) -> int:
        """Evict until at most ``limit`` bytes of facts are left; returns how many went."""
        connection = self._open(writable=True)
        if connection is None:
            return 0
        try:
            (total,) = connection.execute("SELECT coalesce(sum(size), 0) FROM facts").fetchone()
            removed = 0
            if total > limit:
                connection.execute("BEGIN IMMEDIATE")
                for row, size in connection.execute(
                    "SELECT id, size FROM facts ORDER BY used"
                ).fetchall():
                    if total <= limit:
                        break
                    connection.execute("DELETE FROM facts WHERE id = ?", (row,))
                    total -= size
                    removed += 1
                connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            return 0
        return removed

    def size(self) -> int:
        """Bytes of the file on disk."""
        try:
            return os.path.getsize(self.path)
        except OSError:
            return 0

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _checksum(digest: bytes, blob: bytes) -> int:
    """Return the checksum of facts and of what they belong to: SQLite has none for its rows."""
    return zlib.crc32(blob, zlib.crc32(digest))


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables; the page size, which suits blobs of some ten kilobytes, is set by now."""
    connection.execute(
        "CREATE TABLE facts (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, checksum INTEGER "
        "NOT NULL, blob BLOB NOT NULL, size INTEGER NOT NULL, used INTEGER NOT NULL)"
    )
    # With the size, so that adding all of them up reads no blob.
    connection.execute("CREATE INDEX facts_by_use ON facts (used, size)")

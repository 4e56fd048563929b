"""The memory of a workspace: `ledger.db`, which is never given up as the index is.

It holds agents' sessions and what each of them was shown, wrote and was told. Several processes
write it at the same time. Its schema has a version, and is changed by migrations only. A file that
cannot be read is set aside under another name, never deleted; one of a newer version is left alone.
"""

from __future__ import annotations

import os
import sqlite3
import time
from array import array

from ..errors import StoreError
from ..private_files import make_folder
from . import database

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Self


_OF_SESSION = "session INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE"

_SESSION_TABLES = (
    # files: see `flux_index.api.sessions.files`; NULL while nobody has looked.
    "CREATE TABLE session (id INTEGER PRIMARY KEY, handle TEXT NOT NULL UNIQUE, "
    "host TEXT NOT NULL, model TEXT NOT NULL DEFAULT '', begun REAL NOT NULL, "
    "used REAL NOT NULL, files BLOB)",
    # lines: a 32-bit fingerprint of each line, so that no text of users is kept for this.
    "CREATE TABLE content (hash BLOB PRIMARY KEY, lines BLOB NOT NULL) WITHOUT ROWID",
    # ranges: pairs of lines, counted from 0, the last exclusive. proposed: what the session knows
    # of the file when what it proposed has landed.
    f"CREATE TABLE shown ({_OF_SESSION}, path TEXT NOT NULL, proposed INTEGER NOT NULL, "
    "hash BLOB NOT NULL, ranges BLOB NOT NULL, at REAL NOT NULL, "
    "PRIMARY KEY (session, path, proposed)) WITHOUT ROWID",
    f"CREATE TABLE symbol ({_OF_SESSION}, path TEXT NOT NULL, name TEXT NOT NULL, "
    "signature TEXT NOT NULL, at REAL NOT NULL, "
    "PRIMARY KEY (session, path, name)) WITHOUT ROWID",
    # content: compressed; NULL when there was no file.
    f"CREATE TABLE original ({_OF_SESSION}, path TEXT NOT NULL, content BLOB, "
    "PRIMARY KEY (session, path)) WITHOUT ROWID",
    f"CREATE TABLE edit ({_OF_SESSION}, call TEXT NOT NULL, path TEXT NOT NULL, content BLOB, "
    "at REAL NOT NULL, PRIMARY KEY (session, call, path)) WITHOUT ROWID",
    f"CREATE TABLE told ({_OF_SESSION}, key TEXT NOT NULL, at REAL NOT NULL, "
    "PRIMARY KEY (session, key)) WITHOUT ROWID",
)

_VERDICT_TABLE = (
    # What is to be said of an edit when it has landed as it was proposed; text: a JSON array.
    f"CREATE TABLE verdict ({_OF_SESSION}, call TEXT NOT NULL, text TEXT NOT NULL, "
    "PRIMARY KEY (session, call)) WITHOUT ROWID",
)

MIGRATIONS = (_SESSION_TABLES, _VERDICT_TABLE)
"""Statements of each step; a ledger's version is the number of those that it has been through.

A step that was released is never changed: a new one is added behind it.
"""


NAME = "ledger.db"
# A session that nobody used for so long is over; more than so many are not kept.
_SESSION_SECONDS = 30 * 86_400
_SESSIONS = 200
# Another process that opens the file for the first time has it to itself for a moment.
_ATTEMPTS = 50
_PAUSE = 0.02
# Who asks is waited for by an agent: better without what was learned than late.
_WAIT_MS = 1_000
# Contents beyond this are not kept: what they were before an edit is not known then.
_LARGEST = 2_000_000


class Seen:
    """State of a file in a session: hash of its content, fingerprints of its lines, lines shown.

    The latter are pairs of first and last, counted from 0, the last exclusive.
    """

    __slots__ = ("at", "digest", "lines", "ranges")

    def __init__(
        self, digest: bytes, lines: array[int], ranges: list[tuple[int, int]], at: float = 0.0
    ) -> None:
        """``at`` is when, in seconds since the epoch."""
        self.digest = digest
        self.lines = lines
        self.ranges = ranges
        self.at = at


class Ledger:
    """One connection to a ledger. Methods raise :class:`StoreError` naming file and reason.

    A context: leaving it closes the connection.
    """

    __slots__ = ("_connection", "note", "path")

    def __init__(self, folder: str) -> None:
        """Open the ledger in a workspace's state folder, making both when they are not there."""
        self.path = os.path.join(folder, NAME)
        self.note = ""
        """A sentence when a ledger had to be set aside."""
        try:
            make_folder(folder)
            self._connection = self._open()
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{self.path}: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def transaction(self) -> Transaction:
        """A context in which what is read stays true until it is left; then all is stored."""
        return Transaction(self._connection)

    # Sessions

    def begin(self, handle: str, host: str) -> int:
        """The session of a handle, made if there is none; old sessions go."""
        now = time.time()
        found = self.session(handle)
        if found is not None:
            return found
        with self.transaction():
            self._ask("DELETE FROM session WHERE used < ?", now - _SESSION_SECONDS)
            self._ask(
                "DELETE FROM session WHERE id IN "
                "(SELECT id FROM session ORDER BY used DESC LIMIT -1 OFFSET ?)",
                _SESSIONS - 1,
            )
            self._ask("DELETE FROM content WHERE hash NOT IN (SELECT hash FROM shown)")
            self._ask(
                "INSERT OR IGNORE INTO session (handle, host, begun, used) VALUES (?, ?, ?, ?)",
                handle, host, now, now,
            )  # fmt: skip
            (row,) = self._ask("SELECT id FROM session WHERE handle = ?", handle)
        return row[0]

    def session(self, handle: str) -> int | None:
        """The session of a handle, which is used now; None when there is none."""
        rows = self._ask("SELECT id, used FROM session WHERE handle = ?", handle)
        if not rows:
            return None
        now = time.time()
        if now - rows[0][1] > 60.0:  # noted by the minute: most questions write nothing
            self._ask("UPDATE session SET used = ? WHERE id = ?", now, rows[0][0])
        return rows[0][0]

    def facts(self, session: int) -> tuple[float, str, bytes]:
        """When a session began, with which model, and the files that there were then."""
        rows = self._ask("SELECT begun, model, files FROM session WHERE id = ?", session)
        return (rows[0][0], rows[0][1], rows[0][2] or b"") if rows else (0.0, "", b"")

    def note_model(self, session: int, model: str) -> None:
        """Remember which model a session works with."""
        self._ask("UPDATE session SET model = ? WHERE id = ?", model, session)

    def note_files(self, session: int, files: bytes) -> None:
        """Remember which files there were at the start of a session, unless that is known."""
        self._ask("UPDATE session SET files = ? WHERE id = ? AND files IS NULL", files, session)

    def forget_shown(self, session: int) -> None:
        """Note that what was shown is no longer before the agent's eyes."""
        with self.transaction():
            self._ask("DELETE FROM shown WHERE session = ?", session)
            self._ask("DELETE FROM symbol WHERE session = ?", session)

    # What was shown

    def seen(self, session: int, path: str, *, proposed: bool = False) -> Seen | None:
        """Return what a session knows of a file, or would know if what it proposed has landed."""
        rows = self._ask(
            "SELECT hash, lines, ranges, at FROM shown JOIN content USING (hash) "
            "WHERE session = ? AND path = ? AND proposed = ?",
            session, path, int(proposed),
        )  # fmt: skip
        return _seen(*rows[0]) if rows else None

    def all_seen(self, session: int) -> dict[str, Seen]:
        """Return what a session was shown, by path."""
        rows = self._ask(
            "SELECT path, hash, lines, ranges, at FROM shown JOIN content USING (hash) "
            "WHERE session = ? AND proposed = 0 ORDER BY path",
            session,
        )
        return {row[0]: _seen(*row[1:]) for row in rows}

    def put_seen(self, session: int, path: str, seen: Seen, *, proposed: bool = False) -> None:
        """Replace what a session knows of a file. What was shown replaces what was proposed."""
        self._ask("INSERT OR IGNORE INTO content VALUES (?, ?)", seen.digest, seen.lines.tobytes())
        packed = array("I", [each for pair in seen.ranges for each in pair]).tobytes()
        self._ask(
            "INSERT OR REPLACE INTO shown VALUES (?, ?, ?, ?, ?, ?)",
            session, path, int(proposed), seen.digest, packed, time.time(),
        )  # fmt: skip
        if not proposed:
            self._ask(
                "DELETE FROM shown WHERE session = ? AND path = ? AND proposed = 1", session, path
            )

    def put_symbols(self, session: int, symbols: Iterable[tuple[str, str, str]]) -> None:
        """Remember (path, name, signature) of symbols that were shown."""
        now = time.time()
        self._connection.executemany(
            "INSERT OR REPLACE INTO symbol VALUES (?, ?, ?, ?, ?)",
            ((session, *each, now) for each in symbols),
        )

    def signature(self, session: int, path: str, name: str) -> str | None:
        """The signature with which a symbol was shown last; None when it was not."""
        rows = self._ask(
            "SELECT signature FROM symbol WHERE session = ? AND path = ? AND name = ?",
            session, path, name,
        )  # fmt: skip
        return rows[0][0] if rows else None

    # What was written

    def put_original(self, session: int, path: str, content: bytes | None) -> None:
        """Remember what a file was before a session changed it first; None for no file."""
        if content is None or len(content) <= _LARGEST:
            self._ask(
                "INSERT OR IGNORE INTO original VALUES (?, ?, ?)", session, path, _packed(content)
            )

    def originals(self, session: int) -> dict[str, bytes | None]:
        """Return what the files that a session changed were before."""
        rows = self._ask("SELECT path, content FROM original WHERE session = ?", session)
        return {path: _unpacked(content) for path, content in rows}

    def put_edit(self, session: int, call: str, path: str, content: bytes | None) -> None:
        """Remember what a file is before one call of a tool."""
        if content is None or len(content) <= _LARGEST:
            self._ask(
                "INSERT OR REPLACE INTO edit VALUES (?, ?, ?, ?, ?)",
                session, call, path, _packed(content), time.time(),
            )  # fmt: skip

    def take_edit(self, session: int, call: str) -> dict[str, bytes | None]:
        """Return what files were before a call, by path; it is forgotten with this."""
        with self.transaction():
            rows = self._ask(
                "SELECT path, content FROM edit WHERE session = ? AND call = ?", session, call
            )
            # Calls that never ended are forgotten after a day.
            self._ask(
                "DELETE FROM edit WHERE session = ? AND (call = ? OR at < ?)",
                session, call, time.time() - 86_400,
            )  # fmt: skip
        return {path: _unpacked(content) for path, content in rows}

    def put_verdict(self, session: int, call: str, text: str) -> None:
        """Remember what is to be said of a call when it has landed as it was proposed."""
        self._ask("INSERT OR REPLACE INTO verdict VALUES (?, ?, ?)", session, call, text)

    def take_verdict(self, session: int, call: str) -> str | None:
        """Return what is to be said of a call, None when that is not known.

        It is forgotten with this.
        """
        rows = self._ask(
            "DELETE FROM verdict WHERE session = ? AND call = ? RETURNING text", session, call
        )
        return rows[0][0] if rows else None

    # What was told

    def tell(self, session: int, key: str) -> bool:
        """Note that something is told; False when it was told before."""
        with self.transaction():
            known = self._ask("SELECT 1 FROM told WHERE session = ? AND key = ?", session, key)
            if not known:
                self._ask("INSERT INTO told VALUES (?, ?, ?)", session, key, time.time())
        return not known

    def was_told(self, session: int, key: str) -> bool:
        """True if something was told."""
        return bool(self._ask("SELECT 1 FROM told WHERE session = ? AND key = ?", session, key))

    def _ask(self, statement: str, *values: object) -> list[Any]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from error

    def _open(self) -> sqlite3.Connection:
        for attempt in range(_ATTEMPTS):
            connection: sqlite3.Connection | None = None
            try:
                connection = database.connect(self.path, writable=True)
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
                _migrate(connection, self.path)
                return connection
            except sqlite3.Error as error:
                if connection is not None:
                    connection.close()
                if database.is_damage(error):
                    self.note = _set_aside(self.path, str(error)) or self.note
                elif attempt == _ATTEMPTS - 1 or "locked" not in str(error):
                    raise
                else:
                    time.sleep(_PAUSE)
        raise sqlite3.DatabaseError("it is damaged again and again")


class Transaction:
    """A transaction that writes; what happens in it is stored when it is left, or not at all."""

    __slots__ = ("_connection", "_is_outer")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._is_outer = False

    def __enter__(self) -> None:
        self._is_outer = not self._connection.in_transaction
        if self._is_outer:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                raise StoreError(f"the ledger: {error}") from error

    def __exit__(self, kind: object, *_: object) -> None:
        if self._is_outer and self._connection.in_transaction:
            self._connection.execute("COMMIT" if kind is None else "ROLLBACK")


def _migrate(connection: sqlite3.Connection, path: str) -> None:
    """Bring the schema up to date; raises StoreError when it is of a version that is not known."""
    if database.has_programs(connection):
        raise sqlite3.DatabaseError("it has triggers or views that nobody here made")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == len(MIGRATIONS):
        return
    if version > len(MIGRATIONS):
        connection.close()
        raise StoreError(f"{path} was written by a newer flux-index: it is left as it is")
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it while this one waited.
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _set_aside(path: str, reason: str) -> str:
    """Give an unreadable file another name; a sentence that says so, empty if it was gone."""
    aside = f"{path}.unreadable-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    moved = False
    for suffix in ("-wal", "-shm", ""):
        try:
            os.replace(path + suffix, aside + suffix)
            moved = moved or not suffix
        except FileNotFoundError:
            continue
    return f"{path} cannot be read ({reason}): it was set aside as {aside}" if moved else ""


def _seen(digest: bytes, lines: bytes, ranges: bytes, at: float) -> Seen:
    flat = _unsigned(ranges)
    return Seen(digest, _unsigned(lines), list(zip(flat[::2], flat[1::2], strict=True)), at)


def _unsigned(raw: bytes) -> array[int]:
    numbers = array("I")
    numbers.frombytes(raw)
    return numbers


def _packed(content: bytes | None) -> bytes | None:
    from zlib import compress

    return None if content is None else compress(content, 1)


def _unpacked(content: bytes | None) -> bytes | None:
    from zlib import decompress

    return None if content is None else decompress(content)

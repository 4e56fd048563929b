"""The memory of a workspace: `ledger.db`, which is never given up as the index is.

It holds agents' sessions and what each of them was shown, wrote and was told. Several processes
write it at the same time. Its schema has a version, and is changed by migrations only. A damaged
file is set aside under another name, never deleted, and what can be read of it is kept; one of a
newer version is left alone.
"""

from __future__ import annotations

import os
import sqlite3
import time
from array import array

from ..errors import DamagedError, StoreError
from ..hashing import blake2b
from ..private_files import make_folder
from . import database, ledger_file
from .ledger_schema import row_checksum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Self, TypeVar

    _T = TypeVar("_T")

NAME = "ledger.db"
# A session that nobody used for so long is over; more than so many are not kept.
_SESSION_SECONDS = 30 * 86_400
_SESSIONS = 200
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

    After a :class:`DamagedError` what could be read is in a new file, which is open in its place.
    A context: leaving it closes the connection.
    """

    __slots__ = ("_connection", "_identity", "note", "path")

    def __init__(self, folder: str) -> None:
        """Open the ledger in a workspace's state folder, making both when they are not there."""
        self.path = os.path.join(folder, NAME)
        self.note = ""
        """A sentence when a ledger had to be set aside."""
        try:
            make_folder(folder)
            self._open()
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{self.path}: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> None:
        self._connection, note = ledger_file.open_ledger_file(self.path)
        self._identity = database.identity(self.path)
        self.note = note or self.note

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @property
    def is_in_place(self) -> bool:
        """True if the file that is open is still the one of its name."""
        return self._identity == database.identity(self.path)

    def transaction(self) -> Transaction:
        """A context in which what is read stays true until it is left; then all is stored."""
        return Transaction(self)

    @property
    def in_transaction(self) -> bool:
        """True inside of a transaction."""
        return self._connection.in_transaction

    def check(self) -> int:
        """Return the number of rows, each of which is what was written."""
        return self._guarded(lambda: ledger_file.check(self._connection))

    # Sessions

    def begin(self, handle: str, host: str) -> int:
        """The session of a handle, made if there is none; old sessions go."""
        found = self.session(handle)
        if found is not None:
            return found
        self.check()  # A large ledger is not checked when it is opened.
        now = time.time()
        with self.transaction():
            self.ask("DELETE FROM session WHERE used < ?", now - _SESSION_SECONDS)
            self.ask(
                "DELETE FROM session WHERE id IN "
                "(SELECT id FROM session ORDER BY used DESC LIMIT -1 OFFSET ?)",
                _SESSIONS - 1,
            )
            self.ask("DELETE FROM content WHERE hash NOT IN (SELECT hash FROM shown)")
            rows = self.rows("session", "handle = ?", handle)
            if rows:  # another process was faster
                return rows[0][0]
            ((number,),) = self.ask("SELECT coalesce(max(id), 0) + 1 FROM session")
            self.put("session", number, handle, host, "", now, now, None)
        return number

    def session(self, handle: str) -> int | None:
        """The session of a handle, which is used now; None when there is none."""
        rows = self.rows("session", "handle = ?", handle)
        if not rows:
            return None
        number, *_, used, _ = rows[0]
        if time.time() - used > 60.0:  # noted by the minute: most questions write nothing
            self.update("session", {"used": time.time()}, id=number)
        return number

    def facts(self, session: int) -> tuple[float, str, bytes]:
        """When a session began, with which model, and the files that there were then."""
        for _, _, _, model, begun, _, files in self.rows("session", "id = ?", session):
            return begun, model, files or b""
        return 0.0, "", b""

    def note_model(self, session: int, model: str) -> None:
        """Remember which model a session works with."""
        self.update("session", {"model": model}, id=session)

    def note_files(self, session: int, files: bytes) -> None:
        """Remember which files there were at the start of a session, unless that is known."""
        with self.transaction():
            if any(row[-1] is None for row in self.rows("session", "id = ?", session)):
                self.update("session", {"files": files}, id=session)

    def forget_shown(self, session: int) -> None:
        """Note that what was shown is no longer before the agent's eyes."""
        with self.transaction():
            self.ask("DELETE FROM shown WHERE session = ?", session)
            self.ask("DELETE FROM symbol WHERE session = ?", session)

    # What was shown

    def seen(self, session: int, path: str, *, proposed: bool = False) -> Seen | None:
        """Return what a session knows of a file, or would know if what it proposed has landed."""
        where = "session = ? AND path = ? AND proposed = ?"
        for found in self._seen(where, session, path, int(proposed)).values():
            return found
        return None

    def all_seen(self, session: int) -> dict[str, Seen]:
        """Return what a session was shown, by path."""
        return self._seen("session = ? AND proposed = 0 ORDER BY path", session)

    def _seen(self, where: str, *values: object) -> dict[str, Seen]:
        found: dict[str, Seen] = {}
        for _, path, _, digest, ranges, at in self.rows("shown", where, *values):
            flat = _unsigned(ranges)
            pairs = list(zip(flat[::2], flat[1::2], strict=True))
            for _, lines in self.rows("content", "hash = ?", digest):
                found[path] = Seen(digest, _unsigned(lines), pairs, at)
        return found

    def put_seen(self, session: int, path: str, seen: Seen, *, proposed: bool = False) -> None:
        """Replace what a session knows of a file. What was shown replaces what was proposed."""
        self.put("content", seen.digest, seen.lines.tobytes(), keep=True)
        packed = array("I", [each for pair in seen.ranges for each in pair]).tobytes()
        self.put("shown", session, path, int(proposed), seen.digest, packed, time.time())
        if not proposed:
            self.ask(
                "DELETE FROM shown WHERE session = ? AND path = ? AND proposed = 1", session, path
            )

    def put_symbols(self, session: int, symbols: Iterable[tuple[str, str, str]]) -> None:
        """Remember (path, name, signature) of symbols that were shown; of the latter a hash."""
        now = time.time()
        for path, name, signature in symbols:
            self.put("symbol", session, path, name, _fingerprint(signature), now)

    def was_shown_with(self, session: int, path: str, name: str, signature: str) -> bool:
        """True if a symbol was shown last with this signature."""
        where = "session = ? AND path = ? AND name = ?"
        rows = self.rows("symbol", where, session, path, name)
        return bool(rows) and rows[0][3] == _fingerprint(signature)

    # What was written

    def put_original(self, session: int, path: str, content: bytes | None) -> None:
        """Remember what a file was before a session changed it first; None for no file."""
        if content is None or len(content) <= _LARGEST:
            self.put("original", session, path, _packed(content), keep=True)

    def originals(self, session: int) -> dict[str, bytes | None]:
        """Return what the files that a session changed were before."""
        rows = self.rows("original", "session = ?", session)
        return {path: _unpacked(content) for _, path, content in rows}

    def put_edit(self, session: int, call: str, path: str, content: bytes | None) -> None:
        """Remember what a file is before one call of a tool."""
        if content is None or len(content) <= _LARGEST:
            self.put("edit", session, call, path, _packed(content), time.time())

    def take_edit(self, session: int, call: str) -> dict[str, bytes | None]:
        """Return what files were before a call, by path; it is forgotten with this."""
        with self.transaction():
            rows = self.rows("edit", "session = ? AND call = ?", session, call)
            # Calls that never ended are forgotten after a day.
            self.ask(
                "DELETE FROM edit WHERE session = ? AND (call = ? OR at < ?)",
                session, call, time.time() - 86_400,
            )  # fmt: skip
        return {path: _unpacked(content) for _, _, path, content, _ in rows}

    def put_verdict(self, session: int, call: str, text: str) -> None:
        """Remember what is to be said of a call when it has landed as it was proposed."""
        self.put("verdict", session, call, text)

    def take_verdict(self, session: int, call: str) -> str | None:
        """Return what is to be said of a call, None when that is not known.

        It is forgotten with this.
        """
        where = "session = ? AND call = ?"
        with self.transaction():
            rows = self.rows("verdict", where, session, call)
            self.ask(f"DELETE FROM verdict WHERE {where}", session, call)
        return rows[0][2] if rows else None

    # What was told

    def tell(self, session: int, key: str) -> bool:
        """Note that something is told; False when it was told before."""
        with self.transaction():
            known = self.was_told(session, key)
            if not known:
                self.put("told", session, key, time.time())
        return not known

    def was_told(self, session: int, key: str) -> bool:
        """True if something was told."""
        return bool(self.rows("told", "session = ? AND key = ?", session, key))

    def told(self, session: int, prefix: str) -> dict[str, float]:
        """Return what was told under keys that begin alike, by the rest of the key, with when."""
        rows = self.rows(
            "told", "session = ? AND substr(key, 1, ?) = ?", session, len(prefix), prefix
        )
        return {key[len(prefix) :]: at for _, key, at in rows}

    # Rows

    def rows(self, table: str, where: str, *values: object) -> list[tuple[Any, ...]]:
        """Return rows without their checksums, which are right."""
        rows = self.ask(f"SELECT * FROM {table} WHERE {where}", *values)
        self._guarded(lambda: ledger_file.check_rows(rows, table))
        return [row[:-1] for row in rows]

    def put(self, table: str, *values: object, keep: bool = False) -> None:
        """Store a row; one that is there already is replaced unless it is to be kept."""
        marks = ", ".join("?" * len(values))
        self.ask(
            f"INSERT OR {'IGNORE' if keep else 'REPLACE'} INTO {table} VALUES ({marks}, ?)",
            *values, row_checksum(table, *values),
        )  # fmt: skip

    def update(self, table: str, changed: dict[str, object], **key: object) -> None:
        """Give columns of the rows with a key other values; what leads to them stays."""
        where = " AND ".join(f"{name} = ?" for name in key)
        with self.transaction():
            *columns, _ = (row[1] for row in self.ask(f"PRAGMA table_info({table})"))
            for row in self.rows(table, where, *key.values()):
                values = {**dict(zip(columns, row, strict=True)), **changed}.values()
                assignments = ", ".join(f"{name} = ?" for name in (*columns, "checksum"))
                checksum = row_checksum(table, *values)
                self.ask(
                    f"UPDATE {table} SET {assignments} WHERE {where}",
                    *values, checksum, *key.values(),
                )  # fmt: skip

    def keep_on_disk(self) -> None:
        """Have every further transaction on disk before it counts as stored."""
        self.ask("PRAGMA synchronous = FULL")

    def ask(self, statement: str, *values: object) -> list[Any]:
        """Execute a statement."""
        return self._guarded(lambda: self._connection.execute(statement, values).fetchall())

    def _guarded(self, what: Callable[[], _T]) -> _T:
        """Do something with the file; damage that shows then is mended, and raised."""
        try:
            result = what()
        except UnicodeEncodeError as error:  # half a character, which a host may have sent
            raise StoreError(f"{self.path}: {error}") from error
        except sqlite3.Error as error:
            # A session that another process has forgotten is no damage, but breaks a constraint.
            if isinstance(error, sqlite3.IntegrityError) or not database.is_damage(error):
                raise StoreError(f"{self.path}: {error}") from error
            self.close()
            self.note = ledger_file.mend(self.path, self._identity, str(error))
            self._open()
            raise DamagedError(self.note) from error
        # What is written to a file that was set aside meanwhile is lost: nobody is told it is kept.
        if self._identity != database.identity(self.path):
            raise StoreError(f"{self.path} was replaced or removed while it was in use")
        return result


class Transaction:
    """A transaction that writes; what happens in it is stored when it is left, or not at all."""

    __slots__ = ("_is_outer", "_ledger")

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._is_outer = False

    def __enter__(self) -> None:
        self._is_outer = not self._ledger.in_transaction
        if self._is_outer:
            self._ledger.ask("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        # None is open any more if damage showed in it.
        if self._is_outer and self._ledger.in_transaction:
            self._ledger.ask("COMMIT" if kind is None else "ROLLBACK")


def _fingerprint(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


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

"""The file of a ledger: how it is opened and migrated, checked, and mended when it is damaged.

SQLite notices nonsense in its own bookkeeping only, so each row has a checksum. Whenever a ledger
is opened its schema is compared, and SQLite and the checksums of all rows are asked as far as a
hook has the time; a large one is checked as a whole when a session begins. Rows that are read are
checked each time. A damaged file is set aside under another name, and every row of it that can be
read, with the right checksum, is in the one that takes its place.
"""

from __future__ import annotations

import os
import sqlite3
import time

from .. import platforms
from ..errors import StoreError
from . import database
from .ledger_schema import MIGRATIONS, row_checksum
from .lock import WriterLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Bytes of the largest file whose structure, and whose rows, are checked within some milliseconds.
_STRUCTURE_CHECKED = 4_000_000
_ROWS_CHECKED = 250_000
# Another process that opens or mends the file has it to itself for a moment.
_ATTEMPTS = 100
_PAUSE = 0.02
# Who asks is waited for by an agent: better without what was learned than late.
_WAIT_MS = 1_000


def open_ledger_file(path: str) -> tuple[sqlite3.Connection, str]:
    """Return a connection to a sound ledger, and a sentence if one had to be set aside for that."""
    note = ""
    lock = _lock(path)
    try:
        for _ in range(3):
            connection: sqlite3.Connection | None = None
            try:
                connection = _connect(path)
                size = os.path.getsize(path)
                if size <= _ROWS_CHECKED:
                    check(connection)
                elif size <= _STRUCTURE_CHECKED:
                    _check_structure(connection)
                return connection, note
            except (sqlite3.Error, StoreError) as error:
                if connection is not None:
                    connection.close()
                if isinstance(error, StoreError) or not database.is_damage(error):
                    raise
                note = _replace(path, str(error)) or note
        raise sqlite3.DatabaseError("it is damaged again and again")
    finally:
        lock.release()


def mend(path: str, damaged: tuple[int, int], reason: str) -> str:
    """Set a ledger aside that turned out to be damaged, unless another process has done so.

    Returns a sentence that says so.
    """
    lock = _lock(path)
    try:
        if database.identity(path) != damaged:
            return f"{path} was damaged ({reason}): it was set aside"
        return _replace(path, reason)
    finally:
        lock.release()


def check(connection: sqlite3.Connection) -> int:
    """Return the number of rows of a ledger; raises DatabaseError if anything in it is damaged."""
    _check_structure(connection)
    count = 0
    for table in _tables(connection):
        rows = connection.execute(f"SELECT * FROM {table}").fetchall()
        check_rows(rows, table)
        count += len(rows)
    return count


def _check_structure(connection: sqlite3.Connection) -> None:
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(
            " ".join(found.removeprefix("*** in database main ***").split())
        )


def check_rows(rows: list[Any], table: str) -> None:
    """Raise DatabaseError if rows are not what was written."""
    for row in rows:
        if row_checksum(table, *row[:-1]) != row[-1]:
            raise sqlite3.DatabaseError(f"a row of {table} is not what was written")


def _lock(path: str) -> WriterLock:
    """Hold off others who open or mend a ledger."""
    lock = WriterLock(path + "-lock")
    for _ in range(_ATTEMPTS):
        if lock.acquire():
            return lock
        if lock.problem:
            raise StoreError(lock.problem)
        time.sleep(_PAUSE)
    raise StoreError(f"{path}: another process is opening or mending it")


def _connect(path: str) -> sqlite3.Connection:
    connection = database.connect(path, writable=True)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
        _migrate(connection, path)
    except (sqlite3.Error, StoreError):
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, path: str) -> None:
    """Bring the schema up to date; raises StoreError when it is of a version that is not known.

    Plain SQL, as everything that happens in a hook: sqlite-utils takes longer to load than one has.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise StoreError(f"{path} was written by a newer flux-index: it is left as it is")
    if _schema(connection) != _expected_schema(version):
        raise sqlite3.DatabaseError("its tables are not those that were made")
    if version == len(MIGRATIONS):
        return
    connection.create_function("row_checksum", -1, row_checksum)
    connection.execute("BEGIN IMMEDIATE")
    try:
        # A program that takes no lock may have done it while this one waited.
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        _apply(connection, version)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _apply(connection: sqlite3.Connection, first: int, last: int | None = None) -> None:
    for statements in MIGRATIONS[first:last]:
        for statement in statements:
            connection.execute(statement)


def _schema(connection: sqlite3.Connection) -> dict[str, tuple[str, str | None]]:
    """Type and text of all that a database consists of, by name; what SQLite keeps is left out."""
    rows = connection.execute("SELECT name, type, sql FROM sqlite_master ORDER BY name").fetchall()
    return {name: (kind, sql) for name, kind, sql in rows if name != "sqlite_stat1"}


def _expected_schema(version: int) -> dict[str, tuple[str, str | None]]:
    """Return what a ledger of a version consists of."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.create_function("row_checksum", -1, row_checksum)
        _apply(connection, 0, version)
        return _schema(connection)
    finally:
        connection.close()


def _tables(connection: sqlite3.Connection) -> list[str]:
    found = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return [name for (name,) in connection.execute(found)]


def _replace(path: str, reason: str) -> str:
    """Put a new ledger with all that can be read in the place of a damaged one, which is kept.

    Only for the holder of the lock.
    """
    from .ledger_recovery import recover

    new = f"{path}.new"
    database.discard(new)
    connection = _connect(new)
    try:
        aside = _set_aside(path)
        if not aside:
            return ""
        kept, lost = recover(aside, connection)
    finally:
        connection.close()
        if os.path.exists(new):
            platforms.replace(new, path)
    rest = f", but for {lost} rows that cannot" if lost else ""
    return (
        f"{path} is damaged ({reason}): it was set aside as {aside}; "
        f"{kept} rows could be read and are kept{rest}"
    )


def _set_aside(path: str) -> str:
    """Give a file another name, which is returned; empty if it was gone."""
    stem = aside = f"{path}.unreadable-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    count = 1
    while os.path.exists(aside):
        count += 1
        aside = f"{stem}-{count}"
    moved = False
    for suffix in ("-wal", "-shm", ""):
        try:
            platforms.replace(path + suffix, aside + suffix)
            moved = moved or not suffix
        except FileNotFoundError:
            continue
    return aside if moved else ""

"""Files of SQLite that are caches, and the tables of an index.

Any damage means starting anew, never failing. Tables are made with sqlite-utils, which only the
process that makes them loads.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress

from .. import facts as f
from .. import platforms
from ..private_files import check_database, create_database
from . import checksum, definition_search
from .sql_views import STATEMENTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# Raise when a table changes. The index is a cache: one of another version is made anew.
SCHEMA_VERSION = 5
VERSION = f"{SCHEMA_VERSION}.{f.EXTRACTOR_VERSION}.{f.N_COLUMNS}"


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables of an empty index."""
    import sqlite_utils

    db = sqlite_utils.Database(connection)
    db.table("file").create(
        {"id": int, "path": str, "version": int, "size": int, "hash": bytes, "error": str},
        pk="id",
        not_null={"path", "version", "size"},
    )
    db.table("file").create_index(["path"], unique=True)
    # A name's files are packed into one row: two thousand times fewer rows than one row for each
    # occurrence, and where in the file a name occurs is in the file's facts anyway.
    connection.execute(
        "CREATE TABLE name (text TEXT PRIMARY KEY, files BLOB NOT NULL, "
        "inherited BLOB NOT NULL) WITHOUT ROWID"
    )
    db.table("symbol").create(
        {
            "id": int,
            "file": int,
            "name": str,
            "container": str,
            "kind": int,
            "position": int,
            "line": int,
            "flags": int,
            "words": str,
            "summary": str,
        },
        pk="id",
    )
    db.table("symbol").create_index(["name"])
    db.table("symbol").create_index(["file"])
    db.table("symbol").enable_fts(["words", "summary"], tokenize="unicode61")
    definition_search.create_table(connection)
    for statement in STATEMENTS.values():
        connection.execute(statement)


_PRAGMAS = ("PRAGMA trusted_schema = OFF",)
_WRITER_PRAGMAS = (
    "PRAGMA page_size = 8192",  # counts for new files only
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA temp_store = MEMORY",
    *_PRAGMAS,
)

# Identity of a file that is not there.
ABSENT = (0, 0)


def _read_only(path: str) -> str:
    """The address of a file for readers: "ro" and not "immutable", to see what a writer commits."""
    escaped = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    # Without an authority of its own a path that begins with two slashes would be read as one.
    return f"file://{escaped}?mode=ro" if path.startswith("/") else f"file:{escaped}?mode=ro"


def connect(path: str, *, writable: bool) -> sqlite3.Connection:
    """A connection in autocommit mode; readers get one that cannot write.

    Raises OSError when the file, or one beside it, is not a plain file of this user.
    """
    check_database(path)
    if writable:
        create_database(path)
    connection = sqlite3.connect(
        path if writable else _read_only(path),
        uri=not writable,
        timeout=5.0,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        for pragma in _WRITER_PRAGMAS if writable else _PRAGMAS:
            connection.execute(pragma)
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    except UnicodeDecodeError as error:  # SQLite's own message quotes what is in the file
        connection.close()
        raise sqlite3.DatabaseError("its schema is no text") from error
    return connection


def connect_memory() -> sqlite3.Connection:
    """A connection to an empty database that is on no disk."""
    return sqlite3.connect(":memory:", isolation_level=None)


def identity(path: str) -> tuple[int, int]:
    """Return what tells a file from one that takes its place while it is open; ABSENT for none."""
    try:
        status = os.stat(path)
    except OSError:
        return ABSENT
    return status.st_dev, status.st_ino


def discard(path: str) -> None:
    """Remove a database with what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal", checksum.SUFFIX):
        try:
            platforms.remove(path + suffix)
        except FileNotFoundError:
            continue


def is_damage(error: sqlite3.Error) -> bool:
    """True if an error means that the file holds what nobody wrote.

    Otherwise the file may be perfectly good: it is busy, read-only, or the disk is full.
    """
    if isinstance(error, sqlite3.OperationalError):
        # Tables that are not there, text that is no UTF-8, nonsense in the full-text index.
        return str(error).startswith(("no such ", "Could not decode ", "invalid fts5 "))
    # In a sound file nothing that is written here breaks a constraint.
    return type(error) in (sqlite3.DatabaseError, sqlite3.IntegrityError)


def open_cache(
    path: str,
    version: str,
    create: Callable[[sqlite3.Connection], None],
    is_intact: Callable[[str, sqlite3.Connection], bool] | None = None,
) -> tuple[sqlite3.Connection, str]:
    """A writable connection to a cache of the wanted version, made anew if it is of another.

    Returns the connection and a sentence when an existing file had to be given up, else "".
    ``create`` makes the tables; the version is kept in the table ``meta``. ``is_intact`` checks a
    file that is there.
    """
    reason = ""
    for _ in range(2):
        connection: sqlite3.Connection | None = None
        try:
            connection = connect(path, writable=True)
            found = stored_version(connection)
            if found == version and (is_intact is None or is_intact(path, connection)):
                return connection, reason
            if found is None:
                connection.execute("BEGIN IMMEDIATE")
                # Another process may have made the tables while this one waited.
                if stored_version(connection) is None:
                    # What a file that was emptied has left would speak of this one.
                    with suppress(FileNotFoundError):
                        platforms.remove(path + checksum.SUFFIX)
                    connection.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value)")
                    connection.execute("INSERT INTO meta VALUES ('version', ?)", (version,))
                    create(connection)
                connection.execute("COMMIT")
                return connection, reason
            reason = f"{path} is of version {found}, this is {version}: it is rebuilt"
            if found == version:
                reason = f"{path} is damaged (its checksum is another one): it is rebuilt"
        except sqlite3.Error as error:
            if not is_damage(error):
                if connection is not None:
                    connection.close()
                raise
            reason = f"{path} is damaged ({error}): it is rebuilt"
        if connection is not None:
            connection.close()
        discard(path)
    raise sqlite3.DatabaseError(reason)


def has_programs(connection: sqlite3.Connection) -> bool:
    """True if a database has triggers, which would run with it, or views that are not ours."""
    found = "SELECT name, sql FROM sqlite_master WHERE type NOT IN ('table', 'index')"
    return any(STATEMENTS.get(name) != sql for name, sql in connection.execute(found))


def stored_version(connection: sqlite3.Connection) -> str | None:
    """Version of the cache behind a connection; None when it has no tables yet."""
    if connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None:
        return None
    meta = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
    if meta is None or has_programs(connection):
        return "unknown"
    found = connection.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
    return str(found[0]) if found else "unknown"

"""The tables of a ledger, step by step, and the checksum of a row."""

from __future__ import annotations

from zlib import crc32

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

_ROW_CHECKSUMS = tuple(
    statement
    for table, columns in (
        ("session", "id, handle, host, model, begun, used, files"),
        ("content", "hash, lines"),
        ("shown", "session, path, proposed, hash, ranges, at"),
        ("symbol", "session, path, name, signature, at"),
        ("original", "session, path, content"),
        ("edit", "session, call, path, content, at"),
        ("told", "session, key, at"),
        ("verdict", "session, call, text"),
    )
    for statement in (
        f"ALTER TABLE {table} ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0",
        f"UPDATE {table} SET checksum = row_checksum('{table}', {columns})",
    )
)

MIGRATIONS = (_SESSION_TABLES, _VERDICT_TABLE, _ROW_CHECKSUMS)
"""Statements of each step; a ledger's version is the number of those that it has been through.

A step that was released is never changed: a new one is added behind it. A row's checksum is its
last column.
"""


def row_checksum(table: str, *values: object) -> int:
    """Return the checksum of a row: of its table and of its values as SQLite gives them back."""
    total = crc32(table.encode())
    for value in values:
        raw = value if isinstance(value, bytes) else repr(value).encode()
        total = crc32(raw, crc32(b"%d " % len(raw), total))
    return total

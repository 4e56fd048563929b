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

_OF_TASK = "task TEXT NOT NULL REFERENCES task (id) ON DELETE CASCADE"
_CHECKSUM = "checksum INTEGER NOT NULL"

_TASK_TABLES = (
    # id: the handle. session: handle of an agent's session, empty without one. origin: who opened
    # it, `agent` or `hooks`. files: those that there were when it began, as a session has them.
    "CREATE TABLE task (id TEXT PRIMARY KEY, state TEXT NOT NULL, reason TEXT NOT NULL, "
    "text TEXT NOT NULL, text_hash TEXT NOT NULL, client TEXT NOT NULL, model TEXT NOT NULL, "
    "session TEXT NOT NULL, origin TEXT NOT NULL, begun REAL NOT NULL, changed REAL NOT NULL, "
    f"ended REAL, files BLOB, {_CHECKSUM}) WITHOUT ROWID",
    f"CREATE TABLE plan ({_OF_TASK}, version INTEGER NOT NULL, hash TEXT NOT NULL, "
    f"json TEXT NOT NULL, {_CHECKSUM}, PRIMARY KEY (task, version)) WITHOUT ROWID",
    # round: judgements that it has had; since: those before it was planned anew.
    f"CREATE TABLE step ({_OF_TASK}, id TEXT NOT NULL, position INTEGER NOT NULL, "
    f"state TEXT NOT NULL, round INTEGER NOT NULL, since INTEGER NOT NULL, {_CHECKSUM}, "
    "PRIMARY KEY (task, id)) WITHOUT ROWID",
    # batch: the undo token of files that are written all or none; of: the batch that it undoes.
    # Hashes are of contents as on disk, NULL where there is no file. mode: of the file that was
    # there. made: the folder that was made for it. state: see `task_store`.
    f"CREATE TABLE write ({_OF_TASK}, batch TEXT NOT NULL, path TEXT NOT NULL, "
    "step TEXT NOT NULL, of TEXT NOT NULL, before_hash BLOB, after_hash BLOB, "
    "mode INTEGER NOT NULL, made TEXT NOT NULL, state TEXT NOT NULL, at REAL NOT NULL, "
    f"{_CHECKSUM}, "
    "PRIMARY KEY (task, batch, path)) WITHOUT ROWID",
    # content: compressed.
    f"CREATE TABLE blob (hash BLOB PRIMARY KEY, content BLOB NOT NULL, at REAL NOT NULL, "
    f"{_CHECKSUM}) WITHOUT ROWID",
    f"CREATE TABLE event ({_OF_TASK}, number INTEGER NOT NULL, at REAL NOT NULL, "
    f"kind TEXT NOT NULL, json TEXT NOT NULL, {_CHECKSUM}, "
    "PRIMARY KEY (task, number)) WITHOUT ROWID",
    # fate: open, mended, fixed (by a safe fix), overruled, left.
    f"CREATE TABLE finding ({_OF_TASK}, step TEXT NOT NULL, id TEXT NOT NULL, "
    "round INTEGER NOT NULL, rule TEXT NOT NULL, severity TEXT NOT NULL, subject TEXT NOT NULL, "
    "evidence TEXT NOT NULL, path TEXT NOT NULL, message TEXT NOT NULL, fate TEXT NOT NULL, "
    f"{_CHECKSUM}, PRIMARY KEY (task, step, id, round)) WITHOUT ROWID",
    # What a call was answered, so that one that is repeated is not done again; NULL while it runs.
    f"CREATE TABLE call ({_OF_TASK}, id TEXT NOT NULL, answer TEXT, {_CHECKSUM}, "
    "PRIMARY KEY (task, id)) WITHOUT ROWID",
    "CREATE TABLE lesson (id TEXT PRIMARY KEY, rule TEXT NOT NULL, subject TEXT NOT NULL, "
    "wrong TEXT NOT NULL, right TEXT NOT NULL, scope TEXT NOT NULL, seen INTEGER NOT NULL, "
    "hit INTEGER NOT NULL, false_hit INTEGER NOT NULL, made REAL NOT NULL, anchor TEXT NOT NULL, "
    f"anchor_hash BLOB NOT NULL, state TEXT NOT NULL, {_CHECKSUM}) WITHOUT ROWID",
    f"CREATE TABLE model_message ({_OF_TASK}, number INTEGER NOT NULL, json TEXT NOT NULL, "
    f"{_CHECKSUM}, PRIMARY KEY (task, number)) WITHOUT ROWID",
)

_HOOK_RUN_TABLE = (
    # Signatures are hashes from here on; those that were shown as text are shown again.
    "DELETE FROM symbol",
    # What an event of a host has cost. session: its handle; task: the one of the session, or empty.
    # cpu and waited: seconds, of computing and on the clock.
    "CREATE TABLE hook_run (at REAL NOT NULL, event TEXT NOT NULL, client TEXT NOT NULL, "
    "model TEXT NOT NULL, session TEXT NOT NULL, task TEXT NOT NULL, cpu REAL NOT NULL, "
    f"waited REAL NOT NULL, {_CHECKSUM}, PRIMARY KEY (at, session, event)) WITHOUT ROWID",
)

MIGRATIONS = (_SESSION_TABLES, _VERDICT_TABLE, _ROW_CHECKSUMS, _TASK_TABLES, _HOOK_RUN_TABLE)
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

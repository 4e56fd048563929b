"""The tables of the ledger, as the steps by which they came to be what they are.

A step that was released is never changed: a new one is added behind it.
"""

from __future__ import annotations

_OF_SESSION = "session INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE"

_SESSIONS = (
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

_VERDICTS = (
    # What is to be said of an edit when it has landed as it was proposed; text: a JSON array.
    f"CREATE TABLE verdict ({_OF_SESSION}, call TEXT NOT NULL, text TEXT NOT NULL, "
    "PRIMARY KEY (session, call)) WITHOUT ROWID",
)

MIGRATIONS = (_SESSIONS, _VERDICTS)
"""Statements of each step; a ledger's version is the number of those that it has been through."""

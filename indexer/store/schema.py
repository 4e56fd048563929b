"""Tables of an index. Written with sqlite-utils, which only the process that creates them loads."""

from __future__ import annotations

from .. import facts as f

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

# Raise when a table changes. The index is a cache: one of another version is made anew.
SCHEMA_VERSION = 1
VERSION = f"{SCHEMA_VERSION}.{f.EXTRACTOR_VERSION}.{f.N_COLUMNS}"


def create(connection: sqlite3.Connection) -> None:
    """Make the tables of an empty index."""
    import sqlite_utils

    db = sqlite_utils.Database(connection)
    db.table("file").create(
        {"id": int, "path": str, "mtime": int, "size": int, "hash": bytes, "error": str},
        pk="id",
        not_null={"path", "mtime", "size"},
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

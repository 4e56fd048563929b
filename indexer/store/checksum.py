"""Notice that a database is not what was written: a checksum beside it, made after checkpoints.

SQLite notices nonsense in its own bookkeeping only; a flipped bit elsewhere is an answer like any
other. In WAL mode the file itself changes in checkpoints alone, and what is in the log has
checksums of SQLite's. So the checksum is taken away, the log is moved into the file, and the new
checksum is left with the file's version. Who reads asks for the version of the file, and adds up
the bytes only if it is another one.
"""

from __future__ import annotations

import os
import sqlite3

from .. import platforms
from ..paths import file_version
from ..private_files import open_file, read_file

SUFFIX = "-checksum"
_CHUNK = 1 << 20
# Bytes of the log that make a checkpoint worth its while.
_LARGEST_LOG = 8_000_000


def is_intact(path: str, connection: sqlite3.Connection) -> bool:
    """True if a database is what its last checkpoint left.

    Without a checksum, because a writer is at a checkpoint or was killed there, SQLite checks the
    database as well as it can.
    """
    recorded = _recorded(path)
    if not recorded:
        return connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
    if recorded[:2] == _state(path) or recorded[2] == _checksum(path):
        return True
    # Checkpoints take the checksum away first: one that is still there speaks of these bytes.
    return _recorded(path) != recorded


def checkpoint(path: str, connection: sqlite3.Connection, *, close: bool = False) -> None:
    """Move the log into the database, and record the checksum of what the file is then.

    ``close`` closes the connection between the two: SQLite makes a checkpoint of its own then.
    Where nothing was written the checksum stays as it is.
    """
    if not _size(path + "-wal") and _recorded(path)[:2] == _state(path):
        if close:
            connection.close()
        return
    try:
        platforms.remove(path + SUFFIX)
    except FileNotFoundError:
        pass
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        if close:
            connection.close()
    text = "{} {} {}".format(*_state(path), _checksum(path))
    temporary = f"{path}{SUFFIX}.new"
    with open(open_file(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "w") as file:
        file.write(text)
    platforms.replace(temporary, path + SUFFIX)


def is_log_long(path: str) -> bool:
    """True if it is time for a checkpoint."""
    return _size(path + "-wal") > _LARGEST_LOG


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def _recorded(path: str) -> tuple[str, ...]:
    """Version, size and checksum of a database as they were recorded; empty without a record."""
    fields = tuple(read_file(path + SUFFIX, 200).decode("ascii", "replace").split())
    return fields if len(fields) == 3 else ()


def _state(path: str) -> tuple[str, str]:
    status = os.stat(path)
    return str(file_version(status)), str(status.st_size)


def _checksum(path: str) -> str:
    import zlib  # most readers find the version unchanged

    total = 0
    with open(open_file(path, os.O_RDONLY), "rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            total = zlib.crc32(chunk, total)
    return f"{total:08x}"

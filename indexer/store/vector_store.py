"""Vectors of definitions, by a hash of what was embedded: a cache beside the index.

It is of one model; with another one it begins anew. A file that is damaged is made anew as well.
"""

from __future__ import annotations

import os
import sqlite3

from .. import platforms
from ..private_files import make_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

NAME = "vectors.db"
_CHUNK = 500


class VectorStore:
    """One connection to the vectors of a workspace; raises nothing but OSError, when opened."""

    __slots__ = ("_connection",)

    def __init__(self, folder: str, model: str) -> None:
        """Open the file in a workspace's state folder, for the vectors of one model."""
        make_folder(folder)
        path = os.path.join(folder, NAME)
        try:
            self._connection = _opened(path, model)
        except sqlite3.Error:
            for suffix in ("", "-wal", "-shm", "-journal"):
                if os.path.lexists(path + suffix):
                    platforms.remove(path + suffix)
            try:
                self._connection = _opened(path, model)
            except sqlite3.Error as error:
                raise OSError(f"{path}: {error}") from error

    def get(self, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the vectors of those hashes that have one."""
        found: dict[bytes, bytes] = {}
        try:
            for start in range(0, len(hashes), _CHUNK):
                chunk = hashes[start : start + _CHUNK]
                marks = ", ".join("?" * len(chunk))
                sql = f"SELECT hash, data FROM vector WHERE hash IN ({marks})"
                found.update(self._connection.execute(sql, chunk))
        except sqlite3.Error:
            return {}
        return found

    def put(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep vectors; when that cannot be done they are not kept."""
        try:
            with self._connection:
                self._connection.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", rows)
        except sqlite3.Error:
            return

    def keep_only(self, hashes: Collection[bytes]) -> None:
        """Forget the vectors of all others."""
        try:
            known = self._connection.execute("SELECT hash FROM vector").fetchall()
            gone = [row for row in known if row[0] not in hashes]
            with self._connection:
                self._connection.executemany("DELETE FROM vector WHERE hash = ?", gone)
        except sqlite3.Error:
            return

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _opened(path: str, model: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        with connection:
            connection.execute("CREATE TABLE IF NOT EXISTS about (model TEXT NOT NULL)")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS vector (hash BLOB PRIMARY KEY, data BLOB NOT NULL) "
                "WITHOUT ROWID"
            )
            if connection.execute("SELECT model FROM about").fetchall() != [(model,)]:
                connection.execute("DELETE FROM about")
                connection.execute("DELETE FROM vector")
                connection.execute("INSERT INTO about VALUES (?)", (model,))
    except BaseException:
        connection.close()
        raise
    return connection

"""What other indexers say of a workspace: which names are which symbol, in one SQLite file.

It lies beside the index and is nobody's cache: what was imported stays until it is imported again
or removed. What it says of a file counts as long as the file's content is the one that it was
compared with.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

from ..errors import StoreError
from ..private_files import make_folder
from . import database

_VERSION = "1"


class Said(NamedTuple):
    """A name that an indexer says is a symbol: where it is, in a file with which content."""

    path: str
    hash: bytes
    position: int
    length: int
    is_definition: bool
    symbol: int


class SaidSymbol(NamedTuple):
    """A symbol as an indexer calls it; ``name`` is its dotted name, empty for a local one."""

    text: str
    name: str


class Source(NamedTuple):
    """An index that was imported; ``tool`` is the indexer that made it, with its version."""

    tool: str
    folder: str
    files: int


class ImportedNames:
    """All that was imported for one workspace. To be used in a ``with`` statement."""

    def __init__(self, path: str, *, writable: bool = False) -> None:
        """Open the file; raises StoreError."""
        try:
            if writable:
                make_folder(os.path.dirname(path))
                self._connection, _ = database.open_cache(path, _VERSION, _create)
            else:
                self._connection = database.connect(path, writable=False)
                if database.stored_version(self._connection) != _VERSION:
                    raise sqlite3.DatabaseError("it is of another version")
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{path} cannot be read: {error}; import it again") from error

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._connection.close()

    def replace(
        self,
        source: Source,
        symbols: Sequence[SaidSymbol],
        files: Iterable[tuple[str, bytes, Sequence[Said]]],
    ) -> None:
        """Keep what an indexer says in place of what the same one said of the same folder.

        ``symbol`` of what is said is the place in ``symbols``.
        """
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        for number, other in self._numbered():
            if (_name(other.tool), other.folder) == (_name(source.tool), source.folder):
                self._remove(number)
        number = execute("INSERT INTO source (tool, folder) VALUES (?, ?)", source[:2]).lastrowid
        (first,) = execute("SELECT coalesce(max(id), 0) + 1 FROM symbol").fetchone()
        self._connection.executemany(
            "INSERT INTO symbol (id, source, text, name) VALUES (?, ?, ?, ?)",
            ((first + at, number, *symbol) for at, symbol in enumerate(symbols)),
        )
        for path, digest, said in files:
            values = number, path, digest
            file = execute("INSERT INTO file (source, path, hash) VALUES (?, ?, ?)", values)
            self._connection.executemany(
                "INSERT INTO occurrence VALUES (?, ?, ?, ?, ?)",
                (
                    (file.lastrowid, each.position, each.length, each.is_definition,
                     first + each.symbol)
                    for each in said
                ),
            )  # fmt: skip
        execute("COMMIT")

    def remove_all(self) -> list[Source]:
        """Forget everything; returns what there was."""
        found = self._numbered()
        self._connection.execute("BEGIN IMMEDIATE")
        for number, _ in found:
            self._remove(number)
        self._connection.execute("COMMIT")
        self._connection.execute("VACUUM")
        return [source for _, source in found]

    def sources(self) -> list[Source]:
        """Return what was imported."""
        return [source for _, source in self._numbered()]

    def at(self, path: str, position: int) -> list[tuple[Said, SaidSymbol, str]]:
        """Return what a name is said to be, with the tools that say it."""
        return self._said("WHERE file.path = ? AND occurrence.position = ?", path, position)

    def of_symbol(self, symbol: int) -> list[tuple[Said, SaidSymbol, str]]:
        """Return every place that is said to be a symbol, in order."""
        return self._said("WHERE occurrence.symbol = ? ORDER BY path, position", symbol)

    def named(self, name: str) -> list[int]:
        """Return the symbols of a dotted name."""
        rows = self._connection.execute("SELECT id FROM symbol WHERE name = ?", (name,))
        return [number for (number,) in rows]

    def _said(self, where: str, *values: object) -> list[tuple[Said, SaidSymbol, str]]:
        rows = self._connection.execute(
            "SELECT file.path, file.hash, position, length, is_definition, symbol.id, symbol.text, "
            "symbol.name, source.tool FROM occurrence JOIN file ON file.id = occurrence.file "
            "JOIN symbol ON symbol.id = occurrence.symbol "
            f"JOIN source ON source.id = file.source {where}",
            values,
        ).fetchall()
        return [(Said(*row[:6]), SaidSymbol(row[6], row[7]), row[8]) for row in rows]

    def _numbered(self) -> list[tuple[int, Source]]:
        rows = self._connection.execute(
            "SELECT source.id, tool, folder, count(*) FROM source JOIN file "
            "ON file.source = source.id GROUP BY source.id ORDER BY tool"
        )
        return [(number, Source(tool, folder, files)) for number, tool, folder, files in rows]

    def _remove(self, source: int) -> None:
        files = "SELECT id FROM file WHERE source = ?"
        self._connection.execute(f"DELETE FROM occurrence WHERE file IN ({files})", (source,))
        for table in ("file", "symbol"):
            self._connection.execute(f"DELETE FROM {table} WHERE source = ?", (source,))
        self._connection.execute("DELETE FROM source WHERE id = ?", (source,))


def _name(tool: str) -> str:
    """Return the name of a tool without its version."""
    return tool.partition(" ")[0]


def _create(connection: sqlite3.Connection) -> None:
    for statement in (
        "CREATE TABLE source (id INTEGER PRIMARY KEY, tool TEXT NOT NULL, folder TEXT NOT NULL)",
        "CREATE TABLE file (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, path TEXT NOT NULL, "
        "hash BLOB NOT NULL)",
        "CREATE INDEX file_by_path ON file (path)",
        "CREATE TABLE symbol (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, "
        "text TEXT NOT NULL, name TEXT NOT NULL)",
        "CREATE INDEX symbol_by_name ON symbol (name)",
        "CREATE TABLE occurrence (file INTEGER NOT NULL, position INTEGER NOT NULL, "
        "length INTEGER NOT NULL, is_definition INTEGER NOT NULL, symbol INTEGER NOT NULL)",
        "CREATE INDEX occurrence_by_place ON occurrence (file, position)",
        "CREATE INDEX occurrence_by_symbol ON occurrence (symbol)",
    ):
        connection.execute(statement)

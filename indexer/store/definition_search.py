"""Full-text search over the words of classes and functions, column by column.

Words are stemmed by SQLite (Porter), so `caches`, `cached` and `caching` are found by `cache`.
Which columns have a word is told and how long they are, and no rank: what a match is worth depends
on the whole question, which SQLite does not know.
"""

from __future__ import annotations

import sqlite3

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from ..definition_words import DefinitionWords

    Run = Callable[[str, Sequence[object]], list[Any]]

COLUMNS = ("name", "place", "summary", "documentation", "code")
_TABLE = "definition_fts"
_INSERT = f"INSERT INTO {_TABLE} (rowid, {', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?)"


def create_table(connection: sqlite3.Connection) -> None:
    """Make the table; its rows have the ids of symbols."""
    # Which column has a word is kept, not where in it.
    connection.execute(
        f"CREATE VIRTUAL TABLE {_TABLE} USING fts5({', '.join(COLUMNS)}, "
        "tokenize = 'porter unicode61', detail = column)"
    )


def insert(connection: sqlite3.Connection, rows: Iterable[tuple[object, ...]]) -> None:
    """Add definitions: an id and the words of each column."""
    connection.executemany(_INSERT, rows)


def forget(connection: sqlite3.Connection, file: int) -> None:
    """Remove the definitions of a file, whose symbols are still there."""
    connection.execute(
        f"DELETE FROM {_TABLE} WHERE rowid IN (SELECT id FROM symbol WHERE file = ?)", (file,)
    )


class DefinitionSearch:
    """Search in one table of definitions, through a function that runs SQL."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        """Use :meth:`of`, or that of the store."""
        self._run = run

    @classmethod
    def of(cls, rows: Sequence[DefinitionWords]) -> DefinitionSearch:
        """A table of its own in memory; ids are places in what was given, which need no index."""
        connection = sqlite3.connect(":memory:")
        create_table(connection)
        insert(connection, ((number, *row[1:]) for number, row in enumerate(rows)))
        return cls(lambda sql, arguments: connection.execute(sql, arguments).fetchall())

    def count(self) -> int:
        """Return the number of definitions."""
        return int(self._run(f"SELECT count(*) FROM {_TABLE}_docsize", ())[0][0])

    def columns_with(self, word: str) -> dict[int, int]:
        """Return which definitions have a word, each with the bits of the columns that have it."""
        found: dict[int, int] = {}
        for place, column in enumerate(COLUMNS):
            query = f'{column} : "{word}"'
            for (row,) in self._run(f"SELECT rowid FROM {_TABLE} WHERE {_TABLE} MATCH ?", (query,)):
                found[row] = found.get(row, 0) | 1 << place
        return found

    def of_files(self, files: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        """Yield (file, id, words of each column) of the definitions of some files."""
        columns = ", ".join(f"{_TABLE}.{column}" for column in COLUMNS)
        for start in range(0, len(files), 500):
            chunk = files[start : start + 500]
            marks = ", ".join("?" * len(chunk))
            yield from self._run(
                f"SELECT symbol.file, {_TABLE}.rowid, {columns} FROM symbol JOIN {_TABLE} "
                f"ON {_TABLE}.rowid = symbol.id WHERE symbol.file IN ({marks})",
                chunk,
            )

    def texts(self, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Return the words of definitions, column by column."""
        found: dict[int, tuple[str, ...]] = {}
        for start in range(0, len(ids), 500):
            chunk = ids[start : start + 500]
            marks = ", ".join("?" * len(chunk))
            sql = f"SELECT rowid, {', '.join(COLUMNS)} FROM {_TABLE} WHERE rowid IN ({marks})"
            found.update((row[0], row[1:]) for row in self._run(sql, chunk))
        return found

"""The index of one workspace in SQLite: files, the files of each name, and symbols.

Readers and the one writer use the same class; only a store opened for writing has :meth:`apply`.
All of a file's rows are replaced in one transaction.
"""

from __future__ import annotations

import os
import sqlite3
from array import array
from bisect import bisect_left

from ..errors import DamagedError, StoreError
from ..private_files import make_folder
from . import database, definition_search
from .checksum import checkpoint, is_intact, is_log_long
from .definition_search import DefinitionSearch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, NamedTuple, TypeVar

    from ..definition_words import DefinitionWords
    from ..symbols import SymbolRow

    # id, version (see `file_version`), size, hash (empty when unreadable), error ("" when readable)
    FileRow = tuple[int, int, int, bytes, str]
    _T = TypeVar("_T")
else:
    from ..named_tuple import NamedTuple

_CLASS_NAMES = "SELECT DISTINCT name FROM symbol WHERE kind IN (5, 10) ORDER BY name"
_SYMBOL_COLUMNS = "id, file, name, container, kind, position, line, flags, summary"


class StoredSymbol(NamedTuple):
    """A row of the table of symbols.

    ``id`` and ``file`` are -1 for a symbol of a file whose present content is not indexed.
    """

    id: int
    file: int
    name: str
    container: str
    """Dotted name inside of the module; empty at module level."""
    kind: int
    position: int
    line: int
    flags: int
    summary: str
    """First line of the docstring."""


class FileUpdate:
    """Everything that the index keeps of a file."""

    __slots__ = (
        "error",
        "hash",
        "inherited",
        "is_shared",
        "names",
        "old_inherited",
        "old_names",
        "path",
        "size",
        "symbols",
        "version",
        "words",
    )

    def __init__(self, path: str, version: int, size: int) -> None:
        """A file that could not be read until the other fields say otherwise."""
        self.path = path
        self.version = version
        self.size = size
        self.hash = b""
        self.error = ""
        self.is_shared = False
        """True if its facts were extracted on another machine, and taken from the shared cache."""
        self.names: Sequence[str] = ()
        self.inherited: Sequence[str] = ()
        self.symbols: Sequence[SymbolRow] = ()
        self.words: Sequence[DefinitionWords] = ()
        # Of the content that the index has now, to take it out of the files of these names.
        self.old_names: Sequence[str] = ()
        self.old_inherited: Sequence[str] = ()


class IndexStore:
    """One connection to ``index.db``. Methods raise :class:`StoreError` naming file and reason.

    After a :class:`DamagedError` the store is ``damaged``, which is for its owner to notice.
    """

    __slots__ = ("_connection", "damaged", "identity", "note", "path", "writable")

    def __init__(self, path: str, *, writable: bool) -> None:
        """Open the index; a writer creates it, and makes one of another version anew."""
        self.path = path
        self.writable = writable
        self.note = ""
        self.damaged = False
        try:
            if writable:
                make_folder(os.path.dirname(path))
                self._connection, self.note = database.open_cache(
                    path, database.VERSION, database.create_tables, is_intact=is_intact
                )
                # Checkpoints are made here, each with its checksum.
                self._connection.execute("PRAGMA wal_autocheckpoint = 0")
            else:
                self._connection = database.connect(path, writable=False)
                version = self._version()
                if version != database.VERSION:
                    self._connection.close()
                    # About one that somebody is making there is nothing to say.
                    differs = f"{path} is of version {version}, this is {database.VERSION}"
                    raise StoreError(differs if version else "")
                self._check()
            self.identity = database.identity(path)
        except sqlite3.Error as error:
            raise self._failure("open", error) from error
        except OSError as error:
            raise StoreError(f"cannot open {path}: {error}") from error

    def _version(self) -> str | None:
        try:
            return database.stored_version(self._connection)
        except sqlite3.Error as error:
            self._connection.close()
            raise self._failure("open", error) from error

    def _check(self) -> None:
        try:
            intact = is_intact(self.path, self._connection)
        except sqlite3.Error as error:
            self._connection.close()
            raise self._failure("open", error) from error
        if not intact:
            self._connection.close()
            self.damaged = True
            raise DamagedError(f"{self.path} is damaged (its checksum is another one)")

    def _failure(self, what: str, error: sqlite3.Error) -> StoreError:
        if database.is_damage(error):
            self.damaged = True
            return DamagedError(f"{self.path} is damaged ({error})")
        return StoreError(f"cannot {what} {self.path}: {error}")

    def is_sound(self) -> bool:
        """True if this is still the index at its path, and nothing is known to be wrong with it."""
        return not self.damaged and self.identity == database.identity(self.path)

    def close(self) -> None:
        """Close the connection."""
        if not self.writable:
            self._connection.close()
            return
        try:
            checkpoint(self.path, self._connection, close=True)
        except (OSError, sqlite3.Error):
            return  # A full disk, or an index that was removed: the log and SQLite's checks remain.

    def check(self) -> list[str]:
        """Problems that SQLite finds in the file; empty when there are none."""
        try:
            rows = self._connection.execute("PRAGMA quick_check").fetchall()
        except sqlite3.Error as error:
            return [str(error)]
        return [row[0] for row in rows if row[0] != "ok"]

    def _all(self, sql: str, arguments: Sequence[object] = ()) -> list[Any]:
        try:
            return self._connection.execute(sql, arguments).fetchall()
        except UnicodeEncodeError:
            return []  # Asked for half a character, which no name has.
        except sqlite3.Error as error:
            raise self._failure("read", error) from error

    def _symbols(self, sql: str, arguments: Sequence[object]) -> list[StoredSymbol]:
        return [StoredSymbol(*row) for row in self._all(sql, arguments)]

    def meta(self, key: str) -> object:
        """A remembered value, or None."""
        rows = self._all("SELECT value FROM meta WHERE key = ?", (key,))
        return rows[0][0] if rows else None

    def set_meta(self, values: Mapping[str, object]) -> None:
        """Remember values."""
        try:
            self._connection.executemany(
                "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE "
                "SET value = excluded.value WHERE value IS NOT excluded.value",
                values.items(),
            )
        except sqlite3.Error as error:
            raise self._failure("write", error) from error

    @property
    def generation(self) -> int:
        """Return how many transactions have changed the content of this index."""
        value = self.meta("generation")
        return value if isinstance(value, int) else 0

    @property
    def revision(self) -> int:
        """Return how many transactions there were, with those that changed no content."""
        value = self.meta("revision")
        return value if isinstance(value, int) else 0

    def state(self) -> tuple[int, int, dict[str, FileRow]]:
        """(revision, generation, files) of one moment, whatever is written meanwhile."""
        self._all("BEGIN")
        try:
            return self.revision, self.generation, self.files()
        finally:
            self._all("COMMIT")

    def files(self) -> dict[str, FileRow]:
        """Every file by path."""
        rows = self._all("SELECT path, id, version, size, hash, error FROM file")
        return {row[0]: row[1:] for row in rows}

    def file(self, path: str) -> FileRow | None:
        """One file."""
        rows = self._all("SELECT id, version, size, hash, error FROM file WHERE path = ?", (path,))
        return rows[0] if rows else None

    def files_of_name(self, name: str) -> array[int]:
        """Ids of the files in which a name occurs, ascending."""
        return self._posting("files", name)

    def files_inheriting(self, name: str) -> array[int]:
        """Ids of the files that have a class with a base of this name, ascending."""
        return self._posting("inherited", name)

    def _posting(self, column: str, name: str) -> array[int]:
        rows = self._all(f"SELECT {column} FROM name WHERE text = ?", (name,))
        return self._unpacked(rows[0][0]) if rows else array("I")

    def _unpacked(self, packed: Any) -> array[int]:
        ids = array("I")
        try:
            ids.frombytes(packed)
        except (TypeError, ValueError) as error:
            self.damaged = True
            raise DamagedError(f"{self.path} is damaged (a list of files: {error})") from error
        return ids

    def paths(self, ids: Iterable[int]) -> dict[int, str]:
        """Paths of files by id; ids that are gone are left out."""
        found: dict[int, str] = {}
        for chunk in _chunks(list(ids), 500):
            marks = ",".join("?" * len(chunk))
            for row in self._all(f"SELECT id, path FROM file WHERE id IN ({marks})", chunk):
                found[row[0]] = row[1]
        return found

    def symbol_names(self) -> list[str]:
        """Every distinct name of a symbol."""
        return [str(row[0]) for row in self._all("SELECT DISTINCT name FROM symbol ORDER BY name")]

    def class_names(self) -> list[str]:
        """Every distinct name of a class."""
        return [str(row[0]) for row in self._all(_CLASS_NAMES)]

    def inherited_names(self) -> list[str]:
        """Names that a base of a class ends with, anywhere."""
        return [str(row[0]) for row in self._all("SELECT text FROM name WHERE inherited != x''")]

    def occurring_names(self, prefix: str) -> list[str]:
        """Names that occur anywhere and start with a prefix."""
        rows = self._all(
            "SELECT text FROM name WHERE text >= ? AND text < ? AND files != x''",
            (prefix, prefix + "\U0010ffff"),
        )
        return [str(row[0]) for row in rows]

    def symbols_named(self, names: Sequence[str]) -> list[StoredSymbol]:
        """Symbols with one of these names."""
        found: list[StoredSymbol] = []
        for chunk in _chunks(list(names), 500):
            marks = ",".join("?" * len(chunk))
            found += self._symbols(
                f"SELECT {_SYMBOL_COLUMNS} FROM symbol WHERE name IN ({marks})", chunk
            )
        return found

    def symbols_of_file(self, file: int) -> list[StoredSymbol]:
        """Symbols of one file in the order of the text."""
        return self._symbols(
            f"SELECT {_SYMBOL_COLUMNS} FROM symbol WHERE file = ? ORDER BY position", (file,)
        )

    def search_words(self, query: str, limit: int, kinds: Sequence[int] = ()) -> list[StoredSymbol]:
        """Symbols by words of their names and docstrings, best first (BM25); all kinds for none."""
        among = f"AND symbol.kind IN ({', '.join(map(str, kinds))}) " if kinds else ""
        columns = ", ".join(f"symbol.{name}" for name in _SYMBOL_COLUMNS.split(", "))
        return self._symbols(
            f"SELECT {columns} FROM symbol_fts JOIN symbol ON symbol.id = symbol_fts.rowid "
            f"JOIN file ON file.id = symbol.file WHERE symbol_fts MATCH ? {among}"
            "ORDER BY bm25(symbol_fts, 4.0, 1.0), symbol.name, file.path, symbol.position LIMIT ?",
            (query, limit),
        )

    def definition_search(self) -> DefinitionSearch:
        """Search by the words of classes and functions."""
        return DefinitionSearch(self._all)

    def symbols_by_id(self, ids: Sequence[int]) -> list[StoredSymbol]:
        """Symbols by their ids, in any order; those that are gone are left out."""
        marks = ", ".join("?" * len(ids))
        return self._symbols(f"SELECT {_SYMBOL_COLUMNS} FROM symbol WHERE id IN ({marks})", ids)

    def counts(self) -> dict[str, int]:
        """Numbers of rows and bytes, for status."""
        sizes = {
            table: int(str(self._all(f"SELECT count(*) FROM {table}")[0][0]))
            for table in ("file", "name", "symbol")
        }
        sizes["bytes"] = sum(
            os.path.getsize(self.path + suffix)
            for suffix in ("", "-wal")
            if os.path.exists(self.path + suffix)
        )
        return sizes

    def apply(
        self,
        updates: Sequence[FileUpdate],
        removed: Sequence[tuple[str, Sequence[str], Sequence[str]]] = (),
        touched: Sequence[tuple[str, int, int]] = (),
    ) -> int:
        """Replace the rows of files in one transaction; returns the generation after it.

        ``removed`` are (path, names, inherited names) of files that are gone, ``touched`` are
        (path, version, size) of files whose content turned out to be the same, which is no new
        generation.
        """
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            generation = self.generation
            if updates or removed:
                generation += 1
                connection.execute(
                    "INSERT OR REPLACE INTO meta VALUES ('generation', ?)", (generation,)
                )
            connection.execute(
                "INSERT OR REPLACE INTO meta VALUES ('revision', ?)", (self.revision + 1,)
            )
            edits = _PostingEdits()
            for path, names, inherited in removed:
                self._remove(path, names, inherited, edits)
            self._upsert(updates, edits)
            for kind, column in enumerate(("files", "inherited")):
                self._edit_postings(column, edits.added[kind], edits.dropped[kind])
            connection.executemany(
                "UPDATE file SET version = ?, size = ? WHERE path = ?",
                ((version, size, path) for path, version, size in touched),
            )
            connection.execute("COMMIT")
            if is_log_long(self.path):
                checkpoint(self.path, connection)
        except BaseException as error:
            # Also for an interrupt: an open transaction would keep everybody from writing.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise self._failure("write", error) from error
            raise
        return generation

    def _remove(
        self, path: str, names: Sequence[str], inherited: Sequence[str], edits: _PostingEdits
    ) -> None:
        row = self.file(path)
        if row is not None:
            edits.drop(row[0], names, inherited)
            self._forget_symbols(row[0])
            self._connection.execute("DELETE FROM file WHERE id = ?", (row[0],))

    def _forget_symbols(self, file: int) -> None:
        # The full-text index holds no text of its own: it must be told what it forgets.
        self._connection.execute(
            "INSERT INTO symbol_fts (symbol_fts, rowid, words, summary) "
            "SELECT 'delete', id, words, summary FROM symbol WHERE file = ?",
            (file,),
        )
        definition_search.forget(self._connection, file)
        self._connection.execute("DELETE FROM symbol WHERE file = ?", (file,))

    def _upsert(self, updates: Sequence[FileUpdate], edits: _PostingEdits) -> None:
        from ..symbols import words

        connection = self._connection
        spelled: dict[str, str] = {}
        rows: list[tuple[object, ...]] = []
        described: list[tuple[object, ...]] = []
        (first,) = connection.execute("SELECT coalesce(max(id), 0) FROM symbol").fetchone()
        for update in updates:
            old = self.file(update.path)
            values = (update.version, update.size, update.hash, update.error)
            if old is None:
                cursor = connection.execute(
                    "INSERT INTO file (version, size, hash, error, path) VALUES (?, ?, ?, ?, ?)",
                    (*values, update.path),
                )
                assert cursor.lastrowid is not None
                file = cursor.lastrowid
            else:
                file = old[0]
                connection.execute(
                    "UPDATE file SET version = ?, size = ?, hash = ?, error = ? WHERE id = ?",
                    (*values, file),
                )
                edits.drop(file, update.old_names, update.old_inherited)
                self._forget_symbols(file)
            edits.add(file, update.names, update.inherited)
            described_at = {each[0]: each[1:] for each in update.words}
            for symbol in update.symbols:
                name = symbol[0]
                text = spelled.get(name)
                if text is None:
                    text = spelled[name] = words(name)
                rows.append((first + len(rows) + 1, file, *symbol[:6], text, symbol[6]))
                if symbol[3] in described_at:
                    described.append((first + len(rows), *described_at[symbol[3]]))
        if not rows:
            return
        connection.executemany(
            "INSERT INTO symbol (id, file, name, container, kind, position, line, flags, words, "
            "summary) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        connection.execute(
            "INSERT INTO symbol_fts (rowid, words, summary) "
            "SELECT id, words, summary FROM symbol WHERE id > ?",
            (first,),
        )
        definition_search.insert(connection, described)

    def _edit_postings(
        self, column: str, added: dict[str, list[int]], dropped: dict[str, list[int]]
    ) -> None:
        """Bring one packed list per name up to date: read, edit, write."""
        connection = self._connection
        changed: list[tuple[bytes, str]] = []
        fresh: list[tuple[str, bytes]] = []
        for name in added.keys() | dropped.keys():
            new, old = added.get(name, []), dropped.get(name, [])
            if new == old:
                continue
            row = connection.execute(
                f"SELECT {column} FROM name WHERE text = ?", (name,)
            ).fetchone()
            if row is None:
                fresh.append((name, array("I", sorted(new)).tobytes()))
                continue
            ids = self._unpacked(row[0])
            for file in set(old) - set(new):
                at = bisect_left(ids, file)
                if at < len(ids) and ids[at] == file:
                    del ids[at]
            for file in new:
                if not ids or file > ids[-1]:
                    ids.append(file)
                elif ids[at := bisect_left(ids, file)] != file:
                    ids.insert(at, file)
            changed.append((ids.tobytes(), name))
        connection.executemany(f"UPDATE name SET {column} = ? WHERE text = ?", changed)
        columns = ("files", "inherited") if column == "files" else ("inherited", "files")
        fresh.sort()
        connection.executemany(
            f"INSERT INTO name (text, {columns[0]}, {columns[1]}) VALUES (?, ?, x'')", fresh
        )


class _PostingEdits:
    """Files to add to and drop from the lists of names: [0] occurring, [1] inherited."""

    __slots__ = ("added", "dropped")

    def __init__(self) -> None:
        self.added: tuple[dict[str, list[int]], ...] = ({}, {})
        self.dropped: tuple[dict[str, list[int]], ...] = ({}, {})

    def add(self, file: int, names: Iterable[str], inherited: Iterable[str]) -> None:
        for table, listed in zip(self.added, (names, inherited), strict=True):
            for name in listed:
                table.setdefault(name, []).append(file)

    def drop(self, file: int, names: Iterable[str], inherited: Iterable[str]) -> None:
        for table, listed in zip(self.dropped, (names, inherited), strict=True):
            for name in listed:
                table.setdefault(name, []).append(file)


def _chunks(items: list[_T], size: int) -> Iterable[list[_T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]

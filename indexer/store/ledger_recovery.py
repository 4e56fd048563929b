"""Read what can be read of a damaged ledger: row by row, each with the checksum that it has.

Only who has found damage loads this, and sqlite-utils with it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

from ..private_files import open_file
from .ledger_schema import row_checksum

if TYPE_CHECKING:
    from collections.abc import Iterator

    Rows = dict[tuple[Any, ...], dict[str, Any]]

_PAGE_SIZE_AT = 16
_PAGE_COUNT_AT = 28
_FREE_PAGES_AT = 32


def recover(damaged: str, into: sqlite3.Connection) -> tuple[int, int]:
    """Copy rows of a damaged ledger into an empty one of the newest version.

    Returns how many were copied, and how many more were there that are not what was written.
    """
    new = Database(into)
    found: dict[str, Rows] = {name: {} for name in _in_order(new)}
    wrong: set[tuple[Any, ...]] = set()
    with TemporaryDirectory(dir=os.path.dirname(damaged)) as folder:
        for with_new_start in (False, True):
            copy = os.path.join(folder, f"copy{int(with_new_start)}.db")
            for suffix in ("", "-wal"):
                if os.path.exists(damaged + suffix):
                    shutil.copyfile(damaged + suffix, copy + suffix)
            if with_new_start:
                _renew_first_page(copy, into)
            try:
                connection = sqlite3.connect(copy, isolation_level=None)
                connection.execute("PRAGMA trusted_schema = OFF")
            except (sqlite3.Error, UnicodeDecodeError):
                continue
            try:
                for name, rows in found.items():
                    _read(Database(connection), new, name, found, rows, wrong)
            except (sqlite3.Error, UnicodeDecodeError):
                continue  # its first page, which says what tables there are
            finally:
                connection.close()
    kept = 0
    for name, rows in found.items():
        # Rows of what cannot be told any more stay in the file that was set aside.
        owner = _owner(new, name)
        whole = [row for row in rows.values() if not owner or (row[owner],) in found[owner]]
        new.table(name).insert_all(whole, replace=True)
        kept += len(whole)
    return kept, sum(map(len, found.values())) + len(wrong) - kept


def _in_order(db: Database) -> list[str]:
    """Names of the tables, those first that others lead to: rows of a session are found by it."""
    return sorted(
        db.table_names(),
        key=lambda name: (bool(_owner(db, name)), name in ("content", "blob"), name),
    )


def _owner(db: Database, name: str) -> str:
    """Return the table whose rows own those of a table, by a column of its name; or nothing."""
    return next((key.other_table for key in db.table(name).foreign_keys), "")


def _read(
    old: Database,
    new: Database,
    name: str,
    found: dict[str, Rows],
    rows: Rows,
    wrong: set[tuple[Any, ...]],
) -> None:
    """Add the rows of a table that are what was written."""
    # sqlite-utils does not say what its rows are.
    table: Any = new.table(name)
    keys: list[str] = table.pks
    columns: list[str] = [column.name for column in table.columns]
    for where, values in _parts(name, _owner(new, name), found):
        # A damaged page ends a walk: what lies behind it is reached from the other side.
        for direction in ("", " DESC"):
            order = ", ".join(key + direction for key in keys)
            try:
                source: Any = old.table(name)
                for row in source.rows_where(where, values, order_by=order):
                    *content, checksum = (row[column] for column in columns)
                    key = tuple(row[key] for key in keys)
                    if row_checksum(name, *content) == checksum:
                        rows[key] = row
                    else:
                        wrong.add((name, *key))
            except (sqlite3.Error, KeyError):
                continue
    wrong -= {(name, *key) for key in rows}


def _parts(name: str, owner: str, found: dict[str, Rows]) -> Iterator[tuple[str, list[Any]]]:
    """Conditions for parts of a table that can be read by themselves, and for all of it."""
    yield "1", []
    if name == "session":
        last = max((row["id"] for row in found[name].values()), default=0)
        yield from (("id = ?", [number]) for number in range(1, last))
    elif name == "content":
        yield from (("hash = ?", [row["hash"]]) for row in found["shown"].values())
    elif name == "blob":
        yield from (("hash = ?", [row["before_hash"]]) for row in found["write"].values())
    elif owner:
        yield from ((f"{owner} = ?", list(key)) for key in found[owner])


def _renew_first_page(damaged: str, sound: sqlite3.Connection) -> None:
    """Give a copy the first page of a sound ledger, which says what tables there are and where.

    They are where they always are, because a ledger's tables are made all at once. Were they not,
    no row would have the right checksum.
    """
    start = sound.serialize()
    size = int.from_bytes(start[_PAGE_SIZE_AT : _PAGE_SIZE_AT + 2], "big")
    # One that was cut has as many pages as it takes to say where the tables are.
    count = max(-(-os.path.getsize(damaged) // size), len(start) // size)
    page = bytearray(start[:size])
    page[_PAGE_COUNT_AT : _PAGE_COUNT_AT + 4] = count.to_bytes(4, "big")
    page[_FREE_PAGES_AT : _FREE_PAGES_AT + 8] = bytes(8)
    with open(open_file(damaged, os.O_RDWR), "r+b") as file:
        file.write(page)
        file.truncate(count * size)

"""Questions in SQL, of people: read-only, bounded in time and rows."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidArgumentsError, OutOfWorkError, StoreError
from . import database
from .sql_views import VIEWS

# The interpreter of SQLite looks at the clock every so many of its steps.
_STEPS = 10_000
# A row is bounded, too: texts can be put together without end.
_LONGEST = 10_000_000
_ALLOWED = frozenset(
    [sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE]
)


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What a question in SQL is answered with."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    has_more: bool
    """True if there are more rows than were asked for."""


def run_query(path: str, sql: str, *, seconds: float, limit: int) -> QueryResult:
    """Answer one SELECT about the index in a file.

    Raises InvalidArgumentsError for what SQLite does not understand or what is no question,
    OutOfWorkError after so many seconds, and StoreError when there is no index.
    """
    connection = _open(path)
    deadline = time.monotonic() + seconds
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
        connection.set_authorizer(_authorize)
        cursor = connection.execute(sql)
        if cursor.description is None:
            raise InvalidArgumentsError("this is no question: write a SELECT")
        columns = [str(each[0]) for each in cursor.description]
        rows = cursor.fetchmany(limit + 1)
        return QueryResult(columns, rows[:limit], len(rows) > limit)
    except sqlite3.OperationalError as error:
        if str(error) == "interrupted":
            raise OutOfWorkError(f"this took longer than {seconds:g} seconds") from error
        raise InvalidArgumentsError(f"SQLite: {error}") from error
    except (sqlite3.Error, sqlite3.Warning) as error:
        if str(error) in ("not authorized", "authorization denied"):
            raise InvalidArgumentsError("only questions are answered: write a SELECT") from error
        raise InvalidArgumentsError(f"SQLite: {error}") from error
    finally:
        connection.close()


def described_views(path: str) -> dict[str, list[str]]:
    """Return the views of an index with their columns."""
    connection = _open(path)
    try:
        empty = {name: connection.execute(f"SELECT * FROM {name} LIMIT 0") for name in VIEWS}
        return {name: [each[0] for each in view.description] for name, view in empty.items()}
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}") from error
    finally:
        connection.close()


def _open(path: str) -> sqlite3.Connection:
    try:
        return database.connect(path, writable=False)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"there is no index yet ({error}): `flux-index index` makes it") from error


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Allow reading alone: nothing is attached, loaded, set or written."""
    if action == sqlite3.SQLITE_FUNCTION and second == "load_extension":
        return sqlite3.SQLITE_DENY
    # Looking into full-text tables asks for their version.
    if action == sqlite3.SQLITE_PRAGMA and first == "data_version":
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY

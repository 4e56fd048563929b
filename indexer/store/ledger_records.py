"""All that a ledger keeps: counted, exported, forgotten."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidArgumentsError, StoreError
from .ledger import Ledger
from .task_store import INTENT

# Tables with the time of a row, where it has one.
_TIMES = {
    "session": "used", "shown": "at", "symbol": "at", "edit": "at", "told": "at", "task": "changed",
    "write": "at", "blob": "at", "event": "at", "lesson": "made", "hook_run": "at",
}  # fmt: skip
_TABLES = (
    "session", "content", "shown", "symbol", "original", "edit", "verdict", "told", "task", "plan",
    "step", "write", "blob", "event", "finding", "call", "model_message", "lesson", "hook_run",
)  # fmt: skip
# What files were before an edit is for undoing it, on this machine.
_CONTENTS = {"original": "content", "edit": "content", "blob": "content"}
_JSON = ("json", "answer")


@dataclass(slots=True)
class TableCount:
    """A table of a ledger: its rows, and the times of the oldest and the newest, if it has any."""

    name: str
    rows: int
    first: float | None
    last: float | None


@dataclass(slots=True)
class Choice:
    """What is to be forgotten: a task, a session, all until a time, or all that there is."""

    task: str = ""
    session: str = ""
    before: float | None = None
    everything: bool = False


def table_counts(ledger: Ledger) -> list[TableCount]:
    """Return what a ledger keeps, table by table."""
    found: list[TableCount] = []
    for name in _TABLES:
        at = _TIMES.get(name)
        times = f"min({at}), max({at})" if at else "NULL, NULL"
        ((rows, first, last),) = ledger.ask(f"SELECT count(*), {times} FROM {name}")
        found.append(TableCount(name, rows, first, last))
    return found


def records(ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Yield every row with the name of its table; of files' contents only how long they are."""
    for table in _TABLES:
        *columns, _ = (row[1] for row in ledger.ask(f"PRAGMA table_info({table})"))
        for row in ledger.rows(table, "1"):
            shown: dict[str, Any] = {"table": table}
            for column, value in zip(columns, row, strict=True):
                if column == _CONTENTS.get(table):
                    shown["compressed"] = None if value is None else len(value)
                elif column in _JSON and value:
                    shown[column] = json.loads(value)
                else:
                    shown[column] = value.hex() if isinstance(value, bytes) else value
            yield shown


def forget(ledger: Ledger, choice: Choice) -> dict[str, int]:
    """Remove rows for good; return how many tasks, sessions and costs of hooks went.

    Raises InvalidArgumentsError for what there is not, and for a task whose writes a crash has cut
    off: what they were is needed yet.
    """
    ledger.ask("PRAGMA secure_delete = ON")
    with ledger.transaction():
        tasks, sessions, runs = _chosen(ledger, choice)
        for task in tasks:
            if ledger.rows("write", "task = ? AND state = ?", task, INTENT):
                raise InvalidArgumentsError(
                    f"task {task} has writes that were cut off: `task.resume` comes first"
                )
        counts = {"tasks": len(tasks), "sessions": len(sessions)}
        ((before,),) = ledger.ask("SELECT count(*) FROM hook_run")
        for task in tasks:
            ledger.ask("DELETE FROM task WHERE id = ?", task)
            ledger.ask("DELETE FROM hook_run WHERE task = ?", task)
        for number, handle in sessions:
            ledger.ask("DELETE FROM session WHERE id = ?", number)
            ledger.ask("DELETE FROM hook_run WHERE session = ?", handle)
        ledger.ask(f"DELETE FROM hook_run WHERE {runs}", *_values(choice))
        ((after,),) = ledger.ask("SELECT count(*) FROM hook_run")
        if choice.everything:
            ((counts["lessons"],),) = ledger.ask("SELECT count(*) FROM lesson")
            ledger.ask("DELETE FROM lesson")
        ledger.ask("DELETE FROM content WHERE hash NOT IN (SELECT hash FROM shown)")
        ledger.ask(
            "DELETE FROM blob WHERE hash NOT IN (SELECT before_hash FROM write WHERE before_hash "
            "IS NOT NULL UNION SELECT after_hash FROM write WHERE after_hash IS NOT NULL)"
        )
    # What was written to the log before is in it yet. Who reads the ledger now may hinder this: it
    # is done by the last one that closes it then.
    with suppress(StoreError):
        ledger.ask("PRAGMA wal_checkpoint(TRUNCATE)")
    if choice.everything:
        counts["set aside"] = _remove_set_aside(ledger.path)
    return {**counts, "hook runs": before - after}


def _chosen(ledger: Ledger, choice: Choice) -> tuple[list[str], list[tuple[int, str]], str]:
    """Return handles of tasks, numbers and handles of sessions, and a condition on hook runs."""
    if choice.everything:
        return _tasks(ledger, "1"), _sessions(ledger, "1"), "1"
    if choice.before is not None:
        at = choice.before
        return _tasks(ledger, "changed < ?", at), _sessions(ledger, "used < ?", at), "at < ?"
    if choice.session:
        names = (choice.session, f"hook:{choice.session}")
        sessions = _sessions(ledger, "handle IN (?, ?) OR substr(handle, 1, ?) = ?", *names,
                             len(names[1]) + 1, f"{names[1]}:")  # fmt: skip
        tasks = _tasks(ledger, "session IN (?, ?)", *names)
        if not sessions and not tasks:
            raise InvalidArgumentsError(f"there is no session {choice.session!r}")
        return tasks, sessions, "0"
    tasks = _tasks(ledger, "id = ?", choice.task)
    if not tasks:
        raise InvalidArgumentsError(f"there is no task {choice.task!r}")
    return tasks, [], "0"


def _values(choice: Choice) -> tuple[float, ...]:
    return () if choice.everything or choice.before is None else (choice.before,)


def _tasks(ledger: Ledger, where: str, *values: object) -> list[str]:
    return [row[0] for row in ledger.rows("task", where, *values)]


def _sessions(ledger: Ledger, where: str, *values: object) -> list[tuple[int, str]]:
    return [(row[0], row[1]) for row in ledger.rows("session", where, *values)]


def _remove_set_aside(path: str) -> int:
    """Remove damaged ledgers that were set aside; return how many."""
    folder, name = os.path.split(path)
    found = [each for each in os.listdir(folder) if each.startswith(f"{name}.unreadable-")]
    for each in found:
        os.unlink(os.path.join(folder, each))
    return len(found)

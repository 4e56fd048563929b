"""The tasks of a ledger with all that figures are counted from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ...indexer.store.hook_runs import HookRun, hook_runs
from ...indexer.store.ledger import Ledger
from ...indexer.store.task_store import (
    ACCEPTED,
    FIXED,
    LEFT,
    MENDED,
    OVERRULED,
    SUGGESTIONS,
    EventRow,
    FindingRow,
    TaskRow,
    TaskStore,
)
from ..check.findings import ERROR

KeyOfTask = Callable[[TaskRow], str]
KeyOfRun = Callable[[HookRun], str]


@dataclass(slots=True)
class History:
    """Tasks, and events of hosts, of some time, client or model."""

    tasks: list[TaskRecord] = field(default_factory=list["TaskRecord"])
    hooks: list[HookRun] = field(default_factory=list[HookRun])


@dataclass(slots=True)
class TaskRecord:
    """A task, what happened to it, and what was found in its edits."""

    row: TaskRow
    events: list[EventRow]
    findings: list[FindingRow]

    def about(self, kind: str) -> list[dict[str, Any]]:
        """Return what is known of each event of a kind, in their order."""
        return [event.about for event in self.events if event.kind == kind]

    def steps(self) -> Iterator[Step]:
        """Yield the steps that were judged, in the order of their first judgement."""
        rounds: dict[str, list[dict[str, Any]]] = {}
        for each in self.about("judged"):
            rounds.setdefault(each["step"], []).append(each)
        for name, judged in rounds.items():
            yield Step(name, judged, [row for row in self.findings if row.step == name])

    def errors(self) -> dict[str, list[FindingRow]]:
        """Return the certain errors by their identity, each with its rows of all rounds."""
        return _by_id(row for row in self.findings if row.severity == ERROR)

    def became(self, rows: list[FindingRow]) -> str:
        """Return what became of a finding: overruled, fixed, mended or left.

        A fix that was not written, since its round was refused for something else, mended nothing;
        what it was for is mended by the edit that was accepted.
        """
        accepted = {
            (each["step"], each["round"])
            for each in self.about("judged")
            if each["verdict"] == ACCEPTED
        }
        if any(row.fate == OVERRULED for row in rows):
            return OVERRULED
        fixes = [row for row in rows if row.fate == FIXED]
        if any((row.step, row.round) in accepted for row in fixes):
            return FIXED
        steps = {step for step, _ in accepted}
        is_mended = any(row.fate == MENDED for row in rows)
        return MENDED if is_mended or any(row.step in steps for row in fixes) else LEFT

    def told(self) -> dict[str, list[FindingRow]]:
        """Return the findings that the agent was told of, which are not those mended for it."""
        return {
            id_: rows
            for id_, rows in _by_id(self.findings).items()
            if any(row.fate != FIXED for row in rows)
        }


@dataclass(slots=True)
class Step:
    """A step: its judgements, and the findings of all of them."""

    name: str
    rounds: list[dict[str, Any]]
    findings: list[FindingRow]

    def rounds_to_green(self) -> int | None:
        """Return the number of the judgement that accepted it; None if none did."""
        for number, judged in enumerate(self.rounds, 1):
            if judged["verdict"] == ACCEPTED:
                return number
        return None


def read_history(
    ledger: Ledger, since: float = 0.0, client: str | None = None, model: str | None = None
) -> History:
    """Return what a ledger has since a time, of a client or a model only if one is given.

    Suggestions that were applied are steps that can be undone, and nobody's tasks.
    """
    store = TaskStore(ledger)

    def is_wanted(its_client: str, its_model: str) -> bool:
        is_clients = its_client == client if client is not None else its_client != SUGGESTIONS
        return is_clients and model in (None, its_model)

    with ledger.transaction():
        tasks = [
            TaskRecord(row, store.events(row.id), store.findings(row.id))
            for row in reversed(store.tasks())
            if row.begun >= since and is_wanted(row.client, row.model)
        ]
        runs = [run for run in hook_runs(ledger, since) if is_wanted(run.client, run.model)]
    return History(sorted(tasks, key=lambda task: task.row.begun), runs)


def by_day(history: History) -> dict[str, History]:
    """Return a history by the day on which a task began or a hook ran, in UTC."""
    return _grouped(history, lambda task: _day(task.begun), lambda run: _day(run.at))


def by_client(history: History) -> dict[str, History]:
    """Return a history by the client; an empty one did not say what it is called."""
    return _grouped(history, lambda task: task.client, lambda run: run.client)


def by_model(history: History) -> dict[str, History]:
    """Return a history by the model; an empty one was not told."""
    return _grouped(history, lambda task: task.model, lambda run: run.model)


def _grouped(history: History, key_of_task: KeyOfTask, key_of_run: KeyOfRun) -> dict[str, History]:
    found: dict[str, History] = {}
    for task in history.tasks:
        found.setdefault(key_of_task(task.row), History()).tasks.append(task)
    for run in history.hooks:
        found.setdefault(key_of_run(run), History()).hooks.append(run)
    return dict(sorted(found.items()))


def _by_id(rows: Iterable[FindingRow]) -> dict[str, list[FindingRow]]:
    found: dict[str, list[FindingRow]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row)
    return found


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")

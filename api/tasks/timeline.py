"""What agents did, by time: sessions with what they read, wrote and were told, and tasks.

Read from the ledger as it is; nothing is written and no ledger is made where there is none.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import date
from typing import Any

from ...indexer.store.ledger import NAME, Ledger
from ...indexer.store.task_store import OPEN, EventRow, FindingRow, TaskRow, TaskStore

# The newest of each; marks of a session, and events of a task.
_SESSIONS = 30
_TASKS = 40
_MARKS = 400
_EVENTS = 100
_TEXT = 200
_REFUSALS = ("refused", "broken")

Item = dict[str, Any]


def ledger_stamp(state_dir: str) -> tuple[int, ...]:
    """Return what changes when something is written to the ledger of a workspace."""
    stamp: list[int] = []
    for suffix in ("", "-wal"):
        try:
            status = os.stat(os.path.join(state_dir, NAME + suffix))
        except OSError:
            continue
        stamp += [status.st_mtime_ns, status.st_size]
    return tuple(stamp)


def timeline(state_dir: str) -> Item:
    """Return sessions, tasks and daily figures of the workspace whose state is in a folder."""
    if not os.path.exists(os.path.join(state_dir, NAME)):
        return {"sessions": [], "tasks": [], "days": [], "more_sessions": 0, "more_tasks": 0}
    with Ledger(state_dir) as ledger:
        store = TaskStore(ledger)
        every = store.tasks()
        sessions = ledger.rows("session", "1 ORDER BY used DESC")
        shown = [_session(store, row, every) for row in sessions[:_SESSIONS]]
        return {
            "sessions": shown,
            "more_sessions": max(len(sessions) - _SESSIONS, 0),
            "tasks": [_task(store, task) for task in every[:_TASKS]],
            "more_tasks": max(len(every) - _TASKS, 0),
            "days": _days(store, every),
        }


def _session(store: TaskStore, row: tuple[Any, ...], tasks: list[TaskRow]) -> Item:
    number, handle, host, model, begun, used, _ = row
    ledger = store.ledger
    marks: list[Item] = []
    seen: dict[str, float] = {}
    for _, path, proposed, _, _, at in ledger.rows("shown", "session = ?", number):
        seen[path] = max(at, seen.get(path, 0.0))
        if not proposed:
            marks.append({"at": at, "kind": "read", "text": path})
    # When a file was first changed is not kept: it was known as it was written last.
    for _, path, _ in ledger.rows("original", "session = ?", number):
        marks.append({"at": seen.get(path, used), "kind": "written", "text": path})
    findings: list[FindingRow] = []
    own = [task for task in tasks if task.session == handle]
    for task in own:
        findings += store.findings(task.id)
        for write in store.writes(task.id):
            marks.append({"at": write.at, "kind": "written", "text": write.path})
        for event in store.events(task.id):
            if event.kind == "unread" or event.about.get("verdict") in _REFUSALS:
                marks.append({"at": event.at, "kind": "refused", "text": _refusal(event)})
    messages = {each.id: each.message for each in findings}
    for _, key, at in ledger.rows("told", "session = ?", number):
        kind, _, rest = key.partition(":")
        if kind in ("told", "stop", "absent", "gone", "refused") and rest:
            kind = "refused" if kind == "refused" else "told"
            text = messages.get(rest) or str(rest)
            marks.append({"at": at, "kind": kind, "text": text[:_TEXT]})
    marks.sort(key=lambda mark: mark["at"])
    return {
        "handle": handle,
        "host": host,
        "model": model,
        "begun": begun,
        "used": max([used, *(mark["at"] for mark in marks)]),
        "marks": marks[-_MARKS:],
        "counts": dict(Counter(mark["kind"] for mark in marks)),
        "open": [_finding(each) for each in findings if each.fate == OPEN][:_MARKS],
        "tasks": [task.id for task in own],
    }


def _refusal(event: EventRow) -> str:
    step = event.about.get("step", "")
    if event.kind == "unread":
        return f"{step}: what it rests on was not read"
    return f"{step}: {event.about.get('errors', 0)} errors"


def _finding(row: FindingRow) -> Item:
    return {
        "rule": row.rule,
        "severity": row.severity,
        "message": row.message,
        "path": row.path,
        "fate": row.fate,
        "step": row.step,
        "round": row.round,
    }


def _task(store: TaskStore, task: TaskRow) -> Item:
    planned = {step["id"]: step for step in store.plan(task.id)[2]}
    findings = store.findings(task.id)
    return {
        "task": task.id,
        "state": task.state,
        "reason": task.reason,
        "text": task.text[:_TEXT],
        "client": task.client,
        "model": task.model,
        "session": task.session,
        "begun": task.begun,
        "changed": task.changed,
        "ended": task.ended,
        "steps": [
            {
                "step": step.id,
                "state": step.state,
                "rounds": step.round,
                "why": str(planned.get(step.id, {}).get("why", ""))[:_TEXT],
                "findings": dict(Counter(each.fate for each in findings if each.step == step.id)),
            }
            for step in store.steps(task.id)
        ],
        "fates": dict(Counter(each.fate for each in findings)),
        "events": [
            {"at": event.at, "kind": event.kind, "verdict": event.about.get("verdict", "")}
            for event in store.events(task.id)[-_EVENTS:]
        ],
    }


def _days(store: TaskStore, tasks: list[TaskRow]) -> list[Item]:
    """Count by day: rounds that were judged, by verdict, and tasks that ended."""
    days: dict[str, Counter[str]] = {}
    for task in tasks:
        for event in store.events(task.id):
            day = days.setdefault(date.fromtimestamp(event.at).isoformat(), Counter())
            if event.kind == "judged":
                day[event.about.get("verdict", "")] += 1
                day["errors"] += event.about.get("errors", 0)
            elif event.kind == "ended":
                day[f"tasks {event.about.get('state', '')}"] += 1
    return [{"day": day, "counts": dict(days[day])} for day in sorted(days)]

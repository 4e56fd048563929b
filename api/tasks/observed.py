"""Tasks that nobody asked for: a host's events are told as one, so that there are figures of it.

A prompt opens a task, each file that is edited is a step of it and each edit of the file a round,
and stopping verifies it. Of what the user has typed a hash is kept and nothing else.
"""

from __future__ import annotations

from ...indexer.store.task_store import (
    ACCEPTED,
    DONE,
    ENDED,
    LEFT,
    MENDED,
    OPEN,
    STOPPED,
    VERIFYING,
    WORKING,
    FindingRow,
    StepRow,
    TaskRow,
    TaskStore,
)
from .task import HOOKS, open_task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    from ...indexer.store.ledger import Ledger
    from ..open_workspace import OpenWorkspace

    Item = Mapping[str, Any]

CLIENT = "hooks"


def observe_prompt(
    workspace: OpenWorkspace, ledger: Ledger, session: str, prompt: str, model: str
) -> None:
    """Open a task for a prompt, unless the agent works on one of its own in this session."""
    store = TaskStore(ledger)
    with ledger.transaction():
        before = store.task_of_session(session)
        if before is not None and before.origin != HOOKS:
            return
        if before is not None:
            store.set_state(before.id, STOPPED, "the next prompt")
            store.add_event(before.id, "ended", {"state": STOPPED, "reason": "the next prompt"})
        open_task(
            workspace, store, prompt, origin=HOOKS, client=CLIENT, model=model, session=session
        )


def observe_edit(
    ledger: Ledger,
    session: str,
    paths: Collection[str],
    items: Sequence[Item],
    *,
    is_refused: bool = False,
) -> None:
    """Store an edit as a round of the steps of its files, with what was found."""
    store = TaskStore(ledger)
    with ledger.transaction():
        task = store.task_of_session(session)
        if task is None or task.origin != HOOKS:
            return
        for path in paths:
            found = [each for each in items if each["path"] == path or each["path"] not in paths]
            _round(store, task, path, found, is_refused=is_refused)
        if task.state != WORKING:
            store.set_state(task.id, WORKING)


def _round(
    store: TaskStore, task: TaskRow, path: str, items: Sequence[Item], *, is_refused: bool
) -> None:
    row = store.step(task.id, path) or StepRow(task.id, path, len(store.steps(task.id)))
    row.round += 1
    errors = [each for each in items if each["severity"] == "error"]
    is_wrong = is_refused or bool(errors)
    row.state = OPEN if is_wrong else ACCEPTED
    still = {each["id"] for each in items}
    for known in store.findings(task.id, path):
        if known.fate == OPEN and known.id not in still:
            store.set_fate(known, MENDED)
    for each in items:
        fate = OPEN if each in errors else LEFT
        store.put_finding(
            FindingRow(
                task.id, path, each["id"], row.round, each["rule"], each["severity"],
                each.get("subject", ""), each["evidence"], each["path"], each["message"], fate,
            )
        )  # fmt: skip
    store.put_step(row)
    about: dict[str, Any] = {
        "step": path,
        "round": row.round,
        "verdict": "refused" if is_refused else "broken" if errors else ACCEPTED,
        "errors": len(errors),
        "warnings": len(items) - len(errors),
        "fixed": 0,
        "deferred": [],
        "overruled": 0,
        "ended": "",
    }
    store.add_event(task.id, "judged", about)


def observe_stop(ledger: Ledger, session: str, n_errors: int, *, is_complete: bool) -> None:
    """Store what was found when the agent stopped: with nothing wrong the task is done."""
    store = TaskStore(ledger)
    with ledger.transaction():
        task = store.task_of_session(session)
        if task is None or task.origin != HOOKS or task.state in (*ENDED, OPEN):
            return
        verdict = "broken" if n_errors else "ok" if is_complete else "cannot judge"
        about = {"verdict": verdict, "findings": n_errors, "fulfilled": True, "passed": None}
        store.add_event(task.id, "verified", about)
        store.set_state(task.id, DONE if verdict == "ok" else VERIFYING)
        if verdict != "ok":
            return
        store.add_event(task.id, "ended", {"state": DONE, "reason": ""})
        for row in store.findings(task.id):
            if row.fate == OPEN:
                store.set_fate(row, LEFT)

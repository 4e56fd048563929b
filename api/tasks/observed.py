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
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

    from ...indexer.store.ledger import Ledger
    from ..open_workspace import OpenWorkspace

    Item = Mapping[str, Any]
    StillThere = Callable[[Sequence[FindingRow]], set[str] | None]

REFUSED = "refused"


def observe_prompt(
    workspace: OpenWorkspace, ledger: Ledger, session: str, prompt: str, client: str, model: str
) -> None:
    """Open a task for a prompt, unless the agent works on one of its own in this session."""
    store = TaskStore(ledger)
    with ledger.transaction():
        before = store.task_of_session(session)
        if before is not None and before.origin != HOOKS:
            return
        if before is not None:
            for row in store.findings(before.id):
                if row.fate == OPEN:
                    store.set_fate(row, LEFT)
            store.set_state(before.id, STOPPED, "the next prompt")
            store.add_event(before.id, "ended", {"state": STOPPED, "reason": "the next prompt"})
        open_task(
            workspace, store, prompt, origin=HOOKS, client=client, model=model, session=session
        )


class Edited:
    """An edit that a host has told of: the files that it changes, and what is wrong with it.

    ``items`` are findings as hooks have them. What was refused is not on disk. What is only partly
    judged may have more that is wrong.
    """

    __slots__ = ("is_partly_judged", "is_refused", "items", "paths")

    def __init__(
        self,
        paths: Collection[str],
        items: Sequence[Item],
        *,
        is_refused: bool = False,
        is_partly_judged: bool = False,
    ) -> None:
        self.paths = paths
        self.items = items
        self.is_refused = is_refused
        self.is_partly_judged = is_partly_judged


def observe_edit(ledger: Ledger, session: str, edited: Edited, still: StillThere) -> None:
    """Store an edit as a round of the steps of its files, with what was found.

    ``still`` tells which of some findings are there now; None if there is no time for that.
    """
    store = TaskStore(ledger)
    task = _observed(store, session)
    if task is None:
        return
    mended: list[FindingRow] = []
    if not edited.is_refused:
        found = {each["id"] for each in edited.items}
        rows = [row for row in _open_findings(store, task) if row.id not in found]
        written = _written(store, task, rows)
        left = still([row for row in rows if row.id in written]) if written else set[str]()
        # What was refused, and not written all the same, is mended when it is proposed without it.
        gone = {row.id for row in rows if row.step in edited.paths} - written
        if left is not None:
            gone |= written - left
        mended = [row for row in rows if row.id in gone]
    with ledger.transaction():
        for row in mended:
            store.set_fate(row, MENDED)
        for path in edited.paths:
            _round(store, task, path, edited)
        if task.state != WORKING:
            store.set_state(task.id, WORKING)


def _observed(store: TaskStore, session: str) -> TaskRow | None:
    """Return the task that hooks tell of in a session, if it has one."""
    task = store.task_of_session(session)
    return task if task is not None and task.origin == HOOKS else None


def _open_findings(store: TaskStore, task: TaskRow) -> list[FindingRow]:
    return [row for row in store.findings(task.id) if row.fate == OPEN]


def _written(store: TaskStore, task: TaskRow, rows: list[FindingRow]) -> set[str]:
    """Return the ids of findings of edits that were not refused."""
    if not rows:
        return set()
    refused = {
        (event.about["step"], event.about["round"])
        for event in store.events(task.id, "judged")
        if event.about["verdict"] == REFUSED
    }
    return {row.id for row in rows if (row.step, row.round) not in refused}


def _round(store: TaskStore, task: TaskRow, path: str, edited: Edited) -> None:
    items = [
        each for each in edited.items if each["path"] == path or each["path"] not in edited.paths
    ]
    row = store.step(task.id, path) or StepRow(task.id, path, len(store.steps(task.id)))
    row.round += 1
    errors = [each for each in items if each["severity"] == "error"]
    is_wrong = edited.is_refused or bool(errors)
    row.state = OPEN if is_wrong else ACCEPTED
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
        "verdict": REFUSED if edited.is_refused else "broken" if errors else ACCEPTED,
        "paths": sorted(edited.paths),
        "complete": not edited.is_partly_judged,
        "errors": len(errors),
        "warnings": len(items) - len(errors),
        "fixed": 0,
        "deferred": [],
        "overruled": 0,
        "ended": "",
        "mistakes": [each["trace"] for each in items if each.get("trace")],
    }
    store.add_event(task.id, "judged", about)


def observe_stop(
    ledger: Ledger, session: str, n_errors: int, still: StillThere, *, is_complete: bool
) -> str:
    """Store what was found when the agent stopped: with nothing wrong the task is done.

    Returns its handle then.
    """
    store = TaskStore(ledger)
    task = _observed(store, session)
    if task is None or task.state in (*ENDED, OPEN):
        return ""
    rows = _open_findings(store, task)
    written = _written(store, task, rows)
    left = still([row for row in rows if row.id in written]) if written else set[str]()
    gone = {row.id for row in rows} - (written if left is None else left)
    verdict = "broken" if n_errors or left else "ok"
    if verdict == "ok" and not (is_complete and left is not None):
        verdict = "cannot judge"
    about = {
        "verdict": verdict, "findings": n_errors or len(left or ()), "fulfilled": True,
        "passed": None,
    }  # fmt: skip
    with ledger.transaction():
        for row in rows:
            if row.id in gone:
                store.set_fate(row, MENDED)
        store.add_event(task.id, "verified", about)
        store.set_state(task.id, DONE if verdict == "ok" else VERIFYING)
        if verdict == "ok":
            store.add_event(task.id, "ended", {"state": DONE, "reason": ""})
    return task.id if verdict == "ok" else ""

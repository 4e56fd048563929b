"""A task as operations work on it: its rows, its state, and the call that comes next."""

from __future__ import annotations

import time
from secrets import token_hex

from ...indexer.errors import InvalidArgumentsError
from ...indexer.hashing import blake2b
from ...indexer.store.task_store import (
    ABANDONED,
    ACCEPTED,
    DONE,
    ENDED,
    HELD,
    OPEN,
    PLANNED,
    STOPPED,
    STUCK,
    UNDERSTOOD,
    VERIFYING,
    WORKING,
    StepRow,
    TaskRow,
    TaskStore,
)
from ..open_workspace import OpenWorkspace
from ..sessions.read_log import packed

AGENT, HOOKS = "agent", "hooks"
"""Who opened a task: an agent that was asked to, or the hooks of a host, without its help."""

DRIVER = "flux-index run"
"""What the client of a task is called that `flux-index run` opened."""


def open_task(
    workspace: OpenWorkspace,
    store: TaskStore,
    text: str,
    *,
    origin: str = AGENT,
    client: str = "",
    model: str = "",
    session: str = "",
) -> TaskRow:
    """Store a new task and return it. What the user typed into a host is kept as a hash only."""
    now = time.time()
    raw = text.encode("utf-8", "surrogatepass")
    row = TaskRow(
        id=f"t-{token_hex(8)}",
        state=OPEN,
        reason="",
        text=text.encode("utf-8", "replace").decode() if origin == AGENT else "",
        text_hash=blake2b(raw, digest_size=16).hexdigest(),
        client=client,
        model=model,
        session=session,
        origin=origin,
        begun=now,
        changed=now,
        ended=None,
        # Of a host's session it is known what there was when it began.
        files=packed(workspace.index.view().files) if origin == AGENT else None,
    )
    with store.ledger.transaction():
        store.add_task(row)
        store.add_event(row.id, "begun", {"client": client, "model": model, "origin": origin})
    return row


def need_task(store: TaskStore, handle: str, *, is_open: bool = False) -> TaskRow:
    """Return the task of a handle; raise InvalidArgumentsError if there is none, or it has ended.

    One that has ended is only refused with ``is_open``.
    """
    row = store.task(handle)
    if row is None:
        raise InvalidArgumentsError(f"there is no task {handle!r}: `task.begin` opens one")
    if is_open and row.state in ENDED:
        raise InvalidArgumentsError(f"task {handle} is {row.state}: `task.begin` opens another one")
    return row


def next_call(store: TaskStore, task: TaskRow) -> str:
    """Return a sentence on what comes next in a task."""
    if task.state in ENDED:
        return "nothing: the task has ended"
    if task.state in (OPEN, UNDERSTOOD):
        return "`task.plan` with the steps, or `task.step` with the first edits"
    left = open_steps(store.steps(task.id))
    stuck = [step for step in left if step.state == STUCK]
    waiting = [step for step in left if step.state == OPEN]
    if waiting:
        return f"`task.step` with the edits of step {waiting[0].id}"
    if stuck:
        return (
            f"step {stuck[0].id} is stuck: ask who can decide, then `task.step` with `overrule`, "
            "or `task.plan` it otherwise"
        )
    if store.writes(task.id, state=HELD):
        return "`task.step` without `hold`, which writes what was held"
    if task.state == VERIFYING:
        return "`task.step` with what mends what `task.verify` found, or `task.finish`"
    return "`task.verify`, then `task.finish`"


def open_steps(steps: list[StepRow]) -> list[StepRow]:
    """Return the steps that are not accepted yet."""
    return [step for step in steps if step.state != ACCEPTED]


STATES = (OPEN, UNDERSTOOD, PLANNED, WORKING, VERIFYING, DONE, STOPPED, ABANDONED)
"""The states of a task in their order; from each it can be stopped or abandoned."""

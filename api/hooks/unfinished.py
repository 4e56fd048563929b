"""A task that an agent has begun in its session and not finished, told once when it stops."""

from __future__ import annotations

from ...indexer.errors import OutOfTimeError
from ...indexer.store.task_store import ENDED, TaskStore
from ..quoting import quoted
from ..tasks.task import AGENT, DRIVER
from .messages import SUBAGENT_STOP, block

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .event import Event
    from .messages import Answer

_TOLD = 8


def unfinished(event: Event) -> Answer | None:
    """Return what a task of the session lacks, as the files show it; None if there is none.

    Hosts do not say which task an agent has opened: it is the only one that was begun since.
    """
    if event.payload.event == SUBAGENT_STOP:
        return None
    store = TaskStore(event.ledger)
    begun = event.ledger.facts(event.main)[0]
    tasks = [
        row
        for row in store.tasks()
        if row.origin == AGENT
        and row.client != DRIVER
        and row.state not in ENDED
        and row.begun >= begun
    ]
    if len(tasks) != 1 or not event.ledger.tell(event.main, f"task:{tasks[0].id}"):
        return None
    from ..tasks.verify import verify_task  # late: few sessions have a task

    try:
        found = verify_task(event.session, store, tasks[0])
    except OutOfTimeError:
        event.notes.append(f"there was no time to verify task {tasks[0].id}")
        return None
    lines = [f"- step {each.step.id}: {each.why}" for each in found.checks if not each.is_fulfilled]
    lines += [
        f"- {each.path}: {each.message} ({each.rule})"
        for each in found.findings
        if each.severity == "error"
    ]
    if not lines:
        return None
    handle = tasks[0].id
    return block(
        "\n".join([
            f"flux-index: task {handle} is not done, as the files show:",
            *quoted(lines[:_TOLD]),
            f"`task.finish {handle}` ends it when it is, or with `abandon` as it is.",
        ])
    )  # fmt: skip

"""What events of hosts have cost, in the ledger."""

from __future__ import annotations

import time

from .ledger import Ledger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from ..named_tuple import NamedTuple

# Older ones tell nothing of how it is now.
_SECONDS = 180 * 86_400


class HookRun(NamedTuple):
    """An event of a host that was answered: when, for whom, and the seconds that it took.

    ``cpu`` are seconds of computing, ``waited`` those that the host waited.
    """

    at: float
    event: str
    client: str
    model: str
    session: str
    task: str
    cpu: float
    waited: float


def open_task_of(ledger: Ledger, session: str) -> str:
    """Return the handle of the task that a session works on; empty for none."""
    # Not by the store of tasks, which most events have no need to load.
    where = "session = ? AND ended IS NULL ORDER BY begun DESC LIMIT 1"
    return next((row[0] for row in ledger.rows("task", where, session)), "")


def put_hook_run(ledger: Ledger, run: HookRun) -> None:
    """Store what an event has cost."""
    with ledger.transaction():
        ledger.put("hook_run", *run)


def hook_runs(ledger: Ledger, since: float = 0.0) -> list[HookRun]:
    """Return what events have cost, in their order."""
    return [HookRun(*row) for row in ledger.rows("hook_run", "at >= ? ORDER BY at", since)]


def drop_old_hook_runs(ledger: Ledger) -> None:
    """Forget what events have cost long ago."""
    ledger.ask("DELETE FROM hook_run WHERE at < ?", time.time() - _SECONDS)

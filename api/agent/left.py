"""What a run leaves to be done, as the ledger has it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...indexer.store.task_store import OPEN, FindingRow, TaskStore
from ..tasks.task import open_steps


@dataclass(slots=True)
class Left:
    """Steps that are not accepted, findings that are not mended, and how to go on."""

    steps: list[str] = field(default_factory=list[str])
    findings: list[str] = field(default_factory=list[str])
    next: str = ""


def what_is_left(store: TaskStore, handle: str, *, can_go_on: bool) -> Left:
    """Return what a task lacks."""
    planned = {each["id"]: each for each in store.plan(handle)[2]}
    left = Left(next=f"flux-index run --resume {handle}" if can_go_on else "")
    for step in open_steps(store.steps(handle)):
        about = planned.get(step.id, {})
        named = " ".join(filter(None, (about.get(key, "") for key in ("kind", "path", "symbol"))))
        left.steps.append(f"step {step.id} is {step.state}{f': {named}' if named else ''}")
    found = _open(store.findings(handle))
    left.findings = [f"{each.path}: {each.message} ({each.rule})" for each in found]
    return left


def _open(found: list[FindingRow]) -> list[FindingRow]:
    """Return what is still wrong: of each step, what its last round has found."""
    last: dict[str, int] = {}
    for row in found:
        last[row.step] = max(last.get(row.step, 0), row.round)
    return [row for row in found if row.fate == OPEN and row.round == last[row.step]]

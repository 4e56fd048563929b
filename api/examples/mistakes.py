"""Candidates from the ledger: what agents submitted and was refused, and what they wrote then."""

from __future__ import annotations

from collections.abc import Iterator

from ...indexer.store.task_store import ACCEPTED, EventRow, TaskStore
from .candidate import LEDGER, Candidate


def recorded(store: TaskStore) -> Iterator[Candidate]:
    """Yield candidates of all tasks, those first that changed last.

    Contents are kept for thirty days; what is older is left out.
    """
    for task in store.tasks():
        rounds: dict[str, list[EventRow]] = {}
        for event in store.events(task.id, "judged"):
            rounds.setdefault(event.about["step"], []).append(event)
        for step, events in rounds.items():
            yield from _of_step(store, events, {"task": task.id, "step": step})


def _of_step(
    store: TaskStore, events: list[EventRow], about: dict[str, str]
) -> Iterator[Candidate]:
    """Yield each text of a file that was not accepted, with the one that was in the end."""
    accepted: dict[str, str] = {}
    for event in reversed(events):
        texts: dict[str, list[str]] = event.about.get("texts", {})
        if event.about["verdict"] == ACCEPTED:
            accepted.update({path: fixed for path, (_, fixed) in texts.items()})
        for path, (submitted, _) in texts.items():
            right = accepted.get(path, submitted)
            bad, good = (store.blob(bytes.fromhex(each)) for each in (submitted, right))
            if right != submitted and bad is not None and good is not None:
                yield Candidate(path, good, bad, LEDGER, provenance=about)

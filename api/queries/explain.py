"""Why a name leads where it leads."""

from __future__ import annotations

from ...indexer.errors import InvalidArgumentsError
from ...indexer.resolve.entities import EVIDENCE_NAMES
from ...indexer.resolve.explain import explain as steps_of
from ...indexer.resolve.locate import identifier_at, occurrence_at
from ..views import envelope, line_text, name_range
from .target import offset_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.resolve.explain import Step
    from ...indexer.snapshot import Snapshot
    from ..session import Session


def explain(
    session: Session, *, path: str | None, line: int | None, character: int
) -> dict[str, Any]:
    """Answer the operation ``explain``."""
    if path is None or line is None:
        raise InvalidArgumentsError("explain needs 'path' and 'line'")
    snapshot = session.snapshot(whole=True)
    relative = snapshot.relative(path)
    occurrence = occurrence_at(snapshot, relative, offset_of(snapshot, relative, line, character))
    steps = steps_of(snapshot, relative, occurrence) if occurrence is not None else []
    items = [_item(snapshot, step) for step in steps]
    answer: dict[str, Any] = {"total": len(items), "items": items}
    if occurrence is None:
        answer["notes"] = ["there is no name at this place"]
    return envelope(snapshot, answer, {step.path for step in steps} | {relative})


def _item(snapshot: Snapshot, step: Step) -> dict[str, Any]:
    item: dict[str, Any] = {
        "depth": step.depth,
        "why": step.text,
        "evidence": EVIDENCE_NAMES[step.evidence],
        "path": step.path,
    }
    if step.path and step.position >= 0:
        found = identifier_at(snapshot.text(step.path), step.position)
        name = found[1] if found is not None and found[0] == step.position else ""
        item["range"] = name_range(snapshot, step.path, step.position, name)
        item["text"] = line_text(snapshot, step.path, step.position)
    return item

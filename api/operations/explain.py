"""The operation ``explain``."""

from __future__ import annotations

from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.entities import EVIDENCE_NAMES
from ...indexer.inference.explain import explain as steps_of
from ...indexer.inference.locate import identifier_at, occurrence_at
from ..source.entity_views import envelope, line_text, name_range
from ..source.targets import offset_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.inference.explain import Step
    from ...indexer.inference.inference import Inference
    from ..open_workspace import OpenWorkspace


def explain(
    workspace: OpenWorkspace, *, path: str | None, line: int | None, character: int
) -> dict[str, Any]:
    """Answer the operation ``explain``."""
    if path is None or line is None:
        raise InvalidArgumentsError("explain needs 'path' and 'line'")
    inference = workspace.inference(whole=True)
    relative = inference.snapshot.relative(path)
    occurrence = occurrence_at(inference, relative, offset_of(inference, relative, line, character))
    steps = steps_of(inference, relative, occurrence) if occurrence is not None else []
    items = [_item(inference, step) for step in steps]
    answer: dict[str, Any] = {"total": len(items), "items": items}
    if occurrence is None:
        answer["notes"] = ["there is no name at this place"]
    return envelope(inference, answer, {step.path for step in steps} | {relative})


def _item(inference: Inference, step: Step) -> dict[str, Any]:
    item: dict[str, Any] = {
        "depth": step.depth,
        "why": step.text,
        "evidence": EVIDENCE_NAMES[step.evidence],
        "path": step.path,
    }
    if step.path and step.position >= 0:
        found = identifier_at(inference.text(step.path), step.position)
        name = found[1] if found is not None and found[0] == step.position else ""
        item["range"] = name_range(inference, step.path, step.position, name)
        item["text"] = line_text(inference, step.path, step.position)
    return item

"""The operation ``similar``: the classes or functions most like one."""

from __future__ import annotations

from ...indexer.inference.entities import CLASS, Found
from ..patterns.features import class_features, function_features
from ..patterns.neighbours import find_neighbours
from ..patterns.question import understand_question
from ..patterns.similarity import Subject
from ..source.entity_views import envelope, symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..open_workspace import OpenWorkspace


def similar(
    workspace: OpenWorkspace,
    *,
    name: str | None,
    path: str | None,
    line: int | None,
    character: int,
    text: str | None,
    into: str | None,
    limit: int,
) -> dict[str, Any]:
    """Answer the operation ``similar``."""
    inference = workspace.inference(whole=True).strict()
    question = understand_question(
        inference, name=name, position=(path, line, character), text=text, base=None,
        into=into or "",
    )  # fmt: skip
    answer: dict[str, Any] = {"items": [], "total": 0, "truncated": False}
    if question is None:
        return envelope(inference, answer, set())
    subject, entity = question.family.subject, question.entity
    if entity is not None:
        features = class_features if entity.kind == CLASS else function_features
        subject = Subject.of(features(inference, entity))
        answer["symbol"] = symbol(inference, Found(entity), details=False)
    found = find_neighbours(inference, question.family.kind, subject, question.family, entity)
    answer["items"] = [
        {
            "symbol": symbol(inference, Found(each.entity)),
            "likeness": round(each.likeness, 2),
            "why": each.why,
        }
        for each in found[:limit]
    ]
    answer["total"] = len(found)
    answer["truncated"] = len(found) > limit
    if question.notes:
        answer["notes"] = question.notes
    return envelope(inference, answer, {each.entity.path for each in found[:limit]})

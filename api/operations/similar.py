"""What is most like a class or function, and in which respects."""

from __future__ import annotations

from ...indexer.inference.entities import CLASS, Found
from ..source.entity_views import envelope, symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..open_workspace import Session


def similar(
    session: Session,
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
    from ..patterns.features import of_class, of_function
    from ..patterns.neighbours import neighbours
    from ..patterns.question import question
    from ..patterns.similarity import Subject

    inference = session.inference(whole=True).strict()
    asked = question(
        inference, name=name, position=(path, line, character), text=text, base=None,
        into=into or "",
    )  # fmt: skip
    answer: dict[str, Any] = {"items": [], "total": 0, "truncated": False}
    if asked is None:
        return envelope(inference, answer, set())
    subject, entity = asked.family.subject, asked.entity
    if entity is not None:
        features = of_class if entity.kind == CLASS else of_function
        subject = Subject.of(features(inference, entity))
        answer["symbol"] = symbol(inference, Found(entity), details=False)
    found = neighbours(inference, asked.family.kind, subject, asked.family, entity)
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
    if asked.notes:
        answer["notes"] = asked.notes
    return envelope(inference, answer, {each.entity.path for each in found[:limit]})

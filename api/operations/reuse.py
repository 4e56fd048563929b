"""What does already what somebody is about to write."""

from __future__ import annotations

from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.entities import CLASS, FUNCTION, Found, name_of
from ..source.entity_views import envelope, symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ..open_workspace import Session


def reuse(
    session: Session, *, query: str | None, text: str | None, into: str | None, limit: int
) -> dict[str, Any]:
    """Answer the operation ``reuse``; raises InvalidArgumentsError when nothing is asked."""
    from ..patterns.reuse import candidates, wanted

    if not (query or "").strip() and not (text or "").strip():
        raise InvalidArgumentsError("give 'query', 'text' or both")
    inference = session.inference(whole=True).strict()
    asked = wanted(query, text)
    found = candidates(inference, asked, into or "")
    answer: dict[str, Any] = {
        "items": [
            {
                "symbol": symbol(inference, Found(each.entity)),
                "likeness": round(each.fit, 2),
                "why": [*each.why, *_used(inference, each.entity)],
            }
            for each in found[:limit]
        ],
        "total": len(found),
        "truncated": len(found) > limit,
    }
    return envelope(inference, answer, {item["symbol"]["path"] for item in answer["items"]})


def _used(inference: Inference, entity: Entity) -> list[str]:
    """How many other files speak of its name: what many use is what to use."""
    if entity.kind not in (CLASS, FUNCTION):
        return []
    files = [
        path for path in inference.files_with(name_of(inference, entity)) if path != entity.path
    ]
    if not files:
        return []
    return [f"named in {len(files)} other file{'s' if len(files) > 1 else ''}"]

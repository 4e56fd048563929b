"""The operation ``reuse``: what exists already for a purpose."""

from __future__ import annotations

from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.entities import CLASS, FUNCTION, Found, name_of
from ..patterns.reuse import find_candidates, parse_helper_query
from ..source.entity_views import envelope, symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ..open_workspace import OpenWorkspace


def reuse(
    workspace: OpenWorkspace, *, query: str | None, text: str | None, into: str | None, limit: int
) -> dict[str, Any]:
    """Answer the operation ``reuse``; raises InvalidArgumentsError when nothing is asked."""
    if not (query or "").strip() and not (text or "").strip():
        raise InvalidArgumentsError("give 'query', 'text' or both")
    inference = workspace.inference(whole=True).strict()
    helper = parse_helper_query(query, text)
    found = find_candidates(inference, helper, into or "")
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
    """Return how many other files name it, as a reason to use it."""
    if entity.kind not in (CLASS, FUNCTION):
        return []
    files = [
        path for path in inference.files_with(name_of(inference, entity)) if path != entity.path
    ]
    if not files:
        return []
    return [f"named in {len(files)} other file{'s' if len(files) > 1 else ''}"]

"""What can be reused: apart from patterns, so that it is asked without loading those."""

from __future__ import annotations

from typing import Any

from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.entities import CLASS, FUNCTION, Entity, Found, name_of
from ...indexer.inference.inference import Inference
from ..open_workspace import OpenWorkspace
from ..patterns.reuse import find_candidates, parse_helper_query
from ..patterns.search import SURE
from ..source.entity_views import envelope, symbol


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
                "why": [*each.why, *_uses_elsewhere(inference, each.entity)],
            }
            for each in found[:limit]
        ],
        "total": len(found),
        "truncated": len(found) > limit,
    }
    if not found or found[0].fit < SURE:
        nearest = "; these have some of its words" if found else ""
        answer["notes"] = [f"nothing here is known to do that{nearest}"]
    return envelope(inference, answer, {item["symbol"]["path"] for item in answer["items"]})


def _uses_elsewhere(inference: Inference, entity: Entity) -> list[str]:
    """Return how many other files name it, as a reason to use it."""
    if entity.kind not in (CLASS, FUNCTION):
        return []
    files = [
        path for path in inference.files_with(name_of(inference, entity)) if path != entity.path
    ]
    if not files:
        return []
    return [f"named in {len(files)} other file{'s' if len(files) > 1 else ''}"]

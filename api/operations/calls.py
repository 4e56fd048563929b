"""Callers and callees of a function."""

from __future__ import annotations

from ...indexer.inference.entities import EVIDENCE_NAMES, TEXTUAL, Entity, Found
from ...indexer.inference.references import Reference
from ..source.call_hierarchy import incoming, outgoing
from ..source.entity_views import envelope, symbol
from ..source.targets import find_targets
from .references import reference_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ..open_workspace import OpenWorkspace


def callers(
    workspace: OpenWorkspace,
    *,
    name: str | None,
    path: str | None,
    line: int | None,
    character: int,
    limit: int,
    offset: int,
) -> dict[str, Any]:
    """Answer the operation ``callers``."""
    inference = workspace.inference(whole=True)
    found = find_targets(inference, name, path, line, character)
    grouped = incoming(inference, found)
    return _answer(inference, found, grouped, limit, offset)


def callees(
    workspace: OpenWorkspace,
    *,
    name: str | None,
    path: str | None,
    line: int | None,
    character: int,
    limit: int,
    offset: int,
) -> dict[str, Any]:
    """Answer the operation ``callees``."""
    inference = workspace.inference(whole=False)
    found = find_targets(inference, name, path, line, character)
    grouped = outgoing(inference, found)
    return _answer(inference, found, grouped, limit, offset)


def _answer(
    inference: Inference,
    found: list[Found],
    grouped: dict[Entity, list[Reference]],
    limit: int,
    offset: int,
) -> dict[str, Any]:
    # What is known first; among those, in order of place.
    order = sorted(
        grouped.items(),
        key=lambda pair: (
            min(item.evidence for item in pair[1]) == TEXTUAL,
            pair[1][0].path,
            pair[1][0].position,
        ),
    )
    page = order[offset : offset + limit]
    items: list[dict[str, Any]] = []
    paths: set[str] = set()
    for entity, references in page:
        evidence = min(item.evidence for item in references)
        items.append(
            {
                "symbol": symbol(inference, Found(entity)),
                "evidence": EVIDENCE_NAMES[evidence],
                "calls": reference_items(inference, references[0].path, references),
            }
        )
        paths.update(item.path for item in references)
        paths.add(items[-1]["symbol"]["path"])
    answer: dict[str, Any] = {
        "items": items,
        "total": len(order),
        "truncated": offset + len(page) < len(order),
    }
    if found:
        answer["symbol"] = symbol(inference, found[0])
    return envelope(inference, answer, paths)

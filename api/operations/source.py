"""The exact text of a symbol."""

from __future__ import annotations

from ...indexer.inference.entities import NAMESPACE, OUTSIDE
from ..source.entity_views import envelope, full_range, symbol
from ..source.targets import find_fresh_targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..open_workspace import OpenWorkspace


def source(
    workspace: OpenWorkspace,
    *,
    name: str | None,
    path: str | None,
    line: int | None,
    character: int,
    context: int,
    offset: int,
    limit: int | None,
) -> dict[str, Any]:
    """Answer the operation ``source``."""
    inference, found = find_fresh_targets(workspace, name, path, line, character)
    found = [item for item in found if item.entity.kind not in (OUTSIDE, NAMESPACE)]
    answer: dict[str, Any] = {"path": "", "first_line": 0, "text": "", "total": len(found)}
    if found:
        entity = found[0].entity
        where = entity.path
        facts = inference.need(where)
        starts = facts.line_starts
        begin, end = full_range(inference, entity)
        first = max(0, facts.line_of(begin) - context)
        last = facts.line_of(max(begin, end - 1)) + 1 + context
        end = min(last, len(starts) - 1)
        answer["lines"] = end - first
        first = min(first + offset, end)
        if limit is not None:
            end = min(end, first + limit)
        text = inference.text(where)[starts[first] : starts[end]]
        answer["symbol"] = symbol(inference, found[0])
        answer["path"] = where
        answer["first_line"] = first + 1
        answer["text"] = text.decode("utf-8", "replace")
        if len(found) > 1:
            others = ", ".join(
                f"{item.entity.path}:{symbol(inference, item)['range']['start']['line'] + 1}"
                for item in found[1:6]
            )
            more = (
                "1 other definition" if len(found) == 2 else f"{len(found) - 1} other definitions"
            )
            answer["notes"] = [f"{more}: {others}"]
    return envelope(inference, answer, {answer["path"]})

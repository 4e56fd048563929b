"""textDocument/foldingRange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.ide.folding_range import folding_ranges

if TYPE_CHECKING:
    from ..requests import Request


def folding_range(request: Request) -> object:
    """Answer textDocument/foldingRange."""
    view = request.view()
    first = view.facts.line_of(view.span[0])
    last = view.facts.line_of(max(view.span[0], view.span[1] - 1))
    result: list[Any] = []
    for start, end, kind in folding_ranges(view.facts, view.text):
        if start < first or end > last:
            continue
        fold: dict[str, Any] = {"startLine": start - first, "endLine": end - first}
        if kind:
            fold["kind"] = kind
        result.append(fold)
    limit = request.client.get("textDocument.foldingRange.rangeLimit")
    return result[:limit] if isinstance(limit, int) else result

"""textDocument/foldingRange."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..messages import Json
    from ..requests import Request
    from ..server import Server


def register(server: Server) -> None:
    """Answer textDocument/foldingRange."""
    server.answers(
        "textDocument/foldingRange", _folds, {"foldingRangeProvider": True},
        feature="foldingRange",
    )  # fmt: skip


def _folds(request: Request) -> Json:
    from ...api.ide.folding_range import folding_ranges

    place = request.place()
    first = place.facts.line_of(place.span[0])
    last = place.facts.line_of(max(place.span[0], place.span[1] - 1))
    result: list[Json] = []
    for start, end, kind in folding_ranges(place.facts, place.text):
        if start < first or end > last:
            continue
        fold: dict[str, Json] = {"startLine": start - first, "endLine": end - first}
        if kind:
            fold["kind"] = kind
        result.append(fold)
    limit = request.client.get("textDocument.foldingRange.rangeLimit")
    return result[:limit] if isinstance(limit, int) else result

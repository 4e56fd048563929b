"""textDocument/selectionRange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.ide.selection_range import selection_ranges

if TYPE_CHECKING:
    from ..requests import Request


def selection_range(request: Request) -> object:
    """Answer textDocument/selectionRange."""
    view = request.view()
    first, last = view.span
    result: list[Any] = []
    for position in request.params.array("positions"):
        request.check()
        spans = selection_ranges(view.facts, view.text, view.offset(position))
        # Innermost first, but each names the one around it.
        outer: dict[str, Any] | None = None
        for start, end in reversed(spans):
            current: dict[str, Any] = {"range": view.range(max(first, start), min(last, end))}
            if outer is not None:
                if outer["range"] == current["range"]:
                    continue
                current["parent"] = outer
            outer = current
        result.append(outer)
    return result

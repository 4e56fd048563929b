"""textDocument/selectionRange."""

from __future__ import annotations

from ..messages import INVALID_PARAMS, ProtocolError, is_array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..messages import Json
    from ..requests import Request
    from ..server import Server


def register(server: Server) -> None:
    """Answer textDocument/selectionRange."""
    server.answers(
        "textDocument/selectionRange", _selections, {"selectionRangeProvider": True},
        feature="selectionRange",
    )  # fmt: skip


def _selections(request: Request) -> Json:
    from ...api.ide.selection_range import selection_ranges

    place = request.place()
    positions = request.params["positions"]
    if not is_array(positions):
        raise ProtocolError(INVALID_PARAMS, "'positions' is no list")
    first, last = place.span
    result: list[Json] = []
    for position in positions:
        request.check()
        spans = selection_ranges(place.facts, place.text, place.offset(position))
        # Innermost first, but each names the one around it.
        outer: dict[str, Json] | None = None
        for start, end in reversed(spans):
            current: dict[str, Json] = {"range": place.range(max(first, start), min(last, end))}
            if outer is not None:
                if outer["range"] == current["range"]:
                    continue
                current["parent"] = outer
            outer = current
        result.append(outer)
    return result

"""textDocument/documentHighlight: the uses of a symbol in its document, read or written."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..messages import Json
    from ..requests import Request
    from ..server import Server

_READ, _WRITE = 2, 3


def register(server: Server) -> None:
    """Answer textDocument/documentHighlight."""
    server.answers(
        "textDocument/documentHighlight", _highlight, {"documentHighlightProvider": True},
        feature="documentHighlight",
    )  # fmt: skip


def _highlight(request: Request) -> Json:
    from ...api.ide.document_highlight import highlights

    place = request.place()
    offset = place.offset(request.params["position"])
    found = place.found(request.params["position"])
    first, last = place.span
    return [
        {"range": place.range(start, end), "kind": _WRITE if written else _READ}
        for start, end, written in highlights(place.inference, place.path, offset, found)
        if first <= start < last
    ]

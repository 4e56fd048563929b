"""textDocument/documentLink: the modules that imports name."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..messages import Json
    from ..requests import Request
    from ..server import Server


def register(server: Server) -> None:
    """Answer textDocument/documentLink."""
    server.answers(
        "textDocument/documentLink", _links, {"documentLinkProvider": {"resolveProvider": False}},
        feature="documentLink",
    )  # fmt: skip


def _links(request: Request) -> Json:
    from ...api.ide.document_link import module_links

    place = request.place()
    first, last = place.span
    return [
        {"range": place.range(start, end), "target": place.uri_of(target), "tooltip": spelled}
        for start, end, spelled, target in module_links(place.inference, place.path)
        if first <= start < last
    ]

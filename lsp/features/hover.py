"""textDocument/hover."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..messages import Json
    from ..requests import Request
    from ..server import Server


def register(server: Server) -> None:
    """Answer textDocument/hover."""
    server.answers("textDocument/hover", _hover, {"hoverProvider": True}, feature="hover")


def _hover(request: Request) -> Json:
    from ...api.ide.hover import hover

    place = request.place()
    found = hover(place.inference, place.path, place.offset(request.params["position"]))
    if found is None:
        return None
    if request.client.markdown("hover"):
        contents = {"kind": "markdown", "value": found.markdown()}
    else:
        contents = {"kind": "plaintext", "value": found.plain()}
    return {"contents": contents, "range": place.range(found.start, found.end)}

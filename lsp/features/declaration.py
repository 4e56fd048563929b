"""textDocument/declaration: where a symbol is first bound, an annotation without value first."""

from __future__ import annotations

from .definition import targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..messages import Json
    from ..requests import Request
    from ..server import Server


def register(server: Server) -> None:
    """Answer textDocument/declaration."""
    server.answers(
        "textDocument/declaration", _declaration, {"declarationProvider": True},
        feature="declaration",
    )  # fmt: skip


def _declaration(request: Request) -> Json:
    from ...api.ide.declaration import declarations

    place = request.place()
    found = place.found(request.params["position"])
    return targets(request, place, declarations(place.inference, found), "declaration")

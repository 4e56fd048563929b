"""textDocument/implementation: subclasses of a class, overrides of a method."""

from __future__ import annotations

from .definition import targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..messages import Json
    from ..requests import Request
    from ..server import Server


def register(server: Server) -> None:
    """Answer textDocument/implementation."""
    server.answers(
        "textDocument/implementation", _implementation, {"implementationProvider": True},
        feature="implementation", slow=True,
    )  # fmt: skip


def _implementation(request: Request) -> Json:
    from ...api.ide.implementation import implementations

    place = request.place()
    found = place.found(request.params["position"])
    return targets(request, place, implementations(place.inference, found), "implementation")

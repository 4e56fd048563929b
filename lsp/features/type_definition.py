"""textDocument/typeDefinition: the classes that a value is an instance of."""

from __future__ import annotations

from .definition import targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..messages import Json
    from ..requests import Request
    from ..server import Server


def register(server: Server) -> None:
    """Answer textDocument/typeDefinition."""
    server.answers(
        "textDocument/typeDefinition", _type_definition, {"typeDefinitionProvider": True},
        feature="typeDefinition",
    )  # fmt: skip


def _type_definition(request: Request) -> Json:
    from ...api.ide.type_definition import type_definitions

    place = request.place()
    found = place.found(request.params["position"])
    return targets(request, place, type_definitions(place.inference, found), "typeDefinition")

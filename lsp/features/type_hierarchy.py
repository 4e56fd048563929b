"""Type hierarchy: bases and subclasses."""

from __future__ import annotations

from .call_hierarchy import hierarchy_item, item_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ..messages import Json
    from ..requests import Request
    from ..server import Server


def register(server: Server) -> None:
    """Answer the three requests of type hierarchies."""
    server.answers(
        "textDocument/prepareTypeHierarchy", _prepare, {"typeHierarchyProvider": True},
        feature="typeHierarchy",
    )  # fmt: skip
    server.answers("typeHierarchy/supertypes", _supertypes, feature="typeHierarchy")
    server.answers("typeHierarchy/subtypes", _subtypes, feature="typeHierarchy", slow=True)


def _prepare(request: Request) -> Json:
    from ...api.ide.type_definition import type_definitions
    from ...indexer.inference.entities import CLASS

    place = request.place()
    found = place.found(request.params["position"])
    classes = [
        entity for entity in type_definitions(place.inference, found) if entity.kind == CLASS
    ]
    return [hierarchy_item(request, place, entity) for entity in classes] or None


def _supertypes(request: Request) -> Json:
    from ...indexer.inference.classes import bases

    return _related(request, bases)


def _subtypes(request: Request) -> Json:
    from ...indexer.inference.classes import subclasses

    return _related(request, subclasses)


def _related(request: Request, ask: Callable[[Inference, Entity], list[Entity]]) -> Json:
    from ...indexer.inference.entities import CLASS

    place, found = item_of(request)
    listed = [
        other
        for item in found
        if item.entity.kind == CLASS
        for other in ask(place.inference, item.entity)
        if other.kind == CLASS
    ]
    return [hierarchy_item(request, place, entity) for entity in dict.fromkeys(listed)]

"""textDocument/definition, and how all its relatives answer."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...indexer.inference.entities import Entity
    from ..document_view import Place
    from ..messages import Json
    from ..requests import Request
    from ..server import Server


def register(server: Server) -> None:
    """Answer textDocument/definition."""
    server.answers(
        "textDocument/definition", _definition, {"definitionProvider": True}, feature="definition"
    )


def _definition(request: Request) -> Json:
    place = request.place()
    found = place.found(request.params["position"])
    if any(item.entity.path.endswith(".pyi") for item in found):
        from ...indexer.inference.stub_mapping import prefer_source

        found = prefer_source(place.inference, found)
    return targets(request, place, [item.entity for item in found], "definition")


def targets(request: Request, place: Place, entities: Iterable[Entity], feature: str) -> Json:
    """Where entities are, as locations, or as links for clients that take them."""
    from ...api.ide.document_symbol import name_span, whole_span

    links = request.client.links(feature)
    origin = origin_range(place, request.params["position"]) if links else None
    result: list[Json] = []
    for entity in entities:
        span = name_span(place.inference, entity)
        if span is None:
            continue
        path = entity.path
        location = place.location(path, *span)
        if links:
            location = {
                "targetUri": location["uri"],
                "targetRange": place.range(*whole_span(place.inference, entity), path),
                "targetSelectionRange": location["range"],
            }
            if origin is not None:
                location["originSelectionRange"] = origin
        if location not in result:
            result.append(location)
    return result


def origin_range(place: Place, position: Json) -> Json:
    """Range of the name at a position; None when there is none."""
    from ...indexer.inference.locate import identifier_at

    found = identifier_at(place.text, place.offset(position))
    if found is None:
        return None
    return place.range(found[0], found[0] + len(found[1].encode()))

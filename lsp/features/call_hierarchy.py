"""Call hierarchy: who calls a function, and what it calls."""

from __future__ import annotations

from ...indexer.inference.entities import Entity
from ..messages import Params, is_object

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.entities import Entity, Found
    from ...indexer.inference.references import Reference
    from ..document_view import Place
    from ..messages import Json
    from ..requests import Request
    from ..server import Server


def register(server: Server) -> None:
    """Answer the three requests of call hierarchies."""
    server.answers(
        "textDocument/prepareCallHierarchy", _prepare, {"callHierarchyProvider": True},
        feature="callHierarchy",
    )  # fmt: skip
    server.answers("callHierarchy/incomingCalls", _incoming, feature="callHierarchy", slow=True)
    server.answers("callHierarchy/outgoingCalls", _outgoing, feature="callHierarchy", slow=True)


def _prepare(request: Request) -> Json:
    from ...indexer.inference.entities import CLASS, FUNCTION

    place = request.place()
    found = place.found(request.params["position"])
    items = [
        hierarchy_item(request, place, item.entity)
        for item in found
        if item.entity.kind in (CLASS, FUNCTION)
    ]
    return items or None


def _incoming(request: Request) -> Json:
    from ...api.operations.calls import incoming

    place, found = item_of(request)
    grouped = incoming(place.inference, found)
    return [
        {"from": hierarchy_item(request, place, entity), "fromRanges": ranges}
        for entity, ranges in _known(place, grouped)
    ]


def _outgoing(request: Request) -> Json:
    from ...api.operations.calls import outgoing

    place, found = item_of(request)
    grouped = outgoing(place.inference, found)
    return [
        {"to": hierarchy_item(request, place, entity), "fromRanges": ranges}
        for entity, ranges in _known(place, grouped)
    ]


def _known(place: Place, grouped: dict[Entity, list[Reference]]) -> list[tuple[Entity, list[Json]]]:
    """Entities that have a place, with the calls that are more than a name."""
    from ...api.ide.document_symbol import name_span
    from ...indexer.inference.entities import TEXTUAL

    result: list[tuple[Entity, list[Json]]] = []
    for entity, calls in grouped.items():
        sure = [call for call in calls if call.evidence != TEXTUAL]
        if sure and name_span(place.inference, entity) is not None:
            ranges = [
                place.range(call.position, call.position + call.length, call.path) for call in sure
            ]
            result.append((entity, ranges))
    return result


def hierarchy_item(request: Request, place: Place, entity: Entity) -> Json:
    """An item of a call or type hierarchy. It can be found again by its place."""
    from ...api.ide.document_symbol import name_span, symbol_kind, whole_span
    from ...indexer.inference.entities import MODULE, name_of, qualified_name

    path = entity.path
    start, end = name_span(place.inference, entity) or (0, 0)
    name = name_of(place.inference, entity)
    dotted = qualified_name(place.inference, entity)
    return {
        "name": name,
        "kind": request.client.symbol_kind(symbol_kind(place.inference, entity)),
        "detail": dotted.removesuffix(name).rstrip(".") or dotted,
        "uri": place.uri_of(path, start),
        "range": place.range(*whole_span(place.inference, entity), path),
        "selectionRange": place.range(start, end, path),
        "data": {"module": entity.kind == MODULE},
    }


def item_of(request: Request) -> tuple[Place, list[Found]]:
    """The place of the item that a request goes on from, and what it stands for now."""
    from ...indexer.inference.entities import MODULE, Found

    item = request.params.part("item")
    place = request.place(item.text("uri"))
    data = item.get("data")
    if is_object(data) and data.get("module"):
        return place, [Found(Entity(MODULE, place.path, -1))]
    return place, place.found(Params(item.part("selectionRange"))["start"])

"""Call hierarchy: who calls a function, and what it calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.ide.document_symbol import name_span, symbol_kind, whole_span
from ...api.operations.calls import incoming, outgoing
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    MODULE,
    TEXTUAL,
    Entity,
    Found,
    name_of,
    qualified_name,
)

if TYPE_CHECKING:
    from ...indexer.inference.entities import Entity, Found
    from ...indexer.inference.references import Reference
    from ..document_view import DocumentView
    from ..requests import Request


def prepare(request: Request) -> object:
    """Answer textDocument/prepareCallHierarchy."""
    view = request.view()
    found = view.found(request.params["position"])
    items = [
        hierarchy_item(request, view, item.entity)
        for item in found
        if item.entity.kind in (CLASS, FUNCTION)
    ]
    return items or None


def incoming_calls(request: Request) -> object:
    """Answer callHierarchy/incomingCalls."""
    view, found = item_of(request)
    grouped = incoming(view.inference, found)
    return [
        {"from": hierarchy_item(request, view, entity), "fromRanges": ranges}
        for entity, ranges in _with_ranges(view, grouped)
    ]


def outgoing_calls(request: Request) -> object:
    """Answer callHierarchy/outgoingCalls."""
    view, found = item_of(request)
    grouped = outgoing(view.inference, found)
    return [
        {"to": hierarchy_item(request, view, entity), "fromRanges": ranges}
        for entity, ranges in _with_ranges(view, grouped)
    ]


def _with_ranges(
    view: DocumentView, grouped: dict[Entity, list[Reference]]
) -> list[tuple[Entity, list[Any]]]:
    """Return entities that have a position, with the ranges of calls that are not just textual."""
    result: list[tuple[Entity, list[Any]]] = []
    for entity, calls in grouped.items():
        sure = [call for call in calls if call.evidence != TEXTUAL]
        if sure and name_span(view.inference, entity) is not None:
            ranges = [
                view.range(call.position, call.position + call.length, call.path) for call in sure
            ]
            result.append((entity, ranges))
    return result


def hierarchy_item(request: Request, view: DocumentView, entity: Entity) -> Any:
    """Return an item of a call or type hierarchy, which can be found again by its position."""
    path = entity.path
    start, end = name_span(view.inference, entity) or (0, 0)
    name = name_of(view.inference, entity)
    dotted = qualified_name(view.inference, entity)
    return {
        "name": name,
        "kind": request.client.symbol_kind(symbol_kind(view.inference, entity)),
        "detail": dotted.removesuffix(name).rstrip(".") or dotted,
        "uri": view.uri_of(path, start),
        "range": view.range(*whole_span(view.inference, entity), path),
        "selectionRange": view.range(start, end, path),
        "data": {"module": entity.kind == MODULE},
    }


def item_of(request: Request) -> tuple[DocumentView, list[Found]]:
    """Return the document of the item that a request is about, and its definitions now."""
    item = request.params.part("item")
    view = request.view(item.text("uri"))
    if item.optional("data").get("module"):
        return view, [Found(Entity(MODULE, view.path, -1))]
    return view, view.found(item.part("selectionRange")["start"])

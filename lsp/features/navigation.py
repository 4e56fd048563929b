"""Where a name leads to and where it is used; links; hierarchies of calls and types."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...api.ide.navigation import (
    declarations,
    highlights,
    implementations,
    module_links,
    reference_spans,
    type_definitions,
)
from ...api.ide.symbols import name_span, symbol_kind, whole_span
from ...api.operations.relations import incoming, outgoing
from ...indexer.inference.classes import bases, subclasses
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
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import destinations, identifier_at
from ...indexer.inference.references import Reference
from ...indexer.inference.stub_mapping import prefer_source
from ..document_view import DocumentView
from ..requests import Request

_READ, _WRITE = 2, 3


def definition(request: Request) -> object:
    """Answer textDocument/definition."""
    return _locations(request, "definition", _definitions)


def declaration(request: Request) -> object:
    """Answer textDocument/declaration: an annotation without a value comes first."""
    return _locations(request, "declaration", declarations)


def type_definition(request: Request) -> object:
    """Answer textDocument/typeDefinition: the classes that a value is an instance of."""
    return _locations(request, "typeDefinition", type_definitions)


def implementation(request: Request) -> object:
    """Answer textDocument/implementation: subclasses of a class, overrides of a method."""
    return _locations(request, "implementation", implementations)


def _definitions(inference: Inference, found: list[Found]) -> list[Entity]:
    return [item.entity for item in prefer_source(inference, destinations(found))]


def _locations(
    request: Request, feature: str, entities: Callable[[Inference, list[Found]], Iterable[Entity]]
) -> list[dict[str, Any]]:
    """Return locations, or links for clients that take them."""
    view = request.view()
    found = view.found(request.params["position"])
    # Of links, editors highlight the whole definitions when they list several.
    links = request.client.links(feature) and feature != "implementation"
    origin = _name_range(view, request.params["position"]) if links else None
    result: list[dict[str, Any]] = []
    for entity in entities(view.inference, found):
        span = name_span(view.inference, entity)
        if span is None:
            continue
        path = entity.path
        location = view.location(path, *span)
        if links:
            location = {
                "targetUri": location["uri"],
                "targetRange": view.range(*whole_span(view.inference, entity), path),
                "targetSelectionRange": location["range"],
            }
            if origin is not None:
                location["originSelectionRange"] = origin
        if location not in result:
            result.append(location)
    return result


def _name_range(view: DocumentView, position: object) -> dict[str, Any] | None:
    """Return the range of the name at a position; None when there is none."""
    found = identifier_at(view.text, view.offset(position))
    if found is None:
        return None
    return view.range(found[0], found[0] + len(found[1].encode()))


def references(request: Request) -> object:
    """Answer textDocument/references."""
    view = request.view()
    declaration = bool(request.params.optional("context").get("includeDeclaration"))
    textual: bool = request.settings.get("references.textual", False)
    overrides: bool = request.settings.get("references.overrides", False)
    found = view.found(request.params["position"])
    result: list[Any] = []
    asked = identifier_at(view.text, view.offset(request.params["position"]))
    found_in = reference_spans(
        view.inference,
        found,
        declaration=declaration,
        textual=textual,
        overrides=overrides,
        spelled=asked[1] if asked is not None else "",
    )
    for path, spans in found_in:
        request.check()
        result += [view.location(path, start, end) for start, end in spans]
    return result


def document_highlight(request: Request) -> object:
    """Answer textDocument/documentHighlight."""
    view = request.view()
    offset = view.offset(request.params["position"])
    found = view.found(request.params["position"])
    first, last = view.span
    return [
        {"range": view.range(start, end), "kind": _WRITE if is_write else _READ}
        for start, end, is_write in highlights(view.inference, view.path, offset, found)
        if first <= start < last
    ]


def document_link(request: Request) -> object:
    """Answer textDocument/documentLink."""
    view = request.view()
    first, last = view.span
    return [
        {"range": view.range(start, end), "target": view.uri_of(target), "tooltip": name}
        for start, end, name, target in module_links(view.inference, view.path)
        if first <= start < last
    ]


def prepare_call_hierarchy(request: Request) -> object:
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
    return _calls(request, incoming, "from")


def outgoing_calls(request: Request) -> object:
    """Answer callHierarchy/outgoingCalls."""
    return _calls(request, outgoing, "to")


def _calls(
    request: Request,
    find: Callable[[Inference, list[Found]], dict[Entity, list[Reference]]],
    key: str,
) -> list[dict[str, Any]]:
    """Return callers or callees that have a position, with the calls that are not just textual."""
    view, found = item_of(request)
    result: list[dict[str, Any]] = []
    for entity, calls in find(view.inference, found).items():
        sure = [call for call in calls if call.evidence != TEXTUAL]
        if sure and name_span(view.inference, entity) is not None:
            ranges = [
                view.range(call.position, call.position + call.length, call.path) for call in sure
            ]
            item = hierarchy_item(request, view, entity)
            result.append({key: item, "fromRanges": ranges})
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


def prepare_type_hierarchy(request: Request) -> object:
    """Answer textDocument/prepareTypeHierarchy."""
    view = request.view()
    found = view.found(request.params["position"])
    classes = [entity for entity in type_definitions(view.inference, found) if entity.kind == CLASS]
    return [hierarchy_item(request, view, entity) for entity in classes] or None


def supertypes(request: Request) -> object:
    """Answer typeHierarchy/supertypes."""
    return _related(request, bases)


def subtypes(request: Request) -> object:
    """Answer typeHierarchy/subtypes."""
    return _related(request, subclasses)


def _related(request: Request, relatives: Callable[[Inference, Entity], list[Entity]]) -> Any:
    view, found = item_of(request)
    listed = [
        other
        for item in found
        if item.entity.kind == CLASS
        for other in relatives(view.inference, item.entity)
        if other.kind == CLASS
    ]
    return [hierarchy_item(request, view, entity) for entity in dict.fromkeys(listed)]

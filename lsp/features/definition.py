"""Definition, declaration, type definition and implementation: places that a name leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.ide.declaration import declarations
from ...api.ide.document_symbol import name_span, whole_span
from ...api.ide.implementation import implementations
from ...api.ide.type_definition import type_definitions
from ...indexer.inference.locate import identifier_at
from ...indexer.inference.stub_mapping import prefer_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...indexer.inference.entities import Entity, Found
    from ...indexer.inference.inference import Inference
    from ..document_view import DocumentView
    from ..requests import Request


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
    return [item.entity for item in prefer_source(inference, found)]


def _locations(
    request: Request,
    feature: str,
    entities: Callable[[Inference, list[Found]], Iterable[Entity]],
) -> list[dict[str, Any]]:
    """Return locations, or links for clients that take them."""
    view = request.view()
    found = view.found(request.params["position"])
    links = request.client.links(feature)
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

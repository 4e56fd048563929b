"""Type hierarchy: bases and subclasses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.ide.type_definition import type_definitions
from ...indexer.inference.classes import bases, subclasses
from ...indexer.inference.entities import CLASS
from .call_hierarchy import hierarchy_item, item_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ..requests import Request


def prepare(request: Request) -> object:
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

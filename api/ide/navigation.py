"""Declarations, types, implementations, references and links that a name leads to."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.inference.classes import subclasses
from ...indexer.inference.entities import (
    ATTRIBUTE,
    CLASS,
    FUNCTION,
    MODULE,
    PARAMETER,
    TEXTUAL,
    VARIABLE,
    Entity,
    Found,
    name_of,
    owner_class,
    position_of,
)
from ...indexer.inference.entity_types import instance_classes
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import identifier_at
from ...indexer.inference.modules import imported_module
from ...indexer.inference.references import Reference, references, references_within, same_symbol
from ..source.imported import with_imported

_DECLARING = (f.DEFINED, f.PARAMETER_ROLE)
_WRITING = frozenset([f.WRITTEN, f.DELETED, f.IMPORTED, f.PARAMETER_ROLE, f.DEFINED])


def declarations(inference: Inference, found: list[Found]) -> list[Entity]:
    """Return one entity for each symbol; classes, functions and modules declare themselves."""
    result: list[Entity] = []
    for item in found:
        entity = item.entity
        if entity.kind in (VARIABLE, ATTRIBUTE):
            entity = min(
                same_symbol(inference, entity),
                key=lambda one: (_rank(inference, one), position_of(inference, one)),
            )
        if entity not in result:
            result.append(entity)
    return result


def _rank(inference: Inference, entity: Entity) -> int:
    """Return 0 for an annotation alone, 1 for an annotated binding, 2 for any other."""
    kind, path, row = entity
    if kind not in (ATTRIBUTE, VARIABLE, PARAMETER):
        return 2
    facts = inference.need(path)
    if kind != ATTRIBUTE and facts.binding.kind[row] == f.DECLARE:
        return 0
    table = facts.attribute_binding if kind == ATTRIBUTE else facts.binding
    return 1 if table.annotation[row] >= 0 else 2


def type_definitions(inference: Inference, found: list[Found]) -> list[Entity]:
    """Return the classes of values; a class or module for itself."""
    result: list[Entity] = []
    for item in found:
        if item.entity.kind in (CLASS, MODULE):
            classes = [item.entity]
        else:
            classes = [one.entity for one in instance_classes(inference, item.entity)]
        result += [one for one in classes if one.kind in (CLASS, MODULE) and one not in result]
    return result


def implementations(inference: Inference, found: list[Found]) -> list[Entity]:
    """Return entities in order: for a class its subclasses, for a member its overrides and itself.

    What is abstract implements nothing. Anything else is its own implementation.
    """
    result: list[Entity] = []
    for item in found:
        kind, path, row = item.entity
        listed = [item.entity]
        if kind == CLASS:
            listed = descendants(inference, item.entity) or listed
        elif kind in (FUNCTION, VARIABLE, ATTRIBUTE):
            facts = inference.need(path)
            cls = owner_class(facts, item.entity)
            if cls >= 0:
                listed = overrides(
                    inference, Entity(CLASS, path, cls), name_of(inference, item.entity)
                )
                is_abstract = kind == FUNCTION and facts.definition.flags[row] & f.ABSTRACT
                if not is_abstract or not listed:
                    listed.insert(0, item.entity)
        result += [entity for entity in listed if entity not in result]
    return result


def overrides(inference: Inference, cls: Entity, name: str) -> list[Entity]:
    """Return the members of a name that subclasses of a class define."""
    return [
        found[0].entity
        for subclass in descendants(inference, cls)
        if (found := inference.own_member(subclass, name))
    ]


def descendants(inference: Inference, cls: Entity) -> list[Entity]:
    """Return all subclasses of a class, each once, nearer ones first."""
    seen = {cls}
    result: list[Entity] = []
    level = [cls]
    while level:
        below: list[Entity] = []
        for entity in level:
            inference.snapshot.relax()
            for subclass in subclasses(inference, entity):
                if subclass not in seen:
                    seen.add(subclass)
                    below.append(subclass)
        result += below
        level = below
    return result


def reference_spans(
    inference: Inference,
    found: list[Found],
    *,
    declaration: bool,
    textual: bool = False,
    overrides: bool = False,
    spelled: str = "",
) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """(path, byte offsets of names) of references by file, in order.

    They are those under their own name, and as they are ``spelled`` where one asks. ``textual``
    ones are where only the name is the same; with ``overrides`` the uses of what overrides a
    method, and of what it overrides, are among them.
    """
    places: dict[tuple[str, int], Reference] = {}
    for item in found:
        listed = references(
            inference,
            item.entity,
            aliases=False,
            overrides=overrides,
            is_partial=True,
            spelled=spelled,
        )
        if os.path.exists(inference.snapshot.index.imported_path):
            listed = with_imported(inference, [item], listed)
        for reference in listed:
            if reference.evidence == TEXTUAL and not textual:
                continue
            if declaration or reference.role not in _DECLARING:
                places[reference.path, reference.position] = reference
    ordered = sorted(places.items()) if len(found) > 1 else places.items()
    path, spans = "", list[tuple[int, int]]()
    for (where, start), reference in ordered:
        if where != path:
            if spans:
                yield path, spans
            path, spans = where, []
        spans.append((start, start + reference.length))
    if spans:
        yield path, spans


def highlights(
    inference: Inference, path: str, offset: int, found: list[Found]
) -> list[tuple[int, int, bool]]:
    """(start, end, whether it is written there) of each use, in byte offsets, in order."""
    written = identifier_at(inference.text(path), offset)
    names = {written[1]} if written is not None else set[str]()
    places: dict[int, tuple[int, int, bool]] = {}
    for item in found:
        spelled = names | {name_of(inference, item.entity)}
        for use in references_within(inference, item.entity, path, spelled):
            end = use.position + use.length
            places[use.position] = use.position, end, use.role in _WRITING
    return [places[start] for start in sorted(places)]


def module_links(inference: Inference, path: str) -> list[tuple[int, int, str, str]]:
    """(start, end, dotted name, path of the module's file) in byte offsets, in order."""
    facts = inference.need(path)
    spans: dict[int, tuple[int, int]] = {}
    for each in facts_view.all_occurrences(facts, f.MODULE_ROLE):
        start, end = each.position, each.position + len(each.name.encode())
        known = spans.get(each.ref, (start, end))
        spans[each.ref] = min(start, known[0]), max(end, known[1])
    result: list[tuple[int, int, str, str]] = []
    modules = facts.imports.module
    for row, (start, end) in spans.items():
        spelled = facts.names[modules[row]]
        module = imported_module(inference, path, spelled)
        if module.kind == MODULE:
            dots = len(spelled) - len(spelled.lstrip("."))
            result.append((start - dots, end, spelled, module.path))
    return sorted(result)

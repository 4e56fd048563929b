"""From what a person or program points at to entities: by position, or by name."""

from __future__ import annotations

import re

from .. import facts as f
from ..facts_view import Occurrence
from ..plugins.registry import parameter_source
from .calls import keyword_target
from .classes import class_member
from .entities import (
    ATTRIBUTE,
    CLASS,
    CONVENTIONAL,
    EXACT,
    FUNCTION,
    INFERRED,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    PARAMETER,
    VARIABLE,
    Entity,
    Found,
    entity_of_binding,
)
from .entity_types import instance_classes
from .expressions import definitions_of
from .modules import find_module, imported_module, imported_package
from .names import import_target, lookup, module_attribute, module_member

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference


# What stands on a line before the name of a module.
_HALF_IMPORT = re.compile(
    rb"(?:^|;)[ \t]*(?:from[ \t]+|import[ \t]+(?:[\w.]+(?:[ \t]+as[ \t]+\w+)?[ \t]*,[ \t]*)*)"
    rb"(\.*(?:\w+\.)*)\Z",
    re.MULTILINE,
)


def identifier_at(text: bytes, offset: int) -> tuple[int, str] | None:
    """(start, text) of the identifier that holds an offset or ends at it."""
    start = end = min(offset, len(text))
    while start > 0 and _is_word(text[start - 1]):
        start -= 1
    while end < len(text) and _is_word(text[end]):
        end += 1
    if start == end or 48 <= text[start] <= 57:
        return None
    return start, text[start:end].decode("utf-8", "replace")


def _is_word(byte: int) -> bool:
    return byte >= 128 or byte == 95 or 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122


def occurrence_at(inference: Inference, path: str, offset: int) -> Occurrence | None:
    """The occurrence of a name at a byte offset."""
    found = identifier_at(inference.text(path), offset)
    if found is None:
        return None
    start, name = found
    for role, position, ref in inference.need(path).occurrences(name):
        if position == start:
            return Occurrence(name, position, role, ref)
    from .string_names import string_at  # late: few places that are asked about are in strings

    string = string_at(inference.need(path), start)
    return Occurrence(name, start, f.QUOTED, string) if string >= 0 else None


def entities_at(inference: Inference, path: str, occurrence: Occurrence) -> list[Found]:
    """Return what an occurrence stands for."""
    facts = inference.need(path)
    role, ref = occurrence.role & f.ROLE_MASK, occurrence.ref
    if facts.errors.start and role not in (f.IMPORTED, f.MODULE_ROLE, f.QUOTED):
        module = _half_written_module(inference, path, occurrence)
        if module:
            return [Found(imported_module(inference, path, module))]
    if role == f.DEFINED:
        kind = CLASS if facts.definition.kind[ref] == f.CLASS else FUNCTION
        return [Found(Entity(kind, path, ref))]
    if role == f.KEYWORD:
        return keyword_parameter(inference, path, facts, occurrence)
    if occurrence.role & f.ATTRIBUTE_ROLE:
        return definitions_of(inference, path, ref) or _own_attribute(path, facts, ref)
    if role == f.PARAMETER_ROLE:
        parameter = Entity(PARAMETER, path, ref)
        return [*_requested(inference, facts, parameter), Found(parameter)]
    if role in (f.WRITTEN, f.DELETED):
        return _written(inference, path, facts, ref)
    if role == f.IMPORTED:
        return import_target(inference, path, facts, ref)
    if role == f.MODULE_ROLE:
        return _module_component(inference, path, facts, occurrence)
    if role == f.QUOTED:
        from .string_names import named_in_string

        return named_in_string(inference, path, occurrence.position, ref)
    if role == f.EXPORTED:
        return module_member(inference, path, occurrence.name)
    return definitions_of(inference, path, ref)


def _half_written_module(inference: Inference, path: str, occurrence: Occurrence) -> str:
    """Return the dotted name, up to an occurrence, of an import that does not parse yet; or "".

    ``import pkg.mod.`` and ``from pkg`` are none for a parser.
    """
    text = inference.text(path)
    start = text.rfind(b"\n", 0, occurrence.position) + 1
    found = _HALF_IMPORT.search(text, start, occurrence.position)
    return (found[1].decode("utf-8", "replace") + occurrence.name) if found is not None else ""


def _requested(inference: Inference, facts: FileFacts, parameter: Entity) -> list[Found]:
    """The function that a parameter requests by its name, such as the fixture of a test."""
    definition = facts.scope.definition[facts.binding.scope[parameter.row]]
    if definition < 0 or (
        facts.definition.decorators[definition] < 0
        and not facts.names[facts.definition.name[definition]].startswith("test")
    ):
        return []  # without a look at any plugin
    source = parameter_source(inference, parameter)
    is_shown = source is not None and source.kind != OUTSIDE
    return [Found(source, CONVENTIONAL)] if source is not None and is_shown else []


def destinations(found: list[Found]) -> list[Found]:
    """Return where to go: without a parameter that requests, by its name, what else was found."""
    requested = [item for item in found if item.entity.kind == FUNCTION]
    kinds = {item.entity.kind for item in found}
    return requested if kinds == {FUNCTION, PARAMETER} else found


def _written(inference: Inference, path: str, facts: FileFacts, row: int) -> list[Found]:
    """A name that is bound here: itself, or what ``global`` and ``nonlocal`` say it is."""
    kind = facts.binding.kind[row]
    scope, name = facts.binding.scope[row], facts.binding.name[row]
    position = facts.binding.position[row]
    if kind in (f.AUGMENT, f.DELETE):
        return lookup(inference, path, scope, name, position)
    if facts.declared(scope, name) >= 0:
        return lookup(inference, path, scope, name, position)
    return [Found(Entity(VARIABLE, path, row))]


def _own_attribute(path: str, facts: FileFacts, expr: int) -> list[Found]:
    """The attribute binding that an attribute being written to makes itself."""
    position = facts.expr.position[expr]
    for row, at in enumerate(facts.attribute_binding.position):
        if at == position:
            return [Found(Entity(ATTRIBUTE, path, row), INFERRED)]
    return []


def _module_component(
    inference: Inference, path: str, facts: FileFacts, occurrence: Occurrence
) -> list[Found]:
    """The module that a dotted name in an import names up to and with one component."""
    spelled = facts.names[facts.imports.module[occurrence.ref]]
    text = inference.text(path)
    # Components before this one: what is written between the start of the name and this place.
    start = occurrence.position
    while start > 0 and (_is_word(text[start - 1]) or text[start - 1 : start] == b"."):
        start -= 1
    before = text[start : occurrence.position].decode("utf-8", "replace")
    prefix = before + occurrence.name
    if not spelled.startswith(prefix):
        prefix = spelled
    return [Found(imported_package(inference, path, spelled, prefix))]


def keyword_parameter(
    inference: Inference, path: str, facts: FileFacts, occurrence: Occurrence
) -> list[Found]:
    """The parameter that a keyword argument goes to; for a class, of its constructor or a field."""
    call = occurrence.ref
    if call < 0 or facts.expr.op[call] not in (f.CALL, f.PATTERN_CLASS):
        return []
    return keyword_target(inference, path, facts, call, occurrence.name)


def resolve_dotted_name(inference: Inference, dotted: str) -> list[Found]:
    """Entities that an absolute dotted name names: the longest module, then its members."""
    parts = dotted.split(".")
    if not all(parts):
        return []
    for split in range(len(parts), 0, -1):
        module = find_module(inference, ".".join(parts[:split]))
        if module is None:
            continue
        found = [Found(module)]
        for part in parts[split:]:
            found = [inner for item in found for inner in member_of_entity(inference, item, part)]
        if found:
            return found
        if module.kind == MODULE:
            break
    return []


def member_of_entity(inference: Inference, item: Found, name: str) -> list[Found]:
    """Return what ``entity.name`` names, for any kind of entity."""
    kind = item.entity.kind
    if kind in (MODULE, NAMESPACE, OUTSIDE):
        inner = module_attribute(inference, item.entity, name)
    elif kind == CLASS or inference.made_fields(item.entity):
        inner = class_member(inference, item.entity, name)
    elif kind == FUNCTION:
        inner = _local(inference, item, name)
    else:
        inner = [
            found
            for cls in instance_classes(inference, item.entity)
            for found in class_member(inference, cls.entity, name)
        ]
    return [found.weaker(item.evidence) for found in inner if found.evidence >= EXACT]


def _local(inference: Inference, function: Found, name: str) -> list[Found]:
    """A parameter, or something defined inside a function."""
    _, path, row = function.entity
    facts = inference.need(path)
    scope = facts.definition.own_scope[row]
    name_row = facts.name_id(name)
    return [
        Found(entity_of_binding(path, facts, index))
        for index, bound in enumerate(facts.binding.name)
        if bound == name_row and facts.binding.scope[index] == scope
    ][:1]

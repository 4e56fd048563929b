"""Values that types do not tell: defaults of look-ups, registries, attributes set from outside."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..inference import access_paths, expressions
from ..inference.classes import mro
from ..inference.entities import (
    ATTRIBUTE,
    CLASS,
    CONVENTIONAL,
    FUNCTION,
    VARIABLE,
    Entity,
    Found,
    name_of,
)
from ..inference.types import CLASS_OBJECT, FUNCTION_OBJECT, INSTANCE, UNKNOWN, union, without_none
from ..name_uses import is_container_of_item, is_set_of_other
from ..paths import is_test_file
from ..plugins import registry
from . import docstrings, receivers
from .evidence import (
    as_conventional,
    combine,
    infer_argument,
    infer_without_conventions,
    informative,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..inference.inference import Inference
    from ..inference.types import Type

_DEFAULTING = frozenset(["get", "setdefault", "pop", "getattr", "getenv", "popleft", "getlist"])
_GETTERS = frozenset(["get", "pop", "setdefault"])
_WRITES = 24
_FILES = 24


def unknown_value(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Return the conventional type of an expression whose type is unknown otherwise."""
    op = facts.expr.op[expr]
    if op == f.CALL:
        return as_conventional(_called(inference, path, facts, expr))
    if op == f.SUBSCRIPT:
        stored = _stored_type(inference, path, facts_view.operand(facts, expr))
        return combine(inference, informative(inference, stored, path))
    if op == f.ATTRIBUTE:
        return _attribute(inference, path, facts, expr)
    return UNKNOWN


def _called(inference: Inference, path: str, facts: FileFacts, call: int) -> Type:
    function = facts_view.called(facts, call)
    name = access_paths.last_name(facts, function)
    special = registry.unknown_call_type(inference, path, facts, call, name)
    if special is not None:
        return special
    method = facts_view.attribute(facts, function)
    if name in _GETTERS and method is not None:
        stored = _stored_type(inference, path, method.receiver)
        if stored:
            return combine(inference, informative(inference, stored, path))
    if name in _DEFAULTING:
        place = 2 if name == "getattr" and method is None else 1
        default = access_paths.argument_for(facts, call, place, "default")
        if default >= 0:
            return informative(
                inference, without_none(expressions.infer_type(inference, path, default)), path
            )
    parts: list[Type] = []
    for value in expressions.infer_type(inference, path, function):
        if value.form == FUNCTION_OBJECT and value.entity.kind == FUNCTION:
            parts.append(docstrings.documented_return(inference, value.entity))
    return union(*parts)


def _stored_type(inference: Inference, path: str, container: int) -> Type:
    """Return what ``container[key] = value`` puts into a container that is known by name."""
    parts: list[Type] = []
    for item in expressions.definitions_of(inference, path, container):
        entity = item.entity
        if entity.kind not in (VARIABLE, ATTRIBUTE):
            continue
        for where, other, row in _item_assignments(inference, entity):
            parts.append(infer_argument(inference, where, other.item_binding.value[row]))
    return union(*parts)


def _item_assignments(inference: Inference, entity: Entity) -> list[tuple[str, FileFacts, int]]:
    found: list[tuple[str, FileFacts, int]] = []
    name = name_of(inference, entity)
    tried = 0
    for path in access_paths.nearest_files(entity.path, inference.files_with(name), _FILES):
        if not inference.snapshot.uses(path, name, is_container_of_item):
            continue
        facts = inference.need(path)
        for row, container in enumerate(facts.item_binding.container):
            if tried >= _WRITES or access_paths.last_name(facts, container) != name:
                continue
            tried += 1
            if any(_is_same_variable(inference, each.entity, entity) for each in
                   expressions.definitions_of(inference, path, container)):  # fmt: skip
                found.append((path, facts, row))
    return found


def _is_same_variable(inference: Inference, first: Entity, second: Entity) -> bool:
    """True if two bindings are of one variable, or of one attribute of one class."""
    if first == second:
        return True
    if (first.kind, first.path) != (second.kind, second.path) or first.kind not in (
        VARIABLE,
        ATTRIBUTE,
    ):
        return False
    facts = inference.need(first.path)
    if first.kind == ATTRIBUTE:
        table = facts.attribute_binding
        return table.owner[first.row] >= 0 and all(
            column[first.row] == column[second.row] for column in (table.owner, table.name)
        )
    return all(
        column[first.row] == column[second.row]
        for column in (facts.binding.scope, facts.binding.name)
    )


def _attribute(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Return the type of an attribute that only convention finds."""
    attribute = facts_view.attribute(facts, expr)
    if attribute is None:
        return UNKNOWN
    parts: list[Type] = []
    type_ = without_none(expressions.infer_type(inference, path, attribute.receiver))
    for where, row in set_from_outside(inference, path, attribute.receiver, attribute.name):
        other = inference.need(where)
        value = other.attribute_binding.value[row]
        parts.append(informative(inference, infer_argument(inference, where, value), path))
    if not any(parts):
        parts = [receivers.type_by_use(inference, path, attribute.receiver, attribute.name, type_)]
    return combine(inference, union(*parts))


def attribute_found(inference: Inference, path: str, receiver: int, name: str) -> list[Found]:
    """Return the entities that ``receiver.name`` names by convention, when nothing else tells."""
    return [
        Found(Entity(ATTRIBUTE, where, row), CONVENTIONAL)
        for where, row in set_from_outside(inference, path, receiver, name)
    ][:3]


def set_from_outside(
    inference: Inference, path: str, receiver: int, name: str
) -> list[tuple[str, int]]:
    """Return (file, row of attribute_binding) of ``other.name = value`` on the same class.

    Nearest files first. For a receiver whose class is not known there is nothing to compare.
    """
    classes = {
        value.entity
        for value in without_none(expressions.infer_type(inference, path, receiver))
        if value.form in (INSTANCE, CLASS_OBJECT) and value.entity.kind == CLASS
    }
    functions = {
        item.entity
        for item in expressions.definitions_of(inference, path, receiver)
        if item.entity.kind == FUNCTION
    }
    if not classes and not functions:
        return []
    if any(each.path.endswith(".pyi") and each.is_outside for each in classes):
        return []  # instances of builtins take no attributes
    related = {base for cls in classes for base in mro(inference, cls) if base.kind == CLASS}
    found: list[tuple[str, int]] = []
    tried = 0
    for where in access_paths.nearest_files(path, inference.files_with(name), _FILES):
        if is_test_file(where) and not is_test_file(path):
            break  # tests come last, and set what the code itself does not know of
        if not inference.snapshot.uses(where, name, is_set_of_other):
            continue
        facts = inference.facts(where)
        row_of_name = facts.name_id(name) if facts is not None else -1
        if facts is None or row_of_name < 0:
            continue
        table = facts.attribute_binding
        for row, bound in enumerate(table.name):
            if bound != row_of_name or table.owner[row] >= 0 or tried >= _WRITES:
                continue
            tried += 1
            other = table.receiver[row]
            if _is_instance_or_function(inference, where, other, related, functions):
                found.append((where, row))
        if len(found) >= 3:
            break
    return found


def _is_instance_or_function(
    inference: Inference, path: str, expr: int, classes: set[Entity], functions: set[Entity]
) -> bool:
    if functions and any(
        item.entity in functions for item in expressions.definitions_of(inference, path, expr)
    ):
        return True
    return any(
        value.form in (INSTANCE, CLASS_OBJECT) and value.entity in classes
        for value in infer_without_conventions(inference, path, expr)
    )

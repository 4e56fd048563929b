"""Keyword arguments: the parameter that one goes to, or the field that a constructor sets."""

from __future__ import annotations

from .. import facts as f
from . import evaluate, synthesized
from .arguments import Arguments
from .classes import class_member, mro
from .conventions.keywords import forwarded
from .entities import (
    CLASS,
    FUNCTION,
    INFERRED,
    OUTSIDE,
    PARAMETER,
    Found,
    owner_class,
)
from .types import CLASS_OBJECT, FUNCTION_OBJECT, INSTANCE
from .variables import concrete

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity
    from .types import Type

# Functions that take the fields of their first argument, or of what they are a method of.
_COPIES = frozenset(["replace", "evolve", "_replace", "__replace__"])


def taken_by(snapshot: Snapshot, path: str, facts: FileFacts, call: int, name: str) -> list[Found]:
    """What the keyword ``name`` of a call, or of a class pattern, stands for."""
    function = facts.expr[f.EXPR_A][call]
    if facts.expr[f.EXPR_OP][call] == f.PATTERN_CLASS:
        return [
            found
            for item in evaluate.objects(snapshot, path, function)
            if item.entity[0] == CLASS
            for found in class_member(snapshot, item.entity, name)
        ]
    last = synthesized.last_name(facts, function)
    if last in _COPIES:
        found = _field_of_copied(snapshot, path, facts, call, name)
        if found:
            return found
    if last in ("partial", "partialmethod"):
        given = Arguments.of(snapshot, path, facts, call).positional[:1]
        for inner in given:
            if isinstance(inner, int):
                return _taken(snapshot, _called(snapshot, path, inner), name)
    return _taken(snapshot, _called(snapshot, path, function), name)


def _called(snapshot: Snapshot, path: str, function: int) -> list[Found]:
    """Classes and functions that an expression names, else those that its value is."""
    found = [
        item
        for item in evaluate.objects(snapshot, path, function)
        if item.entity[0] == CLASS or _is_called_itself(snapshot, item.entity)
    ]
    if found:
        return found
    for value in concrete(snapshot, evaluate.values(snapshot, path, function)):
        evidence = max(INFERRED, value[3])
        if value[0] == FUNCTION_OBJECT or (value[0] == CLASS_OBJECT and value[1][0] == CLASS):
            found.append(Found(value[1], evidence))
        elif value[0] == INSTANCE:
            found += [
                item.weaker(evidence) for item in class_member(snapshot, value[1], "__call__")
            ]
    return found


def _is_called_itself(snapshot: Snapshot, entity: Entity) -> bool:
    """Whether an entity is a function, and no property, whose value would be called."""
    if entity[0] != FUNCTION:
        return False
    return not snapshot.need(entity[1]).definition[f.DEF_FLAGS][entity[2]] & f.PROPERTY


def _taken(snapshot: Snapshot, called: list[Found], name: str) -> list[Found]:
    found: list[Found] = []
    for item in called:
        taking: list[Found] = []
        if item.entity[0] == CLASS:
            taking = constructor_keyword(snapshot, item.entity, name)
        elif item.entity[0] == FUNCTION:
            taking = _of_function(snapshot, item.entity, name)
        found = evaluate.merged(found, [each.weaker(item.evidence) for each in taking])
    return found


def _of_function(snapshot: Snapshot, function: Entity, name: str) -> list[Found]:
    return parameter_named(snapshot, function, name) or forwarded(snapshot, function, name)


def constructor_keyword(snapshot: Snapshot, entity: Entity, name: str) -> list[Found]:
    """What a keyword of calling a class stands for: a parameter of its constructor, or a field."""
    order = mro(snapshot, entity)
    made = class_member(snapshot, entity, "__init__")
    if not made or made[0].entity[0] == OUTSIDE:
        made = [
            item for item in class_member(snapshot, entity, "__new__") if item.entity[0] == FUNCTION
        ] or made
    place = len(order)
    for item in made[:1]:
        if item.entity[0] == FUNCTION:
            place = _place(snapshot, order, item.entity)
    for field in synthesized.fields(snapshot, entity):
        if field.keyword == name and _place(snapshot, order, field.entity) < place:
            return [Found(field.entity)]
    found: list[Found] = []
    for item in made:
        if item.entity[0] == FUNCTION:
            found += [
                each.weaker(item.evidence) for each in _of_function(snapshot, item.entity, name)
            ]
    if not found and any(item.entity[0] == OUTSIDE for item in made):
        # A base that is not at hand may make its fields keywords, as those of ORMs do.
        found = [item.weaker(INFERRED) for item in class_member(snapshot, entity, name)]
    return found


def _place(snapshot: Snapshot, order: list[Entity], member: Entity) -> int:
    """Where the class that a member is written in stands in the order of resolution."""
    owner = (CLASS, member[1], owner_class(snapshot.need(member[1]), member))
    return order.index(owner) if owner in order else len(order)


def _field_of_copied(
    snapshot: Snapshot, path: str, facts: FileFacts, call: int, name: str
) -> list[Found]:
    """``replace(box, size=2)`` and ``box._replace(size=2)``."""
    function = facts.expr[f.EXPR_A][call]
    copied: Type = ()
    if synthesized.last_name(facts, function) in ("_replace", "__replace__"):
        if facts.expr[f.EXPR_OP][function] == f.ATTRIBUTE:
            copied = evaluate.values(snapshot, path, facts.expr[f.EXPR_A][function])
    else:
        copied = Arguments.of(snapshot, path, facts, call).type_of(0, "")
    return [
        Found(field.entity, max(INFERRED, value[3]))
        for value in copied
        if value[0] == INSTANCE
        for field in synthesized.fields(snapshot, value[1])
        if field.keyword == name
    ]


def parameter_named(snapshot: Snapshot, function: Entity, name: str) -> list[Found]:
    """A function's parameter by name."""
    _, path, row = function
    facts = snapshot.need(path)
    scope = facts.definition[f.DEF_OWN_SCOPE][row]
    name_row = facts.name_id(name)
    if name_row < 0:
        return []
    kinds = facts.binding[f.BIND_KIND]
    return [
        Found((PARAMETER, path, index))
        for index in facts.bindings_of(scope, name_row)
        if kinds[index] == f.PARAMETER
    ]

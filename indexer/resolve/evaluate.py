"""Expressions: what a recorded expression stands for, computed on demand.

Two questions: :func:`objects`, which entities an expression names (a module, class, function,
variable), and :func:`instances`, which classes its value is an instance of. Not knowing gives an
empty list, never a guess.
"""

from __future__ import annotations

from bisect import bisect_right

from .. import facts as f
from .classes import class_member, mro
from .entities import (
    ATTRIBUTE,
    CLASS,
    FUNCTION,
    INFERRED,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    PARAMETER,
    VARIABLE,
    Found,
    owner_class,
)
from .names import lookup, member_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity

_DEPTH = 12
_TRANSPARENT = frozenset(
    ["Optional", "Annotated", "ClassVar", "Final", "Required", "NotRequired", "ReadOnly", "Union"]
)


def objects(snapshot: Snapshot, path: str, expr: int, depth: int = 0) -> list[Found]:
    """Entities that an expression names."""
    facts = snapshot.facts(path)
    if facts is None or expr < 0 or depth > _DEPTH:
        return []
    key = ("objects", path, expr)
    if key in snapshot.memo:
        return snapshot.memo[key]
    snapshot.memo[key] = []
    found = _objects(snapshot, path, facts, expr, depth)
    snapshot.memo[key] = found
    return found


def _objects(snapshot: Snapshot, path: str, facts: FileFacts, expr: int, depth: int) -> list[Found]:
    ops, positions, lefts, rights = facts.expr
    op = ops[expr]
    if op == f.NAME:
        return lookup(snapshot, path, rights[expr], lefts[expr], positions[expr], expr)
    if op == f.ATTRIBUTE:
        return attribute(snapshot, path, lefts[expr], facts.names[rights[expr]], depth + 1)
    if op == f.SUBSCRIPT:
        return objects(snapshot, path, lefts[expr], depth + 1)
    if op == f.CONDITIONAL_EXPR:
        return _merge(
            objects(snapshot, path, lefts[expr], depth + 1),
            objects(snapshot, path, rights[expr], depth + 1),
        )
    return []


def attribute(
    snapshot: Snapshot, path: str, receiver: int, name: str, depth: int = 0
) -> list[Found]:
    """What ``receiver.name`` stands for."""
    if depth > _DEPTH:
        return []
    found: list[Found] = []
    for item in objects(snapshot, path, receiver, depth + 1):
        kind = item.entity[0]
        if kind in (MODULE, NAMESPACE, OUTSIDE):
            inner = member_of(snapshot, item.entity, name)
        elif kind == CLASS:
            inner = class_member(snapshot, item.entity, name)
        else:
            continue
        found = _merge(found, [member.weaker(item.evidence) for member in inner])
    if found:
        return found
    for item in instances(snapshot, path, receiver, depth + 1):
        if item.entity[0] == CLASS:
            inner = class_member(snapshot, item.entity, name)
            found = _merge(found, [member.weaker(item.evidence) for member in inner])
    return found or super_member(snapshot, path, receiver, name)


def super_member(snapshot: Snapshot, path: str, receiver: int, name: str) -> list[Found]:
    """What ``super().name`` stands for."""
    facts = snapshot.need(path)
    ops, positions, lefts, _ = facts.expr
    if ops[receiver] != f.CALL or ops[lefts[receiver]] != f.NAME:
        return []
    if facts.names[lefts[lefts[receiver]]] != "super":
        return []
    cls = enclosing_class(facts, positions[receiver])
    if cls < 0:
        return []
    entity = (CLASS, path, cls)
    return [item.weaker(INFERRED) for item in class_member(snapshot, entity, name, after=entity)]


def enclosing_class(facts: FileFacts, position: int) -> int:
    """Definition row of the innermost class whose text holds a position, or -1."""
    table = facts.definition
    kinds, ends = table[f.DEF_KIND], table[f.DEF_END]
    for row in range(bisect_right(table[f.DEF_START], position) - 1, -1, -1):
        if kinds[row] == f.CLASS and ends[row] > position:
            return row
    return -1


def instances(snapshot: Snapshot, path: str, expr: int, depth: int = 0) -> list[Found]:
    """Classes that the value of an expression is an instance of."""
    facts = snapshot.facts(path)
    if facts is None or expr < 0 or depth > _DEPTH:
        return []
    key = ("instances", path, expr)
    if key in snapshot.memo:
        return snapshot.memo[key]
    snapshot.memo[key] = []
    found = _instances(snapshot, path, facts, expr, depth)
    snapshot.memo[key] = found
    return found


def _instances(
    snapshot: Snapshot, path: str, facts: FileFacts, expr: int, depth: int
) -> list[Found]:
    ops, _, lefts, rights = facts.expr
    op = ops[expr]
    if op in (f.NAME, f.ATTRIBUTE):
        found: list[Found] = []
        for item in objects(snapshot, path, expr, depth + 1):
            inner = instances_of(snapshot, item.entity, depth + 1)
            found = _merge(found, [each.weaker(item.evidence) for each in inner])
        return found
    if op == f.CALL:
        return call_result(snapshot, path, lefts[expr], depth + 1)
    if op in (f.CONDITIONAL_EXPR, f.OR, f.AND):
        return _merge(
            instances(snapshot, path, lefts[expr], depth + 1),
            instances(snapshot, path, rights[expr], depth + 1),
        )
    if op in (f.AWAIT, f.NAMED):
        return instances(snapshot, path, lefts[expr], depth + 1)
    if op == f.ENTERED:
        return _entered(snapshot, path, lefts[expr], rights[expr], depth + 1)
    if op == f.RAISED:
        return [item.weaker(INFERRED) for item in objects(snapshot, path, lefts[expr], depth + 1)]
    return []


def _entered(snapshot: Snapshot, path: str, expr: int, is_async: int, depth: int) -> list[Found]:
    """What ``with`` binds: what the context manager's enter method returns."""
    found: list[Found] = []
    for item in instances(snapshot, path, expr, depth):
        method = "__aenter__" if is_async else "__enter__"
        for enter in class_member(snapshot, item.entity, method):
            if enter.entity[0] == FUNCTION:
                inner = returned(snapshot, enter.entity, item.entity, depth)
                found = _merge(found, inner)
    return found


def instances_of(snapshot: Snapshot, entity: Entity, depth: int = 0) -> list[Found]:
    """Classes that the value of a variable, parameter or attribute is an instance of."""
    kind, path, row = entity
    if depth > _DEPTH or kind not in (VARIABLE, PARAMETER, ATTRIBUTE, FUNCTION):
        return []
    facts = snapshot.need(path)
    if kind == FUNCTION:
        if facts.definition[f.DEF_FLAGS][row] & f.PROPERTY:
            return returned(snapshot, entity, None, depth + 1)
        return []
    if kind == ATTRIBUTE:
        annotation = facts.attribute_binding[f.ATTR_ANNOTATION][row]
        if annotation >= 0:
            return annotated(snapshot, path, annotation, depth + 1)
        owner = facts.attribute_binding[f.ATTR_OWNER][row]
        names = facts.attribute_binding[f.ATTR_NAME]
        found: list[Found] = []
        for index, other in enumerate(facts.attribute_binding[f.ATTR_OWNER]):
            if other == owner and names[index] == names[row]:
                value = facts.attribute_binding[f.ATTR_VALUE][index]
                found = _merge(found, instances(snapshot, path, value, depth + 1))
        return found
    annotation = facts.binding[f.BIND_ANNOTATION][row]
    if annotation >= 0:
        return annotated(snapshot, path, annotation, depth + 1)
    if kind == PARAMETER:
        return _parameter(snapshot, path, facts, row)
    value = facts.binding[f.BIND_VALUE][row]
    return [item.weaker(INFERRED) for item in instances(snapshot, path, value, depth + 1)]


def _parameter(snapshot: Snapshot, path: str, facts: FileFacts, row: int) -> list[Found]:
    """The first parameter of a method is an instance of its class, or the class."""
    del snapshot
    scope = facts.binding[f.BIND_SCOPE][row]
    definition = facts.scope[f.SCOPE_DEFINITION][scope]
    if definition < 0:
        return []
    cls = owner_class(facts, (FUNCTION, path, definition))
    flags = facts.definition[f.DEF_FLAGS][definition]
    parameter = facts.binding[f.BIND_REF][row]
    first = parameter == 0 or facts.parameter[f.PAR_SCOPE][parameter - 1] != scope
    if cls < 0 or not first or flags & f.STATIC:
        return []
    return [Found((CLASS, path, cls))]


def annotated(snapshot: Snapshot, path: str, expr: int, depth: int = 0) -> list[Found]:
    """Classes that a type expression allows an instance of; None is left out."""
    facts = snapshot.need(path)
    ops, _, lefts, rights = facts.expr
    op = ops[expr]
    if depth > _DEPTH:
        return []
    if op == f.BINARY:
        right = facts.extra[0][rights[expr] + 1]
        return _merge(
            annotated(snapshot, path, lefts[expr], depth + 1),
            annotated(snapshot, path, right, depth + 1),
        )
    if op == f.SUBSCRIPT:
        base = lefts[expr]
        name = ""
        if ops[base] == f.NAME:
            name = facts.names[lefts[base]]
        elif ops[base] == f.ATTRIBUTE:
            name = facts.names[rights[base]]
        if name in _TRANSPARENT:
            index = rights[expr]
            if ops[index] != f.TUPLE:
                return annotated(snapshot, path, index, depth + 1)
            (extra,) = facts.extra
            listed = extra[lefts[index] + 1 : lefts[index] + 1 + extra[lefts[index]]]
            if name == "Annotated":
                listed = listed[:1]
            found: list[Found] = []
            for part in listed:
                found = _merge(found, annotated(snapshot, path, part, depth + 1))
            return found
        return annotated(snapshot, path, base, depth + 1)
    found = []
    for item in objects(snapshot, path, expr, depth + 1):
        if item.entity[0] == CLASS:
            found.append(item.weaker(INFERRED))
        elif item.entity[0] == VARIABLE:  # an alias of a type
            other = snapshot.need(item.entity[1])
            kind = other.binding[f.BIND_KIND][item.entity[2]]
            column = f.BIND_ANNOTATION if kind == f.TYPE_ALIAS else f.BIND_VALUE
            value = other.binding[column][item.entity[2]]
            if value >= 0:
                found = _merge(found, annotated(snapshot, item.entity[1], value, depth + 1))
    return found


def call_result(snapshot: Snapshot, path: str, function: int, depth: int = 0) -> list[Found]:
    """Classes that calling an expression gives an instance of."""
    found: list[Found] = []
    facts = snapshot.need(path)
    for item in objects(snapshot, path, function, depth):
        kind = item.entity[0]
        if kind == CLASS:
            found = _merge(found, [item.weaker(INFERRED)])
        elif kind == FUNCTION:
            receiver = None
            if facts.expr[f.EXPR_OP][function] == f.ATTRIBUTE:
                owners = instances(snapshot, path, facts.expr[f.EXPR_A][function], depth + 1)
                receiver = owners[0].entity if owners else None
            found = _merge(found, returned(snapshot, item.entity, receiver, depth + 1))
    return found


def returned(
    snapshot: Snapshot, entity: Entity, receiver: Entity | None, depth: int = 0
) -> list[Found]:
    """Classes that a function returns an instance of: annotated, else inferred from its returns.

    ``receiver`` is the class that ``Self`` and a returned ``self`` stand for.
    """
    if depth > _DEPTH:
        return []
    _, path, row = entity
    facts = snapshot.need(path)
    annotation = facts.definition[f.DEF_RETURNS][row]
    if annotation >= 0:
        ops, _, lefts, _ = facts.expr
        spelled = facts.names[lefts[annotation]] if ops[annotation] == f.NAME else ""
        if spelled == "Self" and receiver is not None:
            return [Found(receiver, INFERRED)]
        return annotated(snapshot, path, annotation, depth + 1)
    if facts.definition[f.DEF_FLAGS][row] & f.GENERATOR:
        return []
    scope = facts.definition[f.DEF_OWN_SCOPE][row]
    cls = owner_class(facts, entity)
    found: list[Found] = []
    scopes, exprs, kinds = facts.result[:3]
    for index, result_scope in enumerate(scopes):
        if result_scope == scope and kinds[index] == f.RETURN and exprs[index] >= 0:
            for item in instances(snapshot, path, exprs[index], depth + 1):
                if receiver is not None and item.entity == (CLASS, path, cls):
                    own = mro(snapshot, receiver)
                    item = Found(receiver, INFERRED) if item.entity in own else item
                found = _merge(found, [item.weaker(INFERRED)])
    return found


def _merge(first: list[Found], second: list[Found]) -> list[Found]:
    """Both lists, each entity once."""
    result = list(first)
    known = {item.entity for item in first}
    result += [item for item in second if item.entity not in known]
    return result

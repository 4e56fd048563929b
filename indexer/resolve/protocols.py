"""What syntax asks of a value: iterating, unpacking, indexing, entering, raising, awaiting it."""

from __future__ import annotations

from .. import facts as f
from . import calls, evaluate, members
from .annotations import annotated
from .classes import as_base, is_enum, mro
from .entities import (
    CLASS,
)
from .types import (
    CLASS_OBJECT,
    INSTANCE,
    instance,
    known,
    named,
    union,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity
    from .types import Type, Value


def element(snapshot: Snapshot, type_: Type, is_async: bool = False) -> Type:
    """Type of one element of iterating a value."""
    parts: list[Type] = []
    protocol = named(snapshot, "typing", "AsyncIterable" if is_async else "Iterable")
    for value in known(type_):
        if value[0] == CLASS_OBJECT and is_enum(snapshot, value[1]):
            parts.append((instance(value[1]),))
            continue
        if value[0] != INSTANCE:
            continue
        bound = as_base(snapshot, value, protocol) if protocol else {}
        if bound:
            parts.append(union(*bound.values()))
            continue

        method, then = ("__aiter__", "__anext__") if is_async else ("__iter__", "__next__")
        iterator = calls.call_method(snapshot, value, method)
        for inner in iterator:
            bound = as_base(snapshot, inner, protocol) if protocol and inner != value else {}
            step = union(*bound.values()) or calls.call_method(snapshot, inner, then)
            parts.append(awaited(snapshot, step) if is_async and not bound else step)
        if not iterator:
            parts.append(calls.call_method(snapshot, value, "__getitem__"))
    return union(*parts)


def item_at(snapshot: Snapshot, type_: Type, index: int) -> Type:
    """Type of one place of unpacking a value."""
    parts: list[Type] = []
    for value in known(type_):
        if value[0] == INSTANCE and len(value[2]) > 1 and _is_tuple(snapshot, value[1]):
            places = value[2][1:]
            if -len(places) <= index < len(places):
                parts.append(places[index])
                continue
        fields = tuple_fields(snapshot, value)
        if -len(fields) <= index < len(fields):
            parts.append(members.member_value(snapshot, value, fields[index]))
            continue
        parts.append(element(snapshot, (value,)))
    return union(*parts)


def subscripted(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    """Type of ``value[index]``."""
    ops, _, lefts, rights = facts.expr
    receiver = evaluate.values(snapshot, path, lefts[expr])
    index = rights[expr]
    parts: list[Type] = []
    for value in known(receiver):
        if value[0] == CLASS_OBJECT:
            for inner in annotated(snapshot, path, expr):
                if inner[0] == INSTANCE:
                    parts.append(((CLASS_OBJECT, inner[1], inner[2], inner[3]),))
            continue
        if ops[index] == f.INTEGER and facts.expr[f.EXPR_B][index] == 1 and value[0] == INSTANCE:
            place = facts.expr[f.EXPR_A][index]
            if (len(value[2]) > 1 and _is_tuple(snapshot, value[1])) or tuple_fields(
                snapshot, value
            ):
                parts.append(item_at(snapshot, (value,), place))
                continue
        if ops[index] == f.SLICE and value[0] == INSTANCE and value[2]:
            parts.append((value,))
            continue
        mapping = named(snapshot, "typing", "Mapping")
        bound = as_base(snapshot, value, mapping) if mapping and value[0] == INSTANCE else {}
        if len(bound) == 2:
            parts.append(list(bound.values())[1])
            continue

        parts.append(calls.call_method(snapshot, value, "__getitem__", [index], path))
    return union(*parts)


def entered(snapshot: Snapshot, type_: Type, is_async: bool) -> Type:
    """Type of what ``with value as …`` gives."""
    method = "__aenter__" if is_async else "__enter__"
    parts: list[Type] = []
    for value in known(type_):
        given = calls.call_method(snapshot, value, method)
        parts.append(awaited(snapshot, given) if is_async else given)
    return union(*parts)


def raised(snapshot: Snapshot, type_: Type) -> Type:
    """Type of what ``except value as …`` catches."""
    parts: list[Type] = []
    for value in type_:
        if value[0] == CLASS_OBJECT:
            parts.append((instance(value[1], value[2]),))
        elif value[0] == INSTANCE and _is_tuple(snapshot, value[1]) and value[2]:
            parts.append(raised(snapshot, value[2][0]))
    return union(*parts)


def awaited(snapshot: Snapshot, type_: Type) -> Type:
    """Type of what awaiting a value gives."""
    parts: list[Type] = []
    awaitable = named(snapshot, "typing", "Awaitable")
    for value in known(type_):
        if value[0] != INSTANCE:
            continue
        bound = as_base(snapshot, value, awaitable) if awaitable else {}
        if bound:
            parts.append(union(*bound.values()))
            continue

        for generator in calls.call_method(snapshot, value, "__await__"):
            if generator[0] == INSTANCE and len(generator[2]) == 3:
                parts.append(generator[2][2])
    return union(*parts)


def tuple_fields(snapshot: Snapshot, value: Value) -> list[str]:
    """Field names of a NamedTuple's instance, in order."""
    if value[0] != INSTANCE or value[1][0] != CLASS:
        return []
    marker = named(snapshot, "typing", "NamedTuple")
    if marker is None or marker not in mro(snapshot, value[1]):
        return []
    facts = snapshot.need(value[1][1])
    scope = facts.definition[f.DEF_OWN_SCOPE][value[1][2]]
    return [
        facts.names[facts.binding[f.BIND_NAME][row]]
        for row, where in enumerate(facts.binding[f.BIND_SCOPE])
        if where == scope and facts.binding[f.BIND_ANNOTATION][row] >= 0
    ]


def _is_tuple(snapshot: Snapshot, entity: Entity) -> bool:
    return entity == named(snapshot, "builtins", "tuple")

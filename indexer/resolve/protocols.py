"""What syntax asks of a value: iterating, unpacking, indexing, entering, raising, awaiting it."""

from __future__ import annotations

from .. import facts as f
from . import calls, evaluate, members
from .annotations import annotated
from .classes import as_base, is_enum, mro
from .entities import CLASS, VARIABLE
from .synthesized import fields, is_typed_dict, key_type, made_fields
from .types import (
    CLASS_OBJECT,
    INSTANCE,
    UNKNOWN,
    builtin,
    instance,
    named,
    union,
)
from .variables import concrete

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
    for value in concrete(snapshot, type_):
        if value[0] == CLASS_OBJECT and is_enum(snapshot, value[1]):
            parts.append((instance(value[1]),))
            continue
        if value[0] not in (INSTANCE, CLASS_OBJECT):
            continue
        if not is_async and (listed := field_types(snapshot, value)):
            parts.append(listed)
            continue
        is_instance = value[0] == INSTANCE
        bound = as_base(snapshot, value, protocol) if protocol and is_instance else {}
        if bound and any(bound.values()):
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
    for value in concrete(snapshot, type_):
        places = _places(snapshot, value)
        if -len(places) <= index < len(places):
            parts.append(places[index])
            continue
        parts.append(element(snapshot, (value,)))
    return union(*parts)


def rest(snapshot: Snapshot, facts: FileFacts, unpacked: int, type_: Type) -> Type:
    """Type of the starred rest of unpacking a value."""
    table: dict[int, tuple[int, int]] | None = facts.memo.get("unpacked places")
    if table is None:
        table = facts.memo["unpacked places"] = {}
        ops, _, lefts, rights = facts.expr
        for row, op in enumerate(ops):
            if op == f.ITEM:
                before, after = table.get(lefts[row], (0, 0))
                place = rights[row]
                table[lefts[row]] = max(before, place + 1), max(after, -place)
    before, after = table.get(unpacked, (0, 0))
    parts: list[Type] = []
    for value in concrete(snapshot, type_):
        places = _places(snapshot, value)
        if places:
            parts.append(union(*places[before : len(places) - after]))
        else:
            parts.append(element(snapshot, (value,)))
    return builtin(snapshot, "list", union(*parts))


def subscripted(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    """Type of ``value[index]``."""
    _ops, _, lefts, rights = facts.expr
    index = rights[expr]
    parts: list[Type] = []
    for value in concrete(snapshot, evaluate.values(snapshot, path, lefts[expr])):
        if value[0] == CLASS_OBJECT:
            parts.append(_of_class(snapshot, path, expr, value, index))
        elif value[0] == INSTANCE:
            parts.append(_of_instance(snapshot, path, facts, value, index))
    return union(*parts)


def _of_class(snapshot: Snapshot, path: str, expr: int, value: Value, index: int) -> Type:
    """``cls[index]``: what its metaclass gives, a member of an enumeration, or type arguments."""
    if is_enum(snapshot, value[1]):
        return (instance(value[1]),)
    given = calls.call_method(snapshot, value, "__getitem__", [index], path)
    if given:
        return given
    found = tuple(
        (CLASS_OBJECT, inner[1], inner[2], inner[3])
        for inner in annotated(snapshot, path, expr)
        if inner[0] == INSTANCE and inner[1] == value[1]
    )
    return found or (value,)


def _of_instance(snapshot: Snapshot, path: str, facts: FileFacts, value: Value, index: int) -> Type:
    ops, _, lefts, _rights = facts.expr
    op = ops[index]
    if op == f.STRING and lefts[index] >= 0 and is_typed_dict(snapshot, value[1]):
        return key_type(snapshot, value[1], facts.strings[lefts[index]])
    places = _places(snapshot, value)
    if places:
        place = _small_integer(facts, index)
        if place is not None:
            return item_at(snapshot, (value,), place)
        if op == f.SLICE:
            return _sliced(snapshot, path, value, places, facts, index)
    if op == f.SLICE and len(value[2]) == 1:
        return (value,)
    mapping = named(snapshot, "typing", "Mapping")
    bound = as_base(snapshot, value, mapping) if mapping else {}
    if len(bound) == 2:
        return list(bound.values())[1]
    given: int | Type = index
    if op != f.SLICE and not evaluate.values(snapshot, path, index):
        sequence = named(snapshot, "typing", "Sequence")
        if sequence is not None and sequence in mro(snapshot, value[1]):
            given = builtin(snapshot, "int")  # what else but a slice, which is written as one
    return calls.call_method(snapshot, value, "__getitem__", [given], path)


def _small_integer(facts: FileFacts, expr: int) -> int | None:
    """The number that a literal spells, negative ones included."""
    ops, _, lefts, rights = facts.expr
    if ops[expr] == f.INTEGER and rights[expr] == 1:
        return lefts[expr]
    if ops[expr] == f.UNARY and f.OPERATORS[rights[expr]] == "-":
        inner = _small_integer(facts, lefts[expr])
        return None if inner is None else -inner
    return None


def _sliced(
    snapshot: Snapshot,
    path: str,
    value: Value,
    places: list[Type],
    facts: FileFacts,
    index: int,
) -> Type:
    """A slice of a tuple: its places, as far as the text says which."""
    start = facts.expr[f.EXPR_POS][index]
    end = facts.expr[f.EXPR_POS][index]
    text = snapshot.text(path)
    while end < len(text) and text[end : end + 1] not in (b"]", b"\n"):
        end += 1
    bounds: list[int | None] = []
    for part in text[start:end].split(b":"):
        spelled = part.strip()
        if spelled and not spelled.lstrip(b"-").isdigit():
            return (instance(value[1], (union(*places),)),)
        bounds.append(int(spelled) if spelled else None)
    kept = places[slice(*bounds[:3])]
    entity = named(snapshot, "builtins", "tuple")
    return (instance(entity, (union(*kept), *kept)),) if entity else UNKNOWN


def _places(snapshot: Snapshot, value: Value) -> list[Type]:
    """Types of the places of a tuple whose length is known, NamedTuples included."""
    if value[0] != INSTANCE:
        return []
    if len(value[2]) > 1 and _is_tuple(snapshot, value[1]):
        return list(value[2][1:])
    if value[1][0] == VARIABLE:
        return [type_ for _, type_ in made_fields(snapshot, value[1])]
    return [members.member_value(snapshot, value, name) for name in tuple_fields(snapshot, value)]


def field_types(snapshot: Snapshot, value: Value) -> Type:
    """Type of any place of a NamedTuple; unknown for anything else."""
    if value[0] != INSTANCE or _is_tuple(snapshot, value[1]):
        return UNKNOWN
    return union(*_places(snapshot, value))


def entered(snapshot: Snapshot, type_: Type, is_async: bool) -> Type:
    """Type of what ``with value as …`` gives."""
    method = "__aenter__" if is_async else "__enter__"
    parts: list[Type] = []
    for value in concrete(snapshot, type_):
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
    for value in concrete(snapshot, type_):
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
    if marker is None or marker not in mro(snapshot, value[1]) or value[1] == marker:
        return []
    return [field.name for field in fields(snapshot, value[1])]


def _is_tuple(snapshot: Snapshot, entity: Entity) -> bool:
    return entity == named(snapshot, "builtins", "tuple")


def mapped(snapshot: Snapshot, type_: Type) -> tuple[Type, Type]:
    """Types of the keys and of the values of a mapping."""
    mapping = named(snapshot, "typing", "Mapping")
    keys: list[Type] = []
    held: list[Type] = []
    for value in concrete(snapshot, type_):
        bound = as_base(snapshot, value, mapping) if mapping and value[0] == INSTANCE else {}
        if len(bound) == 2:
            key, inner = bound.values()
            keys.append(key)
            held.append(inner)
    return union(*keys), union(*held)

"""Operators and protocols: types of ``+``, ``<``, ``+=``, by the methods that they call.

So are iterating, unpacking, indexing, entering, raising and awaiting.
"""

from __future__ import annotations

from .. import facts as f
from .. import scope_map
from . import members
from .annotations import annotation_type
from .classes import base_arguments, class_member, is_enum, mro
from .entities import CLASS, FUNCTION, VARIABLE, name_of
from .signatures import NEVER, Arguments, match_score, overloads
from .standard_types import builtin_instance, standard_class
from .synthesized import fields, is_typed_dict, key_type, made_fields
from .type_variables import concrete
from .types import CLASS_OBJECT, INSTANCE, NONE, UNKNOWN, Value, instance, union, without_none

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .entities import Entity
    from .inference import Inference
    from .types import Type


_METHODS = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod",
    "**": "pow", "@": "matmul", "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift",
}  # fmt: skip
_COMPARISONS = {
    "==": "__eq__", "!=": "__ne__", "<": "__lt__", ">": "__gt__", "<=": "__le__", ">=": "__ge__",
}  # fmt: skip
_UNARY = {"-": "__neg__", "+": "__pos__", "~": "__invert__"}


def binary_type(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Type of ``left + right``."""
    _, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    left = inference.infer_type(path, lefts[expr])
    operator, right = extra[rights[expr]], extra[rights[expr] + 1]
    name = _METHODS.get(f.OPERATORS[operator]) if operator >= 0 else None
    if name is None:
        return UNKNOWN
    if name == "or" and any(value.form in (CLASS_OBJECT, NONE) for value in left):
        return union(left, inference.infer_type(path, right))
    return _combined(inference, path, left, name, right)


def _combined(inference: Inference, path: str, left: Type, name: str, right: int) -> Type:
    """Return what the method of the left operand gives, else the reflected one of the right."""
    parts: list[Type] = []
    for value in concrete(inference, left):
        given = UNKNOWN
        others = concrete(inference, inference.infer_type(path, right))
        if not _fits(inference, value, name, others):
            for other in others:
                given = union(given, inference.method_result(other, f"__r{name}__", [(value,)]))
        parts.append(given or inference.method_result(value, f"__{name}__", [right], path))
    return union(*parts)


def _fits(inference: Inference, value: Value, name: str, others: Type) -> bool:
    """True if the left operand's method takes the right operand."""
    if value.form != INSTANCE or not others:
        return True
    found = class_member(inference, value.entity, f"__{name}__")
    if not found:
        return False
    if found[0].entity.kind != FUNCTION:
        return True
    arguments = Arguments(inference, "", [others])
    return any(
        match_score(inference, each, arguments, bound=True) != NEVER
        for each in overloads(inference, found[0].entity)
    )


def unary_type(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Type of ``-value``; of a number, its own."""
    type_ = inference.infer_type(path, facts.expr.a[expr])
    method = _UNARY.get(f.OPERATORS[facts.expr.b[expr]])
    if method is None:
        return UNKNOWN
    return union(*(inference.method_result(value, method) for value in without_none(type_)))


def comparison_type(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Type of ``left < right``: bool, unless the left operand's class says otherwise."""
    (extra,) = facts.extra
    at = facts.expr.b[expr]
    method = _COMPARISONS.get(f.OPERATORS[extra[at + 1]]) if extra[at] == 2 else None
    if method is not None:
        parts: list[Type] = []
        for value in without_none(inference.infer_type(path, facts.expr.a[expr])):
            if value.form == INSTANCE and value.entity.kind == CLASS:
                found = class_member(inference, value.entity, method)
                if found and found[0].entity.kind != CLASS:
                    parts.append(inference.method_result(value, method, [extra[at + 2]], path))
        if any(parts):
            return union(*parts)
    return builtin_instance(inference, "bool")


def augmented_type(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Type of a target after ``target += value``."""
    _, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    left = inference.infer_type(path, lefts[expr])
    operator, right = extra[rights[expr]], extra[rights[expr] + 1]
    name = _METHODS.get(f.OPERATORS[operator].removesuffix("=")) if operator >= 0 else None
    if name is None:
        return left
    parts: list[Type] = []
    for value in concrete(inference, left):
        given = inference.method_result(value, f"__i{name}__", [right], path)
        parts.append(given or _combined(inference, path, (value,), name, right) or (value,))
    return union(*parts)


def augmented_before(
    inference: Inference, path: str, facts: FileFacts, expr: int, type_: Type
) -> Type:
    """A name's type where ``name += value`` stands between its binding and its reading."""
    name, scope = facts.expr.a[expr], facts.expr.b[expr]
    kinds = facts.binding.kind
    table: set[tuple[int, int]] | None = facts.memo.get("augmented")
    if table is None:
        names, scopes = facts.binding.name, facts.binding.scope
        table = facts.memo["augmented"] = {
            (scopes[row], names[row]) for row, kind in enumerate(kinds) if kind == f.AUGMENT
        }
    if (scope, name) not in table:
        return type_
    values_, blocks = facts.binding.value, facts.binding.block
    position = facts.expr.position[expr]
    around = set(scope_map.blocks_around(facts, scope, position))
    for row in reversed(facts.bindings_of(scope, name)):
        if facts.binding.position[row] >= position or values_[row] >= expr:
            continue
        if kinds[row] == f.AUGMENT and blocks[row] in around:
            return inference.infer_type(path, values_[row]) or type_
        if kinds[row] != f.AUGMENT:
            break
    return type_


def yield_type(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Type of what ``yield`` is sent, or what the generator of ``yield from`` returns."""
    generator = ("Generator", "AsyncGenerator")
    if facts.expr.b[expr]:
        parts: list[Type] = []
        for value in inference.infer_type(path, facts.expr.a[expr]):
            if value.form == INSTANCE and len(value.args) == 3:
                parts.append(value.args[2])
        return union(*parts)
    scope = scope_map.scope_at(facts, facts.expr.position[expr])
    definition = facts.scope.definition[scope] if scope >= 0 else -1
    if definition < 0 or facts.definition.kind[definition] != f.FUNCTION:
        return UNKNOWN
    returns = annotation_type(inference, path, facts.definition.returns[definition])
    return union(
        *(
            value.args[1]
            for value in returns
            if value.form == INSTANCE
            and len(value.args) > 1
            and name_of(inference, value.entity) in generator
        )
    )


def falsy_part(inference: Inference, type_: Type) -> Type:
    """The alternatives of a type that may be false: what ``and`` gives of its left operand."""
    return tuple(
        value
        for value in type_
        if value.form == NONE
        or (
            value.form == INSTANCE
            and (
                class_member(inference, value.entity, "__bool__")
                or class_member(inference, value.entity, "__len__")
            )
        )
    )


def iterated_type(inference: Inference, type_: Type, is_async: bool = False) -> Type:
    """Type of one element of iterating a value."""
    parts: list[Type] = []
    protocol = standard_class(inference, "typing", "AsyncIterable" if is_async else "Iterable")
    for value in concrete(inference, type_):
        if value.form == CLASS_OBJECT and is_enum(inference, value.entity):
            parts.append((instance(value.entity),))
            continue
        if value.form not in (INSTANCE, CLASS_OBJECT):
            continue
        if not is_async and (listed := namedtuple_field_types(inference, value)):
            parts.append(listed)
            continue
        is_instance = value.form == INSTANCE
        bound = base_arguments(inference, value, protocol) if protocol and is_instance else {}
        if bound and any(bound.values()):
            parts.append(union(*bound.values()))
            continue

        method, then = ("__aiter__", "__anext__") if is_async else ("__iter__", "__next__")
        iterator = inference.method_result(value, method)
        for inner in iterator:
            bound = (
                base_arguments(inference, inner, protocol) if protocol and inner != value else {}
            )
            step = union(*bound.values()) or inference.method_result(inner, then)
            parts.append(awaited_type(inference, step) if is_async and not bound else step)
        if not iterator:
            parts.append(inference.method_result(value, "__getitem__"))
    return union(*parts)


def unpacked_type(inference: Inference, type_: Type, index: int) -> Type:
    """Type of one place of unpacking a value."""
    parts: list[Type] = []
    for value in concrete(inference, type_):
        places = _places(inference, value)
        if -len(places) <= index < len(places):
            parts.append(places[index])
            continue
        parts.append(iterated_type(inference, (value,)))
    return union(*parts)


def starred_type(inference: Inference, facts: FileFacts, unpacked: int, type_: Type) -> Type:
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
    for value in concrete(inference, type_):
        places = _places(inference, value)
        if places:
            parts.append(union(*places[before : len(places) - after]))
        else:
            parts.append(iterated_type(inference, (value,)))
    return builtin_instance(inference, "list", union(*parts))


def subscript_type(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Type of ``value[index]``."""
    _ops, _, lefts, rights = facts.expr
    index = rights[expr]
    parts: list[Type] = []
    for value in concrete(inference, inference.infer_type(path, lefts[expr])):
        if value.form == CLASS_OBJECT:
            parts.append(_of_class(inference, path, expr, value, index))
        elif value.form == INSTANCE:
            parts.append(_of_instance(inference, path, facts, value, index))
    return union(*parts)


def _of_class(inference: Inference, path: str, expr: int, value: Value, index: int) -> Type:
    """``cls[index]``: what its metaclass gives, a member of an enumeration, or type arguments."""
    if is_enum(inference, value.entity):
        return (instance(value.entity),)
    given = inference.method_result(value, "__getitem__", [index], path)
    if given:
        return given
    found = tuple(
        Value(CLASS_OBJECT, inner.entity, inner.args, inner.evidence)
        for inner in annotation_type(inference, path, expr)
        if inner.form == INSTANCE and inner.entity == value.entity
    )
    return found or (value,)


def _of_instance(
    inference: Inference, path: str, facts: FileFacts, value: Value, index: int
) -> Type:
    ops, _, lefts, _rights = facts.expr
    op = ops[index]
    if op == f.STRING and lefts[index] >= 0 and is_typed_dict(inference, value.entity):
        return key_type(inference, value.entity, facts.strings[lefts[index]])
    places = _places(inference, value)
    if places:
        place = _small_integer(facts, index)
        if place is not None:
            return unpacked_type(inference, (value,), place)
        if op == f.SLICE:
            return _sliced(inference, path, value, places, facts, index)
    if op == f.SLICE and len(value.args) == 1:
        return (value,)
    mapping = standard_class(inference, "typing", "Mapping")
    bound = base_arguments(inference, value, mapping) if mapping else {}
    if len(bound) == 2:
        return list(bound.values())[1]
    given: int | Type = index
    if op != f.SLICE and not inference.infer_type(path, index):
        sequence = standard_class(inference, "typing", "Sequence")
        if sequence is not None and sequence in mro(inference, value.entity):
            given = builtin_instance(
                inference, "int"
            )  # what else but a slice, which is written as one
    return inference.method_result(value, "__getitem__", [given], path)


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
    inference: Inference,
    path: str,
    value: Value,
    places: list[Type],
    facts: FileFacts,
    index: int,
) -> Type:
    """A slice of a tuple: its places, as far as the text says which."""
    start = facts.expr.position[index]
    end = facts.expr.position[index]
    text = inference.text(path)
    while end < len(text) and text[end : end + 1] not in (b"]", b"\n"):
        end += 1
    bounds: list[int | None] = []
    for part in text[start:end].split(b":"):
        spelled = part.strip()
        if spelled and not spelled.lstrip(b"-").isdigit():
            return (instance(value.entity, (union(*places),)),)
        bounds.append(int(spelled) if spelled else None)
    kept = places[slice(*bounds[:3])]
    entity = standard_class(inference, "builtins", "tuple")
    return (instance(entity, (union(*kept), *kept)),) if entity else UNKNOWN


def _places(inference: Inference, value: Value) -> list[Type]:
    """Types of the places of a tuple whose length is known, NamedTuples included."""
    if value.form != INSTANCE:
        return []
    if len(value.args) > 1 and _is_tuple(inference, value.entity):
        return list(value.args[1:])
    if value.entity.kind == VARIABLE:
        return [type_ for _, type_ in made_fields(inference, value.entity)]
    return [
        members.member_type(inference, value, name) for name in namedtuple_fields(inference, value)
    ]


def namedtuple_field_types(inference: Inference, value: Value) -> Type:
    """Type of any place of a NamedTuple; unknown for anything else."""
    if value.form != INSTANCE or _is_tuple(inference, value.entity):
        return UNKNOWN
    return union(*_places(inference, value))


def context_type(inference: Inference, type_: Type, is_async: bool) -> Type:
    """Type of what ``with value as …`` gives."""
    method = "__aenter__" if is_async else "__enter__"
    parts: list[Type] = []
    for value in concrete(inference, type_):
        given = inference.method_result(value, method)
        parts.append(awaited_type(inference, given) if is_async else given)
    return union(*parts)


def exception_type(inference: Inference, type_: Type) -> Type:
    """Type of what ``except value as …`` catches."""
    parts: list[Type] = []
    for value in type_:
        if value.form == CLASS_OBJECT:
            parts.append((instance(value.entity, value.args),))
        elif value.form == INSTANCE and _is_tuple(inference, value.entity) and value.args:
            parts.append(exception_type(inference, value.args[0]))
    return union(*parts)


def awaited_type(inference: Inference, type_: Type) -> Type:
    """Type of what awaiting a value gives."""
    parts: list[Type] = []
    awaitable = standard_class(inference, "typing", "Awaitable")
    for value in concrete(inference, type_):
        if value.form != INSTANCE:
            continue
        bound = base_arguments(inference, value, awaitable) if awaitable else {}
        if bound:
            parts.append(union(*bound.values()))
            continue

        for generator in inference.method_result(value, "__await__"):
            if generator.form == INSTANCE and len(generator.args) == 3:
                parts.append(generator.args[2])
    return union(*parts)


def namedtuple_fields(inference: Inference, value: Value) -> list[str]:
    """Field names of a NamedTuple's instance, in order."""
    if value.form != INSTANCE or value.entity.kind != CLASS:
        return []
    marker = standard_class(inference, "typing", "NamedTuple")
    if marker is None or marker not in mro(inference, value.entity) or value.entity == marker:
        return []
    return [field.name for field in fields(inference, value.entity)]


def _is_tuple(inference: Inference, entity: Entity) -> bool:
    return entity == standard_class(inference, "builtins", "tuple")


def mapping_types(inference: Inference, type_: Type) -> tuple[Type, Type]:
    """Types of the keys and of the values of a mapping."""
    mapping = standard_class(inference, "typing", "Mapping")
    keys: list[Type] = []
    held: list[Type] = []
    for value in concrete(inference, type_):
        bound = (
            base_arguments(inference, value, mapping) if mapping and value.form == INSTANCE else {}
        )
        if len(bound) == 2:
            key, inner = bound.values()
            keys.append(key)
            held.append(inner)
    return union(*keys), union(*held)

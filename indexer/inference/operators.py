"""Operators and protocols: types of ``+``, ``<``, ``+=``, by the methods that they call.

Iteration, unpacking, subscripts, ``with``, ``except`` and ``await`` are typed the same way.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view, scope_map
from . import members
from .annotations import annotation_type
from .classes import base_arguments, class_member, is_enum, mro, own_member
from .entities import CLASS, FUNCTION, VARIABLE, name_of
from .signatures import NEVER, Arguments, match_score, overloads
from .standard_types import builtin_instance, standard_class
from .synthesized import factory_class_fields, fields, is_typed_dict, key_type
from .type_variables import concrete
from .types import (
    CLASS_OBJECT,
    INSTANCE,
    NONE,
    NONE_VALUE,
    UNKNOWN,
    Value,
    instance,
    union,
    without_none,
)

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
_WITHOUT_SEND = ("Iterator", "Iterable", "AsyncIterator", "AsyncIterable")
_UNARY = {"-": "__neg__", "+": "__pos__", "~": "__invert__"}


def binary_type(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Return the type of ``left + right``."""
    binary = facts_view.binary(facts, expr)
    left = inference.infer_type(path, binary.left)
    name = _METHODS.get(binary.operator)
    if name is None:
        return UNKNOWN
    if name == "or" and any(value.form in (CLASS_OBJECT, NONE) for value in left):
        return union(left, inference.infer_type(path, binary.right))
    return _operation_result(inference, path, left, name, binary.right)


def _operation_result(inference: Inference, path: str, left: Type, name: str, right: int) -> Type:
    """Return the result of the method of the left operand, else of the right one's reflected."""
    parts: list[Type] = []
    for value in concrete(inference, left):
        result = UNKNOWN
        others = concrete(inference, inference.infer_type(path, right))
        if _is_reflected_first(inference, value, f"__r{name}__", others) or not _accepts(
            inference, value, name, others
        ):
            for other in others:
                result = union(result, inference.method_result(other, f"__r{name}__", [(value,)]))
        parts.append(result or inference.method_result(value, f"__{name}__", [right], path))
    return union(*parts)


def _is_reflected_first(inference: Inference, value: Value, method: str, others: Type) -> bool:
    """True if all right operands are of subclasses that define the reflected method anew."""
    return bool(others) and all(
        other.form == value.form == INSTANCE
        and other.entity.kind == CLASS
        and other.entity != value.entity
        and bool(own_member(inference, other.entity, method))
        and value.entity in mro(inference, other.entity)
        for other in others
    )


def _accepts(inference: Inference, value: Value, name: str, others: Type) -> bool:
    """True if the left operand's method accepts the right operand."""
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
    """Return the type of ``-value``; of a number, its own."""
    type_ = inference.infer_type(path, facts_view.operand(facts, expr))
    method = _UNARY.get(facts_view.unary_operator(facts, expr))
    if method is None:
        return UNKNOWN
    return union(*(inference.method_result(value, method) for value in without_none(type_)))


def comparison_type(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Return the type of ``left < right``: bool, unless the left operand's class overrides it."""
    comparison = facts_view.single_comparison(facts, expr)
    method = _COMPARISONS.get(comparison.operator) if comparison is not None else None
    if comparison is not None and method is not None:
        parts: list[Type] = []
        for value in without_none(inference.infer_type(path, comparison.left)):
            if value.form == INSTANCE and value.entity.kind == CLASS:
                found = class_member(inference, value.entity, method)
                if found and found[0].entity.kind != CLASS:
                    right = comparison.right
                    parts.append(inference.method_result(value, method, [right], path))
        if any(parts):
            return union(*parts)
    return builtin_instance(inference, "bool")


def augmented_type(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Return the type of a target after ``target += value``."""
    augmented = facts_view.binary(facts, expr)
    left, right = inference.infer_type(path, augmented.left), augmented.right
    name = _METHODS.get(augmented.operator.removesuffix("="))
    if name is None:
        return left
    parts: list[Type] = []
    for value in concrete(inference, left):
        result = inference.method_result(value, f"__i{name}__", [right], path)
        result = result or _operation_result(inference, path, (value,), name, right)
        parts.append(result or (value,))
    return union(*parts)


def augmented_before(
    inference: Inference, path: str, facts: FileFacts, expr: int, type_: Type
) -> Type:
    """Return the type of a name, with the last ``name += value`` before it applied."""
    name, scope = facts_view.name_row(facts, expr), facts_view.name_scope(facts, expr)
    bindings = facts.binding
    kinds, values = bindings.kind, bindings.value
    table: set[tuple[int, int]] | None = facts.memo.get("augmented")
    if table is None:
        table = facts.memo["augmented"] = {
            (bindings.scope[row], bindings.name[row])
            for row, kind in enumerate(kinds)
            if kind == f.AUGMENT
        }
    if (scope, name) not in table:
        return type_
    position = facts.expr.position[expr]
    around = set(scope_map.blocks_around(facts, scope, position))
    for row in reversed(facts.bindings_of(scope, name)):
        if bindings.position[row] >= position or values[row] >= expr:
            continue
        if kinds[row] == f.AUGMENT and bindings.block[row] in around:
            return inference.infer_type(path, values[row]) or type_
        if kinds[row] != f.AUGMENT:
            break
    return type_


def yield_type(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Return the type of what ``yield`` is sent, or of what ``yield from`` returns."""
    if facts_view.is_yield_from(facts, expr):
        parts: list[Type] = []
        for value in inference.infer_type(path, facts_view.operand(facts, expr)):
            if value.form == INSTANCE and len(value.args) == 3:
                parts.append(value.args[2])
            elif inference.conventional and class_member(inference, value.entity, "__iter__"):
                parts.append((NONE_VALUE,))  # plain iterables return nothing
        return union(*parts)
    scope = scope_map.scope_at(facts, facts.expr.position[expr])
    definition = facts.scope.definition[scope] if scope >= 0 else -1
    if definition < 0 or facts.definition.kind[definition] != f.FUNCTION:
        return UNKNOWN
    returns = annotation_type(inference, path, facts.definition.returns[definition])
    sent: list[Type] = []
    for value in returns:
        name = name_of(inference, value.entity) if value.form == INSTANCE else ""
        if name.removesuffix("Type") in ("Generator", "AsyncGenerator"):
            sent.append(value.args[1] if len(value.args) > 1 else (NONE_VALUE,))
        elif name in _WITHOUT_SEND and inference.conventional:
            sent.append((NONE_VALUE,))
    return union(*sent)


def falsy_part(inference: Inference, type_: Type) -> Type:
    """Return the alternatives of a type that may be false, as ``and`` returns its left operand."""
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
    """Return the type of the elements of an iterable."""
    parts: list[Type] = []
    protocol = standard_class(inference, "typing", "AsyncIterable" if is_async else "Iterable")
    for value in concrete(inference, type_):
        if value.form == CLASS_OBJECT and is_enum(inference, value.entity):
            parts.append((instance(value.entity),))
            continue
        if value.form not in (INSTANCE, CLASS_OBJECT):
            continue
        if not is_async and (field_types := namedtuple_field_types(inference, value)):
            parts.append(field_types)
            continue
        is_instance = value.form == INSTANCE
        bound = base_arguments(inference, value, protocol) if protocol and is_instance else {}
        if bound and any(bound.values()):
            parts.append(union(*bound.values()))
            continue

        method, next_ = ("__aiter__", "__anext__") if is_async else ("__iter__", "__next__")
        iterator = inference.method_result(value, method)
        for inner in iterator:
            bound = (
                base_arguments(inference, inner, protocol) if protocol and inner != value else {}
            )
            element = union(*bound.values()) or inference.method_result(inner, next_)
            parts.append(awaited_type(inference, element) if is_async and not bound else element)
        if not iterator:
            parts.append(inference.method_result(value, "__getitem__"))
    return union(*parts)


def unpacked_type(inference: Inference, type_: Type, index: int) -> Type:
    """Return the type of one target of unpacking a value."""
    parts: list[Type] = []
    for value in concrete(inference, type_):
        elements = _element_types(inference, value)
        if -len(elements) <= index < len(elements):
            parts.append(elements[index])
            continue
        parts.append(iterated_type(inference, (value,)))
    return union(*parts)


def starred_type(inference: Inference, facts: FileFacts, unpacked: int, type_: Type) -> Type:
    """Return the type of the starred target of unpacking a value."""
    table: dict[int, tuple[int, int]] | None = facts.memo.get("unpacked places")
    if table is None:
        table = facts.memo["unpacked places"] = {}
        for row, kind in enumerate(facts.expr.op):
            if kind == f.ITEM:
                source = facts_view.operand(facts, row)
                index = facts_view.item_place(facts, row)
                before, after = table.get(source, (0, 0))
                table[source] = max(before, index + 1), max(after, -index)
    before, after = table.get(unpacked, (0, 0))
    parts: list[Type] = []
    for value in concrete(inference, type_):
        elements = _element_types(inference, value)
        if elements:
            parts.append(union(*elements[before : len(elements) - after]))
        else:
            parts.append(iterated_type(inference, (value,)))
    return builtin_instance(inference, "list", union(*parts))


def subscript_type(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Return the type of ``value[index]``."""
    subscript = facts_view.subscript(facts, expr)
    if subscript is None:
        return UNKNOWN
    index = subscript.key
    parts: list[Type] = []
    for value in concrete(inference, inference.infer_type(path, subscript.value)):
        if value.form == CLASS_OBJECT:
            parts.append(_class_subscript(inference, path, expr, value, index))
        elif value.form == INSTANCE:
            parts.append(item_type(inference, path, facts, value, index))
    return union(*parts)


def _class_subscript(inference: Inference, path: str, expr: int, value: Value, index: int) -> Type:
    """Return the type of ``cls[index]``: by its metaclass, as an enum, or with type arguments."""
    if is_enum(inference, value.entity):
        return (instance(value.entity),)
    result = inference.method_result(value, "__getitem__", [index], path)
    if result:
        return result
    found = tuple(
        Value(CLASS_OBJECT, inner.entity, inner.args, inner.evidence)
        for inner in annotation_type(inference, path, expr)
        if inner.form == INSTANCE and inner.entity == value.entity
    )
    return found or (value,)


def item_type(inference: Inference, path: str, facts: FileFacts, value: Value, index: int) -> Type:
    """Return the type of an item of an instance, by the expression of its index in a file."""
    text = facts_view.string(facts, index)
    if text is not None and is_typed_dict(inference, value.entity):
        return key_type(inference, value.entity, text)
    is_slice = facts.expr.op[index] == f.SLICE
    elements = _element_types(inference, value)
    if elements:
        number = facts_view.signed_integer(facts, index)
        if number is not None:
            return unpacked_type(inference, (value,), number)
        if is_slice:
            return _sliced(inference, path, value, elements, facts, index)
    if is_slice and len(value.args) == 1:
        return (value,)
    mapping = standard_class(inference, "typing", "Mapping")
    bound = base_arguments(inference, value, mapping) if mapping else {}
    if len(bound) == 2:
        return list(bound.values())[1]
    argument: int | Type = index
    if not is_slice and not inference.infer_type(path, index):
        sequence = standard_class(inference, "typing", "Sequence")
        if sequence is not None and sequence in mro(inference, value.entity):
            # An unknown index of a sequence is an integer: slices are recognized by their syntax.
            argument = builtin_instance(inference, "int")
    return inference.method_result(value, "__getitem__", [argument], path)


def _sliced(
    inference: Inference,
    path: str,
    value: Value,
    elements: list[Type],
    facts: FileFacts,
    index: int,
) -> Type:
    """Return the type of a slice of a tuple: exact if its bounds are literals."""
    start = facts.expr.position[index]
    end = facts.expr.position[index]
    text = inference.text(path)
    while end < len(text) and text[end : end + 1] not in (b"]", b"\n"):
        end += 1
    bounds: list[int | None] = []
    for part in text[start:end].split(b":"):
        bound = part.strip()
        if bound and not bound.lstrip(b"-").isdigit():
            return (instance(value.entity, (union(*elements),)),)
        bounds.append(int(bound) if bound else None)
    kept = elements[slice(*bounds[:3])]
    entity = standard_class(inference, "builtins", "tuple")
    return (instance(entity, (union(*kept), *kept)),) if entity else UNKNOWN


def _element_types(inference: Inference, value: Value) -> list[Type]:
    """Return the types of the elements of a tuple of known length, NamedTuples included."""
    if value.form != INSTANCE:
        return []
    if len(value.args) > 1 and _is_tuple(inference, value.entity):
        return list(value.args[1:])
    if value.entity.kind == VARIABLE:
        return [type_ for _, type_ in factory_class_fields(inference, value.entity)]
    return [
        members.member_type(inference, value, name) for name in namedtuple_fields(inference, value)
    ]


def namedtuple_field_types(inference: Inference, value: Value) -> Type:
    """Return the union of the types of the fields of a NamedTuple; unknown for anything else."""
    if value.form != INSTANCE or _is_tuple(inference, value.entity):
        return UNKNOWN
    return union(*_element_types(inference, value))


def context_type(inference: Inference, type_: Type, is_async: bool) -> Type:
    """Return the type of the target of ``with value as target``."""
    method = "__aenter__" if is_async else "__enter__"
    parts: list[Type] = []
    for value in concrete(inference, type_):
        result = inference.method_result(value, method)
        parts.append(awaited_type(inference, result) if is_async else result)
    return union(*parts)


def exception_type(inference: Inference, type_: Type) -> Type:
    """Return the type of the target of ``except value as target``."""
    parts: list[Type] = []
    for value in type_:
        if value.form == CLASS_OBJECT:
            parts.append((instance(value.entity, value.args),))
        elif value.form == INSTANCE and _is_tuple(inference, value.entity) and value.args:
            parts.append(exception_type(inference, value.args[0]))
    return union(*parts)


def awaited_type(inference: Inference, type_: Type) -> Type:
    """Return the type of the result of awaiting a value."""
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
    """Return the names of the fields of an instance of a NamedTuple, in order."""
    if value.form != INSTANCE or value.entity.kind != CLASS:
        return []
    marker = standard_class(inference, "typing", "NamedTuple")
    if marker is None or marker not in mro(inference, value.entity) or value.entity == marker:
        return []
    return [field.name for field in fields(inference, value.entity)]


def _is_tuple(inference: Inference, entity: Entity) -> bool:
    return entity == standard_class(inference, "builtins", "tuple")


def mapping_types(inference: Inference, type_: Type) -> tuple[Type, Type]:
    """Return the types of the keys and of the values of a mapping."""
    mapping = standard_class(inference, "typing", "Mapping")
    keys: list[Type] = []
    values: list[Type] = []
    for value in concrete(inference, type_):
        bound = (
            base_arguments(inference, value, mapping) if mapping and value.form == INSTANCE else {}
        )
        if len(bound) == 2:
            key, inner = bound.values()
            keys.append(key)
            values.append(inner)
    return union(*keys), union(*values)

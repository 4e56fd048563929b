"""Type expressions: the types that annotations mean."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from .access_paths import last_name
from .classes import type_parameters
from .entities import CLASS, FUNCTION, INFERRED, OUTSIDE, VARIABLE, Entity, name_of
from .query_cache import cached
from .signatures import literal_value
from .standard_types import builtin_instance, standard_class
from .synthesized import is_factory_class
from .types import (
    CALLABLE,
    INSTANCE,
    NONE_VALUE,
    NOWHERE,
    SELF,
    UNKNOWN,
    VARIABLE_TYPE,
    Value,
    alternatives,
    class_objects,
    instance,
    plain_variable,
    substitute,
    union,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference
    from .types import Type

# Special forms whose argument is what they mean.
_TRANSPARENT = frozenset(
    ["Annotated", "ClassVar", "Final", "InitVar", "Required", "NotRequired", "ReadOnly"]
)
_NOTHING = frozenset(["Any", "NoReturn", "Never", "TypeAlias", "Generic", "Protocol", "object"])
# Names of typing that are builtins by another name.
_ALIASES = {
    "List": "list", "Dict": "dict", "Set": "set", "FrozenSet": "frozenset", "Tuple": "tuple",
    "Type": "type", "Text": "str", "LiteralString": "str",
}  # fmt: skip
# And those that are classes of collections.
_COLLECTIONS = {
    "DefaultDict": "defaultdict", "Deque": "deque", "Counter": "Counter", "ChainMap": "ChainMap",
    "OrderedDict": "OrderedDict",
}  # fmt: skip
_FACTORIES = frozenset(["TypeVar", "ParamSpec", "TypeVarTuple"])


def annotation_type(inference: Inference, path: str, expr: int) -> Type:
    """Return the type that a type expression means; unknown for ``Any`` and other forms."""
    if expr < 0:
        return UNKNOWN
    return cached(
        inference,
        ("annotated", path, expr),
        lambda: _annotated(inference, path, inference.need(path), expr),
        UNKNOWN,
    )


def _annotated(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    op = facts.expr.op[expr]
    if op == f.NONE:
        return (NONE_VALUE,)
    if op == f.BINARY:
        operands = facts_view.binary(facts, expr)
        return alternatives(
            annotation_type(inference, path, operands.left),
            annotation_type(inference, path, operands.right),
        )
    if op == f.SUBSCRIPT:
        return _subscripted(inference, path, facts, expr)
    if op == f.STARRED:
        return UNKNOWN
    if op not in (f.NAME, f.ATTRIBUTE):
        return UNKNOWN
    special = special_form(inference, path, expr)
    if special:
        return _special(inference, path, special, [])

    parts: list[Type] = []
    for item in inference.definitions_of(path, expr):
        parts.append(entity_as_type(inference, item.entity))
    return union(*parts)


def is_whole(inference: Inference, path: str, expr: int, depth: int = 0) -> bool:
    """True if the type that a type expression means is known, with all of its alternatives.

    ``Any``, and what is not found, is known to nobody: a union with it may be anything.
    """
    facts = inference.need(path)
    op = facts.expr.op[expr] if expr >= 0 else f.NAME
    if expr < 0 or depth > 6:
        return False
    if op == f.BINARY:
        operands = facts_view.binary(facts, expr)
        parts = [operands.left, operands.right]
    elif op == f.SUBSCRIPT:
        special = special_form(inference, path, facts_view.operand(facts, expr))
        if special not in _TRANSPARENT and special not in ("Union", "Optional"):
            return bool(annotation_type(inference, path, expr))
        parts = _arguments(facts, expr)
        parts = parts[:1] if special in _TRANSPARENT else parts
    elif op in (f.NAME, f.ATTRIBUTE):
        alias = _alias(inference, path, expr)
        if alias is None:
            return bool(annotation_type(inference, path, expr))
        path, expr = alias
        parts = [expr]
    else:
        return bool(annotation_type(inference, path, expr))
    return bool(parts) and all(is_whole(inference, path, part, depth + 1) for part in parts)


def _alias(inference: Inference, path: str, expr: int) -> tuple[str, int] | None:
    """Return the file and the row of the type expression that a name is an alias of."""
    if special_form(inference, path, expr):
        return None
    found = inference.definitions_of(path, expr)
    if len(found) != 1 or found[0].entity.kind != VARIABLE:
        return None
    _, where, row = found[0].entity
    table = inference.need(where).binding
    if table.kind[row] == f.TYPE_ALIAS:
        return where, table.annotation[row]
    value = table.value[row]
    is_union = value >= 0 and inference.need(where).expr.op[value] in (f.BINARY, f.SUBSCRIPT)
    return (where, value) if is_union else None


def entity_as_type(inference: Inference, entity: Entity) -> Type:
    """Return the type that a class, alias or type variable means in an annotation."""
    kind, path, row = entity
    if kind == CLASS:
        return (instance(entity),)
    if kind == FUNCTION and name_of(inference, entity) == "NewType":
        return UNKNOWN
    if kind != VARIABLE:
        return UNKNOWN
    facts = inference.need(path)
    binding_kind = facts.binding.kind[row]
    if binding_kind == f.TYPE_PARAMETER:
        return (Value(VARIABLE_TYPE, entity, (), INFERRED),)
    annotation = facts.binding.annotation[row]
    if binding_kind == f.TYPE_ALIAS:
        return annotation_type(inference, path, annotation)
    value = facts.binding.value[row]
    if value < 0:
        return UNKNOWN
    function = facts_view.called(facts, value)
    if function >= 0:
        name = last_name(facts, function)
        if is_factory_class(facts, entity):
            return (instance(entity),)
        if name in _FACTORIES:
            return (Value(VARIABLE_TYPE, entity, (), INFERRED),)
        if name == "NewType":
            for argument in list(facts_view.arguments(facts, value))[1:2]:
                return annotation_type(inference, path, argument.value)
        return UNKNOWN
    return annotation_type(inference, path, value)


def special_form(inference: Inference, path: str, expr: int) -> str:
    """Return the name of the special form of typing that an expression names, or ``""``."""
    facts = inference.need(path)
    if facts.expr.op[expr] not in (f.NAME, f.ATTRIBUTE):
        return ""

    for item in inference.definitions_of(path, expr):
        kind, where, _ = item.entity
        if kind == OUTSIDE:
            name = where.rpartition(".")[2]
            if where.startswith(("typing.", "typing_extensions.")) and name in _SPECIAL:
                return name
        elif where.endswith(_SPECIAL_FILES):
            name = name_of(inference, item.entity)
            if name not in _SPECIAL:
                continue
            if kind != CLASS or name in ("Protocol", "Generic", "Any"):
                return name
            if name == "object" and where.endswith("/builtins.pyi"):
                return name
            # `list[int]` and the like are classes like any other.
            if name in ("type", "tuple") and where.endswith("/builtins.pyi"):
                return name
            if name == "InitVar" and where.endswith("/dataclasses.pyi"):
                return name
    return ""


_SPECIAL_FILES = (
    "/typing.pyi", "/typing_extensions.pyi", "/builtins.pyi", "/types.pyi", "/dataclasses.pyi",
)  # fmt: skip
_SPECIAL = frozenset(
    [*_TRANSPARENT, *_NOTHING, *_ALIASES, *_COLLECTIONS, "Optional", "Union", "Literal",
     "Callable", "Self", "type", "tuple", "Concatenate", "Unpack", "TypeGuard", "TypeIs"]
)  # fmt: skip


def _arguments(facts: FileFacts, expr: int) -> list[int]:
    """Return the rows of the type arguments ``X[first, second]`` of a subscript."""
    item = facts_view.subscript(facts, expr)
    if item is None:
        return []
    if facts.expr.op[item.key] == f.TUPLE:
        return list(facts_view.elements(facts, item.key))
    return [item.key]


def _subscripted(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    base = facts_view.operand(facts, expr)
    listed = _arguments(facts, expr)
    special = special_form(inference, path, base)
    if special:
        return _special(inference, path, special, listed)
    args = tuple(annotation_type(inference, path, part) for part in listed)
    type_ = annotation_type(inference, path, base)
    if len(type_) == 1 and type_[0].form == INSTANCE and not type_[0].args:
        if _is_tuple_for_one(inference, path, expr, type_[0].entity):
            args = (UNKNOWN,)  # `Iterable[(str, int)]`, where a tuple is meant
        return (Value(INSTANCE, type_[0].entity, args, type_[0].evidence),)
    return _alias_applied(type_, args)


def _is_tuple_for_one(inference: Inference, path: str, expr: int, cls: Entity) -> bool:
    """True if a class that takes one type argument is given several, or may be."""
    item = facts_view.subscript(inference.need(path), expr)
    return (
        item is not None
        and inference.need(path).expr.op[item.key] == f.TUPLE
        and [_is_type_var(inference, each) for each in type_parameters(inference, cls)] == [True]
    )


def _is_type_var(inference: Inference, variable: Entity) -> bool:
    """True for what ``TypeVar`` makes, which stands for one type."""
    facts = inference.need(variable.path)
    value = facts.binding.value[variable.row]
    return value >= 0 and last_name(facts, facts_view.called(facts, value)) == "TypeVar"


def _alias_applied(type_: Type, args: tuple[Type, ...]) -> Type:
    """Return a generic alias with its variables replaced in the order in which they occur."""
    order: list[Entity] = []

    def collect(type_: Type) -> None:
        for part in type_:
            if part.form == VARIABLE_TYPE and plain_variable(part.entity) not in order:
                order.append(plain_variable(part.entity))
            for inner in part.args:
                collect(inner)

    collect(type_)
    return substitute(type_, dict(zip(order, args, strict=False))) or type_


def _special(inference: Inference, path: str, name: str, listed: list[int]) -> Type:
    if name in _NOTHING:
        return UNKNOWN
    if name in ("Optional", "Union"):
        parts = [annotation_type(inference, path, part) for part in listed]
        if name == "Optional":
            parts.append((NONE_VALUE,))
        return alternatives(*parts)
    if name in _TRANSPARENT:
        return annotation_type(inference, path, listed[0]) if listed else UNKNOWN
    if name == "Literal":
        return union(*(inference.infer_type(path, part) for part in listed))
    if name in ("TypeGuard", "TypeIs"):  # the result is a bool
        return builtin_instance(
            inference, "bool", *(annotation_type(inference, path, part) for part in listed[:1])
        )
    if name == "Unpack":
        return annotation_type(inference, path, listed[0]) if listed else UNKNOWN
    if name == "Callable":
        returns = annotation_type(inference, path, listed[-1]) if len(listed) > 1 else UNKNOWN
        parameters = _parameter_types(inference, path, listed[0]) if listed else []
        return (Value(CALLABLE, NOWHERE, (returns, *parameters), INFERRED),)
    if name == "Self":
        return (Value(VARIABLE_TYPE, SELF, (), INFERRED),)
    if name in ("Type", "type"):
        if not listed:
            return builtin_instance(inference, "type")
        inner = annotation_type(inference, path, listed[0])
        return class_objects(inner)
    if name in _COLLECTIONS:
        entity = standard_class(inference, "collections", _COLLECTIONS[name])
        args = tuple(annotation_type(inference, path, part) for part in listed)
        return (instance(entity, args),) if entity else UNKNOWN
    if name in _ALIASES or name == "tuple":
        builtin_name = _ALIASES.get(name, name)
        args = tuple(annotation_type(inference, path, part) for part in listed)
        if builtin_name == "tuple" and len(listed) == 2:
            facts = inference.need(path)
            if facts.expr.op[listed[1]] == f.ELLIPSIS:
                entity = standard_class(inference, "builtins", "tuple")
                return (instance(entity, (args[0],)),) if entity else UNKNOWN
        if builtin_name == "tuple" and listed:
            entity = standard_class(inference, "builtins", "tuple")
            args = _tuple_arguments(inference, path, listed)
            return (instance(entity, args),) if entity else UNKNOWN
        return builtin_instance(inference, builtin_name, *args)
    return UNKNOWN


def _tuple_arguments(inference: Inference, path: str, listed: list[int]) -> tuple[Type, ...]:
    """Return what a tuple has in all, and if its length is known what stands at each place."""
    facts = inference.need(path)
    places: list[Type] = []
    is_open = False
    for part in listed:
        inner = _unpacked(inference, path, facts, part)
        if inner is None:
            places.append(annotation_type(inference, path, part))
        elif len(inner) == 1 and len(inner[0].args) > 1:
            places += inner[0].args[1:]
        else:
            is_open = True  # `*tuple[str, ...]`, `*Ts`
            places.append(inner[0].args[0] if len(inner) == 1 and inner[0].args else UNKNOWN)
    if is_open:
        return (union(*places) if all(places) else UNKNOWN,)
    return (union(*places), *places)


def _unpacked(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type | None:
    """Return the type that ``*Ts`` or ``Unpack[Ts]`` unpacks; None for another expression."""
    if facts.expr.op[expr] == f.STARRED:
        return annotation_type(inference, path, facts_view.operand(facts, expr))
    item = facts_view.subscript(facts, expr)
    if item is None:
        return None
    if facts.expr.op[item.value] == f.STARRED:  # the star in `*tuple[str, ...]` binds tighter here
        special = special_form(inference, path, facts_view.operand(facts, item.value))
        return _special(inference, path, special, _arguments(facts, expr)) if special else UNKNOWN
    if special_form(inference, path, item.value) == "Unpack":
        return annotation_type(inference, path, item.key)
    return None


def _parameter_types(inference: Inference, path: str, expr: int) -> list[Type]:
    """Return the types of the parameters that ``Callable[[...], ...]`` lists."""
    facts = inference.need(path)
    if facts.expr.op[expr] != f.LIST:
        return []
    return [annotation_type(inference, path, part) for part in facts_view.elements(facts, expr)]


def literal_members(
    inference: Inference, path: str, expr: int, depth: int = 0
) -> set[object] | None:
    """Return what ``Literal`` lists, through aliases and unions.

    None for any other type expression.
    """
    if depth > 6:
        return None
    facts = inference.need(path)
    op = facts.expr.op[expr]
    if op == f.SUBSCRIPT:
        special = special_form(inference, path, facts_view.operand(facts, expr))
        if special == "Literal":
            return {literal_value(inference, path, part) for part in _arguments(facts, expr)}
        if special not in ("Union", "Annotated"):
            return None
        parts = _arguments(facts, expr)
        parts = parts[:1] if special == "Annotated" else parts
    elif op == f.BINARY:
        operands = facts_view.binary(facts, expr)
        parts = [operands.left, operands.right]
    elif op in (f.NAME, f.ATTRIBUTE):
        for item in inference.definitions_of(path, expr):
            if item.entity.kind == VARIABLE:
                _, where, row = item.entity
                other = inference.need(where)
                is_alias = other.binding.kind[row] == f.TYPE_ALIAS
                column = other.binding.annotation if is_alias else other.binding.value
                value = column[row]
                if value >= 0 and other.binding.kind[row] in (f.ASSIGN, f.TYPE_ALIAS):
                    return literal_members(inference, where, value, depth + 1)
        return None
    else:
        return None
    found: set[object] = set()
    for part in parts:
        inner = literal_members(inference, path, part, depth + 1)
        if inner is None:
            return None
        found |= inner
    return found

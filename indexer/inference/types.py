"""Types as values of expressions: what the evaluator passes around.

A value is a tuple ``(form, entity, args, evidence)``. A type is a tuple of values, which are its
alternatives; the empty tuple is "unknown", never "nothing".


Type variables: their bounds, constraints and defaults, and what they stand for unsolved.
"""

from __future__ import annotations

from .entities import CLASS, EXACT, INFERRED, MODULE, NAMESPACE, OUTSIDE, VARIABLE, Found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .entities import Entity

    Type = tuple["Value", ...]
    Value = tuple[int, Entity, tuple[Type, ...], int]
    from .entities import Entity


# INSTANCE of a class (args: its type arguments). CLASS_OBJECT: the class itself. FUNCTION_OBJECT:
# args[0] is what it is bound to. MODULE_OBJECT. NONE. VARIABLE_TYPE: a type variable. CALLABLE:
# args[0] is what calling it gives. SUPER: args[0] is the instance, entity the class it stands in.
INSTANCE, CLASS_OBJECT, FUNCTION_OBJECT, MODULE_OBJECT, NONE, VARIABLE_TYPE, CALLABLE, SUPER = (
    range(8)
)

NOWHERE = (OUTSIDE, "", -1)
NONE_VALUE: Value = (NONE, NOWHERE, (), INFERRED)
UNKNOWN: Type = ()
# Alternatives that a type may have before it is given up as unknown.
_ALTERNATIVES = 24


def instance(entity: Entity, args: tuple[Type, ...] = (), evidence: int = INFERRED) -> Value:
    """An instance of a class."""
    return INSTANCE, entity, args, evidence


def union(*types: Iterable[Value]) -> Type:
    """Alternatives of several types, each once, the best evidence of equal ones kept."""
    found: dict[tuple[object, ...], Value] = {}
    for type_ in types:
        for value in type_:
            key = value[:3]
            known = found.get(key)
            if known is None or value[3] < known[3]:
                found[key] = value
    return tuple(found.values())[:_ALTERNATIVES]


def weaken(type_: Type, evidence: int) -> Type:
    """The same type, known no better than ``evidence``."""
    if evidence == EXACT:
        return type_
    return tuple(
        value if value[3] >= evidence else (value[0], value[1], value[2], evidence)
        for value in type_
    )


def without_none(type_: Type) -> Type:
    """A type without None: what an attribute of it can be looked up on."""
    return tuple(value for value in type_ if value[0] != NONE)


def class_objects(type_: Type) -> Type:
    """The classes of instances: ``type[T]`` for ``T``."""
    return tuple(
        (CLASS_OBJECT, value[1], value[2], value[3]) for value in type_ if value[0] == INSTANCE
    )


def substitute(
    type_: Type,
    bound: dict[Entity, Type],
    *,
    keep: bool = False,
    whole: bool = False,
    depth: int = 0,
) -> Type:
    """A type with type variables replaced by what they are bound to.

    Unbound ones vanish, unless they are to be kept; those of a callable are solved when it is
    called. With ``whole``, what may be of an unbound one is unknown, not only what else it may be.
    """
    if depth > 6:
        return UNKNOWN
    parts: list[Type] = []
    for value in type_:
        form, entity, args, evidence = value
        if form == VARIABLE_TYPE:
            if entity in bound:
                parts.append(weaken(bound[entity], evidence))
            elif entity[1].startswith("type:") and (entity[0], entity[1][5:], entity[2]) in bound:
                plain = bound[entity[0], entity[1][5:], entity[2]]
                parts.append(weaken(class_objects(plain), evidence))
            elif keep:
                parts.append((value,))
            if whole and (not parts or not parts[-1]):
                return UNKNOWN
        elif args:
            kept = keep or form == CALLABLE
            inner = tuple(
                substitute(arg, bound, keep=kept, whole=whole, depth=depth + 1) for arg in args
            )
            parts.append(((form, entity, inner, evidence),))
        else:
            parts.append((value,))
    return union(*parts)


def has_variables(type_: Type, depth: int = 0) -> bool:
    """Whether type variables stand anywhere in a type."""
    return depth < 6 and any(
        value[0] == VARIABLE_TYPE or any(has_variables(arg, depth + 1) for arg in value[2])
        for value in type_
    )


def entity_object(entity: Entity, evidence: int = EXACT) -> Type:
    """The value that a module or class is."""
    if entity[0] in (MODULE, NAMESPACE, OUTSIDE):
        return ((MODULE_OBJECT, entity, (), evidence),)
    if entity[0] == CLASS:
        return ((CLASS_OBJECT, entity, (), evidence),)
    return UNKNOWN


# The type variable that Self is.
SELF = (VARIABLE, "Self", -1)


def classes_of_type(type_: Type) -> list[Found]:
    """Classes that a type has instances of."""
    return [
        Found(value[1], max(value[3], INFERRED))
        for value in type_
        if value[0] == INSTANCE and value[1][0] == CLASS
    ]

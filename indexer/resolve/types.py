"""Types as values of expressions: what the evaluator passes around.

A value is a tuple ``(form, entity, args, evidence)``. A type is a tuple of values, which are its
alternatives; the empty tuple is "unknown", never "nothing".
"""

from __future__ import annotations

from .entities import CLASS, EXACT, INFERRED, MODULE, NAMESPACE, OUTSIDE
from .memo import remember

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..snapshot import Snapshot
    from .entities import Entity

    Type = tuple["Value", ...]
    Value = tuple[int, Entity, tuple[Type, ...], int]

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


def weaker(type_: Type, evidence: int) -> Type:
    """The same type, known no better than ``evidence``."""
    if evidence == EXACT:
        return type_
    return tuple(
        value if value[3] >= evidence else (value[0], value[1], value[2], evidence)
        for value in type_
    )


def known(type_: Type) -> Type:
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
                parts.append(weaker(bound[entity], evidence))
            elif entity[1].startswith("type:") and (entity[0], entity[1][5:], entity[2]) in bound:
                plain = bound[entity[0], entity[1][5:], entity[2]]
                parts.append(weaker(class_objects(plain), evidence))
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


def of_entity(entity: Entity, evidence: int = EXACT) -> Type:
    """The value that a module or class is."""
    if entity[0] in (MODULE, NAMESPACE, OUTSIDE):
        return ((MODULE_OBJECT, entity, (), evidence),)
    if entity[0] == CLASS:
        return ((CLASS_OBJECT, entity, (), evidence),)
    return UNKNOWN


def named(snapshot: Snapshot, module: str, name: str) -> Entity | None:
    """A class of the standard library by name, for what literals and syntax give."""
    return remember(snapshot, ("named", module, name), lambda: _named(snapshot, module, name), None)


def _named(snapshot: Snapshot, module: str, name: str) -> Entity | None:
    from .modules import find_module
    from .names import module_member

    found = find_module(snapshot, module)
    entity: Entity | None = None
    if found is not None and found[0] == MODULE:
        for item in module_member(snapshot, found[1], name):
            if item.entity[0] == CLASS:
                entity = item.entity
    return entity


def builtin(snapshot: Snapshot, name: str, *args: Type) -> Type:
    """An instance of a builtin class."""
    entity = named(snapshot, "builtins", name)
    return (instance(entity, args),) if entity is not None else UNKNOWN


def is_named(snapshot: Snapshot, entity: Entity, module: str, *names: str) -> bool:
    """Whether an entity is one of these classes of a standard module."""
    return any(entity == named(snapshot, module, name) for name in names)

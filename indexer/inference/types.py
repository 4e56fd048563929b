"""Types as values of expressions: what the evaluator passes around.

A value is a tuple ``(form, entity, args, evidence)``. A type is a tuple of values, which are its
alternatives; the empty tuple is "unknown", never "nothing".
"""

from __future__ import annotations

from .entities import (
    CLASS,
    CONVENTIONAL,
    EXACT,
    INFERRED,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    VARIABLE,
    Entity,
    Found,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NamedTuple

    from .entities import Entity

    Type = tuple["Value", ...]
else:
    from ..named_tuple import NamedTuple

# INSTANCE of a class (args: its type arguments). CLASS_OBJECT: the class itself. FUNCTION_OBJECT:
# args[0] is what it is bound to. MODULE_OBJECT. NONE. VARIABLE_TYPE: a type variable. CALLABLE:
# args[0] is what calling it gives. SUPER: args[0] is the instance, entity the class it stands in.
INSTANCE, CLASS_OBJECT, FUNCTION_OBJECT, MODULE_OBJECT, NONE, VARIABLE_TYPE, CALLABLE, SUPER = (
    range(8)
)


class Value(NamedTuple):
    """One alternative of a type: its form, the entity it is of, type arguments, and evidence."""

    form: int
    entity: Entity
    args: tuple[Type, ...]
    evidence: int

    @property
    def head(self) -> tuple[int, Entity]:
        """Form and entity: the value without its arguments, however it is known."""
        return self.form, self.entity


NOWHERE = Entity(OUTSIDE, "", -1)
NONE_VALUE: Value = Value(NONE, NOWHERE, (), INFERRED)
UNKNOWN: Type = ()
# Alternatives that a type may have before it is given up as unknown.
_ALTERNATIVES = 24


def instance(entity: Entity, args: tuple[Type, ...] = (), evidence: int = INFERRED) -> Value:
    """An instance of a class."""
    return Value(INSTANCE, entity, args, evidence)


def union(*types: Iterable[Value]) -> Type:
    """Alternatives of several types, each once, the best evidence of equal ones kept."""
    found: dict[tuple[object, ...], Value] = {}
    for type_ in types:
        for value in type_:
            if value.args and _is_large(value):
                value = _without_depths(value, _DEPTH)
            key = value[:3]
            known = found.get(key)
            if known is None or value.evidence < known.evidence:
                found[key] = value
    return tuple(found.values())[:_ALTERNATIVES]


def alternatives(*types: Type) -> Type:
    """Whatever of some types a value has; with something unknown among them, by convention only."""
    type_ = union(*types)
    if type_ and not all(types):
        return weaken(type_, CONVENTIONAL)
    return type_


# Type arguments within type arguments that are kept of a type that has more parts than this: code
# that puts a container into itself, in a loop or a recursion, makes larger ones without end.
_PARTS = 120
_DEPTH = 2


def _is_large(value: Value) -> bool:
    """True if a value has very many type arguments, all levels taken together."""
    left = _PARTS
    pending = [value]
    while pending:
        for argument in pending.pop().args:
            left -= len(argument)
            if left < 0:
                return True
            pending += argument
    return False


def _without_depths(value: Value, depth: int) -> Value:
    """A value whose instances have type arguments down to a depth only; others are unknown."""
    if not value.args:
        return value
    if value.form == INSTANCE:
        if depth == 0:
            return Value(INSTANCE, value.entity, (), value.evidence)
        depth -= 1
    args = tuple(tuple(_without_depths(each, depth) for each in arg) for arg in value.args)
    return Value(value.form, value.entity, args, value.evidence)


def weaken(type_: Type, evidence: int) -> Type:
    """The same type, known no better than ``evidence``."""
    if evidence == EXACT:
        return type_
    return tuple(
        value
        if value.evidence >= evidence
        else Value(value.form, value.entity, value.args, evidence)
        for value in type_
    )


def without_none(type_: Type) -> Type:
    """A type without None: what an attribute of it can be looked up on."""
    return tuple(value for value in type_ if value.form != NONE)


def class_objects(type_: Type) -> Type:
    """The classes of instances: ``type[T]`` for ``T``, also where that is a type variable."""
    return tuple(
        Value(CLASS_OBJECT, value.entity, value.args, value.evidence)
        if value.form == INSTANCE
        else Value(VARIABLE_TYPE, _class_variable(value.entity), (), value.evidence)
        for value in type_
        if value.form in (INSTANCE, VARIABLE_TYPE)
    )


def _class_variable(variable: Entity) -> Entity:
    """The pseudo-variable that stands for the class of what a type variable stands for."""
    return Entity(variable.kind, "type:" + plain_variable(variable).path, variable.row)


def substitute(
    type_: Type,
    bound: dict[Entity, Type],
    *,
    keep: bool = False,
    all_or_nothing: bool = False,
    depth: int = 0,
) -> Type:
    """A type with type variables replaced by what they are bound to.

    Unbound ones are unknown, unless they are to be kept; those of a callable are solved when it is
    called. With ``all_or_nothing``, a type with an unbound one is unknown.
    """
    if depth > 6:
        return UNKNOWN
    parts: list[Type] = []
    for value in type_:
        form, entity, args, evidence = value
        if form == VARIABLE_TYPE:
            if entity in bound:
                parts.append(weaken(bound[entity], evidence))
            elif entity.path.startswith("type:") and plain_variable(entity) in bound:
                plain = bound[plain_variable(entity)]
                parts.append(weaken(class_objects(plain), evidence))
            else:
                parts.append((value,) if keep else UNKNOWN)
            if all_or_nothing and (not parts or not parts[-1]):
                return UNKNOWN
        elif args:
            kept = keep or form == CALLABLE
            inner = tuple(
                substitute(arg, bound, keep=kept, all_or_nothing=all_or_nothing, depth=depth + 1)
                for arg in args
            )
            parts.append((Value(form, entity, inner, evidence),))
        else:
            parts.append((value,))
    return alternatives(*parts)


def has_variables(type_: Type, depth: int = 0) -> bool:
    """True if type variables stand anywhere in a type."""
    return depth < 6 and any(
        value.form == VARIABLE_TYPE or any(has_variables(arg, depth + 1) for arg in value.args)
        for value in type_
    )


def entity_object(entity: Entity, evidence: int = EXACT) -> Type:
    """The value that a module or class is."""
    if entity.kind in (MODULE, NAMESPACE, OUTSIDE):
        return (Value(MODULE_OBJECT, entity, (), evidence),)
    if entity.kind == CLASS:
        return (Value(CLASS_OBJECT, entity, (), evidence),)
    return UNKNOWN


# The type variable that Self is.
SELF = Entity(VARIABLE, "Self", -1)


def classes_of_type(type_: Type) -> list[Found]:
    """Classes that a type has instances of."""
    return [
        Found(value.entity, max(value.evidence, INFERRED))
        for value in type_
        if value.form == INSTANCE and value.entity.kind == CLASS
    ]


def plain_variable(variable: Entity) -> Entity:
    """``T`` of ``type[T]``."""
    kind, path, row = variable
    return Entity(kind, path[5:], row) if path.startswith("type:") else variable

"""Type variables: their bounds, constraints and defaults, and their types when unsolved."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from .access_paths import keyword_argument
from .entities import CLASS, VARIABLE, Entity
from .query_cache import cached
from .types import (
    INSTANCE,
    NONE,
    SELF,
    UNKNOWN,
    VARIABLE_TYPE,
    Value,
    class_objects,
    plain_variable,
    union,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .inference import Inference
    from .types import Type


def concrete(inference: Inference, type_: Type) -> Type:
    """Return a type without None, and with type variables replaced by their bounds."""
    for value in type_:
        if value.form in (NONE, VARIABLE_TYPE):
            break
    else:
        return type_
    parts: list[Type] = []
    for value in type_:
        if value.form == VARIABLE_TYPE:
            parts.append(upper_bound(inference, value.entity))
        elif value.form != NONE:
            parts.append((value,))
    return union(*parts)


def upper_bound(inference: Inference, variable: Entity) -> Type:
    """Return the bound of a type variable, or the union of its constraints."""
    return _declared(inference, variable, 0)


def fallback(inference: Inference, variable: Entity, *, bounds: bool = True) -> Type:
    """Return the type of an unsolved type variable: its default, else its bound.

    Its bound is not all that it may be, so without ``bounds`` only the default counts, and only
    that of the standard library: elsewhere it is what checkers assume, whatever is passed.
    """
    declared = _declared(inference, variable, 1)
    if bounds:
        return declared
    layer = inference.snapshot.index.search_path.layer(variable.path.removeprefix("type:"))
    return (
        declared if layer == "stdlib" and declared != _declared(inference, variable, 0) else UNKNOWN
    )


def _declared(inference: Inference, variable: Entity, which: int) -> Type:
    if variable.kind != VARIABLE or variable == SELF:
        return UNKNOWN
    if variable.path.startswith("type:"):
        return class_objects(_declared(inference, plain_variable(variable), which))
    key = ("bound", variable)
    declared = cached(
        inference, key, lambda: _bound_and_default(inference, variable), (UNKNOWN,) * 2
    )
    return declared[which]


def _bound_and_default(inference: Inference, variable: Entity) -> tuple[Type, Type]:
    _, path, row = variable
    facts = inference.facts(path)
    if facts is None or row < 0:
        return UNKNOWN, UNKNOWN
    value = facts.binding.value[row]
    if facts.binding.kind[row] == f.TYPE_PARAMETER:
        limit = facts.binding.annotation[row]
        limits = [limit] if limit >= 0 else []
        if facts_view.op(facts, limit) == f.TUPLE:
            limits = list(facts_view.elements(facts, limit))
        default = value
    elif facts_view.op(facts, value) == f.CALL:
        # The first argument is the name, what follows it are constraints.
        limits = facts_view.positional_arguments(facts, value)[1:]
        bound = keyword_argument(facts, value, "bound")
        limits += [bound] if bound >= 0 else []
        default = keyword_argument(facts, value, "default")
    else:
        return UNKNOWN, UNKNOWN
    upper = union(*(inference.annotation_type(path, limit) for limit in limits))
    return upper, inference.annotation_type(path, default) or upper


def bind_self(cls: int, path: str, type_: Type) -> dict[Entity, Type]:
    """Return the type of ``Self`` in the body of a class, if a type mentions it."""
    if cls < 0 or not any(value.entity == SELF or value.args for value in type_):
        return {}
    return {SELF: (Value(INSTANCE, Entity(CLASS, path, cls), (), 0),)}


def variables_in(type_: Type, depth: int = 0) -> set[Entity]:
    """Return the type variables anywhere in a type."""
    found: set[Entity] = set()
    if depth < 6:
        for value in type_:
            if value.form == VARIABLE_TYPE:
                found.add(plain_variable(value.entity))
            for inner in value.args:
                found |= variables_in(inner, depth + 1)
    return found

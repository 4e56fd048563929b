"""Decorators: what a function is once its decorators have been applied."""

from __future__ import annotations

from .. import facts as f
from . import calls, evaluate, results
from .arguments import Arguments
from .entities import CONVENTIONAL, EXACT, FUNCTION, INFERRED, name_of
from .memo import remember
from .synthesized import decorators, last_name
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NONE,
    NOWHERE,
    UNKNOWN,
    union,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity
    from .types import Type, Value

# Decorators whose meaning is in the flags of a definition, or that change nothing.
_MARKS = frozenset(
    ["property", "staticmethod", "classmethod", "overload", "abstractmethod", "abstractproperty",
     "cached_property", "override", "final", "deprecated", "wraps", "total_ordering",
     "type_check_only", "runtime_checkable", "dataclass_transform", "no_type_check",
     "abstractclassmethod", "abstractstaticmethod", "setter", "getter", "deleter"]
)  # fmt: skip


def decorated(snapshot: Snapshot, function: Entity) -> Type:
    """The value that a function's name is bound to."""
    plain: Type = ((FUNCTION_OBJECT, function, (UNKNOWN,), EXACT),)
    facts = snapshot.need(function[1])
    if facts.definition[f.DEF_DECORATORS][function[2]] < 0:
        return plain
    return remember(
        snapshot, ("decorated", function), lambda: _decorated(snapshot, function, facts), plain
    )


def _decorated(snapshot: Snapshot, function: Entity, facts: FileFacts) -> Type:
    type_: Type = ((FUNCTION_OBJECT, function, (UNKNOWN,), EXACT),)
    for expr in reversed(decorators(facts, function[2])):
        target = facts.expr[f.EXPR_A][expr] if facts.expr[f.EXPR_OP][expr] == f.CALL else expr
        if last_name(facts, target) not in _MARKS:
            type_ = _applied(snapshot, function[1], expr, type_)
    return type_


def is_known_through_decorators(snapshot: Snapshot, function: Entity) -> bool:
    """Whether every decorator of a function is at hand, so that what it makes of it is known."""
    facts = snapshot.need(function[1])
    if facts.definition[f.DEF_DECORATORS][function[2]] < 0:
        return True
    key = ("known through decorators", function)
    return remember(snapshot, key, lambda: _all_known(snapshot, function, facts), True)


def _all_known(snapshot: Snapshot, function: Entity, facts: FileFacts) -> bool:
    for expr in decorators(facts, function[2]):
        called = facts.expr[f.EXPR_OP][expr] == f.CALL
        target = facts.expr[f.EXPR_A][expr] if called else expr
        if last_name(facts, target) in _MARKS:
            continue
        type_ = evaluate.values(snapshot, function[1], expr)
        if not type_ or not all(_passes_on(snapshot, value) for value in type_):
            return False
    return True


def _passes_on(snapshot: Snapshot, decorator: Value) -> bool:
    """Whether what a decorator makes of a function is written down, or gives what that gives."""
    form, entity, _, _ = decorator
    if form != FUNCTION_OBJECT:
        return form != MODULE_OBJECT
    facts = snapshot.need(entity[1])
    if facts.definition[f.DEF_RETURNS][entity[2]] >= 0 or entity[1].endswith(".pyi"):
        return True
    own = facts.definition[f.DEF_OWN_SCOPE][entity[2]]
    parameters = {
        facts.parameter[f.PAR_NAME][row]
        for row, scope in enumerate(facts.parameter[f.PAR_SCOPE])
        if scope == own
    }
    for expr in _returned(facts, own):
        for item in evaluate.objects(snapshot, entity[1], expr):
            if item.entity[0] == FUNCTION and not _gives_what_is_wrapped(
                snapshot, item.entity, parameters
            ):
                return False
    return True


def _gives_what_is_wrapped(snapshot: Snapshot, wrapper: Entity, parameters: set[int]) -> bool:
    """Whether a wrapper returns what a parameter of its decorator gives, or known values."""
    facts = snapshot.need(wrapper[1])
    ops, _, lefts, _ = facts.expr
    own = facts.definition[f.DEF_OWN_SCOPE][wrapper[2]]
    for expr in _returned(facts, own):
        inner = lefts[expr] if ops[expr] == f.AWAIT else expr
        function = lefts[inner] if ops[inner] == f.CALL else -1
        if function >= 0 and ops[function] == f.NAME and lefts[function] in parameters:
            continue
        if not evaluate.values(snapshot, wrapper[1], expr):
            return False
    return True


def _returned(facts: FileFacts, scope: int) -> list[int]:
    """What the ``return`` statements of a scope give."""
    scopes, exprs, kinds = facts.result[:3]
    return [
        exprs[row]
        for row, where in enumerate(scopes)
        if where == scope and kinds[row] == f.RETURN and exprs[row] >= 0
    ]


def _applied(snapshot: Snapshot, path: str, expr: int, type_: Type) -> Type:
    """What a decorator makes of a value; the value itself when nobody knows."""
    arguments = Arguments(snapshot, path, [type_])
    parts: list[Type] = []
    for decorator in evaluate.values(snapshot, path, expr):
        for value in calls.call_value(snapshot, decorator, arguments):
            made = _meant(snapshot, value, type_)
            if made == type_:
                return type_  # of several ways, the one that changes nothing
            parts.append(made)
    return union(*parts) or type_


def _meant(snapshot: Snapshot, value: Value, before: Type) -> Type:
    """What a value that a decorator gives means for the function that it was given."""
    form, entity, args, _ = value
    if form == FUNCTION_OBJECT:
        if any(each[1] == entity for each in before):
            return before
        wrapped = _result_of_wrapper(snapshot, entity)
        return ((CALLABLE, NOWHERE, (wrapped,), INFERRED),) if wrapped else before
    if form == CALLABLE:
        # `Callable[P, R]` for `Callable[P, R]` keeps the function, overloads and keywords included.
        result = args[0] if args else UNKNOWN
        if not result or _forms(result) == _forms(_called(snapshot, before)):
            return before
        return (value,)
    if form == INSTANCE:
        return before if name_of(snapshot, entity) in ("_Wrapped", "Any") else (value,)
    if form in (CLASS_OBJECT, NONE):
        return before if form == NONE else (value,)
    return before


def _forms(type_: Type) -> set[object]:
    return {value[:3] for value in type_}


def _called(snapshot: Snapshot, type_: Type) -> Type:
    nothing = Arguments(snapshot, "", [])
    return union(*(calls.call_value(snapshot, value, nothing) for value in type_))


def _result_of_wrapper(snapshot: Snapshot, wrapper: Entity) -> Type:
    """What a wrapper gives, if it is not what the function that it wraps gives.

    A wrapper in which anything that is returned is unknown passes on what it got.
    """
    facts = snapshot.need(wrapper[1])
    if facts.definition[f.DEF_RETURNS][wrapper[2]] >= 0 or facts.definition[f.DEF_FLAGS][
        wrapper[2]
    ] & (f.GENERATOR | f.ASYNC):
        annotated = results.returned(snapshot, wrapper, None)
        return annotated if facts.definition[f.DEF_RETURNS][wrapper[2]] >= 0 else UNKNOWN
    scope = facts.definition[f.DEF_OWN_SCOPE][wrapper[2]]
    parts: list[Type] = []
    for index, where in enumerate(facts.result[f.RES_SCOPE]):
        expr = facts.result[f.RES_EXPR][index]
        if where == scope and facts.result[f.RES_KIND][index] == f.RETURN and expr >= 0:
            type_ = evaluate.values(snapshot, wrapper[1], expr)
            if not type_ or any(value[3] >= CONVENTIONAL for value in type_):
                return UNKNOWN
            parts.append(type_)
    result = union(*parts)
    return UNKNOWN if all(value[0] == NONE for value in result) else result

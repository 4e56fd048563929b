"""Calls: what calling a value gives."""

from __future__ import annotations

from .. import facts as f
from .. import places
from . import constructors, evaluate, members, results, synthesized
from .annotations import annotated
from .arguments import Arguments
from .classes import class_member, metaclass
from .entities import CLASS, FUNCTION, INFERRED
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    NOWHERE,
    SUPER,
    UNKNOWN,
    builtin,
    class_objects,
    has_variables,
    instance,
    known,
    substitute,
    union,
    weaker,
)
from .variables import concrete

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .types import Type, Value


def call(snapshot: Snapshot, path: str, expr: int) -> Type:
    """Type of what a call expression gives."""
    facts = snapshot.need(path)
    function = facts.expr[f.EXPR_A][expr]
    arguments = Arguments.of(snapshot, path, facts, expr)
    special = _special_call(snapshot, path, facts, expr, arguments)
    if special is not None:
        return special
    parts = [
        weaker(call_value(snapshot, value, arguments), value[3])
        for value in concrete(snapshot, evaluate.values(snapshot, path, function))
    ]
    return union(*parts)


def call_expression(snapshot: Snapshot, path: str, expr: int) -> Type:
    """Type of what calling the value of an expression without arguments gives."""
    nothing = Arguments(snapshot, path, [])
    return union(
        *(
            call_value(snapshot, value, nothing)
            for value in known(evaluate.values(snapshot, path, expr))
        )
    )


def _special_call(
    snapshot: Snapshot, path: str, facts: FileFacts, expr: int, arguments: Arguments
) -> Type | None:
    """Calls whose result no signature says."""
    ops, _, lefts, rights = facts.expr
    function = lefts[expr]
    given = [each for each in arguments.positional if isinstance(each, int)]
    if ops[function] == f.ATTRIBUTE:
        name = facts.names[rights[function]]
        if name in ("get", "pop", "setdefault") and given:
            return _key_of_typed_dict(snapshot, path, facts, lefts[function], given)
    elif ops[function] == f.NAME:
        name = facts.names[lefts[function]]
        if name == "super" and len(given) in (0, 2):
            return _super(snapshot, path, facts, expr, given)
        if name == "type" and len(given) == 1:
            return class_objects(concrete(snapshot, evaluate.values(snapshot, path, given[0])))
        if name == "type" and len(given) == 3:  # `type("Made", (Base,), {})`
            bases = evaluate.values(snapshot, path, given[1])
            return union(*(value[2][1] for value in bases if len(value[2]) > 1)) or None
        if name == "getattr" and len(given) >= 2:
            return _getattr(snapshot, path, facts, given)
        if name == "property" and given:
            return builtin(snapshot, "property", call_expression(snapshot, path, given[0]))
        if name == "Factory" and given:
            return call_expression(snapshot, path, given[0])
    else:
        return None
    if name in ("import_module", "__import__", "importorskip") and given:
        from .dynamic import imported_by_call

        return imported_by_call(snapshot, path, facts, expr, given, arguments.keywords)
    if name == "cast" and len(given) == 2:
        return annotated(snapshot, path, given[0])
    if name == "NewType" and len(given) == 2:
        return ((CALLABLE, NOWHERE, (annotated(snapshot, path, given[1]),), INFERRED),)
    if name in ("partial", "partialmethod") and given:
        return _partial(snapshot, path, given, arguments)
    if name in ("replace", "evolve", "_replace") and given and arguments.keywords:
        # Of dataclasses and attrs; stubs of either say the same, where they are at hand.
        first = evaluate.values(snapshot, path, given[0])
        if any(synthesized.fields(snapshot, value[1]) for value in known(first)):
            return known(first)
    return None


def _partial(snapshot: Snapshot, path: str, given: list[int], arguments: Arguments) -> Type | None:
    """A function with its first arguments filled in: what is left gives the same."""
    inner = evaluate.values(snapshot, path, given[0])
    filled = Arguments(snapshot, path, list(given[1:]))
    filled.keywords = arguments.keywords
    filled.starred = filled.doubled = True
    found = union(*(call_value(snapshot, value, filled) for value in inner))
    return ((CALLABLE, NOWHERE, (found,), INFERRED),) if found else None


def _super(
    snapshot: Snapshot, path: str, facts: FileFacts, expr: int, given: list[int]
) -> Type | None:
    """``super()`` looks behind the class that it is written in, for what ``self`` is."""
    cls = places.enclosing_class(facts, facts.expr[f.EXPR_POS][expr])
    entity = (CLASS, path, cls)
    if given:
        for value in evaluate.values(snapshot, path, given[0]):
            if value[0] == CLASS_OBJECT and value[1][0] == CLASS:
                entity = value[1]
        receiver = concrete(snapshot, evaluate.values(snapshot, path, given[1]))
        return ((SUPER, entity, (receiver or (instance(entity),),), INFERRED),)
    return ((SUPER, entity, ((instance(entity),),), INFERRED),) if cls >= 0 else None


def _getattr(snapshot: Snapshot, path: str, facts: FileFacts, given: list[int]) -> Type | None:
    """``getattr(value, "name", default)``."""
    ops, _, lefts, _ = facts.expr
    key = given[1]
    if ops[key] != f.STRING or lefts[key] < 0:
        return None
    text = facts.strings[lefts[key]]
    receiver = evaluate.values(snapshot, path, given[0])
    parts = [members.member_value(snapshot, value, text) for value in known(receiver)]
    parts += [evaluate.values(snapshot, path, row) for row in given[2:]]
    return union(*parts)


def _key_of_typed_dict(
    snapshot: Snapshot, path: str, facts: FileFacts, receiver: int, given: list[int]
) -> Type | None:
    ops, _, lefts, _ = facts.expr
    if ops[given[0]] != f.STRING or lefts[given[0]] < 0:
        return None
    key = facts.strings[lefts[given[0]]]
    parts = [
        synthesized.key_type(snapshot, value[1], key)
        for value in evaluate.values(snapshot, path, receiver)
        if value[0] == INSTANCE and synthesized.is_typed_dict(snapshot, value[1])
    ]
    parts += [evaluate.values(snapshot, path, row) for row in given[1:]] if parts else []
    return union(*parts) if parts else None


def call_value(snapshot: Snapshot, value: Value, arguments: Arguments) -> Type:
    """Type of what calling a value gives."""
    form, entity, args, _ = value
    if form == CLASS_OBJECT:
        return constructors.constructed(snapshot, value, arguments)
    if form == FUNCTION_OBJECT:
        receivers = args[0] if args else UNKNOWN
        if not receivers:
            return results.returned(snapshot, entity, None, arguments)
        return union(
            *(results.returned(snapshot, entity, each, arguments) for each in receivers[:3])
        )
    if form == CALLABLE:
        return _call_callable(snapshot, args, arguments) if args else UNKNOWN
    if form == INSTANCE:
        return union(
            *(
                call_value(snapshot, method, arguments)
                for method in members.member_value(snapshot, value, "__call__")
                if method[0] in (FUNCTION_OBJECT, CALLABLE)
            )
        )
    return UNKNOWN


def _call_callable(snapshot: Snapshot, args: tuple[Type, ...], arguments: Arguments) -> Type:
    result = args[0]
    if not has_variables(result):
        return result
    from .generics import unify

    bound: dict[tuple[int, str, int], Type] = {}
    for wanted, given in zip(args[1:], arguments.passed(), strict=False):
        unify(snapshot, wanted, given, bound)
    return substitute(result, bound)


def is_callable(snapshot: Snapshot, value: Value) -> bool:
    """Whether a value can be called."""
    form = value[0]
    if form == INSTANCE:
        return bool(class_member(snapshot, value[1], "__call__"))
    return form in (FUNCTION_OBJECT, CALLABLE, CLASS_OBJECT)


def has_method(snapshot: Snapshot, value: Value, name: str) -> bool:
    """Whether the class of a value has a method: what syntax and protocols look for."""
    form, entity, _, _ = value
    if form == INSTANCE:
        return bool(class_member(snapshot, entity, name))
    if form == CLASS_OBJECT:
        meta = metaclass(snapshot, entity)
        return name == "__call__" or bool(meta and class_member(snapshot, meta, name))
    if form in (FUNCTION_OBJECT, CALLABLE):
        return name == "__call__"
    return False


def call_method(
    snapshot: Snapshot,
    value: Value,
    name: str,
    arguments: list[int | Type] | None = None,
    path: str = "",
) -> Type:
    """Type of what a method of a value gives; of a class, a method of its metaclass."""
    given = Arguments(snapshot, path, arguments or [])
    if value[0] == CLASS_OBJECT:
        if name == "__call__":
            return call_value(snapshot, value, given)
        meta = metaclass(snapshot, value[1])
        found = class_member(snapshot, meta, name) if meta else []
        return union(
            *(
                results.returned(snapshot, item.entity, value, given)
                for item in found
                if item.entity[0] == FUNCTION
            )
        )
    parts = [
        call_value(snapshot, method, given)
        for method in known(members.member_value(snapshot, value, name))
    ]
    return weaker(union(*parts), value[3])

"""Results: what a function gives back, as annotated, inferred from its returns, decorated."""

from __future__ import annotations

from .. import facts as f
from . import evaluate, generics, protocols, signatures
from .annotations import annotated
from .conventions import levels
from .entities import (
    CLASS,
    INFERRED,
    name_of,
    owner_class,
)
from .memo import remember
from .types import (
    CLASS_OBJECT,
    INSTANCE,
    UNKNOWN,
    instance,
    named,
    union,
    weaker,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .calls import Arguments
    from .entities import Entity
    from .types import Type, Value


def returned(
    snapshot: Snapshot,
    function: Entity,
    receiver: Value | None,
    arguments: Arguments | None = None,
) -> Type:
    """Type of what a function gives back: annotated, else inferred from its returns.

    What its decorators make of it is not looked at.
    """
    taking = [function]
    if arguments is not None and receiver is None and _is_new(snapshot, function):
        # `object.__new__(cls)`: the class is the first argument.
        receiver = next(iter(arguments.type_of(0, "cls")), None)
        if receiver is not None:
            arguments = arguments.without_first()
    if arguments is not None:
        solved = None
        bound = receiver is not None
        if bound and snapshot.need(function[1]).definition[f.DEF_FLAGS][function[2]] & f.OVERLOAD:
            solved = generics.receiver_variables(snapshot, function, receiver)
        taking = signatures.candidates(snapshot, function, arguments, bound=bound, solved=solved)
    first: Type = UNKNOWN
    for number, chosen in enumerate(taking):
        type_ = _plain_result(snapshot, chosen, snapshot.need(chosen[1]), receiver)
        type_ = generics.filled_in(snapshot, chosen, receiver, arguments, type_)
        if number and type_ != first:
            return UNKNOWN  # which one it is depends on an argument that nobody knows
        first = type_
    return first


def _is_new(snapshot: Snapshot, function: Entity) -> bool:
    return name_of(snapshot, function) == "__new__"


def _with_body(snapshot: Snapshot, function: Entity) -> Entity:
    """A function where its body is: that of a stub is in the source, if that is at hand."""
    if not function[1].endswith(".pyi"):
        return function
    from .sources import source_entity

    source = source_entity(snapshot, function)
    return source if source is not None and source[0] == function[0] else function


def _plain_result(
    snapshot: Snapshot, function: Entity, facts: FileFacts, receiver: Value | None
) -> Type:
    _, path, row = function
    flags = facts.definition[f.DEF_FLAGS][row]
    annotation = facts.definition[f.DEF_RETURNS][row]
    if annotation >= 0:
        type_ = annotated(snapshot, path, annotation)
        if flags & f.ASYNC and not flags & f.GENERATOR:
            return _coroutine(snapshot, type_)
        return type_
    result = remember(
        snapshot,
        ("returned", function),
        lambda: levels.inside(
            snapshot, lambda: _inferred(snapshot, _with_body(snapshot, function))
        ),
        UNKNOWN,
    )
    cls = owner_class(facts, function)
    if receiver is None or cls < 0:
        return result
    # `return self` gives what the method was called on, not the class it is written in.
    own = (CLASS, path, cls)
    return tuple(
        (value[0], receiver[1], receiver[2], value[3])
        if value[1] == own and value[0] in (INSTANCE, CLASS_OBJECT) and receiver[1][0] == CLASS
        and _returns_self(facts, function) else value
        for value in result
    )  # fmt: skip


def _inferred(snapshot: Snapshot, function: Entity) -> Type:
    """What the returns or yields of an unannotated function give."""
    _, path, row = function
    facts = snapshot.need(path)
    flags = facts.definition[f.DEF_FLAGS][row]
    scope = facts.definition[f.DEF_OWN_SCOPE][row]
    scopes, exprs, kinds = facts.result[:3]
    wanted = (f.YIELD, f.YIELD_FROM) if flags & f.GENERATOR else (f.RETURN,)
    parts: list[Type] = []
    for index, where in enumerate(scopes):
        if where == scope and kinds[index] in wanted and exprs[index] >= 0:
            type_ = evaluate.values(snapshot, path, exprs[index])
            parts.append(
                protocols.element(snapshot, type_) if kinds[index] == f.YIELD_FROM else type_
            )
    type_ = weaker(union(*parts), INFERRED)
    if flags & f.GENERATOR:
        name = "AsyncGenerator" if flags & f.ASYNC else "Generator"
        entity = named(snapshot, "typing", name)
        given = _returned_by_generator(snapshot, path, facts, scope)
        return (instance(entity, (type_, UNKNOWN, given)),) if entity else UNKNOWN
    return _coroutine(snapshot, type_) if flags & f.ASYNC else type_


def _returned_by_generator(snapshot: Snapshot, path: str, facts: FileFacts, scope: int) -> Type:
    scopes, exprs, kinds = facts.result[:3]
    return union(
        *(
            evaluate.values(snapshot, path, exprs[index])
            for index, where in enumerate(scopes)
            if where == scope and kinds[index] == f.RETURN and exprs[index] >= 0
        )
    )


def _returns_self(facts: FileFacts, function: Entity) -> bool:
    """Whether some ``return`` gives the first parameter, or calls its class."""
    scope = facts.definition[f.DEF_OWN_SCOPE][function[2]]
    owners = facts.parameter[f.PAR_SCOPE]
    first = next((row for row, owner in enumerate(owners) if owner == scope), -1)
    if first < 0:
        return False
    name = facts.parameter[f.PAR_NAME][first]
    ops, _, lefts, _ = facts.expr
    for index, where in enumerate(facts.result[f.RES_SCOPE]):
        expr = facts.result[f.RES_EXPR][index]
        if where != scope or expr < 0:
            continue
        while ops[expr] in (f.CALL, f.ATTRIBUTE):
            expr = lefts[expr]
        if ops[expr] == f.NAME and lefts[expr] == name:
            return True
    return True  # through a variable, as far as anybody knows


def _coroutine(snapshot: Snapshot, type_: Type) -> Type:
    entity = named(snapshot, "typing", "Coroutine")
    return (instance(entity, (UNKNOWN, UNKNOWN, type_)),) if entity else UNKNOWN

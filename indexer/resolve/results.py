"""Results: what a function gives back, as annotated, inferred from its returns, decorated."""

from __future__ import annotations

from .. import facts as f
from . import evaluate, generics, protocols, signatures
from .annotations import annotated
from .entities import (
    CLASS,
    INFERRED,
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

_CONTEXT_MANAGERS = frozenset(["contextmanager", "asynccontextmanager"])


def returned(
    snapshot: Snapshot,
    function: Entity,
    receiver: Value | None,
    arguments: Arguments | None = None,
) -> Type:
    """Type of what a function gives back: annotated, else inferred from its returns."""
    chosen = function
    if arguments is not None:
        for candidate in signatures.overloads(snapshot, function):
            if signatures.fits(snapshot, candidate, arguments, bound=receiver is not None):
                chosen = candidate
                break
    facts = snapshot.need(chosen[1])
    type_ = _plain_result(snapshot, chosen, facts, receiver)
    type_ = _decorated(snapshot, chosen, facts, type_)
    return generics.filled_in(snapshot, chosen, receiver, arguments, type_)


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
        snapshot, ("returned", function), lambda: _inferred(snapshot, function), UNKNOWN
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
        return (instance(entity, (type_, UNKNOWN, UNKNOWN)),) if entity else UNKNOWN
    return _coroutine(snapshot, type_) if flags & f.ASYNC else type_


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
    return True


def _coroutine(snapshot: Snapshot, type_: Type) -> Type:
    entity = named(snapshot, "typing", "Coroutine")
    return (instance(entity, (UNKNOWN, UNKNOWN, type_)),) if entity else UNKNOWN


def _decorated(snapshot: Snapshot, function: Entity, facts: FileFacts, type_: Type) -> Type:
    """The result of a function as its decorators change it."""
    at = facts.definition[f.DEF_DECORATORS][function[2]]
    if at < 0:
        return type_
    (extra,) = facts.extra
    ops, _, lefts, rights = facts.expr
    for expr in extra[at + 1 : at + 1 + extra[at]]:
        target = lefts[expr] if ops[expr] == f.CALL else expr
        name = ""
        if ops[target] == f.NAME:
            name = facts.names[lefts[target]]
        elif ops[target] == f.ATTRIBUTE:
            name = facts.names[rights[target]]
        if name in _CONTEXT_MANAGERS:
            is_async = name == "asynccontextmanager"
            yielded = union(*(value[2][0] for value in type_ if value[0] == INSTANCE and value[2]))
            entity = named(
                snapshot,
                "contextlib",
                "_AsyncGeneratorContextManager" if is_async else "_GeneratorContextManager",
            )
            return (instance(entity, (yielded, UNKNOWN, UNKNOWN)),) if entity else UNKNOWN
    return type_

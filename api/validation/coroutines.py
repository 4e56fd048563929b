"""Coroutines: which calls make one, and what may be awaited."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.resolve import evaluate
from ...indexer.resolve.annotations import annotated
from ...indexer.resolve.classes import is_protocol, mro
from ...indexer.resolve.completeness import is_complete
from ...indexer.resolve.entities import CLASS, EXACT, FUNCTION, name_of
from ...indexer.resolve.members import member_found
from ...indexer.resolve.membership import ABSENT, membership
from ...indexer.resolve.signatures import overloads
from ...indexer.resolve.types import FUNCTION_OBJECT, INSTANCE, NONE, is_named, known, named
from .decorators import keeps_result
from .signatures import overridden_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.resolve.entities import Entity
    from ...indexer.resolve.types import Type, Value
    from ...indexer.snapshot import Snapshot

_MODULES = (("typing", "Coroutine"), ("types", "CoroutineType"))
# Classes that anything may be passed as.
_ANYTHING = frozenset(["object", "Any", "Hashable"])


def makes_coroutine(snapshot: Snapshot, path: str, call: int) -> tuple[Entity, int] | None:
    """The function by which a call makes a coroutine, whatever it reaches, and the evidence."""
    function = snapshot.need(path).expr[f.EXPR_A][call]
    type_ = known(evaluate.values(snapshot, path, function))
    if not type_ or (not snapshot.conventional and not is_complete(snapshot, path, function)):
        return None
    found: list[Entity] = []
    evidence = EXACT
    for value in type_:
        entity = _called(snapshot, value)
        if entity is None or not is_asynchronous(snapshot, entity):
            return None
        if any(not is_asynchronous(snapshot, each) for each in overridden_by(snapshot, entity)):
            return None
        found.append(entity)
        evidence = max(evidence, value[3])
    return found[0], evidence


def _called(snapshot: Snapshot, value: Value) -> Entity | None:
    if value[0] == FUNCTION_OBJECT and value[1][0] == FUNCTION:
        return value[1]
    if value[0] == INSTANCE and value[1][0] == CLASS:
        found = member_found(snapshot, value, "__call__")
        if len(found) == 1 and found[0].entity[0] == FUNCTION:
            return found[0].entity
    return None


def is_asynchronous(snapshot: Snapshot, function: Entity) -> bool:
    """Whether every call of a function makes a coroutine."""
    if function[0] != FUNCTION:
        return False
    for each in overloads(snapshot, function):
        facts = snapshot.need(each[1])
        flags = facts.definition[f.DEF_FLAGS][each[2]]
        if not keeps_result(snapshot, each) or flags & (f.PROPERTY | f.GENERATOR):
            return False
        if flags & f.ASYNC:
            continue
        annotation = facts.definition[f.DEF_RETURNS][each[2]]
        type_ = annotated(snapshot, each[1], annotation) if annotation >= 0 else ()
        if not type_ or not all(is_coroutine(snapshot, value) for value in type_):
            return False
    return True


def is_coroutine(snapshot: Snapshot, value: Value) -> bool:
    """Whether a value is a coroutine, which does nothing until it is awaited."""
    return value[0] == INSTANCE and any(is_named(snapshot, value[1], *each) for each in _MODULES)


def is_plain(snapshot: Snapshot, function: Entity) -> bool:
    """Whether no call of a function gives anything that can be awaited, as far as its text says."""
    if function[0] != FUNCTION:
        return False
    facts = snapshot.need(function[1])
    flags = facts.definition[f.DEF_FLAGS][function[2]]
    if flags & (f.ASYNC | f.PROPERTY | f.ABSTRACT | f.STUB_BODY | f.OVERLOAD):
        return False
    return keeps_result(snapshot, function)


def gives_nothing(snapshot: Snapshot, function: Entity) -> bool:
    """Whether a function that is not asynchronous returns no value."""
    if not is_plain(snapshot, function) or function[1].endswith(".pyi"):
        return False
    facts = snapshot.need(function[1])
    flags = facts.definition[f.DEF_FLAGS][function[2]]
    if flags & (f.RETURNS_VALUE | f.GENERATOR) or facts.definition[f.DEF_RETURNS][function[2]] >= 0:
        return False
    scope = facts.definition[f.DEF_OWN_SCOPE][function[2]]
    # What only raises is there to be written, or is written by a derived class.
    kinds = {
        kind
        for where, kind in zip(facts.result[f.RES_SCOPE], facts.result[f.RES_KIND], strict=True)
        if where == scope
    }
    return f.RAISE not in kinds and not any(True for _ in overridden_by(snapshot, function))


def cannot(snapshot: Snapshot, type_: Type, method: str) -> bool:
    """Whether no alternative of a type has a method of syntax, such as ``__await__``."""
    return bool(type_) and all(
        value[0] in (INSTANCE, NONE, FUNCTION_OBJECT)
        and membership(snapshot, value, method) == ABSENT
        for value in type_
    )


def rejects_coroutine(snapshot: Snapshot, wanted: Type) -> bool:
    """Whether a parameter of a type is for anything but what can be awaited."""
    coroutine = named(snapshot, "typing", "Coroutine")
    if coroutine is None or not known(wanted):
        return False
    fitting = mro(snapshot, coroutine)
    for value in wanted:
        if value[0] == NONE:
            continue
        entity = value[1]
        if value[0] != INSTANCE or entity[0] != CLASS or entity in fitting:
            return False
        if is_protocol(snapshot, entity) or name_of(snapshot, entity) in _ANYTHING:
            return False
    return True


def keeps_call(snapshot: Snapshot, path: str, call: int) -> bool:
    """Whether a call gives what the function says: no decorator, no override may change that."""
    function = snapshot.need(path).expr[f.EXPR_A][call]
    return all(
        keeps_result(snapshot, value[1])
        and (_says_result(snapshot, value[1]) or not overridden_by(snapshot, value[1]))
        for value in evaluate.values(snapshot, path, function)
        if value[0] == FUNCTION_OBJECT and value[1][0] == FUNCTION
    )


def _says_result(snapshot: Snapshot, function: Entity) -> bool:
    return snapshot.need(function[1]).definition[f.DEF_RETURNS][function[2]] >= 0

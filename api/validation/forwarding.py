"""Keywords that a function takes by ``**kwargs`` and hands on to what does not take them."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.resolve.conventions import syntax
from ...indexer.resolve.entities import FUNCTION, name_of
from .callees import reached
from .signatures import of_function, overridden_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ...indexer.resolve.entities import Entity
    from ...indexer.snapshot import Snapshot
    from .signatures import Signature

_DEPTH = 5
_TAKING = frozenset(["pop", "get", "setdefault"])


def refusing(
    snapshot: Snapshot, signature: Signature, name: str, depth: int = _DEPTH
) -> Signature | None:
    """What a keyword ends at that is not one of its parameters; None when it may be taken.

    All that a function does with its ``**kwargs`` has to be to hand them on, or to take other
    names out of them; every function that it may hand them to has to be known and refuse the name.
    """
    function = signature.entity
    if function[0] != FUNCTION or depth <= 0 or function[1].endswith(".pyi"):
        return None
    facts = snapshot.need(function[1])
    rest = next((each.name for each in signature.parameters if each.kind == f.VAR_KEYWORD), "")
    scope = facts.definition[f.DEF_OWN_SCOPE][function[2]]
    if not rest or facts.scope[f.SCOPE_FLAGS][scope] & f.SCOPE_USES_LOCALS:
        return None
    calls = _handed_to(facts, function, rest, name)
    refused: Signature | None = None
    for call in calls or ():
        refused = _refused_by(snapshot, function, call, signature.start, name, depth)
        if refused is None:
            return None
    return refused


def _refused_by(
    snapshot: Snapshot, function: Entity, call: int, start: Entity | None, name: str, depth: int
) -> Signature | None:
    facts = snapshot.need(function[1])
    if syntax.keyword(facts, call, name) >= 0:
        return None
    callee_expr = facts.expr[f.EXPR_A][call]
    found = reached(snapshot, function[1], callee_expr, start)
    if not _is_super(facts, callee_expr):
        start = None
    refused: Signature | None = None
    for callee in found.callees if found is not None else ():
        for signature in callee.signatures:
            refused = _refuses(snapshot, signature, name, depth)
            if refused is None or signature.entity == function:
                return None
        if start is None and not all(
            _override_refuses(snapshot, each, name, depth)
            for each in _overrides(snapshot, callee.entity)
        ):
            return None
    return refused


def _is_super(facts: FileFacts, function: int) -> bool:
    """Whether a method is called on ``super()``."""
    ops, _, lefts, _ = facts.expr
    if ops[function] != f.ATTRIBUTE or ops[lefts[function]] != f.CALL:
        return False
    return syntax.last_name(facts, lefts[lefts[function]]) == "super"


def _overrides(snapshot: Snapshot, entity: Entity) -> list[Entity]:
    if entity[0] != FUNCTION or name_of(snapshot, entity) in ("__init__", "__new__"):
        return []
    return overridden_by(snapshot, entity)


def _override_refuses(snapshot: Snapshot, entity: Entity, name: str, depth: int) -> bool:
    callee = of_function(snapshot, entity, bound=False) if entity[0] == FUNCTION else None
    return callee is not None and all(
        _refuses(snapshot, each, name, depth) is not None for each in callee.signatures
    )


def _refuses(snapshot: Snapshot, signature: Signature, name: str, depth: int) -> Signature | None:
    for each in signature.parameters:
        if each.name == name and each.kind in (f.POSITIONAL, f.KEYWORD_ONLY):
            return None
    if not signature.takes_any(f.VAR_KEYWORD):
        return signature
    return refusing(snapshot, signature, name, depth - 1)


def _handed_to(facts: FileFacts, function: Entity, rest: str, name: str) -> list[int] | None:
    """Calls that get all of a function's ``**kwargs``; None when more is done with them."""
    table = facts.definition
    start, end = table[f.DEF_START][function[2]], table[f.DEF_END][function[2]]
    calls: list[int] = []
    for role, position, expr in facts.occurrences(rest):
        if not start <= position < end or role & f.ROLE_MASK == f.PARAMETER_ROLE:
            continue
        if role != f.READ or expr < 0:
            return None
        user, op = syntax.user(facts, expr)
        if op == f.STARRED and facts.expr[f.EXPR_B][user] == 2:
            call, op = syntax.user(facts, user)
            if op != f.CALL:
                return None
            calls.append(call)
        elif not _takes_another(facts, user, op, name):
            return None
    return calls


def _takes_another(facts: FileFacts, user: int, op: int, name: str) -> bool:
    """Whether a use of a mapping reads or removes one key, and that is not this name."""
    if op == f.SUBSCRIPT:
        key = facts.expr[f.EXPR_B][user]
        written = syntax.text_of(facts, key)
        return bool(written) and written != name
    if op == f.ATTRIBUTE and facts.names[facts.expr[f.EXPR_B][user]] in _TAKING:
        call = syntax.call_of(facts, user)
        written = syntax.text_of(facts, syntax.given(facts, call, 0, "")) if call >= 0 else ""
        return bool(written) and written != name
    return False

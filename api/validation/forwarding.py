"""Keywords that a function takes by ``**kwargs`` and hands on to what does not take them."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.resolve.annotations import annotated
from ...indexer.resolve.conventions import syntax
from ...indexer.resolve.entities import FUNCTION, name_of
from ...indexer.resolve.names import bindings_in_force
from ...indexer.resolve.signatures import parameters_of
from ...indexer.resolve.sources import source_entity
from ...indexer.resolve.types import CLASS_OBJECT, known
from .callees import reached
from .decorators import keeps_signature
from .signatures import of_class, of_function, overridden_by
from .uses import TESTED, uses_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ...indexer.resolve.entities import Entity
    from ...indexer.snapshot import Snapshot
    from .callees import Reached
    from .signatures import Signature

_DEPTH = 5
_TAKING = frozenset(["pop", "get", "setdefault"])


def refusing(
    snapshot: Snapshot,
    signature: Signature,
    name: str,
    given: frozenset[str] = frozenset(),
    depth: int = _DEPTH,
) -> Signature | None:
    """What a keyword ends at that is not one of its parameters; None when it may be taken.

    All that a function does with its ``**kwargs`` has to be to hand them on, or to take other
    names out of them; every function that it may hand them to has to be known and refuse the name.
    ``given`` are the parameters to which the call gives something.
    """
    function = signature.entity
    if function[0] != FUNCTION or depth <= 0:
        return None
    if function[1].endswith(".pyi"):
        source = source_entity(snapshot, function)
        if source is None and "cls" not in given:
            return _refused_by_class(snapshot, function, name, depth)
        if source is None or source[0] != FUNCTION or not keeps_signature(snapshot, source):
            return None
        function = source
    facts = snapshot.need(function[1])
    rest = _rest_of(snapshot, function)
    scope = facts.definition[f.DEF_OWN_SCOPE][function[2]]
    if not rest or facts.scope[f.SCOPE_FLAGS][scope] & f.SCOPE_USES_LOCALS:
        return None
    calls = _handed_to(facts, function, rest, name)
    refused: Signature | None = None
    for call in calls or ():
        refused = _refused_by(snapshot, function, call, signature.start, name, given, depth)
        if refused is None:
            return None
    return refused


def _refused_by_class(
    snapshot: Snapshot, function: Entity, name: str, depth: int
) -> Signature | None:
    """The class that a stub names as ``cls: type[C] | None``, whose constructor gets the rest."""
    facts = snapshot.need(function[1])
    refused: Signature | None = None
    for row in parameters_of(snapshot, function):
        annotation = facts.parameter[f.PAR_ANNOTATION][row]
        if facts.names[facts.parameter[f.PAR_NAME][row]] != "cls" or annotation < 0:
            continue
        for value in known(annotated(snapshot, function[1], annotation)):
            callee = of_class(snapshot, value[1]) if value[0] == CLASS_OBJECT else None
            for signature in callee.signatures if callee is not None else ():
                refused = _refuses(snapshot, signature, name, depth)
                if refused is None:
                    return None
    return refused


def _refused_by(
    snapshot: Snapshot, function: Entity, call: int, start: Entity | None, name: str,
    given: frozenset[str], depth: int,
) -> Signature | None:  # fmt: skip
    facts = snapshot.need(function[1])
    if syntax.keyword(facts, call, name) >= 0:
        return None
    callee_expr = facts.expr[f.EXPR_A][call]
    found = reached(snapshot, function[1], callee_expr, start)
    if found is None:
        found = _by_default(snapshot, function[1], callee_expr, given)
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


def _by_default(
    snapshot: Snapshot, path: str, function: int, given: frozenset[str]
) -> Reached | None:
    """A class or function that a parameter is set to when it is left out: ``cls=None``."""
    facts = snapshot.need(path)
    ops, positions, lefts, rights = facts.expr
    if ops[function] != f.NAME or facts.names[lefts[function]] in given:
        return None
    rows = bindings_in_force(
        facts, rights[function], lefts[function], positions[function], function
    )
    values: list[int] = []
    for row in rows:
        value = facts.binding[f.BIND_VALUE][row]
        if value < 0:
            return None
        if facts.binding[f.BIND_KIND][row] == f.PARAMETER and ops[value] == f.NONE:
            continue
        if facts.binding[f.BIND_KIND][row] != f.ASSIGN:
            return None
        values.append(value)
    return reached(snapshot, path, values[0]) if len(values) == 1 else None


def _rest_of(snapshot: Snapshot, function: Entity) -> str:
    """Name of the ``**`` parameter of a function, or an empty text."""
    facts = snapshot.need(function[1])
    for row in parameters_of(snapshot, function):
        if facts.parameter[f.PAR_KIND][row] == f.VAR_KEYWORD:
            return facts.names[facts.parameter[f.PAR_NAME][row]]
    return ""


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
    return refusing(snapshot, signature, name, depth=depth - 1)


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
        elif not _takes_another(facts, user, op, name) and not _is_tested(facts, expr):
            return None
    return calls


def _is_tested(facts: FileFacts, expr: int) -> bool:
    """Whether only that there are any keywords at all is asked: ``if kwargs``, ``not kwargs``."""
    uses = uses_of(facts).of(expr)
    return bool(uses) and all(how in (TESTED, f.NOT, f.AND, f.OR) for how, _ in uses)


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

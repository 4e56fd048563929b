"""Arguments and parameters: which argument no parameter takes, which parameter gets none.

Keywords that a function takes by ``**kwargs`` and hands on to what does not take them.
"""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference import access_paths
from ...indexer.inference.entities import FUNCTION, name_of
from ...indexer.inference.names import bindings_in_force
from ...indexer.inference.signatures import parameter_rows
from ...indexer.inference.stub_mapping import source_entity
from ...indexer.inference.types import CLASS_OBJECT, without_none
from .call_targets import call_targets
from .decorators import preserves_signature
from .signatures import class_signature, function_signature, overridden_signatures
from .uses import TESTED, uses_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from .call_targets import CallTargets
    from .signatures import Parameter, Signature


UNKNOWN_KEYWORD = "unknown-keyword"
MISSING_ARGUMENT = "missing-argument"
TOO_MANY_ARGUMENTS = "too-many-arguments"
DUPLICATE_ARGUMENT = "duplicate-argument"


class CallArguments:
    """The arguments of a call as they are written: (position, expression) each."""

    __slots__ = ("doubled", "keywords", "positional", "starred")

    def __init__(self, facts: FileFacts, call: int, skipped: int = 0) -> None:
        """Arguments of a call behind the first ``skipped`` ones by place."""
        self.positional: list[tuple[int, int]] = []
        self.keywords: dict[str, tuple[int, int]] = {}
        # Whether there is a `*sequence`, a `**mapping`: any parameter may get its value there.
        self.starred = self.doubled = False
        (extra,) = facts.extra
        at = facts.expr.b[call]
        for index in range(at + 1, at + 1 + 3 * extra[at], 3):
            key, position, value = extra[index : index + 3]
            if key == f.ARG_POSITIONAL:
                self.positional.append((position, value))
            elif key >= 0:
                self.keywords[facts.names[key]] = position, value
            elif key == f.ARG_STAR:
                self.starred = True
            else:
                self.doubled = True
        self.positional = self.positional[skipped:]


class Mismatch:
    """Why arguments do not fit: the name of a rule, what it is about, and where that is.

    ``names`` are the keyword, or the parameters that get nothing; ``position`` is -1 for the call.
    """

    __slots__ = ("names", "position", "rule")

    def __init__(self, rule: str, names: list[str], position: int = -1) -> None:
        """Describe a mismatch."""
        self.rule = rule
        self.names = names
        self.position = position


def mismatches(
    signature: Signature, written: CallArguments, *, partly: bool = False
) -> list[Mismatch]:
    """Why a call does not fit a signature; nothing when it does, as far as anybody can tell.

    ``partly`` says that more arguments come later, as with ``functools.partial``.
    """
    parameters = signature.parameters
    by_place = [each for each in parameters if each.kind <= f.POSITIONAL]
    by_name = {each.name for each in parameters if each.kind in (f.POSITIONAL, f.KEYWORD_ONLY)}
    found: list[Mismatch] = []
    count = len(written.positional)
    if count > len(by_place) and not signature.takes_any(f.VAR_POSITIONAL):
        position = written.positional[len(by_place)][0]
        found.append(Mismatch(TOO_MANY_ARGUMENTS, [], position))
    given = {each.name for each in by_place[:count] if each.kind == f.POSITIONAL}
    any_keyword = signature.takes_any(f.VAR_KEYWORD)
    for name, (position, _) in written.keywords.items():
        if name in given:
            found.append(Mismatch(DUPLICATE_ARGUMENT, [name], position))
        elif name not in by_name and not any_keyword:
            found.append(Mismatch(UNKNOWN_KEYWORD, [name], position))
    if not partly:
        missing = [each.name for each in _missing(parameters, written)]
        if missing:
            found.append(Mismatch(MISSING_ARGUMENT, missing))
    return found


def _missing(parameters: list[Parameter], written: CallArguments) -> list[Parameter]:
    """Parameters that have to be given and are not, for certain."""
    found: list[Parameter] = []
    place = 0
    for each in parameters:
        by_place = each.kind <= f.POSITIONAL
        gets = by_place and (place < len(written.positional) or written.starred)
        place += by_place
        by_name = each.kind != f.POSITIONAL_ONLY
        gets = gets or (by_name and (each.name in written.keywords or written.doubled))
        if each.required and not gets:
            found.append(each)
    return found


_DEPTH = 5
_TAKING = frozenset(["pop", "get", "setdefault"])


def rejecting_callee(
    inference: Inference,
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
    if function.kind != FUNCTION or depth <= 0:
        return None
    if function.path.endswith(".pyi"):
        source = source_entity(inference, function)
        if source is None and "cls" not in given:
            return _refused_by_class(inference, function, name, depth)
        if source is None or source.kind != FUNCTION or not preserves_signature(inference, source):
            return None
        function = source
    facts = inference.need(function.path)
    rest = _rest_of(inference, function)
    scope = facts.definition.own_scope[function.row]
    if not rest or facts.scope.flags[scope] & f.SCOPE_USES_LOCALS:
        return None
    calls = _handed_to(facts, function, rest, name)
    refused: Signature | None = None
    for call in calls or ():
        refused = _refused_by(inference, function, call, signature.start, name, given, depth)
        if refused is None:
            return None
    return refused


def _refused_by_class(
    inference: Inference, function: Entity, name: str, depth: int
) -> Signature | None:
    """The class that a stub names as ``cls: type[C] | None``, whose constructor gets the rest."""
    facts = inference.need(function.path)
    refused: Signature | None = None
    for row in parameter_rows(inference, function):
        annotation = facts.parameter.annotation[row]
        if facts.names[facts.parameter.name[row]] != "cls" or annotation < 0:
            continue
        for value in without_none(inference.annotation_type(function.path, annotation)):
            callee = (
                class_signature(inference, value.entity) if value.form == CLASS_OBJECT else None
            )
            for signature in callee.signatures if callee is not None else ():
                refused = _refuses(inference, signature, name, depth)
                if refused is None:
                    return None
    return refused


def _refused_by(
    inference: Inference, function: Entity, call: int, start: Entity | None, name: str,
    given: frozenset[str], depth: int,
) -> Signature | None:  # fmt: skip
    facts = inference.need(function.path)
    if access_paths.keyword_argument(facts, call, name) >= 0:
        return None
    callee_expr = facts.expr.a[call]
    found = call_targets(inference, function.path, callee_expr, start)
    if found is None:
        found = _by_default(inference, function.path, callee_expr, given)
    if not _is_super(facts, callee_expr):
        start = None
    refused: Signature | None = None
    for callee in found.callees if found is not None else ():
        for signature in callee.signatures:
            refused = _refuses(inference, signature, name, depth)
            if refused is None or signature.entity == function:
                return None
        if start is None and not all(
            _override_refuses(inference, each, name, depth)
            for each in _overrides(inference, callee.entity)
        ):
            return None
    return refused


def _by_default(
    inference: Inference, path: str, function: int, given: frozenset[str]
) -> CallTargets | None:
    """A class or function that a parameter is set to when it is left out: ``cls=None``."""
    facts = inference.need(path)
    ops, positions, lefts, rights = facts.expr
    if ops[function] != f.NAME or facts.names[lefts[function]] in given:
        return None
    rows = bindings_in_force(
        facts, rights[function], lefts[function], positions[function], function
    )
    values: list[int] = []
    for row in rows:
        value = facts.binding.value[row]
        if value < 0:
            return None
        if facts.binding.kind[row] == f.PARAMETER and ops[value] == f.NONE:
            continue
        if facts.binding.kind[row] != f.ASSIGN:
            return None
        values.append(value)
    return call_targets(inference, path, values[0]) if len(values) == 1 else None


def _rest_of(inference: Inference, function: Entity) -> str:
    """Name of the ``**`` parameter of a function, or an empty text."""
    facts = inference.need(function.path)
    for row in parameter_rows(inference, function):
        if facts.parameter.kind[row] == f.VAR_KEYWORD:
            return facts.names[facts.parameter.name[row]]
    return ""


def _is_super(facts: FileFacts, function: int) -> bool:
    """Whether a method is called on ``super()``."""
    ops, _, lefts, _ = facts.expr
    if ops[function] != f.ATTRIBUTE or ops[lefts[function]] != f.CALL:
        return False
    return access_paths.last_name(facts, lefts[lefts[function]]) == "super"


def _overrides(inference: Inference, entity: Entity) -> list[Entity]:
    if entity.kind != FUNCTION or name_of(inference, entity) in ("__init__", "__new__"):
        return []
    return overridden_signatures(inference, entity)


def _override_refuses(inference: Inference, entity: Entity, name: str, depth: int) -> bool:
    callee = function_signature(inference, entity, bound=False) if entity.kind == FUNCTION else None
    return callee is not None and all(
        _refuses(inference, each, name, depth) is not None for each in callee.signatures
    )


def _refuses(inference: Inference, signature: Signature, name: str, depth: int) -> Signature | None:
    for each in signature.parameters:
        if each.name == name and each.kind in (f.POSITIONAL, f.KEYWORD_ONLY):
            return None
    if not signature.takes_any(f.VAR_KEYWORD):
        return signature
    return rejecting_callee(inference, signature, name, depth=depth - 1)


def _handed_to(facts: FileFacts, function: Entity, rest: str, name: str) -> list[int] | None:
    """Calls that get all of a function's ``**kwargs``; None when more is done with them."""
    table = facts.definition
    start, end = table.start[function.row], table.end[function.row]
    calls: list[int] = []
    for role, position, expr in facts.occurrences(rest):
        if not start <= position < end or role & f.ROLE_MASK == f.PARAMETER_ROLE:
            continue
        if role != f.READ or expr < 0:
            return None
        user, op = access_paths.parent_expression(facts, expr)
        if op == f.STARRED and facts.expr.b[user] == 2:
            call, op = access_paths.parent_expression(facts, user)
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
        key = facts.expr.b[user]
        written = access_paths.string_value(facts, key)
        return bool(written) and written != name
    if op == f.ATTRIBUTE and facts.names[facts.expr.b[user]] in _TAKING:
        call = access_paths.nearby_call(facts, user)
        written = (
            access_paths.string_value(facts, access_paths.argument_for(facts, call, 0, ""))
            if call >= 0
            else ""
        )
        return bool(written) and written != name
    return False

"""Arguments against parameters: what no parameter takes, and what a call does not pass.

That includes keywords that a function takes by ``**kwargs`` and passes on to one that does not take
them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.facts_view import (
    arguments,
    attribute,
    called,
    elements,
    is_mapping_unpacked,
    items,
    op,
    operand,
    plain_name,
    string,
    subscript,
)
from ...indexer.inference.access_paths import (
    argument_for,
    keyword_argument,
    last_name,
    nearby_call,
    parent_expression,
    string_value,
)
from ...indexer.inference.entities import FUNCTION, Entity, name_of
from ...indexer.inference.inference import Inference
from ...indexer.inference.names import bindings_of_name
from ...indexer.inference.signatures import parameter_rows
from ...indexer.inference.stub_mapping import source_entity
from ...indexer.inference.types import CLASS_OBJECT, without_none
from .call_targets import CallTargets, call_targets
from .callees import Parameter, Signature
from .decorators import preserves_signature
from .signatures import class_signature, function_signature, overridden_signatures
from .uses import TESTED, uses_of

UNKNOWN_KEYWORD = "unknown-keyword"
MISSING_ARGUMENT = "missing-argument"
TOO_MANY_ARGUMENTS = "too-many-arguments"
DUPLICATE_ARGUMENT = "duplicate-argument"


class CallArguments:
    """The arguments of a call as they are written: (position, expression) each.

    ``has_star`` and ``has_double_star`` are true for a ``*sequence`` and a ``**mapping``, which may
    be for any parameter.
    """

    __slots__ = ("call", "has_double_star", "has_star", "keywords", "positional")

    def __init__(
        self,
        facts: FileFacts,
        call: int,
        skipped: int = 0,
        length: Callable[[int], int | None] = lambda _: None,
    ) -> None:
        """Read the arguments of a call without the first ``skipped`` positional ones.

        ``length`` tells how many values there are in what a star unpacks, if that is known.
        """
        self.call = call
        self.positional: list[tuple[int, int]] = []
        self.keywords: dict[str, tuple[int, int]] = {}
        self.has_star = self.has_double_star = False
        for each in arguments(facts, call) if call >= 0 else ():
            if each.is_positional:
                self.positional.append((each.position, each.value))
            elif each.is_keyword:
                self.keywords[facts.names[each.key]] = each.position, each.value
            elif each.key == f.ARG_STAR:
                unpacked = length(operand(facts, each.value))
                self.positional += [(each.position, each.value)] * (unpacked or 0)
                self.has_star = self.has_star or unpacked is None
            else:
                written = _keys(facts, operand(facts, each.value))
                self.keywords |= written or {}
                self.has_double_star = self.has_double_star or written is None
        self.positional = self.positional[skipped:]

    @classmethod
    def of_decorator(cls, facts: FileFacts, expr: int) -> CallArguments:
        """Return what a decorator is called with: what it decorates."""
        found = cls(facts, -1)
        found.positional = [(-1, expr)]
        return found


def _keys(facts: FileFacts, expr: int) -> dict[str, tuple[int, int]] | None:
    """Return (position, value) by key of a dictionary that is written out; else None."""
    if op(facts, expr) != f.DICT:
        return None
    found: dict[str, tuple[int, int]] = {}
    for key, value in items(facts, expr):
        text = string(facts, key) if key >= 0 else None
        if text is None:
            return None
        found[text] = facts.expr.position[key], value
    return found


@dataclass(slots=True, frozen=True)
class Mismatch:
    """A mismatch of arguments: the name of a rule, what it is about, and where that is.

    ``names`` are the keyword, or the parameters that get nothing; ``position`` is -1 for the call.
    """

    rule: str
    names: list[str]
    position: int = -1


def mismatches(
    signature: Signature, arguments: CallArguments, *, partly: bool = False
) -> list[Mismatch]:
    """Return why a call does not fit a signature; nothing when it does, or may.

    ``partly`` says that more arguments come later, as with ``functools.partial``.
    """
    if signature.lacks_receiver:
        return [Mismatch(TOO_MANY_ARGUMENTS, [])]
    parameters, positional = signature.parameters, signature.positional
    by_name = {each.name for each in parameters if each.kind in (f.POSITIONAL, f.KEYWORD_ONLY)}
    found: list[Mismatch] = []
    count = len(arguments.positional)
    if count > len(positional) and not signature.takes_any(f.VAR_POSITIONAL):
        position = arguments.positional[len(positional)][0]
        found.append(Mismatch(TOO_MANY_ARGUMENTS, [], position))
    passed = {each.name for each in positional[:count] if each.kind == f.POSITIONAL}
    any_keyword = signature.takes_any(f.VAR_KEYWORD)
    for name, (position, _) in arguments.keywords.items():
        if name in passed:
            found.append(Mismatch(DUPLICATE_ARGUMENT, [name], position))
        elif name not in by_name and not any_keyword:
            found.append(Mismatch(UNKNOWN_KEYWORD, [name], position))
    if not partly:
        missing = [each.name for each in _missing(parameters, arguments)]
        if missing:
            found.append(Mismatch(MISSING_ARGUMENT, missing))
    return found


def _missing(parameters: list[Parameter], arguments: CallArguments) -> list[Parameter]:
    """Return required parameters for which a call certainly passes nothing."""
    found: list[Parameter] = []
    place = 0
    for each in parameters:
        by_place = each.is_positional
        gets = by_place and (place < len(arguments.positional) or arguments.has_star)
        place += by_place
        by_name = each.kind != f.POSITIONAL_ONLY
        gets = gets or (by_name and (each.name in arguments.keywords or arguments.has_double_star))
        if each.required and not gets:
            found.append(each)
    return found


def function_handed_on(inference: Inference, signature: Signature) -> int:
    """Return the place of the function that gets the rest of the arguments; -1 if there is none.

    By the annotations ``run(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs)``.
    """
    declared: dict[int, list[tuple[str, int, int]]] = {}
    for place, each in enumerate(signature.parameters):
        if each.entity.kind != FUNCTION:
            return -1
        facts = inference.need(each.entity.path)
        annotation = facts.parameter.annotation[each.entity.row]
        declared.setdefault(each.kind, []).append((each.entity.path, annotation, place))
    names: set[str] = set()
    for kind, end in ((f.VAR_POSITIONAL, "args"), (f.VAR_KEYWORD, "kwargs")):
        path, annotation, _ = next(iter(declared.get(kind, ())), ("", -1, -1))
        parts = attribute(inference.need(path), annotation) if annotation >= 0 else None
        if parts is None or parts.name != end:
            return -1
        names.add(plain_name(inference.need(path), parts.receiver))
    for kind in (f.POSITIONAL_ONLY, f.POSITIONAL):
        for path, annotation, place in declared.get(kind, ()):
            facts = inference.need(path)
            item = subscript(facts, annotation) if annotation >= 0 else None
            if item is None or inference.special_form(path, item.value) != "Callable":
                continue
            listed = elements(facts, item.key) if op(facts, item.key) == f.TUPLE else ()
            if len(listed) == 2 and {plain_name(facts, listed[0])} == names:
                return place
    return -1


# Functions that a keyword is followed through.
_DEPTH = 5
# Methods of a mapping that are for one key.
_KEYED = frozenset(["pop", "get", "setdefault"])


def rejecting_callee(
    inference: Inference,
    signature: Signature,
    name: str,
    passed: frozenset[str] = frozenset(),
    depth: int = _DEPTH,
) -> Signature | None:
    """Return the signature that rejects a keyword in the end; None when something may take it.

    All that a function does with its ``**kwargs`` has to be to pass them on, or to take other
    names out of them; every function that may get them has to be known and reject the name.
    ``passed`` are the parameters for which the call passes something.
    """
    function = signature.entity
    if function.kind != FUNCTION or depth <= 0:
        return None
    if function.path.endswith(".pyi"):
        source = source_entity(inference, function)
        if source is None and "cls" not in passed:
            return _rejected_by_class(inference, function, name, depth)
        if source is None or source.kind != FUNCTION or not preserves_signature(inference, source):
            return None
        function = source
    facts = inference.need(function.path)
    rest = _keywords_parameter(inference, function)
    scope = facts.definition.own_scope[function.row]
    if not rest or facts.scope.flags[scope] & f.SCOPE_USES_LOCALS:
        return None
    rejecting: Signature | None = None
    for call in _forwarding_calls(facts, function, rest, name) or ():
        rejecting = _rejected_by(inference, function, call, signature.start, name, passed, depth)
        if rejecting is None:
            return None
    return rejecting


def _rejected_by_class(
    inference: Inference, function: Entity, name: str, depth: int
) -> Signature | None:
    """Return the constructor of the class that a stub names as ``cls: type[C] | None``."""
    facts = inference.need(function.path)
    rejecting: Signature | None = None
    for row in parameter_rows(inference, function):
        annotation = facts.parameter.annotation[row]
        if facts.names[facts.parameter.name[row]] != "cls" or annotation < 0:
            continue
        for value in without_none(inference.annotation_type(function.path, annotation)):
            callee = (
                class_signature(inference, value.entity) if value.form == CLASS_OBJECT else None
            )
            for signature in callee.signatures if callee is not None else ():
                rejecting = _rejecting(inference, signature, name, depth)
                if rejecting is None:
                    return None
    return rejecting


def _rejected_by(
    inference: Inference, function: Entity, call: int, start: Entity | None, name: str,
    passed: frozenset[str], depth: int,
) -> Signature | None:  # fmt: skip
    facts = inference.need(function.path)
    if keyword_argument(facts, call, name) >= 0:
        return None
    callee_expr = called(facts, call)
    targets = call_targets(inference, function.path, callee_expr, start)
    if targets is None:
        targets = _default_target(inference, function.path, callee_expr, passed)
    receiver = attribute(facts, callee_expr)
    if receiver is None or last_name(facts, called(facts, receiver.receiver)) != "super":
        start = None
    rejecting: Signature | None = None
    for callee in targets.callees if targets is not None else ():
        for signature in callee.signatures:
            rejecting = _rejecting(inference, signature, name, depth)
            if rejecting is None or signature.entity == function:
                return None
        if start is None and not all(
            _override_rejects(inference, each, name, depth)
            for each in _overrides(inference, callee.entity)
        ):
            return None
    return rejecting


def _default_target(
    inference: Inference, path: str, function: int, passed: frozenset[str]
) -> CallTargets | None:
    """Return the class or function that replaces a parameter's default of None: ``cls=None``."""
    facts = inference.need(path)
    name = plain_name(facts, function)
    if not name or name in passed:
        return None
    values: list[int] = []
    for row in bindings_of_name(facts, function):
        value, kind = facts.binding.value[row], facts.binding.kind[row]
        if value < 0:
            return None
        if kind == f.PARAMETER and op(facts, value) == f.NONE:
            continue
        if kind != f.ASSIGN:
            return None
        values.append(value)
    return call_targets(inference, path, values[0]) if len(values) == 1 else None


def _keywords_parameter(inference: Inference, function: Entity) -> str:
    """Return the name of the ``**`` parameter of a function, or an empty string."""
    facts = inference.need(function.path)
    for row in parameter_rows(inference, function):
        if facts.parameter.kind[row] == f.VAR_KEYWORD:
            return facts.names[facts.parameter.name[row]]
    return ""


def _overrides(inference: Inference, entity: Entity) -> list[Entity]:
    if entity.kind != FUNCTION or name_of(inference, entity) in ("__init__", "__new__"):
        return []
    return overridden_signatures(inference, entity)


def _override_rejects(inference: Inference, entity: Entity, name: str, depth: int) -> bool:
    callee = function_signature(inference, entity, bound=False) if entity.kind == FUNCTION else None
    return callee is not None and all(
        _rejecting(inference, each, name, depth) is not None for each in callee.signatures
    )


def _rejecting(
    inference: Inference, signature: Signature, name: str, depth: int
) -> Signature | None:
    for each in signature.parameters:
        if each.name == name and each.kind in (f.POSITIONAL, f.KEYWORD_ONLY):
            return None
    if not signature.takes_any(f.VAR_KEYWORD):
        return signature
    return rejecting_callee(inference, signature, name, depth=depth - 1)


def _forwarding_calls(facts: FileFacts, function: Entity, rest: str, name: str) -> list[int] | None:
    """Return the calls that get a function's ``**kwargs``; None if it does more with them."""
    table = facts.definition
    start, end = table.start[function.row], table.end[function.row]
    calls: list[int] = []
    for role, position, expr in facts.occurrences(rest):
        if not start <= position < end or role & f.ROLE_MASK == f.PARAMETER_ROLE:
            continue
        if role != f.READ or expr < 0:
            return None
        user, how = parent_expression(facts, expr)
        if how == f.STARRED and is_mapping_unpacked(facts, user):
            call, how = parent_expression(facts, user)
            if how != f.CALL:
                return None
            calls.append(call)
        elif not _takes_another(facts, user, how, name) and not _is_tested(facts, expr):
            return None
    return calls


def _is_tested(facts: FileFacts, expr: int) -> bool:
    """True if a value is only tested for being empty: ``if kwargs``, ``not kwargs``."""
    uses = uses_of(facts).of(expr)
    return bool(uses) and all(how in (TESTED, f.NOT, f.AND, f.OR) for how, _ in uses)


def _takes_another(facts: FileFacts, user: int, how: int, name: str) -> bool:
    """True if a use of a mapping reads or removes one key, and that is not this name."""
    key = -1
    if how == f.SUBSCRIPT and (item := subscript(facts, user)):
        key = item.key
    elif how == f.ATTRIBUTE and (method := attribute(facts, user)) and method.name in _KEYED:
        call = nearby_call(facts, user)
        key = argument_for(facts, call, 0, "") if call >= 0 else -1
    text = string_value(facts, key)
    return bool(text) and text != name

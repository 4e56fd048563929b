"""Calls whose arguments do not fit what they call."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ....indexer import facts as f
from ....indexer.facts_view import attribute, called, decorators, op, operand
from ....indexer.inference.access_paths import decorator_callee, last_name
from ....indexer.inference.entities import (
    CLASS,
    CONVENTIONAL,
    EVIDENCE_NAMES,
    FUNCTION,
    OUTSIDE,
    Entity,
    name_of,
)
from ....indexer.inference.inference import Inference
from ....indexer.inference.signatures import overloads
from ....indexer.inference.standard_types import is_standard_class
from ....indexer.inference.stub_mapping import source_entity
from ....indexer.inference.types import INSTANCE, without_none
from ...source.ranges import end_of_argument
from .. import messages
from ..arguments import (
    DUPLICATE_ARGUMENT,
    MISSING_ARGUMENT,
    TOO_MANY_ARGUMENTS,
    UNKNOWN_KEYWORD,
    CallArguments,
    Mismatch,
    function_handed_on,
    mismatches,
    rejecting_callee,
)
from ..call_targets import CallTargets, call_targets, functions_named, member_targets
from ..callees import Callee, Signature
from ..context import CheckContext
from ..effects import uncallable_value
from ..excuses import is_expected_to_fail, is_for_another_version, is_replaced
from ..findings import ERROR, WARNING, Finding
from ..fixes.calls import call_fixes, nearest_parameters
from ..known_names import is_assigned_to, is_set_from_outside
from ..signatures import (
    class_signature,
    function_signature,
    name_in_class,
    overridden_signatures,
    owner_of,
)
from ..tuple_length import known_length
from ..uses import wanted_calls

_Best = tuple[Signature, list[Mismatch]]


def mismatched_arguments(context: CheckContext) -> Iterator[Finding]:
    """Yield calls that fit none of the signatures of anything that they may reach."""
    facts = context.facts
    for call in context.expressions(f.CALL):
        arguments = CallArguments(facts, call, length=partial(known_length, context))
        name = last_name(facts, called(facts, call))
        if not (context.includes(name) or any(map(context.includes, arguments.keywords))):
            continue
        finding = _check_call(context, call, arguments)
        if finding is not None and not _is_excused(context, called(facts, call)):
            yield finding
    yield from _mismatched_decorators(context)


def _mismatched_decorators(context: CheckContext) -> Iterator[Finding]:
    """Yield decorators that do not take what they decorate, and nothing else."""
    facts = context.facts
    for row in range(len(facts.definition.kind)):
        for expr in decorators(facts, row):
            start = facts.expr.position[expr]
            name = last_name(facts, decorator_callee(facts, expr))
            if not context.includes(name) or not context.is_touched(start, start + 1):
                continue
            targets = call_targets(context.strict, context.path, expr)
            if targets is None or _is_excused(context, expr):
                continue
            arguments = CallArguments.of_decorator(facts, expr)
            finding = _check_targets(context, context.strict, expr, arguments, targets)
            if finding is not None:
                yield finding


def _is_excused(context: CheckContext, function: int) -> bool:
    position = context.facts.expr.position[function]
    return (
        is_for_another_version(context, position)
        or context.is_dead(position)
        or is_expected_to_fail(context, position, "TypeError")
    )


def _check_call(context: CheckContext, call: int, arguments: CallArguments) -> Finding | None:
    function = called(context.facts, call)
    if _is_assigned(context, function):
        return None
    targets = call_targets(context.strict, context.path, function)
    if targets is None:
        targets = None if context.is_certain_only else _by_convention(context, function, arguments)
        if targets is None:
            return None
        return _check_targets(context, context.inference, call, arguments, targets)
    if any(
        is_standard_class(context.strict, each.entity, "functools", "partial")
        for each in targets.callees
    ):
        return _check_partial(context, call, arguments)
    return _check_targets(context, context.strict, call, arguments, targets) or _check_handed_on(
        context, call, arguments, targets
    )


def _check_handed_on(
    context: CheckContext, call: int, arguments: CallArguments, targets: CallTargets
) -> Finding | None:
    """Check ``asyncio.to_thread(area, 1)``: what is passed on is for the function before it."""
    if len(targets.callees) != 1 or arguments.has_star or arguments.has_double_star:
        return None
    signature, *others = targets.callees[0].signatures
    place = function_handed_on(context.strict, signature)
    if others or place < 0 or place >= len(arguments.positional):
        return None
    inner = call_targets(context.strict, context.path, arguments.positional[place][1])
    if inner is None:
        return None
    rest = CallArguments(context.facts, call, len(signature.positional))
    for each in signature.parameters:
        rest.keywords.pop(each.name, None)
    rest.call = -1  # the call is of another function
    return _check_targets(context, context.strict, call, rest, inner)


def _is_assigned(context: CheckContext, function: int) -> bool:
    """True if code assigns something else to the method of such an object: tests put in doubles."""
    parts = attribute(context.facts, function)
    if parts is None or not is_set_from_outside(context.strict, parts.name):
        return False
    type_ = without_none(context.strict.infer_type(context.path, parts.receiver))
    return bool(type_) and is_assigned_to(context.strict, parts.name, type_)


def _check_partial(context: CheckContext, call: int, arguments: CallArguments) -> Finding | None:
    """Check ``partial(function, …)``: what is passed now has to be for one of its parameters."""
    if not arguments.positional:
        return None
    targets = call_targets(context.strict, context.path, arguments.positional[0][1])
    if targets is None:
        return None
    rest = CallArguments(context.facts, call, 1, partial(known_length, context))
    return _check_targets(context, context.strict, call, rest, targets, partly=True)


def _by_convention(
    context: CheckContext, function: int, arguments: CallArguments
) -> CallTargets | None:
    """Return methods of an untyped receiver by convention, unless another one of the name fits."""
    parts = attribute(context.facts, function)
    if parts is None:
        return None
    type_ = without_none(context.inference.infer_type(context.path, parts.receiver))
    if not type_ or any(value.form != INSTANCE or value.entity.is_outside for value in type_):
        return None
    targets = member_targets(context.inference, type_, parts.name)
    if targets is None:
        return None
    for entity in functions_named(context.inference, parts.name):
        callee = function_signature(context.inference, entity, bound=True)
        if callee is None or not _best(context.inference, callee, arguments)[1]:
            return None
    return CallTargets(targets.callees, CONVENTIONAL)


def _best(
    inference: Inference, callee: Callee, arguments: CallArguments, *, partly: bool = False
) -> _Best:
    """Return the signature of a callee that fits best, and why it does not fit."""
    best: _Best | None = None
    for signature in callee.signatures:
        found = mismatches(signature, arguments, partly=partly)
        if not found:
            found = _rejected_keywords(inference, signature, arguments)
        if best is None or _weight(found) < _weight(best[1]):
            best = signature, found
    if callee.then is not None and best is not None and not best[1]:
        return _best(inference, callee.then, arguments, partly=partly)
    return best or (Signature(callee.entity, []), [])


def _weight(found: list[Mismatch]) -> int:
    return sum(len(each.names) or 1 for each in found)


def _rejected_keywords(
    inference: Inference, signature: Signature, arguments: CallArguments
) -> list[Mismatch]:
    """Return keywords that ``**kwargs`` takes and that no function behind it accepts."""
    if not signature.takes_any(f.VAR_KEYWORD):
        return []
    names = {each.name for each in signature.parameters if each.kind != f.POSITIONAL_ONLY}
    passed = _passed(signature, arguments)
    return [
        Mismatch(UNKNOWN_KEYWORD, [name], position)
        for name, (position, _) in arguments.keywords.items()
        if name not in names and rejecting_callee(inference, signature, name, passed) is not None
    ]


def _passed(signature: Signature, arguments: CallArguments) -> frozenset[str]:
    """Return the names of the parameters for which a call passes something, or may."""
    if arguments.has_star or arguments.has_double_star:
        return frozenset(each.name for each in signature.parameters)
    positional = signature.positional[: len(arguments.positional)]
    return frozenset([*(each.name for each in positional), *arguments.keywords])


def _check_targets(
    context: CheckContext,
    inference: Inference,
    call: int,
    arguments: CallArguments,
    targets: CallTargets,
    *,
    partly: bool = False,
) -> Finding | None:
    closest: _Best | None = None
    for callee in targets.callees:
        best = _best(inference, callee, arguments, partly=partly)
        if not best[1] or _an_override_fits(inference, callee, arguments, partly=partly):
            return None
        if closest is None or _weight(best[1]) < _weight(closest[1]):
            closest = best
    if closest is None or any(is_replaced(context, callee) for callee in targets.callees):
        return None
    if closest[0].entity.path == "Callable" and arguments.keywords:
        return None  # what is passed may have parameters of these names
    signature, found = closest
    first = found[0]
    if first.rule == UNKNOWN_KEYWORD and _is_in_stub_of_binary(inference, signature.entity):
        return None
    if first.rule == MISSING_ARGUMENT and _may_omit_defaults(inference, signature.entity):
        return None
    if _is_taken_by_source(inference, signature.entity, arguments):
        return None
    is_call = op(context.facts, call) == f.CALL and arguments.call == call
    function = called(context.facts, call) if is_call else call
    start, end = _range_of(context, function, first)
    name = last_name(context.facts, function)
    return Finding(
        first.rule,
        context.path,
        start,
        end,
        _message(inference, name, arguments, signature, first, targets),
        subject=f"{name or 'call'}:{','.join(first.names)}",
        severity=WARNING if targets.evidence >= CONVENTIONAL else ERROR,
        evidence=EVIDENCE_NAMES[targets.evidence],
        nearest=nearest_parameters(inference, signature, first),
        fixes=call_fixes(context, inference, call, arguments, signature, found) if is_call else [],
        value=function,
    )


def _is_in_stub_of_binary(inference: Inference, entity: Entity) -> bool:
    """True if a stub describes a compiled module, which may take more than the stub knows.

    ``QPushButton("x", clicked=f)``: properties and signals of Qt are keywords too.
    """
    if not entity.path.endswith(".pyi"):
        return False
    search_path = inference.snapshot.index.search_path
    full = inference.snapshot.absolute(entity.path)
    folder, _, name = full.rpartition("/")
    return search_path.layer(full) != "stdlib" and search_path.is_compiled(
        folder, name.removesuffix(".pyi")
    )


def _may_omit_defaults(inference: Inference, entity: Entity) -> bool:
    """True if overloads of a stub describe a function of C by the numbers of its arguments.

    Such a list lacks what nobody has tried: ``sqlite3.adapt(value)``, ``numpy.arange(stop=3)``.
    Those of builtins are known.
    """
    if entity.kind != FUNCTION or not entity.path.endswith(".pyi"):
        return False
    full = inference.snapshot.absolute(entity.path)
    search_path, name = inference.snapshot.index.search_path, full.rpartition("/")[2]
    if search_path.layer(full) != "stdlib":
        is_of_c = source_entity(inference, entity) is None
    else:
        is_private = name.startswith("_") and not name.startswith("__")
        is_of_c = is_private and search_path.source_of(full) is None
    return is_of_c and len(overloads(inference, entity)) > 1


def _is_taken_by_source(inference: Inference, entity: Entity, arguments: CallArguments) -> bool:
    """True if a stub has a constructor that the class in its source does not have like that.

    ``unittest.SkipTest`` takes what any exception does, and is declared to require a reason.
    """
    if entity.kind != FUNCTION or not entity.path.endswith(".pyi"):
        return False
    cls = owner_of(inference, entity)
    is_constructor = cls.row >= 0 and name_of(inference, entity) in ("__init__", "__new__")
    source = source_entity(inference, cls) if is_constructor else None
    if source is None or source.kind != CLASS:
        return False
    callee = class_signature(inference, source)
    return callee is None or not _best(inference, callee, arguments)[1]


def _an_override_fits(
    inference: Inference, callee: Callee, arguments: CallArguments, *, partly: bool
) -> bool:
    """True if a method of a derived class, which may be the one that is called, takes the call."""
    entity = callee.entity
    if entity.kind != FUNCTION or name_of(inference, entity) in ("__init__", "__new__"):
        return False
    for other in overridden_signatures(inference, entity):
        if other.kind != FUNCTION:
            return True
        flags = inference.need(other.path).definition.flags[other.row]
        found = function_signature(inference, other, bound=not flags & f.STATIC)
        if found is None or not _best(inference, found, arguments, partly=partly)[1]:
            return True
    return False


def _range_of(context: CheckContext, function: int, mismatch: Mismatch) -> tuple[int, int]:
    if mismatch.rule == TOO_MANY_ARGUMENTS and mismatch.position >= 0:
        return mismatch.position, end_of_argument(context.text, mismatch.position)
    if mismatch.position >= 0 and mismatch.names:
        return mismatch.position, mismatch.position + len(mismatch.names[0].encode())
    while op(context.facts, function) in (f.CALL, f.SUBSCRIPT):  # `partial(area, 1)(2)`
        function = operand(context.facts, function)
    start = context.facts.expr.position[function]
    return start, start + max(len(last_name(context.facts, function).encode()), 1)


def _message(
    inference: Inference,
    name: str,
    arguments: CallArguments,
    signature: Signature,
    mismatch: Mismatch,
    targets: CallTargets,
) -> str:
    callee = _name_of_callee(inference, signature, name)
    detail = messages.takes(signature, len(targets.callees[0].signatures) > 1)
    if mismatch.rule == TOO_MANY_ARGUMENTS:
        positional = signature.positional
        least = sum(each.required for each in positional)
        passed = len(arguments.positional) + signature.lacks_receiver
        return messages.too_many_arguments(callee, least, len(positional), passed, detail)
    if mismatch.rule == MISSING_ARGUMENT:
        kinds = {each.name: each.kind for each in signature.parameters}
        keyword = [each for each in mismatch.names if kinds[each] == f.KEYWORD_ONLY]
        positional = [each for each in mismatch.names if each not in keyword]
        return messages.missing_arguments(callee, positional, keyword, detail)
    keyword = mismatch.names[0]
    if mismatch.rule == DUPLICATE_ARGUMENT:
        return messages.multiple_values(callee, keyword, detail)
    end = rejecting_callee(inference, signature, keyword, _passed(signature, arguments))
    if end is not None and signature.takes_any(f.VAR_KEYWORD):
        # As the interpreter would say it: the function that gets it in the end is the one to fail.
        detail = f"{callee}() passes it on, and {messages.takes(end)}"
        callee = _name_of_callee(inference, end, "")
    return messages.unexpected_keyword(callee, keyword, detail)


def _name_of_callee(inference: Inference, signature: Signature, spelled: str) -> str:
    """Return the name of what is called; of a constructor that of the class."""
    if signature.entity.kind == OUTSIDE:
        return spelled if signature.entity.path else "<lambda>"
    name = name_of(inference, signature.entity)
    if name in ("__init__", "__new__", "__call__"):
        return spelled or name
    return name_in_class(inference, signature.entity)


def not_callable(context: CheckContext) -> Iterator[Finding]:
    """Yield calls of what is no function, class, or object with ``__call__``."""
    for function, name in _called_values(context):
        found = uncallable_value(context, function)
        if not found or _is_excused(context, function):
            continue
        type_, is_property = found
        start = context.facts.expr.position[function]
        yield Finding(
            "not-callable", context.path, start, start + max(len(name.encode()), 1),
            messages.not_callable(context.strict, type_, name, is_property),
            subject=name or "call",
            evidence=EVIDENCE_NAMES[max(value.evidence for value in type_)], value=function,
        )  # fmt: skip


def _called_values(context: CheckContext) -> Iterator[tuple[int, str]]:
    """Yield what is called, with its name: functions of calls, and decorators."""
    for _, function, name in wanted_calls(context):
        yield function, name
    facts = context.facts
    for row in range(len(facts.definition.kind)):
        for expr in decorators(facts, row):
            name = last_name(facts, decorator_callee(facts, expr))
            start = facts.expr.position[expr]
            if context.includes(name) and context.is_touched(start, start + 1):
                yield expr, name

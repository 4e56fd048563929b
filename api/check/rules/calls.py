"""Calls whose arguments do not fit what they call."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import (
    CONVENTIONAL,
    EVIDENCE_NAMES,
    FUNCTION,
    OUTSIDE,
    Entity,
    name_of,
)
from ....indexer.inference.standard_types import is_standard_class
from ....indexer.inference.types import INSTANCE, without_none
from ....indexer.plugins.synthesized import last_name
from ..arguments import (
    DUPLICATE_ARGUMENT,
    MISSING_ARGUMENT,
    TOO_MANY_ARGUMENTS,
    UNKNOWN_KEYWORD,
    CallArguments,
    Mismatch,
    mismatches,
    rejecting_callee,
)
from ..call_targets import CallTargets, call_targets, member_targets
from ..excuses import is_expected_to_fail, is_for_another_version
from ..findings import ERROR, WARNING, Finding
from ..signatures import Signature, function_signature, overridden_signatures
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference
    from ..context import CheckContext
    from ..signatures import Callee

# Functions of a name that are looked at before it is taken that one of them fits.
_SAME_NAME = 60


def unfit_arguments(context: CheckContext) -> Iterator[Finding]:
    """Calls that fit none of the signatures of anything that they may reach."""
    if context.is_stub:
        return
    facts = context.facts
    for call in context.expressions(f.CALL):
        function = facts.expr.a[call]
        written = CallArguments(facts, call)
        name = last_name(facts, function)
        if not (context.wants(name) or any(map(context.wants, written.keywords))):
            continue
        finding = _judged(context, call, function, written)
        if finding is not None and not _is_excused(context, function):
            yield finding


def _is_excused(context: CheckContext, function: int) -> bool:
    position = context.facts.expr.position[function]
    if is_for_another_version(context, position):
        return True
    return context.is_dead(position) or is_expected_to_fail(context, position, "TypeError")


def _judged(
    context: CheckContext, call: int, function: int, written: CallArguments
) -> Finding | None:
    found = call_targets(context.strict, context.path, function)
    if found is None:
        found = None if context.is_certain_only else _by_convention(context, function, written)
        if found is None:
            return None
        return _unfit(context, context.inference, call, written, found)
    if any(
        is_standard_class(context.strict, each.entity, "functools", "partial")
        for each in found.callees
    ):
        return _of_partial(context, call)
    return _unfit(context, context.strict, call, written, found)


def _of_partial(context: CheckContext, call: int) -> Finding | None:
    """``partial(function, …)``: what is given now has to be something that the function takes."""
    written = CallArguments(context.facts, call)
    if not written.positional:
        return None
    found = call_targets(context.strict, context.path, written.positional[0][1])
    if found is None:
        return None
    rest = CallArguments(context.facts, call, skipped=1)
    return _unfit(context, context.strict, call, rest, found, partly=True)


def _by_convention(
    context: CheckContext, function: int, written: CallArguments
) -> CallTargets | None:
    """Methods of an untyped receiver by the code base's conventions, if nothing called so fits."""
    facts = context.facts
    if facts.expr.op[function] != f.ATTRIBUTE:
        return None
    receiver, name = facts.expr.a[function], facts.names[facts.expr.b[function]]
    type_ = without_none(context.inference.infer_type(context.path, receiver))
    if not type_ or any(value.form != INSTANCE or value.entity.path[:1] == "/" for value in type_):
        return None
    found = member_targets(context.inference, type_, name)
    if found is None:
        return None
    for entity in functions_named(context.inference, name):
        callee = function_signature(context.inference, entity, bound=True)
        if callee is None or not _best(context.inference, callee, written)[1]:
            return None
    return CallTargets(found.callees, CONVENTIONAL)


def functions_named(inference: Inference, name: str) -> list[Entity]:
    """Functions of the workspace that have a name, as far as there are not too many."""
    found: list[Entity] = []
    for path in inference.files_with(name):
        facts = inference.facts(path)
        for role, position, _ in facts.occurrences(name) if facts is not None else ():
            if facts is not None and role & f.ROLE_MASK == f.DEFINED:
                rows = facts.definition.position
                for row, at in enumerate(rows):
                    if at == position and facts.definition.kind[row] == f.FUNCTION:
                        found.append(Entity(FUNCTION, path, row))
        if len(found) > _SAME_NAME:
            break
    return found


def _best(
    inference: Inference, callee: Callee, written: CallArguments, *, partly: bool = False
) -> tuple[Signature, list[Mismatch]]:
    """The signature of something called that fits best, and why it does not fit."""
    best: tuple[Signature, list[Mismatch]] | None = None
    for signature in callee.signatures:
        found = mismatches(signature, written, partly=partly)
        if not found:
            found = _refused(inference, signature, written)
        if best is None or _weight(found) < _weight(best[1]):
            best = signature, found
    return best or (Signature(callee.entity, []), [])


def _weight(found: list[Mismatch]) -> int:
    return sum(len(each.names) or 1 for each in found)


def _refused(inference: Inference, signature: Signature, written: CallArguments) -> list[Mismatch]:
    """Keywords that ``**kwargs`` takes in, and nothing behind it wants."""
    if not signature.takes_any(f.VAR_KEYWORD):
        return []
    names = {each.name for each in signature.parameters if each.kind != f.POSITIONAL_ONLY}
    given = _given(signature, written)
    return [
        Mismatch(UNKNOWN_KEYWORD, [name], position)
        for name, (position, _) in written.keywords.items()
        if name not in names and rejecting_callee(inference, signature, name, given) is not None
    ]


def _given(signature: Signature, written: CallArguments) -> frozenset[str]:
    """Parameters to which a call gives something, or may."""
    if written.starred or written.doubled:
        return frozenset(each.name for each in signature.parameters)
    by_place = [each.name for each in signature.parameters if each.kind <= f.POSITIONAL]
    return frozenset([*by_place[: len(written.positional)], *written.keywords])


def _unfit(
    context: CheckContext,
    inference: Inference,
    call: int,
    written: CallArguments,
    found: CallTargets,
    *,
    partly: bool = False,
) -> Finding | None:
    chosen: tuple[Signature, list[Mismatch]] | None = None
    for callee in found.callees:
        signature, wrong = _best(inference, callee, written, partly=partly)
        if not wrong:
            return None
        if _an_override_fits(inference, callee, written, partly=partly):
            return None
        if chosen is None or _weight(wrong) < _weight(chosen[1]):
            chosen = signature, wrong
    if chosen is None:
        return None
    signature, wrong = chosen
    return _finding(context, inference, call, written, signature, wrong, found)


def _an_override_fits(
    inference: Inference, callee: Callee, written: CallArguments, *, partly: bool
) -> bool:
    """Whether a method of a derived class, which may be the one that is called, takes the call."""
    entity = callee.entity
    if entity.kind != FUNCTION or name_of(inference, entity) in ("__init__", "__new__"):
        return False
    for other in overridden_signatures(inference, entity):
        if other.kind != FUNCTION:
            return True
        flags = inference.need(other.path).definition.flags[other.row]
        found = function_signature(inference, other, bound=not flags & f.STATIC)
        if found is None or not _best(inference, found, written, partly=partly)[1]:
            return True
    return False


def _finding(
    context: CheckContext,
    inference: Inference,
    call: int,
    written: CallArguments,
    signature: Signature,
    wrong: list[Mismatch],
    found: CallTargets,
) -> Finding:
    from ..fixes.calls import call_fixes, nearest_parameters

    first = wrong[0]
    function = context.facts.expr.a[call]
    start, end = _place(context, function, first)
    name = last_name(context.facts, function) or "call"
    return Finding(
        first.rule,
        context.path,
        start,
        end,
        _message(context, inference, function, written, signature, first, found),
        subject=f"{name}:{','.join(first.names)}",
        severity=WARNING if found.evidence >= CONVENTIONAL else ERROR,
        evidence=EVIDENCE_NAMES[found.evidence],
        nearest=nearest_parameters(inference, signature, first),
        fixes=call_fixes(context, inference, call, written, signature, wrong),
    )


def _place(context: CheckContext, function: int, mismatch: Mismatch) -> tuple[int, int]:
    if mismatch.rule == TOO_MANY_ARGUMENTS:
        from ...source.ranges import end_of_argument

        return mismatch.position, end_of_argument(context.text, mismatch.position)
    if mismatch.position >= 0:
        return mismatch.position, mismatch.position + len(mismatch.names[0].encode())
    start = context.facts.expr.position[function]
    return start, start + max(len(last_name(context.facts, function).encode()), 1)


def _message(
    context: CheckContext,
    inference: Inference,
    function: int,
    written: CallArguments,
    signature: Signature,
    mismatch: Mismatch,
    found: CallTargets,
) -> str:
    entity = signature.entity
    called = "The lambda" if entity.kind == OUTSIDE else f"`{name_of(inference, entity)}`"
    if called in ("`__init__`", "`__new__`", "`__call__`"):
        called = f"`{last_name(context.facts, function) or name_of(inference, entity)}`"
    shown = signature.shown()
    takes = f"it takes {shown}" if signature.parameters else "it takes no arguments"
    if len(found.callees[0].signatures) > 1:
        takes = f"the overload that is nearest to this call takes {shown}"
    names = ", ".join(f"`{each}`" for each in mismatch.names)
    if mismatch.rule == UNKNOWN_KEYWORD:
        end = rejecting_callee(inference, signature, mismatch.names[0], _given(signature, written))
        if end is not None and signature.takes_any(f.VAR_KEYWORD):
            last = name_of(inference, end.entity)
            return f"{called} hands {names} on to `{last}`, which takes {end.shown()}."
        return f"{called} has no parameter {names}; {takes}."
    if mismatch.rule == MISSING_ARGUMENT:
        return f"{called} is not given {names}; {takes}."
    if mismatch.rule == DUPLICATE_ARGUMENT:
        return f"{called} gets {names} twice, by place and by name; {takes}."
    return f"{called} is given {len(written.positional)} arguments by place; {takes}."


def not_callable(context: CheckContext) -> Iterator[Finding]:
    """Calls of what is no function, class, or object with ``__call__``."""
    from ..effects import uncallable_value

    if context.is_stub:
        return
    facts = context.facts
    for call in context.expressions(f.CALL):
        function = facts.expr.a[call]
        name = last_name(facts, function)
        if not context.wants(name):
            continue
        found = uncallable_value(context, function)
        if not found or _is_excused(context, function):
            continue
        said, evidence = found
        start = facts.expr.position[function]
        yield Finding(
            "not-callable", context.path, start, start + max(len(name.encode()), 1), said,
            subject=name or "call", evidence=EVIDENCE_NAMES[evidence],
        )  # fmt: skip


RULES = [
    Rule(
        UNKNOWN_KEYWORD,
        "A keyword argument that no parameter takes.",
        unfit_arguments,
    ),
    Rule(MISSING_ARGUMENT, "A call without an argument that it has to give."),
    Rule(TOO_MANY_ARGUMENTS, "More arguments by place than there are parameters."),
    Rule(DUPLICATE_ARGUMENT, "An argument that is given by place and by name."),
    Rule(
        "misplaced-argument",
        "An argument by place that an edit of what is called gave another meaning.",
        severity=WARNING,
    ),
    Rule("not-callable", "A call of what cannot be called.", not_callable),
]

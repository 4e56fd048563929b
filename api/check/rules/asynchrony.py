"""Coroutines that are never awaited, and values that are awaited, iterated or entered wrongly."""

from __future__ import annotations

from collections.abc import Iterator

from ....indexer import facts as f
from ....indexer.facts_view import (
    argument_values,
    attribute,
    called,
    definition_name,
    is_async,
    op,
    operand,
    results,
)
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.entities import CONVENTIONAL, EVIDENCE_NAMES, INFERRED, Entity
from ....indexer.inference.exhaustive import is_exhaustive
from ....indexer.inference.types import (
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    NONE,
    without_none,
)
from ...source.ranges import end_of_call, word_before
from .. import messages
from ..arguments import CallArguments
from ..call_targets import call_targets, functions_named
from ..context import CheckContext
from ..coroutines import (
    coroutine_misuse,
    has_declared_result,
    is_asynchronous,
    is_synchronous,
    lacks_method,
    parameter_for,
    returns_coroutine,
    returns_nothing,
    runs_awaitables,
    wants_awaitable,
)
from ..excuses import is_expected_to_fail
from ..findings import ERROR, WARNING, Edit, Finding, Fix
from ..implicit_calls import why_lacking
from ..known_names import files_outside_with
from ..signatures import name_in_class
from ..uses import CALLED, uses_of, wanted_calls

# Functions of `inspect` and `asyncio` by which code tells apart what is awaited.
_ASKING_FOR_COROUTINES = frozenset(["iscoroutinefunction", "iscoroutine", "isawaitable"])


def missing_await(context: CheckContext) -> Iterator[Finding]:
    """Yield coroutines that are dropped, or used as if they were their results."""
    for call, function, name in wanted_calls(context):
        found = returns_coroutine(context.strict, context.path, call)
        if found is not None:
            misuse = coroutine_misuse(context, call)
            if misuse and not _is_excused(context, call):
                yield _not_awaited(context, call, name, found[0], misuse, found[1])
        elif op(context.facts, function) == f.ATTRIBUTE and is_in_coroutine(context, call):
            entity = _by_convention(context, call, function, name)
            if entity is not None and not _is_excused(context, call):
                yield _not_awaited(context, call, name, entity, messages.NOT_USED, CONVENTIONAL)


def _is_excused(context: CheckContext, expr: int) -> bool:
    position = context.facts.expr.position[expr]
    return context.is_dead(position) or is_expected_to_fail(context, position, "TypeError")


def _is_unknown(context: CheckContext, expr: int) -> bool:
    """True if nothing is known of a value without conventions."""
    return not without_none(context.strict.infer_type(context.path, expr))


def _receiver(context: CheckContext, function: int) -> int:
    parts = attribute(context.facts, function)
    return parts.receiver if parts is not None else -1


def _by_convention(context: CheckContext, call: int, function: int, name: str) -> Entity | None:
    """Return the asynchronous method of an untyped receiver, when its result is dropped."""
    if uses_of(context.facts).of(call):
        return None
    if coroutine_misuse(context, call) != messages.NOT_USED:
        return None
    if not _is_unknown(context, function) or not _is_unknown(context, _receiver(context, function)):
        return None
    if context.lacks_modules:
        return None  # it may be a method of what is not here
    found = returns_coroutine(context.inference, context.path, call)
    entities = functions_named(context.inference, name)
    if not entities or not all(is_asynchronous(context.strict, each) for each in entities):
        return None
    if found is not None:
        return found[0]
    return None if _is_name_of_dependency(context, name) else entities[0]


def _is_name_of_dependency(context: CheckContext, name: str) -> bool:
    """True if dependencies or the standard library have anything of this name."""
    return any(True for _ in files_outside_with(context.strict, name))


def _function_around(context: CheckContext, expr: int, *, through_comprehensions: bool) -> int:
    """Return the row of the function in which an expression stands, or -1."""
    facts = context.facts
    scope = context.scope_of(expr)
    while through_comprehensions and facts.scope.kind[scope] == f.COMPREHENSION_SCOPE:
        scope = facts.scope.parent[scope]
    return facts.scope.definition[scope] if facts.scope.kind[scope] == f.FUNCTION_SCOPE else -1


def is_in_coroutine(context: CheckContext, expr: int) -> bool:
    """True if an expression stands in a function in which something may be awaited."""
    definition = _function_around(context, expr, through_comprehensions=True)
    return definition >= 0 and bool(context.facts.definition.flags[definition] & f.ASYNC)


def _not_awaited(
    context: CheckContext, call: int, name: str, entity: Entity, misuse: str, evidence: int
) -> Finding:
    facts = context.facts
    start = facts.expr.position[called(facts, call)]
    fixes: list[Fix] = []
    awaiting = _await_fix(context, call, start + len(name.encode()))
    if is_in_coroutine(context, call):
        fixes.append(awaiting)
    else:
        fixes += _async_fixes(context, call, awaiting)
    return Finding(
        "missing-await", context.path, start, start + max(len(name.encode()), 1),
        messages.never_awaited(name_in_class(context.inference, entity), misuse),
        subject=name, severity=WARNING if evidence >= CONVENTIONAL else ERROR,
        evidence=EVIDENCE_NAMES[evidence], nearest=[entity], fixes=fixes,
    )  # fmt: skip


def _await_fix(context: CheckContext, call: int, name_end: int) -> Fix:
    """Await a call, in parentheses where an operator that binds tighter follows."""
    begin = context.facts.expr.position[call]
    users = uses_of(context.facts).of(call)
    if any(how in (f.ATTRIBUTE, f.SUBSCRIPT, CALLED) for how, _ in users):
        end = end_of_call(context.text, name_end)
        edits = [Edit(context.path, begin, begin, "(await "), Edit(context.path, end, end, ")")]
    else:
        edits = [Edit(context.path, begin, begin, "await ")]
    return Fix("Await the coroutine", edits, safe=True)


def _async_fixes(context: CheckContext, call: int, awaiting: Fix) -> list[Fix]:
    """Await a call, and make the plain function around it asynchronous for that."""
    facts, table = context.facts, context.facts.definition
    definition = _function_around(context, call, through_comprehensions=False)
    if definition < 0 or table.flags[definition] & (f.GENERATOR | f.PROPERTY | f.ACCESSOR):
        return []
    name = definition_name(facts, definition)
    if name.startswith("__"):
        return []
    start = context.text.rfind(b"def", table.start[definition], table.position[definition])
    edits = [Edit(context.path, start, start, "async "), *awaiting.edits]
    return [Fix(f"Make '{name}' async, and await the coroutine", edits)]


def not_awaitable(context: CheckContext) -> Iterator[Finding]:
    """Yield each ``await`` of what is no coroutine and has no ``__await__``."""
    yield from _functions_for_coroutines(context)
    facts = context.facts
    for expr in context.expressions(f.AWAIT):
        awaited, start = operand(facts, expr), facts.expr.position[expr]
        is_call = op(facts, awaited) == f.CALL
        name = last_name(facts, called(facts, awaited) if is_call else awaited)
        if not context.includes(name) or context.is_dead(start):
            continue
        found = _why_not_awaitable(context, awaited, name)
        if found is None or is_expected_to_fail(context, start, "TypeError"):
            continue
        if context.has_test_around(start, _ASKING_FOR_COROUTINES):
            continue  # what is declared to return a value may return what is awaited for it
        message, evidence, entity = found
        end = after = start + len(b"await")
        while context.text[after : after + 1] in (b" ", b"\t"):
            after += 1
        yield Finding(
            "not-awaitable", context.path, start, end, message, subject=name,
            severity=WARNING if evidence >= CONVENTIONAL else ERROR,
            evidence=EVIDENCE_NAMES[evidence], nearest=[entity] if entity else [], value=awaited,
            fixes=[Fix("Remove 'await'", [Edit(context.path, start, after, "")],
                       safe=evidence < CONVENTIONAL)],
        )  # fmt: skip


def _functions_for_coroutines(context: CheckContext) -> Iterator[Finding]:
    """Yield asynchronous functions passed where their coroutines belong: ``asyncio.run(main)``."""
    facts, strict = context.facts, context.strict
    for call, function, called_name in wanted_calls(context):
        if not any(
            runs_awaitables(strict, item.entity)
            for item in strict.definitions_of(context.path, function)
        ):
            continue
        given = CallArguments(facts, call)
        for each in argument_values(facts, call):
            if op(facts, each) not in (f.NAME, f.ATTRIBUTE):
                continue
            type_ = context.complete_type(each)
            if not type_ or not all(
                value.form == FUNCTION_OBJECT and is_asynchronous(strict, value.entity)
                for value in type_
            ):
                continue
            targets = call_targets(strict, context.path, function)
            if targets is None:
                break
            wanted = [
                parameter_for(signature, given, each)
                for callee in targets.callees
                for signature in callee.signatures
                if signature.entity.path.endswith(".pyi")
            ]
            known = [parameter for parameter in wanted if parameter is not None]
            if not known or not all(
                wants_awaitable(strict, parameter.entity) for parameter in known
            ):
                continue
            start, name = facts.expr.position[each], last_name(facts, each)
            if _is_excused(context, function):
                continue
            end = start + len(name.encode())
            yield Finding(
                "not-awaitable", context.path, start, end,
                messages.function_for_coroutine(name, called_name), subject=name,
                evidence=EVIDENCE_NAMES[INFERRED], nearest=[type_[0].entity],
                fixes=[Fix(f"Call '{name}'", [Edit(context.path, end, end, "()")])],
            )  # fmt: skip


def _why_not_awaitable(
    context: CheckContext, awaited: int, name: str
) -> tuple[str, int, Entity | None] | None:
    """Return the message on a value that cannot be awaited, the evidence and its origin."""
    strict, path = context.strict, context.path
    is_call = op(context.facts, awaited) == f.CALL
    type_ = context.complete_type(awaited)
    if type_:
        if any(
            value.form not in (INSTANCE, NONE, FUNCTION_OBJECT, CLASS_OBJECT)
            or why_lacking(strict, value, (("__await__", 0),)) is None
            for value in type_
        ):
            return None
        if is_call and not has_declared_result(strict, path, awaited):
            return None
        text = messages.type_text(strict, type_)
        if any(value.form == FUNCTION_OBJECT for value in type_):
            if len(type_) > 1 or is_call:
                return None
            detail = f"'{name}' is not called"
            return (
                messages.not_awaitable(text, detail),
                INFERRED,
                next(value.entity for value in type_),
            )
        detail = f"it is the result of {name}()" if is_call else ""
        evidence = max(*(value.evidence for value in type_), 0)
        return messages.not_awaitable(text, detail), evidence, None
    if not is_call:
        return None
    function = called(context.facts, awaited)
    functions = context.complete_type(function)
    entities = [value.entity for value in functions if value.form == FUNCTION_OBJECT]
    if functions and len(entities) == len(functions):
        if not all(returns_nothing(strict, each) for each in entities):
            return None
        message = messages.not_awaitable("NoneType", f"'{name}' is not async and returns nothing")
        return message, max(value.evidence for value in functions), entities[0]
    if functions or op(context.facts, function) != f.ATTRIBUTE:
        return None
    return _not_async_by_convention(context, function, name)


def _not_async_by_convention(
    context: CheckContext, function: int, name: str
) -> tuple[str, int, Entity | None] | None:
    """Check a method of an untyped receiver of whose name there are only plain ones."""
    if context.lacks_modules or not _is_unknown(context, _receiver(context, function)):
        return None
    entities = functions_named(context.inference, name)
    if not entities or not all(_returns_no_awaitable(context, each) for each in entities):
        return None
    by_type = without_none(context.inference.infer_type(context.path, function))
    named = {value.entity for value in by_type if value.form == FUNCTION_OBJECT}
    if not (named and named <= set(entities)) and _is_name_of_dependency(context, name):
        return None
    message = messages.not_asynchronous(name, f"no '{name}' in this code base is async")
    return message, CONVENTIONAL, entities[0]


def _returns_no_awaitable(context: CheckContext, function: Entity) -> bool:
    """True if a function is plain, and returns nothing or what certainly cannot be awaited."""
    if not is_synchronous(context.strict, function):
        return False
    if returns_nothing(context.strict, function):
        return True
    facts = context.strict.need(function.path)
    scope = facts.definition.own_scope[function.row]
    if facts.definition.returns[function.row] < 0 and not all(
        is_exhaustive(context.strict, function.path, facts.result.expr[row])
        for row in results(facts, scope)
        if facts.result.expr[row] >= 0
    ):
        return False
    type_ = context.strict.return_type(function, None)
    return lacks_method(context.strict, type_, "__await__")


def wrong_iteration(context: CheckContext) -> Iterator[Finding]:
    """Yield ``for`` over what only ``async for`` can iterate, and the other way round."""
    facts, strict = context.facts, context.strict
    seen: set[int] = set()
    for expr in context.expressions(f.ELEMENT):
        iterated = operand(facts, expr)
        if iterated in seen or iterated < 0 or not context.includes(context.last_name(iterated)):
            continue
        seen.add(iterated)
        wanted, other = "__iter__", "__aiter__"
        if is_async(facts, expr):
            wanted, other = other, wanted
        type_ = context.complete_type(iterated)
        if not _has_only(context, iterated, wanted, other):
            continue
        if not is_async(facts, expr) and not lacks_method(strict, type_, "__getitem__"):
            continue
        type_ = without_none(type_)
        subject, text = messages.object_text(strict, type_), messages.type_text(strict, type_)
        message = messages.wrong_iteration(subject, text, is_async(facts, expr))
        yield _wrong_protocol(context, "async-iteration", iterated, message)


def wrong_context(context: CheckContext) -> Iterator[Finding]:
    """Yield ``with`` of what only ``async with`` can enter, and the other way round."""
    facts = context.facts
    for manager, is_async_with in entered(context).items():
        if op(facts, manager) == f.TUPLE or not context.includes(context.last_name(manager)):
            continue
        wanted, other = "__enter__", "__aenter__"
        if is_async_with:
            wanted, other = other, wanted
        if _has_only(context, manager, wanted, other):
            type_ = without_none(context.complete_type(manager))
            subject = messages.object_text(context.strict, type_)
            message = messages.wrong_context_manager(subject, is_async_with)
            yield _wrong_protocol(context, "async-context", manager, message)


def entered(context: CheckContext) -> dict[int, bool]:
    """Return what ``with`` enters, each with True for ``async with``.

    What it enters without binding a name is left out when rules are not to check it.
    """
    facts = context.facts
    managers = {operand(facts, row): is_async(facts, row) for row in context.expressions(f.ENTERED)}
    for kind in (f.CALL, f.NAME, f.ATTRIBUTE):  # `with box:`, which binds no name
        for expr in context.expressions(kind):
            if expr in managers or not context.includes(context.last_name(expr)):
                continue
            if uses_of(facts).of(expr):
                continue
            start = _start(context, expr)
            if word_before(context.text, start) == b"with":
                keyword = context.text.rfind(b"with", 0, start)
                managers[expr] = word_before(context.text, keyword) == b"async"
    return managers


def _start(context: CheckContext, expr: int) -> int:
    """Return where the text of a plain or dotted name, or of a call of one, begins."""
    while parts := attribute(context.facts, expr):
        expr = parts.receiver
    return context.facts.expr.position[expr]


def _has_only(context: CheckContext, expr: int, wanted: str, other: str) -> bool:
    """True if a value lacks the special method that syntax needs, and has another one."""
    type_ = without_none(context.complete_type(expr))
    if not type_ or not lacks_method(context.strict, type_, wanted):
        return False
    if lacks_method(context.strict, type_, other):
        return False
    if op(context.facts, expr) == f.CALL and not has_declared_result(
        context.strict, context.path, expr
    ):
        return False
    return not _is_excused(context, expr)


def _wrong_protocol(context: CheckContext, rule: str, expr: int, message: str) -> Finding:
    facts = context.facts
    named = called(facts, expr) if op(facts, expr) == f.CALL else expr
    name = last_name(facts, named)
    start = facts.expr.position[named]
    return Finding(
        rule, context.path, start, start + max(len(name.encode()), 1), message,
        subject=name, evidence=EVIDENCE_NAMES[INFERRED],
    )  # fmt: skip

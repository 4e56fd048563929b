"""Coroutines that nobody awaits, and what is awaited, iterated or entered in the wrong way."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import CONVENTIONAL, EVIDENCE_NAMES, INFERRED, name_of
from ....indexer.inference.exhaustive import is_exhaustive
from ....indexer.inference.types import FUNCTION_OBJECT, without_none
from ....indexer.plugins.synthesized import last_name
from ...source.ranges import word_before
from ..coroutines import (
    cannot,
    is_asynchronous,
    is_synchronous,
    misuse,
    returns_coroutine,
    returns_nothing,
    stores_call,
)
from ..excuses import is_expected_to_fail
from ..findings import ERROR, WARNING, Edit, Finding, Fix
from ..known_names import files_outside_with
from ..messages import receiver_text
from ..uses import uses_of
from . import Rule
from .calls import functions_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.inference.entities import Entity
    from ..context import CheckContext


def missing_await(file: CheckContext) -> Iterator[Finding]:
    """Coroutines that are dropped, or used as if they were what they give."""
    if file.is_stub:
        return
    facts = file.facts
    for call in file.expressions(f.CALL):
        function = facts.expr.a[call]
        name = last_name(facts, function)
        if not file.wants(name):
            continue
        found = returns_coroutine(file.strict, file.path, call)
        if found is not None:
            said = misuse(file, call)
            if said and not _is_excused(file, call):
                yield _not_awaited(file, call, name, found[0], said, found[1])
        elif facts.expr.op[function] == f.ATTRIBUTE and is_in_coroutine(file, call):
            entity = _by_convention(file, call, function, name)
            if entity is not None and not _is_excused(file, call):
                said = "its result is dropped"
                yield _not_awaited(file, call, name, entity, said, CONVENTIONAL)


def _is_excused(file: CheckContext, call: int) -> bool:
    position = file.facts.expr.position[call]
    return file.is_dead(position) or is_expected_to_fail(file, position, "TypeError")


def _by_convention(file: CheckContext, call: int, function: int, name: str) -> Entity | None:
    """The asynchronous method of an untyped receiver, when its result is dropped."""
    if uses_of(file.facts).of(call) or misuse(file, call) != "its result is dropped":
        return None
    if without_none(file.strict.infer_type(file.path, function)):
        return None
    if without_none(file.strict.infer_type(file.path, file.facts.expr.a[function])):
        return None  # of what is known it is no method
    found = returns_coroutine(file.inference, file.path, call)
    entities = functions_named(file.inference, name)
    if not entities or not all(is_asynchronous(file.strict, each) for each in entities):
        return None
    if found is not None:
        return found[0]
    return None if _is_called_so_elsewhere(file, name) else entities[0]


def _is_called_so_elsewhere(file: CheckContext, name: str) -> bool:
    """Whether dependencies or the standard library may have something of this name."""
    return any(True for _ in files_outside_with(file.strict, name))


def is_in_coroutine(file: CheckContext, expr: int) -> bool:
    """Whether an expression stands in a function in which something may be awaited."""
    facts = file.facts
    scope = file.scope_of(expr)
    while scope >= 0 and facts.scope.kind[scope] == f.COMPREHENSION_SCOPE:
        scope = facts.scope.parent[scope]
    definition = facts.scope.definition[scope] if scope >= 0 else -1
    if definition < 0 or facts.scope.kind[scope] != f.FUNCTION_SCOPE:
        return False
    return bool(facts.definition.flags[definition] & f.ASYNC)


def _not_awaited(
    file: CheckContext, call: int, name: str, entity: Entity, said: str, evidence: int
) -> Finding:
    facts = file.facts
    function = facts.expr.a[call]
    start = facts.expr.position[function]
    fixes: list[Fix] = []
    awaiting = _awaiting(file, call, start + len(name.encode()))
    if is_in_coroutine(file, call):
        fixes.append(awaiting)
    else:
        fixes += _made_async(file, call, awaiting)
    called = name_of(file.inference, entity)
    return Finding(
        "missing-await", file.path, start, start + max(len(name.encode()), 1),
        f"`{called}` is async and its coroutine is not awaited: {said}.",
        subject=name, severity=WARNING if evidence >= CONVENTIONAL else ERROR,
        evidence=EVIDENCE_NAMES[evidence], nearest=[entity], fixes=fixes,
    )  # fmt: skip


def _awaiting(file: CheckContext, call: int, name_end: int) -> Fix:
    """The call with ``await``, in parentheses where something is taken of its result."""
    from ...source.ranges import end_of_call

    begin = file.facts.expr.position[call]
    binding_tightly = {f.ATTRIBUTE, f.SUBSCRIPT, -1}
    users = uses_of(file.facts).of(call)
    if any(how in binding_tightly for how, _ in users):
        end = end_of_call(file.text, name_end)
        edits = [Edit(file.path, begin, begin, "(await "), Edit(file.path, end, end, ")")]
    else:
        edits = [Edit(file.path, begin, begin, "await ")]
    return Fix("Await the coroutine", edits, safe=True)


def _made_async(file: CheckContext, call: int, awaiting: Fix) -> list[Fix]:
    """The call awaited, and the plain function around it made a coroutine for that."""
    facts = file.facts
    scope = file.scope_of(call)
    definition = facts.scope.definition[scope] if scope >= 0 else -1
    if definition < 0 or facts.scope.kind[scope] != f.FUNCTION_SCOPE:
        return []
    table = facts.definition
    if table.kind[definition] != f.FUNCTION or table.flags[definition] & (
        f.GENERATOR | f.PROPERTY | f.ACCESSOR
    ):
        return []
    name = facts.names[table.name[definition]]
    if name.startswith("__"):
        return []
    start = file.text.rfind(b"def", table.start[definition], table.position[definition])
    edits = [Edit(file.path, start, start, "async "), *awaiting.edits]
    return [Fix(f"Make `{name}` async and await it there", edits)]


def not_awaitable(file: CheckContext) -> Iterator[Finding]:
    """``await`` of what is no coroutine and has no ``__await__``."""
    if file.is_stub:
        return
    facts = file.facts
    _, positions, lefts, _ = facts.expr
    for expr in file.expressions(f.AWAIT):
        awaited = lefts[expr]
        is_call = facts.expr.op[awaited] == f.CALL
        name = last_name(facts, lefts[awaited] if is_call else awaited)
        if not file.wants(name) or file.is_dead(positions[expr]):
            continue
        found = _what_is_awaited(file, awaited, name)
        if found is None or is_expected_to_fail(file, positions[expr], "TypeError"):
            continue
        said, evidence, entity = found
        start = positions[expr]
        after = start + len(b"await")
        while file.text[after : after + 1] in (b" ", b"\t"):
            after += 1
        yield Finding(
            "not-awaitable", file.path, start, start + len(b"await"), said, subject=name,
            severity=WARNING if evidence >= CONVENTIONAL else ERROR,
            evidence=EVIDENCE_NAMES[evidence], nearest=[entity] if entity else [],
            fixes=[Fix("Drop `await`", [Edit(file.path, start, after, "")],
                       safe=evidence < CONVENTIONAL)],
        )  # fmt: skip


def _what_is_awaited(
    file: CheckContext, awaited: int, name: str
) -> tuple[str, int, Entity | None] | None:
    """Why a value cannot be awaited, as a sentence, with the evidence and what it comes from."""
    strict, path = file.strict, file.path
    is_call = file.facts.expr.op[awaited] == f.CALL
    type_ = file.complete_type(awaited)
    if type_:
        if not cannot(strict, type_, "__await__"):
            return None
        if is_call and not stores_call(strict, path, awaited):
            return None
        if any(value.form == FUNCTION_OBJECT for value in type_):
            if len(type_) > 1 or is_call:
                return None
            entity = next(value.entity for value in type_)
            return f"`{name}` is awaited and is not called.", INFERRED, entity
        evidence = max(*(value.evidence for value in type_), 0)
        what = receiver_text(file, awaited, type_)
        if is_call:
            what = what[:1].lower() + what[1:]
            return f"What `{name}` gives cannot be awaited: it is {what}.", evidence, None
        return f"{what} cannot be awaited.", evidence, None
    if not is_call:
        return None
    function = file.facts.expr.a[awaited]
    called = file.complete_type(function)
    entities = [value.entity for value in called if value.form == FUNCTION_OBJECT]
    if called and len(entities) == len(called):
        if all(returns_nothing(strict, each) for each in entities):
            said = f"`{name}` is not async and returns nothing that can be awaited."
            return said, max(value.evidence for value in called), entities[0]
        return None
    if called or file.facts.expr.op[function] != f.ATTRIBUTE:
        return None
    return _not_async_by_convention(file, function, name)


def _not_async_by_convention(
    file: CheckContext, function: int, name: str
) -> tuple[str, int, Entity | None] | None:
    """A method of an untyped receiver of whose name there are only plain ones."""
    receiver = file.facts.expr.a[function]
    if without_none(file.strict.infer_type(file.path, receiver)):
        return None
    entities = functions_named(file.inference, name)
    if not entities or not all(_gives_no_awaitable(file, each) for each in entities):
        return None
    by_type = without_none(file.inference.infer_type(file.path, function))
    named = {value.entity for value in by_type if value.form == FUNCTION_OBJECT}
    if not (named and named <= set(entities)) and _is_called_so_elsewhere(file, name):
        return None
    return f"No `{name}` of this code base is async.", CONVENTIONAL, entities[0]


def _gives_no_awaitable(file: CheckContext, function: Entity) -> bool:
    """Whether a function is plain, and gives nothing or what is known and cannot be awaited."""
    if not is_synchronous(file.strict, function):
        return False
    if returns_nothing(file.strict, function):
        return True
    facts = file.strict.need(function.path)
    scope = facts.definition.own_scope[function.row]
    if facts.definition.returns[function.row] < 0 and not all(
        is_exhaustive(file.strict, function.path, expr)
        for where, expr in zip(*facts.result[:2], strict=True)
        if where == scope and expr >= 0
    ):
        return False
    type_ = file.strict.return_type(function, None)
    return cannot(file.strict, type_, "__await__")


def wrong_iteration(file: CheckContext) -> Iterator[Finding]:
    """``for`` over what only ``async for`` can go through, and the other way round."""
    if file.is_stub:
        return
    facts = file.facts
    _, _, lefts, rights = facts.expr
    seen: set[int] = set()
    for expr in file.expressions(f.ELEMENT):
        iterated, is_async = lefts[expr], rights[expr]
        if iterated in seen or iterated < 0:
            continue
        seen.add(iterated)
        wanted, other = ("__aiter__", "__iter__") if is_async else ("__iter__", "__aiter__")
        said = _lacks(file, iterated, wanted, other)
        if said is None:
            continue
        if not is_async and not cannot(file.strict, file.complete_type(iterated), "__getitem__"):
            continue
        end = "cannot be gone through by `async for`" if is_async else "needs `async for`"
        yield _mismatch(file, "async-iteration", iterated, f"{said} {end}.")


def wrong_context(file: CheckContext) -> Iterator[Finding]:
    """``with`` of what only ``async with`` can enter, and the other way round."""
    if file.is_stub:
        return
    facts = file.facts
    ops, _, lefts, rights = facts.expr
    contexts = {lefts[row]: bool(rights[row]) for row in file.expressions(f.ENTERED)}
    for op in (f.CALL, f.NAME, f.ATTRIBUTE):  # `with box:`, which gives its value to nothing
        for expr in file.expressions(op):
            if expr in contexts or uses_of(facts).of(expr):
                continue
            start = _leftmost(file, expr)
            if word_before(file.text, start) == b"with":
                contexts[expr] = _is_async_with(file, start)
    for context, is_async in contexts.items():
        if ops[context] == f.TUPLE:
            continue
        wanted, other = ("__aenter__", "__enter__") if is_async else ("__enter__", "__aenter__")
        said = _lacks(file, context, wanted, other)
        if said is not None:
            end = "is entered by `with`, not by `async with`" if is_async else "needs `async with`"
            yield _mismatch(file, "async-context", context, f"{said} {end}.")


def _leftmost(file: CheckContext, expr: int) -> int:
    """Where the text of a plain or dotted name, or of a call of one, begins."""
    ops, positions, lefts, _ = file.facts.expr
    while ops[expr] == f.ATTRIBUTE:
        expr = lefts[expr]
    return positions[expr]


def _is_async_with(file: CheckContext, position: int) -> bool:
    start = file.text.rfind(b"with", 0, position)
    return word_before(file.text, start) == b"async"


def _lacks(file: CheckContext, expr: int, wanted: str, other: str) -> str | None:
    """What cannot do what syntax wants of it, and can do the other, as a sentence begins."""
    type_ = without_none(file.complete_type(expr))
    if not type_ or not cannot(file.strict, type_, wanted) or cannot(file.strict, type_, other):
        return None
    if file.facts.expr.op[expr] == f.CALL and not stores_call(file.strict, file.path, expr):
        return None
    position = file.facts.expr.position[expr]
    if file.is_dead(position) or is_expected_to_fail(file, position, "TypeError"):
        return None
    return receiver_text(file, expr, type_)


def _mismatch(file: CheckContext, rule: str, expr: int, message: str) -> Finding:
    facts = file.facts
    is_call = facts.expr.op[expr] == f.CALL
    named = facts.expr.a[expr] if is_call else expr
    name = last_name(facts, named)
    start = facts.expr.position[named]
    return Finding(
        rule, file.path, start, start + max(len(name.encode()), 1), message,
        subject=name, evidence=EVIDENCE_NAMES[INFERRED],
    )  # fmt: skip


RULES = [
    Rule("missing-await", "A coroutine that nothing awaits.", missing_await),
    Rule("not-awaitable", "An `await` of what cannot be awaited.", not_awaitable),
    Rule("async-iteration", "A loop that has to be, or must not be, `async`.", wrong_iteration),
    Rule("async-context", "A `with` that has to be, or must not be, `async`.", wrong_context),
]

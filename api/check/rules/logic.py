"""Code that runs and cannot mean what it says."""

from __future__ import annotations

from collections.abc import Iterator

from ....indexer import facts as f
from ....indexer.facts_view import (
    arguments,
    attribute,
    comparisons,
    definition_name,
    definitions,
    item_place,
    op,
    operand,
)
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.entities import CLASS, EVIDENCE_NAMES, EXACT, FUNCTION, INFERRED, name_of
from ....indexer.inference.members import member_definitions
from ....indexer.inference.standard_types import is_standard_class
from ....indexer.inference.types import FUNCTION_OBJECT, INSTANCE, NONE, Value
from ....indexer.name_uses import is_written
from ...source.ranges import begins_statement, end_of_call, ends_statement
from .. import messages
from ..context import CheckContext
from ..coroutines import has_declared_result
from ..decorators import preserves_result, preserves_signature
from ..effects import endless_recursion, is_pure_call, is_tested_by
from ..excuses import is_expected_to_fail
from ..findings import WARNING, Edit, Finding, Fix
from ..signatures import overridden_signatures
from ..tuple_length import length_of_value
from ..uses import TESTED, uses_of, wanted_attributes, wanted_calls

# Methods of immutable values that are called for the error that they may raise.
_TRYING = frozenset(["encode", "decode", "index", "format", "format_map", "__getitem__", "rindex"])
_IMMUTABLE = ("str", "bytes", "int", "float", "bool", "tuple", "frozenset", "complex")
_PURE = frozenset(
    ["sorted", "reversed", "len", "abs", "sum", "min", "max", "repr", "zip", "map", "filter",
     "enumerate", "any", "all", "round", "isinstance", "range"]
)  # fmt: skip
# Builtin functions that iterate over their argument, which may be what they are called for.
_ITERATING = frozenset(["sum", "min", "max", "any", "all", "sorted", "len", "repr", "abs"])
_LITERALS = (f.STRING, f.INTEGER, f.FLOAT, f.TRUE, f.FALSE, f.BYTES, f.FORMATTED)
# Builtin functions by which code finds out the length or type of a value first.
_MEASURING = ("len", "isinstance", "type")
_GENERATORS = ("Generator", "AsyncGenerator", "Iterator", "Iterable")
_NO_EFFECT = "the call has no other effect"
_EQUALITY = frozenset(["==", "!=", "<", ">", "<=", ">="])


def unpack_count(context: CheckContext) -> Iterator[Finding]:
    """Yield unpackings into more or fewer names than there are values."""
    facts = context.facts
    targets: dict[int, tuple[int, int, int]] = {}
    starred = {operand(facts, expr) for expr in context.expressions(f.REST)}
    for expr in context.expressions(f.ITEM):
        unpacked, place = operand(facts, expr), item_place(facts, expr)
        position = facts.expr.position[expr]
        before, first, after = targets.get(unpacked, (0, position, 0))
        targets[unpacked] = max(before, place + 1), min(first, position), max(after, -place)
    for unpacked, (before, position, after) in targets.items():
        counts = {length_of_value(context, value) for value in context.complete_type(unpacked)}
        count = before + after
        known = {each for each in counts if each is not None}
        if not known or None in counts or context.is_dead(position):
            continue
        if unpacked in starred:
            if any(each >= count for each in known):
                continue
        elif count in known or is_expected_to_fail(context, position, "ValueError", "TypeError"):
            continue
        if not _is_certain(context, unpacked):
            continue
        if context.spelled(unpacked) and is_tested_by(context, unpacked, _MEASURING):
            continue
        name = _origin(context, unpacked)
        yield Finding(
            "unpack-count", context.path, position, position + 1,
            messages.unpack_count(count, known, name, is_starred=unpacked in starred),
            subject=f"{name}:{count}", evidence=EVIDENCE_NAMES[INFERRED],
        )  # fmt: skip


def _is_certain(context: CheckContext, expr: int) -> bool:
    """True if decorators and overrides of what is called do not change what it returns."""
    kind = op(context.facts, expr)
    if kind in (f.AWAIT, f.ELEMENT):
        return _is_certain(context, operand(context.facts, expr))
    return kind != f.CALL or has_declared_result(context.strict, context.path, expr)


def _origin(context: CheckContext, expr: int) -> str:
    """Return the name of the variable or function from which a value comes."""
    while op(context.facts, expr) in (f.CALL, f.AWAIT, f.ELEMENT):
        expr = operand(context.facts, expr)
    return last_name(context.facts, expr)


def uncalled_method(context: CheckContext) -> Iterator[Finding]:
    """Yield methods that are compared with values, or tested, and were meant to be called."""
    facts = context.facts
    for expr, parts in wanted_attributes(context):
        name, start = parts.name, parts.position
        uses = uses_of(facts).of(expr)
        misuse = next(filter(None, (_misuse(context, expr, *use) for use in uses)), "")
        if not misuse or not _is_method(context, expr) or context.is_dead(start):
            continue
        if name in context.tested_attributes or _is_called_near(context, expr, name):
            continue
        end = start + len(name.encode())
        yield Finding(
            "uncalled-method", context.path, start, end, messages.uncalled_method(name, misuse),
            subject=name, severity=WARNING, evidence=EVIDENCE_NAMES[INFERRED],
            nearest=[value.entity for value in context.strict.infer_type(context.path, expr)][:1],
            fixes=[Fix("Call the method", [Edit(context.path, end, end, "()")])],
        )  # fmt: skip


def _misuse(context: CheckContext, expr: int, how: int, row: int) -> str:
    facts = context.facts
    if how in (TESTED, f.NOT) or (how in (f.AND, f.OR) and operand(facts, row) == expr):
        return messages.ALWAYS_TRUE
    if how != f.COMPARE:
        return ""
    listed = list(comparisons(facts, row))
    parts = [operand(facts, row), *(each.right for each in listed)]
    if all(each.operator in _EQUALITY for each in listed) and any(
        op(facts, part) in _LITERALS for part in parts
    ):
        return "the method itself is compared with a value"
    return ""


def _is_method(context: CheckContext, expr: int) -> bool:
    """True if an attribute is certainly a method, bound to its receiver."""
    found = context.strict.definitions_of(context.path, expr)
    if not found or any(item.entity.kind != FUNCTION for item in found):
        return False
    type_ = context.complete_type(expr)
    if not type_ or any(value.form != FUNCTION_OBJECT for value in type_):
        return False
    parts = attribute(context.facts, expr)
    receiver = context.complete_type(parts.receiver) if parts is not None else ()
    if parts is None or not receiver or any(value.form == NONE for value in receiver):
        return False
    for item in found:
        facts = context.strict.need(item.entity.path)
        if not preserves_signature(context.strict, item.entity):
            return False
        if facts.definition.flags[item.entity.row] & (f.PROPERTY | f.ACCESSOR):
            return False
    return not _is_assigned_anywhere(context, parts.name)


def _is_assigned_anywhere(context: CheckContext, name: str) -> bool:
    """True if any file assigns to such an attribute: ``self.flush = None``."""
    return any(context.strict.files_where(name, is_written))


def _is_called_near(context: CheckContext, expr: int, name: str) -> bool:
    """True if the same statement calls it after the test: ``if x.close: x.close()``."""
    position = context.facts.expr.position[expr]
    return any(
        role & f.ROLE_MASK == f.CALLED and position < at < position + 400
        for role, at, _ in context.facts.occurrences(name)
    )


def unused_result(context: CheckContext) -> Iterator[Finding]:
    """Yield calls that do nothing but return a value which is not used."""
    facts = context.facts
    for call, function, name in wanted_calls(context):
        if not name or not _may_be_statement(context, call, function, name):
            continue
        found = _why_unused(context, call, function, name)
        if not found or uses_of(facts).of(call):
            continue
        start = facts.expr.position[function]
        if context.is_dead(start) or is_expected_to_fail(
            context, start, "TypeError", "ValueError", "AttributeError", "KeyError", "IndexError"
        ):
            continue
        rule, detail = found
        yield Finding(
            rule, context.path, start, start + len(name.encode()),
            messages.unused_result(name, detail), subject=name,
            severity=WARNING, evidence=EVIDENCE_NAMES[INFERRED],
        )  # fmt: skip


def _may_be_statement(context: CheckContext, call: int, function: int, name: str) -> bool:
    if not begins_statement(context.text, context.facts.expr.position[call]):
        return False
    end = end_of_call(context.text, context.facts.expr.position[function] + len(name.encode()))
    return end > 0 and ends_statement(context.text, end)


def _why_unused(
    context: CheckContext, call: int, function: int, name: str
) -> tuple[str, str] | None:
    """Return the rule that a dropped result breaks, and a clause on it."""
    facts = context.facts
    if facts.scope.kind[context.scope_of(call)] != f.FUNCTION_SCOPE:
        return None  # a script or notebook may show it
    parts = attribute(facts, function)
    if parts is None and name in _PURE:
        found = context.strict.definitions_of(context.path, function)
        if found and all(item.entity.path.endswith("/builtins.pyi") for item in found):
            return _unused_builtin(context, call, name)
        return None
    if parts is not None and name not in _TRYING:
        receiver = context.complete_type(parts.receiver)
        if receiver and all(
            _is_immutable(context, value) and _has_method(context, value, name)
            for value in receiver
        ):
            kind = name_of(context.strict, receiver[0].entity)
            return "unused-result", f"'{kind}' is immutable and is not changed in place"
    type_ = context.complete_type(call)
    if type_ and all(_is_context(context, value) for value in type_):
        return "not-entered", "a context manager does nothing until a 'with' statement enters it"
    if (
        type_
        and all(_is_generator(context, value) for value in type_)
        and is_generator_function(context, function)
    ):
        return "unused-result", "a generator does nothing until it is iterated"
    return ("unused-result", _NO_EFFECT) if is_pure_call(context, call) else None


def _unused_builtin(context: CheckContext, call: int, name: str) -> tuple[str, str] | None:
    first = next(arguments(context.facts, call), None)
    if first is None:
        return None
    if name in _ITERATING:
        type_ = context.complete_type(first.value)
        known = (*_IMMUTABLE, "list", "dict", "set")
        if not type_ or not all(
            is_standard_class(context.strict, v.entity, "builtins", *known) for v in type_
        ):
            return None  # iterating over what is unknown may have effects
    hint = ", use list.sort() to sort in place" if name == "sorted" else ""
    return "unused-result", f"{_NO_EFFECT}{hint}"


def _has_method(context: CheckContext, value: Value, name: str) -> bool:
    found = member_definitions(context.strict, value, name)
    return bool(found) and all(
        item.entity.kind == FUNCTION and item.entity.path.endswith("/builtins.pyi")
        for item in found
    )


def _is_immutable(context: CheckContext, value: Value) -> bool:
    return value.form == INSTANCE and is_standard_class(
        context.strict, value.entity, "builtins", *_IMMUTABLE
    )


def _is_context(context: CheckContext, value: Value) -> bool:
    if value.form != INSTANCE or value.entity.kind != CLASS:
        return False
    name = name_of(context.strict, value.entity)
    return value.entity.path.endswith("/contextlib.pyi") and name in (
        "_GeneratorContextManager", "_AsyncGeneratorContextManager",
    )  # fmt: skip


def _is_generator(context: CheckContext, value: Value) -> bool:
    return value.form == INSTANCE and is_standard_class(
        context.strict, value.entity, "typing", *_GENERATORS
    )


def is_generator_function(context: CheckContext, function: int) -> bool:
    """True if what is called is a generator function, with no decorator to run it."""
    type_ = context.complete_type(function)
    for value in type_:
        if value.form != FUNCTION_OBJECT or value.entity.kind != FUNCTION:
            return False
        facts = context.strict.need(value.entity.path)
        flags = facts.definition.flags[value.entity.row]
        if not flags & f.GENERATOR or not preserves_result(context.strict, value.entity):
            return False
    return bool(type_) and not any(
        overridden_signatures(context.strict, value.entity) for value in type_
    )


def self_recursion(context: CheckContext) -> Iterator[Finding]:
    """Yield functions and properties that call themselves whatever happens."""
    for row in definitions(context.facts, f.FUNCTION):
        name = definition_name(context.facts, row)
        found = endless_recursion(context, row) if context.includes(name) else None
        if found is not None:
            start, detail = found
            yield Finding(
                "endless-recursion", context.path, start, start + len(name.encode()),
                messages.infinite_recursion(detail),
                subject=name, evidence=EVIDENCE_NAMES[EXACT],
            )  # fmt: skip

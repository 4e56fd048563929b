"""Code that runs and cannot mean what it says, as far as the index is needed to see it."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference import access_paths
from ....indexer.inference.entities import CLASS, EVIDENCE_NAMES, EXACT, FUNCTION, INFERRED, name_of
from ....indexer.inference.members import member_definitions
from ....indexer.inference.operators import namedtuple_fields
from ....indexer.inference.standard_types import is_standard_class, standard_class
from ....indexer.inference.types import FUNCTION_OBJECT, INSTANCE, NONE
from ....indexer.plugins.synthesized import last_name
from ...source.ranges import begins_statement, end_of_call, ends_statement
from ..coroutines import stores_call
from ..decorators import preserves_result, preserves_signature
from ..effects import endless_recursion, is_pure_call
from ..excuses import is_expected_to_fail
from ..findings import WARNING, Edit, Finding, Fix
from ..signatures import overridden_signatures
from ..uses import TESTED, uses_of
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.inference.types import Value
    from ..context import CheckContext

# Tuples with more places than this are not told apart from shorter ones.
_MOST_PLACES = 11
# Methods of immutable values that are called for the error that they may raise.
_TRYING = frozenset(["encode", "decode", "index", "format", "format_map", "__getitem__", "rindex"])
_IMMUTABLE = ("str", "bytes", "int", "float", "bool", "tuple", "frozenset", "complex")
_PURE = frozenset(
    ["sorted", "reversed", "len", "abs", "sum", "min", "max", "repr", "zip", "map", "filter",
     "enumerate", "any", "all", "round", "isinstance", "range"]
)  # fmt: skip
# Builtin functions that go through what they are given, which may be what they are called for.
_GOING_THROUGH = frozenset(["sum", "min", "max", "any", "all", "sorted", "len", "repr", "abs"])
_EQUALITY = frozenset(["==", "!=", "<", ">", "<=", ">="])


def unpack_count(context: CheckContext) -> Iterator[Finding]:
    """Unpacking into more or fewer names than there are values."""
    if context.is_stub:
        return
    facts = context.facts
    _, positions, lefts, rights = facts.expr
    targets: dict[int, tuple[int, int, int]] = {}
    starred: set[int] = {lefts[expr] for expr in context.expressions(f.REST)}
    for expr in context.expressions(f.ITEM):
        place = rights[expr]
        count, position, after = targets.get(lefts[expr], (0, positions[expr], 0))
        targets[lefts[expr]] = (
            max(count, place + 1), min(position, positions[expr]), max(after, -place)
        )  # fmt: skip
    for unpacked, (before, position, after) in targets.items():
        type_ = context.complete_type(unpacked)
        counts = {_places(context, value) for value in type_}
        count = before + after
        if not counts or None in counts or context.is_dead(position):
            continue
        if unpacked in starred:
            if any(each is None or each >= count for each in counts):
                continue
        elif count in counts or is_expected_to_fail(context, position, "ValueError", "TypeError"):
            continue
        if not _is_certain(context, unpacked) or _is_measured(context, unpacked):
            continue
        given = " or ".join(
            str(each) for each in sorted(each for each in counts if each is not None)
        )
        name = _name_of(context, unpacked)
        at_least = "at least " if unpacked in starred else ""
        yield Finding(
            "unpack-count", context.path, position, position + 1,
            f"{at_least.capitalize()}{count} values are wanted and {given} given"
            + (f" by `{name}`." if name else "."),
            subject=f"{name}:{count}", evidence=EVIDENCE_NAMES[INFERRED],
        )  # fmt: skip


def _is_certain(context: CheckContext, expr: int) -> bool:
    """Whether decorators and overrides of what is called do not change what it gives."""
    op = context.facts.expr.op[expr]
    if op in (f.AWAIT, f.ELEMENT):
        return _is_certain(context, context.facts.expr.a[expr])
    return op != f.CALL or stores_call(context.strict, context.path, expr)


def _is_measured(context: CheckContext, expr: int) -> bool:
    """Whether code asks how long a value is, or of what type, that is spelled like this."""
    spelled = context.spelled(expr)
    facts = context.facts
    for name in ("len", "isinstance", "type") if spelled else ():
        for role, _, ref in facts.occurrences(name):
            call = access_paths.nearby_call(facts, ref) if role == f.CALLED else -1
            if (
                call >= 0
                and context.spelled(access_paths.argument_for(facts, call, 0, "")) == spelled
            ):
                return True
    return False


def _places(context: CheckContext, value: Value) -> int | None:
    """How many values unpacking a value gives; None when that is not known."""
    if value.form != INSTANCE:
        return None
    if value.entity == standard_class(context.strict, "builtins", "tuple"):
        count = len(value.args) - 1
        return count if 1 <= count <= _MOST_PLACES else None
    listed = namedtuple_fields(context.strict, value)
    return len(listed) or None


def _name_of(context: CheckContext, expr: int) -> str:
    ops, _, lefts, _ = context.facts.expr
    while expr >= 0 and ops[expr] in (f.CALL, f.AWAIT, f.ELEMENT):
        expr = lefts[expr]
    return last_name(context.facts, expr) if expr >= 0 else ""


def uncalled_method(context: CheckContext) -> Iterator[Finding]:
    """Methods that are compared with values, or tested, and were meant to be called."""
    if context.is_stub:
        return
    facts = context.facts
    _, positions, _, rights = facts.expr
    for expr in context.expressions(f.ATTRIBUTE):
        name = facts.names[rights[expr]]
        if not context.wants(name):
            continue
        uses = uses_of(facts).of(expr)
        said = next(
            (each for each in (_wrongly_used(context, expr, *use) for use in uses) if each), ""
        )
        if not said or not _is_method(context, expr) or context.is_dead(positions[expr]):
            continue
        if name in context.asked_for or _is_called_near(context, expr, name):
            continue
        start, end = positions[expr], positions[expr] + len(name.encode())
        yield Finding(
            "uncalled-method", context.path, start, end,
            f"`{name}` is a method that is not called: {said}.",
            subject=name, severity=WARNING, evidence=EVIDENCE_NAMES[INFERRED],
            nearest=[value.entity for value in context.strict.infer_type(context.path, expr)][:1],
            fixes=[Fix("Call the method", [Edit(context.path, end, end, "()")])],
        )  # fmt: skip


def _wrongly_used(context: CheckContext, expr: int, how: int, row: int) -> str:
    facts = context.facts
    if how in (TESTED, f.NOT):
        return "a method is always true"
    if how in (f.AND, f.OR) and facts.expr.a[row] == expr:
        return "a method is always true"
    if how != f.COMPARE:
        return ""
    (extra,) = facts.extra
    at = facts.expr.b[row]
    parts = [facts.expr.a[row], *extra[at + 2 : at + 1 + extra[at] : 2]]
    operators = {f.OPERATORS[each] for each in extra[at + 1 : at + 1 + extra[at] : 2]}
    literal = (f.STRING, f.INTEGER, f.FLOAT, f.TRUE, f.FALSE, f.BYTES, f.FORMATTED)
    if operators <= _EQUALITY and any(facts.expr.op[part] in literal for part in parts):
        return "a method is compared with a value"
    return ""


def _is_method(context: CheckContext, expr: int) -> bool:
    """Whether an attribute is for certain a method, bound to what it is taken from."""
    found = context.strict.definitions_of(context.path, expr)
    if not found or any(item.entity.kind != FUNCTION for item in found):
        return False
    type_ = context.complete_type(expr)
    if not type_ or any(value.form != FUNCTION_OBJECT for value in type_):
        return False
    receiver = context.complete_type(context.facts.expr.a[expr])
    if not receiver or any(value.form == NONE for value in receiver):
        return False
    name = context.facts.names[context.facts.expr.b[expr]]
    for item in found:
        facts = context.strict.need(item.entity.path)
        if not preserves_signature(context.strict, item.entity):
            return False
        if facts.definition.flags[item.entity.row] & (f.PROPERTY | f.ACCESSOR):
            return False
    return not _is_set_anywhere(context, name)


def _is_set_anywhere(context: CheckContext, name: str) -> bool:
    """Whether anybody sets such an attribute, so that there may be none: ``self.flush = None``."""
    for path in context.strict.files_with(name):
        facts = context.strict.facts(path)
        for role, _, _ in facts.occurrences(name) if facts is not None else ():
            if role & f.ROLE_MASK == f.WRITTEN:
                return True
    return False


def _is_called_near(context: CheckContext, expr: int, name: str) -> bool:
    """Whether the same statement calls it behind the test: ``if x.close: x.close()``."""
    position = context.facts.expr.position[expr]
    return any(
        role & f.ROLE_MASK == f.CALLED and position < at < position + 400
        for role, at, _ in context.facts.occurrences(name)
    )


def dropped_result(context: CheckContext) -> Iterator[Finding]:
    """Calls that do nothing but give a value, and the value is not used."""
    if context.is_stub:
        return
    facts = context.facts
    for call in context.expressions(f.CALL):
        function = facts.expr.a[call]
        name = last_name(facts, function)
        if (
            not name
            or not context.wants(name)
            or not _may_be_statement(context, call, function, name)
        ):
            continue
        said = _why_dropped(context, call, function, name)
        if not said or uses_of(facts).of(call):
            continue
        start = facts.expr.position[function]
        if context.is_dead(start) or is_expected_to_fail(
            context, start, "TypeError", "ValueError", "AttributeError", "KeyError", "IndexError"
        ):
            continue
        rule, message = said
        yield Finding(
            rule, context.path, start, start + len(name.encode()), message, subject=name,
            severity=WARNING, evidence=EVIDENCE_NAMES[INFERRED],
        )  # fmt: skip


def _may_be_statement(context: CheckContext, call: int, function: int, name: str) -> bool:
    if not begins_statement(context.text, context.facts.expr.position[call]):
        return False
    end = end_of_call(context.text, context.facts.expr.position[function] + len(name.encode()))
    return end > 0 and ends_statement(context.text, end)


def _why_dropped(
    context: CheckContext, call: int, function: int, name: str
) -> tuple[str, str] | None:
    facts = context.facts
    if facts.scope.kind[context.scope_of(call)] != f.FUNCTION_SCOPE:
        return None  # a script or notebook may show it
    if facts.expr.op[function] == f.NAME and name in _PURE:
        found = context.strict.definitions_of(context.path, function)
        if found and all(item.entity.path.endswith("/builtins.pyi") for item in found):
            return _of_builtin(context, call, name)
        return None
    if facts.expr.op[function] == f.ATTRIBUTE and name not in _TRYING:
        receiver = context.complete_type(facts.expr.a[function])
        if receiver and all(
            _is_immutable(context, value) and _has_method(context, value, name)
            for value in receiver
        ):
            kind = name_of(context.strict, receiver[0].entity)
            return (
                "unused-result",
                f"`{name}` changes nothing, it gives a new value: a `{kind}` stays as it is.",
            )
    type_ = context.complete_type(call)
    if not type_:
        return _of_pure(context, call, name)
    if all(_is_context(context, value) for value in type_):
        return "not-entered", f"What `{name}` gives does nothing until `with` enters it."
    if all(_is_generator(context, value) for value in type_) and _is_generator_function(
        context, function
    ):
        return (
            "unused-result",
            f"`{name}` is a generator, of which nothing runs until it is iterated.",
        )
    return _of_pure(context, call, name)


def _of_pure(context: CheckContext, call: int, name: str) -> tuple[str, str] | None:
    if not is_pure_call(context, call):
        return None
    return "unused-result", f"`{name}` does nothing but give a value, which is not used."


def _of_builtin(context: CheckContext, call: int, name: str) -> tuple[str, str] | None:
    (extra,) = context.facts.extra
    at = context.facts.expr.b[call]
    if not extra[at]:
        return None
    if name in _GOING_THROUGH:
        first = extra[at + 3]
        type_ = context.complete_type(first)
        known = (*_IMMUTABLE, "list", "dict", "set")
        if not type_ or not all(
            is_standard_class(context.strict, v.entity, "builtins", *known) for v in type_
        ):
            return None  # the length, order or text of what is not known may be asked for effect
    hint = " It gives a new list, `list.sort` sorts in place." if name == "sorted" else ""
    return "unused-result", f"`{name}` does nothing but give a value, which is not used.{hint}"


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
        context.strict,
        value.entity,
        "typing",
        "Generator",
        "AsyncGenerator",
        "Iterator",
        "Iterable",
    )


def _is_generator_function(context: CheckContext, function: int) -> bool:
    """Whether what is called yields by itself, with no decorator to run it."""
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
    """Functions and properties that call themselves whatever happens."""
    if context.is_stub:
        return
    for row, kind in enumerate(context.facts.definition.kind):
        name = context.facts.names[context.facts.definition.name[row]]
        if kind != f.FUNCTION or not context.wants(name):
            continue
        found = endless_recursion(context, row)
        if found is not None:
            start, message = found
            yield Finding(
                "endless-recursion", context.path, start, start + len(name.encode()), message,
                subject=name, evidence=EVIDENCE_NAMES[EXACT],
            )  # fmt: skip


RULES = [
    Rule("unpack-count", "Unpacking into another number of names than there are values.",
         unpack_count),
    Rule("uncalled-method", "A method that is compared or tested instead of called.",
         uncalled_method, WARNING),
    Rule("unused-result", "A call that only gives a value, which is dropped.",
         dropped_result, WARNING),
    Rule("not-entered", "A context manager that no `with` enters.", severity=WARNING),
    Rule("endless-recursion", "A function that calls itself in any case.", self_recursion),
]  # fmt: skip

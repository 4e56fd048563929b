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
from ..coroutines import keeps_call
from ..decorators import keeps_result, keeps_signature
from ..effects import endless_recursion, is_pure_call
from ..excuses import is_expected_to_fail
from ..findings import WARNING, Edit, Finding, Fix
from ..signatures import overridden_by
from ..uses import TESTED, uses_of
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.inference.types import Value
    from ..context import File

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


def unpack_count(file: File) -> Iterator[Finding]:
    """Unpacking into more or fewer names than there are values."""
    if file.is_stub:
        return
    facts = file.facts
    _, positions, lefts, rights = facts.expr
    targets: dict[int, tuple[int, int, int]] = {}
    starred: set[int] = {lefts[expr] for expr in file.expressions(f.REST)}
    for expr in file.expressions(f.ITEM):
        place = rights[expr]
        count, position, after = targets.get(lefts[expr], (0, positions[expr], 0))
        targets[lefts[expr]] = (
            max(count, place + 1), min(position, positions[expr]), max(after, -place)
        )  # fmt: skip
    for unpacked, (before, position, after) in targets.items():
        type_ = file.complete_type(unpacked)
        counts = {_places(file, value) for value in type_}
        count = before + after
        if not counts or None in counts or file.is_dead(position):
            continue
        if unpacked in starred:
            if any(each is None or each >= count for each in counts):
                continue
        elif count in counts or is_expected_to_fail(file, position, "ValueError", "TypeError"):
            continue
        if not _is_certain(file, unpacked) or _is_measured(file, unpacked):
            continue
        given = " or ".join(
            str(each) for each in sorted(each for each in counts if each is not None)
        )
        name = _name_of(file, unpacked)
        at_least = "at least " if unpacked in starred else ""
        yield Finding(
            "unpack-count", file.path, position, position + 1,
            f"{at_least.capitalize()}{count} values are wanted and {given} given"
            + (f" by `{name}`." if name else "."),
            subject=f"{name}:{count}", evidence=EVIDENCE_NAMES[INFERRED],
        )  # fmt: skip


def _is_certain(file: File, expr: int) -> bool:
    """Whether decorators and overrides of what is called do not change what it gives."""
    op = file.facts.expr.op[expr]
    if op in (f.AWAIT, f.ELEMENT):
        return _is_certain(file, file.facts.expr.a[expr])
    return op != f.CALL or keeps_call(file.strict, file.path, expr)


def _is_measured(file: File, expr: int) -> bool:
    """Whether code asks how long a value is, or of what type, that is spelled like this."""
    spelled = file.spelled(expr)
    facts = file.facts
    for name in ("len", "isinstance", "type") if spelled else ():
        for role, _, ref in facts.occurrences(name):
            call = access_paths.nearby_call(facts, ref) if role == f.CALLED else -1
            if call >= 0 and file.spelled(access_paths.argument_for(facts, call, 0, "")) == spelled:
                return True
    return False


def _places(file: File, value: Value) -> int | None:
    """How many values unpacking a value gives; None when that is not known."""
    if value.form != INSTANCE:
        return None
    if value.entity == standard_class(file.strict, "builtins", "tuple"):
        count = len(value.args) - 1
        return count if 1 <= count <= _MOST_PLACES else None
    listed = namedtuple_fields(file.strict, value)
    return len(listed) or None


def _name_of(file: File, expr: int) -> str:
    ops, _, lefts, _ = file.facts.expr
    while expr >= 0 and ops[expr] in (f.CALL, f.AWAIT, f.ELEMENT):
        expr = lefts[expr]
    return last_name(file.facts, expr) if expr >= 0 else ""


def uncalled_method(file: File) -> Iterator[Finding]:
    """Methods that are compared with values, or tested, and were meant to be called."""
    if file.is_stub:
        return
    facts = file.facts
    _, positions, _, rights = facts.expr
    for expr in file.expressions(f.ATTRIBUTE):
        name = facts.names[rights[expr]]
        if not file.wants(name):
            continue
        uses = uses_of(facts).of(expr)
        said = next(
            (each for each in (_wrongly_used(file, expr, *use) for use in uses) if each), ""
        )
        if not said or not _is_method(file, expr) or file.is_dead(positions[expr]):
            continue
        if name in file.asked_for or _is_called_near(file, expr, name):
            continue
        start, end = positions[expr], positions[expr] + len(name.encode())
        yield Finding(
            "uncalled-method", file.path, start, end,
            f"`{name}` is a method that is not called: {said}.",
            subject=name, severity=WARNING, evidence=EVIDENCE_NAMES[INFERRED],
            nearest=[value.entity for value in file.strict.infer_type(file.path, expr)][:1],
            fixes=[Fix("Call the method", [Edit(file.path, end, end, "()")])],
        )  # fmt: skip


def _wrongly_used(file: File, expr: int, how: int, row: int) -> str:
    facts = file.facts
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


def _is_method(file: File, expr: int) -> bool:
    """Whether an attribute is for certain a method, bound to what it is taken from."""
    found = file.strict.definitions_of(file.path, expr)
    if not found or any(item.entity.kind != FUNCTION for item in found):
        return False
    type_ = file.complete_type(expr)
    if not type_ or any(value.form != FUNCTION_OBJECT for value in type_):
        return False
    receiver = file.complete_type(file.facts.expr.a[expr])
    if not receiver or any(value.form == NONE for value in receiver):
        return False
    name = file.facts.names[file.facts.expr.b[expr]]
    for item in found:
        facts = file.strict.need(item.entity.path)
        if not keeps_signature(file.strict, item.entity):
            return False
        if facts.definition.flags[item.entity.row] & (f.PROPERTY | f.ACCESSOR):
            return False
    return not _is_set_anywhere(file, name)


def _is_set_anywhere(file: File, name: str) -> bool:
    """Whether anybody sets such an attribute, so that there may be none: ``self.flush = None``."""
    for path in file.strict.files_with(name):
        facts = file.strict.facts(path)
        for role, _, _ in facts.occurrences(name) if facts is not None else ():
            if role & f.ROLE_MASK == f.WRITTEN:
                return True
    return False


def _is_called_near(file: File, expr: int, name: str) -> bool:
    """Whether the same statement calls it behind the test: ``if x.close: x.close()``."""
    position = file.facts.expr.position[expr]
    return any(
        role & f.ROLE_MASK == f.CALLED and position < at < position + 400
        for role, at, _ in file.facts.occurrences(name)
    )


def dropped_result(file: File) -> Iterator[Finding]:
    """Calls that do nothing but give a value, and the value is not used."""
    if file.is_stub:
        return
    facts = file.facts
    for call in file.expressions(f.CALL):
        function = facts.expr.a[call]
        name = last_name(facts, function)
        if not name or not file.wants(name) or not _may_be_statement(file, call, function, name):
            continue
        said = _why_dropped(file, call, function, name)
        if not said or uses_of(facts).of(call):
            continue
        start = facts.expr.position[function]
        if file.is_dead(start) or is_expected_to_fail(
            file, start, "TypeError", "ValueError", "AttributeError", "KeyError", "IndexError"
        ):
            continue
        rule, message = said
        yield Finding(
            rule, file.path, start, start + len(name.encode()), message, subject=name,
            severity=WARNING, evidence=EVIDENCE_NAMES[INFERRED],
        )  # fmt: skip


def _may_be_statement(file: File, call: int, function: int, name: str) -> bool:
    if not begins_statement(file.text, file.facts.expr.position[call]):
        return False
    end = end_of_call(file.text, file.facts.expr.position[function] + len(name.encode()))
    return end > 0 and ends_statement(file.text, end)


def _why_dropped(file: File, call: int, function: int, name: str) -> tuple[str, str] | None:
    facts = file.facts
    if facts.scope.kind[file.scope_of(call)] != f.FUNCTION_SCOPE:
        return None  # a script or notebook may show it
    if facts.expr.op[function] == f.NAME and name in _PURE:
        found = file.strict.definitions_of(file.path, function)
        if found and all(item.entity.path.endswith("/builtins.pyi") for item in found):
            return _of_builtin(file, call, name)
        return None
    if facts.expr.op[function] == f.ATTRIBUTE and name not in _TRYING:
        receiver = file.complete_type(facts.expr.a[function])
        if receiver and all(
            _is_immutable(file, value) and _has_method(file, value, name) for value in receiver
        ):
            kind = name_of(file.strict, receiver[0].entity)
            return (
                "unused-result",
                f"`{name}` changes nothing, it gives a new value: a `{kind}` stays as it is.",
            )
    type_ = file.complete_type(call)
    if not type_:
        return _of_pure(file, call, name)
    if all(_is_context(file, value) for value in type_):
        return "not-entered", f"What `{name}` gives does nothing until `with` enters it."
    if all(_is_generator(file, value) for value in type_) and _is_generator_function(
        file, function
    ):
        return (
            "unused-result",
            f"`{name}` is a generator, of which nothing runs until it is iterated.",
        )
    return _of_pure(file, call, name)


def _of_pure(file: File, call: int, name: str) -> tuple[str, str] | None:
    if not is_pure_call(file, call):
        return None
    return "unused-result", f"`{name}` does nothing but give a value, which is not used."


def _of_builtin(file: File, call: int, name: str) -> tuple[str, str] | None:
    (extra,) = file.facts.extra
    at = file.facts.expr.b[call]
    if not extra[at]:
        return None
    if name in _GOING_THROUGH:
        first = extra[at + 3]
        type_ = file.complete_type(first)
        known = (*_IMMUTABLE, "list", "dict", "set")
        if not type_ or not all(
            is_standard_class(file.strict, v.entity, "builtins", *known) for v in type_
        ):
            return None  # the length, order or text of what is not known may be asked for effect
    hint = " It gives a new list, `list.sort` sorts in place." if name == "sorted" else ""
    return "unused-result", f"`{name}` does nothing but give a value, which is not used.{hint}"


def _has_method(file: File, value: Value, name: str) -> bool:
    found = member_definitions(file.strict, value, name)
    return bool(found) and all(
        item.entity.kind == FUNCTION and item.entity.path.endswith("/builtins.pyi")
        for item in found
    )


def _is_immutable(file: File, value: Value) -> bool:
    return value.form == INSTANCE and is_standard_class(
        file.strict, value.entity, "builtins", *_IMMUTABLE
    )


def _is_context(file: File, value: Value) -> bool:
    if value.form != INSTANCE or value.entity.kind != CLASS:
        return False
    name = name_of(file.strict, value.entity)
    return value.entity.path.endswith("/contextlib.pyi") and name in (
        "_GeneratorContextManager", "_AsyncGeneratorContextManager",
    )  # fmt: skip


def _is_generator(file: File, value: Value) -> bool:
    return value.form == INSTANCE and is_standard_class(
        file.strict, value.entity, "typing", "Generator", "AsyncGenerator", "Iterator", "Iterable"
    )


def _is_generator_function(file: File, function: int) -> bool:
    """Whether what is called yields by itself, with no decorator to run it."""
    type_ = file.complete_type(function)
    for value in type_:
        if value.form != FUNCTION_OBJECT or value.entity.kind != FUNCTION:
            return False
        facts = file.strict.need(value.entity.path)
        flags = facts.definition.flags[value.entity.row]
        if not flags & f.GENERATOR or not keeps_result(file.strict, value.entity):
            return False
    return bool(type_) and not any(overridden_by(file.strict, value.entity) for value in type_)


def self_recursion(file: File) -> Iterator[Finding]:
    """Functions and properties that call themselves whatever happens."""
    if file.is_stub:
        return
    for row, kind in enumerate(file.facts.definition.kind):
        name = file.facts.names[file.facts.definition.name[row]]
        if kind != f.FUNCTION or not file.wants(name):
            continue
        found = endless_recursion(file, row)
        if found is not None:
            start, message = found
            yield Finding(
                "endless-recursion", file.path, start, start + len(name.encode()), message,
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

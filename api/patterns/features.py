"""Features: what one class or function shows of itself, read from the facts of its file alone.

Nothing here looks at another file, so features are remembered with the facts that they come from.
What they mean beside those of others is found in :mod:`.traits`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, TypeVar

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.access_paths import access_path, last_name
from ...indexer.inference.entities import FUNCTION, Entity
from ...indexer.inference.inference import Inference
from ...indexer.inference.signatures import parameter_rows
from ..source.entity_views import one_line
from ..source.ranges import split_arguments, split_default

# Names, kinds and which have defaults: what makes two parameter lists the same.
Shape = tuple[tuple[str, int, bool], ...]


T = TypeVar("T")
P = TypeVar("P", bound=tuple[Any, ...])
_LOGS = re.compile(
    rb"\b((?:self\.)?_?(?:log|logger|logging|LOG|LOGGER)|warnings)"
    rb"\.(debug|info|warning|warn|error|exception|critical|log)\("
)
_ASSIGNED = re.compile(r"[^=]*?(?<![=!<>])=(?!=)\s*(.*)", re.DOTALL)
_LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as it is written; annotation and default are empty where there is none."""

    name: str
    kind: int
    annotation: str
    default: str

    @property
    def stars(self) -> str:
        """The stars before the name."""
        return {f.VAR_POSITIONAL: "*", f.VAR_KEYWORD: "**"}.get(self.kind, "")

    @property
    def key(self) -> tuple[str, int, bool]:
        """The parameter as part of a shape."""
        return self.name, self.kind, bool(self.default)


@dataclass(slots=True)
class FunctionFeatures:
    """A function or method: header, and what its body does that others may do as well."""

    entity: Entity
    name: str
    flags: int = 0
    decorators: list[str] = field(default_factory=list[str])
    parameters: list[Parameter] = field(default_factory=list["Parameter"])
    returns: str = ""
    returns_value: bool = False
    """True if it returns a value."""
    raises: list[str] = field(default_factory=list[str])
    catches: list[str] = field(default_factory=list[str])
    logs: list[str] = field(default_factory=list[str])
    supers: list[tuple[str, list[str]]] = field(default_factory=list[tuple[str, list[str]]])
    """Methods that it calls on ``super()``, with their arguments as far as they are short."""
    calls: list[str] = field(default_factory=list[str])
    """What it calls, in order of the text: plain and dotted names, ``.name`` on other values."""

    @property
    def shape(self) -> Shape:
        """The parameter list without annotations."""
        return tuple(parameter.key for parameter in self.parameters)

    @property
    def is_async(self) -> bool:
        """True for a coroutine function."""
        return bool(self.flags & f.ASYNC)


@dataclass(slots=True)
class ClassFeatures:
    """A class: header, members, and the imports that it uses."""

    entity: Entity
    name: str
    bases: list[str] = field(default_factory=list[str])
    keywords: list[str] = field(default_factory=list[str])
    decorators: list[str] = field(default_factory=list[str])
    attributes: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """(annotation, value) of each name that the body binds; what is long is an ellipsis."""
    fields: dict[str, str] = field(default_factory=dict[str, str])
    """The parameter that ``self.name`` is set to in ``__init__``, or an empty string."""
    methods: dict[str, FunctionFeatures] = field(default_factory=dict[str, "FunctionFeatures"])
    imports: list[str] = field(default_factory=list[str])

    @property
    def members(self) -> set[str]:
        """Names of methods and attributes that the body binds."""
        return {*self.methods, *self.attributes}


def class_features(inference: Inference, entity: Entity) -> ClassFeatures:
    """Return the features of a class."""
    return _remembered(inference, entity, "features of classes", _class)


def function_features(inference: Inference, entity: Entity) -> FunctionFeatures:
    """Return the features of a function or method."""
    return _remembered(inference, entity, "features of functions", _function)


def _remembered(
    inference: Inference,
    entity: Entity,
    key: str,
    find: Callable[[Inference, FileFacts, Entity], T],
) -> T:
    """Return features, which are worked out once for each content of a file."""
    facts = inference.need(entity.path)
    known: dict[int, T] = facts.memo.setdefault(key, {})
    if entity.row not in known:
        known[entity.row] = find(inference, facts, entity)
    return known[entity.row]


def _by_scope(
    facts: FileFacts, key: str, find: Callable[[FileFacts], Iterable[tuple[int, T]]]
) -> dict[int, list[T]]:
    """Return (scope, item) pairs by scope, worked out once for each content of a file."""
    table: dict[int, list[T]] | None = facts.memo.get(key)
    if table is None:
        table = facts.memo[key] = {}
        for scope, item in find(facts):
            table.setdefault(scope, []).append(item)
    return table


def _class(inference: Inference, facts: FileFacts, entity: Entity) -> ClassFeatures:
    _, path, row = entity
    table = facts.definition
    text = inference.text(path)
    cls = ClassFeatures(entity, facts.names[table.name[row]])
    cls.decorators = _decorators(text, table.start[row], table.position[row])
    for part in _arguments(text, table.position[row], table.header_end[row]):
        keyword = re.match(r"(\w+)\s*=(?!=)", part)
        (cls.keywords if keyword or part.startswith("**") else cls.bases).append(part)
    scope = table.own_scope[row]
    bound = facts.binding
    for index in bindings_in(facts, scope):
        name, kind = facts_view.binding_name(facts, index), bound.kind[index]
        if kind == f.DEF_FUNCTION:
            method = function_features(inference, Entity(FUNCTION, path, bound.ref[index]))
            if not method.flags & (f.OVERLOAD | f.ACCESSOR) or name not in cls.methods:
                cls.methods[name] = method
        elif kind in (f.ASSIGN, f.DECLARE) and name not in cls.attributes:
            cls.attributes[name] = bound_value(facts, text, index)
    _fields(facts, row, cls)
    cls.imports = used_imports(facts, table.start[row], table.end[row])
    return cls


def _function(inference: Inference, facts: FileFacts, entity: Entity) -> FunctionFeatures:
    _, path, row = entity
    table = facts.definition
    text = inference.text(path)
    function = FunctionFeatures(entity, facts.names[table.name[row]])
    function.flags = table.flags[row]
    start, name_at = table.start[row], table.position[row]
    head_end, end = table.header_end[row], table.end[row]
    function.decorators = _decorators(text, start, name_at)
    function.parameters = [
        _parameter(facts, text, index) for index in parameter_rows(inference, entity)
    ]
    if table.returns[row] >= 0:
        header = one_line(text[name_at:head_end])
        function.returns = header.rpartition("->")[2].strip().rstrip(":").rstrip()
    function.returns_value = bool(function.flags & (f.RETURNS_VALUE | f.GENERATOR))
    scope = table.own_scope[row]
    raised = _by_scope(facts, "raised by scope", _raised).get(scope, ())
    handled = _by_scope(facts, "handled by scope", _handled).get(scope, ())
    function.raises = _each_once(raised_name(facts, expr) for expr in raised)
    function.catches = _each_once(
        ".".join(facts.names[each] for each in access_path(facts, expr)) for expr in handled
    )
    function.logs = _each_once(
        b".".join(found.groups()).decode() for found in _LOGS.finditer(text, head_end, end)
    )
    function.supers = [
        (name, arguments) for _, name, arguments in _between(_super_calls(facts), head_end, end)
    ]
    function.calls = [name for _, name in _between(_called_names(facts), head_end, end)]
    return function


def _between(placed: Sequence[P], start: int, end: int) -> Sequence[P]:
    """Return what lies between two offsets of items in order, which begin with their offsets."""
    first = bisect_left(placed, start, key=itemgetter(0))
    return placed[first : bisect_left(placed, end, lo=first, key=itemgetter(0))]


def _each_once(names: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name]


def raised_name(facts: FileFacts, expr: int) -> str:
    """Return the class of ``raise Class(...)``; empty if it names none."""
    function = facts_view.called(facts, expr)
    name = last_name(facts, function if function >= 0 else expr)
    return name if name[:1].isupper() else ""


def bindings_in(facts: FileFacts, scope: int) -> list[int]:
    """Return the rows of what a scope binds, in order of the text."""
    table = _by_scope(
        facts,
        "bindings by scope",
        lambda facts: ((where, row) for row, where in enumerate(facts.binding.scope)),
    )
    return sorted(table.get(scope, ()), key=facts.binding.position.__getitem__)


def used_imports(facts: FileFacts, start: int, end: int) -> list[str]:
    """``module`` or ``module:name`` of each import of a file that is used between two offsets."""
    found: list[str] = []
    table = facts.imports
    for row, bound in enumerate(table.bound):
        if bound < 0 or table.scope[row] or table.flags[row] & f.FUTURE:
            continue
        if any(start <= at < end for _, at, _ in facts.occurrences(facts.names[bound])):
            module = facts.names[table.module[row]]
            name = table.name[row]
            found.append(f"{module}:{facts.names[name]}" if name >= 0 else module)
    return found


def _parameter(facts: FileFacts, text: bytes, row: int) -> Parameter:
    table = facts.parameter
    name, kind = facts.names[table.name[row]], table.kind[row]
    written = one_line(text[table.position[row] : table.end[row]]).lstrip("*")
    rest = written[len(name) :].lstrip()
    annotation = default = ""
    if table.annotation[row] >= 0 and rest.startswith(":"):
        annotation, _, default = split_default(rest[1:].strip())
    elif table.default[row] >= 0:
        default = split_default(rest)[2]
    return Parameter(name, kind, annotation.strip(), default if kind != f.VAR_KEYWORD else "")


def _decorators(text: bytes, start: int, name_at: int) -> list[str]:
    """Decorators of a definition as they are written, without the ``@``."""
    head = text[start:name_at]
    if not head.startswith(b"@"):
        return []
    parts = re.split(rb"(?:^|\n)[ \t]*@", head)
    found: list[str] = []
    for part in parts[1:]:
        lines = re.sub(rb"(?<!\s)\s*(?:async\s+)?(?:def|class)\s*$", b"", part)
        found.append(one_line(lines))
    return found


def _arguments(text: bytes, name_at: int, header_end: int) -> list[str]:
    """Return the bases and keywords of a class as they are written."""
    header = one_line(text[name_at:header_end])
    opening, closing = header.find("("), header.rfind(")")
    generic = header.find("[")
    if 0 <= generic < opening:
        opening = header.find("](") + 1
    return split_arguments(header[opening + 1 : closing]) if 0 <= opening < closing else []


def bound_value(facts: FileFacts, text: bytes, binding: int) -> tuple[str, str]:
    """Return annotation and value of a binding; an ellipsis for a value of several lines."""
    line = _statement(text, facts.binding.position[binding])
    return _value(line, has_annotation=facts.binding.annotation[binding] >= 0)


def _statement(text: bytes, position: int) -> str:
    """Return the text from a name on to the end of its line."""
    end = text.find(b"\n", position)
    return text[position : end if end >= 0 else len(text)].decode("utf-8", "replace")


def _value(line: str, *, has_annotation: bool) -> tuple[str, str]:
    """Annotation and value of an assignment; an ellipsis for a value of several lines."""
    annotation = ""
    if has_annotation:
        before, _, _ = split_default(line)
        annotation = before.partition(":")[2].strip()
    found = _ASSIGNED.match(line)
    value = found[1].strip() if found else ""
    value = re.sub(r"(?<!\s)\s+#.*$", "", value)
    balanced = all(value.count(a) == value.count(b) for a, b in ("()", "[]", "{}"))
    if found and (not balanced or not value or len(value) > _LONGEST_VALUE):
        value = "..."
    if '"""' in value or "'''" in value or value.endswith("\\"):
        value = "..."
    return annotation, value


def _fields(facts: FileFacts, row: int, cls: ClassFeatures) -> None:
    init = cls.methods.get("__init__")
    parameters = {each.name for each in init.parameters} if init else set[str]()
    table = facts.attribute_binding
    for index, owner in enumerate(table.owner):
        if owner == row:
            value = facts_view.plain_name(facts, table.value[index])
            name = facts.names[table.name[index]]
            cls.fields.setdefault(name, value if value in parameters else "")


def _raised(facts: FileFacts) -> Iterator[tuple[int, int]]:
    """Yield (scope, expression) of each ``raise`` with an exception."""
    results = facts.result
    for scope, expr, kind in zip(results.scope, results.expr, results.kind, strict=True):
        if kind == f.RAISE and expr >= 0:
            yield scope, expr


def _handled(facts: FileFacts) -> Iterator[tuple[int, int]]:
    """Yield (scope, expression) of each exception that a handler catches."""
    blocks = facts.block
    for row, kind in enumerate(blocks.kind):
        if kind == f.HANDLER and blocks.test[row] >= 0:
            for expr in _alternatives(facts, blocks.test[row]):
                yield blocks.scope[row], expr


def _alternatives(facts: FileFacts, expr: int) -> Sequence[int]:
    """Return the exceptions that a handler names."""
    if facts_view.op(facts, expr) == f.RAISED:
        expr = facts_view.operand(facts, expr)
    return facts_view.elements(facts, expr) if facts_view.op(facts, expr) == f.TUPLE else [expr]


def _super_calls(facts: FileFacts) -> list[tuple[int, str, list[str]]]:
    """Return (position, method, arguments) of each ``super().method(...)`` of a file."""
    found: list[tuple[int, str, list[str]]] | None = facts.memo.get("super calls")
    if found is None:
        found = facts.memo["super calls"] = sorted(_find_super_calls(facts))
    return found


def _find_super_calls(facts: FileFacts) -> Iterator[tuple[int, str, list[str]]]:
    for role, position, ref in facts.occurrences("super"):
        if role & f.ROLE_MASK != f.CALLED or ref < 0:
            continue
        instance = _using(facts, ref, f.CALL)
        method = _using(facts, instance, f.ATTRIBUTE)
        call = _using(facts, method, f.CALL)
        if call >= 0:
            yield position, last_name(facts, method), call_arguments(facts, call)


def _called_names(facts: FileFacts) -> list[tuple[int, str]]:
    """Return (position, name) of each call of a file, in order of the text."""
    found: list[tuple[int, str]] | None = facts.memo.get("called names")
    if found is None:
        found = []
        for call in facts_view.calls(facts):
            names = [facts.names[each] for each in access_path(facts, call.function)]
            last = last_name(facts, call.function)
            if last and last != "super":
                name = ".".join(names) or f".{last}"
                found.append((facts.expr.position[call.function], name))
        found.sort()
        facts.memo["called names"] = found
    return found


def _using(facts: FileFacts, expr: int, op: int) -> int:
    """Return the row of the expression of a kind that directly uses another one, or -1."""
    if expr < 0:
        return -1
    for row in range(expr + 1, min(expr + 200, len(facts.expr.op))):
        if facts_view.op(facts, row) == op and facts_view.operand(facts, row) == expr:
            return row
    return -1


def call_arguments(facts: FileFacts, call: int) -> list[str]:
    """Return the arguments of a call as text, an ellipsis for all but names and constants."""
    found: list[str] = []
    for argument in facts_view.arguments(facts, call):
        text = expression_text(facts, argument.value)
        if argument.is_keyword:
            text = f"{facts.names[argument.key]}={text}"
        elif not text.startswith("*"):
            text = {f.ARG_STAR: "*", f.ARG_DOUBLE_STAR: "**"}.get(argument.key, "") + text
        found.append(text)
    return found


def expression_text(facts: FileFacts, expr: int) -> str:
    """Return a name, attribute or constant as text; an ellipsis for anything else."""
    op = facts_view.op(facts, expr)
    if op == f.STARRED:
        stars = "**" if facts_view.is_mapping_unpacked(facts, expr) else "*"
        return stars + expression_text(facts, facts_view.operand(facts, expr))
    text, number = facts_view.string(facts, expr), facts_view.integer(facts, expr)
    if text is not None:
        return repr(text) if len(text) < _LONGEST_VALUE // 2 else "…"
    if number is not None:
        return str(number)
    if op in (f.TRUE, f.FALSE, f.NONE):
        return {f.TRUE: "True", f.FALSE: "False", f.NONE: "None"}[op]
    names = access_path(facts, expr)
    return ".".join(facts.names[each] for each in names) or "…"

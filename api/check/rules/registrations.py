"""Duplicate keys of a registry: the later value replaces the earlier, or is not reached.

Three ways to register are known: a decorator with a key (``@register("csv")``), a call with a key
and a value (``register("csv", Reader)``), and an item that is set (``READERS["csv"] = Reader``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ....indexer import facts as f
from ....indexer.facts import FileFacts
from ....indexer.facts_view import (
    arguments,
    attribute,
    called,
    calls,
    decorators,
    definition_name,
    op,
    plain_name,
    string,
    string_end,
    subscript,
)
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.entities import (
    CLASS,
    FUNCTION,
    MODULE,
    NAMESPACE,
    VARIABLE,
    Entity,
    name_of,
)
from ....indexer.inference.inference import Inference
from ....indexer.inference.query_cache import cached
from ....indexer.inference.signatures import parameter_rows
from ....indexer.paths import is_test_file
from ...source.ranges import begins_statement
from .. import messages
from ..context import CheckContext
from ..findings import HINT, WARNING, Edit, Finding, Fix
from ..uses import uses_of

# Most files that mention a registry which are looked at.
_LOOKED_AT = 200


def duplicate_registration(context: CheckContext) -> Iterator[Finding]:
    """Yield values that are registered under a key that another one has, here or elsewhere."""
    listed = registrations(context.strict, context.path)
    for place, each in enumerate(listed):
        earlier = next((other for other in listed[:place] if _is_same(context, other, each)), None)
        if earlier is not None:
            if _is_wanted(context, each) or _is_wanted(context, earlier):
                yield _finding(context, each, context.path, earlier)
        elif context.names is None and _is_near(context, each) and not is_test_file(context.path):
            found = _elsewhere(context, each)
            if found is not None:
                yield _finding(context, each, *found)


def _is_wanted(context: CheckContext, each: Registration) -> bool:
    return context.includes(_name(context.strict, context.path, each))


def _is_near(context: CheckContext, each: Registration) -> bool:
    return context.near is None or any(start <= each.start < end for start, end in context.near)


def _is_same(context: CheckContext, first: Registration, second: Registration) -> bool:
    """True if two registrations of a file are of two values under one key of one registry."""
    if (first.slot, first.scope) != (second.slot, second.scope):
        return False
    strict, path = context.strict, context.path
    kept = keeps_one_per_key(strict, path, second)
    if kept is False:
        return False
    if second.kind == DECORATED:
        # The same text in the same scope means the same registry.
        return kept is True or (
            is_conventional(context.facts, second) and not _of_module(context, second)
        )
    if context.spelled(first.registry) != context.spelled(second.registry) or not context.spelled(
        first.registry
    ):
        return False
    if kept is None and not is_conventional(context.facts, second):
        return False
    return _are_two_definitions(strict, path, first, path, second)


def _of_module(context: CheckContext, each: Registration) -> bool:
    """True if a decorator is a plain function of a module, such as ``click.command``."""
    parts = attribute(context.facts, each.registry)
    if parts is None or parts.name == "register":
        return False
    found = context.strict.definitions_of(context.path, parts.receiver)
    return any(item.entity.kind in (MODULE, NAMESPACE) for item in found)


def _are_two_definitions(
    inference: Inference, path: str, first: Registration, other: str, second: Registration
) -> bool:
    """True if both values are functions or classes, and not the same one."""
    values = [_value(inference, path, first), _value(inference, other, second)]
    return all(values) and values[0] != values[1]


def _value(inference: Inference, path: str, each: Registration) -> Entity | None:
    facts = inference.need(path)
    if each.kind == DECORATED:
        kind = facts.definition.kind[each.value]
        return Entity(CLASS if kind == f.CLASS else FUNCTION, path, each.value)
    found = [item.entity for item in inference.definitions_of(path, _named(facts, each.value))]
    return found[0] if len(found) == 1 and found[0].kind in (CLASS, FUNCTION) else None


def _elsewhere(context: CheckContext, each: Registration) -> tuple[str, Registration] | None:
    """Return another file that registers another value under the same key."""
    strict = context.strict
    kept = keeps_one_per_key(strict, context.path, each)
    if not kept and (kept is False or not is_conventional(context.facts, each)):
        return None
    registry = identity(strict, context.path, each)
    if registry is None or (kept is None and not registry[0].is_outside and registry[1] == ""):
        return None  # a function of the workspace that does not look like a registry
    name = name_of(strict, registry[0])
    for path in strict.files_with(name)[:_LOOKED_AT]:
        if path == context.path or is_test_file(path) or path.endswith(".pyi"):
            continue
        for other in registrations(strict, path):
            if other.slot != each.slot:
                continue
            if identity(strict, path, other) == registry and _are_two_definitions(
                strict, path, other, context.path, each
            ):
                return path, other
    return None


def _name(inference: Inference, path: str, each: Registration) -> str:
    facts = inference.need(path)
    if each.kind == DECORATED:
        return definition_name(facts, each.value)
    return last_name(facts, _named(facts, each.value))


def _named(facts: FileFacts, expr: int) -> int:
    """Return what a call calls: an instance is known by its class."""
    return called(facts, expr) if op(facts, expr) == f.CALL else expr


def _finding(context: CheckContext, each: Registration, path: str, other: Registration) -> Finding:
    strict = context.strict
    facts = strict.need(path)
    line = facts.line_of(other.start) + 1
    place = f"on line {line}" if path == context.path else f"in {path}:{line}"
    name = _name(strict, path, other)
    decorator = each.decorator.decode("utf-8", "replace").removeprefix("@")
    registry = context.spelled(each.registry) or last_name(context.facts, each.registry)
    if each.kind == DECORATED:
        text = f"@{decorator}"
    else:
        text = f'{registry}["{each.key}"]' if each.kind == SET else f'{registry}("{each.key}", …)'
    value = _value(strict, path, other)
    elsewhere = path != context.path
    finding = Finding(
        "duplicate-registration", context.path, each.start, each.end,
        messages.duplicate_registration(text, name, place),
        subject=decorator or f"{last_name(context.facts, each.registry)}:{each.key}",
        severity=HINT if elsewhere and context.before is None else WARNING,
        evidence="conventional" if elsewhere else "exact",
        nearest=[value] if value is not None else [],
    )  # fmt: skip
    _add_fix(context, each, finding)
    return finding


def _add_fix(context: CheckContext, each: Registration, finding: Finding) -> None:
    """Offer another key, where keys are names; routes are left alone."""
    if not each.key.replace("-", "_").isidentifier():
        return
    stem = context.path.rpartition("/")[2].partition(".")[0].strip("_")
    new = f"{stem}_{each.key}" if "-" not in each.key else f"{stem}-{each.key}"
    begin, until = each.start, each.end
    if each.kind == DECORATED:
        begin, until = context.facts.definition.start[each.value], begin
    start = context.text.find(each.key.encode(), begin, until)
    if start >= 0:
        end = start + len(each.key.encode())
        finding.fixes = [Fix(f"Register it as '{new}'", [Edit(context.path, start, end, new)])]


DECORATED, PASSED, SET = range(3)
# Decorators of frameworks that register a function under the string that they get.
_REGISTERING = frozenset(["errorhandler", "filter", "simple_tag", "command"])
_ROUTING = frozenset(["route", "get", "post", "put", "delete", "patch", "websocket"])
# Methods that keep several values under a key, where item assignment would replace the first.
_COLLECTING = frozenset(["append", "add", "setdefault", "extend", "insert", "update"])


@dataclass(slots=True)
class Registration:
    """A value that a file registers under a key; ``registry`` is the expression for where.

    ``start`` and ``end`` are the place to show; ``value`` is the row of a definition where that is
    decorated, else of an expression. ``decorator`` is the text of the decorator.
    """

    kind: int
    registry: int
    key: str
    value: int
    start: int
    end: int
    decorator: bytes = b""
    scope: int = 0

    @property
    def slot(self) -> tuple[str, int, bytes]:
        """The key and the way to register: equal ones are of one registry, if any."""
        return self.key, self.kind, self.decorator


def registrations(inference: Inference, path: str) -> list[Registration]:
    """Return what a file registers under strings outside of branches, in order of place."""
    facts = inference.facts(path)
    if facts is None:
        return []
    known: list[Registration] | None = facts.memo.get("registrations")
    if known is None:
        known = [*_decorated(inference, path, facts), *_set(facts)]
        known += _passed(inference, path, facts)
        known.sort(key=lambda each: each.start)
        facts.memo["registrations"] = known
    return known


def _key(facts: FileFacts, call: int) -> str:
    """Return the string that is the first argument of a call; empty for none."""
    first = next(arguments(facts, call), None)
    return (string(facts, first.value) or "") if first and first.is_positional else ""


def _decorated(inference: Inference, path: str, facts: FileFacts) -> list[Registration]:
    table, positions = facts.definition, facts.expr.position
    found: list[Registration] = []
    for row, scope in enumerate(table.scope):
        if table.flags[row] & (f.CONDITIONAL | f.OVERLOAD):
            continue
        listed = decorators(facts, row)
        # The decorator's own text ends where the next one or the definition begins.
        starts = [*(leftmost(facts, each) for each in listed), table.position[row]]
        for expr, first in zip(listed, starts, strict=False):
            key = _key(facts, expr) if op(facts, expr) == f.CALL else ""
            if not key:
                continue
            until = min(
                (each for each in starts if each > positions[expr]), default=positions[expr]
            )
            text = inference.text(path)[first:until]
            decorator = b" ".join(text[: text.rfind(b")") + 1].split())
            start = table.position[row]
            end = start + len(definition_name(facts, row).encode())
            found.append(
                Registration(DECORATED, called(facts, expr), key, row, start, end, decorator, scope)
            )
    return found


def leftmost(facts: FileFacts, expr: int) -> int:
    """Return where the text of a dotted name, a call or a subscript begins."""
    while True:
        if parts := attribute(facts, expr):
            expr = parts.receiver
        elif item := subscript(facts, expr):
            expr = item.value
        elif op(facts, expr) == f.CALL:
            expr = called(facts, expr)
        else:
            return facts.expr.position[expr]


def _set(facts: FileFacts) -> list[Registration]:
    """Return ``CONTAINER["key"] = value`` at the top of a module, outside of branches."""
    table = facts.item_binding
    found: list[Registration] = []
    for row, key in enumerate(table.key):
        text, value, block = string(facts, key), table.value[row], table.block[row]
        if table.scope[row] or text is None or (block >= 0 and facts.block.kind[block] != f.BODY):
            continue
        if op(facts, value) in (f.NAME, f.ATTRIBUTE, f.CALL):
            start = facts.expr.position[key]
            found.append(
                Registration(SET, table.container[row], text, value, start, string_end(facts, key))
            )
    return found


def _passed(inference: Inference, path: str, facts: FileFacts) -> list[Registration]:
    """Return ``register("key", value)`` as a statement at the top of a module."""
    text: bytes | None = None
    found: list[Registration] = []
    for call in calls(facts):
        if not _is_registering(facts, call.function):
            continue
        key, listed = _key(facts, call.row), list(arguments(facts, call.row))[:2]
        if not key or len(listed) < 2 or not listed[1].is_positional:
            continue
        first, value = listed[0].value, listed[1].value
        if op(facts, value) not in (f.NAME, f.ATTRIBUTE) or uses_of(facts).of(call.row):
            continue
        text = inference.text(path) if text is None else text
        start = leftmost(facts, call.row)
        if text.rfind(b"\n", 0, start) + 1 == start and begins_statement(text, start):
            begin, end = facts.expr.position[first], string_end(facts, first)
            found.append(Registration(PASSED, call.function, key, value, begin, end))
    return found


def _is_registering(facts: FileFacts, callee: int) -> bool:
    return last_name(facts, callee).startswith(("register", "add_"))


def is_conventional(facts: FileFacts, each: Registration) -> bool:
    """True if the name of a registry is one of those that register by key."""
    name = last_name(facts, each.registry)
    if name in _ROUTING:
        return each.key.startswith("/")
    return name in _REGISTERING or name.startswith("register")


def identity(inference: Inference, path: str, each: Registration) -> tuple[Entity, str] | None:
    """Return the registry of a registration, however it is spelled; None if it is not just one.

    A variable or class and the method of it that is called, or a function.
    """
    facts = inference.need(path)
    registry, member = each.registry, ""
    parts = attribute(facts, registry)
    if each.kind != SET and parts is not None:
        receiver = [item.entity for item in inference.definitions_of(path, parts.receiver)]
        if len(receiver) == 1 and receiver[0].kind not in (MODULE, NAMESPACE):
            registry, member = parts.receiver, parts.name
    found = {item.entity for item in inference.definitions_of(path, registry)}
    if len(found) != 1:
        return None
    (entity,) = found
    if entity.kind == VARIABLE:
        kinds = inference.need(entity.path).scope.kind
        scope = inference.need(entity.path).binding.scope[entity.row]
        return (entity, member) if kinds[scope] in (f.MODULE_SCOPE, f.CLASS_SCOPE) else None
    return (entity, member) if entity.kind in (FUNCTION, CLASS) else None


def keeps_one_per_key(inference: Inference, path: str, each: Registration) -> bool | None:
    """True if a registry keeps one value for each key; None if its code is not available."""
    if each.kind == SET:
        return True
    functions = [item.entity for item in inference.definitions_of(path, each.registry)]
    if len(functions) != 1 or functions[0].kind != FUNCTION or functions[0].is_outside:
        return None
    function = functions[0]
    return cached(
        inference, ("one per key", function), lambda: _sets_items(inference, function), None
    )


def _sets_items(inference: Inference, function: Entity) -> bool | None:
    """True for ``registry[key] = …`` with its own parameter; False for ``registry[key].append``."""
    facts = inference.need(function.path)
    rows = parameter_rows(inference, function)
    ids = [facts.parameter.name[row] for row in rows]
    names = {facts.names[each] for each in ids if each >= 0}
    start = facts.definition.start[function.row]
    end = facts.definition.end[function.row]
    for key in facts.item_binding.key:
        if plain_name(facts, key) in names and start <= facts.expr.position[key] < end:
            return True
    collects = any(
        start <= position < end
        for name in _COLLECTING
        for role, position, _ in facts.occurrences(name)
        if role & f.ATTRIBUTE_ROLE
    )
    return False if collects else None

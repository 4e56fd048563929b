"""Registries: where a code base enters things under keys, and what a file enters there.

Three ways are known: a decorator that is given a key (``@register("csv")``), a function that is
given a key and a thing (``register("csv", Reader)``), and an item that is set
(``READERS["csv"] = Reader``).
"""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.entities import CLASS, FUNCTION, MODULE, NAMESPACE, VARIABLE
from ...indexer.inference.query_cache import cached
from ...indexer.inference.signatures import parameter_rows
from ...indexer.plugins.synthesized import decorators, last_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference

DECORATED, GIVEN, SET = range(3)
# Names by which frameworks enter what they decorate under the string that they are given.
_REGISTERING = frozenset(["errorhandler", "filter", "simple_tag", "command"])
_ROUTING = frozenset(["route", "get", "post", "put", "delete", "patch", "websocket"])
# Methods that put one thing beside another, where item assignment would replace it.
_COLLECTING = frozenset(["append", "add", "setdefault", "extend", "insert", "update"])


class Registration:
    """A thing entered under a key, as one file says it; ``into`` is the expression for where.

    ``start`` and ``end`` are the place to show; ``thing`` is what is entered, a definition's row
    where that is decorated, else an expression. ``how`` is the text of all that is said besides.
    """

    __slots__ = ("end", "how", "into", "key", "kind", "scope", "start", "thing")

    def __init__(self, kind: int, into: int, key: str, thing: int, place: tuple[int, int]) -> None:
        """Describe a registration at the top of a module, of which nothing more is said."""
        self.kind = kind
        self.into = into
        self.key = key
        self.how = b""
        self.scope = 0
        self.thing = thing
        self.start, self.end = place


def registrations(inference: Inference, path: str) -> list[Registration]:
    """What a file enters under strings outside of branches, in order of place."""
    facts = inference.facts(path)
    if facts is None:
        return []
    known: list[Registration] | None = facts.memo.get("registrations")
    if known is None:
        known = [*_decorated(inference, path, facts), *_set(facts)]
        known += _given(inference, path, facts)
        known.sort(key=lambda each: each.start)
        facts.memo["registrations"] = known
    return known


def _key(facts: FileFacts, call: int) -> str:
    """The string that a call gives first; empty for none."""
    ops, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    at = rights[call]
    if extra[at] < 1 or extra[at + 1] != f.ARG_POSITIONAL or ops[extra[at + 3]] != f.STRING:
        return ""
    string = lefts[extra[at + 3]]
    return facts.strings[string] if string >= 0 else ""


def _decorated(inference: Inference, path: str, facts: FileFacts) -> list[Registration]:
    table = facts.definition
    ops, positions, lefts, _ = facts.expr
    found: list[Registration] = []
    for row, scope in enumerate(table.scope):
        if table.flags[row] & (f.CONDITIONAL | f.OVERLOAD):
            continue
        listed = decorators(facts, row)
        for expr in listed:
            key = _key(facts, expr) if ops[expr] == f.CALL else ""
            if not key:
                continue
            # The decorator's own text ends where the next one or the definition begins.
            others = [*(_leftmost(facts, each) for each in listed), table.position[row]]
            end = min((each for each in others if each > positions[expr]), default=positions[expr])
            text = inference.text(path)[_leftmost(facts, expr) : end]
            how = b" ".join(text[: text.rfind(b")") + 1].split())
            start = table.position[row]
            size = len(facts.names[table.name[row]].encode())
            place = start, start + size
            each = Registration(DECORATED, lefts[expr], key, row, place)
            each.how, each.scope = how, scope
            found.append(each)
    return found


def _leftmost(facts: FileFacts, expr: int) -> int:
    ops, positions, lefts, _ = facts.expr
    while ops[expr] in (f.CALL, f.ATTRIBUTE, f.SUBSCRIPT):
        expr = lefts[expr]
    return positions[expr]


def _set(facts: FileFacts) -> list[Registration]:
    """``CONTAINER["key"] = thing`` at the top of a module, outside of branches."""
    ops, positions, lefts, rights = facts.expr
    found: list[Registration] = []
    containers, indices, values, scopes, blocks = facts.item_binding
    for row, index in enumerate(indices):
        container, value, scope, block = containers[row], values[row], scopes[row], blocks[row]
        if scope or index < 0 or ops[index] != f.STRING or lefts[index] < 0:
            continue
        if block >= 0 and facts.block.kind[block] != f.BODY:
            continue
        if value >= 0 and ops[value] in (f.NAME, f.ATTRIBUTE, f.CALL):
            key = facts.strings[lefts[index]]
            place = positions[index], rights[index]
            found.append(Registration(SET, container, key, value, place))
    return found


def _given(inference: Inference, path: str, facts: FileFacts) -> list[Registration]:
    """``register("key", thing)`` as a statement at the top of a module."""
    from ..source.ranges import begins_statement
    from .uses import uses_of

    ops, positions, lefts, rights = facts.expr
    (extra,) = facts.extra
    text: bytes | None = None
    found: list[Registration] = []
    for row, op in enumerate(ops):
        if op != f.CALL or extra[rights[row]] < 2 or not _is_registering(facts, lefts[row]):
            continue
        at = rights[row]
        key, thing = _key(facts, row), extra[at + 6]
        if not key or extra[at + 4] != f.ARG_POSITIONAL or ops[thing] not in (f.NAME, f.ATTRIBUTE):
            continue
        if uses_of(facts).of(row):
            continue
        text = inference.text(path) if text is None else text
        start = _leftmost(facts, row)
        if text.rfind(b"\n", 0, start) + 1 == start and begins_statement(text, start):
            string = extra[at + 3]
            place = positions[string], rights[string]
            found.append(Registration(GIVEN, lefts[row], key, thing, place))
    return found


def _is_registering(facts: FileFacts, callee: int) -> bool:
    return last_name(facts, callee).startswith(("register", "add_"))


def is_conventional(facts: FileFacts, each: Registration) -> bool:
    """Whether a name says that what it decorates, or is given, is entered under the string."""
    name = last_name(facts, each.into)
    if name in _ROUTING:
        return each.key.startswith("/")
    return name in _REGISTERING or name.startswith("register")


def identity(inference: Inference, path: str, each: Registration) -> tuple[Entity, str] | None:
    """What a registration enters into, wherever it is spelled; None when that is not one thing.

    A variable or class and the method of it that is called, or a function.
    """
    facts = inference.need(path)
    ops, _, lefts, rights = facts.expr
    into, member = each.into, ""
    if each.kind != SET and ops[into] == f.ATTRIBUTE:
        receiver = [item.entity for item in inference.definitions_of(path, lefts[into])]
        if len(receiver) == 1 and receiver[0].kind not in (MODULE, NAMESPACE):
            into, member = lefts[into], facts.names[rights[into]]
    found = {item.entity for item in inference.definitions_of(path, into)}
    if len(found) != 1:
        return None
    (entity,) = found
    if entity.kind == VARIABLE:
        kinds = inference.need(entity.path).scope.kind
        scope = inference.need(entity.path).binding.scope[entity.row]
        return (entity, member) if kinds[scope] in (f.MODULE_SCOPE, f.CLASS_SCOPE) else None
    return (entity, member) if entity.kind in (FUNCTION, CLASS) else None


def keeps_by_key(inference: Inference, path: str, each: Registration) -> bool | None:
    """Whether what registers keeps one thing for each key; None when its code is not at hand."""
    if each.kind == SET:
        return True
    functions = [item.entity for item in inference.definitions_of(path, each.into)]
    if len(functions) != 1 or functions[0].kind != FUNCTION or functions[0].path.startswith("/"):
        return None
    function = functions[0]
    return cached(
        inference, ("keeps by key", function), lambda: _sets_items(inference, function), None
    )


def _sets_items(inference: Inference, function: Entity) -> bool | None:
    """True for ``registry[key] = …`` with its own parameter; False for ``registry[key].append``."""
    facts = inference.need(function.path)
    rows = parameter_rows(inference, function)
    names = {facts.parameter.name[row] for row in rows}
    start = facts.definition.start[function.row]
    end = facts.definition.end[function.row]
    ops, positions, lefts, _ = facts.expr
    for index in facts.item_binding.key:
        is_name = index >= 0 and ops[index] == f.NAME and start <= positions[index] < end
        if is_name and lefts[index] in names:
            return True
    collects = any(
        start <= position < end
        for name in _COLLECTING
        for role, position, _ in facts.occurrences(name)
        if role & f.ATTRIBUTE_ROLE
    )
    return False if collects else None

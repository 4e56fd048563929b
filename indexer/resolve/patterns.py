"""Patterns of ``match``: what a case says of its subject, and what it captures."""

from __future__ import annotations

from .. import facts as f
from . import checks, evaluate, members, synthesized
from .classes import class_member
from .entities import CLASS, VARIABLE, name_of
from .types import INSTANCE, NONE, NONE_VALUE, known, union

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity
    from .types import Type

# Builtin classes whose only positional pattern is the subject itself.
_WHOLE = frozenset(
    ["bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str",
     "tuple"]
)  # fmt: skip


def matched(snapshot: Snapshot, path: str, expr: int) -> Type:
    """Type of what a pattern matched: its subject, less what earlier cases have taken."""
    facts = snapshot.need(path)
    _, _, lefts, rights = facts.expr
    subject, pattern = lefts[expr], rights[expr]
    type_ = evaluate.values(snapshot, path, subject)
    if pattern < -1:
        return _positional(snapshot, -2 - pattern, type_)
    for test in _earlier(facts, expr):
        type_ = narrowed(snapshot, path, rights[test], type_, truth=False)
    if pattern < 0:
        return type_
    return narrowed(snapshot, path, pattern, type_, truth=True)


def _earlier(facts: FileFacts, expr: int) -> list[int]:
    """Tests of the cases before the one that an expression is the test of, guarded ones apart."""
    table: dict[int, list[int]] | None = facts.memo.get("earlier cases")
    if table is None:
        table = facts.memo["earlier cases"] = {}
        kinds, parents, tests, _, ends = facts.block[:5]
        guarded = {(parents[row], ends[row]) for row, kind in enumerate(kinds) if kind == f.IF_TRUE}
        seen: dict[tuple[int, int], list[int]] = {}
        for row, kind in enumerate(kinds):
            if kind == f.CASE:
                key = parents[row], facts.expr[f.EXPR_A][tests[row]]
                before = seen.setdefault(key, [])
                table[tests[row]] = list(before)
                if (row, ends[row]) not in guarded:
                    before.append(tests[row])
    return table.get(expr, [])


def narrowed(snapshot: Snapshot, path: str, pattern: int, type_: Type, *, truth: bool) -> Type:
    """A type where a pattern matches, or where it does not."""
    facts = snapshot.need(path)
    if pattern < 0:
        return type_
    ops, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    op = ops[pattern]
    if op == f.PATTERN_CLASS:
        if not truth and extra[rights[pattern]]:
            return type_  # it may have failed for what is inside
        classes = checks.classes_of(snapshot, path, lefts[pattern])
        return checks.of_classes(snapshot, type_, classes, truth=truth)
    if op == f.PATTERN_OR:
        at = lefts[pattern]
        listed = extra[at + 1 : at + 1 + extra[at]]
        if truth:
            return union(*(narrowed(snapshot, path, part, type_, truth=True) for part in listed))
        for part in listed:
            type_ = narrowed(snapshot, path, part, type_, truth=False)
        return type_
    if op == f.PATTERN_VALUE and ops[lefts[pattern]] == f.NONE:
        if truth:
            return (NONE_VALUE,)
        return known(type_)
    if op in (f.PATTERN_VALUE, f.PATTERN_SEQUENCE, f.PATTERN_MAPPING) and truth:
        return tuple(value for value in type_ if value[0] != NONE)
    return type_


def keyword_pattern(facts: FileFacts, pattern: int, name: int) -> int:
    """The pattern that a class pattern has for an attribute, or -1."""
    if pattern < 0 or facts.expr[f.EXPR_OP][pattern] != f.PATTERN_CLASS:
        return -1
    (extra,) = facts.extra
    at = facts.expr[f.EXPR_B][pattern]
    for index in range(at + 1, at + 1 + 3 * extra[at], 3):
        if extra[index] == name:
            return extra[index + 2]
    return -1


def _positional(snapshot: Snapshot, place: int, type_: Type) -> Type:
    """What the positional pattern at a place is matched against."""
    parts: list[Type] = []
    for value in known(type_):
        if value[0] != INSTANCE:
            continue
        names = match_args(snapshot, value[1])
        if place < len(names):
            parts.append(members.member_value(snapshot, value, names[place]))
        elif not place and value[1][0] == CLASS and name_of(snapshot, value[1]) in _WHOLE:
            parts.append((value,))
    return union(*parts)


def match_args(snapshot: Snapshot, entity: Entity) -> list[str]:
    """Names of the attributes that positional patterns of a class mean."""
    for item in class_member(snapshot, entity, "__match_args__"):
        if item.entity[0] != VARIABLE:
            continue
        facts = snapshot.need(item.entity[1])
        value = facts.binding[f.BIND_VALUE][item.entity[2]]
        ops, _, lefts, _ = facts.expr
        if value >= 0 and ops[value] == f.TUPLE:
            (extra,) = facts.extra
            at = lefts[value]
            return [
                facts.strings[lefts[part]]
                for part in extra[at + 1 : at + 1 + extra[at]]
                if ops[part] == f.STRING and lefts[part] >= 0
            ]
    if entity[0] == VARIABLE:
        return [name for name, _ in synthesized.made_fields(snapshot, entity)]
    return [field.name for field in synthesized.fields(snapshot, entity)]

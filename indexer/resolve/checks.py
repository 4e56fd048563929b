"""Checks: a type as one test leaves it, when it holds and when it fails."""

from __future__ import annotations

from .. import facts as f
from . import evaluate, members, patterns, protocols
from .annotations import annotated, literal_parts, special_form
from .calls import is_callable
from .classes import mro
from .entities import CLASS, INFERRED, OUTSIDE, VARIABLE
from .signatures import literal_value
from .subjects import mentions, subject, subjects_of_match
from .synthesized import last_name
from .types import (
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    NONE,
    NONE_VALUE,
    UNKNOWN,
    VARIABLE_TYPE,
    known,
    named,
    union,
)
from .variables import concrete

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity
    from .types import Type, Value

    Chain = tuple[int, ...]


def apply(
    snapshot: Snapshot, path: str, test: int, chain: Chain, type_: Type, *, truth: bool
) -> Type:
    """A type where a test of what ``chain`` names holds, or where it fails."""
    facts = snapshot.need(path)
    ops, _, lefts, rights = facts.expr
    op = ops[test]
    if op == f.NOT:
        return apply(snapshot, path, lefts[test], chain, type_, truth=not truth)
    if op in (f.AND, f.OR):
        parts = (lefts[test], rights[test])
        if truth == (op == f.AND):
            for part in parts:
                if mentions(facts, part, chain):
                    type_ = apply(snapshot, path, part, chain, type_, truth=truth)
            return type_
        if not all(mentions(facts, part, chain) for part in parts):
            return type_
        first = apply(snapshot, path, parts[0], chain, type_, truth=truth)
        # The second operand is only reached where the first one says nothing yet.
        rest = apply(snapshot, path, parts[0], chain, type_, truth=not truth)
        second = apply(snapshot, path, parts[1], chain, rest, truth=truth)
        # Of what is unknown, one way or the other, the known half is not all.
        return union(first, second) if type_ or (first and second) else type_
    if op == f.COMPARE:
        return _compared(snapshot, path, facts, test, chain, type_, truth=truth)
    if op == f.CALL:
        return _checked(snapshot, path, facts, test, type_, truth=truth)
    if op == f.MATCHED:
        return _matched(snapshot, path, facts, test, chain, type_, truth=truth)
    return known(type_) if truth else type_


def _matched(
    snapshot: Snapshot,
    path: str,
    facts: FileFacts,
    test: int,
    chain: Chain,
    type_: Type,
    *,
    truth: bool,
) -> Type:
    """The case of a ``match``."""
    pattern = facts.expr[f.EXPR_B][test]
    parts = subjects_of_match(facts, test)
    inner = [pattern]
    if len(parts) > 1 or facts.expr[f.EXPR_OP][facts.expr[f.EXPR_A][test]] == f.TUPLE:
        if not truth or pattern < 0 or facts.expr[f.EXPR_OP][pattern] != f.PATTERN_SEQUENCE:
            return type_
        at = facts.expr[f.EXPR_A][pattern]
        inner = list(facts.extra[0][at + 1 : at + 1 + facts.extra[0][at]])
        if len(inner) != len(parts):
            return type_
    for part, own in zip(parts, inner, strict=True):
        spelled = subject(facts, part)
        rest = chain[len(spelled) :]
        if spelled and chain[: len(spelled)] == spelled:
            for name in rest:
                own = patterns.keyword_pattern(facts, own, name)
            if own >= 0:
                type_ = patterns.narrowed(snapshot, path, own, type_, truth=truth)
    return type_


def _compared(
    snapshot: Snapshot,
    path: str,
    facts: FileFacts,
    test: int,
    chain: Chain,
    type_: Type,
    *,
    truth: bool,
) -> Type:
    """``is``, ``==``, ``in`` and their opposites."""
    ops, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    at = rights[test]
    if extra[at] != 2:
        return type_
    operator, left, right = f.OPERATORS[extra[at + 1]], lefts[test], extra[at + 2]
    if operator in ("is not", "is-not", "!=", "not in", "not-in"):
        truth = not truth
        operator = {"is not": "is", "is-not": "is", "!=": "=="}.get(operator, "in")
    if operator not in ("is", "==", "in"):
        return type_
    if ops[left] == f.CALL:  # `type(x) is Box`
        if last_name(facts, lefts[left]) != "type" or operator == "in" or not truth:
            return type_
        return of_classes(snapshot, type_, classes_of(snapshot, path, right), truth=True)
    if subject(facts, left) != chain:
        if operator == "in":
            return type_
        return _discriminated(snapshot, path, left, right, type_, truth=truth)
    if operator == "in":
        return _in(snapshot, path, right, type_) if truth else type_
    if ops[right] == f.NONE:
        if not truth:
            return known(type_)
        return (NONE_VALUE,) if not type_ or any(value[0] == NONE for value in type_) else type_
    return known(type_) if truth and ops[right] in (f.STRING, f.INTEGER, f.TRUE) else type_


def _in(snapshot: Snapshot, path: str, right: int, type_: Type) -> Type:
    """``x in boxes``: of the alternatives, those that may be there."""
    elements = protocols.element(snapshot, evaluate.values(snapshot, path, right))
    if not elements or not type_:
        return type_
    classes = [value[1] for value in elements if value[0] == INSTANCE]
    kept = tuple(
        value
        for value in type_
        if value[0] == INSTANCE and set(mro(snapshot, value[1])).intersection(classes)
    )
    return kept or type_


def _discriminated(
    snapshot: Snapshot, path: str, left: int, right: int, type_: Type, *, truth: bool
) -> Type:
    """``x.kind == "box"``, where each alternative says which kinds it may have."""
    facts = snapshot.need(path)
    ops, _, _, rights = facts.expr
    wanted = literal_value(snapshot, path, right)
    if wanted is None or ops[left] != f.ATTRIBUTE or len(type_) < 2:
        return type_
    name = facts.names[rights[left]]
    kept: list[Value] = []
    for value in type_:
        kinds: set[object] | None = None
        for item in members.member_found(snapshot, value, name)[:1]:
            other = snapshot.need(item.entity[1]) if item.entity[0] not in (OUTSIDE,) else None
            if other is not None and item.entity[0] == VARIABLE:
                annotation = other.binding[f.BIND_ANNOTATION][item.entity[2]]
                if annotation >= 0:
                    kinds = literal_parts(snapshot, item.entity[1], annotation)
        if kinds is None or (wanted in kinds if truth else kinds != {wanted}):
            kept.append(value)
    return tuple(kept)


def _checked(
    snapshot: Snapshot, path: str, facts: FileFacts, test: int, type_: Type, *, truth: bool
) -> Type:
    """``isinstance``, ``issubclass``, ``callable``, and functions that say what they check."""
    ops, _, lefts, rights = facts.expr
    function = lefts[test]
    name = facts.names[lefts[function]] if ops[function] == f.NAME else ""
    (extra,) = facts.extra
    at = rights[test]
    if name in ("isinstance", "issubclass"):
        classes = classes_of(snapshot, path, extra[at + 6]) if extra[at] == 2 else []
        form = INSTANCE if name == "isinstance" else CLASS_OBJECT
        if truth and extra[at] == 2 and not snapshot.conventional:
            # Without conventions an answer must not leave out what nobody knows.
            if _names_unknown(snapshot, path, facts, extra[at + 6]):
                return UNKNOWN
            return _of_both(snapshot, type_, classes, form)
        return of_classes(snapshot, type_, classes, truth=truth, form=form)
    if name == "callable":
        kept = tuple(value for value in type_ if is_callable(snapshot, value) == truth)
        return kept or type_
    if name in ("hasattr", "len", "bool", "str", "any", "all"):
        return known(type_) if truth and name in ("bool", "len") else type_
    for value in evaluate.values(snapshot, path, function):
        if value[0] == FUNCTION_OBJECT:
            guarded, is_exact = _guarded_type(snapshot, value[1])
            if guarded:
                classes = [each[1] for each in guarded if each[0] == INSTANCE]
                if not is_exact:
                    return guarded if truth else type_
                return of_classes(snapshot, type_, classes, truth=truth)
    return type_


def _names_unknown(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> bool:
    """Whether an expression names a class that is not at hand, among others or alone."""
    ops, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    if ops[expr] == f.TUPLE:
        at = lefts[expr]
        parts = extra[at + 1 : at + 1 + extra[at]]
        return any(_names_unknown(snapshot, path, facts, part) for part in parts)
    if ops[expr] == f.BINARY:
        return _names_unknown(snapshot, path, facts, lefts[expr]) or _names_unknown(
            snapshot, path, facts, extra[rights[expr] + 1]
        )
    if any(item.entity[0] == OUTSIDE for item in evaluate.objects(snapshot, path, expr)):
        return True  # or another one, that stands in for it where it is not installed
    return not classes_of(snapshot, path, expr) and ops[expr] != f.NONE


def _of_both(snapshot: Snapshot, type_: Type, classes: list[Entity], form: int) -> Type:
    """Where ``isinstance`` holds of an unrelated class, a value has the members of both."""
    kept = of_classes(snapshot, type_, classes, truth=True, form=form)
    apart = [
        value
        for value in type_
        if value[0] == form
        and not any(value[1] in mro(snapshot, each[1]) or each[1] in mro(snapshot, value[1])
                    for each in kept)
    ]  # fmt: skip
    related = len(apart) < len([value for value in type_ if value[0] == form])
    return kept if related or not apart else union(kept, tuple(apart))


def _guarded_type(snapshot: Snapshot, function: Entity) -> tuple[Type, bool]:
    """What ``TypeGuard`` or ``TypeIs`` says, and whether it also says what is not so."""
    facts = snapshot.need(function[1])
    returns = facts.definition[f.DEF_RETURNS][function[2]]
    if returns < 0 or facts.expr[f.EXPR_OP][returns] != f.SUBSCRIPT:
        return UNKNOWN, False
    form = last_name(facts, facts.expr[f.EXPR_A][returns])
    if form not in ("TypeGuard", "TypeIs"):
        return UNKNOWN, False
    if not special_form(snapshot, function[1], facts.expr[f.EXPR_A][returns]):
        return UNKNOWN, False
    return annotated(snapshot, function[1], facts.expr[f.EXPR_B][returns]), form == "TypeIs"


def of_classes(
    snapshot: Snapshot,
    type_: Type,
    classes: list[Entity],
    *,
    truth: bool,
    form: int = INSTANCE,
) -> Type:
    """A type where ``isinstance`` of some classes holds or fails."""
    if not classes:
        return type_
    if not truth:
        return tuple(
            value
            for value in type_
            if value[0] != form or not set(mro(snapshot, value[1])).intersection(classes)
        )
    if any(value[0] == VARIABLE_TYPE for value in type_):
        type_ = concrete(snapshot, type_)
    kept: list[Value] = []
    meta = named(snapshot, "builtins", "type")
    for value in type_:
        if value[0] == CLASS_OBJECT and form == INSTANCE and meta in classes:
            kept.append(value)
        if value[0] != form:
            continue
        order = mro(snapshot, value[1])
        if set(order).intersection(classes):
            kept.append(value)
        else:
            kept += [
                (form, cls, (), INFERRED)
                for cls in classes
                if cls[0] == CLASS and value[1] in mro(snapshot, cls)
            ]
    if kept:
        return union(kept)
    return tuple((form, cls, (), INFERRED) for cls in classes if cls[0] == CLASS)


def classes_of(snapshot: Snapshot, path: str, expr: int, depth: int = 0) -> list[Entity]:
    """Classes that an expression names: one, a tuple of them, or a union."""
    return _classes_in(evaluate.values(snapshot, path, expr), depth)


def _classes_in(type_: Type, depth: int) -> list[Entity]:
    found: list[Entity] = []
    for value in type_:
        if value[0] == CLASS_OBJECT:
            found.append(value[1])
        elif value[0] == INSTANCE and depth < 3:
            for arg in value[2][:1]:
                found += _classes_in(arg, depth + 1)
    return [cls for cls in found if cls[0] != OUTSIDE or cls[1]]

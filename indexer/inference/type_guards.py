"""Type guards: a type as one test or pattern leaves it, when it holds and when it fails."""

from __future__ import annotations

from .. import facts as f
from . import members, operators, synthesized
from .access_paths import last_name, match_subjects, mentions, subject
from .annotations import annotation_type, literal_members, special_form
from .classes import class_member, mro
from .entities import CLASS, INFERRED, OUTSIDE, VARIABLE, name_of
from .signatures import literal_value
from .standard_types import standard_class
from .type_variables import concrete
from .types import (
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    NONE,
    NONE_VALUE,
    UNKNOWN,
    VARIABLE_TYPE,
    Value,
    union,
    without_none,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .entities import Entity
    from .inference import Inference
    from .types import Type

    Chain = tuple[int, ...]


def apply_guard(
    inference: Inference, path: str, test: int, chain: Chain, type_: Type, *, truth: bool
) -> Type:
    """A type where a test of what ``chain`` names holds, or where it fails."""
    facts = inference.need(path)
    ops, _, lefts, rights = facts.expr
    op = ops[test]
    if op == f.NOT:
        return apply_guard(inference, path, lefts[test], chain, type_, truth=not truth)
    if op in (f.AND, f.OR):
        parts = (lefts[test], rights[test])
        if truth == (op == f.AND):
            for part in parts:
                if mentions(facts, part, chain):
                    type_ = apply_guard(inference, path, part, chain, type_, truth=truth)
            return type_
        if not all(mentions(facts, part, chain) for part in parts):
            return type_
        first = apply_guard(inference, path, parts[0], chain, type_, truth=truth)
        # The second operand is only reached where the first one says nothing yet.
        rest = apply_guard(inference, path, parts[0], chain, type_, truth=not truth)
        second = apply_guard(inference, path, parts[1], chain, rest, truth=truth)
        # Of what is unknown, one way or the other, the known half is not all.
        return union(first, second) if type_ or (first and second) else type_
    if op == f.COMPARE:
        return _compared(inference, path, facts, test, chain, type_, truth=truth)
    if op == f.CALL:
        return _checked(inference, path, facts, test, type_, truth=truth)
    if op == f.MATCHED:
        return _matched(inference, path, facts, test, chain, type_, truth=truth)
    return without_none(type_) if truth else type_


def _matched(
    inference: Inference,
    path: str,
    facts: FileFacts,
    test: int,
    chain: Chain,
    type_: Type,
    *,
    truth: bool,
) -> Type:
    """The case of a ``match``."""
    pattern = facts.expr.b[test]
    parts = match_subjects(facts, test)
    inner = [pattern]
    if len(parts) > 1 or facts.expr.op[facts.expr.a[test]] == f.TUPLE:
        if not truth or pattern < 0 or facts.expr.op[pattern] != f.PATTERN_SEQUENCE:
            return type_
        at = facts.expr.a[pattern]
        inner = list(facts.extra[0][at + 1 : at + 1 + facts.extra[0][at]])
        if len(inner) != len(parts):
            return type_
    for part, own in zip(parts, inner, strict=True):
        spelled = subject(facts, part)
        rest = chain[len(spelled) :]
        if spelled and chain[: len(spelled)] == spelled:
            for name in rest:
                own = keyword_pattern(facts, own, name)
            if own >= 0:
                type_ = narrow_by_pattern(inference, path, own, type_, truth=truth)
    return type_


def _compared(
    inference: Inference,
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
        return narrow_to_classes(
            inference, type_, named_classes(inference, path, right), truth=True
        )
    if subject(facts, left) != chain:
        if operator == "in":
            return type_
        return _discriminated(inference, path, left, right, type_, truth=truth)
    if operator == "in":
        return _in(inference, path, right, type_) if truth else type_
    if ops[right] == f.NONE:
        if not truth:
            return without_none(type_)
        return (NONE_VALUE,) if not type_ or any(value.form == NONE for value in type_) else type_
    return without_none(type_) if truth and ops[right] in (f.STRING, f.INTEGER, f.TRUE) else type_


def _in(inference: Inference, path: str, right: int, type_: Type) -> Type:
    """``x in boxes``: of the alternatives, those that may be there."""
    elements = operators.iterated_type(inference, inference.infer_type(path, right))
    if not elements or not type_:
        return type_
    classes = [value.entity for value in elements if value.form == INSTANCE]
    kept = tuple(
        value
        for value in type_
        if value.form == INSTANCE and set(mro(inference, value.entity)).intersection(classes)
    )
    return kept or type_


def _discriminated(
    inference: Inference, path: str, left: int, right: int, type_: Type, *, truth: bool
) -> Type:
    """``x.kind == "box"``, where each alternative says which kinds it may have."""
    facts = inference.need(path)
    ops, _, _, rights = facts.expr
    wanted = literal_value(inference, path, right)
    if wanted is None or ops[left] != f.ATTRIBUTE or len(type_) < 2:
        return type_
    name = facts.names[rights[left]]
    kept: list[Value] = []
    for value in type_:
        kinds: set[object] | None = None
        for item in members.member_definitions(inference, value, name)[:1]:
            other = inference.need(item.entity.path) if item.entity.kind not in (OUTSIDE,) else None
            if other is not None and item.entity.kind == VARIABLE:
                annotation = other.binding.annotation[item.entity.row]
                if annotation >= 0:
                    kinds = literal_members(inference, item.entity.path, annotation)
        if kinds is None or (wanted in kinds if truth else kinds != {wanted}):
            kept.append(value)
    return tuple(kept)


def _checked(
    inference: Inference, path: str, facts: FileFacts, test: int, type_: Type, *, truth: bool
) -> Type:
    """``isinstance``, ``issubclass``, ``callable``, and functions that say what they check."""
    ops, _, lefts, rights = facts.expr
    function = lefts[test]
    name = facts.names[lefts[function]] if ops[function] == f.NAME else ""
    (extra,) = facts.extra
    at = rights[test]
    if name in ("isinstance", "issubclass"):
        classes = named_classes(inference, path, extra[at + 6]) if extra[at] == 2 else []
        form = INSTANCE if name == "isinstance" else CLASS_OBJECT
        if truth and extra[at] == 2 and not inference.conventional:
            # Without conventions an answer must not leave out what nobody knows.
            if _names_unknown(inference, path, facts, extra[at + 6]):
                return UNKNOWN
            return _of_both(inference, type_, classes, form)
        return narrow_to_classes(inference, type_, classes, truth=truth, form=form)
    if name == "callable":
        kept = tuple(value for value in type_ if inference.is_callable(value) == truth)
        return kept or type_
    if name in ("hasattr", "len", "bool", "str", "any", "all"):
        return without_none(type_) if truth and name in ("bool", "len") else type_
    for value in inference.infer_type(path, function):
        if value.form == FUNCTION_OBJECT:
            guarded, is_exact = _guarded_type(inference, value.entity)
            if guarded:
                classes = [each.entity for each in guarded if each.form == INSTANCE]
                if not is_exact:
                    return guarded if truth else type_
                return narrow_to_classes(inference, type_, classes, truth=truth)
    return type_


def _names_unknown(inference: Inference, path: str, facts: FileFacts, expr: int) -> bool:
    """True if an expression names a class that is not at hand, among others or alone."""
    ops, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    if ops[expr] == f.TUPLE:
        at = lefts[expr]
        parts = extra[at + 1 : at + 1 + extra[at]]
        return any(_names_unknown(inference, path, facts, part) for part in parts)
    if ops[expr] == f.BINARY:
        return _names_unknown(inference, path, facts, lefts[expr]) or _names_unknown(
            inference, path, facts, extra[rights[expr] + 1]
        )
    if any(item.entity.kind == OUTSIDE for item in inference.definitions_of(path, expr)):
        return True  # or another one, that stands in for it where it is not installed
    return not named_classes(inference, path, expr) and ops[expr] != f.NONE


def _of_both(inference: Inference, type_: Type, classes: list[Entity], form: int) -> Type:
    """Return where ``isinstance`` holds of an unrelated class, a value has the members of both."""
    kept = narrow_to_classes(inference, type_, classes, truth=True, form=form)
    apart = [
        value
        for value in type_
        if value.form == form
        and not any(
            value.entity in mro(inference, each.entity)
            or each.entity in mro(inference, value.entity)
            for each in kept
        )
    ]
    related = len(apart) < len([value for value in type_ if value.form == form])
    return kept if related or not apart else union(kept, tuple(apart))


def _guarded_type(inference: Inference, function: Entity) -> tuple[Type, bool]:
    """Return what ``TypeGuard`` or ``TypeIs`` says, and whether it also says what is not so."""
    facts = inference.need(function.path)
    returns = facts.definition.returns[function.row]
    if returns < 0 or facts.expr.op[returns] != f.SUBSCRIPT:
        return UNKNOWN, False
    form = last_name(facts, facts.expr.a[returns])
    if form not in ("TypeGuard", "TypeIs"):
        return UNKNOWN, False
    if not special_form(inference, function.path, facts.expr.a[returns]):
        return UNKNOWN, False
    return annotation_type(inference, function.path, facts.expr.b[returns]), form == "TypeIs"


def narrow_to_classes(
    inference: Inference,
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
            if value.form != form or not set(mro(inference, value.entity)).intersection(classes)
        )
    if any(value.form == VARIABLE_TYPE for value in type_):
        type_ = concrete(inference, type_)
    kept: list[Value] = []
    meta = standard_class(inference, "builtins", "type")
    for value in type_:
        if value.form == CLASS_OBJECT and form == INSTANCE and meta in classes:
            kept.append(value)
        if value.form != form:
            continue
        order = mro(inference, value.entity)
        if set(order).intersection(classes):
            kept.append(value)
        else:
            kept += [
                Value(form, cls, (), INFERRED)
                for cls in classes
                if cls.kind == CLASS and value.entity in mro(inference, cls)
            ]
    if kept:
        return union(kept)
    return tuple(Value(form, cls, (), INFERRED) for cls in classes if cls.kind == CLASS)


def named_classes(inference: Inference, path: str, expr: int, depth: int = 0) -> list[Entity]:
    """Classes that an expression names: one, a tuple of them, or a union."""
    return _classes_in(inference.infer_type(path, expr), depth)


def _classes_in(type_: Type, depth: int) -> list[Entity]:
    found: list[Entity] = []
    for value in type_:
        if value.form == CLASS_OBJECT:
            found.append(value.entity)
        elif value.form == INSTANCE and depth < 3:
            for arg in value.args[:1]:
                found += _classes_in(arg, depth + 1)
    return [cls for cls in found if cls.kind != OUTSIDE or cls.path]


# Builtin classes whose only positional pattern is the subject itself.
_WHOLE = frozenset(
    ["bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str",
     "tuple"]
)  # fmt: skip


def matched_type(inference: Inference, path: str, expr: int) -> Type:
    """Type of what a pattern matched: its subject, less what earlier cases have taken."""
    facts = inference.need(path)
    _, _, lefts, rights = facts.expr
    subject, pattern = lefts[expr], rights[expr]
    type_ = inference.infer_type(path, subject)
    if pattern < -1:
        return _positional(inference, -2 - pattern, type_)
    for test in _earlier(facts, expr):
        type_ = narrow_by_pattern(inference, path, rights[test], type_, truth=False)
    if pattern < 0:
        return type_
    return narrow_by_pattern(inference, path, pattern, type_, truth=True)


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
                key = parents[row], facts.expr.a[tests[row]]
                before = seen.setdefault(key, [])
                table[tests[row]] = list(before)
                if (row, ends[row]) not in guarded:
                    before.append(tests[row])
    return table.get(expr, [])


def narrow_by_pattern(
    inference: Inference, path: str, pattern: int, type_: Type, *, truth: bool
) -> Type:
    """A type where a pattern matches, or where it does not."""
    facts = inference.need(path)
    if pattern < 0:
        return type_
    ops, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    op = ops[pattern]
    if op == f.PATTERN_CLASS:
        if not truth and extra[rights[pattern]]:
            return type_  # it may have failed for what is inside
        classes = named_classes(inference, path, lefts[pattern])
        return narrow_to_classes(inference, type_, classes, truth=truth)
    if op == f.PATTERN_OR:
        at = lefts[pattern]
        listed = extra[at + 1 : at + 1 + extra[at]]
        if truth:
            return union(
                *(narrow_by_pattern(inference, path, part, type_, truth=True) for part in listed)
            )
        for part in listed:
            type_ = narrow_by_pattern(inference, path, part, type_, truth=False)
        return type_
    if op == f.PATTERN_VALUE and ops[lefts[pattern]] == f.NONE:
        if truth:
            return (NONE_VALUE,)
        return without_none(type_)
    if op in (f.PATTERN_VALUE, f.PATTERN_SEQUENCE, f.PATTERN_MAPPING) and truth:
        return tuple(value for value in type_ if value.form != NONE)
    return type_


def keyword_pattern(facts: FileFacts, pattern: int, name: int) -> int:
    """The pattern that a class pattern has for an attribute, or -1."""
    if pattern < 0 or facts.expr.op[pattern] != f.PATTERN_CLASS:
        return -1
    (extra,) = facts.extra
    at = facts.expr.b[pattern]
    for index in range(at + 1, at + 1 + 3 * extra[at], 3):
        if extra[index] == name:
            return extra[index + 2]
    return -1


def _positional(inference: Inference, place: int, type_: Type) -> Type:
    """Return what the positional pattern at a place is matched against."""
    parts: list[Type] = []
    for value in without_none(type_):
        if value.form != INSTANCE:
            continue
        names = match_args(inference, value.entity)
        if place < len(names):
            parts.append(members.member_type(inference, value, names[place]))
        elif (
            not place and value.entity.kind == CLASS and name_of(inference, value.entity) in _WHOLE
        ):
            parts.append((value,))
    return union(*parts)


def match_args(inference: Inference, entity: Entity) -> list[str]:
    """Names of the attributes that positional patterns of a class mean."""
    for item in class_member(inference, entity, "__match_args__"):
        if item.entity.kind != VARIABLE:
            continue
        facts = inference.need(item.entity.path)
        value = facts.binding.value[item.entity.row]
        ops, _, lefts, _ = facts.expr
        if value >= 0 and ops[value] == f.TUPLE:
            (extra,) = facts.extra
            at = lefts[value]
            return [
                facts.strings[lefts[part]]
                for part in extra[at + 1 : at + 1 + extra[at]]
                if ops[part] == f.STRING and lefts[part] >= 0
            ]
    if entity.kind == VARIABLE:
        return [name for name, _ in synthesized.made_fields(inference, entity)]
    return [field.name for field in synthesized.fields(inference, entity)]

"""Type guards: narrow a type by one test or pattern, where it holds or where it fails."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from . import members, operators, synthesized
from .access_paths import aliased_condition, last_name, match_subjects, mentions, subject
from .annotations import annotation_type, literal_members, special_form
from .classes import base_arguments, class_member, mro, type_parameters
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
    """Return the type of the value at an access path where a test holds, or where it fails."""
    facts = inference.need(path)
    op = facts.expr.op[test]
    if op == f.NOT:
        operand = facts_view.operand(facts, test)
        return apply_guard(inference, path, operand, chain, type_, truth=not truth)
    if op in (f.AND, f.OR):
        parts = facts_view.branches(facts, test)
        if truth == (op == f.AND):
            for part in parts:
                if mentions(facts, part, chain):
                    type_ = apply_guard(inference, path, part, chain, type_, truth=truth)
            return type_
        if not all(mentions(facts, part, chain) for part in parts):
            return type_
        first = apply_guard(inference, path, parts[0], chain, type_, truth=truth)
        # The second operand is only evaluated where the first one does not decide.
        rest = apply_guard(inference, path, parts[0], chain, type_, truth=not truth)
        second = apply_guard(inference, path, parts[1], chain, rest, truth=truth)
        # An unknown type stays unknown if only one of the operands narrows it.
        return union(first, second) if type_ or (first and second) else type_
    if op == f.COMPARE:
        return _compared(inference, path, facts, test, chain, type_, truth=truth)
    if op == f.CALL:
        return _checked(inference, path, facts, test, type_, truth=truth)
    if op == f.MATCHED:
        return _matched(inference, path, facts, test, chain, type_, truth=truth)
    if op == f.NAME and facts_view.name_row(facts, test) != chain[0]:
        condition = aliased_condition(facts, test)
        return apply_guard(inference, path, condition, chain, type_, truth=truth)
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
    """Narrow by a case of a ``match``."""
    case = facts_view.matched_case(facts, test)
    pattern = case.pattern
    parts = match_subjects(facts, test)
    inner = [pattern]
    if len(parts) > 1 or facts.expr.op[case.subject] == f.TUPLE:
        if not truth or pattern < 0 or facts.expr.op[pattern] != f.PATTERN_SEQUENCE:
            return type_
        inner = list(facts_view.elements(facts, pattern))
        if len(inner) != len(parts):
            return type_
    for part, own in zip(parts, inner, strict=True):
        matched = subject(facts, part)
        rest = chain[len(matched) :]
        if matched and chain[: len(matched)] == matched:
            for name in rest if min(rest, default=0) >= 0 else ():
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
    """Narrow by ``is``, ``==``, ``in`` and their opposites."""
    comparison = facts_view.single_comparison(facts, test)
    if comparison is None:
        return type_
    left, operator, right = comparison
    kinds = facts.expr.op
    if operator in ("is not", "is-not", "!=", "not in", "not-in"):
        truth = not truth
        operator = {"is not": "is", "is-not": "is", "!=": "=="}.get(operator, "in")
    if operator not in ("is", "==", "in"):
        return type_
    if kinds[left] == f.CALL:  # `type(x) is Box`
        function = facts_view.called(facts, left)
        if last_name(facts, function) != "type" or operator == "in" or not truth:
            return type_
        return narrow_to_classes(
            inference, type_, named_classes(inference, path, right), truth=True
        )
    if subject(facts, left) != chain:
        if operator == "in":
            return type_
        return _narrow_by_literal(inference, path, left, right, type_, truth=truth)
    if operator == "in":
        return _narrow_to_elements(inference, path, right, type_) if truth else type_
    if kinds[right] == f.NONE:
        if not truth:
            return without_none(type_)
        return (NONE_VALUE,) if not type_ or any(value.form == NONE for value in type_) else type_
    is_value = kinds[right] in (f.STRING, f.INTEGER, f.TRUE)
    return without_none(type_) if truth and is_value else type_


def _narrow_to_elements(inference: Inference, path: str, right: int, type_: Type) -> Type:
    """Narrow by ``x in boxes`` to the alternatives that may be elements."""
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


def _narrow_by_literal(
    inference: Inference, path: str, left: int, right: int, type_: Type, *, truth: bool
) -> Type:
    """Narrow by ``x.kind == "box"`` if the alternatives declare literal types of ``kind``."""
    facts = inference.need(path)
    wanted = literal_value(inference, path, right)
    attribute = facts_view.attribute(facts, left)
    if wanted is None or attribute is None or len(type_) < 2:
        return type_
    kept: list[Value] = []
    for value in type_:
        kinds: set[object] | None = None
        for item in members.member_definitions(inference, value, attribute.name)[:1]:
            if item.entity.kind == VARIABLE:
                other = inference.need(item.entity.path)
                annotation = other.binding.annotation[item.entity.row]
                if annotation >= 0:
                    kinds = literal_members(inference, item.entity.path, annotation)
        if kinds is None or (wanted in kinds if truth else kinds != {wanted}):
            kept.append(value)
    return tuple(kept)


def _checked(
    inference: Inference, path: str, facts: FileFacts, test: int, type_: Type, *, truth: bool
) -> Type:
    """Narrow by ``isinstance``, ``issubclass``, ``callable`` and functions with ``TypeGuard``."""
    function = facts_view.called(facts, test)
    name = facts_view.plain_name(facts, function)
    if name in ("isinstance", "issubclass"):
        arguments = facts_view.argument_values(facts, test)
        tested = arguments[1] if len(arguments) == 2 else -1
        classes = named_classes(inference, path, tested) if tested >= 0 else []
        form = INSTANCE if name == "isinstance" else CLASS_OBJECT
        if truth and tested >= 0 and not inference.conventional:
            # Without heuristics the answer must not omit classes that are not resolved.
            if _has_unknown_class(inference, path, facts, tested):
                return UNKNOWN
            return _intersected(inference, type_, classes, form)
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


def _has_unknown_class(inference: Inference, path: str, facts: FileFacts, expr: int) -> bool:
    """True if the second argument of ``isinstance`` has a class that is not resolved."""
    kind = facts.expr.op[expr]
    if kind == f.TUPLE:
        parts = facts_view.elements(facts, expr)
        return any(_has_unknown_class(inference, path, facts, part) for part in parts)
    if kind == f.BINARY:
        union_ = facts_view.binary(facts, expr)
        return any(
            _has_unknown_class(inference, path, facts, part) for part in (union_.left, union_.right)
        )
    if any(item.entity.kind == OUTSIDE for item in inference.definitions_of(path, expr)):
        return True  # even if a fallback, for when it is not installed, is resolved
    return not named_classes(inference, path, expr) and kind != f.NONE


def _intersected(inference: Inference, type_: Type, classes: list[Entity], form: int) -> Type:
    """Narrow to some classes; an alternative that is related to none of them is kept beside them.

    An instance of two unrelated classes has the members of both.
    """
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
    """Return the type in ``TypeGuard[…]`` or ``TypeIs[…]``, and True for ``TypeIs``.

    Only ``TypeIs`` narrows where the function returns False.
    """
    facts = inference.need(function.path)
    annotation = facts_view.subscript(facts, facts.definition.returns[function.row])
    if annotation is None:
        return UNKNOWN, False
    form = last_name(facts, annotation.value)
    if form not in ("TypeGuard", "TypeIs"):
        return UNKNOWN, False
    if not special_form(inference, function.path, annotation.value):
        return UNKNOWN, False
    return annotation_type(inference, function.path, annotation.key), form == "TypeIs"


def narrow_to_classes(
    inference: Inference,
    type_: Type,
    classes: list[Entity],
    *,
    truth: bool,
    form: int = INSTANCE,
) -> Type:
    """Return a type where ``isinstance`` of some classes holds, or where it fails."""
    if not classes:
        return type_
    classes = [*classes, *_registered(inference, classes)]
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
                Value(form, cls, _arguments_of_subclass(inference, value, cls), INFERRED)
                for cls in classes
                if cls.kind == CLASS and value.entity in mro(inference, cls)
            ]
    if kept:
        return union(kept)
    return tuple(Value(form, cls, (), INFERRED) for cls in classes if cls.kind == CLASS)


def _arguments_of_subclass(inference: Inference, value: Value, cls: Entity) -> tuple[Type, ...]:
    """Return the type arguments of a subclass that those of a value tell: of ``Sequence[int]``."""
    if not any(value.args):
        return ()
    parameters = type_parameters(inference, cls)
    own = tuple((Value(VARIABLE_TYPE, each, (), INFERRED),) for each in parameters)
    known = base_arguments(inference, value, value.entity)
    bound: dict[Entity, Type] = {}
    for variable, type_ in base_arguments(
        inference, Value(INSTANCE, cls, own, INFERRED), value.entity
    ).items():
        if len(type_) == 1 and type_[0].form == VARIABLE_TYPE:
            bound[type_[0].entity] = known.get(variable, UNKNOWN)
    return tuple(bound.get(each, UNKNOWN) for each in parameters) if any(bound.values()) else ()


# Builtin classes that the abstract classes of ``numbers`` know without being their bases.
_REGISTERED = {
    "Number": ("int", "float", "complex"), "Complex": ("int", "float", "complex"),
    "Real": ("int", "float"), "Rational": ("int",), "Integral": ("int",),
}  # fmt: skip


def _registered(inference: Inference, classes: list[Entity]) -> list[Entity]:
    """Return the builtin classes whose instances are also those of abstract numbers."""
    found: list[Entity] = []
    for cls in classes:
        if cls.path.endswith("/numbers.pyi"):
            for name in _REGISTERED.get(name_of(inference, cls), ()):
                builtin = standard_class(inference, "builtins", name)
                found += [builtin] if builtin is not None else []
    return found


def named_classes(inference: Inference, path: str, expr: int, depth: int = 0) -> list[Entity]:
    """Return the classes that an expression names: one, a tuple of them, or a union."""
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
_SELF_MATCHING = frozenset(
    ["bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str",
     "tuple"]
)  # fmt: skip


# Cases whose failure tells something about those that follow: all of what people write.
_MOST_CASES = 256


def matched_type(inference: Inference, path: str, expr: int) -> Type:
    """Return the type of what a pattern matched: its subject, less what earlier cases match."""
    facts = inference.need(path)
    case = facts_view.matched_case(facts, expr)
    type_ = inference.infer_type(path, case.subject)
    if case.pattern < -1:
        return _positional(inference, -2 - case.pattern, type_)
    for test in _earlier(facts, expr):
        pattern = facts_view.matched_case(facts, test).pattern
        type_ = narrow_by_pattern(inference, path, pattern, type_, truth=False)
    if case.pattern < 0:
        return type_
    return narrow_by_pattern(inference, path, case.pattern, type_, truth=True)


def _earlier(facts: FileFacts, expr: int) -> list[int]:
    """Return the tests of the unguarded cases before the one that an expression is the test of."""
    table: dict[int, list[int]] | None = facts.memo.get("earlier cases")
    if table is None:
        table = facts.memo["earlier cases"] = {}
        kinds, parents, ends = facts.block.kind, facts.block.parent, facts.block.end
        guarded = {(parents[row], ends[row]) for row, kind in enumerate(kinds) if kind == f.IF_TRUE}
        seen: dict[tuple[int, int], list[int]] = {}
        for row, kind in enumerate(kinds):
            if kind == f.CASE:
                test = facts.block.test[row]
                subject, pattern = facts_view.matched_case(facts, test)
                before = seen.setdefault((parents[row], subject), [])
                table[test] = list(before)
                if (
                    (row, ends[row]) not in guarded
                    and len(before) < _MOST_CASES
                    and _excludes(facts, pattern)
                ):
                    before.append(test)
    return table.get(expr, [])


def _excludes(facts: FileFacts, pattern: int) -> bool:
    """True if something is known of a value that a pattern does not match."""
    if pattern < 0:
        return False
    op = facts.expr.op[pattern]
    if op == f.PATTERN_CLASS:
        return not facts_view.argument_values(facts, pattern)
    if op == f.PATTERN_OR:
        return any(_excludes(facts, part) for part in facts_view.elements(facts, pattern))
    return op == f.PATTERN_VALUE and facts.expr.op[facts_view.operand(facts, pattern)] == f.NONE


def narrow_by_pattern(
    inference: Inference, path: str, pattern: int, type_: Type, *, truth: bool
) -> Type:
    """Return a type where a pattern matches, or where it does not."""
    facts = inference.need(path)
    if pattern < 0:
        return type_
    op = facts.expr.op[pattern]
    if op == f.PATTERN_CLASS:
        if not truth and facts_view.argument_values(facts, pattern):
            return type_  # a pattern inside may be the one that does not match
        classes = named_classes(inference, path, facts_view.operand(facts, pattern))
        return narrow_to_classes(inference, type_, classes, truth=truth)
    if op == f.PATTERN_OR:
        parts = facts_view.elements(facts, pattern)
        if truth:
            return union(
                *(narrow_by_pattern(inference, path, part, type_, truth=True) for part in parts)
            )
        for part in parts:
            type_ = narrow_by_pattern(inference, path, part, type_, truth=False)
        return type_
    if op == f.PATTERN_VALUE and facts.expr.op[facts_view.operand(facts, pattern)] == f.NONE:
        if truth:
            return (NONE_VALUE,)
        return without_none(type_)
    if op in (f.PATTERN_VALUE, f.PATTERN_SEQUENCE, f.PATTERN_MAPPING) and truth:
        return tuple(value for value in type_ if value.form != NONE)
    return type_


def keyword_pattern(facts: FileFacts, pattern: int, name: int) -> int:
    """Return the row of the pattern that a class pattern has for an attribute, or -1."""
    if pattern < 0 or facts.expr.op[pattern] != f.PATTERN_CLASS:
        return -1
    for argument in facts_view.arguments(facts, pattern):
        if argument.key == name:
            return argument.value
    return -1


def _positional(inference: Inference, index: int, type_: Type) -> Type:
    """Return the type that the positional pattern at an index is matched against."""
    parts: list[Type] = []
    for value in without_none(type_):
        if value.form != INSTANCE:
            continue
        names = match_args(inference, value.entity)
        if index < len(names):
            parts.append(members.member_type(inference, value, names[index]))
        elif (
            not index
            and value.entity.kind == CLASS
            and name_of(inference, value.entity) in _SELF_MATCHING
        ):
            parts.append((value,))
    return union(*parts)


def match_args(inference: Inference, entity: Entity) -> list[str]:
    """Return the names of the attributes that positional patterns of a class match."""
    for item in class_member(inference, entity, "__match_args__"):
        if item.entity.kind != VARIABLE:
            continue
        facts = inference.need(item.entity.path)
        value = facts.binding.value[item.entity.row]
        if facts_view.op(facts, value) == f.TUPLE:
            texts = (facts_view.string(facts, part) for part in facts_view.elements(facts, value))
            return [text for text in texts if text is not None]
    if entity.kind == VARIABLE:
        return [name for name, _ in synthesized.factory_class_fields(inference, entity)]
    return [field.name for field in synthesized.fields(inference, entity)]

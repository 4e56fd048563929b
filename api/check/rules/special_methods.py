"""Loops, items, tests with ``in`` and ``with`` of values without the special methods for these."""

from __future__ import annotations

from collections.abc import Iterator

from ....indexer import facts as f
from ....indexer.facts_view import (
    attribute,
    called,
    comparisons,
    is_async,
    is_mapping_unpacked,
    op,
    operand,
    subscript,
)
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.entities import (
    EVIDENCE_NAMES,
    INFERRED,
    PARAMETER,
    first_parameter_class,
)
from ....indexer.inference.has_member import ABSENT, has_member
from ....indexer.inference.types import FUNCTION_OBJECT, INSTANCE, without_none
from .. import messages
from ..context import CheckContext
from ..coroutines import has_declared_result, is_coroutine
from ..excuses import (
    is_derived_elsewhere,
    is_expected_to_fail,
    is_mixin_part,
    is_mocked,
    may_have_more_members,
    usually_has_member,
)
from ..findings import Finding
from .asynchrony import entered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.inference.types import Type

# Rule, special methods of which one is enough, and how CPython says that there is none of them.
_ITERATED = (
    "not-iterable", ("__iter__", "__getitem__", "__aiter__"), "{} is not iterable",
)  # fmt: skip
_UNPACKED = (_ITERATED[0], _ITERATED[1], "cannot unpack non-iterable {}")
_SUBSCRIPTED = (
    "not-subscriptable", ("__getitem__", "__setitem__", "__delitem__", "__class_getitem__"),
    "{} is not subscriptable",
)  # fmt: skip
_ASSIGNED = (
    "not-subscriptable", ("__setitem__",), "{} does not support item assignment",
)  # fmt: skip
_SEARCHED = (
    "not-a-container", ("__contains__", "__iter__", "__getitem__"),
    "argument of type {} is not a container or iterable",
)  # fmt: skip
_ENTERED = (
    "not-a-context-manager", ("__enter__", "__aenter__"),
    "{} does not support the context manager protocol",
)  # fmt: skip
_ENTERED_ASYNC = (
    _ENTERED[0], _ENTERED[1], "{} does not support the asynchronous context manager protocol",
)  # fmt: skip
_Need = tuple[str, tuple[str, ...], str]


def lacking_special_method(context: CheckContext) -> Iterator[Finding]:
    """Yield values that syntax asks for what their classes have no special method for."""
    seen: set[tuple[int, str]] = set()
    for expr, (rule, methods, text) in _needs(context):
        if (expr, rule) in seen or not context.includes(_name(context, expr)):
            continue
        seen.add((expr, rule))
        type_ = _lacking(context, expr, methods)
        if type_:
            start = context.facts.expr.position[_named(context, expr)]
            name = _name(context, expr)
            subject = messages.object_text(context.strict, type_)
            yield Finding(
                rule, context.path, start, start + max(len(name.encode()), 1),
                messages.lacks_special_method(text.format(subject)),
                subject=name or subject, evidence=EVIDENCE_NAMES[INFERRED],
            )  # fmt: skip


def _needs(context: CheckContext) -> Iterator[tuple[int, _Need]]:
    facts = context.facts
    for row in context.expressions(f.ELEMENT):
        if not is_async(facts, row):
            yield operand(facts, row), _ITERATED
    for kind in (f.ITEM, f.REST):
        for row in context.expressions(kind):
            yield operand(facts, row), _UNPACKED
    for row in context.expressions(f.STARRED):
        if not is_mapping_unpacked(facts, row):
            yield operand(facts, row), _ITERATED
    for row in context.expressions(f.SUBSCRIPT):
        item = subscript(facts, row)
        if item is not None:
            yield item.value, _SUBSCRIPTED
    for container in facts.item_binding.container:
        if context.is_touched(facts.expr.position[container], facts.expr.position[container] + 1):
            yield container, _ASSIGNED
    for row in context.expressions(f.COMPARE):
        for each in comparisons(facts, row):
            if each.operator in ("in", "not-in"):
                yield each.right, _SEARCHED
    for manager, is_async_with in entered(context).items():
        if op(facts, manager) != f.TUPLE:
            yield manager, _ENTERED_ASYNC if is_async_with else _ENTERED


def _lacking(context: CheckContext, expr: int, methods: tuple[str, ...]) -> Type:
    """Return the type of an expression if no value of it has any of some methods, else nothing."""
    strict = context.strict
    search_path = strict.snapshot.index.search_path
    type_ = without_none(context.complete_type(expr)) if expr >= 0 else ()
    if not type_ or not context.tested_attributes.isdisjoint(methods):
        return ()
    for value in type_:
        if value.form not in (INSTANCE, FUNCTION_OBJECT) or is_coroutine(strict, value):
            return ()
        if any(has_member(strict, value, method) != ABSENT for method in methods):
            return ()
        path = value.entity.path
        if path.endswith(".pyi") and search_path.layer(strict.snapshot.absolute(path)) != "stdlib":
            return ()  # what its stub says of a function's result may be less than it is
    if op(context.facts, expr) == f.CALL and not has_declared_result(strict, context.path, expr):
        return ()
    if _is_of_mixin(context, expr) or is_mixin_part(context, type_):
        return ()
    first = methods[0]
    if is_derived_elsewhere(context, type_, first) or may_have_more_members(context, type_):
        return ()
    if usually_has_member(context, type_, first):
        return ()
    position = context.facts.expr.position[expr]
    if (
        context.is_dead(position)
        or is_expected_to_fail(context, position, "TypeError", "AttributeError")
        or context.has_attribute_test_around(position)
        or is_mocked(context, expr, position)
    ):
        return ()
    return type_


def _is_of_mixin(context: CheckContext, expr: int) -> bool:
    """True for ``self``, whose class others may be derived from that have the method."""
    return any(
        item.entity.kind == PARAMETER and first_parameter_class(context.facts, item.entity) >= 0
        for item in context.strict.definitions_of(context.path, expr)
    )


def _named(context: CheckContext, expr: int) -> int:
    """Return what is named at the end of an expression: of a call what it calls."""
    facts = context.facts
    while op(facts, expr) == f.CALL:
        expr = called(facts, expr)
    if op(facts, expr) == f.SUBSCRIPT and (item := subscript(facts, expr)):
        return _named(context, item.value)
    return expr


def _name(context: CheckContext, expr: int) -> str:
    named = _named(context, expr)
    parts = attribute(context.facts, named)
    return parts.name if parts is not None else last_name(context.facts, named)

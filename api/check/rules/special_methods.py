"""Loops, items, tests with ``in`` and ``with`` of values without the special methods for these."""

from __future__ import annotations

from collections.abc import Iterator

from ....indexer import facts as f
from ....indexer.facts_view import (
    called,
    comparisons,
    is_async,
    is_mapping_unpacked,
    is_yield_from,
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
from ....indexer.inference.types import (
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NONE,
    Value,
    without_none,
)
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
from ..implicit_calls import Methods, why_lacking
from ..uses import uses_of
from .asynchrony import entered
from .logic import is_generator_function

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.inference.types import Type

# What has a type that tells which special methods there are.
_FORMS = (INSTANCE, FUNCTION_OBJECT, CLASS_OBJECT, MODULE_OBJECT, NONE)
# Bytes of a line that are looked at for its first word.
_LONGEST_INDENT = 200
# Rule, special methods of which one is enough, and how CPython says that there is none of them.
_ITERATED = (
    "not-iterable", (("__iter__", 0), ("__getitem__", 1), ("__aiter__", -1)), "{} is not iterable",
)  # fmt: skip
_ITERATED_ASYNC = (
    "not-iterable", (("__aiter__", 0), ("__iter__", -1)),
    "'async for' requires an object with __aiter__ method, got {}",
)  # fmt: skip
_UNPACKED = (_ITERATED[0], _ITERATED[1], "cannot unpack non-iterable {}")
_MAPPED = ("not-iterable", (("keys", 0),), "argument after ** must be a mapping, not {}")
_SUBSCRIPTED = (
    "not-subscriptable", (("__getitem__", 1), ("__class_getitem__", 1)), "{} is not subscriptable",
)  # fmt: skip
_ASSIGNED = (
    "not-subscriptable", (("__setitem__", 2),), "{} does not support item assignment",
)  # fmt: skip
_DELETED = (
    "not-subscriptable", (("__delitem__", 1),), "{} does not support item deletion",
)  # fmt: skip
_SEARCHED = (
    "not-a-container", (("__contains__", 1), ("__iter__", 0), ("__getitem__", 1)),
    "argument of type {} is not a container or iterable",
)  # fmt: skip
_PROTOCOL = "{} does not support the context manager protocol"
_ASYNC_PROTOCOL = "{} does not support the asynchronous context manager protocol"
_ENTERED = (
    ("not-a-context-manager", (("__enter__", 0), ("__aenter__", -1)), _PROTOCOL),
    ("not-a-context-manager", (("__exit__", 3), ("__aexit__", -1)), _PROTOCOL),
)  # fmt: skip
_ENTERED_ASYNC = (
    ("not-a-context-manager", (("__aenter__", 0), ("__enter__", -1)), _ASYNC_PROTOCOL),
    ("not-a-context-manager", (("__aexit__", 3), ("__exit__", -1)), _ASYNC_PROTOCOL),
)  # fmt: skip
_Need = tuple[str, Methods, str]


def lacking_special_method(context: CheckContext) -> Iterator[Finding]:
    """Yield values that syntax asks for what their classes have no special method for."""
    seen: set[tuple[int, str]] = set()
    for expr, (rule, methods, text) in _needs(context):
        if (expr, rule) in seen or not context.includes(context.last_name(expr)):
            continue
        type_, detail = _lacking(context, expr, methods)
        if type_:
            seen.add((expr, rule))
            start = context.facts.expr.position[context.named_last(expr)]
            name = context.last_name(expr)
            subject = messages.object_text(context.strict, type_)
            yield Finding(
                rule, context.path, start, start + max(len(name.encode()), 1),
                messages.lacks_special_method(text.format(subject), detail),
                subject=name or subject, evidence=EVIDENCE_NAMES[INFERRED], value=expr,
            )  # fmt: skip


def _needs(context: CheckContext) -> Iterator[tuple[int, _Need]]:
    facts = context.facts
    for row in context.expressions(f.ELEMENT):
        yield operand(facts, row), _ITERATED_ASYNC if is_async(facts, row) else _ITERATED
    for kind in (f.ITEM, f.REST):
        for row in context.expressions(kind):
            yield operand(facts, row), _UNPACKED
    for row in context.expressions(f.STARRED):
        yield operand(facts, row), _MAPPED if is_mapping_unpacked(facts, row) else _ITERATED
    for row in context.expressions(f.YIELDED):
        if is_yield_from(facts, row):
            yield operand(facts, row), _ITERATED
    items = facts.item_binding
    assigned = set(zip(items.container, items.key, strict=True))
    for row in context.expressions(f.SUBSCRIPT):
        item = subscript(facts, row)
        if item is not None and (item.value, item.key) not in assigned:
            is_deleted = not uses_of(facts).of(row) and _is_in_deletion(context, row)
            yield item.value, _DELETED if is_deleted else _SUBSCRIPTED
    for container in items.container:
        if context.is_touched(facts.expr.position[container], facts.expr.position[container] + 1):
            yield container, _ASSIGNED
    for row in context.expressions(f.COMPARE):
        for each in comparisons(facts, row):
            if each.operator in ("in", "not-in"):
                yield each.right, _SEARCHED
    for manager, is_async_with in entered(context).items():
        if op(facts, manager) != f.TUPLE:
            for need in _ENTERED_ASYNC if is_async_with else _ENTERED:
                yield manager, need


def _is_in_deletion(context: CheckContext, expr: int) -> bool:
    """True if an expression stands in a line that begins with ``del``."""
    start = context.facts.line_starts[context.facts.line_of(context.facts.expr.position[expr])]
    return context.text[start : start + _LONGEST_INDENT].lstrip()[:4] == b"del "


def _lacking(context: CheckContext, expr: int, methods: Methods) -> tuple[Type, str]:
    """Return the type of an expression if no value of it has any of some methods, and a detail."""
    strict = context.strict
    search_path = strict.snapshot.index.search_path
    type_ = context.complete_type(expr) if expr >= 0 else ()
    if op(context.facts, expr) != f.NONE:
        type_ = without_none(type_)
    if not type_ or not context.tested_attributes.isdisjoint(name for name, _ in methods):
        return (), ""
    detail = ""
    for value in type_:
        if value.form not in _FORMS or is_coroutine(strict, value):
            return (), ""
        why = why_lacking(strict, value, methods)
        if why is None:
            return (), ""
        detail = detail or why
        path = value.entity.path
        if path.endswith(".pyi") and search_path.layer(strict.snapshot.absolute(path)) != "stdlib":
            return (), ""  # what its stub says of a function's result may be less than it is
        if value.form == CLASS_OBJECT and not _is_plain_class(context, value, expr):
            return (), ""
        if value.form == MODULE_OBJECT and _is_in_annotation(context, expr):
            return (), ""  # `from .list import show` has `list[int]` name the module
    if op(context.facts, expr) == f.CALL and not has_declared_result(strict, context.path, expr):
        return (), ""
    if _is_of_mixin(context, expr) or is_mixin_part(context, type_):
        return (), ""
    first, _ = methods[0]
    # What a generator function gives is no less than it is declared to be.
    is_exact = op(context.facts, expr) == f.CALL and is_generator_function(
        context, called(context.facts, expr)
    )
    if not is_exact and (
        is_derived_elsewhere(context, type_, first)
        or may_have_more_members(context, type_)
        or usually_has_member(context, type_, first)
    ):
        return (), ""
    position = context.facts.expr.position[expr]
    if (
        context.is_dead(position)
        or is_expected_to_fail(context, position, "TypeError", "AttributeError")
        or context.has_attribute_test_around(position)
        or is_mocked(context, expr, position)
    ):
        return (), ""
    return type_, detail


def _is_plain_class(context: CheckContext, value: Value, expr: int) -> bool:
    """True if a class is no special form, and is not only named in an annotation.

    Classes of libraries may be made generic for annotations.
    """
    path = value.entity.path
    if "/typing" in path or "/_typeshed/" in path:
        return False
    if path.startswith("/") and not path.endswith(".pyi"):
        return False
    return bool(last_name(context.facts, expr)) and not _is_in_annotation(context, expr)


def _is_in_annotation(context: CheckContext, expr: int) -> bool:
    """True if an expression is named in an annotation, which need not be evaluated."""
    facts = context.facts
    return any(
        role & f.ROLE_MASK == f.ANNOTATED
        for role, _, row in facts.occurrences(last_name(facts, expr))
        if row == expr
    )


def _is_of_mixin(context: CheckContext, expr: int) -> bool:
    """True for ``self``, whose class others may be derived from that have the method."""
    return any(
        item.entity.kind == PARAMETER and first_parameter_class(context.facts, item.entity) >= 0
        for item in context.strict.definitions_of(context.path, expr)
    )

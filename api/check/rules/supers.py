"""Calls of ``super`` with arguments that do not go together."""

from __future__ import annotations

from collections.abc import Iterator

from ....indexer import facts as f
from ....indexer.facts_view import attribute, called, op, plain_name, positional_arguments
from ....indexer.inference.entities import (
    CLASS,
    PARAMETER,
    Entity,
    first_parameter_class,
    name_of,
)
from ....indexer.inference.exhaustive import all_subclasses
from .. import messages
from ..context import CheckContext
from ..excuses import is_expected_to_fail
from ..findings import ERROR, WARNING, Finding
from ..uses import wanted_calls


def bad_super(context: CheckContext) -> Iterator[Finding]:
    """Yield calls ``super(Other, self)`` in a class that is not derived from the other one."""
    facts = context.facts
    for call, function, name in wanted_calls(context):
        arguments = positional_arguments(facts, call)
        if name != "super" or op(facts, function) != f.NAME or len(arguments) != 2:
            continue
        start = facts.expr.position[function]
        cls = _class_of(context, arguments[1])
        if (
            cls is None
            or context.is_dead(start)
            or is_expected_to_fail(context, start, "TypeError")
        ):
            continue
        message, severity = "", ERROR
        if _is_own_class(context, arguments[0], plain_name(facts, arguments[1])):
            message, severity = messages.endless_super(name_of(context.strict, cls)), WARNING
        elif (other := _unrelated(context, arguments[0], cls)) is not None:
            message = messages.bad_super(
                name_of(context.strict, cls), name_of(context.strict, other)
            )
        if message:
            yield Finding(
                "bad-super", context.path, start, start + len(name), message,
                subject=f"{name_of(context.strict, cls)}:{context.spelled(arguments[0])}",
                severity=severity, evidence="exact",
            )  # fmt: skip


def _class_of(context: CheckContext, expr: int) -> Entity | None:
    """Return the class whose method an expression is the first parameter of: ``self``, ``cls``."""
    found = [item.entity for item in context.strict.definitions_of(context.path, expr)]
    if len(found) != 1 or found[0].kind != PARAMETER or found[0].path != context.path:
        return None
    row = first_parameter_class(context.facts, found[0])
    return Entity(CLASS, context.path, row) if row >= 0 else None


def _is_own_class(context: CheckContext, expr: int, instance: str) -> bool:
    """True for ``type(self)`` and ``self.__class__``."""
    facts = context.facts
    if op(facts, expr) == f.CALL:
        arguments = positional_arguments(facts, expr)
        return plain_name(facts, called(facts, expr)) == "type" and [
            plain_name(facts, each) for each in arguments
        ] == [instance]
    parts = attribute(facts, expr)
    return (
        parts is not None
        and parts.name == "__class__"
        and plain_name(facts, parts.receiver) == instance
    )


def _unrelated(context: CheckContext, expr: int, cls: Entity) -> Entity | None:
    """Return the class that an expression names, if neither a class nor what it derives has it."""
    inference = context.strict
    found = [item.entity for item in inference.definitions_of(context.path, expr)]
    if len(found) != 1 or found[0].kind != CLASS:
        return None
    (other,) = found
    for each in (cls, *all_subclasses(inference, cls)):
        order = inference.mro(each)
        if other in order or any(base.kind != CLASS for base in order):
            return None
    meta = inference.metaclass(cls)
    if meta is not None and other in inference.mro(meta):
        return None
    return None if name_of(inference, other) in ("object", "type") else other

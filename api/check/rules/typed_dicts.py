"""Typed dictionaries: displays, and calls of ``dict``, without keys that their type requires."""

from __future__ import annotations

from collections.abc import Iterator

from ....indexer import facts as f
from ....indexer.facts_view import (
    arguments,
    called,
    elements,
    items,
    op,
    positional_arguments,
    string,
)
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.annotations import is_whole
from ....indexer.inference.entities import FUNCTION, VARIABLE, name_of
from ....indexer.inference.standard_types import is_standard_class
from ....indexer.inference.synthesized import is_typed_dict
from ....indexer.inference.types import INSTANCE, Value, without_none
from .. import messages
from ..arguments import CallArguments
from ..call_targets import call_targets
from ..context import CheckContext
from ..coroutines import parameter_for
from ..excuses import is_expected_to_fail
from ..findings import WARNING, Finding
from ..signatures import class_signature
from ..uses import wanted_calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.inference.types import Type


def missing_key(context: CheckContext) -> Iterator[Finding]:
    """Yield dictionaries that are written out where a typed one with more keys is declared.

    Nothing fails at once: it is the reader of the key who gets the error.
    """
    if not any(True for _ in _dictionaries(context)):
        return
    for expr, wanted in _declared(context):
        yield from _missing(context, expr, wanted, frozenset())
    for call, function, _ in wanted_calls(context):
        passed = positional_arguments(context.facts, call)
        if len(passed) == 1 and op(context.facts, passed[0]) == f.DICT:
            found = context.strict.definitions_of(context.path, function)
            given = CallArguments(context.facts, call)
            if len(found) == 1 and not given.has_double_star:
                wanted = (Value(INSTANCE, found[0].entity, (), found[0].evidence),)
                yield from _missing(context, passed[0], wanted, frozenset(given.keywords))


def _dictionaries(context: CheckContext) -> Iterator[int]:
    yield from context.expressions(f.DICT)
    for call, _, name in wanted_calls(context):
        if name == "dict":
            yield call


def _declared(context: CheckContext) -> Iterator[tuple[int, Type]]:
    """Yield (expression, type) of what is assigned, returned or passed where a type is declared."""
    facts = context.facts
    pairs: list[tuple[int, int]] = []
    for table in (facts.binding, facts.attribute_binding):
        pairs += zip(table.value, table.annotation, strict=True)
    for row, value in enumerate(facts.binding.value):
        if facts.binding.annotation[row] < 0 <= value and op(facts, value) in _WRITTEN:
            scope, name = facts.binding.scope[row], facts.binding.name[row]
            declared = [
                annotation
                for other in facts.bindings_of(scope, name)
                if (annotation := facts.binding.annotation[other]) >= 0
            ]
            pairs += [(value, declared[0])] if len(declared) == 1 else []
    for row, value in enumerate(facts.result.expr):
        definition = facts.scope.definition[facts.result.scope[row]]
        if facts.result.kind[row] == f.RETURN and definition >= 0:
            flags = facts.definition.flags[definition]
            if not flags & f.GENERATOR:
                pairs.append((value, facts.definition.returns[definition]))
    for row, default in enumerate(facts.parameter.default):
        pairs.append((default, facts.parameter.annotation[row]))
    for value, annotation in pairs:
        if value >= 0 and annotation >= 0 and op(facts, value) in _WRITTEN:
            position = facts.expr.position[value]
            if context.is_touched(position, position + 1) and is_whole(
                context.strict, context.path, annotation
            ):
                yield value, context.strict.annotation_type(context.path, annotation)
    yield from _passed(context)


def _passed(context: CheckContext) -> Iterator[tuple[int, Type]]:
    facts, strict = context.facts, context.strict
    for call, function, _ in wanted_calls(context):
        written = [each.value for each in arguments(facts, call)]
        if not any(op(facts, value) in _WRITTEN for value in written):
            continue
        targets = call_targets(strict, context.path, function)
        if targets is None or len(targets.callees) != 1:
            continue
        signature, *others = targets.callees[0].signatures
        if others and not is_typed_dict(strict, signature.entity):
            continue
        given = CallArguments(facts, call)
        for value in written:
            parameter = parameter_for(signature, given, value)
            if parameter is None or op(facts, value) not in _WRITTEN:
                continue
            path, row = parameter.entity.path, parameter.entity.row
            if parameter.entity.kind == FUNCTION:
                annotation = strict.need(path).parameter.annotation[row]
            elif parameter.entity.kind == VARIABLE:  # a field
                annotation = strict.need(path).binding.annotation[row]
            else:
                continue
            if annotation >= 0 and is_whole(strict, path, annotation):
                yield value, strict.annotation_type(path, annotation)


# What a dictionary, or a list of them, is written as.
_WRITTEN = frozenset([f.DICT, f.CALL, f.LIST, f.TUPLE])


def _missing(
    context: CheckContext, expr: int, wanted: Type, more: frozenset[str], depth: int = 4
) -> Iterator[Finding]:
    """Yield what a dictionary lacks, and what those inside of it lack."""
    facts, strict = context.facts, context.strict
    type_ = without_none(wanted)
    if len(type_) != 1 or type_[0].form != INSTANCE or depth <= 0:
        return
    value = type_[0]
    if op(facts, expr) in (f.LIST, f.TUPLE):
        if is_standard_class(strict, value.entity, "builtins", "list") and value.args:
            for each in elements(facts, expr):
                yield from _missing(context, each, value.args[0], frozenset(), depth - 1)
        return
    written = _written(context, expr)
    if written is None or not is_typed_dict(strict, value.entity):
        return
    callee = class_signature(strict, value.entity)
    if callee is None:
        return
    keys = callee.signatures[0].parameters
    lacking = [
        key.name
        for key in keys
        if key.required and key.name not in written and key.name not in more
    ]
    position = facts.expr.position[expr]
    if lacking and not context.is_dead(position) and not is_expected_to_fail(context, position):
        name = name_of(strict, value.entity)
        if context.includes(name) or any(map(context.includes, lacking)):
            yield Finding(
                "missing-key", context.path, position, position + 1,
                messages.missing_keys(name, lacking), subject=f"{name}:{','.join(lacking)}",
                severity=WARNING, evidence="inferred", nearest=[value.entity],
            )  # fmt: skip
    for key in keys:
        inner = written.get(key.name, -1)
        if inner >= 0 and op(facts, inner) in _WRITTEN and key.entity.kind == VARIABLE:
            declared = strict.need(key.entity.path).binding.annotation[key.entity.row]
            if declared >= 0 and is_whole(strict, key.entity.path, declared):
                inside = strict.annotation_type(key.entity.path, declared)
                yield from _missing(context, inner, inside, frozenset(), depth - 1)


def _written(context: CheckContext, expr: int) -> dict[str, int] | None:
    """Return the values by key of ``{"a": 1}`` or ``dict(a=1)``; None if some may be unknown."""
    facts = context.facts
    found: dict[str, int] = {}
    if op(facts, expr) == f.DICT:
        for key, value in items(facts, expr):
            text = string(facts, key) if key >= 0 else None
            if text is None:
                return None
            found[text] = value
        return found
    if last_name(facts, called(facts, expr)) != "dict":
        return None
    makers = context.strict.definitions_of(context.path, called(facts, expr))
    if not makers or not all(
        is_standard_class(context.strict, item.entity, "builtins", "dict") for item in makers
    ):
        return None
    for each in arguments(facts, expr):
        if not each.is_keyword:
            return None
        found[facts.names[each.key]] = each.value
    return found

"""Fixes for a call whose arguments do not fit."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from itertools import pairwise

from ....indexer import facts as f
from ....indexer import facts_view
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.entities import FUNCTION, PARAMETER, Entity, entity_of_binding
from ....indexer.inference.inference import Inference
from ...source.ranges import end_of_call
from ...source.text_edits import remove_argument
from ..arguments import (
    MISSING_ARGUMENT,
    TOO_MANY_ARGUMENTS,
    UNKNOWN_KEYWORD,
    CallArguments,
    Mismatch,
    mismatches,
)
from ..callees import Parameter, Signature
from ..context import CheckContext
from ..findings import Edit, Fix
from ..suggestions import closest, similarity

# From here on two names are one name, misspelled.
_CLOSE = 0.8
_LIMIT = 3
_WITH_KEYWORD = (f.POSITIONAL, f.KEYWORD_ONLY)


def nearest_parameters(
    inference: Inference, signature: Signature, mismatch: Mismatch
) -> list[Entity]:
    """Return the parameters that may have been meant, then what is called."""
    found: list[Entity] = []
    if mismatch.rule in (UNKNOWN_KEYWORD, MISSING_ARGUMENT):
        named = {each.name: each for each in signature.parameters if each.kind in _WITH_KEYWORD}
        wanted = mismatch.names
        if mismatch.rule == UNKNOWN_KEYWORD:
            wanted = closest(mismatch.names[0], named)
        found = [_entity(inference, named[name]) for name in wanted if name in named]
    return [entity for entity in [*found, signature.entity] if entity.path]


def _entity(inference: Inference, parameter: Parameter) -> Entity:
    """Return a parameter as the binding that answers show."""
    entity = parameter.entity
    if entity.kind == FUNCTION:
        table = inference.need(entity.path).binding
        for binding, ref in enumerate(table.ref):
            if ref == entity.row and table.kind[binding] == f.PARAMETER:
                return Entity(PARAMETER, entity.path, binding)
    return entity


def call_fixes(
    context: CheckContext,
    inference: Inference,
    call: int,
    arguments: CallArguments,
    signature: Signature,
    found: list[Mismatch],
) -> list[Fix]:
    """Return fixes for the first mismatch of a call, best first."""
    first = found[0]
    if first.rule == MISSING_ARGUMENT:
        return _add_argument(context, inference, call, signature, first)
    fixes: list[Fix] = []
    if first.rule == UNKNOWN_KEYWORD:
        fixes = _rename_keyword(context, arguments, signature, first)
    if first.rule == TOO_MANY_ARGUMENTS:
        surplus = arguments.positional[len(signature.positional) :]
        title = f"Remove the surplus argument{'s' if len(surplus) > 1 else ''}"
    else:
        surplus = [arguments.keywords[first.names[0]]]
        title = f"Remove argument '{first.names[0]}'"
    if _fits_better(signature, arguments, removed={position for position, _ in surplus}):
        edits = [remove_argument(context.path, context.text, position) for position, _ in surplus]
        if not any(each.overlaps(other) for each, other in pairwise(edits)):
            fixes.append(Fix(title, edits))
    return fixes


def _fits_better(
    signature: Signature,
    arguments: CallArguments,
    *,
    removed: Collection[int] = (),
    renamed: tuple[str, str] = ("", ""),
) -> bool:
    """True if changing the arguments of a call mends something and makes nothing else wrong.

    ``removed`` are positions of arguments; ``renamed`` are a keyword and its new name. Where an
    argument is missing, none is to go.
    """
    changed = copy(arguments)
    changed.positional = [each for each in arguments.positional if each[0] not in removed]
    changed.keywords = {
        renamed[1] if name == renamed[0] else name: each
        for name, each in arguments.keywords.items()
        if each[0] not in removed
    }
    before, after = (
        {(each.rule, name) for each in mismatches(signature, now) for name in each.names or [""]}
        for now in (arguments, changed)
    )
    return after < before and not (removed and any(rule == MISSING_ARGUMENT for rule, _ in after))


def _rename_keyword(
    context: CheckContext, arguments: CallArguments, signature: Signature, mismatch: Mismatch
) -> list[Fix]:
    """Return fixes that use the keyword of a similar parameter that has no argument yet."""
    (name,) = mismatch.names
    positional = [each for each in signature.parameters if each.kind <= f.POSITIONAL]
    taken = {each.name for each in positional[: len(arguments.positional)]}
    taken |= arguments.keywords.keys()
    free = [
        each
        for each in signature.parameters
        if each.kind in _WITH_KEYWORD and each.name not in taken
    ]
    names = closest(name, [each.name for each in free])
    required = [each.name for each in free if each.required]
    if len(required) == 1 and required[0] not in names:
        names.insert(0, required[0])  # no other argument can be for it
    end = mismatch.position + len(name.encode())
    names = [each for each in names if _fits_better(signature, arguments, renamed=(name, each))]
    close = [each for each in names if similarity(name, each) >= _CLOSE]
    return [
        Fix(
            f"Rename keyword '{name}' to '{each}'",
            [Edit(context.path, mismatch.position, end, each)],
            safe=close == [each],
        )
        for each in names[:_LIMIT]
    ]


def _add_argument(
    context: CheckContext, inference: Inference, call: int, signature: Signature, mismatch: Mismatch
) -> list[Fix]:
    """Return fixes that pass a local name for the only parameter without an argument."""
    function = facts_view.called(context.facts, call)
    name = last_name(context.facts, function)
    if not name:
        return []
    name_end = context.facts.expr.position[function] + len(name.encode())
    end = end_of_call(context.text, name_end)
    if end < 0 or len(mismatch.names) != 1:
        return []
    names = [each.name for each in signature.parameters]
    at = names.index(mismatch.names[0])
    parameter = signature.parameters[at]
    n_positional = sum(each.kind <= f.POSITIONAL for each in signature.parameters)
    n_passed = sum(each.is_positional for each in facts_view.arguments(context.facts, call))
    needs_keyword = parameter.kind == f.KEYWORD_ONLY or at > n_passed or at >= n_positional
    inside = context.text[name_end : end - 1].partition(b"(")[2]
    result: list[Fix] = []
    for value in _local_names(context, inference, call, parameter)[:_LIMIT]:
        text = f"{parameter.name}={value}" if needs_keyword else value
        edit = _insert_argument(context, call, end, inside, text, at)
        result.append(Fix(f"Pass '{value}' for '{parameter.name}'", [edit]))
    return result


def _insert_argument(
    context: CheckContext, call: int, end: int, inside: bytes, text: str, at: int
) -> Edit:
    """Return the edit that adds an argument before the first one that follows it."""
    positions = [each.position for each in facts_view.arguments(context.facts, call)]
    if "=" not in text and at < len(positions):
        return Edit(context.path, positions[at], positions[at], f"{text}, ")
    stripped = inside.rstrip()
    if not stripped:
        return Edit(context.path, end - 1, end - 1, text)
    place = end - 1 - (len(inside) - len(stripped))
    return Edit(context.path, place, place, f" {text}" if stripped.endswith(b",") else f", {text}")


def _local_names(
    context: CheckContext, inference: Inference, call: int, parameter: Parameter
) -> list[str]:
    """Return local names that a parameter may be given: of its name, its type, a similar name."""
    facts = context.facts
    scope = context.scope_of(call)
    position = facts.expr.position[call]
    names: dict[str, int] = {}
    while scope >= 0 and facts.scope.kind[scope] != f.MODULE_SCOPE:
        for row, where in enumerate(facts.binding.scope):
            if where == scope and facts.binding.position[row] < position:
                names.setdefault(facts.names[facts.binding.name[row]], row)
        scope = facts.scope.parent[scope]
    equal = [name for name in names if name == parameter.name]
    fitting = _names_of_type(context, inference, names, parameter)
    return list(dict.fromkeys([*equal, *fitting, *closest(parameter.name, names)]))


def _names_of_type(
    context: CheckContext, inference: Inference, names: dict[str, int], parameter: Parameter
) -> list[str]:
    """Return the names whose type is the one that a parameter is annotated with."""
    entity = parameter.entity
    if entity.kind != FUNCTION:
        return []
    annotation = inference.need(entity.path).parameter.annotation[entity.row]
    if annotation < 0:
        return []
    heads = {value.head for value in inference.annotation_type(entity.path, annotation)}
    local = {
        name: entity_of_binding(context.path, context.facts, binding)
        for name, binding in names.items()
    }
    return [
        name
        for name, each in local.items()
        if any(value.head in heads for value in context.strict.entity_type(each))
    ]

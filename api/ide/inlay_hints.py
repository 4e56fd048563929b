"""Inlay hints: types of variables, parameters and results, and parameter names of literals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import (
    FUNCTION,
    PARAMETER,
    VARIABLE,
    Entity,
    first_parameter_class,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.signatures import parameter_rows
from ...indexer.inference.types import (
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    MODULE_OBJECT,
    NONE,
    without_none,
)
from ..source.type_text import is_conventional, type_text
from .constructors import constructor
from .signature_help import is_bound

if TYPE_CHECKING:
    from ...indexer.inference.types import Type

VARIABLES, PARAMETERS, RETURNS, ARGUMENTS = "variables", "parameters", "returns", "arguments"
ALL = frozenset([VARIABLES, PARAMETERS, RETURNS, ARGUMENTS])

_OBVIOUS = frozenset(
    [f.STRING, f.BYTES, f.FORMATTED, f.INTEGER, f.FLOAT, f.COMPLEX, f.TRUE, f.FALSE, f.NONE,
     f.LIST, f.TUPLE, f.SET, f.DICT, f.LAMBDA, f.UNKNOWN, f.LIST_COMPREHENSION,
     f.SET_COMPREHENSION, f.DICT_COMPREHENSION, f.COMPARE, f.NOT]
)  # fmt: skip
_LITERALS = frozenset(
    [f.STRING, f.BYTES, f.FORMATTED, f.INTEGER, f.FLOAT, f.TRUE, f.FALSE, f.NONE, f.UNARY]
)
_SHOWN = frozenset([f.ASSIGN, f.FOR, f.WITH, f.WALRUS])
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Hint:
    """A text to show at a byte offset; one that conventions gave ends in ``?``."""

    position: int
    text: str
    kind: str
    """``type`` or ``parameter``."""
    conventional: bool = field(kw_only=True, default=False)


def inlay_hints(
    inference: Inference, path: str, start: int, end: int, wanted: frozenset[str] = ALL
) -> list[Hint]:
    """Return the hints between two byte offsets, in order."""
    facts = inference.need(path)
    finders = {
        VARIABLES: _variables, PARAMETERS: _parameters, RETURNS: _returns, ARGUMENTS: _arguments,
    }  # fmt: skip
    found = (
        hint
        for kind, finder in finders.items()
        if kind in wanted
        for hint in finder(inference, path, facts, start, end)
    )
    return sorted(found, key=lambda hint: hint.position)


def _hint(inference: Inference, position: int, lead: str, type_: Type) -> Hint | None:
    text = type_text(inference, type_)
    if not text or len(text) > _LONGEST or any(value.form == MODULE_OBJECT for value in type_):
        return None
    conventional = is_conventional(type_)
    mark = "?" if conventional else ""
    return Hint(position, f"{lead}{text}{mark}", "type", conventional=conventional)


def _variables(
    inference: Inference, path: str, facts: FileFacts, start: int, end: int
) -> Iterator[Hint]:
    table = facts.binding
    shown: set[tuple[int, int, str]] = set()
    for row, position in enumerate(table.position):
        if not start <= position < end or table.kind[row] not in _SHOWN:
            continue
        scope, name_row = table.scope[row], table.name[row]
        name = facts.names[name_row]
        value = table.value[row]
        if table.annotation[row] >= 0 or name.startswith("_") or value < 0:
            continue
        in_comprehension = facts.scope.kind[scope] == f.COMPREHENSION_SCOPE
        if in_comprehension or facts_view.op(facts, value) in _OBVIOUS:
            continue
        if _declared(facts, scope, name_row):
            continue
        type_ = inference.entity_type(Entity(VARIABLE, path, row))
        if not without_none(type_) or all(
            value.form in (CLASS_OBJECT, FUNCTION_OBJECT) for value in type_
        ):
            continue
        hint = _hint(inference, position + len(name.encode()), ": ", type_)
        if hint is None or (scope, name_row, hint.text) in shown:
            continue
        shown.add((scope, name_row, hint.text))
        if _names_class(facts, facts_view.called(facts, value), hint.text[2:]):
            continue
        yield hint


def _declared(facts: FileFacts, scope: int, name: int) -> bool:
    """True if a name is annotated somewhere in its scope."""
    annotations = facts.binding.annotation
    return any(annotations[row] >= 0 for row in facts.bindings_of(scope, name))


def _names_class(facts: FileFacts, function: int, text: str) -> bool:
    """True if a call names its type: ``Box()``."""
    attribute = facts_view.attribute(facts, function)
    return text == (attribute.name if attribute else facts_view.plain_name(facts, function))


def _parameters(
    inference: Inference, path: str, facts: FileFacts, start: int, end: int
) -> Iterator[Hint]:
    table = facts.binding
    for row, kind in enumerate(table.kind):
        position = table.position[row]
        if kind != f.PARAMETER or not start <= position < end:
            continue
        parameter = table.ref[row]
        if table.annotation[row] >= 0 or facts.parameter.kind[parameter] in (
            f.VAR_POSITIONAL, f.VAR_KEYWORD,
        ):  # fmt: skip
            continue
        if facts.scope.kind[table.scope[row]] != f.FUNCTION_SCOPE:
            continue
        entity = Entity(PARAMETER, path, row)
        default = facts.parameter.default[parameter]
        if first_parameter_class(facts, entity) >= 0 or (
            default >= 0 and facts_view.op(facts, default) in _OBVIOUS - {f.NONE}
        ):
            continue
        name_end = position + len(facts.names[table.name[row]].encode())
        hint = _hint(inference, name_end, ": ", inference.entity_type(entity))
        if hint is not None:
            yield hint


def _returns(
    inference: Inference, path: str, facts: FileFacts, start: int, end: int
) -> Iterator[Hint]:
    table = facts.definition
    text = inference.text(path)
    strict = inference.strict()
    for row, kind in enumerate(table.kind):
        position = table.position[row]
        if kind != f.FUNCTION or table.returns[row] >= 0 or not start <= position < end:
            continue
        name = facts.names[table.name[row]]
        if name in ("__init__", "__init_subclass__") or table.flags[row] & f.STUB_BODY:
            continue
        type_ = strict.return_type(Entity(FUNCTION, path, row), None)
        if table.flags[row] & f.ASYNC and not table.flags[row] & f.GENERATOR:
            type_ = type_[0].args[-1] if len(type_) == 1 and type_[0].args else ()
        if not type_ or all(value.form == NONE for value in type_):
            continue
        close = text.rfind(b")", position, table.header_end[row])
        hint = _hint(inference, close + 1, " -> ", type_) if close >= 0 else None
        if hint is not None:
            yield hint


def _arguments(
    inference: Inference, path: str, facts: FileFacts, start: int, end: int
) -> Iterator[Hint]:
    for call in facts_view.calls(facts):
        if not start <= call.position < end:
            continue
        arguments = list(facts_view.arguments(facts, call.row))
        positional = [argument.value for argument in arguments if argument.is_positional]
        if not any(facts_view.op(facts, value) in _LITERALS for value in positional):
            continue
        if any(argument.key == f.ARG_STAR for argument in arguments):
            continue
        names = _parameter_names(inference, path, call.function)
        for name, value in zip(names, positional, strict=False):
            is_literal = facts_view.op(facts, value) in _LITERALS
            if is_literal and len(name) > 1 and not name.startswith("_"):
                yield Hint(facts.expr.position[value], f"{name}=", "parameter")


def _parameter_names(inference: Inference, path: str, function: int) -> list[str]:
    """Return the names of the parameters that positional arguments go to, if they are known."""
    found = without_none(inference.infer_type(path, function))
    if len(found) != 1:
        return []
    value = found[0]
    entity: Entity | None = value.entity
    bound = True
    if value.form == CLASS_OBJECT:
        entity = constructor(inference, value.entity)
    elif value.form == FUNCTION_OBJECT:
        bound = is_bound(inference, value)
    else:
        return []
    if entity is None or entity.kind != FUNCTION:
        return []
    facts = inference.need(entity.path)
    table = facts.parameter
    if facts.definition.flags[entity.row] & f.OVERLOAD:
        return []
    names: list[str] = []
    for row in parameter_rows(inference, entity)[1 if bound else 0 :]:
        if table.kind[row] != f.POSITIONAL:
            break
        names.append(facts.names[table.name[row]])
    return names

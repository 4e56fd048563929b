"""The signatures of the call around a cursor, and which parameter is being written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...indexer import facts as f
from ...indexer.inference.entities import CLASS, FUNCTION, PARAMETER, Entity, name_of
from ...indexer.inference.inference import Inference
from ...indexer.inference.signatures import overloads, parameter_rows
from ...indexer.inference.types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    Value,
    without_none,
)
from ..source.cursor import Cursor, keyword_of, scope_at
from ..source.docstrings import docstring
from ..source.entity_views import one_line
from ..source.partial_expressions import PartialExpression
from ..source.type_text import type_text
from .constructors import constructor, fields

_MOST = 12


@dataclass(slots=True)
class Parameter:
    """A parameter as a call sees it; ``text`` has its type and default too."""

    name: str
    kind: int
    text: str


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call something; ``entity`` is the function or class that documents it."""

    name: str
    parameters: list[Parameter]
    result: str
    entity: Entity | None

    def label(self) -> tuple[str, list[tuple[int, int]]]:
        """Return the signature on a line, and the span of each parameter in characters."""
        label = f"{self.name}("
        spans: list[tuple[int, int]] = []
        last = -1
        for place, parameter in enumerate(self.parameters):
            if place:
                label += ", "
            if last == f.POSITIONAL_ONLY and parameter.kind > f.POSITIONAL_ONLY:
                label += "/, "
            if parameter.kind == f.KEYWORD_ONLY and last < f.VAR_POSITIONAL:
                label += "*, "
            last = parameter.kind
            spans.append((len(label), len(label) + len(parameter.text)))
            label += parameter.text
        if last == f.POSITIONAL_ONLY:
            label += ", /"
        label += ")"
        return label + (f" -> {self.result}" if self.result else ""), spans


@dataclass(frozen=True, slots=True)
class Help:
    """Signatures of a call; ``active`` is the one that fits best, ``parameter`` -1 for none."""

    signatures: list[Signature]
    active: int
    parameter: int


def signature_help(inference: Inference, path: str, offset: int) -> Help | None:
    """Return the signatures of the innermost call around a byte offset; None outside of calls."""
    facts, text = inference.need(path), inference.text(path)
    cursor = Cursor(facts, text, offset)
    if cursor.inside == "comment":
        return None
    found = cursor.call()
    if found is None:
        return None
    start, end, bracket = found
    written = PartialExpression(inference, path, start, end, scope_at(facts, text, offset))
    signatures = signatures_of(inference, written)
    if not signatures:
        return None
    arguments = cursor.arguments(bracket)
    active = next((place for place, each in enumerate(signatures) if can_take(each, arguments)), 0)
    parameter = active_parameter(signatures[active], arguments)
    return Help(signatures, active, parameter)


def signatures_of(inference: Inference, written: PartialExpression) -> list[Signature]:
    """Return the ways to call the value of an expression."""
    found: list[Signature] = []
    seen: set[Entity] = set()
    for value in without_none(written.type()):
        for signature in _of_value(inference, value):
            if signature.entity is None or signature.entity not in seen:
                found.append(signature)
            if signature.entity is not None:
                seen.add(signature.entity)
    return found[:_MOST]


def _of_value(inference: Inference, value: Value) -> list[Signature]:
    form, entity, args, _ = value
    if form == FUNCTION_OBJECT and entity.kind == FUNCTION:
        return of_function(inference, entity, bound=is_bound(inference, value), receiver=value)
    if form == CLASS_OBJECT and entity.kind == CLASS:
        return _of_class(inference, value)
    if form == INSTANCE and entity.kind == CLASS:
        found = inference.class_member(entity, "__call__")
        if found and found[-1].entity.kind == FUNCTION:
            return of_function(inference, found[-1].entity, bound=True, receiver=None)
    if form == CALLABLE and len(args) > 1:
        parameters = [
            Parameter("", f.POSITIONAL_ONLY, type_text(inference, arg) or "Any") for arg in args[1:]
        ]
        return [Signature("", parameters, type_text(inference, args[0]), None)]
    return []


def is_bound(inference: Inference, value: Value) -> bool:
    """True if a function object is bound, so that calls pass the first argument implicitly."""
    _, entity, args, _ = value
    receiver = args[0] if args else ()
    if not receiver:
        return False
    flags = inference.need(entity.path).definition.flags[entity.row]
    return bool(flags & f.CLASSMETHOD) or receiver[0][0] == INSTANCE


def of_function(
    inference: Inference, function: Entity, *, bound: bool, receiver: Value | None
) -> list[Signature]:
    """Return a function's overloads, else its own signature; without ``self`` when it is bound."""
    result: list[Signature] = []
    for each in overloads(inference, function):
        facts = inference.need(each.path)
        returns = facts.definition.returns[each.row]
        to = next(iter(receiver.args[0]), None) if receiver is not None and receiver.args else None
        text = _annotation(inference, each) if returns >= 0 else ""
        if not text:
            text = type_text(inference, inference.strict().return_type(each, to))
        parameters = _parameters(inference, each)[1 if bound else 0 :]
        result.append(Signature(name_of(inference, function), parameters, text, each))
    return result


def _annotation(inference: Inference, function: Entity) -> str:
    """Return a function's return annotation as written."""
    facts = inference.need(function.path)
    table = facts.definition
    written = one_line(
        inference.text(function.path)[table.position[function.row] : table.header_end[function.row]]
    )
    return written.rpartition("->")[2].strip().rstrip(":").rstrip()


def _parameters(inference: Inference, function: Entity) -> list[Parameter]:
    facts, text = inference.need(function.path), inference.text(function.path)
    table = facts.parameter
    result: list[Parameter] = []
    bindings: dict[int, int] | None = None
    for row in parameter_rows(inference, function):
        name = facts.names[table.name[row]]
        kind = table.kind[row]
        written = one_line(text[table.position[row] : table.end[row]]).lstrip("*")
        if table.annotation[row] < 0 and not function.is_outside:
            if bindings is None:
                kinds, refs = facts.binding.kind, facts.binding.ref
                bindings = {
                    refs[index]: index for index, each in enumerate(kinds) if each == f.PARAMETER
                }
            binding = bindings.get(row, -1)
            if binding >= 0 and kind not in (f.VAR_POSITIONAL, f.VAR_KEYWORD):
                written = _with_type(
                    inference, Entity(PARAMETER, function.path, binding), name, written
                )
        stars = {f.VAR_POSITIONAL: "*", f.VAR_KEYWORD: "**"}.get(kind, "")
        result.append(Parameter(name, kind, stars + written))
    return result


def _with_type(inference: Inference, entity: Entity, name: str, written: str) -> str:
    """Return a parameter without annotation with the type that it has by its default alone."""
    default = written[len(name) :].lstrip()
    if not default.startswith("="):
        return written
    text = type_text(inference, inference.entity_type(entity))
    return f"{name}: {text} = {default[1:].lstrip()}" if text else written


def _of_class(inference: Inference, value: Value) -> list[Signature]:
    cls = value.entity
    name = name_of(inference, cls)
    function = constructor(inference, cls)
    made_fields = fields(inference, cls) if function is None or function.is_outside else None
    if made_fields is not None:
        parameters: list[Parameter] = []
        for field in sorted(made_fields, key=lambda field: field.keyword_only):
            kind = f.KEYWORD_ONLY if field.keyword_only else f.POSITIONAL
            text = f"{field.name}: {field.annotation}"
            text += f" = {field.default}" if field.default else ""
            parameters.append(Parameter(field.name, kind, text))
        return [Signature(name, parameters, name, cls)]
    if function is None:
        return [Signature(name, [], name, cls)]
    found = of_function(inference, function, bound=True, receiver=None)
    return [replace(signature, name=name, result=name) for signature in found]


def can_take(signature: Signature, arguments: list[bytes]) -> bool:
    """True if the arguments so far fit a signature."""
    names = {parameter.name for parameter in signature.parameters}
    kinds = [parameter.kind for parameter in signature.parameters]
    positional = sum(kind <= f.POSITIONAL for kind in kinds)
    n_positional = 0
    for argument in arguments:
        keyword = keyword_of(argument)
        if keyword:
            if keyword not in names and f.VAR_KEYWORD not in kinds:
                return False
        elif argument.strip().startswith(b"*"):
            return True
        elif argument.strip() or len(arguments) > 1:
            n_positional += 1
    return n_positional <= positional or f.VAR_POSITIONAL in kinds


def active_parameter(signature: Signature, arguments: list[bytes]) -> int:
    """Return the place of the parameter that the last argument goes to; -1 when there is none."""
    parameters = signature.parameters
    keyword = keyword_of(arguments[-1])
    if keyword:
        named = (place for place, each in enumerate(parameters) if each.name == keyword)
        return next(named, _of_kind(parameters, f.VAR_KEYWORD))
    if arguments[-1].strip().startswith(b"**"):
        return _of_kind(parameters, f.VAR_KEYWORD)
    named = {keyword_of(argument) for argument in arguments[:-1]} - {""}
    if named:
        for place, parameter in enumerate(parameters):
            taken = parameter.name in named or place < len(arguments) - 1 - len(named)
            if not taken and parameter.kind in (f.POSITIONAL, f.KEYWORD_ONLY):
                return place
        return _of_kind(parameters, f.VAR_KEYWORD)
    place = len(arguments) - 1
    if place < len(parameters) and parameters[place].kind <= f.POSITIONAL:
        return place
    found = _of_kind(parameters, f.VAR_POSITIONAL)
    if found >= 0:
        return found
    is_next = place < len(parameters) and not arguments[-1].strip()
    return place if is_next else -1


def _of_kind(parameters: list[Parameter], kind: int) -> int:
    return next((place for place, each in enumerate(parameters) if each.kind == kind), -1)


def documentation(inference: Inference, signature: Signature) -> str:
    """Return the docstring that goes with a signature."""
    return docstring(inference, signature.entity) if signature.entity is not None else ""

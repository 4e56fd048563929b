"""What the code does not say: types of names and results, parameters of literal arguments."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.entities import (
    FUNCTION,
    PARAMETER,
    VARIABLE,
    Entity,
    first_parameter_class,
)
from ...indexer.inference.signatures import parameter_rows
from ...indexer.inference.types import (
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    MODULE_OBJECT,
    NONE,
    without_none,
)
from ..source.type_text import is_conventional, type_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...indexer.facts import FileFacts
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
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


class Hint:
    """A text to show at a byte offset; one that conventions gave ends in ``?``."""

    __slots__ = ("conventional", "kind", "position", "text")

    def __init__(self, position: int, text: str, kind: str, *, conventional: bool = False) -> None:
        """``kind`` is ``type`` or ``parameter``."""
        self.position = position
        self.text = text
        self.kind = kind
        self.conventional = conventional


def inlay_hints(
    inference: Inference, path: str, start: int, end: int, wanted: frozenset[str] = ALL
) -> list[Hint]:
    """Hints between two byte offsets, in order."""
    facts = inference.need(path)
    found: list[Hint] = []
    if VARIABLES in wanted:
        found += _variables(inference, path, facts, start, end)
    if PARAMETERS in wanted:
        found += _parameters(inference, path, facts, start, end)
    if RETURNS in wanted:
        found += _returns(inference, path, facts, start, end)
    if ARGUMENTS in wanted:
        found += _arguments(inference, path, facts, start, end)
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
    ops, _, lefts, _ = facts.expr
    shown: set[tuple[int, int, str]] = set()
    for row, position in enumerate(table.position):
        if not start <= position < end or table.kind[row] not in _SHOWN:
            continue
        scope, name_row = table.scope[row], table.name[row]
        name = facts.names[name_row]
        value = table.value[row]
        if table.annotation[row] >= 0 or name.startswith("_") or value < 0:
            continue
        if facts.scope.kind[scope] == f.COMPREHENSION_SCOPE or ops[value] in _OBVIOUS:
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
        if ops[value] == f.CALL and _names_class(facts, lefts[value], hint.text[2:]):
            continue
        yield hint


def _declared(facts: FileFacts, scope: int, name: int) -> bool:
    """Whether a name has an annotation somewhere in its scope."""
    annotations = facts.binding.annotation
    return any(annotations[row] >= 0 for row in facts.bindings_of(scope, name))


def _names_class(facts: FileFacts, function: int, text: str) -> bool:
    """Whether a call spells the type that it gives: ``Box()``."""
    ops, _, lefts, rights = facts.expr
    if ops[function] == f.NAME:
        return facts.names[lefts[function]] == text
    return ops[function] == f.ATTRIBUTE and facts.names[rights[function]] == text


def _parameters(
    inference: Inference, path: str, facts: FileFacts, start: int, end: int
) -> Iterator[Hint]:
    table = facts.binding
    ops = facts.expr.op
    for row, kind in enumerate(table.kind):
        position = table.position[row]
        if kind != f.PARAMETER or not start <= position < end:
            continue
        parameter = table.ref[row]
        if table.annotation[row] >= 0 or facts.parameter.kind[parameter] in (
            f.VAR_POSITIONAL, f.VAR_KEYWORD,
        ):  # fmt: skip
            continue
        scope = table.scope[row]
        if facts.scope.kind[scope] != f.FUNCTION_SCOPE:
            continue
        entity = Entity(PARAMETER, path, row)
        default = facts.parameter.default[parameter]
        if first_parameter_class(facts, entity) >= 0 or (default >= 0 and ops[default] in _OBVIOUS
                                                         and ops[default] != f.NONE):  # fmt: skip
            continue
        hint = _hint(
            inference,
            position + len(facts.names[table.name[row]].encode()),
            ": ",
            inference.entity_type(entity),
        )
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
    ops, positions, lefts, rights = facts.expr
    (extra,) = facts.extra
    for row, op in enumerate(ops):
        if op != f.CALL or not start <= positions[row] < end:
            continue
        at = rights[row]
        arguments = [
            (extra[index], extra[index + 2]) for index in range(at + 1, at + 1 + 3 * extra[at], 3)
        ]
        positional = [value for key, value in arguments if key == f.ARG_POSITIONAL]
        if not any(ops[value] in _LITERALS for value in positional):
            continue
        if any(key == f.ARG_STAR for key, _ in arguments):
            continue
        names = _parameter_names(inference, path, lefts[row])
        for name, value in zip(names, positional, strict=False):
            if ops[value] in _LITERALS and len(name) > 1 and not name.startswith("_"):
                yield Hint(_start(facts, value), f"{name}=", "parameter")


def _start(facts: FileFacts, expr: int) -> int:
    """Where a literal begins."""
    return facts.expr.position[expr]


def _parameter_names(inference: Inference, path: str, function: int) -> list[str]:
    """Names of the parameters that arguments by position go to, when it is known which they are."""
    from .constructors import constructor
    from .signature_help import is_bound

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

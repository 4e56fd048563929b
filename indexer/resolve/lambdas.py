"""Parameters of lambdas, by what the callable that they are passed to expects."""

from __future__ import annotations

from .. import facts as f
from . import evaluate, generics, signatures, synthesized
from .annotations import annotated
from .arguments import Arguments
from .classes import class_member
from .entities import FUNCTION
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    UNKNOWN,
    known,
    substitute,
    union,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity
    from .types import Type, Value


def parameter_value(snapshot: Snapshot, path: str, facts: FileFacts, row: int) -> Type:
    """Type of a lambda's parameter, from what the callable it is passed to expects."""
    scope = facts.binding[f.BIND_SCOPE][row]
    site = _sites(facts).get(scope)
    if site is None:
        return UNKNOWN
    call, place, keyword, lambda_ = site
    owners = facts.parameter[f.PAR_SCOPE]
    parameter = facts.binding[f.BIND_REF][row]
    index = sum(owners[before] == scope for before in range(parameter))
    arguments = Arguments.of(snapshot, path, facts, call)
    arguments.apart = lambda_
    parts: list[Type] = []
    for value in known(evaluate.values(snapshot, path, facts.expr[f.EXPR_A][call])):
        for each in _expected(snapshot, value, arguments, place, keyword):
            if each[0] == CALLABLE and len(each[2]) > index + 1:
                parts.append(each[2][index + 1])
    return union(*parts)


def _sites(facts: FileFacts) -> dict[int, tuple[int, int, str, int]]:
    """(row of the call, place, keyword, row of the lambda) by scope of lambdas that are passed."""
    table: dict[int, tuple[int, int, str, int]] | None = facts.memo.get("lambdas")
    if table is None:
        table = facts.memo["lambdas"] = {}
        ops, _, _, rights = facts.expr
        (extra,) = facts.extra
        for expr, op in enumerate(ops):
            if op != f.CALL:
                continue
            at = rights[expr]
            for place, index in enumerate(range(at + 1, at + 1 + 3 * extra[at], 3)):
                argument = extra[index + 2]
                if argument >= 0 and ops[argument] == f.LAMBDA:
                    keyword = facts.names[extra[index]] if extra[index] >= 0 else ""
                    table[rights[argument]] = expr, place, keyword, argument
    return table


def _expected(
    snapshot: Snapshot, value: Value, arguments: Arguments, place: int, keyword: str
) -> Type:
    """Type that a callable's signature gives the argument at a place or of a keyword."""
    form, entity, args, _ = value
    if form == CLASS_OBJECT:
        return _expected_by_class(snapshot, value, arguments, place, keyword)
    if form == CALLABLE:
        return args[place + 1] if not keyword and len(args) > place + 1 else UNKNOWN
    if form != FUNCTION_OBJECT:
        return UNKNOWN
    receiver = args[0][0] if args and args[0] else None
    solved = generics.receiver_variables(snapshot, entity, receiver)
    is_bound = receiver is not None
    return _by_signature(snapshot, entity, arguments, solved, place, keyword, is_bound=is_bound)


def _by_signature(
    snapshot: Snapshot,
    function: Entity,
    arguments: Arguments,
    solved: dict[Entity, Type],
    place: int,
    keyword: str,
    *,
    is_bound: bool,
) -> Type:
    function = signatures.chosen(snapshot, function, arguments, bound=is_bound, solved=solved)
    generics.bind_arguments(snapshot, function, arguments, solved, bound_first=is_bound)
    facts = snapshot.need(function[1])
    table = facts.parameter
    rows = signatures.parameters_of(snapshot, function)[1 if is_bound else 0 :]
    for index, row in enumerate(rows):
        name = facts.names[table[f.PAR_NAME][row]]
        if (keyword and name == keyword) or (not keyword and index == place):
            wanted = annotated(snapshot, function[1], table[f.PAR_ANNOTATION][row])
            return substitute(wanted, {each: type_ for each, type_ in solved.items() if type_})
    return UNKNOWN


def _expected_by_class(
    snapshot: Snapshot, value: Value, arguments: Arguments, place: int, keyword: str
) -> Type:
    for name in ("__init__", "__new__"):
        for item in class_member(snapshot, value[1], name)[:1]:
            if item.entity[0] == FUNCTION:
                solved = generics.receiver_variables(snapshot, item.entity, value)
                return _by_signature(
                    snapshot, item.entity, arguments, solved, place, keyword, is_bound=True
                )
    for index, field in enumerate(synthesized.fields(snapshot, value[1])):
        if keyword == field.keyword or (not keyword and index == place):
            from .entity_types import entity_value

            return entity_value(snapshot, field.entity)
    return UNKNOWN

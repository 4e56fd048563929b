"""Calls: what calling a value gives."""

from __future__ import annotations

from .. import facts as f
from .. import places
from . import evaluate, generics, members, results, signatures
from .annotations import annotated
from .classes import class_member, type_parameters
from .entities import (
    CLASS,
    FUNCTION,
    INFERRED,
    OUTSIDE,
)
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    SUPER,
    UNKNOWN,
    instance,
    known,
    union,
    weaker,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity
    from .types import Type, Value


class Arguments:
    """Arguments of a call, evaluated when asked for."""

    __slots__ = ("keywords", "path", "positional", "snapshot", "starred")

    def __init__(self, snapshot: Snapshot, path: str) -> None:
        """A call in a file, without arguments yet."""
        self.snapshot = snapshot
        self.path = path
        self.positional: list[int] = []
        self.keywords: dict[str, int] = {}
        self.starred = False

    @classmethod
    def of(cls, snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Arguments:
        """Arguments of the call in a row of expressions."""
        result = cls(snapshot, path)
        (extra,) = facts.extra
        at = facts.expr[f.EXPR_B][expr]
        for index in range(at + 1, at + 1 + 3 * extra[at], 3):
            key, value = extra[index], extra[index + 2]
            if key == f.ARG_POSITIONAL:
                result.positional.append(value)
            elif key >= 0:
                result.keywords[facts.names[key]] = value
            else:
                result.starred = True
        return result

    def type_of(self, index: int, name: str) -> Type:
        """Type of what a parameter gets, by place or by keyword."""
        if name in self.keywords:
            return evaluate.values(self.snapshot, self.path, self.keywords[name])
        if 0 <= index < len(self.positional):
            return evaluate.values(self.snapshot, self.path, self.positional[index])
        return UNKNOWN


def call(snapshot: Snapshot, path: str, expr: int) -> Type:
    """Type of what a call expression gives."""
    facts = snapshot.need(path)
    function = facts.expr[f.EXPR_A][expr]
    arguments = Arguments.of(snapshot, path, facts, expr)
    special = _special_call(snapshot, path, facts, expr, arguments)
    if special is not None:
        return special
    parts = [
        weaker(call_value(snapshot, value, arguments), value[3])
        for value in known(evaluate.values(snapshot, path, function))
    ]
    return union(*parts)


def _special_call(
    snapshot: Snapshot, path: str, facts: FileFacts, expr: int, arguments: Arguments
) -> Type | None:
    """Calls whose result no signature says."""
    ops, positions, lefts, rights = facts.expr
    function = lefts[expr]
    name = ""
    if ops[function] == f.NAME:
        name = facts.names[lefts[function]]
    elif ops[function] == f.ATTRIBUTE:
        name = facts.names[rights[function]]
    if name == "super" and ops[function] == f.NAME and len(arguments.positional) in (0, 2):
        cls = places.enclosing_class(facts, positions[expr])
        if cls >= 0:
            entity = (CLASS, path, cls)
            return ((SUPER, entity, ((instance(entity),),), INFERRED),)
    if name == "cast" and len(arguments.positional) == 2:
        return annotated(snapshot, path, arguments.positional[0])
    if name == "type" and len(arguments.positional) == 1 and ops[function] == f.NAME:
        return tuple(
            (CLASS_OBJECT, value[1], value[2], value[3])
            for value in evaluate.values(snapshot, path, arguments.positional[0])
            if value[0] == INSTANCE
        )
    if name == "getattr" and len(arguments.positional) >= 2 and ops[function] == f.NAME:
        key = arguments.positional[1]
        if ops[key] == f.STRING and lefts[key] >= 0:
            text = facts.strings[lefts[key]]
            receiver = evaluate.values(snapshot, path, arguments.positional[0])
            parts = [members.member_value(snapshot, value, text) for value in known(receiver)]
            parts += [evaluate.values(snapshot, path, row) for row in arguments.positional[2:]]
            return union(*parts)
    if name == "partial" and arguments.positional:
        inner = evaluate.values(snapshot, path, arguments.positional[0])
        results = [call_value(snapshot, value, Arguments(snapshot, path)) for value in inner]
        return ((CALLABLE, (OUTSIDE, "", -1), (union(*results),), INFERRED),)
    return None


def call_value(snapshot: Snapshot, value: Value, arguments: Arguments) -> Type:
    """Type of what calling a value gives."""
    form, entity, args, evidence = value
    if form == CLASS_OBJECT and entity[0] == CLASS:
        return (_constructed(snapshot, value, arguments),)
    if form == FUNCTION_OBJECT:
        receiver = args[0][0] if args and args[0] else None
        return results.returned(snapshot, entity, receiver, arguments)
    if form == CALLABLE:
        return args[0]
    if form == INSTANCE:
        return call_method(snapshot, value, "__call__")
    del evidence
    return UNKNOWN


def _constructed(snapshot: Snapshot, value: Value, arguments: Arguments) -> Value:
    _, entity, args, _ = value
    if args:
        return instance(entity, args)
    parameters = type_parameters(snapshot, entity)
    if not parameters:
        return instance(entity)
    bound: dict[Entity, Type] = {}
    for name in ("__init__", "__new__"):
        for item in class_member(snapshot, entity, name)[:1]:
            if item.entity[0] == FUNCTION:
                for function in signatures.overloads(snapshot, item.entity):
                    if signatures.fits(snapshot, function, arguments, bound=True):
                        generics.bind_arguments(
                            snapshot, function, arguments, bound, bound_first=True
                        )
                        break
        if bound:
            break
    return instance(entity, tuple(bound.get(parameter, UNKNOWN) for parameter in parameters))


def call_method(
    snapshot: Snapshot,
    value: Value,
    name: str,
    arguments: list[int] | None = None,
    path: str = "",
) -> Type:
    """Type of what a method of a value gives."""
    given = Arguments(snapshot, path)
    given.positional = list(arguments or [])
    parts = [
        call_value(snapshot, method, given)
        for method in known(members.member_value(snapshot, value, name))
    ]
    return union(*parts)


def lambda_parameter(snapshot: Snapshot, path: str, facts: FileFacts, row: int) -> Type:
    """Type of a lambda's parameter, from what the callable it is passed to expects."""
    scope = facts.binding[f.BIND_SCOPE][row]
    ops, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    rows = [index for index, owner in enumerate(facts.parameter[f.PAR_SCOPE]) if owner == scope]
    place = rows.index(facts.binding[f.BIND_REF][row])
    for expr, op in enumerate(ops):
        if op != f.CALL:
            continue
        at = rights[expr]
        for number, index in enumerate(range(at + 1, at + 1 + 3 * extra[at], 3)):
            argument = extra[index + 2]
            if ops[argument] != f.LAMBDA or rights[argument] != scope:
                continue
            keyword = facts.names[extra[index]] if extra[index] >= 0 else ""
            parts: list[Type] = []
            for value in known(evaluate.values(snapshot, path, lefts[expr])):
                expected = _expected(snapshot, value, number, keyword)
                parts += [
                    each[2][place + 1]
                    for each in expected
                    if each[0] == CALLABLE and len(each[2]) > place + 1
                ]
            return union(*parts)
    return UNKNOWN


def _expected(snapshot: Snapshot, value: Value, place: int, keyword: str) -> Type:
    """Type that a function's signature gives the argument at a place or of a keyword."""
    if value[0] != FUNCTION_OBJECT:
        return UNKNOWN
    function = value[1]
    facts = snapshot.need(function[1])
    table = facts.parameter
    rows = signatures.parameters_of(snapshot, function)
    if value[2] and value[2][0]:
        rows = rows[1:]
    for index, row in enumerate(rows):
        name = facts.names[table[f.PAR_NAME][row]]
        if (keyword and name == keyword) or (not keyword and index == place):
            return annotated(snapshot, function[1], table[f.PAR_ANNOTATION][row])
    return UNKNOWN

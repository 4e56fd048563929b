"""Keywords that a function hands on by ``**kwargs``: the parameter that takes them in the end."""

from __future__ import annotations

from .. import facts as f
from ..inference import access_paths, expressions, signatures
from ..inference.classes import class_member
from ..inference.entities import CLASS, CONVENTIONAL, FUNCTION, PARAMETER, Entity, Found
from ..inference.types import CLASS_OBJECT, FUNCTION_OBJECT, without_none

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..inference.inference import Inference

_DEPTH = 5


def forwarded_to(
    inference: Inference, function: Entity, name: str, depth: int = _DEPTH
) -> list[Found]:
    """The parameters that get a keyword which a function takes by ``**kwargs`` and hands on.

    Nothing when the function takes it out of ``kwargs`` itself.
    """
    if depth <= 0 or function.kind != FUNCTION or not inference.conventional:
        return []
    path = function.path
    facts = inference.need(path)
    rest = _keyword_rest(inference, function)
    if rest < 0 or _takes_out(facts, function, rest, name):
        return []
    found: list[Found] = []
    for call in _calls_with_rest(inference, path, facts, function, rest):
        if access_paths.keyword_argument(facts, call, name) >= 0:
            continue
        for target in _targets(inference, path, facts, call):
            if target == function:
                continue
            inner = _taking(inference, target, name, depth)
            found += [item for item in inner if item not in found]
    return found


def _taking(inference: Inference, target: Entity, name: str, depth: int) -> list[Found]:
    if target.kind == CLASS:
        constructors = class_member(inference, target, "__init__")
        functions = [item.entity for item in constructors if item.entity.kind == FUNCTION]
        if not functions:
            return [item.weaker(CONVENTIONAL) for item in class_member(inference, target, name)
                    if item.entity.kind not in (FUNCTION, CLASS)]  # fmt: skip
        return [found for each in functions for found in _taking(inference, each, name, depth)]
    facts = inference.need(target.path)
    scope = facts.definition.own_scope[target.row]
    row_of_name = facts.name_id(name)
    for row in facts.bindings_of(scope, row_of_name) if row_of_name >= 0 else []:
        if facts.binding.kind[row] == f.PARAMETER:
            return [Found(Entity(PARAMETER, target.path, row), CONVENTIONAL)]
    return forwarded_to(inference, target, name, depth - 1)


def _keyword_rest(inference: Inference, function: Entity) -> int:
    """Name row of the ``**`` parameter of a function, or -1."""
    facts = inference.need(function.path)
    for row in signatures.parameter_rows(inference, function):
        if facts.parameter.kind[row] == f.VAR_KEYWORD:
            return facts.parameter.name[row]
    return -1


def _takes_out(facts: FileFacts, function: Entity, rest: int, name: str) -> bool:
    """True if a function pops a keyword, so that nobody else gets it."""
    ops, _, lefts, rights = facts.expr
    for row in _inside(facts, function, facts.names[rest]):
        if ops[row + 1 : row + 2].tolist() != [f.ATTRIBUTE] or lefts[row + 1] != row:
            continue
        if facts.names[rights[row + 1]] == "pop":
            call = access_paths.nearby_call(facts, row + 1)
            if (
                call >= 0
                and access_paths.string_value(facts, access_paths.argument_for(facts, call, 0, ""))
                == name
            ):
                return True
    return False


def _inside(facts: FileFacts, function: Entity, name: str) -> list[int]:
    """Rows of the expressions that read a name in the text of a function."""
    start = facts.definition.start[function.row]
    end = facts.definition.end[function.row]
    return [
        ref
        for role, position, ref in facts.occurrences(name)
        if start <= position < end and role == f.READ
    ]


def _calls_with_rest(
    inference: Inference, path: str, facts: FileFacts, function: Entity, rest: int
) -> list[int]:
    """Calls in a function, or in functions inside of it, that are given all of its ``**kwargs``."""
    scope = facts.definition.own_scope[function.row]
    own = facts.bindings_of(scope, rest)
    found: list[int] = []
    for expr in _inside(facts, function, facts.names[rest]):
        starred, op = access_paths.parent_expression(facts, expr)
        if op != f.STARRED or facts.expr.b[starred] != 2:
            continue
        call, op = access_paths.parent_expression(facts, starred)
        if op != f.CALL:
            continue
        if any(item.entity.path == path and item.entity.kind == PARAMETER and item.entity.row in own
               for item in expressions.definitions_of(inference, path, expr)):  # fmt: skip
            found.append(call)
    return found


def _targets(inference: Inference, path: str, facts: FileFacts, call: int) -> list[Entity]:
    """Functions and classes that a call may call."""
    callee = facts.expr.a[call]
    found = [
        item.entity
        for item in expressions.definitions_of(inference, path, callee)
        if item.entity.kind in (FUNCTION, CLASS)
    ]
    for value in without_none(expressions.infer_type(inference, path, callee)):
        if value.form in (CLASS_OBJECT, FUNCTION_OBJECT) and value.entity not in found:
            found.append(value.entity)
    return found

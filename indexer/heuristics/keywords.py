"""Keywords that a function forwards by ``**kwargs``, and the parameters that finally take them."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
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
    """Return the parameters that get a keyword which a function forwards by ``**kwargs``.

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
    """Return the name row of the ``**`` parameter of a function, or -1."""
    facts = inference.need(function.path)
    for row in signatures.parameter_rows(inference, function):
        if facts.parameter.kind[row] == f.VAR_KEYWORD:
            return facts.parameter.name[row]
    return -1


def _takes_out(facts: FileFacts, function: Entity, rest: int, name: str) -> bool:
    """True if a function pops a keyword, so that nobody else gets it."""
    for row in _inside(facts, function, facts.names[rest]):
        callee = facts_view.attribute_of_name(facts, row)
        method = facts_view.attribute(facts, callee)
        if method is None or method.name != "pop":
            continue
        call = access_paths.nearby_call(facts, callee)
        if call >= 0:
            key = access_paths.argument_for(facts, call, 0, "")
            if access_paths.string_value(facts, key) == name:
                return True
    return False


def _inside(facts: FileFacts, function: Entity, name: str) -> list[int]:
    """Return the rows of the expressions that read a name in the text of a function."""
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
    """Return the calls in a function, nested ones included, that forward its ``**kwargs``."""
    scope = facts.definition.own_scope[function.row]
    own = facts.bindings_of(scope, rest)
    found: list[int] = []
    for expr in _inside(facts, function, facts.names[rest]):
        starred, op = access_paths.parent_expression(facts, expr)
        if op != f.STARRED or not facts_view.is_mapping_unpacked(facts, starred):
            continue
        call, op = access_paths.parent_expression(facts, starred)
        if op != f.CALL:
            continue
        if any(item.entity.path == path and item.entity.kind == PARAMETER and item.entity.row in own
               for item in expressions.definitions_of(inference, path, expr)):  # fmt: skip
            found.append(call)
    return found


def _targets(inference: Inference, path: str, facts: FileFacts, call: int) -> list[Entity]:
    """Return the functions and classes that a call may call."""
    callee = facts_view.called(facts, call)
    found = [
        item.entity
        for item in expressions.definitions_of(inference, path, callee)
        if item.entity.kind in (FUNCTION, CLASS)
    ]
    for value in without_none(expressions.infer_type(inference, path, callee)):
        if value.form in (CLASS_OBJECT, FUNCTION_OBJECT) and value.entity not in found:
            found.append(value.entity)
    return found

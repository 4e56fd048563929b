"""Which results a call can get, by what it passes for parameters with the default ``None``.

``def deco(function=None): if function is None: return partial(deco)``: with parentheses that are
empty a decorator gives a decorator, and with a function it does not.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from . import narrowing
from .entities import CLASS, FUNCTION, PARAMETER
from .types import CALLABLE, CLASS_OBJECT, FUNCTION_OBJECT, NONE, without_none

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .entities import Entity
    from .inference import Inference
    from .signatures import Arguments
    from .types import Type, Value

    # What is known of a call: (row of a parameter's name, whether it is None, whether a function).
    Known = frozenset[tuple[int, bool, bool]]

NOTHING: Known = frozenset()
_FUNCTIONS = (FUNCTION_OBJECT, CLASS_OBJECT, CALLABLE)
_IS = frozenset(["is", "=="])
_IS_NOT = frozenset(["is not", "is-not", "!="])


def known_arguments(
    inference: Inference, function: Entity, arguments: Arguments, *, bound: bool
) -> Known:
    """Return what a call passes for the parameters by which the function chooses its result."""
    facts = inference.need(function.path)
    scope = facts.definition.own_scope[function.row]
    chosen = _choosing(facts, scope)
    if not chosen:
        return NOTHING
    found: set[tuple[int, bool, bool]] = set()
    for place, row in enumerate(facts_view.parameters(facts, scope)):
        name = facts.parameter.name[row]
        if name not in chosen:
            continue
        by_keyword = facts.parameter.kind[row] == f.KEYWORD_ONLY
        given = arguments.given(-1 if by_keyword else place - bound, facts.names[name])
        if given is None:
            if not arguments.is_open:
                found.add((name, True, False))
            continue
        type_ = inference.infer_type(arguments.path, given) if isinstance(given, int) else given
        if type_ and all(value.form == NONE for value in type_):
            found.add((name, True, False))
        elif type_ and without_none(type_) == type_:
            is_function = all(value.form in _FUNCTIONS for value in type_)
            found.add((name, False, is_function))
        elif not type_ and inference.conventional and _is_handed_on(inference, arguments, given):
            found.add((name, False, False))
    return frozenset(found)


def _is_handed_on(inference: Inference, arguments: Arguments, given: int | Type) -> bool:
    """True if an argument is a parameter that callers have to give, which is hardly ever None."""
    if not isinstance(given, int):
        return False
    return any(
        item.entity.kind == PARAMETER
        and facts.parameter.default[facts.binding.ref[item.entity.row]] < 0
        for item in inference.definitions_of(arguments.path, given)
        for facts in [inference.need(item.entity.path)]
    )


def _choosing(facts: FileFacts, scope: int) -> frozenset[int]:
    """Return the names of the parameters with the default None that tests of a function name."""
    table: dict[int, frozenset[int]] | None = facts.memo.get("choosing parameters")
    if table is None:
        table = facts.memo["choosing parameters"] = {}
    found = table.get(scope)
    if found is None:
        defaults, names, ops = facts.parameter.default, facts.parameter.name, facts.expr.op
        found = table[scope] = frozenset(
            names[row]
            for row in facts_view.parameters(facts, scope)
            if defaults[row] >= 0
            and ops[defaults[row]] == f.NONE
            and narrowing.blocks_that_test(facts, scope, names[row])
        )
    return found


def chooses_by_first(inference: Inference, value: Value, place: int) -> bool:
    """True if a function, or a class, chooses its result by the parameter in a place."""
    function = value.entity if value.form == FUNCTION_OBJECT else None
    is_bound = bool(value.args and value.args[0])
    if value.form == CLASS_OBJECT and value.entity.kind == CLASS:
        made = inference.class_member(value.entity, "__new__")
        function, is_bound = (made[0].entity, True) if made else (None, False)
    if function is None or function.kind != FUNCTION:
        return False
    facts = inference.need(function.path)
    scope = facts.definition.own_scope[function.row]
    rows = list(facts_view.parameters(facts, scope))[place + is_bound :]
    return bool(rows) and facts.parameter.name[rows[0]] in _choosing(facts, scope)


def is_reachable(facts: FileFacts, scope: int, position: int, known: Known) -> bool:
    """True if control may come to a position of a function in a call."""
    for name, is_none, is_function in known:
        blocks = narrowing.blocks_that_test(facts, scope, name)
        for test, truth, _ in narrowing.tests_at(facts, blocks, scope, position):
            if _is_bound_before(facts, scope, name, facts.expr.position[test]):
                continue
            holds = _holds(facts, test, name, is_none, is_function)
            if holds is not None and holds != truth:
                return False
    return True


def _is_bound_before(facts: FileFacts, scope: int, name: int, position: int) -> bool:
    """True if a parameter may have been given another value before a test."""
    kinds, positions = facts.binding.kind, facts.binding.position
    return any(
        kinds[row] != f.PARAMETER and positions[row] < position
        for row in facts.bindings_of(scope, name)
    )


def _holds(facts: FileFacts, test: int, name: int, is_none: bool, is_function: bool) -> bool | None:
    """Return whether a test of a parameter holds; None if that is not known."""
    op = facts.expr.op[test]
    if op == f.NOT:
        inner = _holds(facts, facts_view.operand(facts, test), name, is_none, is_function)
        return None if inner is None else not inner
    if op in (f.AND, f.OR):
        parts = [
            _holds(facts, part, name, is_none, is_function)
            for part in facts_view.branches(facts, test)
        ]
        deciding = op == f.OR
        if deciding in parts:
            return deciding
        return None if None in parts else not deciding
    if op == f.NAME:
        if facts_view.name_row(facts, test) != name:
            return None
        return False if is_none else True if is_function else None
    if op == f.CALL:  # `callable(function)`
        passed = facts_view.argument_values(facts, test)
        is_asked = (
            facts_view.plain_name(facts, facts_view.called(facts, test)) == "callable"
            and len(passed) == 1
            and facts_view.plain_name(facts, passed[0]) == facts.names[name]
        )
        return (False if is_none else True if is_function else None) if is_asked else None
    comparison = facts_view.single_comparison(facts, test) if op == f.COMPARE else None
    if comparison is None:
        return None
    left, operator, right = comparison
    if facts_view.plain_name(facts, left) != facts.names[name] or facts.expr.op[right] != f.NONE:
        return None
    return is_none if operator in _IS else not is_none if operator in _IS_NOT else None

"""``__getattr__`` that knows its names: it compares with literals, and raises for all others.

def __getattr__(name):
if name == "Markup":
return ...
raise AttributeError(name)
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from .access_paths import string_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts


def names_given(facts: FileFacts, definition: int) -> frozenset[str] | None:
    """Return the names that a ``__getattr__`` gives something for; None if they are not known."""
    key = ("names given", definition)
    if key not in facts.memo:
        facts.memo[key] = _names_given(facts, definition)
    found: frozenset[str] | None = facts.memo[key]
    return found


def _names_given(facts: FileFacts, definition: int) -> frozenset[str] | None:
    table = facts.definition
    scope = table.own_scope[definition]
    parameters = list(facts_view.parameters(facts, scope))
    if table.kind[definition] != f.FUNCTION or not parameters or table.decorators[definition] >= 0:
        return None
    asked = facts.parameter.name[parameters[-1]]
    results = list(facts_view.results(facts, scope))
    is_left_by_raising = any(
        facts.result.kind[row] == f.RAISE and _is_left(facts, scope, row) for row in results
    )
    if not is_left_by_raising or len(facts.bindings_of(scope, asked)) != 1:
        return None
    found: set[str] = set()
    for row in results:
        if facts.result.kind[row] == f.RAISE:
            continue
        names = _compared(facts, asked, facts.result.block[row])
        if not names:
            return None
        found |= names
    return frozenset(found)


def _is_left(facts: FileFacts, scope: int, result: int) -> bool:
    """True if a ``raise`` ends the body of a function, so that nothing runs off its end."""
    return any(
        facts.block.kind[block] == f.BODY
        and facts.block.scope[block] == scope
        and facts.block.flags[block] & f.LEAVES_FUNCTION
        for block in facts_view.enclosing_blocks(facts, facts.result.block[result])
    )


def _compared(facts: FileFacts, name: int, block: int) -> set[str]:
    """Return the literals one of which a name equals where a block runs; none if it may be any."""
    for each in facts_view.enclosing_blocks(facts, block):
        test = facts.block.test[each]
        if facts.block.kind[each] == f.IF_TRUE and test >= 0:
            found = _literals(facts, name, test)
            if found:
                return found
    return set()


def _literals(facts: FileFacts, name: int, test: int) -> set[str]:
    kind = facts_view.op(facts, test)
    if kind == f.AND:
        left, right = facts_view.branches(facts, test)
        return _literals(facts, name, left) or _literals(facts, name, right)
    if kind == f.OR:
        sides = [_literals(facts, name, side) for side in facts_view.branches(facts, test)]
        return set[str]().union(*sides) if all(sides) else set()
    comparison = facts_view.single_comparison(facts, test) if kind == f.COMPARE else None
    if comparison is None or comparison.operator not in ("==", "in"):
        return set()
    left, right = comparison.left, comparison.right
    if comparison.operator == "==" and string_value(facts, left):
        left, right = right, left
    if facts_view.op(facts, left) != f.NAME or facts_view.name_row(facts, left) != name:
        return set()
    if comparison.operator == "==":
        text = string_value(facts, right)
        return {text} if text else set()
    return _listed(facts, right)


def _listed(facts: FileFacts, expr: int) -> set[str]:
    """Return the strings of a display, also of one that a module binds to a name and leaves so."""
    if facts_view.op(facts, expr) == f.NAME:
        name = facts_view.name_row(facts, expr)
        rows = facts.bindings_of(0, name)
        is_changed = any(
            facts_view.plain_name(facts, container) == facts.names[name]
            for container in facts.item_binding.container
        ) or any(
            facts_view.plain_name(facts, attribute.receiver) == facts.names[name]
            and attribute.name not in ("get", "items", "keys", "values")
            for attribute in facts_view.attributes(facts)
        )
        if len(rows) != 1 or is_changed or facts.binding.kind[rows[0]] != f.ASSIGN:
            return set()
        expr = facts.binding.value[rows[0]]
    kind = facts_view.op(facts, expr)
    if kind == f.DICT:
        parts = [key for key, _ in facts_view.items(facts, expr)]
    elif kind in (f.LIST, f.TUPLE, f.SET):
        parts = list(facts_view.elements(facts, expr))
    else:
        return set()
    texts = {string_value(facts, part) for part in parts}
    return texts if "" not in texts else set()

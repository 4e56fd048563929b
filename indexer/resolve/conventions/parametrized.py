"""pytest's ``parametrize``: parameters of tests by the values that decorators list for them."""

from __future__ import annotations

from ... import facts as f
from .. import evaluate, protocols
from ..entities import CLASS, owner_class
from ..types import UNKNOWN, known, union
from . import syntax
from .asked import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...facts import FileFacts
    from ...snapshot import Snapshot
    from ..types import Type
    from .asked import Parameter

# Values that are looked at; lists of them are mostly of one kind.
_VALUES = 16


def parametrize(snapshot: Snapshot, asked: Parameter) -> Answer | None:
    """What ``parametrize`` of the test, its class or its module lists for a parameter."""
    if not asked.method.startswith("test"):
        return None
    for call in _marks(asked.facts, asked.function[2]):
        if syntax.last_name(asked.facts, asked.facts.expr[f.EXPR_A][call]) != "parametrize":
            continue
        names, values = _lists(asked.facts, call)
        if asked.name not in names or _is_indirect(asked.facts, call):
            continue
        place = names.index(asked.name) if len(names) > 1 or _is_list(asked.facts, call) else -1
        type_ = listed(snapshot, asked.path, asked.facts, values, place)
        if type_:
            return Answer(type_, "parametrize", "the values that parametrize lists")
    return None


def _marks(facts: FileFacts, definition: int) -> Iterator[int]:
    """Calls of marks that hold for a test: of its decorators, its classes', and ``pytestmark``."""
    row = definition
    while row >= 0:
        yield from (
            expr for expr in syntax.decorators(facts, row) if facts.expr[f.EXPR_OP][expr] == f.CALL
        )
        if facts.definition[f.DEF_KIND][row] == f.CLASS:
            yield from _pytestmark(facts, facts.definition[f.DEF_OWN_SCOPE][row])
        row = owner_class(facts, (CLASS, "", row))
    yield from _pytestmark(facts, 0)


def _pytestmark(facts: FileFacts, scope: int) -> Iterator[int]:
    name = facts.name_id("pytestmark")
    for row in facts.bindings_of(scope, name) if name >= 0 else []:
        value = facts.binding[f.BIND_VALUE][row]
        for expr in syntax.elements(facts, value) or [value]:
            if expr >= 0 and facts.expr[f.EXPR_OP][expr] == f.CALL:
                yield expr


def _lists(facts: FileFacts, call: int) -> tuple[list[str], int]:
    """(names, expression of the values) of a call of ``parametrize``."""
    names = syntax.given(facts, call, 0, "argnames")
    values = syntax.given(facts, call, 1, "argvalues")
    if _is_list(facts, call):
        return [syntax.text_of(facts, each) for each in syntax.elements(facts, names)], values
    return [part.strip() for part in syntax.text_of(facts, names).split(",")], values


def _is_list(facts: FileFacts, call: int) -> bool:
    names = syntax.given(facts, call, 0, "argnames")
    return names >= 0 and facts.expr[f.EXPR_OP][names] in (f.LIST, f.TUPLE)


def _is_indirect(facts: FileFacts, call: int) -> bool:
    given = syntax.keyword(facts, call, "indirect")
    return given >= 0 and facts.expr[f.EXPR_OP][given] != f.FALSE


def listed(snapshot: Snapshot, path: str, facts: FileFacts, values: int, place: int) -> Type:
    """Type of what a list of values gives one parameter; ``place`` is -1 for a single one."""
    if values < 0:
        return UNKNOWN
    rows = syntax.elements(facts, values)
    if not rows:
        element = protocols.element(snapshot, evaluate.values(snapshot, path, values))
        return known(element if place < 0 else protocols.item_at(snapshot, element, place))
    parts: list[Type] = []
    for row in rows[:_VALUES]:
        parts.append(_value(snapshot, path, facts, row, place))
    return union(*parts)


def _value(snapshot: Snapshot, path: str, facts: FileFacts, row: int, place: int) -> Type:
    """What one set of values gives a parameter: a display, ``pytest.param(…)``, or anything."""
    is_param = facts.expr[f.EXPR_OP][row] == f.CALL and (
        syntax.last_name(facts, facts.expr[f.EXPR_A][row]) == "param"
    )
    call = row
    if is_param:
        first = syntax.given(facts, row, 0, "")
        row = syntax.given(facts, row, max(place, 0), "")
        if row < 0 and first < 0:
            return _spread(snapshot, path, facts, call, max(place, 0))
        return known(evaluate.values(snapshot, path, row)) if row >= 0 else UNKNOWN
    if place < 0:
        return known(evaluate.values(snapshot, path, row))
    inner = syntax.elements(facts, row)
    if inner:
        return (
            known(evaluate.values(snapshot, path, inner[place])) if place < len(inner) else UNKNOWN
        )
    return known(protocols.item_at(snapshot, evaluate.values(snapshot, path, row), place))


def _spread(snapshot: Snapshot, path: str, facts: FileFacts, call: int, place: int) -> Type:
    """``pytest.param(*VALUES)``: one place of what is spread."""
    for key, value in syntax.arguments(facts, call):
        if key == f.ARG_STAR and facts.expr[f.EXPR_OP][value] == f.STARRED:
            spread = evaluate.values(snapshot, path, facts.expr[f.EXPR_A][value])
            return known(protocols.item_at(snapshot, spread, place))
    return UNKNOWN

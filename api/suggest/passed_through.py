"""Parameters that functions only pass on, so that one far below gets them."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    Entity,
    owner_class,
    qualified_name,
)
from ...indexer.inference.inference import Inference
from ...indexer.paths import is_outside, is_supporting_file
from .suggestion import LIKELY, LOOK, Suggestion

KIND = "passed-through"
# Functions in a row that only pass a parameter on.
_FEWEST = 2
_MANY = 3
# Functions on the way that are named.
_NAMED = 12


class _Parameter(NamedTuple):
    """A parameter of a function: the function, and the row of the parameter."""

    function: Entity
    row: int


def find(inference: Inference) -> list[Suggestion]:
    """Return parameters that go through several functions of which none uses them."""
    passed: dict[_Parameter, _Parameter] = {}
    for path in inference.snapshot.paths():
        facts = inference.facts(path)
        if facts is not None and not path.endswith(".pyi") and not is_supporting_file(path):
            inference.snapshot.relax()
            _look_at(inference, path, facts, passed)
    entered = set(passed.values())
    chains: dict[tuple[Entity, ...], list[list[_Parameter]]] = {}
    for first in passed:
        if first in entered:
            continue
        chain = [first]
        while chain[-1] in passed and passed[chain[-1]] not in chain:
            chain.append(passed[chain[-1]])
        if _hops(inference, chain) >= _FEWEST:
            chains.setdefault(tuple(each.function for each in chain), []).append(chain)
    return [_suggestion(inference, alike) for alike in chains.values()]


def _hops(inference: Inference, chain: list[_Parameter]) -> int:
    """Return how many functions pass a parameter on, constructors of derived classes aside."""
    constructors = [
        facts_view.definition_name(inference.need(each.function.path), each.function.row)
        == "__init__"
        for each in chain
    ]
    return sum(not (own and following) for own, following in pairwise(constructors))


def _look_at(
    inference: Inference, path: str, facts: FileFacts, passed: dict[_Parameter, _Parameter]
) -> None:
    """Note the parameters of a file's functions that are an argument of a call and nothing else."""
    table = facts.definition
    arguments = _arguments(facts)
    for row in facts_view.definitions(facts, f.FUNCTION):
        if facts_view.decorators(facts, row) or table.flags[row] & (f.STUB_BODY | f.OVERLOAD):
            continue
        single: dict[int, int] = {}
        rows = list(facts_view.parameters(facts, table.own_scope[row]))
        for parameter in rows:
            call = _only_use(facts, row, parameter, arguments)
            if call >= 0:
                single[parameter] = call
        for parameter, call in single.items():
            alike = sum(each == call for each in single.values())
            if alike * 2 > len(rows) and alike > 1:
                continue  # it stands for the other function, and takes what that takes
            target = _target(inference, path, facts, call, parameter)
            if target is not None:
                passed[_Parameter(Entity(FUNCTION, path, row), parameter)] = target


def _arguments(facts: FileFacts) -> dict[int, int]:
    """Return the row of the call that each plain name is an argument of, by its position."""
    known: dict[int, int] | None = facts.memo.get("names as arguments")
    if known is None:
        known = facts.memo["names as arguments"] = {
            facts.expr.position[argument.value]: call.row
            for call in facts_view.calls(facts)
            for argument in facts_view.arguments(facts, call.row)
            if not argument.is_unpacked and facts_view.op(facts, argument.value) == f.NAME
        }
    return known


def _only_use(facts: FileFacts, row: int, parameter: int, arguments: dict[int, int]) -> int:
    """Return the row of the call that a parameter is passed to and used for alone, or -1."""
    table = facts.definition
    name = facts.names[facts.parameter.name[parameter]]
    if name in ("self", "cls") or facts.parameter.kind[parameter] in (
        f.VAR_POSITIONAL, f.VAR_KEYWORD,
    ):  # fmt: skip
        return -1
    start, end = table.header_end[row], table.end[row]
    uses = [
        position
        for role, position, _ in facts.occurrences(name, start)
        if position < end
        and not role & f.ATTRIBUTE_ROLE
        and role & f.ROLE_MASK not in (f.KEYWORD, f.MODULE_ROLE)
    ]
    return arguments.get(uses[0], -1) if len(uses) == 1 else -1


def _target(
    inference: Inference, path: str, facts: FileFacts, call: int, parameter: int
) -> _Parameter | None:
    """Return the parameter of the workspace that an argument of a call becomes."""
    function = facts_view.called(facts, call)
    name = facts.parameter.name[parameter]
    entities = {item.entity for item in inference.definitions_of(path, function)}
    if len(entities) != 1:
        return None
    entity = entities.pop()
    is_bound = facts_view.attribute(facts, function) is not None
    if entity.kind == CLASS:
        made = [item.entity for item in inference.class_member(entity, "__init__")]
        if len(made) != 1:
            return None
        entity, is_bound = made[0], True
    if entity.kind != FUNCTION or is_outside(entity.path):
        return None
    other = inference.need(entity.path)
    if other.definition.flags[entity.row] & f.STUB_BODY:
        return None
    rows = list(facts_view.parameters(other, other.definition.own_scope[entity.row]))
    is_method = owner_class(other, entity) >= 0
    if is_method and is_bound and not other.definition.flags[entity.row] & f.STATIC:
        rows = rows[1:]
    place = 0
    for argument in facts_view.arguments(facts, call):
        is_it = facts_view.op(facts, argument.value) == f.NAME and (
            facts_view.name_row(facts, argument.value) == name
        )
        if argument.is_unpacked:
            if not is_it:
                return None
        elif argument.is_keyword and is_it:
            key = facts.names[argument.key]
            named = [row for row in rows if other.names[other.parameter.name[row]] == key]
            return _Parameter(entity, named[0]) if named else None
        elif argument.is_positional:
            if is_it:
                fits = place < len(rows) and other.parameter.kind[rows[place]] in (
                    f.POSITIONAL_ONLY, f.POSITIONAL,
                )  # fmt: skip
                return _Parameter(entity, rows[place]) if fits else None
            place += 1
    return None


def _suggestion(inference: Inference, alike: list[list[_Parameter]]) -> Suggestion:
    chain = alike[0]
    passing = [each.function for each in chain[:-1]]
    names = [_name(inference, each[0]) for each in alike]
    called = [qualified_name(inference, each.function) for each in chain]
    owners = {(each.path, owner_class(inference.need(each.path), each)) for each in passing}
    is_one_class = len(owners) == 1 and all(owner >= 0 for _, owner in owners)
    way = "an attribute of their class" if is_one_class else "an object that they share"
    what = f"parameter {names[0]}" if len(names) == 1 else f"parameters {', '.join(names)}"
    last = ", ".join(_name(inference, each[-1]) for each in alike)
    them = "it" if len(names) == 1 else "them"
    more = f" and {len(passing) - _NAMED} more" if len(passing) > _NAMED else ""
    hops = _hops(inference, chain)
    has_methods = any(owner >= 0 for _, owner in owners)  # which are mostly for others to call
    return Suggestion(
        KIND, LIKELY if hops >= _MANY and not has_methods else LOOK,
        f"{what} of {called[0]} {'goes' if len(names) == 1 else 'go'} through {len(passing)} "
        f"functions to {called[-1]}",
        chain[0].function,
        [
            "only passed on by " + ", ".join(called[:-1][:_NAMED]) + more,
            f"used in {called[-1]} as {last}; {way} could hold {them}",
        ],
        ["the functions are offered to others one by one, who decide on it for each"],
        others=[each.function for each in chain[1 : _NAMED + 1]],
        worth=hops + len(names) / 10, key=",".join(names),
        places=[
            (each[0].function.path, _position(inference, each[0])) for each in alike
        ],
    )  # fmt: skip


def _position(inference: Inference, parameter: _Parameter) -> int:
    return inference.need(parameter.function.path).parameter.position[parameter.row]


def _name(inference: Inference, parameter: _Parameter) -> str:
    facts = inference.need(parameter.function.path)
    return facts.names[facts.parameter.name[parameter.row]]

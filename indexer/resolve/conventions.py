"""Conventional evidence: what an unannotated parameter is by how the code base uses it.

Arguments at call sites, pytest fixtures by name, then what the same name is elsewhere. Everything
found here is CONVENTIONAL, never mixed up with what types say.
"""

from __future__ import annotations

from .. import facts as f
from .annotations import annotated
from .entities import CLASS, CONVENTIONAL, FUNCTION, owner_class
from .types import INSTANCE, UNKNOWN, instance, known, union, weaker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity
    from .types import Type

# Conventions that may rest on each other.
_NESTED = 3
# Names that parameters of any type have.
_SAYS_NOTHING = frozenset(
    ["args", "data", "func", "item", "key", "kwargs", "name", "obj", "path", "value"]
)
_CALL_SITES = 24
_FILES = 60


def parameter_type(snapshot: Snapshot, path: str, row: int) -> Type:
    """Type of a parameter without annotation, by convention; unknown when there is none."""
    if path.startswith("/"):
        return UNKNOWN
    facts = snapshot.need(path)
    scope = facts.binding[f.BIND_SCOPE][row]
    definition = facts.scope[f.SCOPE_DEFINITION][scope]
    if definition < 0 or facts.scope[f.SCOPE_KIND][scope] != f.FUNCTION_SCOPE:
        return UNKNOWN
    progress = snapshot.progress
    if progress.conventions >= _NESTED:
        progress.give_up()
        return UNKNOWN
    progress.conventions += 1
    try:
        asked = Parameter(path, facts, definition, row)
        for way in (_overridden, _fixture, _arguments, _same_name):
            type_ = way(snapshot, asked)
            if type_:
                return weaker(type_, CONVENTIONAL)
    finally:
        progress.conventions -= 1
    return UNKNOWN


class Parameter:
    """A parameter that is asked about."""

    __slots__ = ("definition", "facts", "function", "name", "path", "row")

    def __init__(self, path: str, facts: FileFacts, definition: int, row: int) -> None:
        """Row ``row`` of binding, of the function in row ``definition``."""
        self.path = path
        self.facts = facts
        self.definition = definition
        self.row = row
        self.function = (FUNCTION, path, definition)
        self.name = facts.names[facts.binding[f.BIND_NAME][row]]


def _overridden(snapshot: Snapshot, asked: Parameter) -> Type:
    """What the method that this one overrides says of the parameter of the same name."""
    from .classes import class_member

    path, facts, function = asked.path, asked.facts, asked.function
    cls = owner_class(facts, function)
    if cls < 0:
        return UNKNOWN
    method = facts.names[facts.definition[f.DEF_NAME][function[2]]]
    entity = (CLASS, path, cls)
    for item in class_member(snapshot, entity, method, after=entity):
        if item.entity[0] == FUNCTION:
            other = snapshot.need(item.entity[1])
            for parameter in _parameters(other, item.entity[2]):
                if other.names[other.parameter[f.PAR_NAME][parameter]] == asked.name:
                    annotation = other.parameter[f.PAR_ANNOTATION][parameter]
                    return annotated(snapshot, item.entity[1], annotation)
    return UNKNOWN


def _parameters(facts: FileFacts, definition: int) -> list[int]:
    scope = facts.definition[f.DEF_OWN_SCOPE][definition]
    return [row for row, owner in enumerate(facts.parameter[f.PAR_SCOPE]) if owner == scope]


def _fixture(snapshot: Snapshot, asked: Parameter) -> Type:
    """The pytest fixture of this name, for parameters of tests and of other fixtures."""
    path, facts, function, name = asked.path, asked.facts, asked.function, asked.name
    own = facts.names[facts.definition[f.DEF_NAME][function[2]]]
    if not own.startswith("test") and not _is_fixture(facts, function[2]):
        return UNKNOWN
    for found in fixtures_named(snapshot, path, name, function):
        from .results import returned

        type_ = returned(snapshot, found, None)
        parts: list[Type] = []
        for value in type_:
            generator = value[0] == INSTANCE and len(value[2]) == 3
            other = snapshot.need(found[1])
            if (generator and other.definition[f.DEF_FLAGS][found[2]] & f.GENERATOR) or (
                value[0] == INSTANCE and _yields(snapshot, found) and value[2]
            ):
                parts.append(value[2][0])
            else:
                parts.append((value,))
        return union(*parts)
    return UNKNOWN


def _yields(snapshot: Snapshot, function: Entity) -> bool:
    facts = snapshot.need(function[1])
    return bool(facts.definition[f.DEF_FLAGS][function[2]] & f.GENERATOR)


def fixtures_named(
    snapshot: Snapshot, path: str, name: str, apart_from: Entity | None = None
) -> list[Entity]:
    """Fixtures that a name means in a test file: its own, those of conftest files, plugins'."""
    places = [path]
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        places.append(f"{folder}/conftest.py".lstrip("/"))
    from .modules import find_module

    plugin_modules = (
        "_pytest.monkeypatch", "_pytest.tmpdir", "_pytest.capture", "_pytest.logging",
        "_pytest.recwarn", "_pytest.fixtures", "_pytest.pytester", "_pytest.cacheprovider",
        "_pytest.doctest", "_pytest.legacypath", "pytest_mock.plugin", "pytest_asyncio.plugin",
    )  # fmt: skip
    found = _fixtures_in(snapshot, places, name, apart_from)
    if found:
        return found
    outside = [find_module(snapshot, module) for module in plugin_modules]
    return _fixtures_in(
        snapshot, [module[1] for module in outside if module is not None], name, apart_from
    )


def _fixtures_in(
    snapshot: Snapshot, places: list[str], name: str, apart_from: Entity | None
) -> list[Entity]:
    for place in places:
        if not snapshot.exists(place):
            continue
        facts = snapshot.facts(place)
        if facts is None:
            continue
        for row in range(len(facts.definition[0])):
            entity = (FUNCTION, place, row)
            if facts.definition[f.DEF_KIND][row] != f.FUNCTION or entity == apart_from:
                continue
            if _is_fixture(facts, row) and _fixture_name(facts, row) == name:
                return [entity]
    return []


def _decorators(facts: FileFacts, definition: int) -> list[int]:
    at = facts.definition[f.DEF_DECORATORS][definition]
    (extra,) = facts.extra
    return list(extra[at + 1 : at + 1 + extra[at]]) if at >= 0 else []


def _is_fixture(facts: FileFacts, definition: int) -> bool:
    ops, _, lefts, rights = facts.expr
    for expr in _decorators(facts, definition):
        target = lefts[expr] if ops[expr] == f.CALL else expr
        if ops[target] == f.NAME and facts.names[lefts[target]] == "fixture":
            return True
        if ops[target] == f.ATTRIBUTE and facts.names[rights[target]] == "fixture":
            return True
    return False


def _fixture_name(facts: FileFacts, definition: int) -> str:
    """Name of a fixture: what ``name=`` says, else its function's."""
    ops, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    for expr in _decorators(facts, definition):
        if ops[expr] != f.CALL:
            continue
        at = rights[expr]
        for index in range(at + 1, at + 1 + 3 * extra[at], 3):
            key, value = extra[index], extra[index + 2]
            if key >= 0 and facts.names[key] == "name" and ops[value] == f.STRING:
                return facts.strings[lefts[value]] if lefts[value] >= 0 else ""
    return facts.names[facts.definition[f.DEF_NAME][definition]]


def _arguments(snapshot: Snapshot, asked: Parameter) -> Type:
    """What call sites of the function pass for the parameter."""
    from .evaluate import objects, values

    path, facts, function, name = asked.path, asked.facts, asked.function, asked.name
    own = facts.names[facts.definition[f.DEF_NAME][function[2]]]
    cls = owner_class(facts, function)
    called = own
    if own == "__init__" and cls >= 0:
        called = facts.names[facts.definition[f.DEF_NAME][cls]]
    elif own.startswith("__"):
        return UNKNOWN
    rows = _parameters(facts, function[2])
    parameter = facts.binding[f.BIND_REF][asked.row]
    place = rows.index(parameter) if parameter in rows else -1
    bound = cls >= 0 and not facts.definition[f.DEF_FLAGS][function[2]] & f.STATIC
    place -= int(bound)
    wanted = {function, (CLASS, path, cls)} if own == "__init__" else {function}
    parts: list[Type] = []
    sites = 0
    for where in snapshot.files_with(called)[:_FILES]:
        other = snapshot.facts(where)
        if other is None:
            continue
        for role, position, ref in other.occurrences(called):
            if role & f.ROLE_MASK != f.CALLED or sites >= _CALL_SITES:
                continue
            expr = _call_of(other, ref)
            if expr < 0:
                continue
            given = _given(other, expr, place, name)
            if given < 0:
                continue
            found = objects(snapshot, where, ref)
            if not any(item.entity in wanted for item in found):
                continue
            del position
            sites += 1
            parts.append(known(values(snapshot, where, given)))
    return union(*parts)


def _call_of(facts: FileFacts, function: int) -> int:
    """Row of the call whose function is an expression, or -1."""
    table = facts.memo.get("calls")
    if table is None:
        ops, _, lefts, _ = facts.expr
        table = {lefts[row]: row for row, op in enumerate(ops) if op == f.CALL}
        facts.memo["calls"] = table
    result: int = table.get(function, -1)
    return result


def _given(facts: FileFacts, call: int, place: int, name: str) -> int:
    """Row of the argument for a parameter by place or keyword, or -1."""
    (extra,) = facts.extra
    at = facts.expr[f.EXPR_B][call]
    seen = 0
    for index in range(at + 1, at + 1 + 3 * extra[at], 3):
        key, value = extra[index], extra[index + 2]
        if key == f.ARG_POSITIONAL:
            if seen == place:
                return value
            seen += 1
        elif key >= 0 and facts.names[key] == name:
            return value
        elif key == f.ARG_STAR:
            return -1
    return -1


def _same_name(snapshot: Snapshot, asked: Parameter) -> Type:
    """What a parameter of this name is annotated with elsewhere, when all who say so agree."""
    name = asked.name
    if len(name) < 3 or name in _SAYS_NOTHING:
        return UNKNOWN
    seen: dict[Entity, int] = {}
    for where in snapshot.files_with(name)[:_FILES]:
        other = snapshot.facts(where)
        if other is None:
            continue
        row_of_name = other.name_id(name)
        table = other.parameter
        for parameter, named_ in enumerate(table[f.PAR_NAME]):
            annotation = table[f.PAR_ANNOTATION][parameter]
            if named_ != row_of_name or annotation < 0:
                continue
            for value in known(annotated(snapshot, where, annotation)):
                if value[0] == INSTANCE and not value[1][1].startswith("/"):
                    seen[value[1]] = seen.get(value[1], 0) + 1
    if len(seen) == 1:
        return (instance(next(iter(seen))),)
    camel = "".join(part.capitalize() for part in name.split("_"))
    classes = [
        (where, symbol) for where, symbol in snapshot.symbols_named([camel]) if symbol[4] in (5, 10)
    ]
    if len(classes) == 1:
        where, symbol = classes[0]
        other = snapshot.facts(where)
        if other is not None:
            for index, position in enumerate(other.definition[f.DEF_POS]):
                if position == symbol[5]:
                    return (instance((CLASS, where, index)),)
    return UNKNOWN

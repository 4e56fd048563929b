"""Values that types do not tell: defaults of look-ups, registries, attributes set from outside."""

from __future__ import annotations

from ... import facts as f
from .. import evaluate
from ..classes import mro
from ..entities import ATTRIBUTE, CLASS, CONVENTIONAL, FUNCTION, PARAMETER, VARIABLE, Found
from ..types import (
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    UNKNOWN,
    known,
    union,
)  # fmt: skip
from . import docstrings, fixtures, syntax
from .combine import combined, conventional, plain
from .levels import by_types, handed_on

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...facts import FileFacts
    from ...snapshot import Snapshot
    from ..entities import Entity
    from ..types import Type

_DEFAULTING = frozenset(["get", "setdefault", "pop", "getattr", "getenv", "popleft", "getlist"])
_GIVING = frozenset(["get", "pop", "setdefault"])
_WRITES = 24
_FILES = 24


def unknown_value(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    """Type by convention of an expression whose type is unknown otherwise."""
    op = facts.expr[f.EXPR_OP][expr]
    if op == f.CALL:
        return conventional(_called(snapshot, path, facts, expr))
    if op == f.SUBSCRIPT:
        held = _held(snapshot, path, facts, facts.expr[f.EXPR_A][expr])
        return combined(snapshot, plain(snapshot, held, path))
    if op == f.ATTRIBUTE:
        return _attribute(snapshot, path, facts, expr)
    return UNKNOWN


def _called(snapshot: Snapshot, path: str, facts: FileFacts, call: int) -> Type:
    function = facts.expr[f.EXPR_A][call]
    name = syntax.last_name(facts, function)
    if name == "getfixturevalue":
        wanted = syntax.text_of(facts, syntax.given(facts, call, 0, "argname"))
        found = fixtures.fixtures_named(snapshot, path, wanted) if wanted else []
        return fixtures.fixture_value(snapshot, found[0]) if found else UNKNOWN
    is_method = facts.expr[f.EXPR_OP][function] == f.ATTRIBUTE
    if name in _GIVING and is_method:
        held = _held(snapshot, path, facts, facts.expr[f.EXPR_A][function])
        if held:
            return combined(snapshot, plain(snapshot, held, path))
    if name in _DEFAULTING:
        place = 2 if name == "getattr" and not is_method else 1
        default = syntax.given(facts, call, place, "default")
        if default >= 0:
            return plain(snapshot, known(evaluate.values(snapshot, path, default)), path)
    parts: list[Type] = []
    for value in evaluate.values(snapshot, path, function):
        if value[0] == FUNCTION_OBJECT and value[1][0] == FUNCTION:
            parts.append(docstrings.documented_return(snapshot, value[1]))
    return union(*parts)


def _held(snapshot: Snapshot, path: str, facts: FileFacts, container: int) -> Type:
    """What is put into a container by ``container[key] = value`` where it is known by name."""
    parts: list[Type] = []
    for item in evaluate.objects(snapshot, path, container):
        entity = item.entity
        if entity[0] not in (VARIABLE, ATTRIBUTE):
            continue
        for where, other, row in _puts(snapshot, entity):
            parts.append(handed_on(snapshot, where, other.item_binding[f.ITEM_VALUE][row]))
    del facts
    return union(*parts)


def _puts(snapshot: Snapshot, entity: Entity) -> list[tuple[str, FileFacts, int]]:
    from ..entities import name_of

    found: list[tuple[str, FileFacts, int]] = []
    name = name_of(snapshot, entity)
    tried = 0
    for path in syntax.nearest(entity[1], snapshot.files_with(name), _FILES):
        facts = snapshot.facts(path)
        if facts is None:
            continue
        for row, container in enumerate(facts.item_binding[f.ITEM_CONTAINER]):
            if tried >= _WRITES or syntax.last_name(facts, container) != name:
                continue
            tried += 1
            if any(_same(snapshot, each.entity, entity) for each in
                   evaluate.objects(snapshot, path, container)):  # fmt: skip
                found.append((path, facts, row))
    return found


def _same(snapshot: Snapshot, first: Entity, second: Entity) -> bool:
    """Whether two bindings are of one variable, or of one attribute of one class."""
    if first == second:
        return True
    if first[:2] != second[:2] or first[0] not in (VARIABLE, ATTRIBUTE):
        return False
    facts = snapshot.need(first[1])
    if first[0] == ATTRIBUTE:
        table = facts.attribute_binding
        columns = (f.ATTR_OWNER, f.ATTR_NAME)
        return table[f.ATTR_OWNER][first[2]] >= 0 and all(
            table[column][first[2]] == table[column][second[2]] for column in columns
        )
    return all(
        facts.binding[column][first[2]] == facts.binding[column][second[2]]
        for column in (f.BIND_SCOPE, f.BIND_NAME)
    )


def _attribute(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    """Type of an attribute that only convention finds."""
    receiver = facts.expr[f.EXPR_A][expr]
    name = facts.names[facts.expr[f.EXPR_B][expr]]
    parts: list[Type] = []
    for where, row in set_from_outside(snapshot, path, receiver, name):
        other = snapshot.need(where)
        value = other.attribute_binding[f.ATTR_VALUE][row]
        parts.append(plain(snapshot, handed_on(snapshot, where, value), path))
    return combined(snapshot, union(*parts))


def request_param(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    """Type of ``request.param`` in a fixture of pytest."""
    receiver = facts.expr[f.EXPR_A][expr]
    if syntax.last_name(facts, expr) != "param" or facts.expr[f.EXPR_OP][expr] != f.ATTRIBUTE:
        return UNKNOWN
    for item in evaluate.objects(snapshot, path, receiver):
        if item.entity[0] == PARAMETER and item.entity[1] == path:
            scope = facts.binding[f.BIND_SCOPE][item.entity[2]]
            definition = facts.scope[f.SCOPE_DEFINITION][scope]
            if definition >= 0 and syntax.last_name(facts, receiver) == "request":
                return fixtures.request_param(snapshot, path, facts, definition)
    return UNKNOWN


def attribute_found(snapshot: Snapshot, path: str, receiver: int, name: str) -> list[Found]:
    """Entities that ``receiver.name`` names by convention, when nothing else tells."""
    return [
        Found((ATTRIBUTE, where, row), CONVENTIONAL)
        for where, row in set_from_outside(snapshot, path, receiver, name)
    ][:3]


def set_from_outside(
    snapshot: Snapshot, path: str, receiver: int, name: str
) -> list[tuple[str, int]]:
    """(file, row of attribute_binding) of ``other.name = value`` for what is of the same class.

    Nearest files first. For a receiver whose class is not known there is nothing to compare.
    """
    classes = {
        value[1]
        for value in known(evaluate.values(snapshot, path, receiver))
        if value[0] in (INSTANCE, CLASS_OBJECT) and value[1][0] == CLASS
    }
    functions = {
        item.entity
        for item in evaluate.objects(snapshot, path, receiver)
        if item.entity[0] == FUNCTION
    }
    if not classes and not functions:
        return []
    if any(each[1].endswith(".pyi") and each[1].startswith("/") for each in classes):
        return []  # instances of builtins take no attributes
    related = {base for cls in classes for base in mro(snapshot, cls) if base[0] == CLASS}
    found: list[tuple[str, int]] = []
    tried = 0
    for where in syntax.nearest(path, snapshot.files_with(name), _FILES):
        if syntax.is_test(where) and not syntax.is_test(path):
            break  # tests come last, and set what the code itself does not know of
        facts = snapshot.facts(where)
        row_of_name = facts.name_id(name) if facts is not None else -1
        if facts is None or row_of_name < 0:
            continue
        table = facts.attribute_binding
        for row, bound in enumerate(table[f.ATTR_NAME]):
            if bound != row_of_name or table[f.ATTR_OWNER][row] >= 0 or tried >= _WRITES:
                continue
            tried += 1
            other = table[f.ATTR_RECEIVER][row]
            if _is_of(snapshot, where, other, related, functions):
                found.append((where, row))
        if len(found) >= 3:
            break
    return found


def _is_of(
    snapshot: Snapshot, path: str, expr: int, classes: set[Entity], functions: set[Entity]
) -> bool:
    if functions and any(
        item.entity in functions for item in evaluate.objects(snapshot, path, expr)
    ):
        return True
    return any(
        value[0] in (INSTANCE, CLASS_OBJECT) and value[1] in classes
        for value in by_types(snapshot, path, expr)
    )

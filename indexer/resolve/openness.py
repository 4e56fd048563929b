"""Open classes: those that may have members which their text does not show.

A base that is not here, ``__getattr__``, a metaclass or a decorator that adds names, attributes
that are set under computed names.
"""

from __future__ import annotations

from .. import facts as f
from . import evaluate
from .classes import class_member, metaclass, mro, own_member
from .entities import CLASS, FUNCTION
from .memo import remember
from .subjects import call_of
from .synthesized import decorators, last_name
from .types import CLASS_OBJECT, INSTANCE, named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity

# Decorators of classes that add nothing but what Python's data model names.
HARMLESS = frozenset(
    ["dataclass", "final", "total_ordering", "runtime_checkable", "unique", "define", "frozen",
     "attrs", "mutable", "deprecated", "dataclass_transform", "python_2_unicode_compatible",
     "deconstructible", "skip", "skipIf", "skipUnless", "override", "usefixtures", "parametrize"]
)  # fmt: skip
_RESTORING = frozenset(["__setstate__", "__copy__", "__deepcopy__", "copy", "__reduce__"])
# Functions that map a class to a table, or fill an object that they are given.
_MAPPERS = ("mapper", "map_imperatively", "parse_args", "parse_known_args")


def is_open_class(snapshot: Snapshot, entity: Entity) -> bool:
    """Whether a class, or a base of it, may have members that its text does not show."""
    key = ("open class", entity)
    return remember(
        snapshot,
        key,
        lambda: (
            any(_opens(snapshot, cls) for cls in mro(snapshot, entity))
            or _has_inventive_metaclass(snapshot, entity)
        ),
        True,
    )


def _opens(snapshot: Snapshot, cls: Entity) -> bool:
    if cls[0] != CLASS:
        return True
    facts = snapshot.facts(cls[1])
    if facts is None:
        return True
    for name in ("__getattr__", "__getattribute__"):
        if own_member(snapshot, cls, name) and not _is_object(snapshot, cls):
            return True
    return (
        _has_unclear_base(snapshot, cls, facts)
        or _is_decorated(snapshot, cls, facts)
        or _is_made_again(facts, cls[2])
        or (not cls[1].endswith(".pyi") and writes_its_names(facts, cls[2]))
        or cls in set_by_computed_names(snapshot)
        or cls in mapped_classes(snapshot)
        or _has_named_fields(snapshot, cls, facts)
    )


def _has_unclear_base(snapshot: Snapshot, cls: Entity, facts: FileFacts) -> bool:
    """Whether a base is made by a call, or is one class or another."""
    at = facts.definition[f.DEF_ARGUMENTS][cls[2]]
    (extra,) = facts.extra
    for index in range(at + 1, at + 1 + 3 * extra[at], 3) if at >= 0 else ():
        expr = extra[index + 2]
        if extra[index] == f.ARG_POSITIONAL and (
            facts.expr[f.EXPR_OP][expr] == f.CALL
            or len({item.entity for item in evaluate.objects(snapshot, cls[1], expr)}) > 1
        ):
            return True
    return False


def _is_made_again(facts: FileFacts, row: int) -> bool:
    """Whether a call makes what stands under a class's name: ``Box = Meta("Box", (Box,), {})``."""
    table = facts.definition
    return any(
        facts.binding[f.BIND_KIND][other] == f.ASSIGN
        and facts.binding[f.BIND_VALUE][other] >= 0
        and facts.expr[f.EXPR_OP][facts.binding[f.BIND_VALUE][other]] == f.CALL
        for other in facts.bindings_of(table[f.DEF_SCOPE][row], table[f.DEF_NAME][row])
    )


def set_by_computed_names(snapshot: Snapshot) -> frozenset[Entity]:
    """Classes that code of the workspace gives attributes by ``setattr`` with computed names."""

    def collected() -> frozenset[Entity]:
        found: set[Entity] = set()
        for path in snapshot.files_with("setattr"):
            if snapshot.interrupt is not None:
                snapshot.interrupt()  # in a large code base these are many
            found |= _set_in(snapshot, path)
        return frozenset(found)

    return remember(snapshot, ("computed names",), collected, frozenset["Entity"]())


def _set_in(snapshot: Snapshot, path: str) -> frozenset[Entity]:
    """Those that one file gives attributes; an edit of another changes nothing of it."""
    key = "computed names", path
    return remember(snapshot, key, lambda: _find_set_in(snapshot, path), frozenset["Entity"]())


def _find_set_in(snapshot: Snapshot, path: str) -> frozenset[Entity]:
    facts = snapshot.facts(path)
    if facts is None:
        return frozenset()
    found: set[Entity] = set()
    ops, _, _, rights = facts.expr
    (extra,) = facts.extra
    for role, position, function in facts.occurrences("setattr"):
        row = call_of(facts, function) if role & f.ROLE_MASK == f.CALLED else -1
        if row < 0 or extra[rights[row]] < 2 or _restores(facts, position):
            continue
        target, key = extra[rights[row] + 3], extra[rights[row] + 6]
        if ops[key] == f.STRING:
            continue
        for value in evaluate.values(snapshot, path, target):
            if value[0] in (INSTANCE, CLASS_OBJECT):
                found.add(value[1])
    return frozenset(found)


def _has_named_fields(snapshot: Snapshot, cls: Entity, facts: FileFacts) -> bool:
    """Whether an object in a class's body may add to the class as it learns its name there."""
    table = facts.binding
    scope = facts.definition[f.DEF_OWN_SCOPE][cls[2]]
    for row, where in enumerate(table[f.BIND_SCOPE]):
        value = table[f.BIND_VALUE][row]
        if where != scope or value < 0 or facts.expr[f.EXPR_OP][value] != f.CALL:
            continue
        for made in evaluate.values(snapshot, cls[1], facts.expr[f.EXPR_A][value]):
            if made[0] != CLASS_OBJECT or made[1][0] != CLASS:
                continue
            for item in class_member(snapshot, made[1], "__set_name__"):
                if item.entity[0] == FUNCTION and _adds_to_owner(snapshot, item.entity):
                    return True
    return False


def _adds_to_owner(snapshot: Snapshot, function: Entity) -> bool:
    facts = snapshot.need(function[1])
    start = facts.definition[f.DEF_START][function[2]]
    end = facts.definition[f.DEF_END][function[2]]
    return any(start <= at < end for _, at, _ in facts.occurrences("setattr"))


def mapped_classes(snapshot: Snapshot) -> frozenset[Entity]:
    """Classes that a call maps to tables or fills: columns, arguments of the command line."""

    def collected() -> frozenset[Entity]:
        found: set[Entity] = set()
        for name in _MAPPERS:
            for path in snapshot.files_with(name):
                if snapshot.interrupt is not None:
                    snapshot.interrupt()
                found |= _mapped_in(snapshot, path, name)
        return frozenset(found)

    return remember(snapshot, ("mapped classes",), collected, frozenset["Entity"]())


def _mapped_in(snapshot: Snapshot, path: str, name: str) -> frozenset[Entity]:
    """Those that one file gives to a function of a name."""
    key = "mapped", path, name
    return remember(
        snapshot, key, lambda: _find_mapped_in(snapshot, path, name), frozenset["Entity"]()
    )


def _find_mapped_in(snapshot: Snapshot, path: str, name: str) -> frozenset[Entity]:
    facts = snapshot.facts(path)
    if facts is None:
        return frozenset()
    (extra,) = facts.extra
    found: set[Entity] = set()
    for role, _, function in facts.occurrences(name):
        row = call_of(facts, function) if role & f.ROLE_MASK == f.CALLED else -1
        at = facts.expr[f.EXPR_B][row] if row >= 0 else -1
        if at >= 0 and extra[at]:
            for item in evaluate.objects(snapshot, path, extra[at + 3]):
                if item.entity[0] == CLASS:
                    found.add(item.entity)
            for index in range(at + 1, at + 1 + 3 * extra[at], 3):
                # `parse_args(namespace=Settings())`
                key = extra[index]
                if key < 0 or facts.names[key] != "namespace":
                    continue
                for value in evaluate.values(snapshot, path, extra[index + 2]):
                    if value[0] == INSTANCE and value[1][1][:1] != "/":
                        found.add(value[1])
    return frozenset(found)


def _is_object(snapshot: Snapshot, cls: Entity) -> bool:
    return cls == named(snapshot, "builtins", "object")


def _has_inventive_metaclass(snapshot: Snapshot, entity: Entity) -> bool:
    """Whether the class of a class is written in Python and takes part in making it."""
    meta = metaclass(snapshot, entity)
    if meta is None:
        return False
    for cls in mro(snapshot, meta):
        if cls[0] != CLASS:
            return True
        if cls[1].endswith(".pyi") and snapshot.index.layers.layer(cls[1]) == "stdlib":
            continue  # ABCMeta, EnumMeta, type
        if any(own_member(snapshot, cls, name) for name in ("__new__", "__init__", "__prepare__")):
            return True
    return False


def _is_decorated(snapshot: Snapshot, cls: Entity, facts: FileFacts) -> bool:
    """Whether a decorator may have added members, or have put something else in a class's place."""
    for expr in decorators(facts, cls[2]):
        target = facts.expr[f.EXPR_A][expr] if facts.expr[f.EXPR_OP][expr] == f.CALL else expr
        name = last_name(facts, target)
        if name in HARMLESS or "register" in name or cls[1].endswith(".pyi"):
            continue
        if not _gives_what_it_takes(snapshot, cls[1], target):
            return True
    return False


def _gives_what_it_takes(snapshot: Snapshot, path: str, expr: int) -> bool:
    """Whether a decorator is a function that returns its parameter and sets nothing on it."""
    found = evaluate.objects(snapshot, path, expr)
    for item in found:
        if item.entity[0] != FUNCTION:
            return False
        facts = snapshot.need(item.entity[1])
        start = facts.definition[f.DEF_START][item.entity[2]]
        end = facts.definition[f.DEF_END][item.entity[2]]
        if any(start <= at < end for _, at, _ in facts.occurrences("setattr")):
            return False
        if any(start <= at < end for at in facts.attribute_binding[f.ATTR_POS]):
            return False
    return bool(found)


def writes_its_names(facts: FileFacts, row: int) -> bool:
    """Whether the code of a class sets attributes by computed names, or fills its dictionary."""
    table = facts.definition
    scope = table[f.DEF_OWN_SCOPE][row]
    if facts.scope[f.SCOPE_FLAGS][scope] & f.SCOPE_USES_LOCALS:
        return True
    start, end = table[f.DEF_START][row], table[f.DEF_END][row]
    if _fills_its_variables(facts, start, end):
        return True
    for name in ("setattr", "__dict__", "__setattr__"):
        for role, position, ref in facts.occurrences(name):
            if not start <= position < end or role & f.ROLE_MASK == f.DEFINED:
                continue
            if _restores(facts, position):
                continue
            if name == "__dict__" and not _is_filled(facts, ref):
                continue
            if name == "setattr" and not _is_set_on_own(facts, ref):
                continue
            return True
    return False


def _fills_its_variables(facts: FileFacts, start: int, end: int) -> bool:
    """Whether code between two positions does ``vars(self).update(…)``, or the like."""
    ops, _, lefts, _ = facts.expr
    for role, position, function in facts.occurrences("vars"):
        if role & f.ROLE_MASK != f.CALLED or not start <= position < end:
            continue
        row = call_of(facts, function)
        if row >= 0 and (
            row in facts.item_binding[f.ITEM_CONTAINER]
            or any(op == f.ATTRIBUTE and lefts[each] == row for each, op in enumerate(ops))
        ):
            return True
    return False


def _restores(facts: FileFacts, position: int) -> bool:
    """Whether code gives an object back the attributes that it had: unpickling, copying."""
    table = facts.definition
    return any(
        facts.names[table[f.DEF_NAME][row]] in _RESTORING
        and start <= position < table[f.DEF_END][row]
        for row, start in enumerate(table[f.DEF_START])
    )


def _is_filled(facts: FileFacts, expr: int) -> bool:
    """Whether a dictionary is written into: ``x.__dict__.update(…)``, ``x.__dict__[…] = …``."""
    ops, _, lefts, rights = facts.expr
    if expr in facts.item_binding[f.ITEM_CONTAINER]:
        return True
    if expr < 0 or ops[expr] != f.ATTRIBUTE:
        return True
    (extra,) = facts.extra
    for row, op in enumerate(ops):
        if op == f.ATTRIBUTE and lefts[row] == expr:
            name = facts.names[rights[row]]
            return name in ("setdefault", "__setitem__") or (
                name == "update" and not _is_given_a_dictionary(facts, row)
            )
        if op == f.CALL and extra[rights[row]] == 1 and extra[rights[row] + 3] == expr:
            return False  # what is filled is another one, with what this one has
    position = facts.expr[f.EXPR_POS][expr]
    return position in facts.attribute_binding[f.ATTR_POS]


def _is_given_a_dictionary(facts: FileFacts, function: int) -> bool:
    """Whether a call's only argument is the dictionary of another object: of the same kind."""
    row = call_of(facts, function)
    if row < 0:
        return False
    ops, _, _, rights = facts.expr
    (extra,) = facts.extra
    given = extra[rights[row] + 3]
    return (
        extra[rights[row]] == 1
        and ops[given] == f.ATTRIBUTE
        and facts.names[rights[given]] == "__dict__"
    )


def _is_set_on_own(facts: FileFacts, function: int) -> bool:
    """Whether ``setattr`` is given an object by a plain name, and a name that is computed."""
    row = call_of(facts, function)
    ops, _, _, rights = facts.expr
    (extra,) = facts.extra
    return row < 0 or extra[rights[row]] < 2 or ops[extra[rights[row] + 3]] == f.NAME

"""Classes with dynamic attributes: members that their text does not show.

A base that is not here, ``__getattr__``, a metaclass or a decorator that adds names, attributes
that are set under computed names.
"""

from __future__ import annotations

from .. import facts as f
from ..facts_view import decorators
from ..plugins.registry import CLASS_DECORATORS, FILLERS
from . import expressions
from .access_paths import enclosing_call, last_name
from .classes import class_member, metaclass, mro, own_member
from .entities import CLASS, FUNCTION
from .query_cache import cached
from .standard_types import standard_class
from .types import CLASS_OBJECT, INSTANCE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .entities import Entity
    from .inference import Inference

# Decorators of classes that add nothing but what Python's data model names.
HARMLESS = CLASS_DECORATORS | frozenset(
    ["final", "total_ordering", "runtime_checkable", "deprecated", "dataclass_transform",
     "override"]
)  # fmt: skip
_RESTORING = frozenset(["__setstate__", "__copy__", "__deepcopy__", "copy", "__reduce__"])


def has_dynamic_attributes(inference: Inference, entity: Entity) -> bool:
    """True if a class, or a base of it, may have members that its text does not show."""
    key = ("open class", entity)
    return cached(
        inference,
        key,
        lambda: (
            any(_has_own_dynamic_attributes(inference, cls) for cls in mro(inference, entity))
            or _has_own_metaclass(inference, entity)
        ),
        True,
    )


def _has_own_dynamic_attributes(inference: Inference, cls: Entity) -> bool:
    if cls.kind != CLASS:
        return True
    facts = inference.facts(cls.path)
    if facts is None:
        return True
    for name in ("__getattr__", "__getattribute__"):
        if own_member(inference, cls, name) and not _is_object(inference, cls):
            return True
    return (
        _has_unclear_base(inference, cls, facts)
        or _is_decorated(inference, cls, facts)
        or _is_rebound_to_call(facts, cls.row)
        or (not cls.path.endswith(".pyi") and sets_computed_attributes(facts, cls.row))
        or cls in classes_with_computed_setattr(inference)
        or cls in mapped_classes(inference)
        or _has_naming_descriptors(inference, cls, facts)
    )


def _has_unclear_base(inference: Inference, cls: Entity, facts: FileFacts) -> bool:
    """True if a base is made by a call, or is one class or another."""
    at = facts.definition.arguments[cls.row]
    (extra,) = facts.extra
    for index in range(at + 1, at + 1 + 3 * extra[at], 3) if at >= 0 else ():
        expr = extra[index + 2]
        if extra[index] == f.ARG_POSITIONAL and (
            facts.expr.op[expr] == f.CALL
            or len({item.entity for item in expressions.definitions_of(inference, cls.path, expr)})
            > 1
        ):
            return True
    return False


def _is_rebound_to_call(facts: FileFacts, row: int) -> bool:
    """True if a call makes what stands under a class's name: ``Box = Meta("Box", (Box,), {})``."""
    table = facts.definition
    return any(
        facts.binding.kind[other] == f.ASSIGN
        and facts.binding.value[other] >= 0
        and facts.expr.op[facts.binding.value[other]] == f.CALL
        for other in facts.bindings_of(table.scope[row], table.name[row])
    )


def classes_with_computed_setattr(inference: Inference) -> frozenset[Entity]:
    """Classes that code of the workspace gives attributes by ``setattr`` with computed names."""

    def collected() -> frozenset[Entity]:
        found: set[Entity] = set()
        for path in inference.files_with("setattr"):
            if inference.snapshot.interrupt is not None:
                inference.snapshot.interrupt()  # in a large code base these are many
            found |= _classes_set_in(inference, path)
        return frozenset(found)

    return cached(inference, ("computed names",), collected, frozenset["Entity"]())


def _classes_set_in(inference: Inference, path: str) -> frozenset[Entity]:
    """Those that one file gives attributes; an edit of another changes nothing of it."""
    key = "computed names", path
    return cached(
        inference, key, lambda: _find_classes_set_in(inference, path), frozenset["Entity"]()
    )


def _find_classes_set_in(inference: Inference, path: str) -> frozenset[Entity]:
    facts = inference.facts(path)
    if facts is None:
        return frozenset()
    found: set[Entity] = set()
    ops, _, _, rights = facts.expr
    (extra,) = facts.extra
    for role, position, function in facts.occurrences("setattr"):
        row = enclosing_call(facts, function) if role & f.ROLE_MASK == f.CALLED else -1
        if row < 0 or extra[rights[row]] < 2 or _restores(facts, position):
            continue
        target, key = extra[rights[row] + 3], extra[rights[row] + 6]
        if ops[key] == f.STRING:
            continue
        for value in expressions.infer_type(inference, path, target):
            if value.form in (INSTANCE, CLASS_OBJECT):
                found.add(value.entity)
    return frozenset(found)


def _has_naming_descriptors(inference: Inference, cls: Entity, facts: FileFacts) -> bool:
    """True if an object in a class's body may add to the class as it learns its name there."""
    table = facts.binding
    scope = facts.definition.own_scope[cls.row]
    for row, where in enumerate(table.scope):
        value = table.value[row]
        if where != scope or value < 0 or facts.expr.op[value] != f.CALL:
            continue
        for cls_value in expressions.infer_type(inference, cls.path, facts.expr.a[value]):
            if cls_value.form != CLASS_OBJECT or cls_value.entity.kind != CLASS:
                continue
            for item in class_member(inference, cls_value.entity, "__set_name__"):
                if item.entity.kind == FUNCTION and _adds_to_owner(inference, item.entity):
                    return True
    return False


def _adds_to_owner(inference: Inference, function: Entity) -> bool:
    facts = inference.need(function.path)
    start = facts.definition.start[function.row]
    end = facts.definition.end[function.row]
    return any(start <= at < end for _, at, _ in facts.occurrences("setattr"))


def mapped_classes(inference: Inference) -> frozenset[Entity]:
    """Classes that a call maps to tables or fills: columns, arguments of the command line."""

    def collected() -> frozenset[Entity]:
        found: set[Entity] = set()
        for name in FILLERS:
            for path in inference.files_with(name):
                if inference.snapshot.interrupt is not None:
                    inference.snapshot.interrupt()
                found |= _mapped_in(inference, path, name)
        return frozenset(found)

    return cached(inference, ("mapped classes",), collected, frozenset["Entity"]())


def _mapped_in(inference: Inference, path: str, name: str) -> frozenset[Entity]:
    """Those that one file gives to a function of a name."""
    key = "mapped", path, name
    return cached(
        inference, key, lambda: _find_mapped_in(inference, path, name), frozenset["Entity"]()
    )


def _find_mapped_in(inference: Inference, path: str, name: str) -> frozenset[Entity]:
    facts = inference.facts(path)
    if facts is None:
        return frozenset()
    (extra,) = facts.extra
    found: set[Entity] = set()
    for role, _, function in facts.occurrences(name):
        row = enclosing_call(facts, function) if role & f.ROLE_MASK == f.CALLED else -1
        at = facts.expr.b[row] if row >= 0 else -1
        if at >= 0 and extra[at]:
            for item in expressions.definitions_of(inference, path, extra[at + 3]):
                if item.entity.kind == CLASS:
                    found.add(item.entity)
            for index in range(at + 1, at + 1 + 3 * extra[at], 3):
                # `parse_args(namespace=Settings())`
                key = extra[index]
                if key < 0 or facts.names[key] != "namespace":
                    continue
                for value in expressions.infer_type(inference, path, extra[index + 2]):
                    if value.form == INSTANCE and value.entity.path[:1] != "/":
                        found.add(value.entity)
    return frozenset(found)


def _is_object(inference: Inference, cls: Entity) -> bool:
    return cls == standard_class(inference, "builtins", "object")


def _has_own_metaclass(inference: Inference, entity: Entity) -> bool:
    """True if the class of a class is written in Python and takes part in making it."""
    meta = metaclass(inference, entity)
    if meta is None:
        return False
    for cls in mro(inference, meta):
        if cls.kind != CLASS:
            return True
        if (
            cls.path.endswith(".pyi")
            and inference.snapshot.index.layers.layer(cls.path) == "stdlib"
        ):
            continue  # ABCMeta, EnumMeta, type
        if any(own_member(inference, cls, name) for name in ("__new__", "__init__", "__prepare__")):
            return True
    return False


def _is_decorated(inference: Inference, cls: Entity, facts: FileFacts) -> bool:
    """True if a decorator may have added members, or have put something else in a class's place."""
    for expr in decorators(facts, cls.row):
        target = facts.expr.a[expr] if facts.expr.op[expr] == f.CALL else expr
        name = last_name(facts, target)
        if name in HARMLESS or "register" in name or cls.path.endswith(".pyi"):
            continue
        if not _returns_its_parameter(inference, cls.path, target):
            return True
    return False


def _returns_its_parameter(inference: Inference, path: str, expr: int) -> bool:
    """True if a decorator is a function that returns its parameter and sets nothing on it."""
    found = expressions.definitions_of(inference, path, expr)
    for item in found:
        if item.entity.kind != FUNCTION:
            return False
        facts = inference.need(item.entity.path)
        start = facts.definition.start[item.entity.row]
        end = facts.definition.end[item.entity.row]
        if any(start <= at < end for _, at, _ in facts.occurrences("setattr")):
            return False
        if any(start <= at < end for at in facts.attribute_binding.position):
            return False
    return bool(found)


def sets_computed_attributes(facts: FileFacts, row: int) -> bool:
    """True if the code of a class sets attributes by computed names, or fills its dictionary."""
    table = facts.definition
    scope = table.own_scope[row]
    if facts.scope.flags[scope] & f.SCOPE_USES_LOCALS:
        return True
    start, end = table.start[row], table.end[row]
    if _updates_vars(facts, start, end):
        return True
    for name in ("setattr", "__dict__", "__setattr__"):
        for role, position, ref in facts.occurrences(name):
            if not start <= position < end or role & f.ROLE_MASK == f.DEFINED:
                continue
            if _restores(facts, position):
                continue
            if name == "__dict__" and not _is_written_into(facts, ref):
                continue
            if name == "setattr" and not _is_set_on_own(facts, ref):
                continue
            return True
    return False


def _updates_vars(facts: FileFacts, start: int, end: int) -> bool:
    """True if code between two positions does ``vars(self).update(…)``, or the like."""
    ops, _, lefts, _ = facts.expr
    for role, position, function in facts.occurrences("vars"):
        if role & f.ROLE_MASK != f.CALLED or not start <= position < end:
            continue
        row = enclosing_call(facts, function)
        if row >= 0 and (
            row in facts.item_binding.container
            or any(op == f.ATTRIBUTE and lefts[each] == row for each, op in enumerate(ops))
        ):
            return True
    return False


def _restores(facts: FileFacts, position: int) -> bool:
    """True if code gives an object back the attributes that it had: unpickling, copying."""
    table = facts.definition
    return any(
        facts.names[table.name[row]] in _RESTORING and start <= position < table.end[row]
        for row, start in enumerate(table.start)
    )


def _is_written_into(facts: FileFacts, expr: int) -> bool:
    """True if a dictionary is written into: ``x.__dict__.update(…)``, ``x.__dict__[…] = …``."""
    ops, _, lefts, rights = facts.expr
    if expr in facts.item_binding.container:
        return True
    if expr < 0 or ops[expr] != f.ATTRIBUTE:
        return True
    (extra,) = facts.extra
    for row, op in enumerate(ops):
        if op == f.ATTRIBUTE and lefts[row] == expr:
            name = facts.names[rights[row]]
            return name in ("setdefault", "__setitem__") or (
                name == "update" and not _copies_dictionary(facts, row)
            )
        if op == f.CALL and extra[rights[row]] == 1 and extra[rights[row] + 3] == expr:
            return False  # what is filled is another one, with what this one has
    position = facts.expr.position[expr]
    return position in facts.attribute_binding.position


def _copies_dictionary(facts: FileFacts, function: int) -> bool:
    """True if a call's only argument is the dictionary of another object: of the same kind."""
    row = enclosing_call(facts, function)
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
    """True if ``setattr`` is given an object by a plain name, and a name that is computed."""
    row = enclosing_call(facts, function)
    ops, _, _, rights = facts.expr
    (extra,) = facts.extra
    return row < 0 or extra[rights[row]] < 2 or ops[extra[rights[row] + 3]] == f.NAME

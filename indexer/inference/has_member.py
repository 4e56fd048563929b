"""Presence of members: a value has one, has none, or nobody can say.

Only what shows all of its members can be without one. A base that is not here, ``__getattr__``, a
metaclass that adds names, a decorator that may: each makes a class *open*, and of an open class
nothing is ever said to be missing.
"""

from __future__ import annotations

from .. import facts as f
from ..paths import is_outside
from ..plugins.registry import DYNAMIC_CLASSES, GENERATED_MEMBERS
from .classes import class_member, is_protocol, metaclass, mro, own_member, subclasses
from .dynamic_attributes import has_dynamic_attributes
from .entities import CLASS, FUNCTION, NAMESPACE, OUTSIDE, VARIABLE, Entity, name_of
from .lazy_modules import has_dynamic_members as is_open_module
from .names import module_attribute
from .standard_types import standard_class
from .stub_mapping import source_entity, source_path
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NONE,
    SUPER,
    Value,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference

PRESENT, ABSENT, UNSURE = range(3)

# Members that class decorators such as `total_ordering` make.
_GENERATED = GENERATED_MEMBERS | frozenset(
    ["__lt__", "__le__", "__gt__", "__ge__", "__match_args__", "__slots__", "__getstate__",
     "__setstate__", "__replace__"]
)  # fmt: skip

# Installed classes whose instances may have any attribute.
_ANYTHING = DYNAMIC_CLASSES | frozenset(["object", "type", "ModuleType", "SimpleNamespace", "Any"])
# What `sys` has in some interpreters and programs, and stubs leave out.
_UNDOCUMENTED = frozenset(["pypy_version_info", "_MEIPASS", "frozen", "gettotalrefcount"])


def has_member(inference: Inference, value: Value, name: str) -> int:
    """Return whether a value has an attribute: PRESENT, ABSENT, or UNSURE."""
    form, entity, args, _ = value
    if form == NONE:
        nothing = standard_class(inference, "types", "NoneType")
        if nothing is None:
            return UNSURE
        return _of_class(inference, nothing, name)
    if form == MODULE_OBJECT:
        return module_has_member(inference, entity, name)
    if form == INSTANCE:
        if entity.kind == CLASS and _has_any_member(inference, entity):
            return UNSURE
        return _of_class(inference, entity, name)
    if form == CLASS_OBJECT:
        return _of_class_object(inference, entity, name)
    if form == SUPER:
        if not args or not args[0]:
            return UNSURE
        return _of_super(inference, args[0][0][1], entity, name)
    if form == FUNCTION_OBJECT:
        return _of_function(inference, entity, name)
    return PRESENT if form == CALLABLE and name == "__call__" else UNSURE


def module_has_member(inference: Inference, module: Entity, name: str) -> int:
    """Return whether a module or package has a name, be it a module inside it."""
    if module.kind == OUTSIDE:
        return UNSURE
    if module_attribute(inference, module, name):
        return PRESENT
    if module.kind == NAMESPACE:
        return UNSURE
    if is_open_module(inference, module.path) or _is_bound_elsewhere(inference, module.path, name):
        return UNSURE
    kind = standard_class(inference, "types", "ModuleType")
    if kind is None:
        return UNSURE
    if class_member(inference, kind, name):
        # ModuleType's own `__getattr__` stands for what stubs do not know.
        return PRESENT
    if _member_of_object(inference, name) or name in ("__path__", "__builtins__", "__cached__"):
        return PRESENT
    if name in _UNDOCUMENTED and module.path.endswith("/sys/__init__.pyi"):
        return UNSURE
    return ABSENT


def _is_bound_elsewhere(inference: Inference, path: str, name: str) -> bool:
    """True if the text of a module binds a name for other versions or platforms than this one."""
    digest = inference.snapshot.digest(path)
    all_facts = inference.snapshot.index.library.get(digest) if digest else None
    if all_facts is None:
        return False
    row = all_facts.name_id(name)
    return row >= 0 and bool(all_facts.bindings_of(0, row))


def _has_any_member(inference: Inference, entity: Entity) -> bool:
    """True if an instance of a class may have any members: those of a metaclass are classes."""
    if entity.is_outside and name_of(inference, entity) in _ANYTHING:
        return True
    return standard_class(inference, "builtins", "type") in mro(inference, entity)


def _member_of_object(inference: Inference, name: str) -> bool:
    base = standard_class(inference, "builtins", "object")
    return base is not None and bool(own_member(inference, base, name))


def _of_class(inference: Inference, entity: Entity, name: str) -> int:
    """Return whether instances of a class have an attribute."""
    if entity.kind not in (CLASS, VARIABLE):
        return UNSURE
    if any(item.entity.kind != OUTSIDE for item in class_member(inference, entity, name)):
        return PRESENT
    if _member_of_object(inference, name):
        return PRESENT
    if entity.kind == VARIABLE or has_dynamic_attributes(inference, entity):
        return UNSURE
    if any(_binds_elsewhere(inference, cls, name) for cls in mro(inference, entity)):
        return UNSURE
    if any(_has_private(inference, cls, name) for cls in mro(inference, entity)):
        return PRESENT
    if name in _GENERATED and _has_decorators(inference, entity):
        return UNSURE  # `total_ordering`, `dataclass(order=True)`
    if any(_has_slot_or_source(inference, cls, name) for cls in mro(inference, entity)):
        return UNSURE
    return UNSURE if _subclass_has(inference, entity, name) else ABSENT


def _has_private(inference: Inference, cls: Entity, name: str) -> bool:
    """True if a name is what Python makes of a private one of a class: ``_Box__size``."""
    if cls.kind != CLASS or name[:1] != "_":
        return False
    prefix = "_" + name_of(inference, cls).lstrip("_")
    if not name.startswith(prefix + "__"):
        return False
    # Stubs leave them out.
    return cls.path.endswith(".pyi") or bool(own_member(inference, cls, name.removeprefix(prefix)))


def _has_decorators(inference: Inference, entity: Entity) -> bool:
    """True if a class or a base of it is decorated, which may give it what Python's syntax uses."""
    return any(
        inference.need(cls.path).definition.decorators[cls.row] >= 0
        for cls in mro(inference, entity)
        if cls.kind == CLASS
    )


def _has_slot_or_source(inference: Inference, cls: Entity, name: str) -> bool:
    """True if a class has a slot of a name, or its source a member that its stub leaves out."""
    facts = inference.facts(cls.path) if cls.kind == CLASS else None
    if facts is None:
        return False
    if not cls.path.endswith(".pyi"):
        return _has_slot(facts, cls.row, name)
    if inference.snapshot.index.layers.layer(inference.snapshot.absolute(cls.path)) == "stdlib":
        return False  # Its stubs are complete, and sources are those of one version.
    source = source_entity(inference, cls)
    if source is None or source.kind != CLASS:
        return source_path(inference, cls.path) is not None  # it is made there, who knows how
    return has_member(inference, Value(INSTANCE, source, (), 1), name) != ABSENT


def _has_slot(facts: FileFacts, row: int, name: str) -> bool:
    """True if ``__slots__`` of a class lists a name, or is computed."""
    slots = facts.name_id("__slots__")
    if slots < 0:
        return False
    ops, _, lefts, _ = facts.expr
    (extra,) = facts.extra
    for binding in facts.bindings_of(facts.definition.own_scope[row], slots):
        value = facts.binding.value[binding]
        if value < 0 or ops[value] not in (f.STRING, f.TUPLE, f.LIST, f.SET, f.DICT):
            return True
        parts = [value]
        if ops[value] != f.STRING:
            at = lefts[value]
            parts = list(extra[at + 1 : at + 1 + extra[at]])
        for part in parts[:: 2 if ops[value] == f.DICT else 1]:
            if ops[part] != f.STRING or lefts[part] < 0 or facts.strings[lefts[part]] == name:
                return True
    return False


def _of_class_object(inference: Inference, entity: Entity, name: str) -> int:
    found = _of_class(inference, entity, name)
    if found != ABSENT:
        return found
    meta = metaclass(inference, entity)
    if meta is None:
        abstract = any(is_protocol(inference, cls) for cls in mro(inference, entity))
        meta = (
            standard_class(inference, "abc", "ABCMeta")
            if abstract
            else standard_class(inference, "builtins", "type")
        )
    return UNSURE if meta is None else _of_class(inference, meta, name)


def _of_super(inference: Inference, start: Entity, after: Entity, name: str) -> int:
    found = class_member(inference, start, name, after=after)
    if any(item.entity.kind != OUTSIDE for item in found) or _member_of_object(inference, name):
        return PRESENT
    # In a mixin, `super()` is whatever stands behind it in a class derived from both.
    return (
        UNSURE
        if has_dynamic_attributes(inference, start) or subclasses(inference, start)
        else ABSENT
    )


def _of_function(inference: Inference, function: Entity, name: str) -> int:
    if function.kind != FUNCTION:
        return UNSURE
    facts = inference.need(function.path)
    if facts.definition.decorators[function.row] >= 0:
        return UNSURE
    for kind in ("FunctionType", "MethodType"):
        entity = standard_class(inference, "types", kind)
        if entity is None or class_member(inference, entity, name):
            return UNSURE if entity is None else PRESENT
    return PRESENT if _member_of_object(inference, name) else ABSENT


def _binds_elsewhere(inference: Inference, cls: Entity, name: str) -> bool:
    """True if a class binds a name for other versions or platforms than this one."""
    if cls.kind != CLASS or not cls.is_outside:
        return False
    digest = inference.snapshot.digest(cls.path)
    all_facts = inference.snapshot.index.library.get(digest) if digest else None
    row = all_facts.name_id(name) if all_facts is not None else -1
    if all_facts is None or row < 0:
        return False
    scope = all_facts.definition.own_scope[cls.row]
    return bool(all_facts.bindings_of(scope, row))


def _subclass_has(inference: Inference, entity: Entity, name: str) -> bool:
    """True if a class derived from this one has the member, so that an instance of it may."""
    return _derived_has(inference, entity, name, set()) or _neighbour_has(inference, entity, name)


def _neighbour_has(inference: Inference, entity: Entity, name: str) -> bool:
    """True if a class of the same file outside of the workspace is derived and has the member."""
    _, path, row = entity
    if not is_outside(path):
        return False
    facts = inference.need(path)
    return any(
        kind == f.CLASS
        and other != row
        and own_member(inference, Entity(CLASS, path, other), name)
        and entity in mro(inference, Entity(CLASS, path, other))
        for other, kind in enumerate(facts.definition.kind)
    )


def _derived_has(inference: Inference, entity: Entity, name: str, seen: set[Entity]) -> bool:
    for cls in subclasses(inference, entity):
        if cls in seen or len(seen) > 200:
            continue
        seen.add(cls)
        # Wherever it stands: a base beside this one may come before it.
        if any(item.entity.kind != OUTSIDE for item in class_member(inference, cls, name)):
            return True
        # Of what is installed there are many, of which few are meant.
        if not entity.is_outside and has_dynamic_attributes(inference, cls):
            return True
        if _derived_has(inference, cls, name, seen):
            return True
    return False

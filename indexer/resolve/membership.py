"""Whether a value has a member: yes, no, or nobody can say.

Only what shows all of its members can be without one. A base that is not here, ``__getattr__``, a
metaclass that adds names, a decorator that may: each makes a class *open*, and of an open class
nothing is ever said to be missing.
"""

from __future__ import annotations

from .. import facts as f
from .classes import class_member, is_protocol, metaclass, mro, own_member, subclasses
from .entities import CLASS, FUNCTION, NAMESPACE, OUTSIDE, VARIABLE, name_of
from .lazy import is_open as is_open_module
from .names import member_of
from .openness import is_open_class
from .sources import source_entity, source_path
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NONE,
    SUPER,
    named,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity
    from .types import Value

PRESENT, ABSENT, UNSURE = range(3)

# What decorators such as `total_ordering` and `dataclass` give a class.
_MADE = frozenset(
    ["__lt__", "__le__", "__gt__", "__ge__", "__dataclass_fields__", "__dataclass_params__",
     "__attrs_attrs__", "__match_args__", "__slots__", "__getstate__", "__setstate__",
     "__replace__"]
)  # fmt: skip

# Classes whose instances stand for anything.
_ANYTHING = frozenset(["object", "type", "ModuleType", "SimpleNamespace", "Namespace", "Any"])
# What `sys` has in some interpreters and programs, and stubs leave out.
_UNDOCUMENTED = frozenset(["pypy_version_info", "_MEIPASS", "frozen", "gettotalrefcount"])


def membership(snapshot: Snapshot, value: Value, name: str) -> int:
    """Whether a value has an attribute: PRESENT, ABSENT, or UNSURE."""
    form, entity, args, _ = value
    if form == NONE:
        nothing = named(snapshot, "types", "NoneType")
        if nothing is None:
            return UNSURE
        return _of_class(snapshot, nothing, name)
    if form == MODULE_OBJECT:
        return of_module(snapshot, entity, name)
    if form == INSTANCE:
        if entity[0] == CLASS and _stands_for_anything(snapshot, entity):
            return UNSURE
        return _of_class(snapshot, entity, name)
    if form == CLASS_OBJECT:
        return _of_class_object(snapshot, entity, name)
    if form == SUPER:
        if not args or not args[0]:
            return UNSURE
        return _of_super(snapshot, args[0][0][1], entity, name)
    if form == FUNCTION_OBJECT:
        return _of_function(snapshot, entity, name)
    return PRESENT if form == CALLABLE and name == "__call__" else UNSURE


def of_module(snapshot: Snapshot, module: Entity, name: str) -> int:
    """Whether a module or package has a name, be it a module inside it."""
    if module[0] == OUTSIDE:
        return UNSURE
    if member_of(snapshot, module, name):
        return PRESENT
    if module[0] == NAMESPACE:
        return UNSURE
    if is_open_module(snapshot, module[1]) or _is_written_for_others(snapshot, module[1], name):
        return UNSURE
    kind = named(snapshot, "types", "ModuleType")
    if kind is None:
        return UNSURE
    if class_member(snapshot, kind, name):
        # ModuleType's own `__getattr__` stands for what stubs do not know.
        return PRESENT
    if _member_of_object(snapshot, name) or name in ("__path__", "__builtins__", "__cached__"):
        return PRESENT
    if name in _UNDOCUMENTED and module[1].endswith("/sys/__init__.pyi"):
        return UNSURE
    return ABSENT


def _is_written_for_others(snapshot: Snapshot, path: str, name: str) -> bool:
    """Whether the text of a module binds a name for other versions or platforms than this one."""
    digest = snapshot.digest(path)
    whole = snapshot.index.library.get(digest) if digest else None
    if whole is None:
        return False
    row = whole.name_id(name)
    return row >= 0 and bool(whole.bindings_of(0, row))


def _stands_for_anything(snapshot: Snapshot, entity: Entity) -> bool:
    """Whether an instance of a class may have any members: those of a metaclass are classes."""
    if entity[1].startswith("/") and name_of(snapshot, entity) in _ANYTHING:
        return True
    return named(snapshot, "builtins", "type") in mro(snapshot, entity)


def _member_of_object(snapshot: Snapshot, name: str) -> bool:
    base = named(snapshot, "builtins", "object")
    return base is not None and bool(own_member(snapshot, base, name))


def _of_class(snapshot: Snapshot, entity: Entity, name: str) -> int:
    """Whether instances of a class have an attribute."""
    if entity[0] not in (CLASS, VARIABLE):
        return UNSURE
    if any(item.entity[0] != OUTSIDE for item in class_member(snapshot, entity, name)):
        return PRESENT
    if _member_of_object(snapshot, name):
        return PRESENT
    if entity[0] == VARIABLE or is_open_class(snapshot, entity):
        return UNSURE
    if any(_binds_elsewhere(snapshot, cls, name) for cls in mro(snapshot, entity)):
        return UNSURE
    if any(_has_private(snapshot, cls, name) for cls in mro(snapshot, entity)):
        return PRESENT
    if name in _MADE and _has_decorators(snapshot, entity):
        return UNSURE  # `total_ordering`, `dataclass(order=True)`
    if any(_shows_elsewhere(snapshot, cls, name) for cls in mro(snapshot, entity)):
        return UNSURE
    return UNSURE if _below(snapshot, entity, name) else ABSENT


def _has_private(snapshot: Snapshot, cls: Entity, name: str) -> bool:
    """Whether a name is what Python makes of a private one of a class: ``_Box__size``."""
    if cls[0] != CLASS or name[:1] != "_":
        return False
    prefix = "_" + name_of(snapshot, cls).lstrip("_")
    if not name.startswith(prefix + "__"):
        return False
    # Stubs leave them out.
    return cls[1].endswith(".pyi") or bool(own_member(snapshot, cls, name.removeprefix(prefix)))


def _has_decorators(snapshot: Snapshot, entity: Entity) -> bool:
    """Whether a class or a base of it is decorated, which may give it what Python's syntax uses."""
    return any(
        snapshot.need(cls[1]).definition[f.DEF_DECORATORS][cls[2]] >= 0
        for cls in mro(snapshot, entity)
        if cls[0] == CLASS
    )


def _shows_elsewhere(snapshot: Snapshot, cls: Entity, name: str) -> bool:
    """Whether a class has a slot of a name, or its source a member that its stub leaves out."""
    facts = snapshot.facts(cls[1]) if cls[0] == CLASS else None
    if facts is None:
        return False
    if not cls[1].endswith(".pyi"):
        return _has_slot(facts, cls[2], name)
    if snapshot.index.layers.layer(snapshot.absolute(cls[1])) == "stdlib":
        return False  # Its stubs are complete, and sources are those of one version.
    source = source_entity(snapshot, cls)
    if source is None or source[0] != CLASS:
        return source_path(snapshot, cls[1]) is not None  # it is made there, who knows how
    return membership(snapshot, (INSTANCE, source, (), 1), name) != ABSENT


def _has_slot(facts: FileFacts, row: int, name: str) -> bool:
    """Whether ``__slots__`` of a class lists a name, or is computed."""
    slots = facts.name_id("__slots__")
    if slots < 0:
        return False
    ops, _, lefts, _ = facts.expr
    (extra,) = facts.extra
    for binding in facts.bindings_of(facts.definition[f.DEF_OWN_SCOPE][row], slots):
        value = facts.binding[f.BIND_VALUE][binding]
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


def _of_class_object(snapshot: Snapshot, entity: Entity, name: str) -> int:
    found = _of_class(snapshot, entity, name)
    if found != ABSENT:
        return found
    meta = metaclass(snapshot, entity)
    if meta is None:
        abstract = any(is_protocol(snapshot, cls) for cls in mro(snapshot, entity))
        meta = (
            named(snapshot, "abc", "ABCMeta") if abstract else named(snapshot, "builtins", "type")
        )
    return UNSURE if meta is None else _of_class(snapshot, meta, name)


def _of_super(snapshot: Snapshot, start: Entity, after: Entity, name: str) -> int:
    found = class_member(snapshot, start, name, after=after)
    if any(item.entity[0] != OUTSIDE for item in found) or _member_of_object(snapshot, name):
        return PRESENT
    # In a mixin, `super()` is whatever stands behind it in a class derived from both.
    return UNSURE if is_open_class(snapshot, start) or subclasses(snapshot, start) else ABSENT


def _of_function(snapshot: Snapshot, function: Entity, name: str) -> int:
    if function[0] != FUNCTION:
        return UNSURE
    facts = snapshot.need(function[1])
    if facts.definition[f.DEF_DECORATORS][function[2]] >= 0:
        return UNSURE
    for kind in ("FunctionType", "MethodType"):
        entity = named(snapshot, "types", kind)
        if entity is None or class_member(snapshot, entity, name):
            return UNSURE if entity is None else PRESENT
    return PRESENT if _member_of_object(snapshot, name) else ABSENT


def _binds_elsewhere(snapshot: Snapshot, cls: Entity, name: str) -> bool:
    """Whether a class binds a name for other versions or platforms than this one."""
    if cls[0] != CLASS or not cls[1].startswith("/"):
        return False
    digest = snapshot.digest(cls[1])
    whole = snapshot.index.library.get(digest) if digest else None
    row = whole.name_id(name) if whole is not None else -1
    if whole is None or row < 0:
        return False
    scope = whole.definition[f.DEF_OWN_SCOPE][cls[2]]
    return bool(whole.bindings_of(scope, row))


def _below(snapshot: Snapshot, entity: Entity, name: str) -> bool:
    """Whether a class derived from this one has the member, so that an instance of it may."""
    return _derived_has(snapshot, entity, name, set()) or _beside(snapshot, entity, name)


def _beside(snapshot: Snapshot, entity: Entity, name: str) -> bool:
    """Whether a class of the same file outside of the workspace is derived and has the member."""
    _, path, row = entity
    if not path.startswith("/"):
        return False
    facts = snapshot.need(path)
    return any(
        kind == f.CLASS
        and other != row
        and own_member(snapshot, (CLASS, path, other), name)
        and entity in mro(snapshot, (CLASS, path, other))
        for other, kind in enumerate(facts.definition[f.DEF_KIND])
    )


def _derived_has(snapshot: Snapshot, entity: Entity, name: str, seen: set[Entity]) -> bool:
    for cls in subclasses(snapshot, entity):
        if cls in seen or len(seen) > 200:
            continue
        seen.add(cls)
        # Wherever it stands: a base beside this one may come before it.
        if any(item.entity[0] != OUTSIDE for item in class_member(snapshot, cls, name)):
            return True
        # Of what is installed there are many, of which few are meant.
        if not entity[1].startswith("/") and is_open_class(snapshot, cls):
            return True
        if _derived_has(snapshot, cls, name, seen):
            return True
    return False

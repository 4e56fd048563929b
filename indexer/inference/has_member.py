"""Presence of members: whether a value has an attribute, has none, or this is not known.

Only a class that shows all of its members can lack one. An unresolved base, ``__getattr__``, a
metaclass or a decorator that may add members makes a class's attributes dynamic, and then no
attribute is ever reported as absent.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..platform_conditions import holding, is_conditional
from ..plugins.registry import DYNAMIC_CLASSES, GENERATED_MEMBERS
from .attribute_owners import is_kept_by
from .classes import class_member, is_protocol, metaclass, mro, own_member, subclasses
from .dynamic_attributes import has_dynamic_attributes, names_of_getters
from .entities import (
    ATTRIBUTE,
    CLASS,
    EXACT,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    VARIABLE,
    Entity,
    name_of,
)
from .exhaustive import all_subclasses
from .exports import is_imported_for_itself
from .lazy_modules import has_dynamic_members, names_of_getter
from .modules import imported_module
from .names import module_attribute, module_member
from .slots import refuses, slots_name, written_slots
from .standard_types import standard_class
from .stub_mapping import source_entity, source_path
from .synthesized import is_typed_dict, tuple_fields
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
# Star imports that are followed to each other.
_STARS = 3
# Attributes that `sys` has in some interpreters and programs, and that stubs omit.
_UNDOCUMENTED = frozenset(["pypy_version_info", "_MEIPASS", "frozen", "gettotalrefcount"])


# What stubs leave out of builtin classes.
_LEFT_OUT = {"super": ("__self__", "__self_class__", "__thisclass__")}


def has_member(inference: Inference, value: Value, name: str, *, exact: bool = False) -> int:
    """Return whether a value has an attribute: PRESENT, ABSENT, or UNSURE.

    ``exact`` says that the value is a class, or an instance of it, and of none derived from it.
    """
    form, entity = value.head
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
        return _of_class(inference, entity, name, exact=exact)
    if form == CLASS_OBJECT:
        return _of_class_object(inference, entity, name, exact)
    if form == SUPER:
        if not value.args or not value.args[0]:
            return UNSURE
        return _of_super(inference, value.args[0][0].entity, entity, name)
    if form == FUNCTION_OBJECT:
        return _of_function(inference, entity, name)
    return PRESENT if form == CALLABLE and name == "__call__" else UNSURE


def module_has_member(inference: Inference, module: Entity, name: str) -> int:
    """Return whether a module or package has an attribute or a submodule of a name."""
    if module.kind == OUTSIDE:
        return UNSURE
    if module_attribute(inference, module, name):
        return PRESENT
    if module.kind == NAMESPACE or name in (names_of_getter(inference, module.path) or ()):
        return UNSURE
    if has_dynamic_members(inference, module.path) or _is_bound_elsewhere(
        inference, module.path, name
    ):
        return UNSURE
    if _has_dynamic_source(inference, module.path):
        return UNSURE
    kind = standard_class(inference, "types", "ModuleType")
    if kind is None:
        return UNSURE
    if class_member(inference, kind, name):
        # ModuleType's own `__getattr__` in stubs is no reason for being unsure.
        return PRESENT
    if _member_of_object(inference, name) or name in ("__path__", "__builtins__", "__cached__"):
        return PRESENT
    if name in _UNDOCUMENTED and module.path.endswith("/sys/__init__.pyi"):
        return UNSURE
    if _omits(inference, module.path, name) or _is_of_compiled_module(inference, module.path):
        return UNSURE
    return ABSENT


def _omits(inference: Inference, path: str, name: str) -> bool:
    """True if a file is a stub that may leave out a name: a private one, unless its source tells.

    ``mailbox._lock_file``, ``mbox()._file``. Builtins are written in C, and have none.
    """
    if not name.startswith("_") or name.endswith("__") or not path.endswith(".pyi"):
        return False
    source = source_path(inference, path)
    if source is not None:
        facts = inference.facts(source)
        return facts is None or facts.name_id(name) >= 0
    return not path.endswith(_WITHOUT_PRIVATE_NAMES)


# Stubs of modules whose classes have no private names, or none that code relies on.
_WITHOUT_PRIVATE_NAMES = ("/builtins.pyi", "/typing.pyi", "/abc.pyi", "/enum.pyi")


def _has_dynamic_source(inference: Inference, path: str) -> bool:
    """True if a stub describes a module that binds names at run time: ``install(globals())``."""
    source = source_path(inference, path) if path.endswith(".pyi") else None
    if (
        source is None
        or inference.snapshot.index.search_path.layer(inference.snapshot.absolute(path)) == "stdlib"
    ):
        return False  # the standard library's stubs are compared with the modules by their authors
    return has_dynamic_members(inference, source)


def _is_of_compiled_module(inference: Inference, path: str) -> bool:
    """True if a stub is all that there is to read of a module: it may leave anything out.

    The standard library's stubs are compared with the modules themselves by their authors.
    """
    return (
        path.endswith(".pyi")
        and inference.snapshot.index.search_path.layer(inference.snapshot.absolute(path))
        != "stdlib"
        and source_path(inference, path) is None
    )


def _is_bound_elsewhere(inference: Inference, path: str, name: str, depth: int = _STARS) -> bool:
    """True if a module binds a name for other versions or platforms than this one."""
    for facts in _facts_elsewhere(inference, path):
        if _binds(facts, 0, name) and not _imports_for_itself(facts, path, name):
            return True
        for row, imported in enumerate(facts.imports.name):
            if imported == f.STAR and depth:
                spelled = facts.names[facts.imports.module[row]]
                module = imported_module(inference, path, spelled)
                if (
                    module.kind == MODULE
                    and module.path != path
                    and _is_bound_elsewhere(inference, module.path, name, depth - 1)
                ):
                    return True
    return False


def _imports_for_itself(facts: FileFacts, path: str, name: str) -> bool:
    return path.endswith(".pyi") and is_imported_for_itself(facts, name)


def _facts_elsewhere(inference: Inference, path: str) -> list[FileFacts]:
    """Return the facts of a file for all platforms, and the versions that the workspace is for."""
    all_facts = _facts_of_all_platforms(inference, path)
    if all_facts is None:
        return []
    allowed = inference.snapshot.index.search_path.versions_allowed
    if not allowed or not path.endswith(".pyi") or not is_conditional(all_facts):
        return [all_facts]
    inference.snapshot.rest_on_environment()
    return [holding(all_facts, version, "") for version in allowed]


def _facts_of_all_platforms(inference: Inference, path: str) -> FileFacts | None:
    """Return the facts of a file, code for other versions and platforms included."""
    digest = inference.snapshot.digest(path)
    return inference.snapshot.index.facts_provider.get(digest) if digest else None


def _binds(facts: FileFacts, scope: int, name: str) -> bool:
    """True if a scope binds a name."""
    row = facts.name_id(name)
    return row >= 0 and bool(facts.bindings_of(scope, row))


def _has_any_member(inference: Inference, entity: Entity) -> bool:
    """True if instances of a class may have any members, as those of metaclasses: classes."""
    if entity.is_outside and name_of(inference, entity) in _ANYTHING:
        return True
    return standard_class(inference, "builtins", "type") in mro(inference, entity)


def _member_of_object(inference: Inference, name: str) -> bool:
    base = standard_class(inference, "builtins", "object")
    return base is not None and bool(own_member(inference, base, name))


def _of_class(
    inference: Inference, entity: Entity, name: str, *, on_class: bool = False, exact: bool = False
) -> int:
    """Return whether instances of a class, or the class itself, have an attribute."""
    if entity.kind not in (CLASS, VARIABLE):
        return UNSURE
    order = mro(inference, entity)
    if not on_class and is_typed_dict(inference, entity):
        return _of_dictionary(inference, name)
    if is_kept_by(inference, order, name, on_class=on_class):
        return ABSENT if _is_refused(inference, entity, name, exact) else PRESENT
    if _member_of_object(inference, name):
        return PRESENT
    fields = tuple_fields(inference, entity)
    if fields is None:
        return UNSURE
    if name in fields:
        return PRESENT
    if entity.kind == VARIABLE:
        return UNSURE if not fields or _is_written(inference, entity, name) else ABSENT
    if has_dynamic_attributes(inference, entity, on_class=on_class):
        return UNSURE
    if entity.is_outside and name in _LEFT_OUT.get(name_of(inference, entity), ()):
        return PRESENT
    if any(name in (names_of_getters(inference, cls) or ()) for cls in order):
        return PRESENT
    if any(_binds_elsewhere(inference, cls, name) for cls in order):
        return UNSURE
    if any(_has_private(inference, cls, name) for cls in order):
        return PRESENT
    if name in _GENERATED and _has_decorators(inference, entity):
        return UNSURE  # `total_ordering`, `dataclass(order=True)`
    if any(_is_in_standard_source(inference, cls, name) for cls in order):
        return PRESENT
    if any(_has_slot_or_source(inference, cls, name) for cls in order):
        return UNSURE
    if any(_omits(inference, cls.path, name) for cls in order):
        return UNSURE
    if not exact and _subclass_has(inference, entity, name, on_class):
        return UNSURE
    return ABSENT


def _is_written(inference: Inference, variable: Entity, name: str) -> bool:
    """True if the file of a class that a call makes sets an attribute of a name on anything."""
    facts = inference.need(variable.path)
    return facts.name_id(name) in facts.attribute_binding.name or facts.name_id("setattr") >= 0


def _is_refused(inference: Inference, entity: Entity, name: str, exact: bool) -> bool:
    """True if methods set an attribute for which instances have neither a slot nor a dictionary."""
    found = class_member(inference, entity, name)
    return (
        bool(found)
        and found[0].entity.kind == ATTRIBUTE
        and refuses(inference, Value(INSTANCE, entity, (), EXACT), name, exact=exact)
    )


def _of_dictionary(inference: Inference, name: str) -> int:
    """Return whether an instance of a TypedDict has an attribute: it is a dictionary with keys."""
    plain = standard_class(inference, "builtins", "dict")
    return UNSURE if plain is None else _of_class(inference, plain, name)


def _has_private(inference: Inference, cls: Entity, name: str) -> bool:
    """True if a name is the mangled form of a private name of a class: ``_Box__size``."""
    if cls.kind != CLASS or name[:1] != "_":
        return False
    prefix = "_" + name_of(inference, cls).lstrip("_")
    if not name.startswith(prefix + "__"):
        return False
    # Stubs omit private names.
    return cls.path.endswith(".pyi") or bool(own_member(inference, cls, name.removeprefix(prefix)))


def _has_decorators(inference: Inference, entity: Entity) -> bool:
    """True if a class or a base is decorated, and may have got special methods by that."""
    return any(
        inference.need(cls.path).definition.decorators[cls.row] >= 0
        for cls in mro(inference, entity)
        if cls.kind == CLASS
    )


def _has_slot_or_source(inference: Inference, cls: Entity, name: str) -> bool:
    """True if a class has a slot of a name, or its source a member that its stub omits."""
    facts = inference.facts(cls.path) if cls.kind == CLASS else None
    if facts is None:
        return False
    if not cls.path.endswith(".pyi"):
        if slots_name(facts, cls.row) < 0:
            return False
        listed = written_slots(facts, cls.row)
        return listed is None or name in listed
    if _is_standard(inference, cls):
        return False
    source = source_entity(inference, cls)
    if source is None or source.kind != CLASS:
        return True  # the source is compiled, or creates it dynamically
    return has_member(inference, Value(INSTANCE, source, (), 1), name) != ABSENT


def _is_standard(inference: Inference, cls: Entity) -> bool:
    full = inference.snapshot.absolute(cls.path)
    return inference.snapshot.index.search_path.layer(full) == "stdlib"


def _is_in_standard_source(inference: Inference, cls: Entity, name: str) -> bool:
    """True if the source of a class of the standard library has a member that its stub omits.

    Stubs omit what only instances are given. What is written in C they describe in full.
    """
    if cls.kind != CLASS or not cls.path.endswith(".pyi") or not _is_standard(inference, cls):
        return False
    source = source_entity(inference, cls) or _implementation(inference, cls)
    return source is not None and source.kind == CLASS and bool(own_member(inference, source, name))


# Stubs of classes that are written in the source of another module: `collections.abc.KeysView`,
# whose `_mapping` classes derived from it use.
_IMPLEMENTED_IN = {"/typing.pyi": "/_collections_abc.pyi"}


def _implementation(inference: Inference, cls: Entity) -> Entity | None:
    """Return the class of the same name in the module that a stub's classes are written in."""
    for stub, other in _IMPLEMENTED_IN.items():
        if not cls.path.endswith(stub):
            continue
        source = source_path(inference, cls.path.removesuffix(stub) + other)
        if source is None or inference.facts(source) is None:
            return None
        found = module_member(inference, source, name_of(inference, cls))
        return found[0].entity if found and found[0].entity.kind == CLASS else None
    return None


def _of_class_object(inference: Inference, entity: Entity, name: str, exact: bool) -> int:
    found = _of_class(inference, entity, name, on_class=True, exact=exact)
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
    if after not in mro(inference, start):
        return UNSURE  # in a metaclass, `super(Meta, cls)` is about the class of `cls`
    if _is_behind(inference, start, after, name) or _member_of_object(inference, name):
        return PRESENT
    if has_dynamic_attributes(inference, start, on_class=True):
        return UNSURE
    # In a mixin, `super()` may be any class that follows it in the mro of a derived class.
    return (
        UNSURE
        if any(
            has_dynamic_attributes(inference, cls, on_class=True)
            or _is_behind(inference, cls, after, name)
            for cls in all_subclasses(inference, start)
        )
        else ABSENT
    )


def _is_behind(inference: Inference, start: Entity, after: Entity, name: str) -> bool:
    """True if a class that follows another one in the mro of a third has a member."""
    order = mro(inference, start)
    order = order[order.index(after) + 1 :] if after in order else order
    return is_kept_by(inference, order, name, on_class=True)


def _of_function(inference: Inference, function: Entity, name: str) -> int:
    if function.kind != FUNCTION:
        return UNSURE
    facts = inference.need(function.path)
    if any(
        facts_view.plain_name(facts, expr) not in ("classmethod", "staticmethod")
        for expr in facts_view.decorators(facts, function.row)
    ):
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
    return any(
        _binds(facts, facts.definition.own_scope[cls.row], name)
        for facts in _facts_elsewhere(inference, cls.path)
    )


def _subclass_has(inference: Inference, entity: Entity, name: str, on_class: bool) -> bool:
    """True if a derived class has the member, so that an instance of this class may have it."""
    return _derived_has(inference, entity, name, on_class, set()) or _same_file_subclass_has(
        inference, entity, name
    )


def _same_file_subclass_has(inference: Inference, entity: Entity, name: str) -> bool:
    """True if a derived class in the same file outside of the workspace has the member."""
    if not entity.is_outside:
        return False
    classes = (
        Entity(CLASS, entity.path, row)
        for row in facts_view.definitions(inference.need(entity.path), f.CLASS)
        if row != entity.row
    )
    return any(
        own_member(inference, cls, name) and entity in mro(inference, cls) for cls in classes
    )


def _derived_has(
    inference: Inference, entity: Entity, name: str, on_class: bool, seen: set[Entity]
) -> bool:
    for cls in subclasses(inference, entity):
        if cls in seen or len(seen) > 200:
            continue
        seen.add(cls)
        # Inherited members count too: a base beside this one may come before it.
        if is_kept_by(inference, mro(inference, cls), name, on_class=on_class):
            return True
        # Installed classes have many subclasses, most of which do not occur here.
        if not entity.is_outside and has_dynamic_attributes(inference, cls, on_class=on_class):
            return True
        if _derived_has(inference, cls, name, on_class, seen):
            return True
    return False

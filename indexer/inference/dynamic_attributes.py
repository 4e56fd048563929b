"""Classes with dynamic attributes: members that their text does not show.

The reasons are a base that is not resolved, ``__getattr__``, a metaclass or a decorator that adds
names, and attributes that are set under computed names.
"""

from __future__ import annotations

from itertools import islice

from .. import facts as f
from .. import facts_view
from ..facts_view import decorators
from ..name_uses import is_called
from ..plugins.registry import CLASS_DECORATORS, CLOSED_BASES, FILLERS
from . import expressions
from .access_paths import decorator_callee, enclosing_call, last_name
from .attribute_getters import names_given
from .classes import class_member, metaclass, mro, own_member
from .entities import CLASS, FUNCTION, name_of
from .names import bindings_of_name
from .query_cache import cached
from .return_types import gives_back
from .standard_types import standard_class
from .synthesized import makes_tuple
from .types import CLASS_OBJECT, INSTANCE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .entities import Entity
    from .inference import Inference

# Decorators of classes that add no members but special methods.
HARMLESS = CLASS_DECORATORS | frozenset(
    ["final", "total_ordering", "runtime_checkable", "deprecated", "dataclass_transform",
     "override"]
)  # fmt: skip
_UPDATING = frozenset(["update", "setdefault", "__setitem__"])
_RESTORING = frozenset(["__setstate__", "__copy__", "__deepcopy__", "copy", "__reduce__"])


def has_dynamic_attributes(inference: Inference, entity: Entity, *, on_class: bool = False) -> bool:
    """True if a class, or a base of it, may have members that its text does not show.

    ``on_class`` asks for what is read of the class, to which its own ``__getattr__`` gives nothing.
    """
    key = ("open class", entity, on_class)
    return cached(
        inference, key, lambda: _has_dynamic_attributes(inference, entity, on_class), True
    )


def _has_dynamic_attributes(inference: Inference, entity: Entity, on_class: bool) -> bool:
    order = mro(inference, entity)
    library = _closed_by(inference, order)
    return any(
        _has_own_dynamic_attributes(inference, cls, on_class)
        for cls in order
        if not (library and cls.path.startswith(library))
    ) or (not library and _has_own_metaclass(inference, entity))


def may_replace_attributes(inference: Inference, entity: Entity) -> bool:
    """True if what creates a class may put other values in the place of those in its body.

    Metaclasses collect what is declared there, and so do calls that make a base:
    ``with_metaclass(Meta, object)``.
    """
    key = ("replaces attributes", entity)
    return cached(inference, key, lambda: _may_replace_attributes(inference, entity), True)


def _may_replace_attributes(inference: Inference, entity: Entity) -> bool:
    order = mro(inference, entity)
    if _closed_by(inference, order):
        return False
    return _has_own_metaclass(inference, entity) or any(
        _has_computed_base(inference, cls, inference.need(cls.path))
        for cls in order
        if cls.kind == CLASS
    )


def _closed_by(inference: Inference, order: list[Entity]) -> str:
    """Return the folder of the library that lets a class have only the members that it shows.

    Empty if there is none, or if the class says that it may have more.
    """
    for place, cls in enumerate(order):
        if cls.kind != CLASS or not cls.is_outside:
            continue
        for (end, name), entry in CLOSED_BASES.items():
            if not cls.path.endswith(end) or name_of(inference, cls) != name:
                continue
            if entry.opening_word and inference.files_with(entry.opening_word):
                return ""
            import re  # late: most questions are about no such class

            opens = re.compile(entry.opening_text or "$^", re.MULTILINE)
            if any(opens.search(_text_of(inference, each)) for each in order[:place]):
                return ""
            return cls.path.removesuffix(end) + end[: end.index("/", 1) + 1]
    return ""


def _text_of(inference: Inference, cls: Entity) -> str:
    """Return the text of a class."""
    facts = inference.facts(cls.path) if cls.kind == CLASS else None
    if facts is None:
        return ""
    table = facts.definition
    text = inference.text(cls.path)[table.start[cls.row] : table.end[cls.row]]
    return text.decode("utf-8", "replace")


def _has_own_dynamic_attributes(inference: Inference, cls: Entity, on_class: bool) -> bool:
    if cls.kind != CLASS:
        return True
    facts = inference.facts(cls.path)
    if facts is None:
        return True
    if not on_class and names_of_getters(inference, cls) is None:
        return True
    return (
        _has_computed_base(inference, cls, facts)
        or _is_decorated(inference, cls, facts)
        or _is_rebound_to_call(facts, cls.row)
        or (not cls.path.endswith(".pyi") and sets_computed_attributes(facts, cls.row))
        or cls in classes_with_computed_setattr(inference)
        or (cls.is_outside and cls in _classes_set_in(inference, cls.path))
        or cls in mapped_classes(inference)
        or _has_naming_descriptors(inference, cls, facts)
    )


def names_of_getters(inference: Inference, cls: Entity) -> frozenset[str] | None:
    """Return the names that a class's own ``__getattr__`` gives something for; None for any."""
    if cls.kind != CLASS or _is_object(inference, cls):
        return frozenset()
    if own_member(inference, cls, "__getattribute__"):
        return None
    found: frozenset[str] = frozenset()
    for item in own_member(inference, cls, "__getattr__"):
        facts = inference.facts(item.entity.path) if item.entity.kind == FUNCTION else None
        given = names_given(facts, item.entity.row) if facts is not None else None
        if given is None:
            return None
        found |= given
    return found


def _has_computed_base(inference: Inference, cls: Entity, facts: FileFacts) -> bool:
    """True if a base is the result of a call, or one of several classes."""
    return any(
        base.is_positional
        and (
            (facts.expr.op[base.value] == f.CALL and not makes_tuple(facts, base.value))
            or len(
                {
                    item.entity
                    for item in expressions.definitions_of(inference, cls.path, base.value)
                }
            )
            > 1
        )
        for base in facts_view.bases(facts, cls.row)
    )


def _is_rebound_to_call(facts: FileFacts, row: int) -> bool:
    """True if the name of a class is also assigned a call: ``Box = Meta("Box", (Box,), {})``."""
    table = facts.definition
    return any(
        facts.binding.kind[other] == f.ASSIGN
        and facts_view.op(facts, facts.binding.value[other]) == f.CALL
        for other in facts.bindings_of(table.scope[row], table.name[row])
    )


def classes_with_computed_setattr(inference: Inference) -> frozenset[Entity]:
    """Return the classes on which the workspace calls ``setattr`` with computed names."""

    def collected() -> frozenset[Entity]:
        found: set[Entity] = set()
        for path in inference.files_where("setattr", is_called):
            inference.snapshot.work.look()  # in a large code base these are many
            found |= _classes_set_in(inference, path)
        return frozenset(found)

    return cached(inference, ("computed names",), collected, frozenset["Entity"]())


def _classes_set_in(inference: Inference, path: str) -> frozenset[Entity]:
    """Return the classes of one file, cached apart because edits of other files keep them."""
    key = "computed names", path
    return cached(
        inference, key, lambda: _find_classes_set_in(inference, path), frozenset["Entity"]()
    )


def _find_classes_set_in(inference: Inference, path: str) -> frozenset[Entity]:
    facts = inference.facts(path)
    if facts is None:
        return frozenset()
    found: set[Entity] = set()
    for role, position, function in facts.occurrences("setattr"):
        call = enclosing_call(facts, function) if role & f.ROLE_MASK == f.CALLED else -1
        arguments = facts_view.argument_values(facts, call) if call >= 0 else ()
        if len(arguments) < 2 or _restores(facts, position):
            continue
        if facts.expr.op[arguments[1]] == f.STRING:
            continue
        for value in expressions.infer_type(inference, path, arguments[0]):
            if value.form in (INSTANCE, CLASS_OBJECT):
                found.add(value.entity)
    return frozenset(found)


def _has_naming_descriptors(inference: Inference, cls: Entity, facts: FileFacts) -> bool:
    """True if a descriptor in a class body may add attributes in its ``__set_name__``."""
    values = facts.binding.value
    for row in facts_view.bindings_in(facts, facts.definition.own_scope[cls.row]):
        function = facts_view.called(facts, values[row])
        if function < 0:
            continue
        for cls_value in expressions.infer_type(inference, cls.path, function):
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
    """Return the classes that a call adds attributes to: mapped columns, parsed arguments."""

    def collected() -> frozenset[Entity]:
        found: set[Entity] = set()
        for name in FILLERS:
            for path in inference.files_with(name):
                inference.snapshot.work.look()
                found |= _mapped_in(inference, path, name)
        return frozenset(found)

    return cached(inference, ("mapped classes",), collected, frozenset["Entity"]())


def _mapped_in(inference: Inference, path: str, name: str) -> frozenset[Entity]:
    """Return the classes that one file passes to a function of a name."""
    key = "mapped", path, name
    return cached(
        inference, key, lambda: _find_mapped_in(inference, path, name), frozenset["Entity"]()
    )


def _find_mapped_in(inference: Inference, path: str, name: str) -> frozenset[Entity]:
    facts = inference.facts(path)
    if facts is None:
        return frozenset()
    found: set[Entity] = set()
    for role, _, function in facts.occurrences(name):
        call = enclosing_call(facts, function) if role & f.ROLE_MASK == f.CALLED else -1
        arguments = list(facts_view.arguments(facts, call)) if call >= 0 else []
        for first in arguments[:1]:
            for item in expressions.definitions_of(inference, path, first.value):
                if item.entity.kind == CLASS:
                    found.add(item.entity)
        for argument in arguments:
            # `parse_args(namespace=Settings())`
            if not argument.is_keyword or facts.names[argument.key] != "namespace":
                continue
            for value in expressions.infer_type(inference, path, argument.value):
                if value.form == INSTANCE and not value.entity.is_outside:
                    found.add(value.entity)
    return frozenset(found)


def _is_object(inference: Inference, cls: Entity) -> bool:
    return cls == standard_class(inference, "builtins", "object")


def _has_own_metaclass(inference: Inference, entity: Entity) -> bool:
    """True if a metaclass that is not the standard library's takes part in creating a class."""
    meta = metaclass(inference, entity)
    if meta is None:
        return False
    for cls in mro(inference, meta):
        if cls.kind != CLASS:
            return True
        if (
            cls.path.endswith(".pyi")
            and inference.snapshot.index.search_path.layer(cls.path) == "stdlib"
        ):
            continue  # ABCMeta, EnumMeta, type
        if any(own_member(inference, cls, name) for name in ("__new__", "__init__", "__prepare__")):
            return True
    return False


def _is_decorated(inference: Inference, cls: Entity, facts: FileFacts) -> bool:
    """True if a decorator may have added members to a class, or have replaced it."""
    for expr in decorators(facts, cls.row):
        target = decorator_callee(facts, expr)
        name = last_name(facts, target)
        if name in HARMLESS or cls.path.endswith(".pyi"):
            continue
        found = expressions.definitions_of(inference, cls.path, target)
        if not found and "register" in name:
            continue
        if not found or not all(_returns_its_parameter(inference, item.entity) for item in found):
            return True
    return False


def _returns_its_parameter(inference: Inference, decorator: Entity) -> bool:
    """True if a decorator is a function that returns its parameter and sets nothing on it."""
    if decorator.kind != FUNCTION:
        return False
    facts = inference.need(decorator.path)
    start = facts.definition.start[decorator.row]
    end = facts.definition.end[decorator.row]
    if any(start <= at < end for _, at, _ in facts.occurrences("setattr")):
        return False
    if any(start <= at < end for at in facts.attribute_binding.position):
        return False
    return gives_back(inference, decorator)


def sets_computed_attributes(facts: FileFacts, row: int) -> bool:
    """True if the code of a class sets attributes by computed names, or updates ``__dict__``."""
    table = facts.definition
    scope = table.own_scope[row]
    if facts.scope.flags[scope] & f.SCOPE_USES_LOCALS:
        return True
    start, end = table.start[row], table.end[row]
    if _updates_vars(facts, start, end):
        return True
    for name in ("setattr", "__dict__", "__setattr__", "update_wrapper"):
        for role, position, ref in facts.occurrences(name):
            if not start <= position < end or role & f.ROLE_MASK == f.DEFINED:
                continue
            if _restores(facts, position):
                continue
            if name == "__dict__" and not _is_updated(facts, ref):
                continue
            if name == "setattr" and not _is_set_on_own(facts, row, ref):
                continue
            if name == "update_wrapper" and _first_argument(facts, ref) != "self":
                continue
            return True
    return False


def _updates_vars(facts: FileFacts, start: int, end: int) -> bool:
    """True if code between two positions updates ``vars(…)``: ``vars(self).update(…)``."""
    for role, position, function in facts.occurrences("vars"):
        if role & f.ROLE_MASK != f.CALLED or not start <= position < end:
            continue
        call = enclosing_call(facts, function)
        if call >= 0 and (
            call in facts.item_binding.container
            or any(
                kind == f.ATTRIBUTE
                and facts_view.operand(facts, row) == call
                and facts.names[facts_view.attribute_name_row(facts, row)] in _UPDATING
                for row, kind in enumerate(facts.expr.op)
            )
        ):
            return True
    return False


def _restores(facts: FileFacts, position: int) -> bool:
    """True if code restores the attributes of an object: unpickling, copying."""
    table = facts.definition
    return any(
        facts_view.definition_name(facts, row) in _RESTORING and start <= position < table.end[row]
        for row, start in enumerate(table.start)
    )


def _is_updated(facts: FileFacts, expr: int) -> bool:
    """True if a dictionary is written into: ``x.__dict__.update(…)``, ``x.__dict__[…] = …``."""
    position = facts.expr.position[expr] if expr >= 0 else -1
    if expr in facts.item_binding.container or position in facts.attribute_binding.position:
        return True
    if facts_view.op(facts, expr) != f.ATTRIBUTE:
        return True
    for row, kind in enumerate(facts.expr.op):
        if kind == f.AUGMENTED and facts_view.binary(facts, row).left == expr:
            return True
        if kind == f.ATTRIBUTE and facts_view.operand(facts, row) == expr:
            name = facts.names[facts_view.attribute_name_row(facts, row)]
            return name in _UPDATING and not (name == "update" and _copies_dictionary(facts, row))
        if kind == f.CALL and list(facts_view.argument_values(facts, row)) == [expr]:
            return False  # passed to a call: another dictionary gets the items of this one
    return False


def _copies_dictionary(facts: FileFacts, function: int) -> bool:
    """True if the only argument of a call is the ``__dict__`` of an object of the same kind."""
    call = enclosing_call(facts, function)
    if call < 0:
        return False
    arguments = facts_view.argument_values(facts, call)
    attribute = facts_view.attribute(facts, arguments[0]) if len(arguments) == 1 else None
    return attribute is not None and attribute.name == "__dict__"


def _first_argument(facts: FileFacts, function: int) -> str:
    """Return the plain name that is the first argument of a call, empty for anything else."""
    call = enclosing_call(facts, function)
    arguments = facts_view.argument_values(facts, call) if call >= 0 else ()
    return facts_view.plain_name(facts, arguments[0]) if arguments else ""


# Functions and methods that give another object of the class of what they are called with or on.
_COPYING = frozenset(
    ["copy", "deepcopy", "_copy", "clone", "_clone", "__copy__", "__deepcopy__", "replace",
     "__class__", "__new__", "new", "create_instance"]
)  # fmt: skip


def _is_set_on_own(facts: FileFacts, cls: int, function: int) -> bool:
    """True if ``setattr`` in a class may be called with an object of that class, by its form.

    That is the receiver of a method, or what is made of it. Of what else is set on, types tell.
    """
    call = enclosing_call(facts, function)
    arguments = facts_view.argument_values(facts, call) if call >= 0 else ()
    if len(arguments) < 2:
        return True  # it is passed on
    if facts.expr.op[arguments[0]] != f.NAME:
        return False
    receivers = _receivers(facts, cls, facts.expr.position[function])
    if facts_view.plain_name(facts, arguments[0]) in receivers:
        return True
    return any(
        _is_made_of(facts, facts.binding.value[row], receivers)
        for row in bindings_of_name(facts, arguments[0])
    )


def _receivers(facts: FileFacts, cls: int, position: int) -> set[str]:
    """Return what the method of a class that is around a position calls its first parameter."""
    table = facts.definition
    return {
        facts.names[facts.parameter.name[row]]
        for definition, scope in enumerate(table.scope)
        if scope == table.own_scope[cls]
        and table.kind[definition] == f.FUNCTION
        and table.start[definition] <= position < table.end[definition]
        and not table.flags[definition] & f.STATIC
        for row in islice(facts_view.parameters(facts, table.own_scope[definition]), 1)
        if facts.parameter.name[row] >= 0
    }


def _is_made_of(facts: FileFacts, value: int, receivers: set[str]) -> bool:
    """True if a value is one of some names, or made by a call that copies or makes instances."""
    if facts_view.op(facts, value) == f.NAME:
        return facts_view.plain_name(facts, value) in receivers
    function = facts_view.called(facts, value)
    if function < 0:
        return False
    if facts_view.plain_name(facts, function) in receivers:
        return True  # `cls()`
    return facts.expr.op[function] == f.CALL or last_name(facts, function) in _COPYING

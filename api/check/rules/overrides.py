"""Classes against their bases: overrides, abstract methods, fields and methods of one name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ....indexer import facts as f
from ....indexer.facts import FileFacts
from ....indexer.facts_view import (
    argument_values,
    binding_name,
    called,
    decorators,
    definition_name,
    definitions,
    elements,
    op,
    plain_name,
    returned,
    string,
)
from ....indexer.inference.access_paths import decorator_callee, last_name
from ....indexer.inference.classes import is_protocol, own_member_names
from ....indexer.inference.dynamic_attributes import HARMLESS
from ....indexer.inference.entities import CLASS, FUNCTION, VARIABLE, Entity, name_of, owner_class
from ....indexer.inference.exhaustive import all_subclasses, is_exhaustive
from ....indexer.inference.inference import Inference
from ....indexer.inference.signatures import parameter_rows
from ....indexer.inference.standard_types import standard_class
from ....indexer.inference.types import CLASS_OBJECT, INSTANCE, without_none
from ....indexer.plugins.registry import is_test_double
from .. import messages
from ..context import CheckContext
from ..coroutines import lacks_method, returns_nothing
from ..excuses import is_expected_to_fail
from ..findings import ERROR, HINT, WARNING, Finding
from ..synthesized_init import constructor_decorator, is_field_without_default
from ..uses import wanted_calls

# Decorators that make slots of fields unless they are told not to.
_SLOTTED = frozenset(["define", "mutable", "frozen"])
_LISTS = (f.LIST, f.TUPLE, f.SET)
# Decorators that leave the parameters of a function as they are.
_TRANSPARENT = frozenset(["staticmethod", "classmethod", "override", "final", "abstractmethod"])
_RECEIVERS = frozenset(["self", "cls", "mcs", "mcls", "metacls", "klass", "_self", "_cls"])
_PROPERTIES = frozenset(["property", "cached_property", "abstractproperty"])
# Special methods of `object`, which the interpreter calls with as many arguments as that takes.
_OF_OBJECT = frozenset(
    ["__eq__", "__ne__", "__hash__", "__repr__", "__str__", "__format__", "__getattribute__",
     "__setattr__", "__delattr__", "__dir__", "__sizeof__", "__reduce_ex__"]
)  # fmt: skip
# Classes whose instances may be callable, whatever their members.
_CALLABLE = frozenset(["object", "partial", "Any"])
_SHOWN = 4
_LITERALS = (
    f.STRING, f.BYTES, f.INTEGER, f.FLOAT, f.TRUE, f.FALSE, f.LIST, f.TUPLE, f.SET, f.DICT,
)  # fmt: skip


def incompatible_override(context: CheckContext) -> Iterator[Finding]:
    """Yield methods that cannot be called as the method that they override can."""
    is_old = context.before is None and context.names is None
    for cls, row, name in _methods(context):
        if not context.includes(name) or (name.startswith("__") and name not in _OF_OBJECT):
            continue
        base, other = _overridden(context.strict, cls, name)
        if other is None:
            continue
        method = Entity(FUNCTION, context.path, row)
        detail = _other_kind(context.strict, method, other)
        if not detail and _is_plain(context.strict, method) and _is_plain(context.strict, other):
            detail = _incompatibility(context.strict, method, other)
            if detail and is_old and _is_usual(context.strict, base, other, method, detail):
                continue
        if detail:
            start = context.facts.definition.position[row]
            # Classes that share private methods are mostly written together.
            is_private = name.startswith("_") and not name.endswith("__")
            yield Finding(
                "incompatible-override", context.path, start, start + len(name.encode()),
                messages.incompatible_override(name, name_of(context.strict, base), detail),
                subject=name, severity=HINT if is_old and is_private else WARNING,
                evidence="inferred", nearest=[other],
            )  # fmt: skip


def _methods(context: CheckContext) -> Iterator[tuple[Entity, int, str]]:
    """Yield (class, definition row, name) of the methods in class bodies."""
    facts, table = context.facts, context.facts.definition
    for row in definitions(facts, f.FUNCTION):
        scope = table.scope[row]
        if facts.scope.kind[scope] != f.CLASS_SCOPE:
            continue
        if table.flags[row] & (f.OVERLOAD | f.ACCESSOR | f.CONDITIONAL):
            continue
        owner = facts.scope.definition[scope]
        yield Entity(CLASS, context.path, owner), row, definition_name(facts, row)


def _overridden(inference: Inference, cls: Entity, name: str) -> tuple[Entity, Entity | None]:
    """Return the nearest base that has a method of a name, and that method."""
    last = standard_class(inference, "builtins", "object")
    bases = [last] if name in _OF_OBJECT and last is not None else inference.mro(cls)[1:]
    for base in bases:
        if base.kind != CLASS:
            break  # an unknown base may have it
        found = inference.own_member(base, name)
        if found:
            entity = found[0].entity
            return base, entity if len(found) == 1 and entity.kind == FUNCTION else None
    return cls, None


def _is_plain(inference: Inference, function: Entity) -> bool:
    """True if no decorator changes the parameters of a function."""
    facts = inference.need(function.path)
    if facts.definition.flags[function.row] & (f.OVERLOAD | f.PROPERTY):
        return False
    return all(
        op(facts, expr) != f.CALL and last_name(facts, expr) in _TRANSPARENT
        for expr in decorators(facts, function.row)
    )


def _other_kind(inference: Inference, method: Entity, base: Entity) -> str:
    """Return a clause on a property in the place of a method, or the other way round."""
    kinds: list[bool] = []
    for each in (method, base):
        facts = inference.need(each.path)
        flags = facts.definition.flags[each.row]
        listed = {last_name(facts, expr) for expr in decorators(facts, each.row)}
        if not listed <= _TRANSPARENT | _PROPERTIES:
            return ""
        kinds.append(bool(flags & f.PROPERTY))
    own, theirs = kinds
    if own == theirs:
        return ""
    if own:
        # One that gives a function is called as the method is.
        type_ = inference.return_type(method, None)
        return "it is a property" if lacks_method(inference, type_, "__call__") else ""
    return "it is no property"


def _incompatibility(inference: Inference, method: Entity, base: Entity) -> str:
    """Return why a call that fits the base's method does not fit this one; empty when it does."""
    own, theirs = _Parameters(inference, method), _Parameters(inference, base)
    if not (own.has_receiver and theirs.has_receiver):
        return ""  # of an interface, whose methods are written without
    for name in own.required:
        if name not in theirs.names and not theirs.takes_any:
            place = own.positional.index(name) if name in own.positional else -1
            if place < 0 or place >= len(theirs.positional):
                return f"parameter '{name}' is missing in base"
    if not own.has_args and len(own.positional) < len(theirs.positional):
        missing = theirs.positional[len(own.positional)]
        by_keyword = own.has_kwargs and missing not in theirs.required
        if missing not in own.names and not by_keyword:
            return f"parameter '{missing}' is missing in override"
    if not own.has_kwargs:
        for name in theirs.keyword_only:
            if name not in own.names:
                return f"keyword parameter '{name}' is missing in override"
    if (
        own.is_async
        and not theirs.is_async
        and _returns_no_awaitable(inference, base)
        and not _may_be_awaited(inference, base)
    ):
        return "it is async"
    if theirs.is_async and not own.is_async and _returns_no_awaitable(inference, method):
        return "it is not async"
    return ""


def _is_usual(
    inference: Inference, base: Entity, overridden: Entity, method: Entity, detail: str
) -> bool:
    """True if most classes that override a method do it in the same way: its users know that."""
    others = [
        item.entity
        for cls in all_subclasses(inference, base)
        if cls != base
        for item in inference.own_member(cls, name_of(inference, method))
        if item.entity.kind == FUNCTION and item.entity != method
    ]
    alike = [each for each in others if _incompatibility(inference, each, overridden) == detail]
    return len(alike) > 1 and 2 * len(alike) > len(others)


def _may_be_awaited(inference: Inference, method: Entity) -> bool:
    """True if the nearest method above that says what it returns allows for an awaitable."""
    facts = inference.need(method.path)
    name, cls = definition_name(facts, method.row), owner_class(facts, method)
    for base in inference.mro(Entity(CLASS, method.path, cls)) if cls >= 0 else ():
        for item in inference.own_member(base, name) if base.kind == CLASS else ():
            kind, path, row = item.entity
            if kind == FUNCTION and inference.need(path).definition.returns[row] >= 0:
                return not returns_nothing(inference, item.entity) and not lacks_method(
                    inference, inference.return_type(item.entity, None), "__await__"
                )
    return False


def _returns_no_awaitable(inference: Inference, function: Entity) -> bool:
    """True if what a plain function returns certainly cannot be awaited."""
    facts = inference.need(function.path)
    if facts.definition.flags[function.row] & (f.ABSTRACT | f.STUB_BODY):
        return False
    if returns_nothing(inference, function):
        return True
    if facts.definition.returns[function.row] >= 0:
        return lacks_method(inference, inference.return_type(function, None), "__await__")
    values = list(returned(facts, facts.definition.own_scope[function.row]))
    return bool(values) and all(
        is_exhaustive(inference, function.path, each)
        and lacks_method(inference, inference.infer_type(function.path, each), "__await__")
        for each in values
    )


class _Parameters:
    """The parameters of a method without its receiver."""

    def __init__(self, inference: Inference, function: Entity) -> None:
        facts = inference.need(function.path)
        table, flags = facts.parameter, facts.definition.flags[function.row]
        self.is_static = bool(flags & f.STATIC)
        # A generator is no coroutine, `async` or not.
        self.is_async = bool(flags & f.ASYNC) and not flags & f.GENERATOR
        rows = parameter_rows(inference, function)
        first = facts.names[table.name[rows[0]]] if rows else ""
        self.has_receiver = self.is_static or first in _RECEIVERS
        rows = rows[0 if self.is_static else 1 :]
        by_kind: dict[int, list[str]] = {}
        self.required: list[str] = []
        for row in rows:
            kind, name = table.kind[row], facts.names[table.name[row]]
            by_kind.setdefault(kind, []).append(name)
            if table.default[row] < 0 and kind in (
                f.POSITIONAL_ONLY, f.POSITIONAL, f.KEYWORD_ONLY,
            ):  # fmt: skip
                self.required.append(name)
        self.positional = by_kind.get(f.POSITIONAL_ONLY, []) + by_kind.get(f.POSITIONAL, [])
        self.keyword_only = by_kind.get(f.KEYWORD_ONLY, [])
        self.has_args = f.VAR_POSITIONAL in by_kind
        self.has_kwargs = f.VAR_KEYWORD in by_kind
        self.takes_any = self.has_args or self.has_kwargs
        self.names = {*self.positional, *self.keyword_only}


def shadowed_method(context: CheckContext) -> Iterator[Finding]:
    """Yield attributes and fields under the name of a method of their class."""
    return chain(_attributes(context), _fields(context))


def _attributes(context: CheckContext) -> Iterator[Finding]:
    """Yield attributes that a class sets on itself under the name of one of its methods."""
    facts, table = context.facts, context.facts.attribute_binding
    seen: set[tuple[int, int]] = set()
    for row, owner in enumerate(table.owner):
        name_row = table.name[row]
        name = facts.names[name_row]
        if owner < 0 or (owner, name_row) in seen or not context.includes(name):
            continue
        found = context.strict.own_member(Entity(CLASS, context.path, owner), name)
        if (
            len(found) != 1
            or found[0].entity.kind != FUNCTION
            or found[0].entity.path != context.path
        ):
            continue
        method = found[0].entity.row
        scope = table.scope[row]
        if facts.scope.definition[scope] == method or decorators(facts, method):
            continue  # it replaces itself, or is a property or the like
        if not _is_uncallable(context, row, name):
            continue
        seen.add((owner, name_row))
        start = table.position[row]
        line = facts.line_of(facts.definition.position[method]) + 1
        yield Finding(
            "shadowed-method", context.path, start, start + len(name.encode()),
            messages.attribute_hides_method(name, line),
            subject=name, severity=WARNING, nearest=[found[0].entity],
        )  # fmt: skip


def _fields(context: CheckContext) -> Iterator[Finding]:
    """Yield fields and methods of one name in a class body, of which only the later one exists.

    A value in the place of an inherited method is often intended: frameworks take either.
    """
    facts, table = context.facts, context.facts.binding
    for row, kind in enumerate(table.kind):
        scope, name = table.scope[row], binding_name(facts, row)
        if kind not in (f.ASSIGN, f.DECLARE) or facts.scope.kind[scope] != f.CLASS_SCOPE:
            continue
        if not context.includes(name) or name.startswith("__"):
            continue
        method = _method_beside(context, row)
        if method is None:
            continue
        line = facts.line_of(facts.definition.position[method.row]) + 1
        start = table.position[row]
        yield Finding(
            "shadowed-method", context.path, start, start + len(name.encode()),
            messages.field_and_method(name, line),
            subject=name, severity=WARNING, nearest=[method],
        )  # fmt: skip


def _method_beside(context: CheckContext, row: int) -> Entity | None:
    """Return the only other binding of a field's name in its class, when that is a plain method."""
    facts, table = context.facts, context.facts.binding
    bound = facts.bindings_of(table.scope[row], table.name[row])
    others = [each for each in bound if each != row]
    if len(others) != 1 or table.kind[others[0]] != f.DEF_FUNCTION:
        return None
    if table.block[others[0]] != table.block[row]:
        return None
    definition, value = table.ref[others[0]], table.value[row]
    # `size = property(size)` uses the method.
    if decorators(facts, definition) or (value >= 0 and op(facts, value) not in _LITERALS):
        return None
    return Entity(FUNCTION, context.path, definition)


def _is_uncallable(context: CheckContext, row: int, name: str) -> bool:
    """True if an attribute is certainly or probably not set to a function.

    A parameter of the method's own name that ``__init__`` always stores is assumed to be a value:
    ``self.size = size``. Elsewhere it may be a replacement of the method.
    """
    facts, table = context.facts, context.facts.attribute_binding
    value = table.value[row]
    if value < 0:
        return False
    type_ = without_none(context.complete_type(value))
    if type_:
        return all(
            each.form == INSTANCE
            and each.entity.kind == CLASS
            and not _may_be_callable(context, each.entity)
            for each in type_
        )
    block = table.block[row]
    definition = facts.scope.definition[table.scope[row]]
    return (
        plain_name(facts, value) == name
        and (block < 0 or facts.block.kind[block] == f.BODY)
        and definition >= 0
        and definition_name(facts, definition) == "__init__"
    )


def _may_be_callable(context: CheckContext, cls: Entity) -> bool:
    if name_of(context.strict, cls) in _CALLABLE or is_test_double(cls):
        return True
    return any(
        base.kind != CLASS or context.strict.own_member(base, "__call__")
        for base in context.strict.mro(cls)
    )


def abstract_methods(inference: Inference, cls: Entity) -> list[tuple[str, Entity]]:
    """Return (name, class) of the abstract methods of a class; empty when they are unknown.

    A stub declares what is abstract, but not always what a class implements.
    """
    order = inference.mro(cls)
    if any(base.kind != CLASS for base in order) or cls.path.endswith(".pyi"):
        return []
    if not _is_enforced(inference, cls):
        return []
    found: list[tuple[str, Entity]] = []
    seen: set[str] = set()
    for index, base in enumerate(order):
        if any(between.path.endswith(".pyi") for between in order[:index]):
            break
        if index and not _is_enforced(inference, base):
            continue  # a class without `ABCMeta` keeps no list of what is abstract
        for name in own_member_names(inference, base):
            if name in seen or not _is_bound(inference, base, name):
                continue
            seen.add(name)
            if any(_may_implement(inference, each, name) for each in order[:index]):
                continue
            entities = [item.entity for item in inference.own_member(base, name)]
            if entities and all(_is_abstract(inference, entity) for entity in entities):
                found.append((name, base))
    return found


def _is_bound(inference: Inference, cls: Entity, name: str) -> bool:
    """True if a class has an attribute of a name once it is made: no annotation alone, no field.

    Decorators that make constructors take fields without a default out of the class, and look for
    what is abstract again; with slots they put descriptors in their place.
    """
    facts = inference.need(cls.path)
    table = facts.binding
    rows = facts.bindings_of(facts.definition.own_scope[cls.row], facts.name_id(name))
    decorator, options = constructor_decorator(facts, cls)
    if decorator:
        has_slots = options.get("slots", f.TRUE if decorator in _SLOTTED else f.FALSE) != f.FALSE
        if rows and has_slots:
            return True
        rows = [row for row in rows if not is_field_without_default(facts, table.value[row])]
    return any(table.kind[row] != f.DECLARE for row in rows)


def _has_slot(facts: FileFacts, cls: int, name: str) -> bool:
    """True if ``__slots__`` of a class lists a name, or may."""
    slots = facts.name_id("__slots__")
    rows = facts.bindings_of(facts.definition.own_scope[cls], slots) if slots >= 0 else []
    for row in rows:
        value = facts.binding.value[row]
        listed = elements(facts, value) if op(facts, value) in _LISTS else [value]
        if any(string(facts, each) in (None, name) for each in listed):
            return True
    return False


def _may_implement(inference: Inference, cls: Entity, name: str) -> bool:
    """True if slots or a decorator of a class may add a name: ``dataclass(order=True)``."""
    facts = inference.need(cls.path)
    if _has_slot(facts, cls.row, name):
        return True
    listed = decorators(facts, cls.row)
    if name.startswith("__") and name.endswith("__"):
        return bool(listed)
    return any(last_name(facts, decorator_callee(facts, expr)) not in HARMLESS for expr in listed)


def _is_enforced(inference: Inference, cls: Entity) -> bool:
    """True if Python looks for abstract methods when the class is called."""
    meta = inference.metaclass(cls)
    if meta is not None:
        return any(name_of(inference, each) == "ABCMeta" for each in inference.mro(meta)
                   if each.kind == CLASS)  # fmt: skip
    return any(is_protocol(inference, base) for base in inference.mro(cls))


_ABSTRACT = frozenset(["abstractmethod", "abstractproperty"])


def _is_abstract(inference: Inference, entity: Entity) -> bool:
    facts = inference.need(entity.path)
    if entity.kind == FUNCTION:
        return bool(facts.definition.flags[entity.row] & f.ABSTRACT)
    return entity.kind == VARIABLE and _gives_abstract(facts, facts.binding.value[entity.row])


def _gives_abstract(facts: FileFacts, expr: int) -> bool:
    """True for ``property(abstractmethod(function))`` and the like."""
    if op(facts, expr) != f.CALL:
        return False
    return last_name(facts, called(facts, expr)) in _ABSTRACT or any(
        _gives_abstract(facts, each) for each in argument_values(facts, expr)
    )


def abstract_instantiated(context: CheckContext) -> Iterator[Finding]:
    """Yield calls of classes that still have abstract methods."""
    for _, function, name in wanted_calls(context):
        if not name or name in ("cls", "self", "type"):
            continue
        classes = [item.entity for item in context.strict.definitions_of(context.path, function)]
        if len(classes) != 1 or classes[0].kind != CLASS:
            continue
        type_ = without_none(context.complete_type(function))
        if len(type_) != 1 or type_[0].head != (CLASS_OBJECT, classes[0]):
            continue
        missing = abstract_methods(context.strict, classes[0])
        is_plain = _is_plain_protocol(context.strict, classes[0])
        if not (missing or is_plain) or context.strict.own_member(classes[0], "__new__"):
            continue
        start = context.facts.expr.position[function]
        if context.is_dead(start) or is_expected_to_fail(context, start, "TypeError"):
            continue
        if b"__abstractmethods__" in context.text:
            continue
        if is_plain:
            yield Finding(
                "abstract-instantiated", context.path, start, start + len(name.encode()),
                messages.protocol_instantiated(name), subject=name, severity=ERROR,
                nearest=classes,
            )  # fmt: skip
            continue
        yield Finding(
            "abstract-instantiated", context.path, start, start + len(name.encode()),
            messages.abstract_instantiated(name, *_names(context.strict, missing)),
            subject=name, severity=ERROR,
            nearest=[item.entity for method, cls in missing[:_SHOWN]
                     for item in context.strict.own_member(cls, method)],
        )  # fmt: skip


def _is_plain_protocol(inference: Inference, cls: Entity) -> bool:
    """True if a class is a protocol, and has no constructor, which could be called."""
    return (
        is_protocol(inference, cls)
        and not cls.path.endswith(".pyi")
        and not any(
            inference.own_member(base, "__init__")
            for base in inference.mro(cls)
            if base.kind == CLASS
        )
    )


def _names(inference: Inference, missing: list[tuple[str, Entity]]) -> tuple[list[str], list[str]]:
    return [name for name, _ in missing], [name_of(inference, cls) for _, cls in missing]


def is_new_class(context: CheckContext, name: str) -> bool:
    """True if the file had no class of a name before the edit."""
    old = context.old_facts
    return old is None or all(
        definition_name(old, row) != name for row in definitions(old, f.CLASS)
    )


def abstract_missing(context: CheckContext) -> Iterator[Finding]:
    """Yield classes that an edit derives from an abstract one without implementing its methods."""
    if context.before is None:
        return
    facts = context.facts
    for row in definitions(facts, f.CLASS):
        cls, name = Entity(CLASS, context.path, row), definition_name(facts, row)
        if not context.includes(name) or _is_meant_abstract(context, cls, name):
            continue
        if not is_new_class(context, name):
            continue
        missing = [each for each in abstract_methods(context.strict, cls) if each[1] != cls]
        if missing:
            start = facts.definition.position[row]
            yield Finding(
                "abstract-missing", context.path, start, start + len(name.encode()),
                messages.abstract_missing(name, *_names(context.strict, missing)),
                subject=name, severity=WARNING,
            )  # fmt: skip


def _is_meant_abstract(context: CheckContext, cls: Entity, name: str) -> bool:
    """True if a class is meant to be abstract, by its name or by abstract methods of its own."""
    if name.startswith(("Base", "Abstract", "_Base")) or name.endswith(("Base", "Mixin", "ABC")):
        return True
    if is_protocol(context.strict, cls):
        return True
    return any(
        _is_abstract(context.strict, item.entity)
        for member in own_member_names(context.strict, cls)
        for item in context.strict.own_member(cls, member)
    )

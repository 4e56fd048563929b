"""Signatures as calls see them: what a function, a class or an object takes when it is called.

A signature is certain. Where a decorator may have replaced a function, where a metaclass makes
instances in its own way, or where a base is not available, there is none, and no call is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...indexer import facts as f
from ...indexer.facts_view import lambda_scope, parameters
from ...indexer.inference.access_paths import last_name
from ...indexer.inference.classes import is_enum, subclasses
from ...indexer.inference.constructors import gives_another
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    OUTSIDE,
    VARIABLE,
    Entity,
    name_of,
    owner_class,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.members import member_definitions
from ...indexer.inference.query_cache import cached
from ...indexer.inference.signatures import overloads, parameter_rows
from ...indexer.inference.standard_types import standard_class
from ...indexer.inference.stub_mapping import source_entity, source_path
from ...indexer.inference.synthesized import is_typed_dict
from ...indexer.inference.types import (
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    SUPER,
    Value,
)
from ...indexer.scope_map import blocks_around
from .callees import Callee, Parameter, Signature
from .decorators import (
    implementations,
    preserves_class,
    preserves_signature,
    registered_implementations,
    replacement,
)
from .synthesized_init import from_mapping, synthesized_signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.types import Type


# Most subclasses of which all signatures are looked at.
_SUBCLASSES = 200


def signatures_of_value(inference: Inference, value: Value) -> list[Callee] | None:
    """Return what calling a value reaches; None when that is unknown."""
    form, entity = value.form, value.entity
    if form == FUNCTION_OBJECT and entity.kind == FUNCTION:
        receivers: Type = tuple(
            each for each in (value.args[0] if value.args else ()) if each.form != MODULE_OBJECT
        )
        starts = {each.entity for each in receivers if each.entity.kind == CLASS}
        start = next(iter(starts)) if len(starts) == 1 else None
        found = function_signature(inference, entity, bound=bool(receivers), start=start)
        return None if found is None else [found]
    if form == CLASS_OBJECT:
        key = ("signatures of class and derived", entity)
        return cached(inference, key, lambda: _with_derived(inference, entity), None)
    if form == INSTANCE and entity.kind == CLASS:
        methods = member_definitions(inference, value, "__call__")
        if len(methods) == 1 and methods[0].entity.kind == FUNCTION:
            found = method_signature(inference, value, methods[0].entity)
            return None if found is None else [found]
    return None


def method_signature(inference: Inference, receiver: Value, function: Entity) -> Callee | None:
    """Return the signatures of a method as it is called on a value."""
    flags = inference.need(function.path).definition.flags[function.row]
    bound = receiver.form not in (CLASS_OBJECT, MODULE_OBJECT) or bool(flags & f.CLASSMETHOD)
    if receiver.form == CLASS_OBJECT:
        owner = owner_of(inference, function)
        own = [*inference.mro(receiver.entity), standard_class(inference, "builtins", "object")]
        bound = bound or (owner.row >= 0 and owner not in own)  # a method of its metaclass
    if flags & f.STATIC or name_of(inference, function) == "__new__":
        bound = False
    start = receiver.entity if receiver.entity.kind == CLASS and receiver.form != SUPER else None
    return function_signature(inference, function, bound=bound, start=start)


def function_signature(
    inference: Inference, function: Entity, *, bound: bool, start: Entity | None = None
) -> Callee | None:
    """Return a function with its overloads; None when a decorator may have changed them."""
    found: list[Signature] = []
    listed = overloads(inference, function)
    # What the function takes that overloads of a module describe does not fail.
    implementation = implementations(inference, listed[0]) if len(listed) > 1 else []
    if len(listed) == 1 and not preserves_signature(inference, function):
        inner = replacement(inference, function)
        return (
            None
            if inner is None
            else function_signature(inference, inner, bound=bound, start=start)
        )
    for each in [*listed, *implementation]:
        if not preserves_signature(inference, each) or _is_for_checkers(inference, each):
            return None
        if not _source_preserves(inference, each):
            return None
        own = _parameters(inference, each)
        if bound:
            if own and own[0].is_positional:
                own = own[1:]
            elif not own and not each.is_outside and not _is_of_interface(inference, each):
                found.append(Signature(each, own, start, lacks_receiver=True))
                continue
            elif not own or own[0].kind != f.VAR_POSITIONAL:
                return None
        found.append(Signature(each, own, start))
    more = registered_implementations(inference, function)
    if more is None:
        return None
    for each in more:
        other = function_signature(inference, each, bound=bound, start=start)
        if other is None:
            return None
        found += other.signatures
    return Callee(function, found)


def _is_of_interface(inference: Inference, function: Entity) -> bool:
    """True if more than one method of a class is written without a receiver, or it has bases.

    Those of zope's interfaces are; others are made static afterwards.
    """
    facts, cls = inference.need(function.path), owner_of(inference, function).row
    if cls < 0:
        return True
    table = facts.definition
    written = [
        row
        for row, scope in enumerate(table.scope)
        if scope == table.own_scope[cls]
        and table.kind[row] == f.FUNCTION
        and not table.flags[row] & (f.STATIC | f.CLASSMETHOD)
        and not any(True for _ in parameters(facts, table.own_scope[row]))
    ]
    scope, name = table.scope[function.row], table.name[function.row]
    return len(written) > 1 or len(facts.bindings_of(scope, name)) != 1


def _source_preserves(inference: Inference, function: Entity) -> bool:
    """True unless the source of what a stub describes is under a decorator that may change it."""
    layer = inference.snapshot.index.search_path.layer
    if not function.path.endswith(".pyi") or (
        layer(inference.snapshot.absolute(function.path)) == "stdlib"
    ):
        return True
    source = source_entity(inference, function)
    if source is None or source.kind != FUNCTION:
        return True
    return preserves_signature(inference, source)


def _is_for_checkers(inference: Inference, function: Entity) -> bool:
    """True if a function is defined under ``if TYPE_CHECKING``: another one is run."""
    path, row = function.path, function.row
    facts = inference.need(path)
    table = facts.definition
    if path.endswith(".pyi") or not table.flags[row] & f.CONDITIONAL:
        return False
    tests = (
        facts.block.test[block]
        for block in blocks_around(facts, table.scope[row], table.position[row])
    )
    return any(last_name(facts, test) == "TYPE_CHECKING" for test in tests)


def overridden_signatures(inference: Inference, function: Entity) -> list[Entity]:
    """Return the overrides of a method in derived classes of the workspace."""
    cls = owner_class(inference.need(function.path), function)
    if cls < 0:
        return []
    base = Entity(CLASS, function.path, cls)
    name = name_of(inference, function)
    return [
        item.entity
        for each in derived_classes(inference, base)
        for item in inference.class_member(each, name)
        if item.entity != function
    ]


def derived_classes(inference: Inference, cls: Entity, most: int = _SUBCLASSES) -> Iterator[Entity]:
    """Yield the classes that are derived from one, directly or not, about ``most`` at the most."""
    pending, seen = [cls], {cls}
    while pending and len(seen) < most:
        for each in subclasses(inference, pending.pop()):
            if each not in seen:
                seen.add(each)
                pending.append(each)
                yield each


def owner_of(inference: Inference, function: Entity) -> Entity:
    """Return the class in whose body a function is defined; its row is -1 for none."""
    return Entity(CLASS, function.path, owner_class(inference.need(function.path), function))


def name_in_class(inference: Inference, function: Entity) -> str:
    """Return the name of a function; of a method with its class, as the interpreter names it."""
    name = name_of(inference, function)
    owner = owner_of(inference, function) if function.kind == FUNCTION else function
    return f"{name_of(inference, owner)}.{name}" if owner.row >= 0 and owner != function else name


def _parameters(inference: Inference, function: Entity) -> list[Parameter]:
    facts = inference.need(function.path)
    return [
        _parameter(inference, function.path, row)
        for row in parameter_rows(inference, function)
        if facts.parameter.name[row] >= 0
    ]


def _parameter(inference: Inference, path: str, row: int) -> Parameter:
    facts = inference.need(path)
    table = facts.parameter
    kind = table.kind[row]
    name = facts.names[table.name[row]]
    if (
        path.endswith(".pyi")
        and kind == f.POSITIONAL
        and name.startswith("__")
        and not name.endswith("__")
    ):
        kind = f.POSITIONAL_ONLY  # as stubs used to spell it
    required = table.default[row] < 0 and kind not in (f.VAR_POSITIONAL, f.VAR_KEYWORD)
    return Parameter(name, kind, Entity(FUNCTION, path, row), required=required)


def lambda_signature(inference: Inference, path: str, expr: int) -> Callee:
    """Return the signature of a lambda expression."""
    facts = inference.need(path)
    rows = parameters(facts, lambda_scope(facts, expr))
    entity = Entity(OUTSIDE, "", -1)
    return Callee(entity, [Signature(entity, [_parameter(inference, path, row) for row in rows])])


def class_signature(inference: Inference, cls: Entity) -> Callee | None:
    """Return what calling a class takes; None when a metaclass or an unknown base may decide."""
    key = ("signature of class", cls)
    return cached(inference, key, lambda: _class_signature(inference, cls), None)


def _class_signature(inference: Inference, cls: Entity) -> Callee | None:
    if cls.kind == VARIABLE:
        signature = synthesized_signature(inference, cls, [cls])
        if signature is None or signature.entity != cls:
            return None
        more = [from_mapping(signature)] if is_typed_dict(inference, cls) else []
        return Callee(cls, [signature, *more])
    if cls.kind != CLASS:
        return None
    order = inference.mro(cls)
    if is_enum(inference, cls):
        return None
    if _has_metaclass_call(inference, cls):
        return _metaclass_signature(inference, cls)
    if not all(preserves_class(inference, each) for each in order if each.kind == CLASS):
        return None
    if gives_another(inference, cls):
        return None
    place, constructor = _constructor(inference, cls, order)
    if place < 0 or any(each.kind != CLASS for each in order[: place + 1]):
        return None
    synthesized = synthesized_signature(inference, cls, order[: place + 1])
    if synthesized is not None:
        if synthesized.entity != cls:
            return None
        more = [from_mapping(synthesized)] if is_typed_dict(inference, cls) else []
        return Callee(cls, [synthesized, *more])
    if constructor is not None and constructor.is_outside and _keeps_any_arguments(inference, cls):
        return None
    if constructor is None:
        # That of `object` takes nothing, if all bases are known.
        complete = all(each.kind == CLASS and not _has_source(inference, each) for each in order)
        return Callee(cls, [Signature(cls, [], cls)]) if complete else None
    found = function_signature(inference, constructor, bound=True, start=cls)
    if found is None:
        return None
    return Callee(cls, found.signatures, _other_constructor(inference, cls, constructor))


def _other_constructor(inference: Inference, cls: Entity, constructor: Entity) -> Callee | None:
    """Return ``__init__`` of a class whose ``__new__`` is nearer, or the other way round.

    Both get the arguments, since ``__new__`` gives an instance of the class.
    """
    other = "__new__" if name_of(inference, constructor) == "__init__" else "__init__"
    for item in inference.class_member(cls, other)[-1:]:
        entity = item.entity
        if entity.kind != FUNCTION or entity.path.endswith(".pyi"):
            return None
        found = function_signature(inference, entity, bound=True, start=cls)
        return None if found is None else Callee(cls, found.signatures)
    return None


def _metaclass_signature(inference: Inference, cls: Entity) -> Callee | None:
    """Return what ``__call__`` of a metaclass takes; None if it is not one function of the code."""
    meta = inference.metaclass(cls)
    if meta is None or any(each.kind != CLASS for each in inference.mro(meta)):
        return None
    if any(_replaces_constructors(inference, each) for each in inference.mro(meta)):
        return None
    found = inference.class_member(meta, "__call__")
    if len(found) != 1 or found[0].entity.kind != FUNCTION:
        return None
    if any(inference.metaclass(each) != meta for each in derived_classes(inference, cls)):
        return None
    callee = function_signature(inference, found[0].entity, bound=True, start=cls)
    return None if callee is None else Callee(cls, callee.signatures)


def _keeps_any_arguments(inference: Inference, cls: Entity) -> bool:
    """True if a class takes more than its stub says: ``SyntaxError("text", 1, 2)`` keeps them."""
    return standard_class(inference, "builtins", "SyntaxError") in inference.mro(cls)


def _has_metaclass_call(inference: Inference, cls: Entity) -> bool:
    """True if a metaclass has a ``__call__`` of its own, or is unknown."""
    meta = inference.metaclass(cls)
    if meta is None:
        return False
    if any(_replaces_constructors(inference, cls) for cls in inference.mro(meta)):
        return True
    own = [item.entity for item in inference.class_member(meta, "__call__")]
    type_ = standard_class(inference, "builtins", "type")
    return any(entity.kind != FUNCTION or owner_of(inference, entity) != type_ for entity in own)


def _replaces_constructors(inference: Inference, meta: Entity) -> bool:
    """True if code of a metaclass replaces constructors of classes: ``cls.__new__ = …``."""
    facts = inference.facts(meta.path) if meta.kind == CLASS else None
    if facts is None:
        return True
    start = facts.definition.start[meta.row]
    end = facts.definition.end[meta.row]
    return any(
        start <= position < end
        for name in ("__init__", "__new__", "setattr")
        for role, position, _ in facts.occurrences(name)
        if role & f.ROLE_MASK == f.WRITTEN or name == "setattr"
    )


def _has_source(inference: Inference, cls: Entity) -> bool:
    """True if a class is one of a stub whose source is available and may have a constructor."""
    if not cls.path.endswith(".pyi"):
        return False
    if (
        inference.snapshot.index.search_path.layer(inference.snapshot.absolute(cls.path))
        == "stdlib"
    ):
        return False
    return source_path(inference, cls.path) is not None


def _constructor(
    inference: Inference, cls: Entity, order: list[Entity]
) -> tuple[int, Entity | None]:
    """Return the nearer of ``__init__`` and ``__new__``, with its place in the resolution order.

    The length of the order and None when both are those of ``object``; a place below 0 when one of
    them is no function that is defined in a class.
    """
    best: tuple[int, Entity | None] = (len(order), None)
    for name in ("__init__", "__new__"):
        for item in inference.class_member(cls, name)[-1:]:
            if item.entity.kind not in (FUNCTION, OUTSIDE):
                return -1, None
            if item.entity.kind == OUTSIDE:
                place = next((at for at, each in enumerate(order) if each.kind != CLASS), 0)
                if place < best[0]:
                    best = place, None
                continue
            owner = owner_of(inference, item.entity)
            if owner == standard_class(inference, "builtins", "object"):
                continue
            place = order.index(owner) if owner in order else 0
            if place < best[0]:
                best = place, item.entity
    return best


def _with_derived(inference: Inference, cls: Entity) -> list[Callee] | None:
    """Return a class and those derived from it: ``cls()`` may be any of them."""
    callee = class_signature(inference, cls)
    if callee is None:
        return None
    found = [callee]
    for each in derived_classes(inference, cls):
        is_last = len(found) >= _SUBCLASSES - 1
        derived = None if is_last else class_signature(inference, each)
        if derived is None:
            return None
        found.append(derived)
    return found

"""Implicit calls: whether syntax can call the special methods that it needs of a value.

They are looked up on the type of a value: of a class on its metaclass. One that is None says that
there is none, even where a base has it.
"""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.facts_view import bases, op, returned
from ...indexer.inference.access_paths import last_name
from ...indexer.inference.classes import subclasses
from ...indexer.inference.dynamic_attributes import has_dynamic_attributes
from ...indexer.inference.entities import CLASS, FUNCTION, VARIABLE, Entity, Found
from ...indexer.inference.exhaustive import is_exhaustive
from ...indexer.inference.has_member import ABSENT, has_member
from ...indexer.inference.inference import Inference
from ...indexer.inference.standard_types import standard_class
from ...indexer.inference.types import CLASS_OBJECT, FUNCTION_OBJECT, INSTANCE, NONE, Value
from .callees import Signature
from .coroutines import returns_nothing
from .decorators import preserves_result, preserves_signature
from .signatures import derived_classes, function_signature, name_in_class, overridden_signatures

_GENERIC = ("Generic", "Protocol")
# What the result of a special method has to have, and what that is called.
_RESULTS = {
    "__iter__": ("__next__", "iterator"), "__await__": ("__next__", "iterator"),
    "__aenter__": ("__await__", "awaitable"), "__aexit__": ("__await__", "awaitable"),
}  # fmt: skip

Methods = tuple[tuple[str, int], ...]
"""Special methods in the order in which they are tried, with how many arguments they get.

With a number below 0 it is left to others how a method is called.
"""


def why_lacking(inference: Inference, value: Value, methods: Methods) -> str | None:
    """Return why none of some special methods can be called on a value; None if one can, or may.

    An empty string says that there is none.
    """
    for name, count in methods:
        if name == "__class_getitem__" and value.form != CLASS_OBJECT:
            continue
        found = _definitions(inference, value, name)
        if found is None:
            return None
        if found:
            return _why_not_callable(inference, value, found, name, count)
    return ""


def _definitions(inference: Inference, value: Value, name: str) -> list[Found] | None:
    """Return what a special method of a value is; nothing if there is none, None if unknown."""
    if value.form == CLASS_OBJECT and name != "__class_getitem__":
        meta = _whole_metaclass(inference, value.entity)
        if meta is None or has_dynamic_attributes(inference, meta):
            return None
        return inference.class_member(meta, name)
    if value.form == FUNCTION_OBJECT and value.entity.kind == FUNCTION:
        kind = standard_class(inference, "types", "FunctionType")
        if kind is None or not preserves_signature(inference, value.entity):
            return None
        return inference.class_member(kind, name)
    if has_member(inference, value, name) == ABSENT:
        is_generic = name == "__class_getitem__" and _is_generic(inference, value.entity)
        return None if is_generic else []
    is_class = value.form in (INSTANCE, CLASS_OBJECT) and value.entity.kind == CLASS
    found = inference.class_member(value.entity, name) if is_class else []
    return found or None


def _is_generic(inference: Inference, cls: Entity) -> bool:
    """True if a class, or a base, has type parameters: ``class Box[T]``, ``class Box(Base[T])``."""
    if cls == standard_class(inference, "builtins", "type"):
        return True  # `type[Box]`, which the interpreter knows
    for base in inference.mro(cls):
        facts = inference.facts(base.path) if base.kind == CLASS else None
        if facts is None:
            return True
        table, binding = facts.definition, facts.binding
        if any(
            op(facts, each.value) == f.SUBSCRIPT or last_name(facts, each.value) in _GENERIC
            for each in bases(facts, base.row)
        ):
            return True
        start, end = table.start[base.row], table.header_end[base.row]
        if any(
            kind == f.TYPE_PARAMETER and start <= position < end
            for kind, position in zip(binding.kind, binding.position, strict=True)
        ):
            return True
    return False


def _whole_metaclass(inference: Inference, cls: Entity) -> Entity | None:
    """Return the metaclass of a class and of all that are derived from it; None if unknown."""
    if cls.kind != CLASS or has_dynamic_attributes(inference, cls):
        return None
    meta = inference.metaclass(cls)
    if any(inference.metaclass(each) != meta for each in subclasses(inference, cls)):
        return None
    return meta or standard_class(inference, "builtins", "type")


def _why_not_callable(
    inference: Inference, value: Value, found: list[Found], name: str, count: int
) -> str | None:
    if len(found) != 1:
        return None
    entity = found[0].entity
    if entity.kind == VARIABLE:
        return _why_no_function(inference, value, entity, name)
    if entity.kind != FUNCTION or count < 0 or entity.path.endswith(".pyi"):
        return None
    flags = inference.need(entity.path).definition.flags[entity.row]
    if flags & (f.PROPERTY | f.ACCESSOR | f.OVERLOAD) or overridden_signatures(inference, entity):
        return None
    callee = function_signature(inference, entity, bound=not flags & f.STATIC)
    if callee is None:
        return None
    if not any(_takes(signature, count) for signature in callee.signatures):
        return f"{name_in_class(inference, entity)}() is called with {count or 'no'} arguments"
    return _why_wrong_result(inference, entity, *_RESULTS[name]) if name in _RESULTS else None


def _why_no_function(inference: Inference, value: Value, variable: Entity, name: str) -> str | None:
    """Return why a class variable cannot be called: it is None, or a number."""
    facts, row = inference.need(variable.path), variable.row
    table = facts.binding
    if table.kind[row] != f.ASSIGN or variable.path.endswith(".pyi"):
        return None
    if len(facts.bindings_of(table.scope[row], table.name[row])) != 1:
        return None
    if any(inference.own_member(each, name) for each in derived_classes(inference, value.entity)):
        return None
    written = table.value[row]
    if op(facts, written) == f.NONE:
        return f"{name} is None"
    if not is_exhaustive(inference, variable.path, written):
        return None
    type_ = inference.infer_type(variable.path, written)
    if type_ and all(
        each.form == INSTANCE
        and all(has_member(inference, each, name) == ABSENT for name in ("__call__", "__get__"))
        for each in type_
    ):
        return f"{name} cannot be called"
    return None


def _takes(signature: Signature, count: int) -> bool:
    """True if a method takes some positional arguments, and needs no more."""
    positional = signature.positional
    return (
        all(not each.required for each in signature.parameters if each.kind == f.KEYWORD_ONLY)
        and sum(each.required for each in positional) <= count
        and (count <= len(positional) or signature.takes_any(f.VAR_POSITIONAL))
    )


def _why_wrong_result(
    inference: Inference, function: Entity, method: str, wanted: str
) -> str | None:
    """Return why what the body of a special method returns lacks a method; None if it may not.

    What it is declared to return is often less: ``def __iter__(self) -> Iterable[int]``.
    """
    facts = inference.need(function.path)
    flags = facts.definition.flags[function.row]
    if flags & (f.ABSTRACT | f.STUB_BODY | f.GENERATOR | f.ASYNC):
        return None
    if not preserves_result(inference, function):
        return None
    values = list(returned(facts, facts.definition.own_scope[function.row]))
    if not values and not returns_nothing(inference, function):
        return None
    for expr in values:
        if not is_exhaustive(inference, function.path, expr):
            return None
        type_ = inference.infer_type(function.path, expr)
        if not type_ or any(
            value.form not in (INSTANCE, NONE)
            or why_lacking(inference, value, ((method, 0),)) is None
            for value in type_
        ):
            return None
    return f"{name_in_class(inference, function)}() returns no {wanted}"

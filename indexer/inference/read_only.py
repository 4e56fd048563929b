"""Attributes that are there and cannot be set: properties without setter, frozen fields."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..facts_view import decorators
from . import expressions
from .access_paths import decorator_callee, keyword_argument
from .classes import class_member, mro, own_member
from .entities import CLASS, FUNCTION, owner_class
from .exhaustive import all_subclasses
from .synthesized import fields
from .types import INSTANCE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .entities import Entity
    from .inference import Inference
    from .types import Value


def lacks_setter(inference: Inference, value: Value, name: str, *, exact: bool) -> bool:
    """True if an attribute is a property that takes no value, here and in derived classes."""
    if value.form != INSTANCE or value.entity.kind != CLASS:
        return False
    cls = value.entity
    if any(each.kind != CLASS for each in mro(inference, cls)):
        return False
    if class_member(inference, cls, "__setattr__"):
        return False
    found = [item.entity for item in class_member(inference, cls, name)]
    if len(found) != 1 or not _is_plain_property(inference, found[0], name):
        return False
    return exact or not any(
        own_member(inference, each, name) for each in all_subclasses(inference, cls)
    )


def _is_plain_property(inference: Inference, entity: Entity, name: str) -> bool:
    """True if a function is a property by the builtin decorator alone, and no other one of a name.

    Those of stubs may be plain attributes, and methods may take the place of one: ``x = x.setter``.
    """
    if entity.kind != FUNCTION or entity.path.endswith(".pyi"):
        return False
    facts = inference.need(entity.path)
    listed = decorators(facts, entity.row)
    if [facts_view.plain_name(facts, expr) for expr in listed] != ["property"]:
        return False
    scope = facts.definition.own_scope[owner_class(facts, entity)]
    return len(facts.bindings_of(scope, facts.name_id(name))) == 1


def is_frozen(inference: Inference, value: Value, name: str, *, exact: bool) -> bool:
    """True if an instance is of a frozen dataclass, which refuses to set an attribute."""
    if value.form != INSTANCE or value.entity.kind != CLASS:
        return False
    for cls in mro(inference, value.entity):
        if cls.kind != CLASS or own_member(inference, cls, "__setattr__"):
            return False
        if _is_frozen_dataclass(inference, cls):
            is_its_own = cls == value.entity and (exact or not all_subclasses(inference, cls))
            return is_its_own or any(field.name == name for field in fields(inference, cls))
    return False


def _is_frozen_dataclass(inference: Inference, cls: Entity) -> bool:
    facts = inference.facts(cls.path)
    if facts is None or cls.path.endswith(".pyi"):
        return False
    return any(
        facts_view.called(facts, expr) >= 0
        and facts_view.op(facts, keyword_argument(facts, expr, "frozen")) == f.TRUE
        and all(
            item.entity.path.endswith("/dataclasses.pyi")
            for item in expressions.definitions_of(
                inference, cls.path, decorator_callee(facts, expr)
            )
        )
        and facts_view.plain_name(facts, decorator_callee(facts, expr)) == "dataclass"
        for expr in decorators(facts, cls.row)
    )

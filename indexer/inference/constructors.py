"""Constructors that give something else than an instance of the class that is called."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from .access_paths import last_name
from .classes import own_member
from .entities import CLASS, FUNCTION
from .names import bindings_in_force
from .query_cache import cached
from .types import INSTANCE, without_none

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .entities import Entity
    from .inference import Inference


def gives_another(inference: Inference, cls: Entity) -> bool:
    """True if calling a class may give no instance of it.

    By its ``__new__``, or that of a base, or by ``__call__`` of its metaclass.
    """
    key = ("gives another", cls)
    return cached(inference, key, lambda: _may_give_another(inference, cls), False)


def _may_give_another(inference: Inference, cls: Entity) -> bool:
    meta = inference.metaclass(cls)
    return any(_own_may(inference, base, "__new__") for base in inference.mro(cls)) or (
        meta is not None
        and any(_own_may(inference, base, "__call__") for base in inference.mro(meta))
    )


def _own_may(inference: Inference, cls: Entity, name: str) -> bool:
    facts = inference.facts(cls.path) if cls.kind == CLASS else None
    if facts is None or cls.path.endswith(".pyi") or facts.name_id(name) < 0:
        return False
    return any(
        _returns_another(inference, cls, item.entity)
        for item in own_member(inference, cls, name)
        if item.entity.kind == FUNCTION
    )


def _returns_another(inference: Inference, cls: Entity, new: Entity) -> bool:
    """True if a constructor may return anything but an instance of the class that it is given."""
    facts = inference.need(new.path)
    scope = facts.definition.own_scope[new.row]
    table = facts.result
    values = [
        table.expr[row] for row in facts_view.results(facts, scope) if table.kind[row] == f.RETURN
    ]
    return not values or not all(
        value >= 0 and _is_new_instance(inference, cls, new, value) for value in values
    )


def is_new_call(inference: Inference, new: Entity, expr: int) -> bool:
    """True if an expression in ``__new__`` calls that of a base for the class that it is given."""
    facts = inference.need(new.path)
    name = last_name(facts, facts_view.called(facts, expr))
    if name == "__call__":
        return facts_view.definition_name(facts, new.row) == name  # of a metaclass
    if name != "__new__":
        return False
    given = next(facts_view.parameters(facts, facts.definition.own_scope[new.row]), -1)
    # `super().__new__(Other)` gives an instance of the other class.
    return given >= 0 and any(
        facts_view.plain_name(facts, each.value) == facts.names[facts.parameter.name[given]]
        for each in list(facts_view.arguments(facts, expr))[:1]
    )


def _is_new_instance(inference: Inference, cls: Entity, new: Entity, expr: int) -> bool:
    """True if an expression in ``__new__`` is made by that of a base, or kept from before."""
    facts = inference.need(new.path)
    kind = facts_view.op(facts, expr)
    if is_new_call(inference, new, expr):
        return True
    if kind == f.NAME:
        rows = bindings_in_force(
            facts,
            facts_view.name_scope(facts, expr),
            facts_view.name_row(facts, expr),
            facts.expr.position[expr],
            expr,
        )
        values = [facts.binding.value[row] for row in rows]
        return bool(values) and all(
            value >= 0 and _is_new_instance(inference, cls, new, value) for value in values
        )
    type_ = without_none(inference.infer_type(new.path, expr))
    if type_:
        return all(each.head == (INSTANCE, cls) for each in type_)
    # What is kept in an attribute or under a key was made before: `return cls._instance`.
    return kind in (f.ATTRIBUTE, f.SUBSCRIPT)

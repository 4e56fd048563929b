"""Enumerations: their members, and the values of these."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..inference.access_paths import last_name
from ..inference.classes import class_member, is_enum
from ..inference.entities import CLASS, VARIABLE, Entity
from ..inference.standard_types import builtin_instance
from ..inference.types import INSTANCE, UNKNOWN, Value, union
from .plugin import Plugin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..inference.inference import Inference
    from ..inference.types import Type


class Enums(Plugin):
    """The module ``enum``."""

    __slots__ = ()

    def attribute_type(self, inference: Inference, value: Value, name: str) -> Type | None:
        """Return the type of the value of a member."""
        entity = value.entity
        if not is_enum(inference, entity):
            return None
        found = class_member(inference, entity, name)
        if not found or not found[0].entity.path.endswith("/enum.pyi"):
            return None
        return value.args[0] if value.args else _any_value(inference, entity)

    def member_type(
        self, inference: Inference, value: Value, member: Entity, name: str
    ) -> Type | None:
        """Return a member: an instance, whose argument is the type of its value."""
        if name.startswith("_"):
            return None
        facts = inference.need(member.path)
        if facts.scope.kind[facts.binding.scope[member.row]] != f.CLASS_SCOPE:
            return None
        is_assigned = facts.binding.value[member.row] >= 0 or member.path.endswith(".pyi")
        if not is_assigned or not is_enum(inference, value.entity):
            return None
        held = _value_of(inference, member)
        if _wrapper(facts, member) == "nonmember":
            return held
        return (Value(INSTANCE, value.entity, (held,) if held else (), 1),)


def _wrapper(facts: FileFacts, member: Entity) -> str:
    """Return the last name of the function of ``enum`` whose call a variable is assigned."""
    function = facts_view.called(facts, facts.binding.value[member.row])
    return last_name(facts, function) if function >= 0 else ""


def _value_of(inference: Inference, member: Entity) -> Type:
    """Return the type of what a member is assigned."""
    facts = inference.need(member.path)
    value = facts.binding.value[member.row]
    if value < 0:
        return UNKNOWN
    wrapper = _wrapper(facts, member)
    if wrapper == "auto":
        return builtin_instance(inference, "int")
    if wrapper in ("member", "nonmember"):
        return union(
            *(
                inference.infer_type(member.path, each)
                for each in facts_view.argument_values(facts, value)
            )
        )
    return inference.infer_type(member.path, value)


def _any_value(inference: Inference, entity: Entity) -> Type:
    """Return the type of the value of any member of an enumeration."""
    if entity.kind != CLASS:
        return UNKNOWN
    facts = inference.need(entity.path)
    binding, scope = facts.binding, facts.definition.own_scope[entity.row]
    return union(
        *(
            _value_of(inference, Entity(VARIABLE, entity.path, row))
            for row, where in enumerate(binding.scope)
            if where == scope
            and binding.kind[row] == f.ASSIGN
            and not facts_view.binding_name(facts, row).startswith("_")
        )
    )


PLUGIN = Enums()

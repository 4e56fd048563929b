"""Whose attributes are: a class's own, which reading the class gives, or only its instances'."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from .classes import class_member, own_attributes, own_member
from .entities import ATTRIBUTE, CLASS, OUTSIDE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .entities import Entity
    from .inference import Inference


def is_kept_by(inference: Inference, order: list[Entity], name: str, *, on_class: bool) -> bool:
    """True if one of some classes, the mro of one, shows an attribute of a name.

    ``on_class`` asks for what is read of the class: ``self.size = 1`` in a method sets none.
    """
    for cls in order:
        if cls.kind != CLASS:
            continue
        found = [item.entity for item in own_member(inference, cls, name)]
        if any(entity.kind not in (ATTRIBUTE, OUTSIDE) for entity in found):
            return True
        if found and found[0].kind == ATTRIBUTE and _is_set(inference, cls, name, on_class):
            return True
    # Private names that a stub leaves out are found from the class that is asked for.
    found = class_member(inference, order[0], name) if order and order[0].kind == CLASS else []
    return any(item.entity.kind not in (ATTRIBUTE, OUTSIDE) for item in found)


def _is_set(inference: Inference, cls: Entity, name: str, on_class: bool) -> bool:
    """True if methods of a class set an attribute."""
    facts = inference.need(cls.path)
    rows = own_attributes(facts, cls.row, facts.name_id(name))
    return any(not on_class or _is_set_on_class(facts, row) for row in rows)


def _is_set_on_class(facts: FileFacts, row: int) -> bool:
    """True if an attribute is set on what may be the class: ``cls.size = 1``."""
    scope = facts.attribute_binding.scope[row]
    while scope >= 0:
        definition = facts.scope.definition[scope]
        parent = facts.scope.parent[scope]
        if facts.scope.kind[scope] == f.FUNCTION_SCOPE and (
            facts.scope.kind[facts.definition.scope[definition]] == f.CLASS_SCOPE
        ):
            flags = facts.definition.flags[definition]
            name = facts_view.definition_name(facts, definition)
            # What another decorator makes of a method, such as a class method, is not known here.
            return (
                bool(flags & f.CLASSMETHOD)
                or facts.definition.decorators[definition] >= 0
                or (name in _OF_CLASSES)
            )
        scope = parent
    return True


# Methods whose first parameter is the class without a decorator that says so.
_OF_CLASSES = frozenset(["__init_subclass__", "__class_getitem__", "__new__"])

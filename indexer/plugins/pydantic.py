"""pydantic: validators and serializers, which name the fields that they are for."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..inference.classes import class_member
from ..inference.entities import CLASS, Entity
from .plugin import Plugin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..inference.entities import Found
    from ..inference.inference import Inference


class Pydantic(Plugin):
    """pydantic; SQLAlchemy's ``@validates("name")`` is of the same kind."""

    __slots__ = ()

    def named_in_string(
        self, inference: Inference, path: str, call: int, expr: int, prefix: str
    ) -> list[Found]:
        """Return the field of its class that a decorator of a method names."""
        del expr
        facts = inference.need(path)
        for row in facts_view.definitions(facts, f.FUNCTION):
            scope = facts.definition.scope[row]
            is_method = facts.scope.kind[scope] == f.CLASS_SCOPE
            if is_method and call in facts_view.decorators(facts, row):
                owner = Entity(CLASS, path, facts.scope.definition[scope])
                return class_member(inference, owner, prefix)
        return []


PLUGIN = Pydantic()

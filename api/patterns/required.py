"""Methods that a base class requires its subclasses to define."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.classes import own_member_names
from ...indexer.inference.entities import CLASS, FUNCTION
from .features import function_features

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference


def required_methods(inference: Inference, base: Entity) -> dict[str, tuple[Entity, bool]]:
    """Methods by name that a base leaves to others, and whether Python insists on them.

    Those that only raise ``NotImplementedError`` are meant to be overridden, but need not be.
    """
    found: dict[str, tuple[Entity, bool]] = {}
    seen: set[str] = set()
    for cls in inference.mro(base):
        if cls.kind != CLASS:
            continue
        for name in own_member_names(inference, cls):
            if name in seen:
                continue
            seen.add(name)
            for item in inference.own_member(cls, name)[-1:]:
                if item.entity.kind != FUNCTION:
                    continue
                method = function_features(inference, item.entity)
                if method.flags & f.ABSTRACT:
                    found[name] = item.entity, True
                elif (
                    method.flags & f.STUB_BODY
                    and "NotImplementedError" in method.raises
                    and not name.startswith("__")  # an operator that is refused
                ):
                    found[name] = item.entity, False
    return found


def overridden_method(inference: Inference, base: Entity, name: str) -> Entity | None:
    """The method that a class derived from a base would override; None for none that is known."""
    for cls in inference.mro(base):
        found = inference.own_member(cls, name) if cls.kind == CLASS else []
        if found:
            return found[-1].entity if found[-1].entity.kind == FUNCTION else None
    return None

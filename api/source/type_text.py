"""Types as people write them."""

from __future__ import annotations

from ...indexer.inference.entities import CONVENTIONAL, OUTSIDE, name_of, qualified_name
from ...indexer.inference.inference import Inference
from ...indexer.inference.types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NONE,
    VARIABLE_TYPE,
    Value,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.types import Type


_DEPTH = 4
_ALTERNATIVES = 5


def type_text(inference: Inference, type_: Type, depth: int = 0) -> str:
    """A type as an annotation would say it; empty when it is unknown or too much to say."""
    parts: list[str] = []
    for value in sorted(type_, key=lambda value: value.form == NONE):
        text = _value_text(inference, value, depth)
        if not text:
            return ""
        if text not in parts:
            parts.append(text)
    if len(parts) > _ALTERNATIVES:
        return ""
    return " | ".join(parts)


def is_conventional(type_: Type) -> bool:
    """True if a type is known by convention only."""
    return any(value.evidence >= CONVENTIONAL for value in type_)


def _value_text(inference: Inference, value: Value, depth: int) -> str:
    form, entity, args, _ = value
    if form == NONE:
        return "None"
    if form == INSTANCE:
        return _instance_text(inference, value, depth)
    if form == CLASS_OBJECT:
        return f"type[{name_of(inference, entity)}]"
    if form == MODULE_OBJECT:
        if entity.kind == OUTSIDE:
            return ""  # whatever that name leads to was not found, a module or not
        return f"Module({qualified_name(inference, entity)})"
    if form == VARIABLE_TYPE:
        return entity.path if entity.row < 0 else name_of(inference, entity)
    if form in (CALLABLE, FUNCTION_OBJECT):
        result = type_text(inference, args[0], depth + 1) if form == CALLABLE and args else ""
        return f"Callable[..., {result or 'Any'}]"
    return ""


def _instance_text(inference: Inference, value: Value, depth: int) -> str:
    _, entity, args, _ = value
    name = name_of(inference, entity)
    if not args or depth >= _DEPTH:
        return name
    if name == "tuple":
        if len(args) > 1:
            inner = [type_text(inference, arg, depth + 1) or "Any" for arg in args[1:]]
            return f"tuple[{', '.join(inner)}]"
        text = type_text(inference, next(iter(args)), depth + 1)
        return f"tuple[{text}, ...]" if text else name
    texts = [type_text(inference, arg, depth + 1) for arg in args]
    if not any(texts):
        return name
    return f"{name}[{', '.join(text or 'Any' for text in texts)}]"

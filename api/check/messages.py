"""How findings speak of things."""

from __future__ import annotations

from ...indexer.inference.entities import OUTSIDE, name_of
from ...indexer.inference.types import (
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NONE,
    SUPER,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.types import Type, Value
    from .context import CheckContext


def receiver_text(context: CheckContext, receiver: int, type_: Type) -> str:
    """Subject of a sentence about a receiver: ``The `Box` that `box` is``."""
    words = list(dict.fromkeys(_value(context, value) for value in type_))[:3]
    said = " or ".join(words)
    spelled = context.spelled(receiver)
    if spelled and spelled not in ("self", "cls") and f"`{spelled}`" not in said:
        return f"`{spelled}`, {said},"
    if len(words) == 1 and type_[0].form == INSTANCE:
        said = said.removeprefix("a ")
    return said[:1].upper() + said[1:]


def _value(context: CheckContext, value: Value) -> str:
    form, entity = value.form, value.entity
    if form == NONE:
        return "None"
    name = name_of(context.strict, entity) if entity.kind != OUTSIDE else entity.path
    if form == CLASS_OBJECT:
        return f"the class `{name}`"
    if form == MODULE_OBJECT:
        return f"the module `{name}`"
    if form == FUNCTION_OBJECT:
        return f"the function `{name}`"
    if form == SUPER:
        return f"what is above `{name}`"
    return f"a `{name}`" if form == INSTANCE else "a callable"

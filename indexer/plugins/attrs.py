"""attrs: classic decorators, and field specifiers, which ``dataclasses.field`` is like."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..inference.access_paths import keyword_argument, last_name
from ..inference.entities import FUNCTION, OUTSIDE, Entity
from ..inference.types import UNKNOWN
from .plugin import Plugin
from .registry import SPECIFIED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..facts import FileFacts
    from ..inference.inference import Inference
    from ..inference.types import Type

# Options by which fields come from elsewhere; the first one is that of `**options`.
_ELSEWHERE = frozenset(["", "these", "field_transformer"])


class Attrs(Plugin):
    """attrs."""

    __slots__ = ()

    def field_style(self, inference: Inference, path: str, decorator: int) -> str:
        """Return the style of ``@attr.s``, or of ``@attrs`` by any name that is imported."""
        if facts_view.attribute(inference.need(path), decorator) is not None:
            return SPECIFIED
        for item in inference.definitions_of(path, decorator):
            module: str | None = item.entity.path
            if item.entity.kind != OUTSIDE:
                module = inference.snapshot.index.module_name(item.entity.path)
            if (module or "").partition(".")[0] in ("attr", "attrs"):
                return SPECIFIED
        return ""

    def has_unknown_constructor(self, options: Mapping[str, int], *, has_own: bool) -> bool:
        """True for fields from elsewhere, or a constructor in spite of one that is written."""
        if _ELSEWHERE & options.keys() or options.get("auto_attribs") == f.FALSE:
            return True
        return has_own and ("init" in options or options.get("auto_detect") == f.FALSE)

    def field_type(self, inference: Inference, path: str, facts: FileFacts, row: int) -> Type:
        """Return the type that a field specifier declares by its arguments."""
        call = facts.binding.value[row]
        annotation = keyword_argument(facts, call, "type")
        if annotation >= 0:
            return inference.annotation_type(path, annotation)
        for name in ("factory", "default_factory"):
            factory = keyword_argument(facts, call, name)
            if factory >= 0:
                return inference.call_without_arguments(path, factory)
        default = keyword_argument(facts, call, "default")
        if default < 0:
            return _default_method_type(inference, path, facts, row)
        if last_name(facts, facts_view.called(facts, default)) == "Factory":
            factory = next((each.value for each in facts_view.arguments(facts, default)), -1)
            return inference.call_without_arguments(path, factory) if factory >= 0 else UNKNOWN
        return inference.infer_type(path, default)

    def call_type(self, inference: Inference, path: str, arguments: list[int]) -> Type | None:
        """Return what ``Factory(list)`` makes."""
        return inference.call_without_arguments(path, arguments[0])


def _default_method_type(inference: Inference, path: str, facts: FileFacts, row: int) -> Type:
    """Return what the method under ``@field.default`` gives."""
    scope, name = facts.binding.scope[row], facts_view.binding_name(facts, row)
    for definition in facts_view.definitions(facts):
        if facts.definition.scope[definition] != scope:
            continue
        for expr in facts_view.decorators(facts, definition):
            decorator = facts_view.attribute(facts, expr)
            if (
                decorator is not None
                and decorator.name == "default"
                and facts_view.plain_name(facts, decorator.receiver) == name
            ):
                return inference.return_type(Entity(FUNCTION, path, definition), None)
    return UNKNOWN


PLUGIN = Attrs()

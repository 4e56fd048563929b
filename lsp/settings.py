"""Settings of the language server, which the client has under ``flux-index``.

``features`` turns features off one by one: ``{"features": {"hover": false}}``.
"""

from __future__ import annotations

from .messages import is_object

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SECTION = "flux-index"


class Settings:
    """What the client has set; all else has its default. Not changed once made."""

    __slots__ = ("_values",)

    def __init__(self, values: object = None) -> None:
        """Take what a client sends, whatever it is."""
        self._values: dict[str, Any] = values if is_object(values) else {}

    def get(self, path: str, default: Any = None) -> Any:
        """A setting by its dotted path; its default also when its type is not the default's."""
        value: Any = self._values
        for key in path.split("."):
            if not is_object(value) or key not in value:
                return default
            value = value[key]
        if default is not None and not isinstance(value, type(default)):
            return default
        return value

    def enabled(self, feature: str) -> bool:
        """Whether a feature is on, which all are unless they are turned off."""
        return bool(self.get(f"features.{feature}", True))

    @classmethod
    def of(cls, settings: object) -> Settings | None:
        """Settings among all that a client pushes; None when ours are not among them."""
        if not is_object(settings):
            return None
        for name in (SECTION, "flux_index", "fluxIndex"):
            if is_object(settings.get(name)):
                return cls(settings[name])
        return None

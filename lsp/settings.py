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
    """What the client has set; all else has its default. Not changed once made.

    What it said when it introduced itself holds as long as it says nothing else of that setting.
    """

    __slots__ = ("_first", "_values")

    def __init__(self, values: object = None, first: Settings | None = None) -> None:
        """Take what a client sends, whatever it is; ``first`` is what it has sent at first."""
        self._values: dict[str, Any] = values if is_object(values) else {}
        self._first = first

    def get(self, path: str, default: Any = None) -> Any:
        """A setting by its dotted path; its default also when its type is not the default's."""
        value: Any = self._values
        for key in path.split("."):
            if not is_object(value) or key not in value:
                return default if self._first is None else self._first.get(path, default)
            value = value[key]
        if default is not None and not isinstance(value, type(default)):
            return default
        return value

    def enabled(self, feature: str) -> bool:
        """Whether a feature is on, which all are unless they are turned off."""
        return bool(self.get(f"features.{feature}", True))

    def now(self, values: object) -> Settings:
        """Settings after the client has said what they are now."""
        return Settings(values, self._first or self)

    @staticmethod
    def ours(settings: object) -> object:
        """Our part of all that a client pushes; None when there is none."""
        if not is_object(settings):
            return None
        names = (SECTION, "flux_index", "fluxIndex")
        return next((settings[name] for name in names if is_object(settings.get(name))), None)

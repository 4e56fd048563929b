"""The settings of the language server, which the client has under ``flux-index``.

``features`` turns features off one by one: ``{"features": {"hover": false}}``.
"""

from __future__ import annotations

from typing import Any

from ..api.rpc.messages import is_object

SECTION = "flux-index"


class Settings:
    """Settings of the client, or their defaults. Immutable.

    What ``initialize`` had holds until the client sends another value of that setting.
    """

    __slots__ = ("_first", "_values")

    def __init__(self, values: object = None, first: Settings | None = None) -> None:
        """``values`` may be anything that a client sends; ``first`` is what it has sent first."""
        self._values: dict[str, Any] = values if is_object(values) else {}
        self._first = first

    def get(self, path: str, default: Any = None) -> Any:
        """Return a setting by its dotted path, or its default, also when its type is another."""
        value: Any = self._values
        for key in path.split("."):
            if not is_object(value) or key not in value:
                return default if self._first is None else self._first.get(path, default)
            value = value[key]
        if default is not None and not isinstance(value, type(default)):
            return default
        return value

    def enabled(self, feature: str) -> bool:
        """True if a feature is on, which all are unless they are turned off."""
        return bool(self.get(f"features.{feature}", True))

    def updated(self, values: object) -> Settings:
        """Return the settings after the client has sent new values."""
        return Settings(values, self._first or self)

    @staticmethod
    def section(settings: object) -> object:
        """Return the values of this server among all that a client sends; None without any."""
        if not is_object(settings):
            return None
        names = (SECTION, "flux_index", "fluxIndex")
        return next((settings[name] for name in names if is_object(settings.get(name))), None)

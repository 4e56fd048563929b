"""Diagnostics that are hidden, because another server in the same editor reports them as well."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_TYPE_CHECKER, _RUFF = "type-checker", "ruff"
_ERROR = 1
# What type checkers find too, where it is certain: what is only unusual, none of them says.
_CERTAIN = frozenset(
    ["syntax-error", "unresolved-import", "unresolved-name", "undefined-name",
     "used-before-definition", "unresolved-attribute", "unknown-keyword", "missing-argument",
     "too-many-arguments", "duplicate-argument", "not-callable", "not-awaitable",
     "async-iteration", "async-context", "unpack-count", "abstract-instantiated"]
)  # fmt: skip
# What they find and is a warning here in any case.
_ALWAYS = frozenset(["not-installed", "incompatible-override"])


class DiagnosticFilter:
    """Rules by name, or ``type-checker`` and ``ruff`` for all that one of these reports."""

    __slots__ = ("_names",)

    def __init__(self, names: Iterable[object]) -> None:
        """``names`` is the setting ``diagnostics.leaveOut``, whatever is in it."""
        self._names = frozenset(map(str, names))

    def hides(self, rule: str, severity: int) -> bool:
        """True if a diagnostic is not shown; severity is the protocol's."""
        if rule in self._names:
            return True
        if rule.startswith("ruff:"):
            return _RUFF in self._names
        if _TYPE_CHECKER not in self._names:
            return False
        return rule in _ALWAYS or (rule in _CERTAIN and severity == _ERROR)

    def __eq__(self, other: object) -> bool:
        """Whether the same is left out."""
        return isinstance(other, DiagnosticFilter) and self._names == other._names

    def __hash__(self) -> int:
        """By what is left out."""
        return hash(self._names)

"""The client: its capabilities, its settings, and the diagnostics that it wants hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..api.rpc.messages import is_array, is_object

_ENCODINGS = ("utf-8", "utf-32", "utf-16")
_KINDS_OF_SYMBOLS = range(1, 19)


_MISSING = object()
SECTION = "flux-index"
_ERROR = 1
# Rules that type checkers have too, where they are certain.
_CERTAIN = frozenset(
    ["syntax-error", "unresolved-import", "unresolved-name", "undefined-name",
     "used-before-definition", "unresolved-attribute", "unknown-keyword", "missing-argument",
     "too-many-arguments", "duplicate-argument", "not-callable", "not-awaitable",
     "async-iteration", "async-context", "unpack-count", "abstract-instantiated", "not-iterable",
     "not-subscriptable", "not-a-container", "not-a-context-manager", "bad-super"]
)  # fmt: skip
# Rules that they have too, and that are warnings here.
_ALWAYS = frozenset(["not-installed", "incompatible-override", "missing-key", "possibly-unbound"])


def _lookup(values: object, path: str) -> Any:
    """Return what a dotted path leads to, or _MISSING."""
    for key in path.split("."):
        if not is_object(values) or key not in values:
            return _MISSING
        values = values[key]
    return values


class Client:
    """A client and its capabilities. What it does not mention it cannot do."""

    def __init__(self, params: dict[str, Any]) -> None:
        """``params`` are those of ``initialize``."""
        capabilities = params.get("capabilities")
        self._capabilities: dict[str, Any] = capabilities if is_object(capabilities) else {}
        offered = self.get("general.positionEncodings", ())
        self.encoding: str = next((name for name in _ENCODINGS if name in offered), "utf-16")
        """What a position's character counts: ``utf-8`` (bytes), ``utf-16`` or ``utf-32``."""
        process = params.get("processId")
        self.process_id: int | None = process if isinstance(process, int) and process > 0 else None
        info = params.get("clientInfo")
        self.name: str = str(info.get("name", "")) if is_object(info) else ""

    def get(self, path: str, default: Any = None) -> Any:
        """Return a capability by its dotted path."""
        value = _lookup(self._capabilities, path)
        return default if value is None or value is _MISSING else value

    @property
    def snippets(self) -> bool:
        """True if completions may be snippets."""
        return bool(self.get("textDocument.completion.completionItem.snippetSupport"))

    @property
    def hierarchical_symbols(self) -> bool:
        """True if document symbols may nest."""
        return bool(self.get("textDocument.documentSymbol.hierarchicalDocumentSymbolSupport"))

    @property
    def document_changes(self) -> bool:
        """True if edits may name versions of documents, and rename files."""
        return bool(self.get("workspace.workspaceEdit.documentChanges"))

    @property
    def pull_diagnostics(self) -> bool:
        """True if the client requests diagnostics itself."""
        return self.get("textDocument.diagnostic") is not None

    @property
    def progress(self) -> bool:
        """True if the server may show progress."""
        return bool(self.get("window.workDoneProgress"))

    def links(self, feature: str) -> bool:
        """True if a kind of definition may be answered with links."""
        return bool(self.get(f"textDocument.{feature}.linkSupport"))

    def markdown(self, feature: str) -> bool:
        """True if hover, completion or signatureHelp may be Markdown."""
        places = {
            "hover": "textDocument.hover.contentFormat",
            "completion": "textDocument.completion.completionItem.documentationFormat",
            "signatureHelp": "textDocument.signatureHelp.signatureInformation.documentationFormat",
        }
        formats = self.get(places.get(feature, ""), ())
        return is_array(formats) and "markdown" in formats

    def resolves(self, feature: str, name: str) -> bool:
        """True if a property of a feature's items may be left for ``resolve``."""
        places = (
            f"textDocument.{feature}",
            f"textDocument.{feature}.completionItem",
            f"workspace.{feature}",
        )
        return any(name in self.get(f"{each}.resolveSupport.properties", ()) for each in places)

    def dynamic(self, method: str) -> bool:
        """True if a method may be registered after the client has started."""
        part, _, feature = method.rpartition("/")
        return bool(self.get(f"{part}.{feature}.dynamicRegistration"))

    def refresh(self, feature: str) -> bool:
        """True if the client can be asked to refresh a feature, such as ``codeLens``."""
        return bool(self.get(f"workspace.{feature}.refreshSupport"))

    def symbol_kind(self, kind: int) -> int:
        """Return a kind of symbol that the client knows."""
        known = self.get("textDocument.documentSymbol.symbolKind.valueSet")
        if kind in (known if is_array(known) else _KINDS_OF_SYMBOLS):
            return kind
        return {22: 14, 26: 13}.get(kind, 13)  # enum member: constant; type parameter: variable


class Settings:
    """Settings of the client, or their defaults. Immutable.

    What ``initialize`` had holds until the client sends another value of that setting.
    """

    def __init__(self, values: object = None, first: Settings | None = None) -> None:
        """``values`` may be anything that a client sends; ``first`` is what it has sent first."""
        self._values: dict[str, Any] = values if is_object(values) else {}
        self._first = first

    def get(self, path: str, default: Any = None) -> Any:
        """Return a setting by its dotted path, or its default, also when its type is another."""
        value = _lookup(self._values, path)
        if value is _MISSING:
            return default if self._first is None else self._first.get(path, default)
        return value if default is None or isinstance(value, type(default)) else default

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


@dataclass(frozen=True, slots=True)
class DiagnosticFilter:
    """Diagnostics to hide: rules by name, or all of ``type-checker`` or ``ruff``."""

    names: frozenset[str]

    def hides(self, rule: str, severity: int) -> bool:
        """True if a diagnostic is not shown; severity is the protocol's."""
        if rule in self.names:
            return True
        if rule.startswith("ruff:"):
            return "ruff" in self.names
        if "type-checker" not in self.names:
            return False
        return rule in _ALWAYS or (rule in _CERTAIN and severity == _ERROR)

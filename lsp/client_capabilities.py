"""The capabilities of the client, as ``initialize`` has them."""

from __future__ import annotations

from typing import Any

from ..api.rpc.messages import is_array, is_object

_ENCODINGS = ("utf-8", "utf-32", "utf-16")
_KINDS_OF_SYMBOLS = range(1, 19)


class Client:
    """A client and its capabilities. What it does not mention it cannot do."""

    __slots__ = ("_capabilities", "encoding", "name", "process_id")

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
        value: Any = self._capabilities
        for key in path.split("."):
            if not is_object(value) or key not in value:
                return default
            value = value[key]
        return default if value is None else value

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
        for path in (
            f"textDocument.{feature}.resolveSupport.properties",
            f"textDocument.{feature}.completionItem.resolveSupport.properties",
            f"workspace.{feature}.resolveSupport.properties",
        ):
            if name in self.get(path, ()):
                return True
        return False

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

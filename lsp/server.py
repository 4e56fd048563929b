"""The language server: its life, its documents, and the requests it answers."""

from __future__ import annotations

from importlib.metadata import version

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from .documents import Documents
from .locations import to_location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def create() -> LanguageServer:
    """A server with all features, not started yet."""
    server = LanguageServer("flux-index", version("flux-index"))
    documents = Documents()

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        root = server.workspace.root_path
        if root:
            documents.open_workspace(root)

    @server.feature(types.SHUTDOWN)
    def shutdown(_: object) -> None:
        documents.close_workspace()

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        documents.set(params.text_document.uri, params.text_document.text)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        documents.set(uri, server.workspace.get_text_document(uri).source)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        documents.drop(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(params: types.DefinitionParams) -> list[types.Location]:
        answer = documents.ask("definition", params.text_document.uri, params.position)
        return _locations(documents, answer.get("items", []))

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def references(params: types.ReferenceParams) -> list[types.Location]:
        answer = documents.ask(
            "references",
            params.text_document.uri,
            params.position,
            declaration=params.context.include_declaration,
            textual=False,
            limit=100_000,
        )
        listed = [item for group in answer.get("items", []) for item in group["references"]]
        return _locations(documents, listed)

    return server


def _locations(documents: Documents, items: list[dict[str, Any]]) -> list[types.Location]:
    """Places of items that are somewhere; what leads outside of all layers is nowhere."""
    return [to_location(documents.root, item) for item in items if item["path"]]

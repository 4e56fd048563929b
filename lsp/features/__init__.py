"""The features of the language server: a table of methods, and modules by theme.

Handlers are plain functions that take a :class:`..requests.Request` and return JSON as the protocol
has it: dictionaries and lists. Their modules are imported when they are first called, so that the
server starts quickly.

They run in threads (see :mod:`..executors`), and may be called again with fresh data when a file
turns out to have changed unnoticed, so they keep no state that an attempt would spoil. They raise
RpcError for the protocol's errors; a FluxIndexError, as for an unknown file, is answered with null.

Positions are read and written by the :class:`..document_view.DocumentView` that ``request.view()``
returns. To continue in a later request (resolve, hierarchies), put a URI and a position into
``data``, never rows or byte offsets of facts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ...api.ide.semantic_tokens import MODIFIERS, TYPES
from ...api.operations.table import OPERATIONS
from .. import executors
from ..client import Client

if TYPE_CHECKING:
    from ..requests import Request

    Handler = Callable[[Request], object]

SOURCE = "flux-index"
"""Name that diagnostics have for where they come from."""
COMMAND_PREFIX = "flux-index."
"""Commands are the operations, named ``flux-index.<operation>``."""
CODE_ACTION_KINDS = ("quickfix", "refactor.rewrite", "source.fixAll.flux-index")
_RENAMED_FILES = {
    "filters": [
        {"scheme": "file", "pattern": {"glob": "**/*.{py,pyi}", "matches": "file"}},
        {"scheme": "file", "pattern": {"glob": "**", "matches": "folder"}},
    ]
}
_RENAMES = {"workspace": {
    "fileOperations": {"willRename": _RENAMED_FILES, "didRename": _RENAMED_FILES}
}}  # fmt: skip
_COMPLETION = {
    "triggerCharacters": [".", '"', "'", "["],
    "resolveProvider": True,
    "completionItem": {"labelDetailsSupport": True},
}
_SEMANTIC_TOKENS = {
    "legend": {"tokenTypes": list(TYPES), "tokenModifiers": list(MODIFIERS)},
    "full": {"delta": True},
    "range": True,
}
_CODE_ACTIONS = {"codeActionKinds": list(CODE_ACTION_KINDS), "resolveProvider": False}
_COMMANDS = {"commands": [COMMAND_PREFIX + name for name in OPERATIONS]}


def lazy(name: str) -> Handler:
    """Return a handler, ``module:function`` in this package, that is imported when called."""
    module, _, function = name.partition(":")

    def call(request: Request) -> object:
        return getattr(import_module(f".{module}", __package__), function)(request)

    return call


@dataclass(frozen=True, slots=True)
class Method:
    """How a request is answered, and what the server announces for it."""

    handler: Handler
    capabilities: dict[str, Any] | Callable[[Client], dict[str, Any]] = field(
        default_factory=dict[str, Any]
    )
    setting: str = ""
    """Name of the setting ``features.…`` that turns it off; then it is answered with null."""
    executor: executors.Name | None = "quick"
    """``needs_workspace`` for what searches all files; None for the event loop."""


def _diagnostic(client: Client) -> dict[str, Any]:
    if not client.pull_diagnostics:
        return {}
    return {
        "diagnosticProvider": {
            "identifier": SOURCE,
            "interFileDependencies": True,
            "workspaceDiagnostics": True,
        }
    }


def _rename(client: Client) -> dict[str, Any]:
    prepares = client.get("textDocument.rename.prepareSupport")
    return {"renameProvider": {"prepareProvider": True} if prepares else True}


def _provider(
    handler: str, setting: str, options: object = True, executor: executors.Name = "quick"
) -> Method:
    """Return a method that is announced by the name of its setting."""
    return Method(lazy(handler), {f"{setting}Provider": options}, setting, executor)


METHODS: dict[str, Method] = {
    # Navigation.
    "textDocument/definition": _provider("navigation:definition", "definition"),
    "textDocument/declaration": _provider("navigation:declaration", "declaration"),
    "textDocument/typeDefinition": _provider("navigation:type_definition", "typeDefinition"),
    "textDocument/implementation": _provider(
        "navigation:implementation", "implementation", executor="needs_workspace"
    ),
    "textDocument/references": _provider(
        "navigation:references", "references", executor="needs_workspace"
    ),
    "textDocument/documentHighlight": _provider(
        "navigation:document_highlight", "documentHighlight"
    ),
    "textDocument/documentLink": _provider(
        "navigation:document_link", "documentLink", {"resolveProvider": False}
    ),
    "textDocument/prepareCallHierarchy": _provider(
        "navigation:prepare_call_hierarchy", "callHierarchy"
    ),
    "callHierarchy/incomingCalls": Method(
        lazy("navigation:incoming_calls"), setting="callHierarchy", executor="needs_workspace"
    ),
    "callHierarchy/outgoingCalls": Method(
        lazy("navigation:outgoing_calls"), setting="callHierarchy", executor="needs_workspace"
    ),
    "textDocument/prepareTypeHierarchy": _provider(
        "navigation:prepare_type_hierarchy", "typeHierarchy"
    ),
    "typeHierarchy/supertypes": Method(lazy("navigation:supertypes"), setting="typeHierarchy"),
    "typeHierarchy/subtypes": Method(
        lazy("navigation:subtypes"), setting="typeHierarchy", executor="needs_workspace"
    ),
    # Symbols.
    "textDocument/documentSymbol": _provider(
        "symbols:document_symbol", "documentSymbol", {"label": "flux-index"}
    ),
    "workspace/symbol": _provider(
        "symbols:workspace_symbol", "workspaceSymbol", {"resolveProvider": True}, "needs_workspace"
    ),
    "workspaceSymbol/resolve": Method(lazy("symbols:resolve_symbol"), setting="workspaceSymbol"),
    "textDocument/foldingRange": _provider("symbols:folding_range", "foldingRange"),
    "textDocument/selectionRange": _provider("symbols:selection_range", "selectionRange"),
    # Hints.
    "textDocument/hover": _provider("hints:hover", "hover"),
    "textDocument/signatureHelp": _provider(
        "hints:signature_help", "signatureHelp",
        {"triggerCharacters": ["(", ","], "retriggerCharacters": [")", "="]},
    ),
    "textDocument/inlayHint": Method(
        lazy("hints:inlay_hints"), {"inlayHintProvider": True}, "inlayHints"
    ),
    "textDocument/codeLens": _provider("hints:code_lens", "codeLens", {"resolveProvider": True}),
    "codeLens/resolve": Method(
        lazy("hints:resolve_code_lens"), setting="codeLens", executor="needs_workspace"
    ),
    "textDocument/semanticTokens/full": _provider(
        "hints:semantic_tokens", "semanticTokens", _SEMANTIC_TOKENS
    ),
    "textDocument/semanticTokens/full/delta": Method(
        lazy("hints:semantic_tokens_delta"), setting="semanticTokens"
    ),
    "textDocument/semanticTokens/range": Method(
        lazy("hints:semantic_tokens_range"), setting="semanticTokens"
    ),
    # Completion.
    "textDocument/completion": _provider("completion:completion", "completion", _COMPLETION),
    "completionItem/resolve": Method(lazy("completion:resolve"), setting="completion"),
    # Edits and commands.
    "textDocument/prepareRename": Method(lazy("edits:prepare_rename"), setting="rename"),
    "textDocument/rename": Method(lazy("edits:rename"), _rename, "rename", "needs_workspace"),
    "workspace/willRenameFiles": Method(
        lazy("edits:will_rename_files"), _RENAMES, "renameFiles", "needs_workspace"
    ),
    "textDocument/codeAction": Method(
        lazy("edits:code_actions"), {"codeActionProvider": _CODE_ACTIONS}, "codeActions"
    ),
    "workspace/executeCommand": Method(
        lazy("edits:execute_command"), {"executeCommandProvider": _COMMANDS}, "commands",
        "needs_workspace",
    ),
    # Diagnostics.
    "textDocument/diagnostic": Method(
        lazy("diagnostics:document_diagnostic"), _diagnostic, "diagnostics", "background"
    ),
    "workspace/diagnostic": Method(
        lazy("diagnostics:workspace_diagnostic"), setting="diagnostics",
        executor="needs_workspace",
    ),
}  # fmt: skip

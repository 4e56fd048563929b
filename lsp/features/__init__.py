"""The features of the language server: a table of methods, and a module for each feature.

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

if TYPE_CHECKING:
    from .. import executors
    from ..client_capabilities import Client
    from ..requests import Request

    Handler = Callable[[Request], object]

SOURCE = "flux-index"
"""Name that diagnostics have for where they come from."""
COMMAND_PREFIX = "flux-index."
"""Commands are the operations, named ``flux-index.<operation>``."""
CODE_ACTION_KINDS = ("quickfix", "refactor.rewrite", "source.fixAll.flux-index")


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


_RENAMED_FILES = {
    "filters": [
        {"scheme": "file", "pattern": {"glob": "**/*.{py,pyi}", "matches": "file"}},
        {"scheme": "file", "pattern": {"glob": "**", "matches": "folder"}},
    ]
}

METHODS: dict[str, Method] = {
    "textDocument/definition": Method(
        lazy("definition:definition"), {"definitionProvider": True}, "definition"
    ),
    "textDocument/declaration": Method(
        lazy("definition:declaration"), {"declarationProvider": True}, "declaration"
    ),
    "textDocument/typeDefinition": Method(
        lazy("definition:type_definition"), {"typeDefinitionProvider": True}, "typeDefinition"
    ),
    "textDocument/implementation": Method(
        lazy("definition:implementation"), {"implementationProvider": True}, "implementation",
        "needs_workspace",
    ),
    "textDocument/references": Method(
        lazy("references:references"), {"referencesProvider": True}, "references",
        "needs_workspace",
    ),
    "textDocument/documentHighlight": Method(
        lazy("document_highlight:document_highlight"), {"documentHighlightProvider": True},
        "documentHighlight",
    ),
    "textDocument/documentSymbol": Method(
        lazy("document_symbol:document_symbol"),
        {"documentSymbolProvider": {"label": "flux-index"}}, "documentSymbol",
    ),
    "workspace/symbol": Method(
        lazy("workspace_symbol:workspace_symbol"),
        {"workspaceSymbolProvider": {"resolveProvider": True}}, "workspaceSymbol",
        "needs_workspace",
    ),
    "workspaceSymbol/resolve": Method(
        lazy("workspace_symbol:resolve"), setting="workspaceSymbol"
    ),
    "textDocument/prepareCallHierarchy": Method(
        lazy("call_hierarchy:prepare"), {"callHierarchyProvider": True}, "callHierarchy"
    ),
    "callHierarchy/incomingCalls": Method(
        lazy("call_hierarchy:incoming_calls"), setting="callHierarchy",
        executor="needs_workspace",
    ),
    "callHierarchy/outgoingCalls": Method(
        lazy("call_hierarchy:outgoing_calls"), setting="callHierarchy",
        executor="needs_workspace",
    ),
    "textDocument/prepareTypeHierarchy": Method(
        lazy("type_hierarchy:prepare"), {"typeHierarchyProvider": True}, "typeHierarchy"
    ),
    "typeHierarchy/supertypes": Method(
        lazy("type_hierarchy:supertypes"), setting="typeHierarchy"
    ),
    "typeHierarchy/subtypes": Method(
        lazy("type_hierarchy:subtypes"), setting="typeHierarchy", executor="needs_workspace"
    ),
    "textDocument/foldingRange": Method(
        lazy("folding_range:folding_range"), {"foldingRangeProvider": True}, "foldingRange"
    ),
    "textDocument/selectionRange": Method(
        lazy("selection_range:selection_range"), {"selectionRangeProvider": True},
        "selectionRange",
    ),
    "textDocument/semanticTokens/full": Method(
        lazy("semantic_tokens:full"),
        {
            "semanticTokensProvider": {
                "legend": {"tokenTypes": list(TYPES), "tokenModifiers": list(MODIFIERS)},
                "full": {"delta": True},
                "range": True,
            }
        },
        "semanticTokens",
    ),
    "textDocument/semanticTokens/full/delta": Method(
        lazy("semantic_tokens:delta"), setting="semanticTokens"
    ),
    "textDocument/semanticTokens/range": Method(
        lazy("semantic_tokens:range_"), setting="semanticTokens"
    ),
    "textDocument/documentLink": Method(
        lazy("document_link:document_link"),
        {"documentLinkProvider": {"resolveProvider": False}}, "documentLink",
    ),
    "textDocument/hover": Method(lazy("hover:hover"), {"hoverProvider": True}, "hover"),
    "textDocument/signatureHelp": Method(
        lazy("signature_help:signature_help"),
        {
            "signatureHelpProvider": {
                "triggerCharacters": ["(", ","],
                "retriggerCharacters": [")", "="],
            }
        },
        "signatureHelp",
    ),
    "textDocument/completion": Method(
        lazy("completion:completion"),
        {
            "completionProvider": {
                "triggerCharacters": [".", '"', "'", "["],
                "resolveProvider": True,
                "completionItem": {"labelDetailsSupport": True},
            }
        },
        "completion",
    ),
    "completionItem/resolve": Method(lazy("completion:resolve"), setting="completion"),
    "textDocument/prepareRename": Method(lazy("rename:prepare"), setting="rename"),
    "textDocument/rename": Method(lazy("rename:rename"), _rename, "rename", "needs_workspace"),
    "workspace/willRenameFiles": Method(
        lazy("rename_files:will_rename_files"),
        {"workspace": {
            "fileOperations": {"willRename": _RENAMED_FILES, "didRename": _RENAMED_FILES}
        }},
        "renameFiles", "needs_workspace",
    ),
    "textDocument/inlayHint": Method(
        lazy("inlay_hints:inlay_hints"), {"inlayHintProvider": True}, "inlayHints"
    ),
    "textDocument/codeLens": Method(
        lazy("code_lens:code_lens"), {"codeLensProvider": {"resolveProvider": True}}, "codeLens"
    ),
    "codeLens/resolve": Method(
        lazy("code_lens:resolve"), setting="codeLens", executor="needs_workspace"
    ),
    "textDocument/codeAction": Method(
        lazy("code_actions:code_actions"),
        {"codeActionProvider": {
            "codeActionKinds": list(CODE_ACTION_KINDS), "resolveProvider": False
        }},
        "codeActions",
    ),
    "textDocument/diagnostic": Method(
        lazy("diagnostics:document_diagnostic"), _diagnostic, "diagnostics", "background"
    ),
    "workspace/diagnostic": Method(
        lazy("diagnostics:workspace_diagnostic"), setting="diagnostics",
        executor="needs_workspace",
    ),
    "workspace/executeCommand": Method(
        lazy("commands:execute_command"),
        {"executeCommandProvider": {"commands": [COMMAND_PREFIX + name for name in OPERATIONS]}},
        "commands", "needs_workspace",
    ),
}  # fmt: skip

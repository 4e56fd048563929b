"""``flux-index lsp``: start the language server."""

from __future__ import annotations

from importlib import import_module

from ...indexer.errors import FluxIndexError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def run(arguments: Sequence[str]) -> int:
    """Run the language server with its own options; returns the exit code."""
    try:
        # By name, since `api` does not import `lsp`.
        server = import_module("flux_index.lsp.main")
    except ModuleNotFoundError as error:
        if error.name not in ("flux_index.lsp", "flux_index.lsp.main"):
            raise
        raise FluxIndexError("this installation has no language server") from None
    return server.run(list(arguments))

"""``flux-index lsp``: hands over to the language server."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def run(arguments: Sequence[str]) -> int:
    """Run the language server with its own options; returns the exit code."""
    from importlib import import_module

    from ...indexer.errors import FluxIndexError

    try:
        # By name, since the layers below know nothing of the one above.
        server = import_module("flux_index.lsp.main")
    except ModuleNotFoundError as error:
        if error.name not in ("flux_index.lsp", "flux_index.lsp.main"):
            raise
        raise FluxIndexError("this installation has no language server") from None
    return server.run(list(arguments))

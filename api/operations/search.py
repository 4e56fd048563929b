"""Search by name or words."""

from __future__ import annotations

from ...indexer.symbols import KIND_NAMES
from ..source.entity_views import envelope, name_range, signature, symbol
from ..source.symbol_search import qualified_container, search_symbols
from ..source.targets import entity_of_symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.inference.inference import Inference
    from ...indexer.store.index_store import StoredSymbol
    from ..open_workspace import OpenWorkspace


def symbols(
    workspace: OpenWorkspace,
    *,
    query: str,
    kinds: list[str] | None,
    path: str | None,
    limit: int,
    offset: int,
) -> dict[str, Any]:
    """Answer the operation ``symbols``."""
    inference = workspace.inference(whole=True)
    found = search_symbols(inference, query, kinds, path)
    page = found[offset : offset + limit]
    items = [_symbol_item(inference, where, each) for where, each in page]
    answer = {"items": items, "total": len(found), "truncated": offset + len(page) < len(found)}
    return envelope(inference, answer, {where for where, _ in page})


def _symbol_item(inference: Inference, path: str, stored: StoredSymbol) -> dict[str, Any]:
    """Return a symbol as answers show it, brought up to date if its file has changed."""
    found = entity_of_symbol(inference, path, stored)
    if found is not None:
        item = symbol(inference, found, details=False)
        item["kind"] = KIND_NAMES[stored.kind]
        text = signature(inference, found.entity)
        if text:
            item["signature"] = text
        return item
    return {
        "name": f"{qualified_container(inference, path, stored)}.{stored.name}",
        "kind": KIND_NAMES[stored.kind],
        "path": path,
        "range": name_range(inference, path, 0, ""),
        "evidence": "textual",
        "note": "the file has changed since it was indexed",
    }

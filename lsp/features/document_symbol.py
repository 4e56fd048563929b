"""Symbols of a document, nested or flat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.ide.document_symbol import document_symbols

if TYPE_CHECKING:
    from ...api.ide.document_symbol import SymbolNode
    from ..document_view import DocumentView
    from ..requests import Request


def document_symbol(request: Request) -> object:
    """Answer textDocument/documentSymbol."""
    view = request.view()
    nested = request.client.hierarchical_symbols
    whole = view.span[1] == view.facts.line_starts[-1] and view.span[0] == 0
    # Facts are those of one content, so what is made of them holds as long as they do.
    key = f"lsp symbols {nested} {view.uri} {view.encoding}"
    if whole and key in view.facts.memo:
        return view.facts.memo[key]
    start, end = view.span
    nodes = [node for node in document_symbols(view.facts) if start <= node.start < end]
    result: list[Any] = []
    if nested:
        result = [_nested(request, view, node) for node in nodes]
    else:
        _flat(request, view, nodes, result)
    if whole:
        view.facts.memo[key] = result
    return result


def _nested(request: Request, view: DocumentView, node: SymbolNode) -> Any:
    item: dict[str, Any] = {
        "name": node.name,
        "kind": request.client.symbol_kind(node.kind),
        "range": view.range(node.start, node.end),
        "selectionRange": view.range(node.position, node.position + len(node.name.encode())),
    }
    if node.children:
        item["children"] = [_nested(request, view, child) for child in node.children]
    return item


def _flat(request: Request, view: DocumentView, nodes: list[SymbolNode], result: list[Any]) -> None:
    for node in nodes:
        item: dict[str, Any] = {
            "name": node.name,
            "kind": request.client.symbol_kind(node.kind),
            "location": view.location(view.path, node.start, node.end),
        }
        if node.container:
            item["containerName"] = node.container
        result.append(item)
        _flat(request, view, node.children, result)

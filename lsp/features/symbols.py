"""Symbols of a document and of all workspaces; ranges to fold and to select."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...api.ide.folding import folding_ranges
from ...api.ide.selections import Selections
from ...api.ide.symbols import SymbolNode, document_symbols, symbol_span, workspace_symbols
from ...api.rpc.messages import is_object
from ..document_view import DocumentView
from ..params import Params
from ..requests import Request

_LIMIT = 128


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
    render = _nested if nested else _flat
    result = [item for node in nodes for item in render(request, view, node)]
    if whole:
        view.facts.memo[key] = result
    return result


def _nested(request: Request, view: DocumentView, node: SymbolNode) -> Iterator[Any]:
    """Yield a DocumentSymbol."""
    item: dict[str, Any] = {
        "name": node.name,
        "kind": request.client.symbol_kind(node.kind),
        "range": view.range(node.start, node.end),
        "selectionRange": view.range(node.position, node.position + len(node.name.encode())),
    }
    if node.children:
        item["children"] = [
            each for child in node.children for each in _nested(request, view, child)
        ]
    yield item


def _flat(request: Request, view: DocumentView, node: SymbolNode) -> Iterator[Any]:
    """Yield the SymbolInformation of a symbol and of those in it."""
    item: dict[str, Any] = {
        "name": node.name,
        "kind": request.client.symbol_kind(node.kind),
        "location": view.location(view.path, node.start, node.end),
    }
    if node.container:
        item["containerName"] = node.container
    yield item
    for child in node.children:
        yield from _flat(request, view, child)


def workspace_symbol(request: Request) -> object:
    """Answer workspace/symbol."""
    query = request.params.text("query")
    lazy = request.client.resolves("symbol", "location.range")
    result: list[Any] = []
    for view in request.workspace_views():
        for symbol in workspace_symbols(view.inference, query, _LIMIT):
            request.check()
            item: dict[str, Any] = {
                "name": symbol.name,
                "kind": request.client.symbol_kind(symbol.kind),
                "containerName": symbol.container,
            }
            if lazy:
                item["location"] = {"uri": view.uri_of(symbol.path)}
                item["data"] = {"name": symbol.name, "container": symbol.inside}
            else:
                found = symbol.span(view.inference)
                if found is None:
                    continue
                item["location"] = view.location(symbol.path, *found)
            result.append(item)
    return result[: 2 * _LIMIT]


def resolve_symbol(request: Request) -> object:
    """Answer workspaceSymbol/resolve."""
    item = dict(request.params)
    data = item.get("data")
    uri = request.params.part("location").text("uri")
    if is_object(data):
        view = request.view(uri)
        data = Params(data)
        found = symbol_span(view.inference, view.path, data.text("container"), data["name"])
        item["location"] = view.location(view.path, *(found or (0, 0)))
    return item


def folding_range(request: Request) -> object:
    """Answer textDocument/foldingRange."""
    view = request.view()
    first = view.facts.line_of(view.span[0])
    last = view.facts.line_of(max(view.span[0], view.span[1] - 1))
    result: list[Any] = []
    for start, end, kind in folding_ranges(view.facts, view.text):
        if start < first or end > last:
            continue
        fold: dict[str, Any] = {"startLine": start - first, "endLine": end - first}
        if kind:
            fold["kind"] = kind
        result.append(fold)
    limit = request.client.get("textDocument.foldingRange.rangeLimit")
    return result[:limit] if isinstance(limit, int) else result


def selection_range(request: Request) -> object:
    """Answer textDocument/selectionRange."""
    view = request.view()
    first, last = view.span
    selections = Selections(view.facts, view.text)
    result: list[Any] = []
    for position in request.params.array("positions"):
        request.check()
        spans = selections.around(view.offset(position))
        # Innermost first, but each names the one around it.
        outer: dict[str, Any] | None = None
        for start, end in reversed(spans):
            current: dict[str, Any] = {"range": view.range(max(first, start), min(last, end))}
            if outer is not None:
                if outer["range"] == current["range"]:
                    continue
                current["parent"] = outer
            outer = current
        result.append(outer)
    return result

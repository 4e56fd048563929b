"""textDocument/documentSymbol: what a file defines, nested or in a row."""

from __future__ import annotations

from ..messages import Raw, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...api.ide.document_symbol import SymbolNode
    from ..document_view import Place
    from ..messages import Json
    from ..requests import Request
    from ..server import Server


def register(server: Server) -> None:
    """Answer textDocument/documentSymbol."""
    server.answers(
        "textDocument/documentSymbol", _document_symbols,
        {"documentSymbolProvider": {"label": "flux-index"}}, feature="documentSymbol",
    )  # fmt: skip


def _document_symbols(request: Request) -> Json:
    from ...api.ide.document_symbol import document_symbols

    place = request.place()
    nested = request.client.hierarchical_symbols
    whole = place.span[1] == place.facts.line_starts[-1] and place.span[0] == 0
    # Facts are those of one content, so what is made of them holds as long as they do.
    key = f"lsp symbols {nested} {place.uri} {place.encoding}"
    kept = place.facts.memo.get(key) if whole else None
    if isinstance(kept, Raw):
        return kept
    start, end = place.span
    nodes = [node for node in document_symbols(place.facts) if start <= node.start < end]
    result: list[Json] = []
    if nested:
        result = [_nested(request, place, node) for node in nodes]
    else:
        _flat(request, place, nodes, result)
    answer = Raw(encode(result))
    if whole:
        place.facts.memo[key] = answer
    return answer


def _nested(request: Request, place: Place, node: SymbolNode) -> Json:
    item: dict[str, Json] = {
        "name": node.name,
        "kind": request.client.symbol_kind(node.kind),
        "range": place.range(node.start, node.end),
        "selectionRange": place.range(node.position, node.position + len(node.name.encode())),
    }
    if node.children:
        item["children"] = [_nested(request, place, child) for child in node.children]
    return item


def _flat(request: Request, place: Place, nodes: list[SymbolNode], result: list[Json]) -> None:
    for node in nodes:
        item: dict[str, Json] = {
            "name": node.name,
            "kind": request.client.symbol_kind(node.kind),
            "location": place.location(place.path, node.start, node.end),
        }
        if node.container:
            item["containerName"] = node.container
        result.append(item)
        _flat(request, place, node.children, result)

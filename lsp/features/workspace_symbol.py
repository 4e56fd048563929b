"""workspace/symbol: symbols of all open workspaces, best matches first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.ide.workspace_symbol import symbol_span, workspace_symbols
from ...api.rpc.messages import is_object
from ..params import Params

if TYPE_CHECKING:
    from ..requests import Request

_LIMIT = 128


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


def resolve(request: Request) -> object:
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

"""workspace/symbol: symbols of all open workspaces, best matches first."""

from __future__ import annotations

from ..messages import Params, is_object

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..messages import Json
    from ..requests import Request
    from ..server import Server

_MOST = 128


def register(server: Server) -> None:
    """Answer workspace/symbol and its resolve."""
    server.answers(
        "workspace/symbol", _symbols, {"workspaceSymbolProvider": {"resolveProvider": True}},
        feature="workspaceSymbol", slow=True,
    )  # fmt: skip
    server.answers("workspaceSymbol/resolve", _resolve, feature="workspaceSymbol")


def _symbols(request: Request) -> Json:
    from ...api.ide.workspace_symbol import workspace_symbols

    query = request.params.text("query")
    lazy = request.client.resolves("symbol", "location.range")
    result: list[Json] = []
    for place in request.places():
        for symbol in workspace_symbols(place.inference, query, _MOST):
            request.check()
            item: dict[str, Json] = {
                "name": symbol.name,
                "kind": request.client.symbol_kind(symbol.kind),
                "containerName": symbol.container,
            }
            if lazy:
                item["location"] = {"uri": place.uri_of(symbol.path)}
                item["data"] = {"name": symbol.name, "container": symbol.inside}
            else:
                found = symbol.span(place.inference)
                if found is None:
                    continue
                item["location"] = place.location(symbol.path, *found)
            result.append(item)
    return result[: 2 * _MOST]


def _resolve(request: Request) -> Json:
    from ...api.ide.workspace_symbol import symbol_span

    item = dict(request.params)
    data = item.get("data")
    uri = request.params.part("location").text("uri")
    if is_object(data):
        place = request.place(uri)
        wanted = Params(data)
        found = symbol_span(place.inference, place.path, wanted.text("container"), wanted["name"])
        item["location"] = place.location(place.path, *(found or (0, 0)))
    return item

"""textDocument/codeLens, and codeLens/resolve, which counts."""

from __future__ import annotations

from .inlay_hints import refreshed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..messages import Json
    from ..requests import Request
    from ..server import Server

SHOW = "flux-index.showReferences"
"""Command of a client that shows places: takes a URI, a position in it, and locations."""


def register(server: Server) -> None:
    """Answer textDocument/codeLens and codeLens/resolve."""
    server.answers(
        "textDocument/codeLens",
        _lenses,
        {"codeLensProvider": {"resolveProvider": True}},
        feature="codeLens",
    )
    server.answers("codeLens/resolve", _resolve, feature="codeLens", slow=True)
    refreshed(server, "codeLens")


def _lenses(request: Request) -> Json:
    from ...api.ide.code_lens import lenses

    place = request.place()
    first, last = place.span
    return [
        {
            "range": place.range(lens.start, lens.end),
            "data": {
                "uri": place.uri,
                "kind": lens.kind,
                "position": place.position(lens.start),
            },
        }
        for lens in lenses(place.inference, place.path)
        if first <= lens.start < last
    ]


def _resolve(request: Request) -> Json:
    from ...api.ide.code_lens import shown
    from ...indexer.inference.entities import CLASS, FUNCTION

    item: dict[str, Any] = dict(request.params)
    data = request.params.part("data")
    place = request.place(data.text("uri"))
    position, kind = data["position"], data.text("kind")
    item["command"] = {"title": f"no {kind}", "command": ""}
    for found in place.found(position):
        if found.entity.kind not in (CLASS, FUNCTION):
            continue
        answer = shown(place.inference, kind, found.entity)
        if answer is not None:
            locations = [place.location(*each) for each in answer.places]
            item["command"] = {
                "title": answer.title,
                "command": SHOW,
                "arguments": [place.uri, position, locations],
            }
    return item

"""textDocument/codeLens, and codeLens/resolve, which counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.ide.code_lens import lenses, shown
from ...indexer.inference.entities import CLASS, FUNCTION

if TYPE_CHECKING:
    from ..requests import Request

SHOW = "flux-index.showReferences"
"""Command of a client that shows places: takes a URI, a position in it, and locations."""


def code_lens(request: Request) -> object:
    """Answer textDocument/codeLens."""
    view = request.view()
    first, last = view.span
    return [
        {
            "range": view.range(lens.start, lens.end),
            "data": {
                "uri": view.uri,
                "kind": lens.kind,
                "position": view.position(lens.start),
            },
        }
        for lens in lenses(view.inference, view.path)
        if first <= lens.start < last
    ]


def resolve(request: Request) -> object:
    """Answer codeLens/resolve."""
    item: dict[str, Any] = dict(request.params)
    data = request.params.part("data")
    view = request.view(data.text("uri"))
    position, kind = data["position"], data.text("kind")
    item["command"] = {"title": f"no {kind}", "command": ""}
    for found in view.found(position):
        if found.entity.kind not in (CLASS, FUNCTION):
            continue
        answer = shown(view.inference, kind, found.entity)
        if answer is not None:
            locations = [view.location(*each) for each in answer.places]
            item["command"] = {
                "title": answer.title,
                "command": SHOW,
                "arguments": [view.uri, position, locations],
            }
    return item

"""textDocument/hover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...api.ide.hover import hover as hover_at

if TYPE_CHECKING:
    from ..requests import Request


def hover(request: Request) -> object:
    """Answer textDocument/hover."""
    view = request.view()
    found = hover_at(view.inference, view.path, view.offset(request.params["position"]))
    if found is None:
        return None
    if request.client.markdown("hover"):
        contents = {"kind": "markdown", "value": found.markdown()}
    else:
        contents = {"kind": "plaintext", "value": found.plain()}
    return {"contents": contents, "range": view.range(found.start, found.end)}

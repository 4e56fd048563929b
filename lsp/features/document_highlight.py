"""textDocument/documentHighlight: the uses of a symbol in its document, read or written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...api.ide.document_highlight import highlights

if TYPE_CHECKING:
    from ..requests import Request

_READ, _WRITE = 2, 3


def document_highlight(request: Request) -> object:
    """Answer textDocument/documentHighlight."""
    view = request.view()
    offset = view.offset(request.params["position"])
    found = view.found(request.params["position"])
    first, last = view.span
    return [
        {"range": view.range(start, end), "kind": _WRITE if is_write else _READ}
        for start, end, is_write in highlights(view.inference, view.path, offset, found)
        if first <= start < last
    ]

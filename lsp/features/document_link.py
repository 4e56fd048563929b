"""textDocument/documentLink: the modules that imports name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...api.ide.document_link import module_links

if TYPE_CHECKING:
    from ..requests import Request


def document_link(request: Request) -> object:
    """Answer textDocument/documentLink."""
    view = request.view()
    first, last = view.span
    return [
        {"range": view.range(start, end), "target": view.uri_of(target), "tooltip": name}
        for start, end, name, target in module_links(view.inference, view.path)
        if first <= start < last
    ]

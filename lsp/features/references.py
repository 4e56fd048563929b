"""textDocument/references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.ide.references import reference_spans

if TYPE_CHECKING:
    from ..requests import Request


def references(request: Request) -> object:
    """Answer textDocument/references."""
    view = request.view()
    declaration = bool(request.params.optional("context").get("includeDeclaration"))
    textual: bool = request.settings.get("references.textual", False)
    overrides: bool = request.settings.get("references.overrides", False)
    found = view.found(request.params["position"])
    result: list[Any] = []
    found_in = reference_spans(
        view.inference, found, declaration=declaration, textual=textual, overrides=overrides
    )
    for path, spans in found_in:
        request.check()
        result += [view.location(path, start, end) for start, end in spans]
    return result

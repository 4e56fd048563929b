"""textDocument/inlayHint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.ide.inlay_hints import ALL, ARGUMENTS
from ...api.ide.inlay_hints import inlay_hints as hints_in

if TYPE_CHECKING:
    from ..requests import Request


def inlay_hints(request: Request) -> object:
    """Answer textDocument/inlayHint."""
    view, settings = request.view(), request.settings
    wanted = frozenset(
        kind for kind in ALL if settings.get(f"inlayHints.{kind}", kind != ARGUMENTS)
    )
    start, end = view.offsets(request.params["range"])
    first, last = view.span
    found = hints_in(view.inference, view.path, max(start, first), min(end, last), wanted)
    result: list[Any] = []
    for hint in found:
        item: dict[str, Any] = {
            "position": view.position(hint.position),
            "label": hint.text,
            "kind": 1 if hint.kind == "type" else 2,
        }
        if hint.conventional:
            item["tooltip"] = "Known by convention: how the code base uses it"
        result.append(item)
    return result

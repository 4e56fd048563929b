"""textDocument/references."""

from __future__ import annotations

from ..messages import is_object

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..messages import Json
    from ..requests import Request
    from ..server import Server


def register(server: Server) -> None:
    """Answer textDocument/references."""
    server.answers(
        "textDocument/references", _references, {"referencesProvider": True},
        feature="references", slow=True,
    )  # fmt: skip


def _references(request: Request) -> Json:
    from ...api.operations.uses import uses

    place = request.place()
    context = request.params.get("context")
    declared = bool(context.get("includeDeclaration")) if is_object(context) else False
    textual: bool = request.settings.get("references.textual", False)
    overrides: bool = request.settings.get("references.overrides", False)
    found = place.found(request.params["position"])
    result: list[Json] = []
    places = uses(
        place.inference, found, declaration=declared, textual=textual, overrides=overrides
    )
    for path, spans in places:
        request.check()
        result += [place.location(path, start, end) for start, end in spans]
    return result

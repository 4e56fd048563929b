"""textDocument/inlayHint."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..messages import Json
    from ..requests import Request
    from ..server import Server

_REFRESH_SECONDS = 1.0


def register(server: Server) -> None:
    """Answer textDocument/inlayHint."""
    server.answers(
        "textDocument/inlayHint", _inlay_hints, {"inlayHintProvider": True}, feature="inlayHints"
    )
    refreshed(server, "inlayHint")


def refreshed(server: Server, feature: str) -> None:
    """Have the client ask again for all of a feature some time after files have changed."""

    def ask() -> None:
        server.ask(f"workspace/{feature}/refresh", None)

    def changed(*_: object) -> None:
        if server.client.refresh(feature):
            server.later(("refresh", feature), _REFRESH_SECONDS, ask)

    server.observe("disk", changed)
    server.observe("settings", changed)


def _inlay_hints(request: Request) -> Json:
    from ...api.ide.inlay_hints import ALL, ARGUMENTS, inlay_hints

    place, settings = request.place(), request.settings
    wanted = frozenset(
        kind for kind in ALL if settings.get(f"inlayHints.{kind}", kind != ARGUMENTS)
    )
    start, end = place.offsets(request.params["range"])
    first, last = place.span
    found = inlay_hints(place.inference, place.path, max(start, first), min(end, last), wanted)
    result: list[Json] = []
    for hint in found:
        at = place.position(hint.position)
        made: dict[str, Json] = {
            "position": at,
            "label": hint.text,
            "kind": 1 if hint.kind == "type" else 2,
        }
        if hint.conventional:
            made["tooltip"] = "Known by convention: how the code base uses it"
        result.append(made)
    return result

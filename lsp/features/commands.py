"""workspace/executeCommand: every operation of the table as ``flux-index.<operation>``.

A command takes one argument, an object with the operation's arguments. Which workspace is asked
says ``workspace``, the URI of its folder; or ``path``, as it does for operations; without either it
is the first that is open.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..messages import Json
    from ..requests import Request
    from ..server import Server

PREFIX = "flux-index."


def register(server: Server) -> None:
    """Answer workspace/executeCommand."""
    from ...api.operations.table import OPERATIONS

    commands = [PREFIX + name for name in OPERATIONS]
    server.answers(
        "workspace/executeCommand",
        _execute,
        {"executeCommandProvider": {"commands": commands}},
        feature="commands",
        slow=True,
    )


def _execute(request: Request) -> Json:
    import os

    from ...api.operations.table import OPERATIONS, call
    from ...indexer.errors import FluxIndexError
    from ...indexer.snapshot import StaleError
    from .. import uris
    from ..messages import INVALID_PARAMS, REQUEST_FAILED, Params, ProtocolError

    command = request.params.text("command")
    name = command.removeprefix(PREFIX)
    if name == command or name not in OPERATIONS:
        raise ProtocolError(INVALID_PARAMS, f"there is no command {command!r}")
    listed = request.params.get("arguments")
    given = request.params.parts("arguments")[0] if listed else Params()
    places = request.places()
    if not places:
        raise ProtocolError(REQUEST_FAILED, "no workspace is open")
    place = places[0]
    folder = given.pop("workspace", None)
    path = uris.to_path(folder) if isinstance(folder, str) else given.get("path")
    if isinstance(path, str) and os.path.isabs(path):
        inside = [
            each for each in places if each.workspace.index.workspace.relative(path) is not None
        ]
        if folder is not None and not inside:
            raise ProtocolError(REQUEST_FAILED, f"{folder} is not open")
        place = max(inside, key=lambda each: len(each.workspace.root), default=place)
    try:
        return dict(call(place.session, name, given))
    except StaleError:
        raise
    except FluxIndexError as error:
        raise ProtocolError(REQUEST_FAILED, str(error)) from error

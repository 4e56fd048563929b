"""Commands: every operation of the table as ``flux-index.<operation>``.

A command takes one argument, an object with the operation's arguments. Its ``workspace``, the URI
of a folder, or else its ``path`` chooses the workspace; without either it is the first open one.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ...api.operations.table import OPERATIONS, call
from ...indexer.errors import FluxIndexError
from ...indexer.snapshot import StaleError
from .. import uris
from ..params import Params, failed, invalid
from . import COMMAND_PREFIX

if TYPE_CHECKING:
    from ..requests import Request


def execute_command(request: Request) -> object:
    """Answer workspace/executeCommand."""
    command = request.params.text("command")
    name = command.removeprefix(COMMAND_PREFIX)
    if name == command or name not in OPERATIONS:
        raise invalid(f"there is no command {command!r}")
    listed = request.params.get("arguments")
    arguments = request.params.parts("arguments")[0] if listed else Params()
    views = request.workspace_views()
    if not views:
        raise failed("no workspace is open")
    view = views[0]
    folder = arguments.pop("workspace", None)
    path = uris.to_path(folder) if isinstance(folder, str) else arguments.get("path")
    if isinstance(path, str) and os.path.isabs(path):
        inside = [
            each for each in views if each.workspace.index.workspace.relative(path) is not None
        ]
        if folder is not None and not inside:
            raise failed(f"{folder} is not open")
        view = max(inside, key=lambda each: len(each.workspace.root), default=view)
    try:
        return dict(call(view.session, name, arguments))
    except StaleError:
        raise
    except FluxIndexError as error:
        raise failed(str(error)) from error

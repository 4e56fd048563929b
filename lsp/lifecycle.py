"""From ``initialize`` to ``exit``: what is announced, registered and configured, and documents."""

from __future__ import annotations

from importlib import import_module

from .features import FEATURES
from .messages import INVALID_PARAMS, Params, ProtocolError, is_array, is_object
from .settings import SECTION, Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .messages import Json
    from .requests import Request
    from .server import Server

_WATCHED = ("**/*.py", "**/*.pyi", "**/*.{toml,cfg,pth}", "**/.gitignore", "**/.flux-index-ignore")
_TRACES = ("off", "messages", "verbose")


def register(server: Server) -> None:
    """Give a server its life cycle and all features."""
    server.answers("initialize", _initialize)
    server.answers("shutdown", _shutdown)
    for method, handler in _NOTIFICATIONS.items():
        server.takes(method, _bound(server, handler))
    for name in FEATURES:
        try:
            module = import_module(f".features.{name}", __package__)
        except ModuleNotFoundError as error:
            if error.name != f"{__package__}.features.{name}":
                raise
            continue
        module.register(server)


def _bound(server: Server, handler: Callable[[Server, Params], None]) -> Callable[[Params], None]:
    return lambda params: handler(server, params)


def _initialize(request: Request) -> Json:
    server, params = request.server, request.params
    server.initialize(params)
    options = params.get("initializationOptions")
    if is_object(options):
        server.settings = Settings(Settings.ours(options) or options)
    for uri in _folders(params):
        server.workspaces.add(uri)
    from ..api.cli.version import version

    return {
        "capabilities": _capabilities(server),
        "serverInfo": {"name": "flux-index", "version": version()},
    }


def _folders(params: Params) -> list[str]:
    listed = params.get("workspaceFolders")
    if is_array(listed):
        return [Params(folder).text("uri") for folder in listed if is_object(folder)]
    uri, path = params.get("rootUri"), params.get("rootPath")
    if isinstance(uri, str):
        return [uri]
    if isinstance(path, str) and path:
        from . import uris

        return [uris.of_path(path)]
    return []


def _capabilities(server: Server) -> dict[str, Json]:
    found: dict[str, Json] = {
        "positionEncoding": server.client.encoding,
        "textDocumentSync": {
            "openClose": True, "change": 2, "save": {"includeText": False},
        },
        "notebookDocumentSync": {
            "notebookSelector": [
                {"notebook": "*", "cells": [{"language": "python"}]},
            ],
            "save": False,
        },
        "workspace": {"workspaceFolders": {"supported": True, "changeNotifications": True}},
    }  # fmt: skip
    for method in server.methods.values():
        if method.feature and not server.settings.enabled(method.feature):
            continue
        announced = method.capabilities
        _merge(found, announced(server.client) if callable(announced) else announced)
    return found


def _merge(into: dict[str, Json], more: dict[str, Json]) -> None:
    for key, value in more.items():
        known = into.get(key)
        if is_object(known) and is_object(value):
            _merge(known, value)
        elif not (is_object(known) and value is True):
            into[key] = dict(value) if is_object(value) else value


def _initialized(server: Server, params: Params) -> None:
    del params
    client = server.client
    registrations: list[Json] = []
    if client.dynamic("workspace/didChangeWatchedFiles"):
        registrations.append(
            {
                "id": "flux-index-files",
                "method": "workspace/didChangeWatchedFiles",
                "registerOptions": {"watchers": [{"globPattern": one} for one in _WATCHED]},
            }
        )
    if client.dynamic("workspace/didChangeConfiguration"):
        registrations.append(
            {
                "id": "flux-index-settings",
                "method": "workspace/didChangeConfiguration",
                "registerOptions": {"section": SECTION},
            }
        )
    if registrations:
        server.ask("client/registerCapability", {"registrations": registrations})
    _ask_for_settings(server)


def _ask_for_settings(server: Server) -> None:
    if not server.client.get("workspace.configuration"):
        return

    def take(result: Json) -> None:
        if is_array(result) and result and is_object(result[0]):
            server.settings = server.settings.now(result[0])
            server.emit("settings")

    server.ask("workspace/configuration", {"items": [{"section": SECTION}]}, take)


def _configured(server: Server, params: Params) -> None:
    pushed = Settings.ours(params.get("settings"))
    if pushed is not None:
        server.settings = server.settings.now(pushed)
        server.emit("settings")
    else:
        _ask_for_settings(server)


def _shutdown(request: Request) -> None:
    request.server.shut_down()


def _folders_changed(server: Server, params: Params) -> None:
    event = params.part("event")
    for folder in event.get("removed") or ():
        server.workspaces.remove(Params(folder).text("uri"))
    for folder in event.get("added") or ():
        server.workspaces.add(Params(folder).text("uri"))


def _files_changed(server: Server, params: Params) -> None:
    from . import uris

    listed = params["changes"]
    if not is_array(listed):
        raise ProtocolError(INVALID_PARAMS, "'changes' is no list")
    paths = {uris.to_path(Params(change).text("uri")) for change in listed}
    server.workspaces.told([path for path in paths if path is not None])


def _opened(server: Server, params: Params) -> None:
    server.emit("opened", server.documents.open(params.part("textDocument")))


def _changed(server: Server, params: Params) -> None:
    document = params.part("textDocument")
    uri = document.text("uri")
    server.documents.change(uri, document.get("version"), params["contentChanges"])
    server.emit("changed", uri)


def _saved(server: Server, params: Params) -> None:
    uri = params.part("textDocument").text("uri")
    from . import uris

    path = uris.to_path(uri)
    if path is not None:
        server.workspaces.told([path])
    server.emit("saved", uri)


def _closed(server: Server, params: Params) -> None:
    uri = params.part("textDocument").text("uri")
    server.documents.close(uri)
    server.emit("closed", uri)


def _notebook_opened(server: Server, params: Params) -> None:
    _tell_cells(server, "opened", server.documents.open_notebook(params))


def _notebook_changed(server: Server, params: Params) -> None:
    _tell_cells(server, "changed", server.documents.change_notebook(params))


def _notebook_closed(server: Server, params: Params) -> None:
    uri = params.part("notebookDocument").text("uri")
    cells = [cell.uri for cell in server.documents.cells(uri)]
    server.documents.close_notebook(params)
    for cell in cells:
        server.emit("closed", cell)


def _tell_cells(server: Server, event: str, uri: str) -> None:
    for cell in server.documents.cells(uri):
        server.emit(event, cell.uri)


def _traced(server: Server, params: Params) -> None:
    import logging

    value = params.get("value")
    if value not in _TRACES:
        raise ProtocolError(INVALID_PARAMS, f"no trace value: {value!r}")
    level = logging.WARNING if value == "off" else logging.INFO
    logging.getLogger("flux_index").setLevel(level)
    server.trace = value != "off"


def _ignored(server: Server, params: Params) -> None:
    del server, params


_NOTIFICATIONS = {
    "initialized": _initialized,
    "$/setTrace": _traced,
    "$/progress": _ignored,
    "window/workDoneProgress/cancel": _ignored,
    "workspace/didChangeConfiguration": _configured,
    "workspace/didChangeWorkspaceFolders": _folders_changed,
    "workspace/didChangeWatchedFiles": _files_changed,
    "textDocument/didOpen": _opened,
    "textDocument/didChange": _changed,
    "textDocument/didSave": _saved,
    "textDocument/didClose": _closed,
    "notebookDocument/didOpen": _notebook_opened,
    "notebookDocument/didChange": _notebook_changed,
    "notebookDocument/didSave": _ignored,
    "notebookDocument/didClose": _notebook_closed,
}

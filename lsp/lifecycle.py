"""From ``initialize`` to ``exit``: capabilities, registrations, settings, and documents."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ..api.rpc.messages import is_array, is_object
from ..api.version import version
from .client import SECTION, Settings
from .features import Method
from .params import Params, invalid, path_of_uri, uri_of_path
from .requests import Request

if TYPE_CHECKING:
    from .server import LanguageServer


_WATCHED = ("**/*.py", "**/*.pyi", "**/*.{toml,cfg,pth}", "**/.gitignore", "**/.flux-index-ignore")
_TRACES = ("off", "messages", "verbose")


def _initialize(request: Request) -> Any:
    server, params = request.server, request.params
    server.initialize(params)
    options = params.get("initializationOptions")
    if is_object(options):
        server.settings = Settings(Settings.section(options) or options)
    for uri in _folders(params):
        server.workspaces.add(uri)
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
        return [uri_of_path(path)]
    return []


def _capabilities(server: LanguageServer) -> dict[str, Any]:
    found: dict[str, Any] = {
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
        if method.setting and not server.settings.enabled(method.setting):
            continue
        announced = method.capabilities
        _merge(found, announced(server.client) if callable(announced) else announced)
    return found


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        known = into.get(key)
        if is_object(known) and is_object(value):
            _merge(known, value)
        elif not (is_object(known) and value is True):
            into[key] = dict(value) if is_object(value) else value


def _initialized(server: LanguageServer, params: Params) -> None:
    del params
    client = server.client
    watchers = [{"globPattern": pattern} for pattern in _WATCHED]
    registrations = [
        {"id": id_, "method": method, "registerOptions": options}
        for id_, method, options in (
            ("flux-index-files", "workspace/didChangeWatchedFiles", {"watchers": watchers}),
            ("flux-index-settings", "workspace/didChangeConfiguration", {"section": SECTION}),
        )
        if client.dynamic(method)
    ]
    if registrations:
        server.request("client/registerCapability", {"registrations": registrations})
    _request_settings(server)


def _request_settings(server: LanguageServer) -> None:
    if not server.client.get("workspace.configuration"):
        return

    def take(result: Any) -> None:
        if is_array(result) and result and is_object(result[0]):
            server.settings = server.settings.updated(result[0])
            server.updates.changed_elsewhere()

    server.request("workspace/configuration", {"items": [{"section": SECTION}]}, take)


def _configured(server: LanguageServer, params: Params) -> None:
    pushed = Settings.section(params.get("settings"))
    if pushed is not None:
        server.settings = server.settings.updated(pushed)
        server.updates.changed_elsewhere()
    else:
        _request_settings(server)


def _shutdown(request: Request) -> None:
    request.server.stop()


def _folders_changed(server: LanguageServer, params: Params) -> None:
    event = params.part("event")
    for folder in event.get("removed") or ():
        server.workspaces.remove(Params(folder).text("uri"))
    for folder in event.get("added") or ():
        server.workspaces.add(Params(folder).text("uri"))


def _watched_files_changed(server: LanguageServer, params: Params) -> None:
    _files_changed(server, {change.text("uri") for change in params.parts("changes")})


def _files_renamed(server: LanguageServer, params: Params) -> None:
    files = params.parts("files")
    _files_changed(server, [file.text(key) for file in files for key in ("oldUri", "newUri")])


def _files_changed(server: LanguageServer, changed: Iterable[str]) -> None:
    paths = [path_of_uri(uri) for uri in changed]
    server.workspaces.files_changed([path for path in paths if path is not None])


def _opened(server: LanguageServer, params: Params) -> None:
    server.updates.opened(server.documents.open(params.part("textDocument")))


def _changed(server: LanguageServer, params: Params) -> None:
    document = params.part("textDocument")
    uri = document.text("uri")
    server.documents.change(uri, document.get("version"), params["contentChanges"])
    server.updates.changed(uri)
    server.updates.typed(uri)


def _saved(server: LanguageServer, params: Params) -> None:
    uri = params.part("textDocument").text("uri")
    _files_changed(server, [uri])
    server.documents.settle(uri)
    server.updates.changed(uri)


def _closed(server: LanguageServer, params: Params) -> None:
    uri = params.part("textDocument").text("uri")
    server.documents.close(uri)
    server.updates.closed(uri)


def _notebook_opened(server: LanguageServer, params: Params) -> None:
    for cell in server.documents.cells(server.documents.open_notebook(params)):
        server.updates.opened(cell.uri)


def _notebook_changed(server: LanguageServer, params: Params) -> None:
    for cell in server.documents.cells(server.documents.change_notebook(params)):
        server.updates.changed(cell.uri)


def _notebook_closed(server: LanguageServer, params: Params) -> None:
    uri = params.part("notebookDocument").text("uri")
    cells = [cell.uri for cell in server.documents.cells(uri)]
    server.documents.close_notebook(params)
    for cell in cells:
        server.updates.closed(cell)


def _traced(server: LanguageServer, params: Params) -> None:
    value = params.get("value")
    if value not in _TRACES:
        raise invalid(f"not a trace value: {value!r}")
    level = logging.WARNING if value == "off" else logging.INFO
    logging.getLogger("flux_index").setLevel(level)
    server.trace = value != "off"


def _exit(server: LanguageServer, params: Params) -> None:
    del params
    server.exit_code = 0 if server.state == "shut down" else 1


def _ignored(server: LanguageServer, params: Params) -> None:
    del server, params


METHODS = {
    "initialize": Method(_initialize, executor=None),
    "shutdown": Method(_shutdown, executor=None),
}
"""Requests that are answered on the event loop."""

NOTIFICATIONS: dict[str, Callable[[LanguageServer, Params], None]] = {
    "exit": _exit,
    "initialized": _initialized,
    "$/setTrace": _traced,
    "$/progress": _ignored,
    "window/workDoneProgress/cancel": _ignored,
    "workspace/didChangeConfiguration": _configured,
    "workspace/didChangeWorkspaceFolders": _folders_changed,
    "workspace/didChangeWatchedFiles": _watched_files_changed,
    "workspace/didRenameFiles": _files_renamed,
    "textDocument/didOpen": _opened,
    "textDocument/didChange": _changed,
    "textDocument/didSave": _saved,
    "textDocument/didClose": _closed,
    "notebookDocument/didOpen": _notebook_opened,
    "notebookDocument/didChange": _notebook_changed,
    "notebookDocument/didSave": _ignored,
    "notebookDocument/didClose": _notebook_closed,
}

"""Requests of the client: which are accepted when, and what a handler sees of one."""

from __future__ import annotations

import logging
import os
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, cast

from lsprotocol.types import ErrorCodes

from ..api.open_workspace import OpenWorkspace
from ..api.rpc.messages import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    Call,
    RpcError,
    is_object,
)
from ..api.rpc.protocol import Protocol
from ..indexer.errors import UnknownFileError
from ..indexer.inference.inference import Inference
from . import executors
from .client import Client, Settings
from .document_view import DocumentView
from .documents import State, is_readable
from .params import Params, invalid
from .workspaces import Workspace

if TYPE_CHECKING:
    from .server import LanguageServer


_log = logging.getLogger(__name__)


class LanguageServerProtocol(Protocol):
    """The client. Requests are answered for the documents as they are when a request comes."""

    wrong_params = INVALID_PARAMS

    @property
    def _language_server(self) -> LanguageServer:
        return cast("LanguageServer", self._server)

    def check(self, call: Call) -> None:
        """Raise RpcError for what comes too early, too late, or not as it should."""
        server, method = self._language_server, call.method
        if not call.is_request:
            if method != "exit" and (
                server.state != "running" or method not in server.notifications
            ):
                raise RpcError(INVALID_REQUEST, "not expected")
        elif not isinstance(call.id, int | str):
            raise RpcError(INVALID_REQUEST, "an id is a number or a string")
        elif method != "initialize" and server.state == "new":
            raise RpcError(ErrorCodes.ServerNotInitialized, "the first request is initialize")
        elif method == "initialize" and server.state != "new":
            raise RpcError(INVALID_REQUEST, "initialize comes only once")
        elif server.state == "shut down":
            raise RpcError(INVALID_REQUEST, "the server has been shut down")
        elif method not in server.methods:
            raise RpcError(METHOD_NOT_FOUND, f"there is no method {method}")
        elif any(call.id == other.id for other in self.open_calls):
            raise RpcError(INVALID_REQUEST, f"request {call.id!r} is being answered")
        if call.params is not None and not is_object(call.params):
            _log.warning("%s: parameters are not an object", method)
            raise invalid("parameters are an object")

    def argument(self, call: Call) -> Request | Params:
        """Return the request with the documents of this moment, or a notification's parameters."""
        params = Params(call.params if is_object(call.params) else {})
        if not call.is_request:
            return params
        server = self._language_server
        method = server.methods[call.method]
        if method.executor is not None:
            server.executors.begin(method.executor)
        return Request(server, call.method, params, server.documents.state, method.executor, call)

    def answer(self, call: Call, body: bytes) -> None:
        """Send the answer to a request. From any thread."""
        server = self._language_server
        if server.trace:
            self.notify("$/logTrace", {"message": f"{call.method} {call.id}: answered"})
        executor = server.methods[call.method].executor
        if executor is not None:
            server.executors.end(executor)
        super().answer(call, body)


class Request:
    """A request of the client, or, without a call, one that the server makes of itself."""

    def __init__(
        self, server: LanguageServer, method: str, params: Params, state: State,
        executor: executors.Name | None, call: Call | None = None,
    ) -> None:  # fmt: skip
        """``state`` has the documents of the moment when the request came."""
        self.server = server
        self.method = method
        self.params = params
        self.state = state
        self._executor = executor
        self._call = call
        # Path that turned out to be stale.
        self._stale: str | None = None
        self._sessions: dict[int, tuple[OpenWorkspace, Inference]] = {}

    @property
    def client(self) -> Client:
        """The client's capabilities."""
        return self.server.client

    @property
    def settings(self) -> Settings:
        """The client's settings."""
        return self.server.settings

    def check(self) -> None:
        """Raise CancelledError when the client has cancelled; call this in long loops.

        In the background this waits for requests that somebody looks at the screen for.
        """
        if self._call is not None and self._call.cancelled:
            raise CancelledError
        if self._executor == "background":
            self.server.executors.wait_for_foreground()

    def close(self) -> None:
        """Let go of the sessions, which hold what was looked at and refer to this request."""
        self._sessions.clear()

    def retry(self, stale: str) -> None:
        """Prepare for another attempt, since a file has changed unnoticed."""
        self._stale = stale

    def view(self, uri: str | None = None) -> DocumentView:
        """Return the document of the parameters, or of a URI.

        Raises RpcError when there is no such document, and UnknownFileError, which is answered
        with null, for one that has no index, such as a text in another language.
        """
        if uri is None:
            uri = self.params.part("textDocument").text("uri")
        document = self.state.documents.get(uri)
        if document is not None and not document.is_python:
            raise UnknownFileError(f"{uri} is not Python")
        if document is None and not is_readable(uri):
            raise invalid(f"{uri} is not open and no Python file")
        workspace, path = self.server.workspaces.of(uri, self.state)
        if workspace is None:
            if document is None:
                raise invalid(f"{uri} is not open and not a file")
            raise UnknownFileError(f"{uri} belongs to no workspace")
        limit = workspace.index.workspace.config.max_file_size
        if document is not None and len(document.content) > limit:
            raise UnknownFileError(f"{uri} is larger than the limit of {limit:,} bytes")
        session, inference = self._session(workspace)
        if (
            document is None
            and not inference.exists(path)
            and not os.path.isfile(inference.snapshot.absolute(path))
        ):
            raise invalid(f"{uri} is not open and not a file")
        inference.need(path)
        return DocumentView(self, workspace, session, inference, uri, path)

    def workspace_views(self) -> list[DocumentView]:
        """Return a view without a document for each workspace that is open in the editor."""
        return [
            DocumentView(self, workspace, *self._session(workspace))
            for workspace in self.server.workspaces.all()
        ]

    def _session(self, workspace: Workspace) -> tuple[OpenWorkspace, Inference]:
        known = self._sessions.get(id(workspace))
        if known is None:
            session = workspace.session(self.state)
            session.interrupt = self.check
            if self._stale is not None:
                session = session.after_change(self._stale)
            inference = session.inference(whole=self._executor == "needs_workspace")
            known = self._sessions[id(workspace)] = session, inference
        return known

"""The language server protocol's rules for messages: which are taken, and what handlers get."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

from lsprotocol.types import ErrorCodes

from ..api.rpc.messages import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    Call,
    RpcError,
    is_object,
)
from ..api.rpc.protocol import Protocol
from .params import Params, invalid
from .requests import Request

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

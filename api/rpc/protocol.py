"""JSON-RPC on pygls: methods, the executors that run them, and one protocol object a client.

pygls keeps the registry of methods, runs their handlers, and matches responses with requests.
Bodies are read and written here, since pygls converts every message with cattrs, answers no broken
ones, and knows no batches: parameters reach handlers as they came. Transports do the framing; the
writer given to ``set_writer(writer, include_headers=False)`` gets whole bodies, from any thread.

Importing this takes long, because pygls brings every type of the language server protocol.
"""

from __future__ import annotations

import logging
import threading
from asyncio import CancelledError as AsyncCancelledError
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from functools import partial
from typing import Any

from cattrs import Converter
from lsprotocol.types import ResponseError
from pygls.exceptions import FeatureRequestError
from pygls.protocol import JsonRPCNotification, JsonRPCProtocol, JsonRPCRequestMessage
from pygls.server import JsonRPCServer

from .messages import (
    CANCEL,
    CANCELLED,
    INTERNAL_ERROR,
    INVALID_REQUEST,
    PARSE_ERROR,
    Call,
    Fault,
    Message,
    Response,
    RpcError,
    call_body,
    error_body,
    read,
    result_body,
)

_log = logging.getLogger(__name__)


class Server(JsonRPCServer):
    """The methods that clients may call."""

    def __init__(self, protocol_class: type[Protocol]) -> None:
        """``self.protocol`` is the first client's, or the only one's."""
        self._protocol_class = protocol_class
        self._executors: dict[str, Executor] = {}
        super().__init__(protocol_class, Converter)

    def add_method(
        self, name: str, handler: Callable[[Any], Any], executor: Executor | None = None
    ) -> None:
        """Register a method or notification.

        Without an executor it runs on the event loop, and may be a coroutine function.
        """
        # pygls sets attributes on what it registers, which bound methods do not allow.
        self.feature(name)(partial(handler))
        if executor is not None:
            self._executors[name] = executor

    def executor(self, method: str) -> Executor | None:
        """Return what runs a method; None for the event loop."""
        return self._executors.get(method)

    def connect(self) -> Protocol:
        """Return the protocol of one more client."""
        protocol = self._protocol_class(self, Converter())
        protocol.fm = self.protocol.fm
        return protocol

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log the error of a notification's handler; those of requests have been answered."""
        if source is not FeatureRequestError:
            _log.error("%s", error, exc_info=error)


class Protocol(JsonRPCProtocol):
    """One client. Used on the event loop's thread, but for the methods that say otherwise."""

    _server: Server
    wrong_params = INVALID_REQUEST
    """Code of the error for parameters that are neither an object nor an array."""

    def __init__(self, server: Server, converter: Converter) -> None:
        super().__init__(server, converter)
        self._calls: dict[int, Call] = {}
        self._n_calls = 0

    @property
    def open_calls(self) -> list[Call]:
        """Requests that have not been answered. From any thread."""
        return list(self._calls.values())

    # Messages of the client

    def receive(self, body: bytes) -> None:
        """Handle the body of a message or of a batch."""
        self.handle(read(body, wrong_params=self.wrong_params))

    def receive_broken(self, reason: str) -> None:
        """Answer what is not a message, as far as the framing can tell."""
        self.send(Fault(PARSE_ERROR, reason).body)

    def handle(self, message: Message) -> None:
        """Handle a message or a batch."""
        reply = self.send
        if message.is_batch:
            reply = _Batch(sum(item.is_answered for item in message.items), self.send).add
        for item in message.items:
            if isinstance(item, Fault):
                reply(item.body)
            elif isinstance(item, Response):
                self._receive_response(item)
            else:
                item.reply = reply
                self._receive_call(item)

    def _receive_response(self, response: Response) -> None:
        self._result_types.pop(response.id, None)  # pyright: ignore[reportArgumentType, reportCallIssue]
        # What the server asks has a text for an id, and what it answers a number.
        if isinstance(response.id, str) and response.id in self._request_futures:
            error = None
            if response.error is not None:
                code, message = response.error
                error = ResponseError(code, message)
            self._handle_response(response.id, response.result, error)

    def _receive_call(self, call: Call) -> None:
        if call.method == CANCEL:
            self._receive_cancel(call)
            return
        try:
            self.check(call)
        except RpcError as error:
            if call.is_request:
                call.reply(error_body(call.id, error.code, error.message))
            return
        self._n_calls += 1
        call.serial = self._n_calls
        if call.is_request:
            self._calls[call.serial] = call
        self.start(call)

    def _receive_cancel(self, cancel: Call) -> None:
        wanted = cancel.params.get("id") if isinstance(cancel.params, dict) else None
        for call in self.open_calls:
            if call.id == wanted and type(call.id) is type(wanted):
                self.cancel(call)
                break
        if cancel.is_request:
            reason = f"{CANCEL} is a notification: it has no id"
            cancel.reply(error_body(cancel.id, INVALID_REQUEST, reason))

    def cancel(self, call: Call) -> None:
        """Do not run a call, or ask it to stop if it runs in a thread already."""
        call.cancelled = True
        if call.serial in self._request_futures:
            self._handle_cancel_notification(call.serial)

    # What the two servers do in ways of their own

    def check(self, call: Call) -> None:
        """Raise RpcError to refuse a call."""

    def argument(self, call: Call) -> Any:
        """Return what the handler of a call is called with."""
        return call

    def start(self, call: Call) -> None:
        """Run the handler of a call."""
        argument = self.argument(call)
        if call.is_request:
            self.handle_message(JsonRPCRequestMessage(call.serial, call.method, "2.0", argument))
        else:
            self.handle_message(JsonRPCNotification(call.method, "2.0", argument))

    def outcome(self, call: Call, result: Callable[[], object]) -> bytes:
        """Return the answer to a call, whose handler returned or raised. From any thread."""
        try:
            return result_body(call.id, result())
        except (AsyncCancelledError, CancelledError):
            return error_body(call.id, CANCELLED, "the request was cancelled")
        except RpcError as error:
            return error_body(call.id, error.code, error.message)
        except Exception as error:
            _log.exception("%s failed", call.method)
            return error_body(call.id, INTERNAL_ERROR, f"{type(error).__name__}: {error}")

    def answer(self, call: Call, body: bytes) -> None:
        """Send the answer to a call. From any thread."""
        call.reply(body)

    def send(self, body: bytes) -> None:
        """Send the body of a message. From any thread."""
        if self.writer is not None:
            self.writer.write(body)

    # What pygls calls

    def _execute_handler(
        self,
        msg_id: int | str,
        handler: Callable[..., Any],
        callback: Callable[[Future[Any]], None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        # pygls has one pool of threads for all methods that do not run on the event loop.
        call = self._calls.get(msg_id) if isinstance(msg_id, int) else None
        executor = self._server.executor(call.method) if call is not None else None
        if executor is None:
            super()._execute_handler(msg_id, handler, callback, args, kwargs)
            return
        future = executor.submit(handler, *(args or ()), **(kwargs or {}))
        self._request_futures[msg_id] = future
        future.add_done_callback(callback)

    def _send_handler_result(self, future: Future[Any], *, msg_id: int | str) -> None:
        # Called by the thread that ran the handler, which thereby writes the answer's text, too.
        assert isinstance(msg_id, int)
        self._request_futures.pop(msg_id, None)
        call = self._calls[msg_id]
        body = self.outcome(call, future.result)
        self._calls.pop(msg_id)
        self.answer(call, body)

    def _send_response(
        self, msg_id: int | str, result: Any | None = None, error: ResponseError | None = None
    ) -> None:
        # pygls itself answers only calls that no handler could be run for.
        del result
        assert isinstance(msg_id, int) and error is not None
        call = self._calls.pop(msg_id)
        self.answer(call, error_body(call.id, error.code, error.message))

    def _send_data(self, data: JsonRPCNotification | JsonRPCRequestMessage) -> None:
        id_ = data.id if isinstance(data, JsonRPCRequestMessage) else None
        self.send(call_body(data.method, data.params, id_))


class _Batch:
    """Answers of a batch, sent together once all are there."""

    __slots__ = ("_bodies", "_lock", "_n_expected", "_send")

    def __init__(self, n_expected: int, send: Callable[[bytes], None]) -> None:
        self._bodies: list[bytes] = []
        self._lock = threading.Lock()
        self._n_expected = n_expected
        self._send = send

    def add(self, body: bytes) -> None:
        """Add one more answer. From any thread."""
        with self._lock:
            self._bodies.append(body)
            is_complete = len(self._bodies) == self._n_expected
        if is_complete:
            self._send(b"[" + b",".join(self._bodies) + b"]")

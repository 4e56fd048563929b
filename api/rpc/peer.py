"""What pygls does here: one ``JsonRPCServer``, and one ``JsonRPCProtocol`` for each client.

pygls keeps the registry of methods, runs them in threads or on the event loop, remembers what
runs, cancels it, and sends notifications. The connection does what pygls does not: its transports
know one client per server, its framing drops what it does not understand, it has no batches, and
it leaves some errors and cancellations unanswered. So messages reach it understood.

Importing this is most of a server's start-up, because pygls brings every type of the language
server protocol with it. ``host`` imports it while the first questions are answered.
"""

from __future__ import annotations

import logging
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from pygls.protocol import (
    JsonRPCNotification,
    JsonRPCProtocol,
    JsonRPCRequestMessage,
    default_converter,
)
from pygls.server import JsonRPCServer

from .methods import outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future, ThreadPoolExecutor

    from .connection import Connection
    from .messages import Call

_log = logging.getLogger(__name__)


class Server(JsonRPCServer):
    """The registry of methods, and the threads they run in."""

    def __init__(
        self, handlers: Mapping[str, Callable[[Call], Any]], pool: ThreadPoolExecutor
    ) -> None:
        """Coroutine functions among ``handlers`` run on the event loop, others in ``pool``."""
        self._pool = pool
        self._converter = default_converter()
        super().__init__(Peer, lambda: self._converter)
        for name, handler in handlers.items():
            feature = _function(handler)
            self.feature(name)(feature)
            if not iscoroutinefunction(feature):
                self.thread()(feature)

    @property
    def thread_pool(self) -> ThreadPoolExecutor:
        """The threads that answered before this server was there, too."""
        return self._pool

    def join(self, connection: Connection) -> Peer:
        """Begin to serve one more client."""
        peer = Peer(self, self._converter)
        peer.fm = self.protocol.fm
        peer.serve(connection)
        return peer

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ARG002
        """Only notifications come here: errors of requests were logged when they were answered."""
        _log.error("%s", error, exc_info=error)


class Peer(JsonRPCProtocol):
    """The calls of one client that are being answered. Used from the event loop's thread."""

    _connection: Connection

    def serve(self, connection: Connection) -> None:
        """Take the calls of this connection, and send it notifications."""
        self._connection = connection
        self._calls: dict[int | str, Call] = {}
        self.set_writer(connection, include_headers=False)

    def take(self, call: Call) -> None:
        """Run a call of a known method; the connection is told when it has ended."""
        if not call.is_request:
            self.handle_message(JsonRPCNotification(call.method, "2.0", call))
            return
        self._calls[call.serial] = call
        self.handle_message(JsonRPCRequestMessage(call.serial, call.method, "2.0", call))

    def cancel(self, call: Call) -> None:
        """Do not run a call, unless it runs in a thread already."""
        if call.serial in self._calls:
            self._handle_cancel_notification(call.serial)

    def _send_handler_result(self, future: Future[Any], *, msg_id: int | str) -> None:
        # Called by the thread that ran the call, which thereby writes the answer's text, too.
        self._request_futures.pop(msg_id, None)
        call = self._calls.pop(msg_id)
        self._connection.end_soon(call, outcome(call, future.result))


def _function(handler: Callable[[Call], Any]) -> Callable[[Call], Any]:
    """A plain function, as pygls leaves its marks on what it registers."""
    if iscoroutinefunction(handler):

        async def run_async(call: Call) -> Any:
            return await handler(call)

        return run_async

    def run(call: Call) -> Any:
        return handler(call)

    return run

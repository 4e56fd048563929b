"""One client's connection: messages in, answers and notifications out.

All methods run on the event loop's thread, except those that say otherwise.
"""

from __future__ import annotations

import asyncio
import logging
from asyncio import CancelledError as AsyncCancelledError
from collections import deque
from concurrent.futures import CancelledError
from hmac import compare_digest
from typing import TYPE_CHECKING

from ...indexer import platforms
from ...indexer.errors import FluxIndexError
from . import methods
from .framing import Broken, Splitter, frame
from .messages import (
    CANCELLED,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    NOT_PERMITTED,
    Call,
    Fault,
    RpcError,
    error_body,
    read,
    result_body,
)
from .protocol import Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from cattrs import Converter

    from .messages import Message
    from .server import IndexServer

# Of the threads that answer, so many may work for one client: others have their turn, too.
_SHARE = 2
# With more unanswered requests than this, a client is not listened to for a while.
_MOST_OPEN = 1024
# The same for the bytes of the messages that these came in.
_MOST_BYTES = 32 * 1024 * 1024
# A client that lets so many bytes of answers lie about has stopped reading.
_MOST_UNREAD = 32 * 1024 * 1024

_log = logging.getLogger(__name__)


class Connection(Protocol, asyncio.Protocol):
    """A client, as the server sees it."""

    _server: IndexServer  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, server: IndexServer, converter: Converter) -> None:
        """Called by the server's ``connect``."""
        super().__init__(server, converter)
        self.token = ""
        """Secret that the client must tell first, if any."""
        self.is_private = False
        """True for the connection over the standard streams of the process itself."""
        self._splitter = Splitter()
        self._transport: asyncio.Transport | None = None
        self._unanswered: dict[int, Call] = {}
        # Bytes of the messages of unanswered calls, and of the message that is being handled.
        self._sizes: dict[int, int] = {}
        self._size = 0
        self._n_running = 0
        self._waiting: deque[Call] = deque()
        self._is_writable = True
        self._is_ending = False

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.connected(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel what the client has asked."""
        del exc
        self._transport = None
        for call in self.open_calls:
            self.cancel(call)
        self._server.disconnected(self)

    def data_received(self, data: bytes) -> None:
        """Handle what has come."""
        for item in self._splitter.feed(data):
            self._receive_item(item)
        self._regulate()

    def eof_received(self) -> bool:
        """True to stay: a client may close its side when it has asked all, and wait for answers."""
        for item in self._splitter.finish():
            self._receive_item(item)
        self._is_ending = True
        return bool(self._unanswered) and not self._has_hung_up()

    def pause_writing(self) -> None:
        """Stop reading while the client does not read."""
        self._is_writable = False
        self._regulate()

    def resume_writing(self) -> None:
        """Read again."""
        self._is_writable = True
        self._run_waiting()
        self._regulate()

    # What the protocol class asks of a transport and of a server

    @property
    def open_calls(self) -> list[Call]:
        """Requests that have not been answered."""
        return list(self._unanswered.values())

    def send(self, body: bytes) -> None:
        """Send the body of a message."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        transport.write(frame(body, self._splitter.style))
        if transport.get_write_buffer_size() > _MOST_UNREAD:
            transport.abort()

    def check(self, call: Call) -> None:
        """Raise RpcError when there is no such method."""
        methods.find_method(call.method)

    def start(self, call: Call) -> None:
        """Run a call, or let it wait until fewer of this client's run."""
        call.client = self
        is_pooled = self._server.executor(call.method) is not None
        if is_pooled and not call.is_request:
            return  # A question to which nobody wants the answer.
        if call.is_request:
            self._unanswered[call.serial] = call
            self._sizes[call.serial], self._size = self._size, 0
            self._server.subscriptions.call_began(call)
        if is_pooled:
            self._waiting.append(call)
            self._run_waiting()
        else:
            self._run(call, is_pooled=False)

    def outcome(self, call: Call, result: Callable[[], object]) -> bytes:
        """Return the answer to a call, whose handler returned or raised. From any thread."""
        try:
            return result_body(call.id, result())
        except (AsyncCancelledError, CancelledError):
            return _cancelled(call)
        except (RpcError, FluxIndexError) as error:
            return error_body(call.id, error.code, str(error))
        except UnicodeEncodeError:
            reason = "a text among the parameters is no valid Unicode"
            return error_body(call.id, INVALID_PARAMS, reason)
        except Exception as error:
            # A bug: the traceback is for whoever can mend it, not for the client.
            _log.exception("%s failed", call.method)
            reason = f"{call.method} failed: {type(error).__name__}; the server's log says more"
            return error_body(call.id, INTERNAL_ERROR, reason)

    def answer(self, call: Call, body: bytes) -> None:
        """Send the answer to a call that has ended. From any thread."""
        self._server.call_soon(self._end, call, body)

    def cancel(self, call: Call) -> None:
        """Answer that a call was cancelled, and do not run it unless it runs already."""
        super().cancel(call)
        if call in self._waiting:
            self._waiting.remove(call)
            self._calls.pop(call.serial)
        self._settle(call, _cancelled(call))

    def abort(self) -> None:
        """Hang up at once."""
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """Hang up when all answers are sent."""
        if self._transport is not None:
            self._transport.close()

    def _run(self, call: Call, *, is_pooled: bool) -> None:
        if is_pooled:
            self._n_running += 1
            self._server.answer_began()
        super().start(call)

    def _end(self, call: Call, body: bytes) -> None:
        _log.info("%s answered by %s bytes", call.method, len(body))
        self._settle(call, body)
        if self._server.executor(call.method) is not None:
            self._n_running -= 1
            self._server.answer_ended()
            self._run_waiting()

    def _run_waiting(self) -> None:
        """Run calls, as many as this client may have run; none while it does not read answers."""
        while self._waiting and self._n_running < _SHARE and self._is_writable:
            self._run(self._waiting.popleft(), is_pooled=True)

    def _settle(self, call: Call, body: bytes) -> None:
        """Send the answer to a call, unless it has been answered."""
        if self._unanswered.pop(call.serial, None) is None:
            return
        del self._sizes[call.serial]
        self._server.subscriptions.call_ends(call)
        call.reply(body)
        if self._is_ending and not self._unanswered:
            self.close()
        self._regulate()

    def _receive_item(self, item: bytes | Broken) -> None:
        if isinstance(item, Broken):
            self.receive_broken(item.reason)
            if self.token:
                self.close()
            return
        message = read(item)
        self._size = len(item)  # of a batch, the first call stands for all
        if self.token and not self._admit(message):
            reason = "say the token first: server.authenticate takes it"
            self.send(Fault(NOT_PERMITTED, reason).body)
            self.close()
            return
        self.handle(message)

    def _admit(self, message: Message) -> bool:
        """True if the client has told the token."""
        token = self._splitter.authorization.removeprefix(b"Bearer ").decode("ascii", "replace")
        first = message.items[0] if message.items else None
        if isinstance(first, Call) and first.method == "server.authenticate":
            params = first.params
            token = str(params.get("token") if isinstance(params, dict) else (params or [""])[0])
        if compare_digest(token.encode("utf-8", "replace"), self.token.encode()):
            self.token = ""
            self._server.admitted(self)
            return True
        return False

    def _has_hung_up(self) -> bool:
        """True if the client has closed the connection for reading, too."""
        if self._transport is None:
            return False
        return platforms.has_hung_up(self._transport.get_extra_info("socket"))

    def _regulate(self) -> None:
        """Read from the client, or let it wait until it has read or been given its answers."""
        if self._transport is None or self._transport.is_closing() or self._is_ending:
            return
        is_full = len(self._sizes) >= _MOST_OPEN or sum(self._sizes.values()) > _MOST_BYTES
        if self._is_writable and not is_full:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()


def _cancelled(call: Call) -> bytes:
    return error_body(call.id, CANCELLED, "the request was cancelled")

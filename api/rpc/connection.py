"""One client's connection: messages in, answers and notifications out.

All methods run in the event loop's thread, except those that say otherwise.
"""

from __future__ import annotations

import asyncio
import select
from collections import deque
from hmac import compare_digest

from . import methods
from .framing import Broken, Splitter, frame
from .messages import (
    CANCEL,
    INVALID_REQUEST,
    NOT_PERMITTED,
    PARSE_ERROR,
    Call,
    Fault,
    RpcError,
    read,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .messages import Message
    from .peer import Peer
    from .server import Host

# Of the threads that answer, so many may work for one client: others have their turn, too.
_SHARE = 2
# With more unanswered requests than this, a client is not listened to for a while.
_MOST_OPEN = 1024
# A client that lets so many bytes of answers lie about has stopped reading.
_MOST_UNREAD = 64 * 1024 * 1024


class Connection(asyncio.Protocol):
    """A client, as the server sees it."""

    def __init__(self, host: Host, *, token: str = "", is_private: bool = False) -> None:
        """``token`` is what the client must say first, if anything.

        ``is_private`` is the connection over the standard streams of the process itself.
        """
        self.is_private = is_private
        self.peer: Peer | None = None
        self.wants_changes = False
        self._host = host
        self._token = token
        self._splitter = Splitter()
        self._transport: asyncio.Transport | None = None
        self._open: dict[int, Call] = {}
        self._n_calls = 0
        self._n_running = 0
        self._waiting: deque[Call] = deque()
        # What came before pygls did and can only be answered with it.
        self._early: deque[Call] = deque()
        self._is_writable = True
        self._is_ending = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; called by the event loop, as the next five are."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._host.joined(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give up what the client has asked."""
        del exc
        self._transport = None
        self._waiting.clear()
        self._early.clear()
        for call in list(self._open.values()):
            self._cancel(call)
        self._host.left(self)

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        for item in self._splitter.feed(data):
            self._take(item)
        self._regulate()

    def eof_received(self) -> bool:
        """Whether to stay: who has asked everything may close that side and wait for answers."""
        for item in self._splitter.finish():
            self._take(item)
        self._is_ending = True
        return bool(self._open) and not self._has_hung_up()

    def pause_writing(self) -> None:
        """Listen no more while the client does not read."""
        self._is_writable = False
        self._regulate()

    def resume_writing(self) -> None:
        """Go on listening."""
        self._is_writable = True
        self._regulate()

    def adopt(self, peer: Peer) -> None:
        """From now on calls go to pygls, and first those that had to wait for it."""
        self.peer = peer
        self._host.news.reachable(self)
        while self._early:
            peer.take(self._early.popleft())

    def notify(self, method: str, params: object) -> bool:
        """Tell the client something; whether that is possible yet."""
        if self.peer is None or self._transport is None:
            return False
        self.peer.notify(method, params)
        return True

    def write(self, data: bytes) -> None:
        """Send a message's body."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        transport.write(frame(data, self._splitter.style))
        if transport.get_write_buffer_size() > _MOST_UNREAD:
            transport.abort()

    def close(self) -> None:
        """Hang up once what was written has been sent."""
        if self._transport is not None:
            self._transport.close()

    def end_soon(self, call: Call, body: bytes) -> None:
        """A call has ended with this answer. From any thread."""
        self._host.soon(self._end, call, body)

    def settle(self, call: Call, body: bytes) -> None:
        """Answer a call, unless it has been answered."""
        if self._open.pop(call.serial, None) is None:
            return
        self._host.news.settled(call)
        call.reply(body)
        if self._is_ending and not self._open:
            self.close()
        self._regulate()

    def _end(self, call: Call, body: bytes) -> None:
        self.settle(call, body)
        if self._host.is_pooled(call.method):
            self._n_running -= 1
            self._host.ends()
            if self._waiting:
                self._start(self._waiting.popleft())

    def _take(self, item: bytes | Broken) -> None:
        if isinstance(item, Broken):
            self.write(Fault(PARSE_ERROR, item.reason).body)
            if self._token:
                self.close()
            return
        message = read(item)
        if self._token and not self._admit(message):
            fault = Fault(NOT_PERMITTED, "say the token first: server.authenticate takes it")
            self.write(fault.body)
            self.close()
            return
        reply = self.write
        if message.is_batch:
            n_answers = sum(isinstance(one, Fault) or one.is_request for one in message.items)
            reply = _Batch(n_answers, self.write).add
        for entry in message.items:
            if isinstance(entry, Fault):
                reply(entry.body)
            else:
                entry.reply = reply
                self._receive(entry)

    def _admit(self, message: Message) -> bool:
        said = self._splitter.authorization.removeprefix(b"Bearer ").decode("ascii", "replace")
        first = message.items[0] if message.items else None
        if isinstance(first, Call) and first.method == "server.authenticate":
            params = first.params
            said = str(params.get("token") if isinstance(params, dict) else (params or [""])[0])
        if compare_digest(said.encode("utf-8", "replace"), self._token.encode()):
            self._token = ""
            return True
        return False

    def _receive(self, call: Call) -> None:
        if call.method == CANCEL:
            self._cancel_request(call)
            return
        try:
            methods.find(call.method)
        except RpcError as error:
            if call.is_request:
                call.reply(Fault(error.code, error.message, call.id).body)
            return
        is_pooled = self._host.is_pooled(call.method)
        if is_pooled and not call.is_request:
            return  # A question to which nobody wants the answer.
        self._n_calls += 1
        call.serial = self._n_calls
        call.client = self
        if call.is_request:
            self._open[call.serial] = call
            self._host.news.opened(call)
        if is_pooled and self._n_running >= _SHARE:
            self._waiting.append(call)
        else:
            self._start(call)

    def _start(self, call: Call) -> None:
        is_pooled = self._host.is_pooled(call.method)
        if is_pooled:
            self._n_running += 1
            self._host.begins()
        if self.peer is not None:
            self.peer.take(call)
        elif is_pooled:
            self._host.answer_early(call)
        else:
            self._early.append(call)
            self._host.need_pygls()

    def _cancel_request(self, call: Call) -> None:
        wanted = call.params.get("id") if isinstance(call.params, dict) else None
        for found in self._open.values():
            if found.id == wanted and type(found.id) is type(wanted):
                self._cancel(found)
                break
        if call.is_request:
            reason = f"{CANCEL} is a notification: it has no id"
            call.reply(Fault(INVALID_REQUEST, reason, call.id).body)

    def _cancel(self, call: Call) -> None:
        call.cancelled = True
        for queue in (self._waiting, self._early):
            if call in queue:
                queue.remove(call)
        if self.peer is not None:
            self.peer.cancel(call)
        self.settle(call, methods.cancelled(call))

    def _has_hung_up(self) -> bool:
        """Whether nobody is there to read answers, as far as the system can tell."""
        if self._transport is None or not hasattr(select, "poll"):
            return False
        poll = select.poll()
        poll.register(self._transport.get_extra_info("socket"), 0)
        return any(event & select.POLLHUP for _, event in poll.poll(0))

    def _regulate(self) -> None:
        """Listen to the client, or let it wait until it has read or been given its answers."""
        if self._transport is None or self._transport.is_closing() or self._is_ending:
            return
        if self._is_writable and len(self._open) < _MOST_OPEN:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()


class _Batch:
    """Answers of a batch, sent together once all are there."""

    __slots__ = ("_bodies", "_n_expected", "_send")

    def __init__(self, n_expected: int, send: Callable[[bytes], None]) -> None:
        self._bodies: list[bytes] = []
        self._n_expected = n_expected
        self._send = send

    def add(self, body: bytes) -> None:
        """One more answer."""
        self._bodies.append(body)
        if len(self._bodies) == self._n_expected:
            self._send(b"[" + b",".join(self._bodies) + b"]")

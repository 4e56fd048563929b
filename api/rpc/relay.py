"""Between a client at the standard streams and the process that serves the workspace.

Messages are passed on one by one, so that when the serving process dies, what it has not answered
can be asked again of the next one: nothing that clients may ask changes anything.
"""

from __future__ import annotations

import json
import os
import socket
import threading

from .framing import Broken, Splitter, frame
from .messages import (
    ANSWER_START,
    ENDED,
    PARSE_ERROR,
    Fault,
    call_body,
    error_body,
    is_array,
    is_object,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CHUNK = 1 << 16
_ANSWER_LIMIT = 1 << 30
# A request that three servers did not survive is not tried on a fourth.
_MOST_TRIES = 3


class Relay:
    """One client at the standard streams, for as long as this process lives."""

    def __init__(self, source: int, target: int) -> None:
        """``source`` and ``target`` are file descriptors."""
        self._source = source
        self._target = target
        self._splitter = Splitter()
        self._server: socket.socket | None = None
        self._is_ended = False
        # Requests on their way, by the ids in them.
        self._asked: dict[str, _Asked] = {}
        # Came while no server was there.
        self._unsent: list[bytes] = []
        self._subscription: bytes | None = None
        # Held while sending to the server; never while waiting for it to read or answer.
        self._sending = threading.RLock()
        self._writing = threading.Lock()

    def start(self) -> None:
        """Begin to read what the client says."""
        threading.Thread(target=self._read, name="flux-index-stdin", daemon=True).start()

    def attach(self, server: socket.socket, token: str) -> bool:
        """Pass messages both ways until the client is done (True) or the server is gone (False).

        What an earlier server has left unanswered is asked first.
        """
        # In a thread of its own: a server reads no further while its answers are not read.
        threading.Thread(
            target=self._resume, args=(server, token), name="flux-index-resume", daemon=True
        ).start()
        splitter = Splitter(_ANSWER_LIMIT, "headers")
        while data := _receive(server):
            for body in splitter.feed(data):
                if isinstance(body, bytes):
                    self._answered(body)
                    self._write(body)
        with self._sending:
            self._server = None
        server.close()
        return self._is_ended and not self._asked

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._source, _CHUNK)
            except OSError:
                data = b""
            items = self._splitter.feed(data) if data else self._splitter.finish()
            for item in items:
                if isinstance(item, Broken):
                    self._write(Fault(PARSE_ERROR, item.reason).body)
                else:
                    self._send(item)
            if not data:
                break
        with self._sending:
            self._is_ended = True
            self._close_sending()

    def _send(self, body: bytes) -> None:
        with self._sending:
            if self._server is None:
                self._unsent.append(body)
                return
            ids = self._note(body)
            if ids:
                self._asked[ids] = _Asked(body)
            self._transmit(body)

    def _resume(self, server: socket.socket, token: str) -> None:
        with self._sending:
            self._server = server
            if token:
                self._transmit(call_body("server.authenticate", {"token": token}))
            if self._subscription is not None:
                self._transmit(self._subscription)
            for ids, asked in list(self._asked.items()):
                asked.tries += 1
                if asked.tries < _MOST_TRIES:
                    self._transmit(asked.body)
                else:
                    self._give_up(ids, asked)
            unsent, self._unsent = self._unsent, []
            for body in unsent:
                self._send(body)
            if self._is_ended:
                self._close_sending()

    def _give_up(self, ids: str, asked: _Asked) -> None:
        self._asked.pop(ids, None)
        reason = "the serving process ended while it answered this, three times"
        answers = [error_body(id_, ENDED, reason) for id_ in json.loads(ids)]
        self._write(b"[" + b",".join(answers) + b"]" if asked.is_batch else answers[0])

    def _transmit(self, body: bytes) -> None:
        assert self._server is not None
        try:
            self._server.sendall(frame(body, "headers"))
        except OSError:
            pass  # Whoever reads from it learns that it is gone.

    def _close_sending(self) -> None:
        if self._server is not None:
            try:
                self._server.shutdown(socket.SHUT_WR)
            except OSError:
                pass

    def _note(self, body: bytes) -> str:
        """The ids of the requests in a message, "" when there are none; subscriptions are kept."""
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return ""
        entries = value if is_array(value) else [value]
        ids: list[Any] = []
        for entry in entries:
            if not is_object(entry) or "method" not in entry:
                continue
            if "id" in entry:
                ids.append(entry["id"])
            if entry["method"] == "server.subscribe":
                self._subscription = call_body("server.subscribe", entry.get("params"))
        return _key(ids) if ids else ""

    def _answered(self, body: bytes) -> None:
        if body.startswith(ANSWER_START):
            self._asked.pop(_key([_id_of(body)]), None)
        elif body.startswith(b"["):
            # Answers of a batch come in any order, perhaps with those to what was no request.
            answered = {_key([answer["id"]]) for answer in json.loads(body)}
            for key, asked in list(self._asked.items()):
                if asked.is_batch and answered.issuperset(_key([one]) for one in json.loads(key)):
                    del self._asked[key]
                    break

    def _write(self, body: bytes) -> None:
        data = memoryview(frame(body, self._splitter.style))
        with self._writing:
            try:
                while data:
                    data = data[os.write(self._target, data) :]
                return
            except OSError:
                pass
        # The client is gone, whatever it may still have asked.
        self._is_ended = True
        self._asked.clear()
        server = self._server
        if server is not None:
            try:
                server.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class _Asked:
    """A message with requests, and how often a server ended before it answered."""

    __slots__ = ("body", "is_batch", "tries")

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.is_batch = body.lstrip().startswith(b"[")
        self.tries = 0


def _key(ids: list[Any]) -> str:
    return json.dumps(ids)


def _id_of(answer: bytes) -> Any:
    """The id of a single answer, found without reading all of it."""
    start = answer[len(ANSWER_START) : len(ANSWER_START) + 256].decode("ascii", "replace")
    try:
        return json.JSONDecoder().raw_decode(start)[0]
    except ValueError:
        return json.loads(answer).get("id")


def _receive(server: socket.socket) -> bytes:
    try:
        return server.recv(_CHUNK)
    except OSError:
        return b""

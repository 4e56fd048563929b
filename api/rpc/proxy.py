"""Proxy between a client at the standard streams and the process that serves the workspace.

Messages are passed on one by one, so that when the serving process dies, what it has not answered
can be asked again of the next one: nothing that clients may ask changes anything.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from dataclasses import dataclass

from ..json_values import is_array, is_object
from .framing import Broken, Splitter, frame
from .messages import ANSWER_START, ENDED, PARSE_ERROR, Fault, call_body, error_body

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .client import Client

_CHUNK = 1 << 16
# A request that three servers did not survive is not tried on a fourth.
_MOST_TRIES = 3


class Proxy:
    """Passes on messages of one client at the standard streams, as long as this process lives."""

    def __init__(self, source: int, target: int) -> None:
        """``source`` and ``target`` are file descriptors."""
        self._source = source
        self._target = target
        self._splitter = Splitter()
        self._server: Client | None = None
        self._is_ended = False
        # Messages on their way, by the ids of the requests in them.
        self._unanswered: dict[str, _Pending] = {}
        # Came while no server was there.
        self._unsent: list[bytes] = []
        self._subscription: bytes | None = None
        # Held while sending to the server; never while waiting for it to read or answer.
        self._sending = threading.RLock()
        self._writing = threading.Lock()

    def start(self) -> None:
        """Begin to read from the client."""
        threading.Thread(target=self._read, name="flux-index-stdin", daemon=True).start()

    def attach(self, server: Client) -> bool:
        """Pass messages both ways until the client is done (True) or the server is gone (False).

        What an earlier server has left unanswered is asked first.
        """
        # In a thread of its own: a server reads no further while its answers are not read.
        threading.Thread(
            target=self._resume, args=(server,), name="flux-index-resume", daemon=True
        ).start()
        for body in server.bodies():
            self._note_answer(body)
            self._write(body)
        with self._sending:
            self._server = None
        server.close()
        return self._is_ended and not self._unanswered

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
            if self._server is not None:
                self._server.shut(socket.SHUT_WR)

    def _send(self, body: bytes) -> None:
        with self._sending:
            if self._server is None:
                self._unsent.append(body)
                return
            ids = self._note_requests(body)
            if ids:
                self._unanswered[ids] = _Pending(body)
            self._transmit(self._server, body)

    def _resume(self, server: Client) -> None:
        with self._sending:
            self._server = server
            if self._subscription is not None:
                self._transmit(server, self._subscription)
            for ids, pending in list(self._unanswered.items()):
                pending.tries += 1
                if pending.tries < _MOST_TRIES:
                    self._transmit(server, pending.body)
                else:
                    self._give_up(ids, pending)
            unsent, self._unsent = self._unsent, []
            for body in unsent:
                self._send(body)
            if self._is_ended:
                server.shut(socket.SHUT_WR)

    def _give_up(self, ids: str, pending: _Pending) -> None:
        self._unanswered.pop(ids, None)
        reason = "the serving process ended while it answered this, three times"
        answers = [error_body(id_, ENDED, reason) for id_ in json.loads(ids)]
        self._write(b"[" + b",".join(answers) + b"]" if pending.is_batch else answers[0])

    def _transmit(self, server: Client, body: bytes) -> None:
        try:
            server.send_body(body)
        except OSError:
            pass  # Whoever reads from it learns that it is gone.

    def _note_requests(self, body: bytes) -> str:
        """Return the ids of the requests in a message, "" without any; keep a subscription."""
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

    def _note_answer(self, body: bytes) -> None:
        if body.startswith(ANSWER_START):
            self._unanswered.pop(_key([_id_of(body)]), None)
        elif body.startswith(b"["):
            # Answers of a batch come in any order, perhaps with those to what was no request.
            answered = {_key([answer["id"]]) for answer in json.loads(body)}
            for key, pending in list(self._unanswered.items()):
                if pending.is_batch and answered.issuperset(_key([one]) for one in json.loads(key)):
                    del self._unanswered[key]
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
        self._unanswered.clear()
        server = self._server
        if server is not None:
            server.shut(socket.SHUT_RDWR)


@dataclass(slots=True)
class _Pending:
    """A message with requests, and how often a server ended before it answered."""

    body: bytes
    tries: int = 0

    @property
    def is_batch(self) -> bool:
        """True if the requests are a batch."""
        return self.body.lstrip().startswith(b"[")


def _key(ids: list[Any]) -> str:
    return json.dumps(ids)


def _id_of(answer: bytes) -> Any:
    """Return the id of a single answer, found without reading all of it."""
    start = answer[len(ANSWER_START) : len(ANSWER_START) + 256].decode("ascii", "replace")
    try:
        return json.JSONDecoder().raw_decode(start)[0]
    except ValueError:
        return json.loads(answer).get("id")

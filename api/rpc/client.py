"""A small synchronous client, for tools that ask a few questions and go.

Imports nothing but ``socket`` and ``json`` beside this package's own small modules.
"""

from __future__ import annotations

import json
import os
import socket
import time

from ...indexer.workspace.locate import find_root, state_dir_of
from .endpoint import dial
from .framing import Broken, Splitter, frame
from .messages import CANCEL, RpcError, call_body

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self

_ANSWER_LIMIT = 1 << 30


def connect(workspace: str) -> Client | None:
    """A client of the process that serves the workspace of a file or folder; None without one."""
    state_dir, _ = state_dir_of(find_root(workspace))
    return connect_to(os.path.join(state_dir, "writer.lock"))


def connect_to(lock_path: str) -> Client | None:
    """A client of the process that left its note in this lock file; None when it is gone."""
    from ...indexer.store.lock import WriterLock

    found = dial(WriterLock(lock_path).read_note())
    if found is None:
        return None
    connection, token = found
    client = Client(connection)
    if token:
        try:
            client.call("server.authenticate", {"token": token}, timeout=5.0)
        except (RpcError, OSError):
            # Somebody else has the port by now.
            client.close()
            return None
    return client


class Client:
    """One connection. Not for use from several threads at once."""

    def __init__(self, connection: socket.socket) -> None:
        """Take over a connected socket."""
        self.notifications: list[dict[str, Any]] = []
        """What the server told unasked, oldest first; take out what you have dealt with."""
        self._connection = connection
        self._splitter = Splitter(_ANSWER_LIMIT, "headers")
        self._answers: dict[object, dict[str, Any]] = {}
        self._last_id = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(
        self, method: str, params: object = None, timeout: float | None = None
    ) -> dict[str, Any]:
        """Ask and wait.

        Raises RpcError when the server refuses, TimeoutError after ``timeout`` seconds, and
        ConnectionError when the server goes away.
        """
        return self.wait(self.send(method, params), timeout)

    def send(self, method: str, params: object = None) -> int:
        """Ask without waiting; returns the id to :meth:`wait` for."""
        self._last_id += 1
        self.send_body(call_body(method, params, self._last_id))
        return self._last_id

    def notify(self, method: str, params: object = None) -> None:
        """Tell without asking."""
        self.send_body(call_body(method, params))

    def cancel(self, id_: int) -> None:
        """Say that an answer is no longer wanted; it comes as an error then, or as it would."""
        self.notify(CANCEL, {"id": id_})

    def send_body(self, body: bytes) -> None:
        """Send a message as it is."""
        self._connection.settimeout(None)
        self._connection.sendall(frame(body, "headers"))

    def wait(self, id_: int, timeout: float | None = None) -> dict[str, Any]:
        """The result of a request that was sent; raises as :meth:`call` does."""
        until = None if timeout is None else time.monotonic() + timeout
        while id_ not in self._answers:
            self._receive(until)
        answer = self._answers.pop(id_)
        error = answer.get("error")
        if error is not None:
            raise RpcError(error["code"], error["message"])
        return answer["result"]

    def wait_notification(self, method: str, timeout: float | None = None) -> dict[str, Any]:
        """Parameters of the next notification of this method; others stay."""
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            for at, message in enumerate(self.notifications):
                if message["method"] == method:
                    return self.notifications.pop(at)["params"]
            self._receive(until)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _receive(self, until: float | None) -> None:
        if until is not None:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError("the server has not answered in time")
            self._connection.settimeout(left)
        else:
            self._connection.settimeout(None)
        data = self._connection.recv(1 << 16)
        if not data:
            raise ConnectionError("the server has closed the connection")
        for body in self._splitter.feed(data):
            if isinstance(body, Broken):
                raise ConnectionError(f"the server does not speak JSON-RPC: {body.reason}")
            message: dict[str, Any] = json.loads(body)
            if "method" in message:
                self.notifications.append(message)
            else:
                self._answers[message.get("id")] = message

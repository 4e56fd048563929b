"""The client of the process that serves a workspace.

Commands, hooks, the MCP server and the proxy of ``serve --stdio`` share it. It imports neither
asyncio nor pygls, because whoever asks one question pays for every import.
"""

from __future__ import annotations

import json
import os
import select
import socket
import threading
import time

from ...indexer.state_folders import state_dir_of
from ...indexer.store.lock import WriterLock
from ...indexer.workspace.root import find_root
from ..version import version
from .endpoint import dial
from .framing import Broken, Splitter, frame
from .messages import CANCEL, RpcError, call_body

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Self

PATIENCE = 1.0
"""Seconds after which a process that holds the writer's lock and has not told where it listens does
not serve: it builds or cleans."""
PAUSE = 0.01
"""Seconds between two looks at the lock."""

_CHUNK = 1 << 16
_ANSWER_LIMIT = 1 << 30
_AUTHENTICATION_SECONDS = 5.0


def writer_lock(root: str) -> WriterLock:
    """Return the lock of a workspace's index, whose note tells where the workspace is served."""
    return WriterLock(os.path.join(state_dir_of(root), "writer.lock"))


def unanswered(root: str) -> str:
    """Return what to tell about a process that holds an index and does not answer."""
    return (
        f"the process that serves {root} does not answer: the disk was looked at instead "
        "(`flux-index ps` shows it)"
    )


def connect(workspace: str) -> Client | None:
    """Return a client of the process that serves the workspace of a file or folder, if any."""
    return Client.connect(writer_lock(find_root(workspace)).read_note())


class Client:
    """One connection to a serving process. Several threads may use it at once."""

    def __init__(
        self,
        connection: socket.socket,
        on_notification: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        """Take over a connected socket.

        Without ``on_notification``, notifications are kept in :attr:`notifications`.
        """
        self.notifications: list[dict[str, Any]] = []
        """Notifications of the server, oldest first; remove those that are dealt with."""
        self._connection = connection
        self._on_notification = on_notification or self.notifications.append
        self._splitter = Splitter(_ANSWER_LIMIT, "headers")
        self._sending = threading.Lock()
        # One thread reads for all that wait, which are woken when it has read something.
        self._changed = threading.Condition()
        self._is_reading = False
        self._answers: dict[object, dict[str, Any]] = {}
        self._last_id = 0

    @classmethod
    def connect(
        cls,
        note: str,
        *,
        root: str | None = None,
        timeout: float | None = None,
        on_notification: Callable[[dict[str, Any]], None] | None = None,
    ) -> Self | None:
        """Return a client of the process that left this note in the writer's lock.

        None when nobody answers there. With a ``root``, also None for a process that does not tell
        within ``timeout`` seconds that it serves that folder with this version of the program:
        notes are copied and moved with folders.
        """
        found = dial(note)
        if found is None:
            return None
        connection, token = found
        client = cls(connection, on_notification)
        try:
            if token:
                # If this fails, somebody else has the port by now.
                client.call("server.authenticate", {"token": token}, _AUTHENTICATION_SECONDS)
            if root is None:
                return client
            info = client.call("server.info", timeout=timeout)
            if info.get("root") == root and info.get("version") == version():
                return client
        except (RpcError, OSError, ValueError):
            pass
        client.close()
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Requests

    def call(
        self, method: str, params: object = None, timeout: float | None = None
    ) -> dict[str, Any]:
        """Send a request and return its result.

        Raises RpcError when the server refuses, TimeoutError after ``timeout`` seconds, and
        ConnectionError when the server goes away.
        """
        until = _deadline(timeout)
        id_ = self.send(method, params, timeout)
        return self.wait(id_, None if until is None else max(until - time.monotonic(), 0.0))

    def call_current(
        self, method: str, params: object, *, sync_ms: int, silence: float, limit: float
    ) -> dict[str, Any]:
        """Return a result that takes account of all that was written to disk before.

        The server gets ``sync_ms`` to take changes in, and ``limit`` seconds for the result, as
        long as it shows within every ``silence`` seconds that it is alive. Raises as :meth:`call`.
        """
        until = time.monotonic() + limit
        self.call("server.sync", {"timeout_ms": sync_ms}, silence)
        id_ = self.send(method, params, silence)
        while True:
            try:
                return self.wait(id_, max(min(silence, until - time.monotonic()), 0.0))
            except TimeoutError:
                if time.monotonic() >= until:
                    raise
            self.call("server.info", timeout=silence)

    def send(self, method: str, params: object = None, timeout: float | None = None) -> int:
        """Send a request and return its id, to :meth:`wait` for.

        Raises TimeoutError when the server has not taken all of it after ``timeout`` seconds.
        """
        with self._sending:
            self._last_id += 1
            id_ = self._last_id
        self.send_body(call_body(method, params, id_), timeout)
        return id_

    def notify(self, method: str, params: object = None) -> None:
        """Send a notification."""
        self.send_body(call_body(method, params))

    def cancel(self, id_: int) -> None:
        """Cancel a request; it is answered all the same, with an error unless it was done."""
        self.notify(CANCEL, {"id": id_})

    def wait(self, id_: int, timeout: float | None = None) -> dict[str, Any]:
        """Return the result of a request that was sent; raises as :meth:`call` does."""
        answer = self._wait_for(lambda: self._answers.pop(id_, None), timeout)
        error = answer.get("error")
        if error is not None:
            raise RpcError(error["code"], error["message"])
        return answer["result"]

    def wait_notification(self, method: str, timeout: float | None = None) -> dict[str, Any]:
        """Return the parameters of the next notification of a method; others stay."""
        return self._wait_for(lambda: self._take_notification(method), timeout)["params"]

    def close(self) -> None:
        """Hang up; threads that wait get a ConnectionError."""
        self.shut(socket.SHUT_RDWR)
        with self._changed:
            self._changed.wait_for(lambda: not self._is_reading)
        self._connection.close()

    # Whole bodies, for the proxy

    def send_body(self, body: bytes, timeout: float | None = None) -> None:
        """Send the body of a message."""
        with self._sending:
            self._connection.settimeout(timeout)
            self._connection.sendall(frame(body, "headers"))

    def bodies(self) -> Iterator[bytes]:
        """Yield the bodies of messages until the server hangs up."""
        while data := self._receive(None):
            for body in self._splitter.feed(data):
                if isinstance(body, bytes):
                    yield body

    def shut(self, how: int) -> None:
        """Shut down one side of the connection or both, as ``socket.shutdown`` does."""
        try:
            self._connection.shutdown(how)
        except OSError:
            pass

    def _wait_for(
        self, take: Callable[[], dict[str, Any] | None], timeout: float | None
    ) -> dict[str, Any]:
        until = _deadline(timeout)
        while True:
            with self._changed:
                found = take()
                if found is not None:
                    return found
                left = None if until is None else until - time.monotonic()
                if left is not None and left <= 0:
                    raise TimeoutError("the server has not answered in time")
                if self._is_reading:
                    self._changed.wait(left)
                    continue
                self._is_reading = True
            messages: list[dict[str, Any]] = []
            try:
                messages = self._read(left)
            finally:
                with self._changed:
                    for message in messages:
                        if "method" in message:
                            self._on_notification(message)
                        else:
                            self._answers[message.get("id")] = message
                    self._is_reading = False
                    self._changed.notify_all()

    def _read(self, timeout: float | None) -> list[dict[str, Any]]:
        """Return messages that have come, perhaps none; raises ConnectionError at the end."""
        data = self._receive(timeout)
        if data is None:
            return []
        if not data:
            raise ConnectionError("the server has closed the connection")
        found: list[dict[str, Any]] = []
        for body in self._splitter.feed(data):
            try:
                if isinstance(body, Broken):
                    raise ValueError(body.reason)
                found.append(json.loads(body))
            except ValueError as error:
                raise ConnectionError(f"the server does not speak JSON-RPC: {error}") from error
        return found

    def _receive(self, timeout: float | None) -> bytes | None:
        """Return what has come, b"" at the end; None when nothing has come in time."""
        try:
            # Not by a timeout of the socket, which another thread may set to send something.
            if not select.select([self._connection], (), (), timeout)[0]:
                return None
            return self._connection.recv(_CHUNK)
        except (OSError, ValueError):
            return b""

    def _take_notification(self, method: str) -> dict[str, Any] | None:
        for at, message in enumerate(self.notifications):
            if message["method"] == method:
                return self.notifications.pop(at)
        return None


def _deadline(timeout: float | None) -> float | None:
    return None if timeout is None else time.monotonic() + timeout

"""A small synchronous client, for tools that ask a few questions and go.

Imports nothing but ``socket`` and ``json`` beside this package's own small modules.
"""

from __future__ import annotations

import json
import os
import socket
import time

from ...indexer.workspace.root import find_root, state_dir_of
from .endpoint import dial
from .framing import Broken, Splitter, frame
from .messages import CANCEL, RpcError, call_body

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self

_ANSWER_LIMIT = 1 << 30
_AUTHENTICATION_SECONDS = 5.0


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
            client.call("server.authenticate", {"token": token}, timeout=_AUTHENTICATION_SECONDS)
        except (RpcError, OSError, ValueError):
            # Somebody else has the port by now.
            client.close()
            return None
    return client


def connect_alike(lock_path: str, root: str, timeout: float) -> Client | None:
    """A client of the process that serves this workspace and answers as this program would.

    None when it does not say within ``timeout`` seconds who it is, when it is of another version,
    or serves another folder: notes are copied and moved with folders.
    """
    client = connect_to(lock_path)
    if client is None:
        return None
    try:
        info = client.call("server.info", timeout=timeout)
        if info.get("root") == root and info.get("version") == _version():
            return client
    except (RpcError, OSError, ValueError):
        pass
    client.close()
    return None


def _version() -> str:
    """Version of this program: as its folder says, which is quicker than its metadata."""
    import sys

    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            if name.startswith("flux_index-") and name.endswith(".dist-info"):
                return name.removesuffix(".dist-info").partition("-")[2]
    from importlib.metadata import version

    return version("flux-index")


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
        until = None if timeout is None else time.monotonic() + timeout
        asked = self.send(method, params, timeout)
        return self.wait(asked, None if until is None else max(until - time.monotonic(), 0.0))

    def send(self, method: str, params: object = None, timeout: float | None = None) -> int:
        """Ask without waiting for the answer; returns the id to :meth:`wait` for.

        Raises TimeoutError when the server has not taken all of it after ``timeout`` seconds.
        """
        self._last_id += 1
        self.send_body(call_body(method, params, self._last_id), timeout)
        return self._last_id

    def notify(self, method: str, params: object = None) -> None:
        """Tell without asking."""
        self.send_body(call_body(method, params))

    def cancel(self, id_: int) -> None:
        """Say that an answer is no longer wanted; it comes as an error then, or as it would."""
        self.notify(CANCEL, {"id": id_})

    def send_body(self, body: bytes, timeout: float | None = None) -> None:
        """Send a message as it is."""
        self._connection.settimeout(timeout)
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

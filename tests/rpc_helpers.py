"""A small workspace, servers for it in this process and in others, and raw connections."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flux_index.api.rpc.client import Client, connect
from flux_index.api.rpc.endpoint import dial
from flux_index.api.rpc.framing import Splitter, frame
from flux_index.api.rpc.server import IndexServer
from flux_index.indexer.index import Index

SHAPES = '''\
class Shape:
    def area(self) -> float:
        """Square units."""
        return 0.0


class Box(Shape):
    side = 1.0
'''
BOX = {"name": "shapes.Box"}
DEADLINE = 60.0


def make_workspace(folder: Path) -> Path:
    """A project with one module."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text("")
    (folder / "shapes.py").write_text(SHAPES)
    return folder


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    """The first true value of a condition."""
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.005)
    raise AssertionError(f"waited too long until {what}")


class ServerProcess:
    """``flux-index serve`` in a process of its own."""

    def __init__(self, workspace: Path, **options: Any) -> None:
        env = {**os.environ, **options.pop("env", {})}
        code = (
            "import json, sys\n"
            "from flux_index.api.rpc.serve import run\n"
            "sys.exit(run(sys.argv[1], **json.loads(sys.argv[2])))"
        )
        self.workspace = workspace
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(workspace), json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
        )
        self.errors: list[str] = []
        self._drain = threading.Thread(target=self._read_errors)
        self._drain.start()
        self._splitter = Splitter()
        self._messages: list[Any] = []

    def client(self) -> Client:
        """A client of the workspace's server, which may be still on its way."""
        return wait_until(lambda: connect(str(self.workspace)), "the server listens")

    def send(self, message: Any, style: str = "headers") -> None:
        """Write a message to the standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(frame(json.dumps(message).encode(), style))
        self.process.stdin.flush()

    def receive(self) -> Any:
        """The next message from the standard output."""
        assert self.process.stdout is not None
        while not self._messages:
            readable = select.select([self.process.stdout], [], [], DEADLINE)[0]
            assert readable, f"no answer; {self.errors}"
            data = os.read(self.process.stdout.fileno(), 65536)
            assert data, f"no more answers; {self.errors}"
            self._messages += [json.loads(body) for body in self._splitter.feed(data)]
        return self._messages.pop(0)

    def ask(self, method: str, params: Any = None, id_: Any = 1) -> Any:
        """Send a request and receive its answer; notifications before it are passed over."""
        self.send({"jsonrpc": "2.0", "id": id_, "method": method, "params": params})
        while "id" not in (answer := self.receive()):
            pass
        return answer

    def kill(self) -> None:
        """End it with no chance to clean up."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """End it as a terminal or a service manager would; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def end_input(self) -> None:
        """Close its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def wait(self) -> int:
        """Wait for its end; returns the exit code."""
        code = self.process.wait(DEADLINE)
        self._drain.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        return code

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.errors.append(line.decode())


@contextmanager
def serving(workspace: Path, **options: Any) -> Iterator[ServerProcess]:
    """A server in a process of its own, stopped at the end."""
    server = ServerProcess(workspace, **options)
    try:
        yield server
    finally:
        server.stop()


class Raw:
    """A connection on which anything can be said."""

    def __init__(self, server: socket.socket) -> None:
        self.socket = server
        self.socket.settimeout(DEADLINE)
        self._splitter = Splitter()
        self._messages: list[Any] = []

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def say(self, message: Any, style: str = "headers") -> None:
        self.send(frame(json.dumps(message).encode(), style))

    def receive(self) -> Any:
        """The next message; None when the server has hung up."""
        while not self._messages:
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._messages += [json.loads(body) for body in self._splitter.feed(data)]
        return self._messages.pop(0)

    def ask(self, message: Any, style: str = "headers") -> Any:
        self.say(message, style)
        return self.receive()


class HostThread:
    """A server in a thread of this process."""

    def __init__(self, workspace: Path, **options: Any) -> None:
        self.workspace = workspace
        self.ready = threading.Event()
        self.index = Index.open(str(workspace))
        assert self.index.become_writer()
        self.host = IndexServer(self.index, ready=lambda _: self.ready.set(), **options)
        self._thread = threading.Thread(target=self.host.run, args=(None,))
        self._thread.start()
        assert self.ready.wait(DEADLINE)

    def client(self) -> Client:
        client = connect(str(self.workspace))
        assert client is not None
        return client

    def raw(self) -> Raw:
        found = dial(self.index.lock.read_note())
        assert found is not None
        return Raw(found[0])

    def stop(self) -> None:
        self.host.call_soon(self.host.stop)
        self._thread.join(DEADLINE)
        assert not self._thread.is_alive()


@contextmanager
def hosted(workspace: Path, **options: Any) -> Iterator[HostThread]:
    """A server in a thread of this process, stopped at the end."""
    host = HostThread(workspace, **options)
    try:
        yield host
    finally:
        host.stop()


def request(method: str, params: Any = None, id_: Any = 1) -> dict[str, Any]:
    """A request as it is sent."""
    message = {"jsonrpc": "2.0", "id": id_, "method": method}
    return message if params is None else {**message, "params": params}

"""Start of a serving process where there is none."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ...indexer import platforms
from ...indexer.errors import FluxIndexError
from ...indexer.private_files import make_folder, open_file
from ...indexer.state_folders import SERVER_LOG, state_dir_of
from ...indexer.store.lock import WriterLock
from ..quoting import escaped
from .client import PATIENCE, PAUSE, Client, writer_lock

OnNotification = Callable[[dict[str, Any]], None]

_START_SECONDS = 30.0
_CHUNK = 1 << 16
# A process that serves tells at once which it is, or it hangs.
_SILENT_SECONDS = 2.0


class Launcher:
    """Connects to the serving process of one workspace, as often as needed.

    A process started here runs in the background, so that the next client finds it, and ends when
    it has had no client for a while. Where another process writes the index and does not serve (an
    editor's language server, a long build), one is started for this client alone.
    """

    def __init__(self, root: str, idle_exit: float) -> None:
        """``idle_exit``: seconds after which a process started here ends without a client."""
        self.root = root
        self._idle_exit = idle_exit
        self._own: subprocess.Popen[bytes] | None = None
        self._background: subprocess.Popen[bytes] | None = None
        self._is_closed = False

    def connect(self, on_notification: OnNotification | None = None) -> Client:
        """Return a new client; raises FluxIndexError when the workspace cannot be served."""
        lock = writer_lock(self.root)
        if not os.path.isdir(self.root):
            raise FluxIndexError(f"{escaped(self.root)} is gone")
        note = lock.read_note()
        client = self._reached(lock, on_notification)
        if client is None and not lock.is_free():
            # Who has told where it serves and does not answer is not waited for.
            if not note or lock.read_note() != note:
                client = self._connect_within(lock, PATIENCE, on_notification)
            if client is None and not lock.is_free():
                return self._serve_alone(on_notification)
        if client is not None:
            return client
        log_path = os.path.join(os.path.dirname(lock.path), SERVER_LOG)
        self._background = start_serving(self.root, self._idle_exit)
        client = self._connect_within(lock, _START_SECONDS, on_notification)
        if client is None:
            raise FluxIndexError(f"{escaped(self.root)} cannot be served; {log_path} says more")
        return client

    def close(self) -> None:
        """Let go of the process that serves this client alone, if there is one."""
        self._is_closed = True
        self._end_own()

    def _connect_within(
        self, lock: WriterLock, seconds: float, on_notification: OnNotification | None
    ) -> Client | None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._is_closed:
            client = self._reached(lock, on_notification)
            if client is not None:
                return client
            # A process that ended because another was there first is no reason to give up.
            has_ended = self._background is not None and self._background.poll() is not None
            if has_ended and lock.is_free():
                break
            time.sleep(PAUSE)
        return None

    def _reached(self, lock: WriterLock, on_notification: OnNotification | None) -> Client | None:
        """Return a client of the process that has the lock, if it shows that it lives."""
        return Client.connect(
            lock.read_note(),
            root=self.root,
            timeout=_SILENT_SECONDS,
            on_notification=on_notification,
        )

    def _serve_alone(self, on_notification: OnNotification | None) -> Client:
        self._end_own()
        ours, theirs = socket.socketpair()
        inherits = platforms.can_inherit_sockets()
        self._own = subprocess.Popen(
            _command(self.root, "--stdio"),
            cwd=self.root,
            stdin=theirs.fileno() if inherits else subprocess.PIPE,
            stdout=theirs.fileno() if inherits else subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            creationflags=platforms.detached(),
        )
        if inherits:
            theirs.close()
        else:
            _join(theirs, self._own)
        client = Client(ours, on_notification)
        try:
            client.call("server.info", timeout=_START_SECONDS)
        except OSError as error:
            client.close()
            raise FluxIndexError(f"{escaped(self.root)} cannot be served: {error}") from error
        return client

    def _end_own(self) -> None:
        if self._own is not None:
            # It ends by itself, as its input has ended; it must not stay a zombie until then.
            try:
                self._own.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._own.kill()
                self._own.wait()
            self._own = None


def start_serving(root: str, idle_exit: float) -> subprocess.Popen[bytes]:
    """Start a process in the background that serves a workspace, and says in a log what is wrong.

    It ends after ``idle_exit`` seconds without a client, or when another one serves.
    """
    state_dir = state_dir_of(root)
    make_folder(state_dir)
    log_path = os.path.join(state_dir, SERVER_LOG)
    with open(open_file(log_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as log:
        return subprocess.Popen(
            _command(root, "--idle-exit", f"{idle_exit:g}"),
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
            creationflags=platforms.detached(),
        )


def _join(connection: socket.socket, process: subprocess.Popen[bytes]) -> None:
    """Pass on what comes by a connection to a process by pipes, and the other way."""

    def feed() -> None:
        assert process.stdin is not None
        with suppress(OSError), process.stdin as pipe:
            while data := connection.recv(_CHUNK):
                pipe.write(data)
                pipe.flush()

    def drain() -> None:
        assert process.stdout is not None
        with suppress(OSError), connection, process.stdout as pipe:
            while data := os.read(pipe.fileno(), _CHUNK):
                connection.sendall(data)

    for each in (feed, drain):
        threading.Thread(target=each, name="flux-index-join", daemon=True).start()


def _command(root: str, *options: str) -> list[str]:
    # -P, as modules in the user's project may be called like those of Python.
    return [sys.executable, "-P", "-m", "flux_index.api.cli", "serve", root, *options]

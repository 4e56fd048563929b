"""Reaching the process that serves a workspace, which is started when there is none.

It runs in the background, apart from this process, so that the next client finds it, and ends when
nobody has asked it anything for a while. Where another process writes the index and does not serve
(an editor's language server, a long build), a process of this client's own answers, and ends with
it.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time

from ...indexer.errors import FluxIndexError
from ...indexer.store.lock import WriterLock
from ...indexer.workspace.root import state_dir_of
from ..rpc.endpoint import dial

_START_SECONDS = 30.0
# Who has the lock for longer without saying where it listens does not serve.
_PATIENCE = 1.0
_PAUSE = 0.01

Connection = tuple[socket.socket, str]
"""A connected socket, and the secret to say first or ""."""


class Attacher:
    """Connects to the serving process of one workspace, as often as needed."""

    def __init__(self, root: str, idle_exit: float) -> None:
        """``idle_exit``: seconds after which a process started here ends without a client."""
        self.root = root
        self._idle_exit = idle_exit
        self._own: subprocess.Popen[bytes] | None = None
        self._background: subprocess.Popen[bytes] | None = None

    async def connect(self) -> Connection:
        """A new connection; raises FluxIndexError when the workspace cannot be served."""
        state_dir, _ = state_dir_of(self.root)
        lock = WriterLock(os.path.join(state_dir, "writer.lock"))
        found = dial(lock.read_note())
        if found is None and not _is_free(lock):
            found = await self._dial_within(lock, _PATIENCE)
            if found is None and not _is_free(lock):
                return self._serve_alone()
        if found is not None:
            return found
        log_path = os.path.join(state_dir, "serve.log")
        self._background = self._start(log_path)
        found = await self._dial_within(lock, _START_SECONDS)
        if found is None:
            raise FluxIndexError(f"{self.root} cannot be served; {log_path} says more")
        return found

    def close(self) -> None:
        """Let go of the process that answered only here, if there is one."""
        if self._own is not None:
            # It ends by itself, as its input has ended; it must not stay a zombie until then.
            try:
                self._own.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._own.terminate()
            self._own = None

    async def _dial_within(self, lock: WriterLock, seconds: float) -> Connection | None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = dial(lock.read_note())
            if found is not None:
                return found
            # A process that ended because another was there first is no reason to give up.
            ended = self._background is not None and self._background.poll() is not None
            if ended and _is_free(lock):
                break
            await asyncio.sleep(_PAUSE)
        return None

    def _start(self, log_path: str) -> subprocess.Popen[bytes]:
        os.makedirs(os.path.dirname(log_path), exist_ok=True)
        with open(log_path, "wb") as log:
            return subprocess.Popen(
                self._command("--idle-exit", f"{self._idle_exit:g}"),
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )

    def _serve_alone(self) -> Connection:
        self.close()
        ours, theirs = socket.socketpair()
        with theirs:
            self._own = subprocess.Popen(
                self._command("--stdio"),
                cwd=self.root,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        return ours, ""

    def _command(self, *options: str) -> list[str]:
        # -P, as modules in the user's project may be called like those of Python.
        return [sys.executable, "-P", "-m", "flux_index.api.cli", "serve", self.root, *options]


def _is_free(lock: WriterLock) -> bool:
    """Whether nobody writes this index, or nobody can."""
    free = lock.acquire() or bool(lock.problem)
    lock.release()
    return free

"""The processes that serve workspaces of this user: which there are, and how to end one."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...indexer.state_folders import (
    SERVER_LOG,
    STARTING_SECONDS,
    STATES,
    user_cache_dir,
    was_just_started,
)
from ...indexer.store.lock import WriterLock
from .client import PAUSE, Client
from .messages import RpcError

if TYPE_CHECKING:
    from typing import Literal

_SILENT_SECONDS = 1.0
# A process that was asked to end answers what it is asked first.
_FAREWELL_SECONDS = 5.0
_KILLED_SECONDS = 2.0


@dataclass(slots=True, frozen=True)
class Serving:
    """A process that keeps the index of a workspace, and how it is doing."""

    workspace: str
    pid: int
    command: str
    """Command that it runs: ``serve``, ``watch`` or ``lsp``."""
    state: Literal["current", "building", "silent"]
    """``silent``: it does not answer."""
    clients: int
    endpoints: list[str]
    is_there: bool
    """True if the workspace's folder is still there."""


def serving_processes() -> list[Serving]:
    """Return the processes that serve workspaces of this user, by workspace."""
    found = (serving_process(lock) for lock in _locks())
    return sorted((one for one in found if one is not None), key=lambda one: one.workspace)


def awaited_process(lock: WriterLock) -> Serving | None:
    """Return the process that serves a workspace, or is about to: it was started a moment ago."""
    folder = os.path.dirname(lock.path)
    until = time.monotonic() + STARTING_SECONDS
    while True:
        process = serving_process(lock)
        if process or not was_just_started(folder) or time.monotonic() > until:
            return process
        time.sleep(PAUSE)


def end(lock: WriterLock, process: Serving) -> bool:
    """End a process; True when it has let go of the lock.

    It is asked to, which gives it time to answer, and made to when it does not.
    """
    ended = _has_ended(lock, process)
    if ended:
        with suppress(OSError):
            os.unlink(os.path.join(os.path.dirname(lock.path), SERVER_LOG))
    return ended


def _has_ended(lock: WriterLock, process: Serving) -> bool:
    for number, seconds in (
        (signal.SIGTERM, _FAREWELL_SECONDS),
        (getattr(signal, "SIGKILL", signal.SIGTERM), _KILLED_SECONDS),
    ):
        # Only whom the lock names: another process may have got the number of one that has ended.
        if _holder(lock)[0] != process.pid:
            return True
        try:
            os.kill(process.pid, number)
        except ProcessLookupError:
            return True
        if process.state == "silent" and sys.platform != "win32":
            os.kill(process.pid, signal.SIGCONT)  # One that was stopped does not notice.
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if _holder(lock)[0] != process.pid:
                return True
            time.sleep(PAUSE)
    return False


def _locks() -> list[WriterLock]:
    folder = os.path.join(user_cache_dir(), STATES)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    paths = (os.path.join(folder, name, "writer.lock") for name in names)
    return [WriterLock(path) for path in paths if os.path.isfile(path)]


def _holder(lock: WriterLock) -> tuple[int, str, str]:
    """Return process, command and workspace of who has a lock; 0 when nobody does who serves."""
    pid, _, rest = lock.read_about().partition(" ")
    command, _, root = rest.partition(" ")
    if not pid.isdecimal() or not root or lock.is_free():
        return 0, "", ""
    return int(pid), command, root


def serving_process(lock: WriterLock) -> Serving | None:
    """Return the process that serves the workspace of this lock."""
    pid, command, root = _holder(lock)
    if not pid:
        return None
    is_there = os.path.isdir(root)
    client = Client.connect(lock.read_note(), root=root, timeout=_SILENT_SECONDS)
    if client is not None:
        with client:
            try:
                info = client.call("server.info", timeout=_SILENT_SECONDS)
                state = "building" if info["building"] or info["pending"] else "current"
                n_clients = info["clients"] - 1  # without this one
                return Serving(root, pid, command, state, n_clients, info["endpoints"], is_there)
            except (RpcError, OSError):
                pass
    return Serving(root, pid, command, "silent", 0, lock.read_note().splitlines(), is_there)

"""``flux-index serve``: one serving process for each workspace, to which later ones attach.

Attaching is cheap: asyncio, pygls and the watcher are imported by the process that serves.
"""

from __future__ import annotations

import os
import sys
import threading
import time

from ...indexer.errors import InvalidArgumentsError
from ...indexer.index import Index
from .. import logs
from .client import PATIENCE, PAUSE, Client
from .memory import many_imports
from .proxy import Proxy

_FAREWELL = 0.05
# An attached process that stays loads what it needs to take over; most end before.
_PREPARE_AFTER = 3.0
# A process that serves tells at once which it is, or it hangs.
_SILENT_SECONDS = 2.0


def run(
    workspace: str,
    *,
    stdio: bool = False,
    tcp: str | None = None,
    socket: str | None = None,
    idle_exit: float | None = None,
) -> int:
    """Serve the workspace of a file or folder until stopped; returns the exit code.

    ``stdio``: serve the client at the standard streams, and end with it. ``tcp``: listen at
    ``PORT`` or ``HOST:PORT`` of the loopback, too. ``socket``: path of the Unix socket instead of
    the usual one. ``idle_exit``: end after so many seconds without a client.

    When another process serves the workspace, the standard streams are passed on to it, and
    without ``stdio`` there is nothing to do but to say where it is. Raises FluxIndexError.
    """
    chosen = [flag for flag, value in (("--stdio", stdio), ("--tcp", tcp), ("--socket", socket))
              if value]  # fmt: skip
    if len(chosen) > 1:
        raise InvalidArgumentsError(f"serve takes one of {' and '.join(chosen)}")
    place = _loopback(tcp)
    logs.begin()
    proxy = _take_standard_streams() if stdio else None
    try:
        while True:
            index = Index.open(workspace)
            server = _find_server(index)
            if server is None:
                _serve(index, proxy, place, socket, idle_exit)
                return 0
            note = index.lock.read_note()
            index.close()
            if proxy is None:
                server.close()
                print(f"{index.workspace.root} is served already, at:\n{note}", file=sys.stderr)
                return 0
            prepare = threading.Timer(_PREPARE_AFTER, _prepare)
            prepare.daemon = True
            prepare.start()
            if proxy.attach(server):
                return 0
            # The serving process has ended: this one takes over, or attaches to the one that has.
            # While it ends its socket may still take connections, which would end with it.
            time.sleep(_FAREWELL)
    except KeyboardInterrupt:
        return 0


def _find_server(index: Index) -> Client | None:
    """Return a client of the process that serves this index; None when it is for this one to do."""
    note = index.lock.read_note()
    client = _connect(index, note)
    if client is not None:
        return client
    if note and index.held_elsewhere() and index.lock.read_note() == note:
        return None  # It does not answer: questions are answered here, until the lock is free.
    # This takes a while, for which others would not wait once the lock is held.
    _prepare()
    until = time.monotonic() + PATIENCE
    while not index.become_writer():
        client = _connect(index, index.lock.read_note())
        if client is not None:
            return client
        if time.monotonic() > until or not os.path.isdir(index.workspace.state_dir):
            # Questions are answered here, from what there is, until the lock is free.
            return None
        time.sleep(PAUSE)
    return None


def _prepare() -> None:
    """Load what serving takes, so that this process can take over at once when it is its turn."""
    with many_imports():
        from . import server  # noqa: F401  # pyright: ignore[reportUnusedImport]


def _connect(index: Index, note: str) -> Client | None:
    return Client.connect(note, root=index.workspace.root, timeout=_SILENT_SECONDS)


def _serve(
    index: Index,
    proxy: Proxy | None,
    tcp: tuple[str, int] | None,
    socket_path: str | None,
    idle_exit: float | None,
) -> None:
    from .server import IndexServer

    def ready(endpoints: list[str]) -> None:
        if proxy is None:
            places = " and ".join(endpoints)
            print(f"serving {index.workspace.root} at {places}", file=sys.stderr, flush=True)

    server = IndexServer(index, tcp=tcp, socket_path=socket_path, idle_exit=idle_exit, ready=ready)
    server.run(proxy)


def _take_standard_streams() -> Proxy:
    """Return a proxy of the client at them; nothing else can write there between messages."""
    source, target = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    try:
        os.dup2(2, 1)
    except OSError:
        os.dup2(null, 1)  # There is no standard error.
    os.close(null)
    proxy = Proxy(source, target)
    proxy.start()
    return proxy


def _loopback(text: str | None) -> tuple[str, int] | None:
    """Return host and port; raises InvalidArgumentsError unless they are of the loopback."""
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not port.isdigit() or int(port) > 65535:
        raise InvalidArgumentsError(f"--tcp takes PORT or HOST:PORT, not {text!r}")
    if host not in ("", "127.0.0.1", "localhost"):
        raise InvalidArgumentsError(f"--tcp listens on 127.0.0.1 only, not on {host}")
    return "127.0.0.1", int(port)

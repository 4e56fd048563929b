"""``flux-index serve``: one serving process per workspace, to which later ones attach.

Attaching costs little: asyncio, pygls and the watcher are imported by the process that serves.
"""

from __future__ import annotations

import os
import sys
import time

from ...indexer.errors import InvalidArgumentsError
from ...indexer.index import Index
from .endpoint import dial

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket as sockets

    from .relay import Relay

# Whoever has the writer's lock for longer without saying where it listens does not serve: it
# builds or cleans. Then questions are answered here, from what there is, until the lock is free.
_PATIENCE = 1.0
_PAUSE = 0.01
_FAREWELL = 0.05


def run(
    workspace: str,
    *,
    stdio: bool = False,
    tcp: str | None = None,
    socket: str | None = None,
    idle_exit: float | None = None,
) -> int:
    """Serve the workspace of a file or folder until told to stop; returns the exit code.

    ``stdio``: serve the client at the standard streams, and end with it. ``tcp``: listen at
    ``PORT`` or ``HOST:PORT`` of the loopback, too. ``socket``: path of the Unix socket instead of
    the usual one. ``idle_exit``: end after so many seconds without a client.

    When another process serves the workspace, the standard streams are passed on to it, and
    without ``stdio`` there is nothing to do but to say where it is. Raises FluxIndexError.
    """
    place = _loopback(tcp)
    _log_to_stderr()
    relay = _relay() if stdio else None
    try:
        while True:
            index = Index.open(workspace)
            found = _find_server(index)
            if found is None:
                return _serve(index, relay, place, socket, idle_exit)
            server, token = found
            note = index.lock.read_note()
            index.close()
            if relay is None:
                server.close()
                print(f"{index.workspace.root} is served already, at:\n{note}", file=sys.stderr)
                return 0
            if relay.attach(server, token):
                return 0
            # The serving process has ended: this one takes over, or attaches to the one that has.
            # While it ends its socket may still take connections, which would end with it.
            time.sleep(_FAREWELL)
    except KeyboardInterrupt:
        return 0


def _find_server(index: Index) -> tuple[sockets.socket, str] | None:
    """The process that serves this index; None when it is for this one to do."""
    until = time.monotonic() + _PATIENCE
    while not index.become_writer():
        found = dial(index.lock.read_note())
        if found is not None:
            return found
        if time.monotonic() > until or not os.path.isdir(index.workspace.state_dir):
            return None
        time.sleep(_PAUSE)
    return None


def _serve(
    index: Index,
    relay: Relay | None,
    tcp: tuple[str, int] | None,
    socket_path: str | None,
    idle_exit: float | None,
) -> int:
    from .server import Host

    def ready(endpoints: list[str]) -> None:
        if relay is None:
            places = " and ".join(endpoints)
            print(f"serving {index.workspace.root} at {places}", file=sys.stderr, flush=True)

    host = Host(index, tcp=tcp, socket_path=socket_path, idle_exit=idle_exit, ready=ready)
    return host.run(relay)


def _relay() -> Relay:
    """Take the standard streams, so that nothing else can write between messages."""
    from .relay import Relay

    source, target = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    try:
        os.dup2(2, 1)
    except OSError:
        os.dup2(null, 1)  # There is no standard error.
    os.close(null)
    relay = Relay(source, target)
    relay.start()
    return relay


def _loopback(text: str | None) -> tuple[str, int] | None:
    """Host and port; raises InvalidArgumentsError unless they are of the loopback."""
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not port.isdigit() or int(port) > 65535:
        raise InvalidArgumentsError(f"--tcp takes PORT or HOST:PORT, not {text!r}")
    if host not in ("", "127.0.0.1", "localhost"):
        raise InvalidArgumentsError(f"--tcp listens on 127.0.0.1 only, not on {host}")
    return "127.0.0.1", int(port)


def _log_to_stderr() -> None:
    import logging

    logging.basicConfig(format="flux-index: %(levelname)s: %(message)s", level=logging.WARNING)

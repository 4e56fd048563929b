"""``flux-index lsp``: the language server over standard streams."""

from __future__ import annotations

import os
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .server import Server

_CHUNK = 1 << 16
# Seconds between two looks at whether the client still lives.
_LOOK_EVERY = 2.0
# Records that wait to be written while nobody reads them; the rest is dropped.
_MOST_LOGGED = 200
# The protocol's exit code for a client that went away without a word.
_LOST = 1


def run(arguments: Sequence[str]) -> int:
    """Serve until the client says exit; returns the exit code.

    ``--tcp PORT`` serves one client on a loopback port instead, for debugging; port 0 takes any
    that is free. The address is told on standard error. ``--stdio`` is what happens anyway.
    """
    from ..api.rpc.memory import collect_seldom, share_heap

    share_heap()
    collect_seldom()
    listed = list(arguments)
    if listed[:1] == ["--stdio"]:
        listed = listed[1:]
    # Some clients tell the process to watch here as well as in `initialize`.
    listed = [item for item in listed if not item.startswith("--clientProcessId=")]
    if listed[:1] == ["--tcp"] and len(listed) == 2 and listed[1].isdigit():
        return _serve_tcp(int(listed[1]))
    if listed:
        print(
            f"flux-index: lsp takes no {listed[0]!r}; it takes --stdio or --tcp PORT",
            file=sys.stderr,
        )
        return 2
    return _serve_streams()


def _serve_streams() -> int:
    # What prints by mistake must not end up between messages.
    source, target = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)

    def read() -> bytes:
        try:
            return os.read(source, _CHUNK)
        except OSError:
            return b""

    return serve(read, lambda data: os.write(target, data))


def _serve_tcp(port: int) -> int:
    import socket

    with socket.create_server(("127.0.0.1", port)) as listener:
        print(f"flux-index: listening on 127.0.0.1:{listener.getsockname()[1]}", file=sys.stderr,
              flush=True)  # fmt: skip
        connection, _ = listener.accept()
    with connection:

        def read() -> bytes:
            try:
                return connection.recv(_CHUNK)
            except OSError:
                return b""

        return serve(read, connection.send)


def serve(read: Callable[[], bytes], write: Callable[[bytes | memoryview], int]) -> int:
    """Serve one client; ``read`` gives what there is, b"" at the end. Returns the exit code."""
    from ..api.rpc.framing import Splitter
    from .lifecycle import register
    from .server import Server

    writer = _Writer(write)
    server = Server(writer.put)
    register(server)
    _log_to_stderr()
    threading.Thread(
        target=_look_after, args=(server,), name="flux-index-look", daemon=True
    ).start()
    splitter = Splitter(style="headers")
    while server.exit_code is None and not writer.is_lost:
        data = read()
        items = splitter.feed(data) if data else splitter.finish()
        for item in items:
            if isinstance(item, bytes):
                server.receive(item)
            else:
                server.broken(item.reason)
            if server.exit_code is not None:
                break
        if not data:
            break
    if server.exit_code is None:
        server.exit_code = 0 if server.is_shut_down else _LOST
    server.close()
    _flush()
    # Threads that still compute an answer nobody waits for are not waited for.
    os._exit(server.exit_code)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass


class _Writer:
    """Writes messages whole, one after the other."""

    def __init__(self, write: Callable[[bytes | memoryview], int]) -> None:
        self._write = write
        self._lock = threading.Lock()
        self.is_lost = False

    def put(self, body: bytes) -> None:
        from ..api.rpc.framing import frame

        data = memoryview(frame(body, "headers"))
        with self._lock:
            try:
                while data:
                    data = data[self._write(data) :]
            except OSError:
                self.is_lost = True


def _look_after(server: Server) -> None:
    """End when the client has died, and keep workspaces that nobody keeps any more."""
    waiting = threading.Event()
    while not waiting.wait(_LOOK_EVERY):
        if server.client.process_id is not None and not _lives(server.client.process_id):
            server.close()
            os._exit(_LOST)
        try:
            server.workspaces.keep()
        except Exception:
            server.log_exception("keeping workspaces")


def _lives(process: int) -> bool:
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _log_to_stderr() -> None:
    import logging
    from queue import SimpleQueue

    waiting: SimpleQueue[str] = SimpleQueue()

    class Handler(logging.Handler):
        """Leaves writing to a thread: a client that does not read the log holds up nobody."""

        def emit(self, record: logging.LogRecord) -> None:
            if waiting.qsize() < _MOST_LOGGED:
                waiting.put(self.format(record))

    def write() -> None:
        while True:
            print(waiting.get(), file=sys.stderr, flush=True)

    logging.basicConfig(handlers=[Handler()], level=logging.WARNING)
    threading.Thread(target=write, name="flux-index-log", daemon=True).start()

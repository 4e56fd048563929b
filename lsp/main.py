"""``flux-index lsp``: the language server over standard streams, or over TCP."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import NoReturn

from ..api import logs
from ..api.quoting import escaped_lines
from ..api.rpc.framing import Broken, Splitter, frame
from ..api.rpc.memory import collect_seldom, many_imports, share_heap
from ..indexer import platforms
from .server import LanguageServer

_CHUNK = 1 << 16
# How both headers of a message begin, and for how many seconds that is waited for on TCP.
_HEADER, _FIRST_SECONDS = b"content-", 60.0
# Seconds between two checks that the client's process still runs.
_WATCH_SECONDS = 2.0
# Log records that wait to be written while the client does not read; the rest is dropped.
_MOST_LOGGED = 200
# Whatever is being done, such as a look at all files of a disk, ends after so many seconds with the
# process: what is stored survives that.
_END_SECONDS = 3.0
# The protocol's exit code for a client that ended without exit.
_LOST = 1


def run(arguments: Sequence[str]) -> int:
    """Serve until the client sends exit; returns the exit code.

    ``--tcp PORT`` serves one client on a loopback port, for debugging; port 0 takes any that is
    free. The address is written to standard error. ``--stdio`` is the default.
    """
    share_heap()
    collect_seldom()
    options = list(arguments)
    if options[:1] == ["--stdio"]:
        options = options[1:]
    # Some clients name the process to watch here as well as in `initialize`.
    options = [option for option in options if not option.startswith("--clientProcessId=")]
    if options[:1] == ["--tcp"] and len(options) == 2 and options[1].isdigit():
        return _serve_tcp(int(options[1]))
    if options:
        print(
            f"flux-index: lsp takes no {options[0]!r}; it takes --stdio or --tcp PORT",
            file=sys.stderr,
        )
        return 2
    return _serve_stdio()


def _serve_stdio() -> int:
    # What prints by mistake must not end up between messages.
    source, target = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return _serve(source, lambda: os.read(source, _CHUNK), lambda data: os.write(target, data))


def _serve_tcp(port: int) -> int:
    with socket.create_server(("127.0.0.1", port)) as listener:
        print(f"flux-index: listening on 127.0.0.1:{listener.getsockname()[1]}", file=sys.stderr,
              flush=True)  # fmt: skip
        connection, peer = listener.accept()
        while _is_of_another_user(peer[1], listener.getsockname()[1]) or not _is_editor(connection):
            connection.close()
            connection, peer = listener.accept()
    with connection:
        return _serve(connection.fileno(), lambda: connection.recv(_CHUNK), connection.send)


def _is_editor(connection: socket.socket) -> bool:
    """True if what is sent first is a header of ours: a web page's request begins with a method."""
    connection.settimeout(_FIRST_SECONDS)
    try:
        begin = connection.recv(len(_HEADER), socket.MSG_PEEK | socket.MSG_WAITALL)
    except OSError:
        return False
    connection.settimeout(None)
    return begin.lower() == _HEADER


def _is_of_another_user(port: int, ours: int) -> bool:
    """True if the system says that the other end of a loopback connection is another user's.

    Linux does; see proc_net_tcp.rst of its documentation. Elsewhere nobody does.
    """
    try:
        with open("/proc/net/tcp", encoding="ascii") as table:
            rows = [line.split() for line in table]
    except (OSError, ValueError):
        return False
    ends = f"0100007F:{port:04X}", f"0100007F:{ours:04X}"
    owners = [int(row[7]) for row in rows if tuple(row[1:3]) == ends]
    return any(owner != os.getuid() for owner in owners)


def _serve(
    source: int, read: Callable[[], bytes], write: Callable[[bytes | memoryview], int]
) -> int:
    """Serve one client; ``read`` returns b"" at the end. Ends the process with the exit code."""
    with many_imports():  # pygls brings some 500 classes
        from .server import LanguageServer

    def read_or_end() -> bytes:
        try:
            return read()
        except OSError:
            return b""

    _log_to_stderr()
    asyncio.run(_main(LanguageServer(), source, read_or_end, _Writer(write)))
    raise AssertionError("the process has ended")


async def _main(
    server: LanguageServer, source: int, read: Callable[[], bytes], writer: _Writer
) -> None:
    loop = asyncio.get_running_loop()
    splitter = Splitter(style="headers")
    server.attach(writer)

    def receive(data: bytes) -> None:
        for item in splitter.feed(data) if data else splitter.finish():
            if isinstance(item, Broken):
                server.connection.receive_broken(item.reason)
            else:
                server.connection.receive(item)
            if server.exit_code is not None:
                break
        if server.exit_code is not None:
            _end(server, server.exit_code)
        if not data or writer.is_lost:
            _end(server, 0 if server.state == "shut down" else _LOST)

    def read_in_thread() -> None:
        while data := read():
            loop.call_soon_threadsafe(receive, data)
        loop.call_soon_threadsafe(receive, b"")

    try:
        loop.add_reader(source, lambda: receive(read()))
    except (NotImplementedError, OSError):
        # A file, or a system on which only sockets can be waited for.
        threading.Thread(target=read_in_thread, name="flux-index-read", daemon=True).start()
    await _watch(server)


def _end(server: LanguageServer, code: int) -> NoReturn:
    last = threading.Timer(_END_SECONDS, os._exit, [code])
    last.daemon = True
    last.start()
    try:
        server.close()
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        pass
    finally:
        # Threads that still compute an answer that nobody reads are not waited for.
        os._exit(code)


class _Writer:
    """Writes complete messages, one after the other. From any thread."""

    def __init__(self, write: Callable[[bytes | memoryview], int]) -> None:
        self._write = write
        self._lock = threading.Lock()
        self.is_lost = False

    def write(self, body: bytes) -> None:
        """Write the body of a message."""
        data = memoryview(frame(body, "headers"))
        with self._lock:
            try:
                while data:
                    data = data[self._write(data) :]
            except OSError:
                self.is_lost = True


async def _watch(server: LanguageServer) -> NoReturn:
    """End when the client has died."""
    while True:
        await asyncio.sleep(_WATCH_SECONDS)
        if server.client.process_id is not None and not platforms.is_running(
            server.client.process_id
        ):
            _end(server, _LOST)


def _log_to_stderr() -> None:
    waiting: SimpleQueue[str] = SimpleQueue()

    class Handler(logging.Handler):
        """Leaves writing to a thread: a client that does not read the log blocks nothing."""

        def emit(self, record: logging.LogRecord) -> None:
            if waiting.qsize() < _MOST_LOGGED:
                # Indented behind the first line, so that each record begins a line of its own.
                waiting.put("\n    ".join(escaped_lines(self.format(record))))

    def write() -> None:
        while True:
            print(waiting.get(), file=sys.stderr, flush=True)

    logs.begin(Handler())
    threading.Thread(target=write, name="flux-index-log", daemon=True).start()

"""Python processes that start at once: forks of one that has imported what they need.

What flux-index imports is most of the time that a test with a server takes. :func:`python` gives a
command like ``python -c CODE``, which has this program started. It asks the process that has all
imported for a fork with its own streams, environment and folder, passes signals on to the fork, and
ends as the fork ends. Tests of how processes start and end start real ones.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

# What is imported before anything is asked for.
_MODULES = (
    "flux_index.api.cli",
    "flux_index.api.mcp.server",
    "flux_index.api.rpc.serve",
    "flux_index.lsp.main",
)
_LONGEST = 1 << 20

_addresses: list[str] = []


def python(code: str) -> list[str]:
    """A command that runs code with further arguments, as ``python -c CODE`` does."""
    if not hasattr(os, "pidfd_open"):
        return [sys.executable, "-c", code]
    if not _addresses:
        _addresses.append(_start())
    return [sys.executable, "-I", "-S", __file__, _addresses[0], code]


def _start() -> str:
    """Start the process that others are forked from, which ends with this one."""
    import atexit
    import shutil
    import subprocess
    import tempfile

    folder = tempfile.mkdtemp()
    address = os.path.join(folder, "forks")
    command = [sys.executable, __file__, address]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(process.communicate)  # closes its input, which is its end, and waits
    return address


def _ask(address: str, code: str, arguments: list[str]) -> None:
    """Have code run in a fork, and end as it ends."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.connect(address)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: connection.send(bytes([number])) and None)
        asked = {
            "code": code,
            "arguments": ["-c", *arguments],
            "folder": os.getcwd(),
            "environment": dict(os.environ),
        }
        socket.send_fds(connection, [json.dumps(asked).encode()], [0, 1, 2])
        os.closerange(0, 3)
        status = int(connection.recv(8) or b"1")
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


def _serve(address: str) -> None:
    """Fork for everybody who asks, until the standard input is closed."""
    import importlib

    for module in _MODULES:
        importlib.import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(address)
        listener.listen(64)
        os.write(1, b"ready\n")
        while not select.select([listener, 0], [], [])[0].count(0):
            connection, _ = listener.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                listener.close()
                _attend(connection)
            connection.close()


def _attend(connection: socket.socket) -> NoReturn:
    """Run what is asked for in a fork, and tell how it ends."""
    data, streams, _, _ = socket.recv_fds(connection, _LONGEST, 3)
    pid = os.fork()
    if pid == 0:
        connection.close()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        _run(**json.loads(data))
    for stream in (0, 1, 2, *streams):
        os.close(stream)
    end = os.pidfd_open(pid)
    while end not in (ready := select.select([connection, end], [], [])[0]):
        told = connection.recv(1)
        os.kill(pid, told[0] if told else signal.SIGKILL)
        if not told:
            break
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if end in ready:
        connection.send(b"%d" % status)
    os._exit(0)


def _run(code: str, arguments: list[str], folder: str, environment: dict[str, str]) -> NoReturn:
    """Become what was asked for."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[:] = arguments
    sys.path[0] = ""
    exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})
    sys.exit(0)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        _serve(sys.argv[1])
    else:
        _ask(sys.argv[1], sys.argv[2], sys.argv[3:])

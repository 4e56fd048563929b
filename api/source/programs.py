"""Programs of others that are run: never one that a repository brings, and with bounds."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from math import ceil

from ...indexer import platforms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def program_outside(name: str, folder: str) -> str | None:
    """Return the absolute path of a program on the search path; None if there is none.

    Places in the folder, and links that lead into it, are passed over: who cloned a repository has
    not installed what lies in it.
    """
    inside = tuple(
        {f"{each.rstrip(os.sep)}{os.sep}" for each in (folder, os.path.realpath(folder))}
    )

    def is_inside(path: str) -> bool:
        return any(
            f"{each}{os.sep}".startswith(inside)
            for each in (os.path.abspath(path), os.path.realpath(path))
        )

    # An empty place stands for the current folder, which is nobody's choice.
    places = [each for each in os.get_exec_path() if os.path.isabs(each) and not is_inside(each)]
    found = shutil.which(name, path=os.pathsep.join(places)) if places else None
    return None if found is None or is_inside(found) else found


# Bytes of memory that a program may take: a repository may hold what git would need much more for,
# and ruff keeps a copy of the whole line in each of its findings.
_MOST_MEMORY = 1_500_000_000


def run_bounded(
    command: Sequence[str],
    given: bytes,
    folder: str,
    *,
    seconds: float,
    environment: Mapping[str, str] | None = None,
) -> tuple[bytes, bytes, int]:
    """Run a program in a folder; returns its output, its errors, and its status.

    Where the system can do that, it gets no more than so much memory, and ends with this process,
    however that ends. Raises OSError, and TimeoutExpired with what it had put out, when it takes
    longer than so many seconds.
    """
    ours, its = os.pipe()
    try:
        with subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, pass_fds=(ours,) if sys.platform == "linux" else (),
            creationflags=platforms.unseen(),
        ) as process:  # fmt: skip
            try:
                _bound(process.pid, ours, seconds)
                output, errors = process.communicate(given, timeout=seconds)
            except BaseException:
                process.kill()
                raise
            return output, errors, process.returncode
    finally:
        os.close(ours)
        os.close(its)


def _bound(process: int, pipe: int, seconds: float) -> None:
    """Give a process its limits, and let it end when the other end of its pipe is closed.

    That end is held by this process alone, so the system closes it with this process. The program
    knows nothing of it: the system sends the signal for the pipe.
    """
    if sys.platform == "linux":
        import fcntl
        import resource

        processor = 2 * ceil(seconds) + 1  # it may have threads
        with contextlib.suppress(OSError):  # it has ended already
            resource.prlimit(process, resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))
            resource.prlimit(process, resource.RLIMIT_CPU, (processor, processor))
            fcntl.fcntl(pipe, fcntl.F_SETOWN, process)
            fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGKILL)
            fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)

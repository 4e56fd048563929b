"""Programs of others that are run: never one that a repository brings, and with bounds."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys

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

    Where the system can do that, it gets no more than so much memory. Raises OSError, and
    TimeoutExpired with what it had put out, when it takes longer than so many seconds.
    """
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        if sys.platform == "linux":
            import resource

            with contextlib.suppress(OSError):  # it has ended already
                limit = _MOST_MEMORY, _MOST_MEMORY
                resource.prlimit(process.pid, resource.RLIMIT_DATA, limit)
        try:
            output, errors = process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        return output, errors, process.returncode

"""Where Windows and macOS differ from Linux: each difference is decided here, and nowhere else.

``SYSTEM`` is looked at when a function is called, so that tests can stand for another system. Each
query loads this, so it imports late.
"""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

SYSTEM = sys.platform
"""``sys.platform``: ``win32``, ``darwin``, or another one, which is taken for a Unix."""

# Flags of CreateProcess, which the standard library has on Windows only.
_NEW_PROCESS_GROUP, _NO_WINDOW, _DETACHED = 0x200, 0x08000000, 0x8
# Rights and results of what Windows is asked about a process.
_QUERY_LIMITED_INFORMATION, _STILL_ACTIVE, _ACCESS_DENIED = 0x1000, 259, 5
# Seconds for which a file that somebody else has open is tried again: scanners let go of it soon.
_PATIENCE, _PAUSE = 2.0, 0.02


def is_windows() -> bool:
    """True on Windows."""
    return SYSTEM == "win32"


def detached() -> int:
    """Return the flags of creation of a process that outlives this one and its terminal.

    Elsewhere than on Windows, starting a new session does that.
    """
    return _DETACHED | _NEW_PROCESS_GROUP if is_windows() else 0


def unseen() -> int:
    """Return the flags of creation of a program that is waited for and shows no window."""
    return _NO_WINDOW if is_windows() else 0


def can_inherit_sockets() -> bool:
    """True if a socket can be the standard streams of another process."""
    return not is_windows()


def replace(source: str, target: str) -> None:
    """Move a file into the place of another one, which others may have open for a moment."""
    _patiently(lambda: os.replace(source, target))


def remove(path: str) -> None:
    """Remove a file, which others may have open for a moment."""
    _patiently(lambda: os.remove(path))


def _patiently(act: Callable[[], None]) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return act()
        except PermissionError:
            # Elsewhere this has nothing to do with who has the file open.
            if not is_windows() or time.monotonic() > until:
                raise
            time.sleep(_PAUSE)


def quoted(words: Sequence[str]) -> str:
    """Return a command line, as the shell reads it that runs commands of other programs."""
    if is_windows():
        from subprocess import list2cmdline

        return list2cmdline(words)
    from shlex import join

    return join(words)


def split(command: str) -> list[str]:
    """Return the words of a command line; backslashes are parts of paths on Windows."""
    from shlex import split as split_words

    return split_words(command.replace("\\", "\\\\") if is_windows() else command)


def has_hung_up(socket: Any) -> bool:
    """True if the other side of a connection has closed it for reading, too."""
    import select

    if not hasattr(select, "poll"):
        from socket import SO_ERROR, SOL_SOCKET

        return socket.getsockopt(SOL_SOCKET, SO_ERROR) != 0
    poll = select.poll()
    poll.register(socket, 0)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def is_running(process: int) -> bool:
    """True if there is a process of a number, as far as this user can tell."""
    if is_windows():
        return _is_running_on_windows(process)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _is_running_on_windows(process: int) -> bool:
    import ctypes

    kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009 - it is there on Windows only
    handle = kernel.OpenProcess(_QUERY_LIMITED_INFORMATION, False, process)
    if not handle:
        return kernel.GetLastError() == _ACCESS_DENIED
    code = ctypes.c_ulong()
    known = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return not known or code.value == _STILL_ACTIVE


def program_file(name: str) -> str:
    """Return the name of the file of a program."""
    return f"{name}.exe" if is_windows() else name


def interpreters() -> tuple[str, ...]:
    """Return the names of the files of Python, in the order in which they are looked for."""
    return ("python3.exe", "python.exe") if is_windows() else ("python3", "python")


def cache_folder(home: str) -> str:
    """Return the folder for caches of a user."""
    if SYSTEM == "darwin":
        return f"{home}/Library/Caches"
    if is_windows():
        return os.environ.get("LOCALAPPDATA") or f"{home}/AppData/Local"
    return f"{home}/.cache"


def vscode_folder() -> str:
    """Return the folder of the user's settings of VS Code, seen from the home folder."""
    if SYSTEM == "darwin":
        return "Library/Application Support/Code/User"
    return "AppData/Roaming/Code/User" if is_windows() else ".config/Code/User"


def user_site(version: tuple[int, int], home: str, environment: Mapping[str, str]) -> str:
    """Return the folder of what ``pip install --user`` installs for a version of Python."""
    major, minor = version
    if is_windows():
        base = environment.get("APPDATA") or f"{home}/AppData/Roaming"
        return f"{base}/Python/Python{major}{minor}/site-packages".replace("\\", "/")
    if SYSTEM == "darwin" and not environment.get("PYTHONUSERBASE"):
        return f"{home}/Library/Python/{major}.{minor}/lib/python/site-packages"
    base = environment.get("PYTHONUSERBASE") or f"{home}/.local"
    return f"{base}/lib/python{major}.{minor}/site-packages"


# Kinds of file systems, as `mount` of macOS calls them, on which others write unseen.
_NETWORK_MOUNTS = frozenset(["smbfs", "nfs", "afpfs", "webdav", "ftp", "macfuse", "osxfuse"])


def network_mounts() -> list[tuple[str, str]]:
    """Return mount points and kinds of network file systems, where only a program lists them."""
    if SYSTEM != "darwin":
        return []
    import subprocess

    try:
        done = subprocess.run(
            ["/sbin/mount"], capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    found: list[tuple[str, str]] = []
    for line in done.stdout.splitlines():  # //u@host/share on /Volumes/share (smbfs, nodev)
        place, _, kind = line.rpartition(" (")
        kind = kind.partition(",")[0].rstrip(")")
        if kind in _NETWORK_MOUNTS:
            found.append((place.partition(" on ")[2], kind))
    return found

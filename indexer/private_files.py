"""Files and folders that only this user can have made: the state that no repository can bring.

All state lies below one folder of the user's own, never in a workspace. Behind that, nothing is
opened that is not a plain file of this user: no link, pipe or device, nothing of another user.
"""

from __future__ import annotations

import os
import stat
import sys

# Waiting for the other end of a pipe, and following a link, are what never happens here.
_SAFE_FLAGS = (
    getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
)
_DATABASE_SUFFIXES = ("", "-wal", "-shm", "-journal")

if sys.platform == "win32":  # folders of a user's profile are the user's own there

    def _is_own(_status: os.stat_result) -> bool:
        return True
else:

    def _is_own(status: os.stat_result) -> bool:
        return status.st_uid == os.geteuid()


# Folders of state that hold others: all workspaces', and that of the user's cache.
_ABOVE = ("workspaces", "flux-index")


def make_folder(path: str) -> None:
    """Make a folder of state, and those of ours that it lies in, each for this user alone.

    Raises OSError, also when one is there and may hold what others have put there. A folder that
    the user chose for the cache is left as it is.
    """
    ours = [path]
    while os.path.basename(above := os.path.dirname(ours[-1])) in _ABOVE and len(ours) < 3:
        ours.append(above)
    os.makedirs(above, 0o700, exist_ok=True)
    for folder in reversed(ours):
        try:
            os.mkdir(folder, 0o700)
        except FileExistsError:
            _check_folder(folder)


def _check_folder(path: str) -> None:
    status = os.lstat(path)
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError(f"{path} must be a folder, not a link or file")
    if not _is_own(status):
        raise PermissionError(f"{path} belongs to another user")
    if status.st_mode & 0o077 and sys.platform != "win32":
        os.chmod(path, 0o700)


def open_file(path: str, flags: int) -> int:
    """Return a descriptor of a plain file of this user, made for this user alone where asked.

    Raises OSError, also for links, pipes, devices and files of others.
    """
    descriptor = os.open(path, flags | _SAFE_FLAGS, 0o600)
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode) and _is_own(status):
        return descriptor
    os.close(descriptor)
    raise PermissionError(f"{path} must be a plain file of your own")


def read_file(path: str, limit: int) -> bytes:
    """Return at most ``limit`` bytes of a file; empty when it is not there or not the user's."""
    try:
        descriptor = open_file(path, os.O_RDONLY)
    except (OSError, ValueError):  # the latter for a path with a null character
        return b""
    with open(descriptor, "rb") as file:
        return file.read(limit)


def check_database(path: str) -> None:
    """Raise OSError when a database, or what SQLite keeps beside it, is no plain file of the user.

    What is not there is fine.
    """
    for suffix in _DATABASE_SUFFIXES:
        try:
            status = os.lstat(path + suffix)
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(status.st_mode) or not _is_own(status):
            raise PermissionError(f"{path}{suffix} must be a plain file of your own")


def create_database(path: str) -> None:
    """Make an empty file for a database that only this user can read; SQLite's own follow it."""
    os.close(open_file(path, os.O_RDWR | os.O_CREAT))

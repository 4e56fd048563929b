"""Addresses of a serving process: its socket, and the note that it leaves for others.

The note is one line per way in: ``unix:PATH``, or ``tcp:HOST:PORT TOKEN-FILE``. Cheap to import.
"""

from __future__ import annotations

import os
import socket
import stat
import sys

from ...indexer.private_files import read_file

# Systems allow 104 bytes or more, with the one that ends the path.
_LONGEST_PATH = 100
_DIAL_SECONDS = 5.0
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
HAS_UNIX_SOCKETS = hasattr(socket, "AF_UNIX")


def socket_path(state_dir: str) -> str:
    """Return the path for the socket of the workspace with this state folder.

    In the state folder, or, when that is too long for a socket's address, in a folder that only
    this user can enter. Raises OSError when there is no such folder.
    """
    path = os.path.join(state_dir, "rpc.sock")
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        return path
    from hashlib import blake2b

    name = blake2b(os.fsencode(os.path.realpath(state_dir)), digest_size=12).hexdigest()
    return os.path.join(_private_folder(), f"{name}.sock")


def _private_folder() -> str:
    """Return a folder of this user alone; raises PermissionError if it is of another."""
    from tempfile import gettempdir

    base = os.environ.get("XDG_RUNTIME_DIR", "")
    if base and os.path.isdir(base):
        folder = os.path.join(base, "flux-index")
    else:
        folder = os.path.join(gettempdir(), f"flux-index-{_user()}")
    if len(os.fsencode(folder)) > _LONGEST_PATH - 32:
        folder = f"/tmp/flux-index-{_user()}"
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        pass
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != _user() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} must be a folder that only you can enter")
    return folder


if sys.platform == "win32":

    def _user() -> int:
        return 0
else:

    def _user() -> int:
        return os.getuid()


def write_token(state_dir: str) -> tuple[str, str]:
    """Return a new secret for TCP clients, and the file with it that only this user can read."""
    from secrets import token_urlsafe

    token = token_urlsafe(32)
    path = os.path.join(state_dir, "rpc.token")
    remove_file(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, token.encode())
    finally:
        os.close(descriptor)
    return token, path


def remove_file(path: str) -> None:
    """Remove a socket or token file, if it is there."""
    try:
        os.unlink(path)
    except OSError:
        pass


def dial(note: str) -> tuple[socket.socket, str] | None:
    """Return a connection to the process that left a note, and the token to begin with or "".

    None when nobody answers there: the note may have outlived its process.
    """
    for line in note.splitlines():
        kind, _, rest = line.partition(":")
        if kind == "unix" and HAS_UNIX_SOCKETS:
            connection = _connect(socket.AF_UNIX, rest)
            if connection is not None:
                return connection, ""
        elif kind == "tcp":
            place, _, token_file = rest.partition(" ")
            host, _, port = place.rpartition(":")
            token = read_file(token_file, 200).decode("ascii", "replace").strip()
            if port.isdigit() and token and host in _LOOPBACK:
                connection = _connect(socket.AF_INET, (host, int(port)))
                if connection is not None:
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    return connection, token
    return None


def _connect(family: int, address: str | tuple[str, int]) -> socket.socket | None:
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(_DIAL_SECONDS)
        connection.connect(address)
        connection.settimeout(None)
    except OSError:
        connection.close()
        return None
    return connection

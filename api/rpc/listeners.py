"""The sockets that a server listens on."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import Callable

from ...indexer.errors import FluxIndexError
from .endpoint import HAS_UNIX_SOCKETS, dial, remove_file, socket_path, write_token

Accept = Callable[[str], asyncio.Protocol]


class Listeners:
    """A Unix socket where the system has them, and TCP on the loopback where needed.

    The Unix socket is for this user alone. Every process and every web page of every user can
    reach a port of the loopback, so there a client has to know a secret first.
    """

    def __init__(
        self, state_dir: str, tcp: tuple[str, int] | None, socket_path_: str | None
    ) -> None:
        self.endpoints: list[str] = []
        """``unix:PATH``, ``tcp:HOST:PORT``."""
        self.notes: list[str] = []
        """The same as others have to know them, see :mod:`.endpoint`."""
        self._state_dir = state_dir
        self._tcp = tcp
        self._path = None if socket_path_ is None else os.path.abspath(socket_path_)
        self._servers: list[asyncio.Server] = []
        self._files: list[str] = []

    async def open(self, accept: Accept) -> None:
        """Listen. ``accept`` makes the protocol of a connection, given its secret or "".

        Raises FluxIndexError when there is no way to listen, or not the one asked for.
        """
        if self._path is not None or HAS_UNIX_SOCKETS:
            try:
                await self._open_unix(self._path or socket_path(self._state_dir), accept)
            except OSError as error:
                if self._path is not None:
                    raise _cannot_listen(self._path, error) from error
                # Some network file systems hold no sockets.
                self._tcp = self._tcp or ("127.0.0.1", 0)
        else:
            self._tcp = self._tcp or ("127.0.0.1", 0)
        if self._tcp is not None:
            try:
                await self._open_tcp(*self._tcp, accept)
            except OSError as error:
                raise _cannot_listen("{}:{}".format(*self._tcp), error) from error

    def close(self) -> None:
        """Stop listening, and leave no file behind."""
        for server in self._servers:
            server.close()
        for path in self._files:
            remove_file(path)
        self._servers, self._files = [], []
        self.endpoints, self.notes = [], []

    async def _open_unix(self, path: str, accept: Accept) -> None:
        if _is_socket(path):
            # Ours would be left over from a process that was killed: we have the writer's lock.
            other = dial(f"unix:{path}") if path == self._path else None
            if other is not None:
                other[0].close()
                raise FileExistsError(0, "another process listens there")
            remove_file(path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            listener.bind(path)
        except OSError:
            listener.close()
            raise
        finally:
            os.umask(before)
        loop = asyncio.get_running_loop()
        server = await loop.create_unix_server(lambda: accept(""), sock=listener, backlog=128)
        self._servers.append(server)
        self._files.append(path)
        self.endpoints.append(f"unix:{path}")
        self.notes.append(f"unix:{path}")

    async def _open_tcp(self, host: str, port: int, accept: Accept) -> None:
        loop = asyncio.get_running_loop()
        token, token_file = write_token(self._state_dir)
        self._files.append(token_file)
        server = await loop.create_server(lambda: accept(token), host, port)
        self._servers.append(server)
        port = server.sockets[0].getsockname()[1]
        self.endpoints.append(f"tcp:{host}:{port}")
        self.notes.append(f"tcp:{host}:{port} {token_file}")


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.lstat(path).st_mode)
    except OSError:
        return False


def _cannot_listen(place: str, error: OSError) -> FluxIndexError:
    return FluxIndexError(f"cannot listen at {place}: {error.strerror or error}")

"""``flux-index ui``: the page, served on a port of the loopback until nobody looks at it."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import webbrowser
from contextlib import suppress
from secrets import token_urlsafe

import uvicorn

from ...indexer.errors import FluxIndexError, InvalidArgumentsError
from ...indexer.workspace.root import find_root
from ..quoting import escaped
from ..rpc.async_client import AsyncClient
from ..rpc.launcher import Launcher
from .questions import Questions
from .security import OnlyThisPage
from .server import Page

_LOOK_SECONDS = 0.5
# The serving process is let go this long after the page has asked it nothing.
_HANG_UP_SECONDS = 3600.0
_BYTES_OF_TOKEN = 32


def run(*, workspace: str, port: int, open: bool, idle_exit: float, editor: str) -> int:  # noqa: A002
    """Serve the page until it is interrupted or nobody looks; returns the exit code."""
    if not 0 <= port <= 65535:
        raise InvalidArgumentsError(f"--port takes a number up to 65535, not {port}")
    root = find_root(workspace)
    listener = listener_at(port)
    port = listener.getsockname()[1]
    token = token_urlsafe(_BYTES_OF_TOKEN)
    url = f"http://127.0.0.1:{port}/{token}/"
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(root, listener, token, port, idle_exit, editor, url if open else ""))
    return 0


def listener_at(port: int) -> socket.socket:
    """Return a socket at a port of the loopback, any that is free for 0; raises FluxIndexError."""
    listener = socket.socket()
    # A page that was just ended and is started again finds its port free.
    if os.name != "nt":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()  # who is told the address may use it at once
    except OSError as error:
        listener.close()
        raise FluxIndexError(f"port {port} of 127.0.0.1: {error.strerror}") from error
    return listener


async def _serve(
    root: str, listener: socket.socket, token: str, port: int, idle: float, editor: str, opened: str
) -> None:
    client = AsyncClient(Launcher(root, idle), _HANG_UP_SECONDS)
    questions = Questions(client)
    page = Page(questions, editor)
    config = uvicorn.Config(
        OnlyThisPage(page.app(), token, port),
        access_log=False,
        http="h11",
        ws="none",
        lifespan="off",
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    connecting = asyncio.create_task(client.connect())
    connecting.add_done_callback(lambda task: _end_if_failed(server, task))
    page.note_use()
    watching = asyncio.create_task(_end_when_idle(server, page, idle))
    try:
        # The address has the token: it is told to who has started this, and kept nowhere.
        print(f"http://127.0.0.1:{port}/{token}/", flush=True)
        print(f"flux-index: {escaped(root)}, until Ctrl-C", file=sys.stderr, flush=True)
        opening = asyncio.to_thread(webbrowser.open, opened) if opened else asyncio.sleep(0)
        await asyncio.gather(opening, server.serve(sockets=[listener]))
        if connecting.done():
            connecting.result()
    finally:
        watching.cancel()
        connecting.cancel()
        await questions.close()


def _end_if_failed(server: uvicorn.Server, connecting: asyncio.Task[None]) -> None:
    """End when the workspace cannot be served; why is raised when the server has ended."""
    if not connecting.cancelled() and connecting.exception() is not None:
        server.should_exit = True


async def _end_when_idle(server: uvicorn.Server, page: Page, idle: float) -> None:
    while not server.should_exit:
        await asyncio.sleep(_LOOK_SECONDS)
        if page.idle_seconds > idle:
            server.should_exit = True
    page.is_ending = True

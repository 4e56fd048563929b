"""``flux-index mcp``: a server of the Model Context Protocol on standard input and output."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

from ...indexer.ending import end_soon
from ...indexer.errors import FluxIndexError
from .. import logs
from ..rpc.memory import many_imports
from .folder import named_folder
from .opening import Opening
from .tools import tools

if TYPE_CHECKING:
    from .server import McpServer

_MISSING = (
    "flux-index mcp needs the package `mcp`, version 2.3 or newer, which is missing here: "
    "install it beside flux-index with `pip install 'mcp>=2.3,<3'`"
)


def run(*, workspace: str | None, profile: str, budget: int, idle_exit: float, raw: bool) -> int:
    """Serve the client at the standard streams until it closes them; returns the exit code.

    Raises FluxIndexError when the workspace that was named is none, or the SDK is missing.
    """
    logs.begin()
    folder = named_folder(workspace, os.environ)
    # Nothing that is started here may read from the client, or write between messages.
    source = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave_at_once)
    opening = Opening(source, 1, tools(profile), budget)
    opening.run()
    try:
        with many_imports():
            from anyio import wrap_file
            from mcp.server.stdio import stdio_server

            from .server import McpServer
            from .streams import streams_until_answered
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise FluxIndexError(_MISSING) from error

    async def serve() -> None:
        server = McpServer(folder, profile=profile, budget=budget, idle_exit=idle_exit, raw=raw)
        leaving = _leave_on_signals(server)
        if folder is not None:
            server.warm(None)
        try:
            async with (
                stdio_server(wrap_file(opening.stream())) as (stdin, stdout),
                streams_until_answered(stdin, stdout, opening.answered) as (incoming, outgoing),
            ):
                await server.sdk.run(incoming, outgoing, server.sdk.create_initialization_options())
        finally:
            await server.close()
            leaving.cancel()

    asyncio.run(serve())
    return 0


def _leave_at_once(*_: object) -> None:
    """End this process while nothing is open yet."""
    os._exit(0)


def _leave_on_signals(server: McpServer) -> asyncio.Task[None]:
    """End on signals. The thread that reads cannot be interrupted, so this ends the process."""
    signalled = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, signalled.set)
        except NotImplementedError:
            continue  # Not on this system: the signal ends the process without a farewell.

    async def leave() -> None:
        await signalled.wait()
        end_soon()
        await server.close()
        os._exit(0)

    return asyncio.create_task(leave())

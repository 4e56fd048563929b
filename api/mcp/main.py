"""``flux-index mcp``: a server of the Model Context Protocol on standard input and output."""

from __future__ import annotations

import asyncio
import gc
import os
import signal

from ...indexer.errors import FluxIndexError
from .folder import named_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .server import Face

_MISSING = (
    "flux-index mcp needs the package `mcp`, version 2.3 or newer, which is missing here: "
    "install it beside flux-index with `pip install 'mcp>=2.3,<3'`"
)


def run(workspace: str | None, *, profile: str, budget: int, idle_exit: float, raw: bool) -> int:
    """Serve the client at the standard streams until it closes them; returns the exit code.

    Raises FluxIndexError when the workspace that was named is none, or the SDK is missing.
    """
    import logging

    logging.basicConfig(format="flux-index: %(levelname)s: %(message)s", level=logging.WARNING)
    folder = named_folder(workspace, os.environ)
    # What an import makes is there to stay: looking for garbage in it costs a tenth of it.
    gc.disable()
    try:
        from mcp.server.stdio import stdio_server

        from .server import Face
        from .streams import answering_to_the_end
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise FluxIndexError(_MISSING) from error
    gc.freeze()
    gc.enable()

    async def serve() -> None:
        face = Face(folder, profile=profile, budget=budget, idle_exit=idle_exit, raw=raw)
        leaving = _leave_on_signals(face)
        if folder is not None:
            face.warm(None)
        try:
            async with (
                stdio_server() as (stdin, stdout),
                answering_to_the_end(stdin, stdout) as (incoming, outgoing),
            ):
                await face.server.run(
                    incoming, outgoing, face.server.create_initialization_options()
                )
        finally:
            await face.close()
            leaving.cancel()

    asyncio.run(serve())
    return 0


def _leave_on_signals(face: Face) -> asyncio.Task[None]:
    """End when told to. The thread that reads cannot be interrupted, so this ends the process."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, told.set)
        except NotImplementedError:
            continue  # Not on this system: the signal ends the process without a farewell.

    async def leave() -> None:
        await told.wait()
        await face.close()
        os._exit(0)

    return asyncio.create_task(leave())

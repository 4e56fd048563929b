"""What the methods do: the operations, asked of the workspace's session, and the server's own.

Plain functions run in the pool's threads, coroutine functions in the event loop's.
"""

from __future__ import annotations

import asyncio
import os
from functools import cache
from inspect import iscoroutinefunction

from ..open_workspace import Session
from ..operations import table
from . import methods
from .messages import CHANGED, NOT_PERMITTED, RpcError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .messages import Call
    from .server import Host
    from .shapes import Changed

    Handler = Callable[[Call], Any]


class Service:
    """Answers calls to one host."""

    def __init__(self, host: Host) -> None:
        """The host is asked for the index, which clients there are, and to stop."""
        self._host = host
        self._live = Session(host.index, "live")
        self._unwatched = Session(host.index, "touch")
        self._moved = asyncio.Event()
        own: dict[str, Handler] = {
            "rpc.discover": _discover,
            "server.info": self._info,
            "server.authenticate": self._info,
            "server.sync": self._sync,
            "server.wait": self._wait,
            "server.subscribe": self._subscribe,
            "server.shutdown": self._shutdown,
        }
        self.handlers: dict[str, Handler] = {
            name: own.get(name, self._ask) for name in methods.METHODS
        }
        """By method; arguments are checked when a handler is called."""
        self.pooled = frozenset(
            name for name, handler in self.handlers.items() if not iscoroutinefunction(handler)
        )
        """Methods that run in the pool's threads."""

    def moved(self) -> None:
        """The index is further than it was: look whether somebody waits for that."""
        self._moved.set()
        self._moved = asyncio.Event()

    def _ask(self, call: Call) -> Mapping[str, Any]:
        host = self._host
        # Before the first look at the whole disk, only a look at it tells what there is.
        is_live = host.keeper is not None and host.index.view().complete
        session = self._live if is_live else self._unwatched
        return table.call(session, call.method, methods.named(call))

    def _info(self, call: Call) -> dict[str, Any]:
        methods.arguments(call)
        host = self._host
        keeper = host.keeper
        return {
            "name": "flux-index",
            "version": _version(),
            "root": host.index.workspace.root,
            "pid": os.getpid(),
            "role": "reader" if keeper is None else "writer",
            "endpoints": host.endpoints,
            "clients": len(host.connections),
            "generation": host.index.generation,
            "pending": host.index.pending,
            "building": host.index.building,
            "watcher": {"mode": "none"} if keeper is None else keeper.state(),
        }

    async def _sync(self, call: Call) -> dict[str, Any]:
        timeout = methods.arguments(call)["timeout_ms"] / 1000
        keeper = self._host.keeper
        if keeper is None:
            await asyncio.to_thread(self._host.index.refresh)
            return self._reached(True)
        return self._reached(await asyncio.to_thread(keeper.sync, timeout))

    async def _wait(self, call: Call) -> dict[str, Any]:
        arguments = methods.arguments(call)
        loop = asyncio.get_running_loop()
        until = loop.time() + arguments["timeout_ms"] / 1000
        while not self._has(arguments["generation"], arguments["pending"]):
            try:
                async with asyncio.timeout_at(until):
                    await self._moved.wait()
            except TimeoutError:
                return self._reached(False)
        return self._reached(True)

    def _has(self, generation: int | None, pending: int | None) -> bool:
        index, keeper = self._host.index, self._host.keeper
        if generation is not None and index.generation < generation:
            return False
        # Before the first build is through, nobody knows how much there is to index.
        return pending is None or (
            index.pending <= pending and (keeper is None or keeper.caught_up)
        )

    async def _subscribe(self, call: Call) -> dict[str, Any]:
        changes: bool = methods.arguments(call)["changes"]
        index = self._host.index
        self._host.news.subscribe(call, changes=changes)
        if changes and not call.is_request:
            # A relay asks for a client whose server died: what has changed since, nobody knows.
            news: Changed = {"generation": index.generation, "paths": [], "complete": False}
            call.client.notify(CHANGED, news)
        return {"changes": changes, "generation": index.generation, "pending": index.pending}

    def _shutdown(self, call: Call) -> dict[str, Any]:
        methods.arguments(call)
        if not call.client.is_private:
            raise RpcError(
                NOT_PERMITTED, "others use this server: only whoever started it may end it"
            )
        self._host.soon(self._host.stop)
        return self._reached(True)

    def _reached(self, reached: bool) -> dict[str, Any]:
        index = self._host.index
        return {"generation": index.generation, "pending": index.pending, "reached": reached}


@cache
def _version() -> str:
    from importlib.metadata import version

    return version("flux-index")


def _discover(call: Call) -> dict[str, Any]:
    from .discover import document

    methods.arguments(call)
    return document()

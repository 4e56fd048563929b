"""Handlers of the methods, and notifications of changes and builds.

Operations are asked of the workspace's session; plain functions run in a pool of threads, coroutine
functions on the event loop, as do all notifications.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ...indexer.errors import StoreError
from ..open_workspace import OpenWorkspace
from ..operations import table
from ..version import version
from . import methods
from .connection import Connection
from .messages import CHANGED, NOT_PERMITTED, PROGRESS, Call, RpcError
from .methods import Changed, progress_token

if TYPE_CHECKING:
    from .server import IndexServer


Handler = Callable[[Call], Any]


class Service:
    """Handlers of the methods of one server."""

    def __init__(self, server: IndexServer) -> None:
        """The server has the index and the clients, and can be stopped."""
        self._server = server
        self._moved = asyncio.Event()
        own: dict[str, Handler] = {
            "rpc.discover": _discover,
            "server.info": self._info,
            "server.authenticate": self._info,
            "server.sync": self._sync,
            "server.wait": self._wait,
            "server.subscribe": self._subscribe,
            "server.shutdown": self._shutdown,
            "hook.answer": self._hook,
        }
        self.handlers: dict[str, Handler] = {
            name: own.get(name, self._ask) for name in methods.METHODS
        }
        """By method; arguments are checked when a handler is called."""

    def index_moved(self) -> None:
        """Let those who wait for the index look how far it is now."""
        self._moved.set()
        self._moved = asyncio.Event()

    def _ask(self, call: Call) -> Mapping[str, Any]:
        return table.call(self._session(call), call.method, methods.arguments_by_name(call))

    def _hook(self, call: Call) -> dict[str, Any]:
        given = methods.checked_arguments(call)
        # By its name, as it is a face of its own.
        hooks = import_module("...hooks.answering", __name__)
        return hooks.told(self._session(call), given)

    def _session(self, call: Call) -> OpenWorkspace:
        server = self._server
        # Before the first look at the whole disk, only a look at it tells what there is.
        is_live = server.maintainer is not None and server.index.view().complete
        session = OpenWorkspace(server.index, "live" if is_live else "touch")

        def check() -> None:
            if call.cancelled:
                raise CancelledError

        session.interrupt = check
        return session

    def _info(self, call: Call) -> dict[str, Any]:
        methods.checked_arguments(call)
        server = self._server
        maintainer = server.maintainer
        return {
            "name": "flux-index",
            "version": version(),
            "root": server.index.workspace.root,
            "pid": os.getpid(),
            "role": "reader" if maintainer is None else "writer",
            "endpoints": server.endpoints,
            "clients": len(server.connections),
            "generation": server.index.generation,
            "pending": server.index.pending,
            "building": server.index.building,
            "watcher": {"mode": "none"} if maintainer is None else maintainer.state(),
        }

    async def _sync(self, call: Call) -> dict[str, Any]:
        timeout = methods.checked_arguments(call)["timeout_ms"] / 1000
        maintainer = self._server.maintainer
        if maintainer is None:
            await asyncio.to_thread(self._server.index.refresh)
            return self._reached(True)
        return self._reached(await asyncio.to_thread(maintainer.sync, timeout))

    async def _wait(self, call: Call) -> dict[str, Any]:
        arguments = methods.checked_arguments(call)
        loop = asyncio.get_running_loop()
        until = loop.time() + arguments["timeout_ms"] / 1000
        while not self._has(arguments["generation"], arguments["pending"]):
            if arguments["generation"] is None and not self._may_progress():
                return self._reached(False)
            try:
                async with asyncio.timeout_at(until):
                    await self._moved.wait()
            except TimeoutError:
                return self._reached(False)
        return self._reached(True)

    def _has(self, generation: int | None, pending: int | None) -> bool:
        index, maintainer = self._server.index, self._server.maintainer
        if generation is not None and index.generation < generation:
            return False
        # Before the first build is through, nobody knows how much there is to index.
        return pending is None or (
            index.pending <= pending and (maintainer is None or maintainer.caught_up)
        )

    def _may_progress(self) -> bool:
        """True if files that are pending are going to be indexed, here or by another process."""
        if self._server.maintainer is not None:
            return True
        try:
            store = self._server.index.reader()
            return store is not None and bool(store.meta("building"))
        except StoreError:
            return True

    async def _subscribe(self, call: Call) -> dict[str, Any]:
        changes: bool = methods.checked_arguments(call)["changes"]
        index = self._server.index
        self._server.subscriptions.subscribe(call, changes=changes)
        if changes and not call.is_request:
            # A proxy asks for a client whose server died: what has changed since, nobody knows.
            params: Changed = {"generation": index.generation, "paths": [], "complete": False}
            call.client.notify(CHANGED, params)
        return {"changes": changes, "generation": index.generation, "pending": index.pending}

    def _shutdown(self, call: Call) -> dict[str, Any]:
        methods.checked_arguments(call)
        if not call.client.is_private:
            raise RpcError(
                NOT_PERMITTED, "others use this server: only whoever started it may end it"
            )
        self._server.call_soon(self._server.stop)
        return self._reached(True)

    def _reached(self, reached: bool) -> dict[str, Any]:
        index = self._server.index
        return {"generation": index.generation, "pending": index.pending, "reached": reached}


def _discover(call: Call) -> dict[str, Any]:
    # Late, since few ask for it, and the shapes of all answers would delay the first one.
    from .discover import document

    methods.checked_arguments(call)
    return document()


_TITLE = "Indexing"


class Subscriptions:
    """The clients that want to hear of changes and of builds."""

    def __init__(self) -> None:
        self._progress: list[_ProgressToken] = []
        self._subscribers: set[Connection] = set()
        # Message and percentage of the build that runs, if one does.
        self._build: tuple[str, int] | None = None

    def subscribe(self, call: Call, *, changes: bool) -> None:
        """Notify a client of changes or no longer, and of builds if it gave a token for that."""
        connection: Connection = call.client
        if changes:
            self._subscribers.add(connection)
        else:
            self._subscribers.discard(connection)
        # The token of another call ends with it; this one stays as long as its client.
        self._add_token(call, None)

    def call_began(self, call: Call) -> None:
        """Notify a client of builds until its call is answered, if it gave a token for that."""
        if call.method != "server.subscribe":
            self._add_token(call, call)

    def call_ends(self, call: Call) -> None:
        """End the progress of a call that is answered next."""
        for token in [one for one in self._progress if one.call is call]:
            token.end()
            self._progress.remove(token)

    def remove(self, connection: Connection) -> None:
        """Forget a client that is gone."""
        self._subscribers.discard(connection)
        self._progress = [one for one in self._progress if one.connection is not connection]

    def changed(self, generation: int, paths: Iterable[str], *, complete: bool) -> None:
        """Notify that the index has a new generation because of these files, or of more."""
        params: Changed = {"generation": generation, "paths": sorted(paths), "complete": complete}
        for connection in list(self._subscribers):
            connection.notify(CHANGED, params)

    def building(self, message: str, percentage: int) -> None:
        """Notify how far a build is."""
        self._build = (message, percentage)
        for token in self._progress:
            token.report(message, percentage)

    def built(self) -> None:
        """Notify that a build has ended."""
        self._build = None
        for token in self._progress:
            token.end()

    def _add_token(self, call: Call, until: Call | None) -> None:
        given = progress_token(call.params)
        if given is None:
            return
        token = _ProgressToken(call.client, given, until)
        self._progress.append(token)
        if self._build is not None:
            token.report(*self._build)


@dataclass(slots=True)
class _ProgressToken:
    """A progress token, its client, and the call with which it ends, if it does."""

    connection: Connection
    token: str | int
    call: Call | None
    has_begun: bool = False

    def report(self, message: str, percentage: int) -> None:
        """Notify how far a build is; the first time, that there is one."""
        value: dict[str, object] = {"kind": "report", "message": message, "percentage": percentage}
        if not self.has_begun:
            value = {**value, "kind": "begin", "title": _TITLE}
            self.has_begun = True
        self._notify(value)

    def end(self) -> None:
        """Notify that the build is over, if its begin was notified."""
        if self.has_begun:
            self._notify({"kind": "end"})
            self.has_begun = False

    def _notify(self, value: dict[str, object]) -> None:
        self.connection.notify(PROGRESS, {"token": self.token, "value": value})

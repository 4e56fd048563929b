"""The serving process: an event loop with its listeners, the threads that answer, and the keeper.

A client is answered from the first moment on. What needs pygls, which takes long to import, waits
for it: cancelling is understood before, but waiting, syncing and subscribing come after. Questions
are answered by the same functions in the same threads either way.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from ...indexer.errors import FluxIndexError
from . import methods
from .connection import Connection
from .listeners import Listeners
from .maintainer import Keeper
from .memory import collect_seldom, share_heap
from .service import Service
from .subscriptions import News

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from ...indexer.index import Index
    from .messages import Call
    from .peer import Server
    from .relay import Relay

_WORKERS = 4
# pygls is imported when it is needed, or after so many seconds, and then when questions have been
# answered or after some more: importing it would take its time from the first ones.
_LOAD_AFTER_SECONDS = 0.5
_LOAD_LATEST_SECONDS = 2.0
# Questions being answered when the server stops may take so long.
_DRAIN_SECONDS = 2.0
# While one thread computes, others get a word in after this many seconds: a question that takes
# 1 ms must not wait 5 ms, Python's default, for each step on its way.
_SWITCH_SECONDS = 0.001
# How often a process that could not become the writer tries again.
_TRY_AGAIN_SECONDS = 0.25

_log = logging.getLogger(__name__)


class Host:
    """Serves one index until told to stop. Runs once."""

    def __init__(
        self,
        index: Index,
        *,
        tcp: tuple[str, int] | None = None,
        socket_path: str | None = None,
        idle_exit: float | None = None,
        ready: Callable[[list[str]], None] | None = None,
    ) -> None:
        """Without the writer's lock the index is only read, and the lock is tried for.

        ``ready`` is called once, with the endpoints, when others can find this server.
        """
        self.index = index
        self.news = News()
        self.connections: set[Connection] = set()
        self.keeper: Keeper | None = None
        self._listeners = Listeners(index.workspace.state_dir, tcp, socket_path)
        self._ready = ready
        self._idle_exit = idle_exit
        self._idle: asyncio.TimerHandle | None = None
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="flux-index-answer")
        self._pygls: Server | None = None
        self._loader = threading.Thread(target=self._load_pygls, name="flux-index-load")
        self._n_answering = 0
        self._quiet = threading.Event()
        self._quiet.set()
        self._failure: BaseException | None = None

    @property
    def endpoints(self) -> list[str]:
        """Where this server listens."""
        return self._listeners.endpoints

    def run(self, relay: Relay | None) -> int:
        """Serve until told to stop; with a relay, until its client is done. Returns 0.

        Raises FluxIndexError when it cannot listen.
        """
        asyncio.run(self._main(relay))
        if self._failure is not None:
            raise self._failure
        return 0

    def stop(self) -> None:
        """Stop serving, once what is being answered was."""
        self._stopped.set()
        self._pygls_needed.set()

    def soon(self, callback: Callable[..., Any], *arguments: object) -> None:
        """Call something in the event loop's thread. From any thread, also when it is too late."""
        try:
            self._loop.call_soon_threadsafe(callback, *arguments)
        except RuntimeError:
            pass

    def is_pooled(self, method: str) -> bool:
        """Whether a method runs in the pool's threads."""
        return method in self._service.pooled

    def answer_early(self, call: Call) -> None:
        """Answer a call of a pooled method without pygls."""
        self._pool.submit(self._answer, call)

    def need_pygls(self) -> None:
        """A call has come that cannot be answered without pygls."""
        self._pygls_needed.set()

    def begins(self) -> None:
        """A thread is about to answer a question."""
        self._n_answering += 1
        self._quiet.clear()

    def ends(self) -> None:
        """It has."""
        self._n_answering -= 1
        if not self._n_answering:
            self._quiet.set()

    def give_way(self, seconds: float) -> None:
        """Wait, at most so long, while questions are being answered. From any other thread."""
        self._quiet.wait(seconds)

    def joined(self, connection: Connection) -> None:
        """A client is there."""
        self.connections.add(connection)
        if self._pygls is not None:
            connection.adopt(self._pygls.join(connection))
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def left(self, connection: Connection) -> None:
        """A client is gone."""
        self.connections.discard(connection)
        self.news.left(connection)
        self._watch_idleness()

    def changed(self, generation: int, paths: Iterable[str], *, complete: bool) -> None:
        """The keeper has changed the index."""
        self.soon(self._tell_changed, generation, list(paths), complete)

    def building(self, message: str, percentage: int) -> None:
        """The keeper builds."""
        self.soon(self.news.building, message, percentage)
        self.soon(self._service.moved)

    def built(self) -> None:
        """The keeper has built."""
        self.soon(self.news.built)
        self.soon(self._service.moved)

    def _tell_changed(self, generation: int, paths: list[str], complete: bool) -> None:
        self.news.changed(generation, paths, complete=complete)
        self._service.moved()

    async def _main(self, relay: Relay | None) -> None:
        sys.setswitchinterval(_SWITCH_SECONDS)
        share_heap()
        collect_seldom()
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        self._pygls_needed = asyncio.Event()
        self._service = Service(self)
        self._stop_on_signals()
        try:
            if self.index.lock.held:
                await self._begin_writing()
            if relay is not None:
                await self._serve(relay)
            self._watch_idleness()
            await self._within(_LOAD_AFTER_SECONDS, self._pygls_needed)
            if not self._stopped.is_set():
                self._loader.start()
            await self._wait_for_lock()
            await self._stopped.wait()
        finally:
            await self._close()

    async def _wait_for_lock(self) -> None:
        """Try to become the writer, unless this is the writer or there is nowhere to write."""
        while not self.index.lock.held and not self._stopped.is_set():
            await self._within(_TRY_AGAIN_SECONDS, self._stopped)
            if os.path.isdir(self.index.workspace.state_dir) and self.index.become_writer():
                await self._begin_writing()
            self._service.moved()

    async def _begin_writing(self) -> None:
        """The lock is had: listen, say where, and keep the index current."""
        await self._listeners.open(lambda token: Connection(self, token=token))
        self.index.lock.note("\n".join(self._listeners.notes))
        if self._ready is not None:
            self._ready(self.endpoints)
        self.keeper = Keeper(self.index, self)
        self.keeper.start()

    async def _serve(self, relay: Relay) -> None:
        """Serve the client at the standard streams, and end with it."""
        ours, theirs = socket.socketpair()
        await self._loop.connect_accepted_socket(
            lambda: Connection(self, is_private=True), sock=ours
        )

        def attach() -> None:
            if relay.attach(theirs, ""):
                self.soon(self.stop)

        threading.Thread(target=attach, name="flux-index-stdio", daemon=True).start()

    def _answer(self, call: Call) -> None:
        if call.cancelled:
            body = methods.cancelled(call)
        else:
            handler = self._service.handlers[call.method]
            body = methods.outcome(call, lambda: handler(call))
        call.client.end_soon(call, body)

    def _load_pygls(self) -> None:
        if not self._pygls_needed.is_set():
            self.give_way(_LOAD_LATEST_SECONDS)
        try:
            from .peer import Server

            self.soon(self._adopt, Server(self._service.handlers, self._pool))
        except Exception as error:
            self._failure = error
            self.soon(self.stop)

    def _adopt(self, pygls: Server) -> None:
        self._pygls = pygls
        for connection in list(self.connections):
            connection.adopt(pygls.join(connection))

    def _watch_idleness(self) -> None:
        if self._idle_exit is not None and not self.connections and self._idle is None:
            self._idle = self._loop.call_later(self._idle_exit, self.stop)

    async def _within(self, seconds: float, event: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass

    def _stop_on_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                self._loop.add_signal_handler(number, self._stop_on_signal, number)
            except (NotImplementedError, RuntimeError):
                # Not on this system, or not in the main thread.
                continue

    def _stop_on_signal(self, number: int) -> None:
        # The second one ends the process as if there were no handler.
        self._loop.remove_signal_handler(number)
        self.stop()

    async def _close(self) -> None:
        """Let go of everything, the lock last: whoever takes over finds all written."""
        self._listeners.close()
        until = self._loop.time() + _DRAIN_SECONDS
        while self._n_answering and self._loop.time() < until:
            await asyncio.sleep(0.002)
        for connection in list(self.connections):
            connection.close()
        if self.keeper is not None:
            await asyncio.to_thread(self.keeper.stop)
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._loader.is_alive():
            # An interpreter must not end in the middle of an import.
            self._quiet.set()
            await asyncio.to_thread(self._loader.join)
        try:
            self.index.close()
        except FluxIndexError as error:
            _log.error("the index was not closed cleanly: %s", error)

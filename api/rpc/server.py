"""The serving process: an event loop with its sockets, the threads that answer, the maintainer."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from inspect import iscoroutinefunction
from typing import Any

from ...indexer.ending import end_soon
from ...indexer.errors import FluxIndexError
from ...indexer.index import Index
from .client import Client
from .connection import Connection
from .follower import Follower
from .listeners import Listeners
from .maintainer import Listener, Maintainer
from .memory import Cooling, collect_seldom, share_heap
from .protocol import Server
from .proxy import Proxy
from .service import Service, Subscriptions

_WORKERS = 4
# Questions being answered when the server stops may take so long, and then are called off.
_DRAIN_SECONDS = 0.5
# While one thread computes, others get a word in after this many seconds: a question that takes
# 1 ms must not wait 5 ms, Python's default, for each step on its way.
_SWITCH_SECONDS = 0.001
# How often a process that could not become the writer tries again.
_TRY_AGAIN_SECONDS = 0.1
# How often the writer looks whether its workspace is still there.
_LOOK_SECONDS = 1.0
# More clients than this are turned away, as are those that have not told the token in time.
_MOST_CLIENTS = 256
_MOST_STRANGERS = 32
_STRANGER_SECONDS = 5.0

_log = logging.getLogger(__name__)


class IndexServer(Server):
    """Serves one index until it is stopped. Runs once.

    Whoever has the writer's lock for long serves, also a language server: so all others reach the
    index as they are used to, and nobody has to answer from an index that nobody keeps current.
    """

    def __init__(
        self,
        index: Index,
        *,
        tcp: tuple[str, int] | None = None,
        socket_path: str | None = None,
        idle_exit: float | None = None,
        ready: Callable[[list[str]], None] | None = None,
        listener: Listener | None = None,
        kind: str = "serve",
    ) -> None:
        """Without the writer's lock the index is only read, and the lock is tried for.

        ``ready`` is called once, with the endpoints, when others can find this server. A
        ``listener`` hears what happens to the index: it is the process's own use of it, and its
        ``kind`` is the command that this is a part of.
        """
        super().__init__(Connection)
        self.index = index
        self.subscriptions = Subscriptions()
        self.connections: set[Connection] = set()
        self.maintainer: Maintainer | None = None
        self._listeners = Listeners(index.workspace.state_dir, tcp, socket_path)
        self._ready = ready
        self._idle_exit = idle_exit
        self._idle: asyncio.TimerHandle | None = None
        self._listener = listener
        self._kind = kind
        self._follower = Follower(index)
        self._strangers: dict[Connection, asyncio.TimerHandle] = {}
        self._thread: threading.Thread | None = None
        self._is_running = threading.Event()
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="flux-index-answer")
        self._n_answering = 0
        self._cooling = Cooling(index.cool)
        self._quiet = threading.Event()
        self._quiet.set()
        self._service = Service(self)
        for name, handler in self._service.handlers.items():
            self.add_method(name, handler, None if iscoroutinefunction(handler) else self._pool)

    @property
    def endpoints(self) -> list[str]:
        """Addresses at which this server listens."""
        return self._listeners.endpoints

    def run(self, proxy: Proxy | None = None) -> None:
        """Serve until stopped; with a proxy, until its client is done, which may stop the server.

        Raises FluxIndexError when the server cannot listen.
        """
        try:
            asyncio.run(self._main(proxy))
        finally:
            self._is_running.set()

    def start(self) -> None:
        """Serve in a thread of its own, for a process that does something else."""
        self._thread = threading.Thread(target=self._run, name="flux-index-serve", daemon=True)
        self._thread.start()
        self._is_running.wait()

    def end(self) -> None:
        """Stop what was started; returns when the index is closed."""
        self.call_soon(self.stop)
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            self.run()
        except Exception:
            _log.exception("%s is not served", self.index.workspace.root)

    def stop(self) -> None:
        """Stop serving, once what is being answered was."""
        self._stopped.set()

    def call_soon(self, callback: Callable[..., Any], *arguments: object) -> None:
        """Call something on the event loop's thread. From any thread, also when it is too late."""
        try:
            self._loop.call_soon_threadsafe(callback, *arguments)
        except RuntimeError:
            pass

    # Called by connections

    def connected(self, connection: Connection) -> None:
        """Note a new client; hang up when there are too many, first on those that say nothing."""
        if len(self.connections) >= _MOST_CLIENTS:
            connection.abort()
            return
        self.connections.add(connection)
        if connection.token:
            if len(self._strangers) >= _MOST_STRANGERS:
                next(iter(self._strangers)).abort()
            self._strangers[connection] = self._loop.call_later(_STRANGER_SECONDS, connection.abort)
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def disconnected(self, connection: Connection) -> None:
        """Forget a client that is gone."""
        self.admitted(connection)
        self.connections.discard(connection)
        self.subscriptions.remove(connection)
        self._watch_idleness()

    def admitted(self, connection: Connection) -> None:
        """Note that a client has told the token."""
        timer = self._strangers.pop(connection, None)
        if timer is not None:
            timer.cancel()

    def answer_began(self) -> None:
        """Note that a thread is about to answer a question."""
        self._n_answering += 1
        self._quiet.clear()
        self._cooling.begin()

    def answer_ended(self) -> None:
        """Note that a thread has answered a question."""
        self._n_answering -= 1
        if not self._n_answering:
            self._quiet.set()
            self._cooling.end()

    # Called by the maintainer, in its threads

    def give_way(self, seconds: float) -> None:
        """Wait, at most so long, while questions are being answered."""
        self._quiet.wait(seconds)
        if self._listener is not None:
            self._listener.give_way(seconds)

    def changed(self, generation: int, paths: Iterable[str], *, complete: bool) -> None:
        """The index has changed."""
        listed = list(paths)
        self.call_soon(lambda: self.subscriptions.changed(generation, listed, complete=complete))
        self.call_soon(self._service.index_moved)
        if self._listener is not None:
            self._listener.changed(generation, listed, complete=complete)

    def building(self, message: str, percentage: int) -> None:
        """A build runs."""
        self.call_soon(self.subscriptions.building, message, percentage)
        self.call_soon(self._service.index_moved)
        if self._listener is not None:
            self._listener.building(message, percentage)

    def built(self) -> None:
        """A build has ended."""
        self.call_soon(self.subscriptions.built)
        self.call_soon(self._cooling.rest)
        self.call_soon(self._service.index_moved)
        if self._listener is not None:
            self._listener.built()

    async def _main(self, proxy: Proxy | None) -> None:
        sys.setswitchinterval(_SWITCH_SECONDS)
        share_heap()
        collect_seldom()
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        if self._listener is None:
            self._stop_on_signals()
        try:
            if self.index.lock.held:
                await self._begin_writing()
            else:
                self.index.catch_up = self._follower.catch_up
            self._is_running.set()
            if proxy is not None:
                await self._serve(proxy)
            self._watch_idleness()
            while not await self._is_stopped():
                await self._look()
        finally:
            await self._close()

    async def _is_stopped(self) -> bool:
        """True if this is to stop; waits a moment for it."""
        seconds = _LOOK_SECONDS if self.maintainer is not None else _TRY_AGAIN_SECONDS
        try:
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
        except TimeoutError:
            pass
        return self._stopped.is_set()

    async def _look(self) -> None:
        """Stop without a workspace, and become the writer when no other process is it any more."""
        workspace = self.index.workspace
        if self._listener is None and not os.path.isdir(workspace.root):
            _log.warning("%s is gone", workspace.root)
            self.stop()
        elif self.maintainer is None:
            if os.path.isdir(workspace.state_dir) and await asyncio.to_thread(self._is_elected):
                await self._begin_writing()
            self._service.index_moved()

    def _is_elected(self) -> bool:
        """True if this process has the writer's lock now, and not just for a moment."""
        with self.index.electing:
            return self.index.become_writer()

    async def _begin_writing(self) -> None:
        """Listen, leave a note of the addresses, and maintain the index; the lock is held."""
        try:
            await self._listeners.open(self._connection)
        except FluxIndexError as error:
            if self._listener is None:
                raise
            _log.warning("others cannot ask this process: %s", error)
        about = f"{os.getpid()} {self._kind} {self.index.workspace.root}"
        self.index.lock.note("\n".join(self._listeners.notes), about)
        if self._ready is not None:
            self._ready(self.endpoints)
        self.maintainer = Maintainer(self.index, self)
        self.maintainer.start()
        self._follower.close()

    async def _serve(self, proxy: Proxy) -> None:
        """Serve the client at the standard streams, and end with it."""
        ours, theirs = socket.socketpair()
        await self._loop.connect_accepted_socket(
            lambda: self._connection("", is_private=True), sock=ours
        )

        def attach() -> None:
            if proxy.attach(Client(theirs)):
                self.call_soon(self.stop)

        threading.Thread(target=attach, name="flux-index-stdio", daemon=True).start()

    def _connection(self, token: str, *, is_private: bool = False) -> Connection:
        connection = self.connect()
        assert isinstance(connection, Connection)
        connection.token, connection.is_private = token, is_private
        return connection

    def _watch_idleness(self) -> None:
        if self._idle_exit is not None and not self.connections and self._idle is None:
            self._idle = self._loop.call_later(self._idle_exit, self.stop)

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
        if number == signal.SIGTERM:
            end_soon()
        self.stop()

    async def _close(self) -> None:
        """Close everything, the lock last: a process that takes over finds all written."""
        self._listeners.close()
        self.index.catch_up = None
        self._follower.close()
        until = self._loop.time() + _DRAIN_SECONDS
        while self._n_answering and self._loop.time() < until:
            await asyncio.sleep(0.002)
        for connection in list(self.connections):
            for call in connection.open_calls:
                call.cancelled = True
            connection.close()
        if self.maintainer is not None:
            await asyncio.to_thread(self.maintainer.stop)
        self._pool.shutdown(wait=True, cancel_futures=True)
        try:
            self.index.close()
        except FluxIndexError as error:
            _log.error("the index was not closed cleanly: %s", error)

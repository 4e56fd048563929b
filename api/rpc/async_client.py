"""Questions to the serving process, over one connection that is renewed when it is lost.

Questions change nothing, so what a process has left unanswered is asked again of the next one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ...indexer.errors import FluxIndexError
from .client import Client
from .launcher import Launcher
from .messages import PROGRESS

Report = Callable[[str, int | None], Awaitable[None]]
"""Gets what is being done, and how many percent of it are, if that is known."""

# More questions at a time wait for one another.
_MOST_THREADS = 32
# A question that three servers did not survive is not tried on a fourth.
_MOST_TRIES = 3
_FAREWELL_SECONDS = 0.05
# How often a client that wants to hear of progress gets some.
_BEAT_SECONDS = 0.5
# A server that has not answered for so long is asked whether it lives, which it tells in as long.
_SILENT_SECONDS = 2.0


class AsyncClient:
    """A client of the serving process for any number of questions at a time."""

    def __init__(self, launcher: Launcher, idle: float) -> None:
        """``idle``: seconds without a question after which the connection is given up.

        A serving process ends some time after its last client has gone, and a client that sits
        idle for hours must not keep it.
        """
        self.root = launcher.root
        self._launcher = launcher
        self._idle = idle
        self._client: Client | None = None
        self._threads = ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="flux-index-ask")
        self._connecting = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._n_asking = 0
        # Message and percentage of builds, by the tokens of the requests that wait for them.
        self._progress: dict[str, tuple[str, int | None]] = {}
        self._n_tokens = 0

    async def call(
        self, method: str, params: Mapping[str, Any] | None = None, report: Report | None = None
    ) -> dict[str, Any]:
        """Return the result of a request.

        Raises RpcError when the server refuses, FluxIndexError when there is none.
        """
        self._n_asking += 1
        try:
            for _ in range(_MOST_TRIES):
                client = await self._connected()
                try:
                    return await self._ask(client, method, dict(params or {}), report)
                except ConnectionError:
                    # While it ends its socket may still take connections, which would end with it.
                    self._drop(client)
                    await asyncio.sleep(_FAREWELL_SECONDS)
        finally:
            self._n_asking -= 1
            self._watch_idleness()
        raise FluxIndexError(
            f"the serving process of {self.root} ended while it answered this, three times"
        )

    async def connect(self) -> None:
        """Connect before there is a question; raises FluxIndexError."""
        await self._connected()
        self._watch_idleness()

    async def close(self) -> None:
        """Hang up."""
        if self._timer is not None:
            self._timer.cancel()
        self._drop(self._client)
        self._launcher.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _connected(self) -> Client:
        async with self._connecting:
            client = self._client
            if client is None:
                client = await self._in_thread(self._launcher.connect, self._notified)
                self._client = client
            return client

    async def _ask(
        self, client: Client, method: str, params: dict[str, Any], report: Report | None
    ) -> dict[str, Any]:
        token = ""
        if report is not None:
            self._n_tokens += 1
            token = f"{self._n_tokens}"
            params["_meta"] = {"progressToken": token}
        id_ = await self._in_thread(client.send, method, params)
        heard = time.monotonic()
        try:
            while True:
                try:
                    return await self._in_thread(client.wait, id_, _BEAT_SECONDS)
                except TimeoutError:
                    if report is not None:
                        await report(*self._progress.get(token, ("looking", None)))
                if time.monotonic() - heard > _SILENT_SECONDS:
                    await self._in_thread(_make_sure_it_lives, client)
                    heard = time.monotonic()
        except asyncio.CancelledError:
            if client is self._client:
                self._threads.submit(client.cancel, id_)
            raise
        finally:
            self._progress.pop(token, None)

    async def _in_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)

    def _notified(self, message: dict[str, Any]) -> None:
        value: dict[str, Any] = message["params"].get("value", {"kind": "end"})
        if message["method"] == PROGRESS and value["kind"] != "end":
            text = f"{value.get('title', 'Indexing')} {value.get('message', '')}".strip()
            self._progress[message["params"]["token"]] = text, value.get("percentage")

    def _drop(self, client: Client | None) -> None:
        """Hang up, unless another connection has taken the place of this one."""
        if client is not None and client is self._client:
            self._client = None
            client.close()

    def _watch_idleness(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._idle, self._hang_up)

    def _hang_up(self) -> None:
        if not self._n_asking:
            self._drop(self._client)


def _make_sure_it_lives(client: Client) -> None:
    """Raise ConnectionError when a server does not answer the simplest question."""
    try:
        client.call("server.info", timeout=_SILENT_SECONDS)
    except TimeoutError as error:
        raise ConnectionError("the serving process does not answer") from error

"""Questions to the serving process, over one connection that is made anew whenever it is gone.

All questions only ask, so what a process that has ended left unanswered is asked again of the next.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from ...indexer.errors import FluxIndexError
from ..rpc.framing import Splitter, frame
from ..rpc.messages import CANCEL, PROGRESS, RpcError, call_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from .attach import Attacher

    Report = Callable[[str, int | None], Awaitable[None]]
    """Told what is being done, and how many percent of it are, if that is known."""

_CHUNK = 1 << 16
_ANSWER_LIMIT = 1 << 30
# A question that three servers did not survive is not tried on a fourth.
_MOST_TRIES = 3
_FAREWELL = 0.05
# How often a client that wants to hear of progress is told something.
_BEAT = 0.5


class Link:
    """The way from one client to the process that serves its workspace."""

    def __init__(self, attacher: Attacher, idle: float) -> None:
        """``idle``: seconds without a question after which the connection is given up.

        A serving process ends some time after its last client has gone, and a client that sits
        idle for hours must not keep it.
        """
        self.root = attacher.root
        self._attacher = attacher
        self._idle = idle
        self._wire: _Wire | None = None
        self._connecting = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._n_asking = 0

    async def call(
        self, method: str, params: Mapping[str, Any] | None = None, report: Report | None = None
    ) -> dict[str, Any]:
        """Ask; raises RpcError when the server refuses, FluxIndexError when there is none."""
        self._n_asking += 1
        try:
            for _ in range(_MOST_TRIES):
                wire = await self._connected()
                try:
                    return await wire.ask(method, params or {}, report)
                except ConnectionError:
                    # While it ends its socket may still take connections, which would end with it.
                    await asyncio.sleep(_FAREWELL)
        finally:
            self._n_asking -= 1
            self._watch_idleness()
        raise FluxIndexError(
            f"the serving process of {self.root} ended while it answered this, three times"
        )

    async def connect(self) -> None:
        """Be ready for a question before there is one. Raises FluxIndexError."""
        await self._connected()
        self._watch_idleness()

    async def close(self) -> None:
        """Hang up."""
        if self._timer is not None:
            self._timer.cancel()
        if self._wire is not None:
            self._wire.close()
            self._wire = None
        self._attacher.close()

    async def _connected(self) -> _Wire:
        async with self._connecting:
            if self._wire is None or self._wire.is_broken:
                connection, token = await self._attacher.connect()
                self._wire = await _Wire.over(connection)
                if token:
                    await self._wire.ask("server.authenticate", {"token": token}, None)
            return self._wire

    def _watch_idleness(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._idle, self._hang_up)

    def _hang_up(self) -> None:
        if self._wire is not None and not self._n_asking:
            self._wire.close()
            self._wire = None


class _Wire:
    """One connection, for any number of questions at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.is_broken = False
        self._reader = reader
        self._writer = writer
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._progress: dict[int, tuple[str, int | None]] = {}
        self._n_asked = 0
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def over(cls, connection: Any) -> _Wire:
        """Take over a connected socket."""
        connection.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=connection, limit=_CHUNK)
        return cls(reader, writer)

    async def ask(
        self, method: str, params: Mapping[str, Any], report: Report | None
    ) -> dict[str, Any]:
        """Ask and wait; raises RpcError, and ConnectionError when the server is gone."""
        self._n_asked += 1
        id_ = self._n_asked
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._asked[id_] = answer
        asked = {**params, "_meta": {"progressToken": id_}} if report is not None else params
        try:
            self._send(call_body(method, asked, id_))
            if report is not None:
                await self._report_until(answer, id_, report)
            message = await answer
        except asyncio.CancelledError:
            if not self.is_broken:
                self._send(call_body(CANCEL, {"id": id_}))
            raise
        finally:
            self._asked.pop(id_, None)
            self._progress.pop(id_, None)
        error = message.get("error")
        if error is not None:
            raise RpcError(error["code"], error["message"])
        return message["result"]

    def close(self) -> None:
        """Hang up."""
        self.is_broken = True
        self._listening.cancel()
        self._writer.close()

    async def _report_until(
        self, answer: asyncio.Future[dict[str, Any]], id_: int, report: Report
    ) -> None:
        while not (await asyncio.wait({answer}, timeout=_BEAT))[0]:
            await report(*self._progress.get(id_, ("looking", None)))

    def _send(self, body: bytes) -> None:
        if self.is_broken:
            raise ConnectionError("the serving process has gone")
        self._writer.write(frame(body, "headers"))

    async def _listen(self) -> None:
        splitter = Splitter(_ANSWER_LIMIT, "headers")
        try:
            while data := await self._reader.read(_CHUNK):
                for body in splitter.feed(data):
                    if isinstance(body, bytes):
                        self._take(json.loads(body))
        except OSError:
            pass  # It was killed: that is the same as having hung up.
        self.is_broken = True
        self._writer.close()
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(ConnectionResetError("the serving process has gone"))

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("method") == PROGRESS:
            value = message["params"]["value"]
            if value["kind"] != "end":
                said = f"{value.get('title', 'Indexing')} {value.get('message', '')}".strip()
                self._progress[message["params"]["token"]] = said, value.get("percentage")
            return
        answer = self._asked.get(message.get("id", 0))
        if answer is not None and not answer.done():
            answer.set_result(message)

"""Two hundred clients of one serving process, among them slow, dead and hostile ones."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from rpc_helpers import serving
from test_bad_input_processes import many

from flux_index.api.rpc.client import writer_lock

Trials = Callable[[int, int], int]
Figure = Callable[[str], None]

QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("definition", {"name": "models.Order"}),
    ("symbols", {"query": "Order"}),
    ("members", {"name": "models.Order"}),
    ("references", {"name": "models.Model.save"}),
    ("hierarchy", {"name": "models.Model"}),
    ("exists", {"query": "models.Order.save"}),
    ("source", {"name": "models.Order.pay"}),
)
# What is no request at all, and what no request should be.
HOSTILE = (
    b"\r\n" * 1000,
    b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"Content-Length: -5\r\n\r\n{}",
    b"Content-Length: 99999999999999999999\r\n\r\n",
    b"Content-Length: 4\r\n\r\n{\xff\xfe}",
    b"Content-Length: 100000\r\n\r\n" + b"[" * 100_000,
    b'Content-Length: 61\r\n\r\n{"jsonrpc":"2.0","id":[],"method":"symbols","params":[1e999]}',
    b"X: " + b"a" * 1_000_000,
)
# Longer than any of these may take with all the others on two cores; hanging is longer.
DEADLINE = 120.0


class Client:
    """A connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def ask(self, number: int, method: str, params: dict[str, Any]) -> None:
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        body = json.dumps(request).encode()
        self.writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    async def answer(self) -> dict[str, Any]:
        length = 0
        while line := (await self.reader.readline()).strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the connection was closed"
        return json.loads(await self.reader.readexactly(length))


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Client]:
    stream = socket.socket(socket.AF_UNIX)
    # In a thread: where many wait to be let in, asyncio takes "try again" for being connected.
    with stream:
        await asyncio.to_thread(stream.connect, address)
        reader, writer = await asyncio.open_unix_connection(sock=stream, limit=1 << 26)
        try:
            yield Client(reader, writer)
        finally:
            writer.transport.abort()
            await asyncio.sleep(0)  # it is closed when the loop comes to it


async def busy(address: str, count: int, seed: int, sound: list[Any], took: list[float]) -> None:
    """Ask with four questions under way all the time; every answer is the right one."""
    chance = random.Random(seed)
    waiting: dict[int, tuple[int, float]] = {}
    asked = 0
    async with connected(address) as client:
        while asked < count or waiting:
            while asked < count and len(waiting) < 4:
                which = chance.randrange(len(QUESTIONS))
                client.ask(asked, *QUESTIONS[which])
                waiting[asked] = which, time.perf_counter()
                asked += 1
            answer = await asyncio.wait_for(client.answer(), DEADLINE)
            which, began = waiting.pop(answer["id"])
            took.append(time.perf_counter() - began)
            assert essence(answer) == sound[which]


def essence(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer that says something, without what tells the index's history."""
    result = answer.get("result", {})
    assert result.get("total"), answer
    return {key: result[key] for key in result if key not in ("generation", "pending", "notes")}


async def slow(address: str) -> None:
    """Ask much and read nothing."""
    async with connected(address) as client:
        for number in range(100_000):
            client.ask(number, "references", {"name": "models.Model.save"})
            await client.writer.drain()


async def dead(address: str) -> None:
    """Ask and be gone, again and again."""
    while True:
        async with connected(address) as client:
            for number in range(20):
                client.ask(number, "references", {"name": "models.Model.save"})
            await asyncio.sleep(0.05)


async def silent(address: str) -> None:
    async with connected(address):
        await asyncio.Event().wait()


async def hostile(address: str) -> None:
    while True:
        for data in HOSTILE:
            async with connected(address) as client:
                client.writer.write(data)
                await asyncio.sleep(0.05)


async def crowd(address: str, clients: int, each: int, seed: int) -> list[float]:
    took: list[float] = []
    sound: list[Any] = []
    async with connected(address) as client:
        for number, question in enumerate(QUESTIONS):
            client.ask(number, *question)
            sound.append(essence(await asyncio.wait_for(client.answer(), DEADLINE)))
    others = [
        asyncio.create_task(kind(address))
        for kind, count in ((slow, 4), (dead, 2), (silent, 20), (hostile, 1))
        for _ in range(count)
    ]
    await asyncio.gather(
        *(busy(address, each, seed * 1000 + number, sound, took) for number in range(clients))
    )
    ends = Counter(type(task.exception()).__name__ for task in others if task.done())
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    # Slow ones may be cut off, and refused ones find no connection; nothing else ends them.
    assert set(ends) <= {"ConnectionResetError", "BrokenPipeError", "NoneType"}, ends
    return took


@pytest.mark.skipif(not hasattr(asyncio, "open_unix_connection"), reason="needs Unix sockets")
def test_slow_and_dead_clients_hold_nobody_up(
    tmp_path: Path, trials: Trials, seed: int, figure: Figure
) -> None:
    root = many(tmp_path / "root", 40, 30)
    clients, each = trials(20, 200), trials(10, 250)
    with serving(root) as server:
        server.client().close()
        note = writer_lock(str(root)).read_note()
        address = note.splitlines()[0].removeprefix("unix:")
        took = sorted(asyncio.run(crowd(address, clients, each, seed)))
        with server.client() as client:
            assert client.call("definition", {"name": "models.Order"})["total"] == 1
        assert server.process.poll() is None
    assert len(took) == clients * each
    # An order of magnitude more than it takes: nobody waits for those who do not read.
    assert took[-1] < DEADLINE / 2
    figure(
        f"{clients} clients, {len(took)} requests: p50 {took[len(took) // 2] * 1000:.0f} ms, "
        f"p99 {took[len(took) * 99 // 100] * 1000:.0f} ms, longest {took[-1] * 1000:.0f} ms"
    )

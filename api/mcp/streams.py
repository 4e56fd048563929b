"""The two streams of a client, of which the first ends only when all requests are answered.

The SDK gives up what is being answered as soon as the client has closed its side. Hosts do that
when they are done, but whoever pipes requests in does it at once, and waits for the answers.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
from mcp.shared._stream_protocols import ReadStream, WriteStream
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCError, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

Incoming = ReadStream[SessionMessage | Exception]
Outgoing = WriteStream[SessionMessage]

# What takes longer than this after the client has left is not waited for.
_LAST_SECONDS = 20.0


@asynccontextmanager
async def streams_until_answered(
    incoming: Incoming, outgoing: Outgoing, answered: set[str | int]
) -> AsyncGenerator[tuple[Incoming, Outgoing]]:
    """Yield streams to serve in place of these.

    Answers to requests that are ``answered`` already are dropped, each once.
    """
    unanswered: set[str | int] = set()
    is_settled = anyio.Event()
    has_ended = False
    to_server, from_client = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    from_server, to_client = anyio.create_memory_object_stream[SessionMessage](0)

    def settle(id_: str | int | None) -> None:
        unanswered.discard(id_ or 0)
        if has_ended and not unanswered:
            is_settled.set()

    async def forward() -> None:
        nonlocal has_ended
        async with to_server:
            async for item in incoming:
                message = item.message if isinstance(item, SessionMessage) else None
                if isinstance(message, JSONRPCRequest):
                    unanswered.add(message.id)
                elif isinstance(message, JSONRPCNotification):
                    _forget_cancelled(message, unanswered)
                await to_server.send(item)
            has_ended = True
            if unanswered:
                with anyio.move_on_after(_LAST_SECONDS):
                    await is_settled.wait()

    async def back() -> None:
        async with outgoing:
            async for item in to_client:
                message = item.message
                if not isinstance(message, JSONRPCResponse | JSONRPCError):
                    await outgoing.send(item)
                    continue
                if message.id in answered:
                    answered.discard(message.id or 0)
                else:
                    await outgoing.send(item)
                settle(message.id)

    async with anyio.create_task_group() as group:
        group.start_soon(forward)
        group.start_soon(back)
        yield from_client, from_server
        group.cancel_scope.cancel()


def _forget_cancelled(message: JSONRPCNotification, unanswered: set[str | int]) -> None:
    """Forget a request that was cancelled, since it is never answered."""
    if message.method == "notifications/cancelled" and message.params:
        id_ = message.params.get("requestId")
        if isinstance(id_, str | int):
            unanswered.discard(id_)

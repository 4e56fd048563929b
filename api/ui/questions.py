"""What views ask: operations of the process that serves the workspace, and its ledger."""

from __future__ import annotations

from typing import Any

from ...indexer.errors import InvalidArgumentsError
from ..json_values import is_array, is_object
from ..operations.table import OPERATIONS
from ..quoting import escaped, escaped_text
from ..rpc.async_client import AsyncClient

_WAIT_MS = 20_000


class Questions:
    """Asks operations that change nothing."""

    def __init__(self, client: AsyncClient) -> None:
        """Ask the process that the client is of."""
        self._client = client
        self.root = client.root
        """Folder of the workspace."""

    async def ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """Answer an operation; raises RpcError, FluxIndexError."""
        if OPERATIONS[operation].writes or OPERATIONS[operation].needs_session:
            raise InvalidArgumentsError(f"the page does not ask {operation}")
        return await self._client.call(operation, arguments)

    async def generation(self, after: int | None = None) -> dict[str, Any]:
        """Return how far the index is; with a generation, once there is a later one, or in vain."""
        if after is None:
            return await self._client.call("server.info")
        wanted = {"generation": after + 1, "timeout_ms": _WAIT_MS}
        return await self._client.call("server.wait", wanted)

    async def close(self) -> None:
        """Hang up."""
        await self._client.close()


def visible(value: Any) -> Any:
    """Return JSON in which every character of every text can be seen."""
    if isinstance(value, str):
        return escaped_text(value) if "\n" in value else escaped(value, tabs=True)
    if is_array(value):
        return [visible(each) for each in value]
    if is_object(value):
        return {escaped(key): visible(each) for key, each in value.items()}
    return value

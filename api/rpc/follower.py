"""Questions of a process that reads an index which another one writes.

Before each answer the writer is asked to take in what changed on disk. One that does not answer in
time, or does not serve at all, is not trusted: whoever asked looks at the disk then.
"""

from __future__ import annotations

import threading
import time

from .client import Client, unanswered
from .messages import RpcError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.index import Index

_SYNC_MS = 1_000
# A writer that lives tells within this what it reached.
_SILENT_SECONDS = 2.0
# One that did not is left alone for so long, and one that nobody can reach for so long.
_MUTE_SECONDS = 5.0
_ABSENT_SECONDS = 0.1


class Follower:
    """Keeps the view of an index up to the one that another process writes. From any thread."""

    def __init__(self, index: Index) -> None:
        """Nobody is asked yet."""
        self._index = index
        self._client: Client | None = None
        self._connecting = threading.Lock()
        self._not_before = 0.0

    def catch_up(self) -> bool:
        """True if the index shows what is on disk at this call."""
        client = self._connected()
        if client is None:
            return False
        try:
            reached = client.call("server.sync", {"timeout_ms": _SYNC_MS}, _SILENT_SECONDS)
        except TimeoutError:
            self._drop(client, _MUTE_SECONDS)
            self._index.distrust = unanswered(self._index.workspace.root)
            return False
        except (RpcError, OSError, ValueError):
            self._drop(client, 0.0)
            return False
        if not reached["reached"] or reached["pending"]:
            return False
        self._index.distrust = ""
        self._index.mark_complete(frozenset())
        return True

    def close(self) -> None:
        """Hang up."""
        with self._connecting:
            client, self._client = self._client, None
            self._not_before = float("inf")
        if client is not None:
            client.close()

    def _connected(self) -> Client | None:
        with self._connecting:
            if self._client is None and time.monotonic() >= self._not_before:
                index, started = self._index, time.monotonic()
                self._client = Client.connect(
                    index.lock.read_note(), root=index.workspace.root, timeout=_SILENT_SECONDS
                )
                now = time.monotonic()
                if self._client is None and now - started >= _SILENT_SECONDS:
                    index.distrust = unanswered(index.workspace.root)
                    self._not_before = now + _MUTE_SECONDS
                elif self._client is None:
                    self._not_before = now + _ABSENT_SECONDS
            return self._client

    def _drop(self, client: Client, seconds: float) -> None:
        """Hang up, and ask nobody for a while."""
        with self._connecting:
            if client is not self._client:
                return
            self._client = None
            self._not_before = time.monotonic() + seconds
        client.close()

"""What clients are told unasked: that the index has changed, and how far a build is.

Used from the event loop's thread.
"""

from __future__ import annotations

from .messages import CHANGED, PROGRESS
from .methods import progress_token

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .connection import Connection
    from .messages import Call
    from .shapes import Changed

_TITLE = "Indexing"


class News:
    """Who is told what."""

    def __init__(self) -> None:
        """Nobody is told anything."""
        self._listeners: list[_Listener] = []
        self._subscribers: set[Connection] = set()
        # Message and percentage of the build that runs, if one does.
        self._build: tuple[str, int] | None = None

    def subscribe(self, call: Call, *, changes: bool) -> None:
        """Tell a client of changes or no longer, and of builds when it gave a token for that."""
        connection: Connection = call.client
        if changes:
            self._subscribers.add(connection)
        else:
            self._subscribers.discard(connection)
        token = progress_token(call.params)
        if token is not None:
            # The token of the call itself ends with it; this one stays as long as its client.
            self._listen(_Listener(connection, token, None))

    def opened(self, call: Call) -> None:
        """A call has come in: until it is answered, its client may want to hear of builds."""
        token = progress_token(call.params)
        if token is not None and call.method != "server.subscribe":
            self._listen(_Listener(call.client, token, call))

    def settled(self, call: Call) -> None:
        """A call is answered next."""
        for listener in [one for one in self._listeners if one.call is call]:
            listener.end()
            self._listeners.remove(listener)

    def reachable(self, connection: Connection) -> None:
        """A client can be told things from now on."""
        if self._build is not None:
            for listener in self._listeners:
                if listener.connection is connection:
                    listener.tell(*self._build)

    def left(self, connection: Connection) -> None:
        """A client is gone."""
        self._subscribers.discard(connection)
        self._listeners = [one for one in self._listeners if one.connection is not connection]

    def changed(self, generation: int, paths: Iterable[str], *, complete: bool) -> None:
        """The index has a new generation because of these files, or of more than these."""
        news: Changed = {"generation": generation, "paths": sorted(paths), "complete": complete}
        for connection in list(self._subscribers):
            connection.notify(CHANGED, news)

    def building(self, message: str, percentage: int) -> None:
        """A build runs and is so far."""
        self._build = (message, percentage)
        for listener in self._listeners:
            listener.tell(message, percentage)

    def built(self) -> None:
        """A build has ended."""
        self._build = None
        for listener in self._listeners:
            listener.end()

    def _listen(self, listener: _Listener) -> None:
        self._listeners.append(listener)
        if self._build is not None:
            listener.tell(*self._build)


class _Listener:
    """A progress token: whose it is, and the call that it came with if it ends with that."""

    __slots__ = ("_begun", "_token", "call", "connection")

    def __init__(self, connection: Connection, token: str | int, call: Call | None) -> None:
        self.connection = connection
        self.call = call
        self._token = token
        self._begun = False

    def tell(self, message: str, percentage: int) -> None:
        """Say how far a build is; the first time, that there is one."""
        value: dict[str, object] = {"kind": "report", "message": message, "percentage": percentage}
        if not self._begun:
            value = {**value, "kind": "begin", "title": _TITLE}
        self._begun = self._send(value) or self._begun

    def end(self) -> None:
        """Say that it is over, if it was said to have begun."""
        if self._begun:
            self._send({"kind": "end"})
            self._begun = False

    def _send(self, value: dict[str, object]) -> bool:
        return self.connection.notify(PROGRESS, {"token": self._token, "value": value})

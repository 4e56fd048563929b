"""Notifications to clients: that the index has changed, and how far a build is.

Used on the event loop's thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .messages import CHANGED, PROGRESS
from .methods import progress_token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .connection import Connection
    from .messages import Call
    from .shapes import Changed

_TITLE = "Indexing"


class Subscriptions:
    """The clients that want to hear of changes and of builds."""

    def __init__(self) -> None:
        """Nobody has subscribed yet."""
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

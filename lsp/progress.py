"""Progress of builds, shown by clients that can."""

from __future__ import annotations

import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .server import Server


class BuildProgress:
    """One workspace's builds. Called from its keeper's threads."""

    def __init__(self, server: Server, title: str) -> None:
        """Nothing is shown before there is something to tell."""
        self._server = server
        self._title = title
        self._token = ""
        self._count = 0
        self._lock = threading.Lock()

    def report(self, message: str, percentage: int) -> None:
        """A build is so far."""
        if not self._server.client.progress:
            return
        with self._lock:
            value = {"message": message, "percentage": percentage}
            if self._token:
                self._tell({"kind": "report", **value})
                return
            self._count += 1
            self._token = f"flux-index-{id(self):x}-{self._count}"
            # Nothing depends on the client's answer: who refuses a token ignores what it is told.
            self._server.ask("window/workDoneProgress/create", {"token": self._token})
            self._tell({"kind": "begin", "title": self._title, "cancellable": False, **value})

    def end(self) -> None:
        """The build has ended."""
        with self._lock:
            if self._token:
                self._tell({"kind": "end"})
                self._token = ""

    def _tell(self, value: dict[str, object]) -> None:
        self._server.notify("$/progress", {"token": self._token, "value": value})

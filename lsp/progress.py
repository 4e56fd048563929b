"""The progress of builds, for clients that can show it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .server import LanguageServer


class BuildProgress:
    """Progress of one workspace's builds. Called from the maintainer's threads."""

    def __init__(self, server: LanguageServer, title: str) -> None:
        """Nothing is shown before the first report."""
        self._server = server
        self._title = title
        self._token = ""
        self._count = 0
        self._lock = threading.Lock()

    def report(self, message: str, percentage: int) -> None:
        """Show how far a build is."""
        if not self._server.client.progress:
            return
        with self._lock:
            value = {"message": message, "percentage": percentage}
            if self._token:
                self._notify({"kind": "report", **value})
                return
            self._count += 1
            self._token = f"flux-index-{id(self):x}-{self._count}"
            # The answer does not matter: a client that refuses the token ignores its progress.
            self._server.request("window/workDoneProgress/create", {"token": self._token})
            self._notify({"kind": "begin", "title": self._title, "cancellable": False, **value})

    def end(self) -> None:
        """End the progress of a build."""
        with self._lock:
            if self._token:
                self._notify({"kind": "end"})
                self._token = ""

    def _notify(self, value: dict[str, object]) -> None:
        self._server.notify("$/progress", {"token": self._token, "value": value})

"""What the client is sent unasked: diagnostics, refreshes, progress; and what is read ahead."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from .features import lazy

if TYPE_CHECKING:
    from .server import LanguageServer


# Diagnostics are pushed when nothing was typed for so long.
_QUIET_SECONDS = 0.15
# Who has typed nothing for so long has finished the word.
_TYPING_SECONDS = 2.0
# What changes elsewhere mean for open files is sent when these have settled.
_SETTLED_SECONDS = 1.0
# Names of the environment are read so long after a document was opened.
_READ_AHEAD_SECONDS = 3.0
_REFRESHED = (("diagnostics", "diagnostic"), ("inlayHint", "inlayHint"), ("codeLens", "codeLens"))

_push_diagnostics = lazy("diagnostics:push")
_read_ahead = lazy("completion:read_ahead")


class ClientUpdates:
    """Follows documents and files. Methods return at once; work is done in the background."""

    def __init__(self, server: LanguageServer) -> None:
        """Nothing is sent before something changes."""
        self._server = server

    @property
    def _pushes(self) -> bool:
        settings = self._server.settings
        wanted: bool = settings.get("diagnostics.push", not self._server.client.pull_diagnostics)
        return wanted and settings.enabled("diagnostics")

    @property
    def shows_later(self) -> bool:
        """True if diagnostics that are hidden while somebody types come when that ends."""
        return self._pushes or self._server.client.refresh("diagnostics")

    def opened(self, uri: str) -> None:
        """Handle a document that was opened."""
        self.changed(uri)
        server, params = self._server, {"textDocument": {"uri": uri}}
        if server.settings.enabled("completion"):
            server.call_later(
                "names to import",
                _READ_AHEAD_SECONDS,
                lambda: server.run_in_background(_read_ahead, params),
            )

    def changed(self, uri: str, seconds: float = _QUIET_SECONDS) -> None:
        """Handle a document that was changed or saved."""
        server, params = self._server, {"textDocument": {"uri": uri}}
        if self._pushes:
            server.call_later(
                ("diagnostics", uri),
                seconds,
                lambda: server.run_in_background(_push_diagnostics, params),
            )

    def typed(self, uri: str) -> None:
        """Handle a document that somebody types in: what is hidden meanwhile is shown later."""
        server, params = self._server, {"textDocument": {"uri": uri}}
        document = server.documents.state.documents.get(uri)
        if document is None or document.typed is None or not server.settings.enabled("diagnostics"):
            return
        if not self.shows_later:
            return

        def settle() -> None:
            server.documents.settle(uri)
            if self._pushes:
                server.run_in_background(_push_diagnostics, params)
            else:
                server.request("workspace/diagnostic/refresh", None)

        server.call_later(("typed", uri), _TYPING_SECONDS, partial(server.call_soon, settle))

    def closed(self, uri: str) -> None:
        """Handle a document that was closed."""
        if self._pushes:
            params: dict[str, Any] = {"uri": uri, "diagnostics": []}
            self._server.notify("textDocument/publishDiagnostics", params)

    def changed_elsewhere(self) -> None:
        """Handle files that changed on disk, or settings."""
        server = self._server
        for uri in server.documents.open_uris():
            self.changed(uri, _SETTLED_SECONDS)
        for capability, feature in _REFRESHED:
            if server.client.refresh(capability):
                method = f"workspace/{feature}/refresh"
                server.call_later(
                    method, _SETTLED_SECONDS, lambda method=method: server.request(method, None)
                )


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

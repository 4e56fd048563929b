"""Open documents as overlays on the index, and questions about them."""

from __future__ import annotations

import os

from pygls import uris

from ..api.operations import call
from ..api.rpc.keeper import Keeper
from ..api.session import Session
from ..indexer.errors import FluxIndexError
from ..indexer.index import Index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from lsprotocol import types


class Documents:
    """The workspace behind a server, with what the editor has not saved."""

    def __init__(self) -> None:
        """Nothing is open."""
        self.root = ""
        self._session: Session | None = None
        self._keeper: Keeper | None = None
        self._texts: dict[str, str] = {}

    def open_workspace(self, root: str) -> None:
        """Open the index of a folder, and keep it current unless another process does."""
        index = Index.open(root)
        self.root = index.workspace.root
        live = index.become_writer()
        self._session = Session(index, "live" if live else "touch")
        if live:
            self._keeper = Keeper(index, self)
            self._keeper.start()
        for path, text in self._texts.items():
            self._overlay(path, text)

    def close_workspace(self) -> None:
        """Stop keeping the index current, and close it."""
        if self._keeper is not None:
            self._keeper.stop()
            self._keeper = None
        if self._session is not None:
            self._session.close()
            self._session = None

    def set(self, uri: str, text: str) -> None:
        """Take the text of an open document."""
        path = uris.to_fs_path(uri) or ""
        self._texts[path] = text
        self._overlay(path, text)

    def drop(self, uri: str) -> None:
        """Forget a document that was closed."""
        path = uris.to_fs_path(uri) or ""
        self._texts.pop(path, None)
        self._overlay(path, None)

    def _overlay(self, path: str, text: str | None) -> None:
        if self._session is None:
            return
        relative = self._session.index.workspace.relative(path)
        if relative is None:
            return
        overlays = dict(self._session.overlays)
        overlays.pop(relative, None)
        if text is not None and not _is_on_disk(path, text):
            overlays[relative] = text.encode("utf-8", "replace")
        self._session.overlays = overlays

    def ask(
        self, operation: str, uri: str, position: types.Position, **arguments: object
    ) -> dict[str, Any]:
        """Answer of an operation about a position; empty when the position has none."""
        if self._session is None:
            return {}
        path = uris.to_fs_path(uri) or ""
        asked = {"path": path, "line": position.line, "character": position.character}
        try:
            return dict(call(self._session, operation, {**asked, **arguments}))
        except FluxIndexError:
            return {}

    def changed(self, generation: int, paths: Iterable[str], *, complete: bool) -> None:
        """Take note of a new generation; nothing is pushed to the editor yet."""

    def building(self, message: str, percentage: int) -> None:
        """Take note of a build's progress."""

    def built(self) -> None:
        """Take note of a build's end."""

    def give_way(self, seconds: float) -> None:
        """Go on: requests do not wait for a build here."""


def _is_on_disk(path: str, text: str) -> bool:
    """Whether a document is as saved, so that no overlay is needed for it."""
    try:
        if os.path.getsize(path) > 4 * len(text) + 3:
            return False
        with open(path, "rb") as file:
            return file.read() == text.encode("utf-8", "replace")
    except OSError:
        return False

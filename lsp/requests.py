"""One request while it is answered: what it asks, of which state of the documents, and if still."""

from __future__ import annotations

from ..indexer.errors import UnknownFileError
from .document_view import Place
from .messages import INVALID_PARAMS, CancelledError, ProtocolError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..api.open_workspace import Session
    from ..indexer.inference.inference import Inference
    from .client import Client
    from .documents import State
    from .messages import Id, Params
    from .server import Server
    from .settings import Settings
    from .workspaces import Workspace


class Request:
    """A question. It is asked of the documents as they were when it came."""

    __slots__ = ("_snapshots", "_stale", "cancelled", "id", "method", "params", "patient",
                 "server", "state", "whole")  # fmt: skip

    def __init__(
        self, server: Server, id_: Id | None, method: str, params: Params, state: State,
        *, whole: bool = False, patient: bool = False,
    ) -> None:  # fmt: skip
        """``whole`` when any file of the workspace may matter to the answer.

        A ``patient`` one waits for those that are not.
        """
        self.server = server
        self.id = id_
        self.method = method
        self.params = params
        self.state = state
        self.whole = whole
        self.patient = patient
        self.cancelled = False
        # Path that turned out to be stale, for each workspace asked.
        self._stale: str | None = None
        self._snapshots: dict[int, tuple[Session, Inference]] = {}

    @property
    def client(self) -> Client:
        """What the client can do."""
        return self.server.client

    @property
    def settings(self) -> Settings:
        """The client's settings."""
        return self.server.settings

    def check(self) -> None:
        """Raise CancelledError when nobody waits for the answer any more.

        Patient requests, which nobody looks at the screen for, wait here for those that are not.
        """
        if self.cancelled:
            raise CancelledError
        if self.patient:
            self.server.let_others_pass()

    def again(self, stale: str) -> None:
        """Get ready to be answered once more, since a file has changed unnoticed."""
        self._stale = stale
        self._snapshots.clear()

    def place(self, uri: str | None = None) -> Place:
        """The document of the parameters, or of a URI.

        Raises ProtocolError when there is no such document, and UnknownFileError, which is answered
        with null, for one that cannot be spoken of, such as a text in another language.
        """
        if uri is None:
            uri = self.params.part("textDocument").text("uri")
        document = self.state.documents.get(uri)
        if document is not None and not document.is_python:
            raise UnknownFileError(f"{uri} is not Python")
        workspace, path = self.server.workspaces.of(uri, self.state)
        if workspace is None:
            if document is None:
                raise ProtocolError(INVALID_PARAMS, f"{uri} is not open and no file")
            raise UnknownFileError(f"{uri} belongs to no workspace")
        limit = workspace.index.workspace.config.max_file_size
        if document is not None and len(document.content) > limit:
            raise UnknownFileError(f"{uri} is larger than the limit of {limit:,} bytes")
        session, inference = self._snapshot(workspace)
        if document is None and not inference.exists(path):
            import os

            if not os.path.isfile(inference.snapshot.absolute(path)):
                raise ProtocolError(INVALID_PARAMS, f"{uri} is not open and no file")
        inference.need(path)
        return Place(self, workspace, session, inference, uri, path)

    def places(self) -> list[Place]:
        """Each workspace that is open in the editor."""
        return [
            Place(self, workspace, *self._snapshot(workspace))
            for workspace in self.server.workspaces.all()
        ]

    def _snapshot(self, workspace: Workspace) -> tuple[Session, Inference]:
        kept = self._snapshots.get(id(workspace))
        if kept is None:
            session = workspace.session(self.state)
            session.interrupt = self.check
            if self._stale is not None:
                session = session.after_change(self._stale)
            kept = self._snapshots[id(workspace)] = session, session.inference(whole=self.whole)
        return kept

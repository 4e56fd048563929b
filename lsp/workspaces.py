"""The workspaces behind the folders that the editor has open: their indexes, kept current."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..api.open_workspace import OpenWorkspace
from ..api.rpc.server import IndexServer
from ..indexer.errors import FluxIndexError
from ..indexer.index import Index
from ..indexer.paths import is_outside
from ..indexer.workspace.git_folder import main_work_tree
from ..indexer.workspace.root import find_root
from .client_updates import BuildProgress
from .documents import Document, Notebook, State, real_path, untitled_path
from .params import path_of_uri, uri_of_path

if TYPE_CHECKING:
    from .server import LanguageServer


# A request waits so long for an index to be opened, which takes a few milliseconds.
_OPENING_SECONDS = 20.0
_CACHE_SIZE = 2_000

_log = logging.getLogger(__name__)


class Workspace:
    """One index, and its service to others."""

    def __init__(
        self, server: LanguageServer, index: Index, folder: str, *, is_foreign: bool = False
    ) -> None:
        """``folder`` is the path that the client has open; a foreign workspace is only read."""
        self._server = server
        self.index = index
        self.root = index.workspace.root
        self.is_foreign = is_foreign
        self._index_server: IndexServer | None = None
        self._overlaid: tuple[State | None, dict[str, bytes | None], dict[str, str]] = None, {}, {}
        self._root_uri = uri_of_path(self.root)
        self._folder_path = ""
        self._folder_uri = ""
        real = os.path.realpath(folder).replace(os.sep, "/")
        if real == self.root or real.startswith(self.root + "/"):
            # The client may have opened a link to the folder, and expects URIs below that.
            self._folder_path = real[len(self.root) + 1 :]
            self._folder_uri = uri_of_path(folder.rstrip("/") or "/")
        self._progress = BuildProgress(server, f"Indexing {os.path.basename(self.root)}")

    def serve(self) -> None:
        """Keep the index current from now on and serve it to others, unless another process does.

        Then that one is asked before each answer, and followed when it ends.
        """
        with self.index.electing:
            self.index.become_writer()
        self._index_server = IndexServer(self.index, listener=self, kind="lsp")
        self._index_server.start()

    def close(self) -> None:
        """Stop keeping the index current, and close it."""
        if self._index_server is not None:
            self._index_server.end()
            self._index_server = None
        self.index.close()

    def files_changed(self, paths: list[str]) -> None:
        """Take in files that have changed according to the client, if this process writes."""
        maintainer = self._index_server.maintainer if self._index_server is not None else None
        if maintainer is not None:
            maintainer.files_changed(paths)

    def session(self, state: State) -> OpenWorkspace:
        """Return a session that sees the text of open documents."""
        freshness = "live" if self.is_foreign else "touch"
        session = OpenWorkspace(self.index, freshness, shared=True)
        session.overlays = self._overlays(state)[1]
        return session

    def uris(self, state: State) -> dict[str, str]:
        """Return the URI of each open document by its path in snapshots."""
        return self._overlays(state)[2]

    def _overlays(
        self, state: State
    ) -> tuple[State | None, dict[str, bytes | None], dict[str, str]]:
        kept = self._overlaid
        if kept[0] is state:
            return kept
        contents: dict[str, bytes | None] = {}
        uris_: dict[str, str] = {}
        limit = self.index.workspace.config.max_file_size
        listed: list[tuple[str, Document | Notebook]] = [*state.notebooks.items()]
        listed += [
            (uri, document)
            for uri, document in state.documents.items()
            if document.is_python and not document.notebook
        ]
        for uri, document in listed:
            workspace, path = self._server.workspaces.of(uri, state)
            if workspace is not self:
                continue
            uris_[path] = uri
            content = document.content
            if len(content) <= limit and not (is_outside(path) and _is_on_disk(path, content)):
                contents[path] = content
        self._overlaid = kept = state, contents, uris_
        return kept

    def uri_of(self, path: str) -> str:
        """Return the URI of a path in snapshots."""
        if is_outside(path):
            return uri_of_path(path)
        inside = self._folder_path
        if inside == "" and self._folder_uri:
            return f"{self._folder_uri}/{_quoted(path)}"
        if inside and path.startswith(inside + "/"):
            return f"{self._folder_uri}/{_quoted(path[len(inside) + 1 :])}"
        return f"{self._root_uri}/{_quoted(path)}"

    # Called by the server of the index

    def changed(self, generation: int, paths: Iterable[str], *, complete: bool) -> None:
        """Handle a change of the index."""
        del generation, paths, complete
        self._server.updates.changed_elsewhere()

    def building(self, message: str, percentage: int) -> None:
        """Show the progress of a build."""
        self._progress.report(message, percentage)

    def built(self) -> None:
        """End the progress of a build."""
        self._progress.end()

    def give_way(self, seconds: float) -> None:
        """Wait, at most so long, while requests are being answered."""
        self._server.executors.wait_until_idle(seconds)


@dataclass(slots=True, eq=False)
class _Folder:
    """A folder that the client has open, and its workspace once that is open, too."""

    path: str
    workspace: Workspace | None = None
    is_open: threading.Event = field(default_factory=threading.Event)


class Workspaces:
    """All workspaces. Folders are opened in threads of their own."""

    def __init__(self, server: LanguageServer) -> None:
        """No folder is open."""
        self._server = server
        self._folders: dict[str, _Folder] = {}
        self._foreign: dict[str, Workspace] = {}
        # Workspace and path of URIs that were looked up.
        self._by_uri: dict[str, tuple[Workspace | None, str]] = {}
        self._lock = threading.Lock()
        self._closed = False

    def add(self, uri: str) -> None:
        """Open a folder, in the background."""
        path = path_of_uri(uri)
        if path is None or uri in self._folders:
            return
        folder = self._folders[uri] = _Folder(path)
        threading.Thread(
            target=self._open, args=(folder,), name="flux-index-open", daemon=True
        ).start()

    def remove(self, uri: str) -> None:
        """Close a folder, in the background."""
        folder = self._folders.pop(uri, None)
        self._by_uri.clear()
        if folder is not None:
            threading.Thread(
                target=self._close, args=(folder,), name="flux-index-close", daemon=True
            ).start()

    def all(self) -> list[Workspace]:
        """Return the workspaces of open folders, each once; waits for those being opened."""
        found: dict[int, Workspace] = {}
        for folder in list(self._folders.values()):
            folder.is_open.wait(_OPENING_SECONDS)
            if folder.workspace is not None:
                found[id(folder.workspace)] = folder.workspace
        return list(found.values())

    def of(self, uri: str, state: State) -> tuple[Workspace | None, str]:
        """Return the workspace that a document belongs to, and its path there, or (None, "").

        That is the innermost one that it lies in, or one whose environment it belongs to. Any other
        file belongs to a foreign workspace, which is found for it and only read.
        """
        known = self._by_uri.get(uri)
        if known is not None:
            return known
        known = self._find(uri, state)
        if known[0] is not None:
            if len(self._by_uri) > _CACHE_SIZE:
                self._by_uri.clear()
            self._by_uri[uri] = known
        return known

    def path_in(self, workspace: Workspace, uri: str, state: State) -> str:
        """Return the path of a document in a workspace's snapshots; absolute outside of it."""
        found, path = self.of(uri, state)
        if found is workspace:
            return path
        return real_path(uri)

    def _find(self, uri: str, state: State) -> tuple[Workspace | None, str]:
        document = state.documents.get(uri)
        if document is not None and document.notebook:
            return self.of(document.notebook, state)
        spelled = path_of_uri(uri)
        open_ones = self.all()
        if spelled is None:
            if document is None and uri not in state.notebooks:
                return None, ""
            first = open_ones[0] if open_ones else self._foreign_workspace(os.getcwd())
            return first, untitled_path(uri)
        real = real_path(uri).replace(os.sep, "/")
        best: tuple[Workspace, str] | None = None
        for workspace in open_ones:
            relative = workspace.index.workspace.relative(real)
            if relative and (best is None or len(workspace.root) > len(best[0].root)):
                best = workspace, relative
        if best is not None and best[1] in best[0].index.view().files:
            return best
        for workspace in open_ones:
            for path in (spelled, real):
                if workspace.index.search_path.module_name(path) is not None:
                    return workspace, path
        if best is not None and not _is_of_further_tree(real, best[0].root):
            return best
        if not os.path.isfile(real) and document is None and uri not in state.notebooks:
            return None, ""
        foreign = self._foreign_workspace(os.path.dirname(real))
        relative = foreign.index.workspace.relative(real) if foreign is not None else None
        return (foreign, relative) if relative else (None, "")

    def _foreign_workspace(self, folder: str) -> Workspace | None:
        while not os.path.isdir(folder) and folder != os.path.dirname(folder):
            folder = os.path.dirname(folder)
        with self._lock:
            kept = self._foreign.get(folder)
            if kept is None:
                try:
                    index = Index.open(folder)
                except FluxIndexError:
                    return None
                kept = next(
                    (one for one in self._foreign.values() if one.root == index.workspace.root),
                    None,
                ) or Workspace(self._server, index, folder, is_foreign=True)
                if kept.index is not index:
                    index.close()
                self._foreign[folder] = kept
            return kept

    def _open(self, folder: _Folder) -> None:
        try:
            index = Index.open(folder.path)
            with self._lock:
                same = [
                    other.workspace
                    for other in self._folders.values()
                    if other.workspace is not None and other.workspace.root == index.workspace.root
                ]
                folder.workspace = same[0] if same else Workspace(self._server, index, folder.path)
            self._by_uri.clear()
            if same:
                index.close()
            else:
                folder.workspace.serve()
            folder.is_open.set()
        except (FluxIndexError, OSError) as error:
            self._server.show(f"flux-index cannot open {folder.path}: {error}")
        except Exception:
            _log.exception("%s could not be opened", folder.path)
        finally:
            folder.is_open.set()
            self._by_uri.clear()
            if self._closed:
                self._close(folder)

    def _close(self, folder: _Folder) -> None:
        folder.is_open.wait()
        with self._lock:
            workspace, folder.workspace = folder.workspace, None
            if workspace is None or any(
                other.workspace is workspace for other in self._folders.values()
            ):
                return
        self._by_uri.clear()
        self._server.executors.wait_until_idle(2.0)
        workspace.close()

    def files_changed(self, paths: list[str]) -> None:
        """Handle files that the client has seen change, which our own watcher may know already."""
        for path in paths:
            self._by_uri.pop(uri_of_path(path), None)
        for folder in list(self._folders.values()):
            workspace = folder.workspace
            if workspace is not None:
                inside = [
                    real
                    for path in paths
                    if (real := os.path.realpath(path)).startswith(workspace.root + os.sep)
                ]
                if inside:
                    workspace.files_changed(inside)

    def close(self) -> None:
        """Close everything; returns when nothing is written any more."""
        self._closed = True
        for uri in list(self._folders):
            folder = self._folders.pop(uri)
            if folder.is_open.is_set():
                self._close(folder)
        for workspace in {id(one): one for one in self._foreign.values()}.values():
            workspace.close()
        self._foreign.clear()


def _is_of_further_tree(path: str, root: str) -> bool:
    """True for a file below a root that lies in another work tree of the repository."""
    tree = find_root(path)
    return tree != root and bool(main_work_tree(tree))


def _quoted(path: str) -> str:
    return uri_of_path("/" + path).removeprefix("file:///")


def _is_on_disk(path: str, content: bytes) -> bool:
    try:
        with open(path, "rb") as file:
            return os.fstat(file.fileno()).st_size == len(content) and file.read() == content
    except OSError:
        return False

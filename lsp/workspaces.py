"""The workspaces behind the folders that the editor has open: their indexes, kept current."""

from __future__ import annotations

import os
import threading

from ..indexer.paths import is_outside
from . import uris
from .documents import real_path, untitled_path
from .progress import BuildProgress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..api.open_workspace import Session
    from ..api.rpc.maintainer import Keeper
    from ..indexer.index import Index
    from .documents import Document, Notebook, State
    from .server import Server

# A request waits so long for an index to be opened, which takes a few milliseconds.
_OPENING_SECONDS = 20.0
_REMEMBERED = 2_000


class Workspace:
    """One index, and how it is kept current."""

    def __init__(self, server: Server, index: Index, folder: str, *, visited: bool = False) -> None:
        """``folder`` is the path that the client has open; a ``visited`` one is only read."""
        self._server = server
        self.index = index
        self.root = index.workspace.root
        self.visited = visited
        self.keeper: Keeper | None = None
        self._overlaid: tuple[State | None, dict[str, bytes | None], dict[str, str]] = None, {}, {}
        self._spelled = uris.of_path(self.root)
        self._inside = ""
        real = os.path.realpath(folder).replace(os.sep, "/")
        if real == self.root or real.startswith(self.root + "/"):
            # The client's own spelling of the folder, which may lead through a link.
            self._inside = real[len(self.root) + 1 :]
            self._spelled_inside = uris.of_path(folder.rstrip("/") or "/")
        self._progress = BuildProgress(server, f"Indexing {os.path.basename(self.root)}")

    def keep(self) -> bool:
        """Keep the index current from now on, unless another process does. Tells which it is."""
        from ..api.rpc.maintainer import Keeper

        with self.index.electing:
            if self.keeper is None and not self.visited and self.index.become_writer():
                self.keeper = Keeper(self.index, self)
                self.keeper.start()
        return self.keeper is not None

    def close(self) -> None:
        """Stop keeping the index current, and close it."""
        if self.keeper is not None:
            self.keeper.stop()
            self.keeper = None
        self.index.close()

    def session(self, state: State) -> Session:
        """A session on the index with open documents in place."""
        from ..api.open_workspace import Session

        current = self.visited or (self.keeper is not None and self.index.view().complete)
        session = Session(self.index, "live" if current else "touch", shared=True)
        session.overlays = self._overlays(state)[1]
        return session

    def uris(self, state: State) -> dict[str, str]:
        """URI of each open document by the path that snapshots know it by."""
        return self._overlays(state)[2]

    def _overlays(
        self, state: State
    ) -> tuple[State | None, dict[str, bytes | None], dict[str, str]]:
        kept = self._overlaid
        if kept[0] is state:
            return kept
        contents: dict[str, bytes | None] = {}
        spelled: dict[str, str] = {}
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
            spelled[path] = uri
            content = document.content
            if len(content) <= limit and not (is_outside(path) and _is_on_disk(path, content)):
                contents[path] = content
        self._overlaid = kept = state, contents, spelled
        return kept

    def uri_of(self, path: str) -> str:
        """URI of a file as snapshots name it."""
        if is_outside(path):
            return uris.of_path(path)
        inside = self._inside
        if inside == "" and self._spelled_inside:
            return f"{self._spelled_inside}/{_quoted(path)}"
        if inside and path.startswith(inside + "/"):
            return f"{self._spelled_inside}/{_quoted(path[len(inside) + 1 :])}"
        return f"{self._spelled}/{_quoted(path)}"

    _spelled_inside = ""

    # What the keeper tells

    def changed(self, generation: int, paths: Iterable[str], *, complete: bool) -> None:
        """The index is further than it was."""
        del generation
        self._server.emit("disk", self, list(paths) if complete else None)

    def building(self, message: str, percentage: int) -> None:
        """A build runs."""
        self._progress.report(message, percentage)

    def built(self) -> None:
        """A build has ended."""
        self._progress.end()

    def give_way(self, seconds: float) -> None:
        """Wait, at most so long, while requests are being answered."""
        self._server.wait_until_quiet(seconds)


class _Folder:
    """A folder that the client has open; its workspace once that is known."""

    __slots__ = ("is_open", "path", "problem", "workspace")

    def __init__(self, path: str) -> None:
        self.path = path
        self.workspace: Workspace | None = None
        self.problem = ""
        self.is_open = threading.Event()


class Workspaces:
    """All workspaces. Folders are opened in threads of their own."""

    def __init__(self, server: Server) -> None:
        """No folder is open."""
        self._server = server
        self._folders: dict[str, _Folder] = {}
        self._visited: dict[str, Workspace] = {}
        # Workspace and path of each URI asked about.
        self._known: dict[str, tuple[Workspace | None, str]] = {}
        self._lock = threading.Lock()
        self._closed = False

    def add(self, uri: str) -> None:
        """Open a folder, in the background."""
        path = uris.to_path(uri)
        if path is None or uri in self._folders:
            return
        folder = self._folders[uri] = _Folder(path)
        threading.Thread(
            target=self._open, args=(folder,), name="flux-index-open", daemon=True
        ).start()

    def remove(self, uri: str) -> None:
        """Close a folder, in the background."""
        folder = self._folders.pop(uri, None)
        self._known.clear()
        if folder is not None:
            threading.Thread(
                target=self._close, args=(folder,), name="flux-index-close", daemon=True
            ).start()

    def all(self) -> list[Workspace]:
        """The workspaces of open folders, each once; waits a little for those being opened."""
        found: dict[int, Workspace] = {}
        for folder in list(self._folders.values()):
            folder.is_open.wait(_OPENING_SECONDS)
            if folder.workspace is not None:
                found[id(folder.workspace)] = folder.workspace
        return list(found.values())

    def of(self, uri: str, state: State) -> tuple[Workspace | None, str]:
        """The workspace that a document belongs to, and its path there; (None, "") without one.

        That is the innermost one that it lies in, or one whose environment it belongs to. Any other
        file is seen in a workspace that is found for it and that is only read.
        """
        known = self._known.get(uri)
        if known is not None:
            return known
        known = self._find(uri, state)
        if known[0] is not None:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            self._known[uri] = known
        return known

    def path_in(self, workspace: Workspace, uri: str, state: State) -> str:
        """Path of a document as a workspace's snapshots name it; absolute outside of it."""
        found, path = self.of(uri, state)
        if found is workspace:
            return path
        return real_path(uri)

    def _find(self, uri: str, state: State) -> tuple[Workspace | None, str]:
        document = state.documents.get(uri)
        if document is not None and document.notebook:
            return self.of(document.notebook, state)
        spelled = uris.to_path(uri)
        open_ones = self.all()
        if spelled is None:
            if document is None and uri not in state.notebooks:
                return None, ""
            first = open_ones[0] if open_ones else self._visit(os.getcwd())
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
                if workspace.index.layers.module_name(path) is not None:
                    return workspace, path
        if best is not None:
            return best
        if not os.path.isfile(real) and document is None and uri not in state.notebooks:
            return None, ""
        visited = self._visit(os.path.dirname(real))
        relative = visited.index.workspace.relative(real) if visited is not None else None
        return (visited, relative) if relative else (None, "")

    def _visit(self, folder: str) -> Workspace | None:
        from ..indexer.errors import FluxIndexError
        from ..indexer.index import Index

        while not os.path.isdir(folder) and folder != os.path.dirname(folder):
            folder = os.path.dirname(folder)
        with self._lock:
            kept = self._visited.get(folder)
            if kept is None:
                try:
                    index = Index.open(folder)
                except FluxIndexError:
                    return None
                kept = next(
                    (one for one in self._visited.values() if one.root == index.workspace.root),
                    None,
                ) or Workspace(self._server, index, folder, visited=True)
                if kept.index is not index:
                    index.close()
                self._visited[folder] = kept
            return kept

    def _open(self, folder: _Folder) -> None:
        from ..indexer.errors import FluxIndexError
        from ..indexer.index import Index

        try:
            index = Index.open(folder.path)
            with self._lock:
                same = [
                    other.workspace
                    for other in self._folders.values()
                    if other.workspace is not None and other.workspace.root == index.workspace.root
                ]
                folder.workspace = same[0] if same else Workspace(self._server, index, folder.path)
            self._known.clear()
            if same:
                index.close()
            else:
                folder.workspace.keep()
            folder.is_open.set()
        except (FluxIndexError, OSError) as error:
            folder.problem = str(error)
            self._server.show(f"flux-index cannot open {folder.path}: {error}")
        except Exception:
            folder.problem = "unexpected"
            self._server.log_exception(f"opening {folder.path}")
        finally:
            folder.is_open.set()
            self._known.clear()
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
        self._known.clear()
        self._server.wait_until_quiet(2.0)
        workspace.close()

    def told(self, paths: list[str]) -> None:
        """The client says that files may have changed, which our own watcher may know already."""
        for path in paths:
            self._known.pop(uris.of_path(path), None)
        for folder in list(self._folders.values()):
            workspace = folder.workspace
            if workspace is not None and workspace.keeper is not None:
                inside = [
                    real
                    for path in paths
                    if (real := os.path.realpath(path)).startswith(workspace.root + os.sep)
                ]
                if inside:
                    workspace.keeper.told(inside)

    def keep(self) -> None:
        """Take over workspaces that nobody keeps current any more."""
        for folder in list(self._folders.values()):
            if folder.workspace is not None and folder.workspace.keeper is None:
                folder.workspace.keep()

    def close(self) -> None:
        """Close everything; returns when nothing is written any more."""
        self._closed = True
        for uri in list(self._folders):
            folder = self._folders.pop(uri)
            if folder.is_open.is_set():
                self._close(folder)
        for workspace in {id(one): one for one in self._visited.values()}.values():
            workspace.close()
        self._visited.clear()


def _quoted(path: str) -> str:
    return uris.of_path("/" + path).removeprefix("file:///")


def _is_on_disk(path: str, content: bytes) -> bool:
    try:
        if os.path.getsize(path) != len(content):
            return False
        with open(path, "rb") as file:
            return file.read() == content
    except OSError:
        return False

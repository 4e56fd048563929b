"""A snapshot: one generation of the index plus overlays, which is what every question is asked of.

Asking never changes it. Each file that an answer rests on is checked against the disk when it is
first touched, so an answer is right for the bytes that are there now even when a watcher lags or
nobody watches; what was touched stays as it was seen for the rest of the snapshot's life.
"""

from __future__ import annotations

import os

from . import text
from .errors import OutsideWorkspaceError, UnknownFileError
from .resolve.memo import Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from .facts import FileFacts
    from .index import Index
    from .store.index_store import FileRow, StoredSymbol


# Resolved expressions that a view remembers; a few hundred bytes each.
_REMEMBERED = 30_000


class StaleError(Exception):
    """A file has changed since the view that shared answers were remembered for."""

    def __init__(self, path: str) -> None:
        """Name the file."""
        super().__init__(path)
        self.path = path


class View:
    """The files of one generation, by path and by id, and those not indexed yet."""

    __slots__ = (
        "_paths",
        "complete",
        "files",
        "generation",
        "memo",
        "pending",
        "resolved",
        "revision",
        "strict",
    )

    def __init__(
        self,
        generation: int,
        files: dict[str, FileRow],
        pending: frozenset[str] = frozenset(),
        *,
        revision: int,
        complete: bool = True,
    ) -> None:
        """``complete`` tells whether a sweep has looked at the disk since the index was opened.

        ``revision`` counts everything that was written, also what changed no content.
        """
        self.generation = generation
        self.revision = revision
        self.files = files
        self.pending = pending
        self.complete = complete
        self._paths: dict[int, str] | None = None
        # For what can be remembered as long as nothing changes.
        self.memo: dict[str, Any] = {}
        self.resolved: dict[object, Any] = {}
        self.strict: dict[object, Any] = {}

    @property
    def paths(self) -> dict[int, str]:
        """Path of each file by id."""
        if self._paths is None:
            self._paths = {row[0]: path for path, row in self.files.items()}
        return self._paths


class Snapshot:
    """What is true at one moment. Paths are relative to the workspace's root, with ``/``."""

    __slots__ = (
        "_digests",
        "_facts",
        "_index",
        "_overlays",
        "_shared",
        "_texts",
        "conventional",
        "memo",
        "progress",
        "view",
    )

    def __init__(
        self,
        index: Index,
        view: View,
        overlays: Mapping[str, bytes | None] | None = None,
        *,
        shared: bool = False,
    ) -> None:
        """``overlays`` are contents that stand in for files; None stands for a deleted file.

        A ``shared`` snapshot remembers what it resolves for the others of its view. It raises
        :class:`StaleError` as soon as it meets a file that is not as the view has it.
        """
        self._index = index
        self.view = view
        self._overlays = dict(overlays or {})
        self._facts: dict[str, FileFacts | None] = {}
        self._texts: dict[str, bytes] = {}
        self._digests: dict[str, bytes] = {}
        self._shared = shared and not self._overlays
        if self._shared and len(view.resolved) > _REMEMBERED:
            view.resolved = {}
        # For what resolvers remember, and where they are in remembering it.
        self.memo: dict[object, Any] = view.resolved if self._shared else {}
        self.progress = Progress()
        # Whether unannotated parameters may be what the code base's conventions say they are.
        self.conventional = True

    @property
    def index(self) -> Index:
        """The index that this is a snapshot of."""
        return self._index

    def relax(self) -> None:
        """Forget what was resolved when it has become much; a long answer calls this on its way."""
        if len(self.memo) > _REMEMBERED:
            self.memo.clear()

    @property
    def shared(self) -> bool:
        """Whether what is remembered here is for all who ask of this view."""
        return self._shared

    @property
    def generation(self) -> int:
        """Generation of the store that this shows."""
        return self.view.generation

    @property
    def pending(self) -> int:
        """Number of files that are known and not indexed."""
        return len(self.view.pending)

    def strict(self) -> Snapshot:
        """The same snapshot without conventions, for answers that look at very many places."""
        if len(self.view.strict) > _REMEMBERED:
            self.view.strict = {}
        other = Snapshot(self._index, self.view, self._overlays)
        other.conventional = False
        other._facts, other._texts, other._digests = self._facts, self._texts, self._digests
        other._shared = self._shared
        other.memo = self.view.strict if self._shared else {}
        return other

    def with_overlays(self, overlays: Mapping[str, bytes | None]) -> Snapshot:
        """This snapshot with more contents standing in for files."""
        return Snapshot(self._index, self.view, {**self._overlays, **overlays})

    def overlaid(self) -> set[str]:
        """Files that an overlay stands in for."""
        return set(self._overlays)

    def relative(self, path: str) -> str:
        """Path relative to the root; raises OutsideWorkspaceError."""
        if not os.path.isabs(path):
            candidate = path.replace(os.sep, "/").removeprefix("./")
            if ".." not in candidate.split("/") and self.exists(candidate):
                return candidate
            path = os.path.join(self._index.workspace.root, path)
        try:
            relative = self._index.workspace.relative(path)
        except ValueError:  # no file can have such a name
            relative = None
        if relative is None:
            raise OutsideWorkspaceError(
                f"{path} is not inside the workspace {self._index.workspace.root}"
            )
        return relative

    def absolute(self, path: str) -> str:
        """Absolute path of a file of the workspace."""
        return os.path.join(self._index.workspace.root, path)

    def exists(self, path: str) -> bool:
        """Whether a source file is there."""
        if path in self._overlays:
            return self._overlays[path] is not None
        if path in self._facts:
            return self._facts[path] is not None
        if path.startswith("/"):  # outside of the workspace
            key = ("file", path)
            if key not in self.memo:
                self.memo[key] = os.path.isfile(path)
            return bool(self.memo[key])
        if self.view.complete:
            return path in self.view.files or path in self.view.pending
        return os.path.isfile(self.absolute(path))

    def is_folder(self, path: str) -> bool:
        """Whether a folder is there that could be a namespace package."""
        key = ("folder", path)
        found = self.memo.get(key)
        if found is None:
            found = self.memo[key] = os.path.isdir(self.absolute(path))
        return bool(found)

    def paths(self) -> Iterable[str]:
        """Every source file, in order."""
        names = set(self.view.files) | self.view.pending | set(self._overlays)
        return sorted(path for path in names if self.exists(path))

    def facts(self, path: str) -> FileFacts | None:
        """Facts of a file as it is now; None when it is gone or cannot be read."""
        if path in self._facts:
            return self._facts[path]
        facts = self._find_facts(path)
        self._facts[path] = facts
        return facts

    def need(self, path: str) -> FileFacts:
        """As :meth:`facts`; raises UnknownFileError instead of giving None."""
        facts = self.facts(path)
        if facts is None:
            reason = "it cannot be read" if self.exists(path) else "there is no such file"
            row = self.view.files.get(path)
            if row is not None and row[4]:
                reason = row[4]
            raise UnknownFileError(f"{path}: {reason}")
        return facts

    def _find_facts(self, path: str) -> FileFacts | None:
        if path in self._overlays:
            content = self._overlays[path]
            return None if content is None else self._extracted(path, content)
        full = self.absolute(path)
        row = self.view.files.get(path)
        try:
            status = os.stat(full)
        except (OSError, ValueError):  # also for a name that no file can have
            if self._shared and row is not None:
                raise StaleError(path) from None
            return None
        if row is not None and row[1] == status.st_mtime_ns and row[2] == status.st_size:
            if row[4]:
                return None
            self._digests[path] = row[3]
            facts = self._index.library.get(row[3])
            if facts is not None:
                return facts
        elif path.startswith("/"):
            digest = self._index.outside.get((path, status.st_mtime_ns, status.st_size))
            facts = self._index.library.get(digest) if digest is not None else None
            if facts is not None and digest is not None:
                self._digests[path] = digest
                return facts
        elif self._shared and path not in self.view.pending:
            raise StaleError(path)
        try:
            raw = text.read(full, self._index.workspace.config.max_file_size)
        except text.UnreadableError:
            return None
        facts = self._extracted(path, raw)
        if path.startswith("/") and facts is not None:
            stamp = path, status.st_mtime_ns, status.st_size
            self._index.outside[stamp] = self._digests[path]
        return facts

    def _extracted(self, path: str, raw: bytes) -> FileFacts | None:
        try:
            return self._extract(path, raw)
        except ValueError:
            return None

    def _extract(self, path: str, raw: bytes) -> FileFacts:
        from .digest import content_hash

        digest = content_hash(raw)
        self._digests[path] = digest
        self._texts[path] = text.normalize(raw)
        return self._index.library.extract(digest, raw)

    def text(self, path: str) -> bytes:
        """Normalized text of a file, the same bytes that its facts speak of."""
        found = self._texts.get(path)
        if found is not None:
            return found
        self.need(path)
        found = self._texts.get(path)
        if found is None:
            try:
                raw = text.read(self.absolute(path), self._index.workspace.config.max_file_size)
            except text.UnreadableError as error:
                raise UnknownFileError(f"{path}: {error}") from error
            found = self._texts[path] = text.normalize(raw)
            if len(found) != self._facts_size(path):
                # It changed between the look at its facts and this one: see it as it is now.
                self._facts[path] = self._extracted(path, raw)
        return found

    def _facts_size(self, path: str) -> int:
        facts = self._facts[path]
        return facts.line_starts[-1] if facts is not None else -1

    def digest(self, path: str) -> bytes:
        """Content hash of a file as this snapshot sees it; empty when it cannot be read."""
        if path not in self._digests:
            self.facts(path)
        return self._digests.get(path, b"")

    def seen(self) -> dict[str, bytes]:
        """Content hash of every file touched so far."""
        return dict(self._digests)

    def files_with(self, name: str) -> list[str]:
        """Files in which a name occurs, in order of their paths.

        Files that are not indexed yet count when their bytes contain the name.
        """
        return self._having(name, inherited=False)

    def files_inheriting(self, name: str) -> list[str]:
        """Files that may have a class with a base of this name, in order of their paths."""
        return self._having(name, inherited=True)

    def _having(self, name: str, *, inherited: bool) -> list[str]:
        store = self._index.reader()
        found: set[str] = set()
        if store is not None:
            ids = store.files_inheriting(name) if inherited else store.files_of_name(name)
            paths = self.view.paths
            found.update(paths[file] for file in ids if file in paths)
        for path in self.view.pending:
            found.discard(path)
        found.update(self._index.pending_files_with(name, self.view.pending))
        for path, content in self._overlays.items():
            found.discard(path)
            if content is not None and name.encode("utf-8", "surrogatepass") in content:
                found.add(path)
        return sorted(found)

    def symbols_named(self, names: list[str]) -> list[tuple[str, StoredSymbol]]:
        """(path, symbol) of every indexed symbol with one of these names."""
        store = self._index.reader()
        if store is None:
            return []
        paths = self.view.paths
        return [
            (paths[symbol[1]], symbol)
            for symbol in store.symbols_named(names)
            if symbol[1] in paths and paths[symbol[1]] not in self._overlays
        ]

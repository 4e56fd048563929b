"""A workspace of another machine, as a worker has it: files in a folder of its own, and an index.

What was given stays for as long as the process lives: only parts that changed are given again.
Facts that come along go to the user's cache of this machine, where all facts are kept by content.
"""

from __future__ import annotations

import os
import pickle
import platform
import shutil
import zlib
from tempfile import mkdtemp
from typing import TYPE_CHECKING, NamedTuple
from weakref import finalize

from .index import Index
from .maintain import store_changes
from .platforms import is_running
from .private_files import make_folder
from .replica import FOLDER, LINK, SIZE, Entry, Part, tells_places
from .workspace import Workspace, user_cache_dir

if TYPE_CHECKING:
    from .workspace.config import Config
    from .workspace.environments import Environment


_FOLDER = "mirrors"


class Layout(NamedTuple):
    """What a workspace is, but for its files."""

    root: str
    source_roots: tuple[str, ...]
    package_dirs: tuple[tuple[str, str], ...]
    projects: tuple[str, ...]
    config: Config
    environment: Environment
    state: dict[str, bytes]
    """Files beside the index that have a part in answers, by name."""

    @classmethod
    def of(cls, workspace: Workspace, state: dict[str, bytes]) -> Layout:
        """Return the layout of a workspace."""
        return cls(
            workspace.root, workspace.source_roots, workspace.package_dirs, workspace.projects,
            workspace.config, workspace.environment(), state,
        )  # fmt: skip


class Mirror:
    """The files of a workspace elsewhere, in a folder of this machine."""

    def __init__(self, layout: Layout) -> None:
        """There are no files yet."""
        self.layout = layout
        self._base = os.path.realpath(_own_folder())
        # When the process ends at the latest, unless it is killed.
        self._remove = finalize(self, shutil.rmtree, self._base, ignore_errors=True)
        self._manifest: dict[str, bytes] = {}
        # The files that are indexed, by the folder that they lie in.
        self._indexed: dict[str, list[str]] = {}
        self._index: Index | None = None

    @property
    def files(self) -> list[str]:
        """The files of the workspace that are indexed, in order."""
        return sorted(self._sources())

    def lacking(self, manifest: dict[str, bytes]) -> list[bytes]:
        """Return the hashes of parts that are not here."""
        return [
            digest for folder, digest in manifest.items() if self._manifest.get(folder) != digest
        ]

    def index(self, manifest: dict[str, bytes], parts: dict[bytes, bytes]) -> Index:
        """Return an index of the workspace with these parts, of which those lacking are given."""
        if self._index is not None and manifest == self._manifest:
            return self._index
        if self._index is not None:
            self._index.close()
        index = self._index = Index(self._workspace(), user_cache_dir())
        for folder in self._manifest.keys() - manifest.keys():
            self._indexed.pop(folder, None)
            shutil.rmtree(self._place(folder), ignore_errors=True)
            if _around(folder) in manifest:  # which says whether it is there
                os.makedirs(self._place(folder), exist_ok=True)
        facts: list[tuple[bytes, bytes]] = []
        for folder, digest in sorted(manifest.items()):
            if self._manifest.get(folder) != digest:
                part: Part = pickle.loads(zlib.decompress(parts[digest]))
                facts += part.facts
                self._write(folder, part.entries)
                self._manifest[folder] = digest
        self._manifest = dict(manifest)
        index.facts_provider.put(facts)
        self._take_in(index)
        return index

    def close(self) -> None:
        """Remove the files."""
        if self._index is not None:
            self._index.close()
        self._remove()

    def _sources(self) -> set[str]:
        return {path for paths in self._indexed.values() for path in paths}

    def _take_in(self, index: Index) -> None:
        """Index the files that there are: which these are was decided where they come from."""
        sources = self._sources()
        index.become_writer()
        store_changes(index, sorted(sources), sorted(index.view().files.keys() - sources))
        index.release_writer()
        index.mark_complete(frozenset())

    def _write(self, folder: str, entries: list[Entry]) -> None:
        """Make a folder hold some entries, and nothing else."""
        place = self._place(folder)
        os.makedirs(place, exist_ok=True)
        folders = {entry.name for entry in entries if entry.kind == FOLDER}
        for entry in list(os.scandir(place)):
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
            elif entry.name not in folders and not entry.name.startswith("."):
                shutil.rmtree(entry.path)
        inside = folder.partition(":")[2]
        self._indexed[folder] = [
            f"{inside}/{entry.name}" if inside else entry.name
            for entry in entries
            if entry.is_indexed
        ]
        for entry in entries:
            self._write_entry(f"{place}/{entry.name}", entry)

    def _write_entry(self, path: str, entry: Entry) -> None:
        if entry.kind == FOLDER:
            os.makedirs(path, exist_ok=True)
        elif entry.kind == LINK:
            target = entry.content.decode("utf-8", "surrogateescape")
            os.symlink(self._place(target[1:]) if target.startswith("/") else target, path)
        else:
            content = entry.content
            if tells_places(entry.name):  # of projects in the workspace
                content = content.replace(
                    self.layout.root.encode(), self._place("workspace:").encode()
                )
            with open(path, "wb") as file:
                file.write(content)
                if entry.kind == SIZE:
                    file.truncate(int(content))

    def _workspace(self) -> Workspace:
        told = self.layout
        workspace = Workspace(
            self._place("workspace:"), told.source_roots, told.config,
            package_dirs=told.package_dirs, projects=told.projects,
        )  # fmt: skip
        workspace.state_dir = f"{self._base}/state"
        for folder in (workspace.root, workspace.state_dir):
            os.makedirs(folder, mode=0o700, exist_ok=True)
        for name, content in told.state.items():
            with open(f"{workspace.state_dir}/{name}", "wb") as file:
                file.write(content)
        environment = told.environment.moved(
            tuple(self._place(f"site{n}:") for n in range(len(told.environment.site_packages))),
            self._place("sources:") if told.environment.stdlib else None,
        )
        workspace.use_environment(environment)
        return workspace

    def _place(self, name: str) -> str:
        kind, _, rest = name.partition(":")
        return f"{self._base}/{kind}/{rest}".rstrip("/")


def _own_folder() -> str:
    """Return a new folder for this process, and remove those of processes that were killed.

    They lie in the user's cache folder, which machines may share.
    """
    folder, host = os.path.join(user_cache_dir(), _FOLDER), platform.node()
    make_folder(folder)
    for name in os.listdir(folder):
        process, _, where = name.partition("-")
        if where.startswith(f"{host}-") and process.isdigit() and not is_running(int(process)):
            shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
    return mkdtemp(prefix=f"{os.getpid()}-{host}-", dir=folder)


def _around(folder: str) -> str:
    kind, _, inside = folder.partition(":")
    return f"{kind}:{inside.rpartition('/')[0]}"

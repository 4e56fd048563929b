"""A watcher under test and what it delivered; waits for conditions, never for time to pass."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flux_index.indexer.watch.scope import SKIPPED_FOLDERS
from flux_index.indexer.watch.watcher import Batch, Watcher

# Long enough for a machine busy with other things; no test waits it out when it passes.
DEADLINE = 60.0


class Recorder:
    """Receives batches, and can be waited on until they hold something."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.batches: list[Batch] = []
        self._changed = threading.Condition()

    def __call__(self, batch: Batch) -> None:
        with self._changed:
            self.batches.append(batch)
            self._changed.notify_all()

    @property
    def paths(self) -> set[str]:
        """Every path delivered so far, relative to the root."""
        return {os.path.relpath(path, self.root) for batch in self.batches for path in batch.paths}

    @property
    def reasons(self) -> list[str]:
        """Why rescans were asked for, in order."""
        return [batch.reason for batch in self.batches if batch.rescan]

    def forget(self) -> None:
        """Starts over with no batches."""
        with self._changed:
            self.batches.clear()

    def wait(self, condition: Callable[[], object]) -> None:
        """Returns once the condition holds; checked after every batch."""
        with self._changed:
            assert self._changed.wait_for(condition, DEADLINE), self.batches


class Watched:
    """A started watcher together with its workspace and its recorder."""

    def __init__(self, root: Path, receive: Callable[[Batch], None] | None, **options: Any) -> None:
        self.root = root
        self.seen = Recorder(root)
        self.watcher = Watcher(str(root), receive or self.seen, **options)

    def flush(self) -> Recorder:
        """Waits until all that happened so far was delivered, and returns what was."""
        assert self.watcher.flush(DEADLINE)
        return self.seen

    def write(self, path: str, text: str = "x = 1\n") -> Path:
        """Writes a file of the workspace, with the folders above it."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file


Watch = Callable[..., Watched]


def until(condition: Callable[[], object]) -> None:
    """Returns once the condition holds, for what no batch announces."""
    pause = threading.Event()
    for _ in range(int(DEADLINE * 100)):
        if condition():
            return
        pause.wait(0.01)
    pytest.fail("waited in vain")


def watching(**fixed: Any) -> Iterator[Watch]:
    """For fixtures: starts watchers, with these options by default, and stops them afterwards."""
    started: list[Watched] = []

    def watch(
        root: Path, receive: Callable[[Batch], None] | None = None, **options: Any
    ) -> Watched:
        watched = Watched(root, receive, **{**fixed, **options})
        started.append(watched)
        watched.watcher.start()
        return watched

    yield watch
    for watched in started:
        watched.watcher.stop()


def sources(root: Path) -> dict[str, str]:
    """Text of each source file below a root, as a sweep finds them."""
    texts: dict[str, str] = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        for name in files:
            if name.endswith((".py", ".pyi")):
                path = os.path.join(folder, name)
                # A file may be gone by now: the tree changes while it is swept.
                with contextlib.suppress(OSError):
                    texts[path] = Path(path).read_text()
    return texts


class Mirror:
    """Keeps a copy of the sources by batches alone, as an index does."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.texts = sources(root)

    def __call__(self, batch: Batch) -> None:
        if batch.rescan:
            self.texts = sources(self.root)
            return
        for path in batch.paths:
            try:
                self.texts[path] = Path(path).read_text()
            except OSError:
                self.texts.pop(path, None)

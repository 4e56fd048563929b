"""Facts from and to the cache that machines share, in the background of a build.

A store that cannot be reached, or is slower than the work that it would save, costs a moment: it is
waited for only as long as it gives what this machine could not do in that time.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, Queue
from random import randrange
from threading import Lock, Thread
from typing import TYPE_CHECKING

from .extract.source import extract_blob
from .index_file import extractor_version, is_summarized
from .store.shared_cache import SharedCache
from .user_settings import shared_cache_settings

if TYPE_CHECKING:
    from .index import Index
    from .store.index_store import FileUpdate

    Digested = list[tuple[FileUpdate, bytes | None]]
    # What of some files is had, the paths of those that are not, and bytes that were saved.
    Batch = tuple[Digested, list[str], int]

# Seconds that nothing is done here while a store says nothing: at first, when it has to connect,
# and later. It may go on afterwards, beside the work.
FIRST_PATIENCE = 5.0
_PATIENCE = 2.0
# Bytes of source that a processor extracts in a second, at least.
_RATE = 150_000
# Files that are asked for at once.
_BATCH = 64
# One of so many facts that are taken is made again here and compared.
_SAMPLE = 64
_UPLOAD_AT_ONCE = 100


def shared_cache_of(index: Index) -> SharedCache | None:
    """Return the cache that the user shares with others, None for none; notes what is wrong."""
    settings, wrong = shared_cache_settings()
    if settings is None:
        index.note(wrong)
        return None
    try:
        return SharedCache(settings, extractor_version())
    except ModuleNotFoundError:
        index.note(f"the cache at {settings.url} needs another package: pip install "
                   "'flux-index[cache]'")  # fmt: skip
    except Exception as error:  # whatever a file system makes of its options
        index.note(f"the cache at {settings.url} is not used: {reason_of(error)}")
    return None


class Download:
    """Facts on their way from the shared cache, of chunks of files that nobody has taken yet.

    It takes chunks from the left of a queue; what is done on this machine is taken from the right.
    """

    def __init__(
        self,
        index: Index,
        cache: SharedCache,
        chunks: deque[list[str]],
        read: Callable[[list[str]], Sequence[tuple[FileUpdate, bytes | None]]],
    ) -> None:
        """Begin a thread; ``read`` reads files, see :func:`index_file.read_files`."""
        self._index = index
        self._cache = cache
        self._chunks = chunks
        self._read = read
        self._answers: Queue[Batch | None] = Queue()
        self._is_over = False
        # What it has taken, and what of that has come back.
        self._begun: list[str] = []
        self._done: set[str] = set()
        self._taking = Lock()
        self._missed: list[str] = []
        self._saved = 0
        Thread(target=self._work, daemon=True).start()

    def alone(self) -> Iterator[Digested]:
        """Yield what is had, for as long as that is worth waiting for."""
        started = time.monotonic()
        patience = FIRST_PATIENCE
        enough = _RATE * (os.cpu_count() or 1)
        while True:
            try:
                answer = self._answers.get(timeout=patience)
            except Empty:
                return
            if answer is None:
                return
            yield self._taken(answer)
            patience = _PATIENCE
            seconds = time.monotonic() - started
            if seconds > FIRST_PATIENCE and self._saved < enough * seconds:
                return

    def ready(self) -> Iterator[Digested]:
        """Yield what has come by now."""
        while True:
            try:
                answer = self._answers.get_nowait()
            except Empty:
                return
            if answer is not None:
                yield self._taken(answer)

    def finish(self) -> list[str]:
        """Stop; returns the paths of files that it took and does not have, once all are taken."""
        with self._taking:
            self._is_over = True
        left = [path for path in self._begun if path not in self._done]
        if left and not self._done and not self._cache.is_down:
            self._cache.is_down = True
            self._index.note(f"the cache at {self._cache.url} was not waited for: it says nothing")
        return [*self._missed, *left]

    def _taken(self, answer: Batch) -> Digested:
        part, missed, saved = answer
        self._missed += missed
        self._saved += saved
        self._done.update(missed)
        self._done.update(update.path for update, _ in part)
        return part

    def _work(self) -> None:
        try:
            while batch := self._next_batch():
                self._answers.put(_fetch(self._cache, self._read(batch)))
        except Exception as error:  # each file system has errors of its own
            self._cache.is_down = True
            self._index.note(f"the cache at {self._cache.url} was not used: {reason_of(error)}")
        self._answers.put(None)

    def _next_batch(self) -> list[str]:
        """Take some chunks; none when all are taken or it is over."""
        batch: list[str] = []
        with self._taking:
            while not self._is_over and len(batch) < _BATCH:
                try:
                    batch += self._chunks.popleft()
                except IndexError:
                    break
            self._begun += batch
        return batch


class PoisonedError(Exception):
    """Somebody who knows the secret gave other facts than those of the content."""


def _fetch(cache: SharedCache, files: Sequence[tuple[FileUpdate, bytes | None]]) -> Batch:
    found = cache.get([update.hash for update, raw in files if raw is not None])
    part: Digested = []
    missed: list[str] = []
    saved = 0
    for update, raw in files:
        blob = None if raw is None else found.get(update.hash)
        if raw is None:
            part.append((update, None))
        elif blob is None or not is_summarized(update, blob, raw):
            missed.append(update.path)
        else:
            if not randrange(_SAMPLE) and extract_blob(raw) != blob:
                raise PoisonedError(
                    f"what it has for {update.path} is not what that file says. Whoever wrote it "
                    "knows the secret: choose another one, and run flux-index clean --all"
                )
            update.is_shared = True
            part.append((update, blob))
            saved += len(raw)
    return part, missed, saved


class Upload:
    """Facts on their way to the shared cache; lost if the store takes none."""

    def __init__(self, index: Index, cache: SharedCache) -> None:
        """Begin a thread that gives away what is added."""
        self._index = index
        self._cache = cache
        self._items: Queue[list[tuple[bytes, bytes]] | None] = Queue()
        self._progress: Queue[None] = Queue()
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    def add(self, items: list[tuple[bytes, bytes]]) -> None:
        """Give facts away, soon."""
        for at in range(0, len(items), _UPLOAD_AT_ONCE):
            self._items.put(items[at : at + _UPLOAD_AT_ONCE])

    def finish(self) -> None:
        """Wait for what is under way, as long as the store takes something."""
        self._items.put(None)
        while self._thread.is_alive() and not self._cache.is_down:
            try:
                self._progress.get(timeout=FIRST_PATIENCE)
            except Empty:
                break
        if self._thread.is_alive() and not self._cache.is_down:
            self._index.note(f"the cache at {self._cache.url} did not take everything in time")

    def _work(self) -> None:
        try:
            while (items := self._items.get()) is not None and not self._cache.is_down:
                self._cache.put(items)
                self._progress.put(None)
        except Exception as error:  # each file system has errors of its own
            is_web = self._cache.url.startswith("http")  # most web servers only give
            if not is_web and not self._cache.is_down:
                self._index.note(
                    f"the cache at {self._cache.url} takes nothing: {reason_of(error)}"
                )
        self._progress.put(None)


def reason_of(error: Exception) -> str:
    """Return what an error of a file system says, in a line."""
    return str(error).strip().partition("\n")[0] or type(error).__name__

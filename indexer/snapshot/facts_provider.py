"""Facts at hand: in memory, then in the user's cache, then from the bytes themselves.

Files that are not indexed yet are extracted when a question needs them.
"""

from __future__ import annotations

import os
from _thread import allocate_lock

from .. import text
from ..facts import FileFacts
from ..index_file import content_hash
from ..symbols import QUOTE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..index import Index
    from ..store.facts_cache import FactsCache


_UNSAVED_LIMIT = 16_000_000  # bytes of encoded facts that wait to be written
_DEFAULT_LIMIT = 16_000_000


class FactsProvider:
    """Facts by content hash, the most recently used ones in memory. Safe to use from threads."""

    __slots__ = ("_cache", "_held", "_limit", "_lock", "_shelf", "_unsaved", "_waiting")

    def __init__(self, cache: FactsCache, limit: int = _DEFAULT_LIMIT) -> None:
        """Facts from ``cache``, at most ``limit`` bytes of them in memory."""
        self._cache = cache
        self._limit = limit
        self._held = 0
        self._shelf: dict[bytes, tuple[FileFacts, int]] = {}
        self._unsaved: dict[bytes, bytes] = {}
        self._waiting = 0
        self._lock = allocate_lock()

    @property
    def cache(self) -> FactsCache:
        """The cache on disk; callers must not use it from several threads at once."""
        return self._cache

    def get(self, digest: bytes) -> FileFacts | None:
        """Facts of the content with this hash, unless they have to be extracted."""
        with self._lock:
            kept = self._shelf.pop(digest, None)
            if kept is not None:
                self._shelf[digest] = kept  # now the most recently used one
                return kept[0]
            blob = self._unsaved.get(digest) or self._cache.get(digest)
            return self._keep(digest, blob) if blob is not None else None

    def extract(self, digest: bytes, raw: bytes) -> FileFacts:
        """Facts of a content, extracted now unless they are at hand.

        Raises ValueError with the reason when they cannot be extracted.
        """
        facts = self.get(digest)
        if facts is None:
            from ..extract.source import extract_blob

            try:
                blob = extract_blob(raw)
            except Exception as error:
                raise ValueError(f"cannot be extracted: {type(error).__name__}: {error}") from error
            self.add(digest, blob)
            with self._lock:
                facts = self._keep(digest, blob)
            if facts is None:
                raise ValueError("extraction gave no facts")
        return facts

    def add(self, digest: bytes, blob: bytes) -> None:
        """Take in facts that an executor extracted."""
        with self._lock:
            self._unsaved[digest] = blob
            self._waiting += len(blob)
        if self._waiting > _UNSAVED_LIMIT:
            self.save()

    def save(self) -> None:
        """Write what was extracted here to the cache on disk."""
        with self._lock:
            if self._unsaved:
                self._cache.put(self._unsaved.items())
                self._unsaved, self._waiting = {}, 0

    def unsaved(self, digest: bytes) -> bytes | None:
        """Return encoded facts that were extracted here and are not on disk yet."""
        return self._unsaved.get(digest)

    def blob(self, digest: bytes) -> bytes | None:
        """Return what is kept on disk under a key."""
        with self._lock:
            return self._cache.get(digest)

    def put(self, items: list[tuple[bytes, bytes]]) -> None:
        """Write facts to the cache on disk."""
        with self._lock:
            self._cache.put(items)
            for digest, _ in items:
                self._waiting -= len(self._unsaved.pop(digest, b""))

    def settle(self, digests: list[bytes]) -> None:
        """Mark contents on disk as used, and let the least recently used go if there are many."""
        with self._lock:
            self._cache.touch(digests)
            self._cache.trim()

    def cool(self) -> None:
        """Let go of the facts in memory, but of those that are nowhere else."""
        self.save()
        with self._lock:
            self._shelf.clear()
            self._held = 0

    def _keep(self, digest: bytes, blob: bytes) -> FileFacts | None:
        try:
            facts = FileFacts(blob)
        except ValueError:
            return None
        if digest not in self._shelf:  # unless two threads have extracted the same
            self._held += len(blob)
        self._shelf[digest] = facts, len(blob)
        while self._held > self._limit and len(self._shelf) > 1:
            oldest = next(iter(self._shelf))
            self._held -= self._shelf.pop(oldest)[1]
        return facts

    def close(self) -> None:
        """Save and close."""
        self.save()
        with self._lock:
            self._cache.close()


# Fewer bytes than this are extracted faster here than in processes that must be started first.
_WORTH_PROCESSES = 3_000_000


def extract_mentioning(index: Index, name: str, pending: Sequence[str]) -> list[str]:
    """Files among ``pending`` whose bytes contain ``name``, with their facts in the library."""
    import re

    wanted = name.removeprefix(QUOTE).encode("utf-8", "surrogatepass")
    root, limit = index.workspace.root, index.workspace.config.max_file_size
    word = re.compile(rb"(?<![A-Za-z0-9_])" + re.escape(wanted) + rb"(?![A-Za-z0-9_])").search
    found: list[str] = []
    missing: list[tuple[str, bytes, bytes]] = []
    for path in pending:
        try:
            raw = text.read(os.path.join(root, path), limit)
        except text.UnreadableError:
            continue
        # As a word of its own: `save` is no reason to extract files that only have `saved`.
        if wanted not in raw or not word(raw):
            continue
        found.append(path)
        digest = content_hash(raw)
        if index.facts_provider.get(digest) is None:
            missing.append((path, digest, raw))
    if sum(len(raw) for _, _, raw in missing) > _WORTH_PROCESSES:
        _extract_in_processes(index, missing)
    else:
        for path, digest, raw in missing:
            try:
                index.facts_provider.extract(digest, raw)
            except ValueError:
                found.remove(path)
    return found


def _extract_in_processes(index: Index, missing: list[tuple[str, bytes, bytes]]) -> None:
    from ..digest_pool import process_pool
    from ..extract.source import extract_blob

    pool = None
    try:
        pool = process_pool(urgent=True)
        contents = [raw for _, _, raw in missing]
        blobs = pool.map(extract_blob, contents, chunksize=8)
        for (_, digest, _), blob in zip(missing, blobs, strict=True):
            index.facts_provider.add(digest, blob)
    except Exception:
        # No processes to be had, or one file that breaks them: the others are extracted when they
        # are touched.
        return
    finally:
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

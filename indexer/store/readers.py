"""Connections for reading an index that may be removed, replaced or damaged at any time."""

from __future__ import annotations

import os
from _thread import get_ident

from ..errors import DamagedError, StoreError
from .database import ABSENT, discard, identity
from .index_store import IndexStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .lock import WriterLock


class Readers:
    """One connection for each thread. ``losses`` counts those that led to what is there no more."""

    __slots__ = ("_given_up", "_lock", "_note", "_path", "_stores", "losses")

    def __init__(self, path: str, lock: WriterLock, note: Callable[[str], None]) -> None:
        """Read the index at ``path``; ``note`` takes sentences for the user."""
        self.losses = 0
        self._path = path
        self._lock = lock
        self._note = note
        self._stores: dict[int, IndexStore] = {}
        # (mtime, size) of a damaged index that could not be cleared away.
        self._given_up = ABSENT

    def adopt(self, store: IndexStore) -> None:
        """Take a connection that this thread has opened."""
        self._stores[get_ident()] = store

    def get(self) -> IndexStore | None:
        """This thread's connection; None while there is no sound index."""
        thread = get_ident()
        store = self._stores.get(thread)
        if store is not None and not store.is_sound():
            del self._stores[thread]
            self.lose(store)
            store = None
        if store is None and _last_write(self._path) not in (ABSENT, self._given_up):
            there = identity(self._path)
            try:
                store = self._stores[thread] = IndexStore(self._path, writable=False)
            except DamagedError as error:
                self._give_up(there, str(error))
            except StoreError as error:
                self._note(str(error))
        return store

    def lose(self, store: IndexStore) -> None:
        """Close a connection that is not sound any more, and clear a damaged index away."""
        self.losses += 1
        store.close()
        if store.damaged:
            self._give_up(store.identity, f"{self._path} is damaged")

    def close(self) -> None:
        """Close all connections."""
        for store in self._stores.values():
            store.close()
        self._stores = {}

    def _give_up(self, damaged: tuple[int, int], reason: str) -> None:
        """Go on without a damaged index, which is removed unless another process writes it."""
        self._note(f"{reason}: it is rebuilt")
        self._given_up = _last_write(self._path)
        had_lock = self._lock.held
        if self._lock.acquire():
            try:
                if identity(self._path) == damaged:
                    discard(self._path)
                self._given_up = ABSENT
            except OSError as error:
                self._note(f"cannot remove {self._path}: {error.strerror}")
            if not had_lock:
                self._lock.release()
        elif self._lock.problem:
            self._note(self._lock.problem)


def _last_write(path: str) -> tuple[int, int]:
    """(mtime, size) of a file; ABSENT when there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return ABSENT
    return status.st_mtime_ns, status.st_size

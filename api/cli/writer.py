"""The writer's lock: taking it for a command, and describing who has it."""

from __future__ import annotations

import os
import sys

from ...indexer.errors import StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.index import Index


def become_writer(index: Index) -> bool:
    """Take the lock and note this process in it; False if another process has it.

    Raises StoreError when it is not taken, but cannot be written either.
    """
    if index.become_writer():
        index.lock.note(f"flux-index {' '.join(sys.argv[1:2])} (process {os.getpid()})")
        return True
    path = index.lock.path
    place = path if os.path.exists(path) else os.path.dirname(path)
    if not os.access(place, os.W_OK):
        raise StoreError(f"{place} cannot be written: there is no place for the index")
    return False


def holder(index: Index) -> str:
    """Return who has the lock, as far as its note says."""
    note = index.lock.read_note().partition("\n")[0]
    if note.startswith(("unix:", "tcp:")):
        # What follows the address is for programs.
        return f"flux-index serve ({note.partition(' ')[0]})"
    return note or "another process"

"""The writer's lock: one process writes an index, everybody else reads.

Written here because a lock library would double what a query costs to start; the operating system
does the work and lets go of the lock when the process ends, however it ends.
"""

from __future__ import annotations

import os
import sys


class WriterLock:
    """An exclusive lock on a file. Never waits: either it is had, or somebody else has it."""

    __slots__ = ("_descriptor", "path")

    def __init__(self, path: str) -> None:
        """Name the lock's file; nothing is opened yet."""
        self.path = path
        self._descriptor = -1

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor >= 0

    def acquire(self) -> bool:
        """Try to take the lock; returns whether it is held now."""
        if self.held:
            return True
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError:
            return False
        try:
            _lock(descriptor)
        except OSError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def note(self, text: str) -> None:
        """Leave a line for those who find the lock taken, such as where to reach the holder."""
        if self.held:
            os.lseek(self._descriptor, _NOTE_AT, os.SEEK_SET)
            os.ftruncate(self._descriptor, _NOTE_AT)
            os.write(self._descriptor, text.encode())

    def read_note(self) -> str:
        """What the holder noted, or an empty string."""
        try:
            with open(self.path, "rb") as file:
                file.seek(_NOTE_AT)
                return file.read(4096).decode("utf-8", "replace")
        except OSError:
            return ""

    def release(self) -> None:
        """Let go; does nothing when the lock is not held."""
        if self.held:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1


# The first byte is what is locked (Windows locks ranges and refuses to read them); then the note.
_NOTE_AT = 1

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

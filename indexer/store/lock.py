"""The writer's lock: one process writes an index, everybody else reads.

Written here because a lock library would double what a query costs to start; the operating system
does the work and lets go of the lock when the process ends, however it ends.
"""

from __future__ import annotations

import errno
import os
import sys

from ..private_files import make_folder, open_file, read_file


class WriterLock:
    """An exclusive lock on a file. Never waits: either it is had, or somebody else has it.

    ``problem`` says why it cannot be had by anybody; it is empty when somebody else has it.
    """

    __slots__ = ("_descriptor", "_note", "path", "problem")

    def __init__(self, path: str) -> None:
        """Name the lock's file; nothing is opened yet."""
        self.path = path
        self.problem = ""
        self._descriptor = -1
        self._note = ""

    @property
    def held(self) -> bool:
        """True if this object holds the lock."""
        return self._descriptor >= 0

    def acquire(self) -> bool:
        """Try to take the lock; returns whether it is held now."""
        if self.held:
            return True
        self.problem = ""
        if not self._make_folder():
            return False
        try:
            descriptor = open_file(self.path, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            self.problem = f"cannot write {self.path}: {error.strerror or error}"
            return False
        try:
            _lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            if error.errno not in _TAKEN:
                self.problem = f"cannot lock {self.path}: {error.strerror}"
            return False
        os.ftruncate(descriptor, 0)  # the note of one that was killed
        self._descriptor = descriptor
        return True

    def renew(self) -> bool:
        """Take the lock again, with its note, if its file was removed; whether it is held now."""
        if self.held and not self._is_in_place():
            note = self._note
            os.close(self._descriptor)
            self._descriptor = -1
            if self.acquire() and note:
                self.note(note)
        return self.held

    def _is_in_place(self) -> bool:
        mine = os.fstat(self._descriptor)
        try:
            there = os.stat(self.path)
        except OSError:
            return False
        return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)

    def _make_folder(self) -> bool:
        try:
            make_folder(os.path.dirname(self.path))
        except OSError as error:
            self.problem = f"cannot write {self.path}: {error.strerror or error}"
            return False
        return True

    def is_free(self) -> bool:
        """True if nobody has the lock, or nobody can; had for a moment to find out."""
        free = self.acquire() or bool(self.problem)
        self.release()
        return free

    def note(self, text: str, about: str = "") -> None:
        """Leave a line for those who find the lock taken, such as where to reach the holder.

        What is said ``about`` it is for who wants to end it.
        """
        text = f"{text}\0{about}" if about else text
        self._note = text
        if self.held:
            os.lseek(self._descriptor, _NOTE_AT, os.SEEK_SET)
            os.ftruncate(self._descriptor, _NOTE_AT)
            try:
                os.write(self._descriptor, text.encode("utf-8", "surrogateescape"))
            except OSError as error:  # a full disk: the lock is what counts
                self.problem = f"cannot write {self.path}: {error.strerror}"

    def read_note(self) -> str:
        """Return what the holder noted, or an empty string."""
        return self._read()[0]

    def read_about(self) -> str:
        """Return what the holder said about itself, or an empty string."""
        return self._read()[2]

    def holder(self) -> str:
        """Return who has the lock: a command and its process, or where one serves; or nothing."""
        process, _, rest = self.read_about().partition(" ")
        command = rest.partition(" ")[0]
        if command in ("", "serve"):
            return self.read_note()
        return f"flux-index {command} (process {process})"

    def _read(self) -> tuple[str, str, str]:
        text = read_file(self.path, _LONGEST)[_NOTE_AT:]
        return text.decode("utf-8", "surrogateescape").partition("\0")

    def release(self) -> None:
        """Let go; does nothing when the lock is not held."""
        if self.held:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1


def any_held(folder: str, *, but: str) -> bool:
    """True if somebody has the lock of a workspace whose state is below a folder, but for one."""
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        path = f"{folder}/{name}/{os.path.basename(but)}"
        if path != but and os.path.exists(path) and not WriterLock(path).is_free():
            return True
    return False


# The first byte is what is locked (Windows locks ranges and refuses to read them); then the note.
_NOTE_AT = 1
_LONGEST = 16_384
_TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

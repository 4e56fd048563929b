"""Files outside of the workspace that answers rest on, with the state they were seen in.

Nobody watches them. They are compared with the disk when a question touches them again, and by
``changed`` before a question is asked: those that people edit each time, because a project that is
installed in editable mode changes like the workspace does, and those that installers keep once in a
while, because they change by hand only.
"""

from __future__ import annotations

import os
from time import monotonic, time_ns

from ..paths import changed_ns, file_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Version (see `file_version`) and size; None when there is no such file.
    Stamp = tuple[int, int] | None

# Seconds between two looks at files that installers keep.
_SELDOM = 0.5
# Nanoseconds in which a file system may give two changes the same time.
_TICK = 20_000_000


class SeenFiles:
    """Stamps of files and folders by absolute path. Safe to use from threads."""

    __slots__ = ("_edited", "_installed", "_looked")

    def __init__(self) -> None:
        """Nothing was seen."""
        self._edited: dict[str, Stamp] = {}
        self._installed: dict[str, Stamp] = {}
        self._looked = 0.0

    def note(self, path: str, stamp: Stamp, *, installed: bool) -> bool:
        """Remember a file's stamp; False when it was another one before."""
        kept = self._installed if installed else self._edited
        before = kept.setdefault(path, stamp)
        if before == stamp:
            return True
        kept[path] = stamp
        return False

    def stamps(self) -> list[tuple[str, Stamp]]:
        """Every file and folder with its stamp."""
        return [*self._edited.items(), *self._installed.items()]

    def changed(self) -> list[str]:
        """Files and folders that are not as they were seen; remembers how they are now."""
        found = _changed(self._edited)
        now = monotonic()
        if now - self._looked > _SELDOM:
            self._looked = now
            found += _changed(self._installed)
        return found


def stamp_of(path: str) -> Stamp:
    """The stamp of a file or folder as it is now."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return stamp_from(status)


def stamp_from(status: os.stat_result) -> Stamp:
    """The stamp of a file or folder with this status.

    What was changed a moment ago may change again without a difference in time: its stamp is
    another one a moment later, so that it is looked at once more.
    """
    settled = time_ns() - changed_ns(status) > _TICK
    return file_version(status), status.st_size if settled else -1 - status.st_size


def _changed(kept: dict[str, Stamp]) -> list[str]:
    found: list[str] = []
    for path, stamp in list(kept.items()):  # a copy: another thread may be adding
        now = stamp_of(path)
        if now != stamp:
            kept[path] = now
            found.append(path)
    return found

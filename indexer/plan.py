"""What a sweep found against what the index has.

Its own module, because a query that finds nothing changed needs no more of the build than this.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .snapshot import View
    from .workspace import Sweep


class Plan:
    """What a sweep found against what the index has: paths to look at, and paths that are gone."""

    __slots__ = ("changed", "removed")

    def __init__(self, changed: list[str], removed: list[str]) -> None:
        """Both in order of the paths."""
        self.changed = changed
        self.removed = removed


def plan(view: View, found: Sweep) -> Plan:
    """Compare times and sizes."""
    files = view.files
    changed = [
        path
        for path, (mtime, size) in found.files.items()
        if (row := files.get(path)) is None or row[1] != mtime or row[2] != size
    ]
    removed = [path for path in files if path not in found.files]
    return Plan(sorted(changed), sorted(removed))

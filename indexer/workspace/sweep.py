"""Find every Python file of a workspace, and what changed since the last time.

A sweep that finds nothing changed must cost little more than asking the file system for the
modification time of each file. So a folder whose own change time is as it was is not listed again:
its entries are the same, and only its source files are asked for their time and size.
"""

from __future__ import annotations

import os
import stat
import sys
import time

from .defaults import is_left_out_by_contents
from .ignore import IGNORE_FILE, Rules, is_source_name, is_text
from .known import Known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .known import Folder
    from .model import Workspace

# Windows does not update a folder's times reliably, and gives each entry's times with its name.
_FOLDERS_TELL = os.name != "nt"
# An entry added within the clock's resolution of the last change would leave the same time behind;
# two seconds is the coarsest clock of any file system.
_SETTLED_NS = 2_000_000_000
_MOUNT_POINT = 0xA0000003


class Sweep:
    """What a sweep found."""

    __slots__ = ("files", "known", "skipped")

    files: dict[str, tuple[int, int]]
    """Path below the root, '/'-separated, to modification time in ns and size in bytes."""

    skipped: list[tuple[str, str]]
    """Path and reason of what would be indexed if it could be. Paths are printable: what is not
    text in a name is written as `\\xNN`."""

    known: Known
    """For the next sweep. The very object that was given if nothing has to be stored anew."""

    def __init__(
        self, files: dict[str, tuple[int, int]], skipped: list[tuple[str, str]], known: Known
    ) -> None:
        self.files = files
        self.skipped = skipped
        self.known = known


def sweep(
    workspace: Workspace, known: Known | None = None, *, trust_folders: bool = _FOLDERS_TELL
) -> Sweep:
    """Find the workspace's Python files; `known` is what the last sweep remembered.

    Nothing is raised for files that vanish, cannot be read or are no files: a sweep is total.
    `trust_folders` is to be False on a file system that does not keep a folder's change time.
    """
    config = workspace.config
    rules = "\n".join(
        (str(config.follow_gitignore), *config.exclude, "include:", *config.include)
    )
    if known is not None and known.holds(rules):
        try:
            return _Walk(workspace, rules, known, trust_folders).run()
        except _RulesChanged:
            pass
    return _Walk(workspace, rules, Known(), trust_folders).run()


class _RulesChanged(Exception):  # noqa: N818 - a turn of events, not an error.
    """An ignore file appeared in a folder whose entries were decided about without it."""


class _Walk:
    """One sweep under way."""

    __slots__ = (
        "_files", "_folders", "_limit", "_links", "_now", "_old", "_outside", "_rel_rules",
        "_root", "_rules", "_skipped", "_stamps", "_trust", "_workspace",
    )

    def __init__(self, workspace: Workspace, rules: str, old: Known, trust: bool) -> None:
        self._workspace = workspace
        self._root = workspace.root.rstrip("/") + "/"
        self._limit = workspace.config.max_file_size
        self._old = old
        self._trust = trust

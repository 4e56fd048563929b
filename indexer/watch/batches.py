"""Batches of changes that a watcher hands out, its state, and its troubles.

Cheap to import, so that answers may speak of a watcher's state without loading one.
"""

from __future__ import annotations

import errno

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    WatchMode = Literal["native", "polling", "sweeping", "stopped"]
    TroubleKind = Literal["overflow", "root", "broken"]


class Batch:
    """Paths that may have changed since the batch before.

    `paths` are absolute paths of source, configuration and ignore files that were created,
    modified, deleted or moved, from or to; whoever takes the batch stats them to learn what
    happened. With `rescan`, for the `reason` given, `paths` is only a part and the whole
    workspace has to be swept. What a batch does not hold: folders, and what was in the files.
    """

    __slots__ = ("paths", "rescan", "reason")

    def __init__(self, paths: frozenset[str], rescan: bool = False, reason: str = "") -> None:
        self.paths = paths
        self.rescan = rescan
        self.reason = reason

    def __repr__(self) -> str:
        sweep = f", rescan because {self.reason}" if self.rescan else ""
        return f"<Batch of {len(self.paths)} paths{sweep}>"


class WatchState:
    """State of a watcher.

    `mode` is native, polling, sweeping or stopped, and `detail` a sentence about it. `events`
    counts events of files of interest, `batches` what was delivered, `overflows` how often
    events were lost. `last_event` is in seconds since the epoch, None before the first.
    """

    __slots__ = ("mode", "detail", "events", "batches", "overflows", "last_event")

    def __init__(
        self,
        mode: WatchMode,
        detail: str,
        events: int = 0,
        batches: int = 0,
        overflows: int = 0,
        last_event: float | None = None,
    ) -> None:
        self.mode: WatchMode = mode
        self.detail = detail
        self.events = events
        self.batches = batches
        self.overflows = overflows
        self.last_event = last_event

    def __repr__(self) -> str:
        return f"<WatchState {self.mode}: {self.detail}>"


class Trouble:
    """Reason why a backend cannot go on by itself.

    `overflow`: events were lost. `root`: the watched folder was moved or deleted. `broken`: the
    backend cannot watch everything. `detail` says it in a sentence.
    """

    __slots__ = ("kind", "detail")

    def __init__(self, kind: TroubleKind, detail: str) -> None:
        self.kind: TroubleKind = kind
        self.detail = detail

    @classmethod
    def broken(cls, error: Exception, n_folders: int) -> Trouble:
        """Trouble for a backend that failed, in words that name what to change."""
        number = error.errno if isinstance(error, OSError) else None
        if number == errno.ENOSPC:
            limit = "fs.inotify.max_user_watches"
            detail = f"inotify watch limit reached after {n_folders} directories ({limit})"
        elif number == errno.EMFILE:
            limit = "fs.inotify.max_user_instances, or open files of this process"
            detail = f"inotify instance limit reached ({limit})"
        else:
            detail = f"the system's notifications cannot be used ({error})"
        return cls("broken", detail)

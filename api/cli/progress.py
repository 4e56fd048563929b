"""Long commands: progress as a bar, as lines or not at all, and a clean stop at Ctrl-C."""

from __future__ import annotations

import signal
import sys
import time

from ...indexer.ending import end_soon
from . import output
from .output import in_colour, is_terminal, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Self

    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from ...indexer.maintain import Progress


_SECONDS_BETWEEN_LINES = 1.0


class Silence:
    """Shows nothing."""

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End."""

    def __call__(self, progress: Progress) -> None:
        """Show how far the build is."""


class Lines(Silence):
    """A line on standard error now and then, for logs; none for a build that is over at once."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        """Write how far the build is, at most once a second."""
        now = time.monotonic()
        if progress.phase == "extract" and now - self._last >= _SECONDS_BETWEEN_LINES:
            self._last = now
            share = progress.bytes_done / max(progress.bytes_total, 1)
            say(f"{share:4.0%}  {progress.done:,} of {progress.total:,} files")


class Bar(Silence):
    """A bar on standard error that goes away when the build is done."""

    def __init__(self) -> None:
        """Load rich, which is only worth it where a person looks at a terminal."""
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        console = Console(stderr=True, no_color=not in_colour(sys.stderr))
        self._bar: RichProgress = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[files]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Draw it."""
        if output.waiting is not None:
            output.waiting.clear(held=True)
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take it away."""
        self._bar.stop()
        if output.waiting is not None:
            output.waiting.clear()

    def __call__(self, progress: Progress) -> None:
        """Move it."""
        if self._task is None:
            self._task = self._bar.add_task("looking for files", total=None, files="")
        if progress.phase == "extract" and progress.total:
            # Bytes move evenly where files do not.
            self._bar.update(
                self._task,
                description="indexing",
                total=progress.bytes_total,
                completed=progress.bytes_done,
                files=f"{progress.done:,} of {progress.total:,} files",
            )


def display(*, quiet: bool) -> Silence:
    """Return the progress display that suits standard error."""
    if quiet:
        return Silence()
    return Bar() if is_terminal(sys.stderr) else Lines()


class Interrupt:
    """While entered, records that the process should end instead of ending it.

    A second signal raises KeyboardInterrupt. To be entered in the main thread.
    """

    __slots__ = ("_before", "_waiting", "number")

    def __init__(self) -> None:
        self.number = 0
        self._waiting = False
        self._before: list[tuple[int, Callable[[int, FrameType | None], object] | int | None]] = []

    def __enter__(self) -> Self:
        """Handle signals."""
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before.append((number, signal.signal(number, self._on_signal)))
        return self

    def __exit__(self, *_: object) -> None:
        """Restore the handlers of before."""
        while self._before:
            number, handler = self._before.pop()
            signal.signal(number, handler)

    def is_requested(self) -> bool:
        """True if the process should stop."""
        return self.number != 0

    def wait(self) -> None:
        """Sleep until the process should stop."""
        try:
            self._waiting = True
            while not self.number:
                time.sleep(3600)
        except KeyboardInterrupt:
            # An exception is what wakes a sleeper, on every system.
            pass
        finally:
            self._waiting = False

    @property
    def exit_code(self) -> int:
        """The exit code that a shell expects after a signal: 130 for Ctrl-C."""
        return 128 + self.number

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del frame
        is_second = self.number != 0
        self.number = number
        if number == signal.SIGTERM:
            end_soon()
        if is_second or self._waiting:
            raise KeyboardInterrupt

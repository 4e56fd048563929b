"""Stopping cleanly: the first Ctrl-C requests it, the second ends the process."""

from __future__ import annotations

import signal
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Self


class Interrupt:
    """While entered, records that the process should end instead of ending it.

    A second signal raises KeyboardInterrupt. To be entered in the main thread.
    """

    __slots__ = ("_before", "_waiting", "number")

    def __init__(self) -> None:
        """Nothing was requested yet."""
        self.number = 0
        self._waiting = False
        self._before: list[tuple[int, Callable[[int, FrameType | None], object] | int | None]] = []

    def __enter__(self) -> Self:
        """Handle signals."""
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before.append((number, signal.signal(number, self._ask)))
        return self

    def __exit__(self, *_: object) -> None:
        """Restore the handlers of before."""
        while self._before:
            number, handler = self._before.pop()
            signal.signal(number, handler)

    def asked(self) -> bool:
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

    def _ask(self, number: int, frame: FrameType | None) -> None:
        del frame
        insisted = self.number != 0
        self.number = number
        if insisted or self._waiting:
            raise KeyboardInterrupt

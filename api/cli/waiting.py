"""A line on a terminal that says how long a command has worked without a word."""

from __future__ import annotations

import _thread
import os
import sys
import time

from . import output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self, TextIO

# A person wonders after so long without a word.
_SILENCE = 2.0
_SECONDS_BETWEEN = 1.0
# What these write besides belongs to somebody who is asked, to a program or to a picture of theirs.
_OWN_TERMINAL = frozenset(
    ("index", "watch", "serve", "mcp", "lsp", "hook", "ui", "run", "help", "completion", "version")
)


class Waiting:
    """While entered, a line on a terminal appears when nothing was written for two seconds.

    It goes away before anything else is written, and in the end.
    """

    def __init__(self, name: str, stream: TextIO) -> None:
        self._name = name
        self._stream = stream
        self._lock = _thread.allocate_lock()
        self._ended = _thread.allocate_lock()
        self._began = self._last = time.monotonic()
        self._shown = 0  # columns of the line
        self._held = False

    def __enter__(self) -> Self:
        """Begin; a thread waits, which costs nothing until there is something to say."""
        output.waiting = self
        self._ended.acquire()
        _thread.start_new_thread(self._run, ())
        return self

    def __exit__(self, *_: object) -> None:
        """End, and take the line away."""
        output.waiting = None
        self.clear(held=True)
        self._ended.release()

    def clear(self, *, held: bool = False) -> None:
        """Take the line away, since something else is written; ``held`` until it is let go."""
        with self._lock:
            self._held = held
            self._last = time.monotonic()
            if self._shown:
                # Spaces, since not every console takes a code that erases a line.
                self._stream.write(f"\r{' ' * self._shown}\r")
                self._stream.flush()
                self._shown = 0

    def _run(self) -> None:
        while not self._ended.acquire(timeout=_SECONDS_BETWEEN):
            with self._lock:
                now = time.monotonic()
                if self._held or now - self._last < _SILENCE:
                    continue
                text = f"flux-index {self._name} is working, {now - self._began:.0f} s"
                self._shown = len(text)
                try:
                    self._stream.write(f"\r{text}")
                    self._stream.flush()
                except (OSError, ValueError):  # the terminal has gone
                    return


def waiting(line: list[str]) -> Waiting | None:
    """Return what tells a person that a command line is still at work, None where nobody looks."""
    name = line[0] if line else "help"
    if name in _OWN_TERMINAL or name.startswith("-") or not {"--stdin", "-"}.isdisjoint(line):
        return None
    is_seen = output.is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"
    return Waiting(name, sys.stderr) if is_seen else None

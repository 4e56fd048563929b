"""Install with pip and show how far it is: in one line on a terminal, else in a few.

python install.py ARGUMENTS of `pip install`
"""

from __future__ import annotations

import subprocess
import sys
import time

_SECONDS_BETWEEN_LINES = 5.0


def main() -> int:
    """Install; returns pip's exit code."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install"]
    # What is run once is compiled when it is run.
    command += ["--no-compile", "--progress-bar", "off", *sys.argv[1:]]
    shown = _Shown()
    text: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            text.append(line)
            shown.take(line)
    shown.end()
    if pip.returncode:
        print("".join(text), file=sys.stderr)
    return pip.returncode


class _Shown:
    """What of pip's output is shown."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdout.isatty()
        self._started = self._last = time.monotonic()
        self._count = 0

    def take(self, line: str) -> None:
        """Show a line of pip's output, or not."""
        word, _, rest = line.strip().partition(" ")
        if word == "Collecting":
            self._count += 1
            self._show(f"{self._count} packages found, {rest.partition(' ')[0]}")
        elif word == "Building":
            self._show("building the wheel", is_rare=True)
        elif word == "Installing" and rest.startswith("collected"):
            self._show(f"installing {rest.count(',') + 1} packages", is_rare=True)

    def end(self) -> None:
        """Clear what is shown."""
        if self._is_terminal:
            print("\r\x1b[K", end="", flush=True)

    def _show(self, text: str, *, is_rare: bool = False) -> None:
        now = time.monotonic()
        if self._is_terminal:
            print(f"\r\x1b[K  {now - self._started:3.0f} s: {text}", end="", flush=True)
        elif is_rare or now - self._last > _SECONDS_BETWEEN_LINES:
            self._last = now
            print(f"  {now - self._started:3.0f} s: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

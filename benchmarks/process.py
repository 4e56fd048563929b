"""Whole processes, as the operating system accounts for them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


class Run(NamedTuple):
    """A process that has ended, with those that it waited for: seconds, exit code, output."""

    wall: float
    cpu: float
    code: int
    output: str
    errors: str = ""
    """What it said on standard error, where that was asked for apart."""


class Spread(NamedTuple):
    """Median, least and most of several measurements."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Of at least one value."""
        listed = list(values)
        return cls(median(listed), min(listed), max(listed))

    def text(self, unit: str) -> str:
        """As ``3.31 s (3.28-3.52)``; the unit is ``s`` or ``ms``."""
        factor, digits = (1000, 1) if unit == "ms" else (1, 2)
        one, low, high = (f"{value * factor:.{digits}f}" for value in self)
        return f"{one} {unit} ({low}-{high})"


def quantile(values: Iterable[float], share: float) -> float:
    """Nearest-rank quantile of at least one value."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def run(
    command: Sequence[str],
    *,
    cwd: str,
    env: Mapping[str, str] | None = None,
    codes: Sequence[int] = (0,),
    timeout: float = 900,
    apart: bool = False,
) -> Run:
    """Run a command to its end. Raises RuntimeError when it ends with a code not in ``codes``.

    Standard error is part of the output, or with ``apart`` kept apart.
    """
    started = time.perf_counter()
    child = subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if apart else subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    before = _children()
    try:
        output, errors = child.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise RuntimeError(f"{' '.join(command)} took longer than {timeout:.0f} s") from None
    wall, used = time.perf_counter() - started, _children() - before
    result = Run(wall, used, child.returncode, output, errors or "")
    if result.code not in codes:
        said = (result.errors or output).strip()[-500:]
        raise RuntimeError(f"{' '.join(command)} ended with {result.code}: {said}")
    return result


def interleaved(runs: int, *measures: Callable[[], Run]) -> list[list[Run]]:
    """Runs of each measure, taken by turns so that a busy minute falls on all of them."""
    results: list[list[Run]] = [[] for _ in measures]
    for _ in range(runs):
        for measure, listed in zip(measures, results, strict=True):
            listed.append(measure())
    return results


def flux_index() -> list[str]:
    """The command as users start it: the script beside this interpreter."""
    script = os.path.join(os.path.dirname(sys.executable), "flux-index")
    if os.path.exists(script):
        return [script]
    return [sys.executable, "-m", "flux_index.api.cli"]


def _children() -> float:
    """CPU seconds of the children that have ended."""
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cpu(pid: int) -> float:
    """CPU seconds of a running process and of its children that have ended; 0 if unknown."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A running process and those that it started, and so on; itself alone if unknown."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            children = [int(each) for each in file.read().split()]
    except OSError:
        children = []
    return [pid, *(each for child in children for each in family(child))]


def memory(pid: int) -> tuple[float, float]:
    """Resident megabytes of a process now, and the most there were; the latter 0 if unknown."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file)
        return tuple(int(fields[key].split()[0]) / 1024 for key in ("VmRSS", "VmHWM"))  # type: ignore[return-value]
    except OSError:
        shown = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(pid)], check=True, capture_output=True, text=True
        )
        return int(shown.stdout) / 1024, 0.0

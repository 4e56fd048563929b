"""What was measured, as a table and as JSON."""

from __future__ import annotations

import os
import platform
import sys
import time
from datetime import date
from typing import Any, NamedTuple


class Row(NamedTuple):
    """One line of the table. ``ok`` is None where there is no bar."""

    what: str
    bar: str
    measured: str
    ratio: str = ""
    ok: bool | None = None


class Table:
    """Rows in order, and the figures behind them."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.figures: dict[str, Any] = {}
        self._crowding: list[float] = []

    def add(self, what: str, measured: str, **rest: Any) -> None:
        """Add a row, and say it at once, for a run takes minutes."""
        row = Row(what, rest.pop("bar", ""), measured, **rest)
        self.rows.append(row)
        print(f"  {row.what}: {row.measured} {row.ratio} {_mark(row.ok)}", file=sys.stderr)

    def probe(self) -> None:
        """Note how crowded the machine is: seconds that one second of work takes here and now."""
        wall, cpu = time.perf_counter(), time.process_time()
        while time.process_time() - cpu < 0.1:
            sum(range(1000))
        self._crowding.append((time.perf_counter() - wall) / (time.process_time() - cpu))

    def markdown(self) -> str:
        """The table as Markdown, under a line about the machine."""
        lines = [self._machine_line(), "", "| what | bar | measured | ratio | ok? |",
                 "|---|---|---|--:|:-:|"]  # fmt: skip
        lines += [
            f"| {row.what} | {row.bar} | {row.measured} | {row.ratio} | {_mark(row.ok)} |"
            for row in self.rows
        ]
        return "\n".join(lines)

    def json(self) -> dict[str, Any]:
        """Everything, for programs."""
        rows = [row._asdict() for row in self.rows]
        return {
            "machine": machine(),
            "crowding": self._crowding,
            "rows": rows,
            "figures": self.figures,
        }

    def _machine_line(self) -> str:
        about = machine()
        crowded = ", ".join(f"{ratio:.1f}" for ratio in self._crowding)
        return (
            f"{about['date']}, {about['cpu']}, {about['cores']} cores, {about['system']}, "
            f"Python {about['python']}. Medians, least and most in brackets; ratios are of one "
            "run. Other work on the machine made a second of CPU take so many seconds, before "
            f"each measure: {crowded}."
        )


def _mark(ok: bool | None) -> str:
    return "" if ok is None else "yes" if ok else "**no**"


def machine() -> dict[str, Any]:
    """What a reader needs to judge the figures."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:
        cores = os.cpu_count() or 1
    return {
        "date": date.today().isoformat(),
        "cpu": _cpu_model(),
        "cores": cores,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _cpu_model() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown processor"

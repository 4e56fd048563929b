"""How whole workspaces grow: CPU and memory of whole processes, from 2,000 to 50,000 files.

    python growth.py --workspaces [--from 2000] [--to 50000] [--plot growth.svg]

Each file has a class and functions of its own and uses those of others, and all have one method in
common. Lines of the plot that are straight on its logarithmic axes, and no steeper than the dotted
one, grow no faster than the workspace.
"""

from __future__ import annotations

import math
import os
import subprocess
from collections.abc import Sequence
from html import escape
from tempfile import TemporaryDirectory
from typing import NamedTuple

from process import flux_index

_MODULE = '''"""Module {0} of a workspace that grows."""

from __future__ import annotations

from {other} import Item{1}, make_{1}


class Item{0}:
    """An item that is number {0}."""

    def __init__(self, name: str, size: int = {0}) -> None:
        self.name = name
        self.size = size
        self.other: Item{1} | None = None

    def run(self, times: int = 1) -> int:
        """Return what running comes to."""
        if self.other is not None:
            return self.other.run(times) + self.size
        return self.size * times


def make_{0}(name: str) -> Item{0}:
    """Return an item, linked to the next one."""
    item = Item{0}(name)
    item.other = make_{1}(name) if name else None
    return item
'''
# Modules of one package.
_PACKAGE = 100
QUESTIONS = {
    "index": ["index", "--quiet"],
    "index again": ["index", "--quiet"],
    "definition": ["query", "definition", "make_7"],
    "references to a function": ["query", "references", "make_7"],
    "references to a method of all": ["query", "references", "Item7.run", "--limit", "50"],
    "validate one file": ["validate", "--all", "pack0/m7.py"],
}


class Cost(NamedTuple):
    """Seconds of CPU and megabytes at most of a process, with those that it started."""

    cpu: float
    memory: float


def _name(number: int) -> str:
    return f"pack{number // _PACKAGE}.m{number}"


def write_workspace(root: str, files: int) -> None:
    """Write a workspace of so many modules."""
    for number in range(files):
        other = number // _PACKAGE * _PACKAGE + (number * 7 + 1) % _PACKAGE
        other = min(other, files - 1)
        path = f"{root}/{_name(number).replace('.', '/')}.py"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(_MODULE.format(number, other, other=_name(other)))
    with open(f"{root}/pyproject.toml", "w", encoding="utf-8") as file:
        file.write('[project]\nname = "grown"\nversion = "1"\n')


def cost(command: Sequence[str], cwd: str, cache: str) -> Cost:
    """Run a process and return what it took; memory is that of the largest one alone."""
    environment = {**os.environ, "FLUX_INDEX_CACHE_DIR": cache}
    process = subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    said = process.stderr.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}: {said}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def measure(files: int) -> dict[str, Cost]:
    """Return what each question takes on a workspace of so many files."""
    with TemporaryDirectory() as folder:
        root = f"{folder}/workspace"
        write_workspace(root, files)
        return {
            question: cost([*flux_index(), *arguments], root, f"{folder}/cache")
            for question, arguments in QUESTIONS.items()
        }


def exponent(sizes: Sequence[int], values: Sequence[float]) -> float:
    """Return the power with which values grow between the two largest sizes."""
    if len(sizes) < 2 or not values[-2] > 0:
        return 0.0
    return math.log(values[-1] / values[-2]) / math.log(sizes[-1] / sizes[-2])


def report(sizes: Sequence[int], costs: Sequence[dict[str, Cost]]) -> list[str]:
    """Return a table: for each question CPU and memory by size, with both exponents."""
    heads = "".join(f"{size:>16,}" for size in sizes)
    lines = [f"{'files':32}{heads}   exponents", f"{'':32}" + f"{'s':>9}{'MB':>7}" * len(sizes)]
    for question in QUESTIONS:
        row = [each[question] for each in costs]
        cells = "".join(f"{each.cpu:>9.2f}{each.memory:>7.0f}" for each in row)
        powers = [exponent(sizes, column) for column in zip(*row, strict=True)]
        lines.append(f"{question:32}{cells}   {powers[0]:.2f} {powers[1]:.2f}")
    return lines


_COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b")
_WIDTH, _HEIGHT, _MARGIN = 520, 380, 60


def plot(sizes: Sequence[int], costs: Sequence[dict[str, Cost]]) -> str:
    """Return an SVG picture of CPU and of memory by size, both axes logarithmic."""
    panels = "".join(
        f'<g transform="translate({place * _WIDTH},0)">{_panel(sizes, title, values)}</g>'
        for place, (title, values) in enumerate(
            (title, {question: [each[question][part] for each in costs] for question in QUESTIONS})
            for part, title in enumerate(("seconds of CPU", "megabytes"))
        )
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * _WIDTH}" height="{_HEIGHT + 130}" '
        f'font-family="sans-serif" font-size="12">{panels}</svg>\n'
    )


def _panel(sizes: Sequence[int], title: str, values: dict[str, list[float]]) -> str:
    listed = [value for row in values.values() for value in row]
    low, high = 10 ** math.floor(math.log10(min(listed))), 10 ** math.ceil(math.log10(max(listed)))

    def x(size: float) -> float:
        share = math.log(size / sizes[0]) / (math.log(sizes[-1] / sizes[0]) or 1)
        return _MARGIN + share * (_WIDTH - 2 * _MARGIN)

    def y(value: float) -> float:
        share = math.log(value / low) / (math.log(high / low) or 1)
        return _HEIGHT - _MARGIN - share * (_HEIGHT - 2 * _MARGIN)

    parts = [f'<text x="{_MARGIN}" y="30" font-weight="bold">{title}, by files</text>']
    for size in sizes:
        parts.append(f'<text x="{x(size)}" y="{_HEIGHT - 35}" text-anchor="middle">{size:,}</text>')
    tick = low
    while tick <= high:
        parts.append(f'<path d="M{_MARGIN} {y(tick)}H{_WIDTH - _MARGIN}" stroke="#ddd"/>')
        parts.append(f'<text x="{_MARGIN - 6}" y="{y(tick)}" text-anchor="end">{tick:g}</text>')
        tick *= 10
    for place, (question, row) in enumerate(values.items()):
        points = " ".join(f"{x(size)},{y(value)}" for size, value in zip(sizes, row, strict=True))
        colour = _COLOURS[place]
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
            f'<text x="{_MARGIN}" y="{_HEIGHT + place * 18}" fill="{colour}">'
            f"{escape(question)}</text>"
        )
    end = min(float(high), low * sizes[-1] / sizes[0])
    start = end * sizes[0] / sizes[-1]
    parts.append(
        f'<path d="M{x(sizes[0])} {y(start)}L{x(sizes[-1])} {y(end)}" stroke="#888" '
        'stroke-dasharray="3 4"/>'
    )
    return "".join(parts)

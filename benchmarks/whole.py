"""Whole processes: indexing from nothing and again, one-shot queries, worktrees, branches."""

from __future__ import annotations

import os
import random
import shutil
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import corpus
from process import Run, Spread, flux_index, interleaved, run

from flux_index.indexer.index import Index

if TYPE_CHECKING:
    from bench import Bench
    from table import Table

_HERE = os.path.dirname(os.path.abspath(__file__))

# How each peer is asked for all that it can say about a folder. Checkers end with 1 on findings.
PEERS = {
    "ty check": ["ty", "check", "--output-format", "concise", "."],
    "pyrefly check": ["pyrefly", "check", "--preset", "default", "--output-format", "min-text"],
    "zuban check": ["zuban", "check", "."],
    "pyright": ["pyright"],
}
_SLOW = ("pyright",)  # measured once


def cold(bench: Bench, table: Table) -> None:
    """A full index of files never seen, against parsing them, and against the peers."""
    root = bench.tree.root
    floors, ours = interleaved(
        bench.runs,
        partial(run, [sys.executable, os.path.join(_HERE, "floor.py"), root], cwd=root),
        partial(cold_run, bench),
    )
    cpu, wall = Spread.of(r.cpu for r in ours), Spread.of(r.wall for r in ours)
    floor_cpu, floor_wall = Spread.of(r.cpu for r in floors), Spread.of(r.wall for r in floors)
    files = f"{bench.tree.files:,} files, {bench.tree.lines:,} lines"
    table.add(f"floor: parse and capture identifiers ({files}), CPU", floor_cpu.text("s"))
    against(table, "cold full index, CPU", cpu, floor_cpu, 3, "the floor")
    against(table, "cold full index, wall", wall, floor_wall, 1.7, "the floor")
    table.figures["floor"] = {"cpu": floor_cpu, "wall": floor_wall}
    table.figures["cold"] = {"cpu": cpu, "wall": wall}
    _sizes(bench, table)


def peers(bench: Bench, table: Table) -> None:
    """What the checkers that are installed take for the same files, from nothing as well."""
    ours = cold_figures(bench, table)["cpu"]
    for name, command in PEERS.items():
        found = bench.peer(command[0])
        if found is None:
            table.add(f"{name}, CPU", "not installed")
            continue
        times: list[Run] = []
        for _ in range(1 if name in _SLOW else min(bench.runs, 3)):
            fresh = {"XDG_CACHE_HOME": bench.fresh("peers"), "VIRTUAL_ENV": ""}
            times.append(run([found, *command[1:]], cwd=bench.tree.root, env=fresh, codes=(0, 1)))
        cpu, wall = Spread.of(r.cpu for r in times), Spread.of(r.wall for r in times)
        # zuban is not among those to be beaten: it keeps nothing, and checks in one arena.
        ok = None if name == "zuban check" else ours.median < cpu.median
        table.add(
            f"{name}, CPU",
            cpu.text("s"),
            bar="" if ok is None else "more than a cold full index",
            ratio=f"{cpu.median / ours.median:.2f} x ours",
            ok=ok,
        )
        table.figures[name] = {"cpu": cpu, "wall": wall}


def unchanged(bench: Bench, table: Table) -> None:
    """An index again when nothing has changed: the process, and the sweep in it."""
    ensure_index(bench)
    runs = [index_run(bench, bench.tree.root) for _ in range(bench.runs)]
    seconds: list[float] = []
    index = Index.open(bench.tree.root, cache_dir=bench.cache)
    index.become_writer()
    for _ in range(bench.runs + 1):
        started = time.perf_counter()
        index.refresh()
        seconds.append(time.perf_counter() - started)
    index.close()
    sweep = Spread.of(seconds[1:])
    wall, cpu = Spread.of(r.wall for r in runs), Spread.of(r.cpu for r in runs)
    table.add(
        "unchanged, sweep in a running process, wall", sweep.text("ms"), bar="at most 150 ms",
        ok=sweep.median <= 0.15,
    )  # fmt: skip
    table.add("unchanged, first sweep in a process, wall", f"{seconds[0] * 1000:.1f} ms")
    table.add("unchanged, whole `flux-index index`, wall", wall.text("ms"))
    table.add("unchanged, whole `flux-index index`, CPU", cpu.text("ms"))
    table.figures["unchanged"] = {"sweep": sweep, "wall": wall, "cpu": cpu, "first": seconds[0]}


def one_shot(bench: Bench, table: Table) -> None:
    """Questions asked by starting a process, no server running, against an empty interpreter."""
    ensure_index(bench)
    root = bench.tree.root
    ask = [*flux_index(), "query"]
    kinds = {"python -c pass": [sys.executable, "-c", "pass"]}
    kinds["definition"] = [*ask, "definition", bench.definition]
    kinds |= {f"references {name}": [*ask, "references", name] for name in bench.references}
    for command in kinds.values():
        run(command, cwd=root, env=bench.env)
    measures = [partial(run, command, cwd=root, env=bench.env) for command in kinds.values()]
    taken = interleaved(max(3 * bench.runs, 3), *measures)
    cpu = {kind: Spread.of(r.cpu for r in runs) for kind, runs in zip(kinds, taken, strict=True)}
    wall = {kind: Spread.of(r.wall for r in runs) for kind, runs in zip(kinds, taken, strict=True)}
    table.add("`python -c pass`, CPU", cpu["python -c pass"].text("ms"))
    what = f"`flux-index query definition {bench.definition}`, whole process, CPU"
    against(table, what, cpu["definition"], cpu["python -c pass"], 5, "`pass`", "ms")
    for name in bench.references:
        what = f"`flux-index query references {name}`, whole process, CPU"
        other = cpu["definition"]
        against(table, what, cpu[f"references {name}"], other, 2, "the definition", "ms")
    table.figures["one_shot"] = {kind: {"cpu": cpu[kind], "wall": wall[kind]} for kind in kinds}


def worktree(bench: Bench, table: Table) -> None:
    """A second copy of the same files, their facts being known, against the first, cold."""
    ensure_index(bench)
    second = bench.path("second", bench.tree_name)
    corpus.copy(bench.tree.root, second)
    cold_figures(bench, table)
    runs: list[Run] = []
    for _ in range(bench.runs):
        shutil.rmtree(os.path.join(second, ".flux-index"), ignore_errors=True)
        runs.append(index_run(bench, second))
    shutil.rmtree(second)
    _fifth(bench, table, "second worktree, facts known", runs)


def switch(bench: Bench, table: Table, changed: int = 300) -> None:
    """Back to a branch seen before: ``changed`` files are what they were."""
    ensure_index(bench)
    cold_figures(bench, table)
    paths = corpus.python_files(bench.tree.root)
    chosen = random.Random(1).sample(paths, min(changed, len(paths)))
    there: list[Run] = []
    back: list[Run] = []
    for step in range(bench.runs):
        originals = {path: _read(path) for path in chosen}
        for path, content in originals.items():
            _write(path, content + f"\n\ndef added_{step}():\n    return {step}\n".encode())
        there.append(index_run(bench, bench.tree.root))
        for path, content in originals.items():
            _write(path, content)
        back.append(index_run(bench, bench.tree.root))
    _fifth(bench, table, f"switch back, {len(chosen)} files differ, facts known", back)
    wall = Spread.of(r.wall for r in there)
    table.add(f"switch to {len(chosen)} files never seen, wall", wall.text("s"))


def cold_run(bench: Bench) -> Run:
    """Index with nothing kept from before."""
    shutil.rmtree(os.path.join(bench.tree.root, ".flux-index"), ignore_errors=True)
    bench.fresh("cache")
    return index_run(bench, bench.tree.root)


def index_run(bench: Bench, root: str) -> Run:
    """`flux-index index` in a folder."""
    return run([*flux_index(), "index", "--quiet"], cwd=root, env=bench.env)


def ensure_index(bench: Bench) -> None:
    """Make an index of the first copy unless there is one."""
    if not os.path.exists(os.path.join(bench.tree.root, ".flux-index", "index.db")):
        cold_run(bench)


def cold_figures(bench: Bench, table: Table) -> dict[str, Spread]:
    """CPU and wall time of a cold index, measured now unless that was done."""
    if "cold" not in table.figures:
        runs = [cold_run(bench) for _ in range(bench.runs)]
        table.figures["cold"] = {
            "cpu": Spread.of(r.cpu for r in runs),
            "wall": Spread.of(r.wall for r in runs),
        }
    figures: dict[str, Spread] = table.figures["cold"]
    return figures


def against(
    table: Table, what: str, ours: Spread, other: Spread, bar: float, than: str, unit: str = "s"
) -> None:
    """Add a row about a time that may be at most ``bar`` times another."""
    ratio = ours.median / other.median
    table.add(
        what,
        ours.text(unit),
        bar=f"at most {bar:g} x {than}",
        ratio=f"{ratio:.2f}",
        ok=ratio <= bar,
    )


def _fifth(bench: Bench, table: Table, what: str, runs: list[Run]) -> None:
    for kind in ("wall", "cpu"):
        ours = Spread.of(getattr(r, kind) for r in runs)
        full = cold_figures(bench, table)[kind]
        unit = kind if kind == "wall" else "CPU"
        against(table, f"{what}, {unit}", ours, full, 0.2, "cold")
        table.figures[f"{what}, {kind}"] = ours


def _sizes(bench: Bench, table: Table) -> None:
    source = bench.tree.bytes
    index = _size(os.path.join(bench.tree.root, ".flux-index"))
    facts = _size(bench.cache)
    ratio = index / source
    table.add(
        "index.db against the source", f"{index / 1e6:.1f} MB of {source / 1e6:.1f} MB",
        bar="at most 1.5 x", ratio=f"{ratio:.2f}", ok=ratio <= 1.5,
    )  # fmt: skip
    table.add("facts cache", f"{facts / 1e6:.1f} MB", ratio=f"{facts / source:.2f}")
    table.figures["bytes"] = {"source": source, "index": index, "facts": facts}


def _size(folder: str) -> int:
    """Bytes of what lies in a folder and below."""
    return sum(
        os.path.getsize(os.path.join(where, name))
        for where, _, names in os.walk(folder)
        for name in names
    )


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)

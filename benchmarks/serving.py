"""A serving process: what a save takes to be seen, memory, and the first answers of all."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import time
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

import corpus
import process
from process import Run, Spread, flux_index, quantile
from sampling import Sample, draw
from whole import ensure_index

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.api.rpc.client import connect

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from bench import Bench
    from table import Table

    from flux_index.api.rpc.client import Client

    Answer = Mapping[str, Any]

_START_SECONDS = 60.0
_SEEN_SECONDS = 10.0


class Server:
    """``flux-index serve`` on a folder, with one connection to it."""

    def __init__(self, root: str, env: Mapping[str, str]) -> None:
        """Start it, and connect as soon as it listens."""
        self._errors = TemporaryFile()  # noqa: SIM115 # it lives as long as the process
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [*flux_index(), "serve"],
            cwd=root,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=self._errors,
            stderr=self._errors,
        )
        self.client = self._connect(root)
        self.connected = time.perf_counter() - self.started

    def _connect(self, root: str) -> Client:
        while time.perf_counter() - self.started < _START_SECONDS:
            client = connect(root)
            if client is not None:
                return client
            if self.process.poll() is not None:
                break
            time.sleep(0.002)
        self.stop()
        raise RuntimeError(f"flux-index serve cannot be reached: {self.said()}")

    def said(self) -> str:
        """What it wrote last."""
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")[-500:]

    def settle(self) -> None:
        """Wait until everything is indexed."""
        reached = self.client.call("server.wait", {"pending": 0, "timeout_ms": 300_000})
        if not reached["reached"]:
            raise RuntimeError("the first build did not end")

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.stop()
        self._errors.close()


def saves(bench: Bench, table: Table, count: int = 100) -> None:
    """From the moment that a write has returned to the answer that shows it, asking tightly."""
    ensure_index(bench)
    rng = random.Random(2)
    paths = rng.sample(corpus.python_files(bench.tree.root), 10)
    originals = {path: _read(path) for path in paths}
    by_question: dict[str, list[float]] = {"symbols": [], "references": []}
    with Server(bench.tree.root, bench.env) as server:
        server.settle()
        for step in range(count):
            path = paths[step % len(paths)]
            name = f"save_number_{step}"
            text = f"\n\ndef {name}():\n    return {name}\n".encode()
            operation = "symbols" if step % 2 else "references"
            key = "query" if operation == "symbols" else "name"
            # Saves come at any time, not in step with anything.
            time.sleep(rng.uniform(0.05, 0.15))
            with open(path, "wb") as file:
                file.write(originals[path] + text)
            started = time.perf_counter()
            while not server.client.call(operation, {key: name})["total"]:
                if time.perf_counter() - started > _SEEN_SECONDS:
                    raise RuntimeError(f"a save of {path} was not seen")
            by_question[operation].append(time.perf_counter() - started)
        for path, content in originals.items():
            _write(path, content)
        server.client.call("server.sync", {})
    taken = [seconds for listed in by_question.values() for seconds in listed]
    p50, p95 = quantile(taken, 0.5), quantile(taken, 0.95)
    asked = ", ".join(
        f"{operation} {quantile(listed, 0.95) * 1000:.1f} ms"
        for operation, listed in by_question.items()
    )
    table.add(
        f"one save seen by a query, {count} saves, p50 / p95 / most",
        f"{p50 * 1000:.1f} / {p95 * 1000:.1f} / {max(taken) * 1000:.1f} ms"
        f" (p95 by question: {asked})",
        bar="p95 at most 50 ms",
        ok=p95 <= 0.05,
    )
    table.figures["saves"] = {"p50": p50, "p95": p95, "most": max(taken)}


def memory(bench: Bench, table: Table) -> None:
    """Resident memory after a first build, and after questions of every kind."""
    ensure_index(bench)
    sample = draw(bench.tree.root, bench.cache, 3)
    _forget(bench)
    with Server(bench.tree.root, bench.env) as server:
        server.settle()
        # Worker processes have ended by now, so this one is all there is.
        built, built_peak = process.memory(server.process.pid)
        for operation, arguments in _mixed(sample, 200):
            server.client.call(operation, arguments)
        asked, peak = process.memory(server.process.pid)
    most = max(asked, peak)
    table.add(
        "serving process after a first build, resident (peak)",
        f"{built:.0f} MB ({built_peak:.0f} MB)",
        bar="at most 150 MB",
        ok=max(built, built_peak) <= 150,
    )
    table.add(
        "serving process after 200 mixed questions, resident (peak)",
        f"{asked:.0f} MB ({peak:.0f} MB)",
        bar="at most 150 MB",
        ok=most <= 150,
    )
    table.figures["memory"] = {"built": built, "asked": asked, "peak": most}


def first_answers(bench: Bench, table: Table) -> None:
    """The first right answer on files never seen, from the start of a process, nothing kept."""
    ensure_index(bench)
    expected = _expected(bench)
    bars = {"definition": 0.5, "references": 1.5}
    for operation, name in (
        ("definition", bench.definition),
        *(("references", name) for name in bench.references),
    ):
        right = expected[operation, name]
        for what, measure in (
            (f"first `flux-index query {operation} {name}`, no index", _ask_by_process),
            (f"first {operation} of {name} from `serve`, no index", _ask_server),
        ):
            seconds: list[float] = []
            worked: list[float] = []
            wrong = 0
            for _ in range(bench.runs):
                _forget(bench)
                taken, cpu, at_once = measure(bench, operation, name, right)
                seconds.append(taken)
                worked.append(cpu)
                wrong += not at_once
            spread = Spread.of(seconds)
            note = f", {wrong} of {bench.runs} first answers not complete" if wrong else ""
            table.add(
                f"{what}, wall",
                f"{spread.text('s')}, CPU {Spread.of(worked).median:.2f} s{note}",
                bar=f"at most {bars[operation]} s",
                ok=spread.median <= bars[operation],
            )
            table.figures[what] = {"wall": spread, "cpu": worked, "incomplete": wrong}


def _ask_by_process(
    bench: Bench, operation: str, name: str, right: set[object]
) -> tuple[float, float, bool]:
    """Wall and CPU seconds of a whole process, and whether it answered rightly."""
    command = [*flux_index(), "query", operation, name, "--json", *_options(operation)]
    done: Run = process.run(command, cwd=bench.tree.root, env=bench.env, codes=(0, 1))
    answer = json.loads(done.output[done.output.index("{") :].splitlines()[0])
    return done.wall, done.cpu, places(answer) == right


def _ask_server(
    bench: Bench, operation: str, name: str, right: set[object]
) -> tuple[float, float, bool]:
    """Wall and CPU seconds from a server's start to a right answer, and whether that was the first.

    The build goes on meanwhile; what its worker processes take is not in the CPU time.
    """
    arguments = {"name": name, **({"limit": 10_000} if operation == "references" else {})}
    with Server(bench.tree.root, bench.env) as server:
        at_once = True
        while True:
            found = places(server.client.call(operation, arguments))
            taken = time.perf_counter() - server.started
            if found == right:
                return taken, process.cpu(server.process.pid), at_once
            at_once = False
            if taken > _START_SECONDS:
                raise RuntimeError(f"no right answer to {operation} of {name}")


def _options(operation: str) -> list[str]:
    return ["--limit", "10000"] if operation == "references" else []


def _expected(bench: Bench) -> dict[tuple[str, str], set[object]]:
    """What an index of everything answers."""
    session = OpenWorkspace.open(bench.tree.root)
    asked = [("definition", bench.definition)]
    asked += [("references", name) for name in bench.references]
    expected: dict[tuple[str, str], set[object]] = {}
    for operation, name in asked:
        arguments = {"name": name, **({"limit": 10_000} if operation == "references" else {})}
        answer = call(session, operation, arguments)
        expected[operation, name] = places(answer)
        if not answer["total"]:
            raise RuntimeError(f"{name} is not in {bench.tree.root}")
    session.close()
    return expected


def places(answer: Answer) -> set[object]:
    """(path, line, character) of everything that an answer lists."""
    items: list[dict[str, Any]] = []
    for item in answer["items"]:
        items += item.get("references", [item])
    return {
        (item["path"], item["range"]["start"]["line"], item["range"]["start"]["character"])
        for item in items
    }


def _mixed(sample: Sample, count: int) -> list[tuple[str, dict[str, Any]]]:
    kinds = [sample.definitions, sample.symbols, sample.members, sample.references]
    return [questions[step % len(questions)] for step in range(count)
            for questions in (kinds[step % len(kinds)],)]  # fmt: skip


def _forget(bench: Bench) -> None:
    """No index, no facts."""
    shutil.rmtree(os.path.join(bench.tree.root, ".flux-index"), ignore_errors=True)
    bench.fresh("cache")


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)

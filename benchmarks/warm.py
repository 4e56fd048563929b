"""Questions over JSON-RPC to a process that serves, one after another on one connection."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from process import cpu, quantile
from sampling import draw
from serving import Server
from whole import ensure_index

if TYPE_CHECKING:
    from bench import Bench
    from sampling import Question
    from table import Table

    from flux_index.api.rpc.client import Client

_BARS = {"definition": 0.003, "symbols": 0.010, "members": 0.010, "references": 0.025}


def warm(bench: Bench, table: Table) -> None:
    """Each operation: a first pass over its questions, then the pass that counts."""
    ensure_index(bench)
    sample = draw(bench.tree.root, bench.cache, 4)
    hits = sorted(sample.hits)
    with Server(bench.tree.root, bench.env) as server:
        server.settle()
        for questions in (sample.definitions, sample.symbols, sample.members, sample.references):
            operation = questions[0][0]
            passes = [_times(server.client, questions)]
            before = cpu(server.process.pid)
            passes += [_times(server.client, questions) for _ in range(3)]
            each = (cpu(server.process.pid) - before) / (3 * len(questions))
            first = passes[0]
            taken = [seconds for listed in passes[1:] for seconds in listed]
            what = f"{operation}, {len(questions)} questions"
            if operation == "references":
                what += f" with {hits[0]}-{hits[-1]} hits (median {hits[len(hits) // 2]})"
            p95 = quantile(taken, 0.95)
            bar = _BARS[operation]
            table.add(
                f"warm JSON-RPC {what}, p50 / p95",
                f"{quantile(taken, 0.5) * 1000:.2f} / {p95 * 1000:.2f} ms"
                f" (CPU {each * 1000:.2f} ms each)",
                bar=f"p95 at most {bar * 1000:.0f} ms",
                ok=p95 <= bar,
            )
            table.add(
                "the same, asked for the first time, p50 / p95 / most",
                f"{quantile(first, 0.5) * 1000:.2f} / {quantile(first, 0.95) * 1000:.2f}"
                f" / {max(first) * 1000:.2f} ms",
            )
            worst = max(zip(passes[-1], questions, strict=True), key=lambda pair: pair[0])
            table.figures[f"warm {operation}"] = {
                "first": first,
                "warm": taken,
                "slowest": {"seconds": worst[0], "arguments": worst[1][1]},
            }


def _times(client: Client, questions: list[Question]) -> list[float]:
    taken: list[float] = []
    for operation, arguments in questions:
        started = time.perf_counter()
        client.call(operation, arguments)
        taken.append(time.perf_counter() - started)
    return taken

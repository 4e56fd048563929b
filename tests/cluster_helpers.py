"""Clusters of processes of this machine, and one that loses what a test says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from flux_index.api.operations import judge_processes
from flux_index.indexer.cluster import Cluster


def note_judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that gets the files that are judged here, by this process alone."""
    judged: list[str] = []
    judge_here = judge_processes.judge_here

    def noted(inference: Any, paths: Any, every: Any) -> Any:
        todo = list(paths)
        judged.extend(todo)
        return judge_here(inference, todo, every)

    monkeypatch.setattr(judge_processes, "judge_here", noted)
    monkeypatch.setattr(judge_processes, "_WORTH_PROCESSES", 1_000)
    return judged


@contextmanager
def workers(address: str, count: int, **environment: str) -> Iterator[dict[str, int]]:
    """Worker processes of a Dask cluster, by the names that it knows them by."""
    command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-nanny"]
    options = ["--nthreads", "1", "--no-dashboard", "--death-timeout", "60", "--host", "127.0.0.1"]
    running = [
        subprocess.Popen(
            [*command, *options, "--name", f"w{number}"],
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environment},
        )
        for number in range(count)
    ]
    try:
        yield {f"w{number}": process.pid for number, process in enumerate(running)}
    finally:
        for process in running:
            process.kill()
            process.wait()


@contextmanager
def running_scheduler() -> Iterator[str]:
    """The address of a scheduler in a process of its own."""
    program = (
        "import asyncio\n"
        "from distributed import Scheduler\n"
        "async def main():\n"
        "    async with Scheduler(host='127.0.0.1', port=0, dashboard=False) as scheduler:\n"
        "        print(scheduler.address, flush=True)\n"
        "        await asyncio.wait_for(scheduler.finished(), 300)\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


class Lossy(Cluster):
    """A cluster that does what ``lose`` says with the task of that number."""

    def __init__(self, lose: Callable[[int], Future[Any] | None]) -> None:
        self.threads = ThreadPoolExecutor(2)
        self.lose = lose
        self.count = 0
        super().__init__(self.take, 2, self.threads.shutdown)

    def take(self, fn: Callable[..., Any], *given: Any) -> Future[Any]:
        self.count += 1
        lost = self.lose(self.count)
        return self.threads.submit(fn, *given) if lost is None else lost


def failed(error: Exception) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future

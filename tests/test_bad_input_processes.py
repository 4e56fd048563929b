"""Several processes and threads at one index, some of which die in the midst of their work."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest
from bad_input_helpers import answers, ask, expected, indexed, shop
from workspace_helpers import state_of

from flux_index.indexer import digest_pool
from flux_index.indexer.errors import LockedError
from flux_index.indexer.index import Index
from flux_index.indexer.index_file import digest_files
from flux_index.indexer.store.lock import WriterLock

posix = pytest.mark.skipif(os.name == "nt", reason="processes are killed otherwise on Windows")


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.005)
    raise AssertionError(f"waited a minute for {what}")


def many(root: Path, count: int = 60, size: int = 400) -> Path:
    """The workspace among files that take their time."""
    filler = "".join(f"def f{n}(a, b=1):\n    return a.call({n}) + b\n" for n in range(size))
    shop(root, {f"many/m{n}.py": f"own{n} = 1\n{filler}" for n in range(count)})
    for path in root.rglob("*.py"):
        os.utime(path, (1_700_000_000, 1_700_000_000))  # not written just now
    return root


@contextlib.contextmanager
def other_process(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


# The lock.

HOLD = """
import sys
from flux_index.indexer.index import Index
index = Index.open(sys.argv[1])
assert index.become_writer()
index.lock.note("unix:/there")
print("held", flush=True)
sys.stdin.read()
"""


def test_second_writer(tmp_path: Path) -> None:
    root = shop(tmp_path / "root")
    with indexed(root) as first, indexed(root, build=False) as second:
        first.lock.note("flux-index serve")
        assert not second.become_writer()
        for attempt in (second.build, second.clean, lambda: second.update(["views.py"])):
            with pytest.raises(LockedError, match=r"index\.db"):
                attempt()
        with pytest.raises(LockedError, match="is in use by flux-index serve"):
            second.clean()
        assert answers(second, "touch") == expected(tmp_path)
        first.release_writer()
        assert second.become_writer()
        assert second.lock.read_note() == ""
        second.build()


@posix
def test_killed_holder_leaves_nothing_behind(tmp_path: Path) -> None:
    root = shop(tmp_path / "root")
    with indexed(root), indexed(root, build=False) as index:
        pass
    with other_process(HOLD, str(root)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        lock = WriterLock(index.lock.path)
        assert not lock.acquire()
        assert lock.read_note() == "unix:/there"
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert lock.acquire()
        assert lock.read_note() == ""
        lock.release()


def test_glance_at_the_lock_is_no_writer(tmp_path: Path) -> None:
    """Who has the lock for a moment does not keep the index current."""
    root = shop(tmp_path / "root")
    with indexed(root):
        pass
    lock = WriterLock(str(state_of(root) / "writer.lock"))
    assert lock.acquire()
    (root / "late.py").write_text("from models import Order\n\nOrder().save()\n")
    with indexed(root, build=False) as index:
        index.refresh()
        users = ask(index, "references", name="models.Order")["items"]
        assert {group["path"] for group in users} == {"late.py", "views.py"}
    lock.release()


# Builds that end early.

BUILD = """
import sys
from flux_index.indexer import maintain
from flux_index.indexer.index import Index
maintain._COMMIT_SECONDS = 0
index = Index.open(sys.argv[1])
assert index.become_writer()
if __name__ == "__main__":
    index.build(lambda progress: print(progress.done, flush=True))
"""


def children_of(process: int) -> list[int]:
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                status = (entry / "stat").read_text().rpartition(")")[2].split()
                if status[1] == str(process) and status[0] != "Z":
                    found.append(int(entry.name))
    return found


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@posix
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
def test_killed_in_the_midst_of_a_build(tmp_path: Path) -> None:
    root = many(tmp_path / "root", 120, 800)
    with other_process(BUILD, str(root)) as process:
        assert process.stdout is not None
        while int(process.stdout.readline() or 1000) < 3:
            pass
        workers = children_of(process.pid)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert workers
        wait_until(lambda: not any(map(is_alive, workers)), "workers without a parent to end")
    with indexed(root, build=False) as index:
        stored = len(index.view().files)
        assert 0 < stored < 122
        assert answers(index, "touch", stored=False) == expected(tmp_path, stored=False)
        assert index.become_writer()
        index.refresh()
        report = index.build()
        assert report.files == 122
        assert report.extracted <= 122 - stored
        assert answers(index) == expected(tmp_path)
        assert not index.status()["errors"]


def test_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = many(tmp_path / "root")
    monkeypatch.setattr(digest_pool, "_WORTH_PROCESSES", 10**12)
    monkeypatch.setattr(digest_pool, "_CHUNK_FILES", 5)
    with indexed(root, build=False) as index:
        assert index.become_writer()
        done: list[int] = []
        report = index.build(lambda step: done.append(step.done), cancelled=lambda: done[-1] > 20)
        assert report.cancelled
        stored = len(index.view().files)
        assert 20 < stored < 62
        assert index.pending == 62 - stored
        assert index.status()["state"] == "stale"
        partly = expected(tmp_path, stored=False)
        assert answers(index, stored=False) == partly
        report = index.build()
        assert not report.cancelled
        assert report.extracted + report.reused == 62 - stored
        assert not index.pending


# Executors.


class Deadly(Executor):
    """An executor whose workers die of one file, and with them everything that was begun."""

    def __init__(self, deadly: str) -> None:
        self.deadly = deadly
        self.broken = False

    def submit(self, function: Any, /, *given: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.broken:
            raise BrokenProcessPool("a worker died before")
        if any(isinstance(each, list) and self.deadly in each for each in given):
            self.broken = True
            future.set_exception(BrokenProcessPool("a worker died"))
        else:
            future.set_result(function(*given, **named))
        return future


@pytest.mark.parametrize("deadly", ["many/m0.py", "many/m30.py", "views.py"])
def test_file_that_kills_its_worker(
    deadly: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = many(tmp_path / "root", 40, 3)
    monkeypatch.setattr(digest_pool, "_CHUNK_FILES", 4)
    monkeypatch.setattr(digest_pool, "process_pool", lambda *_: Deadly(deadly))
    with indexed(root, build=False) as index:
        assert index.become_writer()
        report = index.build(executor=Deadly(deadly))
        assert report.errors == [(deadly, "kills the process that extracts it")]
        assert len(index.view().files) == 42
        (error,) = index.status()["errors"]  # type: ignore[misc] # a list of one
        assert error == {"path": deadly, "reason": "kills the process that extracts it"}
        # Not tried again before it changes.
        assert index.build().extracted == 0
        os.utime(root / deadly, (1, 1))
        assert index.build().errors == []
        assert answers(index) == expected(tmp_path)


def deadly_digest(root: str, paths: list[str], *rest: Any) -> Any:
    if "models.py" in paths:
        os.kill(os.getpid(), signal.SIGKILL)
    return digest_files(root, paths, *rest)


@posix
def test_worker_that_is_really_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = many(tmp_path / "root", 5, 3)
    monkeypatch.setattr(digest_pool, "digest_files", deadly_digest)
    from multiprocessing import get_context

    # Forked, because a test's module cannot be imported by a process that starts afresh.
    monkeypatch.setattr(
        digest_pool, "process_pool", lambda *_: ProcessPoolExecutor(1, get_context("fork"))
    )
    monkeypatch.setattr(digest_pool, "_WORTH_PROCESSES", 0)
    with indexed(root) as index:
        assert set(index.view().files) >= {"views.py", "many/m4.py", "models.py"}
        (error,) = index.status()["errors"]  # type: ignore[misc] # a list of one
        assert error == {"path": "models.py", "reason": "kills the process that extracts it"}


def test_no_processes_to_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: int) -> Executor:
        raise OSError("no shared memory")

    monkeypatch.setattr(digest_pool, "process_pool", refuse)
    monkeypatch.setattr(digest_pool, "_WORTH_PROCESSES", 0)
    monkeypatch.setattr("flux_index.indexer.snapshot.facts_provider._WORTH_PROCESSES", 0)
    root = shop(tmp_path / "root")
    with indexed(root, build=False) as index:
        index.mark_complete(frozenset({"models.py", "views.py"}))
        assert ask(index, "references", name="models.Order")["total"] > 0
    with indexed(root) as index:
        assert answers(index) == expected(tmp_path)


def test_a_script_whose_workers_cannot_be_started(tmp_path: Path) -> None:
    root = many(tmp_path / "root", 5, 3)
    script = tmp_path / "script.py"
    script.write_text(
        "from flux_index.indexer import digest_pool\n"
        "from flux_index.indexer.index import Index\n\n"
        "digest_pool._WORTH_PROCESSES = 0\n"
        f"index = Index.open({str(root)!r})\n"
        "index.become_writer()\n"
        "print(index.build().errors)\n"  # each worker would run this again, which is forbidden
        "index.close()\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.splitlines()[-1] == "[]"
    with indexed(root, build=False) as index:
        assert len(index.view().files) == 7


def test_other_executors(tmp_path: Path) -> None:
    root = many(tmp_path / "root", 20, 3)
    with ThreadPoolExecutor(4) as executor, indexed(root, build=False) as index:
        assert index.become_writer()
        report = index.build(executor=executor)
        assert (report.files, report.errors) == (22, [])
        assert executor.submit(int).result() == 0  # not shut down: it is the caller's
        assert answers(index) == expected(tmp_path)


# Readers and writers at once.

FOLLOW = """
import json, sys
from flux_index.indexer.index import Index
index = Index.open(sys.argv[1])
print("ready", flush=True)
while True:
    view = index.view()
    print(json.dumps([view.generation, sorted(view.files)]), flush=True)
    if "last.py" in view.files:
        break
"""


def test_reader_in_another_process_sees_whole_generations(tmp_path: Path) -> None:
    root = shop(tmp_path / "root")
    with indexed(root) as index:
        states = {index.generation: sorted(index.view().files)}
        with other_process(FOLLOW, str(root)) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            for step in range(60):
                (root / f"pair{step}.py").write_text(f"x = {step}\n")
                if step:
                    (root / f"pair{step - 1}.py").unlink()
                index.update([f"pair{step}.py"])
                states[index.generation] = sorted(index.view().files)
                if step:
                    index.update([f"pair{step - 1}.py"])
                    states[index.generation] = sorted(index.view().files)
            (root / "last.py").write_text("x = 1\n")
            index.update(["last.py"])
            states[index.generation] = sorted(index.view().files)
            seen = [json.loads(line) for line in process.stdout]
            assert process.wait() == 0
    assert len(seen) > 1
    for generation, files in seen:
        assert states[generation] == files
    assert [generation for generation, _ in seen] == sorted(generation for generation, _ in seen)


def test_questions_from_threads_while_files_change(tmp_path: Path) -> None:
    root = shop(tmp_path / "root")
    failures: list[BaseException] = []
    stop = threading.Event()
    rounds = [0] * 4

    def question(index: Index, number: int) -> None:
        try:
            while not stop.is_set():
                found = answers(index)
                symbols = found["symbols {'query': 'Order'}"]["items"]
                assert "models.Order" in [item["name"] for item in symbols]
                rounds[number] += 1
        except BaseException as error:
            failures.append(error)
            stop.set()

    with indexed(root) as index:
        threads = [threading.Thread(target=question, args=(index, n)) for n in range(4)]
        for thread in threads:
            thread.start()
        step = 0
        while min(rounds) < 5 and not stop.is_set() and step < 3000:
            step += 1
            (root / "busy.py").write_text(f"from models import Order\n\nOrder().save()  # {step}\n")
            index.update(["busy.py"])
            (root / "busy.py").unlink()
            index.update(["busy.py"])
        stop.set()
        for thread in threads:
            thread.join()
        assert not failures, failures[0]
        assert min(rounds) > 0
        assert answers(index) == expected(tmp_path)

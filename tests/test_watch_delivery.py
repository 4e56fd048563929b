"""When a watcher delivers, what git has to do with it, and that nothing is missed."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watch_helpers import DEADLINE, Mirror, Recorder, Watch, Watched, sources, until, watching

from flux_index.indexer.watch import inbox, scope
from flux_index.indexer.watch.scope import git_lock
from flux_index.indexer.watch.watcher import BURST, Batch

NEVER = 3600.0


@pytest.fixture
def watch() -> Iterator[Watch]:
    yield from watching(polling=False)


@pytest.fixture(params=["native", "polling"])
def watch_anyhow(request: pytest.FixtureRequest) -> Iterator[Watch]:
    yield from watching(polling=request.param == "polling", poll_interval=0.05)


def test_changes_are_collected_until_it_is_quiet(watch: Watch, tmp_path: Path) -> None:
    watched = watch(tmp_path, quiet=NEVER, latest=NEVER)
    names = {f"module{number}.py" for number in range(30)}
    for name in names:
        watched.write(name)
    [batch] = watched.flush().batches
    assert {os.path.basename(path) for path in batch.paths} == names


def test_a_batch_is_delivered_without_being_asked_for(watch_anyhow: Watch, tmp_path: Path) -> None:
    watched = watch_anyhow(tmp_path)
    watched.write("shop.py")
    watched.seen.wait(lambda: watched.seen.paths == {"shop.py"})


def test_a_batch_does_not_wait_for_quiet_forever(watch: Watch, tmp_path: Path) -> None:
    watched = watch(tmp_path, quiet=NEVER, latest=0.05)
    watched.write("shop.py")
    watched.seen.wait(lambda: watched.seen.paths == {"shop.py"})


def test_a_burst_asks_for_a_sweep(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "LONGEST_WAIT", NEVER)
    watched = watch(tmp_path, quiet=NEVER, latest=NEVER)
    for number in range(BURST + 1):
        watched.write(f"module{number}.py")
    [batch] = watched.flush().batches
    assert batch.reason == "more than 1,000 files changed at once"
    assert len(batch.paths) == BURST


def test_batches_come_one_at_a_time_from_one_thread(watch: Watch, tmp_path: Path) -> None:
    inside = threading.Semaphore(1)
    threads: set[int] = set()
    overlaps: list[Batch] = []

    def receive(batch: Batch) -> None:
        if not inside.acquire(blocking=False):
            overlaps.append(batch)
            return
        threads.add(threading.get_ident())
        inside.release()

    watched = watch(tmp_path, receive, quiet=0.0, latest=0.0)

    def work(name: str) -> None:
        for _ in range(20):
            watched.write(name)
            watched.flush()

    workers = [threading.Thread(target=work, args=(f"w{n}.py",)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert overlaps == []
    assert len(threads) == 1
    assert watched.watcher.state.batches > 0


def test_a_receiver_that_fails_gets_the_next_batch(
    watch: Watch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seen = Recorder(tmp_path)

    def receive(batch: Batch) -> None:
        seen(batch)
        if len(seen.batches) == 1:
            raise ValueError("cannot digest this")

    watched = watch(tmp_path, receive)
    watched.write("first.py")
    watched.flush()
    watched.write("second.py")
    watched.flush()
    assert seen.paths == {"first.py", "second.py"}
    assert "cannot digest this" in caplog.text


def git(root: Path, *words: str) -> None:
    name = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", *name, *words], cwd=root, check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_checkout_of_thousands_of_files_is_one_batch(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "LONGEST_WAIT", NEVER)
    git(tmp_path, "init", "-q", "-b", "main")
    for branch in ("main", "other"):
        git(tmp_path, "checkout", "-q", "-B", branch)
        for number in range(2_000):
            folder = tmp_path / f"{branch}{number % 40}"
            folder.mkdir(exist_ok=True)
            (folder / f"module{number}.py").write_text(f"{branch} = {number}\n")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-q", "-m", branch)
    watched = watch(tmp_path)
    git(tmp_path, "checkout", "-q", "main")
    watched.seen.wait(lambda: watched.seen.batches)
    [batch] = watched.flush().batches
    assert batch.rescan
    assert watched.watcher.state.overflows == 0


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """The index lock of a repository, held."""
    (tmp_path / ".git").mkdir()
    lock = tmp_path / ".git" / "index.lock"
    lock.write_text("")
    return lock


def test_a_batch_waits_while_git_holds_its_lock(
    watch: Watch, tmp_path: Path, locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "LONGEST_WAIT", NEVER)
    monkeypatch.setattr(scope, "_YOUNG_LOCK", NEVER)
    arrived: set[str] = set()

    def accept(path: str) -> bool:
        arrived.add(os.path.basename(path))
        return True

    watched = watch(tmp_path, quiet=0.0, latest=0.0, accept=accept)
    for name in ("a.py", "b.py", "c.py"):
        watched.write(name)
        until(lambda name=name: name in arrived)
    locked.unlink()
    watched.seen.wait(lambda: watched.seen.batches)
    assert watched.seen.batches[0].paths >= {str(tmp_path / "a.py"), str(tmp_path / "b.py")}


def test_a_lock_that_git_left_behind_delays_nothing(
    watch: Watch, tmp_path: Path, locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "LONGEST_WAIT", NEVER)
    os.utime(locked, (1, 1))
    watched = watch(tmp_path)
    watched.write("shop.py")
    watched.seen.wait(lambda: watched.seen.paths == {"shop.py"})


def test_flushing_does_not_wait_for_git(
    watch: Watch, tmp_path: Path, locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "LONGEST_WAIT", NEVER)
    monkeypatch.setattr(scope, "_YOUNG_LOCK", NEVER)
    watched = watch(tmp_path)
    watched.write("shop.py")
    assert watched.flush().paths == {"shop.py"}
    assert locked.exists()


def test_the_lock_of_a_linked_worktree_is_found(tmp_path: Path) -> None:
    worktree, shared = tmp_path / "feature", tmp_path / "main" / ".git" / "worktrees" / "feature"
    shared.mkdir(parents=True)
    (worktree / "src").mkdir(parents=True)
    (worktree / ".git").write_text(f"gitdir: {shared}\n")
    assert git_lock(str(worktree / "src")) == str(shared / "index.lock")
    assert git_lock(str(tmp_path / "main")) == str(tmp_path / "main" / ".git" / "index.lock")


# Flushing, starting and stopping.


def test_a_flush_returns_after_the_receiver_did(watch: Watch, tmp_path: Path) -> None:
    entered, leave, left = threading.Event(), threading.Event(), threading.Event()

    def receive(_: Batch) -> None:
        entered.set()
        assert leave.wait(DEADLINE)
        left.set()

    watched = watch(tmp_path, receive)
    watched.write("shop.py")
    assert entered.wait(DEADLINE)
    assert not watched.watcher.flush(0.01)
    leave.set()
    assert watched.watcher.flush(DEADLINE)
    assert left.is_set()


def test_a_flush_from_a_receiver_is_refused(watch: Watch, tmp_path: Path) -> None:
    answers: list[bool] = []
    watched: list[Watched] = []

    def receive(_: Batch) -> None:
        answers.append(watched[0].watcher.flush(DEADLINE))

    watched.append(watch(tmp_path, receive))
    watched[0].write("shop.py")
    watched[0].flush()
    assert answers == [False] * len(answers)
    assert answers


def watch_threads() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if "watch" in f"{t.name} {type(t).__module__}"]


def test_stopping_ends_everything(watch_anyhow: Watch, tmp_path: Path) -> None:
    watched = watch_anyhow(tmp_path)
    assert watched.watcher.state.mode != "stopped"
    watched.watcher.stop()
    watched.watcher.stop()
    assert watched.watcher.state.mode == "stopped"
    until(lambda: watch_threads() == [])
    watched.write("shop.py")
    assert not watched.watcher.flush(DEADLINE)
    assert watched.seen.batches == []


def test_a_receiver_may_stop_its_watcher(watch: Watch, tmp_path: Path) -> None:
    watched: list[Watched] = []
    watched.append(watch(tmp_path, lambda _: watched[0].watcher.stop()))
    watched[0].write("shop.py")
    until(lambda: watched[0].watcher.state.mode == "stopped")
    until(lambda: watch_threads() == [])
    assert not watched[0].watcher.flush(DEADLINE)


def test_a_watcher_starts_once(watch: Watch, tmp_path: Path) -> None:
    watched = watch(tmp_path)
    with pytest.raises(RuntimeError, match="starts once"):
        watched.watcher.start()
    watched.watcher.stop()
    with pytest.raises(RuntimeError, match="starts once"):
        watched.watcher.start()


def test_the_state_counts(watch: Watch, tmp_path: Path) -> None:
    watched = watch(tmp_path, quiet=NEVER, latest=NEVER)
    before = watched.watcher.state
    assert (before.mode, before.events, before.batches) == ("native", 0, 0)
    watched.write("shop.py")
    watched.flush()
    after = watched.watcher.state
    assert after.events > 0
    assert (after.batches, after.overflows) == (1, 0)
    assert after.last_event is not None


def test_a_root_that_is_a_link_keeps_its_name(watch_anyhow: Watch, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    watched = watch_anyhow(tmp_path / "link")
    watched.write("pkg/shop.py")
    assert watched.flush().paths == {"pkg/shop.py"}


@pytest.mark.parametrize("seed", range(4))
def test_following_batches_keeps_a_true_copy(
    watch_anyhow: Watch, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    mirror = Mirror(tmp_path)
    watched = watch_anyhow(tmp_path, mirror)
    # Every text has another size, as polling cannot see all changes within a tick of the clock.
    texts = (f"n = {'1' * size}\n" for size in itertools.count())
    for _ in range(25):
        for _ in range(chance.randint(1, 12)):
            change_something(chance, tmp_path, next(texts))
        watched.flush()
        assert mirror.texts == sources(tmp_path)


def change_something(chance: random.Random, root: Path, text: str) -> None:
    """Does one random thing to the tree; some are impossible and do nothing."""
    entries = sorted(root.rglob("*"))
    folders = [root, *(path for path in entries if path.is_dir())]
    files = [path for path in entries if path.is_file()] or [root / "none"]
    folder, other, file = chance.choice(folders), chance.choice(folders), chance.choice(files)
    source = folder / f"{chance.choice('abcd')}.py"
    name = chance.choice(("p", "q", "r", "p/q/r", "node_modules/p"))

    def save_atomically() -> object:
        return Path(shutil.copy(file, folder / "new.tmp")).replace(source)

    def recreate() -> object:
        shutil.rmtree(other)
        other.mkdir(parents=True)
        return (other / "a.py").write_text(text)

    def copy_tree() -> object:
        inside = other in (folder, *folder.parents)
        return None if inside or len(folders) > 30 else shutil.copytree(other, folder / name)

    actions: list[Callable[[], object]] = [
        lambda: source.write_text(text),
        lambda: file.write_text(text),
        lambda: (folder / name).mkdir(parents=True, exist_ok=True),
        file.unlink,
        lambda: file.rename(source),
        lambda: other.rename(folder / name) if other != root else None,
        lambda: shutil.rmtree(other) if other != root else None,
        lambda: recreate() if other != root else None,
        save_atomically,
        copy_tree,
    ]
    weights = [6, 4, 4, 3, 2, 2, 1, 1, 3, 1]
    try:
        chance.choices(actions, weights)[0]()
    except (OSError, shutil.Error):
        pass

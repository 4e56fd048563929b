"""What a watcher delivers for what people, editors and git do to files."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flux_index.indexer import watch_inbox, watch_scope
from flux_index.indexer.watch import BURST, Batch
from flux_index.indexer.watch_scope import git_lock
from watch_helpers import DEADLINE, Mirror, Recorder, Watch, Watched, sources, until, watching

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="speaks of inotify")

NEVER = 3600.0


@pytest.fixture
def watch() -> Iterator[Watch]:
    yield from watching(polling=False)


@pytest.fixture(params=["native", "polling"])
def watch_anyhow(request: pytest.FixtureRequest) -> Iterator[Watch]:
    yield from watching(polling=request.param == "polling", poll_interval=0.05)


# What happens to single files.


def test_a_created_file_is_delivered(watch_anyhow: Watch, tmp_path: Path) -> None:
    watched = watch_anyhow(tmp_path)
    watched.write("shop.py")
    seen = watched.flush()
    assert seen.paths == {"shop.py"}
    assert seen.reasons == []


def test_paths_are_absolute(watch_anyhow: Watch, tmp_path: Path) -> None:
    watched = watch_anyhow(tmp_path)
    file = watched.write("shop.pyi")
    assert watched.flush().batches[0].paths == {str(file)}


def test_a_modified_file_is_delivered(watch_anyhow: Watch, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("")
    watched = watch_anyhow(tmp_path)
    watched.write("shop.py", "open = True\n")
    assert watched.flush().paths == {"shop.py"}


def test_a_deleted_file_is_delivered(watch_anyhow: Watch, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("")
    watched = watch_anyhow(tmp_path)
    (tmp_path / "shop.py").unlink()
    assert watched.flush().paths == {"shop.py"}


def test_both_ends_of_a_move_are_delivered(watch_anyhow: Watch, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("")
    (tmp_path / "sales").mkdir()
    watched = watch_anyhow(tmp_path)
    (tmp_path / "shop.py").rename(tmp_path / "sales" / "store.py")
    seen = watched.flush()
    assert seen.paths == {"shop.py", "sales/store.py"}
    assert seen.reasons == []


def test_a_move_across_the_border_is_delivered(watch_anyhow: Watch, tmp_path: Path) -> None:
    root = tmp_path / "work"
    root.mkdir()
    (root / "leaves.py").write_text("")
    (tmp_path / "comes.py").write_text("")
    watched = watch_anyhow(root)
    (root / "leaves.py").rename(tmp_path / "left.py")
    (tmp_path / "comes.py").rename(root / "came.py")
    assert watched.flush().paths == {"leaves.py", "came.py"}


def test_an_atomic_save_is_a_change_of_its_target(watch_anyhow: Watch, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("old = 1\n")
    watched = watch_anyhow(tmp_path)
    watched.write("shop.py.tmp", "new = 1\n").replace(tmp_path / "shop.py")
    seen = watched.flush()
    assert seen.paths == {"shop.py"}
    assert seen.reasons == []


def test_permissions_are_a_change(watch_anyhow: Watch, tmp_path: Path) -> None:
    file = tmp_path / "shop.py"
    file.write_text("")
    watched = watch_anyhow(tmp_path)
    file.chmod(0o600)
    assert watched.flush().paths == {"shop.py"}


def test_a_link_is_delivered_under_its_own_name(watch_anyhow: Watch, tmp_path: Path) -> None:
    root = tmp_path / "work"
    root.mkdir()
    target = tmp_path / "elsewhere.py"
    target.write_text("")
    watched = watch_anyhow(root)
    (root / "link.py").symlink_to(target)
    assert watched.flush().paths == {"link.py"}


@linux_only
def test_a_name_that_is_no_text_is_delivered(watch_anyhow: Watch, tmp_path: Path) -> None:
    watched = watch_anyhow(tmp_path)
    name = os.fsencode(tmp_path) + b"/caf\xe9.py"
    Path(os.fsdecode(name)).write_text("")
    assert watched.flush().batches[0].paths == {os.fsdecode(name)}


# What must not wake anybody.


def test_reading_is_no_event(watch_anyhow: Watch, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "till.py").write_text("x = 1\n")
    watched = watch_anyhow(tmp_path)
    assert sources(tmp_path)
    with open(tmp_path / "shop" / "till.py", "rb") as file:
        os.fstat(file.fileno())
    assert watched.flush().batches == []
    assert watched.watcher.state.events == 0
    assert watched.watcher.state.last_event is None


def test_temporary_files_of_editors_are_no_events(watch_anyhow: Watch, tmp_path: Path) -> None:
    watched = watch_anyhow(tmp_path)
    for name in ("4913", ".shop.py.swp", ".shop.py.swx", "shop.py~", "#shop.py#", "shop.py.orig"):
        watched.write(name)
    for name in ("shop.py___jb_tmp___", "._shop.py", "shop.pyc", "notes.txt"):
        watched.write(name).unlink()
    (tmp_path / ".#shop.py").symlink_to("user@host.1:2")
    assert watched.flush().batches == []
    assert watched.watcher.state.events == 0


def test_the_backup_dance_of_vim_is_one_changed_file(watch: Watch, tmp_path: Path) -> None:
    file = tmp_path / "shop.py"
    file.write_text("old = 1\n")
    watched = watch(tmp_path, quiet=NEVER, latest=NEVER)
    watched.write("4913").unlink()
    file.rename(tmp_path / "shop.py~")
    file.write_text("new = 1\n")
    (tmp_path / "shop.py~").unlink()
    [batch] = watched.flush().batches
    assert batch.paths == {str(file)}


@pytest.mark.parametrize("folder", [".git", "node_modules", "pkg/__pycache__", ".flux-index"])
def test_folders_that_never_matter_are_not_watched(
    watch_anyhow: Watch, tmp_path: Path, folder: str
) -> None:
    (tmp_path / folder / "before").mkdir(parents=True)
    watched = watch_anyhow(tmp_path)
    watched.write(f"{folder}/before/a.py")
    watched.write(f"{folder}/after/b.py")
    shutil.rmtree(tmp_path / folder)
    watched.write(f"{folder}/again/c.py")
    assert watched.flush().paths == set()
    assert watched.watcher.state.events == 0


@linux_only
def test_only_folders_that_matter_take_a_watch(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "shop" / "till").mkdir(parents=True)
    for number in range(20):
        (tmp_path / "node_modules" / f"package{number}").mkdir(parents=True)
    assert watch(tmp_path).watcher.state.detail == "inotify on 3 folders"


def test_an_environment_of_any_name_is_not_watched(watch_anyhow: Watch, tmp_path: Path) -> None:
    (tmp_path / "env" / "lib").mkdir(parents=True)
    (tmp_path / "env" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    watched = watch_anyhow(tmp_path)
    watched.write("env/lib/module.py")
    assert watched.flush().paths == set()


def test_the_state_folder_is_not_watched(watch_anyhow: Watch, tmp_path: Path) -> None:
    state = tmp_path / "cache" / "index"
    state.mkdir(parents=True)
    watched = watch_anyhow(tmp_path, state_dir=str(state))
    watched.write("cache/index/leftover.py")
    watched.write("cache/other.py")
    assert watched.flush().paths == {"cache/other.py"}


def test_flushing_leaves_no_trace_in_the_workspace(watch_anyhow: Watch, tmp_path: Path) -> None:
    watched = watch_anyhow(tmp_path)
    before = tmp_path.stat().st_mtime_ns
    assert watched.flush().batches == []
    assert tmp_path.stat().st_mtime_ns == before
    assert list(tmp_path.iterdir()) == []


def test_links_to_folders_are_not_followed(watch_anyhow: Watch, tmp_path: Path) -> None:
    root, outside = tmp_path / "work", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "loop").symlink_to(root)
    (root / "out").symlink_to(outside)
    watched = watch_anyhow(root)
    (root / "later").symlink_to(outside)
    (outside / "a.py").write_text("")
    watched.write("b.py")
    assert watched.flush().paths == {"b.py"}


# What the owner decides.


def test_the_owner_filters_files(watch_anyhow: Watch, tmp_path: Path) -> None:
    watched = watch_anyhow(tmp_path, accept=lambda path: not path.endswith("_pb2.py"))
    watched.write("api_pb2.py")
    watched.write("api.py")
    assert watched.flush().paths == {"api.py"}


def test_the_owner_filters_folders(watch_anyhow: Watch, tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    watched = watch_anyhow(
        tmp_path, accept_folder=lambda path: os.path.basename(path) not in ("build", "dist")
    )
    watched.write("build/a.py")
    watched.write("dist/b.py")
    watched.write("shop/c.py")
    assert watched.flush().paths == {"shop/c.py"}


def test_a_filter_that_fails_lets_everything_through(
    watch_anyhow: Watch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(path: str) -> bool:
        raise ValueError(path)

    watched = watch_anyhow(tmp_path, accept=fail, accept_folder=fail)
    watched.write("shop/till.py")
    assert watched.flush().paths == {"shop/till.py"}
    assert "the filter of a watcher failed" in caplog.text


def test_folders_come_into_view_when_ignore_rules_change(
    watch_anyhow: Watch, tmp_path: Path
) -> None:
    ignored = {str(tmp_path / "generated")}
    (tmp_path / "generated" / "deep").mkdir(parents=True)
    seen = Recorder(tmp_path)

    def receive(batch: Batch) -> None:
        if batch.rescan:
            ignored.clear()
        seen(batch)

    watched = watch_anyhow(tmp_path, receive, accept_folder=lambda path: path not in ignored)
    watched.write("generated/deep/a.py")
    watched.write(".gitignore", "")
    watched.flush()
    assert ".gitignore" in seen.paths
    assert seen.reasons == [".gitignore changed"]
    seen.forget()
    watched.write("generated/deep/b.py")
    watched.flush()
    assert "generated/deep/b.py" in seen.paths


def test_folders_go_out_of_view_when_ignore_rules_change(
    watch_anyhow: Watch, tmp_path: Path
) -> None:
    ignored: set[str] = set()
    (tmp_path / "generated").mkdir()
    seen = Recorder(tmp_path)

    def receive(batch: Batch) -> None:
        if batch.rescan:
            ignored.add(str(tmp_path / "generated"))
        seen(batch)

    watched = watch_anyhow(tmp_path, receive, accept_folder=lambda path: path not in ignored)
    watched.write(".gitignore", "generated\n")
    watched.flush()
    # When polling, the folder's files are gone from view, which is reported once.
    watched.flush()
    seen.forget()
    watched.write("generated/a.py")
    watched.flush()
    assert seen.paths == set()


@pytest.mark.parametrize("name", ["pyproject.toml", "pkg/.gitignore", "setup.cfg", "setup.py"])
def test_configuration_asks_for_a_sweep(watch_anyhow: Watch, tmp_path: Path, name: str) -> None:
    (tmp_path / "pkg").mkdir()
    watched = watch_anyhow(tmp_path)
    watched.write(name, "")
    seen = watched.flush()
    assert name in seen.paths
    assert seen.reasons == [f"{os.path.basename(name)} changed"]


# What happens to folders.


def test_what_is_in_a_new_folder_is_found(watch_anyhow: Watch, tmp_path: Path) -> None:
    watched = watch_anyhow(tmp_path)
    watched.write("a/b/c/d/deep.py")
    watched.write("a/b/flat.py")
    assert watched.flush().paths == {"a/b/c/d/deep.py", "a/b/flat.py"}
    watched.seen.forget()
    watched.write("a/b/c/d/later.py")
    assert watched.flush().paths == {"a/b/c/d/later.py"}


def test_a_folder_moved_in_is_enumerated(watch_anyhow: Watch, tmp_path: Path) -> None:
    root, outside = tmp_path / "work", tmp_path / "outside"
    root.mkdir()
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "a.py").write_text("")
    watched = watch_anyhow(root)
    outside.rename(root / "pkg")
    assert watched.flush().paths == {"pkg/deep/a.py"}
    watched.seen.forget()
    watched.write("pkg/deep/b.py")
    assert watched.flush().paths == {"pkg/deep/b.py"}


def test_a_folder_moved_within_asks_for_a_sweep(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "old" / "deep").mkdir(parents=True)
    (tmp_path / "old" / "deep" / "a.py").write_text("")
    watched = watch(tmp_path)
    (tmp_path / "old").rename(tmp_path / "new")
    seen = watched.flush()
    assert seen.reasons == ["folder old was moved or renamed"]
    assert "new/deep/a.py" in seen.paths
    seen.forget()
    watched.write("new/deep/b.py")
    assert watched.flush().paths == {"new/deep/b.py"}


def test_a_folder_moved_away_asks_for_a_sweep(watch: Watch, tmp_path: Path) -> None:
    root = tmp_path / "work"
    (root / "pkg" / "deep").mkdir(parents=True)
    (root / "pkg" / "deep" / "a.py").write_text("")
    watched = watch(root)
    (root / "pkg").rename(tmp_path / "away")
    assert watched.flush().reasons == ["folder pkg was moved or renamed"]
    watched.seen.forget()
    (tmp_path / "away" / "deep" / "a.py").write_text("y = 1\n")
    assert watched.flush().batches == []


def test_polling_names_the_files_of_moved_folders(tmp_path: Path, watch_anyhow: Watch) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a.py").write_text("")
    watched = watch_anyhow(tmp_path)
    (tmp_path / "old").rename(tmp_path / "new")
    seen = watched.flush()
    assert seen.reasons or seen.paths == {"old/a.py", "new/a.py"}


def test_the_files_of_a_deleted_folder_are_delivered(watch_anyhow: Watch, tmp_path: Path) -> None:
    for name in ("pkg/a.py", "pkg/deep/b.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    watched = watch_anyhow(tmp_path)
    shutil.rmtree(tmp_path / "pkg")
    assert watched.flush().paths == {"pkg/a.py", "pkg/deep/b.py"}


def test_a_folder_that_took_the_place_of_another_is_watched(
    watch_anyhow: Watch, tmp_path: Path
) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "next").mkdir()
    watched = watch_anyhow(tmp_path)
    (tmp_path / "pkg").rmdir()
    (tmp_path / "pkg").mkdir()
    watched.write("pkg/a.py")
    assert "pkg/a.py" in watched.flush().paths
    (tmp_path / "pkg" / "a.py").unlink()
    (tmp_path / "next").rename(tmp_path / "pkg")
    watched.flush().forget()
    watched.write("pkg/b.py")
    assert watched.flush().paths == {"pkg/b.py"}


# When batches are delivered.


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


def test_a_burst_asks_for_a_sweep(watch: Watch, tmp_path: Path) -> None:
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
    monkeypatch.setattr(watch_inbox, "LONGEST_WAIT", NEVER)
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
    monkeypatch.setattr(watch_inbox, "LONGEST_WAIT", NEVER)
    monkeypatch.setattr(watch_scope, "_YOUNG_LOCK", NEVER)
    watched = watch(tmp_path, quiet=0.0, latest=0.0)
    for n_written, name in enumerate(("a.py", "b.py", "c.py")):
        until(lambda least=n_written: watched.watcher.state.events >= least)
        watched.write(name)
    locked.unlink()
    watched.seen.wait(lambda: watched.seen.batches)
    assert watched.flush().batches[0].paths >= {str(tmp_path / "a.py"), str(tmp_path / "b.py")}


def test_a_lock_that_git_left_behind_delays_nothing(
    watch: Watch, tmp_path: Path, locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_inbox, "LONGEST_WAIT", NEVER)
    os.utime(locked, (1, 1))
    watched = watch(tmp_path)
    watched.write("shop.py")
    watched.seen.wait(lambda: watched.seen.paths == {"shop.py"})


def test_flushing_does_not_wait_for_git(
    watch: Watch, tmp_path: Path, locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_inbox, "LONGEST_WAIT", NEVER)
    monkeypatch.setattr(watch_scope, "_YOUNG_LOCK", NEVER)
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
    assert watch_threads() == []
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
    watched = watch(tmp_path)
    before = watched.watcher.state
    assert (before.mode, before.events, before.batches) == ("native", 0, 0)
    watched.write("shop.py")
    watched.flush()
    after = watched.watcher.state
    assert after.events > 0
    assert after.batches == len(watched.seen.batches)
    assert after.overflows == 0
    assert after.last_event is not None


def test_a_root_that_is_a_link_keeps_its_name(watch_anyhow: Watch, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    watched = watch_anyhow(tmp_path / "link")
    watched.write("pkg/shop.py")
    assert watched.flush().paths == {"pkg/shop.py"}


# The law: after a flush, whoever follows the batches knows what is on disk.


@pytest.mark.parametrize("seed", range(4))
def test_following_batches_keeps_a_true_copy(
    watch_anyhow: Watch, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    mirror = Mirror(tmp_path)
    watched = watch_anyhow(tmp_path, mirror)
    for number in range(25):
        for _ in range(chance.randint(1, 12)):
            change_something(chance, tmp_path, f"n = {number}\n")
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
        lambda: file.write_text(text * 2),
        lambda: (folder / name).mkdir(parents=True, exist_ok=True),
        lambda: file.unlink(),
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

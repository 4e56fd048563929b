"""What a watcher does when events cannot be had, or were lost, or its folder goes away.

Limits cannot be reached safely, so they are injected where watchdog calls the system.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watch_helpers import DEADLINE, Recorder, Watch, until, watching

from flux_index.indexer.watch import inbox as inbox_module
from flux_index.indexer.watch import watcher as watch_module
from flux_index.indexer.watch.inbox import Inbox
from flux_index.indexer.watch.scope import Scope, network_mount

if sys.platform != "linux":
    pytest.skip("inotify is Linux's", allow_module_level=True)

from watchdog.observers import inotify_c

from flux_index.indexer.watch.inotify import InotifyTree
from flux_index.indexer.watch.observer import ObservedTree

MAX_QUEUED = Path("/proc/sys/fs/inotify/max_queued_events")


@pytest.fixture
def watch() -> Iterator[Watch]:
    yield from watching(polling=False, poll_interval=0.02)


def n_instances() -> int:
    """How many inotify instances this process has open."""
    n_found = 0
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            n_found += "inotify" in os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            continue
    return n_found


Refuse = Callable[[bytes], int]


@pytest.fixture
def refuse_watches(monkeypatch: pytest.MonkeyPatch) -> Callable[[Refuse], None]:
    """Makes the system refuse watches with the error number that a function of the path gives."""
    original = inotify_c.inotify_add_watch

    def install(refuse: Refuse) -> None:
        def add_watch(descriptor: int, path: bytes, mask: int) -> int:
            if number := refuse(path):
                ctypes.set_errno(number)
                return -1
            return original(descriptor, path, mask)

        monkeypatch.setattr(inotify_c, "inotify_add_watch", add_watch)

    return install


def test_the_watch_limit_makes_it_sweep(
    watch: Watch, tmp_path: Path, refuse_watches: Callable[[Refuse], None]
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    before = n_instances()
    left = iter([0, 0])
    refuse_watches(lambda _: next(left, errno.ENOSPC))
    watched = watch(tmp_path)
    state = watched.watcher.state
    assert state.mode == "sweeping"
    assert state.detail == (
        "inotify watch limit reached after 2 directories (fs.inotify.max_user_watches); "
        "sweeping every 0.04 s instead"
    )
    assert n_instances() == before
    watched.seen.wait(lambda: len(watched.seen.reasons) >= 3)
    assert watched.flush().reasons[-1]


def test_the_watch_limit_reached_later_makes_it_sweep(
    watch: Watch, tmp_path: Path, refuse_watches: Callable[[Refuse], None]
) -> None:
    before = n_instances()
    refuse_watches(lambda path: errno.ENOSPC if path.endswith(b"straw") else 0)
    watched = watch(tmp_path)
    assert watched.watcher.state.mode == "native"
    watched.write("straw/camel.py")
    assert "watch limit" in watched.flush().reasons[0]
    assert watched.watcher.state.mode == "sweeping"
    assert n_instances() == before


def test_the_watch_limit_reached_by_new_ignore_rules_makes_it_sweep(
    watch: Watch, tmp_path: Path, refuse_watches: Callable[[Refuse], None]
) -> None:
    (tmp_path / "straw").mkdir()
    refuse_watches(lambda path: errno.ENOSPC if path.endswith(b"straw") else 0)
    refused = [str(tmp_path / "straw")]
    seen = Recorder(tmp_path)

    def receive(batch: watch_module.Batch) -> None:
        refused.clear()
        seen(batch)

    watched = watch(tmp_path, receive, accept_folder=lambda path: path not in refused)
    assert watched.watcher.state.mode == "native"
    watched.write(".gitignore", "")
    seen.wait(lambda: any("watch limit" in reason for reason in seen.reasons))
    until(lambda: watched.watcher.state.mode == "sweeping")


def test_the_instance_limit_makes_it_sweep(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_instance() -> int:
        ctypes.set_errno(errno.EMFILE)
        return -1

    monkeypatch.setattr(inotify_c, "inotify_init", no_instance)
    watched = watch(tmp_path)
    assert watched.watcher.state.mode == "sweeping"
    assert "fs.inotify.max_user_instances" in watched.watcher.state.detail
    watched.seen.wait(lambda: watched.seen.reasons)


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOENT, errno.EIO])
def test_a_folder_that_cannot_be_watched_spoils_no_other(
    watch: Watch, tmp_path: Path, refuse_watches: Callable[[Refuse], None], number: int
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "open").mkdir()
    refuse_watches(lambda path: number if path.endswith(b"closed") else 0)
    watched = watch(tmp_path)
    watched.write("open/a.py")
    watched.write("closed/b.py")
    assert watched.flush().paths == {"open/a.py"}
    assert watched.watcher.state.detail == "inotify on 2 folders"


def test_a_folder_that_becomes_readable_is_watched(
    watch: Watch, tmp_path: Path, refuse_watches: Callable[[Refuse], None]
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "a.py").write_text("")
    verdict = [errno.EACCES]
    refuse_watches(lambda path: verdict[0] if path.endswith(b"closed") else 0)
    watched = watch(tmp_path)
    verdict[0] = 0
    (tmp_path / "closed").chmod(0o700)
    assert watched.flush().paths == {"closed/a.py"}


def test_a_root_that_cannot_be_watched_is_swept(
    watch: Watch, tmp_path: Path, refuse_watches: Callable[[Refuse], None]
) -> None:
    refuse_watches(lambda _: errno.EACCES)
    watched = watch(tmp_path)
    assert "not a readable folder" in watched.watcher.state.detail
    watched.seen.wait(lambda: watched.seen.reasons)


def test_lost_events_ask_for_a_sweep_and_cost_no_folder(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = threading.Event()
    original = inotify_c.InotifyFD.read_events
    overflow = inotify_c.InotifyEvent(-1, inotify_c.InotifyConstants.IN_Q_OVERFLOW, 0, b"")

    def read_events(fd: inotify_c.InotifyFD) -> list[inotify_c.InotifyEvent]:
        events = original(fd)
        if events and not lost.is_set():
            lost.set()
            return [overflow]
        return events

    monkeypatch.setattr(inotify_c.InotifyFD, "read_events", read_events)
    watched = watch(tmp_path)
    (tmp_path / "unseen").mkdir()
    assert lost.wait(DEADLINE)
    assert watched.flush().reasons == ["the kernel's event queue overflowed"]
    state = watched.watcher.state
    assert (state.mode, state.overflows) == ("native", 1)
    watched.seen.forget()
    watched.write("unseen/a.py")
    assert watched.flush().paths == {"unseen/a.py"}


@pytest.mark.skipif(int(MAX_QUEUED.read_text()) > 50_000, reason="the event queue is too long")
def test_a_queue_that_really_overflows_asks_for_a_sweep(watch: Watch, tmp_path: Path) -> None:
    drowned = threading.Event()

    def stall(_: str) -> bool:
        return drowned.wait(DEADLINE)

    watched = watch(tmp_path, accept=stall)
    with open(tmp_path / "a.py", "wb", 0) as one, open(tmp_path / "b.py", "wb", 0) as other:
        for _ in range(int(MAX_QUEUED.read_text())):
            # In turns, as the kernel merges an event with an equal one before it.
            one.write(b"\n")
            other.write(b"\n")
    drowned.set()
    assert "the kernel's event queue overflowed" in watched.flush().reasons
    assert watched.watcher.state.overflows == 1
    watched.seen.forget()
    watched.write("c.py")
    assert watched.flush().paths == {"c.py"}


def test_an_event_that_cannot_be_handled_is_made_up_for(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    original = Inbox.offer

    def offer(inbox: Inbox, folder: str, name: str) -> None:
        if name == "cursed.py":
            raise ValueError("not this one")
        original(inbox, folder, name)

    monkeypatch.setattr(Inbox, "offer", offer)
    watched = watch(tmp_path)
    watched.write("cursed.py")
    assert "an event could not be understood" in watched.flush().reasons
    assert "not this one" in caplog.text
    watched.write("fine.py")
    assert "fine.py" in watched.flush().paths


def test_a_process_out_of_descriptors_sweeps(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("straw"):
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), path)
        return original(path)

    watched = watch(tmp_path)
    monkeypatch.setattr(os, "scandir", scandir)
    (tmp_path / "straw").mkdir()
    assert "limit reached" in watched.flush().reasons[0]
    assert watched.watcher.state.mode == "sweeping"


def test_a_watcher_with_a_fault_of_its_own_sweeps(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refresh(_: InotifyTree) -> None:
        raise ValueError("a fault")

    monkeypatch.setattr(InotifyTree, "refresh", refresh)
    watched = watch(tmp_path)
    watched.write(".gitignore", "")
    watched.seen.wait(lambda: len(watched.seen.reasons) >= 3)
    assert watched.watcher.state.mode == "sweeping"
    assert "a fault" in caplog.text


# The workspace's own folder.


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace two folders below what a test may rename."""
    root = tmp_path / "above" / "work"
    root.mkdir(parents=True)
    (root / "shop.py").write_text("")
    return root


def remove(root: Path) -> None:
    shutil.rmtree(root)


def rename(root: Path) -> None:
    root.rename(root.with_name("renamed"))


def rename_above(root: Path) -> None:
    root.parent.rename(root.parent.with_name("renamed"))


@pytest.mark.parametrize("polling", [False, True], ids=["native", "polling"])
@pytest.mark.parametrize("vanish", [remove, rename, rename_above])
def test_a_root_that_vanishes_is_waited_for(
    watch: Watch, home: Path, vanish: Callable[[Path], None], polling: bool
) -> None:
    watched = watch(home, polling=polling)
    mode = watched.watcher.state.mode
    vanish(home)
    until(lambda: "is gone" in watched.watcher.state.detail)
    watched.flush()
    assert watched.seen.reasons
    watched.seen.forget()
    home.mkdir(parents=True)
    watched.write("back.py")
    until(lambda: watched.watcher.state.mode == mode)
    assert watched.flush().reasons
    watched.seen.forget()
    watched.write("again.py")
    assert "again.py" in watched.flush().paths


def test_a_root_that_is_replaced_at_once_is_watched(watch: Watch, home: Path) -> None:
    watched = watch(home)
    shutil.rmtree(home)
    home.mkdir()
    watched.seen.wait(lambda: watched.seen.reasons)
    until(lambda: watched.watcher.state.mode == "native")
    watched.flush().forget()
    watched.write("again.py")
    assert "again.py" in watched.flush().paths


def test_a_root_that_is_not_there_yet_is_waited_for(watch: Watch, tmp_path: Path) -> None:
    watched = watch(tmp_path / "later")
    assert "is gone" in watched.watcher.state.detail
    watched.write("shop.py")
    watched.seen.wait(lambda: watched.seen.reasons)
    assert watched.watcher.state.mode == "native"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_reader_thread_that_ends_is_replaced(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()
    original = inotify_c.InotifyFD.handle_event

    def handle_event(fd: inotify_c.InotifyFD, event: inotify_c.InotifyEvent) -> None:
        if not ended.is_set():
            ended.set()
            raise SystemExit
        original(fd, event)

    monkeypatch.setattr(inotify_c.InotifyFD, "handle_event", handle_event)
    watched = watch(tmp_path)
    watched.write("shop.py")
    watched.seen.wait(lambda: watched.seen.reasons)
    watched.seen.forget()
    watched.write("again.py")
    assert "again.py" in watched.flush().paths


# Where the system's notifications are not the ones of Linux, or not to be trusted.

MOUNTS = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 27 0:40 / /home rw,relatime shared:2 - nfs4 server:/export rw
41 40 0:41 / /home/ada/local rw - xfs /dev/vdb rw
42 27 0:42 / /mnt/my\\040share rw - cifs //server/share rw
43 27 0:43 / /srv rw - ext4 /dev/vdc rw
44 43 0:44 / /srv rw - fuse.sshfs ada@server: rw
45 27 0:45 / /opt/code/vendor rw - 9p vendor rw
"""


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        ("/work", None),
        ("/home/ada/shop", ("/home", "nfs4")),
        ("/homework", None),
        ("/home/ada/local/shop", None),
        ("/mnt/my share/shop", ("/mnt/my share", "cifs")),
        ("/srv/shop", ("/srv", "fuse.sshfs")),
        ("/opt/code", ("/opt/code/vendor", "9p")),
        ("/opt/codex", None),
    ],
)
def test_network_file_systems_are_known(
    tmp_path: Path, root: str, expected: tuple[str, str] | None
) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(MOUNTS)
    assert network_mount(root, str(table)) == expected


def test_without_a_mount_table_nothing_is_a_network(tmp_path: Path) -> None:
    assert network_mount("/home", str(tmp_path / "none")) is None


def test_a_network_file_system_is_polled(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "network_mount", lambda _: ("/home", "nfs4"))
    watched = watch(tmp_path, polling=None)
    state = watched.watcher.state
    assert state.mode == "polling"
    assert state.detail == "nfs4 at /home does not tell what others change; polling every 0.02 s"
    watched.write("shop.py")
    watched.seen.wait(lambda: watched.seen.paths == {"shop.py"})


def test_native_watching_can_be_insisted_on(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "network_mount", lambda _: ("/home", "nfs4"))
    assert watch(tmp_path).watcher.state.mode == "native"


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Watches as on other systems: recursively, through watchdog's own observer."""

    def backend(scope: Scope, inbox: Inbox, state_dir: str | None) -> ObservedTree:
        return ObservedTree(scope, inbox, None, state_dir)

    monkeypatch.setattr(watch_module, "_native_backend", backend)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("state_dir", [".flux-index", None])
def test_a_recursive_observer_is_filtered(
    watch: Watch, tmp_path: Path, state_dir: str | None
) -> None:
    for folder in (".flux-index", "node_modules/deep", "pkg"):
        (tmp_path / folder).mkdir(parents=True)
    watched = watch(tmp_path, state_dir=state_dir and str(tmp_path / state_dir))
    assert watched.watcher.state.mode == "native"
    watched.write("pkg/a.py").read_text()
    watched.write("node_modules/deep/b.py")
    watched.write(".flux-index/c.py")
    seen = watched.flush()
    assert seen.paths == {"pkg/a.py"}
    assert seen.reasons == []
    assert os.listdir(tmp_path / ".flux-index") == ["c.py"]


@pytest.mark.usefixtures("elsewhere")
def test_a_recursive_observer_asks_for_sweeps_where_it_cannot_know(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_module, "LONGEST_WAIT", 3600.0)
    (tmp_path / "old").mkdir()
    watched = watch(tmp_path, quiet=3600.0, latest=3600.0)
    (tmp_path / "old").rename(tmp_path / "new")
    assert watched.flush().reasons == ["folder old was moved"]
    watched.seen.forget()
    for number in range(inbox_module.MANY):
        watched.write(f"module{number}.py")
    assert watched.flush().reasons == ["many files changed at once, events may be lost"]


@pytest.mark.usefixtures("elsewhere")
def test_a_recursive_observer_sees_its_root_go_and_come_back(watch: Watch, home: Path) -> None:
    watched = watch(home)
    shutil.rmtree(home)
    until(lambda: "is gone" in watched.watcher.state.detail)
    home.mkdir()
    until(lambda: watched.watcher.state.mode == "native")
    watched.flush().forget()
    watched.write("again.py")
    assert "again.py" in watched.flush().paths

"""What a watcher delivers for what people, editors and git do to files."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from watch_helpers import Recorder, Watch, sources, watching
from workspace_helpers import plant

from flux_index.indexer.watch.scope import CONFIG_NAMES
from flux_index.indexer.watch.watcher import Batch
from flux_index.indexer.workspace import Workspace
from flux_index.indexer.workspace.discover import discover

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="speaks of inotify")

NEVER = 3600.0


@pytest.fixture
def watch() -> Iterator[Watch]:
    yield from watching(polling=False)


@pytest.fixture(params=["native", "polling"])
def watch_anyhow(request: pytest.FixtureRequest) -> Iterator[Watch]:
    yield from watching(polling=request.param == "polling", poll_interval=0.05)


def test_all_that_discovery_reads_is_watched(tmp_path: Path) -> None:
    plant(tmp_path, ".git/", {"pyproject.toml": "[tool.poetry]\n[tool.hatch]\n", "a.py": ""})
    workspace = Workspace.open(str(tmp_path))
    environment = workspace.environment()
    records = [*discover(str(tmp_path)).records, *environment.records]
    read = {
        question.removeprefix(f"{kind}{tmp_path}/")
        for question, _ in records
        for kind in "FK"
        if question.startswith(f"{kind}{tmp_path}/")
    }
    assert {"flux-index.toml", "pyproject.toml", "requirements.txt"} <= read
    files = {name for name in read if "." in name.lstrip(".") and "/" not in name}
    assert files - CONFIG_NAMES == set()


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


def test_a_copy_that_passes_for_the_file_it_replaced_is_delivered(
    watch_anyhow: Watch, tmp_path: Path
) -> None:
    file = tmp_path / "shop.py"
    file.write_text("a = 1\n")
    status = file.stat()
    watched = watch_anyhow(tmp_path)
    file.write_text("b = 2\n")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert watched.flush().paths == {"shop.py"}


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
    file.chmod(0o400)
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
    assert set(seen.reasons) == {".gitignore changed"}
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
    assert set(seen.reasons) == {f"{os.path.basename(name)} changed"}


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

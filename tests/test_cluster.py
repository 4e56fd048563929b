"""Extraction on other machines: the same index, whatever becomes of the workers."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from cluster_helpers import Lossy, failed, running_scheduler, workers
from workspace_helpers import plant, state_of

from flux_index.api import cli
from flux_index.indexer import cluster as cluster_module
from flux_index.indexer import digest_pool, index_file
from flux_index.indexer.cluster import connect
from flux_index.indexer.errors import FluxIndexError, OtherVersionError
from flux_index.indexer.index import Index
from flux_index.indexer.maintain import Progress

FILES = {
    f"pack/m{number}.py": f"class C{number}:\n    def go(self): return shared({number})\n" * 20
    for number in range(30)
}


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest_pool, "_CHUNK_FILES", 3)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return plant(tmp_path / "work", files={"pyproject.toml": "", **FILES})


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a scheduler in a process of its own."""
    with running_scheduler() as address:
        yield address


def kept(index: Index) -> dict[str, Any]:
    """All that an index and the cache keep of each file, without the numbers of rows."""
    index.facts_provider.save()
    state = state_of(Path(index.workspace.root))
    with sqlite3.connect(state / "index.db") as database:
        files = dict(database.execute("SELECT path, hash FROM file ORDER BY path").fetchall())
        symbols = database.execute(
            "SELECT path, name, container, kind, position, line, flags, words, summary "
            "FROM symbol JOIN file ON file.id = file ORDER BY path, position, name"
        ).fetchall()
        names = [name for (name,) in database.execute("SELECT text FROM name ORDER BY text")]
    database.close()
    reader = index.reader()
    assert reader is not None

    def posted(of_name: Callable[[str], Iterable[int]]) -> dict[str, list[str]]:
        return {name: sorted(reader.paths(of_name(name)).values()) for name in names}

    return {
        "facts": {path: index.facts_provider.blob(digest) for path, digest in files.items()},
        "symbols": symbols,
        "files of names": posted(reader.files_of_name),
        "files of bases": posted(reader.files_inheriting),
    }


def built(
    root: Path, cache: Path, executor: Any, progress: Callable[[Progress], None] | None = None
) -> dict[str, Any]:
    """What an index keeps that is made from nothing, over an executor."""
    index = Index.open(str(root), cache_dir=str(cache))
    index.clean()
    assert index.become_writer()
    try:
        report = index.build(progress, executor=executor)
        assert (report.files, report.extracted, report.errors) == (len(FILES), len(FILES), [])
        return kept(index)
    finally:
        index.close()


@pytest.mark.filterwarnings("default")
def test_workers_of_dask_make_the_same_index(root: Path, tmp_path: Path, scheduler: str) -> None:
    here = built(root, tmp_path / "here", None)
    assert len(here["facts"]) == len(FILES)
    assert None not in here["facts"].values()
    with workers(scheduler, 3):
        cluster = connect(scheduler.replace("tcp://", "dask://"))
        assert built(root, tmp_path / "there", cluster) == here
        cluster.shutdown()


@pytest.mark.filterwarnings("default")
def test_a_worker_that_is_killed_in_the_middle(root: Path, tmp_path: Path, scheduler: str) -> None:
    here = built(root, tmp_path / "here", None)
    with workers(scheduler, 2) as pids:
        cluster = connect(scheduler.replace("tcp://", "dask://"))
        left = dict(pids)

        def kill(progress: Progress) -> None:
            if 0 < progress.done < progress.total and len(left) == 2:
                os.kill(left.popitem()[1], signal.SIGKILL)

        assert built(root, tmp_path / "there", cluster, kill) == here
        assert len(left) == 1
        cluster.shutdown()


@pytest.mark.filterwarnings("default")
def test_the_command_line(root: Path, scheduler: str, capsys: pytest.CaptureFixture[str]) -> None:
    with workers(scheduler, 1):
        place = scheduler.replace("tcp://", "dask://")
        assert cli.main(["index", str(root), "--executor", place]) == 0
    assert "30 files" in capsys.readouterr().out
    assert cli.main(["index", str(root), "--executor", place, "--jobs", "2"]) == 2
    assert "--jobs is for this machine" in capsys.readouterr().err


def gone(number: int) -> Future[Any] | None:
    if number > 4:
        raise ConnectionError("the scheduler is gone")
    return None


WAYS: dict[str, Callable[[int], Future[Any] | None]] = {
    "a task is given up": lambda number: failed(ValueError("killed 3")) if number == 2 else None,
    "the scheduler is gone": gone,
    "nobody works any more": lambda number: Future() if number > 4 else None,
}


@pytest.mark.parametrize("lose", WAYS.values(), ids=WAYS)
def test_what_a_cluster_loses_is_done_here(
    root: Path,
    tmp_path: Path,
    lose: Callable[[int], Future[Any] | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(digest_pool, "_SILENT_SECONDS", 0.2)
    here = built(root, tmp_path / "here", None)
    cluster = Lossy(lose)
    assert built(root, tmp_path / "there", cluster) == here
    assert cluster.count > 3
    cluster.shutdown()


def test_a_cluster_of_another_version_is_refused(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest_pool, "extractor_version", lambda: "newer")
    cluster = Lossy(lambda number: None)
    with pytest.raises(OtherVersionError, match="here it is newer: install the same flux-index"):
        built(root, tmp_path / "there", cluster)
    cluster.shutdown()


def test_files_that_need_no_extraction_do_not_travel(root: Path, tmp_path: Path) -> None:
    built(root, tmp_path / "cache", None)
    index = Index.open(str(root), cache_dir=str(tmp_path / "cache"))
    (root / "pack/m0.py").write_text("new = 1\n")
    index.clean()
    index.become_writer()
    sent: list[int] = []
    cluster = Lossy(lambda number: None)
    take = cluster.take
    cluster._submit = lambda fn, version, files: (  # what a library would send
        sent.append(len(files)) or take(fn, version, files)
    )
    report = index.build(executor=cluster)
    index.close()
    cluster.shutdown()
    assert (report.extracted, report.reused) == (1, len(FILES) - 1)
    assert sent == [1]


@pytest.mark.parametrize("address", ["127.0.0.1:8786", "dask://", "spark://a:1", "dask:/a"])
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(FluxIndexError, match=r"takes dask://HOST:PORT or ray://HOST:PORT"):
        connect(address)


@pytest.mark.filterwarnings("default")
def test_nobody_at_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "_CONNECT", 0.5)
    with pytest.raises(FluxIndexError, match="no cluster with a worker at dask:"):
        connect("dask://127.0.0.1:1")


def test_a_library_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(FluxIndexError, match=r"pip install 'flux-index\[ray\]'"):
        connect("ray://127.0.0.1:10001")


def test_versions_name_the_grammar() -> None:
    version = index_file.extractor_version()
    assert "0.25" in version

"""Whole files judged on other machines: the same verdicts, whatever becomes of the workers."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest
from cluster_helpers import Lossy, failed, note_judged, running_scheduler, workers
from workspace_helpers import plant, state_of

from flux_index.api import cli
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations import judge_cluster, table
from flux_index.indexer.cluster import connect
from flux_index.indexer.errors import OtherVersionError
from flux_index.indexer.mirror import Layout, Mirror

USE = """import json
import lib.parts
from shop import order, native
from shop.order import first

def show():
    lib.parts.old()
    lib.parts.odl()
    json.dupms({})
    return first().total() + order.none{n}()
"""
FILES = {
    "pyproject.toml": "[project]\nname = 'shop'\n",
    "shop/__init__.py": "",
    "shop/order.py": "class Order:\n    def total(self): return 1\n\ndef first(): return Order()\n",
    "shop/native.pyx": "cdef int x\n",
    "shop/.hidden.py": "x = missing\n",
    ".ci/make.py": "x = missing\n",
    **{f"shop/use{n}.py": USE.replace("{n}", str(n)) for n in range(8)},
}
SITE = {
    "lib/__init__.py": "",
    "lib/parts.py": "from deep.inner import odl\ndef old(): ...\n",
    "deep/__init__.py": "",
    "deep/inner.py": "def odl(n): ...\n",
    "lib-1.0.dist-info/METADATA": "Name: lib\nVersion: 1.0\n",
    "shop.pth": "ROOT/more\n",
}
MODULES = sorted(path for path in FILES if path.endswith(".py"))


@pytest.fixture(autouse=True)
def judged_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The files that this process has judged; where it has to, it does so by itself."""
    yield note_judged(monkeypatch)
    judge_cluster.leave()


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a scheduler in a process of its own."""
    with running_scheduler() as address:
        yield address


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with an environment, and a folder of its own that the environment adds."""
    root = plant(tmp_path / "work", files={**FILES, "more/late.py": "import shop.gone\n"})
    (root / "link.py").symlink_to("shop/order.py")
    plant(root / ".venv", files={"pyvenv.cfg": "version = 3.11.7\n"})
    site = {path: text.replace("ROOT", str(root)) for path, text in SITE.items()}
    plant(root / ".venv/lib/python3.11/site-packages", files=site)
    return root


def judge(root: Path, executor: Executor | None = None) -> tuple[str, list[str]]:
    """All that is wrong, with nothing kept, as JSON; and notes."""
    workspace = OpenWorkspace.open(str(root))
    workspace.index.clean(all_caches=True)
    assert workspace.index.become_writer()
    workspace.index.build()
    workspace.executor = executor
    answer: Any = table.call(workspace, "validate", {"whole": True, "limit": 1_000})
    notes = [note for note in workspace.index.notes if "cluster" in note or "machine" in note]
    workspace.close()
    shown = [answer[key] for key in ("items", "unjudged", "verdict", "counts", "checked")]
    return json.dumps(shown), notes


@pytest.mark.filterwarnings("default")
def test_workers_find_the_same(
    root: Path, tmp_path: Path, scheduler: str, judged_here: list[str]
) -> None:
    here, _ = judge(root)
    assert all(word in here for word in ("dupms", "none3", "odl"))
    judged_here.clear()
    with workers(scheduler, 3, XDG_CACHE_HOME=str(tmp_path / "workers")):
        cluster = connect(scheduler.replace("tcp://", "dask://"))
        assert judge(root, cluster) == (here, [])
        assert judged_here == []
        # What has changed is given again.
        plant(root, files={"shop/order.py": FILES["shop/order.py"].replace("total", "sum")})
        plant(root / ".venv/lib/python3.11/site-packages", files={"deep/inner.py": "x = 1\n"})
        there, notes = judge(root, cluster)
        assert (judged_here, notes) == ([], [])
        cluster.shutdown()
    assert there != here
    assert judge(root)[0] == there


@pytest.mark.filterwarnings("default")
def test_a_worker_that_is_killed_in_the_middle(
    root: Path,
    tmp_path: Path,
    scheduler: str,
    judged_here: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, _ = judge(root)
    judged_here.clear()
    take_in = judge_cluster._Distribution._take_in
    with workers(scheduler, 2, XDG_CACHE_HOME=str(tmp_path / "workers")) as pids:
        left = dict(pids)

        def kill(self: Any, future: Any) -> None:
            take_in(self, future)
            if self._judged and len(left) == 2:
                os.kill(left.popitem()[1], signal.SIGKILL)

        monkeypatch.setattr(judge_cluster._Distribution, "_take_in", kill)
        cluster = connect(scheduler.replace("tcp://", "dask://"))
        assert judge(root, cluster) == (here, [])
        assert (len(left), judged_here) == (1, [])
        cluster.shutdown()
    # Whoever comes next removes what they have left.
    mirrors = tmp_path / "workers/flux-index/mirrors"
    assert list(mirrors.iterdir())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "workers"))
    index = OpenWorkspace.open(str(root)).index
    mirror = Mirror(Layout.of(index.workspace, {}))
    assert len(list(mirrors.iterdir())) == 1
    mirror.close()
    index.close()
    assert not list(mirrors.iterdir())


@pytest.mark.filterwarnings("default")
def test_the_command_line(root: Path, scheduler: str, capsys: pytest.CaptureFixture[str]) -> None:
    place = scheduler.replace("tcp://", "dask://")
    with workers(scheduler, 1):
        assert cli.main(["validate", "--all", str(root), "--executor", place, "--json"]) == 1
    findings = json.loads(capsys.readouterr().out)
    assert {each["path"] for each in findings} >= {f"shop/use{n}.py" for n in range(8)}
    assert cli.main(["validate", str(root), "--executor", place]) == 2
    assert "it goes with --all" in capsys.readouterr().err


def gone(number: int) -> Future[Any] | None:
    if number > 4:
        raise ConnectionError("the scheduler is gone")
    return None


WAYS: dict[str, Callable[[int], Future[Any] | None]] = {
    "tasks are given up": lambda number: failed(ValueError("killed 3")) if number > 3 else None,
    "the scheduler is gone": gone,
    "nobody works any more": lambda number: Future() if number > 4 else None,
}


@pytest.mark.parametrize("lose", WAYS.values(), ids=WAYS)
def test_what_a_cluster_loses_is_judged_here(
    root: Path,
    lose: Callable[[int], Future[Any] | None],
    judged_here: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(judge_cluster, "_SILENT_SECONDS", 0.5)
    here, _ = judge(root)
    judged_here.clear()
    cluster = Lossy(lose)
    told, notes = judge(root, cluster)
    cluster.shutdown()
    assert told == here
    assert judged_here
    assert any("cluster" in note for note in notes)


def test_an_environment_that_is_linked_from_elsewhere(
    root: Path, tmp_path: Path, judged_here: list[str]
) -> None:
    other = plant(tmp_path / "other", files={"extra.py": "x = 1\n"})
    site = root / ".venv/lib/python3.11/site-packages"
    plant(site, files={"other.pth": f"{other}\n"})
    here, _ = judge(root)
    judged_here.clear()
    cluster = Lossy(lambda number: None)
    told, notes = judge(root, cluster)
    cluster.shutdown()
    assert told == here
    assert "outside of the workspace" in notes[0]
    assert len(judged_here) > len(MODULES)


def test_a_cluster_of_another_version_is_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = iter(["newer", *["older"] * 100])
    monkeypatch.setattr(judge_cluster, "program_key", lambda root: next(keys))
    cluster = Lossy(lambda number: None)
    with pytest.raises(OtherVersionError, match="install the same"):
        judge(root, cluster)
    cluster.shutdown()


def test_a_ranker_of_fixes_goes_along(
    root: Path, judged_here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(root)
    weights = {"format": 1, "weights": {"similarity": 1.0}, "taken": {}}
    (state_of(root) / "fix-ranking.json").write_text(json.dumps(weights))
    here, _ = judge(root)
    judged_here.clear()
    cluster = Lossy(lambda number: None)
    assert judge(root, cluster) == (here, [])
    assert judged_here == []
    cluster.shutdown()
    shutil.rmtree(state_of(root))

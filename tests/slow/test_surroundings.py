"""A full disk, folders that cannot be written to, and clocks that jump: answers stay right."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bad_input_helpers import answers, ask, expected, indexed, problems, shop
from damage_helpers import fill, rows
from test_bad_input_processes import many
from workspace_helpers import state_of

from flux_index.indexer.errors import StoreError
from flux_index.indexer.store.ledger import Ledger

Trials = Callable[[int, int], int]

COMMAND = (sys.executable, "-m", "flux_index.api.cli")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of eight megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "flux-index-test", folder],
        capture_output=True,
        check=False,
    )
    if not mounted or mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_full_disk(
    small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trials: Trials, seed: int
) -> None:
    """However little is left: the right answers, a sentence that says so, and it heals."""
    root = many(tmp_path / "root", 60, 60)
    sound, partly = expected(tmp_path), expected(tmp_path, stored=False)
    monkeypatch.setenv("FLUX_INDEX_CACHE_DIR", str(small_disk))
    chance = random.Random(seed)
    count = trials(6, 100)
    for trial in range(count):
        room = chance.randrange(4_000_000)
        free = shutil.disk_usage(small_disk).free
        (small_disk / "taken").write_bytes(bytes(max(free - room, 0)))
        with indexed(root, build=False) as index:
            if index.become_writer():
                try:
                    index.build()
                except StoreError as error:
                    assert "full" in str(error), room
            assert answers(index, "touch", stored=False) == partly, room
        (small_disk / "taken").unlink()
        with indexed(root, build=False) as index:
            assert answers(index, "touch", stored=False) == partly, room
        if trial % 2:  # else the next one finds what this one has left
            with indexed(root) as index:
                assert not problems(index), room
                assert answers(index) == sound, room
            shutil.rmtree(small_disk / "workspaces")


def test_ledger_on_a_full_disk(small_disk: Path, trials: Trials) -> None:
    path = fill(small_disk / "states" / "one")
    before = rows(path)
    (small_disk / "taken").write_bytes(bytes(shutil.disk_usage(small_disk).free))
    for at in range(trials(20, 500)):
        with pytest.raises(StoreError, match=r"full|disk I/O"), Ledger(str(path.parent)) as ledger:
            number = ledger.begin("s1", "test")
            for each in range(1000):
                ledger.put_original(number, f"{at}-{each}.py", os.urandom(1000))
    (small_disk / "taken").unlink()
    with Ledger(str(path.parent)) as ledger:
        assert not ledger.note
        assert ledger.session("s1")
    assert {row[:-1] for row in rows(path)} >= {
        row[:-1] for row in before if row[0] not in ("session", "original")
    }


def ordinary(*command: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run a command as a user to whom permissions apply, which they do not to root."""
    prefix: tuple[str, ...] = ()
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("only root is here, who may write anything")
        prefix = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")
    return subprocess.run([*prefix, *command], capture_output=True, check=False, timeout=120)


@pytest.mark.skipif(os.name == "nt", reason="permissions of folders are others there")
def test_folders_that_cannot_be_written_to(tmp_path: Path) -> None:
    root = shop(tmp_path / "root")
    question = (*COMMAND, "query", "references", "models.Model.save", "--format", "json")
    sound = ordinary(*question, "--workspace", root)
    assert sound.returncode == 0, sound.stderr
    for name in ("workspace", "state", "cache"):
        with indexed(root):
            pass
        state = state_of(root)
        closed = {"workspace": root, "state": state, "cache": state.parent.parent}[name]
        # Files too, so that neither a new one nor more in an old one can be had.
        found_there = [path for path in (closed, *closed.rglob("*")) if not path.is_symlink()]
        modes = {path: path.stat().st_mode for path in found_there}
        for path, mode in modes.items():
            path.chmod(mode & 0o555)
        try:
            for command in (question, (*COMMAND, "status", "--json")):
                found = ordinary(*command, "--workspace", root)
                assert found.returncode == 0, (name, command, found.stderr)
            found = ordinary(*question, "--workspace", root)
            assert json.loads(found.stdout)["items"] == json.loads(sound.stdout)["items"], name
            refused = ordinary(*COMMAND, "index", "--workspace", root)
            assert refused.returncode == (0 if name == "workspace" else 2), (name, refused.stderr)
            assert b"Traceback" not in refused.stderr
        finally:
            for path, mode in modes.items():
                path.chmod(mode)


def test_clocks_that_jump(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trials: Trials, seed: int
) -> None:
    """Years forward and back, while files change within and without the process."""
    root = shop(tmp_path / "root")
    sound = expected(tmp_path)
    chance = random.Random(seed)
    real_time, real_time_ns = time.time, time.time_ns
    offset = 0
    monkeypatch.setattr(time, "time", lambda: real_time() + offset)
    monkeypatch.setattr(time, "time_ns", lambda: real_time_ns() + offset * 10**9)
    for trial in range(trials(10, 200)):
        offset = chance.choice((-1, 1)) * chance.randrange(20 * 365 * 86_400)
        with indexed(root) as index:
            for step in ("while it runs", "while it does not"):
                path = root / f"changing_{len(step)}.py"
                path.write_text(f"class Changed{trial}: ...\n")
                when = real_time() + chance.choice((0, offset))
                os.utime(path, (when, when))
                if step == "while it runs":
                    index.refresh()
                    assert ask(index, "symbols", query=f"Changed{trial}")["total"] == 1, offset
        with indexed(root) as index:
            assert ask(index, "symbols", query=f"Changed{trial}")["total"] == 2, (trial, offset)
            for path in root.glob("changing_*.py"):
                path.unlink()
            index.refresh()
            assert answers(index) == sound, (trial, offset)

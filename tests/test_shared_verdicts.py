"""Verdicts that machines share: who takes them, what they rest on, and whom to trust."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from cluster_helpers import note_judged
from workspace_helpers import plant

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations import judge_processes, portable_verdicts, shared_verdicts, table
from flux_index.indexer import maintain
from flux_index.indexer.store.shared_cache import SharedCache

SECRET = "a secret of the team"
USE = """import json
import lib
from shop.order import first

def show{n}():
    lib.old()
    lib.{name}()
    json.dupms({{}})
    return first().total()
"""
ORDER = "class Order:\n    def total(self):\n        return 1\n\ndef first():\n    return Order()\n"
FILES = {
    "pyproject.toml": "[project]\nname = 'shop'\n",
    "shop/__init__.py": "",
    "shop/order.py": ORDER,
    "shop/mail.py": "def send(text):\n    return len(text)\n",
    **{f"shop/use{n}.py": USE.format(n=n, name="odl" if n else "old") for n in range(10)},
}
MODULES = sorted(path for path in FILES if path.endswith(".py"))


@pytest.fixture(autouse=True)
def here_and_shared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Judge in this process, and share at a folder."""
    monkeypatch.setattr(maintain, "_WORTH_SHARING", 0)
    monkeypatch.setattr(judge_processes, "_WORTH_PROCESSES", 1_000)
    monkeypatch.setattr(shared_verdicts, "SAMPLE", 1_000_000)
    monkeypatch.setenv("FLUX_INDEX_CACHE", f"file://{tmp_path}/store")
    monkeypatch.setenv("FLUX_INDEX_CACHE_SECRET", SECRET)


@pytest.fixture
def judged_here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were judged, rather than taken from others."""
    return note_judged(monkeypatch)


def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, **files: str) -> Path:
    """Another home, and the same files in another folder of it; with an environment of its own."""
    monkeypatch.setenv("HOME", str(tmp_path / name))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / name / "cache"))
    root = plant(tmp_path / name / "code", files={**FILES, **files})
    plant(root / ".venv", files={"pyvenv.cfg": "version = 3.11.7\n"})
    plant(root / ".venv/lib/python3.11/site-packages", files={"lib.py": "def old(): ...\n"})
    return root


def judge(root: Path) -> tuple[str, list[str]]:
    """All that is wrong, as JSON, and notes."""
    workspace = OpenWorkspace.open(str(root))
    assert workspace.index.become_writer()
    workspace.index.build()
    answer: Any = table.call(workspace, "validate", {"whole": True, "limit": 1_000})
    notes = [note for note in workspace.index.notes if "the cache at" in note]
    workspace.close()
    shown = json.dumps([answer[key] for key in ("items", "unjudged", "verdict", "counts")])
    return shown.replace(str(root.parent), "HOME"), notes


def test_a_second_machine_judges_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judged_here: list[str]
) -> None:
    first, _ = judge(machine(monkeypatch, tmp_path, "one"))
    assert "dupms" in first
    assert sorted(judged_here) == MODULES
    judged_here.clear()
    second = machine(monkeypatch, tmp_path, "two")
    assert judge(second) == (first, [])
    assert judged_here == []
    # What was taken is kept here, and is what is found with nothing kept.
    monkeypatch.delenv("FLUX_INDEX_CACHE")
    assert judge(second) == (first, [])
    assert judged_here == []
    shutil.rmtree(tmp_path / "two/cache")
    assert judge(second) == (first, [])
    assert sorted(judged_here) == MODULES


def test_an_edit_judges_what_rests_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judged_here: list[str]
) -> None:
    judge(machine(monkeypatch, tmp_path, "one"))
    judged_here.clear()
    edit = {"shop/mail.py": "def send(text):\n    return text + missing\n"}
    second = machine(monkeypatch, tmp_path, "two", **edit)
    told, _ = judge(second)
    assert "'missing'" in told
    assert judged_here == ["shop/mail.py"]
    monkeypatch.delenv("FLUX_INDEX_CACHE")
    shutil.rmtree(tmp_path / "two/cache")
    assert judge(second)[0] == told


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".venv/lib/python3.11/site-packages/lib.py", "def odl(): ...\n"),
        (".venv/lib/python3.11/site-packages/other.py", ""),
        ("pyproject.toml", "[project]\nname = 'shop'\nrequires-python = '>=3.9'\n"),
        ("shop/more.py", ""),
    ],
)
def test_what_is_not_the_same_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judged_here: list[str], path: str, text: str
) -> None:
    judge(machine(monkeypatch, tmp_path, "one"))
    judged_here.clear()
    second = machine(monkeypatch, tmp_path, "two")
    plant(second, files={path: text})
    told, _ = judge(second)
    assert set(MODULES) <= set(judged_here)
    monkeypatch.delenv("FLUX_INDEX_CACHE")
    shutil.rmtree(tmp_path / "two/cache")
    assert judge(second)[0] == told


def entries(tmp_path: Path) -> list[Path]:
    return sorted(path for path in (tmp_path / "store").rglob("*") if path.is_file())


@pytest.mark.parametrize("way", ["swapped", "cut", "flipped", "forged"])
def test_entries_that_were_tampered_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judged_here: list[str], way: str
) -> None:
    first, _ = judge(machine(monkeypatch, tmp_path, "one"))
    judged_here.clear()
    if way == "forged":
        shutil.rmtree(tmp_path / "store")
        monkeypatch.setenv("FLUX_INDEX_CACHE_SECRET", "a secret of somebody else")
        judge(machine(monkeypatch, tmp_path, "forger"))
        monkeypatch.setenv("FLUX_INDEX_CACHE_SECRET", SECRET)
        judged_here.clear()
    else:
        data = [path.read_bytes() for path in entries(tmp_path)]
        for path, raw, other in zip(entries(tmp_path), data, data[1:] + data[:1], strict=True):
            flipped = raw[:60] + bytes([raw[60] ^ 1]) + raw[61:]
            path.write_bytes({"swapped": other, "cut": raw[:-1], "flipped": flipped}[way])
    assert judge(machine(monkeypatch, tmp_path, "two")) == (first, [])
    assert sorted(judged_here) == MODULES


def test_another_version_of_the_program_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judged_here: list[str]
) -> None:
    judge(machine(monkeypatch, tmp_path, "one"))
    judged_here.clear()
    monkeypatch.setattr(portable_verdicts, "program_files", lambda: iter([__file__]))
    judge(machine(monkeypatch, tmp_path, "two"))
    assert sorted(judged_here) == MODULES


def test_somebody_who_knows_the_secret_and_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judged_here: list[str]
) -> None:
    root = machine(monkeypatch, tmp_path, "one")
    pack = portable_verdicts.PortableVerdicts.pack

    def nothing_wrong(self: Any, files: Any, verdicts: dict[str, Any]) -> Any:
        fine = {"items": [], "unjudged": [], "left_out": []}
        return pack(self, files, {path: {**verdicts[path], "verdict": fine} for path in verdicts})

    with monkeypatch.context() as lying:
        lying.setattr(portable_verdicts.PortableVerdicts, "pack", nothing_wrong)
        judge(root)
    judged_here.clear()
    monkeypatch.setattr(shared_verdicts, "SAMPLE", 1)
    told, notes = judge(machine(monkeypatch, tmp_path, "two"))
    assert "dupms" in told
    assert "knows the secret" in notes[0]
    assert sorted(judged_here) == MODULES


@pytest.mark.parametrize("way", ["silent", "refusing"])
def test_a_bad_store_costs_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judged_here: list[str], way: str
) -> None:
    root = machine(monkeypatch, tmp_path, "one")
    store = tmp_path / "store"
    if way == "refusing":
        store.write_text("no folder")
    else:
        monkeypatch.setattr(shared_verdicts, "FIRST_PATIENCE", 0.1)
        silence = threading.Event()
        monkeypatch.setattr(SharedCache, "get", lambda self, digests: silence.wait(30) and {})
    told, _ = judge(root)
    assert "dupms" in told
    assert sorted(judged_here) == MODULES

"""The second opinion: it answers, and it runs nothing of what it reads."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from fixtures_language import open_workspace, parse_fixture

from flux_index.indexer.snapshot import jedi_opinion


def test_it_answers(tmp_path: Path) -> None:
    fixture = parse_fixture("class Box:\n    def put(self): ...\nBox().$0")
    session = open_workspace(tmp_path, fixture)
    found = jedi_opinion.members(
        session.inference(whole=True).snapshot, "main.py", fixture.cursors["0"].start, limit=60
    )
    session.index.close()
    assert ("put", "method") in found


def test_it_imports_and_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*arguments: object, **options: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", started)
    made = tmp_path / "made"
    code = f"open({str(made)!r}, 'w').close()\n"
    fixture = parse_fixture(
        f"#- evil.py\n{code}def f(): return 'x'\n"
        f"#- conftest.py\n{code}#- main.py\nimport evil\nevil.f().$0"
    )
    python = tmp_path / "w/.venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\ntouch {made}\n")
    python.chmod(0o755)
    (tmp_path / "w/.venv/pyvenv.cfg").write_text("version = 3.12.1\nhome = /nowhere\n")
    session = open_workspace(tmp_path, fixture)
    found = jedi_opinion.members(
        session.inference(whole=True).snapshot, "main.py", fixture.cursors["0"].start, limit=60
    )
    session.index.close()
    assert ("upper", "method") in found
    assert not made.exists()


@pytest.mark.parametrize("doing", ["parsing", "inferring"])
def test_it_ends_when_its_time_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, doing: str
) -> None:
    looks = iter(range(1_000_000))
    monkeypatch.setattr(jedi_opinion, "monotonic", lambda: 0.0 if next(looks) < 50 else 1e9)
    if doing == "inferring":  # parsing, which comes before, does not look at the time
        name = f"{jedi_opinion.__name__}._Deadline.put_into"
        monkeypatch.setattr(name, lambda *arguments: arguments[-1])
    calls = "".join(f"def f{n}(a): return f{n - 1}(a) or a\n" for n in range(1, 100))
    fixture = parse_fixture(f"def f0(a): return a\n{calls}f99('x').$0")
    session = open_workspace(tmp_path, fixture)
    snapshot = session.inference(whole=True).snapshot
    assert not jedi_opinion.members(snapshot, "main.py", fixture.cursors["0"].start, limit=60)
    session.index.close()
    assert next(looks) == 51  # it did not go on


def test_a_late_answer_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    over = Event()

    def slow(*arguments: object) -> list[tuple[str, str]]:
        over.wait(60)
        return [("late", "method")]

    monkeypatch.setattr(jedi_opinion, "_complete", slow)
    session = open_workspace(tmp_path, parse_fixture("x = 1\n"))
    snapshot = session.inference(whole=True).snapshot
    assert jedi_opinion.members(snapshot, "main.py", 0, limit=0.01) == []
    # Nobody else is answered until it has ended.
    assert jedi_opinion.members(snapshot, "main.py", 0, limit=60) == []
    over.set()
    assert jedi_opinion._asking.acquire(timeout=60)  # pyright: ignore[reportPrivateUsage]
    jedi_opinion._asking.release()  # pyright: ignore[reportPrivateUsage]
    monkeypatch.undo()
    session.index.close()

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


def test_a_late_answer_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    entered = Event()

    def endless(*arguments: object) -> list[tuple[str, str]]:
        entered.set()
        while True:
            pass

    monkeypatch.setattr(jedi_opinion, "_complete", endless)
    session = open_workspace(tmp_path, parse_fixture("x = 1\n"))
    inference = session.inference(whole=True)
    assert jedi_opinion.members(inference.snapshot, "main.py", 0, limit=0.01) == []
    assert entered.wait(60)
    monkeypatch.undo()
    # The thread that went on for ever has stopped: somebody can ask again.
    assert jedi_opinion._asking.acquire(timeout=60)  # pyright: ignore[reportPrivateUsage]
    jedi_opinion._asking.release()  # pyright: ignore[reportPrivateUsage]
    session.index.close()

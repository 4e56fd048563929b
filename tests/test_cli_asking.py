"""Commands ask the process that serves the workspace, and answer themselves without one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rpc_helpers import SHAPES, make_workspace, serving

from flux_index.api.cli import main


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_workspace(tmp_path / "w")
    monkeypatch.chdir(folder)
    return folder


def refuse(*_: object) -> None:
    raise AssertionError("answered here")


def test_a_server_answers(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(workspace) as server:
        server.client().close()
        monkeypatch.setattr("flux_index.api.cli.asking.call", refuse)
        assert main(["query", "definition", "Box"]) == 0
        assert "shapes.Box" in capsys.readouterr().out
        monkeypatch.setattr("sys.stdin", io.StringIO(SHAPES + "\nBox().corner()\n"))
        assert main(["validate", "--stdin", "--path", "shapes.py"]) == 1
        assert "`Box` has no `corner`" in capsys.readouterr().out
        # What was written a moment ago is in the answer.
        (workspace / "shapes.py").write_text(SHAPES.replace("Box", "Crate"))
        assert main(["query", "definition", "Crate"]) == 0
        assert "shapes.Crate" in capsys.readouterr().out


def test_what_a_server_refuses_is_told_as_ever(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(workspace) as server:
        server.client().close()
        assert main(["validate", "--diff", "nowhere.patch"]) == 2
        assert "nowhere.patch cannot be read" in capsys.readouterr().err
        assert main(["query", "outline", "missing.py"]) == 2
        assert "missing.py" in capsys.readouterr().err


def test_a_server_that_is_gone_is_not_missed(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(workspace) as server:
        server.client().close()
        server.kill()
        assert main(["query", "definition", "Box"]) == 0
        assert "shapes.Box" in capsys.readouterr().out

"""Commands ask the process that serves the workspace, and answer themselves without one."""

from __future__ import annotations

import io
import socket
import threading
from pathlib import Path

import pytest
from rpc_helpers import SHAPES, make_workspace, serving

from flux_index.api.cli import main
from flux_index.api.rpc.framing import frame
from flux_index.api.rpc.messages import result_body
from flux_index.api.version import version


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
        monkeypatch.setattr("flux_index.api.cli.query.call", refuse)
        assert main(["query", "definition", "Box"]) == 0
        assert "shapes.Box" in capsys.readouterr().out
        monkeypatch.setattr("sys.stdin", io.StringIO(SHAPES + "\nBox().corner()\n"))
        assert main(["validate", "--stdin", "--path", "shapes.py"]) == 1
        assert "'Box' object has no attribute 'corner'" in capsys.readouterr().out
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


@pytest.mark.parametrize("kind", ["silent", "another version", "another folder", "babbling"])
def test_a_server_that_does_not_answer_as_this_program_would_is_not_waited_for(
    workspace: Path,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("flux_index.api.cli.query._SILENT_SECONDS", 0.2)
    assert main(["query", "definition", "Box"]) == 0
    expected = capsys.readouterr().out
    info = {"root": str(workspace), "version": "0.0.1"}
    if kind == "another folder":
        info = {"root": str(workspace / "elsewhere"), "version": version()}
    asked: list[bytes] = []

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            while data := connection.recv(1 << 16):
                asked.append(data)
                if kind == "babbling":
                    connection.sendall(frame(b"{", "headers"))
                elif kind != "silent":
                    connection.sendall(frame(result_body(1, info), "headers"))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        (workspace / "token").write_text("t")
        port = listener.getsockname()[1]
        note = f"tcp:127.0.0.1:{port} {workspace / 'token'}\n"
        monkeypatch.setattr("flux_index.indexer.store.lock.WriterLock.read_note", lambda _: note)
        server = threading.Thread(target=serve)
        server.start()
        if kind == "silent":
            monkeypatch.setattr("flux_index.api.rpc.client._AUTHENTICATION_SECONDS", 0.2)
        assert main(["query", "definition", "Box"]) == 0
        server.join()
    assert capsys.readouterr().out == expected
    assert asked
    assert not any(b"definition" in data for data in asked)

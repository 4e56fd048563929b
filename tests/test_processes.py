"""The processes that serve workspaces: how they are shown, ended, and kept from filling up."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lsp_helpers import workspace_server
from mcp_helpers import serving_pid
from rpc_helpers import BOX, Raw, ServerProcess, hosted, make_workspace, wait_until
from workspace_helpers import state_of

from flux_index.api.cli import main
from flux_index.api.rpc.endpoint import dial
from flux_index.api.rpc.launcher import start_serving
from flux_index.api.source.programs import run_bounded

# Of its own accord, or on a machine that was too busy for that by its alarm.
ENDED = (0, -signal.SIGALRM)


def _listed(capsys: pytest.CaptureFixture[str], *command: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main([*command, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["processes"]


def _served(folder: Path) -> ServerProcess:
    server = ServerProcess(make_workspace(folder))
    with server.client() as client:
        client.call("server.wait", {"pending": 0})
    return server


def test_ps_shows_what_serves_and_stop_ends_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _listed(capsys, "ps") == []
    one, two = _served(tmp_path / "one"), _served(tmp_path / "two")
    shown = _listed(capsys, "ps")
    assert [(each["workspace"], each["pid"]) for each in shown] == [
        (str(tmp_path / "one"), one.process.pid),
        (str(tmp_path / "two"), two.process.pid),
    ]
    assert {(each["command"], each["state"], each["clients"]) for each in shown} == {
        ("serve", "current", 0)
    }
    assert main(["ps"]) == 0
    assert f"{one.process.pid}  serve  {tmp_path / 'one'}  0 clients\n" in capsys.readouterr().out
    assert main(["stop", str(tmp_path / "one")]) == 0
    assert one.wait() in ENDED
    assert [each["pid"] for each in _listed(capsys, "ps")] == [two.process.pid]
    assert [each["outcome"] for each in _listed(capsys, "stop", "--all")] == ["stopped"]
    assert two.wait() in ENDED
    assert main(["stop", str(tmp_path / "one")]) == 0
    assert "not being served" in capsys.readouterr().out


def test_stop_waits_for_what_is_about_to_serve(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(make_workspace(tmp_path / "w"))
    started = start_serving(folder, 60)
    assert [each["outcome"] for each in _listed(capsys, "stop", folder)] == ["stopped"]
    assert started.wait(10) in ENDED
    assert main(["stop", folder]) == 0
    assert "not being served" in capsys.readouterr().out


def test_one_that_does_not_answer_is_ended_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = _served(tmp_path / "w")
    os.kill(server.process.pid, signal.SIGSTOP)
    assert [each["state"] for each in _listed(capsys, "ps")] == ["silent"]
    assert main(["stop", str(tmp_path / "w")]) == 0
    server.wait()


def test_the_language_server_of_an_editor_is_shown_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_workspace(tmp_path / "w")
    with workspace_server(root, forked=False) as editor:
        wait_until(lambda: serving_pid(root), "it serves")
        assert [each["command"] for each in _listed(capsys, "ps")] == ["lsp"]
        assert [each["outcome"] for each in _listed(capsys, "stop", "--all")] == ["left"]
        assert editor.request("workspace/symbol", {"query": "Box"})
        assert editor.stop() == 0
    assert _listed(capsys, "ps") == []


def test_what_it_leaves_on_disk_is_for_this_user_alone(tmp_path: Path) -> None:
    root = make_workspace(tmp_path / "w")
    with hosted(root, tcp=("127.0.0.1", 0)) as host, host.client() as client:
        client.call("definition", BOX)
        cache = state_of(root).parent.parent
        for path in [cache, *cache.rglob("*")]:
            if path.is_symlink():
                continue
            wanted = 0o700 if path.is_dir() else 0o600
            if path != cache:
                assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def _tcp(host: Any) -> Raw:
    note = next(line for line in host.index.lock.read_note().splitlines() if "tcp:" in line)
    found = dial(note)
    assert found is not None
    return Raw(found[0])


def test_who_does_not_tell_the_token_is_hung_up_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux_index.api.rpc.server._STRANGER_SECONDS", 0.2)
    root = make_workspace(tmp_path / "w")
    with hosted(root, tcp=("127.0.0.1", 0)) as host, _tcp(host) as silent:
        assert silent.receive() is None


def test_silent_connections_do_not_keep_others_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux_index.api.rpc.server._MOST_STRANGERS", 3)
    with hosted(make_workspace(tmp_path / "w"), tcp=("127.0.0.1", 0)) as host:
        silent = [_tcp(host) for _ in range(10)]
        # The first ones were dropped, and who knows the token comes in.
        assert silent[0].receive() is None
        with host.client() as client:
            assert client.call("definition", BOX)["total"] == 1
        for one in silent:
            one.socket.close()


def test_more_clients_than_a_server_takes_are_turned_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux_index.api.rpc.server._MOST_CLIENTS", 3)
    with hosted(make_workspace(tmp_path / "w")) as host:
        clients = [host.raw() for _ in range(3)]
        for client in clients:
            assert client.ask({"jsonrpc": "2.0", "id": 1, "method": "server.info"})["result"]
        with host.raw() as one_too_many:
            assert one_too_many.receive() is None
        clients.pop().socket.close()
        wait_until(lambda: serving_pid(tmp_path / "w"), "there is room again")
        for client in clients:
            client.socket.close()


_RUNS_FOR_EVER = """
import sys
from flux_index.api.source.programs import run_bounded
run_bounded([sys.executable, "-c", sys.argv[1]], b"", "/", seconds=60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a system that can end it")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_program_that_is_run_ends_with_who_runs_it(tmp_path: Path, number: int) -> None:
    busy = "import os\nprint(os.getpid(), file=open('pid', 'w'), flush=True)\nwhile True: pass"
    busy = f"import os; os.chdir({str(tmp_path)!r})\n{busy}"
    note = tmp_path / "pid"
    with subprocess.Popen([sys.executable, "-c", _RUNS_FOR_EVER, busy]) as process:
        wait_until(lambda: note.exists() and note.read_text().endswith("\n"), "it runs")
        process.send_signal(number)
    stat_file = Path(f"/proc/{note.read_text().strip()}/stat")

    def is_gone() -> bool:
        return not stat_file.exists() or stat_file.read_text().rpartition(")")[2].split()[0] in "ZX"

    wait_until(is_gone, "it has ended")


@pytest.mark.skipif(sys.platform != "linux", reason="a system that can end it")
def test_a_program_that_is_run_has_bounds() -> None:
    shown = "import resource as r; print(*(r.getrlimit(r.RLIMIT_CPU)), *r.getrlimit(r.RLIMIT_DATA))"
    told = f"import sys; sys.stdin.read(); {shown}"
    output, _, status = run_bounded([sys.executable, "-c", told], b"", "/", seconds=5)
    assert (output.split(), status) == ([b"11", b"11", b"1500000000", b"1500000000"], 0)

"""``flux-index serve`` as processes: one serves, later ones attach, and one takes over."""

from __future__ import annotations

import json
import os
import socket
import stat
from pathlib import Path
from typing import Any

import pytest
from rpc_helpers import (
    BOX,
    DEADLINE,
    Raw,
    ServerProcess,
    make_workspace,
    request,
    serving,
    wait_until,
)
from workspace_helpers import state_of

from flux_index.api.rpc.client import connect
from flux_index.api.rpc.endpoint import dial, socket_path
from flux_index.api.rpc.serve import run
from flux_index.api.version import version
from flux_index.indexer.errors import FluxIndexError, InvalidArgumentsError
from flux_index.indexer.index import Index
from flux_index.indexer.store.lock import WriterLock


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "w")


def lock_of(workspace: Path) -> WriterLock:
    return WriterLock(str(state_of(workspace) / "writer.lock"))


def note_of(workspace: Path) -> str:
    return lock_of(workspace).read_note()


def test_a_server_answers_and_leaves_nothing_behind(workspace: Path) -> None:
    with serving(workspace) as server, server.client() as client:
        assert client.call("definition", BOX, DEADLINE)["total"] == 1
        path = note_of(workspace).removeprefix("unix:")
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        assert client.call("server.info", timeout=DEADLINE)["pid"] == server.process.pid
    assert server.process.returncode == 0
    assert server.errors == [f"serving {workspace} at unix:{path}\n"]
    assert not os.path.exists(path)
    assert note_of(workspace) == ""
    assert connect(str(workspace)) is None


def test_standard_streams(workspace: Path) -> None:
    with serving(workspace, stdio=True) as server:
        assert server.ask("definition", BOX)["result"]["total"] == 1
        with server.client() as client:
            assert client.call("definition", BOX, DEADLINE)["total"] == 1
        server.end_input()
        assert server.wait() == 0
    assert server.errors == []


def test_standard_streams_with_lines(workspace: Path) -> None:
    with serving(workspace, stdio=True) as server:
        assert server.process.stdin is not None
        assert server.process.stdout is not None
        server.process.stdin.write(json.dumps(request("definition", BOX)).encode())
        # All has been said, without the end of a line; the answer comes before the end.
        server.end_input()
        lines = server.process.stdout.read().splitlines()
        assert [json.loads(line)["result"]["total"] for line in lines] == [1]
        assert server.wait() == 0


def test_malformed_input_at_the_standard_streams(workspace: Path) -> None:
    with serving(workspace, stdio=True) as server:
        assert server.process.stdin is not None
        server.process.stdin.write(b"nonsense\nContent-Length: 1\r\n\r\n{")
        server.process.stdin.flush()
        # The first is answered by whoever reads the stream, the second by the server.
        assert [server.receive()["error"]["code"] for _ in range(2)] == [-32700, -32700]
        assert server.ask("definition", BOX)["result"]["total"] == 1


def test_shutdown_is_answered_and_ends_the_process(workspace: Path) -> None:
    with serving(workspace, stdio=True) as server:
        assert server.ask("server.shutdown")["result"]["reached"]
        assert server.wait() == 0
    assert note_of(workspace) == ""


def test_a_second_server_says_where_the_first_is(workspace: Path) -> None:
    with serving(workspace) as first, first.client():
        second = ServerProcess(workspace)
        assert second.wait() == 0
        assert second.errors == [
            f"{workspace} is served already, at:\n",
            f"{note_of(workspace)}\n",
        ]


def test_standard_streams_are_passed_on_to_the_server(workspace: Path) -> None:
    with serving(workspace) as first, first.client() as client:
        with serving(workspace, stdio=True) as second:
            assert second.ask("server.info")["result"]["pid"] == first.process.pid
            assert second.ask("definition", BOX)["result"]["total"] == 1
            second.send([request("definition", BOX, 1), request("no.such", id_=2)])
            assert {answer["id"] for answer in second.receive()} == {1, 2}
            second.send(request("server.subscribe"))
            assert second.receive()["result"]["changes"]
            (workspace / "new.py").write_text("x = 1\n")
            assert second.receive()["method"] == "index/changed"
            # What belongs to others is not for this client to end.
            assert second.ask("server.shutdown")["error"]["code"] == -32010
            second.end_input()
            assert second.wait() == 0
        assert client.call("server.info", timeout=DEADLINE)["pid"] == first.process.pid


def test_attaching_imports_neither_asyncio_nor_pygls(workspace: Path) -> None:
    seen = {"PYTHONPROFILEIMPORTTIME": "1"}
    with (
        serving(workspace) as first,
        first.client(),
        serving(workspace, stdio=True, env=seen) as second,
    ):
        assert second.ask("server.info")["result"]["pid"] == first.process.pid
        second.end_input()
        assert second.wait() == 0
    imported = {line.rpartition("|")[2].strip() for line in second.errors}
    assert "flux_index.api.rpc.proxy" in imported
    heavy = {"asyncio", "pygls", "lsprotocol", "watchdog", "concurrent.futures", "tree_sitter"}
    assert heavy & imported == set()


def test_when_the_server_dies_an_attached_process_takes_over(workspace: Path) -> None:
    with (
        serving(workspace) as first,
        first.client() as client,
        serving(workspace, stdio=True) as second,
        serving(workspace, stdio=True) as third,
    ):
        generation = client.call("server.wait", {"pending": 0}, DEADLINE)["generation"]
        for attached in (second, third):
            assert attached.ask("server.info")["result"]["pid"] == first.process.pid
        second.ask("server.subscribe")
        # Asked of the first, which will not live to answer.
        second.send(request("server.wait", {"generation": generation + 1}, id_="kept"))
        first.kill()
        for attached in (second, third):
            attached.send(request("definition", BOX, "d"))
        assert third.receive()["id"] == "d"
        told: list[object] = []
        while not {"d", "kept"}.issubset(told):
            message = second.receive()
            told.append(message.get("id", message.get("method")))
            if told[-1] == "d":
                (workspace / "new.py").write_text("x = 1\n")
        assert "index/changed" in told
        pids = {attached.ask("server.info")["result"]["pid"] for attached in (second, third)}
        assert len(pids) == 1
        assert pids <= {second.process.pid, third.process.pid}


def test_what_ends_three_servers_is_not_asked_of_a_fourth(workspace: Path, tmp_path: Path) -> None:
    """A question that servers die of; these only hang up."""
    index = Index.open(str(workspace))
    assert index.become_writer()
    with socket.socket(socket.AF_UNIX) as listener:
        path = str(tmp_path / "s")
        listener.bind(path)
        listener.listen()
        listener.settimeout(DEADLINE)
        index.lock.note(f"unix:{path}")
        with serving(workspace, stdio=True) as attached:
            attached.send([request("definition", BOX, "a"), request("symbols", id_=1)])
            attached.send(request("definition", BOX, "b"))
            for _ in range(3):
                with Raw(listener.accept()[0]) as deadly:
                    _tell_who(deadly, workspace)
                    asked = [deadly.receive(), deadly.receive()]
                    assert [len(asked[0]), asked[1]["id"]] == [2, "b"]
            with Raw(listener.accept()[0]) as fourth:
                _tell_who(fourth, workspace)
                batch, single = attached.receive(), attached.receive()
                fourth.say({"jsonrpc": "2.0", "id": "b", "result": "too late"})
            assert {answer["id"] for answer in batch} == {"a", 1}
            assert {answer["error"]["code"] for answer in (*batch, single)} == {-32011}
            index.close()


def _tell_who(server: Raw, workspace: Path) -> None:
    """Answer the question by which a client finds out whether it has come to the right server."""
    info = {"root": str(workspace), "version": version()}
    server.say({"jsonrpc": "2.0", "id": server.receive()["id"], "result": info})


def test_a_socket_left_over_is_no_obstacle(workspace: Path) -> None:
    with serving(workspace) as first, first.client():
        path = note_of(workspace).removeprefix("unix:")
        first.kill()
    assert os.path.exists(path)
    assert note_of(workspace) == f"unix:{path}"
    assert connect(str(workspace)) is None
    with serving(workspace) as second, second.client() as client:
        assert client.call("definition", BOX, DEADLINE)["total"] == 1


def test_while_somebody_else_writes_questions_are_answered(workspace: Path) -> None:
    """As during ``flux-index index``, which has the lock and does not serve."""
    index = Index.open(str(workspace))
    assert index.become_writer()
    with serving(workspace, stdio=True) as server:
        assert server.ask("server.info")["result"]["role"] == "reader"
        assert server.ask("definition", BOX)["result"]["total"] == 1
        assert server.ask("server.sync")["result"]["reached"]
        assert connect(str(workspace)) is None
        index.build()
        index.close()
        wait_until(lambda: note_of(workspace), "the server has become the writer")
        assert server.ask("server.info")["result"]["role"] == "writer"
        with server.client() as client:
            assert client.call("definition", BOX, DEADLINE)["total"] == 1


def test_a_server_without_clients_ends(workspace: Path) -> None:
    server = ServerProcess(workspace, idle_exit=0.2)
    server.client().close()
    assert (server.wait(), len(server.errors)) == (0, 1), server.errors


def test_a_server_with_a_client_does_not_end(workspace: Path) -> None:
    server = ServerProcess(workspace, idle_exit=0.2)
    with server.client() as client:
        answer = client.call("server.wait", {"generation": 10**6, "timeout_ms": 600}, DEADLINE)
        assert not answer["reached"]
        assert server.process.poll() is None
    assert server.wait() == 0


def test_a_path_too_long_for_a_socket(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / ("long" * 25))
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    with serving(workspace, env={"XDG_RUNTIME_DIR": str(runtime)}) as server, server.client():
        folder = Path(note_of(workspace).removeprefix("unix:")).parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert not folder.is_relative_to(workspace)


def test_a_socket_of_ones_own(workspace: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.sock"
    with serving(workspace, socket=str(path)) as server, server.client() as client:
        assert client.call("server.info", timeout=DEADLINE)["endpoints"] == [f"unix:{path}"]
    assert not path.exists()


def test_a_socket_that_cannot_be(workspace: Path, tmp_path: Path) -> None:
    with pytest.raises(FluxIndexError, match=r"cannot listen at .*/no/such"):
        run(str(workspace), socket=str(tmp_path / "no" / "such"))
    file = tmp_path / "file"
    file.write_text("precious")
    with pytest.raises(FluxIndexError, match="cannot listen at"):
        run(str(workspace), socket=str(file))
    assert file.read_text() == "precious"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "taken"))
        listener.listen()
        with pytest.raises(FluxIndexError, match="another process listens there"):
            run(str(workspace), socket=str(tmp_path / "taken"))
    assert lock_of(workspace).acquire()


@pytest.mark.parametrize("place", ["0.0.0.0:80", "example.org:80", "port", "99999", ""])
def test_only_ports_of_the_loopback(workspace: Path, place: str) -> None:
    with pytest.raises(InvalidArgumentsError, match="--tcp"):
        run(str(workspace), tcp=place)


def tcp_place(workspace: Path) -> tuple[int, str]:
    """Port and token file of a workspace's server."""
    line = next(line for line in note_of(workspace).splitlines() if line.startswith("tcp:"))
    place, _, token_file = line.partition(" ")
    return int(place.rpartition(":")[2]), token_file


def dial_tcp(workspace: Path) -> Raw:
    return Raw(socket.create_connection(("127.0.0.1", tcp_place(workspace)[0]), DEADLINE))


UNAUTHORIZED: dict[str, Any] = {
    "a question": request("definition", BOX),
    "a wrong token": request("server.authenticate", {"token": "guess"}),
    "a token that is no text": request("server.authenticate", {"token": ["guess"]}),
    "an empty token": request("server.authenticate", [""]),
    "no token": request("server.authenticate"),
    "a batch": [request("definition", BOX), request("definition", BOX)],
    "nothing much": {},
}


def test_tcp_needs_the_token(workspace: Path) -> None:
    with serving(workspace, tcp="0") as server, server.client():
        token_file = tcp_place(workspace)[1]
        assert stat.S_IMODE(os.stat(token_file).st_mode) == 0o600
        token = Path(token_file).read_text()
        for message in UNAUTHORIZED.values():
            with dial_tcp(workspace) as raw:
                assert raw.ask(message)["error"]["code"] == -32010
                assert raw.receive() is None
        with dial_tcp(workspace) as raw:
            raw.send(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert raw.receive()["error"]["code"] == -32700
            assert raw.receive() is None
        with dial_tcp(workspace) as raw:
            assert "result" in raw.ask(request("server.authenticate", {"token": token}))
            assert raw.ask(request("definition", BOX))["result"]["total"] == 1
        with dial_tcp(workspace) as raw:
            raw.send(b"Authorization: Bearer " + token.encode() + b"\r\n")
            assert raw.ask(request("definition", BOX))["result"]["total"] == 1
    assert not os.path.exists(token_file)


def test_clients_and_attached_processes_find_the_token(workspace: Path) -> None:
    with serving(workspace, tcp="0") as first, first.client():
        tcp_line = note_of(workspace).splitlines()[1]
        found = dial(tcp_line)
        assert found is not None
        assert found[1] == Path(tcp_place(workspace)[1]).read_text()
        found[0].close()
        # As where there are no Unix sockets.
        Path(socket_path(str(state_of(workspace)))).unlink()
        with first.client() as client:
            assert client.call("definition", BOX, DEADLINE)["total"] == 1
        with serving(workspace, stdio=True) as second:
            assert second.ask("server.info")["result"]["pid"] == first.process.pid

"""A server's life: what it announces, its workspaces, settings, progress, and its end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from lsp_helpers import (
    COMMAND,
    DEADLINE,
    MAIN,
    SHAPES,
    at,
    make_workspace,
    server,
    uri_of,
    wait_until,
    workspace_server,
)

NOT_INITIALIZED, INVALID_REQUEST, METHOD_NOT_FOUND = -32002, -32600, -32601
REQUEST_CANCELLED = -32800


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "project")


def circle(client: Any, root: Path) -> list[dict[str, Any]]:
    """Where the main module's class is defined."""
    return client.at("definition", uri_of(root / "main.py"), at(MAIN, "= Cir|cle("))


def test_announces_what_it_answers(root: Path) -> None:
    with server() as client:
        announced = client.initialize(root)
    assert announced["positionEncoding"] == "utf-16"
    assert announced["textDocumentSync"]["change"] == 2
    assert announced["workspace"]["workspaceFolders"]["supported"]
    for feature in (
        "definition declaration typeDefinition implementation references documentHighlight "
        "documentSymbol workspaceSymbol callHierarchy typeHierarchy foldingRange selectionRange "
        "semanticTokens documentLink"
    ).split():
        assert announced[f"{feature}Provider"], feature


def test_the_end_by_protocol(root: Path) -> None:
    with server() as client:
        client.initialize(root)
        assert client.stop() == 0


def test_exit_without_shutdown_is_an_error(root: Path) -> None:
    with server() as client:
        client.initialize(root)
        client.notify("exit")
        assert client.process.wait(DEADLINE) == 1


def test_a_closed_input_is_the_end(root: Path) -> None:
    with server() as client:
        client.initialize(root)
        assert client.process.stdin is not None
        client.process.stdin.close()
        assert client.process.wait(DEADLINE) == 1


def test_ends_when_the_client_has_died(root: Path) -> None:
    waiting = [sys.executable, "-c", "input()"]
    with subprocess.Popen(waiting, stdin=subprocess.PIPE) as parent, server() as client:
        client.initialize(root, processId=parent.pid)
        assert circle(client, root)
        parent.kill()
        parent.wait()
        assert client.process.wait(DEADLINE) == 1


def test_the_index_is_whole_after_a_kill(root: Path) -> None:
    with workspace_server(root) as client:
        assert circle(client, root)
        client.process.send_signal(signal.SIGKILL)
        client.process.wait(DEADLINE)
    with workspace_server(root) as client:
        assert circle(client, root)


def test_order_of_the_first_and_last_messages(root: Path) -> None:
    with server() as client:
        assert client.error("textDocument/definition", {}) == NOT_INITIALIZED
        client.notify("textDocument/didOpen", {})
        client.initialize(root)
        assert client.error("initialize", {"capabilities": {}}) == INVALID_REQUEST
        assert client.error("flux-index/nothing", {}) == METHOD_NOT_FOUND
        client.request("shutdown")
        assert client.error("textDocument/definition", {}) == INVALID_REQUEST
        client.notify("exit")
        assert client.process.wait(DEADLINE) == 0


def test_folders_come_and_go(root: Path, tmp_path: Path) -> None:
    other = make_workspace(tmp_path / "other", extra="class Extra: ...\n")
    with workspace_server(root) as client:

        def found(query: str) -> list[str]:
            return [one["name"] for one in client.request("workspace/symbol", {"query": query})]

        assert found("Square") == ["Square"]
        assert found("Extra") == []
        folder = {"uri": uri_of(other), "name": "other"}
        change = "workspace/didChangeWorkspaceFolders"
        client.notify(change, {"event": {"added": [folder], "removed": []}})
        assert found("Extra") == ["Extra"]
        assert found("Square") == ["Square"]
        folder = {"uri": uri_of(root), "name": "project"}
        client.notify(change, {"event": {"added": [], "removed": [folder]}})
        assert found("Square") == []
        assert found("Extra") == ["Extra"]
        # Its files can still be asked about.
        assert circle(client, root)


def test_two_folders_of_one_workspace(root: Path) -> None:
    (root / "package").mkdir()
    with server() as client:
        client.initialize(root, root / "package")
        found = client.request("workspace/symbol", {"query": "Square"})
        assert [one["name"] for one in found] == ["Square"]


def test_no_folder_at_all(root: Path) -> None:
    with server() as client:
        client.initialize(workspaceFolders=None)
        assert circle(client, root)
        assert client.request("workspace/symbol", {"query": "Square"}) == []


def test_old_clients_name_a_root(root: Path) -> None:
    with server() as client:
        client.initialize(workspaceFolders=None, rootUri=uri_of(root))
        found = client.request("workspace/symbol", {"query": "Square"})
        assert [one["name"] for one in found] == ["Square"]


def test_a_folder_that_is_not_there(root: Path, tmp_path: Path) -> None:
    with server() as client:
        client.initialize(tmp_path / "nowhere", root)
        assert circle(client, root)


def test_features_are_turned_off_one_by_one(root: Path) -> None:
    features = {"features": {"definition": False}}
    with server() as client:
        announced = client.initialize(root, initializationOptions=features)
        assert "definitionProvider" not in announced
        assert circle(client, root) is None
        assert announced["referencesProvider"]
        client.notify(
            "workspace/didChangeConfiguration",
            {"settings": {"flux-index": {"features": {"references": False, "definition": True}}}},
        )
        assert circle(client, root)
        where = at(SHAPES, "def tot|al")
        assert client.at("references", uri_of(root / "shapes.py"), where, context={}) is None


def test_settings_are_asked_for(root: Path) -> None:
    capabilities = {"workspace": {"configuration": True}}
    with server() as client:
        client.initialize(root, capabilities=capabilities)
        message = client.receive()
        assert message["method"] == "workspace/configuration"
        assert message["params"] == {"items": [{"section": "flux-index"}]}
        client.send(id=message["id"], result=[{"features": {"definition": False}}])
        wait_until(lambda: circle(client, root) is None, "the setting counts")


def test_files_are_watched_by_clients_that_can(root: Path) -> None:
    capabilities = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    with server() as client:
        client.initialize(root, capabilities=capabilities)
        message = client.receive()
        assert message["method"] == "client/registerCapability"
        (registration,) = message["params"]["registrations"]
        assert registration["method"] == "workspace/didChangeWatchedFiles"
        patterns = [one["globPattern"] for one in registration["registerOptions"]["watchers"]]
        assert "**/*.py" in patterns
        client.send(id=message["id"], result=None)
        assert circle(client, root)


def test_progress_of_the_first_build_is_shown(tmp_path: Path) -> None:
    modules = {f"m{number}": f"value_{number} = {number}\n" * 200 for number in range(150)}
    root = make_workspace(tmp_path / "many", **modules)
    with server() as client:
        client.initialize(root, capabilities={"window": {"workDoneProgress": True}})

        def ended() -> bool:
            client.settled()
            return any(
                message.get("method") == "$/progress"
                and message["params"]["value"]["kind"] == "end"
                for message in client.heard
            )

        wait_until(ended, "the build has ended")
        created = [
            message["params"]["token"]
            for message in client.heard
            if message.get("method") == "window/workDoneProgress/create"
        ]
        told = [
            message["params"] for message in client.heard if message.get("method") == "$/progress"
        ]
        assert {one["token"] for one in told} == set(created)
        kinds = [one["value"]["kind"] for one in told]
        assert kinds[0] == "begin"
        assert kinds[-1] == "end"
        assert set(kinds[1:-1]) <= {"report"}
        assert "files" in told[0]["value"]["message"]


def test_a_workspace_never_seen_is_answered_for_while_it_is_built(tmp_path: Path) -> None:
    modules = {f"m{number}": "from shapes import Circle\nCircle\n" for number in range(80)}
    root = make_workspace(tmp_path / "many", shapes=SHAPES, main=MAIN, **modules)
    with workspace_server(root) as client:
        assert circle(client, root)[0]["uri"] == uri_of(root / "shapes.py")
        found = client.references(uri_of(root / "shapes.py"), at(SHAPES, "class Cir|cle"))
        assert len(found) == 2 * 80 + 2


def test_beside_another_process_that_keeps_the_index(root: Path) -> None:
    with workspace_server(root) as first, workspace_server(root) as second:
        assert circle(first, root)
        assert circle(second, root)
        (root / "late.py").write_text("from shapes import total\ntotal([])\n")
        where = uri_of(root / "shapes.py"), at(SHAPES, "def tot|al")
        wait_until(lambda: ("late.py", 1) in first.references(*where), "it is seen")
        wait_until(lambda: ("late.py", 1) in second.references(*where), "it is seen")
        # When the one that writes is gone, the other takes over.
        assert first.stop() == 0
        (root / "later.py").write_text("from shapes import total\ntotal([])\n")
        wait_until(lambda: ("later.py", 1) in second.references(*where), "it is seen")


def test_what_is_cancelled_is_answered_so(root: Path) -> None:
    with workspace_server(root) as client:
        # Both lanes are busy for a moment; what waits is called off before it starts.
        asked = [
            client.ask(
                "textDocument/references",
                {
                    "textDocument": {"uri": uri_of(root / "shapes.py")},
                    "position": at(SHAPES, "class Sha|pe"),
                    "context": {"includeDeclaration": True},
                },
            )
            for _ in range(30)
        ]
        for id_ in reversed(asked):
            client.notify("$/cancelRequest", {"id": id_})
        answers = [client.answer(id_) for id_ in asked]
        codes = {answer["error"]["code"] for answer in answers if "error" in answer}
        assert codes == {REQUEST_CANCELLED}
        assert all("error" in answer or answer["result"] for answer in answers)
        client.notify("$/cancelRequest", {"id": 12345})
        assert circle(client, root)


def test_traces_are_told_when_wanted(root: Path) -> None:
    with workspace_server(root) as client:
        client.notify("$/setTrace", {"value": "verbose"})
        assert circle(client, root)
        assert any(message.get("method") == "$/logTrace" for message in client.heard)
        client.notify("$/setTrace", {"value": "off"})
        client.settled()
        client.heard.clear()
        assert circle(client, root)
        client.settled()
        assert client.heard == []


def test_serves_a_client_over_tcp(root: Path) -> None:
    process = subprocess.Popen([*COMMAND, "--tcp", "0"], stderr=subprocess.PIPE)
    try:
        assert process.stderr is not None
        port = int(process.stderr.readline().rpartition(b":")[2])
        # What a page in a browser sends first: it is no editor, and gets no answer.
        with socket.create_connection(("127.0.0.1", port), DEADLINE) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
            with suppress(ConnectionResetError):
                assert connection.recv(100) == b""
        with socket.create_connection(("127.0.0.1", port), DEADLINE) as connection:
            stream = connection.makefile("rwb")

            def request(id_: int, method: str, params: Any) -> dict[str, Any]:
                message = {"jsonrpc": "2.0", "id": id_, "method": method, "params": params}
                body = json.dumps(message).encode()
                stream.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
                stream.flush()
                length = int(stream.readline().partition(b":")[2])
                stream.readline()
                return json.loads(stream.read(length))

            folders = [{"uri": uri_of(root), "name": ""}]
            params = {"processId": os.getpid(), "capabilities": {}, "workspaceFolders": folders}
            assert "capabilities" in request(1, "initialize", params)["result"]
            found = request(2, "workspace/symbol", {"query": "Square"})["result"]
            assert [one["name"] for one in found] == ["Square"]
            request(3, "shutdown", None)
            stream.write(b'Content-Length: 33\r\n\r\n{"jsonrpc":"2.0","method":"exit"}')
            stream.flush()
            assert process.wait(DEADLINE) == 0
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def test_an_option_that_there_is_not() -> None:
    done = subprocess.run([*COMMAND, "--nonsense"], capture_output=True, check=False)
    assert done.returncode == 2
    assert b"--nonsense" in done.stderr


def test_the_end_does_not_wait_for_what_does_not_end() -> None:
    program = (
        "import sys, time\n"
        "from flux_index.lsp import main\n"
        "class Server:\n"
        "    def close(self): time.sleep(600)\n"
        "main._end(Server(), 3)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=DEADLINE)
    assert done.returncode == 3

"""`flux-index mcp` as a process: what it starts, what it survives, what it writes, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.client.context import ClientRequestContext
from mcp_helpers import FLUX_INDEX, agent, make_workspace, serving_pid, stop_serving, unquoted
from mcp_types import Implementation, ListRootsResult, Root
from rpc_helpers import wait_until
from workspace_helpers import state_of

from flux_index.api.mcp.folder import folder_of_roots, named_folder, workspace_root
from flux_index.api.mcp.main import run
from flux_index.indexer.errors import FluxIndexError
from flux_index.indexer.store.lock import WriterLock

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
BOX = "shapes.py:7-8 class shapes.Box\n7 class Box(Shape):\n8     side = 1.0"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    folder = make_workspace(tmp_path / "project")
    yield folder
    stop_serving(folder)


def call(id_: int, tool: str, **arguments: Any) -> dict[str, Any]:
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": id_, "method": "tools/call", "params": params}


def test_all_is_answered_before_it_ends_and_nothing_else_is_written(workspace: Path) -> None:
    asked = [
        INITIALIZE,
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        call(2, "definition", name="Box"),
        call(3, "validate", path="shapes.py", old="shape.area()", new="shape.volume()"),
        call(4, "definition", name="half a character, \ud800, as JavaScript may have"),
    ]
    said = "".join(json.dumps(message) + "\n" for message in asked) + "no JSON\n"
    done = subprocess.run(
        [*FLUX_INDEX, "mcp", "--idle-exit", "2"],
        cwd=workspace,
        input=said,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    answers = {answer["id"]: answer for answer in map(json.loads, done.stdout.splitlines())}
    assert sorted(answers) == [1, 2, 3, 4]
    assert unquoted(answers[2]["result"]["content"][0]["text"]) == BOX
    assert "has no attribute 'volume'" in answers[3]["result"]["content"][0]["text"]
    assert "Traceback" not in done.stderr
    # What it started goes on without it, and ends when nobody comes.
    lock = WriterLock(str(state_of(workspace) / "writer.lock"))
    assert lock.read_note()
    wait_until(lambda: not lock.read_note(), "the serving process ends")


def test_it_survives_the_serving_process_and_ends_when_told_to(
    workspace: Path, own_home: Path
) -> None:
    with agent(workspace, home=own_home) as asker:
        assert asker.text("definition", name="Box") == BOX
        first = serving_pid(workspace)
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert asker.text("definition", name="Box") == BOX
        assert serving_pid(workspace) not in (None, first)


def test_a_signal_ends_it_while_its_input_is_open(workspace: Path) -> None:
    server = subprocess.Popen(
        [*FLUX_INDEX, "mcp", "--idle-exit", "2"],
        cwd=workspace,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(json.dumps(INITIALIZE).encode() + b"\n")
    server.stdin.flush()
    assert json.loads(server.stdout.readline())["id"] == 1
    server.send_signal(signal.SIGTERM)
    assert server.wait(60) == 0
    server.stdin.close()
    server.stdout.close()


def test_somebody_else_writes_the_index_and_does_not_serve(workspace: Path, own_home: Path) -> None:
    lock = WriterLock(str(state_of(workspace) / "writer.lock"))
    assert lock.acquire()
    try:
        with agent(workspace, home=own_home) as asker:
            # Nobody has built an index, so the answer says that it may not be all.
            told = asker.text("definition", name="Box")
            assert told.startswith(f"{BOX}\npending: 2 files")
            assert serving_pid(workspace) is None
    finally:
        lock.release()


def test_the_clients_root_is_the_workspace(workspace: Path, own_home: Path, tmp_path: Path) -> None:
    async def roots(_: ClientRequestContext) -> ListRootsResult:
        return ListRootsResult(roots=[Root(uri=workspace.as_uri())])

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with agent(elsewhere, mode="legacy", home=own_home, list_roots_callback=roots) as asker:
        assert asker.text("definition", name="Box") == BOX


def test_what_the_host_says_and_what_it_shows(workspace: Path, own_home: Path) -> None:
    # Claude Code names the project by a variable, and shows a model the structured form only.
    env = {"CLAUDE_PROJECT_DIR": str(workspace)}
    info = Implementation(name="claude-code", version="2.1.232")
    with agent(own_home, home=own_home, env=env, client_info=info) as asker:
        result = asker.call("definition", name="Box")
        assert unquoted(result.content[0].text) == BOX
        assert result.structured_content is None


def test_the_home_folder_is_no_workspace(own_home: Path) -> None:
    with agent(own_home, home=own_home) as asker:
        result = asker.call("definition", name="Box")
        assert result.is_error
        assert "flux-index mcp --workspace" in result.content[0].text
        assert not (own_home / ".flux-index").exists()


def test_which_folder_is_named(
    tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    make_workspace(one)
    make_workspace(other)
    env = {"FLUX_INDEX_WORKSPACE": str(one), "CLAUDE_PROJECT_DIR": str(other)}
    assert named_folder(str(other), env) == str(other)
    assert named_folder(None, env) == str(one)
    assert named_folder(None, {"CLAUDE_PROJECT_DIR": str(other)}) == str(other)
    assert named_folder(None, {}) is None
    with pytest.raises(FluxIndexError, match="there is no folder"):
        named_folder(str(tmp_path / "none"), {})
    assert folder_of_roots(["https://example.com/x", own_home.as_uri(), one.as_uri()]) == str(one)
    assert folder_of_roots(["file:///nowhere/at/all"]) is None
    monkeypatch.chdir(one)
    assert workspace_root(None) == str(one.resolve())
    assert workspace_root(str(other / "shapes.py")) == str(other.resolve())
    monkeypatch.chdir("/")
    with pytest.raises(FluxIndexError, match="no workspace is named"):
        workspace_root(None)


def test_without_the_sdk_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server.stdio", None)
    with pytest.raises(FluxIndexError, match="pip install 'mcp"):
        run(workspace=None, profile="default", budget=4000, idle_exit=1.0, raw=False)


def test_only_the_server_imports_the_sdk() -> None:
    code = (
        "import sys\n"
        "from flux_index.api.mcp import arguments, attachments, budget, folder\n"
        "from flux_index.api.mcp import main, tool_calls, tools\n"
        "sys.exit('mcp' in sys.modules or 'mcp_types' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_a_write_is_guarded_by_what_the_session_was_shown(
    workspace: Path, own_home: Path, mode: str
) -> None:
    edit = {"path": "shapes.py", "old": "    side = 1.0\n", "new": "    side = 2.0\n"}
    with agent(workspace, "--profile", "guard", home=own_home, mode=mode) as asker:
        session = {}
        if mode == "auto":
            # Without a handshake there is no session but the one that is named.
            refused = asker.call("guard", **edit)
            assert refused.is_error
            assert "'session'" in refused.content[0].text
            session = {"session": asker.call("begin", client="test").content[0].text}
        refused = asker.call("guard", **edit, **session)
        assert refused.structured_content["verdict"] == "refused"
        assert "shapes.py" in refused.content[0].text
        asker.text("definition", name="Box", **session)
        allowed = asker.call("guard", **edit, **session)
        assert allowed.structured_content["verdict"] == "allowed"


def test_what_did_not_fit_was_not_shown(workspace: Path, own_home: Path) -> None:
    body = "".join(f"    line_{at} = {at}\n" for at in range(400))
    (workspace / "long.py").write_text(f"def long():\n{body}")
    edit = {"path": "long.py", "old": "line_390 = 390\n", "new": "line_390 = 0\n"}
    options = ("--profile", "guard", "--budget", "2000")
    with agent(workspace, *options, home=own_home, mode="legacy") as asker:
        page = asker.call("definition", name="long").structured_content
        assert page["total"] == 401
        assert asker.call("guard", **edit).structured_content["verdict"] == "refused"
        while "next_offset" in page:
            offset = page["next_offset"]
            page = asker.call("definition", name="long", offset=offset).structured_content
        assert asker.call("guard", **edit).structured_content["verdict"] == "allowed"


def test_a_task_from_beginning_to_end(workspace: Path, own_home: Path) -> None:
    invented = {"path": "shapes.py", "old": "shape.area()", "new": "shape.surface()"}
    step = {"symbol": "Shape.area", "do": "rename", "to": "surface"}
    with agent(workspace, "--profile", "loop", home=own_home, mode="legacy") as asker:
        begun = asker.text("task", action="begin", text="Call `Shape.area` surface")
        handle = begun.split()[0]
        assert "method shapes.Shape.area(self) -> float at shapes.py:2" in begun
        change = {"kind": "change", "path": "shapes.py", "symbol": "total"}
        planned = asker.text("task", action="plan", task=handle, steps=[change])
        assert planned.startswith("ok: plan ")
        unread = asker.text("task", action="step", task=handle, step="1", edits=[invented])
        assert "shapes.py:11-12 has not been read" in unread
        refused = asker.text("task", action="step", task=handle, step="1", edits=[invented])
        assert "'Shape' object has no attribute 'surface'" in refused
        written = asker.text("task", action="step", task=handle, step="1", edits=[step])
        assert "written: shapes.py\n" in written
        done = asker.text("task", action="finish", task=handle)
        assert f"{handle} done\n" in done
    assert (workspace / "shapes.py").read_text().count("surface") == 2

"""Nothing of a repository runs, whatever is asked about it: every operation, hook, face, command.

See `hostile_repository` for the ways that are tried.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hook_helpers import UNHURRIED
from hostile_repository import APP, Canaries, make_partial, make_repository, make_worktree
from lsp_helpers import at, uri_of, workspace_server
from mcp_helpers import stop_serving

from flux_index.api.hooks.messages import EVENTS
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import OPERATIONS, call

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the ways are those of POSIX")
FLUX_INDEX = str(Path(sys.executable).with_name("flux-index"))
GONE = APP.replace("thing.go(2)", "thing.gone(2)")


@pytest.fixture(scope="module")
def canaries(tmp_path_factory: pytest.TempPathFactory) -> Canaries:
    return Canaries(tmp_path_factory.mktemp("outside") / "canaries")


@pytest.fixture(scope="module")
def repository(canaries: Canaries, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_repository(tmp_path_factory.mktemp("cloned") / "app", canaries)
    assert canaries.sung() == []
    return folder


@pytest.fixture(autouse=True)
def _silence(canaries: Canaries) -> Iterator[None]:
    yield
    sung = canaries.sung()
    for name in sung:
        (canaries.folder / name).unlink()
    assert sung == []


def flux_index(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, with the repository's programs first on the search path."""
    root = next(each for each in (folder, *folder.parents) if (each / ".git").exists())
    places = [".", "", "bin", str(root / "bin"), str(root / ".venv/bin"), os.environ["PATH"]]
    done = subprocess.run(
        [FLUX_INDEX, *arguments],
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "PATH": os.pathsep.join(places), "VIRTUAL_ENV": str(root / ".venv")},
    )
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize(
    ("way", "command"),
    [
        ("git include", ["git", "status"]),
        ("git filter.x.process", ["git", "status"]),
        ("conftest", [sys.executable, "-c", "import conftest"]),
        ("compiled module", [sys.executable, "-c", "import compiled_only"]),
        ("multiprocessing", [sys.executable, "-c", "import multiprocessing"]),
        ("environment python", [".venv/bin/python"]),
        ("bin ruff", ["bin/ruff"]),
        ("make", ["make", "-n"]),
    ],
)
def test_the_canaries_sing_when_something_runs(
    way: str, command: list[str], repository: Path, canaries: Canaries
) -> None:
    subprocess.run(command, cwd=repository, check=False, capture_output=True)
    assert way in canaries.sung()
    for name in canaries.sung():
        (canaries.folder / name).unlink()


@pytest.mark.parametrize(
    "arguments",
    [
        ["index", "--quiet", "--jobs", "2"],
        ["index", "--quiet"],
        ["doctor"],
        ["status"],
        ["validate"],
        ["validate", "--all"],
        ["validate", "--since", "HEAD"],
        ["validate", "--staged"],
        ["fix", "--dry-run"],
        ["fix", "--all", "--unsafe", "--yes", "app.py"],
        ["rules", "--agent"],
        ["setup", "claude-code", "--dry-run"],
        ["query", "context", "improve Thing"],
        ["query", "definition", "Thing.go"],
        ["query", "explain", "app.py:3:8"],
    ],
    ids=" ".join,
)
def test_commands(arguments: list[str], repository: Path) -> None:
    flux_index(repository, *arguments)


def test_the_edit_is_judged_nevertheless(repository: Path) -> None:
    (repository / "app.py").write_text(GONE)  # which `fix` may have mended
    assert "has no attribute 'gone'" in flux_index(repository, "validate").stdout


@pytest.mark.parametrize("arguments", [["validate", "b.py"], ["query", "context", "improve B"]])
def test_a_bare_repository_among_the_files(arguments: list[str], repository: Path) -> None:
    folder = repository / "sub"
    subprocess.run(
        [FLUX_INDEX, *arguments], cwd=folder, check=False, capture_output=True, timeout=300
    )


def test_a_partial_clone_fetches_nothing(canaries: Canaries, tmp_path: Path) -> None:
    folder = make_partial(tmp_path / "partial", canaries)
    flux_index(folder, "validate")
    flux_index(folder, "query", "context", "improve new")


def test_a_git_folder_elsewhere(canaries: Canaries, tmp_path: Path) -> None:
    folder = make_worktree(tmp_path / "linked", canaries)
    flux_index(folder, "validate")
    flux_index(folder, "query", "context", "improve new")


QUESTIONS: dict[str, dict[str, Any]] = {
    "symbols": {"query": "Thing"},
    "outline": {"path": "app.py"},
    "exists": {"query": "app.Thing.go(speed=)"},
    "imports": {"path": "app.py"},
    "importers": {"name": "plugin"},
    "context": {"task": "improve Thing"},
    "validate": {"path": "app.py", "text": GONE},
    "breakage": {"path": "app.py", "text": GONE.replace("def go", "def went")},
    "reasons": {"finding": "app.py:1", "path": "app.py", "text": "nowhere\n"},
    "fix": {"path": "app.py", "text": GONE},
    "patterns": {"name": "Thing"},
    "reuse": {"query": "go faster"},
    "conventions": {},
    "explain": {"path": "app.py", "line": 2, "character": 8},
    "begin": {},
    "map": {},
    "stats": {},
    "suggest": {"grade": "look"},
    "dependencies": {},
    "status": {},
}


PLAIN = [each for each in OPERATIONS if each != "guard" and not each.startswith("task.")]


@pytest.mark.parametrize("operation", PLAIN)
def test_operations(operation: str, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    session = OpenWorkspace.open(str(repository))
    try:
        answer = call(session, operation, QUESTIONS.get(operation, {"name": "Thing"}))
        assert "total" in answer
        if operation == "begin":
            given = {"session": answer["session"], "path": "app.py", "text": GONE}
            assert call(session, "guard", given)["verdict"] in ("allowed", "refused")
    finally:
        session.close()


def test_a_task(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    session = OpenWorkspace.open(str(repository))
    try:
        task = call(session, "task.begin", {"text": "improve `Thing.go`"})["task"]
        step = {"kind": "change", "path": "app.py", "symbol": "Thing.go", "signature": "(self)"}
        call(session, "task.plan", {"task": task, "steps": [step]})
        edits = [{"path": "made.py", "text": "import app\n"}]
        answer = call(session, "task.step", {"task": task, "step": "2", "edits": edits})
        call(session, "task.verify", {"task": task})
        call(session, "task.undo", {"token": answer["token"]})
        call(session, "task.resume", {"task": task})
        assert call(session, "task.finish", {"task": task, "stop": "enough"})["state"] == "stopped"
    finally:
        session.close()


def test_hooks(repository: Path) -> None:
    flux_index(repository, "index", "--quiet")
    path = str(repository / "app.py")
    edit = {"file_path": path, "old_string": "speed + 1", "new_string": "self.speed + 1"}
    for event, name in EVENTS.items():
        for tool, given in (("Edit", edit), ("Read", {"file_path": path}), ("Bash", BASH)):
            payload = {
                "session_id": "s", "cwd": str(repository), "hook_event_name": name,
                "source": "startup", "prompt": "look at @app.py", "tool_name": tool,
                "tool_use_id": tool, "tool_input": given, "tool_response": "",
            }  # fmt: skip
            seconds = str(int(UNHURRIED))
            flux_index(repository, "hook", event, "--seconds", seconds, given=json.dumps(payload))
    stop_serving(repository)


BASH = {"command": "cat app.py"}


def test_mcp(repository: Path) -> None:
    calls = [
        ("definition", {"name": "Thing"}),
        ("validate", {}),
        ("search", {"query": "Thing"}),
        ("exists", {"names": ["app.Thing.go", "plugged.x", "compiled_only.VALUE"]}),
        ("patterns", {"name": "Thing"}),
    ]
    said: list[dict[str, Any]] = [
        {
            "id": 0, "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18", "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        },
        {"method": "notifications/initialized"},
        *(
            {"id": at, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
            for at, (name, arguments) in enumerate(calls, 1)
        ),
        {"id": 8, "method": "resources/read", "params": {"uri": "flux-index://rules"}},
        {
            "id": 9, "method": "prompts/get",
            "params": {"name": "review-my-edit", "arguments": {}},
        },
    ]  # fmt: skip
    text = "".join(json.dumps({"jsonrpc": "2.0", **each}) + "\n" for each in said)
    try:
        done = flux_index(repository, "mcp", "--idle-exit", "4", given=text)
    finally:
        stop_serving(repository)
    answered = [json.loads(line) for line in done.stdout.splitlines()]
    assert {each["id"] for each in answered if "id" in each} == {*range(6), 8, 9}
    assert all("error" not in each for each in answered), answered


def test_an_editor(repository: Path) -> None:
    with workspace_server(repository, forked=False) as client:
        uri = uri_of(repository / "app.py")
        client.open(uri, GONE)
        for marker in ("|compiled_only.VALUE", "|native.VALUE", "thing.|gone", "Thing(|Base)"):
            position = at(GONE, marker)
            for feature in ("hover", "definition", "references", "completion", "documentHighlight"):
                more = {"context": {"includeDeclaration": True}} if feature == "references" else {}
                client.at(feature, uri, position, **more)
        # What has no answer of the index is asked of Jedi.
        for half in ("compiled_only.", "native.", "compiled_only.VALUE."):
            text = f"{APP}\n\n{half}\n"
            client.change(uri, 2, {"text": text})
            client.at("completion", uri, at(text, f"\n\n{half}|\n"))
        client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})

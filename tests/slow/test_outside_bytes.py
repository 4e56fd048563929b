"""Everything that reads bytes from outside, given others than it expects.

It may refuse them, by an error of ours or of the protocol; it never crashes, hangs, or forgets how
to answer what is right.
"""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bad_input_helpers import MODELS, answers, ask, expected, indexed, shop
from damage_helpers import flip_a_bit, flip_many_bits
from hook_helpers import Host, make_shop
from lsp_helpers import uri_of, workspace_server
from mcp_helpers import FLUX_INDEX
from test_lsp_fuzz import PLACED, WHOLE
from workspace_helpers import state_of

from flux_index.api.hooks.messages import EVENTS
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.api.rpc.client import connect, writer_lock
from flux_index.api.rpc.framing import Broken, Splitter, frame
from flux_index.api.source.apply_patch import PatchError, apply
from flux_index.indexer.errors import FluxIndexError
from flux_index.indexer.extract.source import extract, extract_blob
from flux_index.indexer.facts import FileFacts
from flux_index.indexer.symbols import inherited_names, symbols

Trials = Callable[[int, int], int]

VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 1 << 63, 1e308, "", "a", "models.Order", "a.py", "../../etc/passwd",
    "/dev/zero", "a\0b", "\ud800", "x" * 5_000, "(" * 500, "--output=x", "file:///etc/passwd",
    "untitled:1", [], {},
)  # fmt: skip


class Noise:
    """Random bytes and values, the same ones for a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def bytes(self, sound: bytes) -> bytes:
        """Something like what is expected."""
        data = bytearray(sound)
        kind = self.random.randrange(6)
        if kind == 0:
            return self.random.randbytes(self.random.randrange(300))
        if kind == 1:
            flip_many_bits(data, self.random)
        elif kind == 2:
            flip_a_bit(data, self.random)
        elif kind == 3:
            del data[self.random.randrange(len(data)) :]
        else:  # lines go, are doubled, and trade places
            lines = bytes(data).splitlines(keepends=True)
            chosen = self.random.choices(lines, k=self.random.randrange(len(lines) + 3))
            return b"".join(chosen if kind == 4 else sorted(chosen, key=lines.index))
        return bytes(data)

    def value(self, like: Any = None, depth: int = 0) -> Any:
        """Something like a value of JSON, with other values and keys here and there."""
        if self.random.random() < 0.15 or depth > 6:
            return self.random.choice(VALUES)
        if isinstance(like, dict):
            found = {key: self.value(each, depth + 1) for key, each in like.items()}
            if found and self.random.random() < 0.1:
                del found[self.random.choice(list(found))]
            return found
        if isinstance(like, list):
            return [self.value(each, depth + 1) for each in like]
        return like


def test_facts(trials: Trials, seed: int) -> None:
    """Facts that are none give ValueError, LookupError or other nonsense, and always end."""
    source = (Path(__file__).parent.parent / "bad_input_helpers.py").read_bytes()
    blob, noise = extract_blob(source), Noise(seed)
    for _ in range(trials(100, 5_000)):
        extract(noise.bytes(source))
        try:
            facts = FileFacts(noise.bytes(blob))
            symbols(facts)
            inherited_names(facts)
            facts.occurring_names()
            list(facts.occurrences("index"))
            facts.line_of(100)
        except (ValueError, LookupError, TypeError, RecursionError):
            continue


def test_frames(trials: Trials, seed: int) -> None:
    noise = Noise(seed)
    sound = frame(b'{"jsonrpc":"2.0","id":1,"method":"symbols"}', "headers") * 2
    for _ in range(trials(500, 20_000)):
        splitter = Splitter(1000)
        data = noise.bytes(sound)
        while data:
            step = noise.random.randrange(1, 40)
            for found in splitter.feed(data[:step]):
                assert isinstance(found, bytes | Broken)
            data = data[step:]


def test_diffs_and_patches(tmp_path: Path, trials: Trials, seed: int) -> None:
    noise = Noise(seed)
    diff = (
        b"--- a/models.py\n+++ b/models.py\n@@ -1,4 +1,5 @@\n class Model:\n"
        b'     """Something kept."""\n \n+    def load(self): ...\n'
        b"     def save(self) -> None: ...\n"
    )
    patch = b"*** Begin Patch\n*** Update File: a.py\n@@ class A:\n-x = 1\n+x = 2\n*** End Patch\n"
    root = shop(tmp_path / "root")
    with indexed(root) as index:
        session = OpenWorkspace(index)
        for _ in range(trials(40, 1_000)):
            text = noise.bytes(diff).decode("utf-8", "surrogateescape")
            try:
                call(session, "validate", {"diff": text})
            except FluxIndexError as error:
                assert str(error)
            try:
                apply(noise.bytes(patch).decode("latin-1"), "/w", {"/w/a.py": "x = 1\n"}.get)
            except PatchError as error:
                assert str(error)
        assert answers(index) == expected(tmp_path)
    assert (root / "models.py").read_text() == MODELS


SETTINGS = {
    "pyproject.toml": b'[project]\nname = "x"\n[tool.flux-index]\nexclude = ["many/*"]\n'
    b'source-roots = ["src"]\npython = ".venv"\nmax-file-size = 1000000\n'
    b'[tool.setuptools.package-dir]\n"" = "src"\n',
    "setup.cfg": b"[metadata]\nname = x\n[options]\npackage_dir =\n    = src\npackages = find:\n",
    ".gitignore": b"*.pyc\n!a.py\n/build/\nmany/**/x?[a-z]*\n\\#a\n",
    ".venv/pyvenv.cfg": b"home = /usr/bin\ninclude-system-site-packages = no\nversion = 3.12\n",
    "uv.lock": b'version = 1\nrequires-python = ">=3.11"\n[[package]]\nname = "x"\nversion = "1"\n',
    "pytest.ini": b"[pytest]\ntestpaths = tests\npythonpath = src\n",
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings(name: str, tmp_path: Path, trials: Trials, seed: int) -> None:
    """Whatever a repository's settings are, a question is answered."""
    noise = Noise(seed)
    root = shop(tmp_path / "root", {".venv/lib/python3.12/site-packages/a.py": ""})
    for _ in range(trials(6, 100)):
        (root / name).write_bytes(noise.bytes(SETTINGS[name]))
        with indexed(root) as index:
            ask(index, "definition", name="models.Order")
            ask(index, "status")
    (root / name).unlink()
    (root / "pyproject.toml").write_text("")
    with indexed(root) as index:
        assert ask(index, "definition", name="models.Order")["total"] == 1


def test_note_of_a_lock(tmp_path: Path, trials: Trials, seed: int) -> None:
    noise = Noise(seed)
    root = shop(tmp_path / "root")
    with indexed(root):
        pass
    lock = Path(writer_lock(str(root)).path)
    sound = f"\0unix:{lock.with_name('rpc.sock')}\ntcp:127.0.0.1:1 {lock.with_name('token')}\n"
    for _ in range(trials(100, 5_000)):
        lock.write_bytes(noise.bytes(sound.encode()))
        assert connect(str(root)) is None


def test_hooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trials: Trials, seed: int) -> None:
    """A hook ends with success and says nothing, or JSON, whatever a host tells it."""
    noise = Noise(seed)
    root = make_shop(tmp_path)
    host = Host(root, monkeypatch)
    path = str(root / "shop/orders.py")
    event = {
        **host.common("PostToolUse"),
        "tool_name": "Edit",
        "tool_use_id": "t",
        "source": "startup",
        "prompt": "improve Order",
        "tool_input": {"file_path": path, "old_string": "def", "new_string": "async def"},
        "tool_response": {
            "type": "text",
            "file": {
                "filePath": path, "content": "x\n", "numLines": 1, "startLine": 1, "totalLines": 1,
            },
        },
    }  # fmt: skip
    for _ in range(trials(40, 1_000)):
        name = noise.random.choice(list(EVENTS))
        tool = noise.random.choice(("Read", "Edit", "Write", "Bash", "Grep", "apply_patch"))
        likely = noise.value({**event, "hook_event_name": EVENTS[name], "tool_name": tool})
        payload = json.dumps(likely).encode()
        if noise.random.random() < 0.3:
            payload = noise.bytes(payload)
        said = host.answer(name, payload)
        assert not said or json.loads(said)
    assert "Error" not in internal_errors(root)
    host.session = "sound"
    host.read("shop/orders.py")
    assert "Traceback" not in host.log()


def internal_errors(root: Path) -> str:
    """What the log says of errors that are nobody's but ours."""
    path = state_of(root) / "hooks.log"
    ours = ("KeyError", "TypeError", "AttributeError", "IndexError", "AssertionError", "UnicodeE")
    lines = path.read_text().splitlines() if path.exists() else []
    return "\n".join(line for line in lines if any(each in line for each in ours))


def test_language_server(tmp_path: Path, trials: Trials, seed: int) -> None:
    """Any parameters: a result or an error for each request, and then the right answer."""
    noise = Noise(seed)
    root = shop(tmp_path / "root")
    uri = uri_of(root / "views.py")
    params = {
        "textDocument": {"uri": uri, "version": 1},
        "position": {"line": 4, "character": 11},
        "context": {"includeDeclaration": True, "diagnostics": []},
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 5, "character": 0}},
        "query": "Order",
        "newName": "x",
        "contentChanges": [{"text": "x = 1\n"}],
        "settings": {"flux-index": {"diagnostics": {"enabled": True}}},
        "changes": [{"uri": uri, "type": 2}],
        "arguments": [{"name": "models.Order"}],
        "command": "flux-index.members",
    }
    requests = [f"textDocument/{name}" for name in (*PLACED, *WHOLE, "rename", "codeAction")]
    requests += ["workspace/symbol", "workspace/executeCommand", "flux-index/members", "x/y"]
    notes = ["textDocument/didOpen", "textDocument/didChange", "textDocument/didSave"]
    notes += ["workspace/didChangeWatchedFiles", "workspace/didChangeConfiguration"]
    notes += ["textDocument/didClose", "$/cancelRequest", "$/setTrace"]
    with workspace_server(root, forked=False) as client:
        for _ in range(trials(60, 2_000)):
            if noise.random.random() < 0.3:
                client.notify(noise.random.choice(notes), noise.value(params))
            else:
                answer = client.answer(
                    client.ask(noise.random.choice(requests), noise.value(params))
                )
                assert ("result" in answer) != ("error" in answer)
        client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        found = client.at("definition", uri_of(root / "views.py"), {"line": 4, "character": 11})
        assert json.dumps(found).count("models.py")
        assert client.stop() == 0


MCP_METHODS = (
    "tools/call", "tools/list", "resources/read", "prompts/get", "notifications/cancelled",
)  # fmt: skip


@contextmanager
def mcp(root: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [*FLUX_INDEX, "mcp", "--idle-exit", "4"],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()


def test_mcp(tmp_path: Path, trials: Trials, seed: int) -> None:
    noise = Noise(seed)
    root = shop(tmp_path / "root")
    with mcp(root) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        stdin, stdout = server.stdin, server.stdout

        def send(message: Any) -> None:
            body = message if isinstance(message, bytes) else json.dumps(message).encode()
            stdin.write(body.replace(b"\n", b" ") + b"\n")
            stdin.flush()

        def answer(number: int) -> Any:
            while message := json.loads(stdout.readline()):
                if isinstance(message, dict) and message.get("id") == number:
                    return message
            raise AssertionError("the server has ended")

        def request(number: int, method: str, params: Any) -> dict[str, Any]:
            return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}

        hello = {"name": "test", "version": "1"}
        first = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": hello}
        send(request(0, "initialize", first))
        assert "result" in answer(0)
        send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        for trial in range(trials(30, 1_000)):
            arguments = {"query": "Order", "name": "models.Order", "path": "views.py", "limit": 5}
            likely = request(-1, "tools/call", {"name": "symbols", "arguments": arguments})
            likely["method"] = noise.random.choice(
                (
                    "tools/call",
                    "tools/list",
                    "resources/read",
                    "prompts/get",
                    "notifications/cancelled",
                )
            )
            likely["params"]["uri"] = "file:///etc/passwd"
            likely["params"]["requestId"] = 1
            message = noise.value(likely)
            send(noise.bytes(json.dumps(message).encode()) if trial % 4 == 0 else message)
            if trial % 10 == 9:
                send(request(trial + 1, "ping", {}))
                assert "result" in answer(trial + 1)
        send(request(1_000_000, "tools/list", {}))
        assert answer(1_000_000)["result"]["tools"]

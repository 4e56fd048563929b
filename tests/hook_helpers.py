"""A host that tells hooks its events, and a workspace to work in."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hook_schemas import check
from workspace_helpers import state_of

from flux_index.api.cli import main
from flux_index.api.hooks.messages import EVENTS
from flux_index.api.hooks.places import Place
from flux_index.api.hooks.run import run

UNHURRIED = 1e9
ORDERS = '''\
"""Orders."""


class Order:
    def __init__(self, lines: list[int]) -> None:
        self.lines = lines

    def total(self) -> int:
        return sum(self.lines)

    def pay(self, amount: int, *, late: bool = False) -> int:
        return amount
'''
DESK = """\
from shop.orders import Order


def ring_up(lines: list[int]) -> int:
    order = Order(lines)
    return order.total()


def settle(lines: list[int]) -> int:
    return Order(lines).pay(3)
"""


def make_shop(folder: Path) -> Path:
    """An indexed workspace with two modules."""
    (folder / ".git").mkdir()
    (folder / "pyproject.toml").write_text("[project]\nname = 'shop'\n")
    (folder / "shop").mkdir()
    (folder / "shop/__init__.py").write_text("")
    (folder / "shop/orders.py").write_text(ORDERS)
    (folder / "shop/desk.py").write_text(DESK)
    assert main(["index", str(folder), "--quiet", "--jobs", "1"]) == 0
    return folder


class Host:
    """Claude Code, as far as hooks see it. Answers are checked against what hosts accept."""

    def __init__(self, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.workspace = workspace
        self.session = "5f0c"
        self.mode = "supply"
        self._monkeypatch = monkeypatch
        self._calls = 0
        # A serving process would outlive the test; those that ask one start it themselves.
        monkeypatch.setattr(Place, "begin_serving", lambda *_: None)

    def common(self, event: str) -> dict[str, Any]:
        """What every event of this host says."""
        return {
            "session_id": self.session,
            "prompt_id": "p1",
            "transcript_path": str(self.workspace / "transcript.jsonl"),
            "cwd": str(self.workspace),
            "permission_mode": "default",
            "hook_event_name": event,
        }

    def tell(self, event: str, **fields: Any) -> Any:
        """What a hook answers to an event; None when it says nothing."""
        payload = {**self.common(EVENTS[event]), **fields}
        text = self.answer(event, json.dumps(payload).encode())
        if not text:
            return None
        assert text.endswith("\n")
        answer = json.loads(text)
        check(EVENTS[event], answer)
        return answer

    def answer(self, event: str, payload: bytes) -> str:
        """The output of a hook that is given these bytes."""
        stdin, stdout = io.TextIOWrapper(io.BytesIO(payload)), io.StringIO()
        with self._monkeypatch.context() as patched:
            patched.setattr(sys, "stdin", stdin)
            patched.setattr(sys, "stdout", stdout)
            assert run(event, self.mode, UNHURRIED) == 0
        return stdout.getvalue()

    def start(self, source: str = "startup", **fields: Any) -> Any:
        """Begin the session."""
        return self.tell("session-start", source=source, **fields)

    def before(self, tool: str, **given: Any) -> Any:
        """Tell that a tool is about to be called."""
        self._calls += 1
        return self.tell(
            "pre-tool", tool_name=tool, tool_input=given, tool_use_id=f"toolu_{self._calls}"
        )

    def after(self, tool: str, response: Any, **given: Any) -> Any:
        """Tell that the tool that was about to be called has run."""
        return self.tell(
            "post-tool", tool_name=tool, tool_input=given, tool_response=response,
            tool_use_id=f"toolu_{self._calls}",
        )  # fmt: skip

    def read(self, path: str, first: int = 1, count: int | None = None) -> Any:
        """Let the agent read a file, or lines of it."""
        full = self.workspace / path
        lines = full.read_text().splitlines(keepends=True)
        n_lines = len(lines) if count is None else count
        shown = {
            "filePath": str(full),
            "content": "".join(lines[first - 1 : first - 1 + n_lines]),
            "numLines": n_lines,
            "startLine": first,
            "totalLines": len(lines),
        }
        given: dict[str, Any] = {"file_path": str(full)}
        if count is not None:
            given |= {"offset": first, "limit": count}
        return self.after("Read", {"type": "text", "file": shown}, **given)

    def edit(self, path: str, old: str, new: str) -> Any:
        """Let the agent replace a text: the refusal, or what is said when it was written."""
        full = self.workspace / path
        given = {"file_path": str(full), "old_string": old, "new_string": new}
        refused = self.before("Edit", **given, replace_all=False)
        if refused is not None:
            return refused
        text = full.read_text()
        assert text.count(old) == 1
        full.write_text(text.replace(old, new))
        return self.after("Edit", {"filePath": str(full), "success": True}, **given)

    def write(self, path: str, content: str) -> Any:
        """Let the agent write a whole file."""
        full = self.workspace / path
        refused = self.before("Write", file_path=str(full), content=content)
        if refused is not None:
            return refused
        full.write_text(content)
        return self.after("Write", {"filePath": str(full)}, file_path=str(full), content=content)

    def shell(self, command: str) -> Any:
        """Let the agent run a command, really."""
        self.before("Bash", command=command)
        done = subprocess.run(
            command, shell=True, cwd=self.workspace, capture_output=True, text=True, check=False
        )
        response = {"stdout": done.stdout.removesuffix("\n"), "stderr": done.stderr}
        return self.after("Bash", response, command=command)

    def stop(self, *, again: bool = False) -> Any:
        """Let the agent stop."""
        return self.tell("stop", stop_hook_active=again, last_assistant_message="Done.")

    def log(self) -> str:
        """The log of hooks."""
        path = state_of(self.workspace) / "hooks.log"
        return path.read_text() if path.exists() else ""


class Codex(Host):
    """Codex: the same events with fewer fields, edits as patches."""

    def common(self, event: str) -> dict[str, Any]:
        return {
            "session_id": self.session,
            "turn_id": "t1",
            "transcript_path": None,
            "cwd": str(self.workspace),
            "hook_event_name": event,
            "model": "gpt-6-codex",
            "permission_mode": "default",
        }

    def patch(self, text: str) -> Any:
        """Tell that a patch is about to be applied."""
        return self.before("apply_patch", command=text)


def reason(answer: Any) -> str:
    """Why a call was refused."""
    return answer["hookSpecificOutput"]["permissionDecisionReason"]


def context(answer: Any) -> str:
    """What a model is told."""
    return answer["hookSpecificOutput"]["additionalContext"]

"""opencode, which has `flux-index mcp`: a made-up call is refused before it is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from repair_project import FIXER, METHOD, RIGHT, WRONG, make_project
from scripted_model import Reply, scripted_model, text_of

pytestmark = pytest.mark.agents

OPENCODE = os.environ.get("FLUX_INDEX_OPENCODE", "")
FLUX_INDEX = str(Path(sys.executable).parent / "flux-index")
REFUSAL = "'BaseProvider' object has no attribute 'generate_fix'"
INIT = "        self.llm = llm\n"


def script(asked: dict[str, Any]) -> Reply:
    """Have what is made up judged, then what is right, and write it when it is found so."""
    tools = [tool["function"]["name"] for tool in asked.get("tools", [])]
    if not tools:
        return Reply("A title")
    validate = next(name for name in tools if name.endswith("validate"))
    last = asked["messages"][-1]
    told = text_of(last)
    if last["role"] != "tool":
        return Reply(calls=((validate, judged(WRONG)),))
    if REFUSAL in told:
        return Reply(calls=((validate, judged(RIGHT)),))
    if is_right(told):
        edit = {
            "filePath": "repair/fixer.py",
            "oldString": INIT,
            "newString": INIT + METHOD + RIGHT,
        }
        return Reply(calls=(("edit", edit),))
    return Reply("It is done.")


def is_right(told: str) -> bool:
    """True if a verdict is that nothing is wrong."""
    return any(line.startswith("ok: ") for line in told.split("\n"))


def judged(line: str) -> dict[str, Any]:
    """Arguments of the tool that judges an edit."""
    return {"path": "repair/fixer.py", "old": INIT, "new": INIT + METHOD + line}


@pytest.mark.skipif(not OPENCODE, reason="FLUX_INDEX_OPENCODE does not name opencode's program")
def test_a_made_up_call_is_refused_before_it_is_written(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    with scripted_model(script) as model:
        settings = tmp_path / "opencode.json"
        settings.write_text(json.dumps(configuration(model.url)))
        done = subprocess.run(
            [OPENCODE, "run", "--auto", "--model", "scripted/scripted", "Add a method `fix`."],
            cwd=project,
            env={
                **os.environ,
                "PWD": str(project),
                "OPENCODE_CONFIG": str(settings),
                "OPENCODE_DISABLE_AUTOUPDATE": "1",
                "OPENCODE_DISABLE_MODELS_FETCH": "1",
                "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
                "NO_PROXY": "127.0.0.1",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    results = [
        text_of(asked["messages"][-1])
        for asked in model.requests
        if asked["messages"][-1]["role"] == "tool"
    ]
    assert REFUSAL in results[0]
    assert "send_message" in results[0]
    assert is_right(results[1])
    assert (project / "repair" / "fixer.py").read_text() == FIXER + METHOD + RIGHT


def configuration(url: str) -> dict[str, Any]:
    """The scripted model as provider, and the server."""
    limits = {"context": 100_000, "output": 4_000}
    return {
        "provider": {
            "scripted": {
                "npm": "@ai-sdk/openai-compatible",
                "name": "Scripted",
                "options": {"baseURL": url, "apiKey": "none"},
                "models": {"scripted": {"name": "Scripted", "tool_call": True, "limit": limits}},
            }
        },
        "model": "scripted/scripted",
        "small_model": "scripted/scripted",
        "autoupdate": False,
        "share": "disabled",
        "mcp": {
            "flux-index": {
                "type": "local",
                "command": [FLUX_INDEX, "mcp", "--idle-exit", "4"],
                "enabled": True,
            }
        },
    }

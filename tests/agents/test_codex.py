"""Codex, which has `flux-index mcp`: a made-up call is refused before it is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from repair_project import FIXER, METHOD, RIGHT, WRONG, make_project
from scripted_model import Reply, scripted_model

pytestmark = pytest.mark.agents

CODEX = os.environ.get("FLUX_INDEX_CODEX", "")
FLUX_INDEX = str(Path(sys.executable).parent / "flux-index")
REFUSAL = "'BaseProvider' object has no attribute 'generate_fix'"
INIT = "        self.llm = llm\n"
VALIDATE = "mcp__flux_index/validate"
ADDED = "".join(f"+{line}\n" for line in (METHOD + RIGHT).splitlines())
PATCH = f"""\
apply_patch <<'EOF'
*** Begin Patch
*** Update File: repair/fixer.py
@@
 {INIT}{ADDED}*** End Patch
EOF
"""
# Without `required`, Codex begins before its servers are there.
SETTINGS = """\
model = "scripted"
model_provider = "scripted"
[model_providers.scripted]
name = "Scripted"
base_url = "{url}"
wire_api = "responses"
env_key = "SCRIPTED_KEY"
[mcp_servers.flux_index]
command = {command}
args = ["mcp", "--idle-exit", "4"]
required = true
startup_timeout_sec = 60
[analytics]
enabled = false
"""


def script(asked: dict[str, Any]) -> Reply:
    """Have what is made up judged, then what is right, and write it when it is found so."""
    last = asked["input"][-1]
    told = json.dumps(last)
    if last["type"] != "function_call_output":
        return Reply(calls=((VALIDATE, judged(WRONG)),))
    if REFUSAL in told:
        return Reply(calls=((VALIDATE, judged(RIGHT)),))
    if "ok: 1 file checked" in told:
        return Reply(calls=(("exec_command", {"cmd": PATCH}),))
    return Reply("It is done.")


def judged(line: str) -> dict[str, Any]:
    """Arguments of the tool that judges an edit."""
    return {"path": "repair/fixer.py", "old": INIT, "new": INIT + METHOD + line}


@pytest.mark.skipif(not CODEX, reason="FLUX_INDEX_CODEX does not name Codex's program")
def test_a_made_up_call_is_refused_before_it_is_written(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    home = tmp_path / "codex"
    home.mkdir()
    with scripted_model(script) as model:
        settings = SETTINGS.format(url=model.url, command=json.dumps(FLUX_INDEX))
        (home / "config.toml").write_text(settings)
        done = subprocess.run(
            [CODEX, "exec", "--dangerously-bypass-approvals-and-sandbox", "Add a method `fix`."],
            cwd=project,
            env={
                **os.environ,
                "CODEX_HOME": str(home),
                "SCRIPTED_KEY": "none",
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
        json.dumps(asked["input"][-1])
        for asked in model.requests
        if asked["input"][-1]["type"] == "function_call_output"
    ]
    assert REFUSAL in results[0]
    assert "send_message" in results[0]
    assert "ok: 1 file checked" in results[1]
    # Of an answer with a structured form Codex shows the model nothing else.
    assert '"lines' not in results[0]
    assert (project / "repair" / "fixer.py").read_text() == FIXER + METHOD + RIGHT

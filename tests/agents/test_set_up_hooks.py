"""Hosts that `flux-index setup` has set up: an invention is refused before it is written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from repair_project import FIXER, METHOD, RIGHT, WRONG, make_project
from scripted_model import Reply, scripted_model
from test_opencode import configuration

pytestmark = pytest.mark.agents

GEMINI, OPENCODE = (os.environ.get(f"FLUX_INDEX_{name}", "") for name in ("GEMINI", "OPENCODE"))
FLUX_INDEX = str(Path(sys.executable).parent / "flux-index")
REFUSAL = "'BaseProvider' object has no attribute 'generate_fix'"
INIT = "        self.llm = llm\n"


def steps(tool: str, keys: tuple[str, str, str], path: str) -> Callable[[dict[str, Any]], Reply]:
    """Write what is made up, then what is right, then say that it is done."""
    waiting = [WRONG, RIGHT]

    def script(asked: dict[str, Any]) -> Reply:
        if not asked.get("tools"):
            return Reply("A title")
        if not waiting:
            return Reply("It is done.")
        values = (path, INIT, INIT + METHOD + waiting.pop(0))
        given = dict(zip(keys, values, strict=True))
        return Reply(calls=((tool, given | ({"instruction": "x"} if tool == "replace" else {})),))

    return script


def set_up(project: Path, client: str) -> None:
    """Index a project and set a client up in it."""
    for command in (["index", "--quiet"], ["setup", client, "--program", FLUX_INDEX]):
        subprocess.run([FLUX_INDEX, *command], cwd=project, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


@pytest.mark.skipif(not OPENCODE, reason="FLUX_INDEX_OPENCODE does not name opencode's program")
def test_opencode(project: Path, tmp_path: Path) -> None:
    set_up(project, "opencode")
    path = str(project / "repair/fixer.py")
    # It lets nobody edit what was not read.
    edit = steps("edit", ("filePath", "oldString", "newString"), path)
    has_read: list[bool] = []

    def script(asked: dict[str, Any]) -> Reply:
        if asked.get("tools") and not has_read:
            has_read.append(True)
            return Reply(calls=(("read", {"filePath": path}),))
        return edit(asked)

    with scripted_model(script) as model:
        settings = configuration(model.url)
        del settings["mcp"]
        (tmp_path / "opencode.json").write_text(json.dumps(settings))
        environment = {
            **os.environ,
            "PWD": str(project),
            "OPENCODE_CONFIG": str(tmp_path / "opencode.json"),
            "OPENCODE_DISABLE_AUTOUPDATE": "1",
            "OPENCODE_DISABLE_MODELS_FETCH": "1",
            "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
            "NO_PROXY": "127.0.0.1",
        }
        command = [OPENCODE, "run", "--auto", "--model", "scripted/scripted", "Add `fix`."]
        execute(command, project, environment)
    assert REFUSAL in json.dumps(model.requests)
    assert (project / "repair/fixer.py").read_text() == FIXER + METHOD + RIGHT


@pytest.mark.skipif(
    not (GEMINI and shutil.which("node")), reason="FLUX_INDEX_GEMINI does not name a bundle"
)
def test_gemini(project: Path, tmp_path: Path) -> None:
    set_up(project, "gemini")
    home = tmp_path / "home"
    (home / ".gemini").mkdir(parents=True)
    chosen = {
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "privacy": {"usageStatisticsEnabled": False},
        "general": {"disableAutoUpdate": True},
    }
    (home / ".gemini/settings.json").write_text(json.dumps(chosen))
    keys = ("file_path", "old_string", "new_string")
    path = str(project / "repair/fixer.py")
    with scripted_model(steps("replace", keys, path)) as model:
        environment = {
            **os.environ,
            "HOME": str(home),
            "GOOGLE_GEMINI_BASE_URL": model.url.removesuffix("/v1"),
            "GEMINI_API_KEY": "none",
            "GEMINI_CLI_TRUST_WORKSPACE": "true",
            "NO_PROXY": "127.0.0.1",
        }
        command = ["node", GEMINI, "--approval-mode", "yolo", "-m", "gemini-2.5-pro", "-p", "Go."]
        execute(command, project, environment)
    assert REFUSAL in json.dumps(model.requests)
    assert (project / "repair/fixer.py").read_text() == FIXER + METHOD + RIGHT


def execute(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Run a host to its end."""
    done = subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr

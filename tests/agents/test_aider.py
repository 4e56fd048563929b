"""aider, whose lint command is `flux-index validate`: a made-up call is refused and mended."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from repair_project import FIXER, METHOD, RIGHT, WRONG, make_project
from scripted_model import Reply, scripted_model, text_of
from workspace_helpers import plant

pytestmark = pytest.mark.agents

AIDER = os.environ.get("FLUX_INDEX_AIDER", "")
PRICES = '{"openai/scripted": {"max_input_tokens": 100000, "mode": "chat"}}'
# In a repository aider commits an edit before it lints it, so whole files are judged.
LINT = f"python: {Path(sys.executable).parent / 'flux-index'} validate --all --strict --findings"

REFUSAL = "'BaseProvider' object has no attribute 'generate_fix'"


def edit(old: str, new: str) -> str:
    """An answer in aider's format for edits."""
    return f"repair/fixer.py\n```\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n```\n"


def is_commit(asked: dict[str, Any]) -> bool:
    """Whether the model is asked for the message of a commit."""
    return "commit message" in text_of(asked["messages"][0])


def script(asked: dict[str, Any]) -> Reply:
    """Make up a call; on being told that it does not exist, use what does."""
    last = text_of(asked["messages"][-1])
    if is_commit(asked):
        return Reply("Add Fixer.fix")
    if REFUSAL in last:
        return Reply(edit(WRONG, RIGHT))
    return Reply(edit("        self.llm = llm\n", f"        self.llm = llm\n{METHOD}{WRONG}"))


@pytest.mark.skipif(not AIDER, reason="FLUX_INDEX_AIDER does not name aider's program")
@pytest.mark.parametrize("stream", ["--stream", "--no-stream"])
def test_a_made_up_call_is_refused_and_mended(tmp_path: Path, own_home: Path, stream: str) -> None:
    project = make_project(tmp_path / "project")
    # Else aider asks the network what models there are.
    plant(own_home / ".aider" / "caches", files={"model_prices_and_context_window.json": PRICES})
    with scripted_model(script) as model:
        done = subprocess.run(
            [
                AIDER,
                *("--model", "openai/scripted", "--weak-model", "openai/scripted"),
                *("--openai-api-base", model.url, "--openai-api-key", "none"),
                *("--edit-format", "diff", "--map-tokens", "0", stream),
                *("--lint-cmd", LINT, "--auto-lint"),
                *("--no-analytics", "--no-check-update", "--no-show-model-warnings"),
                *("--no-show-release-notes", "--no-detect-urls", "--no-gitignore"),
                *("--no-pretty", "--no-fancy-input", "--yes-always"),
                *("--message", "Add a method that repairs source code."),
                "repair/fixer.py",
            ],
            cwd=project,
            env={**os.environ, "NO_PROXY": "127.0.0.1", "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    told = [text_of(asked["messages"][-1]) for asked in model.requests if not is_commit(asked)]
    refusals = [text for text in told if REFUSAL in text]
    # What reached the model names what does not exist and what does, once: then it was right.
    assert len(refusals) == 1, told
    assert "send_message" in refusals[0]
    assert (project / "repair" / "fixer.py").read_text() == FIXER + METHOD + RIGHT
    # The answers came as they were asked for.
    streamed = any(asked.get("stream") for asked in model.requests)
    assert streamed == (stream == "--stream")
    left = subprocess.run(
        ["git", "status", "--porcelain"], cwd=project, capture_output=True, text=True, check=True
    )
    assert left.stdout == ""

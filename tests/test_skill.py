"""The skill `flux-task`: one file that hosts accept, whose calls are there and lead to the end."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from task_helpers import make_shop

from flux_index.api.agent.prompt import instructions
from flux_index.api.cli import main
from flux_index.api.clients.skill import TASK_SKILL, task_skill
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import OPERATIONS
from flux_index.api.source.tokens import count_tokens


def test_its_form_is_that_of_agent_skills() -> None:
    _, head, body = task_skill().split("---\n", 2)
    fields = YAML(typ="safe").load(head)
    assert set(fields) == {"name", "description"}
    assert fields["name"] == TASK_SKILL and re.fullmatch(r"[a-z-]{1,64}", TASK_SKILL)
    assert len(fields["description"]) < 1024
    assert len(body.splitlines()) < 500
    assert count_tokens(head) < 80


def test_it_names_operations_that_there_are() -> None:
    named = set(re.findall(r"`(task\.\w+)", task_skill()))
    assert named <= set(OPERATIONS)
    assert {"task.begin", "task.plan", "task.step", "task.verify", "task.finish"} <= named


def test_what_it_says_leads_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_shop(tmp_path / "shop")
    monkeypatch.chdir(root)

    def call(*words: str) -> str:
        assert main(["query", *words, "--format", "compact"]) == 0
        return capsys.readouterr().out

    def kept(name: str, value: Any) -> str:
        (tmp_path / name).write_text(json.dumps(value))
        return f"@{tmp_path / name}"

    (handle,) = set(re.findall("t-[0-9a-f]{16}", call("task.begin", "add a rate of tax")))
    plan = [{"id": "1", "kind": "create", "path": "shop/tax.py", "symbol": "rate"}]
    assert "ok" in call("task.plan", handle, "--steps", kept("plan.json", plan))
    edits = [{"path": "shop/tax.py", "text": "def rate() -> float:\n    return 0.2\n"}]
    written = call("task.step", handle, "--step", "1", "--edits", kept("edits.json", edits))
    assert "written: shop/tax.py" in written
    assert "ok, fulfilled" in call("task.verify", handle)
    assert " done" in call("task.finish", handle)


def test_a_system_prompt_is_bounded(tmp_path: Path) -> None:
    root = make_shop(tmp_path / "shop")
    for number in range(300):
        name = f"Very{'Long' * 20}Name{number}"
        code = f"class {name}Error(Exception): ...\n\n\ndef f():\n    raise {name}Error\n"
        (root / f"shop/{name.lower()}.py").write_text(code)
    workspace = OpenWorkspace.open(str(root))
    try:
        text = instructions(workspace)
    finally:
        workspace.close()
    assert text.count("<repository-data>") == 2  # one of them in the rules
    assert text.endswith("</repository-data>")
    assert count_tokens(text) < 1_600

"""The case that this is for, from a model's proposals to what has landed and is verified.

Each is a whole process: a provider is asked for what it does not have, and a class is replaced
under its users.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from fixtures_language import parse_fixture
from run_helpers import Turn, saying
from scripted_model import Reply
from test_strategy_case import BEFORE, FIXER, OVERWRITTEN
from workspace_helpers import plant

TESTS = """\
from app.fixer import Fixer
from app.llm import LLMClient
from app.report import report


def test_fix():
    assert Fixer(LLMClient("small")).fix("x") == "small: Fix this: x"


def test_report():
    assert report("a") == ["a"]
"""


def make_project(folder: Path) -> Path:
    return plant(folder, files=parse_fixture(BEFORE).files)


def run(root: Path, *turns: Turn, said: str = "", tests: str = "") -> tuple[int, str, list[str]]:
    """A run as a process of its own: its exit code, what it showed, what the model was told."""
    environment = {**os.environ, "COLUMNS": "200"}
    if tests:
        environment["FLUX_INDEX_TEST_COMMAND"] = tests
    with saying(*turns) as (model, told):
        words = ["run", "Fix code with the LLM", "--model", "openai:scripted"]
        done = subprocess.run(
            [sys.executable, "-m", "flux_index.api.cli", *words, "--base-url", model.url],
            cwd=root, input=said, capture_output=True, text=True, check=False, env=environment,
        )  # fmt: skip
    return done.returncode, done.stdout + done.stderr, told


def test_a_method_that_the_provider_does_not_have(tmp_path: Path) -> None:
    root = make_project(tmp_path / "project")
    plan = {"steps": [
        {"id": "fix", "kind": "create", "path": "app/fixer.py", "symbol": "Fixer",
         "uses": ["app.llm.LLMClient.generate_fix()"]},
        {"id": "test", "kind": "test", "path": "tests/test_app.py", "after": ["fix"]},
    ]}  # fmt: skip
    right = FIXER.replace("generate_fix", "send_message")
    look = [("definition", {"name": name}) for name in ("LLMClient", "Reviewer", "report")]

    def write(text: str, path: str, step: str) -> tuple[str, object]:
        return "step", {"step": step, "edits": [{"path": path, "text": text}]}

    code, output, told = run(
        root,
        Reply("I plan.", (("plan", plan),)),
        Reply("I look.", tuple(look)),
        Reply("I write.", (write(FIXER, "app/fixer.py", "fix"),)),
        Reply("I mend it.", (write(right, "app/fixer.py", "fix"),)),
        Reply("", (write(TESTS, "tests/test_app.py", "test"),)),
        Reply("`Fixer` asks the model to fix code."),
        said="y\ny\n",
        tests=f"{sys.executable} -m pytest -q",
    )
    assert code == 0, output
    # The plan was called wrong before a line was written.
    assert "step fix wrong" in told[1] and "'generate_fix'" in told[1]
    # What was proposed all the same was not written, and nobody was asked about it.
    assert "generate_fix" in told[3] and "Nothing is written yet" in told[3]
    assert "app.llm.LLMClient.send_message" in told[3]
    assert output.count("Write step") == 2
    assert (root / "app/fixer.py").read_text() == right
    assert output.rstrip().splitlines()[-2] == "done"


def test_a_class_that_is_replaced_under_its_users(tmp_path: Path) -> None:
    root = make_project(tmp_path / "project")
    edits = [{"path": "app/runner.py", "text": OVERWRITTEN}]
    beside = {
        "symbol": "app.runner.TestRunner",
        "do": "after",
        "text": "\n\nclass ParallelRunner(TestRunner):\n"
        "    def __init__(self, path, workers):\n"
        "        super().__init__(path)\n"
        "        self.workers = workers\n"
        "    def run(self):\n"
        "        return [self.path] * self.workers\n",
    }
    code, output, told = run(
        root,
        Reply("I look.", (("definition", {"name": "TestRunner"}),
                          ("references", {"name": "TestRunner"}))),
        Reply("I replace it.", (("step", {"step": "run", "edits": edits}),)),
        Reply("I put one beside it.", (("step", {"step": "run", "edits": [beside]}),)),
        Reply("", (("verify", {}),)),
        Reply("`ParallelRunner` runs a path several times."),
        said="y\n",
    )  # fmt: skip
    assert code == 0, output
    assert "app/cli.py" in told[1] and "app/report.py" in told[1]
    assert "refused: step run" in told[2] and "redefinition" in told[2]
    assert output.count("Write step") == 1
    text = (root / "app/runner.py").read_text()
    assert text.count("class TestRunner:") == 1 and "class ParallelRunner(TestRunner):" in text
    assert output.rstrip().splitlines()[-2] == "done"

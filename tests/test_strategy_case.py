"""The case that this is for: an agent calls what is not there, and replaces what others use."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fixtures_language import open_workspace, parse_fixture
from workspace_helpers import plant

from flux_index.api.operations import table

BEFORE = """
#- app/__init__.py
#- app/llm.py
class LLMClient:
    def __init__(self, model):
        self.model = model
    def send_message(self, message, temperature=0.0):
        return f"{self.model}: {message}"
    def count_tokens(self, message):
        return len(message)
#- app/review.py
class Reviewer:
    def __init__(self, llm):
        self.llm = llm
    def review(self, code):
        if self.llm.count_tokens(code) > 1000:
            return ""
        return self.llm.send_message(code, temperature=0.2)
#- app/runner.py
class TestRunner:
    def __init__(self, path):
        self.path = path
    def run(self):
        return self.collect()
    def collect(self):
        return [self.path]
#- app/cli.py
from app.llm import LLMClient
from app.review import Reviewer
from app.runner import TestRunner

def main(path):
    print(Reviewer(LLMClient("small")).review(path))
    return TestRunner(path).run()
#- app/report.py
from app.runner import TestRunner

def report(path):
    runner = TestRunner(path)
    return runner.collect()
"""

FIXER = """\
class Fixer:
    def __init__(self, llm):
        self.llm = llm
    def fix(self, code):
        if self.llm.count_tokens(code) > 1000:
            return ""
        prompt = f"Fix this: {code}"
        return self.llm.generate_fix(prompt)
"""

OVERWRITTEN = """\
class TestRunner:
    def __init__(self, path):
        self.path = path
    def run(self):
        return self.collect()
    def collect(self):
        return [self.path]


class TestRunner(TestRunner):
    def __init__(self, path, workers):
        super().__init__(path)
        self.workers = workers
    def run(self):
        return [self.path] * self.workers
"""


def judged(folder: Path, edit: dict[str, str]) -> dict[str, Any]:
    """The answer to an edit of one file that is proposed and not written."""
    session = open_workspace(folder, parse_fixture(BEFORE))
    try:
        ((path, text),) = edit.items()
        where = str(Path(session.index.workspace.root) / path)
        return dict(table.call(session, "validate", {"path": where, "text": text}))
    finally:
        session.index.close()


def test_a_method_that_the_untyped_llm_does_not_have(tmp_path: Path) -> None:
    answer = judged(tmp_path, {"app/fixer.py": FIXER})
    assert answer["verdict"] in ("doubtful", "broken")
    (found,) = (item for item in answer["items"] if item["rule"] == "unresolved-attribute")
    assert (found["path"], found["range"]["start"]["line"]) == ("app/fixer.py", 7)
    assert found["evidence"] == "conventional"
    assert "generate_fix" in found["message"]
    # It says what there is instead, with its signature and place …
    (nearest,) = (each for each in found["nearest"] if each["name"].endswith(".send_message"))
    assert nearest["path"] == "app/llm.py"
    assert nearest["signature"] == "(self, message, temperature=0.0)"
    # … and offers to call that.
    assert found["fixes"][0]["title"] == "Replace 'generate_fix' with 'send_message'"
    (edit,) = found["fixes"][0]["edits"]
    assert (edit["path"], edit["text"]) == ("app/fixer.py", "send_message")


def test_a_runner_that_a_subclass_of_itself_overwrites(tmp_path: Path) -> None:
    answer = judged(tmp_path, {"app/runner.py": OVERWRITTEN})
    assert answer["verdict"] == "broken"
    (lost,) = (item for item in answer["items"] if item["rule"] == "redefinition")
    assert lost["path"] == "app/runner.py"
    assert lost["message"] == (
        "redefinition of unused 'TestRunner' from line 1; that definition is lost."
    )
    # What others call is the subclass now, which wants more.
    broken = [item for item in answer["items"] if item["severity"] == "error"]
    assert {(item["path"], item["rule"]) for item in broken} == {
        ("app/cli.py", "missing-argument"),
        ("app/report.py", "missing-argument"),
    }
    # The right way out: the subclass gets a name of its own, and everybody else is well.
    fix = lost["fixes"][0]
    assert fix["title"] == "Rename this one to 'RunnerTestRunner'"
    text = applied(OVERWRITTEN, fix["edits"])
    assert "class RunnerTestRunner(TestRunner):" in text
    assert judged(tmp_path / "fixed", {"app/runner.py": text})["verdict"] == "ok"


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    lines = text.splitlines(keepends=True)
    for edit in edits:
        start, end = edit["range"]["start"], edit["range"]["end"]
        assert start["line"] == end["line"]
        line = lines[start["line"]]
        lines[start["line"]] = line[: start["character"]] + edit["text"] + line[end["character"] :]
    return "".join(lines)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = plant(tmp_path / "w", "", parse_fixture(BEFORE).files)
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        who = ["-c", "user.name=a", "-c", "user.email=a@localhost"]
        subprocess.run(["git", *who, *command], cwd=root, check=True)
    monkeypatch.setenv("FLUX_INDEX_CACHE_DIR", str(tmp_path / "cache"))
    return root


def run(root: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "flux_index.api.cli", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_both_from_the_command_line(repository: Path) -> None:
    """As an agent's hook meets it: written, judged against git, mended, judged again."""
    (repository / "app" / "fixer.py").write_text(FIXER)
    (repository / "app" / "runner.py").write_text(OVERWRITTEN)
    code, printed = run(repository, "validate", "--format", "json")
    assert code == 1
    found = {(item["path"], item["rule"]) for item in json.loads(printed)}
    assert found >= {
        ("app/fixer.py", "unresolved-attribute"),
        ("app/runner.py", "redefinition"),
        ("app/cli.py", "missing-argument"),
        ("app/report.py", "missing-argument"),
    }
    assert run(repository, "fix", "--unsafe")[0] == 0
    assert "self.llm.send_message(prompt)" in (repository / "app" / "fixer.py").read_text()
    assert "class RunnerTestRunner(TestRunner):" in (repository / "app" / "runner.py").read_text()
    code, printed = run(repository, "validate", "--format", "json")
    assert code == 0
    assert [item for item in json.loads(printed) if item["severity"] != "hint"] == []

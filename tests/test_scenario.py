"""One scenario, the same through all five faces; see the head of ``scenario.txt``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lsp_helpers import workspace_server
from mcp_helpers import agent
from rpc_helpers import hosted
from workspace_helpers import plant

from flux_index.api.cli import main
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.indexer.index import Index

SCENARIO = Path(__file__).with_name("scenario.txt")
FILE, QUESTION = "#- ", "#? "
# What tells of the index's state, and not of the code.
STATE = ("generation", "pending", "files")
Answers = list[dict[str, Any]]


class Scenario:
    """Files of a workspace, and questions with their expected answers as text."""

    def __init__(self, text: str) -> None:
        self.head = text[: text.index(FILE)]
        self.files: dict[str, str] = {}
        self.questions: list[tuple[str, dict[str, Any]]] = []
        self.expected: list[str] = []
        for line in text[len(self.head) :].splitlines(keepends=True):
            if line.startswith(FILE):
                self.files[line.removeprefix(FILE).strip()] = ""
            elif line.startswith(QUESTION):
                name, _, arguments = line.removeprefix(QUESTION).partition(" ")
                self.questions.append((name, json.loads(arguments)))
                self.expected.append("")
            elif self.questions:
                self.expected[-1] += line
            else:
                self.files[next(reversed(self.files))] += line

    def text(self, answers: list[str]) -> str:
        """The scenario with other answers."""
        files = "".join(f"{FILE}{path}\n{content}" for path, content in self.files.items())
        asked = "".join(
            f"{QUESTION}{name} {json.dumps(arguments)}\n{answer}"
            for (name, arguments), answer in zip(self.questions, answers, strict=True)
        )
        return self.head + files + asked


@pytest.fixture
def scenario() -> Scenario:
    return Scenario(SCENARIO.read_text(encoding="utf-8"))


@pytest.fixture
def workspace(scenario: Scenario, tmp_path: Path, own_home: Path) -> Iterator[Path]:
    root = plant(tmp_path / "shop", files=scenario.files)
    index = Index.open(str(root))
    assert index.become_writer()
    index.build()
    index.close()
    yield root


def without_state(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what depends on who asks and when, as JSON has it."""
    plain = json.loads(json.dumps(answer))
    return {key: value for key, value in plain.items() if key not in STATE}


@pytest.fixture
def expected(scenario: Scenario, workspace: Path) -> Answers:
    """What Python answers."""
    session = OpenWorkspace.open(str(workspace))
    answers = [without_state(dict(call(session, *question))) for question in scenario.questions]
    session.close()
    return answers


def ask(
    capsys: pytest.CaptureFixture[str], shape: str, name: str, arguments: dict[str, Any]
) -> str:
    """What the command line prints for a question."""
    options = [f"--{key}={value}" for key, value in arguments.items()]
    main(["query", name, "--format", shape, *options])
    return capsys.readouterr().out


def test_text(
    scenario: Scenario,
    workspace: Path,
    pytestconfig: pytest.Config,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(workspace)
    answers = [ask(capsys, "compact", *question) for question in scenario.questions]
    if pytestconfig.getoption("update"):
        SCENARIO.write_text(scenario.text(answers), encoding="utf-8")
    else:
        assert answers == scenario.expected


def test_command_line(
    scenario: Scenario,
    workspace: Path,
    expected: Answers,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(workspace)
    answers = [json.loads(ask(capsys, "json", *question)) for question in scenario.questions]
    assert list(map(without_state, answers)) == expected


def test_json_rpc(scenario: Scenario, workspace: Path, expected: Answers) -> None:
    with hosted(workspace) as host, host.client() as client:
        answers = [without_state(client.call(*question)) for question in scenario.questions]
    assert answers == expected


def test_language_server(scenario: Scenario, workspace: Path, expected: Answers) -> None:
    with workspace_server(workspace, forked=False) as client:
        answers = [
            without_state(
                client.request(
                    "workspace/executeCommand",
                    {"command": f"flux-index.{name}", "arguments": [arguments]},
                )
            )
            for name, arguments in scenario.questions
        ]
    assert answers == expected


# Tools that ask one operation and show its answer as it is; the others combine several.
TOOLS = ("references", "imports", "explain")


def test_mcp(scenario: Scenario, workspace: Path, own_home: Path) -> None:
    with agent(workspace, "--profile", "full", home=own_home) as connected:
        for (name, arguments), expected in zip(scenario.questions, scenario.expected, strict=True):
            if name in TOOLS:
                assert connected.text(name, **arguments) + "\n" == expected

"""What only the user knows about a task: asked where the client can, else in the text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mcp.client import ClientRequestContext
from mcp_helpers import agent, stop_serving
from mcp_types import ElicitRequestParams, ElicitResult
from workspace_helpers import plant

TEXT = "Change how an `Order` is kept"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    files = {"shop/models.py": "class Order: ...\n", "shop/other.py": "class Order: ...\n"}
    return plant(tmp_path / "w", "pyproject.toml shop/__init__.py", files)


@pytest.mark.parametrize("mode", ["legacy", "auto"], ids=["with a handshake", "without"])
def test_the_user_is_asked(workspace: Path, own_home: Path, mode: str) -> None:
    asked: list[str] = []

    async def elicit(_: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"q1": "the one in models"})

    with agent(
        workspace, "--profile", "loop", home=own_home, mode=mode, elicitation_callback=elicit
    ) as asker:
        result = asker.call("task", action="begin", text=TEXT)
    stop_serving(workspace)
    (message,) = asked
    assert "shop.models.Order" in message and "shop.other.Order" in message
    text = result.content[0].text
    assert text.splitlines()[-1].endswith("The user says: the one in models")
    assert text.count("</repository-data>") == 1


@pytest.mark.parametrize("mode", ["legacy", "auto"], ids=["with a handshake", "without"])
def test_a_user_who_does_not_answer(workspace: Path, own_home: Path, mode: str) -> None:
    async def elicit(_: ClientRequestContext, __: ElicitRequestParams) -> ElicitResult:
        return ElicitResult(action="decline")

    with agent(
        workspace, "--profile", "loop", home=own_home, mode=mode, elicitation_callback=elicit
    ) as asker:
        result = asker.call("task", action="begin", text=TEXT)
    stop_serving(workspace)
    assert result.content[0].text.endswith("The user says: no answer: choose, and say so")


def test_a_client_that_cannot_ask_has_the_question_in_the_text(
    workspace: Path, own_home: Path
) -> None:
    with agent(workspace, "--profile", "loop", home=own_home) as asker:
        text = asker.text("task", action="begin", text=TEXT)
    stop_serving(workspace)
    assert "ask the user:" in text and "Which `Order` is meant" in text


def test_an_undo_is_answered(workspace: Path, own_home: Path) -> None:
    with agent(workspace, "--profile", "loop", home=own_home) as asker:
        begun = asker.call("task", action="begin", text="Add a file")
        (handle,) = set(re.findall("t-[0-9a-f]{16}", begun.content[0].text))
        edits = [{"path": "shop/new.py", "text": "RATE = 1\n"}]
        step = asker.call("task", action="step", task=handle, step="1", edits=edits)
        token = step.content[0].text.partition("undo: ")[2].split()[0]
        assert "put back: shop/new.py" in asker.text("task", action="undo", token=token)
    stop_serving(workspace)

"""Runs of the driver against a model that says what it was told to."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from scripted_model import Model, Reply, scripted_model, text_of

from flux_index.api import cli

Turn = Reply | Callable[[str], Reply]
"""What the model says, perhaps after what it was told last."""


@dataclass
class Run:
    """What a run came to."""

    code: int
    output: str
    told: list[str] = field(default_factory=list)
    """What the model was told before each of its turns."""


@contextmanager
def saying(*turns: Turn) -> Iterator[tuple[Model, list[str]]]:
    """A model that takes these turns, the last one for ever."""
    told: list[str] = []

    def script(asked: dict[str, Any]) -> Reply:
        told.append(last_told(asked["messages"]))
        turn = turns[min(len(told), len(turns)) - 1]
        return turn(told[-1]) if callable(turn) else turn

    with scripted_model(script) as model:
        yield model, told


def last_told(messages: Sequence[dict[str, Any]]) -> str:
    """What was said to the model since it spoke last."""
    texts: list[str] = []
    for message in reversed(messages):
        if message["role"] == "assistant":
            break
        texts.insert(0, text_of(message))
    return "\n".join(texts)


class Driver:
    """Starts runs in a workspace, in this process."""

    def __init__(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.root = root
        self._monkeypatch, self._capsys = monkeypatch, capsys
        monkeypatch.chdir(root)
        monkeypatch.setenv("COLUMNS", "200")
        for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "FLUX_INDEX_TEST_COMMAND"):
            monkeypatch.delenv(name, raising=False)

    def run(self, *turns: Turn, options: str = "", text: str = "Change it", said: str = "") -> Run:
        """Run a task; the user says the lines of ``said``."""
        with saying(*turns) as (model, told):
            result = self.start([text], f"{options} --base-url {model.url}", said)
        result.told = told
        return result

    def run_on(self, *turns: Turn, options: str = "", said: str = "") -> Run:
        """Go on with the last run."""
        with saying(*turns) as (model, told):
            result = self.start([], f"--resume last {options} --base-url {model.url}", said)
        result.told = told
        return result

    def start(self, words: list[str], options: str, said: str = "") -> Run:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(said))
        self._capsys.readouterr()
        code = cli.main(["run", *words, *options.split(), "--model", "openai:scripted"])
        output = self._capsys.readouterr()
        return Run(code, output.out + output.err)


def step(path: str, old: str, new: str, id_: str = "1") -> tuple[str, dict[str, Any]]:
    """A call that submits one replacement."""
    return "step", {"step": id_, "edits": [{"path": path, "old": old, "new": new}]}

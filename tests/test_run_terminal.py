"""A run on a terminal: what a person sees, types, and interrupts."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from run_helpers import saying, step
from scripted_model import Reply
from task_helpers import CHECKOUT, make_shop

pty = pytest.importorskip("pty")

SAVE = step("shop/checkout.py", "force=True", "force=False")
LOOK = ("definition", {"name": "pay"})
QUESTION = "say what to do instead:"


class Terminal:
    """A terminal in which a run is."""

    def __init__(self, root: Path, *words: str) -> None:
        self.pid, self._end = pty.fork()
        if not self.pid:
            os.chdir(root)
            program = [sys.executable, "-m", "flux_index.api.cli", "run", *words]
            os.execve(sys.executable, program, {**os.environ, "TERM": "xterm", "COLUMNS": "120"})
        self.shown = ""

    def read(self) -> Iterator[None]:
        """Take what is shown, piece by piece, until the run has ended."""
        while True:
            try:
                data = os.read(self._end, 4096)
            except OSError:
                return
            if not data:
                return
            self.shown += data.decode("utf-8", "replace")
            yield

    def read_until(self, text: str) -> None:
        """Take what is shown until this is."""
        for _ in self.read():
            if text in self.shown:
                return
        raise AssertionError(self.shown)

    def type(self, text: str) -> None:
        os.write(self._end, text.encode())

    def end(self) -> int:
        """The exit code, when all was shown."""
        for _ in self.read():
            pass
        os.close(self._end)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    @property
    def plain(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.shown).replace("\r", "")


def test_a_person_sees_a_diff_and_says_yes(tmp_path: Path) -> None:
    root = make_shop(tmp_path / "shop")
    evil = "I look.\x1b[2J\x07"
    with saying(Reply(evil, (LOOK, SAVE)), Reply("Done.")) as (model, _):
        terminal = Terminal(
            root, "Save politely", "--model", "openai:scripted", "--base-url", model.url
        )
        terminal.read_until(QUESTION)
        assert (root / "shop/checkout.py").read_text() == CHECKOUT
        terminal.type("y\n")
        assert terminal.end() == 0, terminal.shown
    # Nothing of a model steers the terminal, and nobody advertises on it.
    assert "\x1b[2J" not in terminal.shown and "\x07" not in terminal.shown
    assert terminal.plain.startswith("t-")
    assert "pydantic" not in terminal.plain
    assert "\x1b[32m" in terminal.shown  # what is added is green
    assert "force=False" in (root / "shop/checkout.py").read_text()


def test_an_interrupt_while_asked_ends_the_run(tmp_path: Path) -> None:
    root = make_shop(tmp_path / "shop")
    with saying(Reply("", (LOOK, SAVE)), Reply("Done.")) as (model, _):
        terminal = Terminal(
            root, "Save politely", "--model", "openai:scripted", "--base-url", model.url
        )
        terminal.read_until(QUESTION)
        terminal.type("\x03")
        assert terminal.end() == 130, terminal.shown
    assert "interrupted" in terminal.plain
    assert "go on: flux-index run --resume t-" in terminal.plain
    assert (root / "shop/checkout.py").read_text() == CHECKOUT

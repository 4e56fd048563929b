"""What a person sees of a run, and is asked: text as it comes, calls, verdicts, diffs.

On a terminal with colours and a line that says who is waited for; else plain lines. All of it may
come from a model or a repository, so nothing of it steers the terminal.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic_ai.messages import (
    AgentStreamEvent,
    FunctionToolCallEvent,
    FunctionToolResultEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
)
from pydantic_ai.usage import RunUsage
from rich.console import Console
from rich.text import Text

from ..quoting import CLOSING, OPENING, escaped, escaped_lines
from ..render.words import counted
from .left import Left
from .stops import DONE, Stop
from .user import Reply

_MARKS = {"accepted": ("✓", "green"), "refused": ("✗", "red"), "stale": ("✗", "red")}
_VERDICTS = {"ok": ("✓", "green"), "wrong": ("✗", "red")}
_DIFF = {"+": "green", "-": "red", "@": "cyan"}
_MOST_LINES = 400
# Of what a tool is asked and answers, so many characters are shown.
_SHORT = 100


class Display:
    """The face of a run."""

    def __init__(self, console: Console, *, is_asked: bool) -> None:
        """``is_asked`` is False if nobody is to be asked anything."""
        self.console = console
        self.usage = RunUsage()
        self._is_asked = is_asked
        self._line = ""
        self._calls: dict[str, str] = {}
        self._last_said = ""

    # What happens

    def began(self, text: str, model: str, handle: str) -> None:
        """Say what is worked on."""
        self._print(f"{handle} with {model}", "dim")
        self._print(text, "bold")

    @contextmanager
    def waiting(self) -> Generator[None, None, None]:
        """Say that the model is waited for, where that line can go away again."""
        if not self.console.is_terminal:
            yield
            return
        spent = f"{counted(self.usage.requests, 'request')}, {self.usage.total_tokens:,} tokens"
        with self.console.status(Text(f"the model works ({spent} so far)", "dim")):
            yield

    def event(self, event: AgentStreamEvent) -> None:
        """Show what the model says, and which calls it makes."""
        if isinstance(event, PartStartEvent):
            self._end_line()
            if isinstance(event.part, TextPart):
                self._add(event.part.content)
        elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
            self._add(event.delta.content_delta)
        elif isinstance(event, FunctionToolCallEvent):
            self._end_line()
            given = _short(event.part.args_as_json_str())
            self._calls[event.part.tool_call_id] = f"{event.part.tool_name} {given}"
        elif isinstance(event, FunctionToolResultEvent):
            self._answered(event)

    def _answered(self, event: FunctionToolResultEvent) -> None:
        part = event.part
        asked = self._calls.pop(part.tool_call_id, part.tool_name or "")
        if asked.startswith(("plan ", "step ", "undo ")) and part.outcome == "success":
            return  # of which the verdict was shown
        lines = [each for each in str(part.content).splitlines() if each not in (OPENING, CLOSING)]
        self._print(f"  {asked}", "dim")
        self._print(f"    {_short(lines[0]) if lines else 'nothing'}", "dim")

    def said(self, text: str) -> None:
        """End what the model has said."""
        self._end_line()
        self._last_said = text

    def judged(self, answer: Mapping[str, Any]) -> None:
        """Show the verdict on a step."""
        if answer["to_read"]:
            named = ", ".join(dict.fromkeys(each["path"] for each in answer["to_read"]))
            self._print(f"· step {answer['step']}: has to see first {named}", "dim")
            return
        mark, style = _MARKS.get(answer["verdict"], ("?", "yellow"))
        fixed = f", {len(answer['fixed'])} mended" if answer["fixed"] else ""
        self._print(
            f"{mark} step {answer['step']}: {answer['verdict']}, round {answer['round']}{fixed}",
            style,
        )
        for each in answer["findings"]:
            line = each["range"]["start"]["line"] + 1
            self._print(
                f"    {each['path']}:{line} {each['message']} ({each['rule']}, {each['evidence']})",
                "red" if each["severity"] == "error" else "yellow",
            )

    def verified(self, found: str) -> None:
        """Show what verifying has left to be mended."""
        self._print("not done yet:", "yellow")
        lines = [each for each in found.splitlines() if each not in (OPENING, CLOSING)]
        for line in lines[:_MOST_LINES]:
            self._print(f"    {line}")

    def planned(self, answer: Mapping[str, Any]) -> None:
        """Show the steps of a plan, with what is wrong about them."""
        for each in answer["items"]:
            mark, style = _VERDICTS.get(each["verdict"], ("?", "yellow"))
            named = " ".join(filter(None, (each["kind"], each["path"], each.get("symbol", ""))))
            self._print(f"{mark} plan {each['id']}: {named}", style)
            for remark in each["remarks"]:
                if remark["verdict"] == "wrong":
                    self._print(f"    {remark['message']}", "red")
        for each in answer["missing"]:
            if each["certain"]:
                self._print(f"? missing: {each['path']}: {each['message']}", "yellow")

    def show(self, diff: str) -> None:
        """Show what is going to be written, or would be."""
        lines = escaped_lines(diff)
        for line in lines[:_MOST_LINES]:
            self.console.print(Text(f"  {line}", _DIFF.get(line[:1], "")), soft_wrap=True)
        if len(lines) > _MOST_LINES:
            self._print(f"  … {len(lines) - _MOST_LINES:,} more lines")

    def wrote(self, paths: list[str]) -> None:
        """Show what was written; nothing in a dry run."""
        self._print(f"wrote {', '.join(paths)}" if paths else "not written (--dry-run)", "green")

    def note(self, text: str) -> None:
        """Say something in passing."""
        self._end_line()
        self._print(text, "yellow")

    # What is asked

    def ask_write(self, what: str) -> Reply:
        """Ask whether what was shown is to be written."""
        return self._decided(f"Write {what}?")

    def ask_overrule(self, step: str, ended: str) -> Reply:
        """Ask whether what a step was refused for is no fault; a no where nobody is asked."""
        if not self._is_asked:
            return Reply(is_yes=False)
        self.note(f"step {step}: {ended}")
        return self._decided("Is it right all the same?")

    def _decided(self, question: str) -> Reply:
        said = self._read(f"{question} [y]es, [n]o, or say what to do instead: ")
        if said.lower() in ("y", "yes"):
            return Reply(is_yes=True)
        return Reply(is_yes=False, instead="" if said.lower() in ("", "n", "no") else said)

    def ask(self, question: str) -> str:
        """Return what the user says to a question; empty if nobody is asked, or says anything."""
        if not self._is_asked:
            self.note(f"open: {question}")
            return ""
        return self._read(f"{question} ")

    def _read(self, prompt: str) -> str:
        self._end_line()
        self.console.print(Text(escaped(prompt), "bold"), end="")
        self.console.file.flush()
        # An event loop would take the signal, and the line be waited for all the same.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            line = sys.stdin.readline()
        finally:
            signal.signal(signal.SIGINT, before)
        if not line:
            self.console.print()
        return line.strip()

    # The end

    def ended(self, stop: Stop, left: Left) -> None:
        """Say why the run has ended, what it has cost, and what is left."""
        self._end_line()
        style = "bold green" if stop.reason == DONE else "bold red"
        self._print(f"{stop.reason}{f': {stop.why}' if stop.why else ''}", style)
        for each in left.steps:
            self._print(f"  left: {each}")
        for each in left.findings:
            self._print(f"  wrong: {each}", "red")
        if left.next:
            self._print(f"  go on: {left.next}")
        usage = self.usage
        least = "at least " if usage.unmeasured_requests else ""  # some servers do not tell
        tokens = f"{least}{usage.total_tokens:,} tokens"
        self._print(f"  {counted(usage.requests, 'request')}, {tokens}", "dim")

    # Lines

    def _add(self, text: str) -> None:
        """Show text of the model line by line as it comes."""
        *whole, self._line = f"{self._line}{text}".split("\n")
        for line in whole:
            self._print(line)

    def _end_line(self) -> None:
        line, self._line = self._line, ""
        if line:
            self._print(line)

    def _print(self, line: str, style: str = "") -> None:
        for each in escaped_lines(line):
            self.console.print(Text(each, style), soft_wrap=True)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"

"""Who looks at a run, and may be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(slots=True)
class Reply:
    """What the user says about a write: yes, no, or what to do instead."""

    is_yes: bool
    instead: str = ""


class User(Protocol):
    """Who looks at a run, and may be asked."""

    def planned(self, answer: Mapping[str, Any]) -> None:
        """Show a plan that was checked."""

    def judged(self, answer: Mapping[str, Any]) -> None:
        """Show the verdict on a step."""

    def show(self, diff: str) -> None:
        """Show what is going to be written, or would be."""

    def ask_write(self, what: str) -> Reply:
        """Ask whether what was shown is to be written."""
        ...

    def ask_overrule(self, step: str, ended: str) -> Reply:
        """Ask whether what a step was refused for is no fault."""
        ...

    def ask(self, question: str) -> str:
        """Return the answer to a question; empty if there is none."""
        ...

    def wrote(self, paths: list[str]) -> None:
        """Show what was written; nothing in a dry run."""

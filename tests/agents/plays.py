"""Plays: what a scripted model says, turn by turn, and what it is told in between.

A play is a generator that yields a :class:`Reply` and is sent a :class:`Turn`. Which play a
conversation follows is named in its prompt by ``PLAY:name``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

NAMED = re.compile(r"PLAY:([A-Za-z0-9_-]+)")


@dataclass(frozen=True)
class Reply:
    """What the model says: text, and calls of tools as (name, input)."""

    text: str = ""
    calls: tuple[tuple[str, Any], ...] = ()
    is_cut: bool = False
    """True if the stream ends in the midst of it."""


@dataclass(frozen=True)
class Turn:
    """What the model is told since it spoke last."""

    results: list[tuple[bool, str]]
    """Results of tools, each with whether it is an error."""
    texts: list[str]
    request: dict[str, Any]

    @property
    def all(self) -> str:
        """All of it as one text."""
        return "\n".join([text for _, text in self.results] + self.texts)

    @property
    def is_refused(self) -> bool:
        """True if a tool was refused, or has failed."""
        return any(is_error for is_error, _ in self.results)


Play = Generator[Reply, Turn]
Plays = dict[str, Callable[[], Play]]

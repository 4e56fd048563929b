"""Shapes of what the operation `suggest` answers."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from .types import Envelope, Range, Symbol


class Place(TypedDict):
    """Another place that a suggestion is about."""

    path: str
    range: Range


class Suggestion(TypedDict):
    """Something that is worth changing."""

    id: str
    """The same for the same suggestion, wherever its lines move."""
    kind: str
    grade: Literal["certain", "likely", "look"]
    """Nothing known speaks against it; something may; somebody has to look."""
    title: str
    symbol: Symbol
    others: list[Symbol]
    """What else it is about."""
    places: list[Place]
    evidence: list[str]
    """What it rests on."""
    wrong_if: list[str]
    """What would make it wrong, as the rest of a sentence that begins with `wrong if`."""
    applies: bool
    """Whether there are edits for it."""
    edits: NotRequired[list[dict[str, Any]]]
    """The edits, as `task.step` takes them; where it was asked for by its id."""


class SuggestionListing(Envelope):
    """What is worth changing, the sure ones first."""

    items: list[Suggestion]
    total: int
    """How many there are of the grade and the kinds that were asked for."""
    counts: dict[str, int]
    """Number by grade, of the kinds that were asked for."""
    truncated: bool

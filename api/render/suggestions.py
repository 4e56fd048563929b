"""Suggestions as text."""

from __future__ import annotations

from ..quoting import escaped
from .styles import BOLD, DIM, GUESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..suggestion_types import SuggestionListing
    from .styles import CompactStyle


def suggestions(answer: SuggestionListing, style: CompactStyle) -> list[str]:
    """A line for each, then what it rests on and what would make it wrong."""
    lines: list[str] = []
    for item in answer["items"]:
        place = style.paint(style.place(item["symbol"], column=False), BOLD)
        grade = style.paint(item["grade"], DIM if item["grade"] == "certain" else GUESS)
        lines.append(f"{place} {escaped(item['title'])} ({item['kind']}, {grade}, {item['id']})")
        lines += [escaped(f"  {each}") for each in item["evidence"]]
        lines += [
            f"  also {style.place(other, column=False)} {escaped(other['name'])}"
            for other in item["others"]
        ]
        lines += [style.paint(f"  wrong if {each}", DIM) for each in item["wrong_if"]]
        for edit in item.get("edits", ()):
            lines += [escaped(f"  {line}") for line in str(edit.get("diff", "")).splitlines()]
    return style.ended(lines, answer, len(answer["items"]))


RENDERERS: dict[str, Callable[[Any, CompactStyle], list[str]]] = {"SuggestionListing": suggestions}
"""Renderers by result type."""

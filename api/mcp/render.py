"""Answers as a model reads them: lines of text that keep within a budget of tokens.

What does not fit is left out item by item, so that the next page begins where this one ends. The
structured form of an answer holds the same lines, beside the few facts that a program looks for:
some hosts show a model only that form and some only the text, so each must carry all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..operations.table import OPERATIONS
from ..render.compact import render
from ..render.tokens import count_tokens
from ..render.view import View

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .tool_calls import Part

# What stands below the lines of a part that was cut.
_NOTE_TOKENS = 40
# Groups with this key hold the items of a listing by file.
_GROUPED = "references"


class Shown:
    """An answer: its lines, and what is to be known of it."""

    __slots__ = ("facts", "lines")

    def __init__(self, lines: list[str], facts: dict[str, Any]) -> None:
        """``facts`` are JSON values."""
        self.lines = lines
        self.facts = facts

    @property
    def text(self) -> str:
        """All of it as one text."""
        return "\n".join(self.lines)

    @property
    def structured(self) -> dict[str, Any]:
        """All of it as an object."""
        return {**self.facts, "lines": self.lines}


def shown(parts: Sequence[Part], budget: int) -> Shown:
    """The answers of a tool in at most so many tokens, the first ones first.

    Each part is told with which arguments its operation answers just what is shown of it.
    """
    lines: list[str] = []
    facts: dict[str, Any] = {}
    verdicts: dict[str, str] = {}
    parts = _text_or_outline(parts, budget)
    for at, part in enumerate(parts):
        left = budget - _tokens(lines)
        if lines and left < _NOTE_TOKENS:
            lines.append(f"… {len(parts) - at} more answers do not fit; ask for fewer at once")
            break
        told, said = _told(part, left)
        lines += told
        if part.operation.result == "ExistsAnswer":
            verdicts[part.answer["query"]] = part.answer["verdict"]
        for key, value in said.items():
            facts.setdefault(key, value)
    if len(verdicts) == 1 and "verdict" not in facts:
        facts["verdict"] = next(iter(verdicts.values()))
    elif len(verdicts) > 1:
        facts["verdicts"] = verdicts
    return Shown(lines, facts)


class ToolView(View):
    """As answers are looked at by a model that may call the tool again."""

    __slots__ = ()

    def how_to_get_more(self, shown: int) -> str:
        """The argument that gives the next page."""
        takes = OPERATIONS[self.operation].takes
        if "offset" in takes:
            return f": offset={self.arguments.get('offset', 0) + shown}"
        return f": limit={2 * shown}" if "limit" in takes and shown else ""

    def nothing(self, answer: Mapping[str, Any]) -> str:
        """What to say when nothing was found."""
        return f"no {self.operation} found" if "symbol" in answer else "nothing found"


def _text_or_outline(parts: Sequence[Part], budget: int) -> Sequence[Part]:
    """Of the text of a class and its outline, the one that fits."""
    if len(parts) < 2 or parts[-1].operation.name != "outline":
        return parts
    *before, text, outline = parts
    if _tokens(_rendered(text, text.answer)) <= budget:
        return [*before, text]
    note = (
        f"{text.answer['symbol']['name']} has {text.answer['lines']:,} lines: this is its outline; "
        "offset=1 shows its text"
    )
    outline.answer = {**outline.answer, "notes": [note, *outline.answer.get("notes", ())]}
    return [*before, outline]


def _told(part: Part, budget: int) -> tuple[list[str], dict[str, Any]]:
    """Lines of one answer, and facts about it."""
    answer, takes = part.answer, part.operation.takes
    facts: dict[str, Any] = {}
    if "verdict" in answer and part.operation.result != "ExistsAnswer":
        facts["verdict"] = answer["verdict"]
    if part.operation.result not in ("ExistsAnswer", "StatusAnswer"):
        facts["total"] = answer.get("lines", answer.get("total", 0))
    if answer.get("verdict") in ("allowed", "refused"):
        # What a session is handed over counts as read by it, so all of it is told.
        return _rendered(part, answer), facts
    if "budget" in takes:
        # It keeps to the budget that it was asked with, which is of its text without the notes.
        budget = max(budget, part.answer.get("budget", 0) + _NOTE_TOKENS)
    part.exactly = {}
    lines = _rendered(part, answer)
    if _tokens(lines) > budget and _n_items(answer) and not takes.isdisjoint(("offset", "limit")):
        answer = _fitting(part, budget)
        lines = _rendered(part, answer)
        part.exactly = {"limit": _n_items(answer)}
    offset = part.arguments.get("offset", 0) + _n_items(answer)
    if "offset" in takes and (answer.get("truncated") or offset < answer.get("lines", 0)):
        facts["next_offset"] = offset
    if _tokens(lines) > budget:
        lines = _cut(lines, budget)
        part.exactly = None
    return lines, facts


def _rendered(part: Part, answer: Mapping[str, Any]) -> list[str]:
    view = ToolView(part.operation.name, part.arguments)
    return render(part.operation.result, answer, view).splitlines()


def _fitting(part: Part, budget: int) -> Mapping[str, Any]:
    """The answer with as many of its items as fit, at least one."""
    fits, too_many = 1, _n_items(part.answer)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if _tokens(_rendered(part, _first(part.answer, middle))) <= budget:
            fits = middle
        else:
            too_many = middle
    return _first(part.answer, fits)


def _n_items(answer: Mapping[str, Any]) -> int:
    """Number of items of a page: lines of a text, references, or what else is listed."""
    if "items" in answer:
        return sum(len(item.get(_GROUPED, (item,))) for item in answer["items"])
    return len(answer["text"].splitlines()) if "text" in answer else 0


def _first(answer: Mapping[str, Any], n_items: int) -> Mapping[str, Any]:
    """The answer with its first items only."""
    if "items" not in answer:
        return {**answer, "text": "".join(answer["text"].splitlines(keepends=True)[:n_items])}
    kept: list[Any] = []
    left = n_items
    for item in answer["items"]:
        if left <= 0:
            break
        if _GROUPED in item:
            item = {**item, _GROUPED: item[_GROUPED][:left]}
            left -= len(item[_GROUPED])
        else:
            left -= 1
        kept.append(item)
    return {**answer, "items": kept, "truncated": True}


def _cut(lines: list[str], budget: int) -> list[str]:
    """The first lines that fit, and a note of how many do not."""
    kept: list[str] = []
    used = _NOTE_TOKENS
    for line in lines:
        used += count_tokens(line + "\n")
        if used > budget:
            break
        kept.append(line)
    if not kept:
        # One line that is too long by itself.
        kept = [lines[0][: max(80, 2 * budget)] + " …"]
    return [*kept, f"… {len(lines) - len(kept):,} more lines do not fit; ask for less at once"]


def _tokens(lines: Sequence[str]) -> int:
    return count_tokens("\n".join(lines))

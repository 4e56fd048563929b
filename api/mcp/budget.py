"""Answers as a model reads them: lines of text that keep within a budget of tokens.

What does not fit is left out item by item, so that the next page begins where this one ends. The
structured form of an answer holds the same lines, beside the few facts that a program looks for:
some hosts show a model only that form and some only the text, so each must carry all of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..json_values import is_object
from ..quoting import CLOSING, OPENING, quoted
from ..render.answers import render
from ..render.styles import CompactStyle
from ..source.tokens import count_tokens
from .tool_calls import Part

# What stands below the lines of a part that was cut.
_NOTE_TOKENS = 40
_QUOTE_TOKENS = count_tokens(f"{OPENING}\n{CLOSING}\n")
# Answers whose text is this program's, and quotes by itself what is not.
_OWN = frozenset(["RulesAnswer", "SessionAnswer"])
# Groups with this key hold the items of a listing by file.
_GROUPED = "references"


@dataclass(slots=True)
class Shown:
    """A rendered answer: its lines, and facts about it as JSON values."""

    lines: list[str]
    facts: dict[str, Any]
    is_own: bool
    """True if the lines mark by themselves what is quoted from the repository."""
    said: list[str] = field(default_factory=list[str])
    """What the user says, which is not of the repository."""

    @property
    def told(self) -> list[str]:
        """The lines as they are put before a model."""
        return [*(self.lines if self.is_own else quoted(self.lines)), *self.said]

    @property
    def text(self) -> str:
        """The lines that are told as one text."""
        return "\n".join(self.told)

    @property
    def structured(self) -> dict[str, Any]:
        """Lines and facts as an object."""
        return {**self.facts, "lines": self.told}


def shown(parts: Sequence[Part], budget: int) -> Shown:
    """Return the answers of a tool in at most ``budget`` tokens, the first ones first.

    Sets ``exactly`` of each part to the arguments with which its operation answers just that.
    """
    lines: list[str] = []
    facts: dict[str, Any] = {}
    verdicts: dict[str, str] = {}
    is_own = all(part.operation.result in _OWN for part in parts)
    budget -= 0 if is_own else _QUOTE_TOKENS
    parts = _text_or_outline(parts, budget)
    for at, part in enumerate(parts):
        left = budget - _tokens(lines)
        if lines and left < _NOTE_TOKENS:
            lines.append(f"… {len(parts) - at} more answers do not fit; ask for fewer at once")
            break
        part_lines, part_facts = _within_budget(part, left)
        lines += part_lines
        if part.operation.result == "ExistsAnswer":
            verdicts[part.answer["query"]] = part.answer["verdict"]
        for key, value in part_facts.items():
            facts.setdefault(key, value)
    if len(verdicts) == 1 and "verdict" not in facts:
        facts["verdict"] = next(iter(verdicts.values()))
    elif len(verdicts) > 1:
        facts["verdicts"] = verdicts
    return Shown(lines, facts, is_own)


class ToolStyle(CompactStyle):
    """For a model that may call the tool again: options are arguments of the tool."""

    __slots__ = ()

    def option(self, name: str, value: int) -> str:
        """Return an argument as it is passed to a tool."""
        return f"{name}={value}"

    def nothing(self, answer: Mapping[str, Any]) -> str:
        """Return what to say when nothing was found."""
        return f"no {self.operation} found" if "symbol" in answer else "nothing found"


def _text_or_outline(parts: Sequence[Part], budget: int) -> Sequence[Part]:
    """Return the parts with the text of a class, or with its outline if the text does not fit."""
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


def _within_budget(part: Part, budget: int) -> tuple[list[str], dict[str, Any]]:
    """Return the lines of one answer that fit, and facts about it."""
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
    style = ToolStyle(part.operation.name, part.arguments)
    return render(part.operation.result, answer, style).splitlines()


def _fitting(part: Part, budget: int) -> Mapping[str, Any]:
    """Return the answer with as many of its items as fit, at least one."""
    n_more = bisect_right(
        range(2, _n_items(part.answer)),
        budget,
        key=lambda n: _tokens(_rendered(part, _first(part.answer, n))),
    )
    return _first(part.answer, 1 + n_more)


def _n_items(answer: Mapping[str, Any]) -> int:
    """Return the number of items of a page: lines of a text, references, or other items."""
    if "items" in answer:
        return sum(map(_size, answer["items"]))
    return len(answer["text"].splitlines()) if "text" in answer else 0


def _size(item: Any) -> int:
    """Return how many items an item stands for: a group for those in it."""
    return len(item[_GROUPED]) if is_object(item) and _GROUPED in item else 1


def _first(answer: Mapping[str, Any], n_items: int) -> Mapping[str, Any]:
    """Return the answer with its first items only."""
    if "items" not in answer:
        return {**answer, "text": "".join(answer["text"].splitlines(keepends=True)[:n_items])}
    kept: list[Any] = []
    left = n_items
    for item in answer["items"]:
        if left <= 0:
            break
        if is_object(item) and _GROUPED in item:
            item = {**item, _GROUPED: item[_GROUPED][:left]}
            left -= len(item[_GROUPED])
        else:
            left -= 1
        kept.append(item)
    return {**answer, "items": kept, "truncated": True}


def _cut(lines: list[str], budget: int) -> list[str]:
    """Return the first lines that fit, and a note of how many do not."""
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

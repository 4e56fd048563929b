"""Answers as a model reads them: lines of text that keep within a budget of tokens.

What does not fit is left out item by item, so that the next page begins where this one ends. The
structured form of an answer holds the same lines, beside the few facts that a program looks for:
some hosts show a model only that form and some only the text, so each must carry all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..cli.compact import render
from ..cli.view import View

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .asking import Part

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
    """The answers of a tool in at most so many tokens, the first ones first."""
    lines: list[str] = []
    facts: dict[str, Any] = {}
    verdicts: dict[str, str] = {}
    parts = _without_outline(parts, budget)
    for at, part in enumerate(parts):
        left = budget - tokens("\n".join(lines))
        if lines and left < _NOTE_TOKENS:
            lines.append(f"… {len(parts) - at} more answers do not fit; ask for fewer at once")
            break
        told, said = _part(part, left)
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


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    return len(text.encode()) * 2 // 7 + 1


class ToolView(View):
    """As answers are looked at by a model that may call the tool again."""

    __slots__ = ()

    def how_to_get_more(self, shown: int) -> str:
        """The argument that gives the next page."""
        takes = _takes(self.operation)
        if "offset" in takes:
            return f": offset={self.arguments.get('offset', 0) + shown}"
        return f": limit={2 * shown}" if "limit" in takes and shown else ""

    def nothing(self, answer: Mapping[str, Any]) -> str:
        """What to say when nothing was found."""
        return f"no {self.operation} found" if "symbol" in answer else "nothing found"


def _without_outline(parts: Sequence[Part], budget: int) -> Sequence[Part]:
    """Of the text of a class and its outline, the one that fits."""
    if len(parts) < 2 or parts[-1].operation.name != "outline":
        return parts
    *before, text, _ = parts
    if _part(text, budget)[1].get("next_offset") is None:
        return [*before, text]
    symbol = text.answer["symbol"]
    n_lines = text.answer["text"].count("\n")
    text.answer = {**text.answer, "text": "", "total": 0}
    outline = parts[-1]
    note = f"{symbol['name']} has {n_lines:,} lines: this is its outline; offset=1 shows the text"
    outline.answer = {**outline.answer, "notes": [note, *outline.answer.get("notes", ())]}
    return [*before, outline]


def _part(part: Part, budget: int) -> tuple[list[str], dict[str, Any]]:
    """Lines of one answer, and facts about it."""
    answer = part.answer
    facts: dict[str, Any] = {}
    if "verdict" in answer and part.operation.result != "ExistsAnswer":
        facts["verdict"] = answer["verdict"]
    if part.operation.result == "SourceAnswer":
        return _source(part, budget, facts)
    if part.operation.result not in ("ExistsAnswer", "StatusAnswer"):
        facts["total"] = answer.get("total", 0)
    lines = _rendered(part, answer)
    pages = answer.get("items") and not _takes(part.operation.name).isdisjoint(("offset", "limit"))
    if pages and tokens("\n".join(lines)) > budget:
        answer = _fitting(part, budget)
        lines = _rendered(part, answer)
    if answer.get("truncated") and "offset" in _takes(part.operation.name):
        facts["next_offset"] = part.arguments.get("offset", 0) + _n_items(answer)
    return _cut(lines, budget), facts


def _rendered(part: Part, answer: Mapping[str, Any]) -> list[str]:
    view = ToolView(part.operation.name, part.arguments)
    return render(part.operation.result, answer, view).splitlines()


def _fitting(part: Part, budget: int) -> Mapping[str, Any]:
    """The answer with as many of its items as fit, at least one."""
    fits, too_many = 1, _n_items(part.answer)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if tokens("\n".join(_rendered(part, _first(part.answer, middle)))) <= budget:
            fits = middle
        else:
            too_many = middle
    return _first(part.answer, fits)


def _n_items(answer: Mapping[str, Any]) -> int:
    return sum(len(item.get(_GROUPED, (item,))) for item in answer["items"])


def _first(answer: Mapping[str, Any], n_items: int) -> Mapping[str, Any]:
    """The answer with its first items only."""
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


def _source(part: Part, budget: int, facts: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """A text with numbered lines, from the line on that was asked for."""
    head, *lines = _rendered(part, part.answer) or [""]
    n_text = part.answer["text"].count("\n") + (not part.answer["text"].endswith("\n"))
    text, rest = lines[:n_text], lines[n_text:]
    skip = min(part.skip, len(text))
    fitting = _cut(text[skip:], budget - tokens("\n".join([head, *rest])), note=False)
    left = len(text) - skip - len(fitting)
    if left > 0:
        facts["next_offset"] = skip + len(fitting)
        rest = [f"… {left:,} more lines: offset={facts['next_offset']}", *rest]
    return [head, *fitting, *rest], facts


def _cut(lines: list[str], budget: int, *, note: bool = True) -> list[str]:
    """The first lines that fit, and a note of how many do not."""
    if tokens("\n".join(lines)) <= budget:
        return lines
    kept: list[str] = []
    used = _NOTE_TOKENS
    for line in lines:
        used += tokens(line)
        if used > budget:
            break
        kept.append(line)
    if not kept:
        # One line that is too long by itself.
        kept = [lines[0][: max(80, 3 * budget)] + " …"]
    if note:
        kept.append(f"… {len(lines) - len(kept):,} more lines do not fit; ask for less at once")
    return kept


def _takes(operation: str) -> set[str]:
    from ..operations import OPERATIONS

    return {one.name for one in OPERATIONS[operation].parameters}

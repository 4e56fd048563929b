"""Patterns of the code base, and what is similar, as text."""

from __future__ import annotations

from .words import counted, escaped, kind, last, parameters, symbol_mark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..types import Habit, PatternAnswer, SimilarListing
    from .compact import CompactStyle

_HEADINGS = {
    "base": "bases", "decorator": "decorators", "method": "methods", "attribute": "attributes",
    "field": "set on self", "signature": "signature", "parameter": "parameters",
    "returns": "returns", "async": "async", "import": "imports", "name": "names",
    "raises": "raises", "catches": "catches", "logs": "logs", "place": "place",
    "file name": "files called", "registered": "registered in", "tested": "tests",
}  # fmt: skip
# Kinds of which each habit has a line of its own.
_LONG_HABITS = frozenset(["method", "registered"])


def pattern(answer: PatternAnswer, style: CompactStyle) -> list[str]:
    """What siblings have in common, a line for a respect, then the skeleton of a new one."""
    if not answer["total"]:
        return style.ended([], answer, 0)
    noun = "class" if answer["kind"] == "class" else "function"
    head = f"{counted(answer['total'], noun)} that {answer['why']}"
    if answer["sampled"]:
        head = f"{head} (a sample: there are more)"
    nearest = ", ".join(
        f"{last(each['name'])} {style.place(each, column=False)}" for each in answer["members"][:3]
    )
    lines = [escaped(head), escaped(f"nearest: {nearest}")]
    by_kind: dict[str, list[str]] = {}
    for habit in answer["habits"]:
        by_kind.setdefault(habit["kind"], []).append(escaped(_habit(habit, style)))
    for name, habits in by_kind.items():
        if name in _LONG_HABITS:
            lines += [_HEADINGS[name], *(f" {each}" for each in habits)]
        else:
            lines.append(f"{_HEADINGS[name]}: {'; '.join(habits)}")
    lines += [
        escaped(f"outlier: {outlier['name']} has no {', '.join(outlier['lacks'][:4])}")
        for outlier in answer["outliers"]
    ]
    if answer["skeleton"]:
        code = answer["skeleton"].rstrip("\n").split("\n")
        lines += ["", f"# {style.path(answer['skeleton_path'])}", *map(escaped, code)]
    notes = style.notes({**answer, "truncated": False}, answer["total"])
    return [*lines, *([""] if notes else []), *notes]


def similar(answer: SimilarListing, style: CompactStyle) -> list[str]:
    """What is similar, with what both have in common below."""
    lines: list[str] = []
    for item in answer["items"]:
        symbol = item["symbol"]
        place = style.place(symbol, column=False)
        head = f"{place} " if place else ""
        head += f"{kind(symbol)} {symbol['name']}{parameters(symbol)}"
        summary = symbol.get("summary", "")
        lines += [
            escaped(f"{head}{f' — {summary}' if summary else ''}{symbol_mark(symbol)}"),
            escaped(f"  {item['likeness']:.0%}: {'; '.join(item['why'])}"),
        ]
    return style.ended(lines, answer, len(answer["items"]))


def _habit(habit: Habit, style: CompactStyle) -> str:
    share = f"{habit['count']}/{habit['of']}"
    name, detail, about = habit["name"], habit["detail"], habit["kind"]
    if about in ("place", "registered") and "`" not in name:
        path = style.path(name)
        name = path + ("/" if name.endswith("/") and not path.endswith("/") else "")
    if about == "name":
        return f"{name} {share}"
    if about in ("method", "attribute", "parameter"):
        return f"{share} {name}{detail}"
    return f"{name} {share}{f' ({detail})' if detail else ''}"

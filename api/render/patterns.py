"""Patterns and what is similar as text: a line for a respect, few words, then the skeleton."""

from __future__ import annotations

from .view import counted, kind, last, mark, parameters, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..types import Habit, PatternAnswer, SimilarListing
    from .view import View

_HEADINGS = {
    "base": "bases", "decorator": "decorators", "method": "methods", "attribute": "attributes",
    "field": "set on self", "signature": "signature", "parameter": "parameters",
    "returns": "returns", "async": "async", "import": "imports", "name": "names",
    "raises": "raises", "catches": "catches", "logs": "logs", "place": "place",
    "file name": "files called", "registered": "registered in", "tested": "tests",
}  # fmt: skip
# Kinds of which each habit has a line of its own.
_LONG = frozenset(["method", "registered"])


def pattern_lines(answer: PatternAnswer, view: View) -> list[str]:
    """A pattern line by line."""
    if not answer["total"]:
        return [view.nothing(answer), *view.notes(answer, 0)]
    noun = "class" if answer["kind"] == "class" else "function"
    head = f"{counted(answer['total'], noun)} that {plain(answer['why'])}"
    if answer["sampled"]:
        head = f"{head} (a sample: there are more)"
    nearest = ", ".join(
        f"{plain(last(each['name']))} {view.place(each, column=False)}"
        for each in answer["members"][:3]
    )
    lines = [head, f"nearest: {nearest}"]
    by_kind: dict[str, list[Habit]] = {}
    for habit in answer["habits"]:
        by_kind.setdefault(habit["kind"], []).append(habit)
    for name, listed in by_kind.items():
        told = [_told(each, view) for each in listed]
        if name in _LONG:
            lines += [_HEADINGS[name], *(f" {each}" for each in told)]
        else:
            lines.append(f"{_HEADINGS[name]}: {'; '.join(told)}")
    for outlier in answer["outliers"]:
        lacks = ", ".join(map(plain, outlier["lacks"][:4]))
        lines.append(f"outlier: {plain(outlier['name'])} has no {lacks}")
    if answer["skeleton"]:
        lines += ["", f"# {view.path(answer['skeleton_path'])}"]
        lines += [plain_line(line) for line in answer["skeleton"].rstrip("\n").split("\n")]
    notes = view.notes({**answer, "truncated": False}, answer["total"])
    return [*lines, *([""] if notes else []), *notes]


def _told(habit: Habit, view: View) -> str:
    count = f"{habit['count']}/{habit['of']}"
    name, detail = plain(habit["name"]), plain(habit["detail"])
    kind_ = habit["kind"]
    if kind_ in ("place", "registered") and "`" not in name:
        name = view.path(habit["name"])
        name += "/" if habit["name"].endswith("/") and not name.endswith("/") else ""
    if kind_ == "name":
        return f"{name} {count}"
    if kind_ in ("method", "attribute", "parameter"):
        return f"{count} {name}{detail}"
    return f"{name} {count}{f' ({detail})' if detail else ''}"


def similar_lines(answer: SimilarListing, view: View) -> list[str]:
    """What is similar line by line, with what both have in common below."""
    lines: list[str] = []
    for item in answer["items"]:
        symbol = item["symbol"]
        place = view.place(symbol, column=False)
        head = f"{place} " if place else ""
        head += f"{kind(symbol)} {plain(symbol['name'])}{parameters(symbol)}"
        about = symbol.get("summary", "")
        layer = mark(symbol["evidence"], symbol.get("layer", "workspace"))
        lines.append(f"{head}{f' — {plain(about)}' if about else ''}{layer}")
        lines.append(f"  {item['likeness']:.0%}: {'; '.join(map(plain, item['why']))}")
    if not answer["total"]:
        lines.append(view.nothing(answer))
    return lines + view.notes(answer, len(answer["items"]))


def plain_line(line: str) -> str:
    """A line of code without what would steer a terminal; its indentation stays."""
    bare = line.lstrip(" ")
    return " " * (len(line) - len(bare)) + plain(bare)

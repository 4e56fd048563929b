"""Answers for people: a row for an item, with places that a terminal can open.

``path:line:column  kind  name(signature) [evidence]  what it is for``. Evidence is left out where
it is exact, and is never cut off.
"""

from __future__ import annotations

from .columns import BOLD, DIM, Row, aligned, paint
from .guarded import guarded, opened
from .view import (
    about,
    count,
    counted,
    heading,
    kind,
    last,
    local,
    mark,
    pages,
    parameters,
    plain,
    symbol_mark,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from ..types import (
        CallListing,
        ContextAnswer,
        ExistsAnswer,
        Explanation,
        HierarchyAnswer,
        HierarchyNode,
        ImportListing,
        Judgement,
        Listing,
        MapListing,
        Mending,
        PatternAnswer,
        ReferenceListing,
        RulesAnswer,
        SimilarListing,
        SourceAnswer,
        Symbol,
    )
    from .view import View

# So few symbols are shown in full, on several lines of the terminal if need be.
_FEW = 3


def render(result: str, answer: Mapping[str, Any], view: View) -> str:
    """An answer as text, every line ended; ``result`` names its type in :mod:`..types`."""
    return "\n".join(RENDERERS[result](answer, view)) + "\n"


def listing(answer: Listing, view: View) -> list[str]:
    """Symbols: a file's nested, members by the class that defines them, others one by one."""
    items = answer["items"]
    if view.operation == "members":
        lines = list(_members(items, view))
    elif view.operation == "outline":
        rows: list[Row] = []
        for item in items:
            rows += _nested(item, view, 0)
        lines = aligned(rows, view)
    else:
        # Where a definition is asked for, what to import it by is part of the answer.
        full = view.operation == "definition"
        rows = [_row(item, view, full=full) for item in items]
        lines = aligned(rows, view, cut_to_width=len(rows) > _FEW)
    noun = "definition" if view.operation == "definition" else _NOUNS.get(view.operation, "symbol")
    return _ended(lines, answer, view, len(items), noun)


def references(answer: ReferenceListing, view: View) -> list[str]:
    """The symbol and all counts, then references file by file."""
    lines = _subject(answer, view)
    if answer["total"]:
        lines.append(paint(heading(answer, "reference"), BOLD, view))
    rows = [
        Row(
            view.place(item),
            item["role"],
            "",
            plain(item["text"].strip()),
            mark(item["evidence"]),
            f"in {local(item['enclosing'], item['path'])}" if "enclosing" in item else "",
        )
        for group in answer["items"]
        for item in group["references"]
    ]
    lines += aligned(rows, view)
    return _ended(lines, answer, view, pages(answer["items"]))


def calls(answer: CallListing, view: View) -> list[str]:
    """Callers or callees, each followed by its calls."""
    lines = _subject(answer, view)
    for item in answer["items"]:
        row = _row(item["symbol"], view, full=False)
        row.mark = mark(item["evidence"], item["symbol"].get("layer", _HERE))
        lines += ["", *aligned([row], view)]
        places = [
            Row(view.place(call), "", "", plain(call["text"].strip()), mark(call["evidence"]))
            for call in item["calls"]
        ]
        lines += ["  " + line for line in aligned(places, view)]
    if lines and not lines[0]:
        del lines[0]
    return _ended(lines, answer, view, len(answer["items"]), _NOUNS[view.operation])


def hierarchy(answer: HierarchyAnswer, view: View) -> list[str]:
    """Bases and subclasses as trees, the order of resolution as a list."""
    lines = _subject(answer, view)
    shown = count(answer["subclasses"])
    parts: list[tuple[str, list[Row]]] = [
        ("bases", list(_tree(answer["bases"], view, 1))),
        ("method resolution order", [_class_row(item, view) for item in answer["mro"]]),
        (counted(shown, "subclass"), list(_tree(answer["subclasses"], view, 1))),
    ]
    for name, rows in parts:
        if rows:
            lines += ["", paint(name, BOLD, view), *aligned(rows, view)]
    return _ended(lines, answer, view, shown)


def imports(answer: ImportListing, view: View) -> list[str]:
    """Imports, each with the file that it leads to."""
    rows: list[Row] = []
    for item in answer["items"]:
        name = f".{item['name']}" if "name" in item else ""
        # The dots of a relative import end in one already.
        name = name[1:] if item["module"].endswith(".") else name
        alias = f" as {item['alias']}" if "alias" in item else ""
        rest: list[str] = []
        if "resolved" in item and view.operation == "imports":
            rest.append(f"-> {view.path(item['resolved'])}")
        if conditions := item.get("conditions"):
            rest.append(f"({', '.join(conditions)})")
        layer = _HERE if "resolved" in item else "outside"
        what = plain(item["module"] + name)
        rows.append(
            Row(
                view.place(item),
                "",
                what,
                plain(alias),
                mark(item["evidence"], layer),
                " ".join(rest),
            )
        )
    return _ended(aligned(rows, view), answer, view, len(rows), "import")


def exists(answer: ExistsAnswer, view: View) -> list[str]:
    """The verdict with its reason, then the symbol or what is nearest."""
    verdict = paint(answer["verdict"], BOLD, view)
    reason = f" ({plain(answer['reason'])})" if answer["reason"] else ""
    lines = [f"{plain(answer['query'])}: {verdict}{reason}"]
    if "symbol" in answer:
        lines += aligned([_row(answer["symbol"], view)], view, cut_to_width=False)
    if answer["nearest"]:
        lines += ["", paint("nearest", BOLD, view)]
        lines += aligned([_row(item, view) for item in answer["nearest"]], view)
    return lines + _notes(answer, view, answer["total"])


def source(answer: SourceAnswer, view: View) -> list[str]:
    """The text, each line with its number, never cut."""
    from .compact import source_lines

    lines: list[str] = []
    text = source_lines(answer)
    if text:
        first = answer["first_line"]
        symbol = answer.get("symbol")
        what = f"  {plain(symbol['name'])}{symbol_mark(symbol)}" if symbol else ""
        lines.append(paint(f"{view.path(answer['path'])}:{first}{what}", BOLD, view))
        digits = len(str(first + len(text) - 1))
        lines += [
            paint(str(first + at).rjust(digits), DIM, view) + (f"  {line}" if line else "")
            for at, line in enumerate(text)
        ]
        lines += view.more_lines(answer, len(text))
    return _ended(lines, answer, view, answer["total"])


def context(answer: ContextAnswer, view: View) -> list[str]:
    """The text that is for a model, with paths and reasons marked, and how much it costs."""
    from .compact import context_lines

    lines: list[str] = []
    for line in context_lines(answer):
        heads = bool(line) and not line[0].isspace()
        path, dash, why = line.partition(" — ")
        if heads and (dash or line in ("around", "tests")):
            line = paint(path, BOLD, view) + paint(dash + why, DIM, view)
        lines.append(line)
    if answer["total"]:
        spent = f"{answer['tokens']:,} of {answer['budget']:,} tokens"
        lines += ["", paint(spent, DIM, view)]
    return _ended(lines, answer, view, answer["total"])


def folders(answer: MapListing, view: View) -> list[str]:
    """A line for each folder, as in the compact form."""
    from .compact import folders as lines

    return lines(answer, view)


def judgement(answer: Judgement, view: View) -> list[str]:
    """What is wrong, line by line, and the verdict."""
    from ..cli.validate import lines

    return [*lines(answer, view), *view.notes(answer, len(answer["items"]))]


def mending(answer: Mending, view: View) -> list[str]:
    """The fixes that help, and what is left."""
    shown = [
        f"{view.path(each['path'])}: {plain(each['title'])} ({each['rule']})"
        for each in answer["applied"]
    ]
    left = len(answer["left"])
    shown.append(f"{answer['total']} fixed, {left} left: {answer['verdict']}")
    return [*shown, *view.notes(answer, answer["total"])]


def pattern(answer: PatternAnswer, view: View) -> list[str]:
    """What the siblings have in common, and the skeleton."""
    from .patterns import pattern_lines

    return pattern_lines(answer, view)


def similar(answer: SimilarListing, view: View) -> list[str]:
    """What is like something, with what they have in common."""
    from .patterns import similar_lines

    return similar_lines(answer, view)


def agent_rules(answer: RulesAnswer, view: View) -> list[str]:
    """The text as it is."""
    from .patterns import plain_line

    lines = [plain_line(line) for line in answer["text"].rstrip("\n").split("\n")]
    return [*lines, *view.notes(answer, answer["total"])]


def explanation(answer: Explanation, view: View) -> list[str]:
    """A sentence for each step, nested as the reasons are, with the line that shows it."""
    rows = [
        Row(
            view.place(item) if "range" in item else "",
            "",
            plain(item["why"]),
            "",
            mark(item["evidence"]),
            plain(item.get("text", "").strip()),
            item["depth"],
        )
        for item in answer["items"]
    ]
    return _ended(aligned(rows, view), answer, view, answer["total"])


def status(answer: Mapping[str, Any], view: View) -> list[str]:
    """A row for each part of the state; parts that are empty are left out."""
    from .compact import state

    lines: list[str] = []
    for key, parts in state(answer):
        head = paint(key.replace("_", " ").ljust(_STATUS_WIDTH), DIM, view)
        lines.append(head + parts[0])
        lines += [" " * _STATUS_WIDTH + part for part in parts[1:]]
    return lines + _notes(answer, view, answer["total"])


RENDERERS: dict[str, Callable[[Any, View], list[str]]] = {
    "Listing": listing,
    "MapListing": folders,
    "ReferenceListing": references,
    "CallListing": calls,
    "HierarchyAnswer": hierarchy,
    "ImportListing": imports,
    "ExistsAnswer": exists,
    "SourceAnswer": source,
    "ContextAnswer": context,
    "Explanation": explanation,
    "Judgement": judgement,
    "Mending": mending,
    "SessionAnswer": opened,
    "GuardAnswer": guarded,
    "PatternAnswer": pattern,
    "RulesAnswer": agent_rules,
    "SimilarListing": similar,
    "StatusAnswer": status,
}
"""Renderers by result type."""

_HERE = "workspace"
_STATUS_WIDTH = 14
_NOUNS = {"members": "member", "callers": "caller", "callees": "callee"}


def _ended(
    lines: list[str], answer: Mapping[str, Any], view: View, shown: int, noun: str = ""
) -> list[str]:
    total: int = answer["total"]
    if not total:
        lines.append(view.nothing(answer))
    elif noun and total > 1 and not answer.get("truncated"):
        lines.append(paint(counted(total, noun), DIM, view))
    return lines + _notes(answer, view, shown)


def _notes(answer: Mapping[str, Any], view: View, shown: int) -> list[str]:
    return [paint(line, DIM, view) for line in view.notes(answer, shown)]


def _subject(answer: Mapping[str, Any], view: View) -> list[str]:
    if "symbol" not in answer:
        return []
    return aligned([_row(answer["symbol"], view)], view, cut_to_width=False)


def _row(symbol: Symbol, view: View, name: str = "", indent: int = 0, *, full: bool = True) -> Row:
    if not name:
        name = symbol["name"] if full else local(symbol["name"], symbol["path"])
    return Row(
        view.place(symbol),
        kind(symbol),
        plain(name),
        parameters(symbol),
        symbol_mark(symbol),
        about(symbol),
        indent,
    )


def _nested(symbol: Symbol, view: View, indent: int) -> Iterator[Row]:
    yield _row(symbol, view, last(symbol["name"]), indent)
    for child in symbol.get("children", ()):
        yield from _nested(child, view, indent + 1)


def _members(items: Sequence[Symbol], view: View) -> Iterator[str]:
    groups: list[tuple[str, list[Row]]] = []
    for item in items:
        owner = item.get("defined_in") or item["name"].rpartition(".")[0]
        if not groups or groups[-1][0] != owner:
            groups.append((owner, []))
        groups[-1][1].append(_row(item, view, last(item["name"])))
    for at, (owner, rows) in enumerate(groups):
        if at:
            yield ""
        yield paint(plain(owner), BOLD, view)
        yield from aligned(rows, view)


def _class_row(symbol: Symbol, view: View) -> Row:
    return Row(view.place(symbol), "", plain(symbol["name"]), "", symbol_mark(symbol), "", 1)


def _tree(nodes: Sequence[HierarchyNode], view: View, indent: int) -> Iterator[Row]:
    for node in nodes:
        row = _class_row(node["symbol"], view)
        row.mark = mark(node["evidence"], node["symbol"].get("layer", _HERE))
        row.indent = indent
        yield row
        yield from _tree(node["children"], view, indent + 1)

"""Answers in few tokens, for language models: a line for an item, and nothing said twice.

``path:line kind name(signature) — what it is for [evidence]``. Evidence is left out where it is
exact. Lines of one file stand below its path where an answer is grouped by file.
"""

from __future__ import annotations

from .view import about, heading, kind, last, mark, pages, parameters, plain, symbol_mark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from ..types import (
        CallListing,
        ExistsAnswer,
        HierarchyAnswer,
        HierarchyNode,
        ImportListing,
        Listing,
        ReferenceListing,
        SourceAnswer,
        Symbol,
    )
    from .view import View

NOTHING = "nothing found"


def render(result: str, answer: Mapping[str, Any], view: View) -> str:
    """An answer as text, every line ended; ``result`` names its type in :mod:`..types`."""
    lines = RENDERERS[result](answer, view)
    return "\n".join(lines) + "\n"


def listing(answer: Listing, view: View) -> list[str]:
    """Symbols: of a file below its path, members below their class, others one by one."""
    items = answer["items"]
    if view.operation == "outline":
        lines = [view.path(items[0]["path"])] if items else []
        for item in items:
            lines += _nested(item, 1)
    elif view.operation == "members":
        lines = list(_members(items, view))
    else:
        lines = [_line(item, view) for item in items]
    return _ended(lines, answer, view, len(items))


def references(answer: ReferenceListing, view: View) -> list[str]:
    """A head with all counts, then a line for each reference below its file."""
    lines = _subject(answer, view)
    if answer["total"]:
        lines.append(heading(answer, "reference"))
    for group in answer["items"]:
        lines.append(view.path(group["path"]))
        for item in group["references"]:
            line = f" {item['range']['start']['line'] + 1} {item['role']}"
            if "enclosing" in item:
                line += f" in {item['enclosing']}"
            lines.append(f"{line}: {plain(item['text'].strip())}{mark(item['evidence'])}")
    return _ended(lines, answer, view, pages(answer["items"]))


def calls(answer: CallListing, view: View) -> list[str]:
    """Callers or callees, each with all its calls."""
    lines = _subject(answer, view)
    for item in answer["items"]:
        symbol = item["symbol"]
        places = "; ".join(
            f"{call['range']['start']['line'] + 1}: {plain(call['text'].strip())}"
            for call in item["calls"]
        )
        head = f"{_at(symbol, view)}{kind(symbol)} {plain(symbol['name'])}"
        lines.append(f"{head} — {places}{mark(item['evidence'], symbol.get('layer', _HERE))}")
    return _ended(lines, answer, view, len(answer["items"]))


def hierarchy(answer: HierarchyAnswer, view: View) -> list[str]:
    """Bases and subclasses nested, the order of resolution in one line."""
    lines = _subject(answer, view)
    if answer["bases"]:
        lines += ["bases", *_tree(answer["bases"], view)]
    if answer["mro"]:
        names = ", ".join(plain(item["name"]) + symbol_mark(item) for item in answer["mro"])
        lines.append(f"mro {names}")
    if answer["subclasses"]:
        lines += [f"subclasses {answer['total']:,}", *_tree(answer["subclasses"], view)]
    if not any((answer["bases"], answer["mro"], answer["subclasses"])):
        lines.append(NOTHING)
    return lines + view.notes(answer, count(answer["subclasses"]))


def imports(answer: ImportListing, view: View) -> list[str]:
    """Imports below the file that they stand in, each with the file that it leads to."""
    lines: list[str] = []
    path = None
    for item in answer["items"]:
        if item["path"] != path:
            path = item["path"]
            lines.append(view.path(path))
        what = item["module"]
        if "name" in item:
            what += f" {item['name']}"
        if "alias" in item:
            what += f" as {item['alias']}"
        line = f" {item['range']['start']['line'] + 1} {plain(what)}"
        if "resolved" in item:
            line += f" -> {view.path(item['resolved'])}"
        if item.get("conditions"):
            line += f" ({', '.join(item['conditions'])})"
        lines.append(line + mark(item["evidence"], _HERE if "resolved" in item else "outside"))
    return _ended(lines, answer, view, len(answer["items"]))


def exists(answer: ExistsAnswer, view: View) -> list[str]:
    """The verdict with its reason, then the symbol or what is nearest."""
    head = f"{answer['verdict']}: {plain(answer['query'])}"
    lines = [f"{head} — {plain(answer['reason'])}" if answer["reason"] else head]
    if "symbol" in answer:
        lines.append(_line(answer["symbol"], view))
    if answer["nearest"]:
        lines += ["nearest", *(_line(item, view) for item in answer["nearest"])]
    return lines + view.notes(answer, answer["total"])


def source(answer: SourceAnswer, view: View) -> list[str]:
    """The text, each line with its number."""
    lines: list[str] = []
    text = source_lines(answer)
    if text:
        first = answer["first_line"]
        symbol = answer.get("symbol")
        what = f" {symbol['kind']} {plain(symbol['name'])}{symbol_mark(symbol)}" if symbol else ""
        lines.append(f"{view.path(answer['path'])}:{first}-{first + len(text) - 1}{what}")
        lines += [f"{first + at} {line}" for at, line in enumerate(text)]
    return _ended(lines, answer, view, answer["total"])


def status(answer: Mapping[str, Any], view: View) -> list[str]:
    """Each part of the state on lines of its own; parts that are empty are left out."""
    lines: list[str] = []
    for key, value in answer.items():
        if key in ("files", "total", "notes", "pending") or value in ("", {}, []):
            continue
        if isinstance(value, dict):
            lines.append(f"{key} " + ", ".join(f"{name} {told(value[name])}" for name in value))
        elif isinstance(value, list):
            lines.append(f"{key} {len(value):,}")
            lines += [f" {told(entry)}" for entry in value]
        else:
            lines.append(f"{key} {told(value)}")
    return lines + view.notes(answer, answer["total"])


def source_lines(answer: SourceAnswer) -> list[str]:
    """Lines of an answered text, tabs kept, without what would steer a terminal."""
    text = answer["text"]
    if not text:
        return []
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    return ["\t".join(plain(part) for part in line.split("\t")) for line in lines]


def told(value: Any) -> str:
    """A value of a status as words."""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dict):
        # A file and the reason why it is not indexed.
        return ": ".join(str(part) for part in value.values())
    return plain(str(value))


def count(nodes: list[HierarchyNode]) -> int:
    """Number of nodes with all those below them."""
    return sum(1 + count(node["children"]) for node in nodes)


RENDERERS: dict[str, Callable[[Any, View], list[str]]] = {
    "Listing": listing,
    "ReferenceListing": references,
    "CallListing": calls,
    "HierarchyAnswer": hierarchy,
    "ImportListing": imports,
    "ExistsAnswer": exists,
    "SourceAnswer": source,
    "StatusAnswer": status,
}
"""Renderers by result type."""

_HERE = "workspace"


def _ended(lines: list[str], answer: Mapping[str, Any], view: View, shown: int) -> list[str]:
    if not answer["total"]:
        lines.append(NOTHING)
    return lines + view.notes(answer, shown)


def _subject(answer: Mapping[str, Any], view: View) -> list[str]:
    return [_line(answer["symbol"], view)] if "symbol" in answer else []


def _at(symbol: Symbol, view: View) -> str:
    place = view.place(symbol, column=False)
    return place + " " if place else ""


def _line(symbol: Symbol, view: View) -> str:
    return _at(symbol, view) + _told(symbol, symbol["name"])


def _short_line(symbol: Symbol, indent: int) -> str:
    line = symbol["range"]["start"]["line"] + 1
    return f"{' ' * indent}{line} {_told(symbol, last(symbol['name']))}"


def _told(symbol: Symbol, name: str) -> str:
    what = about(symbol)
    head = f"{kind(symbol)} {plain(name)}{parameters(symbol)}"
    return (f"{head} — {what}" if what else head) + symbol_mark(symbol)


def _nested(symbol: Symbol, indent: int) -> Iterator[str]:
    yield _short_line(symbol, indent)
    for child in symbol.get("children", ()):
        yield from _nested(child, indent + 1)


def _members(items: list[Symbol], view: View) -> Iterator[str]:
    group = None
    for item in items:
        owner = item.get("defined_in") or item["name"].rpartition(".")[0]
        if (owner, item["path"]) != group:
            group = (owner, item["path"])
            yield f"{plain(owner)} {view.path(item['path'])}".rstrip()
        yield _short_line(item, 1)


def _tree(nodes: list[HierarchyNode], view: View, indent: int = 1) -> Iterator[str]:
    for node in nodes:
        symbol = node["symbol"]
        place = view.place(symbol, column=False)
        line = f"{' ' * indent}{plain(symbol['name'])}{f' {place}' if place else ''}"
        yield line + mark(node["evidence"], symbol.get("layer", _HERE))
        yield from _tree(node["children"], view, indent + 1)


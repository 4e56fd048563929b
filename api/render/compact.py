"""Answers in few tokens, for language models: a line for an item, and nothing said twice.

``path:line kind name(signature) — what it is for [evidence]``. Evidence is left out where it is
exact. Lines of one file stand below its path where an answer is grouped by file.
"""

from __future__ import annotations

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
    from collections.abc import Callable, Iterator, Mapping
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
        # Where a definition is asked for, what to import it by is part of the answer.
        full = view.operation == "definition"
        lines = [_line(item, view, full=full) for item in items]
    return _ended(lines, answer, view, len(items))


def folders(answer: MapListing, view: View) -> list[str]:
    """A line for each folder: what it is called, how many files it has, what lies in it."""
    lines: list[str] = []
    for item in answer["items"]:
        name = f" {plain(item['name'])}" if item["name"] else ""
        tests = " tests" if item["tests"] else ""
        head = f"{view.path(item['path'] or '.')}/{name} {counted(item['files'], 'file')}{tests}"
        holds = ", ".join(plain(each) for each in item["holds"][:_MOST_HELD])
        more = len(item["holds"]) - _MOST_HELD
        lines.append(f"{head}: {holds}{f' and {more} more' if more > 0 else ''}")
    return _ended(lines, answer, view, len(answer["items"]))


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
                line += f" in {plain(local(item['enclosing'], item['path']))}"
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
        head = f"{_at(symbol, view)}{kind(symbol)} {plain(local(symbol['name'], symbol['path']))}"
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
    shown = count(answer["subclasses"])
    if shown:
        lines += [counted(shown, "subclass"), *_tree(answer["subclasses"], view)]
    return _ended(lines, answer, view, shown)


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
        if "resolved" in item and view.operation == "imports":
            line += f" -> {view.path(item['resolved'])}"
        if conditions := item.get("conditions"):
            line += f" ({', '.join(conditions)})"
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
        lines += view.more_lines(answer, len(text))
    return _ended(lines, answer, view, answer["total"])


def context(answer: ContextAnswer, view: View) -> list[str]:
    """The text as it was packed."""
    return _ended(context_lines(answer), answer, view, answer["total"])


def context_lines(answer: ContextAnswer) -> list[str]:
    """Lines of a packed text, without what would steer a terminal."""
    lines = answer["text"].removesuffix("\n").split("\n") if answer["text"] else []
    return ["\t".join(plain(part) for part in line.split("\t")) for line in lines]


def status(answer: Mapping[str, Any], view: View) -> list[str]:
    """A line for each part of the state, and one for each file that is not indexed."""
    lines: list[str] = []
    for name, parts in state(answer):
        if name in ("skipped", "errors", "problems"):
            lines += [f"{name} {len(parts):,}", *(f" {part}" for part in parts)]
        else:
            lines.append(f"{name} {', '.join(parts)}")
    return lines + view.notes(answer, answer["total"])


def state(answer: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Each part of a status that says something, in words."""
    for key, value in answer.items():
        if key in ("files", "total", "notes", "pending") or value in ("", {}, []):
            continue
        if key in ("environment", "watcher", "sizes"):
            yield key, [f"{name} {_told(name, value[name])}" for name in value if value[name] != ""]
        elif key in ("skipped", "errors"):
            yield key, [plain(f"{entry['path']}: {entry['reason']}") for entry in value]
        elif key in ("source_roots", "problems"):
            # A source root that is the workspace's own has no name.
            yield key, [plain(entry) or "." for entry in value]
        else:
            yield key, [_told(key, value)]


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
    """A sentence for each step, nested as the reasons are."""
    lines: list[str] = []
    for item in answer["items"]:
        place = f"{view.place(item, column=False)} " if "range" in item else ""
        lines.append(f"{' ' * item['depth']}{place}{plain(item['why'])}{mark(item['evidence'])}")
    return _ended(lines, answer, view, answer["total"])


def source_lines(answer: SourceAnswer) -> list[str]:
    """Lines of an answered text, tabs kept, without what would steer a terminal."""
    text = answer["text"]
    if not text:
        return []
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    return ["\t".join(plain(part) for part in line.split("\t")) for line in lines]


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
_MOST_HELD = 24


def _ended(lines: list[str], answer: Mapping[str, Any], view: View, shown: int) -> list[str]:
    if not answer["total"]:
        lines.append(view.nothing(answer))
    return lines + view.notes(answer, shown)


def _subject(answer: Mapping[str, Any], view: View) -> list[str]:
    return [_line(answer["symbol"], view)] if "symbol" in answer else []


def _at(symbol: Symbol, view: View) -> str:
    place = view.place(symbol, column=False)
    return place + " " if place else ""


def _line(symbol: Symbol, view: View, *, full: bool = True) -> str:
    name = symbol["name"] if full else local(symbol["name"], symbol["path"])
    return _at(symbol, view) + _described(symbol, name)


def _short_line(symbol: Symbol, indent: int) -> str:
    line = symbol["range"]["start"]["line"] + 1
    return f"{' ' * indent}{line} {_described(symbol, last(symbol['name']))}"


def _told(name: str, value: Any) -> str:
    if isinstance(value, int):
        return f"{value / 1e6:,.1f} MB" if name.endswith("bytes") else f"{value:,}"
    return plain(str(value))


def _described(symbol: Symbol, name: str) -> str:
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
        name = plain(local(symbol["name"], symbol["path"]))
        line = f"{' ' * indent}{name}{f' {place}' if place else ''}"
        yield line + mark(node["evidence"], symbol.get("layer", _HERE))
        yield from _tree(node["children"], view, indent + 1)

"""Answers as text: one walk through each type of answer, in the style that is passed."""

from __future__ import annotations

from ..quoting import escaped, escaped_lines
from .findings import finding_line, finding_lines
from .styles import BOLD, Row
from .words import (
    HERE,
    about,
    counted,
    counts,
    kind,
    last,
    local,
    mark,
    n_nodes,
    parameters,
    symbol_mark,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from ..types import (
        CallListing,
        ContextAnswer,
        DependencyAnswer,
        ExistsAnswer,
        Explanation,
        ExplanationStep,
        GuardAnswer,
        Habit,
        HierarchyAnswer,
        ImportItem,
        ImportListing,
        Judgement,
        Listing,
        MapListing,
        Mending,
        PatternAnswer,
        Reasons,
        Reference,
        ReferenceListing,
        RulesAnswer,
        SessionAnswer,
        SimilarListing,
        SourceAnswer,
        Symbol,
        ToRead,
    )
    from .styles import CompactStyle


# So few symbols are shown in full, on several lines of the terminal if need be.
_FEW = 3
_MAX_HELD = 24
_NOUNS = {
    "members": "member", "callers": "caller", "callees": "callee", "definition": "definition",
}  # fmt: skip

_HEADINGS = {
    "base": "bases", "decorator": "decorators", "method": "methods", "attribute": "attributes",
    "field": "set on self", "signature": "signature", "parameter": "parameters",
    "returns": "returns", "async": "async", "import": "imports", "name": "names",
    "calls": "calls in this order", "raises": "raises", "catches": "catches", "logs": "logs",
    "logger": "logger", "defines": "every module defines", "place": "place",
    "file name": "files called", "registered": "registered in", "tested": "tests",
}  # fmt: skip
# Kinds of which each habit has a line of its own.
_LONG_HABITS = frozenset(["method", "registered", "calls", "defines"])


def render(result: str, answer: Mapping[str, Any], style: CompactStyle) -> str:
    """Return an answer as text, every line ended; ``result`` names its type in :mod:`..types`."""
    renderers = RENDERERS
    if result not in renderers:
        # Late, since no question about code needs it.
        from .tasks import RENDERERS as renderers  # noqa: N811
    if result not in renderers:
        from .suggestions import RENDERERS as renderers  # noqa: N811
    lines = renderers[result](answer, style)
    if not style.colour:
        # Once more, whatever a renderer has forgotten; in colours, `paint` has done it.
        lines = [escaped(line, tabs=True) for line in lines]
    return "\n".join(lines) + "\n"


def listing(answer: Listing, style: CompactStyle) -> list[str]:
    """Symbols: of a file nested, members by the class that defines them, others one by one."""
    items = answer["items"]
    if style.operation == "outline":
        lines = style.by_file([row for item in items for row in _nested(item)])
    elif style.operation == "members":
        lines = _members(items, style)
    else:
        # Where a definition is asked for, what to import it by is part of the answer.
        full = style.operation == "definition"
        rows = [_symbol_row(item, "" if full else local(item["name"], item["path"]))
                for item in items]  # fmt: skip
        lines = style.rows(rows, cut=len(rows) > _FEW)
    return style.ended(lines, answer, len(items), _NOUNS.get(style.operation, "symbol"))


def folders(answer: MapListing, style: CompactStyle) -> list[str]:
    """A line for each folder: its name, the number of its files, and what lies in it."""
    lines: list[str] = []
    for item in answer["items"]:
        name = f" {item['name']}" if item["name"] else ""
        tests = " tests" if item["tests"] else ""
        head = f"{style.path(item['path'] or '.')}/{name} {counted(item['files'], 'file')}{tests}"
        holds = ", ".join(item["holds"][:_MAX_HELD])
        more = len(item["holds"]) - _MAX_HELD
        lines.append(escaped(f"{head}: {holds}{f' and {more} more' if more > 0 else ''}"))
    return style.ended(lines, answer, len(answer["items"]))


def dependencies(answer: DependencyAnswer, style: CompactStyle) -> list[str]:
    """A line for each folder or module with what it imports, then the circles of files."""
    imported: dict[str, list[str]] = {}
    for edge in sorted(answer["edges"], key=lambda edge: -edge["count"]):
        imported.setdefault(edge["source"], []).append(
            f"{edge['target'].rpartition('/')[2]} {edge['count']}"
        )
    lines: list[str] = []
    for item in answer["items"]:
        head = f"{style.path(item['path'])}{'/' if item['kind'] == 'folder' else ''}"
        files = f" {counted(item['files'], 'file')}" if item["kind"] == "folder" else ""
        tests = " tests" if item["tests"] else ""
        circle = f" [circle {item['circle']}]" if item["circle"] else ""
        targets = ", ".join(imported.get(item["path"], ["nothing here"]))
        lines.append(escaped(f"{head}{files}{tests}{circle}: imports {targets}"))
    for circle in answer["circles"]:
        shown = ", ".join(map(style.path, circle[:_MAX_HELD]))
        more = len(circle) - _MAX_HELD
        rest = f" and {more} more" if more > 0 else ""
        lines.append(escaped(f"circle of {counted(len(circle), 'file')}: {shown}{rest}"))
    return style.ended(lines, answer, len(answer["items"]), "part")


def references(answer: ReferenceListing, style: CompactStyle) -> list[str]:
    """The symbol with all counts, then references file by file."""
    lines = _subject(answer, style)
    if answer["total"]:
        lines.append(style.paint(_reference_counts(answer), BOLD))
    found = [item for group in answer["items"] for item in group["references"]]
    lines += style.by_file([_reference_row(item) for item in found])
    return style.ended(lines, answer, len(found))


def calls(answer: CallListing, style: CompactStyle) -> list[str]:
    """Callers or callees, each with all its calls."""
    lines = _subject(answer, style)
    for item in answer["items"]:
        symbol = item["symbol"]
        caller = _symbol_row(symbol, local(symbol["name"], symbol["path"]))
        caller.mark = symbol_mark(symbol, item["evidence"])
        places = [
            Row(call, detail=call["text"].strip(), mark=mark(call["evidence"]))
            for call in item["calls"]
        ]
        lines += style.calls(caller, places)
    if lines and not lines[0]:
        del lines[0]
    return style.ended(lines, answer, len(answer["items"]), _NOUNS[style.operation])


def hierarchy(answer: HierarchyAnswer, style: CompactStyle) -> list[str]:
    """Bases and subclasses as trees, and the order of resolution."""
    lines = _subject(answer, style)
    if answer["bases"]:
        lines += style.tree("bases", answer["bases"])
    if answer["mro"]:
        lines += style.order(answer["mro"])
    shown = n_nodes(answer["subclasses"])
    if shown:
        lines += style.tree(counted(shown, "subclass"), answer["subclasses"])
    return style.ended(lines, answer, shown)


def imports(answer: ImportListing, style: CompactStyle) -> list[str]:
    """Imports, each with the file that it leads to."""
    rows = [_import_row(item, style) for item in answer["items"]]
    return style.ended(style.by_file(rows), answer, len(rows), "import")


def exists(answer: ExistsAnswer, style: CompactStyle) -> list[str]:
    """The verdict with its reason, then the symbol or what is nearest."""
    lines = [style.verdict(answer["verdict"], answer["query"], answer["reason"])]
    lines += _subject(answer, style)
    if answer["nearest"]:
        lines += [*style.title("nearest"), *style.rows([*map(_symbol_row, answer["nearest"])])]
    return lines + style.notes(answer, answer["total"])


def source(answer: SourceAnswer, style: CompactStyle) -> list[str]:
    """The text, each line with its number."""
    text = escaped_lines(answer["text"])
    lines = [*style.code(answer, text), *style.more_lines(answer, len(text))] if text else []
    return style.ended(lines, answer, answer["total"])


def context(answer: ContextAnswer, style: CompactStyle) -> list[str]:
    """The text as it was packed."""
    spent = f"{answer['tokens']:,} of {answer['budget']:,} tokens" if answer["total"] else ""
    lines = style.packed(escaped_lines(answer["text"]), spent)
    return style.ended(lines, answer, answer["total"])


def status(answer: Mapping[str, Any], style: CompactStyle) -> list[str]:
    """Each part of the state of the index; parts that are empty are left out."""
    lines: list[str] = []
    for key, value in answer.items():
        if key in ("files", "total", "notes", "pending") or value in ("", {}, []):
            continue
        if key in ("environment", "watcher", "sizes"):
            parts = [f"{name} {_amount(name, value[name])}" for name in value if value[name] != ""]
        elif key in ("skipped", "errors"):
            parts = [escaped(f"{entry['path']}: {entry['reason']}") for entry in value]
        elif key in ("source_roots", "problems"):
            # A source root that is the workspace's own has no name.
            parts = [escaped(entry) or "." for entry in value]
        else:
            parts = [_amount(key, value)]
        lines += style.state(key, parts)
    return lines + style.notes(answer, answer["total"])


def explanation(answer: Explanation, style: CompactStyle) -> list[str]:
    """A sentence for each step, nested as the reasons are, with the line that shows it."""
    return style.ended(_steps(answer["items"], style), answer, answer["total"])


def _steps(items: list[ExplanationStep], style: CompactStyle) -> list[str]:
    rows: list[Row] = []
    for item in items:
        row = Row(item if "range" in item else None, name=item["why"], indent=item["depth"])
        row.mark = mark(item["evidence"])
        row.rest = item.get("text", "").strip()
        row.brief = item["why"]
        rows.append(row)
    return style.rows(rows)


def reasons(answer: Reasons, style: CompactStyle) -> list[str]:
    """The finding, the links of its chain, and a line for each excuse."""
    lines = [finding_line(answer["finding"], style), *_steps(answer["items"], style)]
    if answer["excuses"]:
        lines += style.title("excuses that were considered")
        lines += [escaped(f" {each['name']}: {each['why']}") for each in answer["excuses"]]
    return style.ended(lines, answer, answer["total"])


def judgement(answer: Judgement, style: CompactStyle) -> list[str]:
    """Findings, and the verdict."""
    return [*finding_lines(answer, style), *style.notes(answer, len(answer["items"]))]


def mending(answer: Mending, style: CompactStyle) -> list[str]:
    """The fixes that help, and what is left."""
    lines = [
        escaped(f"{style.path(each['path'])}: {each['title']} ({each['rule']})")
        for each in answer["applied"]
    ]
    left = len(answer["left"])
    lines.append(f"{answer['total']} fixed, {left} left: {answer['verdict']}")
    return lines + style.notes(answer, answer["total"])


def session(answer: SessionAnswer, style: CompactStyle) -> list[str]:
    """The handle alone, for a script to keep."""
    return [answer["session"], *style.notes(answer, answer["total"])]


def guard(answer: GuardAnswer, style: CompactStyle) -> list[str]:
    """The verdict, and a line for each place to read, with its text if that is handed over."""
    lines = [answer["verdict"]]
    for item in answer["items"]:
        lines += [escaped(item["reason"]), *_lines_to_read(item)]
    return lines + style.notes(answer, answer["total"])


def agent_rules(answer: RulesAnswer, style: CompactStyle) -> list[str]:
    """The text as it is."""
    lines = [*map(escaped, answer["text"].rstrip("\n").split("\n"))]
    return lines + style.notes(answer, answer["total"])


def patterns(answer: PatternAnswer, style: CompactStyle) -> list[str]:
    """What siblings have in common, a line for a respect, then the skeleton of a new one."""
    if not answer["total"]:
        return style.ended([], answer, 0)
    noun = answer["kind"]
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
    for outlier in answer["outliers"]:
        near = ", ".join(
            f"{last(each['name'])} {style.place(each, column=False)}" for each in outlier["nearest"]
        )
        lacks = ", ".join(outlier["lacks"][:4])
        compare = f"; compare {near}" if near else ""
        lines.append(escaped(f"outlier: {outlier['name']} has no {lacks}{compare}"))
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


RENDERERS: dict[str, Callable[[Any, CompactStyle], list[str]]] = {
    "Listing": listing,
    "MapListing": folders,
    "DependencyAnswer": dependencies,
    "ReferenceListing": references,
    "CallListing": calls,
    "HierarchyAnswer": hierarchy,
    "ImportListing": imports,
    "ExistsAnswer": exists,
    "SourceAnswer": source,
    "ContextAnswer": context,
    "Explanation": explanation,
    "Reasons": reasons,
    "Judgement": judgement,
    "Mending": mending,
    "SessionAnswer": session,
    "GuardAnswer": guard,
    "PatternAnswer": patterns,
    "RulesAnswer": agent_rules,
    "SimilarListing": similar,
    "StatusAnswer": status,
}
"""Renderers by result type."""


def _subject(answer: Mapping[str, Any], style: CompactStyle) -> list[str]:
    """Return the line of the symbol that an answer is about."""
    return style.rows([_symbol_row(answer["symbol"])], cut=False) if "symbol" in answer else []


def _symbol_row(symbol: Symbol, name: str = "", indent: int = 0) -> Row:
    return Row(
        symbol,
        kind(symbol),
        name or symbol["name"],
        parameters(symbol),
        symbol_mark(symbol),
        about(symbol),
        indent,
    )


def _nested(symbol: Symbol, indent: int = 0) -> Iterator[Row]:
    yield _symbol_row(symbol, last(symbol["name"]), indent)
    for child in symbol.get("children", ()):
        yield from _nested(child, indent + 1)


def _members(items: list[Symbol], style: CompactStyle) -> list[str]:
    groups: list[tuple[tuple[str, str], list[Row]]] = []
    for item in items:
        owner = item.get("defined_in") or item["name"].rpartition(".")[0]
        group = owner, item["path"]
        if not groups or groups[-1][0] != group:
            groups.append((group, []))
        groups[-1][1].append(_symbol_row(item, last(item["name"])))
    lines: list[str] = []
    for (owner, _), rows in groups:
        lines += style.members_of(owner, rows, first=not lines)
    return lines


def _reference_counts(answer: ReferenceListing) -> str:
    """Return a count with its parts: by role, and by evidence if any is not exact."""
    head = counted(answer["total"], "reference")
    roles, known = counts(answer["counts"]), answer["evidence_counts"]
    if roles:
        head += f": {roles}"
    if any(number for evidence, number in known.items() if evidence != "exact"):
        head += f" ({counts(known)})"
    return head


def _reference_row(item: Reference) -> Row:
    role, text = item["role"], item["text"].strip()
    inside = f"in {local(item['enclosing'], item['path'])}" if "enclosing" in item else ""
    known = mark(item["evidence"], origin=item.get("origin", ""))
    row = Row(item, role, "", text, known, inside)
    row.brief = f"{role}{' ' if inside else ''}{inside}: {text}"
    return row


def _import_row(item: ImportItem, style: CompactStyle) -> Row:
    module, name = item["module"], item.get("name", "")
    alias = f" as {item['alias']}" if "alias" in item else ""
    rest: list[str] = []
    if "resolved" in item and style.operation == "imports":
        rest.append(f"-> {style.path(item['resolved'])}")
    if conditions := item.get("conditions"):
        rest.append(f"({', '.join(conditions)})")
    # The dots of a relative import end in one already.
    dotted = f"{module}.{name}" if name and not module.endswith(".") else module + name
    layer = HERE if "resolved" in item else "outside"
    row = Row(item, "", dotted, alias, mark(item["evidence"], layer), " ".join(rest))
    row.brief = " ".join([f"{module} {name}{alias}" if name else module + alias, *rest])
    return row


def _amount(name: str, value: Any) -> str:
    if isinstance(value, int):
        return f"{value / 1e6:,.1f} MB" if name.endswith("bytes") else f"{value:,}"
    return escaped(str(value))


def _lines_to_read(item: ToRead) -> list[str]:
    text = item.get("text")
    if not text:
        return []
    digits = len(str(item["last_line"]))
    return [
        f"{str(number).rjust(digits)}  {escaped(line)}".rstrip()
        for number, line in enumerate(text.split("\n"), item["first_line"])
    ]


def _habit(habit: Habit, style: CompactStyle) -> str:
    share = f"{habit['count']}/{habit['of']}"
    name, detail, about = habit["name"], habit["detail"], habit["kind"]
    if about in ("place", "registered") and "`" not in name:
        path = style.path(name)
        name = path + ("/" if name.endswith("/") and not path.endswith("/") else "")
    if about == "name":
        return f"{name} {share}"
    if about == "calls":
        return f"{share} {f'{detail}: ' if detail else ''}{name}"
    if about in ("method", "attribute", "parameter", "defines"):
        return f"{share} {name}{detail}"
    return f"{name} {share}{f' ({detail})' if detail else ''}"

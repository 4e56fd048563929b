"""The two styles of text: compact lines for language models, and columns for people.

Compact: ``path:line kind name(signature) — summary [evidence]``, where lines of one file stand
below its path, so that nothing is repeated. For people:
``path:line:column  kind  name(signature) [evidence]  summary``, with places that a terminal can
open. Evidence is left out where it is exact, and is never cut off.
"""

from __future__ import annotations

import os

from ..operations.table import OPERATIONS
from ..quoting import escaped
from .words import counted, local, symbol_mark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ..types import HierarchyNode, Symbol


BOLD, DIM, PLACE, GUESS, WRONG = "bold", "dim", "cyan", "yellow", "red"
"""Styles of a terminal: what stands out, what does not, places, uncertain, and wrong things."""

_LISTED_STATUS = ("skipped", "errors", "problems")


class Row:
    """One item: where it is, and what there is to show of it.

    A table shows kind, name, detail, mark and rest in columns. A compact line has ``brief``, which
    is made of the same parts unless it is set, then the mark. ``indent`` counts levels of nesting.
    """

    # Loaded by every query: dataclasses would cost more than the query.
    __slots__ = ("brief", "detail", "indent", "item", "kind", "mark", "name", "rest")

    def __init__(
        self,
        item: Mapping[str, Any] | None,
        kind: str = "",
        name: str = "",
        detail: str = "",
        mark: str = "",
        rest: str = "",
        indent: int = 0,
    ) -> None:
        """Describe an item; ``item`` has its path and range, if it has a place."""
        self.item = item
        self.kind = kind
        self.name = name
        self.detail = detail
        self.mark = mark
        self.rest = rest
        self.indent = indent
        self.brief = f"{kind} {name}{detail}{' — ' if rest else ''}{rest}"


class CompactStyle:
    """Compact lines for language models, and what both styles have in common.

    ``width`` is 0 where lines may be of any length. Files are named as they are called in the
    current folder, so that a terminal can open them; from outside of the workspace by their
    absolute path.
    """

    __slots__ = ("_prefix", "_within", "arguments", "colour", "operation", "width")

    def __init__(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        root: str = "",
        folder: str = "",
        *,
        width: int = 0,
        colour: bool = False,
    ) -> None:
        """Show an answer as seen from ``folder``; without it, files are named from the root."""
        self.operation = operation
        self.arguments = arguments
        self.width = width
        self.colour = colour
        self._prefix = ""
        self._within = ""
        folder, root = folder.replace(os.sep, "/"), root.rstrip("/")
        if not folder or folder == root:
            return
        if folder.startswith(root + "/"):
            self._within = folder[len(root) + 1 :] + "/"
        else:
            self._prefix = root + "/"

    def path(self, path: str) -> str:
        """Return what a file of the workspace is called here."""
        within = self._within
        if self._prefix and not os.path.isabs(path):
            path = self._prefix + path
        elif within and not os.path.isabs(path):
            if path.startswith(within):
                path = path[len(within) :]
            else:
                path = os.path.relpath("/" + path, "/" + within).replace(os.sep, "/")
        return escaped(path)

    def place(self, item: Mapping[str, Any] | None, *, column: bool = True) -> str:
        """Return file, line and column of an item, counted from 1; empty if it has no file."""
        if item is None or not item["path"]:
            return ""
        start = item["range"]["start"]
        place = f"{self.path(item['path'])}:{start['line'] + 1}"
        return f"{place}:{start['character'] + 1}" if column else place

    def paint(self, text: str, style: str) -> str:
        """Return safe text, in a colour where there are colours."""
        text = escaped(text)
        if not self.colour or not text:
            return text
        # Only where a person looks: loading it takes longer than answering.
        from rich.style import Style as TerminalStyle

        return TerminalStyle.parse(style).render(text)

    def rows(self, rows: Sequence[Row], *, cut: bool = True) -> list[str]:
        """Return a line for each row."""
        del cut
        lines: list[str] = []
        for row in rows:
            place = self.place(row.item, column=False)
            lines.append(f"{' ' * row.indent}{place}{' ' if place else ''}{_brief(row)}")
        return lines

    def by_file(self, rows: Sequence[Row]) -> list[str]:
        """Return a line for each row, below the path of its file."""
        lines: list[str] = []
        path = None
        for row in rows:
            if row.item is not None and row.item["path"] != path:
                path = row.item["path"]
                lines.append(self.path(path))
            lines.append(_numbered(row))
        return lines

    def members_of(self, owner: str, rows: Sequence[Row], *, first: bool) -> list[str]:
        """Return the members that a class defines, below its name and file."""
        del first
        path = self.path(rows[0].item["path"]) if rows[0].item is not None else ""
        return [f"{escaped(owner)} {path}".rstrip(), *map(_numbered, rows)]

    def calls(self, caller: Row, calls: Sequence[Row]) -> list[str]:
        """Return a function and its calls in one line."""
        places = "; ".join(f"{_line_number(call)}: {call.detail}" for call in calls)
        caller.brief = f"{caller.kind} {caller.name} — {places}"
        return self.rows([caller])

    def tree(self, title: str, nodes: Sequence[HierarchyNode]) -> list[str]:
        """Return classes nested as they derive from one another."""
        lines = [title]
        for depth, evidence, symbol in nested(nodes):
            place = self.place(symbol, column=False)
            name = escaped(local(symbol["name"], symbol["path"]))
            line = f"{' ' * depth}{name}{' ' if place else ''}{place}"
            lines.append(line + symbol_mark(symbol, evidence))
        return lines

    def order(self, symbols: Sequence[Symbol]) -> list[str]:
        """Return a method resolution order in one line."""
        return ["mro " + ", ".join(escaped(each["name"]) + symbol_mark(each) for each in symbols)]

    def verdict(self, verdict: str, query: str, reason: str) -> str:
        """Return the head of an answer to ``exists``."""
        return escaped(f"{verdict}: {query} — {reason}" if reason else f"{verdict}: {query}")

    def code(self, head: Mapping[str, Any], lines: Sequence[str]) -> list[str]:
        """Return numbered lines."""
        first, symbol = head["first_line"], head.get("symbol")
        name = f" {symbol['kind']} {symbol['name']}{symbol_mark(symbol)}" if symbol else ""
        place = f"{self.path(head['path'])}:{first}-{first + len(lines) - 1}"
        numbered = (f"{number} {line}" for number, line in enumerate(lines, first))
        return [escaped(f"{place}{name}"), *numbered]

    def packed(self, lines: Sequence[str], spent: str) -> list[str]:
        """Return a context as it is."""
        del spent
        return list(lines)

    def state(self, name: str, parts: Sequence[str]) -> list[str]:
        """Return one part of the state in a line, files below it."""
        if name in _LISTED_STATUS:
            return [f"{name} {len(parts):,}", *(f" {part}" for part in parts)]
        return [f"{name} {', '.join(parts)}"]

    def total(self, answer: Mapping[str, Any], noun: str) -> list[str]:
        """Return how many items there are in all, if that is not plain to see."""
        del answer, noun
        return []

    def title(self, text: str) -> list[str]:
        """Return a heading of a part of an answer."""
        return [self.paint(text, BOLD)]

    def note(self, line: str) -> str:
        """Return a line about the answer, rather than of it."""
        return escaped(line)

    def option(self, name: str, value: int) -> str:
        """Return how an argument is passed to see more of an answer."""
        return f"--{name} {value}"

    def ended(
        self, lines: list[str], answer: Mapping[str, Any], shown: int, noun: str = ""
    ) -> list[str]:
        """Return lines with what there is to say at their end; ``shown`` counts the items."""
        if not answer["total"]:
            lines.append(self.nothing(answer))
        elif noun:
            lines += self.total(answer, noun)
        return lines + self.notes(answer, shown)

    def nothing(self, answer: Mapping[str, Any]) -> str:
        """Return what to say when nothing was found."""
        if "symbol" in answer:
            return f"no {self.operation} found"
        name = self.arguments.get("name")
        if answer.get("notes"):
            return "nothing found"  # and the notes say why
        path, line = self.arguments.get("path"), self.arguments.get("line")
        if path is not None and line is not None:
            place = f"{escaped(path)}:{line + 1}:{self.arguments.get('character', 0) + 1}"
            return f"nothing found; flux-index query explain {place} tells what is there"
        if not name:
            return "nothing found"
        return f"nothing found; flux-index query exists {escaped(name)} tells what is nearest"

    def notes(self, answer: Mapping[str, Any], shown: int) -> list[str]:
        """Return what an answer leaves out or does not know; ``shown`` counts its items."""
        lines: list[str] = []
        total: int = answer["total"]
        if answer.get("truncated"):
            more = f"{total - shown:,} more of {total:,}" if total > shown else "more"
            lines.append(f"… {more}{self.how_to_get_more(shown)}")
        elif total and not shown and self.arguments.get("offset"):
            lines.append(f"nothing from offset {self.arguments['offset']} on, there are {total:,}")
        pending: int = answer["pending"]
        if pending:
            lines.append(
                f"pending: {counted(pending, 'file')} not indexed yet, there may be more; "
                "`flux-index index` takes them in"
            )
        # The number of pending files stands in the notes as well.
        repeated = f"files that are not indexed yet: {pending:,}"
        lines += [f"note: {note}" for note in answer.get("notes", ()) if note != repeated]
        return [self.note(line) for line in lines]

    def more_lines(self, answer: Mapping[str, Any], shown: int) -> list[str]:
        """Return how many lines of a text come after those that are shown, if any do."""
        left = answer.get("lines", 0) - self.arguments.get("offset", 0) - shown
        return [f"… {counted(left, 'more line')}{self.how_to_get_more(shown)}"] if left > 0 else []

    def how_to_get_more(self, shown: int) -> str:
        """Return the argument that shows more, after a colon; empty if there is none."""
        takes = OPERATIONS[self.operation].takes
        if "offset" in takes:
            return f": {self.option('offset', self.arguments.get('offset', 0) + shown)}"
        return f": {self.option('limit', 2 * shown)}" if "limit" in takes and shown else ""


def _brief(row: Row) -> str:
    return escaped(row.brief) + row.mark


def _line_number(row: Row) -> str:
    return str(row.item["range"]["start"]["line"] + 1) if row.item is not None else ""


def _numbered(row: Row) -> str:
    return f"{' ' * (row.indent + 1)}{_line_number(row)} {_brief(row)}"


def nested(nodes: Sequence[HierarchyNode], depth: int = 1) -> Iterator[tuple[int, str, Symbol]]:
    """Yield depth, evidence and class of all nodes."""
    for node in nodes:
        yield depth, node["evidence"], node["symbol"]
        yield from nested(node["children"], depth + 1)


# A name is not cut to less than this; rather the terminal wraps the line.
_MIN_NAME_WIDTH = 24
# A summary is not worth showing in less.
_MIN_REST_WIDTH = 12
_MAX_PLACE_WIDTH = 72
_STATUS_WIDTH = 14


class TableStyle(CompactStyle):
    """Rows in columns for people, as wide as the terminal and in colours if it has them."""

    __slots__ = ()

    def rows(self, rows: Sequence[Row], *, cut: bool = True) -> list[str]:
        """Return a line for each row, places and kinds aligned."""
        places = [self.place(row.item) for row in rows]
        # One file far down in the tree must not push all names out of sight.
        most = self.width // 2 if self.width else _MAX_PLACE_WIDTH
        place_width = min(max(map(text_width, places), default=0), most)
        kind_width = max((len(row.kind) for row in rows), default=0)
        width = self.width if cut else 0
        return [
            self._line(place, row, place_width, kind_width, width)
            for place, row in zip(places, rows, strict=True)
        ]

    by_file = rows

    def members_of(self, owner: str, rows: Sequence[Row], *, first: bool) -> list[str]:
        """Return the members that a class defines, below its name."""
        return [*([] if first else [""]), self.paint(owner, BOLD), *self.rows(rows)]

    def calls(self, caller: Row, calls: Sequence[Row]) -> list[str]:
        """Return a function, and its calls below it."""
        return ["", *self.rows([caller]), *("  " + line for line in self.rows(calls))]

    def tree(self, title: str, nodes: Sequence[HierarchyNode]) -> list[str]:
        """Return classes nested as they derive from one another."""
        rows = [
            Row(symbol, "", symbol["name"], mark=symbol_mark(symbol, evidence), indent=depth)
            for depth, evidence, symbol in nested(nodes)
        ]
        return [*self.title(title), *self.rows(rows)]

    def order(self, symbols: Sequence[Symbol]) -> list[str]:
        """Return a method resolution order, a class on each line."""
        rows = [Row(each, "", each["name"], mark=symbol_mark(each), indent=1) for each in symbols]
        return [*self.title("method resolution order"), *self.rows(rows)]

    def verdict(self, verdict: str, query: str, reason: str) -> str:
        """Return the head of an answer to ``exists``."""
        because = f" ({escaped(reason)})" if reason else ""
        return f"{escaped(query)}: {self.paint(verdict, BOLD)}{because}"

    def code(self, head: Mapping[str, Any], lines: Sequence[str]) -> list[str]:
        """Return numbered lines, never cut."""
        first, symbol = head["first_line"], head.get("symbol")
        name = f"  {symbol['name']}{symbol_mark(symbol)}" if symbol else ""
        digits = len(str(first + len(lines) - 1))
        return [
            self.paint(f"{self.path(head['path'])}:{first}{name}", BOLD),
            *(
                self.paint(str(number).rjust(digits), DIM) + (f"  {line}" if line else "")
                for number, line in enumerate(lines, first)
            ),
        ]

    def packed(self, lines: Sequence[str], spent: str) -> list[str]:
        """Return a context with paths and reasons marked, and how much it takes."""
        shown: list[str] = []
        for line in lines:
            path, dash, why = line.partition(" — ")
            if line and not line[0].isspace() and (dash or line in ("around", "tests")):
                line = self.paint(path, BOLD) + self.paint(dash + why, DIM)
            shown.append(line)
        return [*shown, "", self.paint(spent, DIM)] if spent else shown

    def state(self, name: str, parts: Sequence[str]) -> list[str]:
        """Return one part of the state, its values below one another."""
        head = self.paint(name.replace("_", " ").ljust(_STATUS_WIDTH), DIM)
        return [head + parts[0], *(" " * _STATUS_WIDTH + part for part in parts[1:])]

    def total(self, answer: Mapping[str, Any], noun: str) -> list[str]:
        """Return the number of items, where there are several and all are shown."""
        if answer["total"] < 2 or answer.get("truncated"):
            return []
        return [self.paint(counted(answer["total"], noun), DIM)]

    def title(self, text: str) -> list[str]:
        """Return a heading of a part of an answer."""
        return ["", self.paint(text, BOLD)]

    def note(self, line: str) -> str:
        """Return a line about the answer, rather than of it."""
        return self.paint(line, DIM)

    def _line(self, place: str, row: Row, place_width: int, kind_width: int, width: int) -> str:
        line = ""
        used = 0
        if place_width:
            pad = " " * max(place_width - text_width(place), 0) + "  "
            line = self.paint(place, PLACE) + pad
            used = text_width(place) + len(pad)
        if kind_width:
            line += self.paint(row.kind, DIM) + " " * (kind_width - len(row.kind)) + "  "
            used += kind_width + 2
        line += "  " * row.indent
        used += 2 * row.indent
        name, detail, rest = escaped(row.name), escaped(row.detail), escaped(row.rest)
        if width:
            room = max(width - used - len(row.mark), _MIN_NAME_WIDTH)
            name = cut_to(name, room)
            detail = cut_to(detail, room - text_width(name)) if text_width(name) < room else ""
            room = width - used - text_width(name) - text_width(detail) - len(row.mark) - 2
            rest = cut_to(rest, room) if room >= _MIN_REST_WIDTH else ""
        line += self.paint(name, BOLD) + detail + self.paint(row.mark, GUESS)
        if rest:
            line += "  " + self.paint(rest, DIM)
        return line.rstrip()


def text_width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    # Late, since nearly all that is shown is ASCII.
    from rich.cells import cell_len

    return cell_len(text)


def cut_to(text: str, width: int) -> str:
    """Return a text that takes at most so many columns, with an ellipsis where it was cut."""
    if text_width(text) <= width:
        return text
    # Late, since only a terminal has a width.
    from rich.cells import set_cell_size

    return set_cell_size(text, max(width - 1, 0)) + "…"

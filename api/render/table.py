"""The style of text for people: rows in columns, with places that a terminal can open.

``path:line:column  kind  name(signature) [evidence]  summary``. Evidence is left out where it is
exact, and is never cut off.
"""

from __future__ import annotations

from .compact import BOLD, DIM, GUESS, PLACE, CompactStyle, Row, nested
from .words import counted, escaped, symbol_mark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..types import HierarchyNode, Symbol

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

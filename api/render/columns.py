"""Rows in columns for people: aligned, cut to the width of the terminal, coloured if it can."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .view import View

BOLD, DIM, PLACE, GUESS = "1", "2", "36", "33"
"""Codes of the terminal for what stands out, what does not, where it is and what is not certain."""

# A name is not cut to less than this; rather the terminal wraps the line.
_LEAST_NAME = 24
# What a thing is for is not worth showing in less.
_LEAST_REST = 12


class Row:
    """Place and kind, aligned with those of other rows; then name, detail, mark and the rest."""

    __slots__ = ("detail", "indent", "kind", "mark", "name", "place", "rest")

    def __init__(
        self,
        place: str,
        kind: str = "",
        name: str = "",
        detail: str = "",
        mark: str = "",
        rest: str = "",
        indent: int = 0,
    ) -> None:
        """A row; ``indent`` counts levels of nesting of the name."""
        self.place = place
        self.kind = kind
        self.name = name
        self.detail = detail
        self.mark = mark
        self.rest = rest
        self.indent = indent


def aligned(rows: Sequence[Row], view: View, *, cut_to_width: bool = True) -> list[str]:
    """A line for each row."""
    longest = max((columns(row.place) for row in rows), default=0)
    # One file far down in the tree must not push all names out of sight.
    n_place = min(longest, view.width // 2 if view.width else 72)
    n_kind = max((len(row.kind) for row in rows), default=0)
    width = view.width if cut_to_width else 0
    return [_line(row, n_place, n_kind, width, view) for row in rows]


def paint(text: str, code: str, view: View) -> str:
    """Text in a colour, or as it is where there are none."""
    return f"\x1b[{code}m{text}\x1b[0m" if view.colour and text else text


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(symbol) else 2 if east_asian_width(symbol) in "WF" else 1 for symbol in text
    )


def cut(text: str, width: int) -> str:
    """Text that takes at most so many columns."""
    if columns(text) <= width:
        return text
    kept = text[: max(width - 1, 0)]
    while kept and columns(kept) > width - 1:
        kept = kept[:-1]
    return kept + "…"


def _line(row: Row, n_place: int, n_kind: int, width: int, view: View) -> str:
    line = ""
    used = 0
    if n_place:
        pad = " " * max(n_place - columns(row.place), 0) + "  "
        line = paint(row.place, PLACE, view) + pad
        used = columns(row.place) + len(pad)
    if n_kind:
        pad = " " * (n_kind - len(row.kind)) + "  "
        line += paint(row.kind, DIM, view) + pad
        used += n_kind + 2
    line += "  " * row.indent
    used += 2 * row.indent
    name, detail = row.name, row.detail
    if width:
        room = max(width - used - len(row.mark), _LEAST_NAME)
        name = cut(name, room)
        detail = cut(detail, room - columns(name)) if columns(name) < room else ""
    line += paint(name, BOLD, view) + detail + paint(row.mark, GUESS, view)
    rest = row.rest
    if width and rest:
        room = width - used - columns(name) - columns(detail) - len(row.mark) - 2
        rest = cut(rest, room) if room >= _LEAST_REST else ""
    if rest:
        line += "  " + paint(rest, DIM, view)
    return line.rstrip()

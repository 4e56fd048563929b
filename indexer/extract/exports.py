"""``__all__``: its edits at module level, in order, as far as they are written as literals."""

from __future__ import annotations

from .. import facts as f
from .tables import Tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

_LIST_EDITS = {"extend": f.EXPORT_ADD, "append": f.EXPORT_ADD, "remove": f.EXPORT_REMOVE}
_ORDERINGS = frozenset(["sort", "reverse"])
_COPIES = frozenset(["list", "tuple", "sorted", "set"])


class Exports(Tables):
    """Recognizes the ways in which modules build their ``__all__``."""

    __slots__ = ()

    def export_assignment(self, left: Node, value: int, *, augmented: bool = False) -> None:
        """``__all__ = ...`` or ``__all__ += ...``, when that is what the target is."""
        start = left.start_byte
        if self.data[start : left.end_byte] != b"__all__":
            return
        if not augmented:
            self.exports += (f.EXPORT_SET, -1, start)
        if value >= 0:
            self.export_values(value, f.EXPORT_ADD)

    def export_call(self, row: int) -> None:
        """``__all__.extend(...)`` and its like, as a statement."""
        rows, extra = self.expr, self.extra
        at = row * 4
        if rows[at] != f.CALL:
            return
        function = rows[at + 2] * 4
        if rows[function] != f.ATTRIBUTE:
            return
        receiver = rows[function + 2] * 4
        if rows[receiver] != f.NAME or self.names[rows[receiver + 2]] != "__all__":
            return
        method = self.names[rows[function + 3]]
        listed = rows[at + 3]
        if method in _ORDERINGS:
            return
        if extra[listed] == 1 and method in _LIST_EDITS:
            value = extra[listed + 3]
            if method == "extend":
                self.export_values(value, f.EXPORT_ADD)
            else:
                self.export_string(value, _LIST_EDITS[method])
        else:
            self.exports += (f.EXPORT_UNKNOWN, -1, rows[at + 1])

    def export_values(self, row: int, edit: int) -> None:
        """Every string in a list, sum of lists, or another module's ``__all__``."""
        rows, extra = self.expr, self.extra
        at = row * 4
        op = rows[at]
        if op in (f.LIST, f.TUPLE, f.SET):
            listed = rows[at + 2]
            for value in extra[listed + 1 : listed + 1 + extra[listed]]:
                if rows[value * 4] == f.STARRED:
                    self.export_values(rows[value * 4 + 2], edit)
                else:
                    self.export_string(value, edit)
        elif self.is_copy(at):
            self.export_values(extra[rows[at + 3] + 3], edit)
        elif op == f.BINARY and f.OPERATORS[extra[rows[at + 3]]] == "+":
            self.export_values(rows[at + 2], edit)
            self.export_values(extra[rows[at + 3] + 1], edit)
        elif op == f.ATTRIBUTE and self.names[rows[at + 3]] == "__all__":
            self.exports += (f.EXPORT_EXTEND_EXPR, rows[at + 2], rows[at + 1])
        else:
            self.exports += (f.EXPORT_UNKNOWN, row, rows[at + 1])

    def is_copy(self, at: int) -> bool:
        """True if an expression is ``sorted(names)`` or the like."""
        rows = self.expr
        if rows[at] != f.CALL or self.extra[rows[at + 3]] != 1:
            return False
        function = rows[at + 2] * 4
        return rows[function] == f.NAME and self.names[rows[function + 2]] in _COPIES

    def export_string(self, row: int, edit: int) -> None:
        rows = self.expr
        at = row * 4
        if rows[at] != f.STRING or rows[at + 2] < 0:
            self.exports += (f.EXPORT_UNKNOWN, row, rows[at + 1])
            return
        text = self.strings[rows[at + 2]]
        encoded = text.encode()
        start = rows[at + 1]
        while self.data[start] not in b"'\"":  # the letters of a prefix
            start += 1
        start = self.data.find(encoded, start) if encoded else start
        self.exports += (edit, rows[at + 2], start)
        if text.isidentifier():
            self.occur(self.name(encoded), f.EXPORTED, start, row)

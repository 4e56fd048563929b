"""Tables under construction: what every visitor appends to, and the state of the walk."""

from __future__ import annotations

from operator import itemgetter

from .. import facts as f
from . import columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node


ERROR_LIMIT = 50


class Tables:
    """Growing tables of one file plus where the walk stands.

    ``role`` is the role that the next plain reading of a name has; ``scope`` and ``block`` are rows
    of the innermost scope and block; ``self_name``/``self_class`` say which name means an instance
    (or the class) of which definition.
    """

    __slots__ = (
        "attribute_binding",
        "binding",
        "block",
        "blocks",
        "data",
        "defaults",
        "definition",
        "errors",
        "exports",
        "expr",
        "extra",
        "import_flags",
        "imports",
        "is_cut",
        "item_binding",
        "joined",
        "name_ids",
        "names",
        "occurrences",
        "parameter",
        "quotes",
        "result",
        "role",
        "scope",
        "scopes",
        "self_class",
        "self_name",
        "star",
        "string_ids",
        "strings",
        "text",
    )

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.text = data  # as it was parsed: without what is broken
        # Lines that end in the middle of a statement: where that starts, and where they end.
        self.joined: list[tuple[int, int]] = []
        # Where the default of the type parameter that starts at a position starts and ends.
        self.defaults: dict[int, tuple[int, int]] = {}
        # Quotes around the type expression that is read.
        self.quotes = 0
        self.names: list[str] = []
        self.name_ids: dict[bytes, int] = {}
        self.strings: list[str] = []
        self.string_ids: dict[bytes, int] = {}
        self.occurrences: list[list[int]] = []
        self.scopes: list[int] = []
        self.definition: list[int] = []
        self.binding: list[int] = []
        self.attribute_binding: list[int] = []
        self.imports: list[int] = []
        self.exports: list[int] = []
        self.errors: list[int] = []
        self.expr: list[int] = []
        self.extra: list[int] = []
        self.parameter: list[int] = []
        self.blocks: list[int] = []
        self.result: list[int] = []
        self.item_binding: list[int] = []
        self.role = f.READ
        self.scope = -1
        self.block = -1
        self.import_flags: int = 0
        self.self_name = -1
        self.star = -1
        self.self_class = -1
        self.is_cut = False

    def add_name(self, text: bytes) -> int:
        """Row of a name seen for the first time."""
        name = text.decode("utf-8", "replace")
        if "\n" in name:  # broken code; a line feed ends a name in the encoded table
            name = "".join(name.split())
        if not text.isascii():
            # Identifiers are compared after NFKC normalization (language reference, 2.3).
            from unicodedata import normalize

            name = normalize("NFKC", name)
            normal = name.encode()
            if normal != text and normal in self.name_ids:
                row = self.name_ids[text] = self.name_ids[normal]
                return row
            self.name_ids[normal] = len(self.names)
        row = self.name_ids[text] = len(self.names)
        self.names.append(name)
        self.occurrences.append([])
        return row

    def name(self, text: bytes) -> int:
        """Row of a name."""
        row = self.name_ids.get(text)
        return self.add_name(text) if row is None else row

    def name_of(self, node: Node) -> int:
        """Row of the name that a node spells."""
        return self.name(self.data[node.start_byte : node.end_byte])

    def string(self, text: bytes) -> int:
        """Row of a literal string."""
        row = self.string_ids.get(text)
        if row is None:
            row = self.string_ids[text] = len(self.strings)
            self.strings.append(text.decode("utf-8", "replace"))
        return row

    def emit(self, op: int, position: int, a: int = -1, b: int = -1) -> int:
        """Append an expression and return its row."""
        rows = self.expr
        row = len(rows) >> 2
        rows += (op, position, a, b)
        return row

    def emit_list(self, rows: list[int]) -> int:
        """Append ``[n, *rows]`` to the extra table and return where it starts."""
        at = len(self.extra)
        self.extra.append(len(rows))
        self.extra += rows
        return at

    def occur(self, name: int, role: int, position: int, ref: int) -> None:
        """Record that a name occurs."""
        self.occurrences[name] += (role, position, ref)

    def mark(self, expr: int, role: int) -> None:
        """Give the reading of a name another role, seen through calls and subscripts."""
        at = expr * 4
        op = self.expr[at]
        while op in (f.CALL, f.SUBSCRIPT):
            expr = self.expr[at + 2]
            at = expr * 4
            op = self.expr[at]
        if op not in (f.NAME, f.ATTRIBUTE):
            return
        rows = self.occurrences[self.expr[at + (2 if op == f.NAME else 3)]]
        for index in range(len(rows) - 3, -1, -3):
            if rows[index + 2] == expr and rows[index] & f.ROLE_MASK in (f.READ, f.CALLED):
                rows[index] = rows[index] & ~f.ROLE_MASK | role
                return

    def error(self, node: Node, kind: int = 0) -> None:
        """Report a stretch that is not Python."""
        if len(self.errors) < 3 * ERROR_LIMIT:
            self.errors += (node.start_byte, node.end_byte, kind)

    def state(self) -> tuple[int, int, int, int, int, int, int]:
        """Return where the walk stands."""
        return (
            self.scope,
            self.block,
            self.role,
            self.star,
            self.import_flags,
            self.self_name,
            self.self_class,
        )

    def give_up(self, node: Node, state: tuple[int, int, int, int, int, int, int]) -> None:
        """Report a stretch that is nested too deeply, and go on as if it were not there."""
        (
            self.scope,
            self.block,
            self.role,
            self.star,
            self.import_flags,
            self.self_name,
            self.self_class,
        ) = state
        self.is_cut = True
        self.error(node, 2)

    def open_scope(self, kind: int, node: Node, definition: int = -1) -> int:
        """Append a scope inside the present one and return its row, without entering it."""
        row = len(self.scopes) // 6
        self.scopes += (kind, self.scope, node.start_byte, node.end_byte, definition, 0)
        return row

    def open_block(
        self,
        kind: int,
        node: Node,
        test: int = -1,
        parent: int | None = None,
        start: int | None = None,
    ) -> int:
        """Append a block from ``start`` (or that of the node) on, enter it, and return its row."""
        row = len(self.blocks) // 7
        self.blocks += (
            kind,
            self.block if parent is None else parent,
            test,
            node.start_byte if start is None else start,
            node.end_byte,
            self.scope,
            0,
        )
        self.block = row
        return row

    def close_block(self, row: int, leaves: int) -> None:
        """Leave a block; ``leaves`` says whether control never runs off its end."""
        self.blocks[row * 7 + columns.BLOCK_FLAGS] = leaves
        self.block = self.blocks[row * 7 + columns.BLOCK_PARENT]

    def bind(
        self,
        name: int,
        position: int,
        kind: int,
        value: int = -1,
        annotation: int = -1,
        ref: int = -1,
        scope: int | None = None,
    ) -> int:
        """Append a binding and return its row."""
        row = len(self.binding) >> 3
        self.binding += (
            name,
            self.scope if scope is None else scope,
            position,
            kind,
            value,
            annotation,
            self.block,
            ref,
        )
        return row

    def binding_order(self) -> list[int]:
        """Rows of binding sorted by name."""
        names = self.binding[::8]
        return sorted(range(len(names)), key=names.__getitem__)

    def mend(self) -> None:
        """Give rows that were left unfinished the cells that every row has."""
        for at in range(0, len(self.definition), 14):
            if self.definition[at + columns.DEF_OWN_SCOPE] < 0:
                kind = (f.FUNCTION_SCOPE, f.CLASS_SCOPE)[self.definition[at + columns.DEF_KIND]]
                start, end, parent = self.definition[
                    at + columns.DEF_START : at + columns.DEF_SCOPE + 1
                ]
                self.definition[at + columns.DEF_OWN_SCOPE] = len(self.scopes) // 6
                self.scopes += (kind, parent, start, end, at // 14, 0)
        for at in range(0, len(self.expr), 4):
            if self.expr[at] == f.PATTERN_CLASS and self.expr[at + 3] < 0:
                self.expr[at + 3] = self.emit_list([])

    def encode(self, flags: int) -> bytes:
        """The finished blob."""
        data = self.data
        if self.is_cut:
            self.mend()
        flat: list[int] = []
        index: list[int] = [0]
        for rows in self.occurrences:
            if len(rows) > 3 and any(map(int.__gt__, rows[1:-3:3], rows[4::3])):
                rows = _sorted_rows(rows, 1)
            flat += rows
            index.append(len(flat) // 3)
        lengths = [length + 1 for length in map(len, data.split(b"\n"))]
        lengths[-1] -= 1
        tables = {
            "occurrence": flat,
            "occurrence_index": index,
            "scope": self.scopes,
            "definition": self.definition,
            "binding": self.binding,
            "binding_order": self.binding_order(),
            "attribute_binding": self.attribute_binding,
            "imports": self.imports,
            "exports": self.exports,
            "errors": _sorted_rows(self.errors, 0),
            "line_length": lengths,
            "expr": self.expr,
            "extra": self.extra,
            "parameter": self.parameter,
            "block": self.blocks,
            "result": self.result,
            "item_binding": self.item_binding,
        }
        return f.encode(self.names, self.strings, tables, flags)


def _sorted_rows(rows: list[int], column: int) -> list[int]:
    """A table of three columns in the order of one: targets are visited after values."""
    triples = sorted(zip(rows[::3], rows[1::3], rows[2::3], strict=True), key=itemgetter(column))
    return [value for triple in triples for value in triple]

"""Import statements."""

from __future__ import annotations

import re

from .. import facts as f
from . import columns
from .grammar import field, kind
from .statements import Statements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

_ALIASED = kind("aliased_import")
_WILDCARD = kind("wildcard_import")
_RELATIVE = kind("relative_import")
_DOTTED = kind("dotted_name")
_MODULE_NAME = field("module_name")
_NAME = field("name")
_ALIAS = field("alias")


# Only modules have them, but a handler of errors may be around one.
_LAZY = re.compile(rb"^([ \t]*)(lazy[ \t]+)(import|from)(?=[ \t])", re.MULTILINE)


def without_lazy(text: bytes) -> bytes:
    """Return a text with plain imports for lazy ones (PEP 810), every name in its place.

    The grammar does not know the keyword, nor do compilers before Python 3.15.
    """
    return _LAZY.sub(lambda found: found[1] + found[3] + b" " * len(found[2]), text)


class Imports(Statements):
    """Adds imports: a row, a binding and occurrences for each imported name."""

    __slots__ = ()

    def add_import(self, module: int, name: int, bound: int, position: int, at: int) -> int:
        row = len(self.imports) // 7
        flags = self.import_flags
        self.imports += (module, name, bound, position, at, self.scope, flags)
        return row

    def module_occurrences(self, node: Node, row: int) -> None:
        """The components of a dotted module name, each where it is written."""
        for part in node.named_children:
            name = self.name_of(part)
            if self.names[name]:
                self.occur(name, f.MODULE_ROLE, part.start_byte, row)

    def spelled_module(self, node: Node) -> bytes:
        """Text of a dotted name without the blanks that may stand in it."""
        return b"".join(self.data[node.start_byte : node.end_byte].replace(b"\\", b"").split())

    def do_import_statement(self, node: Node) -> int:
        for child in node.children_by_field_id(_NAME):
            dotted, alias = child, None
            if child.kind_id == _ALIASED:
                found = child.child_by_field_id(_NAME)
                alias = child.child_by_field_id(_ALIAS)
                if found is None:
                    continue
                dotted = found
            text = self.spelled_module(dotted)
            if not text:
                continue
            module = self.name(text)
            if alias is not None:
                bound = self.name_of(alias)
                row = self.add_import(module, -1, bound, dotted.start_byte, alias.start_byte)
                self.imports[row * 7 + columns.IMP_FLAGS] |= f.ALIASED
                self.module_occurrences(dotted, row)
                self.occur(bound, f.IMPORTED, alias.start_byte, row)
                self.bind(bound, alias.start_byte, f.IMPORT, ref=row)
            else:
                bound = self.name(text.split(b".")[0])
                row = self.add_import(module, -1, bound, dotted.start_byte, dotted.start_byte)
                self.module_occurrences(dotted, row)
                self.bind(bound, dotted.start_byte, f.IMPORT, ref=row)
        return 0

    def do_import_from_statement(self, node: Node) -> int:
        where = node.child_by_field_id(_MODULE_NAME)
        if where is None:
            return 0
        return self.import_from(node, self.name(self.spelled_module(where)), where)

    def do_future_import_statement(self, node: Node) -> int:
        outer = self.import_flags
        self.import_flags |= f.FUTURE
        self.import_from(node, self.name(b"__future__"), None)
        self.import_flags = outer
        return 0

    def import_from(self, node: Node, module: int, where: Node | None) -> int:
        first = len(self.imports) // 7
        for child in node.named_children:
            number = child.kind_id
            if number == _WILDCARD:
                self.add_import(module, f.STAR, -1, child.start_byte, child.start_byte)
            elif number in (_ALIASED, _DOTTED) and child != where:
                self.import_name(child, module)
        if where is not None and len(self.imports) // 7 > first:
            dotted = where
            if where.kind_id == _RELATIVE:
                parts = [part for part in where.named_children if part.kind_id == _DOTTED]
                if not parts:
                    return 0
                dotted = parts[0]
            self.module_occurrences(dotted, first)
        return 0

    def import_name(self, node: Node, module: int) -> None:
        dotted, alias = node, None
        if node.kind_id == _ALIASED:
            found = node.child_by_field_id(_NAME)
            alias = node.child_by_field_id(_ALIAS)
            if found is None:
                return
            dotted = found
        name = self.name_of(dotted)
        if not self.names[name]:
            return
        target = alias if alias is not None else dotted
        bound = self.name_of(target)
        row = self.add_import(module, name, bound, dotted.start_byte, target.start_byte)
        self.occur(name, f.IMPORTED, dotted.start_byte, row)
        if alias is not None:
            self.imports[row * 7 + columns.IMP_FLAGS] |= f.ALIASED
            self.occur(bound, f.IMPORTED, target.start_byte, row)
        self.bind(bound, target.start_byte, f.IMPORT, ref=row)

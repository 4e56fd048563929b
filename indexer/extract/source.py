"""The facts of a source file.

``extract`` looks at nothing but its argument: no other file, no settings, no clock. Names of
modules do not enter either, so facts can be shared by every place that holds the same content.
"""

from __future__ import annotations

import re
import sys

from .. import facts as f
from ..facts import FileFacts
from ..text import normalize
from . import columns
from .annotations import blank_defaults, blank_subscripts
from .definitions import Definitions
from .grammar import parse, parse_range
from .imports import without_lazy
from .repair import Repair, leave_out, match_on_a_list
from .tables import ERROR_LIMIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

_ASSIGNS = re.compile(
    rb"(?P<target>[^\W\d]\w*(?:\.[^\W\d]\w*)*)[ \t]*(?::(?P<type>[^=\n]+))?=(?!=)", re.ASCII
)
# Deep enough for every file people wrote and most that programs did; Python keeps such frames on
# the heap, so the depth costs memory and not the C stack.
_RECURSION_LIMIT = 12_000
_REPLACEMENT = "\ufffd".encode()
# Brackets behind the first ones of a type that are read over.
_SUBSCRIPTS = 4
_SMALL = 50_000  # bytes that are parsed in no time, whatever they are


def extract(raw: bytes) -> FileFacts:
    """Facts of a source file. Total: any bytes give facts, broken ones those that still parse."""
    return FileFacts(extract_blob(raw))


def extract_blob(raw: bytes) -> bytes:
    """As :func:`extract`, in the encoded form that executors return and the store keeps."""
    data = normalize(raw)
    limit = sys.getrecursionlimit()
    if limit < _RECURSION_LIMIT:
        sys.setrecursionlimit(_RECURSION_LIMIT)
    source = _Source(data)
    walk = source.walk()
    if walk.joined:
        source.leave_out(walk.joined)
        walk = source.walk()
    return walk.encode(int(data.isascii()))


class _Source:
    """The parsed text: a file, or the part of it that is left without broken statements."""

    def __init__(self, data: bytes) -> None:
        self.data = self.text = data
        self.broken: list[Node] = []
        self.defaults: dict[int, tuple[int, int]] = {}
        self.is_binary = _is_binary(data)
        self.root = parse(b"" if self.is_binary else data)
        if self.root.has_error:
            self.mend()

    def mend(self) -> None:
        """Look for what is broken and parse without it, if that leaves more to be read."""
        self.text, self.defaults = blank_defaults(without_lazy(self.data))
        if self.text != self.data:
            self.root = parse(self.text)
        for _ in range(_SUBSCRIPTS if self.root.has_error else 0):
            blanked = blank_subscripts(self.text, self.root)
            if blanked == self.text:
                break
            self.text = blanked
            self.root = parse(blanked)
        if self.root.has_error:
            repair = Repair(self.text)
            mended = parse(repair.text)
            if _damage(mended) < _damage(self.root):
                self.root, self.text, self.broken = mended, repair.text, repair.broken

    def leave_out(self, lines: list[tuple[int, int]]) -> None:
        """Parse without some lines that end in the middle of a statement."""
        buffer = bytearray(self.text)
        for start, end in lines:
            if match_on_a_list(buffer, start, end):
                continue
            leave_out(buffer, start, end)
            self.broken.append(parse_range(self.data, start, end))
        self.text = bytes(buffer)
        self.root = parse(self.text)

    def walk(self) -> Definitions:
        """Everything visited."""
        data, root = self.data, self.root
        walk = Definitions(data)
        walk.text, walk.defaults = self.text, self.defaults
        walk.open_scope(f.MODULE_SCOPE, root)
        walk.scopes[columns.SCOPE_PARENT] = -1
        walk.scopes[columns.SCOPE_START : columns.SCOPE_END + 1] = [0, len(data)]
        walk.scope = 0
        block = walk.open_block(f.BODY, root, parent=-1)
        walk.blocks[columns.BLOCK_START : columns.BLOCK_END + 1] = [0, len(data)]
        if self.is_binary:
            walk.errors += (0, len(data), 0)
        walk.run(root.named_children)
        walk.close_block(block, 0)
        _report(root, walk)
        joined = walk.joined
        for part in self.broken:
            written = data[part.start_byte : part.end_byte].rstrip()
            walk.enter(part.start_byte, part.start_byte + len(written))
            _visit_broken(part, walk)
            _report(part, walk)
        walk.joined = joined
        return walk


def _visit_broken(part: Node, walk: Definitions) -> None:
    """Visit what there is of a broken statement; a value half-written still makes a binding."""
    data = walk.data
    found = _ASSIGNS.match(data, part.start_byte, part.end_byte)
    statements = parse_range(data, *found.span("target")).named_children if found else []
    if not found or not statements or not statements[0].named_children:
        walk.run(part.named_children)
        return
    annotation = walk.spelled(*found.span("type"), -1) if found["type"] else -1
    walk.run(parse_range(data, found.end(), part.end_byte).named_children)
    value = walk.emit(f.UNKNOWN, found.end())
    walk.target(statements[0].named_children[0], f.ASSIGN, value, annotation)


def _is_binary(data: bytes) -> bool:
    """True if a text consists of replacement characters and NUL bytes to a large part.

    Looking for statements in it takes parsers minutes.
    """
    if len(data) < _SMALL:
        return False
    return (data.count(_REPLACEMENT) + data.count(b"\0")) * 20 > len(data)


def _damage(root: Node) -> int:
    """Bytes of the text that a tree could not make sense of."""
    damage = 0
    todo = [root]
    while todo:
        node = todo.pop()
        if node.is_missing or node.is_error:
            damage += node.end_byte - node.start_byte + 1
        elif node.has_error:
            todo.extend(node.children)
    return damage


def _report(root: Node, walk: Definitions) -> None:
    """Report places that do not parse, outermost only."""
    todo = [root] if root.has_error else []
    while todo and len(walk.errors) < 3 * ERROR_LIMIT:
        node = todo.pop()
        if node.is_missing:
            walk.error(node, 1)
        elif node.is_error:
            walk.error(node)
        elif node.has_error:
            todo.extend(reversed(node.children))

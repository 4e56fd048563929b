"""The one place that knows tree-sitter: the language, parsers, and node kinds by number."""

from __future__ import annotations

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Range

LANGUAGE = Language(tree_sitter_python.language())


def kinds(*names: str) -> frozenset[int]:
    """Numbers of the node kinds with these names; a name may have several numbers."""
    return frozenset(
        number
        for number in range(LANGUAGE.node_kind_count)
        if LANGUAGE.node_kind_is_named(number) and LANGUAGE.node_kind_for_id(number) in names
    )


def kind(name: str) -> int:
    """Number of the node kind whose name has just one."""
    (number,) = kinds(name)
    return number


def field(name: str) -> int:
    """Number of a field."""
    number = LANGUAGE.field_id_for_name(name)
    assert number is not None, name
    return number


KIND_NAMES: list[str | None] = [
    LANGUAGE.node_kind_for_id(number) for number in range(LANGUAGE.node_kind_count)
]

ERROR = 65535  # the number of nodes that stand for what does not parse

_parser = Parser(LANGUAGE)


def parse(text: bytes) -> Node:
    """Root of the tree of a module's text."""
    return _parser.parse(text).root_node


def parse_range(text: bytes, start: int, end: int) -> Node:
    """Root of the tree of a stretch of the text, with positions in the whole text.

    Used for annotations written as strings or comments.
    """
    parser = Parser(LANGUAGE, included_ranges=[Range((0, start), (0, end), start, end)])
    return parser.parse(text).root_node


def parse_as_name(text: bytes, start: int, end: int, length: int) -> Node:
    """As :func:`parse_range`, for a stretch whose first word is a name and not a keyword.

    The grammar takes ``type(x).y = 1`` for an alias and ``print >>f, x`` for a Python 2 statement.
    """
    return parse_range(text[:start] + b"_" * length + text[start + length : end], start, end)

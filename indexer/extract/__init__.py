"""Facts from source text: a pure function of one file's bytes.

``extract`` looks at nothing but its argument: no other file, no settings, no clock. Names of
modules do not enter either, so facts can be shared by every place that holds the same content.
"""

from __future__ import annotations

import sys

from .. import facts as f
from ..facts import FileFacts
from ..text import normalize
from .definitions import Definitions
from .grammar import kinds, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

# Deep enough for every file people wrote and most that programs did; Python keeps such frames on
# the heap, so the depth costs memory and not the C stack.
_RECURSION_LIMIT = 12_000
_ERROR_LIMIT = 50
_TYPE_PARAMETER = kinds("type_parameter")


def extract(raw: bytes) -> FileFacts:
    """Facts of a source file. Total: any bytes give facts, broken ones those that still parse."""
    return FileFacts(extract_blob(raw))


def extract_blob(raw: bytes) -> bytes:
    """As :func:`extract`, in the encoded form that executors return and the store keeps."""
    data = normalize(raw)
    limit = sys.getrecursionlimit()
    if limit < _RECURSION_LIMIT:
        sys.setrecursionlimit(_RECURSION_LIMIT)
    root = parse(data)
    try:
        walk = _walk(data, root, one_by_one=False)
    except RecursionError:
        walk = _walk(data, root, one_by_one=True)
    if root.has_error:
        _errors(root, walk.errors)
    return walk.encode(int(data.isascii()))


def _walk(data: bytes, root: Node, *, one_by_one: bool) -> Definitions:
    """Visit a module; ``one_by_one`` lets a statement that is nested too deeply cost only itself."""
    walk = Definitions(data)
    walk.open_scope(f.MODULE_SCOPE, root)
    walk.scopes[f.SCOPE_PARENT] = -1
    walk.scopes[f.SCOPE_START : f.SCOPE_END + 1] = [0, len(data)]
    walk.scope = 0
    block = walk.open_block(f.BODY, root, parent=-1)
    walk.blocks[f.BLOCK_START : f.BLOCK_END + 1] = [0, len(data)]
    if not one_by_one:
        walk.run(root.named_children)
    else:
        for child in root.named_children:
            try:
                walk.run([child])
            except RecursionError:
                walk.scope, walk.block, walk.role = 0, block, f.READ
                walk.errors += (child.start_byte, child.end_byte, 2)
    walk.close_block(block, 0)
    return walk


def _errors(root: Node, errors: list[int]) -> None:
    """Places that do not parse, outermost only, in the order of the text."""
    todo = [root]
    while todo and len(errors) < 3 * _ERROR_LIMIT:
        node = todo.pop()
        if node.is_missing:
            errors += (node.start_byte, node.end_byte, 1)
        elif node.is_error:
            errors += (node.start_byte, node.end_byte, 0)
        elif node.has_error and node.kind_id not in _TYPE_PARAMETER:
            todo.extend(reversed(node.children))

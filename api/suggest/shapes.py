"""The shape of a function: its statements, with local names and constants taken out.

Two functions of one shape do the same, whatever their variables are called.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import FUNCTION, Entity
from ...indexer.inference.inference import Inference
from ..source.lexical import (
    CLOSE,
    COMMENT,
    CONTINUATION,
    NAME,
    NEWLINE,
    NUMBER,
    OPEN,
    STRING,
    tokens,
)

# Words by which a function that awaits differs from its twin that does not.
_ASYNC = frozenset([b"async", b"await"])
_TWINS = {b"aiter": b"iter", b"anext": b"next", b"__aenter__": b"__enter__",
          b"__aexit__": b"__exit__", b"__aiter__": b"__iter__", b"__anext__": b"__next__",
          b"AsyncIterator": b"Iterator", b"StopAsyncIteration": b"StopIteration"}  # fmt: skip


@dataclass(slots=True)
class Shape:
    """A function as clones see it."""

    entity: Entity
    span: tuple[str, int, int]
    """Its file, and where it starts and ends there."""
    size: int
    """Number of tokens."""
    renamed: tuple[bytes, ...]
    """Its statements, local names as numbers."""
    constants: tuple[bytes, ...]
    """The same without the values of constants."""
    loose: tuple[bytes, ...]
    """Its statements without local names and constants, in order of themselves."""
    reordered: tuple[bytes, ...]
    """Its statements without local names, in order of themselves."""
    is_async: bool


def shapes(inference: Inference, path: str, least: int) -> Iterator[Shape]:
    """Yield the shapes of the functions of a file that have so many tokens at least."""
    facts = inference.need(path)
    table = facts.definition
    if f.FUNCTION not in table.kind:
        return
    found = [
        each for each in tokens(inference.text(path)) if each[0] not in (COMMENT, CONTINUATION)
    ]
    starts = [start for _, start, _ in found]
    text = inference.text(path)
    local = _local_names(facts)
    for row, kind in enumerate(table.kind):
        if kind != f.FUNCTION or table.flags[row] & (f.STUB_BODY | f.OVERLOAD | f.ABSTRACT):
            continue
        first = bisect_left(starts, table.header_end[row])
        last = bisect_right(starts, table.end[row] - 1)
        while first < last and text[found[first][1] : found[first][2]] != b":":
            first += 1
        body = found[first + 1 : last]
        if len(body) >= least:
            names = local.get(table.own_scope[row], set())
            flags = table.flags[row]
            span = path, table.start[row], table.end[row]
            yield _shape(
                span, Entity(FUNCTION, path, row), text, body, names, bool(flags & f.ASYNC)
            )


def _local_names(facts: FileFacts) -> dict[int, set[bytes]]:
    """Return the names that each function binds, and what is nested in it."""
    found: dict[int, set[bytes]] = {}
    parents = facts.scope.parent
    declared = (f.GLOBAL, f.NONLOCAL)
    for row, scope in enumerate(facts.binding.scope):
        if facts.binding.kind[row] in declared:
            continue
        name = facts.names[facts.binding.name[row]].encode("utf-8", "surrogateescape")
        while scope > 0:
            found.setdefault(scope, set()).add(name)
            scope = parents[scope]
    return found


def _shape(
    span: tuple[str, int, int],
    entity: Entity,
    text: bytes,
    body: list[tuple[str, int, int]],
    local: set[bytes],
    is_async: bool,
) -> Shape:
    numbers: dict[bytes, bytes] = {}
    renamed, constants, loose, reordered = (list[bytes]() for _ in range(4))
    statement: list[tuple[bytes, bytes, bytes, bytes]] = []
    depth = size = 0
    for place, (kind, start, end) in enumerate(body):
        word = text[start:end]
        if kind == NEWLINE:
            if not depth and statement:
                _close(statement, renamed, constants, loose, reordered)
                statement = []
            continue
        depth += (kind == OPEN) - (kind == CLOSE)
        if not statement and kind == STRING and _is_alone(body, place):
            continue  # a docstring
        if word in _ASYNC:
            continue
        size += 1
        word = _TWINS.get(word, word)
        if kind == NAME and word in local and not _is_no_variable(text, body, place, depth):
            number = numbers.setdefault(word, b"$%d" % len(numbers))
            statement.append((number, number, b"$", b"$"))
        elif kind in (STRING, NUMBER):
            statement.append((word, kind.encode(), kind.encode(), word))
        else:
            statement.append((word, word, word, word))
    if statement:
        _close(statement, renamed, constants, loose, reordered)
    return Shape(
        entity, span, size, tuple(renamed), tuple(constants), tuple(sorted(loose)),
        tuple(sorted(reordered)), is_async,
    )  # fmt: skip


def _close(statement: list[tuple[bytes, bytes, bytes, bytes]], *lists: list[bytes]) -> None:
    for into, words in zip(lists, zip(*statement, strict=True), strict=True):
        into.append(b" ".join(words))


def _is_alone(body: list[tuple[str, int, int]], place: int) -> bool:
    return place + 1 >= len(body) or body[place + 1][0] == NEWLINE


def _is_no_variable(text: bytes, body: list[tuple[str, int, int]], place: int, depth: int) -> bool:
    """True for the name of an attribute, or of a keyword argument."""
    before = text[body[place - 1][1] : body[place - 1][2]] if place else b""
    if before == b".":
        return True
    if not depth or place + 2 >= len(body):
        return False
    behind = text[body[place + 1][1] : body[place + 1][2]]
    after = text[body[place + 2][1] : body[place + 2][2]]
    return behind == b"=" and after != b"=" and before in (b"(", b",")

"""Blocks: which code runs under which condition, how blocks leave, and what stands where."""

from __future__ import annotations

from textwrap import dedent

import pytest
from extract_helpers import BLOCKS, facts_of, flags, scope_names, view_of
from fixtures_language import parse_fixture

from flux_index.indexer import facts as f
from flux_index.indexer.extract import columns
from flux_index.indexer.facts import FileFacts
from flux_index.indexer.scope_map import block_at, blocks_around, scope_at

LEAVES = ("function", "loop")


def outline(source: str) -> list[str]:
    """``kind test > leaves`` of each block but bodies, indented by what they are inside of."""
    facts = facts_of(dedent(source))
    view = view_of(facts)
    kinds, parents, tests, _, _, _, leaves = facts.block
    lines: list[str] = []
    depths: dict[int, int] = {-1: 0}
    for row, kind in enumerate(kinds):
        depths[row] = depths[parents[row]] + (kind != f.BODY)
        if kind != f.BODY:
            shown = f"{BLOCKS[kind]} {view.canonical(tests[row])}".rstrip()
            left = " ".join(flags(leaves[row], LEAVES))
            lines.append("  " * (depths[row] - 1) + shown + f" > {left}" * bool(left))
    return lines


CASES = {
    "if": (
        """
        if a: x
        elif b: y
        else: z
        """,
        ["if-true a", "if-false a", "  if-true b", "  if-false b"],
    ),
    "early return": (
        """
        def f():
            if a: return
            if b: raise x
            for c in d:
                if e: continue
                if g: break
            x
        """,
        [
            *("if-true a > function", "if-true b > function", "loop"),
            *("  if-true e > loop", "  if-true g > loop"),
        ],
    ),
    "branches that all leave": (
        """
        def f():
            if a:
                if b: return
                elif c: raise x
                else: return
            else: x
        """,
        [
            *("if-true a > function", "  if-true b > function", "  if-false b > function"),
            *("    if-true c > function", "    if-false c > function", "if-false a"),
        ],
    ),
    "assertions": ("assert a, b", ["if-false a > function"]),
    "loops": (
        """
        while a: x
        else: y
        for b in c: x
        else: y
        """,
        ["loop a", "loop-else", "loop", "loop-else"],
    ),
    "try": (
        """
        def f():
            try: a
            except b: return
            else: c
            finally: d
        """,
        ["try", "handler b > function", "try-else", "finally"],
    ),
    "with": (
        """
        def f():
            with a as b: return b
        """,
        ["with > function"],
    ),
    "match": (
        """
        match a:
            case B(): x
            case c if d: y
            case _: z
        """,
        ["case a as B()", "case a as _", "  if-true d", "case a as _"],
    ),
    "expressions": (
        "a and b or c if d else e",
        ["if-true d", "  if-true a", "  if-false (a and b)", "if-false d"],
    ),
    "comprehensions": (
        "[a for b in c if d for e in g if h]",
        ["iterable", "if-true d", "  if-true h", "if-true d", "  if-true h"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_blocks(case: str) -> None:
    source, expected = CASES[case]
    assert outline(source) == expected


LEAVING = {
    "if a: return": "",
    "if a: return\nelse: return": "function",
    "if a: return\nelif b: return\nelse: raise": "function",
    "if a: return\nelif b: return": "",
    "try: return\nexcept E: return": "function",
    "try: return\nexcept E: pass": "",
    "try: x\nexcept E: return\nelse: return": "function",
    "try: x\nexcept E: pass\nelse: return": "",
    "try: x\nexcept E: return": "",
    "try: x\nfinally: return": "function",
    "for x in y: return": "",
    "while x: return": "",
    "with x: return": "function",
    "match x:\n    case 1: return": "",
    "match x:\n    case 1: return\n    case _: return": "function",
    "match x:\n    case 1: return\n    case y: raise": "function",
    "match x:\n    case 1: return\n    case _ if y: return": "",
    "match x:\n    case 1: pass\n    case _: return": "",
    "assert x": "",
    "def g(): return": "",
}


@pytest.mark.parametrize("source", LEAVING)
def test_how_a_body_leaves(source: str) -> None:
    indented = "\n".join(f"    {line}" for line in source.split("\n"))
    facts = facts_of(f"def f():\n{indented}\n")
    body = next(
        row
        for row, (kind, scope) in enumerate(
            zip(facts.block[columns.BLOCK_KIND], facts.block[columns.BLOCK_SCOPE], strict=True)
        )
        if kind == f.BODY and scope == 1
    )
    assert " ".join(flags(facts.block[columns.BLOCK_FLAGS][body], LEAVES)) == LEAVING[source]


def conditions(facts: FileFacts, position: int) -> list[str]:
    """``kind test`` of the blocks around a position in its own scope, innermost first."""
    view = view_of(facts)
    rows = blocks_around(facts, scope_at(facts, position), position)
    return [
        f"{BLOCKS[facts.block[columns.BLOCK_KIND][row]]} "
        f"{view.canonical(facts.block[columns.BLOCK_TEST][row])}".rstrip()
        for row in rows
        if facts.block[columns.BLOCK_KIND][row] != f.BODY
    ]


PLACES = """
def outer(a, b=$default[1], *, c: $annotation[int]):
    if $test[a] and $right[a]:
        $then[x]
    elif b:
        $elif[x]
    else:
        $else[x]
    assert $asserted[a] and $also[a]
    $behind[x]
    y = lambda p=$lambda_default[1]: $lambda_body[p]
    return [$element[e] for e in $iterable[es] if $condition[e] for g in $second[e]]

@$decorator[d]
class A[T]($base[B]):
    $class_body[x] = 1
    while x: $loop[x]
    match x:
        case $pattern[y] if $guard[y]: $case[y]
$end[x]
"""


def places() -> tuple[FileFacts, dict[str, int]]:
    """Facts of the source above, and the position of the name in each pair of brackets."""
    fixture = parse_fixture(PLACES)
    # What is marked is in brackets of its own, which are blanked.
    source = bytearray(fixture.source)
    found = {name: place.start + 1 for name, place in fixture.cursors.items()}
    for at in found.values():
        end = source.index(b"]", at)
        source[at - 1 : at], source[end : end + 1] = b"(", b")"
    return facts_of(bytes(source)), found


SCOPES_AT = {
    "default": "module",
    "annotation": "module",
    "test": "outer",
    "then": "outer",
    "lambda_default": "outer",
    "lambda_body": "outer.lambda",
    "element": "outer.comprehension",
    "iterable": "outer",
    "condition": "outer.comprehension",
    "second": "outer.comprehension",
    "decorator": "module",
    "base": "type",
    "class_body": "type.A",
    "end": "module",
}


@pytest.mark.parametrize("name", SCOPES_AT)
def test_scope_at(name: str) -> None:
    facts, found = places()
    assert scope_names(facts)[scope_at(facts, found[name])] == SCOPES_AT[name]


CONDITIONS_AT = {
    "default": [],
    "test": [],
    "right": ["if-true a"],
    "then": ["if-true (a and a)"],
    "elif": ["if-true b", "if-false (a and a)"],
    "else": ["if-false b", "if-false (a and a)"],
    "asserted": [],
    "also": ["if-true a"],
    "behind": [],
    "lambda_body": [],
    "element": ["if-true e"],
    "iterable": ["iterable"],
    "condition": [],
    "second": ["if-true e"],
    "loop": ["loop x"],
    "pattern": ["case x as _"],
    "guard": ["case x as _"],
    "case": ["if-true y", "case x as _"],
    "end": [],
}


@pytest.mark.parametrize("name", CONDITIONS_AT)
def test_conditions_at(name: str) -> None:
    facts, found = places()
    assert conditions(facts, found[name]) == CONDITIONS_AT[name]


def test_block_of_an_outer_scope() -> None:
    facts, found = places()
    outer = scope_names(facts).index("outer")
    inside = found["lambda_body"]
    body = block_at(facts, outer, inside)
    assert facts.block[columns.BLOCK_KIND][body] == f.BODY
    assert facts.block[columns.BLOCK_SCOPE][body] == outer
    assert block_at(facts, outer, found["end"]) == -1


def test_places_outside_of_the_text() -> None:
    facts = facts_of("x = 1\n")
    assert scope_at(facts, 0) == scope_at(facts, 6) == scope_at(facts, 1000) == 0
    assert scope_at(facts_of(""), 0) == 0


def test_every_position_has_one_innermost_block() -> None:
    facts, _ = places()
    starts, ends = facts.block[columns.BLOCK_START], facts.block[columns.BLOCK_END]
    scopes = facts.block[columns.BLOCK_SCOPE]
    for position in range(ends[0]):
        holding = [row for row in range(len(starts)) if starts[row] <= position < ends[row]]
        innermost = min(holding, key=lambda row: (ends[row] - starts[row], -row))
        assert scope_at(facts, position) == scopes[innermost]
        for scope in set(scopes):
            own = [row for row in holding if scopes[row] == scope]
            assert sorted(blocks_around(facts, scope, position)) == own

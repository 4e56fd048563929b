"""Scopes, and which names are bound in each."""

from __future__ import annotations

from textwrap import dedent

import pytest
from extract_helpers import SCOPES, bindings, facts_of, flags, scope_names
from fixtures_language import parse_fixture

from flux_index.indexer import facts as f
from flux_index.indexer.extract import columns

# Each case: source, and the bindings of each scope in the order of the text.
CASES: dict[str, tuple[str, dict[str, list[str]]]] = {
    "assignment": (
        """
        a = b = c, (d, [e, *g]) = value
        h: int
        i: int = 1
        (j): int = 1
        k += 1
        box.l = box[m] = 1
        """,
        {
            "module": [
                *("a assign", "b assign", "c assign", "d assign", "e assign", "g assign"),
                *("h declare", "i assign", "j assign", "k augment"),
            ]
        },
    ),
    "statements that bind": (
        """
        for a, b in pairs: pass
        async for c in pairs: pass
        with x as d, y as (e, g): pass
        with (x as h, y as i): pass
        with (x) as j: pass
        try: pass
        except (A, B) as k: pass
        try: pass
        except* A as l: pass
        del m, n[0]
        """,
        {
            "module": [
                *("a for", "b for", "c for", "d with", "e with", "g with", "h with", "i with"),
                *("j with", "k except", "l except", "m delete"),
            ]
        },
    ),
    "exceptions without parentheses": (
        """
        try: pass
        except A, B: pass
        """,
        {},
    ),
    "functions": (
        """
        def f(a, /, b: int = 1, *c, d=2, **e):
            g = 1
            async def h(): i = 1
        """,
        {
            "module": ["f function"],
            "f": [
                *("a parameter", "b parameter", "c parameter", "d parameter", "e parameter"),
                *("g assign", "h function"),
            ],
            "f.h": ["i assign"],
        },
    ),
    "classes": (
        """
        class A:
            b = 1
            def c(self): d = 1
            class E: g: int
        """,
        {
            "module": ["A class"],
            "A": ["b assign", "c function", "E class"],
            "A.c": ["self parameter", "d assign"],
            "A.E": ["g declare"],
        },
    ),
    "global and nonlocal": (
        """
        def f():
            global a, b
            a = 1
            def g():
                nonlocal c
                c = 1
        """,
        {
            "module": ["f function"],
            "f": ["a global", "b global", "a assign", "g function"],
            "f.g": ["c nonlocal", "c assign"],
        },
    ),
    "imports": (
        """
        import a, b.c, d.e as g
        from . import h, i as j
        from k import *
        """,
        {"module": ["a import", "b import", "g import", "h import", "j import"]},
    ),
    "conditional definitions": (
        """
        if x:
            def f(): a = 1
        else:
            def f(): b = 1
        """,
        {"module": ["f function", "f function"], "f": ["a assign", "b assign"]},
    ),
    "lambdas": (
        """
        a = lambda b, *c: (d := b)
        """,
        {"module": ["a assign"], "lambda": ["b parameter", "c parameter", "d walrus"]},
    ),
    "comprehensions": (
        """
        a = [b for b in c if b]
        d = {e: g for e, g in h.items()}
        i = {j for j in k}
        l = (m async for m in n for o in m)
        """,
        {
            "module": ["a assign", "d assign", "i assign", "l assign"],
            "comprehension": ["b for", "e for", "g for", "j for", "m for", "o for"],
        },
    ),
    "nested comprehensions": (
        """
        a = [[b for b in c] for c in [d for d in e]]
        """,
        {
            "module": ["a assign"],
            # The first iterable is evaluated outside, so the one that binds d stands beside.
            "comprehension": ["c for", "d for"],
            "comprehension.comprehension": ["b for"],
        },
    ),
    "walrus": (
        """
        if (a := 1): pass
        def f():
            return [b for b in c if (d := b) and [(e := d) for g in h]]
        class A:
            i = [j := 1]
        """,
        {
            "module": ["a walrus", "f function", "A class"],
            "f": ["d walrus", "e walrus"],
            "f.comprehension": ["b for"],
            "f.comprehension.comprehension": ["g for"],
            "A": ["i assign", "j walrus"],
        },
    ),
    "patterns": (
        """
        match a:
            case b: pass
            case c.d: pass
            case _: pass
            case [e, *g] | (e, g): pass
            case {"k": h, **i}: pass
            case j(k, l=m): pass
            case j(l=k() as n): pass
            case (1 | 2) as o: pass
            case (p): pass
            case q, r: pass
            case *s, _: pass
            case A(t=_, u=-1): pass
        """,
        {
            "module": [
                *("b capture", "e capture", "g capture", "e capture", "g capture"),
                *("h capture", "i capture", "k capture", "m capture", "n capture", "o capture"),
                *("p capture", "q capture", "r capture", "s capture"),
            ]
        },
    ),
    "type parameters": (
        """
        class A[T: int, *Ts, **P]:
            def f[U = str, V: (int, str) = int](self, x: U): pass
        type B[W] = list[W]
        type C = int
        """,
        {
            "module": ["A class", "B type-alias", "C type-alias"],
            "type": [
                *("T type-parameter", "Ts type-parameter", "P type-parameter"),
                "W type-parameter",
            ],
            "type.A": ["f function"],
            "type.A.type": ["U type-parameter", "V type-parameter"],
            "type.A.type.f": ["self parameter", "x parameter"],
        },
    ),
    "a starred attribute": (
        """
        *a.b, c = d
        [*e, g.h] = i
        """,
        {"module": ["c assign", "e assign"]},
    ),
    "half-written code": (
        """
        a = 1
        b = (
        class C:
            d =
            def e(self): return self.
            g = 1
        """,
        {
            "module": ["a assign", "b assign", "C class"],
            "C": ["d assign", "e function", "g assign"],
            "C.e": ["self parameter"],
        },
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bindings(case: str) -> None:
    source, expected = CASES[case]
    assert bindings(dedent(source)) == expected


def test_where_scopes_are_and_what_is_around_them() -> None:
    fixture = parse_fixture(
        """
        class A[T]:
        # <- class
            f = lambda x: [x for x in x]
            #   ^^^^^^^^^^^^^^^^^^^^^^^^ lambda
            #             ^^^^^^^^^^^^^^ comprehension
            @decorate
            async def g(): pass
            # <- function
        """
    )
    facts = facts_of(fixture.source)
    kinds, parents, starts, ends, _, _ = facts.scope
    assert [SCOPES[kind] for kind in kinds] == [
        *("module", "type", "class", "lambda", "comprehension", "function")
    ]
    assert list(parents) == [-1, 0, 1, 2, 3, 2]
    assert (starts[0], ends[0]) == (0, len(fixture.source))
    assert starts[1] == starts[2] == fixture.place("class").start
    for row in (3, 4):
        assert (starts[row], ends[row]) == fixture.span(SCOPES[kinds[row]])
    assert starts[5] == fixture.source.index(b"async")


def test_a_parameter_knows_its_scope_and_no_block() -> None:
    facts = facts_of("def f(a):\n    if a: b = 1\n")
    names, scopes, blocks = (facts.binding[column] for column in (0, 1, columns.BIND_BLOCK))
    found = {facts.names[names[row]]: (scopes[row], blocks[row]) for row in range(len(names))}
    assert found["a"] == (1, -1)
    assert found["b"][0] == 1
    assert facts.block[columns.BLOCK_KIND][found["b"][1]] == f.IF_TRUE


def test_scopes_whose_names_may_come_from_nowhere() -> None:
    facts = facts_of("def f(): return locals()\ndef g(): exec(code)\ndef h(): locals_()\n")
    uses = [flags(value, ["dynamic"]) for value in facts.scope[columns.SCOPE_FLAGS]]
    assert dict(zip(scope_names(facts), uses, strict=True)) == {
        "module": [],
        "f": ["dynamic"],
        "g": ["dynamic"],
        "h": [],
    }


def test_bindings_of_a_name_in_a_scope() -> None:
    facts = facts_of("x = 1\ndef f(x):\n    x = 2\nfor x in y: pass\n")
    positions = facts.binding[columns.BIND_POS]
    found = [positions[row] for row in facts.bindings_of(0, facts.name_id("x"))]
    assert found == [0, 30]
    assert len(facts.bindings_of(1, facts.name_id("x"))) == 2
    assert facts.bindings_of(0, facts.name_id("y")) == []

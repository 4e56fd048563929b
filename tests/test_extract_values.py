"""What names are bound to: values and annotations, as small expressions."""

from __future__ import annotations

from textwrap import dedent

import pytest
from extract_helpers import facts_of, values, view_of

from flux_index.indexer import facts as f
from flux_index.indexer.extract import columns

# Each expression, and how it is read back; the notation is that of oracle_notation.
EXPRESSIONS = {
    "a.b(c, *d, e=f, **g)": "a.b(c, *d, e=f, **g)",
    "a[b]": "a[b]",
    "a[b,]": "a[(b,)]",
    "a[b, c]": "a[(b, c,)]",
    "a[f(b,)]": "a[f(b)]",
    "a[(b,)]": "a[(b,)]",
    "a[b:c, ::d]": "a[(slice, slice,)]",
    "a[*b]": "a[(*b,)]",
    "(a)": "a",
    "(a,)": "(a,)",
    "a,": "(a,)",
    "*a, b": "(*a, b,)",
    "()": "(,)",
    "[a, *b]": "[a, *b]",
    "[*a.b(c)]": "[*a.b(c)]",
    "{a}": "{a}",
    "{a: b, **c}": "{a: b, **c,}",
    "[a for b in c]": "ListComp(a)",
    "{a: b for c in d}": "DictComp(b)",
    "f(a for b in c)": "f(GeneratorExp(a))",
    "lambda a: b": "lambda(b)",
    "a if b else c": "(a else c)",
    "a and b and c": "((a and b) and c)",
    "a or b and c": "(a or (b and c))",
    "not a": "(not a)",
    "a < b <= c": "(a < b <= c)",
    "a not in b": "(a not-in b)",
    "a is not b": "(a is-not b)",
    "-a": "(-a)",
    "~a": "(~a)",
    "a + b * c": "(a + (b * c))",
    "a - b - c": "((a - b) - c)",
    "2 ** -1": "(int ** int)",
    "(a := b)": "(:= b)",
    "await a": "await(a)",
    "yield": "yield()",
    "yield a, b": "yield((a, b,))",
    "yield from a": "yield from(a)",
    "...": "...",
    "None": "None",
    "True or False": "(True or False)",
    "1.5": "float",
    "1j": "complex",
    "0x1F": "int",
    "'a' 'b'": "str",
    "b'a'": "bytes",
    "f'{a}' 'b'": "formatted",
    "t'{a}'": "formatted",
    "a.b().c[d](e)": "a.b().c[d](e)",
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expressions(expression: str) -> None:
    assert f"x = {EXPRESSIONS[expression]}" in values(f"async def f(): x = {expression}")


TARGETS = {
    "a = b = c": ["a = c", "b = c"],
    "a, (b, *c, d) = e": [
        *("a = item(e, 0)", "b = item(item(e, 1), 0)", "c = rest(item(e, 1))"),
        "d = item(item(e, 1), -1)",
    ],
    "[a, b] = c": ["a = item(c, 0)", "b = item(c, 1)"],
    "(a) = b": ["a = b"],
    "(a,) = b": ["a = item(b, 0)"],
    "a: int": ["a: int"],
    "a: List['B'] = c": ["a: List[B] = c"],
    "(a): int = b": ["a: int = b"],
    "a += b": ["a = (a += b)"],
    "a: int | None | B[C] = d": ["a: int | None | B[C] = d"],
    "for a, b in c: pass": ["a = item(element(c), 0)", "b = item(element(c), 1)"],
    "for a in b, c: pass": ["a = element((b, c,))"],
    "with a as b, c() as (d, e): pass": [
        *("b = entered(a)", "d = item(entered(c()), 0)", "e = item(entered(c()), 1)")
    ],
    "with (a as b, c as d): pass": ["b = entered(a)", "d = entered(c)"],
    "try: pass\nexcept (A, B) as c: pass": ["c = raised((A, B,))"],
    "try: pass\nexcept* A as b: pass": ["b = raised(A)"],
    "x = [a for a in b for c in a]": ["x = ListComp(a)", "a = element(b)", "c = element(a)"],
    "type A[T: B = C] = D[T]": ["A: D[T]", "T: B = C"],
    "class A[*Ts = *tuple[int, ...], **P = [int, str]]: pass": [
        *("Ts = *tuple[(int, ...,)]", "P = [int, str]")
    ],
    "def f[T = str, U = 'A']() -> T: pass": ["T = str", "U = A"],
}


@pytest.mark.parametrize("source", TARGETS)
def test_targets(source: str) -> None:
    assert values(source) == TARGETS[source]


PATTERNS = {
    "x": ["x = s as _"],
    "[a, *b, c]": ["a = item(s as {0}, 0)", "b = rest(s as {0})", "c = item(s as {0}, -1)"],
    "a, *b": ["a = item(s as {0}, 0)", "b = rest(s as {0})"],
    "a,": ["a = item(s as {0}, 0)"],
    "(a)": ["a = s as _"],
    "{'k': a, **b}": ["a = s as {0}[str]", "b = rest(s as {0})"],
    "A(a, k=b)": ["a = s as {0} as A(_, k=_) as subject", "b = s as {0} as A(_, k=_).k"],
    "A(k=B() as c)": ["c = s as {0} as A(k=B()).k as B()"],
    "1 | -2 as a": ["a = s as (int | int) as (int | int)"],
    "m.C() | None as a": ["a = s as (m.C() | None) as (m.C() | None)"],
    "[1, _] as a": ["a = s as [int, _] as [int, _]"],
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_what_patterns_capture(pattern: str) -> None:
    facts = facts_of(f"match s:\n    case {pattern}: pass\n")
    view = view_of(facts)
    (test,) = (row for row in facts.block[columns.BLOCK_TEST] if row >= 0)
    shown = view.canonical(facts.expr[columns.EXPR_B][test])
    found = [
        each.replace(f"s as {shown}", "s as {0}")
        for each in values(f"match s:\n    case {pattern}: pass\n")
    ]
    expected = [each.replace(f"s as {shown}", "s as {0}") for each in PATTERNS[pattern]]
    assert found == expected


def test_negative_numbers_in_patterns() -> None:
    facts = facts_of("match s:\n    case -1 | 2 | A(k=-3): pass\n")
    numbers = [
        value
        for op, value, small in zip(
            *(facts.expr[column] for column in (columns.EXPR_OP, columns.EXPR_A, columns.EXPR_B)),
            strict=True,
        )
        if op == f.INTEGER and small
    ]
    assert {-1, 2, -3} <= set(numbers)


def test_literals() -> None:
    facts = facts_of("x = ['text', '', 'back\\\\slash', 'é', 12, -3, 123456789012, 1_0]\n")
    ops, _, a, b = facts.expr
    strings = [
        facts.strings[a[row]] if a[row] >= 0 else None
        for row in range(len(ops))
        if ops[row] == f.STRING
    ]
    numbers = [a[row] if b[row] else None for row in range(len(ops)) if ops[row] == f.INTEGER]
    assert strings == ["text", "", None, "é"]
    assert numbers == [12, 3, -3, None, None]


def test_the_only_string_may_be_empty() -> None:
    assert facts_of("x = ''\n").strings == [""]


def test_items() -> None:
    facts = facts_of("a[b] = c\nd.e[f, g], h = i\nfor j[0] in k: pass\ndel l[0]\n")
    view = view_of(facts)
    assert [
        f"{view.canonical(container)}[{view.canonical(index)}] = {view.canonical(value)}"
        for container, index, value, _, _ in zip(*facts.item_binding, strict=True)
    ] == ["a[b] = c", "d.e[(f, g,)] = item(i, 0)", "j[int] = element(k)"]


TYPE_COMMENTS = {
    "a = b  # type: List[int]": ["a: List[int] = b"],
    "a = b  #type:int": ["a: int = b"],
    "a = b  # type: int  # more": ["a: int = b"],
    "a = b  # type: ignore[assignment]": ["a = b"],
    "a = b\n# type: int": ["a = b"],
    "a, c = b  # type: int, str": ["a: int = item(b, 0)", "c: str = item(b, 1)"],
    "a = c = b  # type: int": ["a: int = b", "c: int = b"],
    "a = [c for c in b]  # type: List[int]": ["a: List[int] = ListComp(c)", "c = element(b)"],
    "for a in b:  # type: int\n    pass": ["a: int = element(b)"],
    "with a as b:  # type: int\n    pass": ["b: int = entered(a)"],
    "def f():\n    a = b  # type: int\n": ["a: int = b"],
    "a: str = b  # type: int": ["a: str = b"],
}


@pytest.mark.parametrize("source", TYPE_COMMENTS)
def test_type_comments(source: str) -> None:
    assert values(source) == TYPE_COMMENTS[source]


def test_type_comment_of_an_attribute() -> None:
    facts = facts_of("class A:\n    def f(self):\n        self.a = b  # type: List['C']\n")
    (annotation,) = facts.attribute_binding[columns.ATTR_ANNOTATION]
    assert view_of(facts).canonical(annotation) == "List[C]"


def test_positions_in_quoted_annotations() -> None:
    source = dedent(
        """
        a: " Box "
        b: 'shapes.Box[Inner]'
        c: List['Box']
        d: "Box" | None
        é: r"Box"
        """
    )
    facts = facts_of(source)
    text = source.encode()
    for name in ("Box", "shapes", "Inner", "List"):
        places = [position for _, position, _ in facts.occurrences(name)]
        assert places
        assert all(text[at : at + len(name)] == name.encode() for at in places)
    assert len(list(facts.occurrences("Box"))) == 5

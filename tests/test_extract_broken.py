"""Files that do not parse: where they are broken is said, and everything around it is known."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from extract_helpers import bindings, facts_of, occurrences, scope_names
from hypothesis import given, settings
from hypothesis import strategies as st

from flux_index.indexer.extract import columns
from flux_index.indexer.extract.source import extract, extract_blob
from flux_index.indexer.facts import FileFacts

ERROR_KINDS = ("unexpected", "missing", "too deep")

SHOP = '''"""A shop.

With a docstring
that is not indented.
"""

import os
from models import Base


class Shop(Base):
    """Sells things.

    All day long.
    """

    limit = 3

    def __init__(self, name, *, owner=None):
        self.name = name
        self.owner = owner

    @property
    def things(self):
        for thing in self.stock:
            if thing.sold:
                continue
            yield thing

    async def close(
        self,
        now: bool = False,
    ) -> None:
        try:
            await self.lock()
        except OSError as error:
            print("""
could not close
""", error)
        finally:
            self.closed = True


def main(arguments):
    shop = Shop(arguments[0], owner=os.getlogin())
    return [
        thing
        for thing in shop.things
    ]


if __name__ == "__main__":
    main(["a"])
'''
# What people leave behind while they type, each on a line of its own.
HALF_WRITTEN = (
    *("self.", "shop.things.", "main(", "main(shop, ", "x = ", "x = [1, 2", "x = {'a': ", "x: "),
    *("if ", "if x", "if x:", "elif x:", "else:", "for x in", "for x in y", "while True:", "try:"),
    *("except", "with open(", "def f", "def f(", "def f(self, a", "def f(a)", "async def"),
    *("class B", "class B(", "class B(Base, ", "@", "@property", "import ", "from models import "),
    *("from models import (", "return main(a, b", "return [x for x in", "lambda", "lambda x"),
    *("del ", "raise ", "assert ", "global ", "await ", "x +", "not", "x = (yield", "f(x="),
    *("f(**", "print('", 'print(f"{', "match x:", "case y:", ")", "]", "}", "?", "$", "`x`"),
    *("<<<<<<< ours", "=======", ">>>>>>> theirs"),
)  # fmt: skip


def known(source: str) -> tuple[set[str], dict[str, set[str]]]:
    """Scopes and what is bound in each."""
    facts = facts_of(source)
    return set(scope_names(facts)), {
        scope: {shown.partition(" ")[0] for shown in listed}
        for scope, listed in bindings(source).items()
    }


@pytest.mark.parametrize("written", HALF_WRITTEN)
def test_half_a_line_costs_nothing_else(written: str) -> None:
    scopes, bound = known(SHOP)
    lines = SHOP.split("\n")
    for at, line in enumerate(lines):
        begins = line.strip() and line.strip()[0] not in '")]@' and "def " not in line
        if not begins or lines[at - 1].endswith(("(", "[", ",", "@property", "thing", '"')):
            continue  # not where a statement begins
        if "docstring" in line or "not indented" in line or "could not" in line:
            continue
        if line.lstrip().startswith(("except", "finally", "for thing in shop")):
            continue  # nothing may stand between a statement and its clauses
        indent = line[: len(line) - len(line.lstrip())]
        new_scopes, new_bound = known("\n".join([*lines[:at], indent + written, *lines[at:]]))
        assert scopes <= new_scopes, f"line {at + 1}"
        for scope, names in bound.items():
            assert names <= new_bound[scope], f"line {at + 1}"


def test_several_breaks_at_once() -> None:
    source = """
class A(Base
    x = [1,

    def f(self, a
        self.b = (
        return self.c

    @
    def g(self): return self.

def h(d, e
    return d.
i = 1
"""
    assert bindings(source) == {
        "module": ["A class", "h function", "i assign"],
        "A": ["x assign", "f function", "g function"],
        "A.f": ["self parameter"],
        "A.g": ["self parameter"],
        "h": ["d parameter"],
    }
    facts = facts_of(source)
    assert [facts.names[name] for name in facts.attribute_binding[columns.ATTR_NAME]] == ["b"]
    assert facts.attribute_binding[columns.ATTR_OWNER][0] == 0


def errors(source: str | bytes) -> list[tuple[str, bytes]]:
    """(kind, text) of each error."""
    raw = source.encode() if isinstance(source, str) else source
    facts = extract(raw)
    return [
        (ERROR_KINDS[kind], raw[start:end]) for start, end, kind in zip(*facts.errors, strict=True)
    ]


ERRORS: dict[str, list[tuple[str, bytes]]] = {
    "x = 1\n": [],
    "x = = 1\ny = 2\n": [("unexpected", b"=")],
    "x = (1\ny = 2\n": [("unexpected", b"x = (1")],
    'print "x", y\n': [("unexpected", b'print "x", y')],
    'exec "x" in y\n': [("unexpected", b'exec "x" in y')],
    "raise E, 'x'\n": [("unexpected", b"E, 'x'")],
    "x = `y`\n": [("unexpected", b"`y`")],
    "print >>f, x\n": [],
    "print (x)\nexec(x)\nprint\n": [],
    "class A[T = int, *Ts = *tuple[int], **P = [int]]: pass\n": [],
    "type A[T = 'B'] = list[T]\n": [],
    "try: pass\nexcept A, B: pass\n": [],
    "x = 1\n\0\ny = 2\n": [("unexpected", b"\0")],
}


@pytest.mark.parametrize("source", ERRORS)
def test_where_errors_are(source: str) -> None:
    assert errors(source) == ERRORS[source]


def test_errors_are_in_order_and_not_without_end() -> None:
    facts = facts_of("x = = 1\n" * 500)
    starts = list(facts.errors[columns.ERR_START])
    assert starts == sorted(starts)
    assert 0 < len(starts) <= 60


def test_names_in_python_2() -> None:
    facts = facts_of("def f():\n    print >>sys.stderr, 'x' % y\n    print 'a', b\n    exec code\n")
    found = dict(occurrences(facts).values())
    assert found == {
        **{"f": "definition", "sys": "read", "stderr": "read-attribute", "y": "read"},
        **{"b": "read", "code": "read", "print": "read", "exec": "read"},
    }


def test_a_broken_value_still_binds_its_name() -> None:
    source = "x = (\ny: list[int] = [1,\nself.z = {\n"
    assert bindings(source)["module"] == ["x assign", "y assign"]
    facts = facts_of(source)
    assert [facts.names[name] for name in facts.attribute_binding[columns.ATTR_NAME]] == ["z"]
    assert {"list", "int"} <= set(facts.names)


def test_names_in_what_is_broken_occur_once() -> None:
    source = "def f(a):\n    b = other(a, more.\n    return a\n"
    found = [
        (position, name)
        for name in ("a", "b", "other", "more")
        for _, position, _ in facts_of(source).occurrences(name)
    ]
    assert sorted(found) == [
        *((6, "a"), (14, "b"), (18, "other"), (24, "a"), (27, "more"), (44, "a"))
    ]


DEEP = {
    "parentheses": b"(" * 10_000 + b"a" + b")" * 10_000,
    "brackets": b"[" * 10_000 + b"a" + b"]" * 10_000,
    "calls": b"f(" * 10_000 + b")" * 10_000,
    "a long sum": b" + ".join([b"a"] * 5_000),
    "a long disjunction": b" or ".join([b"a"] * 5_000),
    "a chain of attributes": b"a" + b".b" * 10_000,
    "a chain of calls": b"a" + b".b()" * 10_000,
    "comparisons": b"a < " * 5_000 + b"a",
    "negations": b"not " * 5_000 + b"a",
    "lambdas": b"lambda: " * 5_000 + b"a",
    "conditions": b"a if a else " * 5_000 + b"a",
    "strings side by side": b'"a" ' * 5_000,
}


@pytest.mark.parametrize("case", DEEP)
def test_deep_nesting(case: str) -> None:
    facts = facts_of(b"before = 1\nx = " + DEEP[case] + b"\nafter = 2\n")
    bound = [facts.names[name] for name in facts.binding[columns.BIND_NAME]]
    assert [name for name in ("before", "x", "after") if name in bound] == ["before", "x", "after"]
    assert all(kind == 2 for kind in facts.errors[columns.ERR_KIND])


def test_long_chains_are_read_to_the_end() -> None:
    for case in ("parentheses", "a long sum", "a long disjunction", "comparisons"):
        facts = facts_of(b"x = " + DEEP[case])
        assert len(list(facts.occurrences("a"))) == DEEP[case].count(b"a")
        assert not facts.errors[0]


def test_too_deep_in_a_class_costs_that_statement_only() -> None:
    value = b"[" * 10_000 + b"]" * 10_000
    facts = facts_of(
        b"class A:\n    def f(self): pass\n    x = " + value + b"\n    def g(self): f(" + value
        + b"); self.y = 1\n    def h(self): pass\nz = 1\n"
    )  # fmt: skip
    assert {facts.names[name] for name in facts.definition[columns.DEF_NAME]} == {
        "A",
        "f",
        "g",
        "h",
    }
    assert {"x", "y", "z"} <= set(facts.names)
    assert all(scope >= 0 for scope in facts.definition[columns.DEF_OWN_SCOPE])
    assert set(facts.errors[columns.ERR_KIND]) == {2}


def test_deeply_nested_blocks() -> None:
    source = "".join(" " * depth + "if a:\n" for depth in range(1_000)) + " " * 1_000 + "b = 1\n"
    assert facts_of(source + "c = 1\n").name_id("c") >= 0


def test_one_line_of_a_megabyte() -> None:
    facts = facts_of(b"x = [" + b"abcd, " * 170_000 + b"]; y = 1\n")
    assert len(list(facts.occurrences("abcd"))) == 170_000
    assert next(facts.occurrences("y"))[1] == 5 + 6 * 170_000 + 3
    assert list(facts.line_length.value) == [1_020_014, 0]


def test_empty_files() -> None:
    for source in (b"", b"\n", b"# comment", b"   \n", b"\xef\xbb\xbf"):
        facts = facts_of(source)
        assert facts.names == facts.strings == []
        assert not facts.errors[0]
        assert len(facts.scope[0]) == 1


GARBAGE = {
    "NUL bytes": b"x = 1\n\0\0\0\ny = 2\n",
    "invalid UTF-8": b"x = 1\n\xff\xfe = '\xe9'\ny = 2\n",
    "every byte": b"x = 1\n" + bytes(range(256)) + b"\ny = 2\n",
    "merge conflict": b"x = 1\n<<<<<<< a\nz = 1\n=======\nz = 2\n>>>>>>> b\ny = 2\n",
    "another language": b"x = 1\nfunction f(a) { return a + 1; }\ny = 2\n",
    "prose": b"x = 1\nIt was a dark, (stormy night.\ny = 2\n",
    "an open string": b"x = 1\nz = '''\ny = 2\n",
}


@pytest.mark.parametrize("case", GARBAGE)
def test_garbage_between_statements(case: str) -> None:
    bound = bindings(GARBAGE[case])["module"]
    assert bound[0] == "x assign"
    assert bound[-1] == "y assign"


def test_binary_data() -> None:
    data = random.Random(1).randbytes(100_000)
    facts = facts_of(data)
    assert len(facts.errors[0]) == 1
    assert facts.names == []


def consistent(raw: bytes) -> FileFacts:
    """Facts whose references all lead somewhere."""
    blob = extract_blob(raw)
    assert blob == extract_blob(raw)
    facts = FileFacts(blob)
    rows = {name: len(getattr(facts, name)[0]) for name in ("scope", "definition", "expr", "block")}
    references = {
        "scope": [
            facts.binding.scope,
            facts.scope.parent,
            facts.definition.scope,
            facts.definition.own_scope,
        ],
        "definition": [facts.scope.definition, facts.attribute_binding.owner],
        "expr": [
            facts.binding.value,
            facts.binding.annotation,
            facts.block.test,
            facts.parameter.annotation,
            facts.parameter.default,
        ],
        "block": [facts.binding.block, facts.block.parent],
    }
    for table, referring in references.items():
        for column in referring:
            assert all(-1 <= row < rows[table] for row in column)
    assert min(facts.definition.own_scope, default=0) >= 0
    starts, ends, parents = facts.block.start, facts.block.end, facts.block.parent
    for row, parent in enumerate(parents):
        assert parent < 0 or starts[parent] <= starts[row] <= ends[row] <= ends[parent]
    return facts


FRAGMENTS = [
    *(
        "x",
        " ",
        "\n",
        "\n    ",
        "\n        ",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        ",",
        ".",
        "=",
        "*",
    ),
    *("def f", "class A", "self", "lambda ", "import a", "from b import ", "if ", "else:", "try:"),
    *("except E", "match x:", "case ", "with ", " as ", "async ", "await ", "yield ", "return "),
    *("'", '"""', 'f"{', "#", "\\", "@", "->", ":=", "**", "print 'a'", "type X", "global y", "\0"),
    *("é", "1", "...", "_", "del ", "for x in y", "not ", " in ", "|", "-1", "`"),
]


@settings(max_examples=150)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join))
def test_any_text_gives_consistent_facts(source: str) -> None:
    consistent(source.encode())


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_give_consistent_facts(raw: bytes) -> None:
    consistent(raw)


@settings(max_examples=100)
@given(st.data())
def test_files_cut_anywhere_give_consistent_facts(data: st.DataObject) -> None:
    raw = Path(__file__).read_bytes()[:6_000]
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    consistent(raw[:start] + raw[end:])

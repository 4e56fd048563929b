"""Classes and functions: headers, flags, parameters, results, documentation."""

from __future__ import annotations

from typing import Any

import pytest
from extract_helpers import DEFINITION_FLAGS, PARAMETERS, facts_of, flags, view_of
from fixtures_language import parse_fixture
from oracle_facts import RESULTS

from flux_index.indexer import facts as f
from flux_index.indexer.extract import columns
from flux_index.indexer.facts import FileFacts


def definitions(facts: FileFacts) -> dict[str, dict[str, Any]]:
    """What there is to know of each definition, by name; the last one of a name wins."""
    view = view_of(facts)
    found: dict[str, dict[str, Any]] = {}
    for row, name in enumerate(facts.definition[columns.DEF_NAME]):
        cells = [column[row] for column in facts.definition]
        scope = cells[columns.DEF_OWN_SCOPE]
        summary = cells[columns.DEF_SUMMARY]
        found[facts.names[name]] = {
            "flags": flags(cells[columns.DEF_FLAGS], DEFINITION_FLAGS),
            "span": (cells[columns.DEF_START], cells[columns.DEF_END]),
            "header end": cells[columns.DEF_HEADER_END],
            "doc": cells[columns.DEF_DOC],
            "summary": facts.strings[summary] if summary >= 0 else None,
            "decorators": view.listed(cells[columns.DEF_DECORATORS]),
            "arguments": [
                facts.names[key] + "=" * (key >= 0) + view.canonical(value)
                if key >= 0
                else view.canonical(value)
                for key, _, value in view.triples(cells[columns.DEF_ARGUMENTS])
            ],
            "returns": view.canonical(cells[columns.DEF_RETURNS]),
            "parameters": parameters(facts, scope),
            "results": [
                (RESULTS[kind], view.canonical(value))
                for result_scope, value, kind, _, _ in zip(*facts.result, strict=True)
                if result_scope == scope
            ],
        }
    return found


def parameters(facts: FileFacts, scope: int) -> list[str]:
    """``kind name: annotation = default`` of each parameter."""
    view = view_of(facts)
    listed: list[str] = []
    for row, owner in enumerate(facts.parameter[columns.PAR_SCOPE]):
        _, name, _, kind, annotation, default, _ = (column[row] for column in facts.parameter)
        if owner == scope:
            shown = f"{PARAMETERS[kind]} {facts.names[name]}"
            shown += f": {view.canonical(annotation)}" if annotation >= 0 else ""
            listed.append(shown + (f" = {view.canonical(default)}" if default >= 0 else ""))
    return listed


def of(source: str, name: str = "f") -> dict[str, Any]:
    return definitions(facts_of(source))[name]


FLAGS = {
    "def f(): x = 1": [],
    "async def f(): x = 1": ["async"],
    "def f(): yield 1": ["generator"],
    "def f(): x = yield from y": ["generator"],
    "def f(): return x": ["returns-value"],
    "def f(): return": [],
    "def f():\n    def g(): yield 1; return 2\n    h = lambda: (yield)": [],
    "def f(): ...": ["stub"],
    "def f(): pass": ["stub"],
    "def f(): 'Only documented.'": ["stub"],
    "def f():\n    'Doc.'\n    # why\n    raise NotImplementedError(f)": ["stub"],
    "def f(): raise ValueError": [],
    "if x:\n    def f(): x = 1": ["conditional"],
    "try: import a\nexcept E:\n    def f(): x = 1": ["conditional"],
    "def g():\n    def f(): x = 1": [],
    "@property\ndef f(self): x = 1": ["property"],
    "@functools.cached_property\ndef f(self): x = 1": ["property"],
    "@f.setter\ndef f(self, value): x = 1": ["property", "accessor"],
    "@staticmethod\ndef f(): x = 1": ["static"],
    "@classmethod\n@abc.abstractmethod\ndef f(cls): x = 1": ["classmethod", "abstract"],
    "@typing.overload\ndef f(x: int) -> int: ...": ["stub", "overload"],
    "@overload()\ndef f(x: int) -> int: ...": ["stub", "overload"],
    "class A:\n    def __init_subclass__(cls): x = 1\n    def f(self): x = 1": [],
    "class f: pass": ["stub"],
    "class f:\n    x = 1": [],
}


@pytest.mark.parametrize("source", FLAGS)
def test_flags(source: str) -> None:
    assert of(source)["flags"] == FLAGS[source]


@pytest.mark.parametrize("name", ["__init_subclass__", "__class_getitem__"])
def test_methods_that_are_class_methods_by_name(name: str) -> None:
    assert "classmethod" in of(f"class A:\n    def {name}(cls): x = 1", name)["flags"]


PARAMETER_LISTS = {
    "": [],
    "a, b=1, *, c: int, d: str = x": [
        *("positional a", "positional b = int"),
        *("keyword-only c: int", "keyword-only d: str = x"),
    ],
    "a, /, b": ["positional-only a", "positional b"],
    "a=lambda x, y: z, b=1, /, c=2": [
        *("positional-only a = lambda(z)", "positional-only b = int", "positional c = int")
    ],
    "*args, a, **kwargs": ["* args", "keyword-only a", "** kwargs"],
    "*args: int, **kwargs: Unpack[Options]": [*("* args: int", "** kwargs: Unpack[Options]")],
    "*args: *Ts": ["* args: *Ts"],
    "self, a: 'Box' = None, *, b: Callable[['X'], 'Y']": [
        *("positional self", "positional a: Box = None"),
        "keyword-only b: Callable[([X], Y,)]",
    ],
    "a,  # comment\n    b,\n    # another\n    c": ["positional a", "positional b", "positional c"],
}


@pytest.mark.parametrize("listed", PARAMETER_LISTS)
def test_parameters(listed: str) -> None:
    assert of(f"def f({listed}): pass")["parameters"] == PARAMETER_LISTS[listed]


def test_parameters_of_a_lambda() -> None:
    facts = facts_of("f = lambda a, /, *b, c=1, **d: a")
    assert parameters(facts, 1) == [*("positional-only a", "* b", "keyword-only c = int", "** d")]


def test_a_class() -> None:
    cls = of(
        "@dataclass(frozen=True)\n@final\nclass f(Base, Generic[T], *more, metaclass=Meta, **rest):"
        " x = 1"
    )
    assert cls["decorators"] == ["dataclass(frozen=True)", "final"]
    assert cls["arguments"] == ["Base", "Generic[T]", "*more", "metaclass=Meta", "**rest"]


def test_a_class_without_bases_has_no_arguments() -> None:
    facts = facts_of("class A: pass\nclass B(): pass\n")
    assert facts.definition[columns.DEF_ARGUMENTS][0] == -1
    assert view_of(facts).triples(facts.definition[columns.DEF_ARGUMENTS][1]) == []


@pytest.mark.parametrize(
    "decorator", ["a.b[c](d)", "(lambda g: g)", "x if y else z", "a or b", "await c", "d := e"]
)
def test_any_expression_decorates(decorator: str) -> None:
    assert len(of(f"@{decorator}\ndef f(): pass")["decorators"]) == 1


def test_results() -> None:
    function = of(
        """
async def f(a):
    yield a.b
    x = yield
    yield 1, 2
    if a:
        raise Wrong(a) from None
    return [x async for x in a]
"""
    )
    assert function["results"] == [
        *(("yield", "a.b"), ("yield", ""), ("yield", "(int, int,)")),
        *(("raise", "Wrong(a)"), ("return", "ListComp(x)")),
    ]


def test_where_a_definition_is() -> None:
    fixture = parse_fixture(
        '''
        @decorate
        # <- start
        async def f(a: int,
                    b=1) -> dict[str, int]:  # why
        #                                ^ header
            """Summary in one line.

            More.
            """
            return a  # last
        #                  ^ end
        '''
    )
    found = definitions(facts_of(fixture.source))["f"]
    # The decorator's sign is the start; a comment behind the last statement belongs to it.
    assert found["span"] == (fixture.place("start").start, fixture.place("end").end)
    assert found["header end"] == fixture.place("header").end
    assert found["doc"] == fixture.source.index(b'"""')
    assert found["summary"] == "Summary in one line."
    assert found["returns"] == "dict[(str, int,)]"


DOCS = {
    '"""One."""': "One.",
    "'''\n    Two.\n    More.\n    '''": "Two.",
    'r"""Raw \\d."""': "Raw \\d.",
    '("parenthesized")': "parenthesized",
    '"joined " "strings"': 'joined " "strings',
    '""': None,
    'b"bytes"': None,
    'f"formatted {x}"': None,
    "x = 'no doc'": None,
    "1": None,
}


@pytest.mark.parametrize("literal", DOCS)
def test_documentation(literal: str) -> None:
    found = of(f"def f():\n    {literal}\n")
    assert found["summary"] == DOCS[literal]
    assert (found["doc"] >= 0) == (literal[:1] in "\"'(r")


def test_a_long_summary_is_cut_between_characters() -> None:
    summary = of(f'def f():\n    """{"é" * 100}"""\n')["summary"]
    assert summary == "é" * 80


def test_documentation_behind_a_comment() -> None:
    assert of("class f:\n    # comment\n    'Doc.'\n")["summary"] == "Doc."


def test_overloads_are_definitions_each() -> None:
    facts = facts_of(
        "@overload\ndef f(x: int) -> int: ...\n@overload\ndef f(x: str) -> str: ...\n"
        "def f(x): return x\n"
    )
    rows = [flags(value, DEFINITION_FLAGS) for value in facts.definition[columns.DEF_FLAGS]]
    assert rows == [["stub", "overload"], ["stub", "overload"], ["returns-value"]]


def test_type_comments_of_a_signature() -> None:
    facts = facts_of(
        "class A:\n"
        "    def f(self, a, *b, **c):\n"
        "        # type: (int, *str, **Box) -> List[int]\n"
        "        pass\n"
        "    def g(self,\n"
        "          a,  # type: int\n"
        "          b=1,  # type: Optional[str]\n"
        "          ):\n"
        "        # type: (...) -> None\n"
        "        pass\n"
        "    def h(self): # type: () -> str\n"
        "        pass\n"
    )
    found = definitions(facts)
    assert found["f"]["parameters"] == [
        *("positional self", "positional a: int", "* b: str", "** c: Box")
    ]
    assert found["f"]["returns"] == "List[int]"
    assert found["g"]["parameters"] == [
        *("positional self", "positional a: int", "positional b: Optional[str] = int")
    ]
    assert found["g"]["returns"] == "None"
    assert found["h"]["returns"] == "str"
    view = view_of(facts)
    annotated = {
        facts.names[name]: view.canonical(annotation)
        for name, kind, annotation in zip(
            *(
                facts.binding[column]
                for column in (columns.BIND_NAME, columns.BIND_KIND, columns.BIND_ANNOTATION)
            ),
            strict=True,
        )
        if kind == f.PARAMETER and annotation >= 0
    }
    assert annotated == {"a": "int", "b": "Optional[str]", "c": "Box"}


def attributes(source: str) -> list[tuple[str, str]]:
    """(receiver.name = value, class that owns it) of each attribute that is written."""
    facts = facts_of(source)
    view = view_of(facts)
    owners = [*(facts.names[name] for name in facts.definition[columns.DEF_NAME]), ""]
    rows = sorted(zip(*facts.attribute_binding, strict=True), key=lambda row: row[columns.ATTR_POS])
    return [
        (f"{view.canonical(receiver)}.{facts.names[name]} = {view.canonical(value)}", owners[owner])
        for name, receiver, _, _, value, _, owner, _ in rows
    ]


def test_attributes_of_an_instance() -> None:
    found = attributes(
        """
class A:
    def __init__(self, a, b):
        self.a = a
        self.b, *self.rest = b
        self.c: int = 1
        other.d = 2
        self.e.f = 3
    @classmethod
    def make(cls): cls.made = 1
    @staticmethod
    def free(self): self.g = 4
    def later(self):
        def inner(): self.h = 5
        def shadowing(self): self.i = 6
        with x as self.j: pass
        for self.k in y: pass
        del self.l
        self.m += 1
        class B:
            def n(this): this.n = self.o = 7
def function(self): self.p = 8
"""
    )
    assert found == [
        ("self.a = a", "A"),
        ("self.b = item(b, 0)", "A"),
        ("self.rest = rest(b)", "A"),
        ("self.c = int", "A"),
        ("other.d = int", ""),
        ("self.e.f = int", ""),
        ("cls.made = int", "A"),
        ("self.g = int", ""),
        ("self.h = int", "A"),
        ("self.i = int", ""),
        ("self.j = entered(x)", "A"),
        ("self.k = element(y)", "A"),
        ("this.n = int", "B"),
        ("self.o = int", ""),
        ("self.p = int", ""),
    ]


def test_a_lambda_in_a_default_does_not_name_the_instance() -> None:
    found = attributes("class A:\n    def f(self, key=lambda x: x): self.a = x.b = 1\n")
    assert [owner for _, owner in found] == ["A", ""]

"""Imports with what they run under, and edits of ``__all__``."""

from __future__ import annotations

from textwrap import dedent

import pytest
from extract_helpers import EXPORTS, IMPORT_FLAGS, facts_of, flags, view_of

from flux_index.indexer import facts as f
from flux_index.indexer.extract import columns


def imports(source: str) -> list[str]:
    """``module name > bound [flags]`` of each import, in order."""
    facts = facts_of(dedent(source))
    listed: list[str] = []
    for module, name, bound, _, _, _, value in zip(*facts.imports, strict=True):
        shown = facts.names[module]
        shown += " *" if name == f.STAR else f" {facts.names[name]}" if name >= 0 else ""
        shown += f" > {facts.names[bound]}" if bound >= 0 else ""
        listed.append(" ".join([shown, *flags(value, IMPORT_FLAGS)]))
    return listed


SPELLINGS = {
    "import a": ["a > a"],
    "lazy import a.b as c": ["a.b > c alias"],
    "lazy from a import b as c": ["a b > c alias"],
    "import a.b.c": ["a.b.c > a"],
    "import a.b as c, d": ["a.b > c alias", "d > d"],
    "import a . b": ["a.b > a"],
    "import a.\\\n  b": ["a.b > a"],
    "from a import b": ["a b > b"],
    "from a.b import c as d, e": ["a.b c > d alias", "a.b e > e"],
    "from a import (b, c as d,)": ["a b > b", "a c > d alias"],
    "from . import a": [". a > a"],
    "from .. a import b": ["..a b > b"],
    "from ...a.b import c": ["...a.b c > c"],
    "from a import *": ["a *"],
    "from . import *": [". *"],
    "from __future__ import annotations as a": ["__future__ annotations > a alias future"],
    "from __future__ import annotations": ["__future__ annotations > annotations future"],
}


@pytest.mark.parametrize("source", SPELLINGS)
def test_spellings(source: str) -> None:
    assert imports(source) == SPELLINGS[source]


CONDITIONS = {
    "for type checkers": (
        """
        if TYPE_CHECKING: import a
        if typing.TYPE_CHECKING: import b
        else: import c
        if not TYPE_CHECKING: import d
        else: import e
        if x and TYPE_CHECKING: import g
        if x: import h
        elif TYPE_CHECKING: import i
        else: import j
        import k
        """,
        [
            *("a > a type-checking", "b > b type-checking", "c > c branch", "d > d branch"),
            *("e > e type-checking", "g > g type-checking", "h > h branch"),
            *("i > i type-checking", "j > j branch", "k > k"),
        ],
    ),
    "with a substitute": (
        """
        try: import a
        except ImportError: import b
        else: import c
        finally: import d
        try: import e
        except (ValueError, ModuleNotFoundError): e = None
        try: import g
        except: pass
        try: import h
        except Exception as error: pass
        """,
        [
            *("a > a try", "b > b handler", "c > c branch", "d > d"),
            *("e > e try", "g > g try", "h > h try"),
        ],
    ),
    "without a substitute": (
        """
        try: import a
        finally: pass
        try: import b
        except ValueError: pass
        """,
        ["a > a", "b > b"],
    ),
    "in branches": (
        """
        if x:
            if y: import a
        while x: import b
        for x in y: import c
        match x:
            case 1: import d
        with x: import e
        """,
        ["a > a branch", "b > b branch", "c > c branch", "d > d branch", "e > e"],
    ),
    "when a function runs": (
        """
        try:
            import a
            def f(): import b
        except ImportError:
            def f():
                import c
                if x: import d
        if TYPE_CHECKING:
            def g(): import e
        """,
        ["a > a try", "b > b", "c > c", "d > d branch", "e > e type-checking"],
    ),
}


@pytest.mark.parametrize("case", CONDITIONS)
def test_conditions(case: str) -> None:
    source, expected = CONDITIONS[case]
    assert imports(source) == expected


def test_where_an_import_is() -> None:
    facts = facts_of("def f():\n    from a import b as c\n")
    (row,) = zip(*facts.imports, strict=True)
    assert row[columns.IMP_POS : columns.IMP_SCOPE + 1] == (27, 32, 1)


def exports(source: str) -> list[str]:
    """``edit what`` of each edit of ``__all__``."""
    facts = facts_of(dedent(source))
    view = view_of(facts)
    listed: list[str] = []
    for kind, ref, _ in zip(*facts.exports, strict=True):
        shown = EXPORTS[kind]
        if shown in ("add", "remove"):
            shown += f" {facts.strings[ref]}"
        elif ref >= 0:
            shown += f" {view.canonical(ref)}"
        listed.append(shown)
    return listed


EDITS = {
    '__all__ = ["a", "b"]': ["set", "add a", "add b"],
    '__all__ = ("a",)': ["set", "add a"],
    '__all__: list[str] = ["a"]': ["set", "add a"],
    '__all__ += ["a"]': ["add a"],
    '__all__ = ["a"] + ["b"] + c.__all__': ["set", "add a", "add b", "extend c"],
    '__all__ = ["a", *b.c.__all__]': ["set", "add a", "extend b.c"],
    "__all__ += a.__all__": ["extend a"],
    '__all__.extend(["a"])': ["add a"],
    "__all__.extend(a.__all__)": ["extend a"],
    '__all__.append("a")': ["add a"],
    '__all__.remove("a")': ["remove a"],
    '__all__ = sorted(["a"])': ["set", "add a"],
    "__all__ = list(a.__all__)": ["set", "extend a"],
    "__all__.sort()": [],
    "__all__ = [name for name in a]": ["set", "unknown ListComp(name)"],
    "__all__ += names": ["unknown names"],
    '__all__ = ["a", name]': ["set", "add a", "unknown name"],
    '__all__.insert(0, "a")': ["unknown"],
    'if x:\n    __all__ = ["a"]': ["set", "add a"],
    'def f():\n    __all__ = ["a"]': [],
    'class A:\n    __all__ = ["a"]': [],
}


@pytest.mark.parametrize("source", EDITS)
def test_exports(source: str) -> None:
    assert exports(source) == EDITS[source]

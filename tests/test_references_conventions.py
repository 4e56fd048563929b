"""References and callers list what definition leads from, by default and with its evidence."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from fixtures_language import ask, check_references, open_workspace, parse_fixture

REFERENCES = {
    "a receiver that only convention knows": """
        class Box:
            def measu$0re(self): ...
        def f(found):
            for each in found:
                each.measure()
        #            ^^^^^^^ ref (call conventional)
    """,
    "one of several that a receiver may be": """
        class Box:
            def op$0en(self): ...
        class Tin:
            def open(self): ...
        def f(box):
            each = Tin() if box is None else box
            each.open()
        #        ^^^^ ref (call conventional)
        f(Box())
    """,
    "what conventions refute": """
        class Box:
            def op$0en(self): ...
        class Tin:
            def open(self): ...
        def f(tin):
            tin.open()
        f(Tin())
    """,
    "what conventions do not tell": """
        class Box:
            def op$0en(self): ...
        def f(anything):
            anything.open()
        #            ^^^^ ref (call textual)
    """,
    "what types refute": """
        class Box:
            def op$0en(self): ...
        class Tin:
            def open(self): ...
        def f():
            Tin().open()
    """,
}


@pytest.mark.parametrize("text", REFERENCES.values(), ids=REFERENCES.keys())
def test_references_by_convention(text: str, tmp_path: Path) -> None:
    check_references(tmp_path, text)


def test_without_conventions_nobody_is_asked(tmp_path: Path) -> None:
    fixture = """
        class Box:
            def measu$0re(self): ...
        def f(found):
            for each in found:
                each.measure()
        #            ^^^^^^^ ref (call textual)
    """
    check_references(tmp_path, fixture, conventions=False)


CALLERS = {
    "a receiver that only convention knows": (
        """
        class Box:
            def measu$0re(self): ...
        def f(found):
            found[0].measure()
        """,
        {"f": "conventional"},
    ),
    "through the class that it derives from": (
        """
        class Box:
            def open(self): ...
        class Crate(Box):
            def op$0en(self): ...
        def f(box: Box): box.open()
        def g(crate: Crate): crate.open()
        """,
        {"f": "conventional", "g": "inferred"},
    ),
    "not of another class that derives from it": (
        """
        class Box:
            def open(self): ...
        class Crate(Box):
            def op$0en(self): ...
        class Tin(Box): ...
        def f(tin: Tin): tin.open()
        """,
        {},
    ),
    "not of the base itself": (
        """
        class Box:
            def open(self): ...
        class Crate(Box):
            def op$0en(self): super().open()
        def f(box): Box.open(box)
        """,
        {},
    ),
    "through a class of a library": (
        """
        import argparse
        class Parser(argparse.ArgumentParser):
            def add_argu$0ment(self, *args, **kwargs): ...
        def f(parser: argparse.ArgumentParser): parser.add_argument("x")
        """,
        {"f": "conventional"},
    ),
    "not through builtin classes": (
        """
        class Table(dict):
            def g$0et(self, key): ...
        def f(): {}.get(1)
        """,
        {},
    ),
}


@pytest.mark.parametrize("case", CALLERS.values(), ids=CALLERS.keys())
def test_callers(case: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    text, expected = case
    fixture = parse_fixture(dedent(text))
    workspace = open_workspace(tmp_path, fixture)
    try:
        answer = ask(workspace, "callers", fixture.cursors["0"])
    finally:
        workspace.index.close()
    told = {
        item["symbol"]["name"].removeprefix("main."): item["evidence"] for item in answer["items"]
    }
    assert {name: evidence for name, evidence in told.items() if evidence != "textual"} == expected

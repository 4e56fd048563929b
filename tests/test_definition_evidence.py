"""Evidence is the weakest link's: of alternatives, one of which is unknown, a convention's."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import ask, open_workspace, parse_fixture

BOX = """
import random

class Box:
    def area(self): ...

"""

PARTLY_UNKNOWN = {
    "a conditional expression": """
        def f(flag, other):
            x = Box() if flag else other
            x.$0area()
    """,
    "branches": """
        def f(flag, other):
            if flag:
                x = Box()
            else:
                x = other
            x.$0area()
    """,
    "or": """
        def f(other):
            (other or Box()).$0area()
    """,
    "elements of a display": """
        def f(others):
            for x in [Box(), *others]:
                x.$0area()
    """,
    "values of a dictionary": """
        def f(key, other):
            {"a": Box(), "b": other}[key].$0area()
    """,
    "what a function returns": """
        def f(flag, other):
            def g():
                if flag:
                    return Box()
                return other
            g().$0area()
    """,
    "an attribute that methods assign": """
        class Shelf:
            def __init__(self):
                self.box = Box()
            def put(self, other):
                self.box = other
            def show(self):
                self.box.$0area()
    """,
    "a default of the library": """
        def f(others):
            next(iter([Box()]), others).$0area()
    """,
    "an annotation of which a part is not found": """
        def f(x: "Box | Missing"):
            x.$0area()
    """,
    "an annotation with Any": """
        from typing import Any, Union
        def f(x: Union[Box, Any]):
            x.$0area()
    """,
}

KNOWN = {
    "None is not unknown": """
        def f(flag):
            x = None
            if flag:
                x = Box()
            x.$0area()
    """,
    "nothing but None before or": """
        (None or Box()).$0area()
    """,
    "an annotation with None": """
        def f(x: Box | None):
            x.$0area()
    """,
    "several that are known": """
        def f(flag):
            (Box() if flag else 1).$0area()
    """,
}


def evidence(folder: Path, code: str) -> list[str]:
    lines = "\n".join(line.removeprefix("        ") for line in code.splitlines())
    fixture = parse_fixture(BOX + lines)
    session = open_workspace(folder, fixture)
    answer = ask(session, "definition", fixture.cursors["0"])
    session.close()
    return [each["evidence"] for each in answer["items"]]


@pytest.mark.parametrize("name", PARTLY_UNKNOWN)
def test_something_unknown_among_alternatives(tmp_path: Path, name: str) -> None:
    assert evidence(tmp_path, PARTLY_UNKNOWN[name]) == ["conventional"]


@pytest.mark.parametrize("name", KNOWN)
def test_alternatives_that_are_known(tmp_path: Path, name: str) -> None:
    assert evidence(tmp_path, KNOWN[name]) == ["inferred"]

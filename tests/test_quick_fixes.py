"""Fixes that are offered, and problems of files as they are now."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import applied, check_fixes, open_workspace, parse_fixture

from flux_index.api.ide.diagnostics import override_fixes, problems


def test_missing_import(tmp_path: Path) -> None:
    check_fixes(
        tmp_path,
        "#- shapes.py\nclass Rectangle: ...\n#- main.py\nRect$0angle()\n",
        {"Add 'from shapes import Rectangle'": ("from shapes import Rectangle\n\nRectangle()\n")},
    )


def test_missing_import_of_a_module(tmp_path: Path) -> None:
    check_fixes(
        tmp_path, "js$0on.dumps(1)\n", {"Add 'import json'": "import json\n\njson.dumps(1)\n"}
    )


def test_the_usual_import_comes_first(tmp_path: Path) -> None:
    fixture = "#- a.py\nclass Thing: ...\n#- b.py\nclass Thing: ...\n#- c.py\nfrom b import Thing\n"
    check_fixes(
        tmp_path,
        fixture + "#- main.py\nThi$0ng()\n",
        {
            "Add 'from b import Thing'": "from b import Thing\n\nThing()\n",
            "Add 'from a import Thing'": "from a import Thing\n\nThing()\n",
        },
    )


@pytest.mark.parametrize(
    "text",
    ["x = 1\nx$0\n", "pri$0nt()\n", "def f(a):\n    a$0\n", "a.b$0\n", "def f():\n    x = 1\nx$0"],
)
def test_no_import_for_what_is_known_or_bound(tmp_path: Path, text: str) -> None:
    check_fixes(tmp_path, text, {})


def test_abstract_methods_are_implemented(tmp_path: Path) -> None:
    check_fixes(
        tmp_path,
        """
        from abc import ABC, abstractmethod
        class Base(ABC):
            @abstractmethod
            def run(self, speed: int) -> str: ...
            @property
            @abstractmethod
            def size(self): ...
        class Chi$0ld(Base):
            pass
        """,
        {
            "Implement 'run', 'size'": """
            from abc import ABC, abstractmethod
            class Base(ABC):
                @abstractmethod
                def run(self, speed: int) -> str: ...
                @property
                @abstractmethod
                def size(self): ...
            class Child(Base):
                def run(self, speed: int) -> str:
                    raise NotImplementedError

                @property
                def size(self):
                    raise NotImplementedError
            """
        },
    )


def test_methods_can_be_overridden(tmp_path: Path) -> None:
    fixture = parse_fixture(
        "class Base:\n    def run(self, speed): ...\n\n\nclass Chi$0ld(Base):\n    size = 1\n"
    )
    session = open_workspace(tmp_path, fixture)
    (fix,) = override_fixes(session.inference(whole=True), "main.py", fixture.cursors["0"].start)
    session.index.close()
    assert fix.title == "Override 'Base.run'"
    assert applied(
        fixture.files["main.py"], [(edit.start, edit.end, edit.text) for edit in fix.edits]
    ).endswith("    size = 1\n\n    def run(self, speed):\n        return super().run(speed)\n")


@pytest.mark.parametrize(
    ("text", "body"),
    [
        # `super()` fails in what another class is made of.
        (
            "from typing import NamedTuple\nclass Pla$0in(NamedTuple):\n    size: int\n",
            "return tuple.count(self, value)",
        ),
        ("from typing import TypedDict\nclass Ro$0w(TypedDict):\n    size: int\n", ""),
    ],
)
def test_overrides_work_in_classes_that_calls_make(tmp_path: Path, text: str, body: str) -> None:
    fixture = parse_fixture(text)
    session = open_workspace(tmp_path, fixture)
    fixes = override_fixes(session.inference(whole=True), "main.py", fixture.cursors["0"].start)
    session.index.close()
    made = [edit.text for fix in fixes for edit in fix.edits if "count" in fix.title]
    assert bool(made) == bool(body)
    assert all(body in each for each in made)


def test_what_a_decorator_makes_something_else_of_is_not_overridden(tmp_path: Path) -> None:
    text = "from enum import Enum\nclass Kin$0d(Enum):\n    SMALL = 1\n"
    fixture = parse_fixture(text)
    session = open_workspace(tmp_path, fixture)
    fixes = override_fixes(session.inference(whole=True), "main.py", fixture.cursors["0"].start)
    session.index.close()
    assert "Override 'Enum.value'" not in [fix.title for fix in fixes]


def test_validation_adds_its_findings(tmp_path: Path) -> None:
    text = "class Box:\n    def open(self): return 1\nBox().opens()\n"
    session = open_workspace(tmp_path, parse_fixture(text))
    (problem,) = problems(session.inference(whole=True), "main.py")
    session.index.close()
    assert (problem.code, problem.severity) == ("unresolved-attribute", 1)
    assert [fix.title for fix in problem.fixes] == ["Replace 'opens' with 'open'"]


# Text, and (message, text it is about) of each problem.
SYNTAX: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "none": ("x = 1\n", []),
    "open bracket": ("x = (1,\ny = 2\n", [("'(' was never closed", "x = (1,")]),
    "indentation": ("def f():\n    x = 1\n      y = 2\n", [("unexpected indent", "")]),
    "the compiler knows more": ("return 1\n", [("'return' outside function", "return 1")]),
    "several": (
        "x = = 1\ndef f():\n    pass\ny = ]\n",
        [("invalid syntax", "x = = 1"), ("unmatched ']'", "y = ]")],
    ),
}


@pytest.mark.parametrize("name", SYNTAX)
def test_syntax_errors(tmp_path: Path, name: str) -> None:
    text, expected = SYNTAX[name]
    session = open_workspace(tmp_path, parse_fixture(text))
    found = problems(session.inference(whole=True), "main.py")
    session.index.close()
    assert [problem.message for problem in found] == [message for message, _ in expected]
    for problem, (_, about) in zip(found, expected, strict=True):
        assert problem.start <= problem.end <= len(text)
        line = text[text.rfind("\n", 0, problem.start) + 1 :].partition("\n")[0]
        assert about in line or not about


def test_nothing_is_executed(tmp_path: Path) -> None:
    text = f"open({str(tmp_path / 'made')!r}, 'w')\n"
    session = open_workspace(tmp_path, parse_fixture(text))
    assert problems(session.inference(whole=True), "main.py") == []
    session.index.close()
    assert not (tmp_path / "made").exists()

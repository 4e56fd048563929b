"""What hovering over a name shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_hover, open_workspace, parse_fixture

from flux_index.api.ide.hover import hover
from flux_index.api.source.docstrings import as_markdown

CASES: dict[str, tuple[str, tuple[str, ...]]] = {
    "function": (
        '''
        def area(width: int, height: int = 1) -> int:
            """Size of a box."""
            return width * height
        ar$0ea(1)
        ''',
        ("```python\ndef area(width: int, height: int = 1) -> int\n```", "Size of a box."),
    ),
    "a result that is not annotated is inferred": (
        """
        def area():
            return 1
        ar$0ea()
        """,
        ("def area() -> int",),
    ),
    "a bare return gives None": (
        """
        def area():
            return
        do$0ne = area()
        """,
        ("done: None",),
    ),
    "a bare yield gives None": (
        """
        def steps():
            yield
        for st$0ep in steps(): ...
        """,
        ("step: None",),
    ),
    "yield from a list gives None": (
        """
        def steps():
            do$0ne = yield from [1]
        """,
        ("done: None",),
    ),
    "async function": (
        """
        async def fetch():
            return ""
        fe$0tch()
        """,
        ("async def fetch() -> str",),
    ),
    "method found through types": (
        """
        class Box:
            @property
            def area(self): return 1
        Box().ar$0ea
        """,
        ("@property\ndef area(self) -> int", "inferred: through types", "`main.Box.area`"),
    ),
    "class": (
        '''
        class Base: ...
        class Box(Base):
            """A box."""
        Bo$0x
        ''',
        ("class Box(Base)", "A box."),
    ),
    "a class without docs shows its constructor's": (
        '''
        class Box:
            def __init__(self):
                """Make a box."""
        Bo$0x
        ''',
        ("class Box", "Make a box."),
    ),
    "a variable that something not installed is assigned to": (
        """
        from boxes import Box
        kind = Box
        ki$0nd
        """,
        ("```python\n(variable) kind = Box\n```",),
    ),
    "variable": (
        """
        limit = 3
        print(li$0mit)
        """,
        ("(variable) limit: int",),
    ),
    "narrowed variable": (
        """
        def f(x: int | None):
            if x is not None:
                return x$0
        """,
        ("(parameter) x: int",),
    ),
    "containers": (
        """
        names = {"a": [1]}
        na$0mes
        """,
        ("names: dict[str, list[int]]",),
    ),
    "parameter with a default": (
        """
        def f(size=3):
            si$0ze
        """,
        ("(parameter) size: int = 3",),
    ),
    "parameter by convention": (
        """
        class Provider: ...
        def ask(llm):
            ll$0m
        ask(Provider())
        """,
        ("(parameter) llm: Provider", "conventional"),
    ),
    "overloads": (
        """
        from typing import overload
        @overload
        def f(x: int) -> int: ...
        @overload
        def f(x: str) -> str: ...
        def f(x): return x
        $0f(1)
        """,
        ("@overload\ndef f(x: int) -> int\n@overload\ndef f(x: str) -> str",),
    ),
    "module": (
        '''
        #- shapes.py
        """Shapes of all kinds."""
        #- main.py
        import sha$0pes
        ''',
        ("(module) shapes", "Shapes of all kinds."),
    ),
    "string below a variable": (
        '''
        class Box:
            size = 1
            """How big it is."""
        Box.si$0ze
        ''',
        ("(field) size: int", "How big it is."),
    ),
    "docs of the overridden method": (
        '''
        class Base:
            def run(self):
                """Run it."""
        class Child(Base):
            def run(self): ...
        Child().ru$0n()
        ''',
        ("Run it.",),
    ),
    "standard library": (
        """
        import collections
        collections.Ordered$0Dict
        """,
        ("class OrderedDict", "standard library"),
    ),
    "long signatures have a line for each parameter": (
        """
        def configure(first_option: str, second_option: dict[str, int], third_option: bool = True):
            return None
        conf$0igure
        """,
        ("def configure(\n    first_option: str,\n    second_option: dict[str, int],\n",),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_hover(tmp_path: Path, name: str) -> None:
    text, expected = CASES[name]
    check_hover(tmp_path, text, *expected)


@pytest.mark.parametrize("text", ["x = '$0abc'\n", "$0\n", "# wo$0rd\n", "nothing$0\n"])
def test_no_hover_where_nothing_is_known(tmp_path: Path, text: str) -> None:
    fixture = parse_fixture(text)
    session = open_workspace(tmp_path, fixture)
    cursor = fixture.cursors["0"]
    assert hover(session.inference(whole=True), cursor.path, cursor.start) is None
    session.index.close()


def test_distribution_outside_is_named(tmp_path: Path) -> None:
    site = "w/.venv/lib/python3.12/site-packages"
    files = {
        f"{site}/boxes/__init__.py": "def pack(): ...\n",
        f"{site}/boxtools-2.1.dist-info/RECORD": "boxes/__init__.py,,\n",
        "w/.venv/pyvenv.cfg": "version = 3.12.1\nhome = /nowhere\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    check_hover(tmp_path, "import boxes\nboxes.pa$0ck()\n", "`boxes.pack` (boxtools 2.1)")


def test_docstring_styles_become_markdown() -> None:
    rest = as_markdown("Sum.\n\n:param x: first\n:returns: the sum")
    assert "`x`: first" in rest
    google = as_markdown("Sum.\n\nArgs:\n    x: first\n\nReturns:\n    The sum.")
    assert "`x`: first" in google and "Args:" not in google
    numpy = as_markdown("Sum.\n\nParameters\n----------\nx : int\n    first\n")
    assert "`x`" in numpy and "----------" not in numpy
    assert as_markdown("Takes *args and <b>.") == "Takes \\*args and \\<b>."
    assert as_markdown("Use it:\n\n    run(1)\n\nDone.") == (
        "Use it:\n\n```text\nrun(1)\n```\n\nDone."
    )

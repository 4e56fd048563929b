"""Renaming: what changes, what has to be confirmed, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_rename, check_rename_refused

# Before, new name, after: `?` behind the new name where a person has to confirm it.
CASES: dict[str, tuple[str, str, str]] = {
    "function and its imports": (
        """
        #- shapes.py
        def ar$0ea(): ...
        area()
        #- main.py
        import shapes
        from shapes import area
        area(); shapes.area()
        """,
        "size",
        """
        #- shapes.py
        def size(): ...
        size()
        #- main.py
        import shapes
        from shapes import size
        size(); shapes.size()
        """,
    ),
    "another name for it stays": (
        """
        #- shapes.py
        def ar$0ea(): ...
        #- main.py
        from shapes import area as a
        a()
        """,
        "size",
        """
        #- shapes.py
        def size(): ...
        #- main.py
        from shapes import size as a
        a()
        """,
    ),
    "only the other name": (
        """
        #- shapes.py
        def area(): ...
        #- main.py
        from shapes import area as a
        a$0()
        """,
        "b",
        """
        #- main.py
        from shapes import area as b
        b()
        """,
    ),
    "only the other name of a module": (
        """
        #- shapes.py
        def area(): ...
        #- main.py
        import shapes as s
        s$0.area()
        """,
        "t",
        """
        #- main.py
        import shapes as t
        t.area()
        """,
    ),
    "local variable in all its uses": (
        """
        def f():
            si$0ze = 1
            size += 1
            def g():
                nonlocal size
                size = 2
                return f"{size}"
            return [size for _ in range(size)]
        size = 3
        """,
        "width",
        """
        def f():
            width = 1
            width += 1
            def g():
                nonlocal width
                width = 2
                return f"{width}"
            return [width for _ in range(width)]
        size = 3
        """,
    ),
    "global": (
        """
        count = 0
        def f():
            global count
            cou$0nt = 1
        """,
        "total",
        """
        total = 0
        def f():
            global total
            total = 1
        """,
    ),
    "parameter and its keywords": (
        """
        def f(si$0ze, other=1):
            return size
        f(size=1)
        g(size=1)
        """,
        "width",
        """
        def f(width, other=1):
            return width
        f(width=1)
        g(size=1)
        """,
    ),
    "parameter of a constructor": (
        """
        class Box:
            def __init__(self, si$0ze):
                self.size = size
        Box(size=1).size
        """,
        "width",
        """
        class Box:
            def __init__(self, width):
                self.size = width
        Box(width=1).size
        """,
    ),
    "field of a dataclass": (
        """
        from dataclasses import dataclass
        @dataclass
        class Box:
            si$0ze: int
        Box(size=1).size
        """,
        "width",
        """
        from dataclasses import dataclass
        @dataclass
        class Box:
            width: int
        Box(width=1).width
        """,
    ),
    "attributes": (
        """
        class Box:
            __slots__ = ("size", "other")
            def __init__(self):
                self.si$0ze = 1
            def grow(self):
                self.size += 1
        Box().size
        """,
        "width",
        """
        class Box:
            __slots__ = ("width", "other")
            def __init__(self):
                self.width = 1
            def grow(self):
                self.width += 1
        Box().width
        """,
    ),
    "property with its setter": (
        """
        class Box:
            @property
            def size(self): return 1
            @size.setter
            def size(self, value): ...
        Box().si$0ze = 2
        """,
        "width",
        """
        class Box:
            @property
            def width(self): return 1
            @width.setter
            def width(self, value): ...
        Box().width = 2
        """,
    ),
    "methods that override each other": (
        """
        #- base.py
        class Base:
            def run(self): ...
        #- main.py
        from base import Base
        class Child(Base):
            def ru$0n(self):
                super().run()
        class Other(Base):
            def run(self): ...
        def go(base: Base):
            base.run()
        class Apart:
            def run(self): ...
        """,
        "start",
        """
        #- base.py
        class Base:
            def start(self): ...
        #- main.py
        from base import Base
        class Child(Base):
            def start(self):
                super().start()
        class Other(Base):
            def start(self): ...
        def go(base: Base):
            base.start()
        class Apart:
            def run(self): ...
        """,
    ),
    "class in annotations, strings, __all__ and except": (
        """
        #- shapes.py
        __all__ = ["Box"]
        class Bo$0x(Exception): ...
        def f(x: "list[Box]") -> Box: ...
        try: ...
        except Box: ...
        #- main.py
        from shapes import *
        class Big(Box): ...
        """,
        "Crate",
        """
        #- shapes.py
        __all__ = ["Crate"]
        class Crate(Exception): ...
        def f(x: "list[Crate]") -> Crate: ...
        try: ...
        except Crate: ...
        #- main.py
        from shapes import *
        class Big(Crate): ...
        """,
    ),
    "fixture": (
        """
        #- tests/conftest.py
        import pytest
        @pytest.fixture
        def cli$0ent(): return 1
        #- tests/test_x.py
        def test_it(client):
            assert client
        def other(client): ...
        """,
        "browser",
        """
        #- tests/conftest.py
        import pytest
        @pytest.fixture
        def browser(): return 1
        #- tests/test_x.py
        def test_it(browser?):
            assert browser?
        def other(client): ...
        """,
    ),
    "fixture, from a test": (
        """
        #- tests/conftest.py
        import pytest
        @pytest.fixture
        def client(): return 1
        #- tests/test_x.py
        def test_it(client):
            assert cli$0ent
        """,
        "browser",
        """
        #- tests/conftest.py
        import pytest
        @pytest.fixture
        def browser(): return 1
        #- tests/test_x.py
        def test_it(browser?):
            assert browser?
        """,
    ),
    "by convention": (
        """
        class Box:
            def ar$0ea(self): ...
        def f(box):
            box.area()
        f(Box())
        """,
        "size",
        """
        class Box:
            def size(self): ...
        def f(box):
            box.size?()
        f(Box())
        """,
    ),
    "names that are not ASCII": (
        """
        größe = 1
        print("ä", grö$0ße)
        """,
        "breite",
        """
        breite = 1
        print("ä", breite)
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_rename(tmp_path: Path, name: str) -> None:
    check_rename(tmp_path, *CASES[name])


REFUSED: dict[str, tuple[str, str, str]] = {
    "no name": ("x$0 = 1", "1x", "not a name"),
    "keyword": ("x$0 = 1", "class", "keyword"),
    "nothing there": ("$0\nx = 1", "y", "no name to rename"),
    "unknown": ("what$0()", "y", "not known"),
    "builtin": ("pri$0nt()", "y", "outside of the workspace"),
    "standard library": ("import os\nos.getc$0wd()", "y", "outside of the workspace"),
    "module": ("#- a.py\n#- main.py\nimport a$0", "b", "module"),
    "bound already": ("x$0 = 1\ny = 2", "y", "line 2"),
    "parameter already": ("def f(a$0, b): ...", "b", "bound in main.py, line 1"),
    "captured by a function": (
        "x$0 = 1\ndef f(y):\n    return x\n", "y", "line 3, 'y' would be something else"
    ),
    "captures another name": (
        "y = 1\ndef f():\n    x$0 = 2\n    return x + y\n", "y", "would become what 'x' is"
    ),
    "captures a builtin": ("def f(a$0):\n    print(a)\n", "print", "would become what 'a' is"),
    "bound in a file that imports it": (
        "#- a.py\nx$0 = 1\n#- main.py\nfrom a import x\ny = x\n", "y", "main.py, line 2"
    ),
    "member already": (
        "class A:\n    def f$0(self): ...\n    def g(self): ...\n", "g", "main.A has a member 'g'"
    ),
    "member of a subclass already": (
        "class A:\n    def f$0(self): ...\nclass B(A):\n    def g(self): ...\n", "g", "main.B"
    ),
    "overrides something outside": (
        "import json\nclass E(json.JSONEncoder):\n    def defau$0lt(self, o): ...\n",
        "other",
        "json.encoder.JSONEncoder.default, which is outside",
    ),
    "special method": ("class A:\n    def __le$0n__(self): ...\n", "size", "meaning to Python"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(tmp_path: Path, name: str) -> None:
    check_rename_refused(tmp_path, *REFUSED[name])

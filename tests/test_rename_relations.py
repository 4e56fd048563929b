"""Renames that reach beyond a name's own uses: overrides, forwarded keywords, fixtures, strings.

And what they tell that they leave.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_rename, check_rename_left, check_rename_refused

# Before, new name, after: `?` behind the new name where a person has to confirm it.
CASES: dict[str, tuple[str, str, str]] = {
    "parameter of overridden methods": (
        """
        class Base:
            def run(self, ctx): ...
            def go(self):
                return self.run(ctx=1)
        class Derived(Base):
            def run(self, c$0tx):
                return ctx
        class Other:
            def run(self, ctx): ...
        """,
        "context",
        """
        class Base:
            def run(self, context): ...
            def go(self):
                return self.run(context=1)
        class Derived(Base):
            def run(self, context):
                return context
        class Other:
            def run(self, ctx): ...
        """,
    ),
    "parameter of overloads": (
        """
        from typing import overload
        @overload
        def twice(value: int) -> int: ...
        @overload
        def twice(value: str) -> str: ...
        def twice(va$0lue):
            return value * 2
        twice(value=1)
        """,
        "given",
        """
        from typing import overload
        @overload
        def twice(given: int) -> int: ...
        @overload
        def twice(given: str) -> str: ...
        def twice(given):
            return given * 2
        twice(given=1)
        """,
    ),
    "parameter of a constructor that a class method passes": (
        """
        class Base:
            def __init__(self, si$0ze): ...
            @classmethod
            def make(cls):
                return cls(size=1)
        class Derived(Base):
            def __init__(self, size): ...
        class Unrelated(Base):
            def __init__(self, other):
                super().__init__(size=other)
        """,
        "width",
        """
        class Base:
            def __init__(self, width): ...
            @classmethod
            def make(cls):
                return cls(width=1)
        class Derived(Base):
            def __init__(self, width?): ...
        class Unrelated(Base):
            def __init__(self, other):
                super().__init__(width=other)
        """,
    ),
    "keywords that are forwarded": (
        """
        class Base:
            def __init__(self, wi$0dth): ...
        class Derived(Base):
            def __init__(self, **kw):
                super().__init__(**kw)
        Derived(width=2)
        def logged(*a, **k):
            return Base(*a, **k)
        logged(width=3)
        """,
        "size",
        """
        class Base:
            def __init__(self, size): ...
        class Derived(Base):
            def __init__(self, **kw):
                super().__init__(**kw)
        Derived(size?=2)
        def logged(*a, **k):
            return Base(*a, **k)
        logged(size?=3)
        """,
    ),
    "keywords of partials, and of a mapping that is spread": (
        """
        from functools import partial
        def area(wi$0dth, height): ...
        half = partial(area, height=5)
        half(width=3)
        area(**{"width": 1, "height": 2})
        """,
        "size",
        """
        from functools import partial
        def area(size, height): ...
        half = partial(area, height=5)
        half(size=3)
        area(**{"size": 1, "height": 2})
        """,
    ),
    "keywords of a lambda": (
        """
        double = lambda wi$0dth: width * 2
        double(width=4)
        """,
        "size",
        """
        double = lambda size: size * 2
        double(size=4)
        """,
    ),
    "what is passed for a protocol": (
        """
        from typing import Protocol
        class Closing(Protocol):
            def close(self): ...
        class File:
            def close(self): ...
        class Door:
            def close(self): ...
        def shut(thing: Closing):
            thing.clo$0se()
        shut(File())
        """,
        "end",
        """
        from typing import Protocol
        class Closing(Protocol):
            def end(self): ...
        class File:
            def end(self): ...
        class Door:
            def close(self): ...
        def shut(thing: Closing):
            thing.end()
        shut(File())
        """,
    ),
    "members of all classes that a receiver may be of": (
        """
        class Box:
            def op$0en(self): ...
        class Tin:
            def open(self): ...
        def use(item):
            item.open()
        use(Box())
        use(Tin())
        """,
        "unseal",
        """
        class Box:
            def unseal(self): ...
        class Tin:
            def unseal?(self): ...
        def use(item):
            item.unseal?()
        use(Box())
        use(Tin())
        """,
    ),
    "keys of a typed dictionary": (
        """
        from typing import TypedDict
        class Movie(TypedDict):
            ti$0tle: str
        def show(movie: Movie) -> str:
            if "title" in movie:
                return movie["title"]
            return movie.get("title", "")
        def make() -> Movie:
            return {"title": "A"}
        def kind(movie: Movie):
            match movie:
                case {"title": found}:
                    return found
        first: Movie = {"title": "B"}
        show({"title": "C"})
        Movie(title="D")
        other = {"title": "E"}
        """,
        "name",
        """
        from typing import TypedDict
        class Movie(TypedDict):
            name: str
        def show(movie: Movie) -> str:
            if "name" in movie:
                return movie["name"]
            return movie.get("name", "")
        def make() -> Movie:
            return {"name": "A"}
        def kind(movie: Movie):
            match movie:
                case {"name": found}:
                    return found
        first: Movie = {"name": "B"}
        show({"name": "C"})
        Movie(name="D")
        other = {"title": "E"}
        """,
    ),
    "fields of classes that calls make": (
        """
        from collections import namedtuple
        Point = namedtuple("Point", "across down")
        p = Point(1, down=2)
        p.do$0wn
        p._replace(down=3)
        """,
        "below",
        """
        from collections import namedtuple
        Point = namedtuple("Point", "across below")
        p = Point(1, below=2)
        p.below
        p._replace(below=3)
        """,
    ),
    "attributes that strings name": (
        """
        from unittest import mock
        class Box:
            __slots__ = ("size",)
            __match_args__ = ("size",)
            def __init__(self):
                self.si$0ze = 1
        box = Box()
        getattr(box, "size")
        setattr(box, "size", 2)
        with mock.patch.object(Box, "size"):
            pass
        """,
        "width",
        """
        from unittest import mock
        class Box:
            __slots__ = ("width",)
            __match_args__ = ("width",)
            def __init__(self):
                self.width = 1
        box = Box()
        getattr(box, "width")
        setattr(box, "width", 2)
        with mock.patch.object(Box, "width"):
            pass
        """,
    ),
    "function that is patched": (
        """
        #- pkg/__init__.py
        #- pkg/parts.py
        def comp$0ute(): ...
        #- test_parts.py
        from unittest.mock import patch
        @patch("pkg.parts.compute")
        def test_it(compute_mock): ...
        """,
        "count",
        """
        #- pkg/parts.py
        def count(): ...
        #- test_parts.py
        from unittest.mock import patch
        @patch("pkg.parts.count")
        def test_it(compute_mock): ...
        """,
    ),
    "field that a validator names": (
        """
        from pydantic import BaseModel, field_validator
        class User(BaseModel):
            na$0me: str
            @field_validator("name")
            def strip(cls, value):
                return value
        """,
        "title",
        """
        from pydantic import BaseModel, field_validator
        class User(BaseModel):
            title: str
            @field_validator("title")
            def strip(cls, value):
                return value
        """,
    ),
    "fixture in parameters and strings": (
        """
        #- conftest.py
        import pytest
        @pytest.fixture
        def data$0base():
            return 1
        @pytest.fixture
        def client(database):
            return database
        #- test_it.py
        import pytest
        @pytest.mark.usefixtures("database")
        def test_used(request):
            request.getfixturevalue("database")
        @pytest.mark.parametrize("database", [1])
        def test_listed(database):
            assert database
        """,
        "store",
        """
        #- conftest.py
        import pytest
        @pytest.fixture
        def store():
            return 1
        @pytest.fixture
        def client(store?):
            return store?
        #- test_it.py
        import pytest
        @pytest.mark.usefixtures("store?")
        def test_used(request):
            request.getfixturevalue("store?")
        @pytest.mark.parametrize("store?", [1])
        def test_listed(store?):
            assert store?
        """,
    ),
    "another name that other files import": (
        """
        #- deep.py
        def first(): ...
        #- single.py
        from deep import first as reexp$0orted
        #- main.py
        import single
        from single import reexported
        single.reexported()
        reexported()
        """,
        "second",
        """
        #- single.py
        from deep import first as second
        #- main.py
        import single
        from single import second
        single.second()
        second()
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_rename(tmp_path: Path, name: str) -> None:
    check_rename(tmp_path, *CASES[name])


# Text, new name, the places that are told: `path:line`.
LEFT: dict[str, tuple[str, str, list[str]]] = {
    "attribute of something unknown": (
        """
        class Box:
            def op$0en(self): ...
        def use(item):
            item.open()
        """,
        "unseal",
        ["main.py:4"],
    ),
    "strings that may name it": (
        """
        import operator
        class Box:
            def __init__(self):
                self.si$0ze = 1
        operator.attrgetter("size")
        print("the size of it")
        """,
        "width",
        ["main.py:5"],
    ),
    "names that are computed": (
        """
        class Service:
            def on_st$0op(self): ...
            def call(self, kind):
                getattr(self, "on_" + kind)()
                getattr(self, f"on_{kind}")()
                getattr(self, "do_" + kind)()
        """,
        "halt",
        ["main.py:4", "main.py:5"],
    ),
    "private names outside of their class": (
        """
        class Bo$0x:
            def __init__(self):
                self.__size = 1
        Box()._Box__size
        """,
        "Tin",
        ["main.py:4"],
    ),
    "keywords that go without the underscore": (
        """
        import attr
        @attr.define
        class At:
            _hid$0den: int
        At(hidden=1)
        At(other=1)
        """,
        "_secret",
        ["main.py:5"],
    ),
    "entry points": (
        """
        #- tool.py
        def ma$0in(): ...
        #- pyproject.toml
        [project.scripts]
        tool = "tool:main"
        """,
        "run",
        ["pyproject.toml:2"],
    ),
    "notebooks that are not open": (
        """
        #- lib.py
        def comp$0ute(): ...
        #- nb.ipynb
        {"cells": [{"cell_type": "code", "source": ["from lib import compute\\n", "compute()"]}]}
        """,
        "count",
        ["nb.ipynb:1", "nb.ipynb:2"],
    ),
}


@pytest.mark.parametrize("name", LEFT)
def test_left(tmp_path: Path, name: str) -> None:
    check_rename_left(tmp_path, *LEFT[name])


REFUSED: dict[str, tuple[str, str, str]] = {
    "to a name with a meaning": ("class A:\n    def f$0(self): ...\n", "__repr__", "meaning"),
    "of a private name that is used by its long one": (
        "class A:\n    def f(self):\n        self.__x$0 = 1\nA()._A__x\n", "__y", "_A__x"
    ),
    "to a private name, of what others use": (
        "class A:\n    def f$0(self): ...\nA().f()\n", "__f", "would be private"
    ),
    "of a name that an import binds too": (
        "try:\n    import fancy\nexcept ImportError:\n    fan$0cy = None\n", "x", "An import binds"
    ),
    "of pytest's request": (
        "#- test_it.py\ndef test_it(requ$0est): ...\n", "asked", "outside of the workspace"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(tmp_path: Path, name: str) -> None:
    check_rename_refused(tmp_path, *REFUSED[name])

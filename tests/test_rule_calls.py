"""Calls whose arguments do not fit what they call."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import (
    applied,
    check_edit,
    check_findings,
    open_workspace,
    parse_fixture,
)

RULES = (
    "unknown-keyword",
    "missing-argument",
    "too-many-arguments",
    "duplicate-argument",
    "not-callable",
)

WRONG = {
    "methods of a class with an explicit base `object`": """
        class Request(object):
            def go(self, url):
                return url

        Request().go(1, 2, 3)
        #               ^ too-many-arguments
        Request().go()
        #         ^^ missing-argument (url)
    """,
    "a keyword that no parameter has": """
        def area(width, height=1):
            return width * height

        area(2, hight=3)
        #       ^^^^^ unknown-keyword (width)
    """,
    "an argument that is missing": """
        def area(width, height):
            return width * height

        area(2)
        # <- missing-argument (height)
    """,
    "more arguments than parameters": """
        def area(width, height):
            return width * height

        area(2, 3, [4, 5])
        #          ^^^^^^ too-many-arguments
    """,
    "an argument by place and by name": """
        def area(width, height=1):
            return width * height

        area(2, width=3)
        #       ^^^^^ duplicate-argument (width)
    """,
    "arguments of a method, and of the class itself": """
        class Box:
            def __init__(self, width):
                self.width = width

            def grow(self, by):
                self.width += by

            def twice(self):
                self.grow()
        #            ^^^^ missing-argument (by)

        Box(1, 2)
        #      ^ too-many-arguments
        Box(1).grow(1, 2)
        #              ^ too-many-arguments
        Box.grow(1)
        #   ^^^^ missing-argument (by)
    """,
    "static methods and class methods": """
        class Box:
            @staticmethod
            def parse(text):
                return text

            @classmethod
            def make(cls, width):
                return cls()

        Box.parse("a", 1)
        #              ^ too-many-arguments
        Box.make()
        #   ^^^^ missing-argument (width)
        Box().make(1, 2)
        #             ^ too-many-arguments
    """,
    "a class without a constructor": """
        class Box:
            pass

        Box(1)
        #   ^ too-many-arguments (no arguments)
    """,
    "an inherited constructor": """
        class Shape:
            def __init__(self, name):
                self.name = name

        class Box(Shape):
            pass

        Box(nam="box")
        #   ^^^ unknown-keyword (name)
        Box()
        # <- missing-argument (name)
    """,
    "the fields of a dataclass": """
        from dataclasses import KW_ONLY, dataclass, field

        @dataclass
        class Box:
            width: int
            height: int = 1
            tags: list = field(default_factory=list)
            area: int = field(init=False)
            _: KW_ONLY
            colour: str

        Box(1, color="red")
        #      ^^^^^ unknown-keyword (colour)
        Box(1)
        # <- missing-argument (colour)
        Box(1, 2, [], "red")
        #             ^^^^^ too-many-arguments
        Box(1, area=3, colour="red")
        #      ^^^^ unknown-keyword
    """,
    "the fields of named tuples": """
        from collections import namedtuple
        from typing import NamedTuple

        Point = namedtuple("Point", "x y")
        Size = namedtuple("Size", ["width", "height"], defaults=[1])

        class Line(NamedTuple):
            start: int
            end: int = 0

        class Spot(namedtuple("Spot", "a b")):
            pass

        Point(1)
        # <- missing-argument (y)
        Size(2, depth=1)
        #       ^^^^^ unknown-keyword (width)
        Line(1, 2, 3)
        #          ^ too-many-arguments
        Spot(1, 2, 3)
        #          ^ too-many-arguments
    """,
    "keywords that are handed on": """
        def draw(shape, *, colour="red"):
            return shape, colour

        def show(shape, **options):
            return draw(shape, **options)

        def run(**options):
            options.pop("fast", None)
            show(1, **options)

        show(1, color="blue")
        #       ^^^^^ unknown-keyword (draw)
        run(colours="blue")
        #   ^^^^^^^ unknown-keyword (draw)
    """,
    "keywords that a constructor hands to its base": """
        class Shape:
            def __init__(self, name):
                self.name = name

        class Box(Shape):
            def __init__(self, width, **rest):
                super().__init__(**rest)

        Box(1, nam="a")
        #      ^^^ unknown-keyword (__init__)
    """,
    "the standard library": """
        import json
        from pathlib import Path

        json.dumps({}, indents=2)
        #              ^^^^^^^ unknown-keyword
        json.loads()
        #    ^^^^^ missing-argument (s)
        Path("a").mkdir(parent=True)
        #               ^^^^^^ unknown-keyword (parents)
    """,
    "overloads, of which none fits": """
        sorted([1], keys=len)
        #           ^^^^ unknown-keyword (key)
    """,
    "partial application": """
        from functools import partial

        def area(width, height):
            return width * height

        partial(area, hight=1)
        #             ^^^^^ unknown-keyword (height)
        partial(area, 1, 2, 3)
        #                   ^ too-many-arguments
    """,
    "decorators that keep the signature": """
        from contextlib import contextmanager
        from functools import lru_cache

        @lru_cache(maxsize=None)
        def area(width):
            return width

        @contextmanager
        def opened(path):
            yield path

        def registered(function):
            print(function)
            return function

        @registered
        def run(name):
            return name

        area(1, 2)
        #       ^ too-many-arguments
        opened()
        # <- missing-argument (path)
        run(nam="a")
        #   ^^^ unknown-keyword (name)
    """,
    "instances with __call__": """
        class Adder:
            def __call__(self, number):
                return number

        add = Adder()

        def run():
            adder = Adder()
            adder(1, 2)
        #            ^ too-many-arguments
    """,
    "what cannot be called": """
        import json

        class Box:
            def __init__(self):
                self.width = 1

            @property
            def area(self) -> int:
                return 1

        def run():
            box = Box()
            box()
        #   ^^^ not-callable (Box)
            box.area()
        #       ^^^^ not-callable (property)
            json()
        #   ^^^^ not-callable (json)
            "a"()
        #   ^ not-callable (str)
    """,
    "a local lambda": """
        def run():
            add = lambda left, right=0: left + right
            return add(1, 2, 3)
        #                    ^ too-many-arguments (lambda)
    """,
}

FINE = {
    "a typed dictionary made of another one": """
        from typing import TypedDict

        class Place(TypedDict):
            uri: str
            line: int

        def places(u):
            Place({"uri": u, "line": 1})
            Place(Place(uri=u, line=1), line=2)
    """,
    "an instance of what an alias of `Type` is given": """
        from typing import Type, TypeVar

        T = TypeVar("T")
        Only = Type[T]

        def make(entity: Only[T]) -> T:
            return entity()

        class User:
            def greet(self, name="x"):
                return name

        make(User).greet()
    """,
    "what is unpacked into the call": """
        def area(width, height):
            return width * height

        def run(values, named):
            area(*values)
            area(**named)
            area(1, *values)
            area(1, **named)
    """,
    "parameters that take anything": """
        def first(*values, **named):
            return values, named

        first(1, 2, a=3)
    """,
    "keywords that the function takes out itself, or keeps": """
        def draw(shape):
            return shape

        def show(shape, **options):
            colour = options.pop("colour", None)
            options["size"] = 1
            return draw(shape), colour, options

        def keep(**options):
            return options

        show(1, colour="red", weight=2)
        keep(anything=1)
    """,
    "keywords for the next class of several bases": """
        class Named:
            def __init__(self, name, **rest):
                super().__init__(**rest)
                self.name = name

        class Sized:
            def __init__(self, size):
                self.size = size

        class Box(Named, Sized):
            pass

        Box(name="a", size=1)
    """,
    "decorators that may change the signature": """
        import functools

        def injected(function):
            @functools.wraps(function)
            def inner(*args):
                return function(1, *args)
            return inner

        @injected
        def area(width, height):
            return width * height

        area(2)
    """,
    "a metaclass that makes instances in its own way": """
        class Meta(type):
            def __call__(cls, *values):
                return super().__call__()

        class Box(metaclass=Meta):
            pass

        Box(1, 2)
    """,
    "enumerations": """
        from enum import Enum

        class Colour(Enum):
            RED = 1

        Colour(1)
        Colour("RED")
    """,
    "overloads, of which one fits": """
        from typing import overload

        @overload
        def get(key: str) -> str: ...
        @overload
        def get(key: str, default: int) -> int: ...
        def get(key, default=None, *, quiet=False):
            return default

        get("a")
        get("a", 1)
        get("a", 1, quiet=True)
    """,
    "errors that are expected": """
        import pytest

        def area(width):
            return width

        def test_area():
            with pytest.raises(TypeError):
                area()
            try:
                area(1, 2)
            except TypeError:
                pass
    """,
    "one of several functions fits": """
        import sys

        if sys.argv:
            def area(width):
                return width
        else:
            def area(width, height):
                return width * height

        area(1)
        area(1, 2)
    """,
    "an override takes more": """
        class Base:
            def run(self):
                raise NotImplementedError

            def start(self):
                self.run(fast=True)

        class Derived(Base):
            def run(self, fast=False):
                return fast
    """,
    "a class among those derived from it": """
        class Base:
            @classmethod
            def make(cls, *values):
                return cls(*values)

            def copy(self):
                return type(self)(1)

        class Derived(Base):
            def __init__(self, width):
                self.width = width
    """,
    "dataclasses that are made by others' rules": """
        from unknown_library import Model

        class Box(Model):
            width: int

        Box(width=1, height=2)
    """,
    "a mixin": """
        class Mixin:
            def __init__(self, value):
                super().__init__(value)
    """,
    "values that are asked whether they can be called": """
        def run(default: str):
            if callable(default):
                return default()
            return default
    """,
    "an attribute that others set": """
        #- box.py
        class Box:
            def __init__(self):
                self.done = 1

            def run(self):
                self.done()
        #- main.py
        from box import Box

        box = Box()
        box.done = print
    """,
    "typed dictionaries, by place and by name": """
        from typing import TypedDict

        class Options(TypedDict, total=False):
            name: str

        Options(name="a")
        Options({"name": "a"})
        Options()
    """,
    "what only checkers of types are told": """
        from typing import TYPE_CHECKING

        class Base:
            def __new__(cls, *values, **options):
                return super().__new__(cls)

        class Box(Base):
            if TYPE_CHECKING:
                def __new__(cls, *values): ...

        Box(1, evaluate=False)
    """,
    "a metaclass that replaces constructors": """
        class Single(type):
            def __init__(cls, *values, **options):
                cls.__new__ = lambda cls: None

        class Box(metaclass=Single):
            def __new__(cls, width):
                return super().__new__(cls)

        Box()
    """,
    "attrs": """
        import attr

        @attr.s
        class Box:
            _width = attr.ib()
            height = attr.ib(default=1)
            depth = attr.ib(factory=list)

        Box(1)
        Box(width=1, height=2)
    """,
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_found(tmp_path: Path, case: str) -> None:
    assert check_findings(tmp_path, WRONG[case], *RULES)


@pytest.mark.parametrize("case", FINE)
def test_what_may_fit_is_left_alone(tmp_path: Path, case: str) -> None:
    assert check_findings(tmp_path, FINE[case], *RULES) == []


def test_untyped_receivers_are_judged_by_convention(tmp_path: Path) -> None:
    found = check_findings(
        tmp_path,
        """
        class Client:
            def send(self, message):
                return message

        def run(client):
            client.send("a", retries=2)
        #                    ^^^^^^^ unknown-keyword (message)

        run(Client())
        """,
        *RULES,
    )
    assert [(each.severity, each.evidence) for each in found] == [("hint", "conventional")]


FIXES = {
    "the keyword that is meant": (
        "def area(width, height=1): ...\narea(1, hight=2)\n",
        "def area(width, height=1): ...\narea(1, height=2)\n",
    ),
    "a keyword that is too much": (
        "def area(width): ...\narea(1, verbose=True)\n",
        "def area(width): ...\narea(1)\n",
    ),
    "the first of several arguments": (
        "def area(*, width): ...\narea(None, width=1)\n",
        "def area(*, width): ...\narea(width=1)\n",
    ),
    "an argument that is too much": (
        "def area(width): ...\narea(1, (2, 3))\n",
        "def area(width): ...\narea(1)\n",
    ),
    "the argument that a local name is for": (
        "def area(width, height): ...\ndef run(height):\n    area(1)\n",
        "def area(width, height): ...\ndef run(height):\n    area(1, height)\n",
    ),
}


@pytest.mark.parametrize("case", FIXES)
def test_the_first_fix_mends_the_call(tmp_path: Path, case: str) -> None:
    text, expected = FIXES[case]
    from flux_index.api.check.check import check_change
    from flux_index.api.check.edits import unchanged

    session = open_workspace(tmp_path, parse_fixture(text))
    try:
        found = check_change(unchanged(session, ["main.py"]), whole=True)
    finally:
        session.index.close()
    (finding,) = [each for each in found if each.rule in RULES]
    edits = [(edit.start, edit.end, edit.text) for edit in finding.fixes[0].edits]
    assert applied(text, edits) == expected


def test_calls_elsewhere_are_judged_when_a_function_changes(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- box.py
        def area(width):
            return width
        #- main.py
        from box import area

        area(1)
        # <- missing-argument (height)
        """,
        """
        #- box.py
        def area(width, height):
            return width * height
        """,
        *RULES,
    )


def test_calls_elsewhere_are_judged_when_a_constructor_changes(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- box.py
        class Box:
            def __init__(self, width):
                self.width = width
        #- main.py
        from box import Box

        Box(1)
        # <- missing-argument (height)
        """,
        """
        #- box.py
        class Box:
            def __init__(self, width, height):
                self.width = width + height
        """,
        *RULES,
    )

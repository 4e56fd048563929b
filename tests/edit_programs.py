# ruff: noqa: E501 (lines of programs)
"""Small programs that say what they compute, for edits that must not change it.

Each is a fixture of several files; ``main.py`` is what runs. Nothing of what they print depends on
what anything is called.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS: dict[str, str] = {
    "overridden methods and their parameters": """
        #- main.py
        from shapes import Base, Round, total
        print(total([Base(2), Round(3)]))
        print(Base(1).scaled(factor=3), Round(1).scaled(factor=3, offset=1))
        #- shapes.py
        class Base:
            unit = 1
            def __init__(self, size, *, weight=1):
                self.size = size
                self.weight = weight
            def area(self, factor=1):
                return self.size * factor
            def scaled(self, factor, offset=0):
                return self.area(factor=factor) + offset + self.weight
            @property
            def half(self):
                return self.size / 2
            @classmethod
            def make(cls, size):
                return cls(size=size, weight=2)
        class Round(Base):
            def __init__(self, size, **rest):
                super().__init__(size, **rest)
            def area(self, factor=1):
                return super().area(factor) + self.half
            @staticmethod
            def helper(value, times=2):
                return value * times
        def total(shapes, start=0):
            for each in shapes:
                start += each.area(factor=2)
            return start + Round.helper(1, times=3) + Round.make(size=4).half + Base.unit
    """,
    "keywords that go through other callables": """
        #- main.py
        from functools import partial, wraps
        from base import Widget, area
        class Wide(Widget):
            def __init__(self, **kw):
                super().__init__(**kw)
        def logged(*args, **kwargs):
            return area(*args, **kwargs)
        half = partial(area, height=5)
        twice = lambda width: width * 2
        def traced(function):
            @wraps(function)
            def inner(*args, **kwargs):
                return function(*args, **kwargs)
            return inner
        @traced
        def deep(depth, times=1):
            return depth * times
        print(Wide(width=2).width, logged(width=3, height=4), half(width=3), twice(width=4))
        print(deep(depth=2, times=3), area(**{"width": 1, "height": 2}), (lambda height: height)(height=6))
        #- base.py
        class Widget:
            def __init__(self, width, height=1):
                self.width = width
                self.height = height
        def area(width, height):
            return width * height
    """,
    "typed dictionaries": """
        #- main.py
        from typing import TypedDict
        class Movie(TypedDict, total=False):
            title: str
            year: int
        class Shelf(TypedDict):
            best: Movie
            all: list[Movie]
        def show(movie: Movie) -> str:
            if "year" in movie:
                return f"{movie['title']} {movie.get('year')}"
            return movie["title"]
        def make(title: str) -> Movie:
            return {"title": title, "year": 1}
        def kind(movie: Movie) -> str:
            match movie:
                case {"title": name, "year": number}:
                    return name + str(number)
                case {"title": name}:
                    return name
            return ""
        first: Movie = {"title": "A"}
        first["year"] = 3
        shelf: Shelf = {"best": first, "all": [{"title": "B"}]}
        print(show(first), show({"title": "C"}), show(make("D")), kind(first), kind(make("E")))
        print(shelf["best"]["title"], shelf["all"][0]["title"], Movie(title="F")["title"])
        print(first.pop("year"), first.setdefault("year", 9), sum(1 for each in shelf["all"] if "title" in each))
    """,
    "classes that calls make": """
        #- main.py
        from collections import namedtuple
        from enum import Enum
        from typing import NamedTuple, TypedDict
        Point = namedtuple("Point", "across down")
        Size = namedtuple("Size", ["wide", "high"])
        Named = NamedTuple("Named", [("first", int), ("last", int)])
        Options = TypedDict("Options", {"loud": bool, "deep": bool})
        Color = Enum("Color", "RED GREEN")
        class Sub(namedtuple("SubBase", ["left", "right"])):
            def total(self):
                return self.left + self.right
        class Plain(NamedTuple):
            key: int
            value: int = 2
        class Kind(Enum):
            SMALL = 1
            LARGE = 2
        p = Point(1, down=2)
        q = p._replace(across=5)
        options: Options = {"loud": True, "deep": False}
        def read(point):
            return point.across + point.down
        print(p.across, p.down, q.across, Size(wide=1, high=2).wide, Named(first=1, last=2).last)
        print(options["loud"], Sub(left=1, right=2).total(), Plain(key=1).value, read(p), Color.RED.value)
        print(Kind.SMALL.value, Kind["LARGE"].value, Kind(1) is Kind.SMALL)
    """,
    "names in strings": """
        #- main.py
        import operator
        from importlib import import_module
        from unittest import mock
        from pkg.core import parts
        tool = import_module("pkg.core.tools")
        print(tool.helper(2), import_module("pkg.core").parts.Part().size)
        with mock.patch("pkg.core.parts.compute", return_value=9):
            print(parts.Part().run())
        with mock.patch.object(parts, "compute", return_value=8):
            print(parts.Part().run())
        item = parts.Part()
        print(getattr(item, "size"), hasattr(item, "weight"), getattr(parts, "compute")(1))
        setattr(item, "size", 7)
        print(item.size, operator.attrgetter("size")(item), operator.methodcaller("run")(item))
        #- pkg/__init__.py
        #- pkg/core/__init__.py
        __all__ = ["parts"]
        #- pkg/core/parts.py
        __all__ = ["Part", "compute"]
        def compute(value):
            return value + 1
        class Part:
            __slots__ = ("size", "weight")
            __match_args__ = ("size",)
            def __init__(self):
                self.size = 3
                self.weight = 4
            def run(self):
                match self:
                    case Part(size):
                        return compute(size)
        #- pkg/core/tools.py
        def helper(value):
            return value * 2
    """,
    "protocols": """
        #- main.py
        from typing import Protocol
        class Closing(Protocol):
            def close(self, now): ...
        class File:
            def close(self, now):
                return now + 1
        class Socket:
            def close(self, now):
                return now + 2
        class Door:
            def close(self, now):
                return now + 3
        def shut(thing: Closing):
            return thing.close(now=1)
        print(shut(File()), shut(Socket()), Door().close(now=1))
    """,
    "mixins and delegation": """
        #- main.py
        class Store:
            def fetch(self):
                return 1
        class Fetching:
            def go(self):
                return self.fetch() + self.extra
        class Loader(Fetching, Store):
            extra = 2
        class Inner:
            def work(self):
                return 3
        class Proxy:
            def __init__(self):
                self._inner = Inner()
            def __getattr__(self, name):
                return getattr(self._inner, name)
        print(Loader().go(), Proxy().work())
    """,
    "duck typing": """
        #- main.py
        import other
        class Box:
            def __init__(self, size):
                self.size = size
            def open(self, wide=1):
                return self.size * wide
        class Tin:
            size = 5
            def open(self, wide=1):
                return 100 * wide
        def use(box):
            return box.open(wide=2)
        def read(thing):
            return thing.size
        def every(things):
            return sum(each.open() for each in things)
        print(use(Box(1)), read(Box(2)), read(Tin), every([Box(1), Tin()]))
        print(other.run(Box(3)), other.pick({"a": Box(4)}, "a"))
        #- other.py
        def run(item):
            return item.open()
        def pick(table, key):
            found = table[key]
            return found.size
    """,
    "scopes": """
        #- main.py
        total = 0
        limit = 3
        def add(value, *rest, step=1, **named):
            global total
            total += value
            count = 0
            def inner(value):
                nonlocal count
                count += value
                return [value for value in range(limit)] + [count]
            for index in range(2):
                count += index
            try:
                raise ValueError(count)
            except ValueError as error:
                message = str(error)
            if (found := len(rest)) > 1:
                count += found
            return inner(value), message, f"{count} {step!s}", named.get("extra")
        squares = {value: value ** 2 for value in range(limit)}
        print(add(1, 2, 3, extra=4), total, squares, [*map(lambda value: value + 1, [1])])
        class Outer:
            kind = 1
            class Inner:
                kind = 2
                def get(self):
                    return self.kind + Outer.kind + Outer.Inner.kind
            items = [kind, kind]
        print(Outer.Inner().get(), Outer.items)
        del limit
    """,
    "dataclasses": """
        #- main.py
        from dataclasses import dataclass, field, replace, InitVar
        @dataclass
        class Item:
            name: str
            price: int = 1
            tags: list = field(default_factory=list)
            scale: InitVar[int] = 1
            def __post_init__(self, scale):
                self.price *= scale
        @dataclass
        class Special(Item):
            bonus: int = 0
            def worth(self):
                return self.price + self.bonus
        item = Item("a", price=3, scale=2)
        other = replace(item, name="b", scale=1)
        special = Special(name="c", bonus=5)
        print(item.name, item.price, other.name, special.worth(), item.tags)
        match special:
            case Special(name=called, bonus=extra):
                print(called, extra)
    """,
    "imports of many kinds": """
        #- main.py
        import pkg.sub.deep
        import pkg.sub.other as renamed
        import single, single as again
        from pkg import sub, top
        from pkg.sub import deep as down, other
        from pkg.sub.deep import (
            first,
            second as two,
        )
        from star import *
        try:
            import fancy
        except ImportError:
            fancy = None
        def late():
            from pkg.sub import deep; return deep.first() + 1
        print(pkg.sub.deep.first(), renamed.value, single.one, again.one, sub.NAME, top.run(), down.first())
        print(other.value, first(), two(), starred, fancy is None, late(), single.reexported())
        n = [1]; from pkg.sub import deep, other; n.append(deep.first())
        print(n, pkg.top.run())
        #- single.py
        from pkg.sub.deep import first as reexported
        from pkg.sub import deep
        one = 1
        #- star.py
        from pkg.sub.other import value
        __all__ = ["starred"]
        starred = value + 1
        #- pkg/__init__.py
        from . import sub
        #- pkg/top.py
        from .sub import deep
        from .sub.other import value as v
        from pkg.sub.deep import second
        import single
        def run():
            return deep.first() + v + second() + single.deep.first()
        #- pkg/sub/__init__.py
        NAME = "sub"
        #- pkg/sub/deep.py
        from . import other
        from .. import sub
        from .other import value
        def first():
            return other.value + value + len(sub.NAME)
        def second():
            return 2
        #- pkg/sub/other.py
        value = 10
    """,
    "packages beside each other": """
        #- main.py
        from p import a, b
        from p import core
        import p.core.parts
        import p.k.m
        import lib.tools; from lib import tools as t
        x = 1; from p import a as aa, c as cc
        if x: from p import b, c
        print(a.A, b.B, core.parts.K, p.core.parts.K, p.k.m.f(), p.k.LEVEL, aa.A, cc.C, c.C)
        print(lib.tools.tool(), t.tool(), core.SHARED)
        #- p/__init__.py
        #- p/a.py
        A = "a"
        #- p/b.py
        from . import a
        from .a import A
        B = A + a.A
        #- p/c.py
        import p.a
        from p.b import B
        C = p.a.A + B
        #- p/core/__init__.py
        SHARED = 3
        #- p/core/parts.py
        from . import SHARED
        from ..a import A
        K = A * SHARED
        #- p/k/__init__.py
        LEVEL = 4
        #- p/k/m.py
        from ..core import parts
        from . import LEVEL
        def f():
            return parts.K + str(LEVEL)
        #- lib/__init__.py
        #- lib/tools.py
        from p.core.parts import K
        def tool():
            return K
    """,
    "overloads, generics and abstract classes": """
        #- main.py
        from abc import ABC, abstractmethod
        from typing import Generic, TypeVar, overload
        T = TypeVar("T")
        class Stack(Generic[T]):
            def __init__(self) -> None:
                self.items: list[T] = []
            def push(self, item: T) -> "Stack[T]":
                self.items.append(item)
                return self
            def top(self) -> T:
                return self.items[-1]
        @overload
        def twice(value: int) -> int: ...
        @overload
        def twice(value: str) -> str: ...
        def twice(value):
            return value * 2
        class Animal(ABC):
            @abstractmethod
            def sound(self, loud): ...
            def speak(self, loud=False):
                return self.sound(loud=loud)
        class Dog(Animal):
            def sound(self, loud):
                return "W" if loud else "w"
        class Cat(Animal):
            def sound(self, loud):
                return "M" if loud else "m"
        print(Stack[int]().push(item=3).top(), twice(value=2), twice("a"))
        print([each.speak(loud=True) for each in (Dog(), Cat())], Dog().sound(loud=False))
    """,
    "properties, operators and context managers": """
        #- main.py
        from contextlib import contextmanager
        class Money:
            _rate = 2
            def __init__(self, amount):
                self._amount = amount
                self.__hidden = amount * 2
            @property
            def amount(self):
                return self._amount
            @amount.setter
            def amount(self, value):
                self._amount = value
            def __add__(self, other):
                return Money(self.amount + other.amount)
            def __enter__(self):
                return self
            def __exit__(self, *details):
                self.amount = 0
            def secret(self):
                return self.__hidden * self._rate
        @contextmanager
        def opened(money, extra=1):
            money.amount += extra
            yield money
        with Money(3) as coin:
            coin.amount += 4
            print(coin.amount, coin.secret(), coin._Money__hidden)
        with opened(coin, extra=5) as again:
            print((again + Money(1)).amount)
        print(coin.amount)
    """,
    "registries and callbacks": """
        #- main.py
        from registry import HANDLERS, handler, call
        @handler("start")
        def begin(event, times=1):
            return event * times
        class Service:
            def on_stop(self, event):
                return event + 1
            def on_start(self, event):
                return event + 2
            def dispatch(self, kind, event):
                return getattr(self, "on_" + kind)(event)
        print(call("start", event=2, times=3), Service().dispatch("stop", 1), len(HANDLERS))
        #- registry.py
        HANDLERS = {}
        def handler(kind):
            def register(function):
                HANDLERS[kind] = function
                return function
            return register
        def call(kind, **arguments):
            return HANDLERS[kind](**arguments)
    """,
    "fixtures": """
        #- main.py
        import contextlib, io, os, sys
        import pytest
        os.chdir(os.path.dirname(os.path.abspath(__file__)))
        with contextlib.redirect_stdout(io.StringIO()):
            code = pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir", "."])
        print(int(code))
        #- conftest.py
        import pytest
        class Db:
            def __init__(self, name):
                self.name = name
            def query(self):
                return self.name
        @pytest.fixture
        def database():
            return Db("main")
        @pytest.fixture
        def client(database):
            return database
        @pytest.fixture
        def value(request):
            return request.param + 1
        #- test_it.py
        import pytest
        def test_top(database, client):
            assert database.query() == "main" and client is database
        @pytest.mark.usefixtures("client")
        def test_used(request):
            assert request.getfixturevalue("database").query() == "main"
        @pytest.mark.parametrize("number, text", [(1, "a"), (2, "b")])
        def test_listed(number, text):
            assert number and text
        @pytest.mark.parametrize("value", [1], indirect=True)
        def test_indirect(value):
            assert value == 2
        class TestOwn:
            @pytest.fixture
            def database(self, database):
                database.name = "own"
                return database
            def test_own(self, database):
                assert database.query() == "own"
    """,
}

# Beside the above, for what is offered only where something is missing or left over.
UNFINISHED = """
    #- main.py
    from shapes import Square
    print(Square(2).area(), Square(3).label())
    #- shapes.py
    from abc import ABC, abstractmethod
    class Shape(ABC):
        @abstractmethod
        def area(self): ...
        def label(self):
            return "shape"
    class Square(Shape):
        def __init__(self, size):
            self.size = size
        def area(self):
            return self.size ** 2
    class _Circle(Shape):
        def label(self):
            return "circle"
    def _left_over(size):
        return size * 2
"""

_WORDS = ("alpha", "beta", "gamma", "delta", "omega", "sigma", "kappa", "theta")


def generated(seed: int) -> str:
    """Return a program of several modules with classes, functions and calls in many forms."""
    at = random.Random(seed)
    modules = at.sample(["one", "two", "pkg/three", "pkg/four", "pkg/sub/five"], k=4)
    files: dict[str, list[str]] = {}
    made: list[tuple[str, str, list[str], list[str]]] = []
    functions: list[tuple[str, str, list[str]]] = []
    for number, module in enumerate(modules):
        body: list[str] = []
        known = [each for each in made if at.random() < 0.7]
        for other, name, _, _ in known:
            body.append(_imported(at, module, other, name))
        for place in range(at.randint(1, 2)):
            name = f"Class{number}{place}"
            fields = at.sample(_WORDS, k=2)
            methods = [f"do_{word}" for word in at.sample(_WORDS, k=2)]
            base = at.choice([*(each[1] for each in known), ""])
            base_fields = next((each[2] for each in known if each[1] == base), [])
            if base:
                fields = base_fields
            body += _class(at, name, base, fields, methods)
            made.append((module, name, fields, methods))
        name = f"run{number}"
        first, second = at.sample(_WORDS, k=2)
        body += [
            f"def {name}({first}, {second}=2):",
            f"    {at.choice(_WORDS)}_local = {first} + {second}",
            f"    return {first} * {second}",
            at.choice(
                [
                    f"SHORT{number} = lambda {first}: {name}({first}, {second}=3)",
                    f"def SHORT{number}(**options):\n    return {name}(**options)",
                    f"from functools import partial\nSHORT{number} = partial({name}, {second}=4)",
                ]
            ),
        ]
        functions.append((module, name, [first, second]))
        functions.append((module, f"SHORT{number}", [first]))
        files[f"{module}.py"] = body
    main: list[str] = []
    shown: list[str] = []
    for module, name, fields, methods in made:
        main.append(_imported(at, "main", module, name))
        arguments = ", ".join(f"{word}={at.randint(1, 9)}" for word in fields)
        instance = f"item_{name}"
        main.append(f"{instance} = {name}({arguments})")
        word, method = at.choice(fields), at.choice(methods)
        shown += at.sample(
            [
                f"{instance}.{word}",
                f"{instance}.{method}(times=2)",
                f'getattr({instance}, "{word}")',
                f"show({instance})",
                f'getattr({instance}, "{method}")(3)',
                f"[each.{word} for each in [{instance}]]",
                f"(lambda thing: thing.{word})({instance})",
            ],
            k=4,
        )
        shown_method = method
    main += [
        "def show(thing):",
        f"    return thing.{shown_method}(times=1)" if made else "    pass",
    ]
    shown = [each for each in shown if not each.startswith("show(") or made[-1][1] in each]
    for module, name, parameters in functions:
        dotted = module.replace("/", ".")
        if at.random() < 0.5:
            main.append(f"import {dotted}")
            shown.append(f"{dotted}.{name}({parameters[0]}=3)")
        else:
            main.append(_imported(at, "main", module, name))
            shown.append(f"{name}({parameters[0]}=4)")
    main += [f"print({each})" for each in shown]
    files["main.py"] = main
    files.setdefault("pkg/__init__.py", [])
    if any(path.startswith("pkg/sub/") for path in files):
        files.setdefault("pkg/sub/__init__.py", [])
    return "".join(f"#- {path}\n" + "\n".join([*body, ""]) for path, body in files.items())


def _imported(at: random.Random, user: str, module: str, name: str) -> str:
    """Return an import of a name, absolute or relative."""
    parts, own = module.split("/"), user.split("/")
    if parts[0] == own[0] == "pkg" and at.random() < 0.6:
        level = len(own) - 1
        common = 1 if len(own) < 3 or parts[1:2] != own[1:2] else 2
        dots = "." * (level - common + 1)
        return f"from {dots}{'.'.join(parts[common:])} import {name}"
    return f"from {'.'.join(parts)} import {name}"


def _class(
    at: random.Random, name: str, base: str, fields: list[str], methods: list[str]
) -> list[str]:
    """Return the lines of a class; one that derives from another takes what that takes."""
    body = [f"class {name}({base}):" if base else f"class {name}:"]
    if not base:
        body.append(f"    def __init__(self, {fields[0]}, {fields[1]}=2):")
        body += [f"        self.{word} = {word}" for word in fields]
    elif at.random() < 0.5:
        body.append("    def __init__(self, *args, **kwargs):")
        body.append("        super().__init__(*args, **kwargs)")
    for method in methods:
        word = at.choice(fields)
        body.append(f"    def {method}(self, times=1):")
        body.append(f"        return self.{word} * times")
    return body


def said(folder: Path, files: dict[str, str]) -> tuple[int, str]:
    """Return exit code and output of a program, which is written to an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-B", "main.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    output = run.stdout if run.returncode == 0 else run.stdout + run.stderr
    return run.returncode, output

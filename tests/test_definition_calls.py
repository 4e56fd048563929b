"""What calls give: inferred returns, decorators, overloads, callables, operators."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapes_fixture import check_types

RETURNS = {
    "every branch": """
        def f(x):
            if x:
                return Box()
            elif x is not None:
                return None
            return Bag()
        f(1).${both}area()
    """,
    "conditional expressions and defaults": """
        def f(x, box=None):
            box = box or Box()
            box.${Box1}area()
            a = Box() if x else Bag()
            a.${both1}area()
            b = None if x else Box()
            b.${Box2}area()
            c = x and Box()
            c.${Box3}area()
            (Box() or Bag()).${both2}area()
    """,
    "recursion": """
        def f(n):
            if n == 0:
                return Box()
            return f(n - 1)
        f(3).${Box1}area()
        def even(n):
            return Box() if n == 0 else odd(n - 1)
        def odd(n):
            return even(n - 1)
        odd(3).${Box2}area()
        def forever(n):
            return forever(n)
        forever(1).${nothing}area()
    """,
    "generators": """
        def boxes():
            for i in range(3):
                yield Box()
        def more():
            yield from boxes()
            yield Bag()
        for box in boxes():
            box.${Box1}area()
        next(boxes()).${Box2}area()
        list(more())[0].${both}area()
        def sent():
            got = yield Box()
            return Bag()
        def outer():
            result = yield from sent()
            result.${Bag1}area()
    """,
    "annotated generators": """
        from typing import AsyncIterator, Generator, Iterator
        def a() -> Iterator[Box]:
            yield Box()
        def b() -> Generator[Box, Bag, None]:
            got = yield Box()
            got.${Bag}area()
        for box in a():
            box.${Box1}area()
        for box in b():
            box.${Box2}area()
        async def c() -> AsyncIterator[Box]:
            yield Box()
        async def f():
            async for box in c():
                box.${Box3}area()
    """,
    "async functions": """
        async def f():
            return Box()
        async def g() -> Box: ...
        async def h():
            (await f()).${Box1}area()
            (await g()).${Box2}area()
            f().${nothing}area()
            box = await f()
            box.${Box3}area()
    """,
    "return self": """
        class Base:
            def set(self, x):
                self.x = x
                return self
            def __enter__(self):
                return self
            def __exit__(self, *args): ...
        class Crate(Base, Box): ...
        Crate().set(1).set(2).${Box1}area()
        with Crate() as crate:
            crate.${Box2}area()
        with Crate().set(1) as crate:
            crate.${Box3}area()
    """,
    "another instance of one's own class": """
        class Base(Box):
            def by_name(self): return Base()
            def by_class(self): return type(self)()
            def by_variable(self):
                made = self.by_class()
                return made
        class Crate(Base):
            def area(self): ...
        #       ^^^^ Crate
        Crate().by_name().${Box1}area()
        Crate().by_class().${Crate1}area()
        Crate().by_variable().${Crate2}area()
    """,
    "functions, classes and lambdas that are returned": """
        def maker():
            def make():
                return Box()
            return make
        def other():
            return lambda x: Bag()
        def inner():
            class Crate(Box): ...
            return Crate
        maker()().${Box1}area()
        other()(1).${Bag1}area()
        inner()().${Box2}area()
        make = maker()
        make().${Box3}area()
        either = maker() if x else other()
        either().${both}area()
    """,
    "what an argument is, is not what a function gives": """
        def same(x):
            return x
        def named(box, default=None):
            return box or default
        same(unknown).${nothing}area()
    """,
    "abstract methods and stubs": """
        from abc import ABC, abstractmethod
        class Base(ABC):
            @abstractmethod
            def make(self) -> Box: ...
            @property
            @abstractmethod
            def bag(self) -> Bag: ...
            @abstractmethod
            def nothing(self):
                raise NotImplementedError
        def f(base: Base):
            base.make().${Box}area()
            base.bag.${Bag}area()
            base.nothing().${nothing}area()
    """,
    "functions that never return": """
        from typing import NoReturn
        def fail() -> NoReturn: ...
        def f(x):
            if x:
                box = Box()
            else:
                box = fail()
            box.${Box}area()
    """,
    "tuples that are returned": """
        def f():
            return Box(), Bag()
        box, bag = f()
        box.${Box1}area()
        bag.${Bag1}area()
        f()[1].${Bag2}area()
        def g(x):
            if x:
                return Box(), None
            return None, Bag()
        box, bag = g(1)
        box.${Box2}area()
        bag.${Bag3}area()
    """,
    "variables of enclosing and global scopes": """
        current = None
        def set():
            global current
            current = Box()
        def get():
            return current
        def outer():
            box = None
            def inner():
                nonlocal box
                box = Box()
            inner()
            box.${Box1}area()
        current.${Box2}area()
        get().${Box3}area()
    """,
    "conditional functions": """
        import sys
        if sys.platform == "win32":
            def make(): return Box()
        else:
            def make(): return Bag()
        make().${both}area()
    """,
    "function bound to another name": """
        def make(): return Box()
        build = make
        build().${Box1}area()
        class Shelf:
            def get(self): return Box()
            fetch = get
        Shelf().fetch().${Box2}area()
        get = Shelf().get
        get().${Box3}area()
        Shelf.get(Shelf()).${Box4}area()
    """,
    "functions of a module": """
        import makers
        makers.make().${Box1}area()
        makers.inner.make().${Bag1}area()
        #- makers/__init__.py
        from shapes import Box
        from . import inner
        def make(): return Box()
        #- makers/inner.py
        from shapes import Bag
        def make(): return Bag()
    """,
    "module __getattr__": """
        import lazy
        lazy.anything.${nothing}area()
        #- lazy.py
        def __getattr__(name):
            return None
    """,
    "walrus, star arguments and keywords": """
        def f(*args, **kwargs):
            args[0].${nothing1}area()
            kwargs["x"].${nothing2}area()
            return Box()
        if (box := f(*[1], **{})):
            box.${Box}area()
    """,
}

DECORATORS = {
    "wrapper with wraps": """
        import functools
        from functools import wraps
        def logged(f):
            @wraps(f)
            def wrapper(*args, **kwargs):
                print("called")
                return f(*args, **kwargs)
            return wrapper
        def named(name):
            def decorate(f):
                @functools.wraps(f)
                def wrapper(*args, **kwargs):
                    result = f(*args, **kwargs)
                    return result
                return wrapper
            return decorate
        @logged
        def one(): return Box()
        @named("x")
        def two() -> Box: ...
        @logged
        @named("y")
        def three(): return Bag()
        one().${Box1}area()
        two().${Box2}area()
        three().${Bag}area()
        class Shelf:
            @logged
            def get(self): return Box()
        Shelf().get().${Box3}area()
    """,
    "wrapper that gives something else": """
        from functools import wraps
        def boxed(f):
            @wraps(f)
            def wrapper(*args):
                f(*args)
                return Box()
            return wrapper
        @boxed
        def one(): return Bag()
        one().${Box}area()
    """,
    "wrapper that sometimes gives something else": """
        def guarded(f):
            def wrapper(*args):
                if not args:
                    return None
                return f(*args)
            return wrapper
        @guarded
        def one(): return Box()
        one().${Box}area()
    """,
    "decorators that give back what they get": """
        from typing import Callable, TypeVar, Any
        F = TypeVar("F", bound=Callable[..., Any])
        def typed(f: F) -> F: return f
        def plain(f): return f
        def marked(f):
            f.marked = True
            return f
        def factory(name) -> Callable[[F], F]: ...
        def registry(name):
            def decorate(f):
                table[name] = f
                return f
            return decorate
        table = {}
        @typed
        def one(): return Box()
        @plain
        def two(): return Box()
        @marked
        def three(): return Box()
        @factory("x")
        def four(): return Box()
        @registry("x")
        def five(): return Box()
        one().${Box1}area()
        two().${Box2}area()
        three().${Box3}area()
        four().${Box4}area()
        five().${Box5}area()
    """,
    "decorator that nobody knows": """
        from nowhere import decorate
        @decorate
        def one(): return Box()
        one().${Box}area()
    """,
    "decorator that is a class": """
        class Task:
            def __init__(self, f):
                self.f = f
            def delay(self): return Bag()
            def __call__(self, *args): return Box()
        @Task
        def one(): return 1
        one().${Box}area()
        one.delay().${Bag}area()
    """,
    "decorator that makes an object": """
        class Task:
            def delay(self) -> Bag: ...
        def task(f) -> Task: ...
        def other(**options):
            def decorate(f):
                return Task()
            return decorate
        @task
        def one(): return 1
        @other(x=1)
        def two(): return 1
        one.delay().${Bag1}area()
        two.delay().${Bag2}area()
    """,
    "generic class as decorator": """
        from typing import Callable, Generic, TypeVar
        R = TypeVar("R")
        class Task(Generic[R]):
            def __init__(self, f: Callable[..., R]): ...
            def result(self) -> R: ...
        @Task
        def one() -> Box: ...
        one.result().${Box}area()
    """,
    "method of an object as decorator": """
        class App:
            def route(self, path):
                def decorate(f):
                    self.views[path] = f
                    return f
                return decorate
        app = App()
        @app.route("/")
        def index(): return Box()
        index().${Box}area()
    """,
    "caches": """
        from functools import cache, cached_property, lru_cache
        import functools
        @lru_cache
        def one() -> Box: ...
        @lru_cache(maxsize=None)
        def two(): return Box()
        @cache
        def three(): return Box()
        one().${Box1}area()
        two().${Box2}area()
        three().${Box3}area()
        class Shelf:
            @cached_property
            def box(self): return Box()
            @functools.cached_property
            def bag(self) -> Bag: ...
            @lru_cache(maxsize=None)
            def get(self): return Box()
        Shelf().box.${Box4}area()
        Shelf().bag.${Bag1}area()
        Shelf().get().${Box5}area()
    """,
    "context managers": """
        from contextlib import asynccontextmanager, contextmanager
        import contextlib
        @contextmanager
        def one():
            yield Box()
        @contextlib.contextmanager
        def two(x):
            try:
                yield Bag()
            finally:
                pass
        @asynccontextmanager
        async def three():
            yield Box()
        class Shelf:
            @contextmanager
            def open(self):
                yield self
            def area(self): ...
            @classmethod
            @contextmanager
            def make(cls):
                yield Box()
        with one() as box, two(1) as bag:
            box.${Box1}area()
            bag.${Bag}area()
        async def f():
            async with three() as box:
                box.${Box2}area()
        with Shelf.make() as box:
            box.${Box3}area()
    """,
    "annotated context manager": """
        from contextlib import contextmanager
        from typing import Iterator, Generator
        @contextmanager
        def one() -> Iterator[Box]: ...
        @contextmanager
        def two() -> Generator[Box, None, None]: ...
        with one() as a, two() as b:
            a.${Box1}area()
            b.${Box2}area()
    """,
    "partial": """
        from functools import partial, partialmethod
        import functools
        def make(x, y): return Box()
        partial(make, 1)(2).${Box1}area()
        part = functools.partial(make, y=1)
        part(2).${Box2}area()
        partial(Bag)().${Bag}area()
        class Shelf:
            def get(self, x): return Box()
            first = partialmethod(get, 1)
        Shelf().first().${Box3}area()
    """,
    "singledispatch and total_ordering": """
        from functools import singledispatch, total_ordering
        @singledispatch
        def make(x) -> Box: ...
        @make.register
        def _(x: int) -> Box: ...
        make(1).${Box}area()
        @total_ordering
        class Shelf:
            def get(self): return Bag()
        Shelf().get().${Bag}area()
    """,
    "decorator of a class": """
        def plain(cls): return cls
        def registered(name):
            def decorate(cls):
                return cls
            return decorate
        def wrapped(cls):
            class Wrapped(cls): ...
            return Wrapped
        @plain
        class A(Box): ...
        @registered("x")
        class B(Box): ...
        @wrapped
        class C(Box): ...
        A().${Box1}area()
        B().${Box2}area()
        C().${Box3}area()
    """,
    "static methods and class methods": """
        class Shelf:
            @staticmethod
            def box(): return Box()
            @classmethod
            def bag(cls, x): return Bag()
            def plain(self): return Box()
            plain = staticmethod(plain)
        Shelf.box().${Box1}area()
        Shelf().box().${Box2}area()
        Shelf.bag(1).${Bag1}area()
        Shelf().bag(1).${Bag2}area()
    """,
    "wrapper without wraps that passes things on": """
        def retry(f):
            def again(*args, **kwargs):
                for i in range(3):
                    try:
                        return f(*args, **kwargs)
                    except ValueError:
                        pass
            return again
        @retry
        def one(): return Box()
        one().${Box}area()
    """,
    "asynchronous wrapper": """
        from functools import wraps
        def logged(f):
            @wraps(f)
            async def wrapper(*args):
                return await f(*args)
            return wrapper
        @logged
        async def one(): return Box()
        async def f():
            (await one()).${Box}area()
    """,
    "method decorated in another module": """
        import tools
        @tools.logged
        def one(): return Box()
        one().${Box}area()
        #- tools.py
        import functools
        def logged(f):
            @functools.wraps(f)
            def wrapper(*args, **kwargs):
                return f(*args, **kwargs)
            return wrapper
    """,
    "decorator with optional arguments": """
        import functools
        def logged(f=None, *, level=1):
            if f is None:
                return functools.partial(logged, level=level)
            @functools.wraps(f)
            def wrapper(*args, **kwargs):
                return f(*args, **kwargs)
            return wrapper
        @logged
        def one(): return Box()
        @logged(level=2)
        def two(): return Box()
        one().${Box1}area()
        two().${Box2}area()
    """,
}

OVERLOADS = {
    "by number of arguments": """
        from typing import overload
        @overload
        def f() -> Box: ...
        @overload
        def f(x) -> Bag: ...
        def f(*args): ...
        f().${Box}area()
        f(1).${Bag}area()
    """,
    "by type of arguments": """
        from typing import overload
        @overload
        def f(x: int) -> Box: ...
        @overload
        def f(x: str) -> Bag: ...
        def f(x): ...
        f(1).${Box1}area()
        f("x").${Bag1}area()
        f(x="y").${Bag2}area()
        def g(n: int, s: str):
            f(n).${Box2}area()
            f(s).${Bag3}area()
    """,
    "by literal values": """
        from typing import Literal, overload
        @overload
        def f(x, raw: Literal[True]) -> Box: ...
        @overload
        def f(x, raw: Literal[False] = ...) -> Bag: ...
        def f(x, raw=False): ...
        f(1, True).${Box1}area()
        f(1, raw=True).${Box2}area()
        f(1, False).${Bag1}area()
        f(1).${Bag2}area()
        @overload
        def g(mode: Literal["box", "crate"]) -> Box: ...
        @overload
        def g(mode: str) -> Bag: ...
        def g(mode): ...
        g("box").${Box3}area()
        g("bag").${Bag3}area()
    """,
    "by keyword": """
        from typing import overload
        @overload
        def f(*, box: int) -> Box: ...
        @overload
        def f(*, bag: int) -> Bag: ...
        def f(**kwargs): ...
        f(box=1).${Box}area()
        f(bag=1).${Bag}area()
    """,
    "by None": """
        from typing import overload
        @overload
        def f(x: None) -> Box: ...
        @overload
        def f(x: int) -> Bag: ...
        def f(x): ...
        f(None).${Box}area()
        f(3).${Bag}area()
    """,
    "of methods": """
        from typing import overload
        class Shelf:
            @overload
            def __getitem__(self, key: int) -> Box: ...
            @overload
            def __getitem__(self, key: slice) -> list[Bag]: ...
            def __getitem__(self, key): ...
        Shelf()[1].${Box}area()
        Shelf()[1:][0].${Bag}area()
    """,
    "by class objects": """
        from typing import overload, Type, TypeVar
        T = TypeVar("T")
        @overload
        def f(x: Type[T]) -> T: ...
        @overload
        def f(x: str) -> Bag: ...
        def f(x): ...
        f(Box).${Box}area()
        f("x").${Bag}area()
    """,
    "when arguments are unknown": """
        from typing import overload
        @overload
        def f(x: int) -> Box: ...
        @overload
        def f(x: str) -> Box: ...
        def f(x): ...
        f(unknown).${Box}area()
    """,
    "when an unknown argument decides": """
        from typing import overload
        @overload
        def f(x: int) -> Box: ...
        @overload
        def f(x: str) -> Bag: ...
        def f(x): ...
        def g(i, boxes: list[Box]):
            f(i).${nothing}area()
            boxes[i].${Box}area()
    """,
    "when the unknown argument decides nothing": """
        from typing import Literal, overload
        @overload
        def f(x: int, raw: Literal[True]) -> Box: ...
        @overload
        def f(x: int, raw: Literal[False] = ...) -> Bag: ...
        def f(x, raw=False): ...
        def g(i):
            f(i, True).${Box}area()
            f(i).${Bag}area()
    """,
    "opened files": """
        #- main.py
        class Reader:
            def __init__(self, file):
                self.file = open(file, "rb")
            def f(self):
                return self.file.read().${nothing}area()
    """,
}

CALLABLES = {
    "instances": """
        class Maker:
            def __call__(self, x): return Box()
        Maker()(1).${Box1}area()
        maker = Maker()
        maker(1).${Box2}area()
        class Holder:
            make = Maker()
        Holder().make(1).${Box3}area()
    """,
    "lambdas": """
        make = lambda: Box()
        make().${Box1}area()
        class Shelf:
            make = lambda self: Bag()
        Shelf().make().${Bag}area()
        (lambda x: Box())(1).${Box2}area()
    """,
    "callbacks that are annotated": """
        from typing import Callable
        def run(f: Callable[[Box], Bag]) -> None: ...
        run(lambda box: box.${Box1}area())
        class Runner:
            on_box: Callable[[Box], Bag]
            def f(self):
                self.on_box(1).${Bag}area()
        def each(*, key: Callable[[Box, Bag], int]): ...
        each(key=lambda a, b: b.${Bag2}area())
    """,
    "attribute that holds a function": """
        class Shelf:
            def __init__(self, make=Box):
                self.make = make
                self.other = make_bag
        def make_bag(): return Bag()
        Shelf().make().${Box}area()
        Shelf().other().${Bag}area()
    """,
    "getattr with a default": """
        class Shelf:
            box = Box()
        getattr(Shelf(), "box").${Box1}area()
        getattr(Shelf(), "box", None).${Box2}area()
        getattr(Shelf(), "missing", Bag()).${Bag}area()
    """,
    "class in a variable": """
        cls = Box if x else Bag
        cls().${both}area()
        class Shelf:
            kind = Box
            def make(self):
                return self.kind()
        Shelf().make().${Box}area()
    """,
}

OPERATORS = {
    "arithmetic": """
        class Sum:
            def __add__(self, other): return Box()
            def __radd__(self, other) -> Bag: ...
            def __neg__(self): return Box()
            def __invert__(self): return Bag()
            def __matmul__(self, other): return Box()
            def __truediv__(self, other): return Bag()
        (Sum() + 1).${Box1}area()
        (1 + Sum()).${Bag1}area()
        (-Sum()).${Box2}area()
        (~Sum()).${Bag2}area()
        (Sum() @ 1).${Box3}area()
        (Sum() / "x").${Bag3}area()
    """,
    "in place": """
        class Sum:
            def __add__(self, other): return Box()
        class Pile:
            def __iadd__(self, other): return Bag()
        a, b = Sum(), Pile()
        a += 1
        a.${Box}area()
        b += 1
        b.${Bag}area()
    """,
    "comparisons": """
        class Column:
            def __eq__(self, other) -> Box: ...
            def __lt__(self, other): return Bag()
        (Column() == 1).${Box}area()
        (Column() < 1).${Bag}area()
        (Column() is None).${nothing1}area()
        (Box() == 1).${nothing2}area()
    """,
    "or of classes in isinstance": """
        def f(x):
            if isinstance(x, Box | Bag):
                x.${both}area()
    """,
    "strings": """
        class Name(str):
            def area(self): ...
        ("a" + "b").${nothing1}area()
        f"{Box()}".${nothing2}area()
        "%s" % Box().${Box}area()
        ("x" % 1).${nothing3}area()
    """,
    "subscripts, contains and calls in a row": """
        class Path:
            def __truediv__(self, other): return self
            def box(self): return Box()
            @property
            def parent(self): return Path()
        (Path() / "a" / "b").parent.box().${Box}area()
    """,
    "slashes of paths": """
        from pathlib import Path
        class Root(Path):
            def box(self) -> Box: ...
        def f(root: Root):
            root.box().${Box}area()
            (root / "x").${nothing}area()
    """,
    "augmented attribute": """
        class Sum:
            def __iadd__(self, other):
                return self
            def box(self): return Box()
        class Shelf:
            def __init__(self):
                self.sum = Sum()
            def f(self):
                self.sum += 1
                self.sum.box().${Box}area()
    """,
}

PASSED = {
    "a parameter that is returned": """
        def same(x): return x
        same(Box()).${Box1}area()
        same(x=Bag()).${Bag1}area()
        def chosen(a, b=None): return b or a
        chosen(Box()).${Box2}area()
        def swapped(a, b): return b, a
        swapped(Box(), Bag())[0].${Bag2}area()
    """,
    "packed arguments": """
        def packed(*args): return args
        packed(Box(), Bag())[1].${Bag1}area()
        def first(*args): return args[0]
        first(Box(), 1).${Box1}area()
        def options(**options): return options["x"]
        options(x=Box(), y=Bag()).${Box2}area()
    """,
    "packed arguments that are passed on": """
        def second(a, b, c=None): return b
        def by_place(*args): return second(*args)
        def by_name(**kwargs): return second(**kwargs)
        def both(first, *args, **kwargs): return second(first, *args, **kwargs)
        def further(*args, **kwargs): return both(*args, **kwargs)
        def behind(*args): return second(None, *args)
        by_place(Bag(), Box()).${Box1}area()
        by_name(a=Bag(), b=Box()).${Box2}area()
        both(Bag(), b=Box()).${Box3}area()
        further(Bag(), Box()).${Box4}area()
        further(Bag(), c=1, b=Box()).${Box5}area()
        behind(Box(), Bag()).${Box6}area()
    """,
    "a class that is passed": """
        def build(cls, *args): return cls(*args)
        build(Box).${Box1}area()
        build(Bag, 1).${Bag1}area()
    """,
    "a method": """
        class Keeper:
            def keep(self, x): return x
            def __getitem__(self, key): return key
        Keeper().keep(Box()).${Box1}area()
        Keeper()[Bag()].${Bag1}area()
    """,
    "a parameter that is bound again is not what was passed": """
        def again(x):
            x = Bag()
            return x
        again(Box()).${Bag1}area()
    """,
    "a function that calls what it is passed with itself": """
        def called(g): return g(called)
        called(called).area()
        called(lambda h: Box()).${Box1}area()
    """,
    "None is told apart": """
        def made(x=None):
            if x is None:
                return Bag()
            return x
        made().${Bag1}area()
        made(Box()).${Box1}area()
    """,
}

LOCALS = {
    "a parameter with an annotation takes no other class": """
        def typed(x: Box): return x
        typed(Bag()).${Box1}area()
        class Large(Box): ...
        typed(Large()).${Box2}area()
    """,
    "one of two variables": """
        def kept(x, flag=None):
            y = x
            if flag:
                y = Bag()
            return y
        kept(Box()).${both}area()
    """,
    "the part that is known": """
        def either(a, b=1):
            if unknown:
                return a
            return b
        either(unknown, Box()).${Box1}area()
    """,
    "the receiver is no part that is left out": """
        class Field:
            def __get__(self, instance, owner):
                if instance is None:
                    return self
                return Box()
            def describe(self): return Bag()
        class Shelf:
            box = Field()
        Shelf.box.describe().${Bag1}area()
    """,
    "a lambda by default": """
        def call(function=lambda a, b: a):
            return function(Box(), 1).${Box1}area()
    """,
}

UNPACKED = {
    "what is written out is passed item by item": """
        def second(a, b, c=None): return b
        def packed(*args, **kwargs): return args
        pair = Bag(), Box()
        second(*pair).${Box1}area()
        second(None, *[Box(), Bag()]).${Box2}area()
        second(**{"a": Bag(), "b": Box()}).${Box3}area()
        packed(*pair)[0].${Bag1}area()
    """,
    "a list that grows is not known": """
        def second(a, b=None): return b
        shapes = [Bag(), Box()]
        shapes.insert(0, Bag())
        second(*shapes).${nothing}area()
    """,
}

LAMBDAS = {
    "what is passed": """
        same = lambda x: x
        same(Box()).${Box1}area()
        same(Bag()).${Bag1}area()
        (lambda x, y: (y, x))(Bag(), Box())[0].${Box2}area()
    """,
    "packed arguments": """
        pick = lambda *args, **kwargs: (args[1], kwargs["x"])
        pick(1, Box(), x=Bag())[0].${Box1}area()
        pick(1, Box(), x=Bag())[1].${Bag1}area()
    """,
    "a lambda that is passed to what calls it": """
        def call(function, *args, **kwargs): return function(1, *args, **kwargs)
        swap = lambda x, y: (y, x)
        call(lambda x, y: y, Box()).${Box1}area()
        call(lambda x, y: y, y=Bag()).${Bag1}area()
        call(swap, Box())[0].${Box2}area()
    """,
    "a lambda that is a method": """
        class Keeper:
            shape = Box()
            kept = lambda self: self.shape
        Keeper().kept().${Box1}area()
    """,
}

CASES = {
    **RETURNS,
    **DECORATORS,
    **OVERLOADS,
    **CALLABLES,
    **OPERATORS,
    **PASSED,
    **{f"passed: {name}": text for name, text in LOCALS.items()},
    **{f"unpacked: {name}": text for name, text in UNPACKED.items()},
    **{f"lambda: {name}": text for name, text in LAMBDAS.items()},
}


@pytest.mark.parametrize("name", CASES)
def test_calls(tmp_path: Path, name: str) -> None:
    check_types(tmp_path, CASES[name])

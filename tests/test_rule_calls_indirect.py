"""Calls through wrappers, partials and variables, and of classes that cannot be instantiated."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_findings

CASES = {
    "arguments that are passed on to a function, by annotations": """
        import asyncio
        from concurrent.futures import ThreadPoolExecutor
        from typing import Callable, ParamSpec, TypeVar
        P = ParamSpec("P")
        R = TypeVar("R")
        def run(name: str, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
            return function(*args, **kwargs)
        def area(width, height=1): return width
        class Box:
            def scale(self, factor): return factor
        run("x", area)
        # <- missing-argument
        run("x", area, 1, depth=2)
        #                 ^^^^^ unknown-keyword
        run("x", Box().scale)
        # <- missing-argument
        async def main():
            await asyncio.to_thread(area)
        #                 ^^^^^^^^^ missing-argument
        pool = ThreadPoolExecutor()
        pool.submit(area, 1, 2, 3)
        #                       ^ too-many-arguments
        # fine
        run("x", area, 1, height=2), run("x", Box().scale, 1), pool.submit(area, 1)
        run("x", print), run("x", lambda *rest: rest, 1)
    """,
    "a method without a receiver": """
        class Player:
            def play(): pass
            def stop(self): pass
        Player().play()
        #        ^^^^ too-many-arguments (0 positional arguments but 1 was given)
        Player.play()
        class Interface:
            def first(): "What it does."
            def second(): "What it does."
        Interface().first()
        class Static:
            def make(): return 1
            make = staticmethod(make)
        Static().make()
    """,
    "both constructors of a class, and that of its metaclass": """
        from typing import Generic, TypeVar
        T = TypeVar("T")
        class Both:
            def __new__(cls, x, y=1): return super().__new__(cls)
            def __init__(self, x): self.x = x
        class Free:
            def __new__(cls, x): return super().__new__(cls)
            def __init__(self, *args): self.x = args
        class Box(Generic[T]):
            def __init__(self, x: T): self.x = x
        class Meta(type):
            def __call__(cls, a, b): return super().__call__(a)
        class Made(metaclass=Meta):
            def __init__(self, a): self.a = a
        Both(1, 2)
        #       ^ too-many-arguments
        Free()
        # <- missing-argument
        Box[int]()
        # <- missing-argument
        Made(1)
        # <- missing-argument
        Made(1, 2, 3)
        #          ^ too-many-arguments
        def make(kind: type[Free]):
            kind(1)
            kind()
        #   ^^^^ missing-argument
        # fine
        Both(1), Free(1), Box[int](1), Made(1, 2)
    """,
    "decorators that do not take what they decorate": """
        def two(a, b): return a
        def none(): return None
        def one(function): return function
        def factory(label):
            def decorate(function): return function
            return decorate
        class Empty: pass
        class Holder:
            def __init__(self, function): self.function = function
        number = 4
        @two
        #^^^ missing-argument
        def a(): ...
        @none
        #^^^^ too-many-arguments
        def b(): ...
        @Empty
        #^^^^^ too-many-arguments
        class C: ...
        @factory()
        #^^^^^^^ missing-argument
        def d(): ...
        @number
        #^^^^^^ not-callable
        def e(): ...
        class Methods:
            @two
            #^^^ missing-argument
            def f(self): ...
            @one
            def g(self): ...
            @property
            def size(self): return 1
            @size.setter
            def size(self, value): print(value)
        @one
        def h(): ...
        @Holder
        def i(): ...
        @factory(1)
        def j(): ...
    """,
    "functions that a decorator returns in the place of others": """
        import functools
        def plain(function):
            def run(): return function()
            return run
        def named(label):
            def decorate(function):
                @functools.wraps(function)
                def run(value=3): return function(label, value)
                return run
            return decorate
        def either(function):
            def run(): return function()
            def walk(speed): return function(speed)
            return run if function.__doc__ else walk
        @plain
        def a(size=1): return size
        @named("x")
        def b(label, value, more): return label
        @either
        def c(): return 1
        a(size=2)
        # ^^^^ unknown-keyword
        a()
        b(1)
        b(1, 2)
        #    ^ too-many-arguments
        c(1), c()
    """,
    "what is declared as callable, and lambdas": """
        from typing import Any, Callable
        def use(hook: Callable[[int, str], None], free: Callable[..., int],
                none: Callable[[], int]):
            hook(1)
        #   ^^^^ missing-argument
            hook(1, "x", 3)
        #                ^ too-many-arguments
            none(1)
        #        ^ too-many-arguments
            hook(1, "x"), hook(1, name="x"), free(1, 2, key=3), none()
        class Shape:
            scale = lambda self, factor: factor
            def go(self):
                self.scale(1)
                self.scale()
        #            ^^^^^ missing-argument
        Shape().scale(1, 2)
        #                ^ too-many-arguments
        Shape.scale(Shape(), 1)
        (lambda x: x)(1, 2)
        #                ^ too-many-arguments
    """,
    "wrappers that hand everything on": """
        import functools
        import time
        def keep(fn):
            @functools.wraps(fn)
            def w(*args, **kwargs):
                return fn(*args, **kwargs)
            return w
        class Box:
            def area(self): return 1
        @keep
        def a(b, c=1): return Box()
        class Repo:
            @keep
            def load(self, key): return key
            @classmethod
            @keep
            def make(cls, size): return cls()
            @staticmethod
            @keep
            def free(size): return size
        a(1); a(1, 2); a(b=1, c=3)
        a(d=2)
        # ^ unknown-keyword
        a(1, 2, 3)
        #       ^ too-many-arguments
        a(1).nope
        #    ^^^^ unresolved-attribute
        a(1).area()
        Repo().load(1)
        Repo().load()
        #      ^^^^ missing-argument
        Repo().load(1, deep=True)
        #              ^^^^ unknown-keyword
        Repo.make(1)
        Repo.make()
        #    ^^^^ missing-argument
        Repo.free(1)
        Repo.free()
        #    ^^^^ missing-argument
        def timed(label):
            def deco(function):
                def run(*a, **k):
                    start = time.time()
                    try:
                        return function(*a, **k)
                    finally:
                        print(label, function.__name__, len(a), sorted(k.items()), start)
                return functools.update_wrapper(run, function)
            return deco
        @timed("x")
        def slow(one, *, two=2): return one
        slow(1, two=3)
        slow(1, 2)
        #       ^ too-many-arguments
        slow(one=1, three=3)
        #           ^^^^^ unknown-keyword
        def later(fn):
            @functools.wraps(fn)
            async def w(*args, **kwargs):
                return await fn(*args, **kwargs)
            return w
        @later
        async def fetch(url): return url
        async def main():
            await fetch(1)
            await fetch()
        #         ^^^^^ missing-argument
        # fine: what adds or takes away
        def inject(fn):
            @functools.wraps(fn)
            def w(*args, **kwargs):
                return fn("session", *args, **kwargs)
            return w
        @inject
        def query(session, text): return text
        query("x")
        def filled(fn):
            @functools.wraps(fn)
            def w(*args, **kwargs):
                kwargs.setdefault("size", 1)
                return fn(*args, **kwargs)
            return w
        @filled
        def sized(a, *, size): return size
        sized(1)
        def cut(fn):
            def w(*args, **kwargs):
                args = args[1:]
                return fn(*args, **kwargs)
            return w
        @cut
        def less(a): return a
        less(1, 2)
        def popping(fn):
            def w(*args, **kwargs):
                retry = kwargs.pop("retry", 1)
                return fn(*args, **kwargs) or retry
            return w
        @popping
        def do(a): return a
        do(1, retry=3)
        def trying(fn):
            def w(*args, **kwargs):
                try:
                    return fn(*args, **kwargs)
                except TypeError:
                    return fn()
            return w
        @trying
        def tries(): return 1
        tries(1, 2)
        def helping(fn):
            def w(*args, **kwargs):
                prepare(args, kwargs)
                return fn(*args, **kwargs)
            return w
        def prepare(args, kwargs): kwargs.pop("x", 1)
        @helping
        def helped(a): return a
        helped(1, x=2)
    """,
    "what is left to pass to a partial": """
        from functools import partial, partialmethod
        import functools
        def b(x, y, z): return x
        partial(b, 1)(2, 3)
        partial(b, 1)(2)
        # <- missing-argument
        partial(b, 1, z=3)(2, 3)
        #                     ^ too-many-arguments
        partial(b, 1, z=3)(2)
        partial(b, z=3)(1, 2, z=4)
        p = partial(b, 1)
        p(2, z=3)
        p(q=3)
        # ^ unknown-keyword
        q = functools.partial(p, 2)
        q(3)
        q(3, 4)
        #    ^ too-many-arguments
        q()
        # <- missing-argument
        def use():
            r = partial(b, y=2)
            print(r(1, z=3))
            print(r(1, 3))
        #              ^ too-many-arguments
        args = (1, 2)
        s = partial(b, *args)
        s(3)
        t = partial(b, **{"x": 1})
        t()
        class Cell:
            def __init__(self): self.alive = False
            def set_state(self, state, loud=False): self.alive = state
            on = partialmethod(set_state, True)
            quiet = partialmethod(set_state, loud=False)
            alias = set_state
            def run(self):
                self.on()
                self.on(1, 2)
        #                  ^ too-many-arguments
        Cell().on()
        Cell().on(loud=True)
        Cell().on(True, False)
        #               ^^^^^ too-many-arguments
        Cell().quiet(True)
        Cell().quiet()
        #      ^^^^^ missing-argument
        Cell().alias(1)
        Cell().alias()
        #      ^^^^^ missing-argument
        m = partial(Cell().set_state, True)
        m(loud=True)
        m(True, True, True)
        #       ^^^^ too-many-arguments
        made = partial(Cell)
        made()
        made(1)
        #    ^ too-many-arguments
        made().nope
        #      ^^^^ unresolved-attribute
    """,
    "calls through variables": """
        #- main.py
        def f(a): return a
        g = f
        g(1)
        g(1, 2)
        #    ^ too-many-arguments
        def local():
            h = f
            print(h(1))
            print(h())
        #         ^ missing-argument
        class K:
            def go(self, n): return n
            @staticmethod
            def st(n): return n
            @classmethod
            def cm(cls, n): return n
        k = K()
        go = k.go
        go(1)
        go(1, 2)
        #     ^ too-many-arguments
        un = K.go
        un(k, 1)
        un(1)
        # <- missing-argument
        st = K.st
        st(1)
        st()
        # <- missing-argument
        cm = K.cm
        cm(1)
        cm()
        # <- missing-argument
        {"k": f}["k"](1)
        {"k": f}["k"](1, 2)
        #                ^ too-many-arguments
        table = {"f": f, "g": k.go}
        table["f"](1)
        table["f"]()
        # <- missing-argument
        table["g"](1, 2, 3)
        #             ^ too-many-arguments
        grown = {"f": f}
        grown["f"] = k
        grown["f"](1, 2, 3)
        grown["f"].go(1)
        handed = {"f": f}
        handed.update({"f": max})
        handed["f"](1, 2, 3)
        may = f
        if k:
            may = max
        may(1, 2)
        def setter():
            global changed
            changed = max
        changed = f
        changed(1, 2)
        def param(cb=f):
            cb(1, 2)
        for each in (f, max):
            each(1, 2)
        #- b.py
        import a
        a.ext = max
        import c
        c.over = max
        #- c.py
        def f(a): return a
        over = f
        def use():
            over(1, 2)
    """,
    "abstract members": """
        from abc import ABC, abstractmethod, ABCMeta
        from dataclasses import dataclass, field
        from typing import Protocol, ClassVar, NamedTuple
        class P(ABC):
            @property
            @abstractmethod
            def x(self): ...
        class I(P):
            x: int
            def __init__(self): self.x = 1
        @dataclass
        class DC(P):
            x: int
        @dataclass
        class Def(P):
            x: int = 3
        @dataclass
        class Fac(P):
            x: list = field(default_factory=list)
        @dataclass(slots=True)
        class Slots(P):
            x: int
        class InitOnly(P):
            def __init__(self): self.x = 3
        I()
        # <- abstract-instantiated
        DC(1)
        # <- abstract-instantiated
        Def()
        Fac([])
        # <- abstract-instantiated
        Slots(1)
        InitOnly()
        # <- abstract-instantiated
        class Fine(P):
            x = 3
        Fine()
        class Annotated(P):
            x: int = 3
        Annotated()
        class M(metaclass=ABCMeta):
            @abstractmethod
            def go(self): ...
        class Lambda(M):
            go = lambda self: 1
        Lambda()
        class Other(M):
            from os import getcwd as go
        Other()
        class Loop(M):
            for go in (1, 2): pass
        Loop()
        class SlotDecl(P):
            __slots__ = ("x",)
        SlotDecl()
        class Conf(M):
            go: ClassVar[int]
        Conf()
        # <- abstract-instantiated
        class HasRead(Protocol):
            def read(self) -> bytes: ...
        HasRead()
        # <- abstract-instantiated
        class Real(HasRead):
            def read(self) -> bytes: return b""
        Real()
        def make(kind: type[HasRead]): return kind()
        class Data(Protocol):
            name: str
        class Impl(Data):
            def __init__(self): self.name = "x"
        Impl()
        import pytest
        def test():
            with pytest.raises(TypeError):
                HasRead()
    """,
    "functions in class bodies": """
        from hashlib import sha256
        def plain(self, a): return a
        class Kex:
            hash_algo = sha256
            named = plain
            size = len
            def go(self):
                print(self.named(1))
                print(self.named(1, 2))
        #                           ^ too-many-arguments
                return self.hash_algo(b"x"), self.size([1])
    """,
    "keywords that methods hand on": """
        class S:
            def set_cookie(self, name, value, path="/", *, domain=None): return name
            def set_signed(self, name, value, **kwargs):
                return self.set_cookie(name, value, **kwargs)
            def twice(self, **kwargs):
                return self.set_signed("a", "b", **kwargs)
            @classmethod
            def make(cls, **kw): return cls.build(**kw)
            @classmethod
            def build(cls, size): return size
            def open_(self, **kw):
                self.opts = kw
                return self.set_cookie("a", "b", **kw)
        S().set_signed("a", "b", path="c")
        S().set_signed("a", "b", nope="c")
        #                        ^^^^ unknown-keyword
        S().twice(path=1)
        S().twice(nope=1)
        #         ^^^^ unknown-keyword
        S.make(size=1)
        S.make(sise=1)
        #      ^^^^ unknown-keyword
        class Kid(S):
            def set_cookie(self, name, value, path="/", *, domain=None, wide=1): return name
        Kid().set_signed("a", "b", wide="c")
        S().set_signed("a", "b", wide="c")
    """,
    "constructors and metaclasses that give something else": """
        class Meta(type):
            def __call__(cls, *args, **kw): return cls.create(*args)
        class M(metaclass=Meta):
            def __init__(self, a): self.a = a
            @classmethod
            def create(cls, *a): return {}
        M(1, 2, 3).items()
        class Sub(M): pass
        Sub().keys()
        class Str(str):
            def __new__(cls, value, extra=None):
                self = super().__new__(cls, value)
                self.extra = extra
                return self
        Str("x", 3).extra
        Str("x", extra=1).upper()
        Str()
        # <- missing-argument
        class Reg:
            _all = {}
            def __new__(cls, key):
                try:
                    return cls._all[key]
                except KeyError:
                    made = cls._all[key] = object.__new__(cls)
                    return made
            def __init__(self, key): self.key = key
        Reg(1).key
        Reg()
        # <- missing-argument
        class Single(type):
            _made = {}
            def __call__(cls, *args, **kwargs):
                if cls not in cls._made:
                    cls._made[cls] = super().__call__(*args, **kwargs)
                return cls._made[cls]
        class One(metaclass=Single):
            def go(self): return 1
        One().go()
        One().gone()
        #     ^^^^ unresolved-attribute
        class Meta2(type):
            def __call__(cls, *args, **kwargs):
                made = type.__call__(cls, *args, **kwargs)
                made.setup = 1
                return made
        class Two(metaclass=Meta2):
            def go(self): return 1
        Two().go()
    """,
    "what cannot be called, with namesakes in other files": """
        #- main.py
        ref = 3
        ref()
        # <- not-callable
        size = "x"
        def use():
            return size()
        #          ^^^^ not-callable
        limit = 5
        hook = None
        class K: pass
        K()()
        # <- not-callable
        def later(): return limit()
        #- other.py
        import main
        def ref(): return 1
        def size(): return 2
        main.limit = print
    """,
}
RULES = (
    "unknown-keyword", "missing-argument", "too-many-arguments", "duplicate-argument",
    "not-callable", "unresolved-attribute", "abstract-instantiated", "missing-await",
    "not-awaitable", "async-", "unpack-count", "syntax-error", "not-iterable",
    "not-subscriptable", "not-a-container", "not-a-context-manager", "protocol-instantiated",
)  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_only_what_fails_is_found(tmp_path: Path, case: str) -> None:
    check_findings(tmp_path, CASES[case], *RULES)

"""Values without the special methods that syntax needs, coroutines, stars, and named tuples."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_findings

CASES = {
    "what asynchronous syntax calls": """
        class Number:
            __await__ = 42
        class More:
            def __await__(self, step): yield step
        class Five:
            def __await__(self): return 5
        class Right:
            def __await__(self): yield
        class Plain:
            def __aenter__(self): return self
            async def __aexit__(self, *details): return None
        class Half:
            async def __aenter__(self): return self
        class Both:
            async def __aenter__(self): return self
            async def __aexit__(self, *details): return None
        def numbers(): yield 1
        async def main():
            await Number()
        #   ^^^^^ not-awaitable
            await More()
        #   ^^^^^ not-awaitable
            await Five()
        #   ^^^^^ not-awaitable
            await Right
        #   ^^^^^ not-awaitable
            async with Plain(): pass
        #              ^^^^^ not-a-context-manager (returns no awaitable)
            async with Half(): pass
        #              ^^^^ not-a-context-manager
            with numbers(): pass
        #        ^^^^^^^ not-a-context-manager
            async for each in 3: pass
        #                     ^ not-iterable
            # fine
            await Right()
            async with Both(): pass
    """,
    "special methods that a descriptor gives": """
        class Gives:
            def __get__(self, instance, owner): return lambda *given: given
        class Box:
            __getitem__ = Gives()
            __call__ = Gives()
        box = Box()
        box[1], box(1)
    """,
    "asynchronous generator expressions": """
        async def one(): return 1
        async def main():
            awaited = (await one() for _ in [1])
            async for each in awaited: print(each)
            handed = (each async for each in awaited)
            async for each in handed: print(each)
            for each in handed: print(each)
        #               ^^^^^^ async-iteration
    """,
    "calls of objects whose class says that they have none": """
        class Loud:
            def __call__(self): return 1
        class Never(Loud):
            __call__ = None
        never = Never()
        never()
        # <- not-callable
        Loud()()
    """,
    "classes have the special methods of their metaclasses": """
        import enum
        import os
        import queue
        from typing import Generic, TypeVar
        T = TypeVar("T")
        class Plain: pass
        class Box(Generic[T]): pass
        class Crate(Box[int]): pass
        class Own:
            def __class_getitem__(cls, item): return cls
        class Colour(enum.Enum):
            RED = 1
        class Meta(type):
            def __iter__(cls): return iter([])
            def __getitem__(cls, item): return item
        class Many(metaclass=Meta): pass
        Plain[int]
        # <- not-subscriptable
        Plain[0] = 1
        # <- not-subscriptable
        for each in Plain: print(each)
        #           ^^^^^ not-iterable
        1 in Plain
        #    ^^^^^ not-a-container
        with Plain: pass
        #    ^^^^^ not-a-context-manager
        Own()[1]
        # <- not-subscriptable
        for each in os: print(each)
        #           ^^ not-iterable
        1 in range
        #    ^^^^^ not-a-container
        # fine
        Box[int], Crate[int], Own[int], list[int], queue.Queue[int], type[Plain], tuple[int, ...]
        Many[1], Colour["RED"]
        for each in Many: print(each)
        for each in Colour: print(each)
        1 in Colour
        def later(value: "Plain[int]", other: "queue.Queue[int]"): return value
    """,
    "a special method that is None, or that syntax cannot call": """
        class Searched:
            __contains__ = None
            def __iter__(self): return iter([])
        class Closed(list):
            __iter__ = None
        class More:
            def __iter__(self, start): return iter([start])
        class Number:
            def __iter__(self): return 42
        class Counter:
            def __next__(self, step): return step
        class Counted:
            def __iter__(self): return Counter()
        class Half:
            def __enter__(self): return self
        class Short:
            def __enter__(self): return self
            def __exit__(self): return None
        class Right:
            def __enter__(self): return self
            def __exit__(self, *details): return None
            def __iter__(self): return self
            def __next__(self, step=1): return step
        1 in Searched()
        #    ^^^^^^^^ not-a-container (__contains__ is None)
        for each in Closed(): print(each)
        #           ^^^^^^ not-iterable (__iter__ is None)
        for each in More(): print(each)
        #           ^^^^ not-iterable (is called with no arguments)
        for each in Number(): print(each)
        #           ^^^^^^ not-iterable (returns no iterator)
        for each in Counted(): print(each)
        #           ^^^^^^^ not-iterable
        with Half(): pass
        #    ^^^^ not-a-context-manager
        with Short(): pass
        #    ^^^^^ not-a-context-manager (called with 3 arguments)
        None[0]
        # <- not-subscriptable
        # fine
        with Right(): pass
        for each in Right(): print(each)
        for each in Searched(): print(each)
    """,
    "items that are set and deleted": """
        (1, 2)[0] = 3
        # <- not-subscriptable
        {each for each in range(3)}[0] = 1
        # <- not-subscriptable
        class Read:
            def __getitem__(self, key): return [key]
        Read()[0] = 1
        # <- not-subscriptable
        del Read()[0]
        #   ^^^^ not-subscriptable
        def numbers():
            yield from 10
        #              ^ not-iterable
            yield from [1]
        def take(**options): return options
        take(**Read())
        #      ^^^^ not-iterable
        # fine
        Read()[0][0] = 1
        del Read()[0][0]
        table = {"a": [1]}
        del table["a"][0], table["a"]
        table["a"] += [1]
        take(**table)
    """,
    "what has no special method": """
        import contextlib, threading, tempfile, re
        from typing import Any
        class K: pass
        def f(): return 1
        k = K()
        for i in k: pass
        #        ^ not-iterable
        for i in K(): pass
        #        ^ not-iterable
        [x for x in 5]
        #           ^ not-iterable
        a, b = K()
        #      ^ not-iterable
        print(*k)
        #      ^ not-iterable
        k[0]
        # <- not-subscriptable
        K()["x"]
        # <- not-subscriptable
        f[0]
        # <- not-subscriptable
        k["a"] = 1
        # <- not-subscriptable
        1 in k
        #    ^ not-a-container
        1 not in K()
        #        ^ not-a-container
        with K():
        #    ^ not-a-context-manager
            pass
        with k as held:
        #    ^ not-a-context-manager
            print(held)
        async def go():
            async with K():
        #              ^ not-a-context-manager
                pass
            async with K() as z, K():
        #              ^ not-a-context-manager
                print(z)
            for line in open("x"): print(line)
        with f:
        #    ^ not-a-context-manager
            pass
        # fine
        class Old:
            def __getitem__(self, i): return i
        for i in Old(): print(i)
        1 in Old()
        Old()[1]
        class It:
            def __iter__(self): return iter([1])
        for i in It(): print(i)
        1 in It()
        c, d = It()
        class Ctx:
            def __enter__(self): return self
            def __exit__(self, *a): return None
        with Ctx() as ctx: print(ctx)
        @contextlib.contextmanager
        def managed(): yield 1
        with managed() as m: print(m)
        with threading.Lock(): pass
        with tempfile.TemporaryDirectory() as d: print(d)
        with open("x") as one, open("y") as two: print(one, two)
        class Meta(type):
            def __iter__(cls): return iter([1])
            def __getitem__(cls, i): return i
            def __contains__(cls, i): return True
        class M(metaclass=Meta): pass
        for i in M: print(i)
        M[0]
        1 in M
        class Gen:
            def __class_getitem__(cls, i): return cls
        Gen[int]
        class Dyn:
            def __getattr__(self, name): return 1
        for i in Dyn(): print(i)
        class Delegate:
            def __init__(self, **kw): self.__dict__.update(kw)
        def use(value: K, other: Any, third: "K | list"):
            try:
                for x in value: print(x)
            except TypeError:
                pass
            if isinstance(value, (list, tuple)):
                for x in value: print(x)
            if hasattr(value, "__len__"):
                value[0]
            for x in other: print(x)
            for x in third: print(x)
        class Base:
            def each(self):
                for x in self: print(x)
        class Derived(Base):
            def __iter__(self): return iter([])
        def base(b: Base):
            for x in b: print(x)
        e = re.match("a", "b")
        print(e[0], e["x"])
        class L(list): pass
        L()[0]
        for x in L(): print(x)
        del k[0]
        #   ^ not-subscriptable
        del Old()[0]
        #   ^^^ not-subscriptable
        import enum
        class Col(enum.Enum):
            R = 1
        for c in Col: print(c)
        Col["R"]
        Col.R in Col
        x: dict[str, K] = {}
        x["a"][0]
        # <- not-subscriptable
        n = None
        for i in n or []: print(i)
        class Lazy:
            items = None
            def fill(self): self.items = [1]
            def go(self):
                for i in self.items: print(i)
                return self.items[0]
        range(3)[1]
        1 in range(4)
        for i, j in {}.items(): print(i, j)
        type(k)[0]
    """,
    "coroutines that are never awaited": """
        import asyncio
        async def f(): return "x"
        def g() -> str:
            return f()
        #          ^ missing-await
        def g2():
            return f()
        def g3() -> "asyncio.Future[str]":
            return f()
        def g4() -> object:
            return f()
        from collections.abc import Awaitable, Coroutine
        from typing import Any
        def g5() -> Awaitable[str]:
            return f()
        def g6() -> Coroutine[Any, Any, str] | None:
            return f()
        def h():
            f()
        #   ^ missing-await
        def untyped(x): return x.upper()
        def stored(x):
            return [x]
        async def use():
            untyped(f())
        #           ^ missing-await
            untyped(await f())
            await asyncio.gather(*stored(f()))
            if f() == "x":
        #      ^ missing-await
                print(1)
            asyncio.create_task(f())
            await asyncio.wait_for(f(), 1)
        class Runner:
            def run_all(self): return 1
            async def save(self): return 1
        class Other:
            async def run_all(self): return 1
        async def main(repo: Runner):
            runner = Runner()
            await runner.run_all()
        #   ^^^^^ not-awaitable
            other = Other()
            await other.run_all()
            await asyncio.gather(repo.save, f())
        #                             ^^^^ not-awaitable
            await asyncio.gather(repo.save(), f())
        asyncio.run(main)
        #           ^^^^ not-awaitable
        asyncio.run(main(Runner()))
        def later():
            asyncio.run(f)
        #               ^ not-awaitable
            asyncio.run(f())
            asyncio.create_task(f)
        #                       ^ not-awaitable
        loop = asyncio.new_event_loop()
        loop.run_until_complete(f)
        #                       ^ not-awaitable
        loop.run_until_complete(f())
        asyncio.wait_for(f, 1)
        #                ^ not-awaitable
        async def other_main():
            async with asyncio.TaskGroup() as group:
                group.create_task(f)
        #                         ^ not-awaitable
                group.create_task(f())
    """,
    "stars of known length": """
        def three(a, b, c): return a
        print(three(*(1, 2, 3, 4)))
        #           ^^^^^^^^^^^^^ too-many-arguments
        print(three(*(1, 2, 3)))
        print(three(*(1, 2)))
        #     ^^^^^ missing-argument
        print(three(*[1, 2, 3, 4]))
        #           ^^^^^^^^^^^^^ too-many-arguments
        pair = (1, 2)
        print(three(*pair))
        #     ^^^^^ missing-argument
        print(three(*pair, 3))
        print(three(*pair, 3, 4))
        #                     ^ too-many-arguments
        print(three(1, *pair))
        print(three(1, 2, *pair))
        #                 ^^^^^ too-many-arguments
        def use(t: tuple[int, int], u: tuple[int, ...], v):
            print(three(*t))
        #         ^^^^^ missing-argument
            print(three(1, *t))
            print(three(*u), three(*v), three(*u, 1, 2, 3))
            print(three(1, 2, 3, 4, *v))
        #                        ^ too-many-arguments
        print(three(*"abc"))
        print(three(**{"a": 1, "b": 2, "c": 3}))
        print(three(**{"a": 1, "b": 2, "d": 3}))
        #                              ^ unknown-keyword
        print(three(**{"a": 1, "b": 2}))
        #     ^^^^^ missing-argument
        print(three(1, **dict(b=1, c=2)))
        grown = [1, 2]
        grown.append(3)
        print(three(*grown))
        def opt(a, b=1): return a
        print(opt(*(1,)), opt(*pair))
    """,
    "named tuples by a call": """
        from collections import namedtuple
        import collections
        from typing import NamedTuple
        P = namedtuple("P", "a b")
        P(1, 2).zz
        #       ^^ unresolved-attribute
        P(1, 2).a
        P(1, 2)._replace(a=1)
        P(1, 2)._replace(c=3)
        #                ^ unknown-keyword
        P._make([1, 2]).a
        P._fields
        P(1, 2)._asdict()
        P(1, 2).count(1)
        p = P(1, 2)
        p.zz
        # ^^ unresolved-attribute
        Q = NamedTuple("Q", [("x", int), ("y", str)])
        Q(1, "a").x
        Q(1, "a").zz
        #         ^^ unresolved-attribute
        Q(1, "a")._replace(z=3)
        #                  ^ unknown-keyword
        class R(namedtuple("R", ["a", "b"])):
            def more(self): return self.a
        R(1, 2).more()
        R(1, 2).b
        R(1, 2).zz
        #       ^^ unresolved-attribute
        R(1, 2)._replace(c=3)
        #                ^ unknown-keyword
        class S(NamedTuple):
            a: int
        S(1)._replace(b=2)
        #             ^ unknown-keyword
        S(1)._replace(a=2)
        S(1).zz
        #    ^^ unresolved-attribute
        names = ["u", "v"]
        T = namedtuple("T", names)
        T(1, 2).u
        T(1, 2)._replace(u=3)
        V = collections.namedtuple("V", ["a", "def"], rename=True)
        V(1, 2)._1
        W = namedtuple("W", "a b")
        W.extra = property(lambda self: 1)
        W(1, 2).extra
        X = namedtuple("X", P._fields + ("c",))
        X(1, 2, 3).c
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

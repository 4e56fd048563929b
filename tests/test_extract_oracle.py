"""Facts against Python's own parser and symbol table, on code that people wrote."""

from __future__ import annotations

import os
import random
import sysconfig
import warnings
from pathlib import Path
from textwrap import dedent

import pytest
from oracle_facts import differences

STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))
LONGEST = 300_000  # bytes; the few files above are tables


def standard_library() -> list[Path]:
    """Modules of the standard library, those of test suites left out."""
    found: list[Path] = []
    for folder, folders, names in os.walk(STANDARD_LIBRARY):
        folders[:] = sorted(
            set(folders) - {"__pycache__", "dist-packages", "site-packages", "test", "tests"}
        )
        found += [Path(folder, name) for name in sorted(names) if name.endswith(".py")]
    return [path for path in found if path.stat().st_size <= LONGEST]


def sample() -> list[Path]:
    """A few modules, always the same ones of one interpreter."""
    found = standard_library()
    return random.Random(0).sample(found, min(len(found), 150))


def check(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the compiler thinks of old code
        try:
            found = differences(path.read_bytes())
        except SyntaxError:
            pytest.skip("this Python does not parse it")
    assert not found


NEWEST = """
class A[T, *Ts, **P](Base[T]):
    def f[U: int](self, x: U, *args: *Ts) -> list[U]:
        return [y for y in x if (z := y)]
type B[K] = dict[K, int]
try: pass
except* ValueError as error: pass
match x:
    case [A(b=1) as c, *_] | {"k": d, **e} if c: pass
f"{x!r:>{width}} {'a' + f'{y}'}"
async def g():
    async with a as b, c as (d, *e): pass
    return (await x async for x in y for z in [w for w in x])
"""


@pytest.mark.parametrize("path", sample(), ids=lambda path: str(path.relative_to(STANDARD_LIBRARY)))
def test_sample_of_the_standard_library(path: Path) -> None:
    check(path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", standard_library(), ids=lambda path: str(path.relative_to(STANDARD_LIBRARY))
)
def test_whole_standard_library(path: Path) -> None:
    check(path)


CASES = {
    "statements": """
        import a.b.c, d as e
        from ..f import (g, h as i,)
        x: int
        x.y: int = a
        a, (b, *c), d[0] = e, f = g
        a += b; c.d += e; f[g] += h; (i) += j
        del a, (b.c, d[e])
        with (a as b, c as (d, e)): pass
        with (a, b): pass
        with (yield): pass
        for a, in *b, c: pass
        else: pass
        while a := b: pass
        try: pass
        except (A, b.C) as d: pass
        else: pass
        finally: pass
        raise A from b
        assert a, b
        """,
    "functions": """
        @a.b[c](d)
        @(lambda f: f)
        async def f(a, b: int = 1, /, c=lambda x, y=1: x, *d: int, e, g: str = "", **h) -> int:
            "Doc."
            global i, j
            def k(self=f): nonlocal_ = yield
            yield a, b
            return
        lambda *, a: (yield)
        """,
    "classes": """
        class A(B, *c, metaclass=d, **e):
            __private = 1
            def f(self, __other):
                self.__private = __private = __other
                def g(): self.a, *self.b = 1
                class C:
                    def h(this): this.d = self.e = 1
            @staticmethod
            def i(self): self.f = 1
        """,
    "expressions": """
        x = a if b else c
        x = [*a.b(c), *d], {**e, f: g}, {*h}
        x = a[b, c:d, ::e], a[b,], a[(b,)], a[f(c,)], a[...]
        x = not a < b <= c is not d not in e
        x = -1, - 1, -0x1, --1, ---a, ~a ** -b @ c
        x = lambda a, *b, c=d, **e: (f, a)
        x = {a: b for a, b in c if d for e in f if g}
        x = f(a for a in b)(c, *d, e=f, **g)[h].i
        x = "a" f"{b}" 'c', b"d" b"e", ''
        x = 1_0, 0o7, 1.5, 1e5, 2j, None, True, ...
        x = (yield), (a := b), (c), tuple[*tuple[int]], a[*b], f"{c:=10}", f"{(d := c)}"
        """,
    "comprehensions": """
        x = [[y for y in x] for x in [x for x in z]]
        def f(): return {a for b in c if (d := b) for e in b}
        class A:
            a = [b for b in c]
            d = (lambda: e for g in h)
        """,
    "soft keywords": """
        match = case = type = _ = 1
        match(x); match[x]; match.y; type(x).z = 1; type(x)[0] = 2; print >>f, x
        """,
    "letters": """
        größe = naïve.été(ﬁn=1)
        """,
}


@pytest.mark.parametrize("case", CASES)
def test_constructs(case: str) -> None:
    assert not differences(dedent(CASES[case]).encode())


@pytest.mark.skipif("sys.version_info < (3, 12)", reason="Python 3.12's grammar")
def test_newest_constructs() -> None:
    assert not differences(NEWEST.encode())

"""Calls of what a class, a decorator, a test or a registry makes of what is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_findings

CASES = {
    "functions under singledispatch take what any registered one takes": """
        #- g.py
        from functools import singledispatch
        import functools
        @functools.singledispatch
        def show(arg, *, deep=False): ...
        @show.register(int)
        @show.register(str)
        def _(arg, pad=0): return str(arg).rjust(pad)
        def lst(arg, sep): return sep
        show.register(list, lst)
        show(3, pad=4); show(3, 4)
        show([], sep=1)
        show([], deep=True)
        show(3, 4, 5)
        #       ^ too-many-arguments
        show(3, wat=1)
        #       ^^^ unknown-keyword
        @show.register
        def named(arg: bytes, z): return z
        named(b"", 1)
        named(b"")
        # <- missing-argument
        #- h.py
        from g import show
        @show.register
        def more(arg: float, digits=2): return digits
        show(3.0, digits=3)
        show(3.0, dogits=3)
        #         ^^^^^^ unknown-keyword
    """,
    "constructors that give something else": """
        class A:
            _one = None
            def __new__(cls, *a):
                if cls._one is None:
                    cls._one = super().__new__(cls)
                return cls._one
            def __init__(self, x): self.x = x
        A()
        # <- missing-argument
        A(1)
        class B:
            def __new__(cls, x):
                self = object.__new__(cls)
                self.y = x
                return self
            def __init__(self, x): pass
        B()
        # <- missing-argument
        B(1)
        class C:
            def __new__(cls, **k):
                if cls is C:
                    return super().__new__(D)
                return super().__new__(cls)
            def __init__(self, a, b): pass
        class D(C):
            def __init__(self, f): pass
        C(f=1)
        class E:
            def __new__(cls, a):
                if a:
                    return None
                return super().__new__(cls)
            def __init__(self): pass
        E(1)
        class F:
            def __new__(cls, a):
                return [a]
            def __init__(self): pass
        F(1).append(2)
        class G:
            def __new__(cls, a):
                return make(a)
            def __init__(self): pass
        def make(a): return a
        G(1)
        class H:
            def __new__(cls, a):
                x = {"a": 1}
                return x
            def __init__(self): pass
        H(1).items()
        class I:
            def __new__(cls, *args, **kwargs):
                instance = super(I, cls).__new__(cls)
                return instance
            def __init__(self, a): pass
        I()
        # <- missing-argument
        I(3)
        class J:
            def __new__(cls, a):
                x = cls.registry().get(a)
                return x
            def __init__(self): pass
            @classmethod
            def registry(cls): return {}
        J(3).foo
        class K:
            def __new__(cls, a, b):
                return K.many(a, b)
            def __init__(self): pass
            @classmethod
            def many(cls, a, b): return [a, b]
        K(1, 2)
        class K2(K):
            def __init__(self, q=1): pass
            def fields(self): return 1
        K2(1, 2)
        K2().fields()
    """,
    "what super() leads to in the class that is called": """
        class Base:
            def __init__(self, name): self.name = name
        class Mix:
            def __init__(self, **kw): super().__init__(**kw)
        class T(Mix, Base):
            def __init__(self, **kw): super().__init__(**kw)
        T(name=1)
        T(nome=1)
        # ^^^^ unknown-keyword
        class MixO(object):
            def __init__(self, **kw): super().__init__(**kw)
        class TO(MixO, Base):
            pass
        TO(name=1)
        TO(nome=1)
        #  ^^^^ unknown-keyword
    """,
    "stubs of what the source decorates": """
        #- scale.py
        def odd(init):
            def inner(self, *args):
                return init(self, None)
            return inner
        class Linear:
            @odd
            def go(self, axis): return axis
            def plain(self, axis): return axis
        @odd
        def free(a, b): return a
        #- scale.pyi
        class Linear:
            def go(self, axis: object) -> None: ...
            def plain(self, axis: object) -> None: ...
        def free(a: int, b: int) -> int: ...
        #- use.py
        from scale import Linear, free
        Linear().go()
        free(1)
        Linear().plain()
        #        ^^^^^ missing-argument
    """,
    "class decorators that give something else": """
        import functools
        def as_instance(cls): return cls()
        @as_instance
        class settings:
            @property
            def debug(self): return 1
            def get(self, key, default=None): return key
        settings.get("a")
        settings.debug.real

        def instance_with(*args):
            def deco(cls):
                return cls(*args)
            return deco
        @instance_with(3)
        class box:
            def __init__(self, n): self.n = n
            def grow(self, by): return by
        box.grow(1)
        box.n
        class Other:
            def m(self, x): return x
        def other(cls): return Other
        @other
        class C:
            def m(self): return 1
        C().m(3)
        C().zipped
        #   ^^^^^^ unresolved-attribute
        def wrap(cls):
            class New(cls):
                extra = 1
                def more(self): return 1
            return New
        @wrap
        class B: pass
        B.extra
        B().more()
        class B2(B):
            def go(self): return self.more(), self.extra
        def typed(cls): return type("New", (cls,), {"more": 1})
        @typed
        class D: pass
        D.more
        D().more
        def typed2(cls):
            made = type(cls.__name__, (cls, Other), dict(cls.__dict__))
            return made
        @typed2
        class D2: pass
        D2().m(1)
        class Registry:
            def __init__(self, cls): self.cls = cls
            def __call__(self, *a): return self.cls(*a)
            def names(self): return []
        @Registry
        class E:
            def go(self): return 1
        E.names()
        E(1, 2)
        def singleton(cls):
            made = {}
            @functools.wraps(cls)
            def get(*args, **kwargs):
                if cls not in made:
                    made[cls] = cls(*args, **kwargs)
                return made[cls]
            return get
        @singleton
        class S:
            level = 1
            def __init__(self, a): self.a = a
            def go(self): return self.a
        S(1).go()
        S.level
        def mark(cls):
            print(cls)
            return cls
        @mark
        class M:
            def go(self): return 1
        M().go()
        M().gone()
        #   ^^^^ unresolved-attribute
        def param(x=1):
            def inner(cls):
                return cls
            return inner
        @param(x=2)
        class P:
            def go(self): return 1
        P().gone()
        #   ^^^^ unresolved-attribute
        def optional(cls=None, *, x=1):
            def inner(cls):
                return cls
            return inner if cls is None else inner(cls)
        @optional
        class O1:
            def go(self): return 1
        O1().gone()
        #    ^^^^ unresolved-attribute
        @optional(x=3)
        class O2:
            def go(self): return 1
        O2().gone()
        #    ^^^^ unresolved-attribute
    """,
    "a class decorator that is declared to give another class": """
        from typing import Generic, TypeVar
        T = TypeVar("T")
        class Wrapped(Generic[T]):
            def __init__(self, inner: T) -> None: self.inner = inner
            def unwrap(self) -> T: return self.inner
        def wrapped(cls: type[T]) -> type[Wrapped[T]]: ...
        @wrapped
        class A:
            def __init__(self) -> None: ...
        A(3).unwrap()
        def same(cls: type[T]) -> type[T]:
            cls.x = 1
            return cls
        @same
        class B:
            def go(self): return 1
        B().go()
    """,
    "decorators that may replace a function": """
        def dispatcher(impl):
            def deco(fn):
                def public(*a, **k):
                    return impl(*a, **k)
                return public
            return deco
        def impl(a, b): return object()
        @dispatcher(impl)
        def dot(a, b):
            return (a, b)
        dot(1, 2).real
        def maybe(flag):
            def deco(fn):
                if flag:
                    return flag(fn)
                return fn
            return deco
        @maybe(print)
        def three(a, b):
            return (a, b)
        three(1, 2).real
        three(1)
        def swap(fn):
            return fn.other
        @swap
        def four(a): return (a,)
        four(1).real
        four()
        class Method:
            @dispatcher(impl)
            def dot(self, a): return (a,)
            @maybe(1)
            def mul(self, a): return (a,)
        Method().dot(1).real
        Method().mul(1).real
    """,
    "what tests put something else in place of": """
        #- m.py
        class Ask:
            def __init__(self, a, b): pass
        class Other:
            def __init__(self, a): pass
        class Kid(Ask):
            def go(self, n): return n
        def load(a, b): return a
        #- test_m.py
        from unittest import mock
        from unittest.mock import patch
        import m
        from m import Ask, Other, Kid, load
        def test_a():
            with patch("m.Ask.__init__", return_value=None):
                Ask()
        def test_b(monkeypatch):
            monkeypatch.setattr(Ask, "__init__", lambda self: None)
            Ask()
            Kid()
        def test_c(mocker):
            mocker.patch.object(m.Ask, "__init__", return_value=None)
            m.Ask()
        @mock.patch.object(Ask, "__init__", new=lambda self: None)
        def test_d():
            Kid().go(1)
        @patch("test_m.load")
        def test_e(found):
            load()
        def test_f(monkeypatch):
            monkeypatch.setattr("m.Kid.go", lambda: 1)
            Kid(1, 2).go()
        def test_g():
            Other()
        #   ^^^^^ missing-argument
        #- test_n.py
        from unittest.mock import patch
        from m import Ask, Other
        def test_g():
            Ask()
        #   ^^^ missing-argument
        #- test_o.py
        from m import Ask
        def test_g():
            def plain(self): self.x = 1
            Ask.__init__ = plain
            Ask()
    """,
    "typed dictionaries are dictionaries": """
        from typing import TypedDict, NotRequired
        class Place(TypedDict):
            uri: str
            line: NotRequired[int]
        def use(row: Place):
            row.update(line=3)
            row.update({"line": 3})
            row.clear()
            row.popitem()
            row.fromkeys(["a"])
            row.nope()
        #       ^^^^ unresolved-attribute
            row.get("uri")
            row.setdefault("line", 3)
        p = Place({"uri": "u", "line": 1})
        q = Place(p, line=3)
        r = Place({"uri": "x"}, line=3)
        Place(uri="x", nope=3)
        #              ^^^^ unknown-keyword
        Place()
        # <- missing-argument
        class Open(TypedDict, extra_items=int):
            a: str
        Open(a="x", b=3)
        Open(b=3)
        # <- missing-argument
        class More(Open):
            c: int
        More(a="x", c=3, d=4)
        Alt = TypedDict("Alt", {"x": int})
        def alt(row: Alt):
            row.update(x=3)
            row.clear()
    """,
    "tuples of which only a part has a known length": """
        from typing import Unpack
        def f(
            t: tuple[int, *tuple[str, ...]],
            u: tuple[int, Unpack[tuple[str, ...]]],
            v: tuple[int, *tuple[str, str]],
        ):
            a, b, c = t
            d, e, g = u
            h, i, j = v
            k, l = v
        #   ^ unpack-count
            x, y = t
            a.real
            t[0].real
            t[2].upper()
        def g(t: tuple[*tuple[int, ...], str], n: tuple[int, str]):
            a, b, c = t
            d, e, f = n
        #   ^ unpack-count
    """,
    "several subscripts in an annotation": """
        X = {"a": {"b": int}}
        def f(a: X["a"]["b"], b: X["a"](1) = 3, *, c: X["a"]["b"]["c"] = 1) -> X["a"]["b"]: ...
        b: X["a"]["b"] = 1
        c: X["a"](1)
        class K:
            d: X["a"]["b"]
            def m(self) -> X["a"]["b"]:
                return self.d
        lambda: (yield)
        print(f(1), K().m())
        K().nope()
        #   ^^^^ unresolved-attribute
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


def test_stubs_of_compiled_modules_may_know_too_little(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- .venv/pyvenv.cfg
        home = /usr/bin
        version = 3.12.1
        #- .venv/lib/python3.12/site-packages/gui/__init__.py
        #- .venv/lib/python3.12/site-packages/gui/widgets.abi3.so
        #- .venv/lib/python3.12/site-packages/gui/widgets.pyi
        class Button:
            def __init__(self, text: str) -> None: ...
            def press(self) -> None: ...
        #- main.py
        from gui.widgets import Button
        Button("Send", clicked=print)
        Button("Send", 1)
        #              ^ too-many-arguments
        Button("Send").press(1)
        #                    ^ too-many-arguments
        """,
        *RULES,
    )


def test_overloads_are_chosen_by_what_is_known(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from typing import Any, Generic, TypeVar, overload
        D = TypeVar("D")
        T = TypeVar("T")
        class A:
            def a(self): return 1
        class B:
            def b(self): return 1
        class Array(Generic[D]): ...
        Dual = Array[D] | T | list[T]
        @overload
        def pick(x: int, size: None = None) -> A: ...
        @overload
        def pick(x: Dual[float, int], size: tuple[int, ...]) -> B: ...
        @overload
        def pick(x: str, size: None = None) -> B: ...
        def pick(x, size=None): return x
        def use(v, w: Any, z: int | str):
            pick(v).b()
            pick(w).b()
            pick(z).a()
            pick(1, v).b()
            pick(b"x").a()
            pick(*v).b()
            pick(1).a()
            pick(1).b()
            #       ^ unresolved-attribute
            pick(1, (2, 3)).b()
            pick(1, (2, 3)).a()
            #               ^ unresolved-attribute
        """,
        *RULES,
    )


def test_syntax_errors_keep_any_arguments(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Bad(SyntaxError):
            pass
        class Own(SyntaxError):
            def __init__(self, text): super().__init__(text)
        Bad("text", 1, 2)
        SyntaxError("text", 1, 2)
        Own("text", 1)
        #           ^ too-many-arguments
        """,
        "too-many-arguments",
    )

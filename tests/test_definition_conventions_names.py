"""Untyped code by what is said elsewhere: docstrings, names, protocols, keywords, look-ups."""

from __future__ import annotations

from pathlib import Path

import pytest
from conventions_fixture import check_convention

DOCSTRINGS = {
    "Google": '''
        def f(x, y):
            """Do it.

            Args:
                x (Box): First.
                y (Optional[Bag], optional): Second.
            """
            x.${Box}area()
            y.${Bag}area()
    ''',
    "NumPy": '''
        def f(x, y):
            """Do it.

            Parameters
            ----------
            x : Box
                First.
            y : Bag, optional
                Second.
            """
            x.${Box}area()
            y.${Bag}area()
    ''',
    "Sphinx": '''
        def f(x, y, z):
            """Do it.

            :param x: First.
            :type x: Box
            :param Bag y: Second.
            :param z: Third.
            :type z: :class:`shapes.Box`
            """
            x.${Box}area()
            y.${Bag}area()
            z.${Box2}area()
    ''',
    "alternatives": '''
        def f(x, y):
            """Do it.

            Args:
                x (Box or Bag): First.
                y (Box | None): Second.
            """
            x.${both}area()
            y.${Box}area()
    ''',
    "an alternative that is not understood": '''
        def f(x):
            """Do it.

            Args:
                x (Box or whatever you like): First.
            """
            x.${nothing}area()
    ''',
    "list of": '''
        def f(xs, ys):
            """Do it.

            Args:
                xs (list of Box): First.
                ys (List[Bag]): Second.
            """
            xs[0].${Box}area()
            for y in ys:
                y.${Bag}area()
    ''',
    "of the class for its constructor": '''
        class A:
            """It.

            Args:
                x (Box): First.
            """
            def __init__(self, x):
                x.${Box}area()
    ''',
    "result, Google": '''
        def f():
            """Make it.

            Returns:
                Box: What was made.
            """
            return make()
        f().${Box}area()
    ''',
    "result, NumPy": '''
        def f():
            """Make it.

            Returns
            -------
            box : Box
                What was made.
            """
            return make()
        f().${Box}area()
    ''',
    "result, Sphinx": '''
        def f():
            """Make it.

            :rtype: Box
            """
            return make()
        f().${Box}area()
    ''',
    "several results": '''
        def pair():
            """Make both.

            :rtype: (Bag, Box)
            """
            return make()
        pair()[1].${Box1}area()
        def boxes():
            """Make many.

            :rtype: tuple[Box, ...]
            """
            return make()
        boxes()[3].${Box2}area()
        def both():
            """Make two.

            :rtype: Tuple[list[Box], Bag]
            """
            return make()
        both()[0][0].${Box3}area()
        both()[1].${Bag1}area()
    ''',
    "of the overridden method": '''
        class A:
            def f(self, x):
                """Do it.

                Args:
                    x (Box): First.
                """
        class B(A):
            def f(self, x):
                x.${Box}area()
    ''',
}

NAMES = {
    "overridden method is annotated": """
        class A:
            def f(self, x: Box): ...
        class B(A):
            def f(self, y):
                y.${Box}area()
    """,
    "overridden method of a protocol": """
        from typing import Protocol
        class Takes(Protocol):
            def take(self, x: Box): ...
        class A(Takes):
            def take(self, x):
                x.${Box}area()
    """,
    "operand": """
        class A:
            def __init__(self):
                self.box = Box()
            def __eq__(self, other):
                return self.box.area() == other.box.${Box}area()
    """,
    "exception of __exit__": """
        class Guard(Exception):
            def __exit__(self, kind, error, traceback):
                error.${nothing}area()
    """,
    "annotated elsewhere": """
        def typed(thing: Box): ...
        def f(thing):
            thing.${Box}area()
    """,
    "annotated elsewhere, but has no such attribute": """
        def typed(thing: Box): ...
        def f(thing):
            thing.${nothing}volume()
    """,
    "annotated differently elsewhere": """
        class Sack:
            def area(self): ...
        def typed(thing: Box): ...
        def others(thing: Sack): ...
        def more(thing: int): ...
        def f(thing):
            thing.${nothing}area()
    """,
    "class named like it": """
        def f(box):
            box.${Box}area()
    """,
    "class named like it has no such attribute": """
        def f(box):
            box.${nothing}volume()
    """,
    "two classes named like it": """
        class Box:
            def area(self): ...
        def f(box):
            box.${nothing}area()
    """,
    "only class with the attributes used": """
        class Stacker:
            def stack_all(self): ...
        #       ^^^^^^^^^ stack (conventional)
            def clear(self): ...
        class Clearer:
            def clear(self): ...
        def f(x):
            x.${stack}stack_all()
            x.clear()
    """,
    "only class with one of the attributes used": """
        class Stacker:
            def stack_all(self): ...
        def f(x):
            x.${nothing}stack_all()
            x.unstack_all()
    """,
    "attributes that builtins have say nothing": """
        class Texts:
            def startswith(self): ...
        def f(x):
            x.${nothing}startswith()
    """,
    "derived classes with the attribute": """
        class Stacker:
            def stack_all(self): ...
        #       ^^^^^^^^^ stack (conventional)
        class Other(Stacker):
            def stack_all(self): ...
        def f(x):
            x.${stack}stack_all()
    """,
}

KEYWORDS = {
    "forwarded": """
        def g(*, size): ...
        #        ^^^^ size (conventional)
        def f(**kwargs):
            g(**kwargs)
        f(${size}size=1)
    """,
    "forwarded twice": """
        def h(size): ...
        #     ^^^^ size (conventional)
        def g(**rest):
            h(**rest)
        def f(**kwargs):
            g(**kwargs)
        f(${size}size=1)
    """,
    "to the base class": """
        class A:
            def __init__(self, size): ...
        #                      ^^^^ size (conventional)
        class B(A):
            def __init__(self, **kwargs):
                super().__init__(**kwargs)
        B(${size}size=1)
    """,
    "to a constructor": """
        class A:
            def __init__(self, size): ...
        #                      ^^^^ size (conventional)
        def make(**kwargs):
            return A(**kwargs)
        make(${size}size=1)
    """,
    "to a field": """
        from dataclasses import dataclass
        @dataclass
        class A:
            size: int
        #   ^^^^ size (conventional)
        def make(**kwargs):
            return A(**kwargs)
        make(${size}size=1)
    """,
    "from a nested function": """
        def g(size): ...
        #     ^^^^ size (conventional)
        def f(**kwargs):
            def inner():
                return g(**kwargs)
            return inner
        f(${size}size=1)
    """,
    "taken out on the way": """
        def g(size): ...
        def f(**kwargs):
            kwargs.pop("size", None)
            g(**kwargs)
        f(${nothing}size=1)
    """,
    "written beside": """
        def g(size, **rest): ...
        def f(**kwargs):
            g(size=1, **kwargs)
        f(${nothing}size=1)
    """,
    "own parameter first": """
        def g(size): ...
        def f(size, **kwargs):
        #     ^^^^ size (exact)
            g(**kwargs)
        f(${size}size=1)
    """,
}

LOOKUPS = {
    "default of get": """
        def f(options):
            options.get("box", Box()).${Box}area()
    """,
    "default of setdefault": """
        def f(cache, key):
            found = cache.setdefault(key, Box())
            found.${Box}area()
    """,
    "default of pop": """
        def f(options):
            options.pop("box", Box()).${Box}area()
    """,
    "registry by a decorator": """
        REGISTRY = {}
        def register(name):
            def decorate(cls):
                REGISTRY[name] = cls
                return cls
            return decorate
        @register("crate")
        class Crate:
            def fill(self): ...
        #       ^^^^ fill (conventional)
        def f(name):
            REGISTRY[name]().${fill}fill()
    """,
    "registry by a plain decorator": """
        REGISTRY = {}
        def register(cls):
            REGISTRY[cls.__name__] = cls
            return cls
        @register
        class Crate:
            def fill(self): ...
        #       ^^^^ fill (conventional)
        def f(name):
            REGISTRY[name]().${fill}fill()
    """,
    "attribute set from outside": """
        class A: ...
        def f():
            a = A()
            a.extra = Box()
        #     ^^^^^ extra (conventional)
            return a
        def g(a: A):
            a.${extra}extra.${Box}area()
    """,
    "attribute set from outside of a derived class": """
        class A: ...
        class B(A): ...
        def f(a: A):
            a.extra = Box()
        #     ^^^^^ extra (conventional)
        def g(b: B):
            b.${extra}extra.${Box}area()
    """,
    "attribute of a function": """
        def f(): ...
        f.extra = Box()
        # ^^^^^ extra (conventional)
        def g():
            f.${extra}extra.${Box}area()
    """,
    "attribute set on something else": """
        class A: ...
        class B: ...
        def f(b: B):
            b.extra = Box()
        def g(a: A):
            a.${nothing}extra
    """,
}

CASES = {**DOCSTRINGS, **NAMES, **KEYWORDS, **LOOKUPS}


@pytest.mark.parametrize("name", CASES)
def test_definition(tmp_path: Path, name: str) -> None:
    check_convention(tmp_path, CASES[name])

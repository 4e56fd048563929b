"""Who uses a definition: the cursor at ``$0``, every place that uses it marked ``ref``."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_references

CASES = {
    "name that another module gives": """
        from hashlib import sha256
        #                   ^^^^^^ ref (import)
        sha$0256()
        # <- ref (call)
    """,
    "module imported under its own name": """
        #- tools/__init__.py
        #- tools/util.py
        def f(): ...
        #- main.py
        import tools.util as util
        #            ^^^^ ref (import)
        #                    ^^^^ ref (import)
        ut$0il.f()
        # <- ref (read)
    """,
    "function": """
        #- shapes.py
        def ar$0ea(): ...
        def twice():
            return area() * 2
        #          ^^^^ ref (call exact)
        #- main.py
        from shapes import area
        #                  ^^^^ ref (import exact)
        area()
        # <- ref (call exact)
    """,
    "alias": """
        #- shapes.py
        def ar$0ea(): ...
        #- main.py
        from shapes import area as a
        #                  ^^^^ ref (import)
        #                          ^ ref (import)
        a()
        # <- ref (call)
    """,
    "local variable": """
        def f():
            si$0ze = 1
        #   ^^^^ ref (write)
            return size
        #          ^^^^ ref (read)
        def g(size):
            return size
    """,
    "class": """
        class Bo$0x: ...
        class Big(Box): ...
        #         ^^^ ref (inherit)
        def f(box: "Box") -> Box: ...
        #           ^^^ ref (annotation)
        #                    ^^^ ref (annotation)
        Box()
        # <- ref (call)
    """,
    "method": """
        class Box:
            def ar$0ea(self): ...
            def twice(self):
                return self.area() * 2
        #                   ^^^^ ref (call exact)
        class Field:
            def area(self): ...
        Box().area()
        #     ^^^^ ref (call inferred)
        Field().area()
    """,
    "an attribute of something unknown is textual": """
        class Box:
            def ar$0ea(self): ...
        def f(x):
            x.area()
        #     ^^^^ ref (call textual)
    """,
    "an attribute of something else is none": """
        import os
        class Box:
            def jo$0in(self): ...
        os.path.join()
    """,
    "parameter by keyword": """
        def f(si$0ze):
            return size
        #          ^^^^ ref (read)
        f(size=1)
        # ^^^^ ref (keyword)
    """,
    "__all__": """
        #- shapes.py
        __all__ = ["Box"]
        #           ^^^ ref (export)
        class Bo$0x: ...
    """,
    "decorator": """
        def cac$0hed(f): return f
        @cached
        #^^^^^^ ref (decorator)
        def g(): ...
    """,
    "imports and re-exports": """
        #- shop/__init__.py
        from .models import Order as Order
        #                   ^^^^^ ref (import)
        from .models import *
        #- shop/models.py
        class Or$0der: ...
        #- main.py
        from shop import Order
        #                ^^^^^ ref (import)
        import shop
        shop.Order()
        #    ^^^^^ ref (call exact)
        shop.models.Order()
        #           ^^^^^ ref (call exact)
    """,
    "a name that a star import brings": """
        #- shapes.py
        def ar$0ea(): ...
        #- main.py
        from shapes import *
        area()
        # <- ref (call exact)
    """,
    "imports in functions, under conditions and as fall-backs": """
        #- fast.py
        def lo$0ads(text): ...
        #- slow.py
        def loads(text): ...
        #- main.py
        try:
            from fast import loads
        #                    ^^^^^ ref (import)
        except ImportError:
            from slow import loads
        def f():
            from fast import loads as quick
        #                    ^^^^^ ref (import)
        #                             ^^^^^ ref (import)
            return quick("")
        #          ^^^^^ ref (call)
        loads("")
        # <- ref (call)
    """,
    "an attribute that is assigned in several methods": """
        class Box:
            def __init__(self):
                self.si$0ze = 1
        #            ^^^^ ref (write)
            def grow(self):
                self.size += 1
        #            ^^^^ ref (write)
                del self.size
        #                ^^^^ ref (delete)
        class Crate(Box):
            def shrink(self):
                self.size = 0
            def shown(self):
                return self.size
        Box().size
        #     ^^^^ ref (read inferred)
    """,
    "an attribute that is written from outside": """
        class Box:
            size = 0
        #   ^^^^ ref (write)
        def grow(box: Box):
            box.si$0ze = 2
        #       ^^^^ ref (write)
            return box.size
        #              ^^^^ ref (read)
    """,
    "a field by keyword of the constructor": """
        from dataclasses import dataclass
        @dataclass
        class Point:
            x: int
        #   ^ ref (write)
            y: int
        p = Point(x=1, y=2)
        #         ^ ref (keyword)
        p.$0x
        # ^ ref (read)
    """,
    "a parameter by keyword of the constructor": """
        class Box:
            def __init__(self, si$0ze):
                self.size = size
        #                   ^^^^ ref (read)
        class Crate(Box):
            def __init__(self, size):
                super().__init__(size=size)
        #                        ^^^^ ref (keyword)
        Box(size=1)
        #   ^^^^ ref (keyword)
        Crate(size=1)
    """,
    "a method that is called on self, cls, super and the class": """
        class Box:
            def op$0en(self): ...
            @classmethod
            def make(cls):
                cls.open(cls())
        #           ^^^^ ref (call exact)
        class Crate(Box):
            def open(self):
                super().open()
        #               ^^^^ ref (call inferred)
                Box.open(self)
        #           ^^^^ ref (call exact)
        class Barrel(Box):
            def roll(self):
                self.open()
        #            ^^^^ ref (call)
        Crate().open()
    """,
    "a property and its setter": """
        class Box:
            @property
            def si$0ze(self): ...
            @size.setter
        #    ^^^^ ref
            def size(self, value): ...
        box = Box()
        box.size = box.size + 1
        #   ^^^^ ref (write)
        #              ^^^^ ref (read)
    """,
    "overloads": """
        from typing import overload
        @overload
        def pick(x: int) -> int: ...
        @overload
        def pick(x: str) -> str: ...
        def pi$0ck(x): return x
        pick(1)
        # <- ref (call)
    """,
    "string annotations": """
        from __future__ import annotations
        from typing import Optional
        class Tr$0ee:
            left: "Tree"
        #          ^^^^ ref (annotation)
            right: Optional["Tree"]
        #                    ^^^^ ref (annotation)
            def grow(self) -> "list[Tree]": ...
        #                           ^^^^ ref (annotation)
    """,
    "a decorator with arguments, and a decorating method": """
        class App:
            def rou$0te(self, rule): ...
        app = App()
        @app.route("/")
        #    ^^^^^ ref
        def index(): ...
    """,
    "a global": """
        cou$0nt = 0
        # <- ref (write)
        def f():
            global count
        #          ^^^^^ ref
            count += 1
        #   ^^^^^ ref (write)
        def g(count):
            return count
    """,
    "a variable of a closure": """
        def outer():
            to$0tal = 0
        #   ^^^^^ ref (write)
            def inner():
                nonlocal total
        #                ^^^^^ ref
                total += 1
        #       ^^^^^ ref (write)
            return total
        #          ^^^^^ ref (read)
        total = 3
    """,
    "the variable of a comprehension stays in it": """
        rows = [row for ro$0w in range(3) if row]
        #       ^^^ ref (read)
        #               ^^^ ref (write)
        #                                    ^^^ ref (read)
        row = 1
    """,
    "an enum's member": """
        from enum import Enum
        class Color(Enum):
            R$0ED = 1
        #   ^^^ ref (write)
        Color.RED
        #     ^^^ ref (read)
        Color["RED"]
        #      ^^^ ref (string inferred)
        def f(color: Color):
            return color.RED
        #                ^^^ ref (read)
    """,
    "a module": """
        #- shapes/__init__.py
        #- shapes/box.py
        size = 1
        #- main.py
        import shapes.box
        #             ^^^ ref (import)
        from shapes import box
        #                  ^^^ ref (import)
        from shapes.box import size
        #           ^^^ ref (import)
        shapes.bo$0x.size
        #      ^^^ ref (read)
        box.size
        # <- ref (read)
    """,
    "an attribute of a module that has the same name as a method": """
        #- shapes.py
        def op$0en(): ...
        class Box:
            def open(self): ...
        #- main.py
        import shapes
        shapes.open()
        #      ^^^^ ref (call)
        shapes.Box().open()
        open("x")
        def f(x):
            x.open()
    """,
    "a call in a chain": """
        class Query:
            def filter(self): return self
            def or$0der(self): return self
        Query().filter().order().order()
        #                ^^^^^ ref (call inferred)
        #                        ^^^^^ ref (call inferred)
    """,
    "in a type parameter, a default and an f-string": """
        class B$0ox: ...
        def f(x: list[Box] = [Box()], *, name=f"{Box!r}"): ...
        #             ^^^ ref (annotation)
        #                     ^^^ ref (call)
        #                                        ^^^ ref (read)
        class Many(dict[str, Box]): ...
        #                    ^^^ ref
    """,
    "caught, raised and checked": """
        class Wr$0ong(Exception): ...
        try:
            raise Wrong
        #         ^^^^^ ref
        except (Wrong, ValueError) as error:
        #       ^^^^^ ref
            isinstance(error, Wrong)
        #                     ^^^^^ ref
        match 1:
            case Wrong(args=a): ...
        #        ^^^^^ ref
    """,
}


@pytest.mark.parametrize("name", CASES)
def test_references(tmp_path: Path, name: str) -> None:
    check_references(tmp_path, CASES[name])


OVERRIDES = {
    "without being asked for, an override is another symbol": """
        class Base:
            def r$0un(self): ...
        class Job(Base):
            def run(self): ...
        Base().run()
        #      ^^^ ref (call)
        Job().run()
    """,
    "overriding methods": """
        class Base:
            def r$0un(self): ...
        class Job(Base):
            def run(self): ...
        class Task(Job): ...
        Base().run()
        #      ^^^ ref (call)
        Task().run()
        #      ^^^ ref (call)
        class Other:
            def run(self): ...
        Other().run()
    """,
    "overridden methods and their other overrides": """
        #- base.py
        class Base:
            def run(self): ...
        class Job(Base):
            def r$0un(self): ...
        #- other.py
        from base import Base
        class Task(Base):
            def run(self):
                super().run()
        #               ^^^ ref (call)
        def f(task: Task, base: Base):
            task.run()
        #        ^^^ ref (call)
            base.run()
        #        ^^^ ref (call)
    """,
}


@pytest.mark.parametrize("name", OVERRIDES)
def test_references_of_overrides(tmp_path: Path, name: str) -> None:
    asked = "without" not in name
    check_references(tmp_path, OVERRIDES[name], overrides=asked)


def test_references_without_aliases(tmp_path: Path) -> None:
    fixture = """
        #- shapes.py
        def ar$0ea(): ...
        #- main.py
        from shapes import area as a, area
        #                  ^^^^ ref (import)
        #                             ^^^^ ref (import)
        a() + area()
        #     ^^^^ ref (call)
    """
    check_references(tmp_path, fixture, aliases=False)


def test_references_by_convention(tmp_path: Path) -> None:
    fixture = """
        class Box:
            def op$0en(self): ...
        class Tin:
            def open(self): ...
        def f(box):
            box.open()
        #       ^^^^ ref (call conventional)
        def g(tin):
            tin.open()
        def h(anything):
            anything.open()
        #            ^^^^ ref (call textual)
        f(Box())
        g(Tin())
    """
    check_references(tmp_path, fixture)

"""Where names lead: one small code base each, the cursor at ``$0``, ``def`` expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_definition

NAMES = {
    "module variable": """
        limit = 3
        # <- def
        print(li$0mit)
    """,
    "read before it is bound anew": """
        def f(value):
        #     ^^^^^ def
            value = str(val$0ue)
    """,
    "read after it is bound anew": """
        def f(value):
            value = str(value)
        #   ^^^^^ def
            return val$0ue
    """,
    "both branches of an if": """
        if x:
            y = 1
        #   ^ def
        else:
            y = 2
        #   ^ def
        y$0
    """,
    "try and except imports": """
        #- fast.py
        def loads(): ...
        #   ^^^^^ def
        #- slow.py
        def loads(): ...
        #   ^^^^^ def
        #- main.py
        try:
            from fast import loads
        except ImportError:
            from slow import loads
        loa$0ds()
    """,
    "comprehension variable": """
        row = 1
        [ro$0w for row in range(3)]
        #          ^^^ def
    """,
    "first iterable of a comprehension": """
        row = [1]
        # <- def
        [row for row in ro$0w]
    """,
    "class scope is not seen from methods": """
        size = 1
        # <- def
        class Box:
            size = 2
            def f(self):
                return si$0ze
    """,
    "class scope is seen in the class body": """
        size = 1
        class Box:
            size = 2
        #   ^^^^ def
            double = si$0ze * 2
    """,
    "global": """
        count = 0
        # <- def
        def f():
            global count
            return cou$0nt
    """,
    "nonlocal": """
        def outer():
            count = 0
        #   ^^^^^ def
            def inner():
                nonlocal count
                return cou$0nt
    """,
    "walrus in a condition": """
        if (match := find()):
        #   ^^^^^ def
            mat$0ch
    """,
    "exception name": """
        try: ...
        except ValueError as error:
        #                    ^^^^^ def
            err$0or
    """,
    "with target": """
        with open("x") as file:
        #                 ^^^^ def
            fi$0le
    """,
    "match capture": """
        match point:
            case (x, y):
        #         ^ def
                x$0
    """,
    "type parameter": """
        def first[T](items: list[T]) -> T$0: ...
        #         ^ def
    """,
    "base class of the same name": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        from shapes import Box
        class Box(Bo$0x): ...
    """,
    "decorator": """
        def cached(f): return f
        #   ^^^^^^ def
        @cac$0hed
        def g(): ...
    """,
    "quoted annotation": """
        class Box: ...
        #     ^^^ def
        def f(x: "Bo$0x | None"): ...
    """,
}

DELETED = {
    "a name that was deleted": """
        limit = 3
        # <- def
        print(lim$0it)
        del lim${def2}it
        print(lim${nothing}it)
    """,
    "a name that is bound again": """
        limit = 3
        del limit
        limit = 4
        # <- def
        print(lim$0it)
    """,
    "a name that may have been deleted": """
        limit = 3
        # <- def
        if unknown:
            del limit
        print(lim$0it)
    """,
}

HALF_WRITTEN = {
    "above an import that does not parse": """
        #- pkg/__init__.py
        #- pkg/shapes.py
        LIMIT = 1
        # <- def
        #- main.py
        shapes = 3
        import pkg.sha$0pes.
    """,
    "the module of an import without names": """
        #- pkg/__init__.py
        #- pkg/shapes.py
        LIMIT = 1
        # <- def
        #- main.py
        from pkg.sha$0pes
    """,
    "below a decorator of nothing": """
        class Box: ...
        @Box

        limit = 1
        # <- def
        print(li$0mit)
    """,
}

IMPORTS = {
    "from import": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        from shapes import Box
        Bo$0x()
    """,
    "alias": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        from shapes import Box as B
        B$0()
    """,
    "through a package": """
        #- pkg/__init__.py
        from .shapes import *
        #- pkg/shapes.py
        __all__ = ["Box"]
        class Box: ...
        #     ^^^ def
        #- main.py
        import pkg
        pkg.Bo$0x
    """,
    "relative to the parent": """
        #- pkg/__init__.py
        #- pkg/base.py
        class Box: ...
        #     ^^^ def
        #- pkg/sub/__init__.py
        #- pkg/sub/use.py
        from ..base import Bo$0x
    """,
    "circular imports end": """
        #- a.py
        from b import thing
        #- b.py
        from a import other
        thing = 1
        # <- def
        #- main.py
        from a import thing
        thi$0ng
    """,
    "module of the same name as one of the standard library, inside a package": """
        #- pkg/__init__.py
        #- pkg/json.py
        import nothing
        #- pkg/helpers.py
        def dump(): ...
        #   ^^^^ def
        #- pkg/use.py
        import json
        from .helpers import dump
        dum$0p()
    """,
    "stub alias of a module": """
        import os
        def join(): ...
        #   ^^^^ def
        joi$0n()
    """,
}

MEMBERS = {
    "method on self": """
        class Box:
            def area(self): ...
        #       ^^^^ def
            def f(self):
                self.are$0a()
    """,
    "inherited method": """
        #- base.py
        class Base:
            def area(self): ...
        #       ^^^^ def
        #- main.py
        from base import Base
        class Box(Base):
            def f(self):
                self.ar$0ea()
    """,
    "method resolution order": """
        class A:
            def f(self): ...
        class B(A):
            def f(self): ...
        #       ^ def
        class C(A): ...
        class D(C, B): ...
        D().f$0()
    """,
    "super": """
        class A:
            def f(self): ...
        #       ^ def
        class B(A):
            def f(self):
                super().f$0()
    """,
    "attribute set in init": """
        class Box:
            def __init__(self):
                self.size = 1
        #            ^^^^ def
            def f(self):
                return self.si$0ze
    """,
    "constructed": """
        class Box:
            def area(self): ...
        #       ^^^^ def
        box = Box()
        box.ar$0ea()
    """,
    "annotated, optional": """
        from typing import Optional
        class Box:
            def area(self): ...
        #       ^^^^ def
        def f(box: Optional[Box]):
            box.ar$0ea()
    """,
    "result of an annotated function": """
        class Box:
            def area(self): ...
        #       ^^^^ def
        def make() -> "Box": ...
        make().ar$0ea()
    """,
    "result of an unannotated function": """
        class Box:
            def area(self): ...
        #       ^^^^ def
        def make():
            return Box()
        make().ar$0ea()
    """,
    "element of a list": """
        class Box:
            def area(self): ...
        #       ^^^^ def
        def f(boxes: list[Box]):
            for box in boxes:
                box.ar$0ea()
    """,
    "value of a dictionary": """
        class Box:
            def area(self): ...
        #       ^^^^ def
        def f(boxes: dict[str, Box]):
            boxes["x"].ar$0ea()
    """,
    "unpacked tuple": """
        class Box:
            def area(self): ...
        #       ^^^^ def
        def f() -> tuple[int, Box]: ...
        number, box = f()
        box.ar$0ea()
    """,
    "awaited": """
        class Box:
            def area(self): ...
        #       ^^^^ def
        async def make() -> Box: ...
        async def f():
            (await make()).ar$0ea()
    """,
    "entered": """
        class Box:
            def __enter__(self):
                return self
            def area(self): ...
        #       ^^^^ def
        with Box() as box:
            box.ar$0ea()
    """,
    "context manager made of a generator": """
        from contextlib import contextmanager
        class Box:
            def area(self): ...
        #       ^^^^ def
        @contextmanager
        def boxed():
            yield Box()
        with boxed() as box:
            box.ar$0ea()
    """,
    "isinstance": """
        class Box:
            def area(self): ...
        #       ^^^^ def
        def f(x):
            if isinstance(x, Box):
                x.ar$0ea()
    """,
    "early return": """
        class Box:
            def area(self): ...
        #       ^^^^ def
        class Bag:
            def area(self): ...
        def f(x: Box | Bag):
            if isinstance(x, Bag):
                return
            x.ar$0ea()
    """,
    "match on a class": """
        class Box:
            def area(self): ...
        #       ^^^^ def
        def f(x):
            match x:
                case Box() as box:
                    box.ar$0ea()
    """,
    "generic class": """
        from typing import Generic, TypeVar
        T = TypeVar("T")
        class Box:
            def area(self): ...
        #       ^^^^ def
        class Shelf(Generic[T]):
            def get(self) -> T: ...
        def f(shelf: Shelf[Box]):
            shelf.get().ar$0ea()
    """,
    "type parameters of PEP 695": """
        class Box:
            def area(self): ...
        #       ^^^^ def
        def first[T](items: list[T]) -> T: ...
        first([Box()]).ar$0ea()
    """,
    "Self": """
        from typing import Self
        class Base:
            def again(self) -> Self: ...
        class Box(Base):
            def area(self): ...
        #       ^^^^ def
        Box().again().ar$0ea()
    """,
    "classmethod constructor": """
        class Box:
            @classmethod
            def make(cls):
                return cls()
            def area(self): ...
        #       ^^^^ def
        Box.make().ar$0ea()
    """,
    "property": """
        class Box:
            def area(self): ...
        #       ^^^^ def
        class Bag:
            @property
            def box(self) -> Box: ...
        Bag().box.ar$0ea()
    """,
    "property with a setter": """
        class Box:
            @property
            def size(self): ...
        #       ^^^^ def
            @size.setter
            def size(self, value): ...
        Box().si$0ze
    """,
    "dataclass field": """
        from dataclasses import dataclass
        @dataclass
        class Box:
            size: int
        #   ^^^^ def
        Box(1).si$0ze
    """,
    "keyword of a dataclass": """
        from dataclasses import dataclass
        @dataclass
        class Box:
            size: int
        #   ^^^^ def
        Box(si$0ze=1)
    """,
    "keyword argument": """
        def f(*, size): ...
        #        ^^^^ def
        f(si$0ze=1)
    """,
    "enum member": """
        from enum import Enum
        class Color(Enum):
            RED = 1
        #   ^^^ def
        Color.RE$0D
    """,
    "subclass of a builtin by its typing name": """
        from typing import List
        class Stack(List[int]):
            def top(self): ...
        #       ^^^ def
        Stack().to$0p()
    """,
}

CONVENTIONS = {
    "argument at call sites": """
        class Box:
            def area(self): ...
        #       ^^^^ def (conventional)
        def f(x):
            x.ar$0ea()
        f(Box())
    """,
    "fixture": """
        #- conftest.py
        import pytest
        from shapes import Box
        @pytest.fixture
        def box():
            yield Box()
        #- shapes.py
        class Box:
            def area(self): ...
        #       ^^^^ def (conventional)
        #- test_box.py
        def test_area(box):
            box.ar$0ea()
    """,
    "same name annotated elsewhere": """
        #- shapes.py
        class Box:
            def area(self): ...
        #       ^^^^ def (conventional)
        def typed(box: Box): ...
        #- main.py
        def untyped(box):
            box.ar$0ea()
    """,
    "parameter of the overridden method": """
        class Box:
            def area(self): ...
        #       ^^^^ def (conventional)
        class Base:
            def take(self, it: Box): ...
        class Child(Base):
            def take(self, it):
                it.ar$0ea()
    """,
}

CASES = {**NAMES, **DELETED, **HALF_WRITTEN, **IMPORTS, **MEMBERS, **CONVENTIONS}


@pytest.mark.parametrize("name", CASES)
def test_definition(tmp_path: Path, name: str) -> None:
    check_definition(tmp_path, CASES[name])

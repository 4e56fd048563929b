"""Narrowing: what tests, patterns and early ways out say about a name."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapes_fixture import check_types

INSTANCES = {
    "condition with a name": """
        def f(x: Box | Bag):
            is_box = isinstance(x, Box)
            is_bag = not is_box
            if is_box:
                x.${Box1}area()
            elif is_bag:
                x.${Bag1}area()
        def g(x: Box | Bag, y: Box | Bag):
            is_box = isinstance(x, Box)
            x = make()
            if is_box:
                x.${nothing1}area()
            first = isinstance(y, Box)
            def change():
                nonlocal y
                y = Bag()
            change()
            if first:
                y.${both1}area()
    """,
    "elements of a narrower container": """
        from typing import Iterable, Mapping, Sequence
        def f(many: Sequence[Box], some: Iterable[Bag] | Box, names: Mapping[str, Box]):
            if isinstance(many, list):
                many[0].${Box1}area()
                many.pop().${Box2}area()
            if isinstance(some, (list, tuple)):
                for one in some:
                    one.${Bag1}area()
            if isinstance(names, dict):
                names.pop("a").${Box3}area()
    """,
    "a property gives what it gives": """
        class Shelf:
            @property
            def first(self) -> Box: ...
            @first.setter
            def first(self, value): ...
        def f(shelf: Shelf):
            shelf.first = Bag()
            shelf.first.${Box}area()
    """,
    "isinstance of one, several and a union": """
        def f(x, y: Box | Bag):
            if isinstance(x, (Box, Bag)):
                x.${both1}area()
            if isinstance(x, Box | Bag):
                x.${both2}area()
            if isinstance(y, Box):
                y.${Box1}area()
            else:
                y.${Bag1}area()
            if not isinstance(y, Box):
                y.${Bag2}area()
            y.${both3}area()
    """,
    "tuple of classes in a variable": """
        KINDS = (Box, Bag)
        def f(x):
            if isinstance(x, KINDS):
                x.${both}area()
    """,
    "elif": """
        def f(x: Box | Bag | int):
            if isinstance(x, int):
                pass
            elif isinstance(x, Box):
                x.${Box}area()
            else:
                x.${Bag}area()
    """,
    "and, or, not": """
        def f(x, y: Box | Bag):
            if x and isinstance(x, Box) and x.${Box1}area():
                x.${Box2}area()
            if isinstance(y, Box) or y.${Bag1}area():
                y.${both1}area()
            if not (isinstance(y, Box) or unknown):
                y.${Bag2}area()
            isinstance(y, Bag) and y.${Bag3}area()
            y.${Box3}area() if isinstance(y, Box) else y.${Bag4}area()
            while not isinstance(y, Box):
                y.${Bag5}area()
            y.${Box4}area()
    """,
    "narrower class": """
        class Crate(Box):
            def lid(self): return Bag()
        def f(x: Box):
            if isinstance(x, Crate):
                x.lid().${Bag}area()
                x.${Box}area()
    """,
    "early return, raise, continue": """
        def f(x: Box | Bag):
            if not isinstance(x, Box):
                raise ValueError
            x.${Box1}area()
        def g(xs: list[Box | Bag]):
            for x in xs:
                if isinstance(x, Box):
                    continue
                x.${Bag1}area()
        def h(x: Box | Bag):
            try:
                if isinstance(x, Box):
                    return
            except ValueError:
                pass
            x.${both}area()
    """,
    "assert": """
        def f(x, y: Box | Bag):
            assert isinstance(x, Box)
            x.${Box1}area()
            assert isinstance(y, Box), "message"
            y.${Box2}area()
            assert not isinstance(y, Bag)
            y.${Box3}area()
    """,
    "attributes": """
        class Shelf:
            def __init__(self, it: Box | Bag):
                self.it = it
            def f(self, other: "Shelf"):
                if isinstance(self.it, Box):
                    self.it.${Box1}area()
                if isinstance(other.it, Bag):
                    other.it.${Bag1}area()
                    self.it.${both}area()
                assert isinstance(self.it, Bag)
                self.it.${Bag2}area()
    """,
    "bound anew": """
        def f(x: Box | Bag):
            if isinstance(x, Box):
                x = Bag()
                x.${Bag}area()
    """,
    "comprehension": """
        def f(xs: list[Box | Bag]):
            [x.${Box1}area() for x in xs if isinstance(x, Box)]
            boxes = [x for x in xs if isinstance(x, Box)]
            boxes[0].${Box2}area()
    """,
    "issubclass": """
        def f(cls, kind: type):
            if issubclass(cls, Box):
                cls().${Box1}area()
            if isinstance(kind, type) and issubclass(kind, Bag):
                kind().${Bag1}area()
    """,
    "type(x) is": """
        def f(x: Box | Bag, y):
            if type(x) is Box:
                x.${Box1}area()
            if type(y) == Bag:
                y.${Bag1}area()
    """,
    "inner function": """
        def f(x: Box | Bag):
            if isinstance(x, Box):
                def inner():
                    x.${both}area()
                lambda: x
    """,
    "walrus": """
        def find() -> Box | None: ...
        def either() -> Box | Bag: ...
        if (x := find()) is not None:
            x.${Box1}area()
        if isinstance(y := either(), Box):
            y.${Box2}area()
        while z := find():
            z.${Box3}area()
        if not (w := find()):
            raise ValueError
        w.${Box4}area()
    """,
    "isinstance of what no class has": """
        def f(x: Box):
            if isinstance(x, str):
                x.${nothing}area()
    """,
    "list, dict and str keep what they hold": """
        def f(x: "list[Box] | Bag | dict[str, Box]"):
            if isinstance(x, list):
                x[0].${Box1}area()
            elif isinstance(x, dict):
                x["a"].${Box2}area()
            else:
                x.${Bag}area()
    """,
    "both tests": """
        def f(x: Box | Bag, flag):
            if flag:
                if isinstance(x, Box):
                    return
            else:
                return
            x.${Bag}area()
    """,
}

TESTS = {
    "None": """
        class Empty:
            def area(self): ...
        def f(x: Box | None):
            if x is None:
                x.${nothing1}area()
            else:
                x.${Box1}area()
            if x is not None:
                x.${Box2}area()
            if x == None:
                return
            x.${Box3}area()
    """,
    "None that gets a value": """
        def f(x: Box | None = None):
            if x is None:
                x = Box()
            x.${Box1}area()
        def g(x=None):
            if x is None:
                x = Bag()
            x.${Bag1}area()
        def h(x=None):
            if not x:
                x = Box()
            x.${Box2}area()
    """,
    "callable": """
        from typing import Callable
        def f(x: Box | Callable[[], Bag]):
            if callable(x):
                x().${Bag}area()
            else:
                x.${Box}area()
            if not callable(x):
                x.${Box2}area()
    """,
    "type guards": """
        from typing import TypeGuard
        from typing_extensions import TypeIs
        def is_box(x: object) -> TypeGuard[Box]: ...
        def really(x: object) -> TypeIs[Bag]: ...
        class Checks:
            def is_box(self, x) -> "TypeGuard[Box]": ...
        def f(x, y: Box | Bag):
            if is_box(x):
                x.${Box1}area()
            if Checks().is_box(x):
                x.${Box2}area()
            if really(y):
                y.${Bag1}area()
            else:
                y.${Box3}area()
    """,
    "hasattr says nothing of the class": """
        def f(x: Box | int):
            if hasattr(x, "area"):
                x.${Box}area()
    """,
    "discriminating attribute": """
        from typing import Literal
        class A(Box):
            kind: Literal["a"]
        class B(Bag):
            kind: Literal["b"]
        def f(x: A | B):
            if x.kind == "a":
                x.${Box1}area()
            else:
                x.${Bag1}area()
            if x.kind != "b":
                x.${Box2}area()
    """,
    "in": """
        def f(x: Box | None, boxes: list[Box]):
            if x in boxes:
                x.${Box}area()
    """,
    "truth": """
        def find() -> Box | None: ...
        def f(x: Box | None):
            if not x:
                return
            x.${Box1}area()
            found = find()
            if found:
                found.${Box2}area()
            y = find() or Bag()
            y.${both}area()
    """,
    "loops and try": """
        def f(items):
            found = None
            for item in items:
                found = Box()
            found.${Box1}area()
            try:
                made = Box()
            except ValueError:
                made = Bag()
            else:
                made.${Box2}area()
            made.${both1}area()
            while True:
                last = Box()
                break
            last.${Box3}area()
            if items:
                one = Box()
            else:
                raise ValueError
            one.${Box4}area()
            try:
                two = Box()
            finally:
                pass
            two.${Box5}area()
    """,
    "branches that cannot be left": """
        def f(x):
            it = Box()
            if x == 1:
                it = Bag()
                return it
            it.${Box1}area()
            if x == 2:
                it = Bag()
            else:
                it.${Box2}area()
            it.${both}area()
        def g(xs):
            it = Box()
            for x in xs:
                if x:
                    it = Bag()
                else:
                    it.${both2}area()
        def h(x):
            match x:
                case 1:
                    it = Box()
                case 2:
                    it = Bag()
                    it.${Bag}area()
                case _:
                    raise ValueError
            it.${both3}area()
    """,
    "exceptions": """
        class BoxError(Exception):
            box: Box
        class BagError(Exception):
            def __init__(self):
                self.bag = Bag()
        ERRORS = (BagError,)
        try: ...
        except BoxError as error:
            error.box.${Box1}area()
        except (BagError, BagError) as error:
            error.bag.${Bag1}area()
        except ERRORS as error:
            error.bag.${Bag2}area()
        try: ...
        except* BoxError as group:
            group.exceptions[0].box.${Box2}area()
            group.box.${nothing}area()
    """,
}

MATCH = {
    "class patterns": """
        def f(x, y: Box | Bag):
            match x:
                case Box():
                    x.${Box1}area()
                case Bag() as bag:
                    bag.${Bag1}area()
                    x.${Bag2}area()
            match y:
                case Box():
                    pass
                case other:
                    other.${Bag3}area()
            match y:
                case Bag():
                    pass
                case _:
                    y.${Box2}area()
    """,
    "captured attributes": """
        class Pair:
            __match_args__ = ("box", "bag")
            box: Box
            bag: Bag
        def f(x):
            match x:
                case Pair(a, b):
                    a.${Box1}area()
                    b.${Bag1}area()
                case Pair(box=c, bag=Bag() as d):
                    c.${Box2}area()
                    d.${Bag2}area()
                case Pair(box=Box()):
                    x.box.${Box3}area()
    """,
    "captured fields of a dataclass": """
        from dataclasses import dataclass
        from typing import NamedTuple
        @dataclass
        class Pair:
            box: Box
            bag: Bag
        class Named(NamedTuple):
            box: Box
            bag: Bag
        def f(x):
            match x:
                case Pair(a, b):
                    a.${Box1}area()
                    b.${Bag1}area()
                case Named(a, b):
                    b.${Bag2}area()
    """,
    "or and as": """
        def f(x):
            match x:
                case Box() | Bag():
                    x.${both1}area()
                case (Box() | Bag()) as it:
                    it.${both2}area()
                case [Box() as first, *rest]:
                    first.${Box}area()
    """,
    "sequences and mappings": """
        def f(pair: tuple[Box, Bag], boxes: list[Box], by_name: dict[str, Bag]):
            match pair:
                case (a, b):
                    a.${Box1}area()
                    b.${Bag1}area()
            match boxes:
                case [first, *rest]:
                    first.${Box2}area()
                    rest[0].${Box3}area()
                case []:
                    pass
            match by_name:
                case {"x": bag}:
                    bag.${Bag2}area()
            match pair[0], pair[1]:
                case a, b:
                    b.${Bag3}area()
    """,
    "values and None": """
        def f(x: Box | None):
            match x:
                case None:
                    return
                case box:
                    box.${Box1}area()
            x.${Box2}area()
    """,
    "str and int patterns": """
        def f(x: int | Box):
            match x:
                case int(n):
                    n.${nothing}area()
                case Box():
                    x.${Box}area()
    """,
    "attribute as subject": """
        class Shelf:
            it: Box | Bag
            def f(self):
                match self.it:
                    case Box():
                        self.it.${Box}area()
                    case Bag(area=a) as bag:
                        bag.${Bag}area()
    """,
    "guard": """
        def f(x):
            match x:
                case y if isinstance(y, Box):
                    y.${Box}area()
    """,
}

ITEMS = {
    "items by a key that is written out": """
        def f(rows, options, other):
            if isinstance(rows[0], Box):
                rows[0].${Box1}area()
            if isinstance(options["x"].rows[1], Bag):
                options["x"].rows[1].${Bag1}area()
            assert isinstance(other["x"], Box)
            other["x"].${Box2}area()
    """,
    "None as an item": """
        def f(options: dict[str, Box | None]):
            if options["x"] is None:
                return
            options["x"].${Box}area()
    """,
    "an item that is assigned again": """
        def f(rows: list[Box | Bag], other: Bag):
            if isinstance(rows[0], Box):
                rows[0] = other
                rows[0].${both}area()
    """,
}

CASES = {**INSTANCES, **TESTS, **MATCH, **ITEMS}


@pytest.mark.parametrize("name", CASES)
def test_narrowing(tmp_path: Path, name: str) -> None:
    check_types(tmp_path, CASES[name])

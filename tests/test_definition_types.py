"""Types as people write them: annotations, aliases, strings, generics, type variables."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_definition
from shapes_fixture import check_types

ANNOTATIONS = {
    "callable that says what it is called on": """
        from typing import Callable, TypeVar
        T = TypeVar("T")
        class Endless:
            def __call__(self: Callable[..., T]) -> T: ...
        class Maker:
            def __call__(self: Callable[..., T], x: T) -> T: ...
        def f(endless: Endless, maker: Maker):
            endless().${nothing}area()
            maker(Box()).${Box}area()
    """,
    "what a generator is sent": """
        from typing import AsyncGenerator, Generator
        def f() -> Generator[int, Box, None]:
            sent = yield 1
            sent.${Box}area()
        async def g() -> AsyncGenerator[int, Bag]:
            sent = yield 1
            sent.${Bag}area()
    """,
    "Optional, Union and bars": """
        from typing import Optional, Union
        def f(a: Optional[Box], b: Union[Box, Bag], c: Box | Bag, d: Box | None, e: "Box | None"):
            a.${Box1}area()
            b.${both1}area()
            c.${both2}area()
            d.${Box2}area()
            e.${Box3}area()
    """,
    "strings inside of brackets": """
        from typing import List, Dict
        def f(a: List["Box"], b: "List[Box]", c: Dict[str, "Box"], d: "list['Box']"):
            a[0].${Box1}area()
            b[0].${Box2}area()
            c["x"].${Box3}area()
            d[0].${Box4}area()
    """,
    "string with line breaks": '''
        def f(a: """
            Box |
            None
        """):
            a.${Box}area()
    ''',
    "strings in an alias": """
        from typing import Dict, List, Optional, Union
        Maybe = Union["Box", None]
        Many = List["Box"]
        ByName = Dict[str, "Box"]
        Absent = Optional["Box"]
        def f(a: Maybe, b: Many, c: ByName, d: Absent):
            a.${Box1}area()
            b[0].${Box2}area()
            c["x"].${Box3}area()
            d.${Box4}area()
    """,
    "alias that says that it is one": """
        from typing import TypeAlias
        Boxes: TypeAlias = "list[Box]"
        def f(a: Boxes):
            a[0].${Box}area()
    """,
    "alias of a class": """
        Crate = Box
        def f(a: Crate, b: "Crate"):
            a.${Box1}area()
            b.${Box2}area()
        Crate().${Box3}area()
    """,
    "alias statement": """
        type Many[T] = list[T]
        type Boxes = Many[Box]
        def f(a: Many[Box], b: Boxes):
            a[0].${Box1}area()
            b[0].${Box2}area()
    """,
    "generic alias": """
        from typing import TypeVar, Union, Dict
        T = TypeVar("T")
        ByName = Dict[str, T]
        Either = Union[T, None]
        def f(a: ByName[Box], b: Either[Bag]):
            a["x"].${Box}area()
            b.${Bag}area()
    """,
    "alias under TYPE_CHECKING": """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from crates import Crate
        def f(a: "Crate"):
            a.${Box}area()
        #- crates.py
        from shapes import Box
        class Crate(Box): ...
    """,
    "cast with strings": """
        from typing import cast
        import typing
        def f(x):
            cast("Box", x).${Box1}area()
            cast(Box, x).${Box2}area()
            typing.cast("list[Box]", x)[0].${Box3}area()
            box = cast("Box | None", x)
            box.${Box4}area()
    """,
    "Annotated, Final, ClassVar, Required": """
        from typing import Annotated, ClassVar, Final, Optional
        class Shelf:
            first: ClassVar[Box]
            second: Final[Box]
            third: Annotated[Optional[Box], "note"]
            fourth: Final = Box()
        def f(shelf: Shelf, a: Annotated["Box", 1]):
            shelf.first.${Box1}area()
            shelf.second.${Box2}area()
            shelf.third.${Box3}area()
            shelf.fourth.${Box4}area()
            a.${Box5}area()
    """,
    "Any, object and missing names say nothing": """
        from typing import Any
        def f(a: Any, b: object, c: "Missing", d: "not a type at all"):
            a.${nothing1}area()
            b.${nothing2}area()
            c.${nothing3}area()
            d.${nothing4}area()
    """,
    "type of a class": """
        from typing import Type
        def f(a: Type[Box], b: type[Box], c: "type[Box | Bag]"):
            a().${Box1}area()
            b.${Box2}area
            c().${both1}area()
    """,
    "comments": """
        def f(a):
            # type: (Box) -> Bag
            b = a()  # type: Box
            b.${Box}area()
            for c in a:  # type: Bag
                c.${Bag}area()
    """,
    "NewType": """
        from typing import NewType
        Crate = NewType("Crate", Box)
        def f(crate: Crate):
            crate.${Box1}area()
        Crate(Box()).${Box2}area()
    """,
    "module of an annotation": """
        import shapes
        import shapes as other
        def f(a: shapes.Box, b: "shapes.Box", c: "other.Bag"):
            a.${Box1}area()
            b.${Box2}area()
            c.${Bag}area()
    """,
    "annotation of a variable in another module": """
        import settings
        settings.current.${Box1}area()
        from settings import current
        current.${Box2}area()
        #- settings.py
        from shapes import Box
        current: Box
    """,
    "Callable that is called": """
        from typing import Callable
        from collections.abc import Callable as Called
        def f(make: Callable[[], Box], other: "Called[..., Bag]", none: Callable):
            make().${Box}area()
            other().${Bag}area()
            none().${nothing}area()
    """,
    "Literal": """
        from typing import Literal
        Mode = Literal["r", "w"]
        def f(mode: Mode, x: Literal[1]):
            mode.${nothing}area()
    """,
    "name of a class that a member hides": """
        class Shelf:
            Box: "Box"
            def f(self, x: Box):
                self.Box.${nothing}area()
    """,
    "parameter with a default and an annotation": """
        def f(box: Box = None, *bags: Bag, **boxes: Box):
            box.${Box1}area()
            bags[0].${Bag1}area()
            for bag in bags:
                bag.${Bag2}area()
            boxes["x"].${Box2}area()
            for each in boxes.values():
                each.${Box3}area()
    """,
    "unpacked keyword arguments": """
        from typing import TypedDict, Unpack
        class Options(TypedDict):
            box: Box
        def f(**options: Unpack[Options]):
            options["box"].${Box}area()
    """,
    "tuples": """
        def f(a: tuple[Box, Bag], b: tuple[Box, ...], c: "tuple[()]"):
            a[0].${Box1}area()
            a[1].${Bag1}area()
            a[-1].${Bag2}area()
            b[3].${Box2}area()
            for box in b:
                box.${Box3}area()
            for each in a:
                each.${both}area()
    """,
}

GENERICS = {
    "parameter of a generic class through its base": """
        from typing import Generic, TypeVar
        T = TypeVar("T")
        class Shelf(Generic[T]):
            def __init__(self, first: T):
                self.first = first
            def get(self) -> T: ...
            def all(self) -> list[T]: ...
        class BoxShelf(Shelf[Box]): ...
        def f(shelf: BoxShelf):
            shelf.get().${Box1}area()
            shelf.all()[0].${Box2}area()
            shelf.first.${Box3}area()
        Shelf(Bag()).get().${Bag1}area()
        Shelf(Bag()).first.${Bag2}area()
        Shelf[Bag](None).get().${Bag3}area()
    """,
    "PEP 695 class": """
        class Shelf[T]:
            items: list[T]
            def __init__(self, item: T): ...
            def get(self) -> T: ...
        def f(shelf: Shelf[Box]):
            shelf.get().${Box1}area()
            shelf.items[0].${Box2}area()
        Shelf(Box()).get().${Box3}area()
    """,
    "bound and constraints of what is not solved": """
        from typing import TypeVar
        T = TypeVar("T", bound=Box)
        S = TypeVar("S", bound="Box")
        C = TypeVar("C", Box, Bag)
        def f(a: T, b: S, c: C):
            a.${Box1}area()
            b.${Box2}area()
            c.${both}area()
        def g[P: Box](p: P):
            p.${Box3}area()
    """,
    "bound in a string with brackets": """
        from typing import TypeVar
        T = TypeVar("T", bound="Box | None")
        def f(a: T):
            a.${Box}area()
    """,
    "bound of a class's parameter": """
        from typing import Generic, TypeVar
        T = TypeVar("T", bound=Box)
        class Shelf(Generic[T]):
            item: T
            def f(self):
                self.item.${Box1}area()
        def f(shelf: Shelf):
            shelf.item.${Box2}area()
    """,
    "default of a type variable": """
        class Shelf[T = Box]:
            def get(self) -> T: ...
        def f(shelf: Shelf):
            shelf.get().${Box}area()
    """,
    "type variable of the argument": """
        from typing import TypeVar, Iterable, Type, Callable
        T = TypeVar("T")
        def same(x: T) -> T: ...
        def first(xs: Iterable[T]) -> T: ...
        def make(cls: Type[T]) -> T: ...
        def run(f: Callable[[], T]) -> T: ...
        def keyed(*, x: T) -> T: ...
        same(Box()).${Box1}area()
        first([Box()]).${Box2}area()
        first({Box(): 1}).${Box3}area()
        make(Box).${Box4}area()
        run(lambda: Box()).${Box5}area()
        run(Box).${Box6}area()
        keyed(x=Box()).${Box7}area()
        same(unknown).${nothing}area()
    """,
    "several arguments of one type variable": """
        from typing import TypeVar
        T = TypeVar("T")
        def choose(a: T, b: T) -> T: ...
        choose(Box(), Bag()).${both}area()
    """,
    "type variable of optional argument": """
        from typing import Optional, TypeVar
        T = TypeVar("T")
        def need(x: Optional[T]) -> T: ...
        def f(box: Optional[Box]):
            need(box).${Box}area()
    """,
    "Self in all its places": """
        from typing import Self
        class Base:
            @classmethod
            def make(cls) -> Self: ...
            def again(self) -> "Self": ...
            def both(self) -> list[Self]: ...
            @property
            def copy(self) -> Self: ...
            other: "Self | None"
        class Crate(Base, Box): ...
        Crate.make().${Box1}area()
        Crate().again().again().${Box2}area()
        Crate().both()[0].${Box3}area()
        Crate().copy.${Box4}area()
        Crate().other.${Box5}area()
    """,
    "type variable for self": """
        from typing import TypeVar, Type
        T = TypeVar("T", bound="Base")
        class Base:
            def again(self: T) -> T: ...
            @classmethod
            def make(cls: Type[T]) -> T: ...
        class Crate(Base, Box): ...
        Crate().again().${Box1}area()
        Crate.make().${Box2}area()
    """,
    "protocol with a parameter": """
        from typing import Protocol, TypeVar
        T = TypeVar("T")
        class Source(Protocol[T]):
            def get(self) -> T: ...
        def f(source: Source[Box]):
            source.get().${Box}area()
    """,
    "protocol as a receiver": """
        #- main.py
        from typing import Protocol
        class Sized(Protocol):
            def area(self): ...
        #       ^^^^ def
        def f(x: Sized):
            x.ar$0ea()
    """,
    "generic of generics": """
        def f(a: dict[str, list[tuple[Box, Bag]]]):
            for name, pairs in a.items():
                for box, bag in pairs:
                    box.${Box1}area()
                    bag.${Bag1}area()
            a["x"][0][1].${Bag2}area()
    """,
    "generic method of a generic class": """
        from typing import Generic, TypeVar, Callable
        T = TypeVar("T")
        S = TypeVar("S")
        class Shelf(Generic[T]):
            def __init__(self, item: T): ...
            def map(self, f: Callable[[T], S]) -> "Shelf[S]": ...
            def get(self) -> T: ...
        def to_bag(box: Box) -> Bag: ...
        Shelf(Box()).map(to_bag).get().${Bag1}area()
        Shelf(Box()).map(lambda box: box.${Box1}area())
        Shelf(Box()).map(lambda box: Bag()).get().${Bag2}area()
    """,
    "ParamSpec keeps what a function gives": """
        from typing import Callable, ParamSpec, TypeVar, Concatenate
        P = ParamSpec("P")
        R = TypeVar("R")
        def timed(f: Callable[P, R]) -> Callable[P, R]: ...
        def with_bag(f: Callable[Concatenate[Bag, P], R]) -> Callable[P, R]: ...
        def listed(f: Callable[P, R]) -> Callable[P, list[R]]: ...
        @timed
        def one() -> Box: ...
        @with_bag
        def two(bag) -> Box: ...
        @listed
        def three() -> Box: ...
        one().${Box1}area()
        two().${Box2}area()
        three()[0].${Box3}area()
    """,
    "type variable tuple says nothing": """
        class Row[*Ts]:
            def get(self) -> tuple[*Ts]: ...
        def f(row: Row[Box, Bag]):
            row.get().${nothing}area()
    """,
    "annotated in a stub": """
        import lib
        lib.make().${Box}area()
        #- lib.py
        def make(): ...
        #- lib.pyi
        from shapes import Box
        def make() -> Box: ...
    """,
    "subscripted class is called": """
        class Shelf[T]:
            def get(self) -> T: ...
        Shelf[Box]().get().${Box}area()
        shelf: Shelf[Bag] = Shelf()
        shelf.get().${Bag}area()
    """,
    "class_getitem": """
        class Shelf:
            def __class_getitem__(cls, item):
                return cls
            def get(self) -> Box: ...
        Shelf[int]().get().${Box}area()
    """,
}

QUOTED = {
    "bound in a string": """
        from typing import TypeVar
        class Box: ...
        #     ^^^ def
        T = TypeVar("T", bound="Bo$0x")
    """,
    "cast in a string": """
        from typing import cast
        class Box: ...
        #     ^^^ def
        cast("Bo$0x", 1)
    """,
    "alias with strings": """
        from typing import Dict, Union
        class Box: ...
        #     ^^^ def
        X = Union["Bo$0x", None]
        Y = Dict[str, "Bo$1x"]
    """,
    "base with a string": """
        from typing import Generic, List
        class Box: ...
        #     ^^^ def
        class Shelf(List["Bo$0x"]): ...
    """,
    "string over several lines": '''
        class Box: ...
        #     ^^^ def
        def f(x: """
            Bo$0x
            | None
        """): ...
    ''',
    "string within a string": """
        class Box: ...
        #     ^^^ def
        def f(x: "list['Bo$0x']"): ...
    """,
    "quoted and dotted": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        import shapes
        def f(x: "shapes.Bo$0x"): ...
    """,
    "quoted type of NewType and of fields": """
        from typing import NamedTuple, NewType
        class Box: ...
        #     ^^^ def
        Crate = NewType("Crate", "Bo$0x")
        Pair = NamedTuple("Pair", [("left", "Bo$1x")])
    """,
    "string of a dictionary is no type": """
        class Box: ...
        names = {"Box": 1}
        names["Bo$0x"]
    """,
}

CASES = {**ANNOTATIONS, **GENERICS}


@pytest.mark.parametrize("name", CASES)
def test_types(tmp_path: Path, name: str) -> None:
    check_types(tmp_path, CASES[name])


@pytest.mark.parametrize("name", QUOTED)
def test_quoted_types(tmp_path: Path, name: str) -> None:
    check_definition(tmp_path, QUOTED[name])

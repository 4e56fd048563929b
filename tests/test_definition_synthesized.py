"""Classes whose members are made for them: dataclasses, attrs, tuples, dictionaries, enums."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_definition
from shapes_fixture import check_types

FIELDS = {
    "dataclass fields": """
        import dataclasses
        from dataclasses import dataclass, field, replace
        @dataclass(frozen=True)
        class Shelf:
            box: Box
            bags: list[Bag] = field(default_factory=list)
            plain: "Box" = dataclasses.field(default=None)
        shelf = Shelf(box=Box())
        shelf.box.${Box1}area()
        shelf.bags[0].${Bag1}area()
        shelf.plain.${Box2}area()
        replace(shelf, box=1).box.${Box3}area()
        class Small(Shelf): ...
        Small(1).box.${Box4}area()
    """,
    "generic dataclass": """
        from dataclasses import dataclass
        from typing import Generic, TypeVar
        T = TypeVar("T")
        @dataclass
        class Shelf(Generic[T]):
            item: T
        Shelf(Box()).item.${Box1}area()
        Shelf(item=Bag()).item.${Bag}area()
        @dataclass
        class Rack[S]:
            name: str
            item: S
        Rack("x", Box()).item.${Box2}area()
    """,
    "dataclass variables": """
        from dataclasses import KW_ONLY, InitVar, dataclass
        @dataclass(slots=True)
        class Shelf:
            box: InitVar[Box]
            _: KW_ONLY
            bag: Bag
            def __post_init__(self, box):
                self.made = Box()
        Shelf(Box(), bag=Bag()).bag.${Bag}area()
        Shelf(Box(), bag=Bag()).made.${Box}area()
    """,
    "attrs with types": """
        import attr
        import attrs
        from attrs import Factory, define, field
        @define
        class Shelf:
            box: Box
            bags: list[Bag] = field(factory=list)
            made = field(factory=Box)
        @attr.s
        class Old:
            box = attr.ib(type=Box)
            bag = attr.ib(default=Bag())
            made = attr.ib(factory=Box)
            other = attr.ib(default=attr.Factory(Bag))
            late = attr.ib()
            @late.default
            def _late(self):
                return Box()
            @box.validator
            def _check(self, attribute, value): ...
        Shelf(Box()).box.${Box1}area()
        Shelf(Box()).bags[0].${Bag1}area()
        Shelf(Box()).made.${Box2}area()
        Old().box.${Box3}area()
        Old().bag.${Bag2}area()
        Old().made.${Box4}area()
        Old().other.${Bag3}area()
        Old().late.${Box5}area()
    """,
    "named tuples": """
        from typing import NamedTuple
        class Pair(NamedTuple):
            box: Box
            bag: Bag = Bag()
            def swap(self): return self.bag
        pair = Pair(Box())
        pair.box.${Box1}area()
        pair[0].${Box2}area()
        pair[-1].${Bag1}area()
        box, bag = pair
        bag.${Bag2}area()
        pair._replace(box=1).box.${Box3}area()
        pair.swap().${Bag3}area()
        for each in pair:
            each.${both}area()
    """,
    "named tuples made by calls": """
        import collections
        from collections import namedtuple
        from typing import NamedTuple
        Pair = NamedTuple("Pair", [("box", Box), ("bag", "Bag")])
        Pair(Box(), Bag()).box.${Box1}area()
        pair = Pair(Box(), Bag())
        pair.bag.${Bag1}area()
        class Named(namedtuple("Named", "a b")):
            def make(self): return Box()
        Named(1, 2).make().${Box2}area()
        Named(1, 2)._replace(a=1).make().${Box3}area()
        Plain = collections.namedtuple("Plain", ["a", "b"])
        Plain(1, 2).a.${nothing}area()
        Plain(1, 2)._replace(a=2).b.${nothing2}area()
    """,
    "typed dictionaries": """
        from typing import NotRequired, Required, TypedDict
        class Shelf(TypedDict, total=False):
            box: Required[Box]
            bag: NotRequired["Bag"]
        class Big(Shelf):
            boxes: list[Box]
        def f(shelf: Shelf, big: Big):
            shelf["box"].${Box1}area()
            shelf["bag"].${Bag1}area()
            shelf.get("bag").${Bag2}area()
            big["box"].${Box2}area()
            big["boxes"][0].${Box3}area()
            shelf["missing"].${nothing}area()
        Shelf(box=Box())["box"].${Box4}area()
        made: Shelf = {"box": Box()}
        made["box"].${Box5}area()
        Other = TypedDict("Other", {"box": Box, "bag": "Bag"})
        def g(other: Other):
            other["bag"].${Bag3}area()
    """,
    "enumerations": """
        from enum import Enum, auto, IntEnum, Flag
        class Kind(Enum):
            BOX = Box()
            BAG = Bag()
            def make(self): return Box()
            @property
            def bag(self): return Bag()
            @classmethod
            def first(cls): return cls.BOX
        Kind.BOX.value.${Box1}area()
        Kind.BAG.value.${Bag1}area()
        Kind.BOX.make().${Box2}area()
        Kind.BOX.bag.${Bag2}area()
        Kind.first().make().${Box3}area()
        Kind("x").make().${Box4}area()
        Kind["BOX"].make().${Box5}area()
        for kind in Kind:
            kind.make().${Box6}area()
            kind.value.${both}area()
        def f(kind: Kind):
            kind.make().${Box7}area()
            if kind is Kind.BOX:
                kind.make().${Box8}area()
        list(Kind)[0].make().${Box9}area()
        Kind.BOX.BAG.make().${Box10}area()
        class Number(IntEnum):
            ONE = auto()
            def make(self): return Box()
        Number.ONE.make().${Box11}area()
        for name, member in Kind.__members__.items():
            member.make().${Box12}area()
    """,
    "enumerations with data": """
        from enum import Enum
        class Kind(str, Enum):
            A = "a"
            def __new__(cls, value):
                self = str.__new__(cls, value)
                self.box = Box()
                return self
            def __init__(self, value):
                self.bag = Bag()
        Kind.A.box.${Box}area()
        Kind.A.bag.${Bag}area()
    """,
}

KEYWORDS = {
    "dataclass": """
        from dataclasses import dataclass
        @dataclass
        class Base:
            size: int
        #   ^^^^ size
        @dataclass
        class Box(Base):
            color: str = "red"
        #   ^^^^^ color
        Box(${size}size=1, ${color}color="blue")
    """,
    "dataclasses.replace": """
        from dataclasses import dataclass, replace
        @dataclass
        class Box:
            size: int
        #   ^^^^ def
        replace(Box(1), si$0ze=2)
    """,
    "attrs": """
        import attr
        from attrs import define, field
        @attr.s
        class Old:
            size = attr.ib()
        #   ^^^^ size
            _private = attr.ib()
        #   ^^^^^^^^ private
        @define
        class New:
            color: str = field(alias="colour")
        #   ^^^^^ colour
        Old(${size}size=1, ${private}private=2)
        New(${colour}colour=1)
    """,
    "named tuple": """
        from typing import NamedTuple
        class Pair(NamedTuple):
            left: int
        #   ^^^^ left
        Pair(${left}left=1)
        Pair(1)._replace(${left2}left=2)
    """,
    "typed dictionary": """
        from typing import TypedDict
        class Options(TypedDict):
            size: int
        #   ^^^^ def
        Options(si$0ze=1)
    """,
    "own constructor wins": """
        from dataclasses import dataclass
        @dataclass(init=False)
        class Box:
            size: int
            def __init__(self, size): ...
        #                      ^^^^ def
        Box(si$0ze=1)
    """,
    "constructor of a base": """
        class Base:
            def __init__(self, size): ...
        #                      ^^^^ def
        class Box(Base): ...
        Box(si$0ze=1)
    """,
    "__new__": """
        class Box:
            def __new__(cls, size): ...
        #                    ^^^^ def
        Box(si$0ze=1)
    """,
    "class through an alias, cls and type(self)": """
        class Box:
            def __init__(self, size): ...
        #                      ^^^^ size
            def copy(self):
                return type(self)(${size1}size=1)
            def again(self):
                return self.__class__(${size2}size=1)
            @classmethod
            def make(cls):
                return cls(${size3}size=1)
        Crate = Box
        Crate(${size4}size=1)
    """,
    "super().__init__": """
        class Base:
            def __init__(self, size): ...
        #                      ^^^^ def
        class Box(Base):
            def __init__(self):
                super().__init__(si$0ze=1)
    """,
    "method, instance that is called, partial": """
        from functools import partial
        class Box:
            def fill(self, *, what): ...
        #                     ^^^^ what
            def __call__(self, how): ...
        #                      ^^^ how
        Box().fill(${what}what=1)
        Box()(${how}how=1)
        partial(Box().fill, ${what2}what=1)
    """,
    "class that only has fields is no constructor": """
        class Box:
            size = 1
        Box(si$0ze=1)
    """,
    "decorated function": """
        import functools
        def logged(f):
            @functools.wraps(f)
            def wrapper(*args, **kwargs):
                return f(*args, **kwargs)
            return wrapper
        @logged
        def make(size): ...
        #        ^^^^ def
        make(si$0ze=1)
    """,
    "member of an enumeration": """
        from enum import Enum
        class Kind(Enum):
            A = 1
        #   ^ A
            B = 2
        #   ^ B
        Kind.${A}A
        Kind["A"].${B}B
        def f(kind: Kind):
            kind.${A2}A
    """,
    "keys of a typed dictionary": """
        from typing import TypedDict
        class Options(TypedDict):
            size: int
        def f(options: Options):
            options.${none}size
    """,
}


@pytest.mark.parametrize("name", FIELDS)
def test_synthesized(tmp_path: Path, name: str) -> None:
    check_types(tmp_path, FIELDS[name])


@pytest.mark.parametrize("name", KEYWORDS)
def test_keywords(tmp_path: Path, name: str) -> None:
    check_definition(tmp_path, KEYWORDS[name])

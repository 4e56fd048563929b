"""Classes: constructors, attributes, properties, descriptors, super, metaclasses."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapes_fixture import check_types

CONSTRUCTORS = {
    "__new__": """
        class A:
            def __new__(cls): return Box()
        class B(Box):
            def __new__(cls, *args):
                return super().__new__(cls)
        class C(Box):
            def __new__(cls):
                self = object.__new__(cls)
                self.bag = Bag()
                return self
            def f(self):
                self.bag.${Bag}area()
        A().${Box1}area()
        B().${Box2}area()
        C().${Box3}area()
    """,
    "alternative constructors": """
        class Base:
            @classmethod
            def make(cls):
                return cls()
            @classmethod
            def filled(cls, x):
                self = cls()
                self.x = x
                return self
            def copy(self):
                return type(self)()
            def other(self):
                return self.__class__(1)
            @staticmethod
            def build():
                return Bag()
        class Crate(Base, Box): ...
        Crate.make().${Box1}area()
        Crate.filled(1).${Box2}area()
        Crate().copy().${Box3}area()
        Crate().other().${Box4}area()
        Crate.build().${Bag}area()
        Crate.make().copy().other().${Box5}area()
    """,
    "metaclass that is called": """
        class Meta(type):
            def __call__(cls, *args):
                return super().__call__(*args)
            def make(cls) -> Bag: ...
            @property
            def default(cls) -> Box: ...
        class Crate(Box, metaclass=Meta): ...
        class Small(Crate): ...
        Crate().${Box1}area()
        Crate.make().${Bag1}area()
        Small.make().${Bag2}area()
        Crate.default.${Box2}area()
    """,
    "singleton": """
        class Shelf:
            _instance = None
            def __new__(cls):
                if cls._instance is None:
                    cls._instance = super().__new__(cls)
                return cls._instance
            def box(self): return Box()
        Shelf().box().${Box}area()
    """,
    "instance of another class": """
        class Shelf:
            def __init__(self, box: Box, bag=None):
                self.box = box
                self.bag = bag or Bag()
                self.pair = (box, self.bag)
        shelf = Shelf(unknown)
        shelf.box.${Box1}area()
        shelf.bag.${Bag1}area()
        shelf.pair[0].${Box2}area()
    """,
    "class of a class": """
        class Meta(type):
            kind = Box()
            def __getattr__(cls, name) -> Bag: ...
        class Made(metaclass=Meta): ...
        type(Made).kind.${Box1}area()
        Made.__class__.kind.${Box2}area()
        Made.anything.${Bag}area()
    """,
    "operator that a subclass reflects": """
        class Sum:
            def __add__(self, other) -> Box: ...
        class Total(Sum):
            def __radd__(self, other) -> Bag: ...
        (Sum() + Sum()).${Box}area()
        (Sum() + Total()).${Bag}area()
    """,
    "class of an instance": """
        def f(box: Box):
            type(box)().${Box1}area()
            box.__class__.${Box2}area
    """,
    "class made by a call says nothing": """
        Made = type("Made", (Box,), {})
        Made().${Box}area()
    """,
}

ATTRIBUTES = {
    "assigned anywhere": """
        class Shelf:
            kind = None
            def __init__(self):
                self.late = None
                self.a, self.b = Box(), Bag()
                with open_box() as self.opened:
                    pass
                for self.each in [Box()]:
                    pass
                self.first = self.second = Box()
                (self.c, [self.d]) = Box(), [Bag()]
            def setUp(self):
                self.late = Box()
                self.set = Bag()
            @classmethod
            def prepare(cls):
                cls.shared = Box()
            def f(self):
                self.late.${Box1}area()
                self.set.${Bag1}area()
                self.a.${Box2}area()
                self.b.${Bag2}area()
                self.opened.${Box3}area()
                self.each.${Box4}area()
                self.second.${Box5}area()
                self.shared.${Box6}area()
                self.c.${Box7}area()
                self.d.${Bag3}area()
        class Opener:
            def __enter__(self): return Box()
            def __exit__(self, *args): ...
        def open_box(): return Opener()
        Shelf().late.${Box8}area()
        Shelf.shared.${Box9}area()
    """,
    "None in the class, something on self": """
        class Shelf:
            box = None
            bag = None
            def open(self):
                self.box = Box()
        class Small(Shelf):
            def f(self):
                self.box.${Box1}area()
                self.bag = Bag()
            def g(self):
                self.bag.${Bag}area()
        Shelf().box.${Box2}area()
    """,
    "None in a derived class": """
        class Base:
            def __init__(self):
                self.box = Box()
        class Small(Base):
            def close(self):
                self.box = None
            def f(self):
                self.box.${Box}area()
    """,
    "annotated without a value": """
        class Shelf:
            box: Box
            bag: "Bag | None" = None
            def __init__(self):
                self.other: Bag = unknown()
                self.third: "Box"
        Shelf().box.${Box1}area()
        Shelf().bag.${Bag1}area()
        Shelf().other.${Bag2}area()
        Shelf().third.${Box2}area()
    """,
    "annotation in a base class": """
        class Base:
            box: Box
        class Small(Base):
            def __init__(self, box):
                self.box = box
        Small(1).box.${Box}area()
    """,
    "set by several branches": """
        class Shelf:
            def __init__(self, x):
                if x:
                    self.it = Box()
                else:
                    self.it = Bag()
            def f(self):
                self.it.${both}area()
    """,
    "assigned just before": """
        class Shelf:
            def __init__(self):
                self.it = Box()
            def f(self):
                self.it = Bag()
                self.it.${Bag}area()
    """,
    "class attribute and instance attribute": """
        class Shelf:
            kind = Box
            box = Box()
            boxes = [Box()]
            def f(self):
                self.kind().${Box1}area()
                self.box.${Box2}area()
                self.boxes[0].${Box3}area()
        Shelf.kind().${Box4}area()
        Shelf.box.${Box5}area()
    """,
    "chain of attributes": """
        class A:
            def __init__(self):
                self.b = B(self)
        class B:
            def __init__(self, a: "A"):
                self.a = a
                self.box = Box()
        A().b.a.b.a.b.box.${Box}area()
    """,
    "attribute of itself": """
        class Node:
            def __init__(self):
                self.next = None
                self.box = Box()
            def push(self):
                self.next = Node()
                self.next = self.next
            def f(self):
                node = self
                while node:
                    node.box.${Box}area()
                    node = node.next
    """,
    "open class": """
        class Proxy:
            def __getattr__(self, name) -> Box: ...
        class Dark:
            def __getattr__(self, name):
                return getattr(self.inner, name)
        Proxy().anything.${Box}area()
        Dark().anything.${nothing}area()
    """,
    "nested class": """
        class Shelf:
            class Inner:
                def box(self): return Box()
            def make(self):
                return self.Inner()
        Shelf().make().box().${Box1}area()
        Shelf.Inner().box().${Box2}area()
    """,
    "attributes of functions and modules": """
        import settings
        settings.box.${Box}area()
        settings.nested.bag.${Bag}area()
        def f(): ...
        f.anything.${nothing}area()
        #- settings.py
        from shapes import Box
        box = Box()
        class nested:
            from shapes import Bag
            bag = Bag()
    """,
    "slots": """
        class Shelf:
            __slots__ = ("box",)
            def __init__(self):
                self.box = Box()
        Shelf().box.${Box}area()
    """,
}

PROPERTIES = {
    "getter, setter, deleter": """
        class Shelf:
            @property
            def box(self):
                return Box()
            @box.setter
            def box(self, value): ...
            @box.deleter
            def box(self): ...
            def f(self):
                self.box.${Box1}area()
        Shelf().box.${Box2}area()
        class Old:
            def get(self): return Bag()
            def set(self, value): ...
            bag = property(get, set)
            other = property(lambda self: Box())
        Old().bag.${Bag}area()
        Old().other.${Box3}area()
    """,
    "subclass of property": """
        class lazy(property): ...
        class cached(property):
            def __get__(self, instance, owner=None):
                return super().__get__(instance, owner)
        class Shelf:
            @lazy
            def box(self): return Box()
            @cached
            def bag(self) -> Bag: ...
        Shelf().box.${Box}area()
        Shelf().bag.${Bag}area()
    """,
    "own descriptor": """
        class Field:
            def __get__(self, instance, owner): return Box()
            def __set_name__(self, owner, name): ...
        class Shelf:
            box = Field()
        Shelf().box.${Box1}area()
        Shelf.box.${Box2}area()
    """,
    "overloaded descriptor": """
        from typing import Any, overload
        class Field:
            @overload
            def __get__(self, instance: None, owner: Any) -> Bag: ...
            @overload
            def __get__(self, instance: object, owner: Any) -> Box: ...
            def __get__(self, instance, owner): ...
        class Shelf:
            box = Field()
        Shelf().box.${Box}area()
        Shelf.box.${Bag}area()
    """,
    "descriptor with a type parameter": """
        from typing import Any, Callable, Generic, TypeVar, overload
        T = TypeVar("T")
        class hybrid(Generic[T]):
            def __init__(self, f: Callable[[Any], T]): ...
            @overload
            def __get__(self, instance: None, owner: Any) -> "hybrid[T]": ...
            @overload
            def __get__(self, instance: object, owner: Any) -> T: ...
            def __get__(self, instance, owner): ...
        class Shelf:
            @hybrid
            def box(self) -> Box: ...
            @hybrid
            def bag(self): return Bag()
        Shelf().box.${Box}area()
        Shelf().bag.${Bag}area()
    """,
    "own cached property": """
        class cached:
            def __init__(self, f):
                self.f = f
            def __get__(self, instance, owner):
                value = self.f(instance)
                instance.__dict__[self.f.__name__] = value
                return value
        class Shelf:
            @cached
            def box(self): return Box()
        Shelf().box.${Box}area()
    """,
    "field that gives itself on the class": """
        class Field:
            def __get__(self, instance, owner):
                if instance is None:
                    return self
                return Box()
            def describe(self): return Bag()
        class Shelf:
            box = Field()
        Shelf().box.${Box}area()
        Shelf.box.describe().${Bag}area()
    """,
    "class property": """
        class Shelf:
            @classmethod
            @property
            def box(cls): return Box()
        Shelf.box.${Box}area()
    """,
    "property by another name": """
        getter = property
        class Meta(type):
            @getter
            def bag(cls) -> Bag: ...
        class Shelf(metaclass=Meta):
            @getter
            def box(self): return Box()
        Shelf().box.${Box}area()
        Shelf.bag.${Bag}area()
    """,
    "property that the base annotates": """
        from abc import ABC, abstractmethod
        class Base(ABC):
            @property
            def box(self) -> Box: ...
        class Small(Base):
            @property
            def box(self):
                return super().box
        Small().box.${Box}area()
    """,
}

SUPER = {
    "zero and two arguments": """
        class Base:
            def make(self): return Box()
            @classmethod
            def build(cls): return Box()
            @property
            def box(self): return Box()
        class Small(Base):
            def make(self):
                super().make().${Box1}area()
                super(Small, self).make().${Box2}area()
                super().box.${Box3}area()
                return super().make()
            @classmethod
            def build(cls):
                super().build().${Box4}area()
                return super().build()
        Small().make().${Box5}area()
        Small.build().${Box6}area()
    """,
    "return self through super": """
        class Base:
            def set(self): return self
        class Crate(Base, Box):
            def set(self):
                super().set().${Box}area()
    """,
    "multiple inheritance": """
        class Root:
            def make(self): return Bag()
        class A(Root):
            def make(self): return super().make()
        class B(Root):
            def make(self): return Box()
        class C(A, B):
            def f(self):
                super().make()
                super(A, self).make().${Box}area()
    """,
    "super of an outer class": """
        class Base:
            def make(self): return Box()
        class Small(Base):
            def make(self):
                def inner():
                    return super(Small, self).make()
                inner().${Box}area()
                return [super(Small, self).make() for x in y]
    """,
    "super beyond the first base": """
        class A:
            def make(self): return Box()
        class Mixin:
            def other(self): return Bag()
        class C(Mixin, A):
            def make(self):
                super().make().${Box}area()
                super().other().${Bag}area()
    """,
}

METACLASSES = {
    "abstract base": """
        from abc import ABCMeta, abstractmethod
        class Base(metaclass=ABCMeta):
            @abstractmethod
            def make(self) -> Box: ...
        def f(base: Base):
            base.make().${Box}area()
    """,
    "iterated class": """
        class Meta(type):
            def __iter__(cls):
                yield Box()
            def __getitem__(cls, key) -> Bag: ...
            def __len__(cls): ...
        class Shelf(metaclass=Meta): ...
        for box in Shelf:
            box.${Box}area()
        Shelf["x"].${Bag}area()
    """,
    "members of classes": """
        #- main.py
        class Meta(type):
            def make(cls): ...
        #       ^^^^ make
            flag = 1
        #   ^^^^ flag
        class Shelf(metaclass=Meta):
            def f(cls): ...
        Shelf.${make}make()
        Shelf.${flag}flag
        Shelf().${missing}make()
    """,
}

CASES = {**CONSTRUCTORS, **ATTRIBUTES, **PROPERTIES, **SUPER, **METACLASSES}


@pytest.mark.parametrize("name", CASES)
def test_classes(tmp_path: Path, name: str) -> None:
    check_types(tmp_path, CASES[name])

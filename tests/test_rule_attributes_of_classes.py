from __future__ import annotations

from pathlib import Path

from fixtures_language import check_edit, check_findings


def test_what_methods_set_is_not_read_of_the_class(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Box:
            lid: int
            shape = "square"
            def __init__(self):
                self.size = 1
                self.weight = 2
            @classmethod
            def register(cls):
                cls.known = []
                return cls.size
                #          ^^^^ unresolved-attribute (type object 'Box' has no attribute 'size')
            def kind(self):
                type(self).last = self
                return self.__class__.size
                #                     ^^^^ unresolved-attribute
        class Crate(Box):
            weight = 3
            def area(self):
                return super().size, super().shape
                #              ^^^^ unresolved-attribute ('super')
        Box.size
        #   ^^^^ unresolved-attribute
        Box.weight
        #   ^^^^^^ unresolved-attribute
        Crate.weight, Box.lid, Box.shape, Box.known, Box.last, Box().size
        """,
        "unresolved-attribute",
    )


def test_metaclasses_and_getters_give_to_the_class_what_is_theirs(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Registry(type):
            def __init__(cls, *args):
                cls.known = []
        class Plugin(metaclass=Registry):
            def __init__(self):
                self.size = 1
        Plugin.known
        class AnyOfClass(type):
            def __getattr__(cls, name): return name
        class OfClass(metaclass=AnyOfClass): ...
        OfClass.size
        OfClass().size
        #         ^^^^ unresolved-attribute
        class OfInstance:
            def __getattr__(self, name): return name
        OfInstance().size
        OfInstance.size
        #          ^^^^ unresolved-attribute
        class Child(OfInstance):
            def area(self):
                return super().heighten_by
                #              ^^^^^^^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_adding_to_an_attribute_does_not_make_it(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Counter:
            def add(self):
                self.total += 1
                #    ^^^^^ unresolved-attribute
        class Counted:
            total = 0
            def add(self):
                self.total += 1
        class Adding:
            def add(self):
                self.amount += 1
        class Added(Adding):
            amount = 0
        Counter().other += 1
        #         ^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_what_makes_an_instance_here_makes_none_of_a_derived_class(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Base:
            def read(self): return self.size
        class Derived(Base):
            size = 1
        base = Base()
        base.size
        #    ^^^^ unresolved-attribute
        Base.size
        #    ^^^^ unresolved-attribute
        def take(base: Base, cls: type[Base]):
            return base.size, cls.size
        """,
        "unresolved-attribute",
    )


def test_what_is_set_later_is_not_there_yet(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Box: ...
        class Crate: ...
        Box.size
        #   ^^^^ unresolved-attribute
        Box.size = 1
        Box.size
        def read(): return Crate.weight
        for turn in range(2):
            if turn:
                Crate.weight
            Crate.weight = 1
        """,
        "unresolved-attribute",
    )


def test_instances_without_a_dictionary_take_what_they_have_slots_for(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from collections import namedtuple
        from dataclasses import dataclass
        from typing import NamedTuple
        NAMES = ["left", "right"]
        class Pair:
            __slots__ = ("left", "right", "__hidden")
            shared = 1
            def __init__(self):
                self.left = self.__hidden = 1
                self.middle = 2
                #    ^^^^^^ unresolved-attribute ('Pair' object has no attribute 'middle')
                self.shared = 3
                #    ^^^^^^ unresolved-attribute ('Pair' object attribute 'shared' is read-only)
                self.shared += 3
                #    ^^^^^^ unresolved-attribute
            @property
            def both(self): return 1
            @both.setter
            def both(self, value): self.left = self.right = value
        Pair().both = 1
        Pair().other = 1
        #      ^^^^^ unresolved-attribute
        class ByName:
            __slots__ = NAMES
            def fill(self):
                self.left = 1
                self.middle = 1
                #    ^^^^^^ unresolved-attribute
        @dataclass(slots=True)
        class Point:
            x: int
        Point(1).x = 2
        Point(1).z = 2
        #        ^ unresolved-attribute
        class Row(NamedTuple):
            key: int
        Row(1).value = 1
        #      ^^^^^ unresolved-attribute
        Cell = namedtuple("Cell", "key")
        Cell(1).value = 1
        #       ^^^^^ unresolved-attribute
        thing = object()
        thing.size = 1
        #     ^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_instances_with_a_dictionary_take_anything(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from typing import NamedTuple
        class Plain: ...
        class Derived(Plain):
            __slots__ = ("size",)
        Derived().other = 1
        class Closed:
            __slots__ = ("size",)
            def fill(self): self.other = 1
        class Open(Closed): ...
        Open().other = 1
        class Both:
            __slots__ = ("size", "__dict__")
            def fill(self): self.other = 1
        class Computed:
            __slots__ = tuple("a b".split())
            def fill(self): self.other = 1
        class Setting:
            __slots__ = ("size",)
            def __setattr__(self, name, value): ...
            def fill(self): self.other = 1
        class Row(NamedTuple):
            key: int
        class Rows(Row): ...
        Rows(1).other = 1
        def fill(thing: object):
            thing.size = 1
        class Stored:
            def __get__(self, instance, owner): return 1
            def __set__(self, instance, value): ...
        class Styled:
            __slots__ = ("_style",)
            width = Stored()
        class Cell(Styled):
            __slots__ = ("row",)
            def widen(self):
                self.width = 2
                return self.width
        """,
        "unresolved-attribute",
    )


def test_alternatives_of_which_one_lacks_an_attribute(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Box:
            size = 1
            lid = 2
        class Bag:
            size = 1
        def take(some: Box | Bag, maybe: Box | None):
            some.size, maybe.lid
            some.lid
            #    ^^^ unresolved-attribute ('Bag' object has no attribute 'lid'; it may be)
            some.weight
            #    ^^^^^^ unresolved-attribute
        def use(some: Box | Bag, text: int | str):
            if isinstance(some, Bag):
                some.lid
                #    ^^^ unresolved-attribute
            else:
                some.lid
            if isinstance(text, int):
                text.upper
                #    ^^^^^ unresolved-attribute ('int' object)
            else:
                text.upper
                text.decode
                #    ^^^^^^ unresolved-attribute ('str' object)
        """,
        "unresolved-attribute",
    )


def test_super_of_another_class(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from unknown import Missing
        class Box:
            def __init__(self):
                super(Box, self).__init__()
        class Crate(Box):
            def __init__(self):
                super(Box, self).__init__()
        class Bag:
            def __init__(self):
                super(Box, self).__init__()
            #   ^^^^^ bad-super ('Bag' is not derived from 'Box')
            def again(self):
                super(type(self), self).again()
            #   ^^^^^ bad-super
                super(self.__class__, self).again()
            #   ^^^^^ bad-super
        class Part:
            def close(self):
                super(Right, self).close()
        class Right:
            def close(self): ...
        class Whole(Part, Right): ...
        class Unknown(Missing):
            def __init__(self):
                super(Bag, self).__init__()
        """,
        "bad-super",
    )


def test_keys_of_typed_dictionaries_are_no_attributes(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from typing import TypedDict
        class Film(TypedDict):
            title: str
        class Sequel(Film, total=False):
            part: int
        Plain = TypedDict("Plain", {"size": int})
        def show(film: Film, sequel: Sequel, plain: Plain):
            film.update(title="a")
            film.title
            #    ^^^^^ unresolved-attribute
            film.year = 1
            #    ^^^^ unresolved-attribute
            sequel.setdefault("part", 1)
            sequel.part
            #      ^^^^ unresolved-attribute
            plain.size
            #     ^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_what_is_there_and_cannot_be_set(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from dataclasses import dataclass
        from functools import cached_property
        @dataclass(frozen=True)
        class Point:
            x: int
            def move(self):
                self.x = 3
                #    ^ unresolved-attribute (cannot assign to field 'x')
        class Marked(Point):
            def move(self):
                self.mark = 1
        Marked(1).x = 2
        #         ^ unresolved-attribute
        class Box:
            @property
            def size(self): return 1
            @property
            def lid(self): return 1
            @lid.setter
            def lid(self, value): ...
            @cached_property
            def area(self): return 1
            @property
            def weight(self): return 1
            def change(self):
                self.size = 1
                #    ^^^^ unresolved-attribute (property 'size' of 'Box' object has no setter)
                self.lid = self.area = self.weight = 1
        class Crate(Box):
            weight = 3
        """,
        "unresolved-attribute",
    )


def test_what_is_set_on_other_objects_opens_no_class(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Marks:
            def __init_subclass__(cls, **kwargs):
                for name, value in vars(cls).items():
                    print(name, value)
        class Rows(Marks):
            def update(self, **values):
                for row in self.all():
                    for name, value in values.items():
                        setattr(row, name, value)
                return self.filtred(1)
                #           ^^^^^^^ unresolved-attribute
            def contribute(self, cls, name):
                setattr(cls, name, self)
                return self.filtred(2)
                #           ^^^^^^^ unresolved-attribute
            @classmethod
            def made(cls):
                return cls()
            def all(self):
                return fetch(self)
            def filtered(self, number):
                return number
        """,
        "unresolved-attribute",
    )


def test_what_is_set_on_what_is_made_of_the_receiver_opens_its_class(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import copy
        class Made:
            @classmethod
            def of(cls, values):
                made = cls()
                for name in values:
                    setattr(made, name, 1)
                return made.size
        class Cloned:
            def changed(self, values):
                other = self.clone()
                for name in values:
                    setattr(other, name, 1)
                return self.size
        class Again:
            def changed(self, values):
                other = type(self)()
                for name in values:
                    setattr(other, name, 1)
                return self.size
        class Itself:
            def changed(self, values):
                me = self
                for name in values:
                    setattr(me, name, 1)
                return self.size
        """,
        "unresolved-attribute",
    )


def test_a_class_that_is_abstract_may_leave_attributes_to_derived_ones(tmp_path: Path) -> None:
    found = check_edit(
        tmp_path,
        "",
        """
        from abc import ABC, abstractmethod
        class Platform(ABC):
            @property
            @abstractmethod
            def device(self): ...
            def clock(self):
                return self.frequency * 2
                #           ^^^^^^^^^ unresolved-attribute
        class Board(ABC):
            @abstractmethod
            def pins(self): ...
            def clock(self):
                return self.speed * 2
                #           ^^^^^ unresolved-attribute
        class Small(Board):
            def pins(self): return []
        class Screen(ABC):
            size = property(abstractmethod(lambda self: None))
            def area(self):
                return self.pixels * 2
                #           ^^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )
    assert [each.severity for each in found] == ["warning", "error", "warning"]


def test_an_attribute_that_is_called_type_makes_no_class(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Parameter:
            def __init__(self, type): self.type = type
            def convert(self, value, context):
                value = self.value(value)
                #            ^^^^^ unresolved-attribute
                return self.type(value, self, context)
        """,
        "unresolved-attribute",
    )

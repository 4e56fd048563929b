from __future__ import annotations

from pathlib import Path

from fixtures_language import check_edit, check_findings


def test_overrides_that_do_not_fit(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Shape:
            def scale(self, factor, *, centre=None): ...
            def move(self, x, y): ...
            def draw(self, canvas): return canvas
            async def load(self): return 1
            def area(self, *args): ...
            def name(self): return ""

        class Box(Shape):
            def scale(self, factor, depth, *, centre=None): return depth
            #   ^^^^^ incompatible-override ('depth' is missing in base)
            def move(self, x): return x
            #   ^^^^ incompatible-override ('y' is missing in override)
            def draw(self, canvas, colour="red"): return canvas
            def load(self): return 1
            #   ^^^^ incompatible-override (not async)
            def area(self, a, b): return a * b
            @property
            def name(self): return ""
            #   ^^^^ incompatible-override (it is a property)

        class Free(Shape):
            def scale(self, *args, **options): return args
            def move(self, left, top): return left
            def __init__(self, a, b): pass
        """,
        "incompatible-override",
    )


def test_an_edit_of_the_base_breaks_overrides(tmp_path: Path) -> None:
    found = check_edit(
        tmp_path,
        """
        #- base.py
        class Shape:
            def draw(self, canvas): return canvas
        #- box.py
        from base import Shape
        class Box(Shape):
            def draw(self, canvas): return canvas
            #   ^^^^ incompatible-override ('colour')
        """,
        """
        #- base.py
        class Shape:
            def draw(self, canvas, colour): return canvas
        """,
        "incompatible-override",
    )
    assert [finding.severity for finding in found] == ["warning"]


def test_attributes_that_hide_methods(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from functools import partial

        class Box:
            def __init__(self, size, colour, handler):
                self.size = size
                #    ^^^^ shadowed-method (line 10)
                self.colour = 1
                #    ^^^^^^ shadowed-method
                self.draw = self._fast
                self.handle = handler
                self.load = partial(self._fast, 1)
            def size(self): return 1
            def colour(self): return 1
            def draw(self): return 1
            def handle(self): return 1
            def load(self): return 1
            def _fast(self, *args): return 1
            @property
            def width(self): return 1
            @width.setter
            def width(self, value): self.width = value
        """,
        "shadowed-method",
    )


def test_abstract_classes_that_are_called(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from abc import ABC, abstractmethod

        class Shape(ABC):
            @abstractmethod
            def area(self): ...
            @abstractmethod
            def name(self): ...

        class Half(Shape):
            def area(self): return 1
        class Box(Half):
            name = "box"
        class Plain:
            @abstractmethod
            def area(self): ...
        class Derived(Plain, ABC): ...

        Shape()
        # <- abstract-instantiated (abstract methods 'area', 'name'; defined in 'Shape')
        Half()
        # <- abstract-instantiated (abstract method 'name'; defined in 'Shape')
        Box()
        Plain()
        Derived()
        def make(kind: type[Shape]): return kind()
        """,
        "abstract",
    )


def test_a_new_class_that_stays_abstract(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- shapes.py
        from abc import ABC, abstractmethod
        class Shape(ABC):
            @abstractmethod
            def area(self): ...
        #- main.py
        from shapes import Shape
        class Old(Shape): ...
        """,
        """
        #- main.py
        from abc import abstractmethod
        from shapes import Shape
        class Old(Shape): ...
        class Box(Shape):
        #     ^^^ abstract-missing ('area')
            def size(self): return 1
        class Flat(Shape):
            def area(self): return 1
        class BaseShape(Shape):
            pass
        class Deep(Shape):
            @abstractmethod
            def depth(self): ...
        """,
        "abstract",
    )


def test_an_abstract_method_that_is_added(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- shapes.py
        from abc import ABC, abstractmethod
        class Shape(ABC):
            def area(self): return 1
        #- boxes.py
        from shapes import Shape
        class Box(Shape): pass
        #- main.py
        from boxes import Box
        Box()
        # <- abstract-instantiated (abstract method 'name'; defined in 'Shape')
        """,
        """
        #- shapes.py
        from abc import ABC, abstractmethod
        class Shape(ABC):
            def area(self): return 1
            @abstractmethod
            def name(self): ...
        """,
        "abstract-instantiated",
    )


def test_fields_that_have_the_name_of_a_method(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from dataclasses import dataclass
        @dataclass
        class Box:
            size: int
        #   ^^^^ shadowed-method (line 5)
            def size(self): return 1
        class Shape:
            def area(self): return 1
            def kind(self): return "shape"
            def name(self): return "x"
            name = property(name)
        class Square(Shape):
            area = 4
            kind = None
        """,
        "shadowed-method",
    )


def test_what_the_first_declaration_lets_be_awaited(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from typing import Awaitable, TypeVar, Union
        T = TypeVar("T")
        MaybeAwait = Union[T, Awaitable[T]]
        class Server:
            def validate(self, key: str) -> MaybeAwait[bool]:
                return False
            def size(self) -> int:
                return 0
        class KeyServer(Server):
            def validate(self, key):
                return key == "right"
            def size(self):
                return 1
        class AsyncServer(KeyServer):
            async def validate(self, key):
                return super().validate(key)
            async def size(self):
            #         ^^^^ incompatible-override
                return 2
        """,
        "incompatible-override",
    )


def test_properties_that_give_a_function_are_called_as_methods_are(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from collections.abc import Callable
        class Widget:
            def selectable(self): return True
            def sizing(self): return 1
        class Delegating(Widget):
            @property
            def selectable(self) -> Callable[[], bool]: return self.inner.selectable
            @property
            def sizing(self) -> int: return 1
            #   ^^^^^^ incompatible-override (it is a property)
        """,
        "incompatible-override",
    )


_CONFIGURED = """
    #- base.py
    class Config:
        def open(self, database_name="unnamed", databases=None):
            raise NotImplementedError
        def close(self, force): ...
    #- storages.py
    from base import Config
    class Mapping(Config):
        def open(self): return 1
        def close(self): ...
        #   ^^^^^ incompatible-override
    class File(Config):
        def open(self): return 2
    class Demo(Config):
        def open(self): return 3
    """


def test_overrides_that_most_siblings_write_so(tmp_path: Path) -> None:
    check_findings(tmp_path, _CONFIGURED, "incompatible-override")

"""Code that runs and cannot mean what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_findings

RULES = ("unpack-count", "uncalled-method", "unused-result", "not-entered", "endless-recursion")

WRONG = {
    "another number of names than values": """
        from typing import NamedTuple

        class Size(NamedTuple):
            width: int
            height: int

        def pair() -> tuple[int, str]:
            return 1, "a"

        def three():
            return 1, 2, 3

        def run(size: Size):
            first, second, third = pair()
        #   ^ unpack-count (pair)
            first, second = three()
        #   ^ unpack-count (three)
            width, height, depth = size
        #   ^ unpack-count (size)
            first, second, *rest, last = pair()
        #   ^ unpack-count (3)
            return first, second, third, width, height, depth, rest, last
    """,
    "a method that is not called": """
        class Box:
            def is_empty(self):
                return True

            def size(self):
                return 1

            def run(self):
                if self.is_empty:
        #               ^^^^^^^^ uncalled-method (true)
                    return
                if not self.is_empty:
        #                   ^^^^^^^^ uncalled-method
                    return
                while self.size > 3:
        #                  ^^^^ uncalled-method (compared)
                    pass
    """,
    "a result that is dropped": """
        def tidy(name: str, numbers: list):
            name.strip()
        #        ^^^^^ unused-result (str)
            sorted(numbers)
        #   ^^^^^^ unused-result (list.sort)
            "a".join(["b"])
        #       ^^^^ unused-result
            return name
    """,
    "a generator that nothing iterates": """
        class Runner:
            def steps(self):
                yield 1

            def run(self):
                self.steps()
        #            ^^^^^ unused-result (generator)
    """,
    "a context that nothing enters": """
        from contextlib import contextmanager

        @contextmanager
        def opened(path):
            yield path

        def run():
            opened("a")
        #   ^^^^^^ not-entered (with)
    """,
    "recursion without end": """
        class Box:
            @property
            def width(self):
                return self.width
        #                   ^^^^^ endless-recursion (reads)

            @property
            def height(self):
                return self._height

            @height.setter
            def height(self, value):
                self.height = value
        #            ^^^^^^ endless-recursion (setter)

            def area(self):
                return self.area() * 2
        #                   ^^^^ endless-recursion (area)

        def count(n):
            return 1 + count(n - 1)
        #              ^^^^^ endless-recursion (count)
    """,
}

FINE = {
    "numbers of values that fit, or that nobody knows": """
        def pair() -> tuple[int, str]:
            return 1, "a"

        def many() -> tuple[int, ...]:
            return (1, 2)

        def some(flag):
            if flag:
                return 1, 2
            return 1, 2, 3

        class Base:
            def parts(self):
                return 1, 2

            def run(self):
                a, b, c = self.parts()
                return a, b, c

        class Derived(Base):
            def parts(self):
                return 1, 2, 3

        def run(values):
            first, second = pair()
            first, *rest = pair()
            a, b, c = many()
            x, y = some(True)
            p, q, r = some(False)
            (i, j), k = (1, 2), 3
            for m, n in values:
                print(m, n)
            s, t, u, v = *pair(), 1, 2
            return first, second, rest, a, b, c, x, y, p, q, r, i, j, k, s, t, u, v
    """,
    "methods that may not be there": """
        class Box:
            close = None

            def size(self):
                return 1

        class Door:
            on_open = None

            def __init__(self, handler=None):
                if handler:
                    self.handle = handler

            def handle(self):
                return 1

            def run(self):
                if self.handle:
                    return self.handle()

        def run(box: Box, other):
            if box.close:
                return 1
            if other.size:
                return box.size is other.size
            return box.size == other.size
    """,
    "results that are used, or calls that do something": """
        import pytest

        def run(name: str, names: list, lines: set):
            names.sort()
            lines.add("a")
            print(name.strip())
            name.encode("ascii")
            try:
                int(name)
                name.removeprefix(1)
            except TypeError:
                pass
            with pytest.raises(ValueError):
                sorted(names)
            return sorted(names)

        def steps():
            yield 1

        def all_steps():
            yield from steps()
            for step in steps():
                yield step
    """,
    "recursion that ends": """
        class Node:
            @property
            def depth(self):
                if self.parent is None:
                    return 0
                return self.parent.depth + 1

            @property
            def name(self):
                return self.other.name

            def walk(self):
                for child in self.children:
                    child.walk()

            def close(self):
                super().close()

            def open(self):
                return open("a")

            def copy(self):
                return self.inner and self.copy()

            def retry(self):
                try:
                    self.check()
                except ValueError:
                    return
                self.retry()

        def count(n):
            if n == 0:
                return 0
            return 1 + count(n - 1)

        def lazy(n):
            return lambda: lazy(n)

        def checked(n):
            assert n > 0
            return checked(n - 1)

        def generated():
            yield 1
            yield from generated()
    """,
}


@pytest.mark.parametrize("case", WRONG)
def test_mistakes_are_found(tmp_path: Path, case: str) -> None:
    assert check_findings(tmp_path, WRONG[case], *RULES)


@pytest.mark.parametrize("case", FINE)
def test_legal_code_is_left_alone(tmp_path: Path, case: str) -> None:
    assert check_findings(tmp_path, FINE[case], *RULES) == []


def test_functions_that_only_compute(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Box:
            def __init__(self, width): self.width = width
            def area(self): return self.width * 2
            def checked(self):
                if self.width < 0:
                    raise ValueError(self.width)
                return self.width
            def grow(self):
                self.width += 1
                return self.width
        def double(value): return value * 2
        def shown(value):
            print(value)
            return value
        def use(box: Box):
            double(3)
        #   ^^^^^^ unused-result (result of double() is not used)
            Box(1).area()
            #      ^^^^ unused-result
            box.checked()
            box.grow()
            shown(1)
            return double(4)
        """,
        "unused-result",
    )

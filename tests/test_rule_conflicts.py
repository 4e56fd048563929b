from __future__ import annotations

from pathlib import Path

from fixtures_language import check_edit, check_findings


def test_redefinitions(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import functools
        from typing import overload

        def first(): ...
        def second(): return first()
        def first(): return 1
        #   ^^^^^ redefinition (line 4)

        class Box:
            def area(self): return 1
            def test_it(self): assert self.area()
            def test_it(self): assert not self.area()
            #   ^^^^^^^ redefinition (line 10)

        class Kind:
            UNSET = 1
        class Runner:
            def run(self): return 1
        class Runner(Runner):
        #     ^^^^^^ redefinition
            def walk(self): return 2
        value = Kind.UNSET
        class Kind:
        #     ^^^^ redefinition
            pass
        """,
        "redefinition",
    )


def test_what_looks_like_a_redefinition(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import functools, sys
        from typing import overload
        from app import route
        from functools import singledispatch, partial

        @overload
        def both(value: int) -> int: ...
        @overload
        def both(value: str) -> str: ...
        def both(value): return value

        class Box:
            @property
            def size(self): return 1
            @size.setter
            def size(self, value): pass

        if sys.version_info >= (3, 12):
            def chosen(): return 1
        else:
            def chosen(): return 2

        try:
            from fast import quick
        except ImportError:
            def quick(): return 1

        @route("/a")
        def view(): return 1
        @route("/b")
        def view(): return 2

        @singledispatch
        def show(value): return ""
        @show.register
        def _(value: int): return "int"
        @show.register
        def _(value: str): return "str"

        def wrapped(): return 1
        wrapped = functools.cache(wrapped)

        handlers = []
        def handler(): return 1
        handlers.append(handler)
        def handler(): return 2
        handlers.append(handler)

        def several():
            def step(): return 1
            step()
            def step(): return 2
            return step()

        class partial(partial):
            pass
        from box import Box as Crate, Lid
        class Lid:
            kind = Lid
        #- app.py
        def route(path):
            return lambda function: function
        """,
        "redefinition",
    )


def test_a_name_that_another_class_has(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- shop/orders.py
        class Order:
            def total(self): ...
            def items(self): ...
        #- shop/errors.py
        class ShopError(Exception): ...
        #- tests/helpers.py
        class Recorder: ...
        """,
        """
        #- shop/basket.py
        from shop import orders, errors

        class Order:
        #     ^^^^^ name-conflict ('total')
            def total(self): return 0
        class ShopError(errors.ShopError):
            pass
        class Recorder:
            pass
        """,
        "name-conflict",
    )


def test_what_was_there_is_no_conflict(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- a.py
        class Order: ...
        #- b.py
        class Order: ...
        """,
        """
        #- b.py
        class Order:
            def added(self): return 1
        """,
        "name-conflict",
    )


def test_a_class_that_moves_is_no_conflict(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- a.py
        class Order: ...
        #- b.py
        """,
        """
        #- a.py
        from b import Order
        #- b.py
        class Order: ...
        """,
        "name-conflict",
    )


def test_names_that_are_a_custom(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- commands/one.py
        class Command: ...
        #- commands/two.py
        class Command: ...
        #- commands/three.py
        class Command: ...
        """,
        """
        #- commands/four.py
        class Command: ...
        def main(): ...
        """,
        "name-conflict",
    )


def test_functions_conflict_when_they_are_alike(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- texts.py
        def shorten(text, limit):
            return text if len(text) <= limit else text[: limit - 1] + "."
        def render(template): ...
        """,
        """
        #- pages.py
        def shorten(text, limit):
        #   ^^^^^^^ name-conflict (texts.py:1)
            return text[:limit]
        def render(page, request, user):
            return page.render(request, user)
        """,
        "name-conflict",
    )


def test_registered_twice(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from framework import app, patch, register

        @app.get("/items")
        def items(): return 1
        @app.post("/items")
        def add(): return 1
        @app.get("/items")
        def again(): return 2
        #   ^^^^^ duplicate-registration ('items')

        @register("box")
        class Box: ...
        @register("crate")
        class Crate: ...
        @register("box")
        class Other: ...
        #     ^^^^^ duplicate-registration

        @patch("os.getcwd")
        def test_one(): ...
        @patch("os.getcwd")
        def test_two(): ...
        #- framework.py
        app = object()
        def patch(name): return lambda each: each
        def register(name): return lambda each: each
        """,
        "duplicate-registration",
    )


def test_a_function_written_again_word_for_word_is_told_however_short(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- store.py
        def slugify(title):
            return title.lower().replace(" ", "-")
        def half(number): return number / 2
        def enabled(): return True
        def later(): raise NotImplementedError
        def clean(text): return text.strip()
        """,
        """
        #- text.py
        def slugify(title):
        #   ^^^^^^^ name-conflict (which does the same)
            '''As it stands in an address.'''
            # Blanks would have to be escaped.
            return (title.lower()
                .replace(" ", "-"))
        def half(number):
        #   ^^^^ name-conflict (store.py:3)
            return number / 2
        def enabled(): return True
        def later(): raise NotImplementedError
        def clean(text): return text.rstrip()
        """,
        "name-conflict",
    )

"""Results of functions that choose by an argument with the default ``None``."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from fixtures_language import check_definition

BOXES = """
#- boxes.py
class Box:
    def area(self): ...
    #   ^^^^ area
class Bag:
    def load(self): ...
    #   ^^^^ load
"""

CHOSEN = {
    "an argument that is left out": """
        from boxes import Bag, Box
        def make(name=None):
            if name is None:
                return Box()
            return Bag()
        make().${area}area()
        make().${nothing}load()
        make("x").${load}load()
        make(name="x").${load2}load()
        make("x").${nothing2}area()
        make(None).${area2}area()
    """,
    "an argument that is not known": """
        from boxes import Bag, Box
        def make(name=None):
            if name is None:
                return Box()
            return Bag()
        def f(*given, **named):
            make(*given).${area}area()
            make(*given).${load}load()
            make(**named).${area2}area()
    """,
    "in the branches of one test": """
        from boxes import Bag, Box
        def make(name=None):
            if not name:
                return Box()
            else:
                return Bag()
        make().${area}area()
        make().${nothing}load()
    """,
    "a parameter that is bound again before the test": """
        from boxes import Bag, Box
        def make(name=None):
            name = name or find()
            if name is None:
                return Box()
            return Bag()
        make().${area}area()
        make().${load}load()
    """,
    "a method": """
        from boxes import Bag, Box
        class Shop:
            def make(self, name=None):
                if name is None:
                    return Box()
                return Bag()
        Shop().make().${area}area()
        Shop().make().${nothing}load()
    """,
    "a decorator with and without parentheses": """
        from functools import partial
        from boxes import Box
        def deco(function=None, *, name=None):
            if function is None:
                return partial(deco, name=name)
            return function
        @deco
        def first(): return Box()
        @deco(name="x")
        def second(): return Box()
        first().${area}area()
        second().${area2}area()
    """,
    "a decorator with a lambda": """
        from boxes import Box
        def deco(function=None, *, name=None):
            if function is None:
                return lambda function: deco(function, name=name)
            return function
        @deco(name="x")
        def second(): return Box()
        second().${area}area()
    """,
    "a decorator that a class is, and under a condition a function": """
        import os
        from functools import partial
        from boxes import Box
        class wrapper:
            def __init__(self, to): self.to = to
            def __call__(self, function):
                def func(*args): return compiled(function)(*args)
                return func
        class deco:
            def __new__(cls, function=None, *, name=None):
                if function is None:
                    return partial(deco, name=name)
                self = object.__new__(cls)
                self.function = function
                self = wrapper(str)(self)
                return self
        if os.environ.get("BUILDING_DOCS"):
            original = deco
            def deco(function=None, **named):
                if function is None:
                    return partial(deco, **named)
                function.__doc__ = original(function).__doc__
                return function
        #- main_user.py
        from boxes import Box
        from main import deco
        @deco(name="x")
        def first(): return Box()
        @deco
        def second(): return Box()
        first().${area}area()
        second().${area2}area()
    """,
}


@pytest.mark.parametrize("text", CHOSEN.values(), ids=CHOSEN.keys())
def test_results_by_what_is_left_out(text: str, tmp_path: Path) -> None:
    check_definition(tmp_path, "#- main.py" + dedent(text) + BOXES)

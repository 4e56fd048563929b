"""Receivers without a type, by the attributes that code uses on them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from conventions_fixture import check_convention
from fixtures_language import check_definition

NODES = """
#- nodes.py
class Node:
    def walk_about(self): ...
    #   ^^^^^^^^^^ walk (conventional)
    def note(self): ...
class Text(Node):
    def walk_about(self): ...
class Element(Node):
    def set_parts(self): ...
    #   ^^^^^^^^^ parts (conventional)
"""

BY_USE = {
    "a loop's variable": """
        def visit(found):
            for each in found:
                each.${walk}walk_about()
    """,
    "an item": """
        def visit(found):
            found[0].${walk}walk_about()
    """,
    "an attribute of an attribute": """
        def visit(found):
            found.left.right.${walk}walk_about()
    """,
    "the result of a call": """
        def visit(make):
            make().${walk}walk_about()
    """,
    "a variable": """
        def visit(make):
            made = make()
            made.${walk}walk_about()
    """,
    "an attribute of self": """
        class Visitor:
            def __init__(self, node): self.node = node
            def visit(self): self.node.${walk}walk_about()
    """,
    "what a method found so gives": """
        class Box:
            def area(self): ...
            #   ^^^^ area (conventional)
        class Shelf:
            def first_of_boxes(self): return Box()
        def visit(found):
            for each in found:
                each.first_of_boxes().${area}area()
    """,
    "a variable that is bound to something else later": """
        def visit(found, other):
            for each in found:
                each.${walk}walk_about()
            for each in other:
                each.wholly_unknown()
    """,
    "an instance of object": """
        def visit():
            each = object()
            each.${walk}walk_about()
    """,
    "what lacks the attribute by convention": """
        def visit(node):
            node.${walk}walk_about()
        visit(3)
    """,
    "what lacks the attribute by types is no other class": """
        class Box: ...
        def visit():
            box = Box()
            box.${nothing}walk_about()
    """,
    "two classes that are not related": """
        def visit(node):
            for each in node: each.${nothing}walk_about()
        #- visitors.py
        class Other:
            def walk_about(self): ...
    """,
    "two classes, of which one is imported": """
        import nodes
        def visit(found):
            for each in found: each.${walk}walk_about()
        #- visitors.py
        class Other:
            def walk_about(self): ...
    """,
    "two classes, of which one is in the file": """
        class Own:
            def walk_about(self): ...
            #   ^^^^^^^^^^ own (conventional)
        def visit(found):
            for each in found: each.${own}walk_about()
    """,
    "a class of tests": """
        def visit(found):
            for each in found: each.${walk}walk_about()
        #- tests/test_nodes.py
        class Fake:
            def walk_about(self): ...
    """,
    "a class of examples": """
        def visit(found):
            for each in found: each.${walk}walk_about()
        #- examples/tree.py
        class Printed:
            def walk_about(self): ...
    """,
    "a class of the standard library has it too": """
        class Shuffler:
            def shuffle(self, items): ...
        #- dice.py
        import random
        #- main_user.py
        def draw(source):
            for each in source: each.${nothing}shuffle([])
    """,
    "a method that hands on to one of its name": """
        class Stream:
            def finish_all(self): self.inner.${nothing}finish_all()
    """,
    "a method that calls one of its name of a part": """
        class Tree:
            def finish_all(self):
            #   ^^^^^^^^^^ finish (conventional)
                for each in self.parts(): each.${finish}finish_all()
    """,
    "an attribute that holds a function": """
        class Request:
            def __init__(self, on_failure): self.on_failure = on_failure
        #- main_user.py
        def run(all_deferred):
            for each in all_deferred: each.${nothing}on_failure()
    """,
    "what a mapping of the workspace has, and every other": """
        def run(table):
            table.${nothing}items()
            table.${nothing2}setdefault(1, 2)
    """,
    "a name that is short": """
        class Own:
            def put(self): ...
        def visit(found):
            for each in found: each.${nothing}put()
    """,
    "a subclass has what the known class lacks": """
        from nodes import Node
        def visit(node):
            node.${parts}set_parts()
        visit(Node())
    """,
    "subclasses that both have it": """
        from nodes import Node
        class First(Node):
            def first_part(self): ...
        class Second(Node):
            def first_part(self): ...
        def visit(node: Node):
            node.${nothing}first_part()
    """,
    "self of a mixin": """
        from nodes import Node
        class PartsMixin:
            def add(self): self.${walk}walk_about()
        class Listed(PartsMixin, Node): ...
    """,
    "super() in a mixin": """
        from nodes import Node
        class PartsMixin:
            def walk_about(self): super().${walk}walk_about()
        class Listed(PartsMixin, Node): ...
    """,
    "super() in a mixin of several classes": """
        class First:
            def __init__(self): ...
        class Second:
            def __init__(self): ...
        class PartsMixin:
            def __init__(self): super().${nothing}__init__()
        class One(PartsMixin, First): ...
        class Other(PartsMixin, Second): ...
    """,
    "the class that a metaclass makes": """
        class Meta(type):
            def register(cls): cls.${walk}walk_about()
    """,
}

HELD = {
    "a list that is annotated": """
        class Shelf:
            def __init__(self, names):
                self.boxes: list = []
                self.others: list = [Box() for name in names]
            def put(self): self.boxes.append(Box())
            def f(self):
                for each in self.boxes: each.${Box}area()
                self.others[0].${Box2}area()
    """,
    "a dictionary of the class that is annotated": """
        class Shelf:
            boxes: dict = {}
            def put(self): self.boxes["x"] = Box()
            def f(self): self.boxes["x"].${Box}area()
    """,
    "a variable that is annotated": """
        def f():
            boxes: list = []
            boxes.append(Box())
            boxes[0].${Box}area()
    """,
    "what is annotated with its elements": """
        def f():
            boxes: list[int] = []
            boxes.append(Box())
            boxes[0].${nothing}area()
    """,
    "an attribute that subclasses set": """
        class Shelf:
            box = None
            def __init__(self): self.other = None
            def f(self):
                self.box.${Box}area()
                self.other.${Bag}area()
        class Filled(Shelf):
            def __init__(self):
                self.box = Box()
                self.other = Bag()
    """,
}


def test_an_annotation_that_names_the_parameter(tmp_path: Path) -> None:
    text = """
        class box:
            def area(self): ...
            #   ^^^^ def (inferred)
        class Visitor:
            def __init__(self, box: box):
                self.box: box = box
            def f(self): self.box.$0area()
    """
    check_definition(tmp_path, text)


@pytest.mark.parametrize("text", HELD.values(), ids=HELD.keys())
def test_values_that_are_held(text: str, tmp_path: Path) -> None:
    check_convention(tmp_path, text)


@pytest.mark.parametrize("text", BY_USE.values(), ids=BY_USE.keys())
def test_receivers_by_use(text: str, tmp_path: Path) -> None:
    check_definition(tmp_path, "#- main.py" + dedent(text) + NODES)

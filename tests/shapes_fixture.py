"""Cases about types: two classes alike, and what the receiver of ``area`` has to be.

``${Box}area`` leads to the method of ``Box`` and nowhere else, ``${Bag}area`` to that of ``Bag``,
``${both}area`` to both, ``${nothing}area`` nowhere. A digit tells cursors of one kind apart:
``${Box2}area``. The text of a case goes on after the imports, and may add files of its own.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from fixtures_language import check_definition

_SHAPES = """
#- shapes.py
class Box:
    def area(self): ...
#       ^^^^ Box
#       ^^^^ both
class Bag:
    def area(self): ...
#       ^^^^ Bag
#       ^^^^ both
#- main.py
from shapes import Bag, Box
"""


def check_types(folder: Path, text: str) -> None:
    """Every cursor of a case leads to the class that it is named for."""
    check_definition(folder, _SHAPES + dedent(text))

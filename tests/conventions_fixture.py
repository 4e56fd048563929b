"""Cases about conventions: what untyped code has to be for its ``area`` to be found.

``${Box}area`` leads to the method of ``Box`` and nowhere else, ``${Bag}area`` to that of ``Bag``,
``${both}area`` to both, ``${nothing}area`` nowhere; always by convention, never inferred. Digits
tell cursors of one kind apart. The text of a case goes on after the imports of ``main.py``.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from fixtures_language import check_definition

_SHAPES = """
#- shapes.py
class Box:
    def area(self): ...
#       ^^^^ Box (conventional)
#       ^^^^ both (conventional)
class Bag:
    def area(self): ...
#       ^^^^ Bag (conventional)
#       ^^^^ both (conventional)
#- main.py
from shapes import Bag, Box
"""


def check_convention(folder: Path, text: str) -> None:
    """Every cursor of a case leads to the class that it is named for, by convention."""
    check_definition(folder, _SHAPES + dedent(text))

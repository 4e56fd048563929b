from __future__ import annotations

from pathlib import Path

from fixtures_language import check_edit

_SHAPES = """
        #- shapes.py
        def registered(cls): return cls
        class Shape:
            def __init__(self): self.lines = 1
            def draw(self): return self.lines
        @registered
        class Box(Shape):
            def __init__(self):
                super().__init__()
            def area(self): return 1
        @registered
        class Circle(Shape):
            def __init__(self):
                super().__init__()
            def area(self): return 2
        @registered
        class Line(Shape):
            def __init__(self):
                super().__init__()
            def area(self): return 0
            def length(self): return 1
"""


def test_what_all_others_do(tmp_path: Path) -> None:
    found = check_edit(
        tmp_path,
        _SHAPES,
        """
        #- more.py
        from shapes import Shape
        class Star(Shape):
        #     ^^^^ missing-override ('area(self)')
        #     ^^^^ missing-decorator ('registered')
        #     ^^^^ missing-super-call ('Box', 'Circle', 'Line')
            def __init__(self):
                self.points = 5
        """,
        "missing",
    )
    assert {finding.severity for finding in found} == {"hint"}


def test_what_follows_the_custom(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        _SHAPES,
        """
        #- more.py
        from shapes import Shape, registered
        @registered
        class Star(Shape):
            def area(self): return 5
        class Other:
            pass
        """,
        "missing",
    )

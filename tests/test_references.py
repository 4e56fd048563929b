"""Who uses a definition: the cursor at ``$0``, every place that uses it marked ``ref``."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_references

CASES = {
    "function": """
        #- shapes.py
        def ar$0ea(): ...
        def twice():
            return area() * 2
        #          ^^^^ ref (call exact)
        #- main.py
        from shapes import area
        #                  ^^^^ ref (import exact)
        area()
        # <- ref (call exact)
    """,
    "alias": """
        #- shapes.py
        def ar$0ea(): ...
        #- main.py
        from shapes import area as a
        #                  ^^^^ ref (import)
        #                          ^ ref (import)
        a()
        # <- ref (call)
    """,
    "local variable": """
        def f():
            si$0ze = 1
        #   ^^^^ ref (write)
            return size
        #          ^^^^ ref (read)
        def g(size):
            return size
    """,
    "class": """
        class Bo$0x: ...
        class Big(Box): ...
        #         ^^^ ref (inherit)
        def f(box: "Box") -> Box: ...
        #           ^^^ ref (annotation)
        #                    ^^^ ref (annotation)
        Box()
        # <- ref (call)
    """,
    "method": """
        class Box:
            def ar$0ea(self): ...
            def twice(self):
                return self.area() * 2
        #                   ^^^^ ref (call exact)
        class Field:
            def area(self): ...
        Box().area()
        #     ^^^^ ref (call inferred)
        Field().area()
    """,
    "an attribute of something unknown is textual": """
        class Box:
            def ar$0ea(self): ...
        def f(x):
            x.area()
        #     ^^^^ ref (call textual)
    """,
    "an attribute of something else is none": """
        import os
        class Box:
            def jo$0in(self): ...
        os.path.join()
    """,
    "parameter by keyword": """
        def f(si$0ze):
            return size
        #          ^^^^ ref (read)
        f(size=1)
        # ^^^^ ref (keyword)
    """,
    "__all__": """
        #- shapes.py
        __all__ = ["Box"]
        #           ^^^ ref (export)
        class Bo$0x: ...
    """,
    "decorator": """
        def cac$0hed(f): return f
        @cached
        #^^^^^^ ref (decorator)
        def g(): ...
    """,
}


@pytest.mark.parametrize("name", CASES)
def test_references(tmp_path: Path, name: str) -> None:
    check_references(tmp_path, CASES[name])

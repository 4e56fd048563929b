"""Hints between the lines: what the code does not say itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_inlay_hints

CASES: dict[str, tuple[str, str]] = {
    "variables": (
        """
        class Box: ...
        def make() -> Box: ...
        box = make()
        other = Box()
        number = 3
        for part in [box]:
            pass
        """,
        """
        class Box: ...
        def make() -> Box: ...
        box«: Box» = make()
        other = Box()
        number = 3
        for part«: Box» in [box]:
            pass
        """,
    ),
    "declared variables are left": (
        """
        def make() -> int: ...
        x: int
        x = make()
        """,
        """
        def make() -> int: ...
        x: int
        x = make()
        """,
    ),
    "results": (
        """
        def f():
            return 1
        async def g():
            return ""
        def h():
            pass
        def i() -> int:
            return 1
        """,
        """
        def f()« -> int»:
            return 1
        async def g()« -> str»:
            return ""
        def h():
            pass
        def i() -> int:
            return 1
        """,
    ),
    "parameters by convention are marked": (
        """
        class Box: ...
        def f(box, size=1):
            pass
        f(Box())
        """,
        """
        class Box: ...
        def f(box«: Box?», size=1):
            pass
        f(Box())
        """,
    ),
    "parameters of literal arguments": (
        """
        class Box:
            def put(self, item, safe): ...
        def f(size, *, wide=False) -> None: ...
        f(3, wide=True)
        Box().put("x", True)
        f(size=3)
        """,
        """
        class Box:
            def put(self, item, safe): ...
        def f(size, *, wide=False) -> None: ...
        f(«size=»3, wide=True)
        Box().put(«item=»"x", «safe=»True)
        f(size=3)
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_inlay_hints(tmp_path: Path, name: str) -> None:
    text, expected = CASES[name]
    kinds = ("arguments",) if "literal" in name else ("variables", "parameters", "returns")
    check_inlay_hints(tmp_path, text, expected, *kinds)

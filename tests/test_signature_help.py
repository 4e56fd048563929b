"""Signatures at calls that are being written."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_signature

CASES: dict[str, tuple[str, list[str]]] = {
    "first parameter of an open call": (
        "def f(a: int, b: str = '') -> bool: ...\nf($0",
        ["> f(«a: int», b: str = '') -> bool"],
    ),
    "second parameter": (
        "def f(a: int, b: str = '') -> bool: ...\nf(1, $0)",
        ["> f(a: int, «b: str = ''») -> bool"],
    ),
    "by keyword": ("def f(a, b, c): ...\nf(1, c=$0", ["> f(a, b, «c»)"]),
    "behind a keyword": ("def f(a, b, c): ...\nf(1, b=2, $0", ["> f(a, b, «c»)"]),
    "code follows the open call": (
        "def f(a, b): ...\ndef g():\n    x = f(1, $0\n    y = 2\n    return y\n",
        ["> f(a, «b»)"],
    ),
    "brackets and strings inside": (
        "def f(a, b): ...\nf([1, (2, 3)], ',(' $0",
        ["> f(a, «b»)"],
    ),
    "the innermost call counts": ("def f(a): ...\ndef g(b): ...\nf(g($0", ["> g(«b»)"]),
    "behind an inner call": ("def f(a, z): ...\ndef g(b): ...\nf(g(1), $0", ["> f(a, «z»)"]),
    "bound method": (
        "class Box:\n    def put(self, item, *, safe=True): ...\nBox().put($0",
        ["> put(«item», *, safe: bool = True)"],
    ),
    "unbound method": (
        "class Box:\n    def put(self, item): ...\nBox.put($0",
        ["> put(«self», item)"],
    ),
    "class method and static method": (
        "class Box:\n    @classmethod\n    def make(cls, size): ...\nBox.make($0",
        ["> make(«size»)"],
    ),
    "static method": (
        "class Box:\n    @staticmethod\n    def make(size): ...\nBox().make($0",
        ["> make(«size»)"],
    ),
    "constructor": (
        "class Box:\n    def __init__(self, size: int): ...\nBox($0",
        ["> Box(«size: int») -> Box"],
    ),
    "inherited constructor": (
        "class A:\n    def __init__(self, size): ...\nclass B(A): ...\nB($0",
        ["> B(«size») -> B"],
    ),
    "constructor without any": ("class Box: ...\nBox($0", ["> Box() -> Box"]),
    "dataclass": (
        """
        from dataclasses import dataclass, field
        from typing import ClassVar
        @dataclass
        class Base:
            name: str
            kind: ClassVar[int] = 3
        @dataclass
        class Box(Base):
            size: int = 0
            parts: list[str] = field(default_factory=list)
        Box("a", $0
        """,
        ["> Box(name: str, «size: int = 0», parts: list[str] = ...) -> Box"],
    ),
    "named tuple": (
        "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\n    y: int = 0\nP(1, $0",
        ["> P(x: int, «y: int = 0») -> P"],
    ),
    "overloads": (
        """
        from typing import overload
        @overload
        def f(a: int) -> int: ...
        @overload
        def f(a: str, b: str) -> str: ...
        def f(*args): ...
        f("", $0
        """,
        ["f(a: int) -> int", "> f(a: str, «b: str») -> str"],
    ),
    "callable instance": (
        "class Adder:\n    def __call__(self, x): ...\nadd = Adder()\nadd($0",
        ["> __call__(«x»)"],
    ),
    "decorated function": (
        """
        import functools
        def logged(f):
            @functools.wraps(f)
            def inner(*args, **kwargs):
                return f(*args, **kwargs)
            return inner
        @logged
        def run(speed): ...
        run($0
        """,
        ["> run(«speed»)"],
    ),
    "more arguments than parameters": ("def f(a): ...\nf(1, 2$0", ["> f(a)"]),
    "variable arguments": ("def f(a, *rest): ...\nf(1, 2, 3$0", ["> f(a, «*rest»)"]),
    "positional only": ("def f(a, /, b): ...\nf(1, $0", ["> f(a, /, «b»)"]),
    "a receiver on several lines": (
        "class Q:\n    def all(self): return self\n    def get(self, key): ...\n"
        "x = (\n    Q()\n    .all()\n    .get($0\n)",
        ["> get(«key»)"],
    ),
    "not in a definition": ("def f($0", []),
    "not outside of the call": ("def f(a): ...\nf(1)$0", []),
    "not behind a keyword": ("if ($0", []),
    "not in a comment": ("def f(a): ...\nf(1  # x$0", []),
}


@pytest.mark.parametrize("name", CASES)
def test_signature_help(tmp_path: Path, name: str) -> None:
    text, expected = CASES[name]
    check_signature(tmp_path, text, *expected)

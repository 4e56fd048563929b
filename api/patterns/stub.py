"""Stubs: classes and functions of which only the beginning is written."""

from __future__ import annotations

import ast
from textwrap import dedent


def parse_stub(text: str) -> ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | None:
    """Return the class or function of a stub, which may lack its body or its colon."""
    text = dedent(text).strip("\n")
    bare = text.rstrip().rstrip(":")
    for attempt in (text, f"{text}\n    pass", f"{text.rstrip()} pass", f"{bare}:\n    pass"):
        try:
            tree = ast.parse(attempt)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in tree.body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                return node
    return None

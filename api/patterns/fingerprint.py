"""Fingerprints: what a function does, statement by statement, whatever it calls its variables.

Two functions of which one is the other, renamed and with statements in another order, have the same
statements when names that they bind themselves do not count.
"""

from __future__ import annotations

import ast
from collections import Counter
from textwrap import dedent
from typing import cast

Fingerprint = Counter[str]

_MOST_NODES = 12  # a longer statement says no more than one of so many parts
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
# Parts of statements that are statements again, which count for themselves.
_BLOCKS = frozenset(["body", "orelse", "finalbody", "handlers", "cases"])


def fingerprint(code: str) -> Fingerprint | None:
    """Return the statements of code, None for what is no code; each counts by its size."""
    try:
        tree = ast.parse(dedent(code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    bound = _bound_names(tree)
    found: Fingerprint = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not isinstance(node, _FUNCTIONS | ast.ClassDef):
            if isinstance(node, ast.Pass) or _is_text(node):
                continue
            text, size = _described(node, bound)
            found[text] += min(size, _MOST_NODES)
    return found


def same_share(one: Fingerprint, other: Fingerprint) -> float:
    """Return how much of the larger of two functions both have, from 0 to 1."""
    whole = max(one.total(), other.total())
    return (one & other).total() / whole if whole else 0.0


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _bound_names(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.ExceptHandler | _FUNCTIONS) and node.name:
            found.add(node.name)
    return found


def _described(node: ast.stmt, bound: set[str]) -> tuple[str, int]:
    """Return a statement without the blocks in it and the names that are bound, and its size."""
    parts: list[str] = [type(node).__name__]
    todo: list[ast.AST | str] = [node]
    while todo:
        each = todo.pop()
        if isinstance(each, str):
            parts.append(each)
            continue
        if each is not node:
            parts.append(type(each).__name__)
        for name, value in reversed([*ast.iter_fields(each)]):
            if name in _BLOCKS and isinstance(each, ast.stmt):
                continue
            if name in ("annotation", "returns", "type_comment", "ctx", "kind"):
                continue
            items = cast("list[object]", value) if isinstance(value, list) else [value]
            for item in reversed(items):
                if isinstance(item, ast.AST):
                    todo.append(item)
                elif isinstance(each, ast.Name | ast.arg | ast.ExceptHandler) and item in bound:
                    todo.append("_")
                elif item is not None:
                    todo.append(repr(item))
    return " ".join(parts), len(parts)

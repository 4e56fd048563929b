"""Structure: code without the names and values in it, so that what is alike is known as alike."""

from __future__ import annotations

import ast
import re
from hashlib import blake2b
from textwrap import dedent

_WORDS = re.compile(r"[A-Za-z_]\w*|\d+|\"[^\"\n]*\"|'[^'\n]*'")
_KEPT = frozenset("self cls None True False".split())


def structure_of(*texts: str) -> str:
    """Return what pieces of code have in common with those that are the same in other words.

    Names count by where they stand first, so the same name twice is not two names.
    """
    digest = blake2b(digest_size=12)
    numbers: dict[str, str] = {}
    for text in texts:
        digest.update(_shape(text, numbers).encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()


def _shape(text: str, numbers: dict[str, str]) -> str:
    def numbered(name: str) -> str:
        return name if name in _KEPT else numbers.setdefault(name, f"n{len(numbers)}")

    try:
        tree = ast.parse(dedent(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _WORDS.sub(lambda found: numbered(found[0]), text)
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if isinstance(node, ast.Constant) and field == "value":
                node.value = type(value).__name__
            elif isinstance(value, str):
                setattr(node, field, numbered(value))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            node.body = [each for each in node.body if not _is_docstring(each)]
    return ast.dump(tree)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)

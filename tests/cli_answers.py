"""Literal answers to show, as operations give them."""

from __future__ import annotations

from typing import Any

ENVELOPE: dict[str, Any] = {"generation": 7, "pending": 0, "files": {}}


def at(line: int, character: int = 0) -> dict[str, Any]:
    """A range that begins there, counted from zero."""
    start = {"line": line, "character": character}
    return {"start": start, "end": start}


def symbol(name: str, path: str, line: int, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "kind": "class",
        "path": path,
        "range": at(line, 6),
        "evidence": "exact",
        "layer": "workspace",
        **more,
    }


MODEL = symbol(
    "shop.models.Model", "shop/models.py", 3, signature="(Base)", summary="Something kept."
)
SAVE = symbol(
    "shop.models.Model.save",
    "shop/models.py",
    8,
    kind="method",
    signature="async (self, force=False) -> None",
    summary="Keep it.",
)
NAME = symbol("shop.models.Model.name", "shop/models.py", 4, kind="field", signature="name: str")
LIMIT = symbol("shop.models.LIMIT", "shop/models.py", 1, kind="constant", signature="LIMIT = 3")
BASE = symbol(
    "django.db.Base", "", 0, kind="outside", evidence="inferred", layer="outside", range=at(0)
)


def reference(path: str, line: int, text: str, **more: Any) -> dict[str, Any]:
    return {
        "path": path,
        "range": at(line, 4),
        "role": "call",
        "evidence": "exact",
        "text": text,
        **more,
    }


CALLS = [
    reference("shop/views.py", 11, "order.save()", enclosing="shop.views.View.post"),
    reference("shop/views.py", 20, "thing.save(force=True)", evidence="textual"),
]
REFERENCES = {
    **ENVELOPE,
    "symbol": SAVE,
    "total": 1203,
    "counts": {"read": 3, "call": 1200},
    "evidence_counts": {"exact": 1202, "textual": 1},
    "items": [
        {"path": "shop/views.py", "references": CALLS},
        {"path": "tests/t.py", "references": [reference("tests/t.py", 0, "save", role="read")]},
    ],
    "truncated": True,
}
LISTING = {**ENVELOPE, "items": [MODEL, SAVE, LIMIT, BASE], "total": 4, "truncated": False}
OUTLINE = {
    **ENVELOPE,
    "items": [LIMIT, {**MODEL, "children": [NAME, SAVE]}],
    "total": 4,
    "truncated": False,
}
MEMBERS = {
    **ENVELOPE,
    "items": [
        {**SAVE, "defined_in": "shop.models.Model"},
        {**NAME, "defined_in": "shop.models.Model", "note": "set in __init__"},
        symbol("shop.base.Base.id", "shop/base.py", 2, kind="field", defined_in="shop.base.Base"),
    ],
    "total": 3,
    "truncated": False,
}
CALLERS = {
    **ENVELOPE,
    "symbol": SAVE,
    "items": [
        {
            "symbol": symbol("shop.views.View.post", "shop/views.py", 9, kind="method"),
            "evidence": "conventional",
            "calls": CALLS,
        }
    ],
    "total": 1,
    "truncated": False,
}
HIERARCHY = {
    **ENVELOPE,
    "symbol": MODEL,
    "bases": [{"symbol": BASE, "evidence": "exact", "children": []}],
    "mro": [MODEL, BASE],
    "subclasses": [
        {
            "symbol": symbol("shop.models.Order", "shop/models.py", 30),
            "evidence": "exact",
            "children": [
                {
                    "symbol": symbol("shop.big.BigOrder", "shop/big.py", 1),
                    "evidence": "inferred",
                    "children": [],
                }
            ],
        }
    ],
    "total": 1,
    "truncated": False,
}
IMPORTS = {
    **ENVELOPE,
    "items": [
        {
            "path": "shop/views.py",
            "range": at(0, 7),
            "module": "os",
            "evidence": "exact",
            "text": "import os",
        },
        {
            "path": "shop/views.py",
            "range": at(2, 20),
            "module": ".models",
            "name": "Model",
            "alias": "M",
            "resolved": "shop/models.py",
            "evidence": "exact",
            "conditions": ["type-checking", "try"],
            "text": "from .models import Model as M",
        },
    ],
    "total": 2,
    "truncated": False,
}
EXISTS = {
    **ENVELOPE,
    "query": "Model.sav()",
    "verdict": "missing",
    "reason": "shop.models.Model has no 'sav'",
    "nearest": [SAVE],
    "total": 1,
}
SOURCE = {
    **ENVELOPE,
    "symbol": SAVE,
    "path": "shop/models.py",
    "first_line": 9,
    "text": "async def save(self):\r\n\r\n\treturn None  \r\n",
    "total": 1,
}
STATUS = {
    "root": "/src/shop",
    "source_roots": ["", "lib"],
    "state": "current",
    "indexed": 1200,
    "skipped": [{"path": "shop/pipe.py", "reason": "it is a FIFO"}],
    "errors": [],
    "environment": {"kind": "venv", "prefix": ""},
    "watcher": {"mode": "none"},
    "writer": "nobody",
    "sizes": {"files": 1200, "bytes": 12_345_678},
    "problems": [],
    **ENVELOPE,
    "total": 1200,
}
NOTHING = {**ENVELOPE, "items": [], "total": 0, "truncated": False}

"""Answers as JSON: exact for programs, readable for people."""

from __future__ import annotations

import json

from .words import CONTROLS

_ESCAPES = {code: f"\\u{code:04x}" for code in CONTROLS if code != ord("\n")}


def json_text(value: object, *, indent: int | None = None, on_terminal: bool = False) -> str:
    """Return a value as JSON that ends in a line break.

    On a terminal it is indented, and characters stay what they are but for control characters.
    """
    if on_terminal:
        return json.dumps(value, indent=2, ensure_ascii=False).translate(_ESCAPES) + "\n"
    return json.dumps(value, indent=indent) + "\n"

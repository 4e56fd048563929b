"""TOML, read with bounds: the one place that reads any, for a repository may bring any."""

from __future__ import annotations

import re
import tomllib
from itertools import accumulate
from typing import Any

# What a person writes is far below. Reading a key takes the square of its parts in time and
# memory, and brackets are read by recursion.
_MOST_BYTES = 1_000_000
_MOST_PARTS = 64
_DEEPEST = 64

# Strings, of which the long ones may end in up to five quotes, and comments.
_OPAQUE = re.compile(
    r'"""(?:[^"\\]|\\.|""?(?!"))*+"""(?:""?)?|\'\'\'(?:[^\']|\'\'?(?!\'))*+\'\'\'(?:\'\'?)?'
    r'|"(?:[^"\\\n]|\\.)*+"|\'[^\'\n]*+\'|\#[^\n]*+',
    re.DOTALL,
)
_BETWEEN_KEYS = re.compile(r"[^\w.-]+")
_BRACKET = re.compile(r"[\[\]{}]")


def read_toml(data: bytes) -> dict[str, Any]:
    """Return a TOML document's tables; none if it is malformed."""
    tables, _ = parse_toml(data)
    return tables


def parse_toml(data: bytes) -> tuple[dict[str, Any], str]:
    """Return a TOML document's tables, and what is wrong with it or ''."""
    if len(data) > _MOST_BYTES:
        return {}, f"it is larger than {_MOST_BYTES:,} bytes"
    try:
        text = data.decode("utf-8-sig")
        wrong = _excess(text)
        return ({}, wrong) if wrong else (tomllib.loads(text), "")
    except ValueError as error:  # also a number of too many digits
        return {}, str(error)
    except RecursionError:
        return {}, "it is nested too deeply"


def _excess(text: str) -> str:
    """Return what of a document is more than is read, or ''."""
    # A string may be part of a key; spaces may stand around its dots.
    shape = _OPAQUE.sub("_", text).replace(" ", "").replace("\t", "")
    if any(key.count(".") >= _MOST_PARTS for key in _BETWEEN_KEYS.split(shape)):
        return f"a key has more than {_MOST_PARTS} parts"
    steps = (1 if bracket in "[{" else -1 for bracket in _BRACKET.findall(shape))
    return "it is nested too deeply" if max(accumulate(steps), default=0) > _DEEPEST else ""

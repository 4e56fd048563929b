"""Lessons in a repository: a file of sorted lines that merges line by line.

Anybody may have written it. It is read with bounds, and what is no name is left out, so that no
sentence of it reaches anybody.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any

from ...indexer.errors import InvalidArgumentsError
from ...indexer.store.lesson_store import ON, LessonRow
from ...indexer.text import UnreadableError, read
from ...indexer.toml import parse_toml
from ..inside import refuse_link_outside
from ..json_values import is_array, is_object
from ..source.whole_file import whole_file
from .identity import lesson_id

NAME = "flux-index-lessons.toml"
_MOST_BYTES, _MOST_LESSONS, _LONGEST = 500_000, 2_000, 200
_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_RULE = re.compile(r"[a-z]+(?:-[a-z]+)*")
_KEYS = ("rule", "subject", "wrong", "right", "scope", "anchor", "facts")
_HEAD = """\
# Mistakes that were made here, and what is right instead: flux-index lessons share
# A line is a lesson; lines can be merged in any order. They rank fixes, and warn of nothing.
lessons = [
"""


def read_shared(root: str) -> tuple[list[LessonRow], str]:
    """Return the lessons of a repository, and what is wrong with the file or ''."""
    path = os.path.join(root, NAME)
    try:
        refuse_link_outside(root, path)
        data = read(path, _MOST_BYTES)
    except (UnreadableError, InvalidArgumentsError, OSError):
        return [], "" if not os.path.lexists(path) else f"{NAME} cannot be read"
    tables, wrong = parse_toml(data)
    if wrong:
        return [], f"{NAME}: {wrong}"
    listed: Any = tables.get("lessons")
    found: dict[str, LessonRow] = {}
    for each in listed if is_array(listed) else []:
        row = _lesson(each)
        if row is not None and len(found) < _MOST_LESSONS:
            found[row.id] = row
    return list(found.values()), ""


def _lesson(given: Any) -> LessonRow | None:
    """Return the lesson of a table; None for what is none."""
    if not is_object(given):
        return None
    values = [given.get(key, "") for key in _KEYS]
    if not all(isinstance(value, str) and len(value) <= _LONGEST for value in values):
        return None
    rule, subject, wrong, right, scope, anchor, facts = values
    names = [wrong, right, anchor, *([subject] if subject else [])]
    if not all(map(_NAME.fullmatch, names)) or not _RULE.fullmatch(rule):
        return None
    try:
        digest = bytes.fromhex(facts)
    except ValueError:
        return None
    scope = scope if scope in ("workspace", "dependency") else "workspace"
    id_ = lesson_id(rule, subject, wrong, right)
    return LessonRow(id_, rule, subject, wrong, right, scope, 0, 0, 0, 0.0, anchor, digest, ON)


def write_shared(root: str, rows: Iterable[LessonRow]) -> int:
    """Write the lessons of a repository, beside those that are there; return how many it has.

    Raises InvalidArgumentsError where a link leads out of the repository.
    """
    path = os.path.join(root, NAME)
    refuse_link_outside(root, path)
    known, _ = read_shared(root)
    lines = sorted({_line(row) for row in [*known, *rows]})
    with whole_file(path) as file:
        file.write(f"{_HEAD}{''.join(lines)}]\n".encode())
    return len(lines)


def _line(row: LessonRow) -> str:
    values = (row.rule, row.subject, row.wrong, row.right, row.scope, row.anchor, row.facts.hex())
    fields = ", ".join(f'{key} = "{value}"' for key, value in zip(_KEYS, values, strict=True))
    return f"  {{{fields}}},\n"

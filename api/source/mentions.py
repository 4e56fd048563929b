"""Places outside of Python's code that name a symbol: closed notebooks and entry points.

Nothing here is edited: who renames or moves is told.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...indexer.inference.inference import Inference

_SKIPPED = frozenset(["node_modules", "site-packages", "__pycache__", "venv", "env", "build"])
_CONFIGURED = ("pyproject.toml", "setup.cfg")
_LARGEST = 20_000_000
_MOST_FOLDERS = 20_000
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Mention:
    """A line, counted from 0, of a file that names a symbol; of a notebook, within its code."""

    path: str
    line: int


def places_text(mentions: Sequence[Mention]) -> str:
    """Return places as a message tells them: the first ones, and how many there are."""
    shown = ", ".join(f"{each.path}:{each.line + 1}" for each in mentions[:_SHOWN])
    more = len(mentions) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def notebook_mentions(inference: Inference, name: str) -> list[Mention]:
    """Return the lines of code in notebooks that have a name, as a word of its own."""
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    found: list[Mention] = []
    for path in _notebooks(inference.snapshot.index.workspace.root):
        if inference.exists(path):
            continue  # it is open, and edited like any other file
        lines = _code(inference.snapshot.absolute(path), name)
        found += [Mention(path, row) for row, line in enumerate(lines) if word.search(line)]
    return found


def entry_point_mentions(inference: Inference, dotted: str) -> list[Mention]:
    """Return the lines of a project's settings that name a module or what is in it.

    ``dotted`` may have a colon in place of its last dot, as entry points do.
    """
    module, _, name = dotted.rpartition(".")
    spelled = rf"{re.escape(module)}[.:]{re.escape(name)}" if module else re.escape(name)
    word = re.compile(rf"(?<![\w.]){spelled}(?=[.:\"'\s\[]|$)")
    found: list[Mention] = []
    for path in _CONFIGURED:
        for row, line in enumerate(_lines(inference.snapshot.absolute(path))):
            if word.search(line) and (module or f"{name}:" in line or f"{name}." in line):
                found.append(Mention(path, row))
    return found


def _notebooks(root: str) -> Iterator[str]:
    for count, (folder, folders, files) in enumerate(os.walk(root)):
        if count > _MOST_FOLDERS:
            return
        folders[:] = [each for each in folders if each[:1] != "." and each not in _SKIPPED]
        for name in sorted(files):
            if name.endswith(".ipynb"):
                yield os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")


def _lines(path: str) -> list[str]:
    try:
        if os.path.islink(path) or os.path.getsize(path) > _LARGEST:
            return []
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().split("\n")
    except OSError:
        return []


def _code(path: str, name: str) -> list[str]:
    """Return the lines of the code cells of a notebook; none for one that cannot be read."""
    text = "\n".join(_lines(path))
    if name not in text:
        return []
    try:
        notebook: Any = json.loads(text)
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        sources = ["".join(cell["source"]) for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    return [line for source in sources for line in source.split("\n")]

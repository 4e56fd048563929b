"""What is written of names outside of code: documentation, templates, settings, strings, comments.

Whatever names a definition there may be what it is for: commands and entry points in settings,
tags in templates, examples in documentation. Histories of changes are not read: they name what is
gone.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter

from ...indexer.inference.inference import Inference
from ...indexer.paths import is_outside
from ..source.lexical import layout

_WORD = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*")
# In prose, a word names something where it looks like code: `total`, total(), shop.total,
# some_name, someName; or in a line that is set off.
_PROSE = frozenset([".md", ".rst", ".txt", ".adoc", ".html", ".htm"])
_LIKE_CODE = re.compile(
    rb"(?<=[`.:\"'=~(\[{,|/@%$#<])[A-Za-z_\x80-\xff][\w\x80-\xff]*"
    rb"|[A-Za-z_\x80-\xff][\w\x80-\xff]*(?=[`(=\"'\[|}]|\.\w|::)"
    rb"|\w*_\w*|[a-z]+[A-Z]\w*|[A-Z]+[a-z]+[A-Z]\w*|\w+\d\w*"
)
_SET_OFF = re.compile(rb"(?m)^(?: {4,}|\t+|>>> |\$ ).*$")
_FENCED = re.compile(rb"(?ms)^[ ]*(```|~~~).*?^[ ]*\1")
_SKIPPED = frozenset(
    ["node_modules", "site-packages", "__pycache__", "venv", "env", "build", "dist", ".git", ".hg",
     ".svn", ".tox", ".nox", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".eggs"]
)  # fmt: skip
_HISTORIES = re.compile(
    r"(?i)^(change|history|news|release|whatsnew|pkg-info|authors|sources\.txt|licen[cs]e|copying|"
    r"\.git)"
)
_NO_TEXT = frozenset(
    [".py", ".pyi", ".pyc", ".so", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".woff",
     ".woff2", ".ttf", ".eot", ".mo", ".po", ".pot", ".gz", ".zip", ".whl", ".pdf", ".lock", ".map",
     ".db", ".sqlite", ".sqlite3", ".bin", ".exe", ".dll", ".webp", ".mp4", ".csv", ".parquet"]
)  # fmt: skip
_LARGEST, _MOST_BYTES, _MOST_FILES = 1_000_000, 100_000_000, 30_000
# What documentation of an API is made from: Sphinx' directives and those of mkdocstrings.
_DIRECTIVE = re.compile(
    rb"(?m)^[ \t]*(?:\.\.[ \t]+(?:py:)?(?:auto\w+|module|currentmodule|class|function|method|"
    rb"attribute|data|exception|decorator)::|:::)[ \t]*([^\n]*)"
)
_WHOLE_MODULE = re.compile(rb"(?m)^[ \t]*(?:\.\.[ \t]+automodule::|:::)[ \t]*([\w.]+)")


@dataclass(slots=True)
class Mention:
    """A place in a Python file that spells a name and is no code that uses it."""

    path: str
    position: int
    where: str
    """``string``, ``prose`` in a string, ``docstring`` or ``comment``."""


@dataclass
class OtherTexts:
    """Words of files that are no Python."""

    root: str
    words: dict[bytes, str] = field(default_factory=dict[bytes, str])
    """By word, a file that has it."""
    documented: set[bytes] = field(default_factory=set[bytes])
    """Words behind directives that document an API."""
    whole_modules: set[str] = field(default_factory=set[str])
    """Dotted names of modules of which everything is documented."""

    @cached_property
    def documents_api(self) -> bool:
        """True if the documentation is made from, or lists, what the code defines."""
        return len(self.documented) >= 8

    def names(self, name: str) -> str:
        """Return a file that has a name as a word, or nothing."""
        return self.words.get(name.encode("utf-8", "surrogatepass"), "")


def read_other_texts(inference: Inference) -> OtherTexts:
    """Return the words of the workspace's documentation, templates and settings."""
    texts = OtherTexts(inference.snapshot.index.workspace.root)
    left = _MOST_BYTES
    for count, path in enumerate(files_of_other_texts(texts.root)):
        if count >= _MOST_FILES or left <= 0:
            inference.snapshot.work.leave_out("not all files that are no Python were read")
            break
        if not count % 50:
            inference.snapshot.work.look()
        try:
            with open(path, "rb") as file:
                text = file.read(_LARGEST)
        except OSError:
            continue
        if b"\0" in text[:2_000]:
            continue
        left -= len(text)
        relative = os.path.relpath(path, texts.root).replace(os.sep, "/")
        is_prose = os.path.splitext(path)[1].lower() in _PROSE
        for word in _words_of_prose(text) if is_prose else set(_WORD.findall(text)):
            texts.words.setdefault(word, relative)
        for line in _DIRECTIVE.findall(text):
            texts.documented.update(_WORD.findall(line))
        texts.whole_modules.update(each.decode() for each in _WHOLE_MODULE.findall(text))
    return texts


def _words_of_prose(text: bytes) -> set[bytes]:
    """Return the words of a text that name something, as far as prose shows it."""
    found = set(_LIKE_CODE.findall(text))
    for part in (*_SET_OFF.findall(text), *(match[0] for match in _FENCED.finditer(text))):
        found.update(_WORD.findall(part))
    return found


def files_of_other_texts(root: str) -> Iterator[str]:
    """Yield the files of a workspace that are looked into for names, and are no Python."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(
            each for each in folders
            if each not in _SKIPPED and not each.endswith((".egg-info", ".dist-info"))
        )  # fmt: skip
        for name in sorted(files):
            stem, extension = os.path.splitext(name)
            path = os.path.join(folder, name)
            if extension.lower() in _NO_TEXT or _HISTORIES.match(stem) or os.path.islink(path):
                continue
            yield path


def mentions_in_code(inference: Inference, names: Iterable[str]) -> dict[str, list[Mention]]:
    """Return where Python files spell names in strings, docstrings and comments."""
    wanted = {name.encode("utf-8", "surrogatepass"): name for name in names}
    found: dict[str, list[Mention]] = {name: [] for name in wanted.values()}
    for path in inference.snapshot.paths():
        if is_outside(path) or inference.facts(path) is None:
            continue
        inference.snapshot.relax()
        text = inference.text(path)
        code: dict[str, set[int]] = {}
        for match in _WORD.finditer(text):
            name, start = wanted.get(match[0]), match.start()
            if name is None or text[start - 1 : start].isdigit():
                continue
            if name not in code:
                occurrences = inference.need(path).occurrences(name)
                code[name] = {position for _, position, _ in occurrences}
            if start not in code[name]:
                where = _where(inference, path, text, start)
                if where:
                    found[name].append(Mention(path, start, where))
    return found


def _is_word_of_prose(text: bytes, start: int, end: int, position: int) -> bool:
    """True if a plain word stands in a string that is a sentence."""
    word = _WORD.match(text, position)
    if word is None or len(text[start:end].split()) < 4 or not word[0].isalpha():
        return False
    return word[0].islower() and _LIKE_CODE.search(text[position - 1 : word.end() + 2]) is None


def _where(inference: Inference, path: str, text: bytes, position: int) -> str:
    """Return in what a place lies; nothing if that is code."""
    facts = inference.need(path)
    marks = facts.memo.get("strings and comments")
    if marks is None:
        found = layout(text)
        marks = facts.memo["strings and comments"] = found.strings, found.comments
    strings, comments = marks
    inside = _around(strings, position)
    if inside is not None:
        start, end = inside
        is_documentation = start in facts.definition.doc or (
            text[start : start + 8].lstrip(b"rRbBuU").startswith((b'"""', b"'''"))
            and not text[text.rfind(b"\n", 0, start) + 1 : start].strip()
        )
        if not is_documentation:
            return "prose" if _is_word_of_prose(text, start, end, position) else "string"
        line = text[text.rfind(b"\n", 0, position) + 1 : position].lstrip()
        return "string" if line.startswith((b">>>", b"...")) else "docstring"
    inside = _around(comments, position)
    if inside is not None:
        return "string" if b"type:" in text[inside[0] : inside[0] + 8] else "comment"
    return ""


def _around(spans: list[tuple[int, int]], position: int) -> tuple[int, int] | None:
    """Return the one of spans in order, none of which overlap, that a position lies in."""
    at = bisect_right(spans, position, key=itemgetter(0)) - 1
    return spans[at] if at >= 0 and position < spans[at][1] else None

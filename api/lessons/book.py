"""The lessons of a workspace that count now: its own, and those of its repository.

Its own come first. Those of the repository only rank until they were seen here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from typing import NamedTuple

from ...indexer.errors import DamagedError, StoreError
from ...indexer.index import Index
from ...indexer.inference.inference import Inference
from ...indexer.store import ledger as ledger_module
from ...indexer.store.ledger import Ledger
from ...indexer.store.lesson_store import ON, LessonRow, lesson_rows
from .anchors import anchor_facts
from .shared import NAME, read_shared

WARNS_FROM = 2
"""Sightings from which on a lesson is a warning."""


class Mistake(NamedTuple):
    """What a finding is about in resolved names.

    ``subjects`` are dotted names of what does not have ``wrong``: a class and its bases, a module,
    or the function that is called; an empty one for a name that is imported.
    """

    rule: str
    subjects: tuple[str, ...]
    wrong: str


class Book:
    """Lessons by what they are about."""

    def __init__(self, own: Iterable[LessonRow], shared: Iterable[LessonRow]) -> None:
        """``shared`` are those of the repository, of which own ones are taken out."""
        self.rows: dict[str, LessonRow] = {row.id: row for row in own}
        self.own = frozenset(self.rows)
        for row in shared:
            self.rows.setdefault(row.id, row)
        self._by_key: dict[tuple[str, str, str], list[LessonRow]] = {}
        self.warning: dict[str, list[LessonRow]] = {}
        """Those that warn, by what is wrong."""
        for row in sorted(self.rows.values(), key=lambda row: -row.seen):
            if row.state != ON:
                continue
            self._by_key.setdefault((row.rule, row.subject, row.wrong), []).append(row)
            if row.seen >= WARNS_FROM:
                self.warning.setdefault(row.wrong, []).append(row)

    def matching(self, inference: Inference, mistake: Mistake) -> Iterator[LessonRow]:
        """Yield the lessons about a mistake, those first that were seen most; stale ones are not.

        A lesson about a base is one about the classes that derive from it.
        """
        found = [
            row
            for subject in dict.fromkeys(mistake.subjects)
            for row in self._by_key.get((mistake.rule, subject, mistake.wrong), ())
        ]
        for row in sorted(found, key=lambda row: -row.seen):
            if is_current(inference, row):
                yield row


def is_current(inference: Inference, row: LessonRow) -> bool:
    """True if what a lesson speaks of is what it was when the lesson was made."""
    return anchor_facts(inference, row.anchor) == row.facts


_EMPTY = Book((), ())
# By root: what stood in the files when the book was read, and the book.
_read: dict[str, tuple[tuple[object, ...], Book]] = {}


def book_of(index: Index, ledger: Ledger | None = None) -> Book:
    """Return the lessons of a workspace; none where its ledger cannot be read.

    Who has the ``ledger`` open gives it: to open it is to check it.
    """
    workspace = index.workspace
    path = os.path.join(workspace.state_dir, ledger_module.NAME)
    shared = os.path.join(workspace.root, NAME)
    stamp = tuple(_stamp(each) for each in (path, f"{path}-wal", shared))
    if stamp == (None, None, None):
        return _EMPTY
    known = _read.get(workspace.root)
    if known is not None and known[0] == stamp:
        return known[1]
    rows: list[LessonRow] = []
    if stamp[0] is not None:
        try:
            with nullcontext(ledger) if ledger else Ledger(workspace.state_dir) as opened:
                rows = lesson_rows(opened)
        except (StoreError, DamagedError):
            rows = []
    book = Book(rows, read_shared(workspace.root)[0])
    _read[workspace.root] = stamp, book
    return book


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size

"""Fixes in the order that lessons give them: what mended the same mistake before comes first.

A lesson makes no fix safe: that it was right once does not say that it is what is meant now.
"""

from __future__ import annotations

from ....indexer.errors import UnknownFileError
from ....indexer.inference.inference import Inference
from ....indexer.store.lesson_store import LessonRow
from ...lessons.anchors import entity_named
from ...lessons.book import WARNS_FROM, book_of
from ..arguments import UNKNOWN_KEYWORD
from ..findings import HINT, WARNING, Edit, Finding, Fix
from ..mistakes import mistake_of
from .replacements import Replacements


def rank_by_lessons(finding: Finding, inference: Inference) -> None:
    """Put first among the fixes of a finding, and what is near, what lessons say is right.

    A finding that was only a hint is a warning from the second sighting on.
    """
    book = book_of(inference.snapshot.index)
    if not book.rows:
        return
    mistake = mistake_of(inference, finding)
    if mistake is None:
        return
    for row in reversed(list(book.matching(inference, mistake))):
        anchor = entity_named(inference, row.anchor)
        fix = _fix(finding, inference, row)
        if fix is not None:
            finding.fixes = [fix, *(each for each in finding.fixes if each is not fix)]
        if anchor is not None and finding.rule != UNKNOWN_KEYWORD:
            finding.nearest = [anchor, *(each for each in finding.nearest if each != anchor)]
        if finding.severity == HINT and row.seen >= WARNS_FROM:
            finding.severity = WARNING


def _fix(finding: Finding, inference: Inference, row: LessonRow) -> Fix | None:
    """Return the fix of a finding that a lesson is about, a new one if none is there yet."""
    module, _, name = row.anchor.rpartition(".")
    imports = f"Add 'from {module} import {name}'"
    for fix in finding.fixes:
        if fix.title in (imports, f"Add 'import {row.anchor}'"):
            return fix
        if any(edit.text.rstrip("=") == row.right for edit in fix.edits):
            return fix
    if finding.rule not in ("unresolved-attribute", "unresolved-name"):
        return None
    try:
        if not Replacements(inference, finding).right([row.right]):
            return None
    except UnknownFileError:
        return None
    edit = Edit(finding.path, finding.start, finding.end, row.right)
    return Fix(f"Replace '{row.wrong}' with '{row.right}'", [edit])

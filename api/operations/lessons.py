"""The lessons of a workspace: what was wrong, what is right instead, and how often that was so."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ...indexer.inference.inference import Inference
from ...indexer.store.lesson_store import DEAD, ON, LessonRow
from ..lessons.book import WARNS_FROM, book_of, is_current
from ..lessons.sentences import sentence
from ..lessons.shared import read_shared
from ..open_workspace import OpenWorkspace
from ..source.entity_views import envelope, page_of
from ..tasks.learning import MOST_TOLD, matching_lessons
from ..tasks.questions import Understanding

# Of one lesson, as it is told.
_TOKENS = 30


def lessons(
    workspace: OpenWorkspace, *, name: str | None, state: str | None, limit: int, offset: int
) -> dict[str, Any]:
    """Answer the operation ``lessons``."""
    inference = workspace.inference(whole=True)
    book = book_of(workspace.index)
    items = [
        lesson_item(inference, row, is_shared=row.id not in book.own)
        for row in sorted(book.rows.values(), key=lambda row: (-row.seen, row.subject, row.wrong))
        if not name or name in (row.id, row.subject, row.anchor, row.wrong, row.right)
    ]
    items = [each for each in items if not state or each["state"] == state]
    answer = page_of(items, limit, offset)
    wrong = read_shared(workspace.index.workspace.root)[1]
    if wrong:
        answer["notes"] = [wrong]
    return envelope(inference, answer, set())


def lessons_about(
    inference: Inference, known: Understanding, paths: Collection[str]
) -> list[dict[str, Any]]:
    """Return the lessons that match a task, as answers show them."""
    book = book_of(inference.snapshot.index)
    return [
        lesson_item(inference, row, is_shared=row.id not in book.own)
        for row in matching_lessons(inference, book, known, paths)
    ]


def lessons_tokens(workspace: OpenWorkspace) -> int:
    """Return how many tokens lessons about a task may take."""
    return _TOKENS * min(len(book_of(workspace.index).rows), MOST_TOLD)


def lesson_item(inference: Inference, row: LessonRow, *, is_shared: bool) -> dict[str, Any]:
    """Return a lesson as answers show it."""
    state = DEAD if row.state == ON and not is_current(inference, row) else row.state
    return {
        "id": row.id,
        "text": sentence(row),
        "rule": row.rule,
        "subject": row.subject,
        "wrong": row.wrong,
        "right": row.right,
        "anchor": row.anchor,
        "scope": row.scope,
        "seen": row.seen,
        "hit": row.hit,
        "false_hit": row.false_hit,
        "state": state,
        "warns": state == ON and row.seen >= WARNS_FROM,
        "shared": is_shared,
    }

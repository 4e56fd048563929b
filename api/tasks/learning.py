"""Lessons made of tasks: when a mend survives verifying, and never from what somebody claims."""

from __future__ import annotations

import time
from collections.abc import Collection

from ...indexer.inference.entities import qualified_name
from ...indexer.inference.inference import Inference
from ...indexer.store.lesson_store import DEAD, FORGOTTEN, OFF, ON, LessonRow, put_lesson
from ...indexer.store.task_store import FIXED, LEFT, MENDED, OVERRULED, TaskStore
from ..check.traces import Right, Trace, right_of
from ..lessons.anchors import anchor_facts, entity_named
from ..lessons.book import Book, Mistake, book_of, is_current
from ..lessons.identity import lesson_id
from .questions import Understanding

# A lesson is switched off when it was wrong in more than one of so many cases.
_OFF_AT = 10
LEARNED = "learned"
"""The event of a task that tells which findings lessons were made of."""


def learn(
    after: Inference, store: TaskStore, task: str, left: Collection[str], *, is_done: bool
) -> list[str]:
    """Make and count lessons of what a task has mended; return the ids of those that changed.

    ``after`` is the verified state, ``left`` are ids of findings that are still there. Each finding
    counts once, however often the task is verified. What was left alone is only when it is done.
    """
    fates = {row.id: row.fate for row in store.findings(task)}
    decided = (MENDED, FIXED, OVERRULED, LEFT) if is_done else (MENDED, FIXED, OVERRULED)
    known = {each for event in store.events(task, LEARNED) for each in event.about["findings"]}
    traces: dict[str, tuple[float, Trace]] = {}
    for event in store.events(task, "judged"):
        for trace in event.about.get("mistakes", ()):
            if trace["id"] not in known:
                traces[trace["id"]] = event.at, trace
    traces = {id_: each for id_, each in traces.items() if fates.get(id_) in decided}
    if not traces:
        return []
    book = book_of(after.snapshot.index)
    rights = {
        id_: right_of(after, trace)
        for id_, (_, trace) in traces.items()
        if fates[id_] != OVERRULED and id_ not in left
    }
    changed: dict[str, LessonRow] = {}
    with store.ledger.transaction():
        for id_, (at, trace) in traces.items():
            right = rights.get(id_)
            ignored = trace["warned"] and id_ in left
            is_refuted = fates[id_] == OVERRULED or ignored
            _count(after, book, changed, trace, at, right, is_refuted=is_refuted)
            if right is not None:
                row = _sighting(after, book, changed, trace, right)
                changed[row.id] = row
        for row in changed.values():
            put_lesson(store.ledger, row)
        about = {"findings": sorted(traces), "lessons": sorted(changed)}
        store.add_event(task, LEARNED, about)
    return sorted(changed)


def _count(
    after: Inference,
    book: Book,
    changed: dict[str, LessonRow],
    trace: Trace,
    at: float,
    right: Right | None,
    *,
    is_refuted: bool,
) -> None:
    """Count for the lessons that were known when a mistake was found if they were right."""
    if right is None and not is_refuted:
        return
    mistake = Mistake(trace["rule"], tuple(trace["subjects"]), trace["wrong"])
    for told in book.matching(after, mistake):
        if told.made > at:
            continue
        row = changed.get(told.id, told)
        if right is not None and row.right == right.name:
            row = _with(row, hit=row.hit + 1)
        else:
            row = _with(row, false_hit=row.false_hit + 1)
        if row.false_hit * _OFF_AT > row.hit:
            row = _with(row, state=OFF)
        changed[row.id] = row


def _sighting(
    after: Inference, book: Book, changed: dict[str, LessonRow], trace: Trace, right: Right
) -> LessonRow:
    """Return the lesson that a mistake was mended so, seen once more."""
    id_ = lesson_id(trace["rule"], right.subject, trace["wrong"], right.name)
    facts = anchor_facts(after, right.anchor)
    row = changed.get(id_) or book.rows.get(id_)
    if row is None or row.state == DEAD or (row.facts != facts and row.state != FORGOTTEN):
        # What it spoke of has changed since: what was counted is of something else.
        entity = entity_named(after, right.anchor)
        scope = "dependency" if entity is not None and entity.is_outside else "workspace"
        row = LessonRow(
            id_, trace["rule"], right.subject, trace["wrong"], right.name, scope, 0, 0, 0,
            time.time(), right.anchor, facts, ON,
        )  # fmt: skip
    made = row.made or time.time()
    return _with(row, seen=row.seen + 1, made=made)


def _with(row: LessonRow, **changed: object) -> LessonRow:
    values = dict(zip(_FIELDS, row, strict=True)) | changed
    return LessonRow(*values.values())  # pyright: ignore[reportArgumentType]


_FIELDS = (
    "id", "rule", "subject", "wrong", "right", "scope", "seen", "hit", "false_hit", "made",
    "anchor", "facts", "state",
)  # fmt: skip


MOST_TOLD = 5
"""Lessons that are told when a task begins."""


def matching_lessons(
    inference: Inference, book: Book, known: Understanding, paths: Collection[str]
) -> list[LessonRow]:
    """Return the lessons that match what a task names or is about to touch, seen most first.

    ``paths`` are the files of the task and of its context.
    """
    named = {qualified_name(inference, each.entity) for each in known.subjects}
    found: list[LessonRow] = []
    for row in sorted(book.rows.values(), key=lambda row: -row.seen):
        if row.state != ON or len(found) == MOST_TOLD:
            continue
        about = {row.subject, row.anchor}
        is_named = any(_is_in(each, name) for each in about for name in named if each)
        if (is_named or _path_of(inference, row) in paths) and is_current(inference, row):
            found.append(row)
    return found


def _is_in(name: str, other: str) -> bool:
    return name == other or name.startswith(f"{other}.")


def _path_of(inference: Inference, row: LessonRow) -> str:
    entity = entity_named(inference, row.anchor)
    return entity.path if entity is not None else ""

"""Lessons in the ledger: what was wrong, what is right instead, and how often that was seen."""

from __future__ import annotations

from .ledger import Ledger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from ..named_tuple import NamedTuple

ON, OFF, DEAD, FORGOTTEN = "on", "off", "dead", "forgotten"
"""States: ``off`` was wrong too often, ``dead`` speaks of what has changed since, ``forgotten``
is one of the repository that somebody does not want here."""


class LessonRow(NamedTuple):
    """A lesson: ``wrong`` of ``subject`` is to be ``right``, both as they are spelled.

    ``subject`` is the dotted name of the class, module or function that does not have what is
    wrong; empty for a name that is imported. ``anchor`` is the dotted name of what is right,
    ``facts`` the hash of what its header says. ``scope`` is whose it is: the workspace's or a
    dependency's. ``seen`` counts mistakes that were mended so here, ``hit`` those of them that came
    when the lesson was known, ``false_hit`` those that were mended otherwise then, or overruled.
    """

    id: str
    rule: str
    subject: str
    wrong: str
    right: str
    scope: str
    seen: int
    hit: int
    false_hit: int
    made: float
    anchor: str
    facts: bytes
    state: str


def lesson_rows(ledger: Ledger) -> list[LessonRow]:
    """Return all lessons, those first that were seen most."""
    rows = ledger.rows("lesson", "1 ORDER BY seen DESC, subject, wrong, right")
    return [LessonRow(*row) for row in rows]


def put_lesson(ledger: Ledger, row: LessonRow) -> None:
    """Store a lesson in the place of the one of its id."""
    with ledger.transaction():
        ledger.put("lesson", *row)


def drop_lesson(ledger: Ledger, id_: str) -> None:
    """Remove a lesson."""
    ledger.ask("DELETE FROM lesson WHERE id = ?", id_)

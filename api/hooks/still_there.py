"""Findings of earlier edits: which of them are still there."""

from __future__ import annotations

from ...indexer.errors import OutOfTimeError, OutOfWorkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...indexer.store.task_store import FindingRow
    from .event import Event


def still_there(event: Event, rows: Sequence[FindingRow]) -> set[str] | None:
    """Return the ids of findings that are still there; None if there is no time to look.

    Each file is judged by the rules that found something in it.
    """
    from ..check.check import check_file
    from ..check.rules.table import families_of_rules

    found: set[str] = set()
    try:
        inference = event.session.inference(whole=True)
        for path in {row.path for row in rows}:
            families = {"syntax", *families_of_rules(row.rule for row in rows if row.path == path)}
            found |= {each.id for each in check_file(inference, path, families=families)}
    except (OutOfTimeError, OutOfWorkError):
        return None
    return found & {row.id for row in rows}

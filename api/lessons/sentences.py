"""What lessons say, in words of our own: of a repository's lesson only names are used."""

from __future__ import annotations

from ...indexer.store.lesson_store import LessonRow


def sentence(row: LessonRow) -> str:
    """Return what a lesson says."""
    if row.rule == "unresolved-import":
        return f"import `{row.right}`, there is no `{row.wrong}`"
    if not row.subject:
        return f"`{row.wrong}` is `{row.anchor}`: import it"
    if row.rule == "unknown-keyword":
        return f"`{row.subject}` takes `{row.right}=`, not `{row.wrong}=`"
    return f"`{row.subject}` has `{row.right}`, not `{row.wrong}`"

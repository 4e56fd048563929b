"""May an agent write this? Only when it was shown what it changes and uses, as it is now."""

from __future__ import annotations

from ...indexer.errors import InvalidArgumentsError
from ..sessions.guard import allow, hand_over, missing
from ..sessions.knowledge import ledger_of
from ..sessions.read_log import number_of
from ..source.entity_views import envelope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..open_workspace import Session
    from ..sessions.guard import Missing


def guard(
    session: Session,
    *,
    handle: str,
    path: str | None,
    text: str | None,
    diff: str | None,
    supply: bool,
) -> dict[str, Any]:
    """Answer the operation ``guard``."""
    contents = _contents(session, path, text, diff)
    with ledger_of(session) as ledger:
        number = number_of(ledger, handle)
        wanted = missing(session, ledger, number, contents)
        if not wanted:
            allow(session, ledger, number, contents)
        elif supply:
            hand_over(session, ledger, number, wanted)
    inference = session.inference(whole=False)
    answer: dict[str, Any] = {
        "verdict": "refused" if wanted else "allowed",
        "items": [_item(each) for each in wanted],
        "total": len(wanted),
    }
    paths = {each.path for each in wanted} | set(contents)
    return envelope(inference, answer, {each for each in paths if inference.exists(each)})


def _item(each: Missing) -> dict[str, Any]:
    item: dict[str, Any] = {
        "path": each.path,
        "first_line": each.first + 1,
        "last_line": each.last,
        "why": each.why,
        "reason": each.said(),
    }
    if each.name:
        item["name"] = each.name
    if each.changed:
        item["changed"] = [[first + 1, last] for first, last in each.changed]
    if each.text:
        item["text"] = each.text
    return item


def _contents(
    session: Session, path: str | None, text: str | None, diff: str | None
) -> dict[str, bytes | None]:
    if (text is None) == (diff is None):
        raise InvalidArgumentsError("guard takes one of text and diff")
    if diff is not None:
        from ..check.edits import apply
        from ..sessions.read_log import content_of

        return dict(apply(diff, lambda each: content_of(session, each)))
    assert text is not None
    if path is None:
        raise InvalidArgumentsError("'text' needs the 'path' that it is meant for")
    from .validate import path_inside

    return {path_inside(session, path): text.encode("utf-8", "surrogatepass")}

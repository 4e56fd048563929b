"""What mending an edit would come to."""

from __future__ import annotations

from ..check.check import verdict
from ..check.fixes.apply import apply_fixes
from ..check.limitations import limitations
from ..source.entity_views import envelope
from .validate import change_of, item, verdict_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..open_workspace import Session


def fix(
    session: Session,
    *,
    paths: list[str] | None,
    path: str | None,
    text: str | None,
    diff: str | None,
    since: str | None,
    whole: bool,
    unsafe: bool,
) -> dict[str, Any]:
    """Answer the operation ``fix``."""
    change = change_of(
        session,
        paths=paths,
        path=path,
        text=text,
        diff=diff,
        since=since,
        staged=False,
        whole=whole,
    )
    done = apply_fixes(session, change, whole=whole, unsafe=unsafe)
    after = session.with_contents(dict(done.contents)).inference(whole=False)
    answer: dict[str, Any] = {
        "verdict": verdict_with(verdict(done.left), limitations(change, whole=whole)),
        "total": len(done.applied),
        "applied": [
            {"path": finding.path, "rule": finding.rule, "title": chosen.title}
            for finding, chosen in done.applied
        ],
        "contents": {
            where: content.decode("utf-8", "replace") for where, content in done.contents.items()
        },
        "left": [item(after, finding) for finding in done.left],
    }
    return envelope(after, answer, {*change.paths, *done.contents})

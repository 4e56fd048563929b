"""The operation ``fix``: an edit with fixes applied to it."""

from __future__ import annotations

from ..check.check import verdict
from ..check.fixes.apply import apply_fixes
from ..check.limitations import limitations
from ..source.entity_views import envelope
from .validate import change_of, item, verdict_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Unpack

    from ..open_workspace import OpenWorkspace
    from .validate import EditArguments


def fix(
    session: OpenWorkspace, *, unsafe: bool, **arguments: Unpack[EditArguments]
) -> dict[str, Any]:
    """Answer the operation ``fix``."""
    whole = arguments.get("whole", False)
    change = change_of(session, **arguments)
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

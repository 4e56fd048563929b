"""What an edit breaks in files that it does not touch."""

from __future__ import annotations

from ..check.check import check_users
from ..check.findings import ERROR
from .validate import change_of, judgement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..open_workspace import Session


def breakage(
    session: Session,
    *,
    path: str | None,
    text: str | None,
    diff: str | None,
    since: str | None,
    staged: bool,
    limit: int,
) -> dict[str, Any]:
    """Answer the operation ``breakage``."""
    change = change_of(
        session,
        paths=None,
        path=path,
        text=text,
        diff=diff,
        since=since,
        staged=staged,
        whole=False,
    )
    # What is certain comes first.
    found = sorted(check_users(change), key=lambda finding: finding.severity != ERROR)
    return judgement(change, found, limit)

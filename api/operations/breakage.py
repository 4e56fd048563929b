"""The operation ``breakage``: what an edit breaks in files that it does not touch."""

from __future__ import annotations

from ..check.check import check_users
from ..check.findings import ERROR
from .validate import change_of, judgement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Unpack

    from ..open_workspace import OpenWorkspace
    from .validate import EditArguments


def breakage(
    session: OpenWorkspace, *, limit: int, **arguments: Unpack[EditArguments]
) -> dict[str, Any]:
    """Answer the operation ``breakage``."""
    change = change_of(session, **arguments)
    # Certain findings come first.
    found = sorted(check_users(change), key=lambda finding: finding.severity != ERROR)
    return judgement(change, found, limit)

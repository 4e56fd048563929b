"""What an edit breaks in files that it does not touch."""

from __future__ import annotations

from .validate import validate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..session import Session

_ALL = 1_000_000


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
    answer = validate(
        session,
        paths=None,
        path=path,
        text=text,
        diff=diff,
        since=since,
        staged=staged,
        whole=False,
        limit=_ALL,
    )
    checked = set(answer["checked"])
    found = [item for item in answer["items"] if item["path"] not in checked]
    severities = [item["severity"] for item in found]
    # What is certain comes first.
    found.sort(key=lambda item: item["severity"] != "error")
    answer["items"] = found[:limit]
    answer["total"] = len(found)
    answer["counts"] = {name: severities.count(name) for name in answer["counts"]}
    answer["truncated"] = len(found) > limit
    if not answer["counts"]["error"]:
        answer["verdict"] = "doubtful" if answer["counts"]["warning"] else "ok"
    return answer

"""The operation ``exists``: does an API exist, and if not, what is nearest?"""

from __future__ import annotations

from typing import Any

from ..check.existence import look_up
from ..open_workspace import OpenWorkspace
from ..source.entity_views import envelope, symbol


def exists(workspace: OpenWorkspace, *, query: str) -> dict[str, Any]:
    """Answer the operation ``exists``."""
    inference = workspace.inference(whole=True)
    found = look_up(inference, query)
    answer: dict[str, Any] = {
        "query": query,
        "verdict": found.verdict,
        "reason": found.reason,
        "nearest": [symbol(inference, item) for item in found.nearest],
        "total": int(found.verdict == "exists"),
    }
    if found.found is not None:
        answer["symbol"] = symbol(inference, found.found)
    paths = {item["path"] for item in (*answer["nearest"], answer.get("symbol", {"path": ""}))}
    return envelope(inference, answer, paths)

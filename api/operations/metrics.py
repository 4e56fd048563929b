"""Figures that say whether checking helps."""

from __future__ import annotations

from typing import Any

from ..metrics.stats import stats as stats_of
from ..open_workspace import OpenWorkspace
from ..sessions.read_log import open_ledger
from ..source.entity_views import envelope


def stats(
    workspace: OpenWorkspace, *, days: int, client: str | None, model: str | None
) -> dict[str, Any]:
    """Answer the operation ``stats``."""
    inference = workspace.inference(whole=False)
    with open_ledger(workspace) as ledger:
        answer = stats_of(ledger, days, client, model)
    return envelope(inference, answer, set())

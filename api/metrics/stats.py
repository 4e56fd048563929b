"""Figures of a workspace's tasks: of all, and per day, client and model."""

from __future__ import annotations

import time
from typing import Any

from ...indexer.store.ledger import Ledger
from .figures import figures
from .history import History, by_client, by_day, by_model, read_history

_DAY = 86_400


def stats(ledger: Ledger, days: int, client: str | None, model: str | None) -> dict[str, Any]:
    """Return figures of the last days, of a client or model only if one is given."""
    history = read_history(ledger, time.time() - days * _DAY, client, model)
    return {
        "total": len(history.tasks),
        "all": figures(history),
        "days": _groups(by_day(history)),
        "clients": _groups(by_client(history)),
        "models": _groups(by_model(history)),
    }


def _groups(histories: dict[str, History]) -> list[dict[str, Any]]:
    return [{"key": key, **figures(history)} for key, history in histories.items()]

"""Findings as a model is told them: facts with places, and what exists instead."""

from __future__ import annotations

from ...indexer.resolve.entities import Found
from ..views import symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ...indexer.snapshot import Snapshot
    from ..validation.findings import Finding
    from .asked import Asked

_MOST = 8
_NEAREST = 3


def lines(asked: Asked, snapshot: Snapshot, found: Iterable[Finding]) -> list[str]:
    """A line for each finding, with what is nearest to what was meant, which is shown by that."""
    listed = list(found)
    shown: list[str] = []
    symbols: list[tuple[str, str, str]] = []
    for finding in listed[:_MOST]:
        line = snapshot.need(finding.path).line_of(finding.start) + 1
        shown.append(
            f"- {finding.path}:{line} {finding.message} ({finding.rule}, {finding.evidence})"
        )
        for item in _nearest(snapshot, finding):
            place = f"{item['path']}:{item['range']['start']['line'] + 1}"
            text = item.get("signature", "")
            symbols.append((item["path"], item["name"], text))
            text = text if text.startswith(("(", "[", "async (")) else ""
            line = f"    exists: {item['name']}{text} at {place}"
            if line not in shown:
                shown.append(line)
    if len(listed) > _MOST:
        shown.append(f"- and {len(listed) - _MOST} more")
    with asked.ledger.transaction():
        asked.ledger.put_symbols(asked.number, symbols)
    return shown


def _nearest(snapshot: Snapshot, finding: Finding) -> list[dict[str, Any]]:
    items = [symbol(snapshot, Found(entity)) for entity in finding.nearest[:_NEAREST]]
    return [item for item in items if item["path"]]

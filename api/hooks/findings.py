"""Findings as text for a model: facts with places, and what exists instead."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .event import Event

    Item = Mapping[str, Any]

_MOST = 8
_NEAREST = 3


def finding_lines(event: Event, items: Sequence[Item]) -> list[str]:
    """Return lines on findings and on the nearest symbols, which count as shown then.

    ``items`` are as the operation ``validate`` answers them.
    """
    shown: list[str] = []
    symbols: list[tuple[str, str, str]] = []
    for item in items[:_MOST]:
        line = item["range"]["start"]["line"] + 1
        text_of_finding = f"{item['message']} ({item['rule']}, {item['evidence']})"
        shown.append(f"- {item['path']}:{line} {text_of_finding}")
        for near in [each for each in item["nearest"] if each["path"]][:_NEAREST]:
            text = near.get("signature", "")
            symbols.append((near["path"], near["name"], text))
            text = text if text.startswith(("(", "[", "async (")) else ""
            place = f"{near['path']}:{near['range']['start']['line'] + 1}"
            line = f"    exists: {near['name']}{text} at {place}"
            if line not in shown:
                shown.append(line)
    if len(items) > _MOST:
        shown.append(f"- and {len(items) - _MOST} more")
    with event.ledger.transaction():
        event.ledger.put_symbols(event.number, symbols)
    return shown

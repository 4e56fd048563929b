"""Where a name is defined."""

from __future__ import annotations

from ..views import envelope, symbol
from .target import targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..session import Session


def definition(
    session: Session, *, name: str | None, path: str | None, line: int | None, character: int
) -> dict[str, Any]:
    """Answer the operation ``definition``."""
    snapshot = session.snapshot(whole=False)
    found = targets(snapshot, name, path, line, character)
    if not found and session.freshness == "touch":
        # Perhaps a file that the index has not met yet: look at the disk before saying no.
        snapshot = session.snapshot(whole=True)
        found = targets(snapshot, name, path, line, character)
    if any(item.entity[1].endswith(".pyi") for item in found):
        from ...indexer.resolve.sources import preferred

        found = preferred(snapshot, found)
    items = [symbol(snapshot, item) for item in found]
    paths = {item["path"] for item in items}
    answer = {"items": items, "total": len(items), "truncated": False}
    return envelope(snapshot, answer, paths)

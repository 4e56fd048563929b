"""Where a name is defined."""

from __future__ import annotations

from ..source.entity_views import envelope, symbol
from .target import targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..open_workspace import Session


def definition(
    session: Session, *, name: str | None, path: str | None, line: int | None, character: int
) -> dict[str, Any]:
    """Answer the operation ``definition``."""
    inference = session.inference(whole=False)
    found = targets(inference, name, path, line, character)
    if not found and session.freshness == "touch":
        # Perhaps a file that the index has not met yet: look at the disk before saying no.
        inference = session.inference(whole=True)
        found = targets(inference, name, path, line, character)
    if any(item.entity.path.endswith(".pyi") for item in found):
        from ...indexer.inference.stub_mapping import prefer_source

        found = prefer_source(inference, found)
    items = [symbol(inference, item) for item in found]
    paths = {item["path"] for item in items}
    answer = {"items": items, "total": len(items), "truncated": False}
    return envelope(inference, answer, paths)

"""The operation ``definition``."""

from __future__ import annotations

from ..source.entity_views import envelope, symbol
from ..source.targets import find_fresh_targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..open_workspace import OpenWorkspace


def definition(
    workspace: OpenWorkspace,
    *,
    name: str | None,
    path: str | None,
    line: int | None,
    character: int,
) -> dict[str, Any]:
    """Answer the operation ``definition``."""
    inference, found = find_fresh_targets(workspace, name, path, line, character)
    if any(item.entity.path.endswith(".pyi") for item in found):
        # Late: few answers lead to stubs.
        from ...indexer.inference.stub_mapping import prefer_source

        found = prefer_source(inference, found)
    items = [symbol(inference, item) for item in found]
    paths = {item["path"] for item in items}
    answer = {"items": items, "total": len(items), "truncated": False}
    return envelope(inference, answer, paths)

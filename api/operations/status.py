"""State of the index."""

from __future__ import annotations

from ..source.entity_views import envelope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..open_workspace import OpenWorkspace


def status(workspace: OpenWorkspace) -> dict[str, Any]:
    """Answer the operation ``status``."""
    inference = workspace.inference(whole=True)
    return envelope(inference, dict(workspace.index.status()), set())

"""The operation ``conventions``: rules for an agent's instructions."""

from __future__ import annotations

from ..patterns.guidelines import rules_text
from ..source.entity_views import envelope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..open_workspace import OpenWorkspace


def conventions(workspace: OpenWorkspace) -> dict[str, Any]:
    """Answer the operation ``conventions``."""
    inference = workspace.inference(whole=True).strict()
    text = rules_text(inference)
    return envelope(inference, {"text": text, "total": text.count("\n")}, set())

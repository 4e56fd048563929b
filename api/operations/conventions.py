"""How to work in this code base, for an agent's instructions."""

from __future__ import annotations

from ..source.entity_views import envelope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..open_workspace import Session


def conventions(session: Session) -> dict[str, Any]:
    """Answer the operation ``conventions``."""
    from ..patterns.guidelines import rules_text

    inference = session.inference(whole=True).strict()
    text = rules_text(inference)
    return envelope(inference, {"text": text, "total": text.count("\n")}, set())

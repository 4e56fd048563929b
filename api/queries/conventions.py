"""How to work in this code base, for an agent's instructions."""

from __future__ import annotations

from ..views import envelope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..session import Session


def conventions(session: Session) -> dict[str, Any]:
    """Answer the operation ``conventions``."""
    from ..agent.rules import rules_text

    snapshot = session.snapshot(whole=True).strict()
    text = rules_text(snapshot)
    return envelope(snapshot, {"text": text, "total": text.count("\n")}, set())

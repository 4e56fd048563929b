"""State of the index."""

from __future__ import annotations

from ..views import envelope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..session import Session


def status(session: Session) -> dict[str, Any]:
    """Answer the operation ``status``."""
    snapshot = session.snapshot(whole=True)
    return envelope(snapshot, dict(session.index.status()), set())

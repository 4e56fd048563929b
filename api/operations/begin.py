"""Opening a session: the handle by which an agent's questions and writes are kept together."""

from __future__ import annotations

from ..sessions.knowledge import ledger_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..open_workspace import Session


def begin(session: Session, *, client: str) -> dict[str, Any]:
    """Answer the operation ``begin``."""
    from secrets import token_hex

    handle = f"s-{token_hex(8)}"
    with ledger_of(session) as ledger:
        ledger.begin(handle, client)
        notes = [ledger.note] if ledger.note else []
    view = session.index.view()
    answer: dict[str, Any] = {
        "session": handle,
        "total": 1,
        "generation": view.generation,
        "pending": len(view.pending),
        "files": {},
    }
    if notes:
        answer["notes"] = notes
    return answer

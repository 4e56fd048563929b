"""Opening a session: the handle by which an agent's questions and writes are kept together."""

from __future__ import annotations

from secrets import token_hex

from ..sessions.read_log import open_ledger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..open_workspace import OpenWorkspace


def begin(workspace: OpenWorkspace, *, client: str) -> dict[str, Any]:
    """Answer the operation ``begin``."""
    handle = f"s-{token_hex(8)}"
    with open_ledger(workspace) as ledger:
        ledger.begin(handle, client)
        notes = [ledger.note] if ledger.note else []
    view = workspace.index.view()
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

"""Findings from the process that serves the workspace, which has inferred all before."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .edits import Edit
    from .event import Event

# What was written just before is taken in first, at most for so long.
_SYNC_MS = 200
# A server that is busy with something else is not waited for.
_SECONDS = 1.0
# A server tells at once which it is, or it hangs.
_SILENT_SECONDS = 0.3
_MOST = 50


def findings_of_server(event: Event, edit: Edit) -> list[Mapping[str, Any]] | None:
    """Return all findings of an edit of one file; None when nobody serves, or not in time."""
    note = event.session.index.lock.read_note()
    if len(edit.contents) != 1 or not note:
        return None
    ((path, content),) = edit.contents.items()
    try:
        text = content.decode() if content is not None else None
    except UnicodeDecodeError:
        text = None
    if text is None:
        return None
    # Only where a server has left a note: sockets would cost every event.
    from ..rpc.client import Client
    from ..rpc.messages import RpcError

    root = event.session.index.workspace.root
    client = Client.connect(note, root=root, timeout=_SILENT_SECONDS)
    if client is None:
        return None
    question = {"path": path, "text": text, "limit": _MOST}
    with client:
        try:
            answer = client.call_current(
                "validate", question, sync_ms=_SYNC_MS, silence=_SECONDS, limit=_SECONDS
            )
        except (RpcError, OSError, ValueError) as error:
            event.notes.append(f"the serving process did not answer: {error}")
            return None
    return answer["items"]

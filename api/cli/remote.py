"""Asking a question where it is answered fastest: by the process that serves the workspace.

That process has inferred what this one would have to infer first. Without one, or when it does not
answer, the question is answered here: what a person is shown is the same either way.
"""

from __future__ import annotations

from ..operations.table import call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..open_workspace import OpenWorkspace

# What was written just before the question was asked is taken in first, at most for so long.
_SYNC_MS = 2_000
# A server that says nothing for so long is busy with something else, or hangs.
_SILENT_SECONDS = 3.0
# An answer is waited for as long as the server shows that it lives, at most for so long.
_SECONDS = 60.0


def ask(session: OpenWorkspace, name: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer an operation as :func:`~..operations.call` does."""
    note = session.index.lock.read_note()
    answer = _ask_server(session, note, name, arguments) if note else None
    return call(session, name, arguments) if answer is None else answer


def _ask_server(
    session: OpenWorkspace, note: str, name: str, arguments: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """Return what the serving process answers; None when it does not, for whatever reason."""
    # Only where a server has left a note: sockets would cost every query.
    from ..rpc.client import Client
    from ..rpc.messages import RpcError

    root = session.index.workspace.root
    client = Client.connect(note, root=root, timeout=_SILENT_SECONDS)
    if client is None:
        return None
    with client:
        try:
            return client.call_current(
                name, dict(arguments), sync_ms=_SYNC_MS, silence=_SILENT_SECONDS, limit=_SECONDS
            )
        except (RpcError, OSError, ValueError):
            return None

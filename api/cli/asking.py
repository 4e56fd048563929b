"""Asking a question where it is answered fastest: by the process that serves the workspace.

That process has resolved before what this one would have to resolve first. Without one, or when it
does not answer, the question is answered here: what a person is told is the same either way.
"""

from __future__ import annotations

from ..operations import call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..session import Session

# What was written just before the question was asked is taken in first, at most for so long.
_SYNC_MS = 2_000
# A server that is silent for longer has other troubles.
_SECONDS = 60.0


def ask(session: Session, name: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer an operation as :func:`~..operations.call` does."""
    if session.index.lock.read_note():
        answer = _ask_server(session.index.lock.path, name, arguments)
        if answer is not None:
            return answer
    return call(session, name, arguments)


def _ask_server(
    lock_path: str, name: str, arguments: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """What the serving process answers; None when it does not, or refuses, for whatever reason."""
    from ..rpc.client import connect_to
    from ..rpc.messages import RpcError

    client = connect_to(lock_path)
    if client is None:
        return None
    try:
        client.call("server.sync", {"timeout_ms": _SYNC_MS}, timeout=_SECONDS)
        return client.call(name, dict(arguments), timeout=_SECONDS)
    except (RpcError, OSError):
        return None
    finally:
        client.close()

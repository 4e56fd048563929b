"""Asking a question where it is answered fastest: by the process that serves the workspace.

That process has resolved before what this one would have to resolve first. Without one, or when it
does not answer, the question is answered here: what a person is told is the same either way.
"""

from __future__ import annotations

from ..operations.table import call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..open_workspace import Session
    from ..rpc.client import Client

# What was written just before the question was asked is taken in first, at most for so long.
_SYNC_MS = 2_000
# A server that says nothing for so long is busy with something else, or hangs.
_SILENT_SECONDS = 3.0
# An answer is waited for as long as the server shows that it lives, at most for so long.
_SECONDS = 60.0


def ask(session: Session, name: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer an operation as :func:`~..operations.call` does."""
    if session.index.lock.read_note():
        answer = _ask_server(session, name, arguments)
        if answer is not None:
            return answer
    return call(session, name, arguments)


def _ask_server(
    session: Session, name: str, arguments: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """What the serving process answers; None when it does not, or refuses, for whatever reason."""
    from ..rpc.client import connect_alike
    from ..rpc.messages import RpcError

    index = session.index
    client = connect_alike(index.lock.path, index.workspace.root, _SILENT_SECONDS)
    if client is None:
        return None
    try:
        client.call("server.sync", {"timeout_ms": _SYNC_MS}, timeout=_SILENT_SECONDS)
        return _waited_for(client, client.send(name, dict(arguments), timeout=_SILENT_SECONDS))
    except (RpcError, OSError, ValueError):
        return None
    finally:
        client.close()


def _waited_for(client: Client, asked: int) -> Mapping[str, Any]:
    """An answer; raises TimeoutError when the server shows no life, or takes too long."""
    import time

    until = time.monotonic() + _SECONDS
    while True:
        try:
            return client.wait(asked, _SILENT_SECONDS)
        except TimeoutError:
            if time.monotonic() > until:
                raise
        client.call("server.info", timeout=_SILENT_SECONDS)

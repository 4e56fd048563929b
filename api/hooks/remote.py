"""Asking the process that serves the workspace, where there is one: it has resolved all before."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .edits import Edit
    from .event import Asked

# What was written just before is taken in first, at most for so long.
_SYNC_MS = 200
# A server that is busy with something else is not waited for.
_SECONDS = 1.0
# Who it is it says at once, or it hangs.
_SILENT_SECONDS = 0.3
_MOST = 50


def verdict(asked: Asked, edit: Edit) -> list[Mapping[str, Any]] | None:
    """All findings of an edit of one file; None when nobody serves, or not in time."""
    lock = asked.session.index.lock
    if len(edit.contents) != 1 or not lock.read_note():
        return None
    ((path, content),) = edit.contents.items()
    try:
        text = content.decode() if content is not None else None
    except UnicodeDecodeError:
        text = None
    if text is None:
        return None
    from ..rpc.client import connect_alike
    from ..rpc.messages import RpcError

    client = connect_alike(lock.path, asked.session.index.workspace.root, _SILENT_SECONDS)
    if client is None:
        return None
    try:
        until = time.monotonic() + _SECONDS
        client.call("server.sync", {"timeout_ms": _SYNC_MS}, timeout=_SECONDS)
        question = {"path": path, "text": text, "limit": _MOST}
        answer = client.call("validate", question, timeout=until - time.monotonic())
    except (RpcError, OSError, ValueError) as error:
        asked.notes.append(f"the serving process did not answer: {error}")
        return None
    finally:
        client.close()
    found: list[Mapping[str, Any]] = answer["items"]
    return found

"""Answering one event: reading it, finding the workspace, and failing open."""

from __future__ import annotations

import os
import sys

from .wire import (
    EVENTS,
    POST_TOOL,
    PRE_TOOL,
    SESSION_START,
    STOP,
    SUBAGENT_STOP,
    USER_PROMPT,
    Payload,
    is_table,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .event import Asked
    from .wire import Answer

MODES = ("auto", "supply", "refuse", "off")
"""What the guard does with a write that rests on what was not read: ``supply`` refuses it and hands
the code over, ``refuse`` only says what to read, ``auto`` is ``supply`` where the host does not ask
for the same itself."""

_MODULES = {
    SESSION_START: "session_start",
    USER_PROMPT: "user_prompt",
    PRE_TOOL: "before_tool",
    POST_TOOL: "after_tool",
    STOP: "stop",
    SUBAGENT_STOP: "stop",
}


def run(event: str, mode: str, seconds: float) -> int:
    """Read an event from standard input and write what is to be said of it; always returns 0.

    ``event`` is one of :data:`.wire.EVENTS`. What goes wrong is told in the log of the workspace,
    if it has an index, and to nobody else.
    """
    import json

    state_dir = ""
    try:
        fields = json.loads(sys.stdin.buffer.read() or b"{}")
        if not is_table(fields):
            return 0
        payload = Payload(EVENTS[event], fields)
        state_dir = _state_dir(payload.text("cwd") or os.getcwd())
        if not state_dir:
            return 0
        notes, answer = _answer(payload, mode, seconds)
        for note in notes:
            _log(state_dir, payload.event, note)
        if answer is not None:
            from ..cli.output import write

            write(json.dumps(answer) + "\n")
    except Exception as error:
        if state_dir:
            _log(state_dir, event, f"{type(error).__name__}: {error}{_where(error)}")
    return 0


def _answer(payload: Payload, mode: str, seconds: float) -> tuple[list[str], Answer | None]:
    from importlib import import_module

    from ..open_workspace import Session
    from ..sessions.knowledge import ledger_of
    from .event import Asked

    module = import_module(f".{_MODULES[payload.event]}", __package__)
    session = Session.open(payload.text("cwd") or os.getcwd())
    try:
        with ledger_of(session) as ledger:
            asked: Asked = Asked(session, ledger, payload, mode, seconds)
            if ledger.note:
                asked.notes.append(ledger.note)
            answer: Answer | None = module.answer(asked)
            return [*asked.notes, *session.index.notes], answer
    finally:
        session.interrupt = None
        session.close()


def _state_dir(folder: str) -> str:
    """State folder of the workspace around a folder; empty when it has no index.

    Hooks may be set up for a user as a whole: nothing is made in workspaces that are not indexed.
    """
    from ...indexer.workspace.root import find_root, state_dir_of

    state_dir, _ = state_dir_of(find_root(folder))
    return state_dir if os.path.exists(os.path.join(state_dir, "index.db")) else ""


def _log(state_dir: str, event: str, reason: str) -> None:
    from .log import note

    note(state_dir, event, reason)


def _where(error: Exception) -> str:
    """The innermost place of an error, for whoever is sent the log."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    code = trace.tb_frame.f_code
    return f" ({os.path.basename(code.co_filename)}:{trace.tb_lineno} {code.co_name})"

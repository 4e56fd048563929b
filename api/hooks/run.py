"""The answer to one event of a host. Errors are logged and stop nobody."""

from __future__ import annotations

import json
import os
import sys
import time

from ...indexer.errors import InvalidArgumentsError
from ...indexer.private_files import open_file
from ..json_values import is_object
from ..sessions import OBSERVE
from .messages import (
    EVENTS,
    POST_TOOL,
    PRE_TOOL,
    SESSION_START,
    STOP,
    SUBAGENT_STOP,
    USER_PROMPT,
    Payload,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .event import Event
    from .messages import Answer


_HANDLERS = {
    SESSION_START: "session:answer_start",
    USER_PROMPT: "session:answer_prompt",
    PRE_TOOL: "before_tool:answer",
    POST_TOOL: "after_tool:answer",
    STOP: "stop:answer",
    SUBAGENT_STOP: "stop:answer",
}


def run(event: str, mode: str, seconds: float) -> int:
    """Read an event from standard input and write the answer to it, if any; always returns 0.

    ``event`` is one of :data:`.messages.EVENTS`; raises InvalidArgumentsError for another one. What
    goes wrong later is written to the log of the workspace, if it has an index, and nowhere else.
    """
    if event not in EVENTS:
        raise InvalidArgumentsError(f"hook takes one of {', '.join(EVENTS)}")
    state_dir = ""
    try:
        fields = json.loads(sys.stdin.buffer.read() or b"{}")
        if not is_object(fields):
            return 0
        payload = Payload(EVENTS[event], fields)
        state_dir = _state_dir(payload.text("cwd") or os.getcwd())
        if not state_dir:
            return 0
        notes, answer = _answer(payload, mode, seconds)
        for note in notes:
            log(state_dir, payload.event, note)
        if answer is not None:
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
    except Exception as error:
        if state_dir:
            log(state_dir, event, f"{type(error).__name__}: {error}{_where(error)}")
    return 0


def _answer(payload: Payload, mode: str, seconds: float) -> tuple[list[str], Answer | None]:
    from importlib import import_module

    from ..open_workspace import OpenWorkspace
    from ..sessions.read_log import open_ledger
    from .event import Event

    module, _, function = _HANDLERS[payload.event].partition(":")
    handler = getattr(import_module(f".{module}", __package__), function)
    session = OpenWorkspace.open(payload.text("cwd") or os.getcwd())
    try:
        with open_ledger(session) as ledger:
            question: Event = Event(session, ledger, payload, mode, seconds)
            if ledger.note:
                question.notes.append(ledger.note)
            answer: Answer | None = handler(question)
            answer = None if mode == OBSERVE else answer
            return [*question.notes, *session.index.notes], answer
    finally:
        session.interrupt = None
        session.close()


def _state_dir(folder: str) -> str:
    """Return the state folder of the workspace around a folder; empty if it has no index.

    Hooks may be set up for a user as a whole: nothing is made in workspaces that are not indexed.
    """
    from ...indexer.workspace.root import find_root, state_dir_of

    state_dir = state_dir_of(find_root(folder))
    return state_dir if os.path.exists(os.path.join(state_dir, "index.db")) else ""


def _where(error: Exception) -> str:
    """Return the innermost place of an error."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    code = trace.tb_frame.f_code
    return f" ({os.path.basename(code.co_filename)}:{trace.tb_lineno} {code.co_name})"


LOG_NAME = "hooks.log"
# When the log has grown beyond this, it becomes the old one, in the place of the one before.
_LARGEST_LOG = 200_000


def log(state_dir: str, event: str, reason: str) -> None:
    """Add a line; does nothing when the log cannot be written."""
    path = os.path.join(state_dir, LOG_NAME)
    line = f"{time.strftime('%Y-%m-%dT%H:%M:%S')} {event} {' '.join(reason.split())}\n"
    try:
        if os.path.exists(path) and os.path.getsize(path) > _LARGEST_LOG:
            os.replace(path, path + ".old")
        descriptor = open_file(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with open(descriptor, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(line[:4_000])
    except OSError:
        return

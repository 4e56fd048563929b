"""The answer to an event of a host, wherever it is looked for: here, or in the serving process."""

from __future__ import annotations

import time
from importlib import import_module
from threading import local

from ..sessions import OBSERVE
from ..sessions.read_log import open_ledger
from .event import GAP, Event
from .messages import (
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
    from collections.abc import Callable, Mapping
    from typing import Any

    from ...indexer.store.ledger import Ledger
    from ..open_workspace import OpenWorkspace
    from .messages import Answer

_HANDLERS = {
    SESSION_START: "session:answer_start",
    USER_PROMPT: "session:answer_prompt",
    PRE_TOOL: "before_tool:answer",
    POST_TOOL: "after_tool:answer",
    STOP: "stop:answer",
    SUBAGENT_STOP: "stop:answer",
}
# Ledgers that a serving process keeps open, by their folders: to open one is to check it. A thread
# has its own.
_kept = local()
# A serving process has read before what an answer rests on, and may look at more. At the end of an
# agent's work nobody waits for the next step.
_SERVED_SECONDS = 1.0
_SERVED_SECONDS_AT_END = 1.5


def answer(
    session: OpenWorkspace,
    payload: Payload,
    mode: str,
    seconds: float,
    computed: Callable[[], float] = time.process_time,
) -> tuple[list[str], Answer | None]:
    """Return why something was not done, and what is answered if anything is."""
    with open_ledger(session) as ledger:
        event = Event(session, ledger, payload, mode, seconds, computed)
        if ledger.note:
            event.notes.append(ledger.note)
        return event.notes, _handled(event)


def _handled(event: Event) -> Answer | None:
    module, _, function = _HANDLERS[event.payload.event].partition(":")
    handler = getattr(import_module(f".{module}", __package__), function)
    try:
        answered = handler(event)
        return None if event.mode == OBSERVE else answered
    except Exception:
        # What the agent was shown may be missing in its ledger now.
        event.ledger.tell(event.main, GAP)
        raise


def served(
    session: OpenWorkspace, name: str, fields: Mapping[str, Any], host: str, mode: str
) -> dict[str, Any]:
    """Return the same in a serving process: ``notes``, and ``answer`` if there is one."""
    payload = Payload(name, fields, host)
    import_module(".judge", __package__)  # Once, and before an edit needs it.
    kept: dict[str, Ledger] = _kept.__dict__
    state_dir = session.index.workspace.state_dir
    if state_dir not in kept or not kept[state_dir].is_in_place:
        kept[state_dir] = open_ledger(session)
    ledger = kept[state_dir]
    begun = time.thread_time()
    ends = payload.event in (STOP, SUBAGENT_STOP)
    seconds = _SERVED_SECONDS_AT_END if ends else _SERVED_SECONDS
    event = Event(session, ledger, payload, mode, seconds, lambda: time.thread_time() - begun)
    if ledger.note:
        event.notes.append(ledger.note)
        ledger.note = ""
    answered = _handled(event)
    notes = event.notes
    return {"notes": notes} if answered is None else {"notes": notes, "answer": answered}

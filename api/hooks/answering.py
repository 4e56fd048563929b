"""The answer to an event of a host, wherever it is looked for: here, or in the serving process."""

from __future__ import annotations

import time
from contextlib import suppress
from importlib import import_module
from threading import local

from ...indexer.errors import StoreError
from ...indexer.store.hook_runs import HookRun, drop_old_hook_runs, open_task_of, put_hook_run
from ..sessions import OBSERVE
from ..sessions.read_log import open_ledger
from ..version import version
from .event import GAP, Event
from .hosts import as_claude_code, client_of
from .messages import (
    AT_END,
    OWN_TOOLS,
    POST_TOOL,
    PRE_TOOL,
    SESSION_START,
    STOP,
    SUBAGENT_STOP,
    TASK_COMPLETED,
    USER_PROMPT,
    Payload,
)
from .places import places_of

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
    TASK_COMPLETED: "stop:answer",
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
    begun: float,
    computed: Callable[[], float] = time.process_time,
) -> tuple[list[str], Answer | None]:
    """Return why something was not done, and what is answered if anything is.

    ``begun`` is when the hook was started, by the monotonic clock.
    """
    with open_ledger(session) as ledger:
        event = Event(session, ledger, payload, mode, seconds, computed)
        if ledger.note:
            event.notes.append(ledger.note)
        task = open_task_of(ledger, payload.handle)
        try:
            return event.notes, _handled(event)
        finally:
            _store_cost(event, task, time.process_time(), time.monotonic() - begun)


def _store_cost(event: Event, task: str, cpu: float, waited: float) -> None:
    """Store what an event has cost; ``task`` is the one that was open before it, if any."""
    ledger, payload = event.ledger, event.payload
    with suppress(StoreError):  # the answer is worth more than this
        _, model, _ = ledger.facts(event.number)
        if payload.event == SESSION_START:
            drop_old_hook_runs(ledger)
        run = HookRun(
            time.time(), payload.event, client_of(payload.fields, payload.host), model,
            payload.handle, open_task_of(ledger, payload.handle) or task, cpu, waited,
        )  # fmt: skip
        put_hook_run(ledger, run)


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


def told(session: OpenWorkspace, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of a serving process to an event as a host has told it.

    ``elsewhere`` is true, and nothing is done, if the hook belongs to another version of this
    program, or the event not to this workspace alone; a hook that names this one knows that.
    """
    fields, host = as_claude_code(given["payload"])
    payload = Payload(given["event"], fields, host)
    root = session.index.workspace.root
    roots = [given["root"]]
    if not given["root"]:
        if payload.event == PRE_TOOL and payload.tool.startswith(OWN_TOOLS):
            return {"elsewhere": True}
        roots = [each.root for each in places_of(payload, given["folder"], given["project"])]
    if roots != [root] or given["version"] not in ("", version()):
        return {"elsewhere": True}
    spent = given["cpu_us"] / 1e6, given["waited_us"] / 1e6
    return served(session, given["event"], fields, host, given["guard"], spent)


def served(
    session: OpenWorkspace,
    name: str,
    fields: Mapping[str, Any],
    host: str,
    mode: str,
    spent: tuple[float, float],
) -> dict[str, Any]:
    """Return the same in a serving process: ``notes`` and ``answer``, if there are any.

    ``spent`` are the seconds of computing, and on the clock, that the hook took before it asked.
    """
    at = time.monotonic()
    payload = Payload(name, fields, host)
    import_module(".judge", __package__)  # Once, and before an edit needs it.
    kept: dict[str, Ledger] = _kept.__dict__
    state_dir = session.index.workspace.state_dir
    if state_dir not in kept or not kept[state_dir].is_in_place:
        kept[state_dir] = open_ledger(session)
    ledger = kept[state_dir]
    begun = time.thread_time()
    ends = payload.event in AT_END
    seconds = _SERVED_SECONDS_AT_END if ends else _SERVED_SECONDS
    event = Event(session, ledger, payload, mode, seconds, lambda: time.thread_time() - begun)
    if ledger.note:
        event.notes.append(ledger.note)
        ledger.note = ""
    task = open_task_of(ledger, payload.handle)
    cpu, waited = spent
    try:
        answered = _handled(event)
    finally:
        cpu += time.thread_time() - begun
        _store_cost(event, task, cpu, waited + time.monotonic() - at)
    found: dict[str, Any] = {"notes": event.notes, "answer": answered}
    return {name: value for name, value in found.items() if value}

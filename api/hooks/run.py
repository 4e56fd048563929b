"""The answer to one event of a host. Errors are logged and stop nobody."""

from __future__ import annotations

import json
import os
import sys
import time

from ...indexer import platforms
from ...indexer.errors import InvalidArgumentsError
from ...indexer.private_files import open_file
from ..json_values import is_object
from .hosts import as_claude_code, in_form_of
from .messages import (
    AT_END,
    EVENTS,
    OWN_TOOLS,
    PRE_TOOL,
    STOP,
    TASK_COMPLETED,
    Payload,
    merged,
)
from .places import Place, begin_anew, in_this_tree, places_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .messages import Answer


# By which hosts take standard error for a reason.
_REFUSED = 2


def run(event: str, mode: str, seconds: float) -> int:
    """Read an event from standard input and write the answer to it, if any; returns the exit code.

    That is 0 but for a task that is not completed, of which hosts want to hear by 2 and the reason
    on standard error.

    ``event`` is one of :data:`.messages.EVENTS`; raises InvalidArgumentsError for another one. What
    goes wrong later is written to the log of the workspace, if it has an index, and nowhere else.
    """
    begun = time.monotonic() - time.process_time()
    if event not in EVENTS:
        raise InvalidArgumentsError(f"hook takes one of {', '.join(EVENTS)}")
    try:
        fields = json.loads(sys.stdin.buffer.read() or b"{}")
        if not is_object(fields):
            return 0
        fields, host = as_claude_code(fields)
        payload = Payload(EVENTS[event], fields, host)
        if payload.event == PRE_TOOL and payload.tool.startswith(OWN_TOOLS):
            answer = in_this_tree(payload)
        else:
            places = places_of(payload)
            answers = [_answer_in(each, payload, mode, seconds, begun) for each in places]
            answer = merged([each for each in answers if each is not None])
            if not places:
                answer = begin_anew(payload)
        if payload.event == TASK_COMPLETED and answer and "reason" in answer:
            sys.stderr.write(f"{answer['reason']}\n")
            return _REFUSED
        answer = in_form_of(host, payload.event, answer) if answer else None
        if answer:
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
    except Exception:
        pass
    return 0


def _answer_in(
    place: Place, payload: Payload, mode: str, seconds: float, begun: float
) -> Answer | None:
    """Return the answer as to one of the workspaces that an event is about."""
    try:
        notes, answer = _ask_server(place, payload, mode, begun) or _answer_here(
            place, payload, mode, seconds, begun
        )
        for note in notes:
            log(place.state_dir, payload.event, note)
        return answer
    except Exception as error:
        log(place.state_dir, payload.event, f"{type(error).__name__}: {error}{_where(error)}")
        return None


# A server tells at once which it is, or it is too busy to be waited for.
_SILENT_SECONDS = 0.3
# It answers earlier than this with what it has found.
_ANSWER_SECONDS = 3.5
_ANSWER_SECONDS_AT_END = 6.0


def _ask_server(
    place: Place, payload: Payload, mode: str, begun: float
) -> tuple[list[str], Answer | None] | None:
    """Return the answer of the process that serves a workspace; None when nobody does."""
    note = place.lock.read_note()
    if not note:
        place.begin_serving(payload.event)
        note = place.wait_for_server() if payload.event in (PRE_TOOL, STOP, TASK_COMPLETED) else ""
    if not note:
        return None
    from ..rpc.client import Client
    from ..rpc.messages import RpcError

    client = Client.connect(note, root=place.root, timeout=_SILENT_SECONDS)
    if client is None:
        return None
    ends = payload.event in AT_END
    limit = _ANSWER_SECONDS_AT_END if ends else _ANSWER_SECONDS
    with client:
        try:
            given = {
                "event": payload.event,
                "payload": payload.fields,
                "host": payload.host,
                "guard": mode,
                "cpu_us": int(time.process_time() * 1e6),
                "waited_us": int((time.monotonic() - begun) * 1e6),
            }
            answer = client.call("hook.answer", given, limit)
        except (RpcError, OSError, ValueError) as error:
            # It may have noted half of it, which is not done twice.
            return [f"the serving process did not answer: {error}"], None
        return answer["notes"], answer.get("answer")


def _answer_here(
    place: Place, payload: Payload, mode: str, seconds: float, begun: float
) -> tuple[list[str], Answer | None]:
    from ..open_workspace import OpenWorkspace
    from .answering import answer

    session = OpenWorkspace.open(place.root)
    try:
        notes, answered = answer(session, payload, mode, seconds, begun)
        return [*notes, *session.index.notes], answered
    finally:
        session.interrupt = None
        session.close()


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
            platforms.replace(path, path + ".old")
        descriptor = open_file(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with open(descriptor, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(line[:4_000])
    except OSError:
        return

"""The answer to an event in all workspaces that it is about, and how it is written to the host."""

from __future__ import annotations

import json
import os
import sys

from ..json_values import is_object
from .edits import EDITING, patch_of
from .hosts import as_claude_code, in_form_of
from .log import log
from .messages import OWN_TOOLS, PRE_TOOL, STOP, TASK_COMPLETED, Payload, merged
from .places import Place, begin_anew, in_this_tree, places_of
from .service_client import PROJECT_FOLDER, ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .messages import Answer
    from .service_client import Question, Reply

# By which hosts take standard error for a reason.
_REFUSED = 2


def answer_everywhere(question: Question, seconds: float) -> int:
    """Answer an event that is not about one workspace that is served; returns the exit code."""
    payload = _payload(question)
    if payload is None:
        return 0
    if payload.event == PRE_TOOL and payload.tool.startswith(OWN_TOOLS):
        answer = in_this_tree(payload)
    else:
        places = places_of(payload, os.getcwd(), os.environ.get(PROJECT_FOLDER, ""))
        answers = [_answer_in(each, question, payload, seconds) for each in places]
        answer = merged([each for each in answers if each is not None])
        if not places:
            answer = begin_anew(payload)
    return _write(payload, answer)


def write_reply(question: Question, state_dir: str, reply: Reply) -> int:
    """Write what the serving process has answered; returns the exit code."""
    payload = _payload(question)
    return 0 if payload is None else _write(payload, _logged(state_dir, payload, reply))


def _payload(question: Question) -> Payload | None:
    fields = json.loads(question.raw)
    if not is_object(fields):
        return None
    fields, host = as_claude_code(fields)
    return Payload(question.event, fields, host)


def _write(payload: Payload, answer: Answer | None) -> int:
    if payload.event == TASK_COMPLETED and answer and "reason" in answer:
        sys.stderr.write(f"{answer['reason']}\n")
        return _REFUSED
    told = in_form_of(payload.host, payload.event, answer) if answer else None
    if told:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    return 0


def _answer_in(place: Place, question: Question, payload: Payload, seconds: float) -> Answer | None:
    """Return the answer as to one of the workspaces that an event is about."""
    try:
        reply = _ask_server(place, question, payload)
        if reply is None:
            reply = _answer_here(place, question, payload, seconds)
        return _logged(place.state_dir, payload, reply)
    except Exception as error:
        log(place.state_dir, payload.event, f"{type(error).__name__}: {error}{_where(error)}")
        return None


def _logged(state_dir: str, payload: Payload, reply: Reply) -> Answer | None:
    """Return the answer of a reply, whose notes go into the log."""
    for note in reply.get("notes", ()):
        log(state_dir, payload.event, note)
    return reply.get("answer")


def _ask_server(place: Place, question: Question, payload: Payload) -> Reply | None:
    """Return the answer of the process that serves a workspace; None when nobody does."""
    note = place.lock.read_note()
    if not note and place.begin_serving() and _is_waited_for(payload):
        note = place.wait_for_server()
    return ask(note, question, place.root) if note else None


def _is_waited_for(payload: Payload) -> bool:
    """True if an answer is worth to wait for a process that is about to serve."""
    if payload.event == PRE_TOOL:
        return payload.tool in EDITING or bool(patch_of(payload))
    return payload.event in (STOP, TASK_COMPLETED)


def _answer_here(place: Place, question: Question, payload: Payload, seconds: float) -> Reply:
    from ..open_workspace import OpenWorkspace
    from .answering import answer

    session = OpenWorkspace.open(place.root)
    try:
        notes, answered = answer(session, payload, question.mode, seconds, question.begun)
        return {"notes": [*notes, *session.index.notes], "answer": answered}
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

"""Questions to a client's user about a task, in the way that the protocol has for them.

With a handshake the client is asked while it waits for its answer; without one (2026-07-28) the
answer says what is needed, and the call is made again with it. A client that can do neither has the
questions in the text. Who asks is the index: a question names what it has found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from ..quoting import escaped
from .tool_calls import Part

Context = ServerRequestContext[Any, Any]

_KEY = "questions"


def questions_of(parts: Sequence[Part]) -> list[str]:
    """Return what only the user knows about a task that was just begun."""
    return [
        escaped(each["question"])
        for part in parts
        if part.operation.name == "task.begin"
        for each in part.answer["questions"]
        if "answer" not in each
    ]


def can_ask(context: Context) -> bool:
    """True if a client shows forms to its user."""
    capabilities = context.session.client_capabilities
    found = capabilities.elicitation if capabilities is not None else None
    # Before there were others, a client said no more than that it has forms.
    return found is not None and (found.form is not None or found.url is None)


def asks_again(context: Context) -> bool:
    """True if an answer says what is needed and the call is made again, as without a handshake."""
    return context.protocol_version in MODERN_PROTOCOL_VERSIONS


async def ask(context: Context, questions: list[str]) -> list[str]:
    """Return what the user says, asked over the connection; nothing if nobody can be asked."""
    if not context.session.can_send_request:
        return []
    params = _form(questions)
    try:
        result = await context.session.elicit_form(
            params.message, params.requested_schema, context.request_id
        )
    except MCPError:
        return []
    return said(questions, result)


def needed(questions: list[str], state: str) -> types.InputRequiredResult:
    """Return the answer that says what is needed; it comes back with ``state``."""
    request = types.ElicitRequest(params=_form(questions))
    return types.InputRequiredResult(input_requests={_KEY: request}, request_state=state)


def answers(questions: list[str], responses: types.InputResponses | None) -> list[str]:
    """Return what the user says, of a call that was made again."""
    result = (responses or {}).get(_KEY)
    return said(questions, result) if isinstance(result, types.ElicitResult) else []


def said(questions: list[str], result: types.ElicitResult) -> list[str]:
    """Return lines on what the user says to each question."""
    content = result.content or {} if result.action == "accept" else {}
    lines: list[str] = []
    for number, question in enumerate(questions, 1):
        answer = content.get(f"q{number}")
        told = escaped(str(answer)) if answer else "no answer: choose, and say so"
        lines.append(f"{question} The user says: {told}")
    return lines


def _form(questions: list[str]) -> types.ElicitRequestFormParams:
    properties = {
        f"q{number}": {"type": "string", "title": question[:200]}
        for number, question in enumerate(questions, 1)
    }
    return types.ElicitRequestFormParams(
        message="\n".join(["flux-index, before this task is planned:", *questions]),
        requested_schema={"type": "object", "properties": properties},
    )

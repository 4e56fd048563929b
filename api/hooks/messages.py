"""Events of hosts and answers to them: Claude Code's, which Codex has adopted with fewer fields.

Codex refuses an answer with an unknown key, so only keys that both know are used.
An answer never allows anything: that would skip the questions that the user wants to be asked.
"""

from __future__ import annotations

from ..json_values import is_object
from ..quoting import closed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Answer = Mapping[str, Any]

SESSION_START, USER_PROMPT = "SessionStart", "UserPromptSubmit"
PRE_TOOL, POST_TOOL = "PreToolUse", "PostToolUse"
STOP, SUBAGENT_STOP, TASK_COMPLETED = "Stop", "SubagentStop", "TaskCompleted"
EVENTS = {
    "session-start": SESSION_START,
    "user-prompt": USER_PROMPT,
    "pre-tool": PRE_TOOL,
    "post-tool": POST_TOOL,
    "task-completed": TASK_COMPLETED,
    "stop": STOP,
    "subagent-stop": SUBAGENT_STOP,
}
"""Names of events as hosts spell them, by what they are called on the command line."""

AT_END = (STOP, SUBAGENT_STOP, TASK_COMPLETED)
"""Events at the end of some work, when nobody waits for the next step."""

OWN_TOOLS = ("mcp__flux-index__", "mcp__plugin_flux-index_flux-index__")
"""How the names of this program's own tools begin, whose answers say what they show; of a server
that stands by itself, and of one in a plugin."""

# Hosts put a longer string into a file, where nobody reads it.
_LONGEST = 9_500


class Payload:
    """An event as a host sends it."""

    __slots__ = ("event", "fields", "host")

    def __init__(self, event: str, fields: Mapping[str, Any], host: str = "") -> None:
        """``event`` counts unless the host names another one; Claude Code has no name."""
        self.fields = fields
        self.host = host
        named = self.text("hook_event_name")
        self.event = named if named in EVENTS.values() else event

    def text(self, key: str) -> str:
        """Return a field that is a text; empty if it is missing."""
        value = self.fields.get(key)
        return value if isinstance(value, str) else ""

    @property
    def handle(self) -> str:
        """The session in the ledger, which all its agents share."""
        return f"hook:{self.text('session_id')}"

    @property
    def agent(self) -> str:
        """The agent of the session, each of which reads for itself; empty for the first one."""
        return self.text("agent_id")

    @property
    def tool(self) -> str:
        """Name of the tool."""
        return self.text("tool_name")

    @property
    def tool_input(self) -> Mapping[str, Any]:
        """Input of the tool."""
        value = self.fields.get("tool_input")
        return value if is_object(value) else {}

    @property
    def tool_response(self) -> Any:
        """Response of the tool, of any shape; None if it is missing."""
        return self.fields.get("tool_response")

    @property
    def call(self) -> str:
        """Id of the call of the tool."""
        return self.text("tool_use_id")

    @property
    def is_continued(self) -> bool:
        """True if an agent goes on only because a hook did not let it stop."""
        return self.fields.get("stop_hook_active") is True


def deny(reason: str) -> Answer:
    """Return an answer that refuses a call of a tool."""
    return {
        "hookSpecificOutput": {
            "hookEventName": PRE_TOOL,
            "permissionDecision": "deny",
            "permissionDecisionReason": truncated(reason),
        }
    }


def add_context(event: str, text: str) -> Answer:
    """Return an answer that adds a text to what the model knows."""
    return {"hookSpecificOutput": {"hookEventName": event, "additionalContext": truncated(text)}}


def block(reason: str) -> Answer:
    """Return an answer that lets the model go on, because of an edit or when it stops."""
    return {"decision": "block", "reason": truncated(reason)}


def update_input(given: Mapping[str, Any]) -> Answer:
    """Return an answer that changes what a tool is called with."""
    return {"hookSpecificOutput": {"hookEventName": PRE_TOOL, "updatedInput": dict(given)}}


def tell_user(sentence: str) -> Answer:
    """Return an answer that only the host's user sees."""
    return {"systemMessage": truncated(sentence)}


def merged(answers: Sequence[Answer]) -> Answer | None:
    """Return answers of several workspaces as one: what stops comes first."""
    if len(answers) < 2:
        return answers[0] if answers else None
    for kind in (_refusal, _reason, _context):
        texts = [text for each in answers if (text := kind(each))]
        if texts:
            first = next(each for each in answers if kind(each))
            return _with_text(first, truncated("\n".join(texts)))
    return answers[0]


def _refusal(answer: Answer) -> str:
    return answer.get("hookSpecificOutput", {}).get("permissionDecisionReason", "")


def _reason(answer: Answer) -> str:
    return answer.get("reason", "")


def _context(answer: Answer) -> str:
    return answer.get("hookSpecificOutput", {}).get("additionalContext", "")


def _with_text(answer: Answer, text: str) -> Answer:
    if "reason" in answer:
        return {**answer, "reason": text}
    specific = answer["hookSpecificOutput"]
    key = "permissionDecisionReason" if _refusal(answer) else "additionalContext"
    return {**answer, "hookSpecificOutput": {**specific, key: text}}


def truncated(text: str) -> str:
    """Return a text that is short enough for hosts."""
    if len(text) <= _LONGEST:
        return text
    cut = text[: text.rfind("\n", 0, _LONGEST - 100)]
    return closed(cut) + "\n(There is more, which is left out.)"

"""What hosts write and read: Claude Code's events, which Codex has taken over with fewer fields.

Codex refuses an answer with a key that it does not know, so nothing is said but what both know.
An answer never allows anything: that would skip the questions that the user wants to be asked.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, TypeGuard

    Answer = Mapping[str, Any]

SESSION_START, USER_PROMPT = "SessionStart", "UserPromptSubmit"
PRE_TOOL, POST_TOOL = "PreToolUse", "PostToolUse"
STOP, SUBAGENT_STOP = "Stop", "SubagentStop"
EVENTS = {
    "session-start": SESSION_START,
    "user-prompt": USER_PROMPT,
    "pre-tool": PRE_TOOL,
    "post-tool": POST_TOOL,
    "stop": STOP,
    "subagent-stop": SUBAGENT_STOP,
}
"""Names of events as hosts spell them, by what they are called on the command line."""

# Hosts put a longer string into a file, where nobody reads it.
_LONGEST = 9_500


def is_table(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a value of JSON is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a value of JSON is an array."""
    return isinstance(value, list)


class Payload:
    """An event as a host tells it."""

    __slots__ = ("_fields", "event")

    def __init__(self, event: str, fields: Mapping[str, Any]) -> None:
        """``event`` is what was asked for; what the host itself calls it counts more."""
        self._fields = fields
        named = self.text("hook_event_name")
        self.event = named if named in EVENTS.values() else event

    def text(self, key: str) -> str:
        """A field that is a text; empty when it is not there."""
        value = self._fields.get(key)
        return value if isinstance(value, str) else ""

    @property
    def handle(self) -> str:
        """What the ledger calls this agent's session: each agent of a session reads for itself."""
        agent = self.text("agent_id")
        return f"hook:{self.text('session_id')}{':' if agent else ''}{agent}"

    @property
    def tool(self) -> str:
        """Name of the tool."""
        return self.text("tool_name")

    @property
    def tool_input(self) -> Mapping[str, Any]:
        """What the tool is given."""
        value = self._fields.get("tool_input")
        return value if is_table(value) else {}

    @property
    def tool_response(self) -> Any:
        """What the tool answered, of whatever shape; None when it is not there."""
        return self._fields.get("tool_response")

    @property
    def call(self) -> str:
        """What tells one call of a tool from another."""
        return self.text("tool_use_id")

    @property
    def is_continued(self) -> bool:
        """Whether an agent goes on only because a hook did not let it stop."""
        return self._fields.get("stop_hook_active") is True


def denied(reason: str) -> Answer:
    """Refuse a call of a tool."""
    return {
        "hookSpecificOutput": {
            "hookEventName": PRE_TOOL,
            "permissionDecision": "deny",
            "permissionDecisionReason": cut(reason),
        }
    }


def told(event: str, text: str) -> Answer:
    """Give the model something to know."""
    return {"hookSpecificOutput": {"hookEventName": event, "additionalContext": cut(text)}}


def blocked(reason: str) -> Answer:
    """Tell the model that what it did, or its wish to stop, is not the end of it."""
    return {"decision": "block", "reason": cut(reason)}


def cut(text: str) -> str:
    """A text that hosts take as a whole."""
    if len(text) <= _LONGEST:
        return text
    return text[: text.rfind("\n", 0, _LONGEST - 100)] + "\n(There is more, which is left out.)"

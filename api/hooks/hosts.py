"""Other hosts' events as Claude Code's, and answers in their forms.

Codex has adopted Claude Code's events and answers, and VS Code its settings. Gemini CLI and Cursor
have their own names for events and tools; which host it is, the name of the event tells.
"""

from __future__ import annotations

from ..json_values import is_object
from .messages import POST_TOOL, PRE_TOOL, SESSION_START, STOP, SUBAGENT_STOP, USER_PROMPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_GEMINI = {
    "BeforeTool": PRE_TOOL,
    "AfterTool": POST_TOOL,
    "BeforeAgent": USER_PROMPT,
    "AfterAgent": STOP,
}
_CURSOR = {
    "sessionStart": SESSION_START,
    "beforeSubmitPrompt": USER_PROMPT,
    "preToolUse": PRE_TOOL,
    "postToolUse": POST_TOOL,
    "postToolUseFailure": POST_TOOL,
    "stop": STOP,
    "subagentStop": SUBAGENT_STOP,
}
_TOOLS = {
    "write_file": "Write",
    "replace": "Edit",
    "read_file": "Read",
    "run_shell_command": "Bash",
    "Shell": "Bash",
}
# What tools of other hosts call the same inputs.
_INPUTS = {"path": "file_path", "contents": "content"}


def as_claude_code(fields: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return an event as Claude Code tells it, and which host has told it; empty for itself."""
    name = fields.get("hook_event_name")
    host, events = "", {}
    if name in _GEMINI:
        host, events = "gemini", _GEMINI
    elif name in _CURSOR:
        host, events = "cursor", _CURSOR
    else:
        return dict(fields), ""
    tool: Any = fields.get("tool_name", "")
    found = {**fields, "hook_event_name": events[str(name)], "tool_name": _own_name(tool)}
    given: Any = fields.get("tool_input")
    if is_object(given):
        found["tool_input"] = {_INPUTS.get(key, key): value for key, value in given.items()}
    if host == "cursor":
        roots: Any = fields.get("workspace_roots") or []
        found.setdefault("session_id", fields.get("conversation_id", ""))
        found["cwd"] = fields.get("cwd") or (roots[0] if roots else "")
        found.setdefault("tool_response", fields.get("tool_output"))
        if name == "sessionStart":
            found.setdefault("source", "startup")
    # Neither gives each call an id; a call is over before the same agent begins the next one.
    found.setdefault("tool_use_id", "call")
    return found, host


def client_of(fields: Mapping[str, Any], host: str) -> str:
    """Return the name of the host that told an event, as figures have it.

    Claude Code and Codex tell the same events, but only Codex numbers the turns of a session.
    """
    return host or ("codex" if "turn_id" in fields else "claude-code")


def _own_name(tool: str) -> str:
    """Return what Claude Code calls a tool."""
    own = "mcp_flux-index_"
    if tool.startswith(own):
        return f"mcp__flux-index__{tool[len(own) :]}"
    return _TOOLS.get(tool, tool)


def takes_context(host: str) -> bool:
    """True if a host shows a model what is told beside an edit that it lets pass."""
    return not host


def in_form_of(host: str, event: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer to an event in the form that a host takes."""
    specific: Mapping[str, Any] = answer.get("hookSpecificOutput", {})
    refusal = specific.get("permissionDecisionReason", "")
    reason = answer.get("reason", "")
    told = specific.get("additionalContext", "")
    if not host:
        return dict(answer)
    if host == "gemini":
        if refusal or (reason and event == STOP):
            return {"decision": "deny", "reason": refusal or reason}
        if event == POST_TOOL and reason:
            told = reason  # A refusal would hide from the model what the tool has said.
        if "updatedInput" in specific:
            return {"hookSpecificOutput": {"tool_input": specific["updatedInput"]}}
        return {"hookSpecificOutput": {"additionalContext": told}} if told else {}
    if refusal:
        message = "flux-index: it uses what does not exist"
        return {"permission": "deny", "user_message": message, "agent_message": refusal}
    if event in (STOP, SUBAGENT_STOP):
        return {"followup_message": reason} if reason else {}
    if "updatedInput" in specific:
        return {"permission": "allow", "updated_input": specific["updatedInput"]}
    return {"additional_context": told or reason} if told or reason else {}

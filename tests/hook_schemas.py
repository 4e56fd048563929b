"""What hosts accept as answers of hooks, after the JSON schemas that Codex publishes.

Claude Code takes all of these and more; what Codex does not know voids the whole answer.
"""

from __future__ import annotations

from typing import Any

STRING = {"type": "string"}
COMMON: dict[str, Any] = {
    "continue": {"type": "boolean"},
    "stopReason": STRING,
    "suppressOutput": {"type": "boolean"},
    "systemMessage": STRING,
}
BLOCK: dict[str, Any] = {"decision": {"enum": ["block"]}, "reason": STRING}


def _answer(specific: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    properties = {**COMMON, **more}
    if specific is not None:
        properties["hookSpecificOutput"] = {
            "type": "object",
            "properties": specific,
            "required": ["hookEventName"],
        }
    return {"type": "object", "properties": properties, "required": []}


def _named(event: str, **more: Any) -> dict[str, Any]:
    return {"hookEventName": {"enum": [event]}, "additionalContext": STRING, **more}


OUTPUT: dict[str, dict[str, Any]] = {
    "SessionStart": _answer(_named("SessionStart")),
    "UserPromptSubmit": _answer(_named("UserPromptSubmit"), **BLOCK),
    "PreToolUse": _answer(
        _named(
            "PreToolUse",
            permissionDecision={"enum": ["allow", "deny", "ask"]},
            permissionDecisionReason=STRING,
            updatedInput={"type": "object"},
        )
    ),
    "PostToolUse": _answer(_named("PostToolUse"), **BLOCK),
    "TaskCompleted": _answer(None),
    "Stop": _answer(None, **BLOCK),
    "SubagentStop": _answer(None, **BLOCK),
}
"""Schemas by event; no object may have further properties."""

LONGEST = 10_000


def check(event: str, answer: Any) -> None:
    """Assert that an answer is one that hosts take, and that allows nothing."""
    _fits(OUTPUT[event], answer)
    specific = answer.get("hookSpecificOutput", {})
    assert specific.get("permissionDecision") in (None, "deny")
    if specific.get("permissionDecision") == "deny":
        assert specific["permissionDecisionReason"].strip()
    else:
        assert "permissionDecisionReason" not in specific
    # A reason without a decision, or a decision without one, is invalid.
    assert ("decision" in answer) == bool(answer.get("reason", "").strip())


def _fits(schema: dict[str, Any], value: Any) -> None:
    if "enum" in schema:
        assert value in schema["enum"]
    elif schema["type"] == "string":
        assert isinstance(value, str)
        assert len(value) <= LONGEST
    elif schema["type"] == "boolean":
        assert isinstance(value, bool)
    else:
        assert isinstance(value, dict)
        if "properties" not in schema:
            return
        assert set(schema["required"]) <= set(value) <= set(schema["properties"])
        for key, each in value.items():
            _fits(schema["properties"][key], each)

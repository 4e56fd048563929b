"""What a client is told first: what the server is and which tools, prompts and resources it has.

As JSON values, so that this can be told before the SDK is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..version import version
from .arguments import schema
from .attachments import PROMPTS, RESOURCES, Resource
from .tools import Tool

INSTRUCTIONS = """\
flux-index knows the Python code here and in installed packages by meaning, as it is on disk now. \
Ask it instead of grepping: `context` first; `exists` for APIs that you know from memory; \
`references` before you change what others use; `validate` after edits. Ask by name \
(`Model.save`). What was cut ends with what to ask for next.
"""
VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
"""Versions of the protocol that begin with a handshake, oldest first."""
_CAPABILITIES: dict[str, dict[str, bool]] = {
    "prompts": {"listChanged": False},
    "resources": {"listChanged": False, "subscribe": False},
    "tools": {"listChanged": False},
}
# They put tools of their own before the model where a server has resources, for 500 tokens.
_WITHOUT_RESOURCES = ("claude-code",)
# Claude Code cuts results above 25,000 tokens unless a tool says how long they may be; it never
# takes more characters than this.
_UNCUT_TOKENS = 10_000
_MOST_CHARACTERS = 500_000


def handshake(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer to ``initialize``."""
    client: Any = params.get("clientInfo") or {}
    asked = params.get("protocolVersion")
    capabilities = dict(_CAPABILITIES)
    if client.get("name") in _WITHOUT_RESOURCES:
        del capabilities["resources"]
    return {
        "capabilities": capabilities,
        "instructions": INSTRUCTIONS,
        "protocolVersion": asked if asked in VERSIONS else VERSIONS[-1],
        "serverInfo": {"name": "flux-index", "title": "flux-index", "version": version()},
    }


def tool(one: Tool, budget: int) -> dict[str, Any]:
    """Return a tool as it is listed, whose answers may have so many tokens."""
    meta: dict[str, Any] = {}
    if one.is_resident:
        meta["anthropic/alwaysLoad"] = True
    if budget > _UNCUT_TOKENS:
        meta["anthropic/maxResultSizeChars"] = min(_MOST_CHARACTERS, 5 * budget)
    listed: dict[str, Any] = {
        "name": one.name,
        "description": one.doc,
        "inputSchema": schema(one),
        "annotations": {
            "title": one.title,
            "readOnlyHint": one.reads_only,
            "destructiveHint": False,
            "idempotentHint": one.reads_only,
            "openWorldHint": False,
        },
    }
    return {**listed, "_meta": meta} if meta else listed


def prompts() -> list[dict[str, Any]]:
    """Return the prompts as they are listed."""
    return [
        {
            "name": prompt.name,
            "title": prompt.title,
            "description": prompt.doc,
            "arguments": [
                {"name": name, "description": doc, "required": required}
                for name, doc, required in prompt.arguments
            ],
        }
        for prompt in PROMPTS.values()
    ]


def resources() -> list[dict[str, Any]]:
    """Return the resources as they are listed."""
    return [{"uri": one.uri, **_described(one)} for one in RESOURCES.values() if not one.argument]


def templates() -> list[dict[str, Any]]:
    """Return the templates of resources as they are listed."""
    return [
        {"uriTemplate": one.uri, **_described(one)} for one in RESOURCES.values() if one.argument
    ]


def _described(one: Resource) -> dict[str, Any]:
    """Return what is listed of a resource and of a template alike."""
    described = {"name": one.name, "title": one.title, "description": one.doc}
    return {**described, "mimeType": "text/plain"}

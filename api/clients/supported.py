"""The clients: our parts of their files, and the steps that are left to their users."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from ..open_workspace import OpenWorkspace
from ..patterns.guidelines import rules_text
from .parts import (
    SERVER,
    Part,
    json_hooks,
    json_member,
    markdown_block,
    own_file,
    toml_table,
    yaml_items,
)
from .rule_files import BEGIN, END, read_text

# Seconds after which hosts stop to wait; a hook answers far earlier, or not at all.
_TIMEOUT = 10


@dataclass
class Setting:
    """The folder of a setup, and how commands begin there."""

    folder: str
    """The workspace, or the user's home if ``is_user``."""
    program: str
    guard: str
    """Mode of the guard for hooks, empty for their own default."""
    is_user: bool

    @cached_property
    def rules(self) -> str:
        """Rules of the code base, for agents."""
        session = OpenWorkspace.open(self.folder)
        try:
            return rules_text(session.inference(whole=True).strict()).rstrip("\n")
        finally:
            session.close()

    def path(self, name: str) -> str:
        """Return the path of a file in the folder."""
        return os.path.join(self.folder, name)

    def hook(self, event: str) -> str:
        """Return the command that answers an event."""
        guard = f" --guard {self.guard}" if self.guard and event == "pre-tool" else ""
        return f"{shlex.quote(self.program)} hook {event}{guard}"

    def server(self) -> dict[str, object]:
        """Return the MCP server as most clients have it."""
        return {"command": self.program, "args": ["mcp"]}

    def first_of(self, *names: str) -> str:
        """Return the path of the first file that exists, else of the first."""
        paths = [self.path(name) for name in names]
        return next((path for path in paths if os.path.exists(path)), paths[0])


def _claude_code(setting: Setting) -> list[Part]:
    events = {
        "SessionStart": [("", setting.hook("session-start"), _TIMEOUT)],
        "UserPromptSubmit": [("", setting.hook("user-prompt"), _TIMEOUT)],
        "PreToolUse": [("Edit|MultiEdit|Write", setting.hook("pre-tool"), _TIMEOUT)],
        "PostToolUse": [
            ("Read|Grep|Bash|Edit|MultiEdit|Write", setting.hook("post-tool"), _TIMEOUT),
            (f"mcp__{SERVER}__.*", setting.hook("post-tool"), _TIMEOUT),
        ],
        "Stop": [("", setting.hook("stop"), _TIMEOUT)],
        "SubagentStop": [("", setting.hook("subagent-stop"), _TIMEOUT)],
    }
    server = ".claude.json" if setting.is_user else ".mcp.json"
    parts = [
        json_hooks(setting.path(".claude/settings.json"), events),
        json_member(setting.path(server), "MCP server", ("mcpServers", SERVER), setting.server()),
    ]
    return parts if setting.is_user else [*parts, _claude_rules(setting)]


def _claude_rules(setting: Setting) -> Part:
    """The block in what Claude Code reads: CLAUDE.md, or the AGENTS.md that it includes."""
    path = setting.path("CLAUDE.md")
    try:
        includes = "@AGENTS.md" in (read_text(path) or "")
    except (OSError, ValueError):
        includes = False
    if includes:
        return _agents_md(setting)
    return markdown_block(path, setting.rules)


def _codex(setting: Setting) -> list[Part]:
    events = {
        "SessionStart": [("", setting.hook("session-start"), _TIMEOUT)],
        "UserPromptSubmit": [("", setting.hook("user-prompt"), _TIMEOUT)],
        "PreToolUse": [("apply_patch", setting.hook("pre-tool"), _TIMEOUT)],
        "PostToolUse": [
            ("apply_patch|Bash", setting.hook("post-tool"), _TIMEOUT),
            (f"mcp__{SERVER}__.*", setting.hook("post-tool"), _TIMEOUT),
        ],
        "Stop": [("", setting.hook("stop"), _TIMEOUT)],
    }
    parts = [
        json_hooks(setting.path(".codex/hooks.json"), events),
        toml_table(
            setting.path(".codex/config.toml"),
            "MCP server",
            ("mcp_servers", SERVER),
            setting.server(),
        ),
    ]
    return parts if setting.is_user else [*parts, _agents_md(setting)]


def _cursor(setting: Setting) -> list[Part]:
    parts = [
        json_member(
            setting.path(".cursor/mcp.json"), "MCP server", ("mcpServers", SERVER), setting.server()
        )
    ]
    if setting.is_user:
        return parts
    head = "---\ndescription: What there is before code is written\nalwaysApply: true\n---\n"
    content = f"{head}{BEGIN}\n{setting.rules}\n{END}\n"
    rules = own_file(
        setting.path(".cursor/rules/flux-index.mdc"), "what agents should know", content
    )
    return [*parts, rules]


def _opencode(setting: Setting) -> list[Part]:
    names = ("opencode.json", "opencode.jsonc")
    if setting.is_user:
        names = tuple(f".config/opencode/{name}" for name in names)
    server = {"type": "local", "command": [setting.program, "mcp"], "enabled": True}
    parts = [json_member(setting.first_of(*names), "MCP server", ("mcp", SERVER), server)]
    return parts if setting.is_user else [*parts, _agents_md(setting)]


def _gemini(setting: Setting) -> list[Part]:
    parts = [
        json_member(
            setting.path(".gemini/settings.json"),
            "MCP server",
            ("mcpServers", SERVER),
            setting.server(),
        )
    ]
    if setting.is_user:
        return parts
    return [*parts, markdown_block(setting.path("GEMINI.md"), setting.rules)]


def _vscode(setting: Setting) -> list[Part]:
    name = ".config/Code/User/mcp.json" if setting.is_user else ".vscode/mcp.json"
    server = {"type": "stdio", **setting.server()}
    parts = [json_member(setting.path(name), "MCP server", ("servers", SERVER), server)]
    return parts if setting.is_user else [*parts, _agents_md(setting)]


def _aider(setting: Setting) -> list[Part]:
    # aider commits before it lints: what has changed since the last commit is nothing by then.
    items = {"lint-cmd": f"python: {shlex.quote(setting.program)} validate --all"}
    if not setting.is_user:
        items["read"] = "AGENTS.md"
    parts = [yaml_items(setting.path(".aider.conf.yml"), "linting after edits", items)]
    return parts if setting.is_user else [*parts, _agents_md(setting)]


def _agents_md(setting: Setting) -> Part:
    return markdown_block(setting.path("AGENTS.md"), setting.rules, is_shared=True)


CLIENTS: dict[str, Callable[[Setting], list[Part]]] = {
    "claude-code": _claude_code,
    "codex": _codex,
    "cursor": _cursor,
    "opencode": _opencode,
    "aider": _aider,
    "gemini": _gemini,
    "vscode": _vscode,
}
"""Parts by client."""

NEXT: dict[str, str] = {
    "claude-code": "Start Claude Code anew in this folder and approve the server that it asks "
    "about; /hooks and /mcp show both.",
    "codex": "Start Codex, trust this project, then open /hooks and trust each hook of flux-index: "
    "until then Codex passes over them without a word.",
    "cursor": "Open Settings, MCP and switch flux-index on. No hooks are written: Cursor can load "
    "those of Claude Code.",
    "opencode": "Start opencode anew. It has no hooks of this kind: its agents ask over MCP.",
    "aider": "Start aider anew: it runs flux-index validate on files that it has edited and mends "
    "what that tells.",
    "gemini": "Start Gemini CLI anew; /mcp shows the server.",
    "vscode": "Run `MCP: List Servers` in VS Code and start flux-index.",
}
"""What a user has to do after a client was set up."""

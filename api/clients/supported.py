"""The clients: our parts of their files, and the steps that are left to their users."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...indexer import platforms
from ..open_workspace import OpenWorkspace
from ..patterns.guidelines import rules_text
from ..version import version
from .opencode import opencode_plugin
from .parts import (
    SERVER,
    Part,
    json_entry,
    json_hooks,
    json_items,
    json_member,
    markdown_block,
    own_file,
    own_json,
    toml_table,
    yaml_items,
)
from .rule_files import BEGIN, END, read_text
from .skill import TASK_SKILL, task_skill

# Claude Code's tools that write.
_EDITING = "Bash|Edit|MultiEdit|Write|NotebookEdit"
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
        return f"{platforms.quoted([self.program])} hook {event}{guard}"

    def server(self) -> dict[str, object]:
        """Return the MCP server as most clients have it."""
        return {"command": self.program, "args": ["mcp"]}

    def first_of(self, *names: str) -> str:
        """Return the path of the first file that exists, else of the first."""
        paths = [self.path(name) for name in names]
        return next((path for path in paths if os.path.exists(path)), paths[0])


def claude_events(setting: Setting, own: str) -> dict[str, list[tuple[str, str, int]]]:
    """Return hooks by event for Claude Code; ``own`` matches our tools."""
    before, after = setting.hook("pre-tool"), setting.hook("post-tool")
    return {
        "SessionStart": [("", setting.hook("session-start"), _TIMEOUT)],
        "UserPromptSubmit": [("", setting.hook("user-prompt"), _TIMEOUT)],
        "PreToolUse": [
            (_EDITING, before, _TIMEOUT),
            ("ExitPlanMode", before, _TIMEOUT),
            (own, before, _TIMEOUT),
        ],
        "PostToolUse": [(f"Read|Grep|{_EDITING}", after, _TIMEOUT), (own, after, _TIMEOUT)],
        "PostToolUseFailure": [("Bash", after, _TIMEOUT)],
        "TaskCompleted": [("", setting.hook("task-completed"), _TIMEOUT)],
        "Stop": [("", setting.hook("stop"), _TIMEOUT)],
        "SubagentStop": [("", setting.hook("subagent-stop"), _TIMEOUT)],
    }


def _claude_code(setting: Setting) -> list[Part]:
    events = claude_events(setting, f"mcp__{SERVER}__.*")
    server = ".claude.json" if setting.is_user else ".mcp.json"
    parts = [
        json_hooks(setting.path(".claude/settings.json"), events),
        json_member(setting.path(server), "MCP server", ("mcpServers", SERVER), setting.server()),
        own_file(setting.path(f".claude/skills/{TASK_SKILL}/SKILL.md"), "skill", task_skill()),
    ]
    return parts if setting.is_user else [*parts, _claude_rules(setting)]


def _claude_plugin(setting: Setting) -> list[Part]:
    """All of it as a plugin that Claude Code finds by itself, with the language server."""
    folder = setting.path(f".claude/skills/{SERVER}")
    language = {
        "command": setting.program,
        "args": ["lsp"],
        "extensionToLanguage": {".py": "python", ".pyi": "python"},
    }
    files: dict[str, dict[str, Any]] = {
        ".claude-plugin/plugin.json": {
            "name": SERVER, "version": version(), "description": _SKILL,
        },
        ".mcp.json": {"mcpServers": {SERVER: setting.server()}},
        ".lsp.json": {SERVER: language},
    }  # fmt: skip
    events = claude_events(setting, f"mcp__plugin_{SERVER}_{SERVER}__.*")
    rules = "" if setting.is_user else f"\n{setting.rules}"
    head = f"---\nname: {SERVER}\ndescription: {_SKILL}\n---\n"
    skill = f"{head}\n{BEGIN}{rules}\n{END}\n"
    return [
        *(own_json(f"{folder}/{name}", "plugin", each) for name, each in files.items()),
        json_hooks(f"{folder}/hooks/hooks.json", events),
        own_file(f"{folder}/skills/{SERVER}/SKILL.md", "skill", skill),
        own_file(f"{folder}/skills/{TASK_SKILL}/SKILL.md", "skill", task_skill()),
    ]


_SKILL = (
    "Ask an index of this Python code base by meaning what exists, where it is defined, who uses "
    "it and how such code is written here, and judge edits. Before Python code is written."
)


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


def _shared_skill(setting: Setting) -> Part:
    """The skill where Codex, Gemini CLI and Cursor look for it."""
    path = setting.path(f".agents/skills/{TASK_SKILL}/SKILL.md")
    return own_file(path, "skill", task_skill(), is_shared=True)


def _codex_events(setting: Setting) -> dict[str, list[tuple[str, str, int]]]:
    return {
        "SessionStart": [("", setting.hook("session-start"), _TIMEOUT)],
        "UserPromptSubmit": [("", setting.hook("user-prompt"), _TIMEOUT)],
        "PreToolUse": [("apply_patch|Bash", setting.hook("pre-tool"), _TIMEOUT)],
        "PostToolUse": [
            ("apply_patch|Bash", setting.hook("post-tool"), _TIMEOUT),
            (f"mcp__{SERVER}__.*", setting.hook("post-tool"), _TIMEOUT),
        ],
        "Stop": [("", setting.hook("stop"), _TIMEOUT)],
    }


def _codex(setting: Setting) -> list[Part]:
    parts = [
        json_hooks(setting.path(".codex/hooks.json"), _codex_events(setting)),
        _shared_skill(setting),
        toml_table(
            setting.path(".codex/config.toml"),
            "MCP server",
            ("mcp_servers", SERVER),
            setting.server(),
        ),
    ]
    return parts if setting.is_user else [*parts, _agents_md(setting)]


def _codex_plugin(setting: Setting) -> list[Part]:
    """All of it as a plugin, in a marketplace of the repository or of the user."""
    folder = setting.path(f".agents/plugins/{SERVER}")
    manifest = {
        "name": SERVER, "version": version(), "description": _SKILL, "skills": "./skills/",
        "mcpServers": "./.mcp.json", "hooks": "./hooks/hooks.json",
    }  # fmt: skip
    entry = {
        "name": SERVER,
        "source": {"source": "local", "path": f"./.agents/plugins/{SERVER}"},
        "policy": {"installation": "AVAILABLE", "authentication": "ON_INSTALL"},
        "category": "Coding",
    }
    market = setting.path(".agents/plugins/marketplace.json")
    return [
        json_entry(market, "marketplace", {"name": "local"}, "plugins", entry),
        own_json(f"{folder}/.codex-plugin/plugin.json", "plugin", manifest),
        own_json(f"{folder}/.mcp.json", "plugin", {"mcpServers": {SERVER: setting.server()}}),
        json_hooks(f"{folder}/hooks/hooks.json", _codex_events(setting)),
        own_file(f"{folder}/skills/{TASK_SKILL}/SKILL.md", "skill", task_skill()),
    ]


def _cursor(setting: Setting) -> list[Part]:
    commands = {
        "sessionStart": setting.hook("session-start"),
        "preToolUse": setting.hook("pre-tool"),
        "postToolUse": setting.hook("post-tool"),
        "stop": setting.hook("stop"),
        "subagentStop": setting.hook("subagent-stop"),
    }
    parts = [
        json_items(setting.path(".cursor/hooks.json"), {"version": 1}, commands, _TIMEOUT),
        json_member(
            setting.path(".cursor/mcp.json"), "MCP server", ("mcpServers", SERVER), setting.server()
        ),
        _shared_skill(setting),
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
    language = {"command": [setting.program, "lsp"], "extensions": [".py", ".pyi"]}
    settings = setting.first_of(*names)
    plugins = ".config/opencode/plugins" if setting.is_user else ".opencode/plugins"
    plugin = opencode_plugin(setting.program)
    parts = [
        json_member(settings, "MCP server", ("mcp", SERVER), server),
        json_member(settings, "language server", ("lsp", SERVER), language),
        own_file(setting.path(f"{plugins}/{SERVER}.js"), "hooks", plugin),
    ]
    return parts if setting.is_user else [*parts, _agents_md(setting)]


def _gemini_events(setting: Setting) -> dict[str, list[tuple[str, str, int]]]:
    # This host counts in milliseconds.
    return {
        "SessionStart": [("", setting.hook("session-start"), 1000 * _TIMEOUT)],
        "BeforeTool": [
            ("write_file|replace|run_shell_command", setting.hook("pre-tool"), 1000 * _TIMEOUT),
            (f"mcp_{SERVER}_.*", setting.hook("pre-tool"), 1000 * _TIMEOUT),
        ],
        "AfterTool": [
            (
                "read_file|write_file|replace|run_shell_command",
                setting.hook("post-tool"),
                1000 * _TIMEOUT,
            ),
            (f"mcp_{SERVER}_.*", setting.hook("post-tool"), 1000 * _TIMEOUT),
        ],
        "AfterAgent": [("", setting.hook("stop"), 1000 * _TIMEOUT)],
    }


def _gemini(setting: Setting) -> list[Part]:
    path = setting.path(".gemini/settings.json")
    parts = [
        json_member(path, "MCP server", ("mcpServers", SERVER), setting.server()),
        json_hooks(path, _gemini_events(setting)),
        _shared_skill(setting),
    ]
    if setting.is_user:
        return parts
    return [*parts, markdown_block(setting.path("GEMINI.md"), setting.rules)]


def _gemini_extension(setting: Setting) -> list[Part]:
    """All of it as an extension."""
    folder = setting.path(f".gemini/extensions/{SERVER}")
    manifest = {
        "name": SERVER, "version": version(), "description": _SKILL,
        "mcpServers": {SERVER: setting.server()},
    }  # fmt: skip
    return [
        own_json(f"{folder}/gemini-extension.json", "extension", manifest),
        json_hooks(f"{folder}/hooks/hooks.json", _gemini_events(setting)),
        own_file(f"{folder}/skills/{TASK_SKILL}/SKILL.md", "skill", task_skill()),
    ]


def _vscode(setting: Setting) -> list[Part]:
    name = f"{platforms.vscode_folder()}/mcp.json" if setting.is_user else ".vscode/mcp.json"
    server = {"type": "stdio", **setting.server()}
    parts = [json_member(setting.path(name), "MCP server", ("servers", SERVER), server)]
    return parts if setting.is_user else [*parts, _agents_md(setting)]


def _aider(setting: Setting) -> list[Part]:
    # aider commits before it lints: what has changed since the last commit is nothing by then.
    program = platforms.quoted([setting.program])
    items = {"lint-cmd": f"python: {program} validate --all --strict --findings"}
    if not setting.is_user:
        items["read"] = "AGENTS.md"
    parts = [yaml_items(setting.path(".aider.conf.yml"), "linting after edits", items)]
    return parts if setting.is_user else [*parts, _agents_md(setting)]


def _agents_md(setting: Setting) -> Part:
    return markdown_block(setting.path("AGENTS.md"), setting.rules, is_shared=True)


CLIENTS: dict[str, Callable[[Setting], list[Part]]] = {
    "claude-code": _claude_code,
    "claude-plugin": _claude_plugin,
    "codex": _codex,
    "codex-plugin": _codex_plugin,
    "cursor": _cursor,
    "opencode": _opencode,
    "aider": _aider,
    "gemini": _gemini,
    "gemini-extension": _gemini_extension,
    "vscode": _vscode,
}
"""Parts by client."""

NEXT: dict[str, str] = {
    "claude-plugin": "Start Claude Code anew in this folder and trust it; /plugin shows it. "
    "Its own tool for language servers is answered by flux-index, if no other plugin has Python.",
    "claude-code": "Start Claude Code anew in this folder and approve the server that it asks "
    "about; /hooks and /mcp show both.",
    "codex": "Start Codex, trust this project, then open /hooks and trust each hook of flux-index: "
    "until then Codex passes over them without a word.",
    "codex-plugin": "Run `codex plugin marketplace add` with this folder, then `codex plugin add "
    "flux-index@local` (of a marketplace that was there, with its name), and trust each hook of it "
    "in /hooks.",
    "cursor": "Open Settings, MCP and switch flux-index on; Settings, Hooks shows the hooks. Where "
    "Cursor loads those of Claude Code as well, set up one of the two.",
    "opencode": "Start opencode anew: its plugin asks the hooks, and its diagnostics come from "
    "flux-index as well.",
    "aider": "Start aider anew: it runs flux-index validate on files that it has edited and mends "
    "what that tells.",
    "gemini": "Start Gemini CLI anew in this folder and trust it: it passes over settings of one "
    "that is not trusted. /mcp and /hooks show the server and the hooks.",
    "gemini-extension": "Run `gemini extensions link .gemini/extensions/flux-index` and start "
    "Gemini CLI anew; with --user it is there already. A server of that name in settings wins.",
    "vscode": "Run `MCP: List Servers` in VS Code and start flux-index.",
}
"""What a user has to do after a client was set up."""

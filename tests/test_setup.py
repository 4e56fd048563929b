"""Setting up clients: our parts go in, once, and come out again; all else stays byte for byte."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from flux_index.api.cli import main
from flux_index.api.clients.jsonc import (
    JsoncError,
    parse,
    with_item,
    with_member,
    without_items,
    without_member,
)
from flux_index.api.clients.rule_files import with_block, without_block
from flux_index.api.clients.supported import CLIENTS

SETTINGS = """\
// Settings of the team.
{
    "permissions": {"allow": ["Bash(make:*)"]}, /* keep */
    "hooks": {
        // Formatting.
        "PostToolUse": [
            {
                "matcher": "Edit", // only edits
                "hooks": [{"type": "command", "command": "make format"}],
            },
        ],
        "Stop": [{"hooks": [{"type": "command", "command": "./say.sh"}]}] // last
    },
    "model": "opus", // a comment after the last member
}
"""
SERVERS = '{"mcpServers": {"other": {"command": "other", "env": {"KEY": "1"}}}}'
CODEX = """\
# Mine.
model = "gpt-6"   # odd   blanks

[mcp_servers.other]
command = "other"
"""
AIDER = """\
# aider
lint-cmd:
  - "javascript: eslint"   # ours
  - "css: stylelint"

dark-mode: true
"""
AGENTS = "# How we work\n\nRun `make test`.\n"

FILES: dict[str, dict[str, str]] = {
    "claude-code": {
        ".claude/settings.json": SETTINGS,
        ".mcp.json": SERVERS,
        "CLAUDE.md": AGENTS,
    },
    "claude-plugin": {".claude/skills/other/SKILL.md": "Mine.\n"},
    "codex": {
        ".codex/hooks.json": '{\n  "hooks": {}\n}\n',
        ".codex/config.toml": CODEX,
        "AGENTS.md": AGENTS,
    },
    "codex-plugin": {
        ".agents/plugins/marketplace.json": '{"name": "ours", "plugins": [{"name": "a"}]}',
        ".agents/plugins/other/note": "Mine.\n",
    },
    "cursor": {
        ".cursor/hooks.json": '{"version": 1, "hooks": {"stop": [{"command": "./say.sh"}]}}\n',
        ".cursor/mcp.json": "{}\n",
        ".cursor/rules/other.mdc": "Mine.\n",
    },
    "opencode": {
        "opencode.jsonc": '{\n\t// theme\n\t"theme": "dark",\n\t"mcp": {},\n}\n',
        "AGENTS.md": AGENTS.replace("\n", "\r\n"),
    },
    "aider": {".aider.conf.yml": AIDER, "AGENTS.md": AGENTS.rstrip("\n")},
    "gemini": {".gemini/settings.json": '{"theme": "Default"}', "GEMINI.md": AGENTS},
    "gemini-extension": {".gemini/extensions/other/note": "Mine.\n"},
    "vscode": {
        ".vscode/mcp.json": '{\n  "inputs": [],\n  "servers": {\n    "a": {"url": "x"}\n  }\n}',
        "AGENTS.md": "",
    },
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())


def state(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".cache" not in path.parts
    }


def setup(*arguments: str, code: int = 0) -> None:
    assert main(["setup", *arguments, "--program", "flux-index"]) == code


@pytest.mark.parametrize("client", CLIENTS)
def test_into_nothing_and_out_again(project: Path, client: str) -> None:
    setup(client)
    first = state(project)
    assert len(first) >= 2
    setup(client)
    assert state(project) == first
    setup(client, "--remove")
    assert state(project) == {}
    assert [path.name for path in project.iterdir()] == [".git"]


@pytest.mark.parametrize("client", CLIENTS)
def test_beside_what_is_there_and_out_again(project: Path, client: str) -> None:
    put(project, FILES[client])
    before = state(project)
    setup(client)
    first = state(project)
    changed = [name for name in before if first[name] != before[name]]
    assert len(changed) == len([name for name in before if "other" not in name])
    setup(client)
    assert state(project) == first
    setup(client, "--guard", "refuse")
    setup(client)
    assert state(project) == first
    setup(client, "--remove")
    after = state(project)
    if client == "vscode":
        del before["AGENTS.md"]  # a file that was empty goes with what was put into it
    assert after == before
    setup(client, "--remove")
    assert state(project) == before


@pytest.mark.parametrize("client", CLIENTS)
def test_for_the_user_as_a_whole(own_home: Path, project: Path, client: str) -> None:
    setup(client, "--user")
    assert state(project) == {}
    first = state(own_home)
    assert first
    setup(client, "--user")
    assert state(own_home) == first
    setup(client, "--user", "--remove")
    assert state(own_home) == {}


@pytest.mark.parametrize("client", CLIENTS)
def test_a_dry_run_writes_nothing(
    project: Path, client: str, capsys: pytest.CaptureFixture[str]
) -> None:
    put(project, FILES[client])
    before = state(project)
    setup(client, "--dry-run")
    assert state(project) == before
    assert "+++ " in capsys.readouterr().out


@pytest.mark.parametrize("name", ["CLAUDE.md", "AGENTS.md", ".mcp.json"])
def test_what_is_no_plain_file(
    project: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pipe would be waited for, and a device or a huge file read without an end."""
    os.mkfifo(project / name)
    setup("claude-code" if name != "AGENTS.md" else "codex", code=2)
    assert f"{name} cannot be read: not a regular file" in capsys.readouterr().err
    (project / name).unlink()
    with open(project / name, "wb") as file:
        file.truncate(1 << 33)
    setup("claude-code" if name != "AGENTS.md" else "codex", code=2)
    assert "larger than the limit" in capsys.readouterr().err


def test_all_clients_at_once_are_taken_out(project: Path) -> None:
    for client in CLIENTS:
        setup(client)
    setup("--remove")
    assert state(project) == {}


def test_what_another_client_reads_stays(project: Path) -> None:
    setup("codex")
    setup("aider")
    setup("codex", "--remove")
    assert "flux-index:begin" in (project / "AGENTS.md").read_text()
    setup("aider", "--remove")
    assert state(project) == {}


def test_claude_code_gets_hooks_a_server_and_rules(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setup("claude-code", "--guard", "refuse")
    hooks = json.loads((project / ".claude/settings.json").read_text())["hooks"]
    assert list(hooks) == [
        "SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "PostToolUseFailure",
        "TaskCompleted", "Stop", "SubagentStop",
    ]  # fmt: skip
    assert [each["matcher"] for each in hooks["PreToolUse"]] == [
        "Bash|Edit|MultiEdit|Write|NotebookEdit",
        "ExitPlanMode",
        "mcp__flux-index__.*",
    ]
    for each in hooks["PreToolUse"]:
        command = "flux-index hook pre-tool --guard refuse"
        assert each["hooks"] == [{"type": "command", "command": command, "timeout": 10}]
    assert json.loads((project / ".mcp.json").read_text()) == {
        "mcpServers": {"flux-index": {"command": "flux-index", "args": ["mcp"]}}
    }
    assert "query exists" in (project / "CLAUDE.md").read_text()
    said = capsys.readouterr().out
    assert f"wrote      {project}/.mcp.json (MCP server)" in said
    assert "next: Start Claude Code anew" in said
    assert "next: Run `flux-index index`" in said


def test_rules_go_where_claude_md_leads(project: Path) -> None:
    put(project, {"CLAUDE.md": "@AGENTS.md\n", "AGENTS.md": AGENTS})
    before = state(project)
    setup("claude-code")
    assert (project / "CLAUDE.md").read_text() == "@AGENTS.md\n"
    assert "flux-index" in (project / "AGENTS.md").read_text()
    setup("claude-code", "--remove")
    assert state(project) == before


def test_codex_is_told_to_trust(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(project, {".codex/config.toml": CODEX})
    setup("codex")
    config = tomllib.loads((project / ".codex/config.toml").read_text())
    assert config["mcp_servers"] == {
        "other": {"command": "other"},
        "flux-index": {"command": "flux-index", "args": ["mcp"]},
    }
    hooks = json.loads((project / ".codex/hooks.json").read_text())["hooks"]
    assert hooks["PreToolUse"][0]["matcher"] == "apply_patch|Bash"
    assert "open /hooks and trust each hook" in capsys.readouterr().out


def test_aider_runs_validate(project: Path) -> None:
    put(project, {".aider.conf.yml": AIDER})
    setup("aider")
    config: Any = YAML(typ="safe").load((project / ".aider.conf.yml").read_text())
    assert config["lint-cmd"] == [
        "javascript: eslint", "css: stylelint",
        "python: flux-index validate --all --strict --findings",
    ]  # fmt: skip
    assert (config["read"], config["dark-mode"]) == (["AGENTS.md"], True)


def test_what_a_user_changed_of_ours_is_taken_out_too(project: Path) -> None:
    put(project, {".claude/settings.json": SETTINGS, ".codex/config.toml": CODEX})
    setup("claude-code")
    setup("codex")
    path = project / ".claude/settings.json"
    path.write_text(
        path.read_text().replace('"flux-index hook stop"', '"/opt/bin/flux-index hook stop -x"')
    )
    toml = project / ".codex/config.toml"
    toml.write_text(toml.read_text().replace('args = ["mcp"]', 'args = ["mcp", "-v"] # loud'))
    setup("--remove")
    assert path.read_text() == SETTINGS
    assert tomllib.loads(toml.read_text()) == tomllib.loads(CODEX)
    assert "# Mine." in toml.read_text()


def test_a_group_that_users_share_with_us_keeps_theirs(project: Path) -> None:
    setup("claude-code")
    path = project / ".claude/settings.json"
    settings = json.loads(path.read_text())
    theirs = {"type": "command", "command": "make lint"}
    settings["hooks"]["PreToolUse"][0]["hooks"].append(theirs)
    path.write_text(json.dumps(settings, indent=2))
    setup("claude-code", "--remove")
    matcher = "Bash|Edit|MultiEdit|Write|NotebookEdit"
    assert json.loads(path.read_text()) == {
        "hooks": {"PreToolUse": [{"matcher": matcher, "hooks": [theirs]}]}
    }


MANY_HOOKS = json.dumps(
    {"hooks": {"Stop": [{"hooks": [{"command": "flux-index hook stop"}]} for _ in range(5_000)]}}
)


@pytest.mark.parametrize(
    ("client", "files", "said"),
    [
        ("claude-code", {".claude/settings.json": "{,}"}, "settings.json: line 1 is no JSON"),
        ("claude-code", {".claude/settings.json": "[]"}, "settings.json: the text is no object"),
        ("codex", {".codex/config.toml": "mcp_servers = 3"}, "what belongs into it is"),
        ("aider", {".aider.conf.yml": "lint-cmd: eslint\n"}, "lint-cmd is set otherwise"),
        ("aider", {"AGENTS.md": "<!-- flux-index:begin -->"}, "do not fit each other"),
        ("claude-code", {".mcp.json": "[" * 60_000}, "it is nested too deeply"),
        ("claude-code", {".claude/settings.json": '{"a":' * 60_000}, "it is nested too deeply"),
        ("claude-code", {".claude/settings.json": MANY_HOOKS}, "too many hooks"),
        ("codex", {".codex/config.toml": "x=" + "[" * 40_000}, "it is nested too deeply"),
        ("codex", {".codex/config.toml": 'a."."' + ".a" * 30_000 + "=1"}, "more than 64 parts"),
        ("aider", {".aider.conf.yml": "a: " + "[" * 3_000}, "this is nested too deeply"),
        ("aider", {".aider.conf.yml": "{" * 30_000}, "this is nested too deeply"),
        ("aider", {".aider.conf.yml": "- " * 20_000}, "this is nested too deeply"),
        ("aider", {".aider.conf.yml": "a: 1\n" * 20_000}, "this is larger than"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_a_file_without_a_place_for_us_stays_and_so_do_all_others(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    client: str,
    files: dict[str, str],
    said: str,
) -> None:
    put(project, files)
    before = state(project)
    setup(client, code=2)
    told = capsys.readouterr().err
    assert said in told
    assert "Nothing was written" in told
    assert state(project) == before


def test_links_and_modes_stay(project: Path) -> None:
    put(project, {"AGENTS.md": AGENTS})
    (project / "AGENTS.md").chmod(0o600)
    (project / "CLAUDE.md").symlink_to("AGENTS.md")
    setup("claude-code")
    assert (project / "CLAUDE.md").is_symlink()
    assert (project / "AGENTS.md").stat().st_mode & 0o777 == 0o600
    setup("claude-code", "--remove")
    assert (project / "AGENTS.md").read_text() == AGENTS


def test_clients_that_are_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    setup("claude", code=2)
    assert "there is no client 'claude'; did you mean claude-code?" in capsys.readouterr().err
    setup(code=2)
    assert "setup takes one of claude-code, claude-plugin, codex" in capsys.readouterr().err


# JSON with comments

TEXTS = [
    "{}",
    "{\n}\n",
    "{ }",
    "{ // nothing\n}",
    "{\n  // nothing yet\n}\n",
    '{"a": 1}',
    '{"a": 1,}',
    '{\n  "a": 1\n}',
    '{\n  "a": 1,\n}',
    '{\n\t"a": 1 // last\n}',
    '{\n    "a": {"b": [1, 2]}, // last\n    /* end */\n}\n',
    '{\r\n  "a": 1\r\n}\r\n',
    '\ufeff{"a": "// no comment, \\" {"}',
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("value", [1, {"x": {"y": [1]}}, [{}]], ids=str)
def test_a_member_goes_in_and_comes_out(text: str, value: Any) -> None:
    put_in = with_member(text, ("k",), value)
    assert parse(put_in).plain() == {**parse(text).plain(), "k": value}
    assert with_member(put_in, ("k",), value) == put_in
    assert without_member(put_in, ("k",)) == text
    deep = with_member(text, ("o", "p"), value)
    assert parse(deep).plain() == {**parse(text).plain(), "o": {"p": value}}
    assert without_member(deep, ("o", "p")) == text


@pytest.mark.parametrize("text", TEXTS)
def test_others_may_come_behind_it(text: str) -> None:
    put_in = with_member(with_member(text, ("k",), {"x": 1}), ("z",), 2)
    assert without_member(without_member(put_in, ("k",)), ("z",)) == text
    assert without_member(without_member(put_in, ("z",)), ("k",)) == text


@pytest.mark.parametrize("array", ["[]", "[1]", "[1,]", "[\n  1\n]", "[\n  1, // one\n]", "[ 1 ]"])
def test_an_item_goes_in_and_comes_out(array: str) -> None:
    text = f'{{"a": {array}}}'
    put_in = with_item(text, ("a",), {"ours": True})
    assert parse(put_in).plain()["a"] == [*parse(text).plain()["a"], {"ours": True}]
    assert without_items(put_in, ("a",), lambda item: item == {"ours": True}) == text


def test_a_comment_stays_with_what_it_is_about() -> None:
    text = '{\n  "a": 1 // about a\n}\n'
    assert with_member(text, ("b",), 2) == '{\n  "a": 1, // about a\n  "b": 2\n}\n'


@pytest.mark.parametrize(
    "text", ["", "{", "{]", '{"a"}', '{"a": }', '{"a": 1 "b": 2}', "[1 2]", "{} x", "{a: 1}", "nul"]
)
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(JsoncError, match="line 1 is no JSON"):
        parse(text)


# Blocks


@pytest.mark.parametrize("text", ["", "a", "a\n", "a\n\n", "a\r\nb\r\n", "\n"])
def test_a_block_goes_in_and_comes_out(text: str) -> None:
    put_in = with_block(text, "ours\n\nand more")
    assert with_block(put_in, "ours\n\nand more") == put_in
    assert without_block(put_in) == text
    assert without_block(with_block(put_in, "otherwise")) == text
    assert ("\r\nours\r\n" in put_in) == ("\r\n" in text)

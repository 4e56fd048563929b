"""Claude Code without a screen, in a home of its own, against a scripted model."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anthropic_model import Model, anthropic_model, text_of
from plays import Plays, Reply, Turn

from flux_index.api.source.tokens import count_tokens

CLAUDE = os.environ.get("FLUX_INDEX_CLAUDE", "")
SOURCE = os.environ.get("FLUX_INDEX_FLASK", "")
"""A released package, of which each scenario gets a copy."""
FLUX_INDEX = Path(sys.executable).parent / "flux-index"
MCP = "mcp__flux-index__"
TOOLS = "Bash,Edit,Write,NotebookEdit,Agent,EnterWorktree,mcp__flux-index"
# Stands for flux-index on the host's PATH, and notes what each hook was told, said and took.
_TIMED = """\
#!{python} -IS
import json, os, resource, subprocess, sys, time
program = {program!r}
if sys.argv[1:2] != ["hook"]:
    os.execv(program, [program, *sys.argv[1:]])
given, begun = sys.stdin.buffer.read(), time.time()
done = subprocess.run([program, *sys.argv[1:]], input=given, stdout=subprocess.PIPE)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open({log!r}, "a") as file:
    file.write(json.dumps({{"event": sys.argv[2], "wall": time.time() - begun,
        "cpu": used.ru_utime + used.ru_stime, "out": done.stdout.decode()}}) + "\\n")
sys.stdout.buffer.write(done.stdout)
sys.exit(done.returncode)
"""


@dataclass
class Workbench:
    """A copy of the package that is set up for Claude Code, and what is wanted of a session."""

    folder: Path
    home: Path
    wanted: list[tuple[str, bool, str]] = field(default_factory=list[tuple[str, bool, str]])
    log: Path = Path()
    model: Model | None = None

    def path(self, name: str) -> str:
        """The path of a file in the copy."""
        return str(self.folder / name)

    def text(self, name: str) -> str:
        """The text of a file in the copy."""
        return (self.folder / name).read_text()

    def read(self, *names: str, **more: int) -> Reply:
        """Read files, in one message."""
        return Reply(calls=tuple(("Read", {"file_path": self.path(n), **more}) for n in names))

    def edit(self, name: str, old: str, new: str) -> Reply:
        """Replace a text."""
        given = {"file_path": self.path(name), "old_string": old, "new_string": new}
        return Reply(calls=(("Edit", given),))

    def write(self, name: str, text: str) -> Reply:
        """Write a whole file."""
        return Reply(calls=(("Write", {"file_path": self.path(name), "content": text}),))

    def bash(self, command: str) -> Reply:
        """Run a command."""
        return Reply(calls=(("Bash", {"command": command}),))

    def mcp(self, tool: str, **given: Any) -> Reply:
        """Ask one of our tools."""
        return Reply(calls=((MCP + tool, given),))

    def want(self, what: str, is_so: object, turn: Turn | None = None) -> None:
        """Note what is wanted, whether it is so, and what the model was told."""
        self.wanted.append((what, bool(is_so), turn.all[:600] if turn is not None else ""))

    def hooks(self) -> list[dict[str, Any]]:
        """What each hook said and took."""
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def tokens(self) -> int:
        """Tokens of ours that are before the model without a call: tools, rules, hooks' texts."""
        requests = [each for each in self.model.requests if each.get("tools")] if self.model else []
        if not requests:
            return 0
        last = requests[-1]
        listed = [
            json.dumps({key: tool[key] for key in ("name", "description", "input_schema")})
            for tool in last["tools"]
            if "flux-index" in tool["name"] or "McpResource" in tool["name"]
        ]
        texts = [
            block.get("text") or text_of(block.get("content"))
            for message in last["messages"]
            for block in ([{"text": message["content"]}] if isinstance(message["content"], str)
                          else message["content"])
        ]  # fmt: skip
        told = [_ours(text) for text in texts]
        return sum(count_tokens(each) for each in [*listed, *told])


def _ours(text: str) -> str:
    """The part of a text that is put before the model by us."""
    # The marks around the rules are comments, which the host leaves out.
    rules = re.search(r"## How to work in this code base.*</repository-data>", text, re.DOTALL)
    if rules:
        return rules[0]
    # Of a list of skills, our lines.
    skills = re.findall(r"^- (?:flux-index:)?(?:flux-task|flux-index): .*", text, re.MULTILINE)
    if skills:
        return "\n".join(skills)
    is_ours = "flux-index keeps an index" in text or "flux-index: " in text
    return text if is_ours or "## flux-index\n" in text else ""


def make_workbench(folder: Path, home: Path, *, index: bool, mcp: bool, client: str) -> Workbench:
    """A copy with git and an index, set up for the client."""
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns(".git", ".flux-index"))
    bench = Workbench(folder, home)
    bench.log = home / "hooks.jsonl"
    (home / "bin").mkdir()
    shim = home / "bin/flux-index"
    shim.write_text(
        _TIMED.format(python=sys.executable, program=str(FLUX_INDEX), log=str(bench.log))
    )
    shim.chmod(0o755)
    (home / ".claude").mkdir()
    settings = {"enableAllProjectMcpServers": True, "includeCoAuthoredBy": False}
    (home / ".claude/settings.json").write_text(json.dumps(settings))
    run = "git init -q . && git add -A && git commit -qm init"
    run += " && flux-index index --quiet" if index else ""
    run += f" && flux-index setup {client} > /dev/null && git add -A && git commit -qm setup"
    subprocess.run(run, shell=True, cwd=folder, env=environment(bench), check=True)
    if not mcp:
        (folder / ".mcp.json").unlink()
    return bench


def environment(bench: Workbench, **more: str) -> dict[str, str]:
    """An environment that is made from nothing: no credential, no way out of this machine."""
    git = {
        f"GIT_{who}_{what}": "t" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    return {
        "PATH": f"{bench.home}/bin:/usr/bin:/bin", "HOME": str(bench.home), "LANG": "C.UTF-8",
        "XDG_CACHE_HOME": str(bench.home / ".cache"), "TERM": "dumb", "NO_PROXY": "127.0.0.1",
        "DISABLE_TELEMETRY": "1", "DISABLE_AUTOUPDATER": "1", "DISABLE_ERROR_REPORTING": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "ANTHROPIC_API_KEY": "none",
        **git, **more,
    }  # fmt: skip


def play(
    bench: Workbench,
    plays: Plays,
    prompts: tuple[str, ...] = ("PLAY:main do it",),
    arguments: tuple[str, ...] = (),
) -> None:
    """Let Claude Code follow plays, with one prompt after the other in one process."""
    with anthropic_model(plays) as (url, model):
        bench.model = model
        command = [
            CLAUDE, "-p", "--input-format", "stream-json", "--output-format", "stream-json",
            "--verbose", "--permission-mode", "acceptEdits", "--model", "claude-sonnet-4-5",
            "--allowedTools", TOOLS, *arguments,
        ]  # fmt: skip
        host = subprocess.Popen(
            command, cwd=bench.folder, env=environment(bench, ANTHROPIC_BASE_URL=url), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert host.stdin is not None
        assert host.stdout is not None
        try:
            for prompt in prompts:
                message = {"type": "user", "message": {"role": "user", "content": prompt}}
                host.stdin.write(json.dumps(message) + "\n")
                host.stdin.flush()
                for line in host.stdout:
                    if json.loads(line).get("type") == "result":
                        break
            host.stdin.close()
            host.wait(60)
        finally:
            host.kill()
            host.wait()
            host.stdout.close()
            _end_servers(bench)
    assert not model.errors, model.errors


def _end_servers(bench: Workbench) -> None:
    """End the serving processes that the host's hooks and servers have started."""
    for note in bench.home.glob(".cache/flux-index/workspaces/*/writer.lock"):
        _, _, about = note.read_bytes()[1:].partition(b"\0")
        pid = about.split(b" ")[0]
        if pid.isdigit():
            try:
                os.kill(int(pid), signal.SIGTERM)
            except ProcessLookupError:
                pass

"""A day of an agent's work: real commits, edit by edit, through the hooks of its host.

    python replay.py REPOSITORY ... [--commits 40] [--orders natural,shuffled] [--json FILE]

REPOSITORY is a folder, or an address that git can clone. The newest commits that change Python are
split into edits, as an agent would make them: file by file and hunk by hunk, each so large that its
file can be parsed after it. The agent has read all files of a commit that were there. All that is
refused is refused wrongly, since the authors kept it. A note after an edit was in vain if the whole
commit does not have what it tells of. Prints both, and the CPU that the hooks of an edit take, with
what the serving process takes for them.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from commits import changed, clone, history
from process import flux_index, quantile, run
from serving import Server
from tasks import git

# Larger ones are no day's work of an agent.
_MOST_FILES, _MOST_EDITS = 12, 40
_TICKS = os.sysconf("SC_CLK_TCK")
_FINDING = re.compile(r"^- (?P<path>\S+):\d+ (?P<message>.*) \((?P<rule>[\w-]+), \w+\)$")


@dataclass
class File:
    """A file of a commit: its lines before and after, and the hunks that were applied so far."""

    path: str
    old: list[str] | None
    new: list[str] | None
    hunks: list[tuple[int, int, int, int]] = field(default_factory=list)
    applied: set[int] = field(default_factory=set[int])

    def text(self, applied: set[int]) -> str:
        """The text with some hunks applied."""
        assert self.old is not None
        assert self.new is not None
        lines: list[str] = []
        at = 0
        for number, (start, end, first, last) in enumerate(self.hunks):
            lines += self.old[at:start]
            lines += self.new[first:last] if number in applied else self.old[start:end]
            at = end
        return "".join([*lines, *self.old[at:]])


@dataclass
class Tally:
    """What happened to the edits of some commits."""

    commits: int = 0
    edits: int = 0
    refused: list[str] = field(default_factory=list[str])
    notes: int = 0
    in_vain: list[str] = field(default_factory=list[str])
    stopped: list[str] = field(default_factory=list[str])
    hook_cpu: list[float] = field(default_factory=list[float])
    server_cpu: list[float] = field(default_factory=list[float])
    longest: float = 0.0


class Replay:
    """One session of an agent in a checkout that is served."""

    def __init__(self, tree: str, server: Server, name: str, tally: Tally) -> None:
        self.tree = tree
        self.server = server
        self.name = name
        self.tally = tally
        self.calls = 0
        self.told: list[tuple[str, str]] = []

    def tell(self, event: str, kind: str, **fields: Any) -> dict[str, Any]:
        """Tell an event; returns the answer, empty for none."""
        payload = {"session_id": self.name, "cwd": self.tree, "hook_event_name": kind, **fields}
        done = subprocess.Popen(
            [*flux_index(), "hook", event], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            cwd=self.tree,
        )  # fmt: skip
        assert done.stdin is not None
        assert done.stdout is not None
        done.stdin.write(json.dumps(payload).encode())
        done.stdin.close()
        output = done.stdout.read()
        done.stdout.close()
        _, status, usage = os.wait4(done.pid, 0)
        done.returncode = status
        self.cpu = usage.ru_utime + usage.ru_stime
        self.tally.longest = max(self.tally.longest, self.cpu)
        return json.loads(output) if output else {}

    def read(self, path: str) -> None:
        """Tell that a file was read."""
        n_lines = Path(self.tree, path).read_text(errors="replace").count("\n") + 1
        shown = {"file": {"startLine": 1, "numLines": n_lines, "totalLines": n_lines}}
        given = {"file_path": f"{self.tree}/{path}"}
        self.tell("post-tool", "PostToolUse", tool_name="Read", tool_input=given,
                  tool_response=shown, tool_use_id="r")  # fmt: skip

    def edit(self, tool: str, path: str, given: dict[str, Any], text: str | None) -> None:
        """Make an edit, again if it is refused; ``text`` is what the file has then."""
        full = Path(self.tree, path)
        before = _server_cpu(self.server)
        cpu = 0.0
        for _ in range(2):
            self.calls += 1
            call = {"tool_name": tool, "tool_input": given, "tool_use_id": f"t{self.calls}"}
            answer = self.tell("pre-tool", "PreToolUse", **call)
            cpu += self.cpu
            specific = answer.get("hookSpecificOutput", {})
            if specific.get("permissionDecision") != "deny":
                break
            reason = specific["permissionDecisionReason"]
            self.tally.refused.append(f"{self.name} {path}: {reason}")
        if text is None:
            full.unlink(missing_ok=True)
        else:
            full.parent.mkdir(parents=True, exist_ok=True)
            full.write_text(text)
        answer = self.tell("post-tool", "PostToolUse", **call, tool_response={})
        cpu += self.cpu
        self.tally.edits += 1
        self.tally.hook_cpu.append(cpu)
        self.tally.server_cpu.append(_server_cpu(self.server) - before)
        said = answer.get("reason") or answer.get("hookSpecificOutput", {}).get("additionalContext")
        found = [match for line in (said or "").split("\n") if (match := _FINDING.match(line))]
        self.tally.notes += bool(found)
        self.told += [(match["path"], match["message"]) for match in found]

    def end(self) -> None:
        """Stop, and compare what was told with what is wrong with all of the commit."""
        answer = self.tell("stop", "Stop")
        if answer.get("reason"):
            self.tally.stopped.append(f"{self.name}: {answer['reason']}")
        if not self.told:
            return
        judged = run(
            [*flux_index(), "validate", "--since", "HEAD", "--format", "json"],
            cwd=self.tree, codes=(0, 1), apart=True,
        )  # fmt: skip
        left = {(each["path"], each["message"]) for each in json.loads(judged.output)}
        self.tally.in_vain += [
            f"{self.name} {path}: {message}"
            for path, message in self.told
            if (path, message) not in left
        ]


def _server_cpu(server: Server) -> float:
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def files_of(tree: str, commit: str) -> list[File]:
    """The files that a commit changes, with their hunks."""
    found: list[File] = []
    for path in changed(tree, commit):
        old, new = (_lines_of(tree, f"{revision}:{path}") for revision in (f"{commit}^", commit))
        file = File(path, old, new)
        if old is not None and new is not None:
            matcher = SequenceMatcher(None, old, new, autojunk=False)
            file.hunks = [
                (a, b, c, d) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"
            ]
        found.append(file)
    return found


def _lines_of(tree: str, spec: str) -> list[str] | None:
    done = subprocess.run(["git", "show", spec], cwd=tree, capture_output=True, check=False)
    return (
        done.stdout.decode("utf-8", "replace").splitlines(keepends=True)
        if not done.returncode
        else None
    )


def steps(files: list[File], chance: random.Random | None) -> Iterator[tuple[File, list[int]]]:
    """Files with the hunks that are applied at once, in the order of the text or any other."""
    listed: list[tuple[File, list[int]]] = []
    for file in files:
        if not file.hunks:
            listed.append((file, []))
            continue
        order = list(range(len(file.hunks)))
        if chance is not None:
            chance.shuffle(order)
        done: set[int] = set()
        waiting: list[int] = []
        for number in order:
            waiting.append(number)
            if _parses(file.text({*done, *waiting})) or number == order[-1]:
                listed.append((file, waiting))
                done.update(waiting)
                waiting = []
    if chance is not None:
        # Of one file in the order in which its text can be parsed after each.
        turns = [file.path for file, _ in listed]
        chance.shuffle(turns)
        queues = {file.path: [step for step in listed if step[0] is file] for file in files}
        listed = [queues[path].pop(0) for path in turns]
    yield from listed


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def replay(tree: str, commit: str, server: Server, name: str, tally: Tally,
           chance: random.Random | None) -> None:  # fmt: skip
    """Make the edits of a commit in a checkout of its parent."""
    files = files_of(tree, commit)
    git(tree, "checkout", "--quiet", "--force", "--detach", f"{commit}^")
    git(tree, "clean", "-qfd")
    server.client.call("server.sync", {"timeout_ms": 60_000})
    server.client.call("server.wait", {"pending": 0, "timeout_ms": 60_000})
    session = Replay(tree, server, name, tally)
    session.tell("session-start", "SessionStart", source="startup")
    for file in files:
        if file.old is not None:
            session.read(file.path)
    for file, numbers in steps(files, chance):
        full = f"{tree}/{file.path}"
        if file.new is None:
            session.edit("Bash", file.path, {"command": f"rm {file.path}"}, None)
        elif file.old is None:
            text = "".join(file.new)
            session.edit("Write", file.path, {"file_path": full, "content": text}, text)
        else:
            before, file.applied = file.text(file.applied), file.applied | set(numbers)
            after = file.text(file.applied)
            old, new = _replacement(before, after)
            given = {"file_path": full, "old_string": old, "new_string": new}
            session.edit("Edit", file.path, given, after)
    session.end()
    tally.commits += 1


def _replacement(before: str, after: str) -> tuple[str, str]:
    """The old and the new string of an edit, with as many lines around as make it the only one."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    while True:
        replaced = "".join(old[first : len(old) - last])
        if (replaced and before.count(replaced) == 1) or (first == 0 and last == 0):
            return replaced, "".join(new[first : len(new) - last])
        first, last = max(first - 1, 0), max(last - 1, 0)


def told(name: str, tally: Tally) -> str:
    """The figures of a tally as a line."""
    both = [a + b for a, b in zip(tally.hook_cpu, tally.server_cpu, strict=True)]
    ms = [1000 * quantile(values, at) for values, at in
          ((both, 0.5), (both, 0.95), (tally.hook_cpu, 0.5))]  # fmt: skip
    return (
        f"{name}: {tally.commits} commits, {tally.edits} edits; {len(tally.refused)} refused; "
        f"{tally.notes} edits with notes, {len(tally.in_vain)} notes in vain "
        f"({50 * len(tally.in_vain) / max(tally.edits, 1):.2f} in 50 edits); "
        f"{len(tally.stopped)} stops; CPU of an edit: median {ms[0]:.0f} ms, p95 {ms[1]:.0f} ms "
        f"(hooks alone {ms[2]:.0f} ms, longest hook {1000 * tally.longest:.0f} ms)"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("repository", nargs="+", help="a folder, or the address of a public one")
    parser.add_argument("--commits", type=int, default=40, help="of each repository")
    parser.add_argument("--orders", default="natural,shuffled")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write what was found there")
    options = parser.parse_args()
    tallies = {order: Tally() for order in options.orders.split(",")}
    with TemporaryDirectory(prefix="flux-index-replay-") as work:
        env = {"FLUX_INDEX_CACHE_DIR": f"{work}/cache"}
        os.environ.update(env)
        for number, repository in enumerate(options.repository):
            tree = clone(repository, f"{work}/{number}")
            git(tree, "checkout", "--quiet", "--detach", "HEAD")
            chosen = [
                commit
                for commit in history(tree, "HEAD", 4 * options.commits)
                if 0 < len(changed(tree, commit)) <= _MOST_FILES
                and sum(len(each.hunks) or 1 for each in files_of(tree, commit)) <= _MOST_EDITS
            ][-options.commits :]
            run([*flux_index(), "index", "--quiet"], cwd=tree)
            with Server(tree, env) as server:
                for order, tally in tallies.items():
                    chance = random.Random(options.seed) if order == "shuffled" else None
                    for commit in chosen:
                        name = f"{order}-{os.path.basename(repository)}-{commit[:10]}"
                        replay(tree, commit, server, name, tally, chance)
                    print(told(f"{repository} {order}, so far", tally), flush=True)
    for order, tally in tallies.items():
        print(told(order, tally))
        for title, listed in (("refused", tally.refused), ("in vain", tally.in_vain),
                              ("kept at the end", tally.stopped)):  # fmt: skip
            for each in listed:
                print(f"  {title}: {each}")
    if options.json:
        options.json.write_text(json.dumps({k: vars(v) for k, v in tallies.items()}, indent=1))
    return int(any(len(tally.refused) > 1 for tally in tallies.values()))


if __name__ == "__main__":
    raise SystemExit(main())

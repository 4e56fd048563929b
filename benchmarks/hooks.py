"""Hooks as hosts run them: a process for each event, on an index that is there."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from process import flux_index, quantile
from serving import Server
from whole import ensure_index

if TYPE_CHECKING:
    from bench import Bench
    from table import Table

_BAR = 0.3
_FILES = 16
# Calls of methods, of which one letter is doubled to invent another one.
_CALL = re.compile(r"(?<=\.)([a-z_]{5,})(?=\()")


class Session:
    """An agent's session that tells its events, and what each of them took: CPU and wall."""

    def __init__(self, root: str) -> None:
        """A session in a workspace."""
        self.taken: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self.answers: dict[str, int] = defaultdict(int)
        self._root = root
        self._calls = 0

    def tell(self, kind: str, event: str, name: str, **fields: Any) -> Any:
        """Tell an event, counted as one of a kind; the answer, None for none."""
        payload = {
            "session_id": f"bench-{id(self)}",
            "cwd": self._root,
            "hook_event_name": name,
            "tool_use_id": f"t{self._calls}",
            **fields,
        }
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            [*flux_index(), "hook", event], input=json.dumps(payload).encode(),
            cwd=self._root, capture_output=True, check=True,
        )  # fmt: skip
        wall = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.taken[kind].append((cpu, wall))
        self.answers[kind] += bool(done.stdout)
        return json.loads(done.stdout) if done.stdout else None

    def read(self, path: str, text: str) -> None:
        """Tell that a file was read."""
        lines = text.count("\n") + 1
        shown = {"file": {"startLine": 1, "numLines": lines, "totalLines": lines}}
        self.tell(
            "post-tool, a read", "post-tool", "PostToolUse", tool_name="Read",
            tool_input={"file_path": path}, tool_response=shown,
        )  # fmt: skip

    def edit(self, path: str, kind: str, old: str, new: str) -> None:
        """Tell that a text is to be replaced, and, if nothing speaks against it, that it was."""
        self._calls += 1
        given = {"file_path": path, "old_string": old, "new_string": new}
        call = {"tool_name": "Edit", "tool_input": given}
        if self.tell(kind, "pre-tool", "PreToolUse", **call) is not None:
            return
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new, 1))
        self.tell("post-tool, an edit", "post-tool", "PostToolUse", **call, tool_response={})


def hooks(bench: Bench, table: Table) -> None:
    """Each event of sessions that read and edit files all over the code base."""
    ensure_index(bench)
    root = bench.tree.root
    # The first process finds out what the standard library has, for all that come after it.
    _session(root, 3)
    _measure(root, table, "")
    with Server(root, bench.env) as server:
        server.settle()
        _measure(root, table, ", with a serving process")


def _measure(root: str, table: Table, how: str) -> None:
    log = os.path.join(root, ".flux-index", "hooks.log")
    if os.path.exists(log):
        os.remove(log)
    session = _session(root, _FILES)
    late = 0
    if os.path.exists(log):
        with open(log, encoding="utf-8") as file:
            late = sum("no time" in line for line in file)
    for kind, taken in session.taken.items():
        cpu = [each[0] for each in taken]
        wall = [each[1] for each in taken]
        worst = quantile(cpu, 0.95)
        table.figures[f"hooks: {kind}{how}"] = {"cpu": cpu, "wall": wall}
        table.add(
            f"hook {kind}{how} ({len(taken)} processes, {session.answers[kind]} said something), "
            "CPU median / p95; wall median / p95",
            f"{quantile(cpu, 0.5) * 1000:.0f} / {worst * 1000:.0f} ms; "
            f"{quantile(wall, 0.5) * 1000:.0f} / {quantile(wall, 0.95) * 1000:.0f} ms",
            bar="300 ms",
            ok=worst <= _BAR,
        )
    table.add(f"hooks that had no time to look at everything{how}", str(late))


def _session(root: str, n_files: int) -> Session:
    session = Session(root)
    session.tell("session-start", "session-start", "SessionStart", source="startup")
    for path in _chosen(root, n_files):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        session.read(path, text)
        calls = list(_CALL.finditer(text))
        call = calls[len(calls) // 2]
        start = text.rfind("\n", 0, call.start()) + 1
        line = text[start : text.find("\n", call.end())]
        at = call.end() - start
        session.edit(path, "pre-tool, an invention", line, f"{line[:at]}{line[at - 1]}{line[at:]}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        session.read(path, text)
        session.edit(path, "pre-tool, an edit", line, f"{line}  # as before")
        session.tell("user-prompt", "user-prompt", "UserPromptSubmit", prompt="Go on.")
        session.tell("stop", "stop", "Stop", stop_hook_active=False)
    return session


def _chosen(root: str, n_files: int) -> list[str]:
    """Files of the code base, from all over it, in which a method is called a few times."""
    found: list[str] = []
    for folder, folders, names in os.walk(os.path.join(root, "django")):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.endswith(".py") and os.path.getsize(path) > 3_000:
                with open(path, encoding="utf-8") as file:
                    if len(_CALL.findall(file.read())) > 5:
                        found.append(path)
    return found[:: max(len(found) // n_files, 1)][:n_files]

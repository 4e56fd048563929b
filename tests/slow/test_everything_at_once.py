"""All faces at once, with constant edits and checkouts: no answer is from behind the disk.

An answer may say that files are pending; one that does not is right for what was saved before the
question was asked.
"""

from __future__ import annotations

import json
import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from lsp_helpers import RawClient, uri_of, workspace_server
from mcp_helpers import FLUX_INDEX, agent, stop_serving
from rpc_helpers import serving
from test_bad_input_processes import many

Trials = Callable[[int, int], int]
Figure = Callable[[str], None]

GIT = ("git", "-c", "user.email=test@example.org", "-c", "user.name=test")


class Probe:
    """One who edits files of its own and asks one face about them, for as long as it takes."""

    def __init__(self, name: str, root: Path, until: float) -> None:
        self.name = name
        self.root = root
        self.until = until
        self.path = root / f"probe_{name}.py"
        self.user = root / f"user_{name}.py"
        self.seen: Counter[str] = Counter()
        self.failures: list[str] = []
        self.longest = 0.0

    def run(self, ask: Callable[[Probe, str, str], tuple[set[str], bool]]) -> None:
        """``ask`` gives the names that are found for a new and an old class, and whether all is."""
        old = ""
        number = 0
        while time.monotonic() < self.until:
            number += 1
            new = f"Probe{self.name.title()}{number}"
            save(self.path, f"class {new}:\n    def method_{number}(self): ...\n")
            save(self.user, f"from {self.path.stem} import {new}\n\n{new}()\n")
            began = time.monotonic()
            try:
                found, complete = ask(self, new, old)
            except Exception as error:
                self.failures.append(f"{self.name}: {type(error).__name__}: {error}")
                return
            self.longest = max(self.longest, time.monotonic() - began)
            if found == {new}:
                self.seen["right"] += 1
            elif not complete:
                self.seen["pending"] += 1
            else:
                self.failures.append(f"{self.name} {number}: {found} instead of {new}")
            old = new


def save(path: Path, text: str) -> None:
    """Write a file in one go, as editors do."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text)
    temporary.rename(path)


def names_in(answer: dict[str, Any], *wanted: str) -> tuple[set[str], bool]:
    text = json.dumps(answer["items"])
    return {name for name in wanted if name and f'{name}"' in text}, not answer.get("pending")


def by_command(probe: Probe, new: str, old: str) -> tuple[set[str], bool]:
    found: set[str] = set()
    complete = True
    for name in filter(None, (new, old)):
        done = subprocess.run(
            [*FLUX_INDEX, "query", "symbols", name, "--format", "json"],
            cwd=probe.root,
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode in (0, 1), done.stderr
        names, is_all = names_in(json.loads(done.stdout), new, old)
        found |= names
        complete = complete and is_all
    return found, complete


def by_rpc(client: Any) -> Callable[[Probe, str, str], tuple[set[str], bool]]:
    def ask(probe: Probe, new: str, old: str) -> tuple[set[str], bool]:
        answers = [client.call("symbols", {"query": name}) for name in (new, old) if name]
        parts = [names_in(answer, new, old) for answer in answers]
        return set().union(*(part[0] for part in parts)), all(part[1] for part in parts)

    return ask


def by_mcp(server: Any) -> Callable[[Probe, str, str], tuple[set[str], bool]]:
    def ask(probe: Probe, new: str, old: str) -> tuple[set[str], bool]:
        texts = [server.text("definition", name=name) for name in (new, old) if name]
        found = {name for name in (new, old) if name and f"class {name}" in " ".join(texts)}
        return found, not any("pending" in text for text in texts)

    return ask


def by_language_server(client: RawClient) -> Callable[[Probe, str, str], tuple[set[str], bool]]:
    def ask(probe: Probe, new: str, old: str) -> tuple[set[str], bool]:
        place = {"line": 0, "character": 8}
        used = client.references(uri_of(probe.path), place)
        found = {new} if (probe.user.name, 2) in used else set[str]()
        listed = json.dumps(client.request("workspace/symbol", {"query": new}))
        return found if new in listed else set(), True

    return ask


def checkouts(root: Path, until: float, failures: list[str], seen: Counter[str]) -> None:
    """Branches come and go; each has a module that the other has not."""
    turn = 0
    while time.monotonic() < until:
        branch, other = ("one", "two")[:: 1 if turn % 2 else -1]
        subprocess.run([*GIT, "checkout", "-q", "-f", branch], cwd=root, check=True)
        done = subprocess.run(
            [*FLUX_INDEX, "query", "symbols", "OnlyIn", "--format", "json"],
            cwd=root, capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr
        found, complete = names_in(json.loads(done.stdout), "OnlyInOne", "OnlyInTwo")
        if found == {f"OnlyIn{branch.title()}"}:
            seen["right"] += 1
        elif not complete:
            seen["pending"] += 1
        else:
            failures.append(f"checkout of {branch}, not {other}: {found}")
        turn += 1
        time.sleep(0.3)


def edits(root: Path, until: float, seed: int) -> None:
    """Somebody else works too."""
    chance = random.Random(seed)
    while time.monotonic() < until:
        path = root / f"many/m{chance.randrange(40)}.py"
        save(path, f"def changed_{chance.randrange(10**6)}(a): ...\n" * 20)
        time.sleep(0.05)


def test_no_answer_is_from_behind_the_disk(
    tmp_path: Path, own_home: Path, trials: Trials, seed: int, figure: Figure
) -> None:
    root = many(tmp_path / "root", 40, 10)
    (root / ".gitignore").write_text("probe_*\nuser_*\nmany/\n.flux-index\n")
    # What the probes write belongs to the workspace, although git does not know it.
    (root / "pyproject.toml").write_text("[tool.flux-index]\nfollow-gitignore = false\n")
    subprocess.run([*GIT, "init", "-q", "-b", "main"], cwd=root, check=True)
    for branch in ("one", "two"):
        subprocess.run([*GIT, "checkout", "-q", "--orphan", branch], cwd=root, check=True)
        for path in root.glob("only_*.py"):
            path.unlink()
        (root / f"only_{branch}.py").write_text(f"class OnlyIn{branch.title()}: ...\n")
        subprocess.run([*GIT, "add", "-A"], cwd=root, check=True)
        subprocess.run([*GIT, "commit", "-q", "-m", branch], cwd=root, check=True)
    seconds = trials(5, 600)
    seen: Counter[str] = Counter()
    failures: list[str] = []
    with ExitStack() as stack:
        served = stack.enter_context(serving(root))
        rpc = stack.enter_context(served.client())
        server = stack.enter_context(agent(root, home=own_home))
        stack.callback(stop_serving, root)
        client = stack.enter_context(workspace_server(root, forked=False))
        until = time.monotonic() + seconds
        faces = {
            "command": by_command,
            "rpc": by_rpc(rpc),
            "mcp": by_mcp(server),
            "lsp": by_language_server(client),
        }
        probes = {Probe(name, root, until): ask for name, ask in faces.items()}
        threads = [threading.Thread(target=probe.run, args=(ask,)) for probe, ask in probes.items()]
        threads.append(threading.Thread(target=checkouts, args=(root, until, failures, seen)))
        threads.append(threading.Thread(target=edits, args=(root, until, seed)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for probe in probes:
        failures += probe.failures
        figure(f"{probe.name}: {dict(probe.seen)}, longest answer {probe.longest:.1f} s")
    figure(f"checkouts: {dict(seen)}")
    shown = "\n".join(failures[:3] + failures[-3:])
    assert not failures, f"{len(failures)} in all:\n{shown}"
    assert all(probe.seen["right"] for probe in probes)

"""SIGKILL at random points of steps: every file is as before or as after, and resume says which."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from task_helpers import Shop, git
from workspace_helpers import state_of

from flux_index.indexer.store.ledger import Ledger

pytestmark = pytest.mark.skipif(os.name == "nt", reason="processes are killed otherwise on Windows")
FILES = 8
CHANGED = [f"shop/part_{number}.py" for number in range(FILES)]
MADE = ["shop/more/new.py", "notes.md"]
# A step that ends, by its own hand, at the n-th thing that it does to the disk while it writes; or
# says when it writes, to be killed by another's. Without either it tells how many such things
# there are.
PROGRAM = """\
import json, os, signal, sys
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.api.tasks import step
from flux_index.indexer.store.ledger import Ledger
point, given = int(sys.argv[2]), json.loads(sys.argv[3])
done, is_writing, write = 0, False, step.write_files

def counted(function):
    def wrapped(*arguments, **keywords):
        global done
        result = function(*arguments, **keywords)
        done += is_writing
        if done == point and is_writing:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return wrapped

def announced(*arguments):
    global is_writing
    print("writing", flush=True)
    is_writing = True
    token = write(*arguments)
    is_writing = False
    print(done, flush=True)
    return token

for name in ("replace", "fsync", "remove", "open", "makedirs"):
    setattr(os, name, counted(getattr(os, name)))
Ledger.ask = counted(Ledger.ask)
step.write_files = announced
call(OpenWorkspace.open(sys.argv[1]), "task.step", given)
"""


def text(number: int, generation: int) -> str:
    return f"VALUE_{number} = {generation}\n" * 200


def contents(root: Path) -> dict[str, str]:
    paths = [root / path for path in (*CHANGED, *MADE)]
    return {str(path.relative_to(root)): path.read_text() for path in paths if path.exists()}


def test_steps_that_are_killed(
    tmp_path: Path,
    trials: Callable[[int, int], int],
    seed: int,
    figure: Callable[[str], None],
) -> None:
    at = random.Random(seed)
    shop = Shop(tmp_path / "project")
    git(shop.root, "init", "-q")
    for number in range(FILES):
        shop.write(CHANGED[number], text(number, 0))
    git(shop.root, "add", "-A")
    git(shop.root, "commit", "-qm", "one")
    head = {path: path.read_bytes() for path in (shop.root / ".git").rglob("*") if path.is_file()}
    shop.begin()
    outcomes: Counter[str] = Counter()
    before = contents(shop.root)
    points, window = 0, 0.0
    for trial in range(1, trials(6, 200) + 2):
        edits = [{"path": path, "text": text(n, trial)} for n, path in enumerate(CHANGED[:-1])]
        edits.append({"path": CHANGED[-1], "delete": True} if CHANGED[-1] in before
                     else {"path": CHANGED[-1], "text": text(FILES, trial)})  # fmt: skip
        edits += [{"path": path, "text": f"# {trial}\n"} for path in MADE]
        after = {**before, **{each["path"]: each["text"] for each in edits if "text" in each}}
        if CHANGED[-1] in before:
            del after[CHANGED[-1]]
        given = {"task": shop.task, "step": str(trial), "edits": edits, "call": str(trial)}
        by_hand = bool(trial % 2)
        point = at.randint(1, points) if points and by_hand else -1
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(shop.root), str(point), json.dumps(given)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        begun = time.perf_counter()
        if not points:  # the first one is let live
            points = int(process.stdout.readline())
            window = time.perf_counter() - begun
        elif not by_hand:
            time.sleep(at.random() * window)
            os.kill(process.pid, signal.SIGKILL)
        process.stdout.read()
        process.stdout.close()
        process.wait()
        answer = shop.call("task.resume", task=shop.task)
        now = contents(shop.root)
        assert now in (before, after), "a step is done or not done"
        said = {each["outcome"] for each in answer.get("recovered", ())}
        assert len(said) <= 1
        expected = {"as after"} if now == after else {"as before"}
        assert said <= expected
        states = {each["id"]: each["state"] for each in answer["steps"]}
        assert (states.get(str(trial)) == "accepted") <= (now == after)
        again = shop.call("task.step", **given)
        assert again["verdict"] in ("interrupted", "accepted"), "nothing is done twice"
        assert contents(shop.root) == now
        outcomes["finished" if now == after else "put back"] += 1
        before = now
    with Ledger(str(state_of(shop.root))) as ledger:
        ledger.check()
    assert not list(shop.root.rglob(".flux-index-*"))
    kept = {path: path.read_bytes() for path in (shop.root / ".git").rglob("*") if path.is_file()}
    assert kept == head
    shop.workspace.close()
    figure(f"steps over {FILES + len(MADE)} files that were killed: {dict(outcomes)}, wrong: 0")

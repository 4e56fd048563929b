"""SIGKILL at random moments: what is on disk heals, and nothing that was acknowledged is lost."""

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
from bad_input_helpers import answers, expected, indexed
from damage_helpers import rows
from test_bad_input_processes import many
from workspace_helpers import state_of

from flux_index.indexer.index_file import content_hash
from flux_index.indexer.store.ledger import Ledger

posix = pytest.mark.skipif(os.name == "nt", reason="processes are killed otherwise on Windows")
Trials = Callable[[int, int], int]
Figure = Callable[[str], None]

INDEX = (sys.executable, "-m", "flux_index.api.cli", "index", "--quiet", "--jobs", "1")
HOOK = (sys.executable, "-m", "flux_index.api.cli", "hook", "post-tool")
REMEMBER = (
    sys.executable,
    "-c",
    "import sys\n"
    "from flux_index.indexer.store.ledger import Ledger\n"
    "for at in range(1000):\n"
    "    with Ledger(sys.argv[1]) as ledger:\n"
    "        session = ledger.begin(sys.argv[2], 'test')\n"
    "        ledger.put_verdict(session, str(at), 'x' * 2000)\n"
    "    print(at, flush=True)\n",
)


def killed(process: subprocess.Popen[bytes], after: float) -> bool:
    """Kill a process and all that it started; False if it had ended by then."""
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def start(*command: str, folder: Path, given: bytes = b"") -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdin is not None
    with process.stdin as stdin:
        stdin.write(given)
    return process


def duration(command: tuple[str, ...], folder: Path) -> float:
    began = time.monotonic()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.monotonic() - began


@posix
def test_an_index_heals(tmp_path: Path, trials: Trials, seed: int, figure: Figure) -> None:
    """Building anew, with and without facts at hand, and taking in changes."""
    root = many(tmp_path / "root", 60, 60)
    sound, partly = expected(tmp_path), expected(tmp_path, stored=False)
    state = state_of(root)
    cold = duration(INDEX, root)
    chance = random.Random(seed)
    seen: Counter[str] = Counter()
    for trial in range(trials(6, 300)):
        kind = ("cold", "facts at hand", "changes")[trial % 3]
        if kind != "changes":
            for path in state.glob("index.db*"):
                path.unlink()
        if kind == "cold":
            for path in state.parent.parent.glob("facts-*"):
                path.unlink()
        for number in chance.sample(range(60), 20):
            path = root / f"many/m{number}.py"
            path.write_text(f"{path.read_text()}x{trial} = {number}\n")
        process = start(*INDEX, folder=root)
        seen["killed" if killed(process, chance.uniform(0.02, cold * 1.1)) else "ended"] += 1
        what = f"{kind}, seed {seed}, trial {trial}"
        with indexed(root, build=False) as index:
            assert answers(index, "touch", stored=False) == partly, what
        with indexed(root) as index:
            assert answers(index) == sound, what
            for path, (_, _, _, digest, _) in index.view().files.items():
                assert digest == content_hash((root / path).read_bytes()), f"{path}: {what}"
    figure(f"kills of `index`: {dict(seen)}, not healed: 0")


def reading(root: Path, number: int) -> bytes:
    """What a host tells of a file that an agent has read."""
    path = root / f"many/m{number}.py"
    content = path.read_text()
    lines = content.count("\n")
    shown = {
        "filePath": str(path),
        "content": content,
        "numLines": lines,
        "startLine": 1,
        "totalLines": lines,
    }
    event = {
        "session_id": "s",
        "cwd": str(root),
        "hook_event_name": "PostToolUse",
        "tool_name": "Read",
        "tool_use_id": f"t{number}",
        "tool_input": {"file_path": str(path)},
        "tool_response": {"type": "text", "file": shown},
    }
    return json.dumps(event).encode()


@posix
def test_what_a_hook_has_recorded_stays(
    tmp_path: Path, trials: Trials, seed: int, figure: Figure
) -> None:
    root = many(tmp_path / "root", 150, 3)
    subprocess.run(INDEX, cwd=root, check=True)
    chance = random.Random(seed)
    ended: set[str] = set()
    seen: Counter[str] = Counter()
    count = trials(6, 100)
    for number in range(count):
        process = start(*HOOK, folder=root, given=reading(root, number))
        if killed(process, chance.uniform(0.05, 0.6) if number % 3 else 60):
            seen["killed"] += 1
        else:
            seen["ended"] += 1
            ended.add(f"many/m{number}.py")
    path = state_of(root) / "ledger.db"
    with Ledger(str(path.parent)) as ledger:
        assert not ledger.note
        ledger.check()
    recorded = {row[2] for row in rows(path) if row[0] == "shown"}
    assert ended <= recorded
    figure(f"kills of hooks: {dict(seen)}, recorded and lost: 0")


@posix
def test_what_a_ledger_has_acknowledged_stays(
    tmp_path: Path, trials: Trials, seed: int, figure: Figure
) -> None:
    """Three processes write; whatever one of them has printed is there when all are killed."""
    folder = tmp_path / "states" / "one"
    chance = random.Random(seed)
    acknowledged: set[tuple[str, str]] = set()
    for trial in range(trials(3, 100)):
        names = [f"{trial}-{number}" for number in range(3)]
        processes = [
            subprocess.Popen(
                [*REMEMBER, str(folder), name], stdout=subprocess.PIPE, start_new_session=True
            )
            for name in names
        ]
        time.sleep(chance.uniform(0.2, 0.8))
        for name, process in zip(names, processes, strict=True):
            killed(process, 0)
            assert process.stdout is not None
            with process.stdout as output:
                acknowledged |= {(name, line.decode().strip()) for line in output}
    with Ledger(str(folder)) as ledger:
        assert not ledger.note
        ledger.check()
    found = rows(folder / "ledger.db")
    handles = {row[1]: row[2] for row in found if row[0] == "session"}
    verdicts = {(handles[row[1]], row[2]) for row in found if row[0] == "verdict"}
    # The oldest sessions go when there are very many; these are fewer.
    kept = {pair for pair in acknowledged if pair[0] in handles.values()}
    assert len(handles) <= 200
    assert kept <= verdicts
    assert kept
    figure(f"kills of processes that write a ledger: {len(acknowledged)} acknowledged, lost: 0")

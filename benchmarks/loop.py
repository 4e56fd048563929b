"""The loop: tasks with a mistake in them, played by a scripted agent, with the loop and without it.

    python loop.py MUTATIONS.jsonl --root NAME=FOLDER… [--env FOLDER] [--each 12] [--json FILE]

A line of the mutations is an object with `id`, `kind`, `corpus` (a NAME) and `edits` (`file`, byte
offsets `start` and `end`, `text`), each wrong by construction. The agent submits the wrong file as
a step. When it is refused it does what the answer says: the first fix of the first error that it
has not tried, else the name of what exists in place of the wrong one; it thinks of nothing itself.
Without the loop, the file is written as it is. Told are: valid (no certain error is left), right
(the file means what it did before the mistake), rounds, questions for the user, and trees that were
left worse than they were.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from process import quantile

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.indexer.index import Index

_SEED, _ROUNDS = 2026, 3


def main() -> int:
    """Measure and print figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("mutations", type=Path)
    parser.add_argument("--root", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--env", default="", help="the environment that the code runs in")
    parser.add_argument("--each", type=int, default=12, help="tasks of each code base")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    if options.env:
        os.environ["VIRTUAL_ENV"] = options.env
    rows = [json.loads(line) for line in options.mutations.read_text().splitlines()]
    results: list[dict[str, Any]] = []
    for given in options.root:
        name, _, folder = given.partition("=")
        own = [row for row in rows if row["corpus"] == name]
        random.Random(_SEED).shuffle(own)
        results += measured(name, Path(folder), own[: options.each])
    print(summary(results))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 0


def measured(name: str, folder: Path, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what became of the tasks of one code base."""
    with TemporaryDirectory(prefix="flux-index-loop-") as scratch:
        root = Path(scratch) / "w"
        root.mkdir()
        shutil.copytree(folder, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        os.environ["XDG_CACHE_HOME"] = str(Path(scratch) / "cache")
        index = Index.open(str(root))
        try:
            workspace = OpenWorkspace(index, "touch")
            return [played(workspace, row) for row in rows]
        finally:
            index.close()


def played(workspace: OpenWorkspace, row: dict[str, Any]) -> dict[str, Any]:
    """Play one task with the loop, and judge what is written without it."""
    root = Path(workspace.index.workspace.root)
    before = {edit["file"]: (root / edit["file"]).read_bytes() for edit in row["edits"]}
    wrong = {path: mutated(text, path, row).decode() for path, text in before.items()}
    alone = [call(workspace, "validate", {"path": p, "text": t}) for p, t in wrong.items()]
    begun = call(workspace, "task.begin", {"text": f"Change `{row['scope']}`", "budget": 100})
    texts, tried = dict(wrong), set[str]()
    rounds, seconds, answer = 0, list[float](), dict[str, Any]()
    for number in range(1, _ROUNDS + 1):
        rounds = number
        if all(text.encode() == before.get(path) for path, text in texts.items()):
            answer = {"verdict": "accepted"}  # as it was before the mistake: nothing to write
            break
        edits = [{"path": path, "text": text} for path, text in texts.items()]
        at = time.thread_time()
        answer = call(workspace, "task.step", {"task": begun["task"], "step": "1", "edits": edits})
        seconds.append(time.thread_time() - at)
        if answer["verdict"] == "accepted" or "ended" in answer:
            break
        if not mend(texts, answer, tried, root):
            break
    result: dict[str, Any] = {
        "id": row["id"],
        "kind": row["kind"],
        "rounds": rounds,
        "seconds": seconds,
        "asked": sum(each["by"] == "user" for each in begun["questions"]),
        "valid": answer["verdict"] == "accepted",
        "right": False,
        "worse": False,
        "alone": not any(each["counts"]["error"] for each in alone),
    }
    if result["valid"]:
        result["right"] = all(
            meaning((root / path).read_bytes()) == meaning(text) for path, text in before.items()
        )
        left = call(workspace, "task.verify", {"task": begun["task"]})
        result["worse"] = left["verdict"] == "broken"
        if "token" in answer:
            call(workspace, "task.undo", {"token": answer["token"]})
    else:
        result["worse"] = any((root / path).read_bytes() != text for path, text in before.items())
    return result


def mutated(text: bytes, path: str, row: dict[str, Any]) -> bytes:
    """Return a file with the mistake in it."""
    for edit in sorted(row["edits"], key=lambda edit: -edit["start"]):
        if edit["file"] == path:
            text = text[: edit["start"]] + edit["text"].encode() + text[edit["end"] :]
    return text


def mend(texts: dict[str, str], answer: Any, tried: set[str], root: Path) -> bool:
    """Do what an answer says about its first errors; False when it says nothing new."""
    for finding in answer["findings"]:
        if finding["severity"] != "error":
            continue
        for fix in finding["fixes"]:
            key = f"{finding['id']} {fix['title']}"
            if key not in tried:
                tried.add(key)
                replace(texts, fix["edits"], root)
                return True
        for near in finding["nearest"]:
            key = f"{finding['id']} {near['name']}"
            if key not in tried and finding["path"] in texts:
                tried.add(key)
                name = near["name"].rpartition(".")[2]
                edit = {"path": finding["path"], "range": finding["range"], "text": name}
                replace(texts, [edit], root)
                return True
    return False


def replace(texts: dict[str, str], edits: list[Any], root: Path) -> None:
    """Make edits as answers describe them."""
    for edit in sorted(edits, key=lambda one: str(one["range"]["start"]), reverse=True):
        path = edit["path"]
        text = texts[path] if path in texts else (root / path).read_text()
        lines = text.splitlines(keepends=True) or [""]
        start, end = (offset(lines, edit["range"][each]) for each in ("start", "end"))
        texts[path] = text[:start] + edit["text"] + text[end:]


def offset(lines: list[str], at: dict[str, int]) -> int:
    """Return the place in a text of a zero-based line and UTF-16 character."""
    line = lines[at["line"]] if at["line"] < len(lines) else ""
    before = line.encode("utf-16-le")[: 2 * at["character"]].decode("utf-16-le", "ignore")
    return sum(map(len, lines[: at["line"]])) + len(before)


def meaning(text: bytes) -> str:
    """Return a file without its layout and comments."""
    try:
        return ast.dump(ast.parse(text))
    except SyntaxError:
        return text.decode("utf-8", "replace")


def summary(results: list[dict[str, Any]]) -> str:
    """Return the figures."""
    count = len(results)
    total = {
        key: sum(each[key] for each in results) for key in ("alone", "valid", "right", "worse")
    }
    rounds = Counter(each["rounds"] for each in results if each["valid"])
    times = [each for one in results for each in one["seconds"]]
    kinds = Counter(each["kind"] for each in results if not each["valid"])
    lines = [
        f"{count} tasks with one mistake each",
        f"valid without the loop {total['alone']} ({total['alone'] / count:.0%}), "
        f"with it {total['valid']} ({total['valid'] / count:.0%}), of these as before the mistake "
        f"{total['right']}; trees left worse {total['worse']}",
        "rounds to valid: " + ", ".join(f"{n}: {rounds[n]}" for n in sorted(rounds)),
        f"questions for the user: {sum(each['asked'] for each in results) / count:.2f} a task",
        f"a step, s of CPU: p50 {quantile(times, 0.5):.2f}, p95 {quantile(times, 0.95):.2f}",
    ]
    if kinds:
        listed = ", ".join(f"{kind} {n}" for kind, n in kinds.most_common())
        lines.append(f"not valid in the end: {listed}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

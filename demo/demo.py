"""Shows flux-index at work on a code base: index it, ask it, judge an edit, see a live one.

python demo.py WORKSPACE

Everything is asked of the installed `flux-index` command, as a person or an agent would ask it. The
workspace gains its index folder and nothing else: the edit happens in a temporary copy.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

FLUX_INDEX = shutil.which("flux-index", path=str(Path(sys.executable).parent)) or "flux-index"
PROJECT = Path(__file__).resolve().parent.parent

# How many classes are weighed to pick one from, and how many lines of an answer are shown.
CANDIDATES = 12
SHOWN = 14
PATIENCE = 20  # After how many seconds an edit that is not seen counts as a failure.

ADDED = "greet_flux_index"
EDIT = f'\n\ndef {ADDED}(name: str) -> str:\n    """Added by the demo."""\n    return name\n'


def main() -> int:
    parser = argparse.ArgumentParser(description="Show flux-index at work on a code base.")
    parser.add_argument("workspace", nargs="?", type=Path, default=PROJECT)
    workspace = parser.parse_args().workspace.resolve()
    if not workspace.is_dir():
        parser.error(f"{workspace} is not a folder")
    if workspace == PROJECT:
        # The dependencies of this repository are installed next to the command itself.
        os.environ["VIRTUAL_ENV"] = sys.prefix

    show("index", at=workspace)
    show("query", "symbols", "", "--kind", "class", "--limit", "5", at=workspace)
    show("query", "status", at=workspace)
    print("\nLooking for a class that is used a lot, to ask about.", flush=True)
    subject = pick(workspace)
    if subject is None:
        print(f"\n{workspace} defines no class with a method: there is little to show.")
        return 0
    ask_one_of_each(workspace, subject)
    judge_an_edit(workspace, subject)
    return 0 if see_an_edit(workspace, subject) else 1


def ask_one_of_each(workspace: Path, subject: dict[str, str]) -> None:
    """Prints the answer to one query of each kind about `subject`, as a terminal shows it."""
    cls, method = subject["class"], subject["method"]
    bare = cls.rpartition(".")[2]
    questions = [("symbols", bare[: max(3, len(bare) // 2)])]
    questions += [(of, subject["path"]) for of in ("outline", "imports", "importers")]
    questions += [(of, cls) for of in ("definition", "members", "hierarchy", "references")]
    questions += [(of, method) for of in ("source", "callers", "callees", "exists")]
    # The mistake of a hurried author: almost the right name.
    questions += [("exists", method + "s")]
    questions += [("context", f"change what {bare} does"), ("patterns", cls), ("similar", cls)]
    for operation, target in questions:
        show("query", operation, target, at=workspace)
    show("query", "map", at=workspace)
    show("query", "conventions", at=workspace)


def judge_an_edit(workspace: Path, subject: dict[str, str]) -> None:
    """Judges a function that calls what does not exist, as if it were about to be written."""
    path = workspace / subject["path"]
    cls = subject["class"].rpartition(".")[2]
    method = subject["method"].rpartition(".")[2] + "s"
    edit = f"\n\ndef careless(given: {cls}) -> None:\n    given.{method}()\n"
    print(f"\nWhat if this were added to {subject['path']}?{edit}")
    proposed = path.read_text(encoding="utf-8", errors="replace") + edit
    show("validate", "--stdin", "--path", subject["path"], at=workspace, stdin=proposed)


def pick(workspace: Path) -> dict[str, str] | None:
    """Finds the most referenced of the first classes, and a method of it, to ask about."""
    classes = ask("symbols", "", "--kind", "class", "--limit", str(CANDIDATES), at=workspace)
    ranked = sorted(
        classes["items"],
        key=lambda item: ask("references", item["name"], "--limit", "1", at=workspace)["total"],
        reverse=True,
    )
    for item in ranked:
        for member in ask("members", item["name"], at=workspace)["items"]:
            own = member["name"].removeprefix(item["name"] + ".")
            if member["kind"] == "method" and own != member["name"] and not own.startswith("_"):
                return {"class": item["name"], "method": member["name"], "path": item["path"]}
    return None


def see_an_edit(workspace: Path, subject: dict[str, str]) -> bool:
    """Adds a function to a copy of the workspace under a running watcher; says when it is seen."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / workspace.name
        shutil.copytree(workspace, copy, ignore=not_code, symlinks=True)
        print("\nThe same code in another folder, whose facts are already known:")
        show("index", at=copy)
        watcher = subprocess.Popen(
            [FLUX_INDEX, "watch"], cwd=copy, stdout=subprocess.PIPE, text=True
        )
        assert watcher.stdout is not None
        try:
            next((line for line in watcher.stdout if line.startswith("watching ")), None)
            with (copy / subject["path"]).open("a", encoding="utf-8") as file:
                file.write(EDIT)
            saved = time.monotonic()
            print(f"\nAdded {ADDED}() to {subject['path']} of the copy.")
            while not ask("symbols", ADDED, at=copy)["items"]:
                if time.monotonic() - saved > PATIENCE:
                    print(f"It was not seen in {PATIENCE} s.")
                    return False
            took = 1000 * (time.monotonic() - saved)
            print(f"Seen {took:.0f} ms later by a newly started query.")
            show("query", "source", ADDED, at=copy)
        finally:
            watcher.terminate()
            watcher.wait()
    return True


def not_code(folder: str, names: list[str]) -> list[str]:
    """Chooses what the copy leaves out: environments, hidden folders, and all that is no Python."""
    kept = (".py", ".pyi", ".toml", ".cfg", ".gitignore")

    def is_code(path: Path) -> bool:
        if path.is_symlink() or path.name == "node_modules":
            return False
        if path.is_dir():
            return not path.name.startswith(".") and not (path / "pyvenv.cfg").exists()
        return path.name.endswith(kept) and path.is_file()

    return [name for name in names if not is_code(Path(folder, name))]


def ask(operation: str, *arguments: str, at: Path) -> dict[str, Any]:
    """Returns a query's answer as programs get it."""
    command = [FLUX_INDEX, "query", operation, *arguments, "--json"]
    result = subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)
    # 0 is found and 1 is nothing found; anything else is an error, told on standard error.
    if result.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}\n{result.stderr}")
    return json.loads(result.stdout)


def show(*arguments: str, at: Path, stdin: str | None = None) -> None:
    """Runs a command, prints the head of its answer and how long the whole process took.

    ``stdin`` is what it reads from standard input.
    """
    print(f"\n$ flux-index {shlex.join(arguments)}", flush=True)
    started = time.perf_counter()
    command = [FLUX_INDEX, *arguments]
    # What it says beside its answer, such as how far it is, is seen at once.
    result = subprocess.run(
        command, cwd=at, stdout=subprocess.PIPE, text=True, check=False, input=stdin
    )
    took = time.perf_counter() - started
    lines = result.stdout.rstrip().splitlines()
    print("\n".join(lines[:SHOWN]))
    if len(lines) > SHOWN:
        print(f"... {len(lines) - SHOWN} more lines")
    print(f"({1000 * took:.0f} ms)", flush=True)
    if result.returncode not in (0, 1):
        sys.exit(result.returncode)


if __name__ == "__main__":
    sys.exit(main())

"""Suggestions: how many of planted ones are found, what history deleted, and what deleting breaks.

    python suggest.py planted ROOT… [--each 10] [--env FOLDER]
    python suggest.py history REPOSITORY… [--each 6] [--commits 1500] [--peers FOLDER]
    python suggest.py deletions ROOT… --env FOLDER [--grade certain]
    python suggest.py first ROOT… [--grade certain] [--kind dead-code]
    python suggest.py speed ROOT…

`planted` puts mistakes into a copy of a code base, each by construction what a suggestion is about:
a copied function whose variables have other names, a private function that nothing uses, a method
that only a test calls, two modules that import each other, a parameter that three calls pass on.
`history` looks for functions that a commit took away without touching a line that names them, and
with them the last definition of that name, and asks at the commit before; `--peers` is a folder
with `vulture`, `deadcode` and `skylos`, which are asked the same. `deletions` applies each
suggestion of dead code to a copy and runs the tests there, with the interpreter of `--env`, those
that fail again. `first` lists what is shown first, to be read.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.indexer.index import Index

_SEED = 2026
_GRADES = ("certain", "likely", "look")
_MANY = 100_000


def main() -> int:
    """Measure and print figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=("planted", "history", "deletions", "first", "speed"))
    parser.add_argument("roots", type=Path, nargs="+")
    parser.add_argument("--each", type=int, default=6)
    parser.add_argument("--commits", type=int, default=1_500)
    parser.add_argument("--env", default="")
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--grade", default="certain", choices=_GRADES)
    parser.add_argument("--kind", default="dead-code")
    options = parser.parse_args()
    if options.env:
        os.environ["VIRTUAL_ENV"] = options.env
    measure: Callable[[Path, argparse.Namespace], None] = {
        "planted": planted, "history": history, "deletions": deletions, "first": first,
        "speed": speed,
    }[options.what]  # fmt: skip
    for root in options.roots:
        with TemporaryDirectory(prefix="flux-index-suggest-") as scratch:
            os.environ["XDG_CACHE_HOME"] = str(Path(scratch) / "cache")
            options.scratch = Path(scratch)
            measure(root, options)
            sys.stdout.flush()
    return 0


def suggestions(root: Path, **asked: Any) -> list[dict[str, Any]]:
    """Return all suggestions about a code base, indexed before."""
    index = Index.open(str(root))
    try:
        if index.become_writer():
            index.build()
        asked = {"grade": "look", "limit": _MANY, **asked}
        return list(call(OpenWorkspace(index, "touch"), "suggest", asked)["items"])
    finally:
        index.close()


def copied(root: Path, options: argparse.Namespace, name: str = "w") -> Path:
    """Return a copy of a code base."""
    ignored = shutil.ignore_patterns("__pycache__", ".git", ".flux-index", "node_modules")
    return Path(shutil.copytree(root, options.scratch / name / root.name, ignore=ignored))


def first(root: Path, options: argparse.Namespace) -> None:
    """Print the first ten."""
    found = suggestions(copied(root, options), grade=options.grade, kinds=[options.kind], limit=10)
    for item in found:
        line = item["symbol"]["range"]["start"]["line"] + 1
        print(root.name, item["grade"], f"{item['symbol']['path']}:{line}", item["title"], sep="\t")


def speed(root: Path, options: argparse.Namespace) -> None:
    """Print what finding all suggestions costs, indexed and not."""
    copy = copied(root, options)
    began = time.process_time(), time.perf_counter()
    found = suggestions(copy)
    spent = time.process_time() - began[0], time.perf_counter() - began[1]
    again = time.process_time()
    suggestions(copy)
    files = sum(1 for _ in copy.rglob("*.py"))
    print(
        f"{root.name}: {files} files, {len(found)} suggestions: {spent[0]:.1f} s of CPU with "
        f"indexing ({spent[1]:.1f} s), {time.process_time() - again:.1f} s without"
    )


# Planted.


def planted(root: Path, options: argparse.Namespace) -> None:
    """Print how many planted mistakes are found, by kind and grade."""
    copy = copied(root, options)
    chance = random.Random(_SEED)
    wanted: list[tuple[str, str, str]] = []
    for number in range(options.each):
        for kind, plant in _PLANTS.items():
            name = plant(copy, chance, number)
            if name:
                wanted.append((kind, _KINDS[kind], name))
    found = suggestions(copy)
    rows: dict[str, Counter[str]] = {kind: Counter() for kind in _PLANTS}
    for kind, of, name in wanted:
        grades = [item["grade"] for item in found if item["kind"] == of and _is_about(item, name)]
        rows[kind][min(grades, key=_GRADES.index) if grades else "missed"] += 1
    for kind, row in rows.items():
        hits = sum(row[grade] for grade in _GRADES)
        shown = ", ".join(f"{row[grade]} {grade}" for grade in _GRADES if row[grade])
        print(f"{root.name}\t{kind}\t{hits} of {hits + row['missed']}\t{shown}")


def _is_about(item: dict[str, Any], name: str) -> bool:
    about = [item["title"], *item["evidence"], *(each["name"] for each in item["others"])]
    return any(re.search(rf"\b{name}\b", text) for text in about)


def _modules(copy: Path) -> list[Path]:
    """Return the modules of packages that are no tests, of some size."""
    return [
        path
        for path in sorted(copy.rglob("*.py"))
        if (path.parent / "__init__.py").exists()
        and not re.search(r"(^|/)(tests?|docs|examples?)(/|$)", str(path.relative_to(copy).parent))
        and not path.name.startswith(("test_", "__", "conftest"))
        and path.stat().st_size > 800
    ]


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + "\n\n\n" + text)


def _plant_copy(copy: Path, chance: random.Random, number: int) -> str:
    modules = _modules(copy)
    for _ in range(200):
        source = chance.choice(modules).read_text(encoding="utf-8")
        functions = [
            node
            for node in ast.parse(source).body
            if isinstance(node, ast.FunctionDef) and len(ast.dump(node)) > 1_200
            and not node.decorator_list and len(node.body) > 2
        ]  # fmt: skip
        if functions:
            node = chance.choice(functions)
            text = _renamed(source, node, f"planted_copy_{number}")
            _append(chance.choice(modules), text)
            return f"planted_copy_{number}"
    return ""


def _renamed(source: str, node: ast.FunctionDef, name: str) -> str:
    """Return the text of a function under another name, its variables renamed."""
    local = {arg.arg for arg in (*node.args.args, *node.args.kwonlyargs)}
    local |= {
        each.id for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }  # fmt: skip
    places: list[tuple[int, int, str]] = []
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id in local:
            places.append((each.lineno, each.col_offset, each.id))
        elif isinstance(each, ast.arg) and each.arg in local:
            places.append((each.lineno, each.col_offset, each.arg))
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    for line, column, old in sorted(set(places), reverse=True):
        text = lines[line - 1]
        if text[column : column + len(old.encode())] == old.encode():  # not within an f-string
            new = f"{old}_x".encode()
            lines[line - 1] = text[:column] + new + text[column + len(old.encode()) :]
    text = b"".join(lines[node.lineno - 1 : node.end_lineno]).decode()
    return text.replace(f"def {node.name}(", f"def {name}(", 1)


def _plant_unused(copy: Path, chance: random.Random, number: int) -> str:
    name = f"_planted_unused_{number}"
    path = chance.choice(_modules(copy))
    _append(path, f"def {name}(value):\n    return str(value).strip() * {number + 2}\n")
    return name


def _plant_method(copy: Path, chance: random.Random, number: int) -> str:
    name = f"{'_' if number % 2 else ''}planted_method_{number}"
    for _ in range(200):
        path = chance.choice(_modules(copy))
        source = path.read_text(encoding="utf-8")
        classes = [
            node for node in ast.parse(source).body
            if isinstance(node, ast.ClassDef) and isinstance(node.body[-1], ast.FunctionDef)
            and node.body[-1].col_offset == 4
        ]  # fmt: skip
        if not classes:
            continue
        cls = chance.choice(classes)
        lines = source.splitlines(keepends=True)
        lines.insert(cls.end_lineno or 0, f"\n    def {name}(self):\n        return {number}\n")
        path.write_text("".join(lines), encoding="utf-8")
        tests = copy / "tests"
        tests.mkdir(exist_ok=True)
        module = ".".join(path.relative_to(copy).with_suffix("").parts).removeprefix("src.")
        (tests / f"test_planted_{number}.py").write_text(
            f"from {module} import {cls.name}\n\n\ndef test_it():\n"
            f"    assert {cls.name}().{name}() == {number}\n"
        )
        return name
    return ""


def _plant_cycle(copy: Path, chance: random.Random, number: int) -> str:
    package = chance.choice(_modules(copy)).parent
    one, other = (f"planted_cycle_{number}_{end}" for end in "ab")
    (package / f"{one}.py").write_text(
        f"from .{other} import weigh\n\n\ndef measure(box):\n    return weigh(box) * 2\n"
    )
    (package / f"{other}.py").write_text(
        f"from .{one} import measure\n\n\ndef weigh(box):\n    return box or measure(box)\n"
    )
    return one


def _plant_passed(copy: Path, chance: random.Random, number: int) -> str:
    path = chance.choice(_modules(copy))
    names = [f"planted_pass_{number}_{end}" for end in "abcd"]
    text = "".join(
        f"def {name}(value, option):\n    value = str(value).strip()\n"
        f"    return {following}(value, option) + '{name}'\n\n\n"
        for name, following in pairwise(names)
    )
    _append(path, f"{text}def {names[-1]}(value, option):\n    return value if option else ''\n")
    return names[0]


_PLANTS: dict[str, Callable[[Path, random.Random, int], str]] = {
    "copied function": _plant_copy,
    "unused private function": _plant_unused,
    "method that only tests call": _plant_method,
    "import cycle": _plant_cycle,
    "parameter passed on": _plant_passed,
}
_KINDS = {
    "copied function": "clones",
    "unused private function": "dead-code",
    "method that only tests call": "dead-code",
    "import cycle": "import-cycles",
    "parameter passed on": "passed-through",
}


# History.


def history(root: Path, options: argparse.Namespace) -> None:
    """Print who names functions that a later commit took away, at the commit before."""
    cases = list(_deleted(root, options))[: options.each]
    hits: Counter[str] = Counter()
    for number, (parent, path, name) in enumerate(cases):
        tree = options.scratch / f"t{number}"
        tree.mkdir()
        archive = subprocess.run(
            ["git", "-C", root, "archive", parent], capture_output=True, check=True
        ).stdout
        subprocess.run(["tar", "x", "-C", tree], input=archive, check=True)
        found = [
            item["grade"]
            for item in suggestions(tree, kinds=["dead-code"])
            if re.search(rf"\b{name}\b", item["title"]) or _takes(tree, item, path, name)
        ]
        hits[f"flux-index, {min(found, key=_GRADES.index) if found else 'missed'}"] += 1
        hits["flux-index"] += bool(found)
        for peer, names in _peers(options.peers, tree):
            hits[peer] += name in names
        print(f"  {root.parent.name} {parent[:10]} {path} {name}: {found or 'missed'}")
        shutil.rmtree(tree)
    shown = ", ".join(f"{who} {count}" for who, count in sorted(hits.items()))
    print(f"{root.parent.name}: {len(cases)} functions: {shown}")


def _deleted(root: Path, options: argparse.Namespace) -> Iterator[tuple[str, str, str]]:
    """Yield (commit before, path, name) of functions that went without a line that names them."""
    git = ["git", "-C", str(root)]
    listed = subprocess.run(
        [*git, "log", "--no-merges", f"-{options.commits}", "--format=%H"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    for commit in listed:
        diff = subprocess.run(
            [*git, "show", "--format=", "-U0", "--no-renames", commit, "--", "*.py"],
            capture_output=True, text=True, check=False, errors="replace",
        ).stdout  # fmt: skip
        if len(diff) > 200_000:
            continue
        path, removed, changed = "", list[tuple[str, str]](), list[str]()
        for line in diff.splitlines():
            if line.startswith("--- a/"):
                path = line[6:]
            elif line[:1] in "+-" and not line.startswith(("---", "+++")):
                changed.append(line)
                match = re.match(r"-(\s*)(?:async )?def (\w+)\(", line)
                if match and not re.search(r"(^|/)tests?(/|_)|conftest", path):
                    removed.append((path, match[2]))
        for path, name in removed:
            naming = [line for line in changed if re.search(rf"\b{name}\b", line)]
            is_special = name.startswith(("__", "test"))
            if len(naming) != 1 or is_special:
                continue
            left = subprocess.run(
                [*git, "grep", "-qwE", f"def {name}", commit, "--", "*.py"], check=False,
                capture_output=True,
            )  # fmt: skip
            if left.returncode:  # what still has the name elsewhere was an override of it
                yield f"{commit}~1", path, name
                break  # one of each commit


def _takes(tree: Path, item: dict[str, Any], path: str, name: str) -> bool:
    """True if applying a suggestion takes a function away, as a part of something."""
    if item["symbol"]["path"] != path or not item["applies"]:
        return False
    (whole,) = suggestions(tree, ids=[item["id"]])
    return any(re.search(rf"(?m)^-.*def {name}\(", edit["diff"]) for edit in whole["edits"])


def _peers(folder: Path | None, tree: Path) -> Iterator[tuple[str, set[str]]]:
    """Yield what other tools call unused."""
    if folder is None:
        return
    commands = {
        "vulture": ["vulture", "--exclude", "*/.venv/*", "."],
        "deadcode": ["deadcode", ".", "--no-color"],
        "skylos": ["skylos", ".", "--json", "--confidence", "0"],
    }
    for peer, command in commands.items():
        try:
            done = subprocess.run(
                [folder / command[0], *command[1:]], cwd=tree, capture_output=True, text=True,
                timeout=120, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            yield peer, set()
            continue
        if peer == "skylos":
            try:
                answer = json.loads(done.stdout[done.stdout.index("{") :])
            except ValueError:
                yield peer, set()
                continue
            items = [*answer.get("unused_functions", ()), *answer.get("unused_methods", ())]
            yield peer, {str(item.get("name", "")).rpartition(".")[2] for item in items}
        else:
            yield peer, set(re.findall(r"[`'](?:\w+\.)*(\w+)[`']", done.stdout))


# Deletions.


def deletions(root: Path, options: argparse.Namespace) -> None:
    """Print whether the tests of a code base pass after each suggestion is applied alone."""
    python = str(Path(options.env) / "bin" / "python")
    base = copied(root, options, "base")
    before = _tests(base, python)
    print(f"{root.name}: {len(before)} tests fail as it is", flush=True)
    found = suggestions(base, grade=options.grade, kinds=["dead-code"])
    for number, item in enumerate(found):
        if not item["applies"]:
            continue
        copy = copied(root, options, f"d{number}")
        outcome = _applied(copy, item["id"])
        broken = _tests(copy, python) - before if outcome == "accepted" else frozenset[str]()
        told = ", ".join(sorted(broken)) or "as before"
        print(f"{root.name}\t{item['grade']}\t{item['title']}\t{outcome}\t{told}", flush=True)
        shutil.rmtree(copy)


def _applied(copy: Path, id_: str) -> str:
    index = Index.open(str(copy))
    try:
        workspace = OpenWorkspace(index, "touch")
        item = call(workspace, "suggest", {"ids": [id_]})["items"][0]
        task = call(workspace, "task.begin", {"text": item["title"]})["task"]
        step = {"task": task, "step": "1", "edits": item["edits"]}
        return str(call(workspace, "task.step", step)["verdict"])
    finally:
        index.close()


def _tests(copy: Path, python: str) -> frozenset[str]:
    """Return the tests that fail each time: some fail now and then on a busy machine."""
    failed = _failing(copy, python, ["tests"])
    for _ in range(3):
        if failed:
            failed &= _failing(copy, python, sorted(failed))
    return frozenset(failed)


def _failing(copy: Path, python: str, tests: list[str]) -> set[str]:
    paths = [str(copy / "src"), str(copy)]
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", *tests],
        cwd=copy, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )  # fmt: skip
    if done.returncode not in (0, 1):
        return {done.stdout[-300:] or done.stderr[-300:]}
    return set(re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE))


if __name__ == "__main__":
    sys.exit(main())

"""Definitions and callers, judged by what each call really called while the tests of a package ran.

    python runtime.py FOLDER [--python PYTHON] [--sites N] [--callers N]
                      [--trace FILE] [--misses] [-- COMMAND …]

FOLDER is a checkout with tests, PYTHON one that has what they need (``python -m pytest -q`` runs,
unless there is a COMMAND behind ``--``). While they run, every call of a Python function or class
is noted with the place of the call, in the files of FOLDER but its tests. Then ``definition`` is
asked at each of these places, or at N of them drawn at random, and ``callers`` of N functions.

``right``: a function that was called is among the answers (for a class: it, or its constructor).
``family``: not so, but all answers are methods of that name, as of a base. ``wrong``: other
answers. ``none``: no answer. Places are counted by what stands before the dot, as it is written.
Left out are generators, names that are another's (callbacks), and what C code calls.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import subprocess
import sys
from collections import Counter
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from tasks import is_test

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TRACER = """
import atexit, dis, json, os, sys, threading

FOLDER, OUTPUT = os.environ["TRACED_FOLDER"], os.environ["TRACE_OUTPUT"]
SKIPPED = 0x20 | 0x80 | 0x200  # generators and coroutines: resumed by others than who calls them
seen, calls = set(), {}

def is_call(code, at):
    key = code, at
    if key not in calls:
        # The last instruction may be noted as one of the entries of its cache, which follow it.
        before = [each.opname for each in dis.get_instructions(code) if each.offset <= at]
        calls[key] = before[-1:] != [] and before[-1].startswith(("CALL", "PRECALL"))
    return calls[key]

def profile(frame, event, argument):
    if event != "call":
        return
    caller, code = frame.f_back, frame.f_code
    if caller is None or code.co_flags & SKIPPED:
        return
    key = caller.f_code, caller.f_lasti, code
    if key in seen:
        return
    seen.add(key)
    if not caller.f_code.co_filename.startswith(FOLDER):
        seen.discard(key) if len(seen) > 1_000_000 else None

def write():
    sys.setprofile(None)
    with open(f"{OUTPUT}/{os.getpid()}.jsonl", "w") as file:
        for caller, at, code in seen:
            if caller.co_filename.startswith(FOLDER) and is_call(caller, at):
                place = list(caller.co_positions())[at // 2]
                row = [caller.co_filename, *place, code.co_filename, code.co_firstlineno,
                       code.co_name, code.co_qualname]
                file.write(json.dumps(row) + "\\n")

atexit.register(write)
threading.setprofile(profile)
sys.setprofile(profile)
"""
"""What Python runs first, with every ``call`` event: who called whom, and where."""


class Site(NamedTuple):
    """A call: its file, and the name that is called, by line from 0 and by column."""

    path: str
    line: int
    column: int
    receiver: str


Target = tuple[str, int, str]
"""Where a function is defined, by its first line from 1, and its qualified name."""


def trace(folder: str, command: list[str]) -> list[list[Any]]:
    """Run tests under the tracer; returns a row for each place and what it called."""
    with TemporaryDirectory() as work:
        Path(work, "sitecustomize.py").write_text(TRACER, encoding="utf-8")
        output = Path(work, "out")
        output.mkdir()
        known = os.environ.get("PYTHONPATH", "")
        env = {**os.environ, "TRACED_FOLDER": folder + os.sep, "TRACE_OUTPUT": str(output),
               "PYTHONPATH": os.pathsep.join(filter(None, [work, known]))}  # fmt: skip
        subprocess.run(command, cwd=folder, env=env, check=False, stdout=sys.stderr)
        return [
            json.loads(line)
            for file in output.iterdir()
            for line in file.read_text(encoding="utf-8").splitlines()
        ]


class Source:
    """A file: its calls by their places, and its definitions by their first lines."""

    def __init__(self, path: str) -> None:
        """``path`` is absolute."""
        self.text = Path(path).read_bytes()
        self.lines = self.text.split(b"\n")
        self.tree = ast.parse(self.text)

    @cached_property
    def calls(self) -> dict[tuple[int, int, int, int], tuple[ast.Call, ast.AST | None]]:
        """Calls with the function that each is written in."""
        found: dict[tuple[int, int, int, int], tuple[ast.Call, ast.AST | None]] = {}
        todo: list[tuple[ast.AST, ast.AST | None]] = [(self.tree, None)]
        while todo:
            node, around = todo.pop()
            if isinstance(node, ast.Call):
                end = node.end_lineno or 0, node.end_col_offset or 0
                found[node.lineno, end[0], node.col_offset, end[1]] = node, around
            inside = node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else around
            todo += [(child, inside) for child in ast.iter_child_nodes(node)]
        return found

    @cached_property
    def definitions(self) -> dict[int, tuple[int, str]]:
        """Line of the name, and the name, of each definition by its first line."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        return {
            min([node.lineno, *(each.lineno for each in node.decorator_list)]): (
                node.lineno,
                node.name,
            )
            for node in ast.walk(self.tree)
            if isinstance(node, kinds)
        }

    @cached_property
    def classes(self) -> dict[int, int]:
        """Line of the class of each method, by the line of the method's name."""
        return {
            method.lineno: node.lineno
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ClassDef)
            for method in node.body
            if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef))
        }

    def token(self, call: ast.Call) -> tuple[str, int, int]:
        """The name that a call calls, its line from 0, and its column in UTF-16."""
        node = call.func
        name = node.attr if isinstance(node, ast.Attribute) else ast.unparse(node)
        line, column = (node.end_lineno or 1) - 1, (node.end_col_offset or 0) - len(name.encode())
        before = self.lines[line][:column].decode("utf-8", "replace")
        return name, line, len(before.encode("utf-16-le")) // 2


_FROM = {
    ast.Call: "call result", ast.Subscript: "subscript", ast.Attribute: "attribute chain",
}  # fmt: skip


def receiver_of(call: ast.Call, around: ast.AST | None) -> str:
    """What a call's function is read from, as it is written."""
    if not isinstance(call.func, ast.Attribute):
        return "bare name"
    value = call.func.value
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "super":
        return "super"
    if not isinstance(value, ast.Name):
        return _FROM.get(type(value), "other")
    if value.id in ("self", "cls"):
        return "self"
    if not isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return "global"
    given = around.args
    for each in (*given.posonlyargs, *given.args, *given.kwonlyargs):
        if each.arg == value.id:
            return "typed" if each.annotation else "untyped parameter"
    for node in ast.walk(around):
        match node:
            case ast.For(target=ast.Name(id=name)) if name == value.id:
                return "loop variable"
            case ast.Assign(targets=[ast.Name(id=name)], value=assigned) if name == value.id:
                made = isinstance(assigned, ast.Call) and ast.unparse(assigned.func)
                is_class = bool(made) and str(made).rpartition(".")[2][:1].isupper()
                return "typed" if is_class else _FROM.get(type(assigned), "other")
            case ast.AnnAssign(target=ast.Name(id=name)) if name == value.id:
                return "typed"
    return "global"


UNTYPED = ("untyped parameter", "attribute chain", "call result", "loop variable", "subscript")
"""Receivers of which nothing in the same function tells the type."""


class Observed:
    """What was called at which place."""

    def __init__(self, folder: str, rows: Iterable[list[Any]]) -> None:
        """``rows`` are what :func:`trace` returns."""
        self.folder = folder
        self.sources: dict[str, Source | None] = {}
        self.called: dict[Site, set[Target]] = {}
        for path, line, end, column, last, target, first, name, qualified in rows:
            relative = os.path.relpath(path, folder)
            if is_test(relative) or relative.startswith(".."):
                continue
            source, callee = self.source(path), self.source(target)
            found = source and source.calls.get((line, end, column, last))
            if not source or not found or not callee or is_test(os.path.relpath(target, folder)):
                continue
            token, at, where = source.token(found[0])
            defined = callee.definitions.get(first)
            if defined is None or defined[1] != name:
                continue  # a lambda, a comprehension, a module
            is_constructor = name in ("__init__", "__new__", "__call__")
            class_name = qualified.rpartition(".")[0].rpartition(".")[2]
            if token != (class_name if is_constructor and name != "__call__" else name):
                continue
            site = Site(relative, at, where, receiver_of(*found))
            self.called.setdefault(site, set()).add((target, defined[0], qualified))

    def source(self, path: str) -> Source | None:
        """A file, parsed once; None for what is none."""
        if path not in self.sources:
            try:
                self.sources[path] = Source(path)
            except (OSError, SyntaxError, ValueError):
                self.sources[path] = None
        return self.sources[path]

    def outcome(self, site: Site, answers: list[tuple[str, int, str]]) -> str:
        """What is to be said of answers: paths, lines from 1, and names."""
        if not answers:
            return "none"
        right: set[tuple[str, int]] = set()
        names: set[str] = set()
        for path, line, qualified in self.called[site]:
            real = os.path.realpath(path)
            right.add((real, line))
            names.add(qualified.rpartition(".")[2])
            source = self.source(path)
            if names & {"__init__", "__new__"} and source and line in source.classes:
                right.add((real, source.classes[line]))
        if any((os.path.realpath(path), line) in right for path, line, _ in answers):
            return "right"
        if all(path.endswith(".pyi") for path, _, _ in answers):  # a stub for the source that ran
            constructed = {each[2].split(".")[-2] for each in self.called[site] if "." in each[2]}
            return (
                "right"
                if names & {name for _, _, name in answers}
                or constructed & {name for _, _, name in answers}
                else "wrong"
            )
        return "family" if all(name in names for _, _, name in answers) else "wrong"


def places(answer: dict[str, Any], root: str) -> Iterator[tuple[str, int, str]]:
    """Paths, lines from 1, and last names of the items of an answer."""
    groups = answer["items"]
    for each in (item for group in groups for item in group.get("references", [group])):
        name = str(each.get("name", "")).rpartition(".")[2]
        yield os.path.join(root, each["path"]), each["range"]["start"]["line"] + 1, name


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=os.path.realpath)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--sites", type=int, default=400, help="most places that are asked")
    parser.add_argument("--callers", type=int, default=50, help="functions whose callers are asked")
    parser.add_argument("--trace", help="read what was called from this file, or write it there")
    parser.add_argument("--misses", action="store_true", help="show what is not right")
    given = sys.argv[1:]
    at = given.index("--") if "--" in given else len(given)
    arguments, command = parser.parse_args(given[:at]), given[at + 1 :]
    folder = str(arguments.folder)
    if arguments.trace and os.path.exists(arguments.trace):
        rows = json.loads(Path(arguments.trace).read_text(encoding="utf-8"))
    else:
        rows = trace(folder, command or [arguments.python, "-m", "pytest", "-q"])
        if arguments.trace:
            Path(arguments.trace).write_text(json.dumps(rows), encoding="utf-8")
    observed = Observed(folder, rows)
    print(table(observed, arguments.sites, arguments.callers, show=bool(arguments.misses)))


def table(observed: Observed, most: int, functions: int, *, show: bool = False) -> str:
    """Ask for definitions and callers; returns figures as Markdown."""
    from flux_index.api.open_workspace import OpenWorkspace
    from flux_index.api.operations import table as operations
    from flux_index.indexer.index import Index

    chosen = random.Random(1)
    counts: dict[str, Counter[str]] = {}
    with TemporaryDirectory() as kept:
        session = OpenWorkspace(Index.open(observed.folder, cache_dir=kept), "touch")
        root = session.index.workspace.root
        sites = sorted(observed.called)
        for site in chosen.sample(sites, min(most, len(sites))):
            where = {"path": os.path.relpath(os.path.join(observed.folder, site.path), root),
                     "line": site.line, "character": site.column}  # fmt: skip
            answer = operations.call(session, "definition", where)
            outcome = observed.outcome(site, list(places(dict(answer), root)))
            counts.setdefault(site.receiver, Counter())[outcome] += 1
            if show and outcome != "right":
                called = ", ".join(sorted(each[2] for each in observed.called[site]))
                print(f"{outcome} {site.path}:{site.line + 1}:{site.column + 1} {called}")
        by_function: dict[Target, set[tuple[str, int]]] = {}
        for site, targets in observed.called.items():
            for each in targets:
                if each[0].startswith(observed.folder):
                    by_function.setdefault(each, set()).add((site.path, site.line + 1))
        found = wanted = 0
        asked = sorted(by_function)
        for path, line, qualified in chosen.sample(asked, min(functions, len(asked))):
            source = observed.source(path)
            text = source.lines[line - 1].decode("utf-8", "replace") if source else ""
            where = {"path": os.path.relpath(path, root), "line": line - 1,
                     "character": text.find(qualified.rpartition(".")[2])}  # fmt: skip
            answer = operations.call(session, "references", {**where, "textual": False})
            listed = {(os.path.relpath(each, observed.folder), at)
                      for each, at, _ in places(dict(answer), root)}  # fmt: skip
            expected = by_function[path, line, qualified]
            wanted += len(expected)
            found += len(expected & listed)
        session.index.close()
    outcomes = ("right", "family", "wrong", "none")
    lines = [f"| receiver | places | {' | '.join(outcomes)} |", "|---" * 6 + "|"]
    groups = [(each, [each]) for each in sorted(counts)]
    groups += [("untyped", list(UNTYPED)), ("all", list(counts))]
    for name, members in groups:
        total = sum((counts.get(each, Counter()) for each in members), Counter[str]())
        number = max(total.total(), 1)
        cells = " | ".join(f"{100 * total[each] / number:.0f} %" for each in outcomes)
        lines.append(f"| {name} | {total.total()} | {cells} |")
    share = f"{100 * found / wanted:.0f} %" if wanted else "-"
    return "\n".join([*lines, "", f"observed calls that references list: {share} of {wanted}"])


if __name__ == "__main__":
    main()

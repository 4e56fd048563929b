"""What calls really call while a package's own tests run, and whether definition leads there.

    python runtime.py trace PACKAGE RECORDS -- pytest -q tests
    python runtime.py score PACKAGE RECORDS [--sites 400] [--seed 1] [--misses]

``PACKAGE`` is the folder of the package's code, in its workspace; the command runs where this is
run, with the interpreter that has the package's dependencies. Its processes note, for each call of
the package's code that runs Python code, where it is written and what was entered. Nothing is
changed in the package, and no checker's opinion counts: only what ran. Generators and coroutines
are entered elsewhere than they are called, so they are left out, as is what C code calls.

Of the sites, as many as are asked for are drawn by chance, and the answers are counted by what is
written before the name: ``right`` leads to what was entered at this place or to the class that was
made, ``family`` to a method of the same name in another class, ``wrong`` elsewhere.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

    # File, line and column of the end of what is called, file and line and name of what ran.
    Record = tuple[str, int, int, str, int, str]

_FOLDER, _RECORDS = "FLUX_RUNTIME_PACKAGE", "FLUX_RUNTIME_RECORDS"
# Code whose frames begin when somebody asks for the next value: `inspect.CO_GENERATOR` and so on.
_SUSPENDS = 0x20 | 0x80 | 0x200
_CONSTRUCTORS = ("__init__", "__new__")
_KINDS = ("parameter", "variable", "attribute", "call", "subscript")
_OUTCOMES = ("right", "family", "wrong", "none")


# Tracing


def install() -> None:
    """Note every call of the package's code in this process; called by ``sitecustomize``."""
    import atexit

    folder = os.environ[_FOLDER] + os.sep
    seen: set[Record] = set()
    places: dict[tuple[CodeType, int], tuple[int, int] | None] = {}

    def note(frame: FrameType, event: str, _: object) -> None:
        caller = frame.f_back
        if event != "call" or caller is None or frame.f_code.co_flags & _SUSPENDS:
            return
        path = caller.f_code.co_filename
        if not path.startswith(folder):
            return
        key = caller.f_code, caller.f_lasti
        if key not in places:
            places[key] = _end_of_call(*key)
        place = places[key]
        if place is not None:
            code = frame.f_code
            seen.add((path, *place, code.co_filename, code.co_firstlineno, code.co_qualname))

    def write() -> None:
        sys.setprofile(None)
        target = Path(os.environ[_RECORDS], f"{os.getpid()}.jsonl")
        target.write_text("".join(json.dumps(record) + "\n" for record in sorted(seen)))

    atexit.register(write)
    threading.setprofile(note)
    sys.setprofile(note)


def _end_of_call(code: CodeType, instruction: int) -> tuple[int, int] | None:
    """Return line and column, in bytes, of the end of the expression that runs, if it has one."""
    for number, (_, line, _, column) in enumerate(code.co_positions()):
        if number == instruction // 2:
            return (line, column) if line is not None and column is not None else None
    return None


def trace(package: Path, records: Path, command: list[str]) -> int:
    """Run a command whose Python processes note what the package's code calls."""
    records.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        source = f"import sys\nsys.path.append({str(Path(__file__).parent)!r})\n"
        source += "import runtime\nruntime.install()\n"
        Path(folder, "sitecustomize.py").write_text(source)
        paths = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH")]))
        environment = {
            **os.environ, "PYTHONPATH": paths, _FOLDER: str(package), _RECORDS: str(records),
        }  # fmt: skip
        if command[0] == "pytest":
            command = [sys.executable, "-m", *command]
        return subprocess.run(command, env=environment, check=False).returncode


# Sites


class Site:
    """A name that is called, what is written before it, and what ran there."""

    def __init__(self, path: str, line: int, column: int, name: str, kind: str) -> None:
        """``line`` counts from 1, ``column`` from 0 in bytes."""
        self.path, self.line, self.column, self.name, self.kind = path, line, column, name, kind
        self.ran: set[tuple[str, int, str]] = set()


def sites(records: Path) -> list[Site]:
    """Return the places where what ran has the name that is written there, or made its class."""
    ran: dict[tuple[str, int, int], set[tuple[str, int, str]]] = defaultdict(set)
    for path in sorted(records.glob("*.jsonl")):
        for text in path.read_text().splitlines():
            where, line, column, *what = json.loads(text)
            ran[where, line, column].add((what[0], what[1], what[2]))
    found: list[Site] = []
    for where in sorted({place[0] for place in ran}):
        for (line, column), site in _calls(where):
            for path, first, name in ran.get((where, line, column), ()):
                parts = name.split(".")
                made = parts[-1] in _CONSTRUCTORS and len(parts) > 1
                if parts[-2 if made and site.name != parts[-1] else -1] == site.name:
                    site.ran.add((path, first, name))
            if site.ran:
                found.append(site)
    return found


def _calls(path: str) -> Iterator[tuple[tuple[int, int], Site]]:
    """Yield the end of each call of a file, with the name that is called."""
    tree = ast.parse(Path(path).read_bytes())
    parameters: dict[ast.AST, set[str]] = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            named = {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}
            parameters.update(dict.fromkeys(ast.walk(function), named))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or node.end_lineno is None or node.end_col_offset is None:
            continue
        called = node.func
        end = node.end_lineno, node.end_col_offset
        if isinstance(called, ast.Name):
            yield end, Site(path, called.lineno, called.col_offset, called.id, "name")
        elif isinstance(called, ast.Attribute) and called.end_lineno and called.end_col_offset:
            column = called.end_col_offset - len(called.attr.encode())
            kind = _kind(called.value, parameters.get(node, set()))
            yield end, Site(path, called.end_lineno, column, called.attr, kind)


def _kind(receiver: ast.expr, parameters: set[str]) -> str:
    """Return what a receiver is, as far as its text tells."""
    if isinstance(receiver, ast.Name):
        if receiver.id in ("self", "cls"):
            return "self"
        return "parameter" if receiver.id in parameters else "variable"
    kinds = {ast.Attribute: "attribute", ast.Call: "call", ast.Subscript: "subscript"}
    return kinds.get(type(receiver), "other")


# Scoring


def score(package: Path, drawn: list[Site], *, misses: bool) -> dict[str, Counter[str]]:
    """Ask for the definition at each site, and count the answers by what is before the name."""
    from flux_index.api.open_workspace import OpenWorkspace
    from flux_index.api.operations import table

    command = [sys.executable, "-m", "flux_index.api.cli", "index", "--quiet"]
    subprocess.run(command, cwd=package, check=True)
    workspace = OpenWorkspace.open(str(package))
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    try:
        for site in drawn:
            where = {"path": site.path, "line": site.line - 1, "character": _character(site)}
            items = table.call(workspace, "definition", where)["items"]
            root = workspace.index.workspace.root
            outcome = _outcome(site, [_answer(item, root) for item in items if item["path"]])
            counts[site.kind][outcome] += 1
            if misses and outcome not in ("right", "family"):
                print(f"{outcome} {site.path}:{site.line}: {site.name} ran {sorted(site.ran)}")
    finally:
        workspace.index.close()
    return counts


def _character(site: Site) -> int:
    """Return the column of a site in UTF-16 code units."""
    written = Path(site.path).read_bytes().splitlines()[site.line - 1][: site.column]
    return len(written.decode().encode("utf-16-le")) // 2


def _answer(item: Any, root: str) -> tuple[str, int, str]:
    path = item["path"] if os.path.isabs(item["path"]) else os.path.join(root, item["path"])
    return os.path.realpath(path), item["range"]["start"]["line"] + 1, item["name"]


def _outcome(site: Site, answers: list[tuple[str, int, str]]) -> str:
    """Return how answers, as (file, line, dotted name), compare with what ran."""
    if not answers:
        return "none"
    for path, _, name in site.ran:
        owner = name.removesuffix("." + name.rpartition(".")[2])
        for file, _, told in answers:
            # The standard library is shown by its stubs.
            is_there = file == os.path.realpath(path) or file.endswith(".pyi")
            if is_there and _ends_with(told, (name, owner)):
                return "right"
    same = any(told.rpartition(".")[2] == site.name for _, _, told in answers)
    return "family" if same and site.kind != "name" else "wrong"


def _ends_with(told: str, names: tuple[str, ...]) -> bool:
    """True if a dotted name ends in one of these, which write local scopes as CPython does."""
    plain = [name.replace(".<locals>", "") for name in names]
    return any(told == name or told.endswith("." + name) for name in plain if name)


def main() -> int:
    """Trace, or score what was traced."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["trace", "score"])
    parser.add_argument("package", type=Path)
    parser.add_argument("records", type=Path)
    parser.add_argument("--sites", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--misses", action="store_true", help="print what is not right")
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    arguments = parser.parse_args(sys.argv[1:end])
    package, records = arguments.package.resolve(), arguments.records.resolve()
    if arguments.what == "trace":
        return trace(package, records, sys.argv[end + 1 :])
    found = sites(records)
    drawn = random.Random(arguments.seed).sample(found, min(arguments.sites, len(found)))
    with TemporaryDirectory(prefix="flux-index-runtime-") as cache:
        os.environ["FLUX_INDEX_CACHE_DIR"] = cache
        counts = score(package, drawn, misses=arguments.misses)
    counts["untyped"] = sum((counts[kind] for kind in _KINDS if kind in counts), Counter[str]())
    counts["all"] = sum(
        (each for kind, each in counts.items() if kind != "untyped"), Counter[str]()
    )
    print(f"{len(found)} sites, {len(drawn)} drawn\n")
    print(f"| receiver | n | {' | '.join(_OUTCOMES)} |")
    print("|---|--:|--:|--:|--:|--:|")
    for kind, each in counts.items():
        total = max(each.total(), 1)
        shares = (f"{100 * each[word] / total:.0f}" for word in _OUTCOMES)
        print(f"| {kind} | {each.total()} | {' | '.join(shares)} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())

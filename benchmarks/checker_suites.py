"""What checkers expect in their own test suites, and whether we say it too.

    python checker_suites.py pylint|ty|pyflakes REPOSITORY [--half dev|kept] [--only WORD …]
                             [--rule NAME …] [--misses] [--false]

REPOSITORY is a clone, with or without files: of pylint (``tests/functional``), of ruff (ty's
``mdtest``) or of pyflakes (``pyflakes/test``). The cases are read from it when this runs; each
becomes a workspace of its own, judged as by ``flux-index validate --all``. Printed is, by what
the suite calls the fault, on how many of the expected lines an error or warning is found; and how
many errors are found on lines where the suite expects nothing.

``--half`` takes the cases of half of the files, by a hash of their names: what is mended with the
one is measured with the other.
"""

from __future__ import annotations

import argparse
import ast
import multiprocessing
import os
import re
import subprocess
import sys
import textwrap
import tomllib
import zlib
from collections import Counter
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from tasks import git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Place = tuple[str, int]
"""A path and a line, from 1."""


class Case(NamedTuple):
    """A workspace, and what its suite expects: what each fault is called, by place."""

    name: str
    files: dict[str, str]
    expected: dict[Place, list[str]]
    anywhere: tuple[str, ...] = ()
    """Faults that are expected somewhere in the only file."""


def read(repository: str, path: str) -> str:
    """The text of a file of a repository's newest commit."""
    return git(repository, "show", f"HEAD:{path}")


def files(repository: str, folder: str, ending: str) -> list[str]:
    """Paths below a folder of a repository's newest commit."""
    listed = git(repository, "ls-tree", "-r", "-z", "--name-only", "HEAD", "--", folder)
    return [path for path in listed.split("\0") if path.endswith(ending)]


def half_of(path: str) -> str:
    """In which half of a suite a file is."""
    return "kept" if zlib.crc32(PurePosixPath(path).stem.encode()) % 2 else "dev"


def pylint(repository: str) -> Iterator[tuple[str, Case]]:
    """A file each, with the files beside it; what is expected is in a table of the same name."""
    listed = files(repository, "tests/functional", ".py")
    tables = set(files(repository, "tests/functional", ".txt"))
    for path in listed:
        table = path.removesuffix(".py") + ".txt"
        settings = path.removesuffix(".py") + ".rc"
        if table not in tables or path.endswith("__init__.py"):
            continue
        least = re.search(r"min_pyver\s*=\s*3\.(\d+)", _optional(repository, settings))
        if least and int(least[1]) > sys.version_info.minor:
            continue
        name = os.path.basename(path)
        expected: dict[Place, list[str]] = {}
        for row in read(repository, table).splitlines():
            code, _, rest = row.partition(":")
            line = rest.partition(":")[0]
            if line.isdigit():
                expected.setdefault((name, int(line)), []).append(code)
        # Modules beside it are what it imports; they are not judged.
        folder = os.path.dirname(path)
        beside = {
            os.path.relpath(each, folder): read(repository, each)
            for each in listed
            if each.startswith(f"{folder}/")
            and each != path
            and (each.removesuffix(".py") + ".txt") not in tables
        }
        yield path, Case(path, {name: read(repository, path), **beside}, expected)


def _optional(repository: str, path: str) -> str:
    try:
        return read(repository, path)
    except subprocess.CalledProcessError:
        return ""


_HEADING = re.compile(r"^(#+) (.*)$")
_FENCE = re.compile(r"^(`{3,})\s*(\w*)")
_FILE = re.compile(r"^`([^`]+)`:?$")
_EXPECTED = re.compile(
    r"#\s*(?:error:\s*(?:\d+\s*)?\[([\w-]+)\]|(snapshot|error)\b(?:: ([\w-]+)$)?)"
)


def ty(repository: str) -> Iterator[tuple[str, Case]]:
    """Sections of Markdown; comments in their blocks of code tell what is expected of a line."""
    for path in files(repository, "crates/ty_python_semantic/resources/mdtest", ".md"):
        for name, found, version in sections(read(repository, path)):
            if version and version > (3, sys.version_info.minor):
                continue
            case = Case(f"{path}#{name}", found, {})
            for each, text in found.items():
                if each.endswith(".py"):
                    case.expected.update(_comments(each, text))
            yield path, case


def sections(text: str) -> Iterator[tuple[str, dict[str, str], tuple[int, ...]]]:
    """Headings with the files of their blocks, and the Python version that they ask for."""
    name, found, version, fence, label = "", dict[str, str](), (), "", ""
    versions: list[tuple[int, tuple[int, ...]]] = []
    level, language, lines = 0, "", list[str]()
    for line in text.splitlines():
        if fence:
            if line.strip() == fence:
                body = "\n".join(lines) + "\n"
                if language == "toml" and "[environment]" in body:
                    asked = tomllib.loads(body).get("environment", {}).get("python-version")
                    if asked:
                        version = tuple(map(int, asked.split(".")))
                        versions.append((level, version))
                elif language in ("py", "pyi", "python"):
                    target = label or f"test.{'pyi' if language == 'pyi' else 'py'}"
                    found[target] = found.get(target, "") + ("\n" if target in found else "") + body
                fence, label = "", ""
            else:
                lines.append(line)
        elif heading := _HEADING.match(line):
            if found:
                yield name, found, version
            level, name, found = len(heading[1]), heading[2], {}
            versions = [each for each in versions if each[0] < level]
            version = versions[-1][1] if versions else ()
        elif opened := _FENCE.match(line):
            fence, language, lines = opened[1], opened[2], []
        elif named := _FILE.match(line.strip()):
            label = named[1].lstrip("/").removeprefix("src/")
        elif line.strip():
            label = ""
    if found:
        yield name, found, version


def _comments(path: str, text: str) -> dict[Place, list[str]]:
    """Faults by line; a comment on a line of its own is about the next line of code."""
    found: dict[Place, list[str]] = {}
    waiting: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        codes = [code or named or word for code, word, named in _EXPECTED.findall(line)]
        if line.lstrip().startswith("#"):
            waiting += codes
        elif line.strip():
            if waiting or codes:
                found[path, number] = waiting + codes
            waiting = []
    return found


def pyflakes(repository: str) -> Iterator[tuple[str, Case]]:
    """Calls of ``self.flakes``: a text, and the messages that are expected of it."""
    for path in files(repository, "pyflakes/test", ".py"):
        for method in ast.walk(ast.parse(read(repository, path))):
            if not isinstance(method, ast.FunctionDef):
                continue
            if any("skip" in ast.unparse(each) for each in method.decorator_list):
                continue
            for call in ast.walk(method):
                match call:
                    case ast.Call(
                        func=ast.Attribute(attr="flakes"),
                        args=[ast.Constant(value=str(text)), *messages],
                    ) if not call.keywords:
                        codes = [ast.unparse(each).rpartition(".")[2] for each in messages]
                        name = f"{path}#{method.name}:{call.lineno}"
                        source = {"test.py": textwrap.dedent(text)}
                        yield path, Case(name, source, {}, tuple(codes))


SUITES: dict[str, Callable[[str], Iterator[tuple[str, Case]]]] = {
    "pylint": pylint, "ty": ty, "pyflakes": pyflakes,
}  # fmt: skip


_NAMES = (
    "undefined-name",
    "used-before-definition",
    "deleted-name",
    "never-bound",
    "possibly-unbound",
)
_CALLS = ("missing-argument", "too-many-arguments", "unknown-keyword", "duplicate-argument")
_ATTRIBUTES = ("unresolved-attribute", "unresolved-name", "unresolved-import", "not-installed")

RULES: dict[str, tuple[str, ...]] = {
    # pylint
    "used-before-assignment": _NAMES, "undefined-variable": _NAMES,
    "possibly-used-before-assignment": _NAMES, "undefined-loop-variable": _NAMES,
    "no-member": _ATTRIBUTES, "no-name-in-module": _ATTRIBUTES, "import-error": _ATTRIBUTES,
    "assigning-non-slot": _ATTRIBUTES,
    "no-value-for-parameter": _CALLS, "too-many-function-args": _CALLS,
    "unexpected-keyword-arg": _CALLS, "redundant-keyword-arg": _CALLS,
    "not-callable": ("not-callable",), "not-an-iterable": ("not-iterable", "async-iteration"),
    "not-a-mapping": ("not-iterable", "not-subscriptable"),
    "unsubscriptable-object": ("not-subscriptable",),
    "unsupported-membership-test": ("not-a-container",),
    "unsupported-assignment-operation": ("not-subscriptable",),
    "unsupported-delete-operation": ("not-subscriptable",),
    "arguments-differ": ("incompatible-override",),
    "arguments-renamed": ("incompatible-override",),
    "invalid-overridden-method": ("incompatible-override", "shadowed-method"),
    "unbalanced-tuple-unpacking": ("unpack-count",),
    "abstract-class-instantiated": ("abstract-instantiated",),
    "not-context-manager": ("not-a-context-manager", "async-context"),
    "not-async-context-manager": ("not-a-context-manager", "async-context"),
    "bad-super-call": ("unresolved-attribute", "bad-super"),
    # ty
    "unresolved-reference": _NAMES, "possibly-unresolved-reference": _NAMES,
    "unresolved-attribute": _ATTRIBUTES, "unresolved-import": _ATTRIBUTES,
    "possibly-missing-attribute": _ATTRIBUTES,
    "missing-argument": _CALLS, "too-many-positional-arguments": _CALLS,
    "unknown-argument": _CALLS, "parameter-already-assigned": _CALLS,
    "no-matching-overload": _CALLS, "call-non-callable": ("not-callable",),
    "not-iterable": ("not-iterable", "async-iteration"),
    "not-subscriptable": ("not-subscriptable",),
    "invalid-context-manager": ("not-a-context-manager", "async-context"),
    "invalid-await": ("not-awaitable",),
    "missing-typed-dict-key": (*_CALLS, "missing-key"),
    "invalid-method-override": ("incompatible-override",),
    # pyflakes
    "UndefinedName": _NAMES, "UndefinedLocal": _NAMES, "UndefinedExport": _NAMES,
}  # fmt: skip
"""Which rules say what a suite calls by its own name; other faults are not counted."""

Finding = dict[str, Any]


def judge(work: tuple[Case, str]) -> tuple[Case, list[Finding]]:
    """Errors and warnings about the files of a case; facts of libraries are kept in a folder."""
    from flux_index.api.open_workspace import OpenWorkspace
    from flux_index.api.operations import table
    from flux_index.indexer.index import Index

    case, kept = work
    os.environ["VIRTUAL_ENV"] = sys.prefix
    with TemporaryDirectory() as folder:
        root = Path(folder, "workspace")
        (root / ".git").mkdir(parents=True)
        for path, text in case.files.items():
            if ".." not in PurePosixPath(path).parts:
                target = root / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
        session = OpenWorkspace(Index.open(str(root), cache_dir=kept), "touch")
        paths = sorted({path for path, _ in case.expected} | {*case.files} & {"test.py"})
        try:
            answer = table.call(
                session, "validate", {"paths": paths, "whole": True, "limit": 10_000}
            )
        finally:
            session.index.close()
    return case, [
        {**each, "line": each["range"]["start"]["line"] + 1}
        for each in answer["items"]
        if each["severity"] in ("error", "warning")
    ]


def compare(case: Case, found: list[Finding]) -> Iterator[tuple[str, str, Place, str]]:
    """What became of each expectation (``found``, ``missed``), and errors without one (``extra``).

    With it: what the suite, or our rule, calls it; the place; and what we say.
    """
    by_place: dict[Place, list[Finding]] = {}
    for each in found:
        by_place.setdefault((each["path"], each["line"]), []).append(each)
    if case.anywhere or not case.expected:
        pool = [each["rule"] for each in found]
        for fault in case.anywhere:
            said = next((rule for rule in pool if rule in RULES.get(fault, ())), "")
            if said:
                pool.remove(said)
            if fault in RULES:
                yield "found" if said else "missed", fault, ("test.py", 0), said
        if case.anywhere:
            return
    for place, faults in case.expected.items():
        said = {each["rule"] for each in by_place.get(place, ())}
        for fault in sorted(set(faults) & RULES.keys()):
            hit = said & {*RULES[fault]}
            yield "found" if hit else "missed", fault, place, " ".join(sorted(hit))
    for place, findings in by_place.items():
        if place not in case.expected:
            for each in findings:
                if each["severity"] == "error":
                    yield "extra", each["rule"], place, each["message"]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("repository")
    parser.add_argument("--half", choices=("dev", "kept"))
    parser.add_argument("--only", nargs="*", default=[], help="words in the names of cases")
    parser.add_argument("--rule", nargs="*", default=[], help="only these faults")
    parser.add_argument("--misses", action="store_true", help="show what is missed, with its line")
    parser.add_argument(
        "--false", action="store_true", help="show errors where nothing is expected"
    )
    arguments = parser.parse_args()

    cases = [
        case
        for path, case in SUITES[arguments.suite](arguments.repository)
        if (not arguments.half or half_of(path) == arguments.half)
        and (not arguments.only or any(word in case.name for word in arguments.only))
    ]
    totals: dict[str, Counter[str]] = {}
    lines = sum(text.count("\n") for case in cases for text in case.files.values())
    with multiprocessing.Pool() as pool, TemporaryDirectory() as kept:
        for case, found in pool.imap(judge, [(case, kept) for case in cases]):
            for outcome, fault, place, said in compare(case, found):
                if arguments.rule and fault not in arguments.rule:
                    continue
                totals.setdefault(fault, Counter())[outcome] += 1
                if (outcome == "missed" and arguments.misses) or (
                    outcome == "extra" and arguments.false
                ):
                    path, line = place
                    text = case.files[path].splitlines()[line - 1].strip() if line else ""
                    print(f"{outcome} {fault} {case.name} {path}:{line}: {text}   {said}")
    print("| fault | expected | found | extra errors |\n|---|---|---|---|")
    for fault, counts in sorted(totals.items(), key=lambda item: -item[1].total()):
        expected = counts["found"] + counts["missed"]
        print(f"| {fault} | {expected or ''} | {counts['found'] or ''} | {counts['extra'] or ''} |")
    print(f"{len(cases)} cases, {lines:,} lines")


if __name__ == "__main__":
    main()

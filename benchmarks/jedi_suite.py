"""What jedi's own integration tests expect: definitions, types, completions and references.

    python jedi_suite.py REPOSITORY [--half dev|kept] [--only WORD …] [--kind KIND] [--misses]

REPOSITORY is a clone of jedi. The cases are comments in ``test/completion``, which are read from it
when this runs; that folder becomes the workspace. A type is right if its classes are the expected
ones, a completion if the names with the prefix are, a definition if each place shows what is
expected, and references if they and the declaration are at the expected places: jedi gives none
where it is spelled otherwise. ``--half`` is as in checker_suites.
VIRTUAL_ENV names an environment with what the cases import: attrs, Django, pytest, pytest-django.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
import tarfile
from collections import Counter
from io import BytesIO
from pathlib import Path
from shutil import copytree
from subprocess import run
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from checker_suites import half_of

from flux_index.api.ide.completion.completion import completions
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations import table
from flux_index.indexer.index import Index
from flux_index.indexer.inference.entities import OUTSIDE, PARAMETER, name_of
from flux_index.indexer.inference.locate import entities_at, occurrence_at
from flux_index.indexer.inference.types import INSTANCE, MODULE_OBJECT, NONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flux_index.indexer.inference.inference import Inference

_CASE = re.compile(r"(?:^|(?<=\s))#([?!<])\s*(?:(\d+)\s*)?(.*)")
_VERSION = re.compile(r" *# *python *([<>]=?|==) *(\d+)(?:\.(\d+))?$")


class Case(NamedTuple):
    """What is expected at a line, from 1, and a column of a file."""

    path: str
    line: int
    column: int
    at_end: bool
    kind: str
    expected: str


def cases(root: Path) -> Iterator[Case]:
    """Cases of all files."""
    for file in sorted(root.glob("*.py")):
        kind, column, expected = "", "", ""
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if version := _VERSION.match(line):
                asked = int(version[2]), int(version[3] or 0)
                if version[1] not in (">=", ">") or asked > sys.version_info[:2]:
                    break
            if kind:
                at = int(column) if column else len(line)
                yield Case(file.name, number, at, not column, kind, expected.strip())
                kind = ""
            elif found := _CASE.search(line):
                mark, column, expected = found[1], found[2] or "", found[3]
                shown = "completion" if expected.startswith("[") else "type"
                kind = {"!": "goto", "<": "references"}.get(mark, shown)


_NAMESAKE = "_.py"


def rename_namesakes(root: Path) -> None:
    """Rename files that import a package of their own name, which would be these files themselves.

    jedi looks for modules in the environment first, and Python beside the file.
    """
    for file in sorted(root.glob("*.py")):
        imported = rf"^\s*(?:import|from)\s+{re.escape(file.stem)}\b"
        if re.search(imported, file.read_text(encoding="utf-8"), re.MULTILINE):
            file.rename(file.with_name(file.stem + _NAMESAKE))


def probed(text: str, found: list[Case]) -> tuple[str, dict[int, str]]:
    """Return a text whose expressions with an expected type are values of names, and the names."""
    lines = text.splitlines()
    names: dict[int, str] = {}
    for case in found:
        line = lines[case.line - 1]
        stripped = line.strip()
        try:
            ast.parse(stripped, mode="eval")
        except (SyntaxError, ValueError):
            continue
        if case.kind == "type" and case.at_end:
            names[case.line] = f"probe_{case.line}"
            indent = line[: len(line) - len(line.lstrip())]
            lines[case.line - 1] = f"{indent}{names[case.line]} = {stripped}"
    return "\n".join(lines) + "\n", names


class Asked:
    """A workspace with the answers to cases."""

    def __init__(self, root: Path, kept: str) -> None:
        """``kept`` is a folder for facts."""
        self.session = OpenWorkspace(Index.open(str(root), cache_dir=kept), "touch")
        self.root = root

    def answer(self, case: Case, names: dict[int, str]) -> tuple[str, str]:
        """Return ``right``, ``partly``, ``wrong`` or ``none``, and what was answered."""
        inference: Inference = self.session.inference(whole=True)
        lines = (self.root / case.path).read_text(encoding="utf-8").splitlines(keepends=True)
        start = sum(len(line.encode()) for line in lines[: case.line - 1])
        line = lines[case.line - 1]
        if case.line in names:
            position = start + len(line[: line.index(names[case.line])].encode())
        else:
            position = start + len(line[: case.column].encode())
        if case.kind == "completion":
            expected = set(ast.literal_eval(case.expected))
            prefix = re.search(r"\w*$", line[: case.column])
            typed = prefix[0].lower() if prefix else ""
            items = completions(inference, case.path, position, 10_000).items
            given = {
                item.label
                for item in items
                if item.label.lower().startswith(typed) and not item.module
            }
            return compared(given, expected)
        if case.kind == "type":
            return compared(self._type(inference, case, position), _classes(case.expected))
        if case.kind == "goto":
            return self._goto(case)
        return self._references(case)

    def _type(self, inference: Inference, case: Case, position: int) -> set[str]:
        occurrence = occurrence_at(inference, case.path, position)
        if occurrence is None:
            return set()
        shown: set[str] = set()
        found = entities_at(inference, case.path, occurrence)
        # Of a parameter that leads to a fixture, what it is given.
        for item in [each for each in found if each.entity.kind == PARAMETER] or found:
            type_ = inference.entity_type(item.entity)
            if occurrence.ref >= 0 and not occurrence.name.startswith("probe_"):
                type_ = inference.infer_type(case.path, occurrence.ref) or type_
            for value in type_:
                if value.form == MODULE_OBJECT and value.entity.kind == OUTSIDE:
                    continue  # an import that leads nowhere, or to what nobody can read
                if value.form == NONE:
                    shown.add("NoneType()")
                    continue
                name = name_of(inference, value.entity)
                shown.add(f"{name}()" if value.form == INSTANCE else name)
        return shown

    def _places(self, operation: str, case: Case, **more: int) -> list[tuple[str, int, int]]:
        where = {"path": case.path, "line": case.line - 1, "character": case.column}
        answer = table.call(self.session, operation, {**where, **more})
        return [
            (each["path"], each["range"]["start"]["line"], each["range"]["start"]["character"])
            for group in answer["items"]
            for each in group.get("references", [group])
        ]

    def _namesakes(
        self, case: Case, places: list[tuple[str, int, int]]
    ) -> Iterator[tuple[str, int, int]]:
        """Places with the name that is asked about: jedi gives none where it has another name."""
        name = _word(self._line(case.path, case.line - 1), case.column)
        for path, line, column in places:
            if _word(self._line(path, line), column) == name:
                yield path, line, column

    def _line(self, path: str, line: int) -> str:
        return (self.root / path).read_text(encoding="utf-8").split("\n")[line]

    def _goto(self, case: Case) -> tuple[str, str]:
        expected = [re.sub(r"\s", "", each) for each in ast.literal_eval(case.expected)]
        shown: list[str] = []
        for path, line, _ in self._places("definition", case):
            where = self.root / path
            text = where.read_text(encoding="utf-8").splitlines() if where.is_file() else [""]
            shown.append(f"{path}|{text[line] if line < len(text) else ''}")
        left = list(shown)
        hits = 0
        for each in expected:
            match = next((item for item in left if _shows(item, each)), None)
            if match is not None:
                left.remove(match)
                hits += 1
        said = " ; ".join(shown)
        if hits == len(expected) and not left:
            return "right", said
        return ("partly" if hits else "wrong" if shown else "none"), said

    def _references(self, case: Case) -> tuple[str, str]:
        expected: set[str] = set()
        for written in re.findall(r"\([^()]*\)", case.expected):
            place = ast.literal_eval(written)
            module, line, column = place if len(place) == 3 else (Path(case.path).stem, *place)
            if line is not ... and len(place) == 2:
                line += case.line
            if not module.startswith("stub:"):
                expected.add(f"{module}:{'*' if line is ... else line}:{column}")
        given: set[str] = set()
        places = self._places("references", case, declaration=True, textual=False, limit=10_000)
        declared = set(self._places("definition", case))  # of a module, the beginning of its file
        for path, line, column in declared.union(self._namesakes(case, places)):
            if path.endswith(".pyi"):
                continue  # as what is expected in stubs
            module = path.removesuffix(".py").replace("/", ".")
            module = module.removesuffix(".__init__")
            any_line = f"{module}:*:{column}"
            given.add(any_line if any_line in expected else f"{module}:{line + 1}:{column}")
        return compared(given, expected)


def _word(line: str, column: int) -> str:
    """The name that holds a column of a line, or ends at it."""
    before, after = re.search(r"\w*$", line[:column]), re.match(r"\w*", line[column:])
    return "".join(found[0] for found in (before, after) if found)


def _shows(place: str, expected: str) -> bool:
    path, _, line = place.partition("|")
    line = re.sub(r"\s", "", line)
    if expected.startswith("module"):
        name = expected.removeprefix("module").rpartition(".")[2]
        stem = path.removesuffix("/__init__.py").removesuffix("/__init__.pyi")
        return Path(stem).stem == name
    if expected.startswith("for"):  # jedi repeats the name behind the header
        return line.startswith(expected.rpartition(":")[0] + ":")
    if expected.startswith("param"):
        return expected.removeprefix("param") in line
    return expected in line


def _classes(expected: str) -> set[str]:
    """The names of the classes of the expressions that are expected; instances end with ``()``."""
    found: set[str] = set()
    for word in expected.split():
        try:
            value = ast.parse(word, mode="eval").body
        except SyntaxError:
            found.add(word)
            continue
        if isinstance(value, ast.Constant):
            found.add(f"{type(value.value).__name__}()")
        elif isinstance(value, ast.Call):
            found.add(ast.unparse(value.func).rpartition(".")[2] + "()")
        else:
            found.add(ast.unparse(value).rpartition(".")[2])
    return found


def compared(given: set[str], expected: set[str]) -> tuple[str, str]:
    """Return ``right``, ``partly``, ``wrong`` or ``none``, and what was given."""
    said = " ".join(sorted(given)[:12])
    if given == expected:
        return "right", said
    if not given:
        return "none", said
    return ("partly" if given & expected else "wrong"), said


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository")
    parser.add_argument("--half", choices=("dev", "kept"))
    parser.add_argument("--only", nargs="*", default=[], help="words in the names of files")
    parser.add_argument("--kind", help="goto, type, completion or references")
    parser.add_argument("--misses", action="store_true", help="show what is not right")
    arguments = parser.parse_args()
    command = ["git", "-C", arguments.repository, "archive", "HEAD", "test"]
    archive = run(command, check=True, capture_output=True).stdout
    os.environ.setdefault("VIRTUAL_ENV", sys.prefix)
    totals: dict[str, Counter[str]] = {}
    with TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(archive)) as opened:
            opened.extractall(folder, filter="data")
        root = Path(folder, "test", "completion")
        (root / "__init__.py").unlink(missing_ok=True)  # its own tests run beside it
        (root / ".git").mkdir()
        rename_namesakes(root)
        chosen: dict[str, list[Case]] = {}
        for case in cases(root):
            half = half_of(case.path.replace(_NAMESAKE, ".py"))
            if (not arguments.half or half == arguments.half) and (
                not arguments.only or any(word in case.path for word in arguments.only)
            ):
                chosen.setdefault(case.path, []).append(case)
        plain = Asked(root, str(Path(folder, "cache")))
        probed_root = Path(folder, "probed")
        copytree(root, probed_root)
        names: dict[str, dict[int, str]] = {}
        for path, found in chosen.items():
            text, names[path] = probed((root / path).read_text(encoding="utf-8"), found)
            (probed_root / path).write_text(text, encoding="utf-8")
        probes = Asked(probed_root, str(Path(folder, "cache")))
        for path, found in chosen.items():
            for case in found:
                if arguments.kind and case.kind != arguments.kind:
                    continue
                asked = probes if case.line in names[path] else plain
                outcome, said = asked.answer(case, names[path])
                totals.setdefault(case.kind, Counter())[outcome] += 1
                if arguments.misses and outcome != "right":
                    line = (root / path).read_text(encoding="utf-8").splitlines()[case.line - 1]
                    print(f"{outcome} {case.kind} {path}:{case.line}:{case.column} "
                          f"{line.strip()}   expected {case.expected}   got {said}")  # fmt: skip
        plain.session.index.close()
        probes.session.index.close()
    outcomes = ("right", "partly", "wrong", "none")
    print(f"| kind | cases | {' | '.join(outcomes)} |\n|---|---|---|---|---|---|")
    for kind, counts in totals.items():
        cells = " | ".join(str(counts[outcome]) for outcome in outcomes)
        print(f"| {kind} | {counts.total()} | {cells} |")


if __name__ == "__main__":
    main()

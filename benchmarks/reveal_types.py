"""What type checkers reveal of expressions in their own test suites, and what we infer.

    python reveal_types.py REPOSITORY [--half dev|kept] [--only WORD …] [--misses] [--files]

REPOSITORY is a clone of ruff (ty's ``mdtest``), mypy (``check-*.test``) or pyright (``samples``).
Cases are the calls of ``reveal_type`` in programs of one file, read from the clone when this runs.
Compared are names of classes, of unions as sets: a literal is its class, all that can be called and
is no class is a function, ``float`` holds ``int``. A case is left out whose expected type is not
made of classes: Any, Never, type variables, intersections. ``--half`` is as in checker_suites.
"""

from __future__ import annotations

import argparse
import ast
import multiprocessing
import re
import sys
from collections import Counter
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from checker_suites import files, half_of, read, sections
from jedi_suite import compared

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.indexer import facts_view as view
from flux_index.indexer.index import Index
from flux_index.indexer.inference.entities import name_of
from flux_index.indexer.inference.types import (
    CLASS_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NONE,
    SUPER,
    VARIABLE_TYPE,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flux_index.indexer.inference.inference import Inference
    from flux_index.indexer.inference.types import Type

_TY = "crates/ty_python_semantic/resources/mdtest"
_MYPY = "test-data/unit"
_PYRIGHT = "packages/pyright-internal/src/tests/samples"
_REVEALED = re.compile(
    r"""reveal_type\(.*(?:\#\ revealed:\ (?P<ty>.+)
        |\#\ N:\ Revealed\ type\ is\ "(?P<mypy>[^"]+)"
        |expected_text=(?P<pyright>"[^"]+"|'[^']+'))""",
    re.VERBOSE,
)
_UNCLEAR = re.compile(r"Any|Unknown|Never|NoReturn|Divergent|TypedDict|Unbound|Always\w+")
# Names that stand for the same class, or for the interface of a class that nobody writes.
_ALIASES = {
    "LiteralString": "str", "Tuple": "tuple", "List": "list", "Dict": "dict", "Set": "set",
    "DefaultDict": "defaultdict", "NoneType": "None", "GeneratorType": "Generator",
    "AsyncGeneratorType": "AsyncGenerator", "CoroutineType": "Coroutine",
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z_][\w.]*")


class Program(NamedTuple):
    """A program of a suite's file, with what is revealed on some of its lines, from 1."""

    text: str
    revealed: dict[int, str]


def programs(repository: str) -> Iterator[tuple[str, Program]]:
    """Paths of the suite's files, and the programs in them."""
    for path in files(repository, _TY, ".md"):
        for _, found, version in sections(read(repository, path)):
            if len(found) == 1 and not (version and version > sys.version_info[:2]):
                yield path, _program(*found.values())
    for path in files(repository, _MYPY, ".test"):
        for case in re.split(r"(?m)^\[case .*\]\n", read(repository, path))[1:]:
            if not re.search(r"(?m)^\[file ", case):
                yield path, _program(re.split(r"(?m)^\[\w+.*\]$", case)[0])
    for path in files(repository, _PYRIGHT, ".py"):
        yield path, _program(read(repository, path))


def _program(text: str) -> Program:
    revealed: dict[int, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if (found := _REVEALED.search(line)) and not line.lstrip().startswith("#"):
            said = found["ty"] or found["mypy"] or found["pyright"].strip("\"'")
            revealed[number] = said.partition(" # ")[0].strip()
    return Program(text, revealed)


def classes(said: str) -> set[str] | None:
    """The names of the classes of a type as checkers write it; None if it is not of classes."""
    found: set[str] = set()
    for part in _split(said, "|"):
        text = part.strip().rstrip("?*")
        head, _, inner = text.partition("[")
        inner = inner.removesuffix("]")
        if text.startswith(("<class '", "type[")):
            named = classes(inner if head == "type" else text[len("<class '") : -len("'>")])
            if named is None:
                return None
            found |= {f"type[{name}]" for name in named}
        elif text.startswith(("Module(", "<module '")):
            found.add("module")
        elif re.match(r"bound method |\(.*->|def \w", text):  # `def ()` may be a class for mypy
            found.add("function")
        elif not _NAME.fullmatch(head) or _UNCLEAR.fullmatch(head):
            return None
        elif head == "Literal":
            found |= {_literal(item.strip()) for item in _split(inner, ",")}
        elif head == "Union":
            for item in _split(inner, ","):
                named = classes(item)
                if named is None:
                    return None
                found |= named
        elif "fallback=" in inner:
            found |= classes(inner.rpartition("fallback=")[2]) or set()
        else:
            name = head.rpartition(".")[2]
            found.add(_ALIASES.get(name, name))
    return found - {"int"} if "float" in found else found


def _literal(text: str) -> str:
    """The name of the class of a literal; of a member of an enumeration, the enumeration."""
    try:
        return type(ast.literal_eval(text)).__name__.replace("NoneType", "None")
    except (ValueError, SyntaxError):
        return text.rpartition(".")[0].rpartition(".")[2]


def _split(text: str, mark: str) -> list[str]:
    """Parts of a text between marks that are in no brackets and no quotes."""
    parts, depth, quote = [""], 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        else:
            depth += (character in "[(") - (character in "])")
            if character == mark and not depth:
                parts.append("")
                continue
        parts[-1] += character
    # What follows an arrow belongs to the function.
    return [text] if mark == "|" and " -> " in parts[0] else parts


def _shown(inference: Inference, type_: Type) -> set[str]:
    found: set[str] = set()
    for value in type_:
        if value.form in (NONE, MODULE_OBJECT, SUPER):
            found.add({NONE: "None", MODULE_OBJECT: "module", SUPER: "super"}[value.form])
        elif value.form in (INSTANCE, CLASS_OBJECT):
            name = name_of(inference, value.entity).rpartition(".")[2]
            name = _ALIASES.get(name, name)
            found.add(name if value.form == INSTANCE else f"type[{name}]")
        elif value.form != VARIABLE_TYPE:
            found.add("function")
    return found - {"int"} if "float" in found else found


Outcome = tuple[str, str]


def judge(suite: tuple[str, list[Program], str]) -> tuple[str, list[Outcome]]:
    """Outcomes of the programs of a file of the suite, each with a text for a person."""
    path, found, kept = suite
    outcomes: list[Outcome] = []
    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / ".git").mkdir()
        for number, program in enumerate(found):
            (root / f"case_{number}.py").write_text(program.text, encoding="utf-8")
        session = OpenWorkspace(Index.open(str(root), cache_dir=kept), "touch")
        inference = session.inference(whole=True)
        for number, program in enumerate(found):
            outcomes += _outcomes(inference, path, f"case_{number}.py", program)
        session.index.close()
    return path, outcomes


def _outcomes(inference: Inference, path: str, name: str, program: Program) -> Iterator[Outcome]:
    facts = inference.facts(name)
    if facts is None:
        return
    data, lines = program.text.encode(), program.text.split("\n")
    for call in view.calls(facts):
        if view.plain_name(facts, call.function) != "reveal_type":
            continue
        number = data.count(b"\n", 0, facts.expr.position[call.row]) + 1
        expected = classes(program.revealed.get(number, "Any"))
        arguments = view.positional_arguments(facts, call.row)
        if not expected or len(arguments) != 1:
            continue
        outcome, said = compared(
            _shown(inference, inference.infer_type(name, arguments[0])), expected
        )
        where = f"{PurePosixPath(path).stem}/{name}:{number}"
        said = f"{where} {lines[number - 1].strip()}   got {said}"
        yield outcome, said


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository")
    parser.add_argument("--half", choices=("dev", "kept"))
    parser.add_argument("--only", nargs="*", default=[], help="words in the paths of files")
    parser.add_argument("--misses", action="store_true", help="show what is not right")
    parser.add_argument("--files", action="store_true", help="count by file as well")
    arguments = parser.parse_args()
    suites: dict[str, list[Program]] = {}
    for path, program in programs(arguments.repository):
        if (not arguments.half or half_of(path) == arguments.half) and (
            not arguments.only or any(word in path for word in arguments.only)
        ):
            suites.setdefault(path, []).append(program)
    totals: dict[str, Counter[str]] = {}
    with multiprocessing.Pool() as pool, TemporaryDirectory() as kept:
        asked = [(path, found, kept) for path, found in suites.items()]
        for path, outcomes in pool.imap(judge, asked):
            for outcome, said in outcomes:
                for group in ("all", *([PurePosixPath(path).stem] if arguments.files else [])):
                    totals.setdefault(group, Counter())[outcome] += 1
                if arguments.misses and outcome != "right":
                    print(outcome, said)
    columns = ("right", "partly", "wrong", "none")
    print(f"| file | cases | {' | '.join(columns)} |\n|---|---|---|---|---|---|")
    for group, counts in totals.items():
        cells = " | ".join(str(counts[each]) for each in columns)
        print(f"| {group} | {counts.total()} | {cells} |")


if __name__ == "__main__":
    main()

"""Does `reuse` find what exists already, asked as developers ask? Beside plain BM25.

A file of questions has a line for each: code base, path, symbol (several with `|`) and description,
apart by tabs. Code bases are folders of one folder, found by the beginning of their names. Told is
the share of questions with the symbol among the first one, five and ten of the answer; beside it
BM25 over names, docstrings and bodies, words as they are, without stems, weights or synonyms.
A line whose symbol is `-` asks for what does not exist: told is how many are answered as sure.

    python benchmarks/reuse.py QUESTIONS CODE_BASES [--semantic] [--verbose]
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from math import log
from pathlib import Path
from typing import NamedTuple

import corpus

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.api.patterns.search import SURE
from flux_index.api.semantic.build import embed_all
from flux_index.indexer.index import Index

DEPTHS = (1, 5, 10)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


class Question(NamedTuple):
    base: str
    path: str
    symbols: list[str]
    text: str


def read_questions(path: Path) -> list[Question]:
    """Questions of a file, in order."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [Question(base, where, symbol.split("|"), text) for base, where, symbol, text in rows]


def _split(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


class Bm25:
    """Plain BM25 over the definitions of a code base."""

    def __init__(self, root: Path) -> None:
        self.places: list[tuple[str, str]] = []
        self.bags: list[Counter[str]] = []
        for path in sorted(root.rglob("*.py")):
            try:
                tree = ast.parse(path.read_bytes())
            except (SyntaxError, ValueError):
                continue
            for name, node in _definitions(tree, ""):
                self.places.append((path.relative_to(root).as_posix(), name))
                self.bags.append(Counter(_split(ast.unparse(node))))
        self.lengths = [sum(bag.values()) for bag in self.bags]
        self.usual = statistics.fmean(self.lengths or [1])
        self.having = Counter(word for bag in self.bags for word in bag)

    def ask(self, text: str) -> list[tuple[str, str]]:
        """The best ten definitions: path and name."""
        scores = [0.0] * len(self.bags)
        for word in set(_split(text)):
            n = self.having[word]
            weight = log(1 + (len(self.bags) - n + 0.5) / (n + 0.5))
            for at, bag in enumerate(self.bags):
                if word in bag:
                    norm = 1.2 * (0.25 + 0.75 * self.lengths[at] / self.usual)
                    scores[at] += weight * bag[word] * 2.2 / (bag[word] + norm)
        best = sorted(range(len(scores)), key=lambda at: -scores[at])
        return [self.places[at] for at in best[:10] if scores[at] > 0]


def _definitions(node: ast.AST, container: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{container}.{child.name}" if container else child.name
            yield name, child
            yield from _definitions(child, name)
        else:
            yield from _definitions(child, container)


def rank(question: Question, answers: list[tuple[str, str]]) -> int:
    """Place of what is meant among the answers, from 1; 0 if it is not there."""
    for place, (path, name) in enumerate(answers, 1):
        if f"/{path}".endswith(f"/{question.path}") and any(
            f".{name}".endswith(f".{each}") for each in question.symbols
        ):
            return place
    return 0


def asker(workspace: OpenWorkspace, seconds: list[float], best: list[float]) -> Callable[..., list]:
    """A function that asks `reuse`, and notes what it took and how sure it was."""

    def ask(text: str) -> list[tuple[str, str]]:
        started = time.process_time()
        answer = call(workspace, "reuse", {"query": text, "limit": 10})
        seconds.append(time.process_time() - started)
        best.append(max((each["likeness"] for each in answer["items"]), default=0.0))
        return [(each["symbol"]["path"], each["symbol"]["name"]) for each in answer["items"]]

    return ask


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("code_bases", type=Path)
    parser.add_argument(
        "--semantic", action="store_true", help="with the model of FLUX_INDEX_SEMANTIC_MODEL"
    )
    parser.add_argument("--verbose", action="store_true", help="tell of each question")
    options = parser.parse_args()
    questions = read_questions(options.questions)
    ranks: dict[str, dict[str, list[int]]] = {"reuse": {}, "BM25": {}}
    answered = {True: [0, 0], False: [0, 0]}
    seconds: list[float] = []
    best: list[float] = []
    work = Path(tempfile.mkdtemp(prefix="flux-index-reuse-"))
    try:
        for base in dict.fromkeys(question.base for question in questions):
            source = next(iter(sorted(options.code_bases.glob(f"{base}-*/"))), None)
            root = work / base
            corpus.copy(os.fspath(source or options.code_bases / base), os.fspath(root))
            index = Index.open(os.fspath(root), cache_dir=os.fspath(work / "cache"))
            index.become_writer()
            index.build()
            workspace = OpenWorkspace(index)
            if options.semantic:
                started = time.process_time()
                made = embed_all(workspace)
                took = time.process_time() - started
                print(f"{base}: {made.definitions} embedded, {took:.1f} s of CPU", file=sys.stderr)
            asked = {"reuse": asker(workspace, seconds, best), "BM25": Bm25(root).ask}
            for question in questions:
                if question.base != base:
                    continue
                exists = question.symbols != ["-"]
                for way, ask in asked.items():
                    place = rank(question, ask(question.text))
                    if exists:
                        ranks[way].setdefault(base, []).append(place)
                    if way == "reuse":
                        answered[exists][0] += best[-1] >= SURE
                        answered[exists][1] += 1
                        if options.verbose:
                            print(f"{place:3} {best[-1]:.2f} {base}", *question[2:])
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"| recall @1 / @5 / @10 | {' | '.join(ranks['reuse'])} | all |")
    print(f"|---|{'---|' * (len(ranks['reuse']) + 1)}")
    for way, by_base in ranks.items():
        told = [*by_base.values(), [place for places in by_base.values() for place in places]]
        cells = [" / ".join(_share(places, depth) for depth in DEPTHS) for places in told]
        print(f"| {way} | {' | '.join(cells)} |")
    for exists, (n, total) in answered.items():
        print(f"answered as sure: {n} of {total} that {'exist' if exists else 'do not exist'}")
    if seconds:
        median, most = 1000 * statistics.median(seconds), 1000 * max(seconds)
        print(f"CPU of a question: {median:.0f} ms, {most:.0f} at most")


def _share(places: list[int], depth: int) -> str:
    return f"{100 * sum(0 < place <= depth for place in places) / max(len(places), 1):.0f}"


if __name__ == "__main__":
    sys.exit(main())

"""Does a skeleton look like the class that it stands for? One member of each family is hidden.

A family are the classes of a code base that name the same base class, at least ``FEWEST`` of them.
From each family up to ``DRAWN`` members are drawn by a fixed seed, one at a time. The text of the
drawn class is taken out of its file by an overlay, so that no trace of its body is in the snapshot,
and ``patterns`` is asked for "a new subclass of BASE", of the drawn class's name, into its file:
what somebody knows who is about to write it. The answer's skeleton is compared with the class that
was hidden. Nothing else of the class is told.

What is compared are *items*. Predicted are all items that the skeleton has, true are items of the
hidden class:

- a base: each one, by its last name;
- the class's decorators: one item, the set of their names (often empty);
- a method: each one of the skeleton is predicted. It is right when the hidden class defines a
  method of this name. True methods, those that are to be found, are those of the hidden class that
  the base requires (abstract, or raising NotImplementedError) or that more than half of the other
  members define as well: no pattern can tell of what only this class does;
- decorators of a method: one item for each method that both have, the set of their names; for a
  true method that was not predicted it is missed;
- a signature: one item for each method, likewise. It is right for the share of its parameters that
  the hidden method has too, and found for the share of the hidden method's parameters that it has:
  name, kind and whether there is a default, ``self`` included. Nothing of it is right when only one
  of the two is ``async``. How many lists are the same as a whole is told as well.

Precision of a family is the share of predicted items that are right, recall that of true items that
were found; of a family of which several members were drawn, all items together. Families count the
same whatever their size (macro-average).

Two averages are told. That of *all families* counts every item. The *strict* one does not count the
base that was asked for, since it was told, and leaves out families in which then there is nothing
to predict or find but empty sets of decorators, such as those of most exceptions. It is told a
second time with a signature being right only when the whole list is the same.

Corpora are pinned source distributions. Thresholds were chosen on click, rich and httpx, and misses
looked at there and in django; flask, requests, fastapi and sqlalchemy are held out: no threshold
was chosen by looking at them.

    python benchmarks/patterns.py [--all] [--verbose] [--json FILE] [NAME ...]
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from typing import Any, NamedTuple

import corpus

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.indexer import facts as f
from flux_index.indexer.index import Index
from flux_index.indexer.inference.classes import bases
from flux_index.indexer.inference.entities import CLASS, name_of, qualified_name

FEWEST, DRAWN, SEED = 4, 3, 20261126
# Families of one code base that are drawn at most, so that a large one takes minutes.
MOST = 60
TUNED = {
    "click": ("8.3.0", "e7b8232224eba16f4ebe410c25ced9f7875cb5f3263ffc93cc3e8da705e229c4"),
    "rich": ("14.2.0", "73ff50c7c0c1c77c8243079283f4edb376f0f6442433aecb8ce7e6d0b92d1fe4"),
    "httpx": ("0.28.1", "75e98c5f16b0f35b567856f597f06ff2270a374470a5c2392242528e3e3e42fc"),
}
HELD_OUT = {
    "flask": ("3.1.2", "bf656c15c80190ed628ad08cdfd3aaa35beb087855e2f494910aa3774cc4fd87"),
    "requests": ("2.32.5", "dbba0bac56e100853db0ea71b82b4dfd5fe2bf6d3754a8893c3af500cec7d7cf"),
    "fastapi": ("0.121.0", "06663356a0b1ee93e875bbf05a31fb22314f5bed455afaaad2b2dad7f26e98fa"),
}
MORE_TUNED = {
    "django": ("5.2.8", "23254866a5bb9a2cfa6004e8b809ec6246eba4b58a7589bc2772f1bcc8456c7f"),
}
MORE_HELD_OUT = {
    "sqlalchemy": ("2.0.44", "0ae7454e1ab1d780aee69fd2aae7d6b8670a581d8847f2d1e0f7ddfbf47e5a22"),
}
STRICT = ("other bases", "decorators", "methods", "method decorators", "signatures")
COUNTED = ("asked base", *STRICT)
ASPECTS = (*COUNTED, "whole signatures")
# Ways to average: what is counted, and whether families count that say nothing.
AVERAGES = {
    "all families": (COUNTED, False),
    "strict": (STRICT, True),
    "strict, whole lists": (tuple(name.replace("signat", "whole signat") for name in STRICT), True),
}


class Method(NamedTuple):
    decorators: frozenset[str]
    parameters: tuple[object, ...]


class Shape(NamedTuple):
    """A class as it is compared."""

    bases: frozenset[str]
    decorators: frozenset[str]
    methods: dict[str, Method]


class Counts:
    """Items by aspect: predicted, right, true, found."""

    def __init__(self) -> None:
        self.by_aspect: dict[str, list[float]] = {name: [0, 0, 0, 0] for name in ASPECTS}
        self.n_decorated = 0

    def add(self, aspect: str, predicted: float, right: float, true: float, found: float) -> None:
        for at, number in enumerate((predicted, right, true, found)):
            self.by_aspect[aspect][at] += number

    def rates(self, aspects: tuple[str, ...]) -> tuple[float | None, float | None]:
        """Precision and recall; None where there is nothing to divide by."""
        rows = [self.by_aspect[name] for name in aspects]
        predicted, right, true, found = (sum(column) for column in zip(*rows, strict=True))
        return (right / predicted if predicted else None), (found / true if true else None)

    def says_something(self) -> bool:
        """Whether there is anything to predict or find beside what was told."""
        told = (self.by_aspect[name] for name in ("other bases", "methods"))
        return bool(self.n_decorated) or any(row[0] or row[2] for row in told)


def shape_of(node: ast.ClassDef) -> Shape:
    methods: dict[str, Method] = {}
    for each in node.body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            names = frozenset(_last(decorator) for decorator in each.decorator_list)
            if names & {"overload", "setter", "deleter"}:
                continue
            methods[each.name] = Method(names, _parameters(each))
    return Shape(
        frozenset(_last(base) for base in node.bases),
        frozenset(_last(decorator) for decorator in node.decorator_list),
        methods,
    )


def _last(node: ast.expr) -> str:
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ast.unparse(node)


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[object, ...]:
    a = node.args
    plain = [*a.posonlyargs, *a.args]
    n_required = len(plain) - len(a.defaults)
    found: list[object] = [isinstance(node, ast.AsyncFunctionDef)]
    for at, each in enumerate(plain):
        kind = "/" if at < len(a.posonlyargs) else ""
        found.append((each.arg, kind, at >= n_required))
    found.append(a.vararg and (a.vararg.arg, "*args"))
    found += [
        (each.arg, "*", default is not None)
        for each, default in zip(a.kwonlyargs, a.kw_defaults, strict=True)
    ]
    found.append(a.kwarg and (a.kwarg.arg, "**kwargs"))
    return tuple(found)


def without(text: bytes, start: int, end: int) -> bytes:
    """A file's text with a definition taken out, and ``pass`` in its place."""
    line_start = text.rfind(b"\n", 0, start) + 1
    indent = text[line_start:start]
    return text[:line_start] + indent + b"pass\n" + text[end:].lstrip(b" \t").removeprefix(b"\n")


def families(session: OpenWorkspace) -> dict[Any, list[Any]]:
    """Classes by base, of bases that enough classes have."""
    inference = session.inference(whole=True).strict()
    found: dict[Any, list[Any]] = defaultdict(list)
    for path in inference.snapshot.paths():
        facts = inference.facts(path)
        for row, kind in enumerate(facts.definition.kind) if facts is not None else ():
            if kind == f.CLASS:
                for base in dict.fromkeys(bases(inference, (CLASS, path, row))):
                    if base[1] and name_of(inference, base) != "object":
                        found[base].append((CLASS, path, row))
    return {base: each for base, each in found.items() if len(each) >= FEWEST}


def class_at(text: bytes, start: int, end: int) -> ast.ClassDef:
    """The class of a stretch of a file."""
    from textwrap import dedent

    line_start = text.rfind(b"\n", 0, start) + 1
    (node,) = ast.parse(dedent(text[line_start:end].decode())).body
    assert isinstance(node, ast.ClassDef)
    return node


def compare(counts: Counts, told: str, hidden: Shape, made: Shape | None, usual: set[str]) -> None:
    """Add the items of one hidden class; ``told`` is the base that was asked for."""
    made = made or Shape(frozenset(), frozenset(), {})
    predicted, true = made.bases - {told}, hidden.bases - {told}
    both = len(predicted & true)
    counts.add("other bases", len(predicted), both, len(true), both)
    base = told in made.bases, told in hidden.bases
    counts.add("asked base", base[0], all(base), base[1], all(base))
    same = int(made.decorators == hidden.decorators)
    counts.add("decorators", 1, same, 1, same)
    counts.n_decorated += bool(made.decorators or hidden.decorators)
    wanted = {name for name in hidden.methods if name in usual}
    right = made.methods.keys() & hidden.methods.keys()
    counts.add("methods", len(made.methods), len(right), len(wanted), len(wanted & right))
    n, n_wanted = len(right), len(wanted)
    pairs = {name: (made.methods[name], hidden.methods[name]) for name in right}
    alike = {name for name, (one, other) in pairs.items() if one.decorators == other.decorators}
    counts.add("method decorators", n, len(alike), n_wanted, len(alike & wanted))
    shared = {name: _agreement(one, other) for name, (one, other) in pairs.items()}
    counts.add(
        "signatures", n, sum(each[0] for each in shared.values()),
        n_wanted, sum(each[1] for name, each in shared.items() if name in wanted),
    )  # fmt: skip
    whole = {name for name, (one, other) in pairs.items() if one.parameters == other.parameters}
    counts.add("whole signatures", n, len(whole), n_wanted, len(whole & wanted))


def _agreement(made: Method, hidden: Method) -> tuple[float, float]:
    """Shares of the parameters of each of two that the other has as well."""
    if made.parameters[0] != hidden.parameters[0]:
        return 0.0, 0.0
    mine, theirs = ({each for each in one.parameters[1:] if each} for one in (made, hidden))
    both = len(mine & theirs)
    return (both / len(mine) if mine else 1.0), (both / len(theirs) if theirs else 1.0)


def usual_methods(session: OpenWorkspace, base: Any, others: list[Shape]) -> set[str]:
    """Methods that a base requires, or that more than half of the others define."""
    from flux_index.api.patterns.family import required_methods

    inference = session.inference(whole=True).strict()
    found = set(required_methods(inference, base))
    numbers: dict[str, int] = defaultdict(int)
    for each in others:
        for name in each.methods:
            numbers[name] += 1
    return found | {name for name, number in numbers.items() if number * 2 > len(others)}


def measure(root: str, cache: str, *, verbose: bool, checks: bool) -> list[dict[str, Any]]:
    """One row for each family of a code base."""
    index = Index.open(root, cache_dir=cache)
    index.refresh()
    session = OpenWorkspace(index)
    rows: list[dict[str, Any]] = []
    rng = random.Random(SEED)
    inference = session.inference(whole=True)
    found = sorted(families(session).items(), key=lambda entry: str(entry[0]))
    if len(found) > MOST:
        found = sorted(rng.sample(found, MOST), key=lambda entry: str(entry[0]))
    for base, members in found:
        name = qualified_name(inference, base)
        shapes: dict[Any, Shape] = {}
        for entity in members:
            table = inference.need(entity[1]).definition
            text = inference.text(entity[1])
            node = class_at(text, table.start[entity[2]], table.end[entity[2]])
            shapes[entity] = shape_of(node)
        counts = Counts()
        seconds: list[float] = []
        clean = 0
        drawn = rng.sample(members, min(DRAWN, len(members)))
        for entity in drawn:
            path, row = entity[1], entity[2]
            table = inference.need(path).definition
            left = without(inference.text(path), table.start[row], table.end[row])
            hiding = session.with_contents({path: left})
            own = name_of(inference, entity)
            question = {"base": _asked(name), "text": own, "into": path}
            call(hiding, "patterns", question)
            start = time.process_time()
            answer = call(hiding, "patterns", question)
            seconds.append(time.process_time() - start)
            made = _made(answer["skeleton"])
            others = [shape for each, shape in shapes.items() if each != entity]
            usual = usual_methods(session, base, others)
            told = name_of(inference, base)
            compare(counts, told, shapes[entity], made, usual)
            if checks:
                clean += _is_clean(hiding, question, verbose=verbose)
            if verbose:
                _tell(name, own, shapes[entity], made, usual, told)
        rates = {name: counts.rates(aspects) for name, (aspects, _) in AVERAGES.items()}
        rows.append(
            {
                "base": name, "members": len(members), "drawn": len(drawn), "clean": clean,
                "rates": rates, "counts": counts.by_aspect, "says": counts.says_something(),
                "cpu": max(seconds),
                "tested": all("test" in entity[1] for entity in members),
            }
        )  # fmt: skip
        if verbose:
            precision, recall = rates["all families"]
            print(f"== {name} of {len(members)}: {precision or 1:.2f} {recall or 1:.2f}")
    session.close()
    return rows


def _asked(name: str) -> str:
    return name.removeprefix("builtins.")


def _made(skeleton: str) -> Shape | None:
    for node in ast.parse(skeleton).body:
        if isinstance(node, ast.ClassDef):
            return shape_of(node)
    return None


def _is_clean(session: OpenWorkspace, question: dict[str, Any], *, verbose: bool) -> bool:
    """Whether a skeleton that is asked for as a new file in the same folder has no errors."""
    target = os.path.join(os.path.dirname(question["into"]), "flux_index_new.py")
    skeleton = call(session, "patterns", {**question, "into": target})["skeleton"]
    answer = call(session, "validate", {"path": target, "text": skeleton})
    errors = [item["message"] for item in answer["items"] if item["severity"] == "error"]
    if errors and verbose:
        print(skeleton, *errors, sep="\n  error: ")
    return not errors


def _tell(
    base: str, name: str, hidden: Shape, made: Shape | None, usual: set[str], told: str
) -> None:
    made = made or Shape(frozenset(), frozenset(), {})
    wrong = sorted(made.methods.keys() - hidden.methods.keys())
    missed = sorted((hidden.methods.keys() & usual) - made.methods.keys())
    unlike = sorted(
        each for each in made.methods.keys() & hidden.methods.keys()
        if made.methods[each] != hidden.methods[each]
    )  # fmt: skip
    other = (made.bases ^ hidden.bases) - {told}
    print(
        f"  {base} / {name}: wrong {wrong} missed {missed} unlike {unlike}"
        f" bases {sorted(other)} decorators {sorted(made.decorators ^ hidden.decorators)}"
    )


def report(title: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Print and give the averages over some families."""
    told: dict[str, Any] = {}
    print(title)
    for name, (_, only_telling) in AVERAGES.items():
        chosen = [row for row in rows if row["says"] or not only_telling]
        precision, recall = (_mean([row["rates"][name][at] for row in chosen]) for at in (0, 1))
        told[name] = {"families": len(chosen), "precision": precision, "recall": recall}
        print(f"  {name:20} precision {precision:.3f}, recall {recall:.3f} of {len(chosen)}")
    for aspect in ASPECTS:
        parts: list[str] = []
        for at, name in ((0, "precision"), (2, "recall")):
            values = [
                row["counts"][aspect][at + 1] / row["counts"][aspect][at]
                for row in rows
                if row["counts"][aspect][at]
            ]
            told[f"{aspect} {name}"] = _mean(values) if values else None
            parts.append(f"{name} {_mean(values):.3f} of {len(values)}" if values else "nothing")
        print(f"  {aspect:20} {', '.join(parts)}")
    return told


def _mean(values: list[float | None]) -> float:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="only these code bases")
    parser.add_argument("--all", action="store_true", help="also django and sqlalchemy")
    parser.add_argument("--verbose", action="store_true", help="tell of each hidden class")
    parser.add_argument("--json", help="write all figures to a file")
    parser.add_argument("--clean", action="store_true", help="also validate each skeleton")
    options = parser.parse_args()
    everything = {**TUNED, **HELD_OUT, **MORE_TUNED, **MORE_HELD_OUT}
    chosen = options.names or [*TUNED, *HELD_OUT]
    if options.all:
        chosen = list(everything)
    work = tempfile.mkdtemp(prefix="flux-index-patterns-")
    measured: dict[str, list[dict[str, Any]]] = {}
    try:
        for name in chosen:
            root = os.path.join(work, name)
            version, digest = everything[name]
            corpus.copy(corpus.fetch_pinned(f"{name}=={version}", f"sha256:{digest}"), root)
            os.makedirs(os.path.join(root, ".git"), exist_ok=True)
            measured[name] = measure(
                root, os.path.join(work, "cache"), verbose=options.verbose, checks=options.clean
            )
            report(name, measured[name])
    finally:
        shutil.rmtree(work, ignore_errors=True)
    groups = {
        "tuned": [*TUNED, *MORE_TUNED],
        "held out": [*HELD_OUT, *MORE_HELD_OUT],
        "the six": [*TUNED, *HELD_OUT],
        "all": list(everything),
    }
    print()
    told: dict[str, Any] = {}
    for title, names in groups.items():
        rows = [row for name in names for row in measured.get(name, ())]
        if rows:
            told[title] = report(title, rows)
            if options.clean:
                drawn = sum(row["drawn"] for row in rows)
                print(f"  clean skeletons      {sum(row['clean'] for row in rows)} of {drawn}")
            print(f"  CPU, warm            {max(row['cpu'] for row in rows) * 1000:.0f} ms at most")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"averages": told, "families": measured}, file, indent=1)


if __name__ == "__main__":
    sys.exit(main())

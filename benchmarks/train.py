"""Weights of the ranker of fixes: fitted to mutations of many code bases, and tried on each apart.

    python train.py NAME=FOLDER … [--each 150] [--env FOLDER] [--keep FILE] [--read FILE]

Mistakes are made in code that is right, as `flux-index examples` makes them, each judged as new
code; a decision is one that has several fixes of which one gives back what was there. For each code
base the weights of all the others are tried on it; the difference to the rules' own order is told
with the interval of a paired bootstrap, over decisions and over code bases. The weights of all are
what `api/check/fixes/ranking_model.py` ships. `--keep` writes the decisions, `--read` fits them
again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import corpus

from flux_index.api.examples.own_code import mutated
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.train.decisions import Decision, decisions_of
from flux_index.api.train.fit import bootstrap, compare, fit
from flux_index.indexer.index import Index

_SEED = 2026
_MOST_JUDGED = 12  # candidates for each decision that is wanted


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("roots", nargs="*", metavar="NAME=FOLDER")
    parser.add_argument("--each", type=int, default=150, help="decisions of a code base")
    parser.add_argument("--env", default="", help="the environment that the code runs in")
    parser.add_argument("--keep", type=Path, metavar="FILE")
    parser.add_argument("--read", type=Path, metavar="FILE")
    options = parser.parse_args()
    if options.env:
        os.environ["VIRTUAL_ENV"] = options.env
    decisions: list[Decision] = []
    if options.read:
        lines = options.read.read_text(encoding="utf-8").splitlines()
        decisions = [Decision(**json.loads(line)) for line in lines]
    for given in options.roots:
        name, _, folder = given.partition("=")
        found = decisions_in(name, folder, options.each)
        print(f"{name}: {len(found)} decisions", file=sys.stderr, flush=True)
        decisions += found
        if options.keep:
            with options.keep.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(asdict(each)) + "\n" for each in found)
    print(figures(decisions))
    return 0


def decisions_in(name: str, folder: str, wanted: int) -> list[Decision]:
    """Decisions of mutations of one code base, which is copied."""
    found: list[Decision] = []
    with TemporaryDirectory(prefix="flux-index-train-") as scratch:
        root = os.path.join(scratch, name)
        corpus.copy(folder, root)
        shutil.rmtree(os.path.join(root, ".git"), ignore_errors=True)
        os.mkdir(os.path.join(root, ".git"))
        index = Index.open(root, cache_dir=os.path.join(scratch, "cache"))
        try:
            workspace = OpenWorkspace(index, "touch").at_this_moment()
            candidates = mutated(workspace, random.Random(_SEED))
            for judged, candidate in enumerate(candidates, 1):
                for each in decisions_of(workspace, candidate):
                    if each.right >= 0:
                        each.source = name
                        found.append(each)
                if len(found) >= wanted or judged >= _MOST_JUDGED * wanted:
                    break
        finally:
            index.close()
    return found


def figures(decisions: list[Decision]) -> str:
    """The table of code bases, the difference with its interval, and the weights of all."""
    sources = list(dict.fromkeys(each.source for each in decisions))
    lines = [
        "| code base | decisions | first right by the rules | by the others' weights |",
        "|---|--:|--:|--:|",
    ]
    gains: list[int] = []
    of_source: dict[str, float] = {}
    for source in sources:
        own = [each for each in decisions if each.source == source]
        weights = fit([each for each in decisions if each.source != source])
        told = compare(own, weights)
        lines.append(f"| {source} | {told.decisions} | {told.before:.0%} | {told.after:.0%} |")
        of_source[source] = told.after - told.before
        firsts = {id(decision): first for decision, first in told.changed}
        gains += [(each.right == firsts.get(id(each), 0)) - (each.right == 0) for each in own]
    low, high = bootstrap(gains)
    chance = random.Random(_SEED)
    means = sorted(
        sum(of_source[each] for each in chance.choices(sources, k=len(sources))) / len(sources)
        for _ in range(2_000)
    )
    mean = sum(gains) / max(len(gains), 1)
    lines += [
        "",
        f"difference {mean:+.1%}, 95 % of decisions drawn again: {low:+.1%} to {high:+.1%}; "
        f"of code bases drawn again: {means[50]:+.1%} to {means[-51]:+.1%}",
        f"rules: {dict(Counter(each.rule for each in decisions).most_common())}",
        "",
        "weights of all:",
        json.dumps({name: round(each, 2) for name, each in fit(decisions).items()}, indent=4),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

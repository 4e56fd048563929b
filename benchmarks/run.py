"""Measure flux-index against what it has to meet, and print a table.

    python run.py [--only cold,peers,…] [--runs 5] [--corpus FOLDER] [--peers FOLDER] [--json FILE]

Without ``--corpus`` a pinned source distribution of Django is fetched through pip and kept in the
user's cache. Everything is measured on copies, with a cache of facts of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from tempfile import TemporaryDirectory

import corpus
import hooks
import promises
import serving
import warm
import whole
from bench import Bench
from table import Table

_HERE = os.path.dirname(os.path.abspath(__file__))
MEASURES = {
    "cold": whole.cold,
    "peers": whole.peers,
    "unchanged": whole.unchanged,
    "one-shot": whole.one_shot,
    "worktree": whole.worktree,
    "switch": whole.switch,
    "warm": warm.warm,
    "saves": serving.saves,
    "memory": serving.memory,
    "first": serving.first_answers,
    "hooks": hooks.hooks,
    **promises.MEASURES,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", help=f"some of {','.join(MEASURES)}")
    parser.add_argument("--runs", type=int, default=5, help="of what is a whole process")
    parser.add_argument("--corpus", help=f"an unpacked {corpus.NAME}, instead of fetching it")
    parser.add_argument("--peers", help="folder with the peers' programs, before those on PATH")
    parser.add_argument("--repository", default=os.path.dirname(_HERE),
                        help="whose newest commits are judged; by default this one")  # fmt: skip
    parser.add_argument("--json", metavar="FILE", help="also write every figure there")
    options = parser.parse_args()
    chosen = options.only.split(",") if options.only else list(MEASURES)
    unknown = [name for name in chosen if name not in MEASURES]
    if unknown:
        parser.error(f"there is no measure {unknown[0]!r}; there are {', '.join(MEASURES)}")
    table = Table()
    failed = False
    with TemporaryDirectory(prefix="flux-index-bench-") as work:
        bench = Bench(options.corpus or corpus.fetch(), work, options.runs, options.peers)
        bench.repository = os.path.abspath(options.repository)
        os.environ.update(bench.env)
        for name in chosen:
            print(f"{name}:", file=sys.stderr)
            table.probe()
            try:
                MEASURES[name](bench, table)
            except Exception as error:
                # The other figures are worth having all the same.
                failed = True
                table.add(name, f"failed: {' '.join(str(error).split()) or type(error).__name__}")
    print(table.markdown())
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(table.json(), file, indent=2)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())

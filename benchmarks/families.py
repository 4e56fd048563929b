"""Does `patterns` find the family of classes that a description means?

A file of questions has a line for each: code base, accepted bases (several with `|`) and
description, apart by tabs. An answer is right when its family derives from an accepted base, or is
of the classes that are like it. Code bases are folders of one folder, found by the beginning of
their names.

    python benchmarks/families.py QUESTIONS CODE_BASES
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path

import corpus

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.indexer.index import Index


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("code_bases", type=Path)
    options = parser.parse_args()
    lines = options.questions.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line]
    right = 0
    with tempfile.TemporaryDirectory(prefix="flux-index-families-") as work:
        for base in dict.fromkeys(row[0] for row in rows):
            source = next(iter(sorted(options.code_bases.glob(f"{base}-*/"))))
            root = os.path.join(work, base)
            corpus.copy(os.fspath(source), root)
            index = Index.open(root, cache_dir=os.path.join(work, "cache"))
            index.become_writer()
            index.build()
            workspace = OpenWorkspace(index)
            for _, accepted, text in (row for row in rows if row[0] == base):
                why = call(workspace, "patterns", {"text": text})["why"]
                ways = "|".join(map(re.escape, accepted.split("|")))
                is_right = bool(re.search(rf"(derive from|are like) ([\w.]*\.)?({ways})\b", why))
                right += is_right
                print("right" if is_right else "WRONG", base, text, "→", why or "nothing")
    print(f"{right} of {len(rows)} right")


if __name__ == "__main__":
    sys.exit(main())

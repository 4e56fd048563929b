"""The law: an index kept current through a history answers as one made from scratch does.

    python law.py REPOSITORY [--commits 200] [--names 4] [--json FILE]

Walks consecutive commits that touch Python, oldest first. After each checkout one index is brought
up to date, by turns in each way that there is, and another is made from nothing in a second
checkout, with a cache of its own. Every answer must be the same, byte for byte. The exit status is
1 when one is not.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from itertools import pairwise
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from answers import Difference, compare, draw

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.indexer.index import Index

if TYPE_CHECKING:
    from collections.abc import Sequence

WAYS = ("build", "refresh", "update", "reopen")
"""How an index is brought up to date: as `index` does, as a query without a server does, as a
watcher does, and as a process does that starts anew."""

# Commits that touch none of these change nothing that is indexed.
_MATTERS = ("*.py", "*.pyi", "*.toml", "*.cfg", ".gitignore", "**/.gitignore")
_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]{2,}")


class Current:
    """An index that is brought from one state of the files to the next."""

    def __init__(self, root: str, cache_dir: str) -> None:
        self._root = root
        self._cache_dir = cache_dir
        self.index = Index.open(root, cache_dir=cache_dir)
        _write(self.index)

    def follow(self, way: str, paths: Sequence[str]) -> OpenWorkspace:
        """Bring the index up to date; ``paths`` are those that changed."""
        if way == "reopen":
            self.index.close()
            self.index = Index.open(self._root, cache_dir=self._cache_dir)
        if not self.index.become_writer():
            raise RuntimeError(f"{self._root} has another writer")
        if way == "build":
            self.index.build()
        elif way == "update":
            self.index.update(paths)
        else:
            self.index.refresh()
        if self.index.pending:
            # So many changed at once that they were left for later.
            self.index.build()
        return OpenWorkspace(self.index)


def from_scratch(root: str, cache_dir: str) -> OpenWorkspace:
    """An index of these files that knows nothing of any others."""
    for folder in (os.path.join(root, ".flux-index"), cache_dir):
        shutil.rmtree(folder, ignore_errors=True)
    index = Index.open(root, cache_dir=cache_dir)
    _write(index)
    return OpenWorkspace(index)


def _write(index: Index) -> None:
    if not index.become_writer():
        raise RuntimeError(f"{index.path} has another writer")
    index.build()


class Outcome:
    """What walking a history showed."""

    def __init__(self) -> None:
        self.commits = 0
        self.questions = 0
        self.differences: list[tuple[str, str, Difference]] = []


def walk(repository: str, commits: int, names: int, work: str) -> Outcome:
    """Follow a history; differences are printed as they are found."""
    outcome = Outcome()
    history = _history(repository, commits + 1)
    here, there = os.path.join(work, "kept"), os.path.join(work, "scratch")
    for checkout in (here, there):
        _git(work, "clone", "--quiet", "--shared", "--no-checkout", repository, checkout)
        _git(checkout, "checkout", "--quiet", "--force", "--detach", history[0])
    current = Current(here, os.path.join(work, "cache-kept"))
    for step, (before, commit) in enumerate(pairwise(history)):
        for checkout in (here, there):
            _git(checkout, "checkout", "--quiet", "--force", "--detach", commit)
        paths = _git(here, "diff", "--name-only", "--no-renames", "-z", before, commit).split("\0")
        words = set(_WORD.findall(_git(here, "diff", "--unified=0", before, commit, "--", "*.py")))
        way = WAYS[step % len(WAYS)]
        session = current.follow(way, [path for path in paths if path])
        scratch = from_scratch(there, os.path.join(work, "cache-scratch"))
        questions = draw(scratch, words, commit, names)
        for difference in compare(session, scratch, questions):
            outcome.differences.append((commit, way, difference))
            print(f"{commit[:10]} after {way}: {difference}", flush=True)
        scratch.close()
        outcome.commits += 1
        outcome.questions += len(questions)
        _tell(f"{outcome.commits} of {len(history) - 1} commits, {outcome.questions:,} answers")
    current.index.close()
    return outcome


def _history(repository: str, count: int) -> list[str]:
    """Commits of the main line that matter here, oldest first."""
    listed = _git(
        repository, "rev-list", "--first-parent", f"--max-count={count}", "HEAD", "--", *_MATTERS
    )
    return listed.split()[::-1]


def _git(folder: str, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", folder, *arguments], check=True, capture_output=True, text=True,
        errors="replace",
    )  # fmt: skip
    return done.stdout


def _tell(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text}", end="", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("repository", help="a git repository; it is cloned, and left as it is")
    parser.add_argument("--commits", type=int, default=200)
    parser.add_argument("--names", type=int, default=4, help="names drawn of each kind")
    parser.add_argument("--json", metavar="FILE", help="also write the outcome there")
    options = parser.parse_args()
    started = time.monotonic()
    with TemporaryDirectory(prefix="flux-index-law-") as work:
        outcome = walk(os.path.abspath(options.repository), options.commits, options.names, work)
    summary = {
        "commits": outcome.commits,
        "answers": outcome.questions,
        "differences": len(outcome.differences),
        "seconds": round(time.monotonic() - started),
    }
    print(f"\n{outcome.commits} commits, {outcome.questions:,} answers compared, "
          f"{len(outcome.differences)} differ, {summary['seconds']} s")  # fmt: skip
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(summary, file, indent=2)
    return 1 if outcome.differences else 0


if __name__ == "__main__":
    raise SystemExit(main())

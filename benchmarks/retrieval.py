"""Does ``context`` find the files that a change touches? Asked of real commits.

    python retrieval.py [--set test|dev|REPOSITORY,…] [--commits 50] [--clones FOLDER]
                        [--node-modules FOLDER] [--json FILE]

A commit's message is the task, without trailers, issue numbers, links and hashes; the Python files
that it changed, which were there and hold no tests, are the truth; the workspace and git's history
are those of its parent. Commits are drawn by a fixed seed (see ``tasks.py``). Repositories are
cloned from GitHub into the user's cache unless a folder holds clones as ``OWNER+NAME``.

Beside it, on the same commits and files: BM25 over the text of files (identifiers whole and in
parts, lower case, k1 1.2, b 0.75), with the files that hold tests left out and with them, and
ripgrep (every word of three letters and more that is no stop word, ``rg -icwF``; files by how many
words they have, then by how often).

Acc@k is the share of commits of which *all* files are among the first k, as LocAgent defines it;
any@k of which at least one is; recall@10 the share of files found. With ``--node-modules`` (see
``tokens.py``) the packed texts are counted by real tokenizers.
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
from collections import Counter
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import tasks
from process import quantile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BUDGET = 4000
HEADS = ("Acc@1", "Acc@5", "any@1", "any@5", "recall@10")

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


class Outcome(NamedTuple):
    """What each method ranked first for a commit."""

    commit: tasks.Commit
    truth: tuple[str, ...]
    ranked: dict[str, list[str]]
    text: str
    tokens: int
    cpu: float


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--set", default="test", help="test, dev, or repositories")
    parser.add_argument("--commits", type=int, default=50, help="of each repository")
    parser.add_argument("--clones", help="folder that holds clones already")
    parser.add_argument("--node-modules", help="folder with real tokenizers")
    parser.add_argument("--json", metavar="FILE", help="also write every ranking there")
    options = parser.parse_args()
    chosen = {"test": tasks.TEST, "dev": tasks.DEV}.get(options.set)
    names = chosen or tuple(options.set.split(","))
    outcomes: dict[str, list[Outcome]] = {}
    with TemporaryDirectory(prefix="flux-index-retrieval-") as work:
        os.environ["FLUX_INDEX_CACHE_DIR"] = os.path.join(work, "cache")
        for name in names:
            outcomes[name] = ask(clone(name, options.clones), name, options.commits, work)
            print(f"{name}: {len(outcomes[name])} commits", file=sys.stderr)
    every = [outcome for listed in outcomes.values() for outcome in listed]
    for name, listed in (*outcomes.items(), ("all", every)):
        print(f"\n{name}, {len(listed)} commits\n\n| | {' | '.join(HEADS)} |")
        print("|---|" + "--:|" * len(HEADS))
        for method in listed[0].ranked:
            row = [f"{value:.1f}" for value in measured(listed, method)]
            print(f"| {method} | {' | '.join(row)} |")
    report(every, options.node_modules)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump([outcome._asdict() for outcome in every], file)
    return 0


def clone(name: str, clones: str | None) -> str:
    """Folder of a clone with all history."""
    if clones:
        kept = os.path.join(clones, name.replace("/", "+"))
        inner = os.path.join(kept, "repo")
        return inner if os.path.isdir(inner) else kept
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    kept = os.path.join(cache, "flux-index-bench", name.replace("/", "+") + ".git")
    if not os.path.isdir(kept):
        subprocess.run(
            ["git", "clone", "--bare", "--quiet", f"https://github.com/{name}", kept + ".part"],
            check=True,
        )
        os.rename(kept + ".part", kept)
    return kept


def ask(repository: str, name: str, count: int, work: str) -> list[Outcome]:
    """Ask for the context of each commit; one work tree moves on from parent to parent."""
    from flux_index.api.open_workspace import OpenWorkspace
    from flux_index.api.operations.table import call

    tree = os.path.join(work, name.replace("/", "+"))
    subprocess.run(
        ["git", "clone", "--quiet", "--shared", "--no-checkout", repository, tree], check=True
    )
    found: list[Outcome] = []
    session: OpenWorkspace | None = None
    bags: dict[bytes, Counter[str]] = {}
    for commit in tasks.sample(repository, name, count):
        tasks.git(tree, "checkout", "--quiet", "--force", "--detach", commit.parent)
        session = session or OpenWorkspace.open(tree)
        inference = session.inference(whole=True)
        paths = [path for path in inference.inference.paths() if path.endswith(".py")]
        truth = tuple(path for path in commit.truth if path in set(paths))
        if not truth:
            continue
        started = _cpu()
        answer = call(session, "context", {"task": commit.query, "budget": BUDGET})
        spent = _cpu() - started
        for path in paths:
            digest = inference.digest(path)
            if digest not in bags:
                with open(inference.absolute(path), encoding="utf-8", errors="replace") as file:
                    bags[digest] = Counter(tokens(file.read()))
        texts = {path: bags[inference.digest(path)] for path in paths}
        plain = {path: bag for path, bag in texts.items() if not tasks.is_test(path)}
        ranked = {
            "context": [
                item["path"] for item in answer["items"] if not tasks.is_test(item["path"])
            ],
            "BM25": bm25(tokens(commit.query), plain),
            "BM25, tests among the files": bm25(tokens(commit.query), texts),
        }
        if shutil.which("rg"):
            ranked["ripgrep"] = ripgrep(tree, commit.query, plain)
        found.append(Outcome(commit, truth, ranked, answer["text"], answer["tokens"], spent))
    if session is not None:
        session.close()
    shutil.rmtree(tree, ignore_errors=True)
    return found


def tokens(text: str) -> list[str]:
    """Identifiers in lower case, whole and in parts."""
    found: list[str] = []
    for name in _IDENTIFIER.findall(text):
        parts = _PARTS.findall(name)
        if len(parts) > 1:
            found.append(name.lower())
        found += [part.lower() for part in parts]
    return found


def bm25(query: list[str], bags: Mapping[str, Counter[str]]) -> list[str]:
    """Files by BM25 of their text, those that have no word of the query left out."""
    from flux_index.api.retrieval.words import bm25 as scores_of

    paths = list(bags)
    lengths = [float(bags[path].total()) for path in paths]
    counts = [dict(bags[path]) for path in paths]
    scores = scores_of(Counter(query), counts, lengths)
    order = sorted(zip(scores, paths, strict=True), key=lambda pair: (-pair[0], pair[1]))
    return [path for score, path in order if score > 0][:10]


def ripgrep(tree: str, query: str, plain: Mapping[str, Any]) -> list[str]:
    """Files without tests by how many words of a query they have, then by how often."""
    from flux_index.api.retrieval.words import STOP

    words = dict.fromkeys(word.lower() for word in _IDENTIFIER.findall(query) if len(word) > 2)
    having: Counter[str] = Counter()
    often: Counter[str] = Counter()
    for word in [word for word in words if word not in STOP][:60]:
        done = subprocess.run(
            ["rg", "-icwF", "--no-ignore", "-g", "*.py", "--", word, "."], cwd=tree,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        for line in done.stdout.splitlines():
            path, _, n = line.rpartition(":")
            having[path.removeprefix("./")] += 1
            often[path.removeprefix("./")] += int(n)
    order = sorted(having, key=lambda path: (-having[path], -often[path], path))
    return [path for path in order if path in plain][:10]


def measured(outcomes: Sequence[Outcome], method: str) -> list[float]:
    """The figures of :data:`HEADS` in per cent."""
    sums = [0.0] * len(HEADS)
    for outcome in outcomes:
        truth, ranked = set(outcome.truth), outcome.ranked[method]
        sums[0] += truth <= set(ranked[:1])
        sums[1] += truth <= set(ranked[:5])
        sums[2] += bool(truth & set(ranked[:1]))
        sums[3] += bool(truth & set(ranked[:5]))
        sums[4] += len(truth & set(ranked[:10])) / len(truth)
    return [100 * total / len(outcomes) for total in sums]


def report(outcomes: Sequence[Outcome], node_modules: str | None) -> None:
    """Say what the answers cost."""
    spent = [outcome.cpu * 1000 for outcome in outcomes]
    print("\nCPU of a question at a commit not seen before, with git: "
          f"median {quantile(spent, 0.5):.0f} ms, "
          f"p95 {quantile(spent, 0.95):.0f} ms")  # fmt: skip
    counted = [outcome.tokens for outcome in outcomes]
    over = sum(n > BUDGET for n in counted)
    print(f"Tokens as counted: median {quantile(counted, 0.5)}, most {max(counted)}; "
          f"{over} of {len(counted)} over the budget of {BUDGET}")  # fmt: skip
    if node_modules:
        from tokens import Tokenizers

        tokenizers = Tokenizers(node_modules)
        real = [max(pair) for pair in tokenizers.count([outcome.text for outcome in outcomes])]
        tokenizers.close()
        over = sum(n > BUDGET for n in real)
        print(f"Tokens by real tokenizers, the larger: median {quantile(real, 0.5)}, "
              f"most {max(real)}; {over} over the budget")  # fmt: skip


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    started = time.monotonic()
    code = main()
    print(f"{time.monotonic() - started:.0f} s", file=sys.stderr)
    raise SystemExit(code)

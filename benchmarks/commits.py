"""Real commits as edits: a commit that its authors kept should get no error.

    python commits.py REPOSITORY [--at REVISION] [--commits 100] [--without-tests] [--json FILE]

REPOSITORY is a folder, or an address that git can clone. The newest commits up to a revision that
change Python are judged, oldest first, each as an edit of its parent (``flux-index validate
--since``), in a work tree of their own; merges are left out. Prints the commits that are refused,
with the errors, and what it cost. The environment is the one that is active, as ever.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from process import flux_index, quantile, run
from tasks import git, is_test

_PYTHON = ("*.py", "*.pyi")


def clone(repository: str, into: str) -> str:
    """Clone a repository, without its files; what lies on this machine is shared."""
    local = os.path.isdir(repository)
    source = os.path.abspath(repository) if local else repository
    shared = ["--shared"] if local else []
    run(["git", "clone", "--quiet", *shared, "--no-checkout", source, into], cwd=os.getcwd())
    return into


def history(tree: str, revision: str, count: int, *, with_tests: bool = True) -> list[str]:
    """Commits with a parent that change Python, oldest first.

    Without tests, those are left out that change nothing else of Python.
    """
    found: list[str] = []
    listed = git(tree, "rev-list", "--no-merges", "--min-parents=1", revision, "--", *_PYTHON)
    for commit in listed.split():
        if len(found) == count:
            break
        if with_tests or not all(map(is_test, changed(tree, commit))):
            found.append(commit)
    return found[::-1]


def changed(tree: str, commit: str) -> list[str]:
    """Paths of the Python files that a commit changes."""
    names = git(
        tree, "diff-tree", "-r", "-z", "--no-commit-id", "--name-only", commit, "--", *_PYTHON
    )
    return [name for name in names.split("\0") if name]


def judge(tree: str, commit: str, seconds: float) -> dict[str, Any]:
    """Judge a commit as an edit of its parent; returns what was found, and the cost."""
    git(tree, "checkout", "--quiet", "--force", "--detach", commit)
    index = run([*flux_index(), "index", "--quiet"], cwd=tree, timeout=seconds)
    done = run(
        [*flux_index(), "validate", "--since", f"{commit}^", "--format", "json"],
        cwd=tree, codes=(0, 1), timeout=seconds, apart=True,
    )  # fmt: skip
    keys = ("path", "line", "rule", "severity", "evidence", "message")
    return {
        "commit": commit,
        "subject": git(tree, "log", "-1", "--format=%s", commit).strip(),
        "files": len(changed(tree, commit)),
        "cpu": round(done.cpu, 3),
        "index_cpu": round(index.cpu, 3),
        "not_judged": len(done.errors.splitlines()),
        "findings": [{key: each[key] for key in keys} for each in json.loads(done.output)],
    }


def summary(results: list[dict[str, Any]]) -> str:
    """How many commits are refused and doubted, by which rules, and the seconds of CPU of one."""
    if not results:
        return "no commit was judged"
    severities = [{each["severity"] for each in result["findings"]} for result in results]
    refused = sum("error" in each for each in severities)
    doubted = sum("warning" in each and "error" not in each for each in severities)
    rules: Counter[tuple[str, str]] = Counter(
        (each["severity"], each["rule"]) for result in results for each in result["findings"]
    )
    cpu = [result["cpu"] for result in results]
    lines = [
        f"{len(results)} commits judged, {refused} refused, {doubted} with warnings only",
        f"CPU of one: median {quantile(cpu, 0.5):.2f} s, p95 {quantile(cpu, 0.95):.2f} s, "
        f"most {max(cpu):.2f} s",
    ]
    lines += [f"{count:5} {severity} {rule}" for (severity, rule), count in rules.most_common()]
    return "\n".join(lines)


def told(result: dict[str, Any], severity: str = "error") -> list[str]:
    """A commit with its findings of a severity, as lines; none if it has none."""
    found = [each for each in result["findings"] if each["severity"] == severity]
    lines = [f"  {e['path']}:{e['line']} {e['rule']}: {e['message']}" for e in found]
    return [f"{result['commit'][:10]} {result['subject']}", *lines] if found else []


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("repository", help="a folder, or the address of a public repository")
    parser.add_argument("--at", default="HEAD", help="the newest commit")
    parser.add_argument("--commits", type=int, default=100)
    parser.add_argument("--without-tests", action="store_true",
                        help="leave out commits that only touch tests")  # fmt: skip
    parser.add_argument("--seconds", type=float, default=300, help="for one commit")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write what was found there")
    options = parser.parse_args()
    results: list[dict[str, Any]] = []
    failed = False
    with TemporaryDirectory(prefix="flux-index-commits-") as work:
        # The store of this run only: figures do not depend on what was indexed before.
        os.environ["XDG_CACHE_HOME"] = os.path.join(work, "cache")
        tree = clone(options.repository, os.path.join(work, "tree"))
        revision = git(tree, "rev-parse", "--verify", f"{options.at}^{{commit}}").strip()
        wanted = history(tree, revision, options.commits, with_tests=not options.without_tests)
        for commit in wanted:
            try:
                result = judge(tree, commit, options.seconds)
            except RuntimeError as error:
                # The other commits are worth having all the same.
                failed = True
                print(f"{commit[:10]} was not judged: {error}", file=sys.stderr)
                continue
            results.append(result)
            for line in told(result):
                print(line, flush=True)
    print(summary(results))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Verdicts that are kept against verdicts found out anew, over the commits of a repository.

    python kept_verdicts.py REPOSITORY [--at REVISION] [--commits 100]

REPOSITORY is a folder, or an address that git can clone. The newest commits up to a revision that
change Python are checked out one after the other, oldest first. Of each, all files are judged: once
with what is kept from the commits before, and once from nothing. Prints each file of which the two
differ, the share of the files whose verdict was kept, and what both cost.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from tempfile import TemporaryDirectory

from commits import clone, history
from process import flux_index, run
from tasks import git

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.kept_verdicts import KeptVerdicts
from flux_index.api.operations.whole_files import judge_here


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("repository", help="a folder, or the address of a public repository")
    parser.add_argument("--at", default="HEAD", help="the newest commit")
    parser.add_argument("--commits", type=int, default=100)
    options = parser.parse_args()
    files = kept_files = differing = 0
    with_kept = from_nothing = 0.0
    with TemporaryDirectory(prefix="flux-index-kept-") as work:
        os.environ["XDG_CACHE_HOME"] = os.path.join(work, "cache")
        tree = clone(options.repository, os.path.join(work, "tree"))
        revision = git(tree, "rev-parse", "--verify", f"{options.at}^{{commit}}").strip()
        for commit in history(tree, revision, options.commits):
            git(tree, "checkout", "--quiet", "--force", "--detach", commit)
            run([*flux_index(), "index", "--quiet"], cwd=tree)
            workspace = OpenWorkspace.open(tree)
            started = time.process_time()
            inference = workspace.inference(whole=True)
            kept = KeptVerdicts(inference)
            known = kept.of(kept.paths)
            judged = judge_here(
                inference, [path for path in kept.paths if path not in known], kept.paths
            )
            kept.keep(judged)
            with_kept += time.process_time() - started
            started = time.process_time()
            fresh = judge_here(workspace.inference(whole=True), kept.paths, kept.paths)
            from_nothing += time.process_time() - started
            workspace.close()
            files += len(kept.paths)
            kept_files += len(known)
            for path, each in fresh.items():
                told = known.get(path) or judged[path]["verdict"]
                if json.dumps(told) != json.dumps(each["verdict"]):
                    differing += 1
                    print(f"{commit[:10]} {path}: {'kept' if path in known else 'judged'} verdict "
                          "is another one than that from nothing", flush=True)  # fmt: skip
    share = kept_files / files if files else 0
    print(f"{files} verdicts, {share:.0%} of them kept, {differing} differ; "
          f"CPU {with_kept:.1f} s with what is kept, {from_nothing:.1f} s without")  # fmt: skip
    return 1 if differing else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Candidates from history: commits that mended what an earlier one had broken.

A commit is looked at backwards, as an edit that takes its changes back, in the files as they were
with it: what is wrong then it had mended. So a fault that the rest of the code base only seems to
have now is none.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...indexer.errors import InvalidArgumentsError
from ...indexer.text import normalize
from ..open_workspace import OpenWorkspace
from ..source.git import Repository, differs
from .candidate import HISTORY, Candidate

_SUFFIXES = (".py", ".pyi")
_MOST_FILES = 8  # of a commit: one that changes more mends no single thing
_MOST_AROUND = 400  # files that differ from those of the workspace


def mended(workspace: OpenWorkspace, commits: int) -> Iterator[Candidate]:
    """Yield candidates of the last commits, the newest first."""
    repository = Repository(workspace.index.workspace.root)
    if not repository.head():
        return
    listed, _, _ = repository.run("rev-list", "--no-merges", f"--max-count={commits}", "HEAD")
    inference = workspace.inference(whole=True)
    here = {
        path: inference.text(path)
        for path in inference.snapshot.paths()
        if path.endswith(_SUFFIXES) and not path.startswith("/")
    }
    # The objects of files that are as git has them, so that most need not be read again.
    same = {
        path: each
        for path, each in repository.tree("HEAD").items()
        if path in here and not differs(here[path], each)
    }
    for commit in (listed or b"").decode("ascii", "replace").split():
        try:
            after, before = repository.tree(commit), repository.tree(f"{commit}^")
        except InvalidArgumentsError:  # the first one, or what a shallow clone lacks
            continue
        changed = [
            path
            for path in sorted(after.keys() | before.keys())
            if path.endswith(_SUFFIXES) and before.get(path) != after.get(path)
        ]
        around = _around(repository, after, here, same) if len(changed) <= _MOST_FILES else None
        if around is None:
            continue
        contents = repository.contents(before[path] for path in changed if path in before)
        old = {path: contents.get(before.get(path, "")) for path in changed}
        taken_back = {path: None if text is None else normalize(text) for path, text in old.items()}
        for path, bad in taken_back.items():
            good = around.get(path, here.get(path))
            if good is not None and bad is not None:
                about = {"commit": commit}
                yield Candidate(path, good, bad, HISTORY, "", about, around, taken_back)


def _around(
    repository: Repository,
    after: dict[str, str],
    here: dict[str, bytes],
    same: dict[str, str],
) -> dict[str, bytes | None] | None:
    """Return what files were with a commit where they are not so now; None if too much is."""
    python = {path: each for path, each in after.items() if path.endswith(_SUFFIXES)}
    gone = [path for path in here if path not in python]
    other = {path: each for path, each in python.items() if same.get(path) != each}
    if len(gone) + len(other) > _MOST_AROUND:
        return None
    contents = repository.contents(other.values()) if other else {}
    found: dict[str, bytes | None] = dict.fromkeys(gone)
    for path, each in other.items():
        content = contents.get(each)
        if content is None:
            return None
        found[path] = normalize(content)
    return found


def broken_by(repository: Repository, commit: str, path: str, line: int) -> str:
    """Return the commit that last changed a line before ``commit`` did; empty if unknown."""
    place = f"-L{line},{line}"
    try:
        found, _, _ = repository.run("blame", "--porcelain", place, f"{commit}^", "--", path)
    except InvalidArgumentsError:
        return ""
    return (found or b"").partition(b" ")[0].decode("ascii", "replace")

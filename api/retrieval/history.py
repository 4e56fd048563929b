"""Git history: the files that changed together, lately, and the words of messages.

The last few thousand commits that changed Python files are read once, by ``git log``, and kept in
a small file beside the index. A newer HEAD costs reading the commits that are new. Nothing here
fails: without git, or without a repository, history is empty.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, sqrt

from ...indexer import platforms
from ...indexer.index import HISTORY_FILE
from ...indexer.private_files import open_file, read_file
from ..source.git import Repository, is_object_id
from .words import rarity, stems

# Commits that are read, and seconds that a question may wait for it; the next one reads on.
MOST_COMMITS = 3_000
_PATIENCE = 4.0
# A commit that changes more files than this says nothing about any of them.
MOST_FILES = 20
_LONGEST_MESSAGE = 2_000
_LARGEST = 20_000_000
_FORMAT = "flux-index history 1"
_CUT = "cut"

# Lines of a message that say who and where, and not what.
_TRAILER_MARK = "-by:"
_kept: dict[str, History] = {}


@dataclass(frozen=True, slots=True)
class Commit:
    """A change: what its message says and the files that it changed."""

    sha: str
    time: int
    subject: str
    terms: list[str]
    paths: list[str]


class History:
    """Commits, newest first, and where each word occurs in their messages."""

    def __init__(self, commits: list[Commit], head: str = "", *, cut: bool = False) -> None:
        """Index commits; ``cut`` when there are older ones that were not reached in time."""
        self.commits = commits
        self.head = head
        self.cut = cut
        self._rows: dict[str, list[int]] = {}
        for row, commit in enumerate(commits):
            if len(commit.paths) <= MOST_FILES:
                for term in commit.terms:
                    self._rows.setdefault(term, []).append(row)
        self._norms: list[float] = []

    def rows(self, term: str) -> list[int]:
        """Return the commits whose messages have a word."""
        return self._rows.get(term, [])

    def weight(self, term: str) -> float:
        """Return the inverse document frequency of a word."""
        return rarity(len(self.commits), len(self.rows(term)))

    def alike(self, terms: Iterable[str]) -> dict[int, float]:
        """Return the similarity of messages to words, 0 to 1, by row of commit."""
        if not self._norms:
            weights = {term: self.weight(term) ** 2 for term in self._rows}
            self._norms = [
                sqrt(sum(weights.get(term, 0.0) for term in commit.terms)) or 1.0
                for commit in self.commits
            ]
        found: dict[int, float] = {}
        length = 0.0
        for term in terms:
            rows = self.rows(term)
            if rows:
                weight = self.weight(term) ** 2
                length += weight
                for row in rows:
                    found[row] = found.get(row, 0.0) + weight
        length = sqrt(length) or 1.0
        return {row: shared / (length * self._norms[row]) for row, shared in found.items()}

    def decay(self, row: int, commits: float) -> float:
        """Return the weight of a commit when it fades over so many commits."""
        return exp(-row / commits)


def read_history(root: str, state_dir: str) -> History:
    """Return the history of the repository that a folder lies in; empty when there is none."""
    repository = Repository(root)
    head = repository.head()
    if not head:
        return History([])
    kept = _kept.get(root)
    if kept is not None and kept.head == head and not kept.cut:
        return kept
    path = os.path.join(state_dir, HISTORY_FILE)
    old = kept if kept is not None else _load(path)
    if old is not None and old.head == head and not old.cut:
        found = old
    else:
        found = _read(repository, head, old)
        _save(path, found)
    _kept.clear()  # One workspace is asked about at a time.
    _kept[root] = found
    return found


def _read(repository: Repository, head: str, old: History | None) -> History:
    """Return the history from a head on, taking over what is known of an older one's."""
    commits: list[Commit] = []
    if old is not None and old.commits:
        gone = _listed(repository, f"{head}..{old.head}")
        if gone is not None:  # else the old head is not there any more
            fresh, cut = _log(repository, f"{old.head}..{head}", MOST_COMMITS)
            if cut:
                return History(fresh, head, cut=True)
            commits = fresh + [commit for commit in old.commits if commit.sha not in gone]
            if not old.cut:
                return History(commits[:MOST_COMMITS], head)
    if not commits:
        commits, cut = _log(repository, head, MOST_COMMITS)
        return History(commits, head, cut=cut)
    older, cut = _log(repository, commits[-1].sha, max(MOST_COMMITS - len(commits), 1))
    known = {commit.sha for commit in commits}
    commits += [commit for commit in older if commit.sha not in known]
    return History(commits[:MOST_COMMITS], head, cut=cut)


def _listed(repository: Repository, revisions: str) -> set[str] | None:
    """Return abbreviated hashes of a range of commits; None when git does not know it."""
    found, _, is_late = repository.run(
        "log", "--format=%H", "--end-of-options", revisions, "--", seconds=_PATIENCE
    )
    return None if found is None or is_late else {sha[:16] for sha in found.decode().split()}


def _log(repository: Repository, revisions: str, most: int) -> tuple[list[Commit], bool]:
    """Commits that changed Python files below the folder, newest first; whether time was up."""
    found, _, is_late = repository.run(
        "log", f"-{most}", "--no-merges", "--no-renames", "--no-ext-diff", "--no-mailmap",
        "-O/dev/null",
        "--relative", "--name-only", "--format=%x1e%H%x1f%ct%x1f%B%x1f",
        "--end-of-options", revisions, "--", "*.py", "*.pyi", seconds=_PATIENCE,
    )  # fmt: skip
    if not found:
        return [], is_late
    if is_late:  # perhaps in the middle of a commit
        found = found.rpartition(b"\x1e")[0]
    entries = found.decode("utf-8", "replace").split("\x1e")[1:]
    return [commit for commit in map(_parsed, entries) if commit is not None], is_late


def _parsed(entry: str) -> Commit | None:
    """Return one entry of the log; None for one that names no file."""
    fields = entry.split("\x1f")
    if len(fields) != 4 or not fields[1].isdigit():
        return None
    sha, time, message, names = fields
    paths = [name for name in names.split("\n") if name and name[0] != '"']
    lines = [
        line
        for line in message[:_LONGEST_MESSAGE].split("\n")
        if _TRAILER_MARK not in line.lower()[:30]
    ]
    subject = " ".join(lines[0].split()) if lines else ""
    terms = sorted(set(stems("\n".join(lines))))
    return Commit(sha[:16], int(time), subject, terms, paths) if paths else None


def _load(path: str) -> History | None:
    """Return the history as it was saved; None when it was not, or cannot be read."""
    try:
        lines = read_file(path, _LARGEST).decode("utf-8", "surrogateescape").split("\n")
        kind, head, cut = lines[0].split("\t")
        if kind != _FORMAT or not is_object_id(head):
            return None
        commits: list[Commit] = []
        for line in lines[1:-1]:
            sha, time, subject, terms, paths = line.split("\t")
            if is_object_id(sha):
                parts = int(time), subject, terms.split(), paths.split("\x1f")
                commits.append(Commit(sha, *parts))
        return History(commits, head, cut=cut == _CUT)
    except (OSError, ValueError, IndexError):
        return None


def _save(path: str, found: History) -> None:
    """Keep history for later, if that can be done."""
    lines = [f"{_FORMAT}\t{found.head}\t{_CUT if found.cut else ''}"]
    lines += [
        "\t".join(
            (
                commit.sha,
                str(commit.time),
                commit.subject.replace("\t", " "),
                " ".join(commit.terms),
                "\x1f".join(commit.paths),
            )
        )
        for commit in found.commits
    ]
    partial = f"{path}.{os.getpid()}"
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with open(open_file(partial, flags), "wb") as file:
            file.write(("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"))
        platforms.replace(partial, path)
    except OSError:
        try:
            platforms.remove(partial)
        except OSError:
            pass

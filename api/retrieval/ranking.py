"""Files in order of how much they matter for a task, each with the reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import gmtime, strftime

from ...indexer.inference.inference import Inference
from ...indexer.paths import is_test_file
from .history import MOST_FILES, History
from .signals import Chunk, Signals
from .task import Task
from .words import parts, scaled, stem

# What each kind of evidence counts for, fitted on commits of the repositories that
# benchmarks/tasks.py calls DEV: the logarithm of the odds that a file is one to change.
WEIGHTS = {
    "title": 1.85,
    "body": 0.6,
    "chunks": 0.85,
    "path": 0.95,
    "stem": 0.8,
    "file": 2.2,
    "size": 0.65,
    "uses": 0.95,
    "defines": 0.65,
    "recent3": 1.0,
    "recent20": 0.4,
    "nearest": 0.7,
    "messages": 0.65,
    "title messages": 1.2,
    "top": 1.4,
    "side folder": -0.6,
    "pairs": 1.15,
    "changed together": 0.5,
}
# Given by hand, for commits have neither tracebacks nor paths: more than words can come to.
_NAMED = 8.0
_FRAME = 6.0
_BESIDE = 1.5
# A test is worth reading, but what is tested comes first.
_TEST = -3.0
# Words that are listed as a reason.
_REASON_WORDS = 5
_ALIKE_ENOUGH = 0.3


@dataclass(slots=True)
class RankedFile:
    """A file: its score, where it stands, and what speaks for it."""

    path: str
    score: float
    test: bool = field(kw_only=True)
    why: list[str] = field(default_factory=list[str])
    chunks: list[Chunk] = field(default_factory=list["Chunk"])
    lines: list[int] = field(default_factory=list[int])
    """One-based lines that the task names."""


class Ranking:
    """All files of a workspace, the most important first."""

    def __init__(
        self, inference: Inference, task: Task, history: History, requested: list[str]
    ) -> None:
        """Rank files; ``requested`` are paths about to be written or read, also new ones."""
        self.task = task
        every = list(inference.snapshot.paths())
        named = _named(task, every)
        tests = {path for path in every if is_test_file(path)}
        # Tests are many and say the words of everything: they are looked at when asked for.
        paths = [
            path
            for path in every
            if path not in tests or task.about_tests or path in named or path in requested
        ]
        evidence = self._evidence = Signals(inference, task, paths, history)
        evidence.gather()
        kinds = self._scaled = {kind: scaled(evidence.scores[kind]) for kind in WEIGHTS}
        found: list[RankedFile] = []
        for at, path in enumerate(paths):
            score = sum(weight * kinds[kind][at] for kind, weight in WEIGHTS.items())
            one = RankedFile(path, score, test=path in tests)
            one.chunks = evidence.chunks.get(path, [])
            if one.test:
                one.score += _TEST
            self._add_places(one, at, named.get(path), requested)
            found.append(one)
        self.files = sorted(found, key=lambda one: (-one.score, one.path))

    def _add_places(
        self,
        one: RankedFile,
        at: int,
        named: tuple[float, str, list[int]] | None,
        requested: list[str],
    ) -> None:
        """Add what is not evidence of words: places that are named."""
        if one.path in requested:
            one.score += 2 * _NAMED
            one.why.append("given")
        elif named is not None:
            score, why, lines = named
            one.score += score
            one.why.append(why)
            one.lines = lines
        folder = one.path.rpartition("/")[0]
        if one.path not in requested and any(
            path.rpartition("/")[0] == folder for path in requested
        ):
            one.score += _BESIDE
            one.why.append("beside what is given")
        elif self._scaled["file"][at] and not one.why:
            one.why.append("named in the task")

    def reasons(self, one: RankedFile) -> list[str]:
        """Return the reasons for a file's score, in words, the strongest first."""
        evidence, kinds = self._evidence, self._scaled
        at = evidence.paths.index(one.path)
        why = list(one.why)
        defined = self._defined_names(one)
        if defined:
            why.append(f"defines {', '.join(defined)}")
        words = self._words(at)
        if words and kinds["title"][at] + kinds["chunks"][at] > 0.2:
            why.append(f"says {', '.join(words)}")
        commit = self._similar_commit(one.path)
        if commit:
            why.append(commit)
        if kinds["changed together"][at] > 0.5:
            why.append("changed together with files above")
        recent = evidence.scores["recent3"]
        # Where all was changed at once, nothing was lately.
        if recent[at] > 0.2 and min(recent) < recent[at]:
            why.append("changed lately")
        return why

    def rarest(self) -> list[str]:
        """Return the three words of the task, without endings, that the fewest files say."""
        counts = self._evidence.counts
        spread = {term: sum(term in each for each in counts) for term in self.task.title_terms}
        return sorted((term for term in spread if spread[term]), key=spread.__getitem__)[:3]

    def _defined_names(self, one: RankedFile) -> list[str]:
        """Return names of the task that the file defines."""
        evidence = self._evidence
        facts = evidence.inference.facts(one.path)
        if facts is None or not evidence.scores["defines"][evidence.paths.index(one.path)]:
            return []
        defined = {facts.names[row] for row in facts.definition.name}
        wanted = self.task.identifiers or self.task.distinctive_names
        return [name for name in wanted if name in defined][:3]

    def _words(self, at: int) -> list[str]:
        """Return words of the task that the file says, those first that few files say."""
        counts = self._evidence.counts
        spelled: dict[str, str] = {}
        for word in parts(self.task.text):
            spelled.setdefault(stem(word), word)
        here = [term for term in self.task.title_terms if term in counts[at]]
        here += [term for term in self.task.terms if term in counts[at] and term not in here]
        spread = {term: sum(term in each for each in counts) for term in here}
        here.sort(key=lambda term: spread[term])
        return [spelled.get(term, term) for term in here[:_REASON_WORDS]]

    def _similar_commit(self, path: str) -> str:
        """Return the commit most like the task among those that changed a file."""
        evidence = self._evidence
        place = evidence.paths.index(path)
        best, row = 0.0, -1
        for at, likeness in evidence.alike.items():
            if likeness <= best:
                continue
            commit = evidence.history.commits[at]
            if len(commit.paths) <= MOST_FILES and any(
                evidence.place_of(old) == place for old in commit.paths
            ):
                best, row = likeness, at
        if best < _ALIKE_ENOUGH:
            return ""
        commit = evidence.history.commits[row]
        subject = commit.subject if len(commit.subject) <= 60 else commit.subject[:59] + "…"
        day = strftime("%Y-%m-%d", gmtime(commit.time))
        return f'changed with "{subject}" ({commit.sha[:8]}, {day})'


def _named(task: Task, paths: list[str]) -> dict[str, tuple[float, str, list[int]]]:
    """Return the files that a traceback or the text of a task names: score, reason, lines."""
    found: dict[str, tuple[float, str, list[int]]] = {}
    last = len(task.frames)
    for number, frame in enumerate(task.frames, 1):
        path = _find_path(frame.path, paths)
        if path:
            # The innermost frame of the workspace is where it went wrong.
            score = _FRAME * (0.5 + 0.5 * number / last)
            where = f"line {frame.line}" + (f" in {frame.function}" if frame.function else "")
            lines = [*found[path][2], frame.line] if path in found else [frame.line]
            found[path] = score, f"in the traceback: {where}", lines
    for frame in task.mentioned:
        path = _find_path(frame.path, paths)
        if path and path not in found:
            lines = [frame.line] if frame.line else []
            score = _NAMED if "/" in frame.path or lines else _BESIDE
            found[path] = score, "named in the task", lines
    return found


def _find_path(written: str, paths: list[str]) -> str:
    """Return the file of the workspace that a path from elsewhere stands for; empty if none."""
    parts_ = written.strip("./").split("/")
    endings = {path: path.split("/") for path in paths if path.endswith(parts_[-1])}
    for n in range(len(parts_), 0, -1):
        tail = parts_[-n:]
        fits = [path for path, split in endings.items() if split[-n:] == tail]
        if len(fits) == 1 or (fits and n > 1):
            return min(fits, key=lambda path: (path.count("/"), path))
    return ""

"""Evidence that a file matters for a task, each kind of it a score for every file."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise
from math import log, sqrt

from ...indexer import text
from .chunks import chunks
from .history import MOST_FILES
from .scoring import bm25, scaled
from .word_hits import counts, hits
from .words import stems

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...indexer.inference.inference import Inference
    from .chunks import Chunk
    from .history import History
    from .task import Task

# Words of a long text that are looked for: the rarest.
_MOST_TERMS = 40
# Text that is read: of larger code bases, the files that the index and history point at.
_MOST_BYTES = 12_000_000
_SYMBOLS = 4_000
# Files that are looked at function by function.
_CUT_UP = 80
# Bytes between two words that still stand together, with an ending of the first.
_APART = 5
# Folders of what goes with a program and is not it.
_ASIDE = frozenset(["docs", "doc", "examples", "example", "scripts", "extra", "tools"])
# Files that others are looked for which changed together with them, and the most in such a change.
_LEADING = 5
_TOGETHER = 10
# Commits over which what was said of a file fades.
_FADING = 800.0


class Signals:
    """Scores by kind of evidence, each a list with one score for each of ``paths``."""

    __slots__ = (
        "_lengths",
        "_place",
        "_places",
        "alike",
        "chunks",
        "counts",
        "history",
        "paths",
        "scores",
        "inference",
        "task",
    )

    def __init__(
        self, inference: Inference, task: Task, paths: Sequence[str], history: History
    ) -> None:
        """Nothing is gathered yet."""
        self.inference = inference
        self.task = task
        self.paths = list(paths)
        self.history = history
        self.scores: dict[str, list[float]] = {}
        self.counts: list[dict[str, int]] = []
        self.chunks: dict[str, list[Chunk]] = {}
        self.alike: dict[int, float] = {}
        self._place = {path: at for at, path in enumerate(self.paths)}
        self._places: dict[str, int] = {}
        self._lengths: list[float] = []

    def gather(self) -> None:
        """Gather everything."""
        self._paths()
        self._names()
        self._messages()
        self._words()
        self._company()
        first = [sum(scores) for scores in zip(
            scaled(self.scores["title"]),
            scaled(self.scores["title messages"]),
            scaled(self.scores["uses"]),
            strict=True,
        )]  # fmt: skip
        self._cut_up(sorted(range(len(first)), key=lambda at: -first[at]))

    def place_of(self, old: str) -> int:
        """Place of the file that a path of history is now; -1 for one that is gone."""
        return self._places.get(old, -1)

    def none(self) -> list[float]:
        """A score of nothing for every file."""
        return [0.0] * len(self.paths)

    def _words(self) -> None:
        """Words of the task in the text of files."""
        task = self.task
        spelled = [(term, term.encode("utf-8", "surrogatepass")) for term in task.terms]
        files = self.inference.snapshot.view.files
        lengths = [float(files[path][2]) if path in files else 0.0 for path in self.paths]
        promising = self._promising(lengths)
        for at, path in enumerate(self.paths):
            self.inference.snapshot.relax()
            if promising is not None and at not in promising:
                self.counts.append({})
                continue
            raw = raw_text(self.inference, path)
            lengths[at] = len(raw)
            self.counts.append(counts(raw, spelled))
        self._lengths = lengths
        self.scores["size"] = [log(1 + length) for length in lengths]
        title = dict.fromkeys(task.title_terms, 1.0)
        self.scores["title"] = bm25(title, self.counts, lengths)
        every = dict.fromkeys(task.terms, 1.0)
        self.scores["body"] = bm25(every, self.counts, lengths)

    def _promising(self, lengths: list[float]) -> set[int] | None:
        """Files that are worth reading where there are too many to read all; None for all.

        Told by what the index and history say of them: paths, names, words of symbols, messages.
        """
        if sum(lengths) <= _MOST_BYTES:
            return None
        symbols = self.none()
        store = self.inference.snapshot.index.reader()
        paths = self.inference.snapshot.view.paths
        words = [term for term in self.task.title_terms if term.isalnum()]
        if store is not None and words:
            for symbol in store.search_words(" OR ".join(f'"{word}"*' for word in words), _SYMBOLS):
                at = self._place.get(paths.get(symbol.file, ""))
                if at is not None:
                    symbols[at] += 1
        kinds = ("path", "stem", "file", "uses", "defines", "messages", "title messages")
        told = [scaled(self.scores[kind]) for kind in kinds]
        told.append(scaled([log(1 + n) for n in symbols]))
        score = [sum(scores) for scores in zip(*told, strict=True)]
        found: set[int] = set()
        room = _MOST_BYTES
        for at in sorted(range(len(score)), key=lambda at: -score[at]):
            room -= lengths[at]
            if room < 0:
                break
            found.add(at)
        return found

    def _cut_up(self, order: Sequence[int]) -> None:
        """Words of the task in the functions and classes of the files that come first."""
        spelled = [(term, term.encode("utf-8", "surrogatepass")) for term in self.task.terms]
        pairs = self._pairs()
        close: list[dict[str, int]] = [{} for _ in self.paths]
        cut: list[Chunk] = []
        for at in order[:_CUT_UP]:
            path = self.paths[at]
            here = self.counts[at]
            facts = self.inference.facts(path) if here else None
            if facts is None:
                continue
            raw = self.inference.text(path)
            folded = raw.lower()
            places = {term: hits(raw, folded, form) for term, form in spelled if term in here}
            for one, other in pairs:
                if one in places and other in places:
                    n = _following(places[one], places[other], len(one) + _APART)
                    if n:
                        close[at][f"{one} {other}"] = n
            self.chunks[path] = chunks(path, facts, places)
            cut += self.chunks[path]
        self.scores["pairs"] = bm25(
            {f"{one} {other}": 1.0 for one, other in pairs}, close, self._lengths
        )
        every = dict.fromkeys(self.task.terms, 1.0)
        scores = bm25(
            every, [chunk.counts for chunk in cut], [chunk.length for chunk in cut], b=0.5
        )
        for chunk, score in zip(cut, scores, strict=True):
            chunk.score = score
        best = self.scores["chunks"] = self.none()
        for path, listed in self.chunks.items():
            listed.sort(key=lambda chunk: -chunk.score)
            best[self._place[path]] = sum(chunk.score for chunk in listed[:3])

    def _pairs(self) -> list[tuple[str, str]]:
        """Words of the task that follow one another."""
        words = stems(self.task.text)
        return [(one, other) for one, other in dict.fromkeys(pairwise(words)) if one != other]

    def _paths(self) -> None:
        """Words of the task in names of files and folders, and files that are named."""
        low = self.task.text.lower()
        bags: list[dict[str, int]] = []
        stem_named, named = self.none(), self.none()
        self.scores["top"] = [float("/" not in path) for path in self.paths]
        self.scores["aside"] = [float(path.partition("/")[0] in _ASIDE) for path in self.paths]
        for at, path in enumerate(self.paths):
            bag: dict[str, int] = {}
            for term in stems(path.rpartition(".")[0]):
                bag[term] = bag.get(term, 0) + 1
            bags.append(bag)
            name = path.rpartition("/")[2].lower()
            bare = name.partition(".")[0].strip("_")
            if bare == "init":
                named[at] = float(path.lower() in low)
                continue
            if bare in low and re.search(rf"(?<![a-z0-9_]){re.escape(bare)}(?![a-z0-9_])", low):
                stem_named[at] = 1.0
            named[at] = float(name in low)
        title = dict.fromkeys(self.task.title_terms, 1.0)
        self.scores["path"] = bm25(title, bags, [sum(bag.values()) for bag in bags], b=0.3)
        self.scores["stem"], self.scores["file"] = stem_named, named

    def _names(self) -> None:
        """Names that the task spells: where they are defined, and where they occur."""
        uses, defines = self.none(), self.none()
        n = len(self.paths)
        for name in self.task.identifiers:
            having = [
                self._place[path] for path in self.inference.files_with(name) if path in self._place
            ]
            for at in having:
                uses[at] += log(1 + n / len(having))
        defined: dict[str, set[int]] = {}
        for path, symbol in self.inference.snapshot.symbols_named(self.task.telling):
            if path in self._place:
                defined.setdefault(symbol.name, set()).add(self._place[path])
        code = set(self.task.identifiers)
        for name, where in defined.items():
            for at in where:
                defines[at] += (1.0 if name in code else 0.3) / len(where)
        self.scores["uses"], self.scores["defines"] = uses, defines

    def _messages(self) -> None:
        """Score commit messages: those like the task, words of all, and how recent."""
        history = self.history
        recent3, recent20 = self.none(), self.none()
        nearest = self.none()
        self.alike = history.alike(self.task.terms)
        places = self._places = self._places_of_old_paths()
        lengths = self.none()
        tallies: list[dict[str, float]] = [{} for _ in self.paths]
        wanted = set(self.task.terms)
        for row, commit in enumerate(history.commits):
            n = len(commit.paths)
            here = [at for path in commit.paths if (at := places.get(path)) is not None]
            for at in here:
                if not recent20[at]:
                    recent20[at] = 1 / (1 + row / 20)
                    recent3[at] = 1 / (1 + row / 3) / min(5, n) ** 0.5
            if n > MOST_FILES:
                continue
            alike = self.alike.get(row, 0.0)
            share = history.decay(row, _FADING) / n**0.5
            for at in here:
                lengths[at] += share * len(commit.terms)
                nearest[at] = max(nearest[at], alike / n**0.5)
            if alike:
                for term in wanted.intersection(commit.terms):
                    for at in here:
                        tallies[at][term] = tallies[at].get(term, 0.0) + share
        self.scores["recent3"], self.scores["recent20"] = recent3, recent20
        self.scores["nearest"] = nearest
        every = dict.fromkeys(self.task.terms, 1.0)
        title = dict.fromkeys(self.task.title_terms, 1.0)
        self.scores["messages"] = bm25(every, tallies, lengths)
        self.scores["title messages"] = bm25(title, tallies, lengths)

    def _company(self) -> None:
        """Files that changed together with those that the words point at."""
        words = [
            one + other
            for one, other in zip(
                scaled(self.scores["title"]), scaled(self.scores["title messages"]), strict=True
            )
        ]
        leading = set(sorted(range(len(words)), key=lambda at: -words[at])[:_LEADING])
        together, changes = self.none(), self.none()
        for commit in self.history.commits:
            here = [at for path in commit.paths if (at := self._places.get(path)) is not None]
            for at in here:
                changes[at] += 1
            if 1 < len(commit.paths) <= _TOGETHER:
                for one in leading.intersection(here):
                    for at in here:
                        if at != one:
                            together[at] += words[one] / len(commit.paths)
        self.scores["company"] = [
            score / sqrt(1 + n) for score, n in zip(together, changes, strict=True)
        ]

    def _places_of_old_paths(self) -> dict[str, int]:
        """Map paths of history to present files, also of those that moved to another folder."""
        places = dict(self._place)
        by_end: dict[str, int] = {}
        for path, at in self._place.items():
            end = "/".join(path.split("/")[-2:])
            by_end[end] = -1 if end in by_end else at
        for commit in self.history.commits:
            for path in commit.paths:
                if path not in places:
                    at = by_end.get("/".join(path.split("/")[-2:]), -1)
                    if at >= 0:
                        places[path] = at
        return places


def raw_text(inference: Inference, path: str) -> bytes:
    """Bytes of a file as it is now, as it stands on disk; empty when it cannot be read."""
    if path in inference.snapshot.overlaid():
        return inference.text(path) if inference.facts(path) is not None else b""
    try:
        return text.read(
            inference.snapshot.absolute(path),
            inference.snapshot.index.workspace.config.max_file_size,
        )
    except text.UnreadableError:
        return b""


def _following(ones: list[int], others: list[int], within: int) -> int:
    """Count the places that have one of the others so close behind them."""
    n = 0
    for one in ones:
        at = bisect_right(others, one)
        n += at < len(others) and others[at] - one <= within
    return n

"""Evidence that a file matters for a task, each kind of it a score for every file."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log, sqrt

from ...indexer import facts as f
from ...indexer import text
from ...indexer.facts import FileFacts
from ...indexer.inference.inference import Inference
from .history import MOST_FILES, History
from .task import Task
from .words import bm25, counts, hits, scaled, stems

# Text that is read: of larger code bases, the files that the index and history point at.
_MOST_BYTES = 12_000_000
_SYMBOLS = 4_000
# Files that are looked at function by function.
_CHUNKED_FILES = 80
# Bytes between two words that still stand together, with an ending of the first.
_MAX_DISTANCE = 5
# Folders of what goes with a program and is not it.
_SIDE_FOLDERS = frozenset(["docs", "doc", "examples", "example", "scripts", "extra", "tools"])
# Files that others are looked for which changed together with them, and the most in such a change.
_SEED_FILES = 5
_TOGETHER = 10
# Commits over which what was said of a file fades.
_FADING = 800.0
MODULE_LEVEL = -1


class Signals:
    """Scores by kind of evidence, each a list with one score for each of ``paths``."""

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
        # What is looked for, with its weights.
        self._title = dict.fromkeys(task.title_terms, 1.0)
        self._terms = dict.fromkeys(task.terms, 1.0)
        self._place = {path: at for at, path in enumerate(self.paths)}
        self._places: dict[str, int] = {}
        self._lengths: list[float] = []

    def gather(self) -> None:
        """Gather everything."""
        self._paths()
        self._names()
        self._messages()
        self._words()
        self._changed_together()
        kinds = (scaled(self.scores[kind]) for kind in ("title", "title messages", "uses"))
        first = [sum(scores) for scores in zip(*kinds, strict=True)]
        self._score_chunks(sorted(range(len(first)), key=lambda at: -first[at]))

    def place_of(self, old: str) -> int:
        """Return the place of the file that a path of history is now; -1 for one that is gone."""
        return self._places.get(old, -1)

    def none(self) -> list[float]:
        """Return a score of nothing for every file."""
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
        self.scores["title"] = bm25(self._title, self.counts, lengths)
        self.scores["body"] = bm25(self._terms, self.counts, lengths)

    def _promising(self, lengths: list[float]) -> set[int] | None:
        """Return files that are worth reading where there are too many to read all; None for all.

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
        scores_by_kind = [scaled(self.scores[kind]) for kind in kinds]
        scores_by_kind.append(scaled([log(1 + n) for n in symbols]))
        score = [sum(scores) for scores in zip(*scores_by_kind, strict=True)]
        found: set[int] = set()
        room = _MOST_BYTES
        for at in sorted(range(len(score)), key=lambda at: -score[at]):
            room -= lengths[at]
            if room < 0:
                break
            found.add(at)
        return found

    def _score_chunks(self, order: Sequence[int]) -> None:
        """Words of the task in the functions and classes of the files that come first."""
        spelled = [(term, term.encode("utf-8", "surrogatepass")) for term in self.task.terms]
        pairs = self._pairs()
        close: list[dict[str, int]] = [{} for _ in self.paths]
        cut: list[Chunk] = []
        for at in order[:_CHUNKED_FILES]:
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
                    n = _following(places[one], places[other], len(one) + _MAX_DISTANCE)
                    if n:
                        close[at][f"{one} {other}"] = n
            self.chunks[path] = chunks(path, facts, places)
            cut += self.chunks[path]
        self.scores["pairs"] = bm25(
            {f"{one} {other}": 1.0 for one, other in pairs}, close, self._lengths
        )
        counted, lengths = [chunk.counts for chunk in cut], [chunk.length for chunk in cut]
        scores = bm25(self._terms, counted, lengths, b=0.5)
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
        self.scores["side folder"] = [
            float(path.partition("/")[0] in _SIDE_FOLDERS) for path in self.paths
        ]
        for at, path in enumerate(self.paths):
            bags.append(Counter(stems(path.rpartition(".")[0])))
            name = path.rpartition("/")[2].lower()
            bare = name.partition(".")[0].strip("_")
            if bare == "init":
                named[at] = float(path.lower() in low)
                continue
            if bare in low and re.search(rf"(?<![a-z0-9_]){re.escape(bare)}(?![a-z0-9_])", low):
                stem_named[at] = 1.0
            named[at] = float(name in low)
        self.scores["path"] = bm25(self._title, bags, [sum(bag.values()) for bag in bags], b=0.3)
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
        for path, symbol in self.inference.snapshot.symbols_named(self.task.distinctive_names):
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
        self.scores["messages"] = bm25(self._terms, tallies, lengths)
        self.scores["title messages"] = bm25(self._title, tallies, lengths)

    def _changed_together(self) -> None:
        """Files that changed together with those that the words point at."""
        parts = scaled(self.scores["title"]), scaled(self.scores["title messages"])
        words = [one + other for one, other in zip(*parts, strict=True)]
        leading = set(sorted(range(len(words)), key=lambda at: -words[at])[:_SEED_FILES])
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
        self.scores["changed together"] = [
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
    """Return the bytes of a file as it is now on disk; empty when it cannot be read."""
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


@dataclass(slots=True)
class Chunk:
    """A stretch of a file: ``row`` is that of its definition, or MODULE_LEVEL."""

    path: str
    row: int
    length: int
    counts: dict[str, int] = field(default_factory=dict[str, int])
    score: float = 0.0


def chunks(path: str, facts: FileFacts, hits: Mapping[str, Sequence[int]]) -> list[Chunk]:
    """Return the chunks of a file with their counts of words; functions are not cut."""
    table = facts.definition
    starts, ends, kinds = table.start, table.end, table.kind
    found = [Chunk(path, MODULE_LEVEL, facts.line_starts[-1])]
    bounds: list[tuple[int, Chunk]] = [(0, found[0])]
    open_: list[tuple[int, Chunk]] = []
    for row, start in enumerate(starts):
        while open_ and open_[-1][0] <= start:
            end, _ = open_.pop()
            bounds.append((end, open_[-1][1] if open_ else found[0]))
        around = open_[-1][1] if open_ else found[0]
        if around.row != MODULE_LEVEL and kinds[around.row] == f.FUNCTION:
            continue  # what is defined inside of a function belongs to it
        chunk = Chunk(path, row, ends[row] - start)
        around.length -= chunk.length
        found.append(chunk)
        bounds.append((start, chunk))
        open_.append((ends[row], chunk))
    while open_:
        end, _ = open_.pop()
        bounds.append((end, open_[-1][1] if open_ else found[0]))
    places = [place for place, _ in bounds]
    for term, positions in hits.items():
        for position in positions:
            counts = bounds[bisect_right(places, position) - 1][1].counts
            counts[term] = counts.get(term, 0) + 1
    return found

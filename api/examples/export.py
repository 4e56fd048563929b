"""Export examples: candidates are judged, and of those that are alike one is kept."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from time import thread_time

from ...indexer.store.ledger import Ledger
from ...indexer.store.task_store import TaskStore
from ..open_workspace import OpenWorkspace
from ..sessions.read_log import open_ledger
from ..source.git import Repository
from .candidate import HISTORY, LEDGER, MUTATION, ORIGINS, Candidate
from .history import broken_by, mended
from .judge import Judge
from .mistakes import recorded
from .own_code import mutated
from .pair import Pair
from .secrets import has_secret

_SEED = 2026
_OF_DEFINITION = 3  # pairs of one definition
# Seconds of CPU without a pair after which no more are looked for: strange code may give none.
_FRUITLESS_SECONDS = 100.0


@dataclass(slots=True)
class Wanted:
    """What is to be exported."""

    origins: tuple[str, ...] = ORIGINS
    limit: int = 400
    commits: int = 200
    seed: int = _SEED


@dataclass(slots=True)
class Counts:
    """What became of candidates."""

    judged: int = 0
    kept: Counter[str] = field(default_factory=Counter[str])
    left_out: Counter[str] = field(default_factory=Counter[str])
    is_fruitless: bool = False
    """True if it ended because much work gave nothing more."""


def export(
    workspace: OpenWorkspace,
    wanted: Wanted,
    counts: Counts,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[Pair]:
    """Yield pairs, those of agents' own mistakes first; ``counts`` are kept as it goes on."""
    workspace = workspace.at_this_moment()
    judge = Judge(workspace)
    seen: set[str] = set()
    of_definition: Counter[tuple[str, str]] = Counter()
    last = thread_time()
    for candidate in _candidates(workspace, wanted):
        if thread_time() - last > _FRUITLESS_SECONDS:
            counts.is_fruitless = True
            return
        counts.judged += 1
        pairs = judge.pairs(candidate)
        if not pairs:
            counts.left_out["judged otherwise"] += 1
        for pair in pairs:
            why = _left_out(pair, seen, of_definition)
            if why:
                counts.left_out[why] += 1
                continue
            seen.add(pair.structure)
            of_definition[pair.path, pair.symbol] += 1
            counts.kept[pair.origin] += 1
            yield _with_cause(workspace, pair)
            last = thread_time()
            if counts.kept.total() >= wanted.limit:
                return
        progress(counts.kept.total())


def _candidates(workspace: OpenWorkspace, wanted: Wanted) -> Iterator[Candidate]:
    if LEDGER in wanted.origins:
        with open_ledger(workspace) as ledger:
            yield from _recorded(ledger)
    if HISTORY in wanted.origins:
        yield from mended(workspace, wanted.commits)
    if MUTATION in wanted.origins:
        yield from mutated(workspace, random.Random(wanted.seed))


def _recorded(ledger: Ledger) -> Iterator[Candidate]:
    yield from islice(recorded(TaskStore(ledger)), 10_000)


def _left_out(pair: Pair, seen: set[str], of_definition: Counter[tuple[str, str]]) -> str:
    if pair.structure in seen:
        return "like another one"
    if pair.symbol and of_definition[pair.path, pair.symbol] >= _OF_DEFINITION:
        return "one definition has enough"
    if has_secret(f"{pair.context}\n{pair.good}\n{pair.bad}"):
        return "may have a secret in it"
    return ""


def _with_cause(workspace: OpenWorkspace, pair: Pair) -> Pair:
    """Return a pair of history with the commit that made what another one mended."""
    if pair.origin != HISTORY:
        return pair
    repository = Repository(workspace.index.workspace.root)
    about = pair.provenance
    cause = broken_by(repository, about["commit"], pair.path, int(about["bad_line"]))
    return replace(pair, provenance={**about, "broken_by": cause})

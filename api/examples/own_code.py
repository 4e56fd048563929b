"""Candidates from mutations of the workspace's own code."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import zip_longest

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.inference.inference import Inference
from ...indexer.paths import is_outside, is_supporting_file
from ..open_workspace import OpenWorkspace
from ..source.generated import is_generated
from .candidate import MUTATION, Candidate
from .mutations import Mutation, mutations

_FROM_FILE = 40  # mutations of one file
_BORROWED = 400


def mutated(workspace: OpenWorkspace, chance: random.Random) -> Iterator[Candidate]:
    """Yield candidates file by file, each kind of mistake in turn.

    Tests, examples and what programs wrote are left alone.
    """
    inference = workspace.inference(whole=True)
    paths = [path for path in inference.snapshot.paths() if _is_own(path)]
    chance.shuffle(paths)
    borrowed = _member_names(inference, paths[:_BORROWED], chance)
    for path in paths:
        text = inference.text(path)
        if inference.facts(path) is None or is_generated(text):
            continue
        for each in _in_turn(mutations(inference, path, borrowed, chance)):
            about = {"mutation": each.kind}
            yield Candidate(path, text, each.apply(text), MUTATION, each.rule, about)


def _is_own(path: str) -> bool:
    return path.endswith(".py") and not is_outside(path) and not is_supporting_file(path)


def _in_turn(found: list[Mutation]) -> list[Mutation]:
    """Return mutations with each kind in turn, no more of each than of a file are wanted."""
    by_kind: dict[str, list[Mutation]] = {}
    for each in found:
        by_kind.setdefault(each.kind, []).append(each)
    turns = zip_longest(*by_kind.values())
    return [each for turn in turns for each in turn if each is not None][:_FROM_FILE]


def _member_names(inference: Inference, paths: list[str], chance: random.Random) -> list[str]:
    """Return names of methods, as often as classes have them."""
    found: list[str] = []
    for path in paths:
        facts = inference.facts(path)
        if facts is None:
            continue
        for row in facts_view.definitions(facts, f.FUNCTION):
            name = facts_view.definition_name(facts, row)
            scope = facts.definition.scope[row]
            if facts.scope.kind[scope] == f.CLASS_SCOPE and not name.startswith("_"):
                found.append(name)
    return chance.sample(found, min(len(found), _BORROWED))

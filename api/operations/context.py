"""The operation ``context``: what matters for a task, within a budget of tokens."""

from __future__ import annotations

from typing import Any

from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.entities import Found
from ...indexer.inference.inference import Inference
from ..open_workspace import OpenWorkspace
from ..quoting import escaped
from ..retrieval.definitions import (
    ListedDefinition,
    ListedFile,
    list_files,
    related_definitions,
    related_tests,
)
from ..retrieval.history import read_history
from ..retrieval.packing import Excerpt, pack_context
from ..retrieval.ranking import Ranking
from ..retrieval.task import Task
from ..source.entity_views import envelope, symbol

# Tokens that a face may need for what it says besides.
_ASIDE = 40
LEAST_BUDGET = 100


def context(
    workspace: OpenWorkspace, *, task: str | None, paths: list[str] | None, budget: int
) -> dict[str, Any]:
    """Answer the operation ``context``."""
    if not (task and task.strip()) and not paths:
        raise InvalidArgumentsError("give 'task', 'paths' or both")
    if budget < LEAST_BUDGET:
        raise InvalidArgumentsError(f"'budget' cannot be less than {LEAST_BUDGET}")
    inference = workspace.inference(whole=True)
    given = [inference.snapshot.relative(path) for path in paths or ()]
    read = Task(_with_paths(task or "", given))
    root = inference.snapshot.index.workspace
    ranking = Ranking(inference, read, read_history(root.root, root.state_dir), given)
    files = list_files(inference, ranking)
    first = sorted((piece for one in files for piece in one.pieces), key=lambda piece: -piece.score)
    packed = pack_context(
        inference,
        files,
        related_definitions(inference, first),
        related_tests(inference, first, files),
        ranking.rarest(),
        budget - (_ASIDE if inference.snapshot.pending else 0),
    )
    answer: dict[str, Any] = {
        "text": "".join(escaped(line, tabs=True) + "\n" for line in packed.lines),
        "tokens": packed.tokens,
        "budget": budget,
        "items": [_file(inference, one, pieces) for one, pieces in packed.files],
        "excerpts": [_excerpt(excerpt) for excerpt in packed.excerpts],
        "total": len(packed.files),
    }
    return envelope(inference, answer, {one.file.path for one, _ in packed.files})


def _with_paths(task: str, paths: list[str]) -> str:
    """A task with the words of the paths that it is about: a file to be written has no other."""
    if task.strip():
        return task
    return " ".join(path.removesuffix(".py").replace("/", " ") for path in paths)


def _file(inference: Inference, one: ListedFile, pieces: list[ListedDefinition]) -> dict[str, Any]:
    return {
        "path": one.file.path,
        "score": round(one.file.score, 2),
        "test": one.file.test,
        "why": one.why,
        "symbols": [_symbol(inference, piece) for piece in pieces],
    }


def _symbol(inference: Inference, piece: ListedDefinition) -> dict[str, Any]:
    found = symbol(inference, Found(piece.entity))
    del found["text"]
    if piece.why:
        found["note"] = piece.why
    return found


def _excerpt(excerpt: Excerpt) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": excerpt.piece.name,
        "path": excerpt.piece.path,
        "first_line": excerpt.first,
        "last_line": excerpt.last,
        "whole": excerpt.whole,
        "tokens": excerpt.tokens,
    }
    if excerpt.piece.why:
        found["why"] = excerpt.piece.why
    return found

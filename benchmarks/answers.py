"""Everything that queries return, as bytes that can be compared.

``draw`` picks questions from a workspace, the same ones for the same content and salt; ``ask``
answers one. Two indexes that agree on every question cannot be told apart by who queries them.
"""

from __future__ import annotations

import json
import traceback
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.indexer.errors import FluxIndexError
from flux_index.indexer.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILES = "files"
"""Besides the operations: which files the index has, with the hash of each or why it has none."""

_MANY = 1_000
_CALLABLE = ("function", "method", "property")


class Question(NamedTuple):
    """An operation, or ``FILES``, and its arguments."""

    operation: str
    arguments: dict[str, Any]

    def __str__(self) -> str:
        """As one would write a call."""
        listed = ", ".join(f"{key}={value!r}" for key, value in self.arguments.items())
        return f"{self.operation}({listed})"


def draw(session: OpenWorkspace, named: Iterable[str], salt: str, count: int) -> list[Question]:
    """Questions about a workspace: each file, ``count`` names of each kind, and those ``named``.

    The choice depends on nothing but the files, their definitions and ``salt``.
    """
    paths = sorted(session.index.view().files)
    questions = [Question(FILES, {}), Question("symbols", {"query": "", "limit": _MANY})]
    for path in paths:
        questions.append(Question("outline", {"path": path}))
        questions.append(Question("imports", {"path": path}))
    by_kind: dict[str, list[str]] = {"module": []}
    imported: list[Question] = []
    for path in paths:
        for item in _items(session, "outline", path):
            for symbol in _nested(item):
                by_kind.setdefault(symbol["kind"], []).append(symbol["name"])
        for item in _items(session, "imports", path):
            by_kind["module"].append(item["module"])
            start = item["range"]["start"]
            imported.append(Question("definition", {"path": path, **start}))
    questions += _chosen(imported, salt, 2 * count)
    for name in [*_chosen(set(named), salt, 4 * count), *_spread(by_kind, salt, count)]:
        last = name.rpartition(".")[2]
        questions += [
            Question("definition", {"name": name}),
            Question("references", {"name": name, "declaration": True, "limit": _MANY}),
            Question("symbols", {"query": last}),
            Question("symbols", {"query": last[:3]}),
            Question("exists", {"query": name}),
            Question("exists", {"query": name + "x"}),
        ]
    for name in _chosen(by_kind.get("class", []) + by_kind.get("enum", []), salt, 2 * count):
        questions += [Question("members", {"name": name}), Question("hierarchy", {"name": name})]
    for name in _chosen([n for k in _CALLABLE for n in by_kind.get(k, [])], salt, count):
        questions += [
            Question("callers", {"name": name}),
            Question("callees", {"name": name}),
            Question("source", {"name": name}),
            Question("symbols", {"query": " ".join(name.split(".")[-2:])}),
        ]
    for name in _chosen(by_kind["module"], salt, count):
        questions.append(Question("importers", {"name": name}))
    return questions


def ask(session: OpenWorkspace, question: Question) -> str:
    """The answer as JSON, generation left out; errors are answers too."""
    try:
        if question.operation == FILES:
            answer: dict[str, Any] = {
                path: [row[3].hex(), row[4]] for path, row in session.index.view().files.items()
            }
            return json.dumps(answer, sort_keys=True)
        answer = dict(call(session, question.operation, question.arguments))
    except FluxIndexError as error:
        return json.dumps({"error": type(error).__name__, "message": str(error)})
    del answer["generation"]
    # The standard library is seen through a link in the cache, which each index has its own of.
    return json.dumps(answer).replace(session.index.cache_dir, "CACHE")


class Difference(NamedTuple):
    """A question with two answers, or with a crash for an answer."""

    question: Question
    incremental: str
    scratch: str
    cause: str
    """``history``: what is stored differs; ``memory``: fresh processes agree, so what a process
    remembers made the difference; ``crash``: there is no answer."""

    def __str__(self) -> str:
        """The question, and both answers from shortly before the first byte that differs."""
        pairs = zip(self.incremental, self.scratch, strict=False)
        at = next((at for at, (one, other) in enumerate(pairs) if one != other), 0)
        around = slice(max(0, at - 100), at + 200)
        return (
            f"{self.cause}: {self.question}\n    incremental  …{self.incremental[around]}…"
            f"\n    from scratch …{self.scratch[around]}…"
        )


def compare(
    incremental: OpenWorkspace, scratch: OpenWorkspace, questions: list[Question]
) -> Iterator[Difference]:
    """Ask both, each in an order of its own, for what was asked before must not matter either."""
    first = [_guarded(incremental, question) for question in questions]
    second = [_guarded(scratch, question) for question in reversed(questions)][::-1]
    for question, one, other in zip(questions, first, second, strict=True):
        if one.startswith("Traceback") or other.startswith("Traceback"):
            yield Difference(question, one, other, "crash")
        elif one != other:
            alone = [_asked_alone(session, question) for session in (incremental, scratch)]
            yield Difference(question, one, other, "memory" if alone[0] == alone[1] else "history")


def _asked_alone(session: OpenWorkspace, question: Question) -> str:
    """The answer of a process that was never asked anything else."""
    index = session.index
    fresh = OpenWorkspace(Index.open(index.workspace.root, cache_dir=index.cache_dir), "touch")
    try:
        return _guarded(fresh, question)
    finally:
        fresh.close()


def _guarded(session: OpenWorkspace, question: Question) -> str:
    try:
        return ask(session, question)
    except Exception:
        return traceback.format_exc()


def _items(session: OpenWorkspace, operation: str, path: str) -> list[dict[str, Any]]:
    try:
        answer = call(session, operation, {"path": path})
    except FluxIndexError:
        return []
    items: list[dict[str, Any]] = answer["items"]
    return items


def _nested(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield item
    for child in item.get("children", ()):
        yield from _nested(child)


def _spread(by_kind: dict[str, list[str]], salt: str, count: int) -> Iterator[str]:
    for kind in sorted(by_kind):
        yield from _chosen(by_kind[kind], salt, count)


def _chosen(items: Iterable[Any], salt: str, count: int) -> list[Any]:
    """``count`` of these, always the same ones for a salt, whatever their order."""
    unlike = {str(item): item for item in items}
    order = sorted(unlike, key=lambda text: (crc32(f"{salt}{text}".encode()), text))
    return [unlike[text] for text in order[:count]]

"""Definitions by the words of a description: of their names and the first lines of their docs."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...indexer import symbols as s
from ...indexer.inference.entities import CLASS, FUNCTION, Entity
from ...indexer.inference.inference import Inference
from ...indexer.paths import is_test_file
from ...indexer.store.index_store import StoredSymbol
from ...indexer.symbols import words
from ..source.targets import entity_of_symbol

# Words that say what is wanted of the code, not what it is about.
_STOP_WORDS = frozenset(
    """a an the of to in on for from with and or is are be by as at it its this that these those
    new add adds adding turn turns take takes taking put puts create creates make makes write
    class classes function functions method methods
    which what how do does can should must want need needs another one some any all into
    returns return given gives get i we you my our like similar helper support implement""".split()
)
_CONSIDERED = 200
_KINDS = (s.CLASS, s.METHOD, s.PROPERTY, s.ENUM, s.FUNCTION)


def terms(text: str) -> list[str]:
    """Return the words of a text that say what it is about, singular, each once, in order."""
    found: dict[str, None] = {}
    for token in re.findall(r"[^\W_]\w*", text):
        for word in words(token).split():
            if word not in _STOP_WORDS and len(word) > 1:
                found[stem(word)] = None
    return list(found)


def stem(word: str) -> str:
    """Return a word without its ending, so that `caches`, `cached` and `cache` are one."""
    for ending, least in (("ations", 5), ("ation", 5), ("ings", 4), ("ing", 4), ("ies", 3),
                          ("ers", 4), ("ly", 4), ("ed", 4), ("er", 4), ("es", 4), ("s", 3),
                          ("e", 4), ("y", 4)):  # fmt: skip
        if word.endswith(ending) and len(word) - len(ending) >= least - 1:
            return word[: -len(ending)]
    return word


def search_definitions(inference: Inference, text: str, limit: int = 20) -> list[Entity]:
    """Return classes and functions whose name or summary has the words of a text, best first."""
    return [entity for _, entity in score_definitions(inference, terms(text))[:limit]]


def score_definitions(inference: Inference, wanted: list[str]) -> list[tuple[float, Entity]]:
    """(score, entity) of definitions that have some of these stems in name or summary."""
    if not wanted:
        return []
    rows = [(path, row, *_stems(row)) for path, row in _candidates(inference, wanted)]
    weights: dict[str, float] = {}
    for word in wanted:
        n = sum(has_stem(name, word) or has_stem(summary, word) for _, _, name, summary, _ in rows)
        weights[word] = 1.0 / (1 + n) ** 0.5 if n else 0.05
    whole = sum(weights.values())
    found: list[tuple[float, str, int, Entity]] = []
    for path, row, name, summary, container in rows:
        score = sum(
            weight * (1.0 if has_stem(name, word) else 0.6 if has_stem(summary, word) else 0.3)
            for word, weight in weights.items()
            if has_stem(name, word) or has_stem(summary, word) or word in container
        )
        if not any(has_stem(name, word) or has_stem(summary, word) for word in weights):
            continue
        extra = sum(not any(has_stem({each}, word) for word in weights) for each in name)
        score = (
            score / whole - 0.15 * extra / max(len(name), 1) - (0.3 if is_test_file(path) else 0.0)
        )
        entity = entity_of_symbol(inference, path, row)
        if entity is not None and entity.entity.kind in (CLASS, FUNCTION):
            found.append((-score, path, row.position, entity.entity))
    found.sort(key=lambda entry: entry[:3])
    return [(-score, entity) for score, _, _, entity in found[:_CONSIDERED]]


def has_stem(stems: set[str], word: str) -> bool:
    """True if a stem is among some, or one of them begins with it: `slugify` is about slugs."""
    return word in stems or (len(word) > 3 and any(each.startswith(word) for each in stems))


def _stems(symbol: StoredSymbol) -> tuple[set[str], set[str], set[str]]:
    """Return the stems of a symbol's name, of its summary, and of what it is in."""
    name = {stem(word) for word in words(symbol.name).split()}
    summary = {stem(word) for word in words(" ".join(re.findall(r"\w+", symbol.summary))).split()}
    return name, summary, {stem(word) for word in words(symbol.container.replace(".", "_")).split()}


def _candidates(inference: Inference, wanted: Iterable[str]) -> list[tuple[str, StoredSymbol]]:
    """Return the symbols with one of the words in name or summary, by the full-text index."""
    store = inference.snapshot.index.reader()
    if store is None:
        return []
    seen: set[int] = set()
    found: list[tuple[str, StoredSymbol]] = []
    paths = inference.snapshot.view.paths
    listed = list(wanted)
    quoted = [f'"{word}"*' for word in listed[:8]]
    queries = [" AND ".join(quoted[:4]), *quoted]
    for query in dict.fromkeys(queries):
        for row in store.search_words(query, _CONSIDERED, _KINDS):
            if row.id not in seen and row.file in paths:
                seen.add(row.id)
                found.append((paths[row.file], row))
    return found

"""Classes and functions by what a description says of them.

A definition has the words of its name, of what it is in, of its summary, its documentation and its
code, in this order of worth; a word of the question is found in any of its forms, and for less as
one of its synonyms. Rare words say more than frequent ones, and a word that nothing has says most:
what lacks it is not what was asked for. So *likeness* is the share of all that the question says
that a definition has, whatever the question's length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log

from ...indexer import facts as f
from ...indexer.definition_words import DefinitionWords, definition_words
from ...indexer.inference.entities import CLASS, FUNCTION, Entity
from ...indexer.inference.inference import Inference
from ...indexer.paths import is_test_file
from ...indexer.store.definition_search import COLUMNS, DefinitionSearch
from ...indexer.symbols import words
from ..semantic.vectors import vector_table
from ..source.targets import entity_of_symbol
from .stemming import stem
from .synonyms import synonyms

_STOP_WORDS = frozenset(
    """a an and any are as at be been by do does for from had has have how i if in into is it its
    must my need needs of on one or our own should so some than that the their them then there
    these they this those to want was were what which will with would you your""".split()
)
"""Words of prose that tell nothing about code."""
# What it is worth that a column has a word, its usual length, and how much less a longer one says.
# In the order of the columns: name, place, summary, documentation, code.
_WORTH = (3.0, 1.0, 2.0, 0.7, 0.6)
_LENGTHS = (2.5, 2.0, 8.0, 25.0, 40.0)
_BY_LENGTH = (0.3, 0.3, 0.3, 0.5, 0.5)
_SATURATION = 1.2  # k1 of BM25
_SYNONYM = 0.5
_EXAMINED = 300  # definitions of which the lengths are looked at
_TEST = 0.6
SURE = 0.25
"""The likeness from which on something is what was asked for."""
# With an embedding model: what words are worth beside it, and from where on both are sure.
_OF_WORDS, _SURE_OF_BOTH = 1.0, 0.6
_LEAST_OUTSIDE = 0.3  # of a library much is imported for other reasons
_MOST_WORDS = 16
_AGREEMENT = (
    0.3  # how much it counts that many words of the question are found, whatever they weigh
)
_USED_BY = 0.25  # of the likeness of the best that uses a definition, what goes to that
_MOST_USED = 60  # definitions of which it is looked up who uses them


@dataclass(slots=True)
class Match:
    """A definition that fits a description."""

    entity: Entity
    likeness: float
    """Share of what the description says that the definition has, from 0 to 1."""
    matched: dict[str, tuple[str, str]]
    """By word of the description, the word that was found and the best column that has it."""


# Id of a symbol, likeness, and what matched.
_Ranked = tuple[int, float, dict[str, tuple[str, str]]]


@dataclass(slots=True)
class _Variant:
    """A word that may stand for one of the question's: what it weighs, and who has it where."""

    word: str
    weight: float
    columns: dict[int, int]


@dataclass(slots=True)
class _Group:
    """A word of the question, with its synonyms."""

    word: str
    weight: float
    variants: list[_Variant]


def terms(text: str) -> list[str]:
    """Return the words of a text that say what it is about, each once in its first form."""
    found: dict[str, str] = {}
    for token in re.findall(r"[^\W_]\w*", text):
        for word in words(token).split():
            if word not in _STOP_WORDS and len(word) > 1:
                found.setdefault(stem(word), word)
    return list(found.values())


def search_definitions(
    inference: Inference,
    wanted: Sequence[str],
    beside: Iterable[Entity] = (),
    limit: int = 60,
    *,
    meaning: str = "",
) -> list[Match]:
    """Return the classes and functions that have some of these words, best first.

    ``beside`` are definitions outside of the workspace that are searched as well. Where there is an
    embedding model, those that mean the same as ``meaning`` in other words are found, too.
    """
    store = inference.snapshot.index.reader()
    if store is None or not wanted:
        return []
    search = store.definition_search()
    groups = _groups(search, wanted)
    ranked = _ranked(search, groups)
    vectors = vector_table(inference) if meaning else None
    if vectors is not None:
        ranked = _with_meaning(ranked, vectors.likeness(meaning))
    symbols = {each.id: each for each in store.symbols_by_id([row for row, _, _ in ranked])}
    paths, changed = inference.snapshot.view.paths, inference.snapshot.overlaid()
    found: list[Match] = []
    for row, likeness, matched in ranked:
        symbol = symbols.get(row)
        path = paths.get(symbol.file) if symbol is not None else None
        if symbol is None or path is None or path in changed:
            continue
        item = entity_of_symbol(inference, path, symbol)
        if item is not None and item.entity.kind in (CLASS, FUNCTION):
            share = _TEST if is_test_file(path) else 1.0
            found.append(Match(item.entity, likeness * share, matched))
    found += [
        each
        for each in _unindexed(inference, groups, changed, beside)
        if not each.entity.is_outside or each.likeness >= _LEAST_OUTSIDE
    ]
    found.sort(key=lambda each: (-each.likeness, each.entity))
    return found[:limit]


def _unindexed(
    inference: Inference, groups: list[_Group], paths: Iterable[str], beside: Iterable[Entity]
) -> list[Match]:
    """Return matches in files that stand in for indexed ones, and among other definitions."""
    entities: list[Entity] = []
    rows: list[DefinitionWords] = []
    wanted = dict.fromkeys(paths)
    chosen = set(beside)
    for path in [*wanted, *sorted({each.path for each in chosen})]:
        facts = inference.facts(path)
        if facts is None:
            continue
        key = "words of definitions", path in wanted
        described: list[DefinitionWords] | None = facts.memo.get(key)
        if described is None:
            described = definition_words(facts, inference.text(path), code=path in wanted)
            facts.memo[key] = described
        rows_at = {position: row for row, position in enumerate(facts.definition.position)}
        for each in described:
            row = rows_at[each[0]]
            kind = CLASS if facts.definition.kind[row] == f.CLASS else FUNCTION
            if path in wanted or Entity(kind, path, row) in chosen:
                entities.append(Entity(kind, path, row))
                rows.append(each)
    if not rows:
        return []
    search = DefinitionSearch.of(rows)
    for group in groups:
        for variant in group.variants:
            variant.columns = search.columns_with(variant.word)
    return [
        Match(entities[row], likeness, matched)
        for row, likeness, matched in _ranked(search, groups)
    ]


def _groups(search: DefinitionSearch, wanted: Sequence[str]) -> list[_Group]:
    total = search.count()
    found: list[_Group] = []
    for word in wanted[:_MOST_WORDS]:
        columns = search.columns_with(word)
        weight = _rarity(total, len(columns))
        variants = [_Variant(word, weight, columns)]
        for other in sorted(synonyms(word).difference(wanted)):
            columns = search.columns_with(other)
            variants.append(_Variant(other, _SYNONYM * _rarity(total, len(columns)), columns))
        found.append(_Group(word, weight, variants))
    return found


def _rarity(total: int, count: int) -> float:
    """Return the inverse document frequency of a word."""
    return log(1 + (total - count + 0.5) / (count + 0.5))


def _ranked(search: DefinitionSearch, groups: list[_Group]) -> list[_Ranked]:
    """Return (id, likeness, what matched) of the best definitions.

    All are ranked without regard to length first, and the best of them with it.
    """
    usual = [1.0] * len(COLUMNS)
    rough = [_saturated(mask, usual) for mask in range(1 << len(COLUMNS))]
    scores: dict[int, float] = {}
    for group in groups:
        best: dict[int, float] = {}
        for variant in group.variants:
            for row, mask in variant.columns.items():
                value = variant.weight * rough[mask]
                if value > best.get(row, 0.0):
                    best[row] = value
        for row, value in best.items():
            scores[row] = scores.get(row, 0.0) + value
    chosen = nlargest(_EXAMINED, scores, key=scores.__getitem__)
    whole = sum(group.weight for group in groups) * rough[-1]
    found: list[_Ranked] = []
    described = search.texts(chosen)
    for row, texts in described.items():
        norms = [
            1 / (1 - by_length + by_length * (text.count(" ") + 1) / length)
            for text, by_length, length in zip(texts, _BY_LENGTH, _LENGTHS, strict=True)
        ]
        score = 0.0
        matched: dict[str, tuple[str, str]] = {}
        for group in groups:
            best_value, best_variant = 0.0, group.variants[0]
            for variant in group.variants:
                mask = variant.columns.get(row, 0)
                if mask and (value := variant.weight * _saturated(mask, norms)) > best_value:
                    best_value, best_variant = value, variant
            if best_value:
                score += best_value
                mask = best_variant.columns[row]
                column = next(name for at, name in enumerate(COLUMNS) if mask >> at & 1)
                matched[group.word] = best_variant.word, column
        agreement = (len(matched) / len(groups)) ** _AGREEMENT
        found.append((row, min(1.0, score / whole * agreement), matched))
    found.sort(key=lambda entry: (-entry[1], entry[0]))
    return _with_users(found, described)


def _with_users(found: list[_Ranked], described: Mapping[int, Sequence[str]]) -> list[_Ranked]:
    """Return matches ranked by what uses them, too: callers say what a helper is good for.

    What a definition uses is in the words of its code, each name in one piece.
    """
    users = [(row, likeness, f" {described[row][-1]} ") for row, likeness, _ in found]
    ranked: list[_Ranked] = []
    for row, likeness, matched in found[:_MOST_USED]:
        name = f" {described[row][0]} "
        of_users = (value for user, value, code in users if user != row and name in code)
        best = next(of_users, 0.0)  # they are ranked
        ranked.append((row, min(1.0, likeness + _USED_BY * best), matched))
    ranked += found[_MOST_USED:]
    ranked.sort(key=lambda entry: (-entry[1], entry[0]))
    return ranked


def _with_meaning(ranked: list[_Ranked], likeness: Mapping[int, float]) -> list[_Ranked]:
    """Return what was found by words and by meaning, ranked by both."""
    by_words = {row: (value, matched) for row, value, matched in ranked}
    nearest = nlargest(_EXAMINED, likeness, key=likeness.__getitem__)
    found: list[_Ranked] = []
    for row in {*by_words, *nearest}:
        value, matched = by_words.get(row, (0.0, {}))
        both = likeness.get(row, 0.0) + _OF_WORDS * value
        if both > 0:
            found.append((row, min(1.0, SURE * both / _SURE_OF_BOTH), matched))
    found.sort(key=lambda entry: (-entry[1], entry[0]))
    return found


def _saturated(mask: int, norms: Sequence[float]) -> float:
    """Return what it is worth that these columns have a word, of which two are not twice one."""
    value = sum(
        worth * norm
        for at, (worth, norm) in enumerate(zip(_WORTH, norms, strict=True))
        if mask >> at & 1
    )
    return value * (_SATURATION + 1) / (value + _SATURATION)

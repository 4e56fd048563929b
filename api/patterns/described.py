"""From a description in words to the family of classes that it means.

The head noun of a description names the kind (`backend`, `provider`), the words before it and
behind it say of what or where (`cache`, `for mongo`). Bases whose names, or those of subclasses,
have the kind are ranked by how much of the rest they have in name, place and summary, and by
whether they are meant to be derived from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import log2

from ...indexer import symbols as s
from ...indexer.inference.classes import bases
from ...indexer.inference.entities import CLASS, Entity, name_of
from ...indexer.inference.inference import Inference
from ...indexer.paths import EXAMPLE_FOLDERS, is_test_file
from ...indexer.symbols import words
from ..source.entity_views import summary
from ..source.targets import entity_of_symbol
from .family import definitions_in, derived_classes, required_methods
from .stemming import stem
from .synonyms import synonyms

# Where the noun phrase ends that names the kind: before what is said of it.
_END = re.compile(
    r"\b(?:that|which|who|to|for|of|with|without|in|on|from|by|at|as|into|over|using|based on|"
    r"backed|called|named|like|and|or|where|when|whose|via|under)\b|[,;:.(]"
)
_NO_NOUNS = frozenset(
    """a an the new another my our some custom own simple write add create make build i we need want
    implement kind class classes subclass based""".split()
)
_CLASSES = 80  # whose names have the kind, of which the bases are looked at
_BASES = 60  # that are looked at closely
_LEAST = 0.75  # for less nothing is meant
_AS_GOOD = 0.93
_DERIVED = 0.3
# Words of names that say what a class is there for, not what it is.
_ROLES = frozenset(stem(word) for word in ("base", "abstract", "mixin"))
_PLAIN = frozenset(["ABC", "object", "Protocol", "Generic", "Enum", "Exception", "NamedTuple"])


@dataclass(frozen=True, slots=True)
class Description:
    """A description taken apart; all are stems."""

    kind: str
    """The head noun."""
    of: tuple[str, ...]
    """The words before it."""
    rest: tuple[str, ...]
    """The words behind it."""


def parse_description(text: str) -> Description | None:
    """Take a description apart; None if it has no noun."""
    found = _END.search(text)
    while found and _nouns(text[: found.start()]) in ([], ["type"]):
        found = _END.search(text, found.end())
    phrase = text[: found.start()] if found else text
    nouns = _nouns(phrase)
    if not nouns:
        return None
    rest = _nouns(text[found.start() :]) if found else []
    stems = [stem(each) for each in nouns]
    return Description(stems[-1], tuple(stems[:-1]), tuple(stem(each) for each in rest))


def _nouns(text: str) -> list[str]:
    found = (word for token in re.findall(r"[^\W_]\w*", text) for word in words(token).split())
    return [word for word in found if word not in _NO_NOUNS and len(word) > 1]


def described_bases(inference: Inference, text: str) -> list[tuple[float, Entity]]:
    """Return the bases that a description may mean, with their scores, best first.

    Where nothing is of the kind that the last noun names, it says little (`an auth scheme`), and
    the one before it names the kind.
    """
    description = parse_description(text)
    while description is not None:
        found = _bases_of_kind(inference, description)
        if found or not description.of:
            return found
        *of, kind = description.of
        description = Description(kind, tuple(of), description.rest)
    return []


def _bases_of_kind(inference: Inference, description: Description) -> list[tuple[float, Entity]]:
    kinds = _forms(description.kind)
    candidates: dict[Entity, float] = {}
    named = _classes_named(inference, kinds, description)
    for place, cls in enumerate([*named, *_classes_in_places(inference, description)]):
        for each in [cls, *_workspace_bases(inference, cls)]:
            candidates[each] = candidates.get(each, 0.0) + 1 / (8 + place)
    chosen = sorted(candidates, key=lambda each: (-candidates[each], each))[:_BASES]
    scores = {each: _score(inference, description, kinds, each) for each in chosen}
    # What derives from one that fits as well is one of its kind, not the kind.
    above = {each: list(_workspace_bases(inference, each)) for each in chosen}
    found = [
        (
            score - (_DERIVED if any(scores.get(base, 0) >= _LEAST for base in above[each]) else 0),
            each,
        )
        for each, score in scores.items()
    ]
    found = [entry for entry in found if entry[0] >= _LEAST]
    found.sort(key=lambda entry: (-entry[0], entry[1]))
    return found


def _classes_in_places(inference: Inference, description: Description) -> list[Entity]:
    """Return the classes of files and folders that are called after the kind and what it is of."""
    found: list[Entity] = []
    for path in inference.snapshot.paths():
        parts = _place(Entity(CLASS, path, 0))
        is_called_so = description.kind in parts and parts.issuperset(description.of)
        if is_called_so and path.endswith(".py") and not is_test_file(path):
            found += definitions_in(inference, path, CLASS)
        if len(found) >= _CLASSES:
            break
    return found


def second_meaning(found: list[tuple[float, Entity]], inference: Inference) -> Entity | None:
    """Return another base that is about as good as the first and not related to it."""
    score, first = found[0]
    above = set(inference.mro(first))
    for other_score, other in found[1:6]:
        if other_score < _AS_GOOD * score:
            return None
        if other not in above and first not in inference.mro(other):
            return other
    return None


def classes_called(inference: Inference, text: str) -> list[Entity]:
    """Return the classes whose names end with the kind, wherever they derive from."""
    description = parse_description(text)
    if description is None:
        return []
    named = _classes_named(inference, {description.kind: 1.0}, description)
    return [each for each in named if stem(_words(inference, each)[-1]) == description.kind]


def _forms(word: str) -> dict[str, float]:
    """Return a stem and those of its synonyms, with what each is worth."""
    return {**{stem(each): 0.5 for each in synonyms(word)}, word: 1.0}


def _words(inference: Inference, entity: Entity) -> list[str]:
    return words(name_of(inference, entity)).split() or [""]


def _classes_named(
    inference: Inference, kinds: dict[str, float], description: Description
) -> list[Entity]:
    """Return the classes that have the kind in their names, those with most of the rest first."""
    by_name = _class_names(inference)
    scored: list[tuple[float, str]] = []
    for name, stems in by_name.items():
        worth = max((kinds.get(each, 0.0) for each in stems), default=0.0)
        if worth:
            ends = kinds.get(stems[-1], 0.0)
            shared = sum(each in stems for each in description.of)
            scored.append((worth + ends + 0.5 * shared - 0.05 * len(stems), name))
    scored.sort(key=lambda entry: (-entry[0], entry[1]))
    found: list[Entity] = []
    for path, symbol in inference.snapshot.symbols_named([name for _, name in scored[:_CLASSES]]):
        if symbol.kind in (s.CLASS, s.ENUM):
            item = entity_of_symbol(inference, path, symbol)
            if item is not None and item.entity.kind == CLASS:
                found.append(item.entity)
    order = {name: place for place, (_, name) in enumerate(scored)}

    def key(each: Entity) -> tuple[object, ...]:
        near = sum(stem(part) in description.of for part in words(_spelled(each.path)).split())
        return is_test_file(each.path), order[name_of(inference, each)] // 8 - 4 * near, each

    found.sort(key=key)
    return found[: 2 * _CLASSES]


def _class_names(inference: Inference) -> dict[str, list[str]]:
    """Return the stems of the names of all classes, by name."""
    known: dict[str, list[str]] = inference.snapshot.view.memo.setdefault("class names", {})
    store = inference.snapshot.index.reader()
    if not known and store is not None:
        for name in store.class_names():
            known[name] = [stem(word) for word in words(name).split()] or [""]
    return known


def _spelled(path: str) -> str:
    return path.removesuffix(".py").replace("/", "_")


def _place(entity: Entity) -> set[str]:
    """Return the stems of the words of the path of a class."""
    return {stem(word) for word in words(_spelled(entity.path)).split()}


def _workspace_bases(inference: Inference, cls: Entity) -> Iterable[Entity]:
    """Return the bases of a class, and theirs."""
    found: dict[Entity, None] = {}
    above = list(bases(inference, cls))
    while above and len(found) < 8:
        each = above.pop(0)
        if each.kind == CLASS and each not in found and name_of(inference, each) not in _PLAIN:
            found[each] = None
            above += bases(inference, each)
    return found


def _score(
    inference: Inference, description: Description, kinds: dict[str, float], base: Entity
) -> float:
    """Return how well a base fits a description; 0 for a class that nothing derives from."""
    members, _ = derived_classes(inference, base)
    if not is_test_file(base.path):
        members = [each for each in members if not is_test_file(each.path)]
    if not members or name_of(inference, base) in _PLAIN:
        return 0.0
    own = [stem(word) for word in _words(inference, base)]
    shown = members[:40]
    names = [[stem(word) for word in _words(inference, each)] for each in shown]
    kind_words = [word for word in own if word not in _ROLES] or own
    ends = kinds.get(kind_words[-1], 0.0)
    within = max(kinds.get(each, 0.0) for each in own)
    like = sum(kinds.get(name[-1], 0.0) for name in names) / len(names)
    place = _place(base)
    around = [_place(each) for each in shown]
    placed = max(
        worth * max(float(form in place), sum(form in each for each in around) / len(around))
        for form, worth in kinds.items()
    )
    kind = max(ends, 0.7 * within, 0.6 * placed)
    if not kind and like < 0.3:
        return 0.0
    score = 0.7 * kind + 0.5 * like * len(names) / (len(names) + 1)
    said = {stem(word) for word in re.findall(r"\w+", summary(inference.need(base.path), base))}

    def has(word: str) -> float:
        best = 0.0
        for form, worth in _forms(word).items():
            having = sum(
                form in name or form in where for name, where in zip(names, around, strict=True)
            )
            best = max(
                best,
                worth
                * max(
                    1.0 if form in own else 0.0,
                    0.9 if form in place else 0.0,
                    0.8 * having / len(shown),
                    0.4 if form in said else 0.0,
                ),
            )
        return best

    if description.of:
        score += 1.2 * sum(map(has, description.of)) / len(description.of)
    if description.rest:
        score += 0.3 * sum(map(has, description.rest)) / len(description.rest)
    score += 0.2 if required_methods(inference, base) else 0.0
    score += 0.2 if (kind_words != own and own[-1] != "mixin") or len(own) == 1 else 0.0
    score += 0.06 * min(log2(1 + len(members)), 5)
    score -= 0.05 * max(0, len(set(own) - {description.kind, *description.of, *_ROLES}))
    score -= 0.25 if own[-1] == "mixin" else 0.0
    score -= 0.2 if name_of(inference, base).startswith("_") else 0.0
    score -= 1.0 if is_test_file(base.path) else 0.0
    is_example = not EXAMPLE_FOLDERS.isdisjoint(base.path.split("/"))
    return score - (0.5 if is_example else 0.0)

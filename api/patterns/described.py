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
_PLAIN = frozenset(
    ["ABC", "object", "Protocol", "Generic", "Enum", "Exception", "BaseException", "NamedTuple"]
)
# What exceptions are called, whatever a description calls them.
_EXCEPTIONS = frozenset(stem(word) for word in ("exception", "error"))
_SHORTEST_TAIL = 4  # of a compound: `bootstep` is a step


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
    phrase = noun_phrase(text)
    nouns = _nouns(phrase)
    if not nouns:
        return None
    rest = _nouns(text[len(phrase) :])
    stems = [stem(each) for each in nouns]
    return Description(stems[-1], tuple(stems[:-1]), tuple(stem(each) for each in rest))


def noun_phrase(text: str) -> str:
    """Return the beginning of a description, up to what is said of the thing."""
    found = _END.search(text)
    while found and _nouns(text[: found.start()]) in ([], ["type"]):
        found = _END.search(text, found.end())
    return text[: found.start()] if found else text


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
    kinds = _kinds(inference, description.kind)
    candidates: dict[Entity, float] = {}
    named = _classes_named(inference, kinds, description)
    for place, cls in enumerate([*named, *_classes_in_places(inference, description)]):
        for each in [cls, *_workspace_bases(inference, cls)]:
            candidates[each] = candidates.get(each, 0.0) + 1 / (8 + place)
    chosen = sorted(candidates, key=lambda each: (-candidates[each], each))[:_BASES]
    scores = {each: _score(inference, description, kinds, each) for each in chosen}
    # What derives from one that fits as well is one of its kind, not the kind.
    found = [
        (score - (_DERIVED if _is_narrower(inference, each, scores) else 0), each)
        for each, score in scores.items()
    ]
    found = [entry for entry in found if entry[0] >= _LEAST]
    found.sort(key=lambda entry: (-entry[0], entry[1]))
    return found


def _is_narrower(inference: Inference, cls: Entity, scores: dict[Entity, float]) -> bool:
    """True if a class derives from one that is meant as well."""
    return any(scores.get(base, 0) >= _LEAST for base in _workspace_bases(inference, cls))


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


def _kinds(inference: Inference, word: str) -> dict[str, float]:
    """Return the stems that a class of a kind may be called by, with what each is worth."""
    found = _forms(word)
    if word in _EXCEPTIONS:
        found.update({each: max(found.get(each, 0.0), 0.9) for each in _EXCEPTIONS})
    tails = {word[at:] for at in range(2, len(word) - _SHORTEST_TAIL + 1)}
    for stems in _class_names(inference).values():
        if stems[-1] in tails:
            found.setdefault(stems[-1], 0.6)
    return found


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


def _is_exception(inference: Inference, cls: Entity) -> bool:
    return any(name_of(inference, each) == "BaseException" for each in inference.mro(cls))


def inherited_names(inference: Inference, text: str) -> list[str]:
    """Return the names of bases, wherever they are from, that end with the kind of a description.

    Those that are of the workspace are found by `described_bases`.
    """
    description = parse_description(text)
    store = inference.snapshot.index.reader()
    if description is None or store is None:
        return []
    return [
        name
        for name in store.inherited_names()
        if stem(words(name).rpartition(" ")[2]) == description.kind
    ]


def _score(
    inference: Inference, description: Description, kinds: dict[str, float], base: Entity
) -> float:
    """Return how well a base fits a description; 0 for a class that nothing derives from."""
    members, _ = derived_classes(inference, base)
    own_members = [each for each in members if not is_test_file(each.path)]
    # What is there for users of a library is derived from in its tests alone.
    is_for_users = not own_members and not is_test_file(base.path)
    if is_for_users:  # unless it is there for tests
        members = [each for each in members if _words(inference, each)[0] != "test"]
    members = own_members or members
    if not members or name_of(inference, base) in _PLAIN:
        return 0.0
    if not kinds.keys() & _EXCEPTIONS and _is_exception(inference, base):
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
    joined = "".join(own)  # which `websocket` is in as one word
    said = {stem(word) for word in re.findall(r"\w+", summary(inference.need(base.path), base))}

    def has(word: str) -> float:
        best = 1.0 if len(word) > _SHORTEST_TAIL and word in joined else 0.0
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
    # The name of the package says nothing of a class of it: `CeleryError`.
    package = {stem(word) for part in base.path.split("/")[:-1] for word in words(part).split()}
    asked = {description.kind, *description.of}
    score -= 0.05 * len(set(own) - asked - _ROLES - package)
    score -= 0.25 if own[-1] == "mixin" else 0.0
    score -= 0.2 if name_of(inference, base).startswith("_") else 0.0
    score -= 1.0 if is_test_file(base.path) else 0.0
    score -= 0.2 if is_for_users else 0.0
    is_example = not EXAMPLE_FOLDERS.isdisjoint(base.path.split("/"))
    return score - (0.5 if is_example else 0.0)

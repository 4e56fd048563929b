"""Families: the classes that a class is written like, those that derive from the same base.

A base may be anywhere, its family is in the workspace. Classes of tests are a family of their own
wherever there are enough others. Of a base with hundreds of subclasses some are looked at, nearest
first, and the family says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...indexer import facts as f
from ...indexer.inference.classes import bases, subclasses
from ...indexer.inference.entities import CLASS, OUTSIDE, Entity, name_of, qualified_name
from ...indexer.paths import is_test_file
from ...indexer.symbols import base_names, words
from .features import class_features, function_features
from .similarity import WEIGHTS, Subject, path_proximity, similarity, similarity_parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference

FEWEST = 3
"""Members from which on there is a pattern."""
_FILES = 150  # that may have a subclass, of which all are looked at
_SPEAKING = 400  # that speak of the base's name, in which it may have another one
_MEMBERS = 120  # that are compared
# How much more the near members say than those that only are of the family.
_LEAST, _SHARPNESS = 0.3, 3
# Bases that say what a class is for Python, not what it is for this code base.
_PLAIN = frozenset(["object", "ABC", "Protocol", "Generic", "NamedTuple", "TypedDict", "Enum"])


@dataclass(slots=True)
class Family:
    """Members, nearest first, each with its weight; what holds them together, in words.

    A family of classes or of functions (``kind`` is that of entities), without members.
    """

    kind: int
    subject: Subject
    why: str
    base: Entity | None = None
    members: list[Entity] = field(default_factory=list["Entity"])
    likenesses: list[float] = field(default_factory=list[float])
    weights: list[float] = field(default_factory=list[float])
    is_sample: bool = False
    left_out: int = 0
    """Members of tests, or not of tests, that are not of this family."""

    @property
    def nearness(self) -> float:
        """The similarity of the nearest members to the subject."""
        return sum(self.likenesses[:5]) / 5


def gather_family(
    inference: Inference, kind: int, subject: Subject, members: list[Entity], why: str
) -> Family:
    """A family of these: of one side of the tests, weighed and ranked by nearness."""
    family = Family(kind, subject, why)
    in_tests = [each for each in members if is_test_file(each.path)]
    others = [each for each in members if not is_test_file(each.path)]
    wanted = in_tests if is_test_file(subject.path) else others
    kept = wanted if len(wanted) >= FEWEST else members
    family.left_out = len(members) - len(kept)
    features = class_features if kind == CLASS else function_features
    others = {each: Subject.of(features(inference, each)) for each in kept}
    shares = {each: similarity_parts(subject, other) for each, other in others.items()}
    # A base that all have tells none of them from the others.
    given = min((share.get("base", 0.0) for share in shares.values()), default=0.0)
    ranked = [(similarity(subject, other), each) for each, other in others.items()]
    ranked.sort(key=lambda entry: (-entry[0], entry[1]))
    if len(ranked) > _MEMBERS:
        family.is_sample = True
        del ranked[_MEMBERS:]
    family.members = [each for _, each in ranked]
    family.likenesses = [value for value, _ in ranked]
    family.weights = [
        (_LEAST + value - given * WEIGHTS["base"]) ** _SHARPNESS for value, _ in ranked
    ]
    # One that is very near is no pattern: it has at most a third of the say.
    for place, weight in enumerate(family.weights):
        rest = sum(family.weights) - weight
        if rest:
            family.weights[place] = min(weight, rest / 2)
    return family


def subclasses_below(
    inference: Inference, base: Entity, subject: Subject, without: Entity | None = None
) -> Family:
    """The family of a new class that derives from a base."""
    direct, is_sample = derived_classes(inference, base, subject.path)
    members = [each for each in direct if each != without]
    name = qualified_name(inference, base)
    why = f"derive from {name}"
    seen = set(members)
    if len(members) <= FEWEST:
        for each in list(members):
            deeper, _ = derived_classes(inference, each, subject.path)
            for other in deeper:
                if other not in seen and other != without:
                    seen.add(other)
                    members.append(other)
        if len(members) > len(direct):
            why = f"derive from {name}, some of them through others"
    family = gather_family(inference, CLASS, subject, members, why)
    family.base = base
    family.is_sample |= is_sample
    return family


def derived_classes(
    inference: Inference, base: Entity, near: str = ""
) -> tuple[list[Entity], bool]:
    """Direct subclasses in the workspace, and whether these are only some of them."""
    name = name_of(inference, base)
    paths = inference.snapshot.files_inheriting(name)
    if len(paths) <= _FILES and len(inference.files_with(name)) <= _SPEAKING:
        return [each for each in subclasses(inference, base) if each.path[0] != "/"], False
    chosen = paths
    if len(paths) > _FILES:
        if near:
            paths = sorted(paths, key=lambda path: (-path_proximity(near, path), path))
            chosen = paths[: _FILES // 2]
            paths = paths[_FILES // 2 :]
        else:
            chosen = []
        step = len(paths) / (_FILES - len(chosen))
        chosen = [*chosen, *(paths[int(at * step)] for at in range(_FILES - len(chosen)))]
    found: list[Entity] = []
    for path in chosen:
        facts = inference.facts(path)
        if facts is None:
            continue
        for row, kind in enumerate(facts.definition.kind):
            if kind == f.CLASS and name in base_names(facts, row):
                entity: Entity = Entity(CLASS, path, row)
                if base in bases(inference, entity):
                    found.append(entity)
        if len(found) >= 2 * _MEMBERS:
            break
    return found, len(chosen) < len(inference.snapshot.files_inheriting(name)) or len(
        found
    ) >= 2 * _MEMBERS


def classes_beside(inference: Inference, cls: Entity) -> Family:
    """The family of a class that is there: of the base whose other subclasses are most like it."""
    subject = Subject.of(class_features(inference, cls))
    candidates: list[tuple[float, int, Family]] = []
    for place, base in enumerate(inference.mro(cls)[1:]):
        if not base.path or (base.kind not in (CLASS, OUTSIDE)):
            continue
        is_plain = name_of(inference, base) in _PLAIN
        if is_plain and candidates:
            continue
        family = subclasses_below(inference, base, subject, without=cls)
        if len(family.members) >= FEWEST:
            nearest = family.nearness
            if base in bases(inference, cls):
                nearest += 1
            candidates.append((nearest - is_plain, -place, family))
        if place > 6 or len(candidates) > 2:
            break
    if candidates:
        return max(candidates, key=lambda entry: entry[:2])[2]
    return classes_in_folder(inference, cls, subject)


def classes_in_folder(inference: Inference, cls: Entity | None, subject: Subject) -> Family:
    """The family of a class without kin: classes of its folder that are like it."""
    found: list[Entity] = []
    for path in family_around(inference, subject.path):
        facts = inference.facts(path)
        if facts is None:
            continue
        for row, kind in enumerate(facts.definition.kind):
            entity: Entity = Entity(CLASS, path, row)
            if kind != f.CLASS or entity == cls or facts.definition.scope[row]:
                continue
            other = Subject.of(class_features(inference, entity))
            if _is_alike(subject, other):
                found.append(entity)
    said = (
        f"are like {subject.name} by name or members, and near it" if subject.name else "are near"
    )
    return gather_family(inference, CLASS, subject, found, said)


def _is_alike(subject: Subject, other: Subject) -> bool:
    if subject.decorators & other.decorators:
        return True
    shared = subject.members & other.members
    if len(shared) >= 2 and len(shared) >= len(subject.members) / 3:
        return True
    return bool(subject.name) and _last_word(subject.name) == _last_word(other.name)


def _last_word(name: str) -> str:
    return words(name).rpartition(" ")[2]


def family_around(inference: Inference, path: str, most: int = 60) -> list[str]:
    """Files of the folder of a file, itself first, and of the folders below and beside it."""
    folder = path.rpartition("/")[0]
    above = folder.rpartition("/")[0]
    near = [
        each
        for each in inference.snapshot.view.files
        if each.startswith(f"{folder}/" if folder else "")
        or (above and each.startswith(f"{above}/"))
    ]
    near += [
        each
        for each in inference.snapshot.overlaid()
        if each not in near and inference.exists(each)
    ]
    near.sort(key=lambda each: (-path_proximity(path, each), each))
    return near[:most]


def is_base(inference: Inference, cls: Entity) -> bool:
    """True if a class is mostly there to be derived from."""
    found, _ = derived_classes(inference, cls)
    return len(found) >= FEWEST

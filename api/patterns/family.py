"""Families: the classes or functions that one is written like.

Classes of a family derive from the same base, which may be anywhere; the family is in the
workspace. Without a base, what makes functions and classes of a kind is a decorator (fixtures,
views, commands, handlers), for methods the method that they override, the call or table that they
are registered by, for tests what they take and call, and else names, parameters and place. Tests
are a family of their own wherever there are enough others. Of a base with hundreds of subclasses
some are looked at, nearest first, and the family says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.inference.access_paths import decorator_callee, last_name
from ...indexer.inference.classes import bases, own_member_names, subclasses
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    OUTSIDE,
    Entity,
    name_of,
    owner_class,
    qualified_name,
)
from ...indexer.inference.inference import Inference
from ...indexer.paths import is_test_file
from ...indexer.symbols import base_names, words
from .features import class_features, function_features
from .registration import registered_with
from .sequences import alike_share
from .similarity import WEIGHTS, Subject, path_proximity, similarity, similarity_parts

FEWEST = 3
"""Members from which on there is a pattern."""
_FILES = 150  # that may have a subclass, of which all are looked at
_MENTIONING_FILES = 400  # that speak of the base's name, in which it may have another one
_MEMBERS = 120  # that are compared
# How much more the near members say than those that only are of the family.
_LEAST, _SHARPNESS = 0.3, 3
# Bases that say what a class is for Python, not what it is for this code base.
_PLAIN = frozenset(["object", "ABC", "Protocol", "Generic", "NamedTuple", "TypedDict", "Enum"])
_FUNCTION_FILES = 80
_MOST_FUNCTIONS = 120
_SAME_TEST = 0.5  # of what two tests call, in order
# Decorators that say how a function is called or a class is made, not what it is for.
_WEAK_DECORATORS = frozenset(
    ["staticmethod", "classmethod", "property", "cached_property", "abstractmethod", "overload",
     "wraps", "override", "final", "lru_cache", "cache", "contextmanager", "asynccontextmanager",
     "setter", "getter", "deleter", "no_type_check", "deprecated", "dataclass", "total_ordering",
     "runtime_checkable", "dataclass_transform", "define", "frozen", "attrs", "unique"]
)  # fmt: skip
_HTTP_METHODS = frozenset(["get", "post", "put", "delete", "patch", "head", "options"])


@dataclass(slots=True)
class Family:
    """Classes or functions, nearest first, each with its weight; and what they share, in words."""

    kind: int
    """CLASS or FUNCTION."""
    subject: Subject
    why: str
    base: Entity | None = None
    members: list[Entity] = field(default_factory=list["Entity"])
    similarities: list[float] = field(default_factory=list[float])
    weights: list[float] = field(default_factory=list[float])
    is_sample: bool = False
    left_out: int = 0
    """Members of tests, or not of tests, that are not of this family."""

    @property
    def nearness(self) -> float:
        """The similarity of the nearest members to the subject."""
        return sum(self.similarities[:5]) / 5


def gather_family(
    inference: Inference, kind: int, subject: Subject, members: list[Entity], why: str
) -> Family:
    """Return a family of tests, or of other code, weighed and ranked by nearness."""
    family = Family(kind, subject, why)
    in_tests = is_test_file(subject.path)
    wanted = [each for each in members if is_test_file(each.path) == in_tests]
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
    family.similarities = [value for value, _ in ranked]
    family.weights = [
        (_LEAST + value - given * WEIGHTS["base"]) ** _SHARPNESS for value, _ in ranked
    ]
    # One that is very near is no pattern: it has at most a third of the say.
    for place, weight in enumerate(family.weights):
        rest = sum(family.weights) - weight
        if rest:
            family.weights[place] = min(weight, rest / 2)
    return family


def definitions_in(inference: Inference, path: str, kind: int) -> Iterator[Entity]:
    """Yield the classes, or the functions, of a file; none of one that cannot be read."""
    facts = inference.facts(path)
    if facts is not None:
        for row in facts_view.definitions(facts, f.CLASS if kind == CLASS else f.FUNCTION):
            yield Entity(kind, path, row)


def subclasses_below(
    inference: Inference, base: Entity, subject: Subject, without: Entity | None = None
) -> Family:
    """Return the family of a new class that derives from a base."""
    direct, is_sample = derived_classes(inference, base, subject.path)
    members = [each for each in direct if each != without]
    why = f"derive from {qualified_name(inference, base)}"
    if len(members) <= FEWEST:
        for each in list(members):
            deeper, _ = derived_classes(inference, each, subject.path)
            members += [other for other in deeper if other not in members and other != without]
        if len(members) > len(direct):
            why += ", some of them through others"
    family = gather_family(inference, CLASS, subject, members, why)
    family.base = base
    family.is_sample |= is_sample
    return family


def derived_classes(
    inference: Inference, base: Entity, near: str = ""
) -> tuple[list[Entity], bool]:
    """Return direct subclasses in the workspace, and whether these are only some of them."""
    name = name_of(inference, base)
    paths = inference.snapshot.files_inheriting(name)
    if len(paths) <= _FILES and len(inference.files_with(name)) <= _MENTIONING_FILES:
        return [each for each in subclasses(inference, base) if each.path[0] != "/"], False
    chosen, n_paths = paths, len(paths)
    if n_paths > _FILES:
        n_near = _FILES // 2 if near else 0
        if near:
            paths = sorted(paths, key=lambda path: (-path_proximity(near, path), path))
        chosen, paths = paths[:n_near], paths[n_near:]
        step = len(paths) / (_FILES - len(chosen))
        chosen = [*chosen, *(paths[int(at * step)] for at in range(_FILES - len(chosen)))]
    found: list[Entity] = []
    for path in chosen:
        found += [
            cls
            for cls in definitions_in(inference, path, CLASS)
            if name in base_names(inference.need(path), cls.row) and base in bases(inference, cls)
        ]
        if len(found) >= 2 * _MEMBERS:
            return found, True
    return found, len(chosen) < n_paths


def classes_beside(inference: Inference, cls: Entity) -> Family:
    """Return the family of an existing class: of the base with the subclasses most like it."""
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
            rank = family.nearness + (base in bases(inference, cls)) - is_plain
            candidates.append((rank, -place, family))
        if place > 6 or len(candidates) > 2:
            break
    if candidates:
        return max(candidates, key=lambda entry: entry[:2])[2]
    family = _decorated(inference, subject, cls, CLASS) or _registered(inference, cls, subject)
    return family or classes_in_folder(inference, cls, subject)


def classes_in_folder(inference: Inference, cls: Entity | None, subject: Subject) -> Family:
    """Return the classes of its folder that are like a class without a family."""
    found = [
        entity
        for path in family_around(inference, subject.path)
        for entity in definitions_in(inference, path, CLASS)
        if entity != cls
        and not inference.need(path).definition.scope[entity.row]
        and _is_alike(subject, Subject.of(class_features(inference, entity)))
    ]
    why = f"are like {subject.name} by name or members, and near it" if subject.name else "are near"
    return gather_family(inference, CLASS, subject, found, why)


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
    """Return the files of the folder of a file, itself first, and of those below and beside it."""
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


def functions_beside(inference: Inference, function: Entity) -> Family:
    """Return the family of an existing function, without it."""
    features = function_features(inference, function)
    subject = Subject.of(features)
    family = _decorated(inference, subject, function)
    if family is not None:
        return family
    owner = owner_class(inference.need(function.path), function)
    if owner >= 0:
        found = _methods_of_siblings(inference, Entity(CLASS, function.path, owner), features.name)
        if len(found) >= FEWEST:
            why = f"override each other as `{features.name}`"
            return gather_family(inference, FUNCTION, subject, found, why)
    family = _registered(inference, function, subject) if owner < 0 else None
    return family or _similar_functions(inference, subject, function)


def _registered(inference: Inference, entity: Entity, subject: Subject) -> Family | None:
    """Return what is registered where a function or class is; None if it is nowhere."""
    found = registered_with(inference, entity)
    if found is None:
        return None
    return gather_family(inference, entity.kind, subject, found[1], found[0])


def _methods_of_siblings(inference: Inference, cls: Entity, name: str) -> list[Entity]:
    """Return the methods of one name of the classes beside a class."""
    methods = (
        class_features(inference, each).methods.get(name)
        for each in classes_beside(inference, cls).members
    )
    return [method.entity for method in methods if method is not None]


def functions_like(inference: Inference, subject: Subject) -> Family:
    """Return the family of a function to be written, by decorators, name, parameters and place."""
    return _decorated(inference, subject, None) or _similar_functions(inference, subject, None)


def _decorated(
    inference: Inference, subject: Subject, without: Entity | None, kind: int = FUNCTION
) -> Family | None:
    """Return functions or classes with the same decorator, where there are enough."""
    best: Family | None = None
    for name in sorted(subject.decorators - _WEAK_DECORATORS):
        names = _HTTP_METHODS if name in _HTTP_METHODS else frozenset([name])
        found = with_decorator(inference, names, subject.path, kind)
        found = [each for each in found if each != without]
        if len(found) < FEWEST:
            continue
        description = "the name of an HTTP method" if name in _HTTP_METHODS else f"`{name}`"
        family = gather_family(inference, kind, subject, found, f"are decorated with {description}")
        family.is_sample |= len(found) >= _MOST_FUNCTIONS
        if best is None or len(family.members) < len(best.members):
            best = family
    return best


def with_decorator(
    inference: Inference, names: frozenset[str], near: str, kind: int = FUNCTION
) -> list[Entity]:
    """Return what has one of these decorators, nearest files first, at most some hundred."""
    paths: set[str] = set()
    for name in names:
        paths.update(inference.files_with(name))
    found: list[Entity] = []
    order = sorted(paths, key=lambda path: (-path_proximity(near, path) if near else 0.0, path))
    for looked, path in enumerate(order):
        if len(found) >= _MOST_FUNCTIONS or (looked >= _FUNCTION_FILES and len(found) >= FEWEST):
            break
        for each in definitions_in(inference, path, kind):
            facts = inference.need(path)
            decorators = facts_view.decorators(facts, each.row)
            if any(last_name(facts, decorator_callee(facts, one)) in names for one in decorators):
                found.append(each)
    return found


def _similar_functions(inference: Inference, subject: Subject, without: Entity | None) -> Family:
    """Return functions near it that share its first or last word, or take the same parameters."""
    family = _similar_tests(inference, subject, without) if without is not None else None
    if family is not None:
        return family
    mine = words(subject.name).split()
    found: list[Entity] = []
    is_method = without is not None and owner_class(inference.need(without.path), without) >= 0
    for path in family_around(inference, subject.path, _FUNCTION_FILES):
        found += [
            entity
            for entity in definitions_in(inference, path, FUNCTION)
            if entity != without
            and (owner_class(inference.need(path), entity) >= 0) == is_method
            and _is_similar_function(inference, subject, mine, entity)
        ]
        if len(found) >= _MOST_FUNCTIONS:
            break
    reasons = [f"are called like `{subject.name}`"] if mine else []
    reasons += ["take the same parameters"] if subject.parameters else []
    why = " or ".join(reasons) or "are near"
    return gather_family(inference, FUNCTION, subject, found, why)


def _similar_tests(inference: Inference, subject: Subject, test: Entity) -> Family | None:
    """Return the tests near one that take the same fixtures and call much the same in order."""
    if not is_test_file(test.path) or not subject.name.startswith("test"):
        return None
    wanted = function_features(inference, test)
    fixtures = {each.name for each in wanted.parameters}
    found: list[Entity] = []
    for path in family_around(inference, test.path, _FUNCTION_FILES):
        for each in definitions_in(inference, path, FUNCTION) if is_test_file(path) else ():
            if each == test or not name_of(inference, each).startswith("test"):
                continue
            other = function_features(inference, each)
            if fixtures == {one.name for one in other.parameters} and (
                alike_share(wanted.calls, other.calls) >= _SAME_TEST
            ):
                found.append(each)
        if len(found) >= _MOST_FUNCTIONS:
            break
    if len(found) < FEWEST:
        return None
    why = "test alike: with the same fixtures and calls"
    return gather_family(inference, FUNCTION, subject, found, why)


def _is_similar_function(
    inference: Inference, subject: Subject, mine: list[str], entity: Entity
) -> bool:
    name = name_of(inference, entity)
    if name.startswith("__"):
        return False
    theirs = words(name).split()
    if mine and theirs and (mine[0] == theirs[0] or (len(mine) > 1 and mine[-1] == theirs[-1])):
        return True
    if not subject.parameters:
        return False
    taken = [each.name for each in function_features(inference, entity).parameters]
    wanted = [each for each in subject.parameters if each not in ("self", "cls")]
    return len(wanted) > 1 and taken[: len(wanted)] == wanted


def required_methods(inference: Inference, base: Entity) -> dict[str, tuple[Entity, bool]]:
    """Return the methods that a base leaves to others, by name, and whether they are abstract.

    Those that only raise ``NotImplementedError`` are meant to be overridden, but need not be.
    """
    found: dict[str, tuple[Entity, bool]] = {}
    seen: set[str] = set()
    for cls in inference.mro(base):
        if cls.kind != CLASS:
            continue
        for name in own_member_names(inference, cls):
            if name in seen:
                continue
            seen.add(name)
            for item in inference.own_member(cls, name)[-1:]:
                if item.entity.kind != FUNCTION:
                    continue
                method = function_features(inference, item.entity)
                # An operator that raises it is one that the class refuses.
                refuses = "NotImplementedError" in method.raises and not name.startswith("__")
                if method.flags & f.ABSTRACT or (method.flags & f.STUB_BODY and refuses):
                    found[name] = item.entity, bool(method.flags & f.ABSTRACT)
    return found


def overridden_method(inference: Inference, base: Entity, name: str) -> Entity | None:
    """Return the method that a class derived from a base would override, if one is known."""
    for cls in inference.mro(base):
        found = inference.own_member(cls, name) if cls.kind == CLASS else []
        if found:
            return found[-1].entity if found[-1].entity.kind == FUNCTION else None
    return None

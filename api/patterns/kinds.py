"""Kinds of functions: those that a function is written like.

Functions have no bases. What makes them of a kind is a decorator (fixtures, views, commands,
handlers), for methods the method that they override, and else their names, parameters and place.
"""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.inference.access_paths import last_name
from ...indexer.inference.entities import CLASS, FUNCTION, Entity, owner_class
from ...indexer.symbols import words
from .family import FEWEST, Family, classes_beside, family_around, gather_family
from .features import class_features, function_features
from .similarity import Subject, path_proximity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference

_FILES = 80
_ENOUGH = 120
# Decorators that say how a function is called, not what it is for.
_SILENT = frozenset(
    ["staticmethod", "classmethod", "property", "cached_property", "abstractmethod", "overload",
     "wraps", "override", "final", "lru_cache", "cache", "contextmanager", "asynccontextmanager",
     "setter", "getter", "deleter", "no_type_check", "deprecated"]
)  # fmt: skip
_METHODS = frozenset(["get", "post", "put", "delete", "patch", "head", "options"])


def functions_beside(inference: Inference, function: Entity) -> Family:
    """The family of a function that is there, without it."""
    features = function_features(inference, function)
    subject = Subject.of(features)
    family = _decorated(inference, subject, function)
    if family is not None:
        return family
    owner = owner_class(inference.need(function.path), function)
    if owner >= 0:
        found = _of_siblings(inference, Entity(CLASS, function.path, owner), features.name)
        if len(found) >= FEWEST:
            why = f"override each other as `{features.name}`"
            return gather_family(inference, FUNCTION, subject, found, why)
    return _alike(inference, subject, function)


def _of_siblings(inference: Inference, cls: Entity, name: str) -> list[Entity]:
    """Methods of one name of the classes beside a class."""
    methods = (
        class_features(inference, each).methods.get(name)
        for each in classes_beside(inference, cls).members
    )
    return [method.entity for method in methods if method is not None]


def functions_like(inference: Inference, subject: Subject) -> Family:
    """The family of a function to be written, by its decorators, name, parameters and place."""
    return _decorated(inference, subject, None) or _alike(inference, subject, None)


def _decorated(inference: Inference, subject: Subject, without: Entity | None) -> Family | None:
    """Functions with the same decorator, where there are enough."""
    best: Family | None = None
    for name in sorted(subject.decorators - _SILENT):
        names = _METHODS if name in _METHODS else frozenset([name])
        found = [each for each in with_decorator(inference, names, subject.path) if each != without]
        if len(found) < FEWEST:
            continue
        description = "the name of an HTTP method" if name in _METHODS else f"`{name}`"
        family = gather_family(
            inference, FUNCTION, subject, found, f"are decorated with {description}"
        )
        family.is_sample |= len(found) >= _ENOUGH
        if best is None or len(family.members) < len(best.members):
            best = family
    return best


def with_decorator(inference: Inference, names: frozenset[str], near: str) -> list[Entity]:
    """Functions with one of these decorators, nearest files first, at most some hundred."""
    paths: set[str] = set()
    for name in names:
        paths.update(inference.files_with(name))
    found: list[Entity] = []
    order = sorted(paths, key=lambda path: (-path_proximity(near, path) if near else 0.0, path))
    for looked, path in enumerate(order):
        if len(found) >= _ENOUGH or (looked >= _FILES and len(found) >= FEWEST):
            break
        found += _decorated_in(inference, path, names)
    return found


def _decorated_in(inference: Inference, path: str, names: frozenset[str]) -> Iterator[Entity]:
    facts = inference.facts(path)
    if facts is None:
        return
    table = facts.definition
    for row, at in enumerate(table.decorators):
        if at < 0 or table.kind[row] != f.FUNCTION:
            continue
        for decorator in facts_view.decorators(facts, row):
            function = facts_view.called(facts, decorator)
            if last_name(facts, function if function >= 0 else decorator) in names:
                yield Entity(FUNCTION, path, row)
                break


def _alike(inference: Inference, subject: Subject, without: Entity | None) -> Family:
    """Functions near it that begin or end with the same word, or take the same parameters."""
    mine = words(subject.name).split()
    found: list[Entity] = []
    is_method = without is not None and owner_class(inference.need(without.path), without) >= 0
    for path in family_around(inference, subject.path, _FILES):
        facts = inference.facts(path)
        if facts is None:
            continue
        table = facts.definition
        for row, kind in enumerate(table.kind):
            entity: Entity = Entity(FUNCTION, path, row)
            if kind != f.FUNCTION or entity == without:
                continue
            if (owner_class(facts, entity) >= 0) != is_method:
                continue
            if _is_like(inference, subject, mine, entity):
                found.append(entity)
        if len(found) >= _ENOUGH:
            break
    reasons: list[str] = []
    if mine:
        reasons.append(f"are called like `{subject.name}`")
    if subject.parameters:
        reasons.append("take the same parameters")
    why = " or ".join(reasons) or "are near"
    return gather_family(inference, FUNCTION, subject, found, why)


def _is_like(inference: Inference, subject: Subject, mine: list[str], entity: Entity) -> bool:
    facts = inference.need(entity.path)
    name = facts.names[facts.definition.name[entity.row]]
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

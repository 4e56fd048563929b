"""Similarity of classes or functions: parts from 0 to 1, by members, bases, place and name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ...indexer.symbols import words
from .features import ClassFeatures, FunctionFeatures

# What each part weighs; the largest is what says most about how code is written.
WEIGHTS = {"members": 3.0, "signature": 2.0, "base": 1.5, "decorators": 1.0, "place": 1.0,
           "name": 1.0}  # fmt: skip
# Names that any class may have say nothing.
_COMMON = frozenset(["__init__", "__repr__", "__str__", "__slots__", "__doc__", "__eq__"])


@dataclass(slots=True)
class Subject:
    """The class or function that others are compared with, or what is known of a new one.

    ``path`` is the file that it is in or is meant for; both may be unknown.
    """

    name: str = ""
    path: str = ""
    members: set[str] = field(default_factory=set[str])
    bases: set[str] = field(default_factory=set[str])
    decorators: set[str] = field(default_factory=set[str])
    parameters: list[str] = field(default_factory=list[str])
    is_async: bool | None = None
    """True if a function to be written is a coroutine; None if unknown."""

    @classmethod
    def of(cls, features: ClassFeatures | FunctionFeatures) -> Subject:
        """All that is known of something that is there."""
        made = cls(features.name, features.entity.path)
        made.decorators = {plain_name(each) for each in features.decorators}
        if isinstance(features, ClassFeatures):
            made.members = features.members
            made.bases = {plain_name(each) for each in features.bases}
        else:
            made.parameters = [each.name for each in features.parameters]
        return made


def similarity_parts(subject: Subject, other: Subject) -> dict[str, float]:
    """Return the similarity of two in each respect, without those that are 0."""
    found = {
        "members": _overlap(subject.members - _COMMON, other.members - _COMMON),
        "signature": _overlap(subject.parameters, other.parameters),
        "base": _overlap(subject.bases, other.bases),
        "decorators": _overlap(subject.decorators, other.decorators),
        "place": path_proximity(subject.path, other.path) if subject.path else 0.0,
        "name": name_similarity(subject.name, other.name) if subject.name else 0.0,
    }
    return {name: value for name, value in found.items() if value > 0}


def similarity(subject: Subject, other: Subject) -> float:
    """Return one number for all parts."""
    return sum(WEIGHTS[name] * value for name, value in similarity_parts(subject, other).items())


def plain_name(written: str) -> str:
    """Last name of what is written: ``route`` of ``app.route("/")``, ``List`` of ``List[int]``."""
    for opening in "([":
        written = written.partition(opening)[0]
    return written.rpartition(".")[2].strip()


def path_proximity(path: str, other: str) -> float:
    """1 in one file, less the farther apart the folders are; 0 with nothing in common."""
    if path == other:
        return 1.0
    mine, theirs = path.split("/")[:-1], other.split("/")[:-1]
    common = 0
    while common < min(len(mine), len(theirs)) and mine[common] == theirs[common]:
        common += 1
    apart = len(mine) + len(theirs) - 2 * common
    if not common and apart:
        return 0.0
    return 0.7 * 0.6**apart


def name_similarity(name: str, other: str) -> float:
    """Return the similarity of two names by their words, of which the last tells the kind."""
    mine, theirs = words(name).split(), words(other).split()
    if not mine or not theirs:
        return 0.0
    last = int(mine[-1] == theirs[-1])
    first = int(mine[0] == theirs[0])
    shared = len(set(mine) & set(theirs)) / max(len(set(mine) | set(theirs)), 1)
    return 0.4 * last + 0.3 * first + 0.3 * shared


def _overlap(mine: Iterable[str], theirs: Iterable[str]) -> float:
    left, right = set(mine), set(theirs)
    return len(left & right) / len(left | right) if left and right else 0.0

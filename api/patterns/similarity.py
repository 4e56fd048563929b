"""Likeness: how near two classes or functions are, by members, bases, decorators, place and name.

Each part is between 0 and 1, so that a likeness can be told by its parts.
"""

from __future__ import annotations

from ...indexer.symbols import words
from .features import Class, Function

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# What each part weighs; the largest is what says most about how code is written.
WEIGHTS = {"members": 3.0, "signature": 2.0, "base": 1.5, "decorators": 1.0, "place": 1.0,
           "name": 1.0}  # fmt: skip
# Names that any class may have say nothing.
_COMMON = frozenset(["__init__", "__repr__", "__str__", "__slots__", "__doc__", "__eq__"])


class Subject:
    """What others are compared with: a class or function, or as much as is known of a new one."""

    __slots__ = ("bases", "decorators", "is_async", "members", "name", "parameters", "path")

    def __init__(self, name: str = "", path: str = "") -> None:
        """``path`` is the file that it is in or is meant for; both may be unknown."""
        self.name = name
        self.path = path
        self.members: set[str] = set()
        self.bases: set[str] = set()
        self.decorators: set[str] = set()
        self.parameters: list[str] = []
        self.is_async: bool | None = None
        """Whether a function to be written is a coroutine; None when nobody said."""

    @classmethod
    def of(cls, features: Class | Function) -> Subject:
        """All that is known of something that is there."""
        made = cls(features.name, features.entity.path)
        made.decorators = {plain_name(each) for each in features.decorators}
        if isinstance(features, Class):
            made.members = features.members
            made.bases = {plain_name(each) for each in features.bases}
        else:
            made.parameters = [each.name for each in features.parameters]
        return made


def parts(subject: Subject, other: Subject) -> dict[str, float]:
    """How alike two are in each respect; what neither shows is left out."""
    found = {
        "members": _overlap(subject.members - _COMMON, other.members - _COMMON),
        "signature": _overlap(subject.parameters, other.parameters),
        "base": _overlap(subject.bases, other.bases),
        "decorators": _overlap(subject.decorators, other.decorators),
        "place": nearness(subject.path, other.path) if subject.path else 0.0,
        "name": alike_names(subject.name, other.name) if subject.name else 0.0,
    }
    return {name: value for name, value in found.items() if value > 0}


def likeness(subject: Subject, other: Subject) -> float:
    """One number for all parts."""
    return sum(WEIGHTS[name] * value for name, value in parts(subject, other).items())


def plain_name(written: str) -> str:
    """Last name of what is written: ``route`` of ``app.route("/")``, ``List`` of ``List[int]``."""
    for opening in "([":
        written = written.partition(opening)[0]
    return written.rpartition(".")[2].strip()


def nearness(path: str, other: str) -> float:
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


def alike_names(name: str, other: str) -> float:
    """How many words two names begin and end with together; the last one tells the kind."""
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

"""A suggestion: what could be done, how sure that is, what it rests on, and the edits of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from ...indexer.inference.entities import Entity, qualified_name
from ...indexer.inference.inference import Inference
from ..source.text_edits import Edit

CERTAIN, LIKELY, LOOK = GRADES = ("certain", "likely", "look")
"""Nothing known speaks against it; something may; somebody has to look."""


@dataclass(slots=True)
class Suggestion:
    """Something that is worth changing."""

    kind: str
    grade: str
    title: str
    entity: Entity
    """What it is about, and where it is shown."""
    evidence: list[str]
    """What it rests on, in sentences."""
    wrong_if: list[str]
    """What would make it wrong, each as the rest of a sentence that begins with `wrong if`."""
    others: Sequence[Entity] = ()
    """What else it is about."""
    edits: Sequence[Edit] = ()
    """What applying it changes; nothing where that takes a decision."""
    worth: float = 0.0
    """Larger ones of a kind and grade come first."""
    key: str = ""
    """Tells suggestions of one kind about the same things apart."""
    places: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """Further places, as path and byte offset."""

    def id(self, inference: Inference) -> str:
        """Return the same few characters for the same suggestion, wherever its lines move."""
        about = [self.entity, *self.others]
        names = sorted(f"{each.path}:{qualified_name(inference, each)}" for each in about)
        text = "\0".join([self.kind, self.key, *names])
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def weaker(grade: str, other: str) -> str:
    """Return the less sure of two grades."""
    return max(grade, other, key=GRADES.index)

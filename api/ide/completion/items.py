"""Items of completion, and the groups in which they are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, auto

from ....indexer.inference.entities import Entity
from ....indexer.inference.inference import Inference
from ...source.cursor import Cursor

NO_MATCH = 4
"""The quality of a label that does not match a prefix at all."""


class Group(IntEnum):
    """Groups of items, in the order in which they are shown."""

    KEYWORD_ARGUMENT = auto()
    LOCAL = auto()
    PARAMETER = auto()
    OWN_MEMBER = auto()
    MEMBER = auto()
    CLASS_LEVEL = auto()
    MODULE_LEVEL = auto()
    IMPORTED = auto()
    BUILTIN = auto()
    KEYWORD = auto()
    TEXTUAL = auto()
    UNIMPORTED = auto()


@dataclass(slots=True)
class Item:
    """Something that may be written at the cursor."""

    label: str
    kind: str
    """A word for the kind of symbol."""
    group: Group
    entity: Entity | None = None
    detail: str = ""
    description: str = ""
    insert: str = ""
    """Text to insert; the label by default."""
    snippet: str = ""
    """The text with placeholders, for editors that support snippets."""
    module: str = ""
    """Module that an import has to bring the item from; empty if none is needed."""
    name: str = ""
    """Name in ``module``; empty if the item is the module itself."""
    before: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    """Texts to insert at other byte offsets, before the cursor."""

    def __post_init__(self) -> None:
        """Insert the label unless told otherwise."""
        self.insert = self.insert or self.label


@dataclass(slots=True)
class CompletionContext:
    """The cursor that completion is requested at, and the scope that it is in."""

    inference: Inference
    path: str
    cursor: Cursor
    scope: int
    is_incomplete: bool = False
    """Set if items were left out that a longer prefix would bring."""


def match_quality(label: str, prefix: str, folded: str) -> int:
    """Return how well a label matches a prefix, whose lower case is ``folded``; 0 is best."""
    if label.startswith(prefix):
        return 0
    lower = label.lower()
    if lower.startswith(folded):
        return 1
    if folded in lower:
        return 2
    # Letters count from the start of a word on: `qs` is for `query_set`, not for `requests`.
    if lower.lstrip("_")[:1] != folded.lstrip("_")[:1]:
        return NO_MATCH
    rest = iter(lower)
    return 3 if all(letter in rest for letter in folded) else NO_MATCH

"""What may be written at a cursor, best first.

What completes depends on what stands before the cursor; each of these has a module of its own. An
item is cheap; what takes time (documentation, the edits of an import) is asked for one item, by
:func:`.completion_details.details`.
"""

from __future__ import annotations

from ...source.cursor import Cursor, scope_at
from . import imports, members, names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference

LIMIT = 300

# Groups of items, in the order in which they are shown.
(
    KEYWORD_ARGUMENT,
    LOCAL,
    PARAMETER,
    OWN_MEMBER,
    MEMBER,
    CLASS_LEVEL,
    MODULE_LEVEL,
    IMPORTED,
    BUILTIN,
    KEYWORD,
    TEXTUAL,
    UNIMPORTED,
) = range(12)


class Item:
    """Something that may be written.

    ``kind`` is a word for its symbol. ``module`` is where an import has to bring it from, empty for
    what needs none; with ``name`` empty that module itself. ``snippet`` is the text with places to
    fill in, for editors that know such; ``before`` are texts to insert at other offsets.
    """

    __slots__ = (
        "before",
        "deprecated",
        "description",
        "detail",
        "entity",
        "group",
        "insert",
        "kind",
        "label",
        "module",
        "name",
        "snippet",
    )

    def __init__(
        self, label: str, kind: str, group: int, entity: Entity | None = None, detail: str = ""
    ) -> None:
        """An item that inserts its label."""
        self.label = label
        self.kind = kind
        self.group = group
        self.entity = entity
        self.detail = detail
        self.description = ""
        self.insert = label
        self.snippet = ""
        self.module = ""
        self.name = ""
        self.before: list[tuple[int, str]] = []
        self.deprecated = False


class Completions:
    """Items, the stretch of text that they stand in for, and whether more typing brings more."""

    __slots__ = ("end", "incomplete", "items", "start")

    def __init__(self, start: int, end: int, items: list[Item], *, incomplete: bool) -> None:
        """Items in the order in which they are to be shown."""
        self.start = start
        self.end = end
        self.items = items
        self.incomplete = incomplete


def completions(inference: Inference, path: str, offset: int, limit: int = LIMIT) -> Completions:
    """What may be written at a byte offset."""
    facts, text = inference.need(path), inference.text(path)
    cursor = Cursor(facts, text, offset)
    context = Context(inference, path, cursor, scope_at(facts, text, offset))
    end = offset
    while end < len(text) and (
        text[end] >= 128 or text[end : end + 1].isalnum() or text[end] == 95
    ):
        end += 1
    items = _items(context)
    ranked = ranked_by(cursor.prefix, items)
    incomplete = len(ranked) > limit or context.more
    return Completions(cursor.start, end, ranked[:limit], incomplete=incomplete)


class Context:
    """Where completion is asked for. ``more`` is set when there are items left out."""

    __slots__ = ("cursor", "more", "path", "scope", "inference")

    def __init__(self, inference: Inference, path: str, cursor: Cursor, scope: int) -> None:
        """A cursor in a file, in a scope."""
        self.inference = inference
        self.path = path
        self.cursor = cursor
        self.scope = scope
        self.more = False


def _items(context: Context) -> list[Item]:
    cursor = context.cursor
    if cursor.inside == "comment":
        return []
    if cursor.inside == "string":
        return members.keys(context)
    if cursor.prefix[:1].isdigit():
        return []
    imported = imports.items(context)
    if imported is not None:
        return imported
    receiver = cursor.receiver()
    if receiver is not None:
        return members.items(context, *receiver)
    before = cursor.behind(cursor.start)
    if before and cursor.text[before - 1] == 46:  # `....`, or a number
        return []
    return names.items(context)


def ranked_by(prefix: str, items: list[Item]) -> list[Item]:
    """The items that a prefix may mean, best first, each label once."""
    folded = prefix.lower()
    keyed: list[tuple[tuple[bool, int, int, int, str], Item]] = []
    for item in items:
        quality = match_quality(item.label, prefix, folded)
        if quality < 4:
            # What only contains a prefix stands behind all that starts with it.
            key = quality > 1, _position(item), quality, _privacy(item.label), item.label
            keyed.append((key, item))
    keyed.sort(key=lambda pair: pair[0])
    seen: set[tuple[str, str]] = set()
    result: list[Item] = []
    for _, item in keyed:
        place = item.label, item.module
        if place not in seen:
            seen.add(place)
            result.append(item)
    return result


def _position(item: Item) -> int:
    """Group of an item; what is meant for the language stands behind all others of its group."""
    if item.label.startswith("__") and item.label.endswith("__"):
        return 2 * max(item.group, MEMBER) + 1
    return 2 * item.group


def _privacy(label: str) -> int:
    return 2 if label.startswith("__") else 1 if label.startswith("_") else 0


def match_quality(label: str, prefix: str, folded: str) -> int:
    """0 for what starts with a prefix, 1 but for case, 2 contains it, 3 has its letters, 4 not."""
    if label.startswith(prefix):
        return 0
    lower = label.lower()
    if lower.startswith(folded):
        return 1
    if folded in lower:
        return 2
    # Letters count from the start of a word on: `qs` is for `query_set`, not for `requests`.
    if lower.lstrip("_")[:1] != folded.lstrip("_")[:1]:
        return 4
    rest = iter(lower)
    return 3 if all(letter in rest for letter in folded) else 4

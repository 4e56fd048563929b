"""Completion: what may be written at a cursor, best first, and the details of one item.

Imports, members and plain names each have a module of their own. Items are cheap; what takes time
(documentation, the edits of an import) is worked out for one item.
"""

from __future__ import annotations

from dataclasses import dataclass

from ....indexer.inference.entities import MODULE, Found
from ....indexer.inference.inference import Inference
from ....indexer.inference.modules import find_module
from ....indexer.inference.names import module_attribute
from ...source.cursor import Cursor, scope_at
from ...source.import_edits import import_edit
from ...source.text_edits import Edit
from ..auto_import import public_module
from ..hover import Hover, hover_of_entity
from . import imports, members, names
from .items import NO_MATCH, CompletionContext, Group, Item, match_quality

LIMIT = 300


@dataclass(frozen=True, slots=True)
class Completions:
    """Items in the order to show them in, which replace the text from ``start`` to ``end``."""

    start: int
    end: int
    items: list[Item]
    incomplete: bool
    """True if typing more brings other items."""


def completions(inference: Inference, path: str, offset: int, limit: int = LIMIT) -> Completions:
    """Return what may be written at a byte offset."""
    facts, text = inference.need(path), inference.text(path)
    cursor = Cursor(facts, text, offset)
    context = CompletionContext(inference, path, cursor, scope_at(facts, text, offset))
    end = offset
    while end < len(text) and (
        text[end] >= 128 or text[end : end + 1].isalnum() or text[end] == 95
    ):
        end += 1
    ranked = _ranked(cursor.prefix, _items(context))
    incomplete = len(ranked) > limit or context.is_incomplete
    return Completions(cursor.start, end, ranked[:limit], incomplete)


def _items(context: CompletionContext) -> list[Item]:
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


def _ranked(prefix: str, items: list[Item]) -> list[Item]:
    """Return the items that match a prefix, best first, each once."""
    folded = prefix.lower()
    keyed: list[tuple[tuple[bool, int, int, int, str], Item]] = []
    for item in items:
        quality = match_quality(item.label, prefix, folded)
        if quality < NO_MATCH:
            # What only contains a prefix stands behind all that starts with it.
            key = quality > 1, _position(item), quality, _privacy(item.label), item.label
            keyed.append((key, item))
    keyed.sort(key=lambda pair: pair[0])
    unique: dict[tuple[str, str], Item] = {}
    for _, item in keyed:
        unique.setdefault((item.label, item.module), item)
    return list(unique.values())


def _position(item: Item) -> int:
    """Return the rank of an item's group; dunder names come last."""
    if item.label.startswith("__") and item.label.endswith("__"):
        return 2 * max(item.group, Group.MEMBER) + 1
    return 2 * item.group


def _privacy(label: str) -> int:
    return 2 if label.startswith("__") else 1 if label.startswith("_") else 0


@dataclass(frozen=True, slots=True)
class Details:
    """Documentation of an item, None if there is none, and edits that import it from a module."""

    about: Hover | None
    edits: list[Edit]
    module: str


def import_details(inference: Inference, path: str, module: str, name: str) -> Details:
    """Return details of an item to import, from the package that offers it to others."""
    found = find_module(inference, module, path)
    if found is None:
        return Details(None, [], module)
    item = Found(found)
    if name:
        inner = module_attribute(inference, found, name)
        if inner:
            item = inner[-1]
            if found.kind == MODULE and not found.is_outside:
                module = public_module(inference, module, name, item.entity)
    edits = import_edit(inference, path, module, name)
    return Details(hover_of_entity(inference, item), edits, module)

"""Edits that take an unused definition away."""

from __future__ import annotations

from collections.abc import Sequence

from ...indexer.facts import FileFacts
from ...indexer.inference.entities import ATTRIBUTE, CLASS, FUNCTION
from ...indexer.inference.inference import Inference
from ..source.lexical import layout
from ..source.text_edits import Edit
from ..tasks.symbol_edits import removal
from .definitions import Definition


def removal_of(inference: Inference, definition: Definition) -> Sequence[Edit]:
    """Return the edits that remove a definition, none where that takes a decision.

    A function or class goes with its decorators and the comments above it; an assignment when it is
    the only one, of one name, and not all that a block has.
    """
    entity = definition.entity
    if definition.mixed or len(definition.rows) != 1:
        return ()
    if entity.kind in (CLASS, FUNCTION):
        return (removal(inference, entity),)
    facts, text = inference.need(entity.path), inference.text(entity.path)
    table = facts.attribute_binding if entity.kind == ATTRIBUTE else facts.binding
    position = table.position[entity.row]
    lines = layout(text).lines
    place = next((n for n, (start, end, _) in enumerate(lines) if start <= position < end), -1)
    if place < 0:
        return ()
    start, end, indentation = lines[place]
    target = text[start : position + len(definition.name.encode())]
    behind = text[position + len(definition.name.encode()) : end].lstrip()
    if b"=" in target or b"," in target or b"(" in target or behind[:1] not in (b"=", b":"):
        return ()
    if b";" in text[start:end] or _is_shared(facts, table.value[entity.row]):
        return ()
    beside = [n for n in (place - 1, place + 1) if 0 <= n < len(lines)]
    if not any(lines[n][2] == indentation for n in beside):
        return ()
    first = text.rfind(b"\n", 0, start) + 1
    last = text.find(b"\n", end)
    return (Edit(entity.path, first, len(text) if last < 0 else last + 1, ""),)


def _is_shared(facts: FileFacts, value: int) -> bool:
    """True for ``a = b = value``: other names are given the value as well."""
    tables = facts.binding.value, facts.attribute_binding.value, facts.item_binding.value
    return value >= 0 and sum(each == value for table in tables for each in table) > 1

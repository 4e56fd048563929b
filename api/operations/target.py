"""What a question is about: a position, or a name as fully or as loosely as it is known."""

from __future__ import annotations

from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.entities import CLASS, FUNCTION, Entity, Found, qualified_name
from ...indexer.inference.locate import (
    entities_at,
    member_of_entity,
    occurrence_at,
    resolve_dotted_name,
)
from ...indexer.text import utf16_to_offset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.inference import Inference
    from ...indexer.store.index_store import StoredSymbol

# Answers to "what is this?" that a view keeps.
_KEPT = 5_000


def targets(
    inference: Inference, name: str | None, path: str | None, line: int | None, character: int
) -> list[Found]:
    """Entities that a question is about; raises InvalidArgumentsError when nothing says which."""
    if path is not None and line is not None:
        relative = inference.snapshot.relative(path)
        offset = offset_of(inference, relative, line, character)
        return find_at(inference, relative, offset)
    if name is None:
        raise InvalidArgumentsError("give either 'name', or 'path' with 'line'")
    return find_by_name(inference, name, path)


def find_at(inference: Inference, path: str, offset: int) -> list[Found]:
    """What the name at an offset stands for, remembered as long as nothing changes."""
    kept: dict[tuple[str, int], list[Found]] = inference.snapshot.view.memo.setdefault(
        "pointed at", {}
    )
    key = path, offset
    if inference.snapshot.shared and key in kept:
        inference.need(path)  # and so make sure that the file is still what it was
        return kept[key]
    occurrence = occurrence_at(inference, path, offset)
    found = entities_at(inference, path, occurrence) if occurrence is not None else []
    if inference.snapshot.shared:
        if len(kept) >= _KEPT:
            kept.clear()
        kept[key] = found
    return found


def offset_of(inference: Inference, path: str, line: int, character: int) -> int:
    """Byte offset of a zero-based line and UTF-16 character; past the end means the end."""
    facts = inference.need(path)
    starts = facts.line_starts
    if line >= len(starts) - 1:
        return starts[-1]
    if facts.is_ascii:
        return min(starts[line] + character, starts[line + 1])
    text = inference.text(path)[starts[line] : starts[line + 1]]
    return starts[line] + utf16_to_offset(text, character)


def find_by_name(inference: Inference, name: str, path: str | None = None) -> list[Found]:
    """Entities of a dotted name: absolute if that leads somewhere, else every one that ends so.

    A name that starts like a class, or is no dotted name at all, is looked for the other way round:
    `Model.save` is no module, and asking the environment for one takes longer than the answer.
    """
    if path is not None:
        found = find_by_suffix(inference, name, path)
    elif name[:1].isupper() or "." not in name:
        found = find_by_suffix(inference, name) or resolve_dotted_name(inference, name)
    else:
        found = resolve_dotted_name(inference, name) or find_by_suffix(inference, name)
    return found or _inherited(inference, name, path)


def _inherited(inference: Inference, name: str, path: str | None) -> list[Found]:
    """Members of a dotted name whose class is named loosely and has them from a base class."""
    owner, _, last = name.rpartition(".")
    if not owner:
        return []
    found: dict[object, Found] = {}
    for holder in find_by_name(inference, owner, path):
        if holder.entity.kind == CLASS:
            for item in member_of_entity(inference, holder, last):
                found.setdefault(item.entity, item)
    return list(found.values())


def find_by_suffix(inference: Inference, name: str, path: str | None = None) -> list[Found]:
    """Entities whose qualified name ends with a dotted name, best first."""
    suffix = "." + name
    result: list[tuple[tuple[int, str, int], Found]] = []
    for where, row in candidates(inference, name.rpartition(".")[2]):
        if path is not None and where != path:
            continue
        found = entity_of_symbol(inference, where, row)
        if found is None:
            continue
        dotted = qualified_name(inference, found.entity)
        if dotted == name or dotted.endswith(suffix):
            result.append(((test_rank(where), where, row[5]), found))
    result.sort(key=lambda item: item[0])
    return [found for _, found in result]


def test_rank(path: str) -> int:
    """1 for files that hold tests, so that they rank behind what they test."""
    parts = path.split("/")
    return int(
        any(part in ("test", "tests", "testing") for part in parts[:-1])
        or parts[-1].startswith("test_")
        or parts[-1] in ("conftest.py", "tests.py")
    )


def candidates(inference: Inference, name: str) -> list[tuple[str, StoredSymbol]]:
    """(path, symbol) of every symbol with this name, those of files not indexed yet included."""
    from ...indexer.symbols import symbols

    found = list(inference.snapshot.symbols_named([name]))
    fresh = set(inference.snapshot.view.pending) | inference.snapshot.overlaid()
    if fresh:
        for path in inference.files_with(name):
            facts = inference.facts(path) if path in fresh else None
            if facts is not None:
                found += [(path, (-1, -1, *row)) for row in symbols(facts) if row[0] == name]
    return found


def entity_of_symbol(inference: Inference, path: str, row: StoredSymbol) -> Found | None:
    """The entity of a symbol's row, as the file is now: the row may be of an older content."""
    from ...indexer import facts as f
    from ...indexer.inference.entities import ATTRIBUTE, entity_of_binding

    facts = inference.facts(path)
    if facts is None:
        return None
    name, position = row[2], row[5]
    name_row = facts.name_id(name)
    if name_row < 0:
        return None
    table = facts.definition
    nearest: tuple[int, Found] | None = None
    for index, defined in enumerate(table.name):
        if defined == name_row:
            kind = CLASS if table.kind[index] == f.CLASS else FUNCTION
            distance = abs(table.position[index] - position)
            if nearest is None or distance < nearest[0]:
                nearest = distance, Found(Entity(kind, path, index))
    if nearest is not None and nearest[0] == 0:
        return nearest[1]
    for index, bound in enumerate(facts.binding.name):
        if bound == name_row and facts.binding.position[index] == position:
            return Found(entity_of_binding(path, facts, index))
    for index, attribute in enumerate(facts.attribute_binding.name):
        if attribute == name_row and facts.attribute_binding.position[index] == position:
            return Found(Entity(ATTRIBUTE, path, index))
    return nearest[1] if nearest is not None else None

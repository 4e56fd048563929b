"""The entities that a position, or a name as fully or as loosely as it is known, refers to."""

from __future__ import annotations

import os
from bisect import bisect_left

from ...indexer import facts as f
from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.entities import (
    ATTRIBUTE,
    CLASS,
    FUNCTION,
    Entity,
    Found,
    entity_of_binding,
    qualified_name,
)
from ...indexer.inference.locate import (
    entities_at,
    identifier_at,
    member_of_entity,
    occurrence_at,
    resolve_dotted_name,
)
from ...indexer.paths import is_test_file
from ...indexer.store.index_store import StoredSymbol
from ...indexer.text import utf16_to_offset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...indexer.facts import FileFacts
    from ...indexer.inference.inference import Inference
    from ..open_workspace import OpenWorkspace

# Parts of a dotted name; working out what it means takes as long as their cube.
_MOST_PARTS = 32
# Places whose entities are cached with a view.
_CACHED = 5_000


def find_targets(
    inference: Inference, name: str | None, path: str | None, line: int | None, character: int
) -> list[Found]:
    """Return the entities of a position or name; raise InvalidArgumentsError without either."""
    if path is not None and line is not None:
        relative = inference.snapshot.relative(path)
        offset = offset_of(inference, relative, line, character)
        return find_at(inference, relative, offset)
    if name is None:
        raise InvalidArgumentsError("give either 'name', or 'path' with 'line'")
    return find_by_name(inference, name, path)


def name_asked_for(
    inference: Inference, name: str | None, path: str | None, line: int | None, character: int
) -> str:
    """Return the last part of the name that a target has where it is asked about."""
    if path is not None and line is not None:
        relative = inference.snapshot.relative(path)
        offset = offset_of(inference, relative, line, character)
        found = identifier_at(inference.text(relative), offset)
        return found[1] if found is not None else ""
    return (name or "").rpartition(".")[2]


def find_fresh_targets(
    workspace: OpenWorkspace,
    name: str | None,
    path: str | None,
    line: int | None,
    character: int,
) -> tuple[Inference, list[Found]]:
    """Return entities as :func:`find_targets`, after a sweep if a new file may hold them."""
    inference = workspace.inference(whole=False)
    found = find_targets(inference, name, path, line, character)
    if not found and workspace.freshness == "touch":
        inference = workspace.inference(whole=True, by_name=True)
        found = find_targets(inference, name, path, line, character)
    return inference, found


def find_at(inference: Inference, path: str, offset: int) -> list[Found]:
    """Return the entities of the name at a byte offset; if unknown, what other indexers say."""
    found = _find_at(inference, path, offset)
    if not found and os.path.exists(inference.snapshot.index.imported_path):
        from .imported import imported_at  # late: of few workspaces anything was imported

        return imported_at(inference, path, offset)
    return found


def _find_at(inference: Inference, path: str, offset: int) -> list[Found]:
    """Return the entities of the name at a byte offset, cached as long as nothing changes."""
    cache: dict[tuple[str, int], list[Found]] = inference.snapshot.view.memo.setdefault(
        "entities at", {}
    )
    key = path, offset
    if inference.snapshot.shared and key in cache:
        inference.need(path)  # and so make sure that the file is still what it was
        return cache[key]
    occurrence = occurrence_at(inference, path, offset)
    found = entities_at(inference, path, occurrence) if occurrence is not None else []
    if inference.snapshot.shared:
        if len(cache) >= _CACHED:
            cache.clear()
        cache[key] = found
    return found


def offset_of(inference: Inference, path: str, line: int, character: int) -> int:
    """Return the byte offset of a zero-based line and UTF-16 character; the end if past it."""
    facts = inference.need(path)
    starts = facts.line_starts
    if line >= len(starts) - 1:
        return starts[-1]
    if facts.is_ascii:
        return min(starts[line] + character, starts[line + 1])
    text = inference.text(path)[starts[line] : starts[line + 1]]
    return starts[line] + utf16_to_offset(text, character)


def find_by_name(inference: Inference, name: str, path: str | None = None) -> list[Found]:
    """Return the entities of a dotted name: absolute if there are any, else all that end with it.

    A name that starts like a class, or is no dotted name at all, is looked for the other way round:
    `Model.save` is no module, and asking the environment for one takes longer than the answer.
    """
    if name.count(".") >= _MOST_PARTS:
        raise InvalidArgumentsError(f"a dotted name has at most {_MOST_PARTS} parts")
    if path is not None:
        found = find_by_suffix(inference, name, path)
    elif name[:1].isupper() or "." not in name:
        found = find_by_suffix(inference, name) or resolve_dotted_name(inference, name)
    else:
        found = resolve_dotted_name(inference, name) or find_by_suffix(inference, name)
    return found or _inherited(inference, name, path)


def _inherited(inference: Inference, name: str, path: str | None) -> list[Found]:
    """Return the members that a dotted name means if its class inherits them."""
    owner, _, last = name.rpartition(".")
    if not owner:
        return []
    found: dict[object, Found] = {}
    for cls in find_by_name(inference, owner, path):
        if cls.entity.kind == CLASS:
            for item in member_of_entity(inference, cls, last):
                found.setdefault(item.entity, item)
    return list(found.values())


def find_by_suffix(inference: Inference, name: str, path: str | None = None) -> list[Found]:
    """Return the entities whose qualified name ends with a dotted name, best first.

    Tests come last, and scripts beside the source roots behind what is in them.
    """
    suffix = "." + name
    roots = inference.snapshot.index.workspace.source_roots
    owner = name.rpartition(".")[0].rpartition(".")[2]
    result: list[tuple[tuple[bool, bool, str, int], Found]] = []
    for where, symbol in symbols_by_name(inference, name.rpartition(".")[2]):
        if path is not None and where != path:
            continue
        container = symbol.container.rpartition(".")[2]
        if owner and container and container != owner:
            continue  # a name that every file has is not looked at in every file
        inference.snapshot.work.look(1)
        found = entity_of_symbol(inference, where, symbol)
        if found is None:
            continue
        dotted = qualified_name(inference, found.entity)
        if dotted == name or dotted.endswith(suffix):
            rank = is_test_file(where), _is_beside(where, roots), where, symbol.position
            result.append((rank, found))
    result.sort(key=lambda item: item[0])
    return [found for _, found in result]


def _is_beside(path: str, roots: Sequence[str]) -> bool:
    """True if a file is below none of the folders that are named as source roots."""
    return not any(path.startswith(f"{root}/") for root in roots if root)


def symbols_by_name(inference: Inference, name: str) -> list[tuple[str, StoredSymbol]]:
    """Return (path, symbol) of every symbol with a name, in files not indexed yet too."""
    found = inference.snapshot.symbols_named([name])
    fresh = set(inference.snapshot.view.pending) | inference.snapshot.overlaid()
    if fresh:
        for path in inference.files_with(name):
            if path in fresh and (facts := inference.facts(path)) is not None:
                found += [(path, each) for each in present_symbols(facts) if each.name == name]
    return found


def present_symbols(facts: FileFacts) -> list[StoredSymbol]:
    """Return the symbols of a file's present content, of which the index may have an older one."""
    # Late: only names that are searched for need it.
    from ...indexer.symbols import symbols

    return [StoredSymbol(-1, -1, *row) for row in symbols(facts)]


def entity_of_symbol(inference: Inference, path: str, symbol: StoredSymbol) -> Found | None:
    """Return the entity of a symbol in the file as it is now, the nearest of its name if moved."""
    facts = inference.facts(path)
    name_row = facts.name_id(symbol.name) if facts is not None else -1
    if facts is None or name_row < 0:
        return None
    table = facts.definition
    # Definitions are in order of their names' positions. Most symbols are where they were.
    row = bisect_left(table.position, symbol.position)
    is_there = row < len(table.position) and table.position[row] == symbol.position
    if is_there and table.name[row] == name_row:
        return _definition(path, facts, row)
    for row in facts.bindings_named(name_row):
        if facts.binding.position[row] == symbol.position:
            return Found(entity_of_binding(path, facts, row))
    attributes = facts.attribute_binding
    for row, name in enumerate(attributes.name):
        if name == name_row and attributes.position[row] == symbol.position:
            return Found(Entity(ATTRIBUTE, path, row))
    rows = (row for row, defined in enumerate(table.name) if defined == name_row)
    nearest = min(rows, key=lambda row: abs(table.position[row] - symbol.position), default=-1)
    return _definition(path, facts, nearest) if nearest >= 0 else None


def _definition(path: str, facts: FileFacts, row: int) -> Found:
    kind = CLASS if facts.definition.kind[row] == f.CLASS else FUNCTION
    return Found(Entity(kind, path, row))

"""What a module binds and imports at its top, in order: all that matters when it is imported."""

from __future__ import annotations

from zlib import crc32

from . import facts as f

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from .facts import FileFacts
else:
    from .named_tuple import NamedTuple


class TopImport(NamedTuple):
    """An import at the top of a module: its row and flags, and its place in the order.

    ``module`` is dotted; ``name`` is empty for ``import module``, and for a star.
    """

    row: int
    flags: int
    place: int
    module: str
    name: str


class TopLevel(NamedTuple):
    """The top of a module: names by the first place that binds them, and imports in order."""

    first_bound: dict[str, int]
    imports: list[TopImport]
    has_star: bool
    checksum: int
    """Another one whenever any of the rest is."""


def top_level(facts: FileFacts) -> TopLevel:
    """The top of a file."""
    found: TopLevel | None = facts.memo.get("top level")
    if found is None:
        found = facts.memo["top level"] = _top_level(facts)
    return found


def _top_level(facts: FileFacts) -> TopLevel:
    names, bindings, imports = facts.names, facts.binding, facts.imports
    bound = [row for row, scope in enumerate(bindings.scope) if not scope]
    imported = [row for row, scope in enumerate(imports.scope) if not scope]
    positions = {bindings.position[row] for row in bound} | {
        imports.position[row] for row in imported
    }
    places = {position: place for place, position in enumerate(sorted(positions))}
    first_bound: dict[str, int] = {}
    for row in bound:
        place = places[bindings.position[row]]
        name = names[bindings.name[row]]
        first_bound[name] = min(place, first_bound.get(name, place))
    top_imports = [
        TopImport(
            row,
            imports.flags[row],
            places[imports.position[row]],
            names[imports.module[row]],
            names[imports.name[row]] if imports.name[row] >= 0 else "",
        )
        for row in imported
    ]
    has_star = f.STAR in imports.name
    text = repr((sorted(first_bound.items()), [tuple(each) for each in top_imports], has_star))
    checksum = crc32(text.encode("utf-8", "surrogatepass"))
    return TopLevel(first_bound, top_imports, has_star, checksum)

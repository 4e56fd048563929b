"""Search for symbols by name, humps, dotted suffix or words."""

from __future__ import annotations

from ...indexer.name_search import NameSearch
from ...indexer.symbols import (
    CLASS,
    CONSTANT,
    ENUM,
    ENUM_MEMBER,
    FIELD,
    FUNCTION,
    KIND_NAMES,
    LOCAL,
    METHOD,
    PROPERTY,
    REBOUND,
    VARIABLE,
)
from ..views import envelope, name_range, signature, symbol
from .target import candidates, entity_of_symbol, is_test

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.snapshot import Snapshot
    from ...indexer.store.index_store import StoredSymbol
    from ..session import Session

# Of two symbols that match equally well, people mean the class before the function before the rest.
_KIND_ORDER = {CLASS: 0, ENUM: 0, FUNCTION: 1, METHOD: 2, PROPERTY: 2, CONSTANT: 3, VARIABLE: 3,
               FIELD: 4, ENUM_MEMBER: 4}  # fmt: skip
_CONSIDERED = 200  # distinct names that are ranked


def symbols(
    session: Session,
    *,
    query: str,
    kinds: list[str] | None,
    path: str | None,
    limit: int,
    offset: int,
) -> dict[str, Any]:
    """Answer the operation ``symbols``."""
    snapshot = session.snapshot(whole=True)
    found = ranked(snapshot, query, kinds, path)
    page = found[offset : offset + limit]
    items = [_item(snapshot, where, row) for where, row in page]
    answer = {
        "items": items,
        "total": len(found),
        "truncated": offset + len(page) < len(found),
    }
    return envelope(snapshot, answer, {where for where, _ in page})


def ranked(
    snapshot: Snapshot, query: str, kinds: list[str] | None, path: str | None
) -> list[tuple[str, StoredSymbol]]:
    """(path, symbol) of everything that fits a query, best first."""
    wanted = set(kinds) if kinds else None
    query = query.strip().strip(".")
    found: list[tuple[tuple[object, ...], str, StoredSymbol]] = []
    if " " in query:
        found = _by_words(snapshot, query)
    else:
        container, _, last = query.rpartition(".")
        names = NameSearch.of(snapshot).match(last, _CONSIDERED)
        for quality, where, row in _rows(snapshot, names, last):
            if container and not ("." + container_of(snapshot, where, row)).endswith(
                "." + container
            ):
                continue
            found.append(((quality, *_rank(snapshot, where, row)), where, row))
    if wanted is not None:
        found = [item for item in found if KIND_NAMES[item[2][4]] in wanted]
    if path is not None:
        prefix = path.rstrip("/")
        found = [item for item in found if item[1] == prefix or item[1].startswith(prefix + "/")]
    found.sort(key=lambda item: item[0])
    return [(where, row) for _, where, row in found]


def _rows(
    snapshot: Snapshot, names: dict[str, int], asked: str
) -> list[tuple[int, str, StoredSymbol]]:
    """(quality of the match, path, symbol) of every symbol with one of these names."""
    rows = [(names[row[2]], where, row) for where, row in snapshot.symbols_named(list(names))]
    if snapshot.view.pending:
        known = {id(row) for _, _, row in rows}
        rows += [
            (0, where, row)
            for where, row in candidates(snapshot, asked)
            if row[0] < 0 and id(row) not in known
        ]
    overlaid = [(where, _overlaid(snapshot, where)) for where in snapshot.overlaid()]
    defined = sorted({row[2] for _, listed in overlaid for row in listed})
    if defined:
        fits = NameSearch(defined).match(asked, _CONSIDERED)
        seen = {where for _, where, row in rows if row[0] < 0}
        rows += [
            (fits[row[2]], where, row)
            for where, listed in overlaid
            if where not in seen
            for row in listed
            if row[2] in fits
        ]
    return rows


def _overlaid(snapshot: Snapshot, where: str) -> list[StoredSymbol]:
    """Symbols of a file that an overlay stands in for."""
    from ...indexer.symbols import symbols as symbols_of

    facts = snapshot.facts(where)
    return [(-1, -1, *row) for row in symbols_of(facts)] if facts is not None else []


def _rank(snapshot: Snapshot, where: str, row: StoredSymbol) -> tuple[object, ...]:
    name, flags = row[2], row[7]
    places: dict[str, tuple[int, int]] = snapshot.view.memo.setdefault("places", {})
    place = places.get(where)
    if place is None:
        place = places[where] = is_test(where), where.count("/")
    return (
        place[0],
        int(bool(flags & (LOCAL | REBOUND))),
        int(name.startswith("_")),
        _KIND_ORDER[row[4]],
        len(name),
        row[3].count(".") + place[1],
        name,
        where,
        row[5],
    )


def container_of(snapshot: Snapshot, where: str, row: StoredSymbol) -> str:
    """Dotted name of what a symbol is in, from the module on."""
    module = snapshot.index.workspace.module_name(where) or where
    return f"{module}.{row[3]}" if row[3] else module


def _by_words(snapshot: Snapshot, query: str) -> list[tuple[tuple[object, ...], str, StoredSymbol]]:
    """Full-text search; all words first, any of them when that finds nothing."""
    from ...indexer.symbols import words

    store = snapshot.index.reader()
    terms = [term for word in query.split() for term in words(_plain(word)).split()]
    if store is None or not terms:
        return []
    paths = snapshot.view.paths
    for joint in (" AND ", " OR "):
        quoted = joint.join(f'"{term}"*' for term in terms)
        rows = store.search_words(quoted, _CONSIDERED)
        found = [
            ((place // 8, is_test(paths[row[1]]), place), paths[row[1]], row)
            for place, row in enumerate(rows)
            if row[1] in paths
        ]
        if found:
            return list(found)
    return []


def _plain(word: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in word)


def _item(snapshot: Snapshot, where: str, row: StoredSymbol) -> dict[str, Any]:
    """A symbol as the index has it, made current when its file has changed since."""
    found = entity_of_symbol(snapshot, where, row)
    if found is not None:
        item = symbol(snapshot, found, details=False)
        item["kind"] = KIND_NAMES[row[4]]
        text = signature(snapshot, found.entity)
        if text:
            item["signature"] = text
        return item
    return {
        "name": f"{container_of(snapshot, where, row)}.{row[2]}",
        "kind": KIND_NAMES[row[4]],
        "path": where,
        "range": name_range(snapshot, where, 0, ""),
        "evidence": "textual",
        "note": "the file has changed since it was indexed",
    }

"""Search for symbols by name, humps, dotted suffix or words."""

from __future__ import annotations

from ...indexer.snapshot.name_search import NameSearch
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
from ..source.entity_views import envelope, name_range, signature, symbol
from .target import candidates, entity_of_symbol, test_rank

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.inference.inference import Inference
    from ...indexer.store.index_store import StoredSymbol
    from ..open_workspace import Session

# Of two symbols that match equally well, people mean the class before the function before the rest.
_KIND_ORDER = {CLASS: 0, ENUM: 0, FUNCTION: 1, METHOD: 2, PROPERTY: 2, CONSTANT: 3, VARIABLE: 3,
               FIELD: 4, ENUM_MEMBER: 4}  # fmt: skip
# So many files that are not indexed yet are looked at whole; of more, only for the name itself.
_FEW = 50
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
    inference = session.inference(whole=True)
    found = ranked(inference, query, kinds, path)
    page = found[offset : offset + limit]
    items = [_item(inference, where, row) for where, row in page]
    answer = {
        "items": items,
        "total": len(found),
        "truncated": offset + len(page) < len(found),
    }
    return envelope(inference, answer, {where for where, _ in page})


def ranked(
    inference: Inference, query: str, kinds: list[str] | None, path: str | None
) -> list[tuple[str, StoredSymbol]]:
    """(path, symbol) of everything that fits a query, best first."""
    wanted = set(kinds) if kinds else None
    query = query.strip().strip(".")
    found: list[tuple[tuple[object, ...], str, StoredSymbol]] = []
    if " " in query:
        found = _by_words(inference, query)
    else:
        container, _, last = query.rpartition(".")
        names = NameSearch.of(inference.snapshot).match(last, _CONSIDERED)
        for quality, where, row in _rows(inference, names, last):
            if container and not ("." + container_of(inference, where, row)).endswith(
                "." + container
            ):
                continue
            found.append(((quality, *_rank(inference, where, row)), where, row))
    if wanted is not None:
        found = [item for item in found if KIND_NAMES[item[2][4]] in wanted]
    if path is not None:
        prefix = path.rstrip("/")
        found = [item for item in found if item[1] == prefix or item[1].startswith(prefix + "/")]
    found.sort(key=lambda item: item[0])
    return [(where, row) for _, where, row in found]


def _rows(
    inference: Inference, names: dict[str, int], asked: str
) -> list[tuple[int, str, StoredSymbol]]:
    """(quality of the match, path, symbol) of every symbol with one of these names."""
    rows = [
        (names[row[2]], where, row) for where, row in inference.snapshot.symbols_named(list(names))
    ]
    looked_at = inference.snapshot.overlaid()
    if len(inference.snapshot.view.pending) <= _FEW:
        looked_at |= inference.snapshot.view.pending
    else:
        fresh = [(where, row) for where, row in candidates(inference, asked) if row[0] < 0]
        # Of these files the index has what they said before.
        gone = {(where, row[2]) for where, row in fresh}
        rows = [item for item in rows if (item[1], item[2][2]) not in gone]
        rows += [(0, where, row) for where, row in fresh if where not in looked_at]
    defined = {where: _defined(inference, where) for where in looked_at}
    fits = NameSearch(sorted({row[2] for listed in defined.values() for row in listed})).match(
        asked, _CONSIDERED
    )
    rows = [item for item in rows if item[1] not in defined]
    for where, listed in defined.items():
        rows += [(fits[row[2]], where, row) for row in listed if row[2] in fits]
    return rows


def _defined(inference: Inference, where: str) -> list[StoredSymbol]:
    """Symbols of a file as it is now, which is not as the index has it."""
    from ...indexer.symbols import symbols as symbols_of

    facts = inference.facts(where)
    return [(-1, -1, *row) for row in symbols_of(facts)] if facts is not None else []


def _rank(inference: Inference, where: str, row: StoredSymbol) -> tuple[object, ...]:
    name, flags = row[2], row[7]
    places: dict[str, tuple[int, int]] = inference.snapshot.view.memo.setdefault("places", {})
    place = places.get(where)
    if place is None:
        place = places[where] = test_rank(where), where.count("/")
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


def container_of(inference: Inference, where: str, row: StoredSymbol) -> str:
    """Dotted name of what a symbol is in, from the module on."""
    module = inference.snapshot.index.workspace.module_name(where) or where
    return f"{module}.{row[3]}" if row[3] else module


def _by_words(
    inference: Inference, query: str
) -> list[tuple[tuple[object, ...], str, StoredSymbol]]:
    """Full-text search; all words first, any of them when that finds nothing."""
    from ...indexer.symbols import words

    store = inference.snapshot.index.reader()
    terms = [term for word in query.split() for term in words(_plain(word)).split()]
    if store is None or not terms:
        return []
    paths = inference.snapshot.view.paths
    for joint in (" AND ", " OR "):
        quoted = joint.join(f'"{term}"*' for term in terms)
        rows = store.search_words(quoted, _CONSIDERED)
        found = [
            ((place // 8, test_rank(paths[row[1]]), place), paths[row[1]], row)
            for place, row in enumerate(rows)
            if row[1] in paths
        ]
        if found:
            return list(found)
    return []


def _plain(word: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in word)


def _item(inference: Inference, where: str, row: StoredSymbol) -> dict[str, Any]:
    """A symbol as the index has it, made current when its file has changed since."""
    found = entity_of_symbol(inference, where, row)
    if found is not None:
        item = symbol(inference, found, details=False)
        item["kind"] = KIND_NAMES[row[4]]
        text = signature(inference, found.entity)
        if text:
            item["signature"] = text
        return item
    return {
        "name": f"{container_of(inference, where, row)}.{row[2]}",
        "kind": KIND_NAMES[row[4]],
        "path": where,
        "range": name_range(inference, where, 0, ""),
        "evidence": "textual",
        "note": "the file has changed since it was indexed",
    }

"""Search for symbols by name, humps, dotted suffix or words."""

from __future__ import annotations

from ...indexer.inference.inference import Inference
from ...indexer.paths import is_test_file
from ...indexer.snapshot.name_search import NameSearch
from ...indexer.store.index_store import StoredSymbol
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
    words,
)
from .targets import present_symbols, symbols_by_name

# A symbol of the file at a path that matches a query, with the key that it is sorted by.
Match = tuple[tuple[object, ...], str, StoredSymbol]


# Of two symbols that match equally well, people mean the class before the function before the rest.
_KIND_ORDER = {CLASS: 0, ENUM: 0, FUNCTION: 1, METHOD: 2, PROPERTY: 2, CONSTANT: 3, VARIABLE: 3,
               FIELD: 4, ENUM_MEMBER: 4}  # fmt: skip
# So many files that are not indexed yet are searched as a whole; of more, only for the exact name.
_FEW = 50
_RANKED_NAMES = 200


def search_symbols(
    inference: Inference, query: str, kinds: list[str] | None, path: str | None
) -> list[tuple[str, StoredSymbol]]:
    """Return (path, symbol) of everything that matches a query, best first."""
    query = query.strip().strip(".")
    found: list[Match]
    if " " in query:
        found = _search_words(inference, query)
    else:
        container, _, last = query.rpartition(".")
        suffix = f".{container}" if container else ""
        found = [
            ((quality, *_sort_key(inference, where, symbol)), where, symbol)
            for quality, where, symbol in _symbols_like(inference, last)
            if f".{qualified_container(inference, where, symbol)}".endswith(suffix)
        ]
    if kinds:
        found = [match for match in found if KIND_NAMES[match[2].kind] in kinds]
    if path is not None:
        prefix = path.rstrip("/")
        found = [match for match in found if f"{match[1]}/".startswith(f"{prefix}/")]
    found.sort(key=lambda match: match[0])
    return [(where, symbol) for _, where, symbol in found]


def _symbols_like(inference: Inference, query: str) -> list[tuple[int, str, StoredSymbol]]:
    """Return (quality of the match, path, symbol) of the symbols whose names match."""
    qualities = NameSearch.of(inference.snapshot).match(query, _RANKED_NAMES)
    found = [
        (qualities[symbol.name], path, symbol)
        for path, symbol in inference.snapshot.symbols_named(list(qualities))
    ]
    changed = inference.snapshot.overlaid()
    if len(inference.snapshot.view.pending) <= _FEW:
        changed |= inference.snapshot.view.pending
    else:
        fresh = [each for each in symbols_by_name(inference, query) if each[1].id < 0]
        # The index has an older content of these files.
        replaced = {(path, symbol.name) for path, symbol in fresh}
        found = [each for each in found if (each[1], each[2].name) not in replaced]
        found += [(0, path, symbol) for path, symbol in fresh if path not in changed]
    present = {
        path: present_symbols(facts) if (facts := inference.facts(path)) is not None else []
        for path in changed
    }
    names = sorted({symbol.name for symbols in present.values() for symbol in symbols})
    qualities = NameSearch(names).match(query, _RANKED_NAMES)
    found = [each for each in found if each[1] not in present]
    for path, symbols in present.items():
        found += [
            (qualities[symbol.name], path, symbol) for symbol in symbols if symbol.name in qualities
        ]
    return found


def _sort_key(inference: Inference, path: str, symbol: StoredSymbol) -> tuple[object, ...]:
    cache: dict[str, tuple[bool, int]] = inference.snapshot.view.memo.setdefault("places", {})
    place = cache.get(path)
    if place is None:
        place = cache[path] = is_test_file(path), path.count("/")
    is_test, depth = place
    return (
        is_test,
        bool(symbol.flags & (LOCAL | REBOUND)),
        symbol.name.startswith("_"),
        _KIND_ORDER[symbol.kind],
        len(symbol.name),
        symbol.container.count(".") + depth,
        symbol.name,
        path,
        symbol.position,
    )


def qualified_container(inference: Inference, path: str, symbol: StoredSymbol) -> str:
    """Return the dotted name of the module or class that a symbol is in."""
    module = inference.snapshot.index.workspace.module_name(path) or path
    return f"{module}.{symbol.container}" if symbol.container else module


def _search_words(inference: Inference, query: str) -> list[Match]:
    """Search the full text for all words, or for any of them if no symbol has all."""
    store = inference.snapshot.index.reader()
    terms = [term for word in query.split() for term in words(_identifier(word)).split()]
    if store is None or not terms:
        return []
    paths = inference.snapshot.view.paths
    for conjunction in (" AND ", " OR "):
        match = conjunction.join(f'"{term}"*' for term in terms)
        found: list[Match] = []
        for rank, symbol in enumerate(store.search_words(match, _RANKED_NAMES)):
            path = paths.get(symbol.file)
            if path is not None:
                # Tests rank behind what is about as good.
                found.append(((rank // 8, is_test_file(path), rank), path, symbol))
        if found:
            return found
    return []


def _identifier(word: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in word)

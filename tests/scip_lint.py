"""What `scip lint` looks for in an index, after cmd/scip/lint.go of https://github.com/scip-code/scip.

That looks at relationships while it still collects symbols, file by file in random order; here all
symbols are collected first.
"""

from __future__ import annotations

from flux_index.api.scip import scip_pb2 as scip
from flux_index.api.scip.symbol_names import parse


def problems(index: scip.Index) -> list[str]:
    """Everything that is wrong with an index, a sentence each."""
    found: list[str] = []
    external = [information.symbol for information in index.external_symbols]
    found += [f"told twice: {each}" for each in set(external) if external.count(each) > 1]
    paths = [document.relative_path for document in index.documents]
    found += [f"two documents: {path}" for path in set(paths) if paths.count(path) > 1]
    known = set(external)
    for document in index.documents:
        own = [information.symbol for information in document.symbols]
        found += [f"told twice: {each}" for each in set(own) if own.count(each) > 1]
        found += [f"own and external: {each}" for each in own if each in external]
        known.update(own)
    pairs: set[tuple[str, str]] = set()
    everything = [*index.external_symbols, *(s for d in index.documents for s in d.symbols)]
    for information in everything:
        for relation in information.relationships:
            pair = information.symbol, relation.symbol
            if relation.symbol not in known:
                found.append(f"{pair[0]}: related to {pair[1]}, of which nothing is told")
            if pair in pairs:
                found.append(f"{pair[0]}: related to {pair[1]} twice")
            pairs.add(pair)
    for document in index.documents:
        found += _problems_of(document, known)
    return found


def _problems_of(document: scip.Document, known: set[str]) -> list[str]:
    found: list[str] = []
    seen: set[tuple[str, tuple[int, ...], int]] = set()
    for occurrence in document.occurrences:
        where = f"{document.relative_path}:{list(occurrence.range)}: {occurrence.symbol}"
        key = occurrence.symbol, tuple(occurrence.range), occurrence.symbol_roles
        if parse(occurrence.symbol) is None:
            found.append(f"{where} is not of the grammar")
        if occurrence.symbol not in known:
            found.append(f"{where}: nothing is told of it")
        if key in seen:
            found.append(f"{where}: twice")
        if len(occurrence.range) not in (3, 4):
            found.append(f"{where}: a range of {len(occurrence.range)} numbers")
        seen.add(key)
    return found

"""An example: what is wrong and what is right in its place, with what is needed to judge it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """A bad and a good text of one place of a file; see ``docs/examples.schema.json``."""

    id: str
    rule: str
    """The rule by which the bad one fails."""
    message: str
    path: str
    symbol: str
    """Qualified name of the definition that it is, empty for lines outside of all."""
    line: int
    """First line of the good one in its file, counted from 1."""
    header: str
    """First line of a definition."""
    summary: str
    """First line of its docstring."""
    context: str
    """What it uses and stands in: imports, its class, signatures of what it calls."""
    bad: str
    good: str
    origin: str
    licence: str
    provenance: dict[str, str]
    """Repository, commit, hash of the good file, and what its origin tells."""
    structure: str
    """The same for pairs that differ in names and values only."""

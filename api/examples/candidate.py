"""A candidate for an example: a file as it is right, and as it is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LEDGER, HISTORY, MUTATION = "ledger", "history", "mutation"
ORIGINS = (LEDGER, HISTORY, MUTATION)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two contents of one file; nothing is known to be wrong with either before it is judged."""

    path: str
    good: bytes
    bad: bytes
    origin: str
    rule: str = ""
    """The rule that the bad one is to fail by; any if empty."""
    provenance: Mapping[str, str] = field(default_factory=dict[str, str])
    around: Mapping[str, bytes | None] = field(default_factory=dict[str, "bytes | None"])
    """Contents of other files at that time, where they are not those of the workspace."""
    beside: Mapping[str, bytes | None] = field(default_factory=dict[str, "bytes | None"])
    """What other files have where this one is bad; alone it has to be as wrong."""

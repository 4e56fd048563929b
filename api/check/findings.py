"""Findings of rules, and the fixes that are offered for them."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...indexer.inference.entities import Entity
from ..source.text_edits import Edit

__all__ = ["ERROR", "HINT", "WARNING", "Edit", "Finding", "Fix"]

ERROR, WARNING, HINT = "error", "warning", "hint"


@dataclass(slots=True)
class Fix:
    """A change that repairs something: a short title, and its edits.

    A ``safe`` fix keeps what the code means, or gives it the only meaning that it can have.
    ``kind`` is one of the language server protocol's kinds of code actions.
    """

    title: str
    edits: list[Edit]
    safe: bool = field(default=False, kw_only=True)
    kind: str = field(default="quickfix", kw_only=True)


@dataclass(slots=True, eq=False)
class Finding:
    """A fault that a rule found in a file.

    ``start`` and ``end`` are byte offsets of the file's normalized text. ``subject`` is what the
    fault is about, as it is spelled: with rule, path and surrounding definition it identifies the
    fault, so that it stays the same one when lines move. ``nearest`` are entities that do exist.
    """

    rule: str
    path: str
    start: int
    end: int
    message: str
    subject: str = field(kw_only=True)
    severity: str = field(default=ERROR, kw_only=True)
    evidence: str = field(default="exact", kw_only=True)
    nearest: list[Entity] = field(default_factory=list["Entity"], kw_only=True)
    fixes: list[Fix] = field(default_factory=list[Fix], kw_only=True)
    # Row of the expression whose value it is about: the receiver of an attribute, what is called.
    value: int = field(default=-1, kw_only=True)
    # Set when all faults of a file are known: equal ones are numbered.
    id: str = field(default="", init=False)

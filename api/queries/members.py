"""Members of a class, or the names of a module."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.resolve.classes import members as class_members
from ...indexer.resolve.classes import mro
from ...indexer.resolve.entities import (
    CLASS,
    MODULE,
    OUTSIDE,
    PARAMETER,
    Found,
    qualified_name,
)
from ...indexer.resolve.entity_types import instances_of
from ...indexer.resolve.names import module_member
from ..views import envelope, symbol
from .target import targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.resolve.entities import Entity
    from ...indexer.snapshot import Snapshot
    from ..session import Session


def members(
    session: Session,
    *,
    name: str | None,
    path: str | None,
    line: int | None,
    character: int,
    inherited: bool,
    private: bool,
    limit: int,
    offset: int,
) -> dict[str, Any]:
    """Answer the operation ``members``."""
    snapshot = session.snapshot(whole=False)
    found = targets(snapshot, name, path, line, character)
    if not found and session.freshness == "touch":
        snapshot = session.snapshot(whole=True)
        found = targets(snapshot, name, path, line, character)
    listed: list[tuple[Found, Entity | None]] = []
    notes: list[str] = []
    for item in _holders(snapshot, found):
        if item.entity[0] == MODULE:
            listed += [(member, None) for member in module_names(snapshot, item.entity[1])]
            continue
        for _, member, cls in class_members(snapshot, item.entity):
            if inherited or cls == item.entity:
                listed.append((member.weaker(item.evidence), cls))
        outside = [base[1] or "a base that cannot be resolved"
                   for base in mro(snapshot, item.entity) if base[0] == OUTSIDE]  # fmt: skip
        if outside and inherited:
            notes.append(
                f"{qualified_name(snapshot, item.entity)} also inherits from "
                f"{', '.join(outside)}, outside of the workspace"
            )
        break
    items = [_member(snapshot, member, cls) for member, cls in listed]
    if not private:
        items = [item for item in items if not item["name"].rpartition(".")[2].startswith("_")]
    page = items[offset : offset + limit]
    answer: dict[str, Any] = {
        "items": page,
        "total": len(items),
        "truncated": offset + len(page) < len(items),
    }
    if notes:
        answer["notes"] = notes
    return envelope(snapshot, answer, {item["path"] for item in page})


def _holders(snapshot: Snapshot, found: list[Found]) -> list[Found]:
    """Classes and modules among what was found; for a variable, the classes of its value."""
    holders = [item for item in found if item.entity[0] in (CLASS, MODULE)]
    if not holders:
        holders = [
            cls.weaker(item.evidence)
            for item in found
            for cls in instances_of(snapshot, item.entity)
            if cls.entity[0] == CLASS
        ]
    return holders


def module_names(snapshot: Snapshot, path: str) -> list[Found]:
    """What the top level of a module binds itself, in order of the text; imports left out."""
    facts = snapshot.need(path)
    names, scopes, positions, kinds = facts.binding[:4]
    placed: dict[str, int] = {}
    for row, scope in enumerate(scopes):
        if scope == 0 and kinds[row] not in (f.IMPORT, f.DELETE):
            placed.setdefault(facts.names[names[row]], positions[row])
    result: list[Found] = []
    for name in sorted(placed, key=placed.__getitem__):
        result += module_member(snapshot, path, name)[-1:]
    return [item for item in result if item.entity[0] not in (OUTSIDE, PARAMETER)]


def _member(snapshot: Snapshot, member: Found, cls: Entity | None) -> dict[str, Any]:
    item = symbol(snapshot, member)
    if cls is not None:
        item["defined_in"] = qualified_name(snapshot, cls)
    return item

"""Members of a class, or the names of a module."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.classes import members as class_members
from ...indexer.inference.entities import CLASS, MODULE, OUTSIDE, PARAMETER, Found, qualified_name
from ...indexer.inference.entity_types import instance_classes
from ...indexer.inference.names import module_member
from ..source.entity_views import envelope, symbol
from .target import targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ..open_workspace import Session


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
    inference = session.inference(whole=False)
    found = targets(inference, name, path, line, character)
    if not found and session.freshness == "touch":
        inference = session.inference(whole=True)
        found = targets(inference, name, path, line, character)
    listed: list[tuple[Found, Entity | None]] = []
    notes: list[str] = []
    for item in _holders(inference, found):
        if item.entity.kind == MODULE:
            listed += [(member, None) for member in module_names(inference, item.entity.path)]
            continue
        for _, member, cls in class_members(inference, item.entity):
            if inherited or cls == item.entity:
                listed.append((member.weaker(item.evidence), cls))
        outside = [base.path or "a base that cannot be resolved"
                   for base in inference.mro(item.entity) if base.kind == OUTSIDE]  # fmt: skip
        if outside and inherited:
            notes.append(
                f"{qualified_name(inference, item.entity)} also inherits from "
                f"{', '.join(outside)}, outside of the workspace"
            )
        break
    items = [_member(inference, member, cls) for member, cls in listed]
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
    return envelope(inference, answer, {item["path"] for item in page})


def _holders(inference: Inference, found: list[Found]) -> list[Found]:
    """Classes and modules among what was found; for a variable, the classes of its value."""
    holders = [item for item in found if item.entity.kind in (CLASS, MODULE)]
    if not holders:
        holders = [
            cls.weaker(item.evidence)
            for item in found
            for cls in instance_classes(inference, item.entity)
            if cls.entity.kind == CLASS
        ]
    return holders


def module_names(inference: Inference, path: str) -> list[Found]:
    """What the top level of a module binds itself, in order of the text; imports left out."""
    facts = inference.need(path)
    names, scopes, positions, kinds = facts.binding[:4]
    placed: dict[str, int] = {}
    for row, scope in enumerate(scopes):
        if scope == 0 and kinds[row] not in (f.IMPORT, f.DELETE):
            placed.setdefault(facts.names[names[row]], positions[row])
    result: list[Found] = []
    for name in sorted(placed, key=placed.__getitem__):
        result += module_member(inference, path, name)[-1:]
    return [item for item in result if item.entity.kind not in (OUTSIDE, PARAMETER)]


def _member(inference: Inference, member: Found, cls: Entity | None) -> dict[str, Any]:
    item = symbol(inference, member)
    if cls is not None:
        item["defined_in"] = qualified_name(inference, cls)
    return item

"""Bases, method resolution order and subclasses."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...indexer.inference.classes import bases
from ...indexer.inference.classes import subclasses as direct_subclasses
from ...indexer.inference.entities import CLASS, Found, qualified_name
from ..source.entity_views import envelope, symbol
from ..source.targets import find_targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ..open_workspace import OpenWorkspace


def hierarchy(
    workspace: OpenWorkspace,
    *,
    name: str | None,
    path: str | None,
    line: int | None,
    character: int,
    depth: int,
    limit: int,
) -> dict[str, Any]:
    """Answer the operation ``hierarchy``."""
    inference = workspace.inference(whole=True)
    found = find_targets(inference, name, path, line, character)
    classes = [item for item in found if item.entity.kind == CLASS]
    answer: dict[str, Any] = {
        "bases": [], "mro": [], "subclasses": [], "total": 0, "truncated": False,
    }  # fmt: skip
    paths: set[str] = set()
    if classes:
        entity = classes[0].entity
        order = inference.mro(entity)
        room = _Room(limit)
        answer["symbol"] = symbol(inference, classes[0])
        answer["bases"] = _bases(inference, entity, set())
        answer["mro"] = [symbol(inference, Found(cls), details=False) for cls in order]
        answer["subclasses"] = _subclasses(inference, entity, depth, room, {entity})
        answer["total"] = len(order)
        answer["truncated"] = room.left < 0
        paths = {cls.path for cls in order if cls.kind == CLASS} | room.paths
        if any(not cls.path for cls in order):
            answer["notes"] = ["a base could not be resolved"]
    elif found:
        name = qualified_name(inference, found[0].entity)
        answer["notes"] = [f"{name} is no class: `references` and `callers` tell who uses it"]
    return envelope(inference, answer, paths)


@dataclass(slots=True)
class _Room:
    """The number of subclasses that may still be listed, and their files."""

    left: int
    paths: set[str] = field(default_factory=set[str])


def _bases(inference: Inference, entity: Entity, seen: set[Entity]) -> list[dict[str, Any]]:
    if entity.kind != CLASS or entity in seen:
        return []
    return [
        {
            "symbol": symbol(inference, Found(base), details=False),
            "evidence": "exact",
            "children": _bases(inference, base, seen | {entity}),
        }
        for base in bases(inference, entity)
        if base.path
    ]


def _subclasses(
    inference: Inference, entity: Entity, depth: int, room: _Room, seen: set[Entity]
) -> list[dict[str, Any]]:
    if depth <= 0 or room.left < 0:
        return []
    result: list[dict[str, Any]] = []
    for cls in direct_subclasses(inference, entity):
        if cls in seen:
            continue
        room.left -= 1
        if room.left < 0:
            break
        room.paths.add(cls.path)
        seen.add(cls)
        result.append(
            {
                "symbol": symbol(inference, Found(cls), details=False),
                "evidence": "exact",
                "children": _subclasses(inference, cls, depth - 1, room, seen),
            }
        )
    return result

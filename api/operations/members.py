"""Members of a class, or the names of a module."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.classes import members as class_members
from ...indexer.inference.entities import CLASS, MODULE, OUTSIDE, PARAMETER, Found, qualified_name
from ...indexer.inference.entity_types import instance_classes
from ...indexer.inference.names import module_member
from ..source.entity_views import envelope, page_of, symbol
from ..source.targets import find_fresh_targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ..open_workspace import OpenWorkspace


def members(
    workspace: OpenWorkspace,
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
    inference, found = find_fresh_targets(workspace, name, path, line, character)
    listed: list[tuple[Found, Entity | None]] = []
    notes: list[str] = []
    for item in _classes_and_modules(inference, found):
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
    answer = page_of(items, limit, offset)
    if notes:
        answer["notes"] = notes
    return envelope(inference, answer, {item["path"] for item in answer["items"]})


def _classes_and_modules(inference: Inference, found: list[Found]) -> list[Found]:
    """Return the classes and modules that were found; of variables, the classes of values."""
    listed = [item for item in found if item.entity.kind in (CLASS, MODULE)]
    return listed or [
        cls.weaker(item.evidence)
        for item in found
        for cls in instance_classes(inference, item.entity)
        if cls.entity.kind == CLASS
    ]


def module_names(inference: Inference, path: str) -> list[Found]:
    """Return what a module binds at its top level, without imports, in order of the text."""
    facts = inference.need(path)
    table = facts.binding
    placed: dict[str, int] = {}
    for row, scope in enumerate(table.scope):
        if scope == 0 and table.kind[row] not in (f.IMPORT, f.DELETE):
            placed.setdefault(facts.names[table.name[row]], table.position[row])
    result: list[Found] = []
    for name in sorted(placed, key=placed.__getitem__):
        result += module_member(inference, path, name)[-1:]
    return [item for item in result if item.entity.kind not in (OUTSIDE, PARAMETER)]


def _member(inference: Inference, member: Found, cls: Entity | None) -> dict[str, Any]:
    item = symbol(inference, member)
    if cls is not None:
        item["defined_in"] = qualified_name(inference, cls)
    return item

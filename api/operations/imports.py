"""The operations ``imports`` and ``importers``."""

from __future__ import annotations

from typing import Any

from ...indexer import facts as f
from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.entities import MODULE, NAMESPACE, OUTSIDE, Entity, Found
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import resolve_dotted_name
from ...indexer.inference.modules import imported_module
from ...indexer.inference.names import import_target
from ..open_workspace import OpenWorkspace
from ..source.entity_views import envelope, line_text, name_range, page_of
from ..source.targets import find_by_name

_CONDITIONS = (
    (f.TYPE_CHECKING_ONLY, "type-checking"),
    (f.IN_TRY, "try"),
    (f.IN_HANDLER, "except"),
    (f.IN_BRANCH, "branch"),
)


def imports(
    workspace: OpenWorkspace, *, path: str | None, name: str | None, limit: int, offset: int
) -> dict[str, Any]:
    """Answer the operation ``imports``."""
    inference = workspace.inference(whole=False)
    where = _file(inference, path, name)
    items: list[dict[str, Any]] = []
    if where is not None:
        facts = inference.need(where)
        items = [_item(inference, where, row) for row in range(len(facts.imports[0]))]
    return _answer(inference, items, limit, offset)


def importers(
    workspace: OpenWorkspace, *, name: str | None, path: str | None, limit: int, offset: int
) -> dict[str, Any]:
    """Answer the operation ``importers``."""
    inference = workspace.inference(whole=True)
    if path is not None:
        wanted: list[Entity] = [Entity(MODULE, inference.snapshot.relative(path), -1)]
    elif name is not None:
        wanted = [
            item.entity
            for item in resolve_dotted_name(inference, name) or find_by_name(inference, name)
        ]
        wanted = wanted or [Entity(OUTSIDE, name, -1)]
    else:
        raise InvalidArgumentsError("give 'name' or 'path'")
    items: list[dict[str, Any]] = []
    for where in _candidates(inference, wanted, name):
        facts = inference.facts(where)
        if facts is None:
            continue
        for row in range(len(facts.imports[0])):
            if any(_imports_entity(inference, where, row, entity) for entity in wanted):
                items.append(_item(inference, where, row))
    return _answer(inference, items, limit, offset)


def _file(inference: Inference, path: str | None, name: str | None) -> str | None:
    if path is not None:
        where = inference.snapshot.relative(path)
        inference.need(where)
        return where
    if name is None:
        raise InvalidArgumentsError("give 'path' or 'name'")
    found = [item for item in find_by_name(inference, name) if item.entity.kind == MODULE]
    return found[0].entity.path if found else None


def _candidates(inference: Inference, wanted: list[Entity], name: str | None) -> list[str]:
    """Files that write the last component of a name, or of the package that a module is in."""
    spelled: set[str] = set()
    for kind, path, _ in wanted:
        if kind == MODULE:
            dotted = inference.snapshot.index.workspace.module_name(path) or ""
            spelled.add(dotted.rpartition(".")[2])
            folder = path.rpartition("/")[0]
            # `from . import x` spells no package: its files are found by their place.
            spelled.add(folder.rpartition("/")[2])
        elif kind == NAMESPACE:
            spelled.add(path.rpartition("/")[2])
        elif kind == OUTSIDE:
            spelled.add(path.rpartition(".")[2])
        elif name is not None:
            spelled.add(name.rpartition(".")[2])
    files: set[str] = set()
    for word in spelled - {""}:
        files.update(inference.files_with(word))
    for kind, path, _ in wanted:
        if kind == MODULE and path.rpartition("/")[2].startswith("__init__."):
            folder = path.rpartition("/")[0] + "/"
            files.update(other for other in inference.snapshot.paths() if other.startswith(folder))
    return sorted(files)


def _imports_entity(inference: Inference, path: str, row: int, entity: Entity) -> bool:
    """True if an import refers to an entity, as its module or as what it imports."""
    facts = inference.need(path)
    spelled = facts.names[facts.imports.module[row]]
    module = imported_module(inference, path, spelled)
    if module == entity:
        return True
    if entity.kind == OUTSIDE and module.kind == OUTSIDE:
        imported = facts.imports.name[row]
        full = f"{module.path}.{facts.names[imported]}" if imported >= 0 else module.path
        return full == entity.path or full.startswith(entity.path + ".")
    if facts.imports.name[row] < 0:
        return False
    return any(item.entity == entity for item in import_target(inference, path, facts, row))


def _item(inference: Inference, path: str, row: int) -> dict[str, Any]:
    facts = inference.need(path)
    table = facts.imports
    module = facts.names[table.module[row]]
    name, flags = table.name[row], table.flags[row]
    start = table.position[row]
    spelled = "*" if name == f.STAR else facts.names[name] if name >= 0 else module
    item: dict[str, Any] = {
        "path": path,
        "range": name_range(inference, path, start, spelled),
        "module": module,
        "evidence": "exact",
        "text": line_text(inference, path, start),
    }
    if name != -1:
        item["name"] = spelled
    if flags & f.ALIASED:
        item["alias"] = facts.names[table.bound[row]]
    targets: list[Found] = (
        [Found(imported_module(inference, path, module))]
        if name in (-1, f.STAR)
        else import_target(inference, path, facts, row)
    )
    inside = [found.entity.path for found in targets if found.entity.kind not in (OUTSIDE,)]
    if inside:
        item["resolved"] = inside[0]
    conditions = [word for flag, word in _CONDITIONS if flags & flag]
    if conditions:
        item["conditions"] = conditions
    return item


def _answer(
    inference: Inference, items: list[dict[str, Any]], limit: int, offset: int
) -> dict[str, Any]:
    answer = page_of(items, limit, offset)
    return envelope(inference, answer, {item["path"] for item in answer["items"]})

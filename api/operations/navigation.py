"""Where a name is defined, its text, and what a file, a class or a module consists of."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.classes import members as class_members
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    PARAMETER,
    Found,
    qualified_name,
)
from ...indexer.inference.entity_types import instance_classes
from ...indexer.inference.locate import destinations
from ...indexer.inference.modules import imported_module
from ...indexer.inference.names import module_member
from ...indexer.symbols import INSTANCE, KIND_NAMES, LOCAL
from ..source.entity_views import (
    envelope,
    full_range,
    name_range,
    others_note,
    others_of,
    page_of,
    range_of,
    signature,
    summary,
    symbol,
)
from ..source.targets import entity_of_symbol, find_by_name, find_fresh_targets, present_symbols

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Unpack

    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ..open_workspace import OpenWorkspace
    from .table import Target


def definition(workspace: OpenWorkspace, **target: Unpack[Target]) -> dict[str, Any]:
    """Answer the operation ``definition``."""
    inference, found = find_fresh_targets(workspace, **target)
    found = destinations(found)
    if any(item.entity.path.endswith(".pyi") for item in found):
        # Late: few answers lead to stubs.
        from ...indexer.inference.stub_mapping import prefer_source

        found = prefer_source(inference, found)
    items = [symbol(inference, item) for item in found]
    paths = {item["path"] for item in items}
    answer = {"items": items, "total": len(items), "truncated": False}
    return envelope(inference, answer, paths)


def source(
    workspace: OpenWorkspace,
    *,
    context: int,
    offset: int,
    limit: int | None,
    **target: Unpack[Target],
) -> dict[str, Any]:
    """Answer the operation ``source``."""
    inference, found = find_fresh_targets(workspace, **target)
    found = [item for item in found if item.entity.kind not in (OUTSIDE, NAMESPACE)]
    answer: dict[str, Any] = {"path": "", "first_line": 0, "text": "", "total": len(found)}
    if found:
        entity = found[0].entity
        where = entity.path
        facts = inference.need(where)
        starts = facts.line_starts
        begin, end = full_range(inference, entity)
        first = max(0, facts.line_of(begin) - context)
        last = facts.line_of(max(begin, end - 1)) + 1 + context
        end = min(last, len(starts) - 1)
        answer["lines"] = end - first
        first = min(first + offset, end)
        if limit is not None:
            end = min(end, first + limit)
        text = inference.text(where)[starts[first] : starts[end]]
        answer["symbol"] = symbol(inference, found[0])
        answer["path"] = where
        answer["first_line"] = first + 1
        answer["text"] = text.decode("utf-8", "replace")
        if others := others_of(inference, found):
            answer["notes"] = [others_note(inference, others)]
    return envelope(inference, answer, {answer["path"]})


def outline(workspace: OpenWorkspace, *, path: str | None, name: str | None) -> dict[str, Any]:
    """Answer the operation ``outline``."""
    inference = workspace.inference(whole=False)
    if path is None and name is None:
        raise InvalidArgumentsError("give 'path' or 'name'")
    start, end, where = 0, -1, ""
    if path is not None:
        where = inference.snapshot.relative(path)
        inference.need(where)
    else:
        found = [
            item
            for item in find_by_name(inference, name or "")
            if item.entity.kind in (MODULE, CLASS)
        ]
        if found:
            where = found[0].entity.path
            start, end = full_range(inference, found[0].entity)
    items = outline_items(inference, where, start, end) if where else []
    answer = {"items": items, "total": _n_nested(items), "truncated": False}
    return envelope(inference, answer, {where} if where else set())


def outline_items(
    inference: Inference, path: str, start: int = 0, end: int = -1
) -> list[dict[str, Any]]:
    """Return the symbols of a file between two offsets, members as children of their class."""
    facts = inference.need(path)
    top: list[dict[str, Any]] = []
    by_container: dict[str, dict[str, Any]] = {}
    module = inference.snapshot.index.workspace.module_name(path) or path
    for each in present_symbols(facts):
        if each.position < start or (0 <= end <= each.position):
            continue
        if each.flags & (LOCAL | INSTANCE):
            continue
        found = entity_of_symbol(inference, path, each)
        if found is None:
            continue
        parts = (module, each.container, each.name)
        item: dict[str, Any] = {
            "name": ".".join(part for part in parts if part),
            "kind": KIND_NAMES[each.kind],
            "path": path,
            "range": name_range(inference, path, each.position, each.name),
            "evidence": "exact",
            "signature": signature(inference, found.entity),
        }
        if found.entity.kind in (CLASS, FUNCTION):
            item["full"] = range_of(inference, path, *full_range(inference, found.entity))
        line = summary(facts, found.entity)
        if line:
            item["summary"] = line
        parent = by_container.get(each.container)
        (top if parent is None else parent.setdefault("children", [])).append(item)
        if found.entity.kind == CLASS:
            by_container[f"{each.container}.{each.name}".lstrip(".")] = item
    return top


def _n_nested(items: list[dict[str, Any]]) -> int:
    return sum(1 + _n_nested(item.get("children", [])) for item in items)


def members(
    workspace: OpenWorkspace,
    *,
    inherited: bool,
    private: bool,
    limit: int,
    offset: int,
    **target: Unpack[Target],
) -> dict[str, Any]:
    """Answer the operation ``members``."""
    inference, found = find_fresh_targets(workspace, **target)
    listed: list[tuple[Found, Entity | None]] = []
    notes: list[str] = []
    asked = _classes_and_modules(inference, found)
    if others := others_of(inference, asked):
        notes.append(others_note(inference, others))
    for item in asked:
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
    items = [_member_item(inference, member, cls) for member, cls in listed]
    if not private:
        items = [item for item in items if not item["name"].rpartition(".")[2].startswith("_")]
    answer = page_of(items, limit, offset)
    if notes:
        answer["notes"] = notes
    return envelope(inference, answer, {item["path"] for item in answer["items"]})


def _classes_and_modules(inference: Inference, found: list[Found]) -> list[Found]:
    """Return the classes and modules that were found; of variables, the classes of values."""
    listed = [
        item
        for item in found
        if item.entity.kind in (CLASS, MODULE) or inference.made_fields(item.entity)
    ]
    return listed or [
        cls.weaker(item.evidence)
        for item in found
        for cls in instance_classes(inference, item.entity)
        if cls.entity.kind == CLASS
    ]


def module_names(inference: Inference, path: str) -> list[Found]:
    """Return what a module binds at its top level, in order of the text, then what it hands on.

    It hands on what it imports and lists in ``__all__``; a package without one, what it imports
    from its own modules.
    """
    facts = inference.need(path)
    table = facts.binding
    placed: dict[str, int] = {}
    for row, scope in enumerate(table.scope):
        if scope == 0 and table.kind[row] not in (f.IMPORT, f.DELETE):
            placed.setdefault(facts.names[table.name[row]], table.position[row])
    found = [
        item
        for name in (
            *sorted(placed, key=placed.__getitem__),
            *(name for name in _handed_on(inference, path) if name not in placed),
        )
        for item in module_member(inference, path, name)[-1:]
        if item.entity.kind not in (OUTSIDE, PARAMETER)
    ]
    # Those of one file stand together, its own first.
    return sorted(found, key=lambda item: (item.entity.path != path, item.entity.path))


def _handed_on(inference: Inference, path: str) -> list[str]:
    exported = inference.exported_names(path)
    if exported is not None:
        return sorted(exported.names)
    folder, _, file = path.rpartition("/")
    if not file.startswith("__init__."):
        return []
    facts = inference.need(path)
    table = facts.imports
    own = {
        module
        for module in set(table.module)
        if imported_module(inference, path, facts.names[module]).path.startswith(f"{folder}/")
    }
    return [
        facts.names[table.bound[row]]
        for row, name in enumerate(table.name)
        if name >= 0 and not table.scope[row] and table.module[row] in own
    ]


def _member_item(inference: Inference, member: Found, cls: Entity | None) -> dict[str, Any]:
    item = symbol(inference, member)
    if cls is not None:
        item["defined_in"] = qualified_name(inference, cls)
    return item

"""The operation ``outline``: the definitions of a file, module or class, nested."""

from __future__ import annotations

from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.entities import CLASS, FUNCTION, MODULE
from ...indexer.symbols import INSTANCE, KIND_NAMES, LOCAL
from ..source.entity_views import envelope, full_range, name_range, range_of, signature, summary
from ..source.targets import entity_of_symbol, find_by_name, present_symbols

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.inference.inference import Inference
    from ..open_workspace import OpenWorkspace


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
    items = nested(inference, where, start, end) if where else []
    answer = {"items": items, "total": _count(items), "truncated": False}
    return envelope(inference, answer, {where} if where else set())


def nested(inference: Inference, path: str, start: int = 0, end: int = -1) -> list[dict[str, Any]]:
    """Return the symbols of a file between two offsets, members as children of their class."""
    facts = inference.need(path)
    top: list[dict[str, Any]] = []
    by_container: dict[str, dict[str, Any]] = {}
    module = inference.snapshot.index.workspace.module_name(path) or path
    for symbol in present_symbols(facts):
        if symbol.position < start or (0 <= end <= symbol.position):
            continue
        if symbol.flags & (LOCAL | INSTANCE):
            continue
        found = entity_of_symbol(inference, path, symbol)
        if found is None:
            continue
        parts = (module, symbol.container, symbol.name)
        item: dict[str, Any] = {
            "name": ".".join(part for part in parts if part),
            "kind": KIND_NAMES[symbol.kind],
            "path": path,
            "range": name_range(inference, path, symbol.position, symbol.name),
            "evidence": "exact",
            "signature": signature(inference, found.entity),
        }
        if found.entity.kind in (CLASS, FUNCTION):
            item["full"] = range_of(inference, path, *full_range(inference, found.entity))
        line = summary(facts, found.entity)
        if line:
            item["summary"] = line
        parent = by_container.get(symbol.container)
        (top if parent is None else parent.setdefault("children", [])).append(item)
        if found.entity.kind == CLASS:
            by_container[f"{symbol.container}.{symbol.name}".lstrip(".")] = item
    return top


def _count(items: list[dict[str, Any]]) -> int:
    return sum(1 + _count(item.get("children", [])) for item in items)

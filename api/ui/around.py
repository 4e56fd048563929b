"""The view around a symbol: what it uses, who uses it, and its source."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from ...indexer.paths import is_outside, is_test_file
from ..rpc.messages import RpcError
from .questions import Questions

# A picture of more is no picture: what is left out is counted.
MOST = 45
_PLACES = 5
# So many are looked at, of which the surest are drawn.
_CALLERS = 300
_SOURCE_LINES = 400
_LANDING = 60
# From what is surest to what is only a name.
_EVIDENCE = ("exact", "inferred", "conventional", "textual")
# What is said of a use beside a call.
_ROLES = ["read", "write", "delete", "inherit", "annotation", "decorator", "import", "keyword"]

Item = dict[str, Any]


async def landing(questions: Questions) -> Item:
    """Return what there is to begin with: the packages of the workspace."""
    return await questions.ask("map", limit=_LANDING)


async def complete(questions: Questions, query: str) -> list[Item]:
    """Return symbols for what was typed so far, the best first."""
    if not query.strip():
        return []
    answer = await questions.ask("symbols", query=query, limit=12)
    return answer["items"]


async def center(questions: Questions, target: Item) -> Item:
    """Return the symbol in the middle with its source and what it uses."""
    items = await _found(questions, target)
    if not items:
        return {"symbol": None, "nearest": await _nearest(questions, target)}
    symbol = items[0]
    used = _used_by_module if symbol["kind"] == "module" else _used_by_definition
    source, (edges, more) = await asyncio.gather(
        _source(questions, symbol), used(questions, symbol)
    )
    return {
        "symbol": symbol,
        "others": items[1:],
        "source": source,
        "uses": edges,
        "more": more,
    }


async def users(questions: Questions, target: Item) -> Item:
    """Return who uses the symbol."""
    found = await _found(questions, target)
    if not found:
        return {"users": [], "more": 0, "total": 0}
    symbol = found[0]
    if symbol["kind"] == "module":
        edges, more = await _importers(questions, symbol)
    else:
        edges, more = await _users(questions, symbol)
    return {"users": edges, "more": more, "total": len(edges) + more}


async def _nearest(questions: Questions, target: Item) -> list[Item]:
    """Return what may be meant by a name that nothing has."""
    if "name" not in target:
        return []
    try:
        answer = await questions.ask("exists", query=target["name"])
    except RpcError:  # it is no name at all
        return []
    return answer["nearest"]


async def _found(questions: Questions, target: Item) -> list[Item]:
    """Return the symbols that are asked about; a path without a line is a module."""
    if "path" in target and "line" not in target:
        return [_module_node(target["path"], target["path"])]
    answer = await questions.ask("definition", **target)
    return answer["items"]


def target_of(symbol: Item) -> Item:
    """Return how to ask for a symbol that an answer has named, by its place where it has one."""
    if is_outside(symbol["path"]) or not symbol["path"] or symbol["kind"] == "module":
        return {"name": symbol["name"]}
    return {"path": symbol["path"], **symbol["range"]["start"]}


async def _source(questions: Questions, symbol: Item) -> Item | None:
    if symbol["kind"] == "module" or symbol.get("layer") == "outside":
        return None
    return await questions.ask("source", **target_of(symbol), limit=_SOURCE_LINES)


async def _used_by_definition(questions: Questions, symbol: Item) -> tuple[list[Item], int]:
    edges: dict[str, Item] = {}
    more = 0
    if symbol["kind"] in ("class", "enum"):
        tree = await questions.ask("hierarchy", **target_of(symbol), depth=0)
        for node in tree["bases"]:
            _add(edges, node["symbol"], node["evidence"], "inherit", [])
    if symbol["kind"] in ("class", "enum", "function", "method", "property", "constructor"):
        answer = await questions.ask("callees", **target_of(symbol), limit=_CALLERS)
        for item in answer["items"]:
            _add(edges, item["symbol"], item["evidence"], "call", item["calls"])
        more = answer["total"] - len(answer["items"])
    return _surest(edges.values(), more)


async def _used_by_module(questions: Questions, symbol: Item) -> tuple[list[Item], int]:
    answer = await questions.ask("imports", path=symbol["path"], limit=1000)
    edges: dict[str, Item] = {}
    for item in answer["items"]:
        where = item.get("resolved", "")
        name = where or item["module"]
        _add(edges, _module_node(name, where), item["evidence"], "import", [item])
    return _surest(edges.values(), 0)


async def _importers(questions: Questions, symbol: Item) -> tuple[list[Item], int]:
    answer = await questions.ask("importers", path=symbol["path"], limit=1000)
    edges: dict[str, Item] = {}
    for item in answer["items"]:
        node = _module_node(item["path"], item["path"])
        _add(edges, node, item["evidence"], "import", [item])
    return _surest(edges.values(), answer["total"] - len(answer["items"]))


async def _users(questions: Questions, symbol: Item) -> tuple[list[Item], int]:
    target = target_of(symbol)
    calls, others = await asyncio.gather(
        questions.ask("callers", **target, limit=_CALLERS),
        questions.ask("references", **target, roles=_ROLES, limit=500),
    )
    edges: dict[str, Item] = {}
    for item in calls["items"]:
        _add(edges, item["symbol"], item["evidence"], "call", item["calls"])
    for group in others["items"]:
        for place in group["references"]:
            name = place.get("enclosing")
            if name == symbol["name"]:
                continue  # a use of its own
            node = (
                {"name": name, "kind": "", "path": place["path"], "range": place["range"]}
                if name
                else _module_node(place["path"], place["path"])
            )
            _add(edges, node, place["evidence"], place["role"], [place])
    return _surest(edges.values(), calls["total"] - len(calls["items"]))


def _module_node(name: str, path: str) -> Item:
    start = {"line": 0, "character": 0}
    return {
        "name": name,
        "kind": "module",
        "path": path,
        "range": {"start": start, "end": start},
        "layer": "workspace" if path and not is_outside(path) else "outside",
    }


def _add(edges: dict[str, Item], node: Item, evidence: str, role: str, places: list[Item]) -> None:
    edge = edges.setdefault(
        node["name"],
        {"node": node, "evidence": evidence, "roles": [], "count": 0, "places": []},
    )
    edge["evidence"] = min(edge["evidence"], evidence, key=_EVIDENCE.index)
    edge["node"]["kind"] = edge["node"]["kind"] or node["kind"]
    if role not in edge["roles"]:
        edge["roles"].append(role)
    edge["count"] += max(len(places), 1)
    for each in places:
        place = {
            "path": each["path"],
            "line": each["range"]["start"]["line"] + 1,
            "text": each["text"],
        }
        if place not in edge["places"] and len(edge["places"]) < _PLACES:
            edge["places"].append(place)


def _surest(edges: Iterable[Item], more: int) -> tuple[list[Item], int]:
    """Return what is surest, as many as a picture holds, and how many there are beside these."""
    order = sorted(edges, key=_rank)
    return order[:MOST], more + max(len(order) - MOST, 0)


def _rank(edge: Item) -> tuple[bool, bool, int, bool, int]:
    """What only has the name comes last, before it what lies elsewhere; then what is sure first."""
    path, evidence = edge["node"]["path"], edge["evidence"]
    return (
        evidence == _EVIDENCE[-1],
        not path or is_outside(path),
        _EVIDENCE.index(evidence),
        is_test_file(path),
        -edge["count"],
    )

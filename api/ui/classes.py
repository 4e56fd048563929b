"""The view of classes: bases and subclasses, what overrides what, and drift from siblings."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from .around import Item, target_of
from .questions import Questions

_MOST = 60
_DEPTH = 3
_CALLABLE = ("method", "property", "function", "constructor")
# What every class may say anew, and tells nothing of how it fits in.
_COMMON = frozenset(["__init__", "__new__", "__repr__", "__str__", "__doc__", "__module__"])


async def classes(questions: Questions, target: Item) -> Item:
    """Return the hierarchy around a class, each class with what it overrides."""
    tree = await questions.ask("hierarchy", **target, depth=_DEPTH, limit=_MOST)
    center = tree.get("symbol")
    if center is None or not tree["mro"]:
        return {"symbol": center, "nodes": [], "edges": [], "mro": [], "notes": tree.get("notes")}
    nodes: dict[str, Item] = {center["name"]: center}
    edges: list[Item] = []
    for sub, base in (*_downwards(center, tree["bases"]), *_upwards(center, tree["subclasses"])):
        nodes.setdefault(base["name"], base)
        nodes.setdefault(sub["name"], sub)
        edges.append({"source": sub["name"], "target": base["name"]})
    own = dict(
        zip(
            nodes,
            await asyncio.gather(*(_own(questions, nodes[name]) for name in nodes)),
            strict=True,
        )
    )
    above = _bases_of(edges)
    for name, node in nodes.items():
        node["overrides"] = list(_overrides(name, own, above))
        node["members"] = len(own[name])
    return {
        "symbol": center,
        "nodes": list(nodes.values()),
        "edges": edges,
        "mro": tree["mro"],
        "own": list(own[center["name"]].values()),
        "truncated": tree["truncated"],
        "notes": tree.get("notes", []),
    }


async def drift(questions: Questions, target: Item) -> Item:
    """Return what the subclasses of a class, or else its siblings, have in common, and who not."""
    tree = await questions.ask("hierarchy", **target, depth=1, limit=2)
    center = tree.get("symbol")
    if center is None or not tree["mro"]:
        return {"total": 0, "habits": [], "outliers": []}
    if tree["subclasses"]:
        base = center["name"]
    else:
        base = next((each["symbol"]["name"] for each in tree["bases"]), "")
    if not base:
        return {"total": 0, "habits": [], "outliers": []}
    answer = await questions.ask("patterns", base=base, limit=60)
    kept = ("method", "attribute", "field", "decorator", "base", "name")
    return {
        "base": base,
        "total": answer["total"],
        "habits": [each for each in answer["habits"] if each["kind"] in kept],
        "outliers": answer["outliers"],
        "lacking": await _lacking(questions, answer),
    }


async def _lacking(questions: Questions, answer: Item) -> list[Item]:
    """Return the members that lack a method which most of their siblings have."""
    usual = {
        habit["name"]
        for habit in answer["habits"]
        if habit["kind"] == "method" and 2 * habit["count"] > habit["of"] and habit["count"] > 2
    } - _COMMON
    found: list[Item] = []
    members: list[Item] = answer["members"]
    for member, own in zip(
        members, await asyncio.gather(*(_own(questions, each) for each in members)), strict=True
    ):
        lacks = sorted(usual - own.keys())
        if lacks:
            found.append({"symbol": member, "lacks": lacks})
    return found


async def _own(questions: Questions, cls: Item) -> dict[str, Item]:
    """Return what a class defines itself, by name."""
    if not cls["path"]:
        return {}
    answer = await questions.ask("members", **target_of(cls), inherited=False, limit=400)
    return {each["name"].rpartition(".")[2]: each for each in answer["items"]}


def _overrides(
    name: str, own: dict[str, dict[str, Item]], above: dict[str, list[str]]
) -> Iterator[Item]:
    """Yield the methods of a class that a base of the picture defines as well."""
    bases = above.get(name, [])
    for member, item in own[name].items():
        if item["kind"] not in _CALLABLE:
            continue
        base = next((each for each in bases if member in own[each]), None)
        if base is None:
            continue
        theirs = own[base][member]
        yield {
            "name": member,
            "of": base,
            "signature": item.get("signature", ""),
            "theirs": theirs.get("signature", ""),
            "differs": member not in _COMMON
            and item.get("signature", "") != theirs.get("signature", ""),
            "path": item["path"],
            "line": item["range"]["start"]["line"] + 1,
        }


def _bases_of(edges: list[Item]) -> dict[str, list[str]]:
    """Return all bases of each class of the picture, the nearest first."""
    direct: dict[str, list[str]] = {}
    for edge in edges:
        direct.setdefault(edge["source"], []).append(edge["target"])
    above: dict[str, list[str]] = {}
    for name, bases in direct.items():
        found: dict[str, None] = {}
        waiting = list(bases)
        while waiting:
            base = waiting.pop(0)
            if base not in found:
                found[base] = None
                waiting += direct.get(base, [])
        above[name] = list(found)
    return above


def _downwards(cls: Item, bases: list[Any]) -> Iterator[tuple[Item, Item]]:
    """Yield classes with their bases, from trees of bases."""
    for node in bases:
        yield cls, node["symbol"]
        yield from _downwards(node["symbol"], node["children"])


def _upwards(cls: Item, subclasses: list[Any]) -> Iterator[tuple[Item, Item]]:
    """Yield classes with their bases, from trees of subclasses."""
    for node in subclasses:
        yield node["symbol"], cls
        yield from _upwards(node["symbol"], node["children"])

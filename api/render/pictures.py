"""Answers as pictures for documents: which boxes and arrows an answer is drawn with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .graph_layout import as_svg
from .graphs import Graph, as_dot, as_mermaid
from .words import counted, local

Answer = Mapping[str, Any]


def picture(operation: str, answer: Answer, arguments: Answer, shape: str) -> str:
    """Return an answer in one of the formats; KeyError for operations that have no picture."""
    graph = GRAPHS[operation](answer, arguments)
    if shape == "dot":
        return as_dot(graph)
    if shape == "mermaid":
        return as_mermaid(graph)
    return as_svg(graph)


def _symbol_node(graph: Graph, symbol: Answer, style: str = "") -> str:
    name, path = symbol["name"], symbol["path"]
    place = "" if path.startswith("/") or not path else path
    return graph.add(name, [local(name, path), place], style)


def _more(graph: Graph, center: str, n_left: int, *, before: bool) -> None:
    """Add a box that stands for what a page of an answer left out."""
    if n_left > 0:
        key = graph.add("… more", [f"… {n_left:,} more"], "more")
        graph.connect(*((key, center) if before else (center, key)), evidence="textual")


def _hierarchy(answer: Answer, _: Answer) -> Graph:
    graph = Graph(points_back=True)
    if "symbol" not in answer:
        return graph
    center = _symbol_node(graph, answer["symbol"], "center")

    def add_bases(below: str, nodes: list[Any]) -> None:
        for node in nodes:
            base = _symbol_node(graph, node["symbol"])
            graph.connect(base, below)
            add_bases(base, node["children"])

    def add_subclasses(above: str, nodes: list[Any]) -> None:
        for node in nodes:
            subclass = _symbol_node(graph, node["symbol"])
            graph.connect(above, subclass)
            add_subclasses(subclass, node["children"])

    add_bases(center, answer["bases"])
    add_subclasses(center, answer["subclasses"])
    if answer["truncated"]:
        graph.connect(center, graph.add("… more", ["… more"], "more"), "textual")
    return graph


def _callers(answer: Answer, arguments: Answer) -> Graph:
    return _calls(answer, arguments, is_caller=True)


def _callees(answer: Answer, arguments: Answer) -> Graph:
    return _calls(answer, arguments, is_caller=False)


def _calls(answer: Answer, arguments: Answer, *, is_caller: bool) -> Graph:
    graph = Graph()
    if "symbol" not in answer:
        return graph
    if answer.get("others"):
        # Which of them each call means is not told: they are one box.
        name = str(arguments.get("name") or answer["symbol"]["name"])
        lines = [name, counted(answer["others"] + 1, "definition")]
        center = graph.add(f"asked {name}", lines, "center")
    else:
        center = _symbol_node(graph, answer["symbol"], "center")
    for item in answer["items"]:
        other = _symbol_node(graph, item["symbol"])
        ends = (other, center) if is_caller else (center, other)
        graph.connect(*ends, evidence=item["evidence"])
    _more(graph, center, answer["total"] - len(answer["items"]), before=is_caller)
    return graph


def _importers(answer: Answer, arguments: Answer) -> Graph:
    graph = Graph()
    asked = str(arguments.get("name") or arguments.get("path") or "")
    center = graph.add(f"imported {asked}", [asked], "center")
    for item in answer["items"]:
        graph.connect(graph.add(item["path"], [item["path"]]), center, item["evidence"])
    _more(graph, center, answer["total"] - len(answer["items"]), before=True)
    return graph


def _map(answer: Answer, arguments: Answer) -> Graph:
    """Folders, each behind the one that it lies in."""
    graph = Graph()
    top = str(arguments.get("below") or "").strip("./")
    root = graph.add(top, [f"{top or '.'}/"], "center")
    known = {item["path"] for item in answer["items"]}
    for item in sorted(answer["items"], key=lambda item: item["path"]):
        path = item["path"]
        if path == top:
            graph.nodes[root].lines.append(counted(item["files"], "file"))
            continue
        tests = ", tests" if item["tests"] else ""
        key = graph.add(path, [f"{path}/", counted(item["files"], "file") + tests])
        parent = path.rpartition("/")[0]
        while parent and parent not in known and parent != top:
            parent = parent.rpartition("/")[0]
        graph.connect(parent if parent in graph.nodes else root, key)
    _more(graph, root, answer["total"] - len(answer["items"]), before=False)
    return graph


def _dependencies(answer: Answer, _: Answer) -> Graph:
    graph = Graph()
    for item in answer["items"]:
        slash = "/" if item["kind"] == "folder" else ""
        circle = "circle" if item["circle"] else ""
        graph.add(item["path"], [f"{item['path']}{slash}"], circle)
    for edge in answer["edges"]:
        graph.connect(edge["source"], edge["target"], label=str(edge["count"]))
    return graph


GRAPHS: dict[str, Callable[[Answer, Answer], Graph]] = {
    "hierarchy": _hierarchy,
    "callers": _callers,
    "callees": _callees,
    "importers": _importers,
    "map": _map,
    "dependencies": _dependencies,
}
"""Makes the graph of an answer and the arguments that it was asked with, by operation."""

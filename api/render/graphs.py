"""Graphs of boxes and arrows, and how DOT of Graphviz and Mermaid write them."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..quoting import escaped


@dataclass(slots=True)
class Node:
    """A box: lines of text, and whether it is what was asked about or stands for what is left."""

    lines: list[str]
    style: str = ""
    """``center``, ``more``, ``circle`` or empty."""


@dataclass(slots=True)
class Edge:
    """An arrow between two boxes, by their keys."""

    source: str
    target: str
    evidence: str = "exact"
    label: str = ""


@dataclass(slots=True)
class Graph:
    """Boxes by key, and arrows between them; drawn from left to right."""

    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    edges: list[Edge] = field(default_factory=list[Edge])
    points_back: bool = False
    """True if arrows point to the left: to the base that stands before its subclasses."""

    def add(self, key: str, lines: list[str], style: str = "") -> str:
        """Add a box unless there is one of this key; return the key."""
        if key not in self.nodes:
            self.nodes[key] = Node([escaped(line) for line in lines if line], style)
        return key

    def connect(self, source: str, target: str, evidence: str = "exact", label: str = "") -> None:
        """Add an arrow unless it is there."""
        if not any(each.source == source and each.target == target for each in self.edges):
            self.edges.append(Edge(source, target, evidence, label))


def as_dot(graph: Graph) -> str:
    """Return a graph in the language of Graphviz."""
    direction = "back" if graph.points_back else "forward"
    lines = [
        "digraph {",
        "  rankdir=LR",
        '  node [shape=box, style=rounded, fontname="monospace"]',
        f"  edge [dir={direction}]",
    ]
    for key, node in graph.nodes.items():
        label = "\\n".join(_dot(line) for line in node.lines)
        style = {
            "center": ", penwidth=2.5",
            "more": ', style="rounded,dashed"',
            "circle": ', color="#c2212e"',
        }.get(node.style, "")
        lines.append(f'  "{_dot(key)}" [label="{label}"{style}]')
    for edge in graph.edges:
        style = {
            "exact": "",
            "inferred": "style=dashed",
            "conventional": "style=dotted",
            "textual": 'color="gray"',
        }[edge.evidence]
        attributes = ", ".join(filter(None, [style, f'label="{edge.label}"' if edge.label else ""]))
        lines.append(
            f'  "{_dot(edge.source)}" -> "{_dot(edge.target)}"'
            + (f" [{attributes}]" if attributes else "")
        )
    return "\n".join([*lines, "}"]) + "\n"


def _dot(text: str) -> str:
    return escaped(text).replace("\\", "\\\\").replace('"', '\\"')


_MERMAID = {
    "inferred": "stroke-dasharray:7 4",
    "conventional": "stroke-dasharray:2 3",
    "textual": "stroke:#999",
}


def as_mermaid(graph: Graph) -> str:
    """Return a graph in the language of Mermaid, which many hosts of Markdown draw."""
    lines = ["flowchart LR"]
    names = {key: f"n{number}" for number, key in enumerate(graph.nodes)}
    for key, node in graph.nodes.items():
        text = "<br>".join(_mermaid(line) for line in node.lines)
        lines.append(f'  {names[key]}["{text}"]')
    for edge in graph.edges:
        source, target = names[edge.source], names[edge.target]
        # Mermaid places by the way that an arrow points.
        arrow = f"-- {edge.label} -->" if edge.label else "-->"
        lines.append(
            f"  {target} {arrow} {source}" if graph.points_back else f"  {source} {arrow} {target}"
        )
    for number, edge in enumerate(graph.edges):
        if edge.evidence in _MERMAID:
            lines.append(f"  linkStyle {number} {_MERMAID[edge.evidence]}")
    for style, look in (
        ("center", "stroke-width:3px"),
        ("more", "stroke-dasharray:4 3"),
        ("circle", "stroke:#c2212e"),
    ):
        chosen = [names[key] for key, node in graph.nodes.items() if node.style == style]
        if chosen:
            lines += [f"  classDef {style} {look}", f"  class {','.join(chosen)} {style}"]
    return "\n".join(lines) + "\n"


def _mermaid(text: str) -> str:
    """Text between quotes, of which nothing is markup: marks are written as their numbers."""
    plain = " ._-/,=:…"
    return "".join(
        letter if letter.isalnum() or letter in plain else f"#{ord(letter)};" for letter in text
    )

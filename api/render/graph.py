"""Boxes and arrows, before they are drawn."""

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

"""Graphs drawn as SVG, layer by layer (Sugiyama's way, in its simplest form).

Layers go from left to right, or from top to bottom where that makes a picture less wide: whoever
fits a wide one into a page cannot read it. What is called x here runs along the layers.

No library that is kept does this without Graphviz itself, which is seldom installed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from xml.sax.saxutils import escape

from .graphs import Edge, Graph, Node

_LETTER = 7.3  # width of a letter of the monospaced font below
_LINE = 16.0
_PADDING = 10.0
_BETWEEN_LAYERS = 90.0
_BETWEEN_LAYERS_DOWN = 56.0
_BETWEEN_BOXES = 14.0
_BETWEEN_LINES = 7.0  # of arrows that pass a layer
_MARGIN = 12.0
_SWEEPS = 8
_ASIDE = 5.0
# Pages have room for so much; what is wider is made smaller there, and its text with it.
_WIDEST = 1_000.0
# Of longer lines the end is shown, which is what tells names and paths apart.
_LONGEST = 36
# Along the first part of an arrow, which is nearly at its height there.
_LABEL_AT = 0.7
_LABEL_UP = 0.8
_STYLE = """\
text{font:12px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#1f2328}
rect{fill:#eef3fb;stroke:#7b93b5}
path{fill:none;stroke:#1f2328;stroke-width:1.3}
.head{fill:#1f2328;stroke:none}
.center{stroke:#0b5fcc;stroke-width:3}
.more{fill:none;stroke-dasharray:4 3}
.circle{stroke:#c2212e;stroke-width:2}
.inferred{stroke-dasharray:7 4}
.conventional{stroke-dasharray:2 3}
.textual{stroke:#8a929b}
.label{fill:#57606a;font-size:11px}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}rect{fill:#1b2a41;stroke:#587ba8}
path{stroke:#e6edf3}.head{fill:#e6edf3}.center{stroke:#6cb0ff}.textual{stroke:#8a929b}
.label{fill:#a0aab5}}"""


@dataclass(slots=True)
class _Box:
    """A box with its place, or where an arrow passes through a layer: then it has no size."""

    layer: int
    width: float = 0.0
    """Size along the layers."""
    height: float = 0.0
    x: float = 0.0
    """Where it begins."""
    y: float = 0.0
    """Middle."""


@dataclass(slots=True)
class _Route:
    """An arrow: the keys of what it leads through, from left to right."""

    edge: Edge
    keys: list[str]
    is_backward: bool
    """True if it points to the left."""


class _Drawing:
    """A graph with all places, along one axis or the other."""

    def __init__(self, graph: Graph, *, is_down: bool) -> None:
        self.is_down = is_down
        self.between = _BETWEEN_LAYERS_DOWN if is_down else _BETWEEN_LAYERS
        self.boxes = boxes = _boxes(graph, is_down=is_down)
        self.routes = [_route(edge, boxes, number) for number, edge in enumerate(graph.edges)]
        _place(boxes, self.routes, self.between)
        along = max((box.x + box.width for box in boxes.values()), default=0.0) + _MARGIN
        across = max((box.y + box.height / 2 for box in boxes.values()), default=0.0) + _MARGIN
        self.width, self.height = (across, along) if is_down else (along, across)

    def at(self, x: float, y: float) -> str:
        """Return a place as paths write it."""
        return f"{y:.0f} {x:.0f}" if self.is_down else f"{x:.0f} {y:.0f}"

    def rectangle(self, box: _Box) -> tuple[float, float, float, float]:
        """Return left edge, top, width and height."""
        top = box.y - box.height / 2
        if self.is_down:
            return top, box.x, box.height, box.width
        return box.x, top, box.width, box.height


def as_svg(graph: Graph) -> str:
    """Return a picture of a graph."""
    drawing = _Drawing(graph, is_down=False)
    if drawing.width > _WIDEST:
        drawing = min(drawing, _Drawing(graph, is_down=True), key=lambda each: each.width)
    width, height = drawing.width, drawing.height
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
        f"<title>{escape(_title(graph))}</title>",
        f"<style>{_STYLE}</style>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto-start-reverse"><path class="head" d="M0 0L8 4L0 8z"/>'
        "</marker></defs>",
    ]
    parts += [_arrow(drawing, route, points_back=graph.points_back) for route in drawing.routes]
    parts += [
        _drawn(node, drawing.rectangle(drawing.boxes[key])) for key, node in graph.nodes.items()
    ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _title(graph: Graph) -> str:
    center = next((node for node in graph.nodes.values() if node.style == "center"), None)
    return center.lines[0] if center is not None and center.lines else "flux-index"


def _drawn(node: Node, rectangle: tuple[float, float, float, float]) -> str:
    left, top, width, height = rectangle
    style = f' class="{node.style}"' if node.style else ""
    lines = "".join(
        f'<text x="{left + _PADDING:.0f}" y="{top + _PADDING / 2 + _LINE * (at + 0.75):.0f}">'
        f"{escape(_shortened(line))}</text>"
        for at, line in enumerate(node.lines)
    )
    rect = (
        f'<rect{style} x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" rx="5"/>'
    )
    if any(len(line) > _LONGEST for line in node.lines):
        return f"<g><title>{escape(' '.join(node.lines))}</title>{rect}{lines}</g>"
    return rect + lines


def _shortened(line: str) -> str:
    return line if len(line) <= _LONGEST else f"…{line[1 - _LONGEST :]}"


def _arrow(drawing: _Drawing, route: _Route, *, points_back: bool) -> str:
    boxes, at = drawing.boxes, drawing.at
    # Two that lead to and fro are not drawn upon each other.
    shift = _ASIDE if route.is_backward else 0.0
    curve = ""
    for before, after in pairwise(boxes[key] for key in route.keys):
        x, y = before.x + before.width, before.y + shift
        stop, end = after.x, after.y + shift
        if before.layer == after.layer:  # a circle of two in one layer: around on the right
            stop = after.x + after.width
            bends = x + drawing.between / 2, stop + drawing.between / 2
        else:
            bends = x + (stop - x) / 2, x + (stop - x) / 2
        curve += f"{'L' if curve else 'M'}{at(x, y)}"
        curve += f"C{at(bends[0], y)} {at(bends[1], end)} {at(stop, end)}"
    label = ""
    if route.edge.label:
        first, second = (boxes[key] for key in route.keys[:2])
        x = first.x + first.width + drawing.between * _LABEL_AT
        y = first.y + (second.y - first.y) * _LABEL_UP + shift - 3
        left, top = at(x, y).split()
        label = f'<text class="label" x="{left}" y="{top}">{escape(route.edge.label)}</text>'
    marker = "marker-start" if route.is_backward != points_back else "marker-end"
    return f'<path class="{route.edge.evidence}" d="{curve}" {marker}="url(#head)"/>{label}'


def _boxes(graph: Graph, *, is_down: bool) -> dict[str, _Box]:
    layers = _layers(graph)
    boxes: dict[str, _Box] = {}
    for key, node in graph.nodes.items():
        width = max((len(_shortened(line)) for line in node.lines), default=1) * _LETTER
        width += 2 * _PADDING
        height = max(len(node.lines), 1) * _LINE + _PADDING
        size = (height, width) if is_down else (width, height)
        boxes[key] = _Box(layers[key], *size)
    return boxes


def _route(edge: Edge, boxes: dict[str, _Box], number: int) -> _Route:
    """Return how an arrow leads through the layers; in each between there is room for it."""
    is_backward = boxes[edge.source].layer > boxes[edge.target].layer
    left, right = (edge.target, edge.source) if is_backward else (edge.source, edge.target)
    keys = [left]
    for layer in range(boxes[left].layer + 1, boxes[right].layer):
        key = f"\n{number} {layer}"  # no box of the graph is called so
        boxes[key] = _Box(layer)
        keys.append(key)
    return _Route(edge, [*keys, right], is_backward)


def _place(boxes: dict[str, _Box], routes: list[_Route], between: float) -> None:
    rows: list[list[str]] = [
        [] for _ in range(max((b.layer for b in boxes.values()), default=0) + 1)
    ]
    for key, box in boxes.items():
        rows[box.layer].append(key)
    x = _MARGIN
    for row in rows:
        width = max((boxes[key].width for key in row), default=0.0)
        for key in row:
            boxes[key].x = x
            if not boxes[key].height:
                boxes[key].width = width  # what passes goes straight through
        x += width + between
    beside: dict[str, list[str]] = {key: [] for key in boxes}
    for route in routes:
        for before, after in pairwise(route.keys):
            beside[before].append(after)
            beside[after].append(before)
    _stack(rows, boxes)
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = {
                key: fmean(boxes[other].y for other in beside[key]) if beside[key] else boxes[key].y
                for key in row
            }
            row.sort(key=wanted.__getitem__)
            _settle(row, boxes, wanted)
    top = min((box.y - box.height / 2 for box in boxes.values()), default=0.0)
    for box in boxes.values():
        box.y += _MARGIN - top


def _stack(rows: Iterable[list[str]], boxes: dict[str, _Box]) -> None:
    for row in rows:
        y = 0.0
        for key in row:
            boxes[key].y = y + boxes[key].height / 2
            y += boxes[key].height + _BETWEEN_BOXES


def _settle(row: list[str], boxes: dict[str, _Box], wanted: dict[str, float]) -> None:
    """Place the boxes of a layer in their order, as near as can be to where they want to be."""
    y, is_line = float("-inf"), False
    for key in row:
        box = boxes[key]
        between = _BETWEEN_LINES if is_line and not box.height else _BETWEEN_BOXES
        box.y = max(wanted[key], y + between + box.height / 2)
        y, is_line = box.y + box.height / 2, not box.height
    # What was pushed down moves up as a whole: as many want to be above as below.
    if row:
        shift = fmean(wanted[key] - boxes[key].y for key in row)
        for key in row:
            boxes[key].y += shift


def _layers(graph: Graph) -> dict[str, int]:
    """Return the layer of each node: one behind what leads to it, where there are no circles."""
    after: dict[str, list[str]] = {key: [] for key in graph.nodes}
    for edge in graph.edges:
        after[edge.source].append(edge.target)
    order: list[str] = []
    state: dict[str, int] = {}  # 1 while what is behind a node is looked at, 2 then
    closing: set[tuple[str, str]] = set()
    for root in graph.nodes:
        stack = [] if root in state else [(root, iter(after[root]))]
        while stack:
            node, rest = stack[-1]
            state[node] = 1
            for target in rest:
                if state.get(target) == 1:
                    closing.add((node, target))
                elif target not in state:
                    stack.append((target, iter(after[target])))
                    break
            else:
                state[node] = 2
                order.append(node)
                stack.pop()
    layer = dict.fromkeys(graph.nodes, 0)
    for node in reversed(order):
        for target in after[node]:
            if (node, target) not in closing:
                layer[target] = max(layer[target], layer[node] + 1)
    return layer

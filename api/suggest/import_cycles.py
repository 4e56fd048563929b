"""Import cycles: modules that import each other as they are loaded, and the cheapest way out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import MODULE, Entity, qualified_name
from ...indexer.inference.inference import Inference
from ...indexer.inference.modules import imported_module, submodule
from ...indexer.paths import is_outside, is_supporting_file
from .suggestion import CERTAIN, LIKELY, LOOK, Suggestion

KIND = "import-cycles"
TYPES_ONLY, IN_FUNCTIONS, AT_LOADING = range(3)
"""What an import is for: annotations alone, what runs later, or what runs when it is loaded."""
_HOW = {
    TYPES_ONLY: "it is needed for annotations only: `if TYPE_CHECKING:` is enough for it",
    IN_FUNCTIONS: "it is needed in functions only, which may import it themselves",
    AT_LOADING: "what it is needed for runs when the module is loaded, and has to move",
}
# Edges of a cycle that are tried; more are hardly a cycle that anybody cuts at one place.
_MOST_TRIED = 200


@dataclass(slots=True)
class _Edge:
    """All imports by which a module loads another one."""

    names: set[str] = field(default_factory=set[str])
    positions: list[int] = field(default_factory=list[int])
    need: int = TYPES_ONLY
    uses: int = 0

    @property
    def cost(self) -> tuple[int, int]:
        return self.need, self.uses


_Graph = dict[str, dict[str, _Edge]]


def find(inference: Inference) -> list[Suggestion]:
    """Return the cycles of modules, each with the import that is cheapest to do without."""
    graph = _imports(inference)
    found: list[Suggestion] = []
    for cycle in _components(graph, graph):
        found.append(_suggestion(inference, graph, cycle))
    return found


def _imports(inference: Inference) -> _Graph:
    """Return which modules each module loads when it is loaded itself."""
    graph: _Graph = {}
    for path in inference.snapshot.paths():
        facts = inference.facts(path)
        if facts is None or path.endswith(".pyi"):
            continue
        inference.snapshot.relax()
        edges = graph.setdefault(path, {})
        table = facts.imports
        for row, scope in enumerate(table.scope):
            left_out = f.TYPE_CHECKING_ONLY | f.IN_HANDLER | f.FUTURE
            if scope or table.flags[row] & left_out or table.name[row] == f.NEVER:
                continue
            target = _target(inference, path, facts, row)
            if target and target != path and not is_outside(target):
                edge = edges.setdefault(target, _Edge())
                edge.positions.append(table.position[row])
                _note_uses(facts, row, edge)
    return graph


def _target(inference: Inference, path: str, facts: FileFacts, row: int) -> str:
    """Return the path of the module that an import loads last."""
    module = imported_module(inference, path, facts.names[facts.imports.module[row]])
    name = facts.imports.name[row]
    if name >= 0:
        inner = submodule(inference, module, facts.names[name])
        if inner is not None and not _binds(inference, module, facts.names[name]):
            module = inner
    return module.path if module.kind == MODULE else ""


def _binds(inference: Inference, module: Entity, name: str) -> bool:
    facts = inference.facts(module.path) if module.kind == MODULE else None
    row = facts.name_id(name) if facts is not None else -1
    if facts is None or row < 0:
        return False
    return any(facts.binding.kind[each] != f.IMPORT for each in facts.bindings_of(0, row))


def _note_uses(facts: FileFacts, row: int, edge: _Edge) -> None:
    bound = facts.imports.bound[row]
    if facts.imports.name[row] == f.STAR or bound < 0:
        edge.need = AT_LOADING
        return
    name = facts.names[bound]
    edge.names.add(name)
    are_strings = any(
        flags & f.FUTURE and facts.imports.name[other] >= 0
        and facts.names[facts.imports.name[other]] == "annotations"
        for other, flags in enumerate(facts.imports.flags)
    )  # fmt: skip
    for role, position, _ in facts.occurrences(name):
        kind = role & f.ROLE_MASK
        if role & f.ATTRIBUTE_ROLE or kind in (f.IMPORTED, f.KEYWORD, f.MODULE_ROLE):
            continue
        edge.uses += 1
        if kind == f.ANNOTATED and are_strings:
            continue
        is_later = kind != f.ANNOTATED and _is_in_function(facts, position)
        edge.need = max(edge.need, IN_FUNCTIONS if is_later else AT_LOADING)
    if not any(True for _ in facts.occurrences(name)) or edge.uses == 0:
        edge.need = max(edge.need, AT_LOADING if facts.exports.kind else IN_FUNCTIONS)


def _is_in_function(facts: FileFacts, position: int) -> bool:
    """True if a place is in the body of a function, which runs later."""
    table = facts.definition
    return any(
        table.kind[row] == f.FUNCTION and table.header_end[row] <= position < table.end[row]
        for row in range(len(table.kind))
    )


def _components(graph: _Graph, among: Iterable[str]) -> list[list[str]]:
    """Return the groups of modules that all lead to each other, by Tarjan's algorithm."""
    inside = set(among)
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    waiting: set[str] = set()
    found: list[list[str]] = []
    for root in sorted(inside):
        if root in order:
            continue
        work = [(root, iter(sorted(graph.get(root, {}))))]
        order[root] = low[root] = len(order)
        stack.append(root)
        waiting.add(root)
        while work:
            node, following = work[-1]
            for target in following:
                if target not in inside:
                    continue
                if target not in order:
                    order[target] = low[target] = len(order)
                    stack.append(target)
                    waiting.add(target)
                    work.append((target, iter(sorted(graph.get(target, {})))))
                    break
                if target in waiting:
                    low[node] = min(low[node], order[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    group: list[str] = []
                    while not group or group[-1] != node:
                        group.append(stack.pop())
                        waiting.discard(group[-1])
                    if len(group) > 1:
                        found.append(sorted(group))
    return found


def _suggestion(inference: Inference, graph: _Graph, cycle: list[str]) -> Suggestion:
    inside = set(cycle)
    edges = sorted(
        ((each.cost, path, target) for path in cycle for target, each in graph[path].items()
         if target in inside)
    )  # fmt: skip
    best: tuple[int, tuple[int, int], str, str] | None = None
    for cost, path, target in edges[:_MOST_TRIED]:
        edge = graph[path].pop(target)
        left = sum(map(len, _components(graph, cycle)))
        graph[path][target] = edge
        if best is None or (left, cost) < best[:2]:
            best = left, cost, path, target
    assert best is not None
    left, _, path, target = best
    edge = graph[path][target]
    called = {each: _called(inference, each) for each in cycle}
    shown = ", ".join(called[each] for each in cycle[:6])
    more = f" and {len(cycle) - 6} more" if len(cycle) > 6 else ""
    grade = (CERTAIN, LIKELY, LOOK)[edge.need]
    if left or is_supporting_file(path):
        grade = LOOK
    evidence = [
        f"{_route(graph, path, target, inside, called)}",
        f"cheapest to cut: {called[path]} imports "
        f"{', '.join(sorted(edge.names)) or 'everything'} from {called[target]}, "
        f"used {edge.uses} {'time' if edge.uses == 1 else 'times'}; {_HOW[edge.need]}",
    ]
    if left:
        evidence.append(f"without it {left} of {len(cycle)} modules still import each other")
    return Suggestion(
        KIND, grade, f"modules {shown}{more} import each other", Entity(MODULE, path, -1), evidence,
        ["the order in which they are loaded is fixed, and the modules belong together"],
        others=[Entity(MODULE, each, -1) for each in cycle if each != path],
        worth=1 / len(cycle) - edge.uses / 1000,
        places=[(path, position) for position in edge.positions],
    )  # fmt: skip


def _called(inference: Inference, path: str) -> str:
    return qualified_name(inference, Entity(MODULE, path, -1))


def _route(graph: _Graph, path: str, target: str, inside: set[str], called: dict[str, str]) -> str:
    """Return the shortest way from a module over one that it imports back to it."""
    before: dict[str, str] = {target: path}
    todo = [target]
    while todo and path not in before:
        node = todo.pop(0)
        for each in sorted(graph[node]):
            if each in inside and each not in before:
                before[each] = node
                todo.append(each)
    way = [path]
    while len(way) == 1 or way[-1] != path:
        way.append(before[way[-1]])
    return " imports ".join(called[each] for each in reversed(way))

"""Which parts of the workspace import which: counts between folders or modules, and circles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...indexer import facts as f
from ...indexer.inference.entities import MODULE
from ...indexer.inference.inference import Inference
from ...indexer.inference.modules import imported_module
from ...indexer.inference.names import import_target
from ...indexer.inference.query_cache import cached
from ...indexer.paths import is_outside, is_test_file
from ..open_workspace import OpenWorkspace
from ..source.entity_views import envelope

_SUFFIXES = (".py", ".pyi")
# A part tells what lies in it, the largest first, up to so many.
_PARTS = 30
_CIRCLES = 20


def dependencies(
    workspace: OpenWorkspace, *, below: str | None, limit: int, offset: int
) -> dict[str, Any]:
    """Answer the operation ``dependencies``."""
    inference = workspace.inference(whole=True)
    folder = inference.snapshot.relative(below) if below and below.strip("./") else ""
    start = f"{folder.rstrip('/')}/" if folder else ""
    files = inference.snapshot.view.files
    paths = [each for each in files if each.startswith(start) and each.endswith(_SUFFIXES)]
    modules = {path: imported_files(inference, path) for path in sorted(paths)}
    parts: dict[str, _Part] = {}
    for path in modules:
        part = parts.setdefault(_part_of(path, start), _Part())
        part.add(path, files[path][2])
    edges, eager = _edges(modules, start)
    circle_of = {
        path: number
        for number, circle in enumerate(_circles(parts, [edge for edge in eager if eager[edge]]), 1)
        for path in circle
    }
    order = sorted(parts, key=lambda path: (parts[path].is_test, -parts[path].bytes, path))
    page = order[offset : offset + limit]
    shown = set(page)
    inside = _circles(modules, [edge for edge in _file_edges(modules) if edge[1] in modules])
    answer: dict[str, Any] = {
        "items": [parts[path].item(inference, path, circle_of.get(path, 0)) for path in page],
        "edges": [
            {
                "source": source.rstrip("/"),
                "target": target.rstrip("/"),
                "count": count,
                "eager": eager[source, target],
            }
            for (source, target), count in sorted(edges.items())
            if source in shown and target in shown
        ],
        "circles": inside[:_CIRCLES],
        "n_circles": len(inside),
        "total": len(parts),
        "truncated": offset + len(page) < len(parts),
    }
    return envelope(inference, answer, set())


def imported_files(inference: Inference, path: str) -> dict[str, bool]:
    """Return the files of the workspace that a file imports.

    True stands with those that are imported when the file is, not later or for type checkers only.
    """
    return cached(inference, ("files imported when", path), lambda: _imports(inference, path), {})


def _imports(inference: Inference, path: str) -> dict[str, bool]:
    facts = inference.facts(path)
    found: dict[str, bool] = {}
    if facts is None:
        return found
    table = facts.imports
    for row, name in enumerate(table.name):
        module = imported_module(inference, path, facts.names[table.module[row]])
        # A name that is imported from a package may be a module in it.
        if name >= 0 and (module.kind != MODULE or _is_package(module.path)):
            targets = [item.entity for item in import_target(inference, path, facts, row)]
            module = next((each for each in targets if each.kind == MODULE), module)
        if module.kind != MODULE or is_outside(module.path) or module.path == path:
            continue
        kind = facts.scope.kind[table.scope[row]]
        late = kind not in (f.MODULE_SCOPE, f.CLASS_SCOPE)
        eager = not late and not table.flags[row] & f.TYPE_CHECKING_ONLY
        found[module.path] = found.get(module.path, False) or eager
    return found


def _is_package(path: str) -> bool:
    return path.rpartition("/")[2].startswith("__init__.")


@dataclass(slots=True)
class _Part:
    """A folder, or a module, that lies in the folder that was asked about."""

    files: list[str] = field(default_factory=list[str])
    bytes: int = 0
    sizes: Counter[str] = field(default_factory=Counter[str])

    def add(self, path: str, size: int) -> None:
        self.files.append(path)
        self.bytes += size
        self.sizes[path] += size

    @property
    def is_test(self) -> bool:
        return all(map(is_test_file, self.files))

    def item(self, inference: Inference, path: str, circle: int) -> dict[str, Any]:
        is_folder = path.endswith("/")
        module = inference.snapshot.index.workspace.module_name(
            f"{path}__init__.py" if is_folder else path
        )
        inner: Counter[str] = Counter()
        for each, size in self.sizes.items():
            inner[_part_of(each, path) if is_folder else each] += size
        return {
            "path": path.rstrip("/"),
            "name": module or path.rstrip("/").replace("/", "."),
            "kind": "folder" if is_folder else "module",
            "files": len(self.files),
            "bytes": self.bytes,
            "tests": self.is_test,
            "circle": circle,
            "parts": [
                {"path": each.rstrip("/"), "bytes": size}
                for each, size in inner.most_common(_PARTS)
            ],
        }


def _part_of(path: str, start: str) -> str:
    """The child of a folder that a file is or lies in; folders end with a slash."""
    head, slash, _ = path[len(start) :].partition("/")
    return f"{start}{head}{slash}"


def _file_edges(modules: Mapping[str, Mapping[str, bool]]) -> list[tuple[str, str]]:
    """Imports that happen when the importing file is imported."""
    return [
        (source, target)
        for source, targets in modules.items()
        for target, is_eager in targets.items()
        if is_eager
    ]


def _edges(
    modules: Mapping[str, Mapping[str, bool]], start: str
) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Count imports between parts: all, and those that happen when a file is imported."""
    edges: Counter[tuple[str, str]] = Counter()
    eager: Counter[tuple[str, str]] = Counter()
    for source, targets in modules.items():
        for target, is_eager in targets.items():
            edge = _part_of(source, start), _part_of(target, start)
            if target in modules and edge[0] != edge[1]:
                edges[edge] += 1
                eager[edge] += is_eager
    return edges, eager


def _circles(nodes: Iterable[str], edges: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return the groups of nodes that all lead to each other, the largest first (Tarjan)."""
    targets: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in edges:
        targets[source].append(target)
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for root, first in targets.items():
        # Without recursion: a chain of imports may be longer than Python's stack.
        walk = [] if root in number else [(root, iter(first))]
        while walk:
            node, rest = walk[-1]
            if node not in number:
                number[node] = lowest[node] = len(number)
                stack.append(node)
                on_stack.add(node)
            for target in rest:
                if target not in number:
                    walk.append((target, iter(targets[target])))
                    break
                if target in on_stack:
                    lowest[node] = min(lowest[node], number[target])
            else:
                walk.pop()
                if walk:
                    above = walk[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == number[node]:
                    group = stack[stack.index(node) :]
                    del stack[-len(group) :]
                    on_stack.difference_update(group)
                    if len(group) > 1:
                        found.append(sorted(group))
    return sorted(found, key=lambda group: (-len(group), group))

"""How code bases are built, in one table: ours beside those that it learns from.

    python benchmarks/structure.py                     ours
    python benchmarks/structure.py griffe=/path/to/src/griffe httpx=/path/to/httpx …

Only sources count, no tests. A circle is a set of files that import each other, imports in
functions included and those for type checkers left out.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parent.parent
OURS = ("indexer", "api", "lsp")
TESTS = ("test", "tests", "conftest.py")
QUESTIONS = ("What", "Whether", "Where", "Who", "Why", "How", "Which", "When")


@dataclass(slots=True)
class Measures:
    """What was counted in one code base."""

    file_lines: list[int] = field(default_factory=list)
    function_lines: list[int] = field(default_factory=list)
    public: int = 0
    documented: int = 0
    questions: int = 0
    docstrings: int = 0
    comments: int = 0
    late_imports: int = 0
    circles: list[int] = field(default_factory=list)

    def row(self, name: str) -> list[str]:
        """Cells of the table."""
        lines = sum(self.file_lines)
        long = quantiles(self.function_lines, n=20)[-1] if len(self.function_lines) > 1 else 0
        return [
            name,
            f"{len(self.file_lines)}",
            f"{lines:,}",
            f"{median(self.file_lines):.0f}",
            f"{max(self.file_lines):,}",
            f"{long:.0f}",
            f"{self.documented / max(self.public, 1):.0%}",
            f"{self.comments / max(lines, 1):.1%}",
            f"{self.late_imports}",
            f"{self.questions / max(self.docstrings, 1):.0%}",
            f"{max(self.circles, default=0)}",
        ]


HEADER = [
    "", "files", "lines", "median file", "max", "p95 function", "public documented",
    "comment lines", "imports in functions", "docstrings beginning What, Whether …", "circle",
]  # fmt: skip


def sources(folder: Path) -> Iterator[Path]:
    """Yield the source files of a folder, tests left out."""
    for path in sorted(folder.rglob("*.py")):
        if not any(part in TESTS or part.startswith("test_") for part in path.parts):
            yield path


def is_for_type_checkers(node: ast.AST) -> bool:
    """True for ``if TYPE_CHECKING:``."""
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imports_of(tree: ast.Module, module: str, *, is_package: bool) -> Iterator[tuple[str, bool]]:
    """Yield (absolute name, is in a function) of what a module imports at run time."""
    package = module.split(".") if is_package else module.split(".")[:-1]

    def visit(node: ast.AST, late: bool) -> Iterator[tuple[str, bool]]:
        if is_for_type_checkers(node):
            return
        if isinstance(node, ast.Import):
            yield from ((alias.name, late) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            parts = [*base, *((node.module or "").split("."))]
            spelled = ".".join(part for part in parts if part)
            for alias in node.names:
                yield f"{spelled}.{alias.name}".lstrip("."), late
        inner = late or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.iter_child_nodes(node):
            yield from visit(child, inner)

    yield from visit(tree, False)


def circles(graph: dict[str, set[str]]) -> list[int]:
    """Return the sizes of the sets of modules that reach each other (Tarjan's algorithm)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[int] = []

    def visit(node: str) -> None:
        order[node] = low[node] = len(order)
        stack.append(node)
        for other in graph.get(node, ()):
            if other not in order:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], order[other])
        if low[node] == order[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.append(len(stack) - at)
            del stack[at:]

    sys.setrecursionlimit(10_000)
    for node in graph:
        if node not in order:
            visit(node)
    return found


def measure(folders: list[Path], root: Path) -> Measures:
    """Count what is in some folders; modules are named from ``root`` on."""
    result = Measures()
    modules: dict[str, tuple[ast.Module, bool]] = {}
    for path in (path for folder in folders for path in sources(folder)):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        parts = path.relative_to(root).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        modules[".".join(parts[:-1] if is_package else parts)] = tree, is_package
        result.file_lines.append(text.count("\n"))
        result.comments += sum(
            token.type == tokenize.COMMENT and token.line.lstrip().startswith("#")
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
        )
        count_definitions(tree, result)
    graph: dict[str, set[str]] = {}
    for module, (tree, is_package) in modules.items():
        graph[module] = set()
        for name, is_late in imports_of(tree, module, is_package=is_package):
            result.late_imports += is_late
            target = name if name in modules else name.rpartition(".")[0]
            if target in modules and target != module:
                graph[module].add(target)
    result.circles = circles(graph)
    return result


def count_definitions(tree: ast.Module, result: Measures) -> None:
    """Add the definitions of a file and what they say of themselves."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            continue
        doc = ast.get_docstring(node)
        if doc:
            result.docstrings += 1
            result.questions += doc.split(maxsplit=1)[0].rstrip(",:") in QUESTIONS
        if isinstance(node, ast.Module):
            continue
        if not node.name.startswith("_"):
            result.public += 1
            result.documented += bool(doc)
        if not isinstance(node, ast.ClassDef) and node.end_lineno is not None:
            result.function_lines.append(node.end_lineno - node.lineno + 1)


def main(arguments: list[str]) -> None:
    """Print the table."""
    rows = [measure([ROOT / name for name in OURS], ROOT).row("ours")]
    for argument in arguments:
        name, _, path = argument.partition("=")
        rows.append(measure([Path(path)], Path(path).parent).row(name))
    print("| " + " | ".join(HEADER) + " |")
    print("|" + "---|" * len(HEADER))
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main(sys.argv[1:])

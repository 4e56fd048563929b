"""Scopes of a syntax tree: which names each binds, and which nodes bind and unbind them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple, cast

# Of each name of a scope, as bits: may be unbound; may be unbound if a loop never runs, or none of
# several conditions holds; may be bound.
State = tuple[int, int, int]
# Control does not come here.
NOWHERE: State = (0, 0, 0)
# The bit of no name: it is bound wherever control comes.
_ALIVE = 1

MODULE, CLASS, FUNCTION, INLINE = range(4)

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Scope:
    """A scope: its names, each with a bit, what binds and unbinds them, and their present state."""

    def __init__(
        self, node: ast.AST, kind: int, outer: Scope | None = None, *, has_walrus: bool = True
    ) -> None:
        """Collect the names of a scope; ``has_walrus`` is false where no expression binds any."""
        self.has_walrus = has_walrus
        self.node = node
        self.kind = kind
        self.outer = outer
        self.bits: dict[str, int] = {}
        self.binders: dict[str, list[ast.AST]] = {}
        self.enders: dict[str, list[ast.AST]] = {}
        self._parents: dict[ast.AST, ast.AST] = {}
        self._collect()
        if isinstance(node, FUNCTIONS):
            for each in _parameters(node.args):
                self.bits.pop(each.arg, None)
        # At first, nothing is bound.
        self.state: State = self.mask(self.bits), 0, _ALIVE

    @property
    def is_alive(self) -> bool:
        """True if control comes here."""
        return bool(self.state[2] & _ALIVE)

    def mask(self, names: Iterable[str]) -> int:
        """Return the bits of those of some names that are of this scope."""
        found = 0
        for name in names:
            found |= self.bits.get(name, 0)
        return found

    @property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node around each node of the scope."""
        if not self._parents:
            for node in ast.walk(self.node):
                for child in ast.iter_child_nodes(node):
                    self._parents.setdefault(child, node)
        return self._parents

    def _collect(self) -> None:
        declared: set[str] = set()
        for node in self.binding_nodes(_body(self.node)):
            for name in bound_by(node):
                self._note(self.binders, name, node)
            for name in unbound_by(node):
                self._note(self.enders, name, node)
            if isinstance(node, (ast.Global, ast.Nonlocal)):
                declared.update(node.names)
        for name in declared if self.kind != MODULE else ():
            self.bits.pop(name, None)

    def binding_nodes(self, nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
        """Yield what may bind or declare names in some nodes of the scope."""
        return within(nodes) if self.has_walrus else _within_statements(nodes)

    def _note(self, table: dict[str, list[ast.AST]], name: str, node: ast.AST) -> None:
        self.bits.setdefault(name, _ALIVE << (len(self.bits) + 1))
        table.setdefault(name, []).append(node)


def _body(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, COMPREHENSIONS):
        return [each.target for each in node.generators]
    if isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Module)):
        return [*node.body]
    return []


def _parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from filter(None, (arguments.vararg, arguments.kwarg))


def bound_by(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node itself binds."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Import() | ast.ImportFrom():
            for alias in node.names:
                if alias.name != "*":
                    yield alias.asname or alias.name.partition(".")[0]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            yield name
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name
        case _:
            pass


def unbound_by(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node unbinds, or declares without binding them."""
    match node:
        case ast.Name(id=name, ctx=ast.Del()) | ast.ExceptHandler(name=str(name)):
            yield name
        case ast.AnnAssign(target=ast.Name(id=name), value=None):
            yield name
        case _:
            pass


# Where statements have others, and where they have targets.
_SUITES = ("body", "orelse", "handlers", "finalbody", "cases")
_TARGETS = ("targets", "target", "items", "pattern")


def _within_statements(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield statements, what is in them, and their targets, as far as they are of one scope."""
    for node in nodes:
        yield node
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            continue
        if not isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            yield from within(_parts(node))
            continue
        for field in _TARGETS:
            yield from within(_listed(node, field))
        for field in _SUITES:
            yield from _within_statements(_listed(node, field))


def _listed(node: ast.AST, field: str) -> list[ast.AST]:
    found: object = getattr(node, field, None)
    if isinstance(found, list):
        return cast("list[ast.AST]", found)
    return [found] if isinstance(found, ast.AST) else []


def within(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield nodes and what is in them, as far as it is of the same scope, in order."""
    waiting = [*nodes]
    waiting.reverse()
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.Name, ast.Constant)):
            waiting += reversed(_parts(node))


def _parts(node: ast.AST) -> list[ast.AST]:
    """Return what is directly in a node, as far as it is of the same scope."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return [*node.decorator_list, *_defaults(node.args)]
        case ast.ClassDef():
            return [*node.decorator_list, *node.bases, *(each.value for each in node.keywords)]
        case ast.Lambda():
            return _defaults(node.args)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return [each.target for each in ast.walk(node) if isinstance(each, ast.NamedExpr)]
        case ast.AnnAssign(value=None):
            return [] if isinstance(node.target, ast.Name) else [node.target]
        case _:
            return list(ast.iter_child_nodes(node))


def _defaults(arguments: ast.arguments) -> list[ast.AST]:
    return [*arguments.defaults, *filter(None, arguments.kw_defaults)]


class SetElsewhere(NamedTuple):
    """Names that a function or class on a line binds elsewhere, by ``global`` or ``nonlocal``."""

    line: int
    kind: type[ast.Global | ast.Nonlocal]
    names: set[str]


def set_by_declaration(tree: ast.Module) -> list[SetElsewhere]:
    """Return what functions and classes bind in scopes other than their own."""
    found: list[SetElsewhere] = []
    for function in ast.walk(tree):
        if not isinstance(function, (*FUNCTIONS, ast.ClassDef)):
            continue
        nodes = list(within(function.body))
        for kind in (ast.Global, ast.Nonlocal):
            declared = {name for each in nodes if isinstance(each, kind) for name in each.names}
            if declared:
                names = declared.intersection(name for each in nodes for name in bound_by(each))
                found.append(SetElsewhere(function.lineno, kind, names))
    return found

"""What statements and expressions do, as far as they tell by themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .name_scopes import Scope, within


def is_harmless(node: ast.stmt) -> bool:
    """True if a statement cannot raise anything that programs catch."""
    match node:
        case ast.Assign():
            return all(isinstance(each, ast.Name) for each in node.targets) and _is_plain(
                node.value
            )
        case ast.AnnAssign():
            return node.value is None or _is_plain(node.value)
        case ast.Return():
            return node.value is None or _is_plain(node.value)
        case ast.Expr():
            return _is_plain(node.value)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return not node.decorator_list
        case ast.If() | ast.While():
            return _is_plain(node.test)
        case ast.Pass() | ast.Break() | ast.Continue() | ast.Global() | ast.Nonlocal() | ast.Try():
            return True
        case _:
            return False


_PLAIN = (
    ast.Constant, ast.Name, ast.Attribute, ast.Compare, ast.cmpop, ast.Lambda, ast.List, ast.Tuple,
    ast.Dict, ast.BoolOp, ast.UnaryOp, ast.unaryop, ast.expr_context, ast.boolop, ast.JoinedStr,
    ast.FormattedValue,
)  # fmt: skip


def _is_plain(node: ast.expr) -> bool:
    """True if evaluating an expression calls nothing, at least as it is written."""
    return all(isinstance(each, _PLAIN) for each in within([node]))


def is_interrupted(handler: ast.ExceptHandler) -> bool:
    """True if a handler catches what may come at any time."""
    caught = ast.unparse(handler.type) if handler.type is not None else ""
    return any(name in caught for name in ("KeyboardInterrupt", "SystemExit", "GeneratorExit"))


def catches_all(handler: ast.ExceptHandler) -> bool:
    """True if a handler catches whatever is raised."""
    return handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException")


def suppresses(context: ast.expr) -> bool:
    """True if a context manager goes on behind the ``with`` after an exception."""
    return isinstance(context, ast.Call) and last_name_of(context.func) == "suppress"


def last_name_of(node: ast.AST) -> str:
    """Return the last part of a name or attribute; empty for other nodes."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def is_irrefutable(pattern: ast.pattern) -> bool:
    """True if a pattern matches whatever it is given."""
    match pattern:
        case ast.MatchAs(pattern=None):
            return True
        case ast.MatchAs(pattern=ast.pattern() as inner):
            return is_irrefutable(inner)
        case ast.MatchOr():
            return any(map(is_irrefutable, pattern.patterns))
        case _:
            return False


def is_never_empty(node: ast.expr, scope: Scope) -> bool:
    """True if a loop over an expression runs at least once."""
    match node:
        case ast.List() | ast.Tuple() | ast.Set():
            return any(not isinstance(each, ast.Starred) for each in node.elts)
        case ast.Dict():
            return any(node.keys)
        case ast.Constant(value=str(text)):
            return bool(text)
        case ast.Call(func=ast.Name(id="range"), keywords=[]) if "range" not in scope.bits:
            numbers = [each.value if isinstance(each, ast.Constant) else None for each in node.args]
            whole = [each for each in numbers if isinstance(each, int)]
            return 0 < len(whole) == len(numbers) < 3 and len(range(*whole)) > 0
        case _:
            return False


def always_evaluated(node: ast.AST) -> Iterator[ast.Name]:
    """Yield the names that are read whenever an expression is evaluated."""
    match node:
        case ast.Name(ctx=ast.Load()):
            yield node
        case ast.BoolOp():
            yield from always_evaluated(node.values[0])
        case ast.IfExp():
            yield from always_evaluated(node.test)
        case ast.Lambda() | ast.Yield() | ast.YieldFrom() | ast.Await():
            pass
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            yield from always_evaluated(node.generators[0].iter)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from always_evaluated(child)

"""Conditions under which a name is bound, and under which it is read: do they go together?

``if path: file = open(path)`` and then ``if path: file.close()``; ``found`` that is set beside a
name, and tested where that is read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from typing import cast

from .name_scopes import COMPREHENSIONS, FUNCTIONS, Scope

_SUITES = ("body", "orelse", "handlers", "finalbody", "cases")
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def is_correlated(scope: Scope, read: ast.AST, nodes: list[ast.AST], name: str) -> bool:
    """True if what is tested on the way to a read may tell whether the name is bound.

    ``nodes`` bind or unbind the name. So may it when none of them lies straight before the read.
    """
    way = _way(scope, read)
    before = [found for each in nodes if (found := _statement_before(scope, way, each))]
    if not before:
        return True
    conditions = list(_conditions_on(way, before))
    tested = {text for each in conditions for text in _paths(each)} - {name}
    spelled = {ast.dump(each) for each in conditions}
    tests = [test for each in before for one in ast.walk(each) for test in _tests(one)]
    return (
        _are_cases(before)
        or any(_binds_at_first(each) for each in before)
        or any(_asks_for_names(test) or ast.dump(test) in spelled for test in tests)
        or any(tested.intersection(_telling(each)) for each in before)
    )


def _are_cases(before: list[ast.AST]) -> bool:
    """True if several statements ask one after the other which of some values something has.

    ``if kind == "a": x = 1`` and then ``if kind == "b": x = 2``: it has one of these.
    """
    apart = [each for place, each in enumerate(before) if each not in before[:place]]
    asked = [_compared_with_constant(each.test) for each in apart if isinstance(each, ast.If)]
    return len(asked) > 1 and len(asked) == len(apart) and bool(asked[0]) and len({*asked}) == 1


def _compared_with_constant(test: ast.AST) -> str:
    """Return what a test compares with a constant, or asks the class of; empty for other tests."""
    match test:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[ast.Constant()]):
            return ast.dump(left)
        case ast.Compare(
            left=left, ops=[ast.In()], comparators=[ast.Tuple() | ast.List() | ast.Set()]
        ):
            return ast.dump(left)
        case ast.Call(func=ast.Name(id="isinstance"), args=[left, _]):
            return ast.dump(left)
        case _:
            return ""


def _binds_at_first(statement: ast.AST) -> bool:
    """True if a statement is also taken where a name is None, and binds that: in the first round.

    ``if row is None or row.is_full: row = Row(); size = 0``, with ``row = None`` before a loop.
    """
    if not isinstance(statement, ast.If) or statement.orelse:
        return False
    parts = statement.test.values if isinstance(statement.test, ast.BoolOp) and isinstance(
        statement.test.op, ast.Or
    ) else [statement.test]  # fmt: skip
    bound = {
        each.id
        for one in statement.body
        for each in ast.walk(one)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
    for part in parts:
        match part:
            case (
                ast.Compare(
                    left=ast.Name(id=name), ops=[ast.Is()], comparators=[ast.Constant(value=None)]
                )
                | ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name))
            ):
                if name in bound:
                    return True
            case _:
                pass
    return False


def fails_at_first(scope: Scope, read: ast.AST, nodes: list[ast.AST]) -> bool:
    """True if the first round of a loop reads a name that only the rest of that round binds."""
    way = _way(scope, read)
    loop = next((each for each in way if isinstance(each, _LOOPS)), None)
    if loop is None or not nodes:
        return False
    inside = way[: way.index(loop)]
    first = inside[-1] if inside else None
    if not isinstance(first, ast.stmt) or first not in loop.body:
        return False
    around = set(_ways_of(scope, nodes))
    if around != {loop}:
        return False
    position = _position(read)
    for each in nodes:
        statement = next((s for s in _way(scope, each) if s in loop.body), None)
        is_before = _position(each) < position and not _is_value_of(scope, read, each)
        if statement is None or is_before:
            return False
    # Unconditionally, in the first statements of the body.
    place = loop.body.index(first)
    earlier = (each for statement in loop.body[:place] for each in ast.walk(statement))
    if any(isinstance(each, (*_LEAVING, *_LOOPS, ast.With, ast.Try)) for each in earlier):
        return False
    plain = (ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Call, ast.BinOp,
             ast.Attribute, ast.Subscript, ast.keyword, ast.UnaryOp)  # fmt: skip
    return all(isinstance(each, plain) or each is read for each in inside)


def _ways_of(scope: Scope, nodes: list[ast.AST]) -> Iterator[ast.AST | None]:
    """Yield the innermost loop around each node."""
    for each in nodes:
        yield next((one for one in _way(scope, each) if isinstance(one, _LOOPS)), None)


def _is_value_of(scope: Scope, read: ast.AST, target: ast.AST) -> bool:
    """True if a read is part of the value that a target is given: ``n = n + 1``."""
    statement = scope.parents.get(target)
    return isinstance(statement, (ast.Assign, ast.AugAssign)) and statement in _way(scope, read)


def _position(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _way(scope: Scope, node: ast.AST) -> list[ast.AST]:
    """Return a node and the nodes around it, up to that of the scope, innermost first."""
    found = [node]
    while found[-1] is not scope.node and found[-1] in scope.parents:
        found.append(scope.parents[found[-1]])
    return found


def _suite(node: ast.AST, field: str) -> list[ast.AST]:
    found: object = getattr(node, field, None)
    return cast("list[ast.AST]", found) if isinstance(found, list) else []


def _statement_before(scope: Scope, way: list[ast.AST], node: ast.AST) -> ast.AST | None:
    """Return the statement around a node that ends before the read does, in a suite around that."""
    other = _way(scope, node)
    known = {*way}
    common = next((place for place, each in enumerate(other) if each in known), -1)
    if common < 0:
        return None
    around = other[common]
    if not common or way[0] is around:
        return other[max(common - 1, 0)]
    mine, its = way[way.index(around) - 1], other[common - 1]
    if mine is its or _position(its) > _position(mine):
        return None
    for suite in _SUITES:
        listed = _suite(around, suite)
        if its in listed:
            if mine in listed and suite not in ("handlers", "cases"):
                return its
            # What a `try` has done when its handler runs, or its `finally`.
            is_after = isinstance(around, (ast.Try, ast.TryStar)) and suite == "body"
            is_last = isinstance(around, (ast.Try, ast.TryStar)) and mine in around.finalbody
            is_else = isinstance(around, _LOOPS) and mine in around.orelse
            return its if is_after or is_last or is_else else None
    return its  # an expression before another one


def _conditions_on(way: list[ast.AST], before: list[ast.AST]) -> Iterator[ast.AST]:
    """Yield what is tested on the way to a read, but for what is tested in statements before it."""
    for inner, around in pairwise(way):
        for suite in _SUITES:
            listed = _suite(around, suite)
            if inner not in listed:
                continue
            if not isinstance(around, (ast.For, ast.AsyncFor)):
                yield from _tests(around)
            for each in listed[: listed.index(inner)]:
                if isinstance(each, ast.Assert) or (
                    each not in before
                    and isinstance(each, (ast.If, ast.Match))
                    and any(isinstance(one, _LEAVING) for one in ast.walk(each))
                ):
                    yield from (test for one in ast.walk(each) for test in _tests(one))
        if isinstance(around, ast.IfExp) and inner is not around.test:
            yield around.test
        elif isinstance(around, ast.BoolOp):
            yield from (each for each in around.values if _position(each) < _position(inner))
        elif isinstance(around, ast.comprehension):
            yield from around.ifs
        elif isinstance(around, COMPREHENSIONS):
            yield from (test for each in around.generators for test in each.ifs)
        if isinstance(around, FUNCTIONS):
            break


def _tests(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a statement or expression tests."""
    match node:
        case ast.If() | ast.While() | ast.IfExp() | ast.Assert():
            yield node.test
        case ast.Match():
            yield node.subject
        case ast.match_case(guard=ast.expr() as guard):
            yield guard
        case _:
            pass


def _asks_for_names(test: ast.AST) -> bool:
    """True for ``"name" in globals()`` and the like."""
    return any(
        isinstance(each, ast.Name) and each.id in ("globals", "locals", "vars", "dir")
        for each in ast.walk(test)
    )


def _telling(statement: ast.AST) -> set[str]:
    """Return the names that tell how a statement went: what it tests, and what it binds."""
    found: set[str] = set()
    for node in ast.walk(statement):
        for test in _tests(node):
            found.update(_paths(test))
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case ast.Attribute(ctx=ast.Store()):
                found.update(_paths(node))
            case ast.ExceptHandler():
                found.update(each for part in node.body for each in _paths(part))
            case ast.Call(func=ast.Attribute(value=value)):
                found.update(_paths(value))  # `failures.append(name)`
            case _:
                pass
    return found


def _paths(node: ast.AST) -> Iterator[str]:
    """Yield the names in an expression, and the attributes of names such as ``self``."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and not _is_self(each):
            yield each.id
        elif isinstance(each, ast.Attribute) and _is_self(each.value):
            yield f".{each.attr}"


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")

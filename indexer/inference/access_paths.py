"""Access paths, the names of a dotted name from first to last; and how expressions are used.

Arguments of calls, parents of expressions, and which access paths a test mentions. Expressions are
numbered in the order in which they are evaluated, so what uses a value comes soon
behind it; nothing is remembered for a file.
"""

from __future__ import annotations

from heapq import nsmallest

from .. import facts as f
from .. import facts_view
from ..paths import is_test_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts import FileFacts

    Chain = tuple[int, ...]


def access_path(facts: FileFacts, expr: int) -> Chain:
    """Return the rows of the names of a plain or dotted name; empty for anything else."""
    kinds = facts.expr.op
    if kinds[expr] == f.NAME:  # most are plain names
        return (facts_view.name_row(facts, expr),)
    chain: list[int] = []
    while kinds[expr] == f.ATTRIBUTE:
        chain.append(facts_view.attribute_name_row(facts, expr))
        expr = facts_view.operand(facts, expr)
    if kinds[expr] != f.NAME:
        return ()
    chain.append(facts_view.name_row(facts, expr))
    return tuple(reversed(chain))


def subject(facts: FileFacts, expr: int) -> Chain:
    """Return the access path of an operand of a test; of ``name := value``, the name.

    Here it may have items, by a key that is written out: ``rows[0].name``, ``options["x"]``. Their
    numbers are negative.
    """
    if facts.expr.op[expr] == f.NAMED:
        return (facts.binding.name[facts_view.walrus_binding(facts, expr)],)
    chain: list[int] = []
    while True:
        if parts := facts_view.attribute(facts, expr):
            chain.append(facts_view.attribute_name_row(facts, expr))
            expr = parts.receiver
        elif item := facts_view.subscript(facts, expr):
            key = _written_key(facts, item.key)
            if not key:
                return ()
            chain.append(key)
            expr = item.value
        else:
            break
    start = access_path(facts, expr)
    return (*start, *reversed(chain)) if start else ()


def _written_key(facts: FileFacts, key: int) -> int:
    """Return a negative number for a key that is a string or a small integer; 0 for others."""
    op, value, is_small = facts.expr.op[key], facts.expr.a[key], facts.expr.b[key]
    if op == f.STRING and value >= 0:
        return -2 - 2 * value
    return -1 - 2 * value if op == f.INTEGER and is_small == 1 and value >= 0 else 0


def first_argument(facts: FileFacts, call: int) -> int:
    """Return the row of the first argument of a call if it is positional, else -1."""
    argument = next(facts_view.arguments(facts, call), None)
    return argument.value if argument is not None and argument.is_positional else -1


def match_subjects(facts: FileFacts, matched: int) -> list[int]:
    """Return the rows of what a case is matched against: its subject, or the parts of a tuple."""
    expr = facts_view.matched_case(facts, matched).subject
    if facts.expr.op[expr] == f.TUPLE:
        return list(facts_view.elements(facts, expr))
    return [expr]


_CONDITIONS = frozenset([f.COMPARE, f.CALL, f.NOT, f.AND, f.OR])


def aliased_condition(facts: FileFacts, test: int) -> int:
    """Return the condition whose value a name has that is bound nowhere else, else -1.

    ``is_text = isinstance(value, str)`` and then ``if is_text:``. What the condition is about must
    be bound once at most as well.
    """
    if facts.expr.op[test] != f.NAME:
        return -1
    scope = facts_view.name_scope(facts, test)
    rows = facts.bindings_of(scope, facts_view.name_row(facts, test))
    if len(rows) != 1 or facts.binding.kind[rows[0]] != f.ASSIGN:
        return -1
    value = facts.binding.value[rows[0]]
    if not 0 <= value < test or facts.expr.op[value] not in _CONDITIONS:
        return -1
    names = {facts_view.name_row(facts, test), *root_names(facts, value)}
    return value if all(_is_bound_once(facts, scope, name) for name in names) else -1


def _is_bound_once(facts: FileFacts, scope: int, name: int) -> bool:
    """True if a name has one binding at most in a scope, and no other scope rebinds it."""
    kinds, by_scope = facts.binding.kind, facts.bindings_by_scope(name)
    return len(by_scope.get(scope, ())) < 2 and not any(
        kinds[row] in (f.GLOBAL, f.NONLOCAL) for rows in by_scope.values() for row in rows
    )


def root_names(facts: FileFacts, test: int) -> set[int]:
    """Return the rows of the first names of the access paths in a test."""
    kind = facts.expr.op[test]
    if kind in (f.AND, f.OR):
        left, right = facts_view.branches(facts, test)
        return root_names(facts, left) | root_names(facts, right)
    if kind in (f.NOT, f.COMPARE):
        return root_names(facts, facts_view.operand(facts, test))
    if kind == f.MATCHED:
        return {name for part in match_subjects(facts, test) for name in subject(facts, part)[:1]}
    if kind == f.CALL:
        test = first_argument(facts, test)
        if test < 0:
            return set()
    condition = aliased_condition(facts, test)
    aliased = root_names(facts, condition) if condition >= 0 else set[int]()
    return aliased.union(subject(facts, test)[:1])


def mentions(facts: FileFacts, test: int, chain: Chain) -> bool:
    """True if a test constrains the value at an access path."""
    kinds = facts.expr.op
    kind = kinds[test]
    if kind in (f.AND, f.OR):
        left, right = facts_view.branches(facts, test)
        return mentions(facts, left, chain) or mentions(facts, right, chain)
    if kind == f.NOT:
        return mentions(facts, facts_view.operand(facts, test), chain)
    if kind == f.COMPARE:
        left = facts_view.operand(facts, test)
        if kinds[left] == f.CALL:
            return _is_first_argument(facts, left, chain)
        named = subject(facts, left)
        return named == chain or (named[:-1] == chain and named[-1] >= 0)
    if kind == f.CALL:
        return _is_first_argument(facts, test, chain)
    if kind == f.MATCHED:
        return any(
            named and chain[: len(named)] == named
            for named in (subject(facts, part) for part in match_subjects(facts, test))
        )
    if kind == f.NAME and len(chain) == 1 and facts_view.name_row(facts, test) != chain[0]:
        condition = aliased_condition(facts, test)
        return condition >= 0 and mentions(facts, condition, chain)
    return subject(facts, test) == chain


def _is_first_argument(facts: FileFacts, call: int, chain: Chain) -> bool:
    argument = first_argument(facts, call)
    return argument >= 0 and subject(facts, argument) == chain


# Rows behind an expression in which its parent is looked for.
_NEAR = 600
_DISPLAYS = (f.LIST, f.TUPLE, f.SET)
_BRANCHING = (f.CONDITIONAL_EXPR, f.OR, f.AND)
_WITH_OPERAND = (
    f.ATTRIBUTE, f.SUBSCRIPT, f.NAMED, f.AWAIT, f.STARRED, f.ELEMENT, f.ITEM, f.REST, f.ENTERED,
)  # fmt: skip


def enclosing_call(facts: FileFacts, function: int, limit: int | None = None) -> int:
    """Return the row of the call whose function is an expression, or -1.

    ``limit`` is how many rows behind the expression are looked at, by default all.
    """
    kinds = facts.expr.op
    end = len(kinds) if limit is None else min(function + limit, len(kinds))
    for row in range(function + 1, end):  # an expression comes before the one that uses it
        if kinds[row] == f.CALL and facts_view.operand(facts, row) == function:
            return row
    return -1


def nearby_call(facts: FileFacts, function: int) -> int:
    """Return the row of the call whose function is an expression, if it comes soon, or -1."""
    return enclosing_call(facts, function, _NEAR)


def call_arguments(facts: FileFacts, call: int) -> Iterator[tuple[int, int]]:
    """Yield (key, value) of each argument of a call; see the keys in ``facts``."""
    for argument in facts_view.arguments(facts, call):
        yield argument.key, argument.value


def argument_for(facts: FileFacts, call: int, place: int, name: str) -> int:
    """Return the row of the argument for a parameter, by position or keyword, or -1."""
    seen = 0
    for key, value in call_arguments(facts, call):
        if key == f.ARG_POSITIONAL:
            if seen == place:
                return value
            seen += 1
        elif key >= 0 and facts.names[key] == name:
            return value
        elif key == f.ARG_STAR:
            place = -1
    return -1


def keyword_argument(facts: FileFacts, call: int, name: str) -> int:
    """Return the row of the value of a keyword argument, or -1."""
    for key, value in call_arguments(facts, call):
        if key >= 0 and facts.names[key] == name:
            return value
    return -1


def display_elements(facts: FileFacts, expr: int) -> list[int]:
    """Return the rows of the elements of a list, tuple or set display; none for anything else."""
    if expr < 0 or facts.expr.op[expr] not in _DISPLAYS:
        return []
    return list(facts_view.elements(facts, expr))


def string_value(facts: FileFacts, expr: int) -> str:
    """Return the text of a string literal; empty for anything else."""
    return facts_view.string(facts, expr) or ""


def last_name(facts: FileFacts, expr: int) -> str:
    """Return the name at the end of a plain or dotted name; empty for anything else."""
    kind = facts_view.op(facts, expr)
    if kind == f.NAME:
        return facts.names[facts_view.name_row(facts, expr)]
    if kind == f.ATTRIBUTE:
        return facts.names[facts_view.attribute_name_row(facts, expr)]
    return ""


def decorator_callee(facts: FileFacts, decorator: int) -> int:
    """Return the row of the function that a decorator is or calls."""
    is_call = facts.expr.op[decorator] == f.CALL
    return facts_view.operand(facts, decorator) if is_call else decorator


def parent_expression(facts: FileFacts, expr: int) -> tuple[int, int]:
    """Return the row of the expression that uses the value of another, and its op, or (-1, -1).

    The op is that of the row, but ``-2`` for the function of a call, to tell it from an argument.
    """
    kinds = facts.expr.op
    for row in range(expr + 1, min(expr + _NEAR, len(kinds))):
        kind = kinds[row]
        if kind == f.CALL:
            if facts_view.operand(facts, row) == expr:
                return row, -2
            if expr in facts_view.argument_values(facts, row):
                return row, kind
        elif kind in _WITH_OPERAND:
            if facts_view.operand(facts, row) == expr:
                return row, kind
        elif kind in _BRANCHING:
            if expr in facts_view.branches(facts, row):
                return row, kind
        elif kind in _DISPLAYS:
            if expr in facts_view.elements(facts, row):
                return row, kind
        elif kind == f.DICT and any(value == expr for _, value in facts_view.items(facts, row)):
            return row, kind
    return -1, -1


def nearest_files(path: str, files: list[str], limit: int) -> list[str]:
    """Return the files whose folders are nearest to those of a path, at most ``limit``.

    Tests come last unless the path is one of them.
    """
    tests = is_test_file(path)
    folders = [path[: at + 1] for at, character in enumerate(path) if character == "/"]

    def order(other: str) -> tuple[bool, int, str]:
        shared = 0
        if other == path:
            shared = len(path)
        else:
            for folder in folders:
                if not other.startswith(folder):
                    break
                shared += 1
        return not tests and is_test_file(other), -shared, other

    return nsmallest(limit, files, order)

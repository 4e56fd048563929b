"""Access paths, the names of a dotted name from first to last; and how expressions are used.

Arguments of calls, parents of expressions, and which access paths a test mentions. Expressions are
numbered in the order in which they are evaluated, so what uses a value comes soon
behind it; nothing is remembered for a file.
"""

from __future__ import annotations

from .. import facts as f
from ..test_files import is_test_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts

    Chain = tuple[int, ...]
    from collections.abc import Iterator


def access_path(facts: FileFacts, expr: int) -> Chain:
    """Names of a plain or dotted name; empty for anything else."""
    ops, _, lefts, rights = facts.expr
    chain: list[int] = []
    while ops[expr] == f.ATTRIBUTE:
        chain.append(rights[expr])
        expr = lefts[expr]
    if ops[expr] != f.NAME:
        return ()
    chain.append(lefts[expr])
    return tuple(reversed(chain))


def subject(facts: FileFacts, expr: int) -> Chain:
    """Return what an operand of a test names: itself, or what ``name := value`` binds."""
    if facts.expr.op[expr] == f.NAMED:
        return (facts.binding.name[facts.expr.b[expr]],)
    return access_path(facts, expr)


def first_argument(facts: FileFacts, call: int) -> int:
    """Row of the first argument of a call, or -1."""
    (extra,) = facts.extra
    at = facts.expr.b[call]
    return extra[at + 3] if extra[at] and extra[at + 1] == f.ARG_POSITIONAL else -1


def match_subjects(facts: FileFacts, matched: int) -> list[int]:
    """Rows of what a case is matched against: the subject, or the parts of one that is a tuple."""
    operand = facts.expr.a[matched]
    if facts.expr.op[operand] == f.TUPLE:
        (extra,) = facts.extra
        at = facts.expr.a[operand]
        return list(extra[at + 1 : at + 1 + extra[at]])
    return [operand]


def root_names(facts: FileFacts, test: int) -> set[int]:
    """First names of what a test speaks of."""
    ops, _, lefts, _ = facts.expr
    op = ops[test]
    if op in (f.AND, f.OR):
        return root_names(facts, lefts[test]) | root_names(facts, facts.expr.b[test])
    if op in (f.NOT, f.COMPARE):
        return root_names(facts, lefts[test])
    if op == f.MATCHED:
        return {name for part in match_subjects(facts, test) for name in subject(facts, part)[:1]}
    if op == f.CALL:
        test = first_argument(facts, test)
        if test < 0:
            return set()
    return set(subject(facts, test)[:1])


def mentions(facts: FileFacts, test: int, chain: Chain) -> bool:
    """True if a test says anything about what a chain names."""
    ops, _, lefts, rights = facts.expr
    op = ops[test]
    if op in (f.AND, f.OR):
        return mentions(facts, lefts[test], chain) or mentions(facts, rights[test], chain)
    if op == f.NOT:
        return mentions(facts, lefts[test], chain)
    if op == f.COMPARE:
        left = lefts[test]
        if ops[left] == f.CALL:
            return _of_call(facts, left, chain)
        named = subject(facts, left)
        return named == chain or named[:-1] == chain
    if op == f.CALL:
        return _of_call(facts, test, chain)
    if op == f.MATCHED:
        return any(
            named and chain[: len(named)] == named
            for named in (subject(facts, part) for part in match_subjects(facts, test))
        )
    return subject(facts, test) == chain


def _of_call(facts: FileFacts, call: int, chain: Chain) -> bool:
    argument = first_argument(facts, call)
    return argument >= 0 and subject(facts, argument) == chain


def enclosing_call(facts: FileFacts, function: int) -> int:
    """Row of the call whose function is this expression; -1 when it is not called."""
    ops, _, lefts, _ = facts.expr
    for row in range(function + 1, len(ops)):  # what uses an expression comes after it
        if ops[row] == f.CALL and lefts[row] == function:
            return row
    return -1


# Rows behind an expression in which what uses it is looked for.
_NEAR = 600
_DISPLAYS = (f.LIST, f.TUPLE, f.SET)
_PASSING = (f.CONDITIONAL_EXPR, f.OR, f.AND)
_STEPS = (f.NAMED, f.AWAIT, f.STARRED, f.ELEMENT, f.ITEM, f.REST, f.ENTERED)


def nearby_call(facts: FileFacts, function: int) -> int:
    """Row of the call whose function is an expression, or -1."""
    ops, _, lefts, _ = facts.expr
    for row in range(function + 1, min(function + _NEAR, len(ops))):
        if ops[row] == f.CALL and lefts[row] == function:
            return row
    return -1


def call_arguments(facts: FileFacts, call: int) -> Iterator[tuple[int, int]]:
    """(key, value) of each argument of a call; see the keys in ``facts``."""
    (extra,) = facts.extra
    at = facts.expr.b[call]
    for index in range(at + 1, at + 1 + 3 * extra[at], 3):
        yield extra[index], extra[index + 2]


def argument_for(facts: FileFacts, call: int, place: int, name: str) -> int:
    """Row of the argument for a parameter by place or keyword, or -1."""
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
    """Row of a keyword's argument, or -1."""
    for key, value in call_arguments(facts, call):
        if key >= 0 and facts.names[key] == name:
            return value
    return -1


def display_elements(facts: FileFacts, expr: int) -> list[int]:
    """Rows of what a list, tuple or set display holds; of other expressions nothing."""
    if expr < 0 or facts.expr.op[expr] not in _DISPLAYS:
        return []
    (extra,) = facts.extra
    at = facts.expr.a[expr]
    return list(extra[at + 1 : at + 1 + extra[at]])


def string_value(facts: FileFacts, expr: int) -> str:
    """The text of a string literal; empty for anything else."""
    if expr < 0 or facts.expr.op[expr] != f.STRING:
        return ""
    row = facts.expr.a[expr]
    return facts.strings[row] if row >= 0 else ""


def last_name(facts: FileFacts, expr: int) -> str:
    """The name at the end of a plain or dotted name; empty for anything else."""
    ops, _, lefts, rights = facts.expr
    if expr >= 0 and ops[expr] == f.NAME:
        return facts.names[lefts[expr]]
    if expr >= 0 and ops[expr] == f.ATTRIBUTE:
        return facts.names[rights[expr]]
    return ""


def decorator_callee(facts: FileFacts, decorator: int) -> int:
    """The function that a decorator is or calls."""
    is_call = facts.expr.op[decorator] == f.CALL
    return facts.expr.a[decorator] if is_call else decorator


def parent_expression(facts: FileFacts, expr: int) -> tuple[int, int]:
    """(row of the expression that uses the value of an expression, its op); (-1, -1) for none.

    The op is that of the row, but ``-2`` for the function of a call, to tell it from an argument.
    """
    ops, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    for row in range(expr + 1, min(expr + _NEAR, len(ops))):
        op = ops[row]
        if op == f.CALL:
            if lefts[row] == expr:
                return row, -2
            if any(value == expr for _, value in call_arguments(facts, row)):
                return row, op
        elif op in (f.ATTRIBUTE, f.SUBSCRIPT) or op in _STEPS:
            if lefts[row] == expr:
                return row, op
        elif op in _PASSING:
            if expr in (lefts[row], rights[row]):
                return row, op
        elif op in _DISPLAYS:
            at = lefts[row]
            if expr in extra[at + 1 : at + 1 + extra[at]].tolist():
                return row, op
        elif op == f.DICT:
            at = lefts[row]
            if expr in extra[at + 2 : at + 1 + extra[at] : 2].tolist():
                return row, op
    return -1, -1


def shared_folders(path: str, other: str) -> int:
    """Return how many leading folders two paths share; a file is nearest to itself."""
    if path == other:
        return 1000
    count = 0
    for left, right in zip(path.split("/")[:-1], other.split("/")[:-1], strict=False):
        if left != right:
            break
        count += 1
    return count


def nearest_files(path: str, files: list[str], limit: int) -> list[str]:
    """The files nearest to one by their folders, those of tests last unless it is one of them."""
    tests = is_test_file(path)
    return sorted(
        files,
        key=lambda other: (is_test_file(other) and not tests, -shared_folders(path, other), other),
    )[:limit]

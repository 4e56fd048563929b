"""What a test speaks of: plain and dotted names, and which of them a test mentions.

A chain is the names of a dotted name, the first one first.
"""

from __future__ import annotations

from .. import facts as f

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts

    Chain = tuple[int, ...]


def spelled(facts: FileFacts, expr: int) -> Chain:
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
    """What an operand of a test names: itself, or what ``name := value`` binds."""
    if facts.expr[f.EXPR_OP][expr] == f.NAMED:
        return (facts.binding[f.BIND_NAME][facts.expr[f.EXPR_B][expr]],)
    return spelled(facts, expr)


def first_argument(facts: FileFacts, call: int) -> int:
    """Row of the first argument of a call, or -1."""
    (extra,) = facts.extra
    at = facts.expr[f.EXPR_B][call]
    return extra[at + 3] if extra[at] and extra[at + 1] == f.ARG_POSITIONAL else -1


def subjects_of_match(facts: FileFacts, matched: int) -> list[int]:
    """Rows of what a case is matched against: the subject, or the parts of one that is a tuple."""
    whole = facts.expr[f.EXPR_A][matched]
    if facts.expr[f.EXPR_OP][whole] == f.TUPLE:
        (extra,) = facts.extra
        at = facts.expr[f.EXPR_A][whole]
        return list(extra[at + 1 : at + 1 + extra[at]])
    return [whole]


def first_names(facts: FileFacts, test: int) -> set[int]:
    """First names of what a test speaks of."""
    ops, _, lefts, _ = facts.expr
    op = ops[test]
    if op in (f.AND, f.OR):
        return first_names(facts, lefts[test]) | first_names(facts, facts.expr[f.EXPR_B][test])
    if op in (f.NOT, f.COMPARE):
        return first_names(facts, lefts[test])
    if op == f.MATCHED:
        return {
            name for part in subjects_of_match(facts, test) for name in subject(facts, part)[:1]
        }
    if op == f.CALL:
        test = first_argument(facts, test)
        if test < 0:
            return set()
    return set(subject(facts, test)[:1])


def mentions(facts: FileFacts, test: int, chain: Chain) -> bool:
    """Whether a test says anything about what a chain names."""
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
            for named in (subject(facts, part) for part in subjects_of_match(facts, test))
        )
    return subject(facts, test) == chain


def _of_call(facts: FileFacts, call: int, chain: Chain) -> bool:
    argument = first_argument(facts, call)
    return argument >= 0 and subject(facts, argument) == chain


def call_of(facts: FileFacts, function: int) -> int:
    """Row of the call whose function is this expression; -1 when it is not called."""
    ops, _, lefts, _ = facts.expr
    for row in range(function + 1, len(ops)):  # what uses an expression comes after it
        if ops[row] == f.CALL and lefts[row] == function:
            return row
    return -1

"""Operators: what ``+``, ``<``, ``+=`` and the like give, by the methods that they call."""

from __future__ import annotations

from .. import facts as f
from .. import places
from . import calls, evaluate
from .annotations import annotated
from .arguments import Arguments
from .classes import class_member
from .entities import CLASS, FUNCTION, name_of
from .signatures import NEVER, fits, overloads
from .types import CLASS_OBJECT, INSTANCE, NONE, UNKNOWN, builtin, known, union
from .variables import concrete

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .types import Type, Value

_METHODS = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod",
    "**": "pow", "@": "matmul", "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift",
}  # fmt: skip
_COMPARISONS = {
    "==": "__eq__", "!=": "__ne__", "<": "__lt__", ">": "__gt__", "<=": "__le__", ">=": "__ge__",
}  # fmt: skip
_UNARY = {"-": "__neg__", "+": "__pos__", "~": "__invert__"}


def binary(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    """Type of ``left + right``."""
    _, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    left = evaluate.values(snapshot, path, lefts[expr])
    operator, right = extra[rights[expr]], extra[rights[expr] + 1]
    name = _METHODS.get(f.OPERATORS[operator]) if operator >= 0 else None
    if name is None:
        return UNKNOWN
    if name == "or" and any(value[0] in (CLASS_OBJECT, NONE) for value in left):
        return union(left, evaluate.values(snapshot, path, right))
    return _combined(snapshot, path, left, name, right)


def _combined(snapshot: Snapshot, path: str, left: Type, name: str, right: int) -> Type:
    """What the method of the left operand gives, else the reflected one of the right."""
    parts: list[Type] = []
    for value in concrete(snapshot, left):
        given = UNKNOWN
        others = concrete(snapshot, evaluate.values(snapshot, path, right))
        if not _fits(snapshot, value, name, others):
            for other in others:
                given = union(given, calls.call_method(snapshot, other, f"__r{name}__", [(value,)]))
        parts.append(given or calls.call_method(snapshot, value, f"__{name}__", [right], path))
    return union(*parts)


def _fits(snapshot: Snapshot, value: Value, name: str, others: Type) -> bool:
    """Whether the left operand's method takes the right operand."""
    if value[0] != INSTANCE or not others:
        return True
    found = class_member(snapshot, value[1], f"__{name}__")
    if not found:
        return False
    if found[0].entity[0] != FUNCTION:
        return True
    arguments = Arguments(snapshot, "", [others])
    return any(
        fits(snapshot, each, arguments, bound=True) != NEVER
        for each in overloads(snapshot, found[0].entity)
    )


def unary(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    """Type of ``-value``; of a number, its own."""
    type_ = evaluate.values(snapshot, path, facts.expr[f.EXPR_A][expr])
    method = _UNARY.get(f.OPERATORS[facts.expr[f.EXPR_B][expr]])
    if method is None:
        return UNKNOWN
    return union(*(calls.call_method(snapshot, value, method) for value in known(type_)))


def compared(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    """Type of ``left < right``: bool, unless the left operand's class says otherwise."""
    (extra,) = facts.extra
    at = facts.expr[f.EXPR_B][expr]
    method = _COMPARISONS.get(f.OPERATORS[extra[at + 1]]) if extra[at] == 2 else None
    if method is not None:
        parts: list[Type] = []
        for value in known(evaluate.values(snapshot, path, facts.expr[f.EXPR_A][expr])):
            if value[0] == INSTANCE and value[1][0] == CLASS:
                found = class_member(snapshot, value[1], method)
                if found and found[0].entity[0] != CLASS:
                    parts.append(calls.call_method(snapshot, value, method, [extra[at + 2]], path))
        if any(parts):
            return union(*parts)
    return builtin(snapshot, "bool")


def augmented(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    """Type of a target after ``target += value``."""
    _, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    left = evaluate.values(snapshot, path, lefts[expr])
    operator, right = extra[rights[expr]], extra[rights[expr] + 1]
    name = _METHODS.get(f.OPERATORS[operator].removesuffix("=")) if operator >= 0 else None
    if name is None:
        return left
    parts: list[Type] = []
    for value in concrete(snapshot, left):
        given = calls.call_method(snapshot, value, f"__i{name}__", [right], path)
        parts.append(given or _combined(snapshot, path, (value,), name, right) or (value,))
    return union(*parts)


def augmented_before(
    snapshot: Snapshot, path: str, facts: FileFacts, expr: int, type_: Type
) -> Type:
    """A name's type where ``name += value`` stands between its binding and its reading."""
    name, scope = facts.expr[f.EXPR_A][expr], facts.expr[f.EXPR_B][expr]
    kinds = facts.binding[f.BIND_KIND]
    table: set[tuple[int, int]] | None = facts.memo.get("augmented")
    if table is None:
        names, scopes = facts.binding[f.BIND_NAME], facts.binding[f.BIND_SCOPE]
        table = facts.memo["augmented"] = {
            (scopes[row], names[row]) for row, kind in enumerate(kinds) if kind == f.AUGMENT
        }
    if (scope, name) not in table:
        return type_
    values_, blocks = facts.binding[f.BIND_VALUE], facts.binding[f.BIND_BLOCK]
    position = facts.expr[f.EXPR_POS][expr]
    around = set(places.blocks_around(facts, scope, position))
    for row in reversed(facts.bindings_of(scope, name)):
        if facts.binding[f.BIND_POS][row] >= position or values_[row] >= expr:
            continue
        if kinds[row] == f.AUGMENT and blocks[row] in around:
            return evaluate.values(snapshot, path, values_[row]) or type_
        if kinds[row] != f.AUGMENT:
            break
    return type_


def yielded(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    """Type of what ``yield`` is sent, or what the generator of ``yield from`` returns."""
    generator = ("Generator", "AsyncGenerator")
    if facts.expr[f.EXPR_B][expr]:
        parts: list[Type] = []
        for value in evaluate.values(snapshot, path, facts.expr[f.EXPR_A][expr]):
            if value[0] == INSTANCE and len(value[2]) == 3:
                parts.append(value[2][2])
        return union(*parts)
    scope = places.scope_at(facts, facts.expr[f.EXPR_POS][expr])
    definition = facts.scope[f.SCOPE_DEFINITION][scope] if scope >= 0 else -1
    if definition < 0 or facts.definition[f.DEF_KIND][definition] != f.FUNCTION:
        return UNKNOWN
    returns = annotated(snapshot, path, facts.definition[f.DEF_RETURNS][definition])
    return union(
        *(
            value[2][1]
            for value in returns
            if value[0] == INSTANCE
            and len(value[2]) > 1
            and name_of(snapshot, value[1]) in generator
        )
    )


def may_be_false(snapshot: Snapshot, type_: Type) -> Type:
    """The alternatives of a type that may be false: what ``and`` gives of its left operand."""
    return tuple(
        value
        for value in type_
        if value[0] == NONE
        or (
            value[0] == INSTANCE
            and (
                class_member(snapshot, value[1], "__bool__")
                or class_member(snapshot, value[1], "__len__")
            )
        )
    )

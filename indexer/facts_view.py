"""Typed accessors for the facts of a file, for all but extraction and inference's core.

Functions take the facts of a file and a row; what they give are small values made on the way, none
of which is kept. Rows stay what identifies a thing: ``Call(row)`` and its facts are the call.
"""

from __future__ import annotations

from . import facts as f

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import NamedTuple

    from .facts import Column, FileFacts
else:
    from .named_tuple import NamedTuple


class Argument(NamedTuple):
    """An argument of a call, or a base or keyword in the header of a class.

    ``key`` is the row of a keyword's name, or one of ARG_POSITIONAL, ARG_STAR and ARG_DOUBLE_STAR.
    ``value`` is the row of an expression.
    """

    key: int
    position: int
    value: int

    @property
    def is_positional(self) -> bool:
        """True for a plain positional argument."""
        return self.key == f.ARG_POSITIONAL

    @property
    def is_keyword(self) -> bool:
        """True for ``name=value``."""
        return self.key >= 0

    @property
    def is_unpacked(self) -> bool:
        """True for ``*value`` and ``**value``: which parameters it fills is not written."""
        return self.key in (f.ARG_STAR, f.ARG_DOUBLE_STAR)


class Call(NamedTuple):
    """A call: the rows of its own expression and of what is called, and where that is."""

    row: int
    function: int
    position: int


class Attribute(NamedTuple):
    """``receiver.name``: the row of the receiver's expression, the name and where that is."""

    receiver: int
    name: str
    position: int


class Subscript(NamedTuple):
    """``value[key]``, as rows of expressions."""

    value: int
    key: int


class Occurrence(NamedTuple):
    """A place where a name is written, its role, and the row of what it is a part of."""

    name: str
    position: int
    role: int
    ref: int


class Comparison(NamedTuple):
    """One operator of a comparison with its operands, as rows of expressions."""

    left: int
    operator: str
    right: int


class MatchedCase(NamedTuple):
    """A case of a ``match``: the rows of its subject and its pattern.

    ``pattern`` is -1 for none, and ``-2 - n`` for the value at place n of a class pattern.
    """

    subject: int
    pattern: int


# Expressions.


def attributes(facts: FileFacts) -> Iterator[Attribute]:
    """Yield every ``receiver.name`` of a file, in the order of their expressions."""
    table = facts.expr
    for row, kind in enumerate(table.op):
        if kind == f.ATTRIBUTE:
            yield Attribute(table.a[row], facts.names[table.b[row]], table.position[row])


def attribute_of_name(facts: FileFacts, expr: int) -> int:
    """Return the row of ``x.name`` whose receiver is the plain name in a row, or -1.

    It is the very next expression.
    """
    table, row = facts.expr, expr + 1
    is_next = row < len(table.op) and table.op[row] == f.ATTRIBUTE and table.a[row] == expr
    return row if is_next else -1


def branches(facts: FileFacts, expr: int) -> tuple[int, int]:
    """Return the rows of both results of ``x or y``, ``x and y`` and ``x if test else y``."""
    return facts.expr.a[expr], facts.expr.b[expr]


def integer(facts: FileFacts, expr: int) -> int | None:
    """Return the value of an integer literal, None for any other expression or a large one."""
    table = facts.expr
    if expr < 0 or table.op[expr] != f.INTEGER or table.b[expr] != 1:
        return None
    return table.a[expr]


def op(facts: FileFacts, expr: int) -> int:
    """Return what kind of expression a row is, UNKNOWN for none."""
    return facts.expr.op[expr] if expr >= 0 else f.UNKNOWN


def plain_name(facts: FileFacts, expr: int) -> str:
    """Return the identifier of an expression that is a plain name, else an empty string."""
    if expr < 0 or facts.expr.op[expr] != f.NAME:
        return ""
    return facts.names[facts.expr.a[expr]]


def name_row(facts: FileFacts, expr: int) -> int:
    """Return the row of the identifier of an expression that is a plain name."""
    return facts.expr.a[expr]


def attribute(facts: FileFacts, expr: int) -> Attribute | None:
    """Return the parts of ``receiver.name``, None for any other expression."""
    table = facts.expr
    if expr < 0 or table.op[expr] != f.ATTRIBUTE:
        return None
    return Attribute(table.a[expr], facts.names[table.b[expr]], table.position[expr])


def subscript(facts: FileFacts, expr: int) -> Subscript | None:
    """Return the parts of ``value[key]``, None for any other expression."""
    table = facts.expr
    if expr < 0 or table.op[expr] != f.SUBSCRIPT:
        return None
    return Subscript(table.a[expr], table.b[expr])


def called(facts: FileFacts, expr: int) -> int:
    """Return the row of what a call calls, -1 for any other expression."""
    return facts.expr.a[expr] if expr >= 0 and facts.expr.op[expr] == f.CALL else -1


def is_async(facts: FileFacts, expr: int) -> bool:
    """True if an ELEMENT or ENTERED is of ``async for`` or ``async with``."""
    return bool(facts.expr.b[expr])


def is_mapping_unpacked(facts: FileFacts, expr: int) -> bool:
    """True if a STARRED is ``**mapping`` rather than ``*sequence``."""
    return facts.expr.b[expr] == 2


def name_scope(facts: FileFacts, expr: int) -> int:
    """Return the row of the scope in which a plain name is looked up first."""
    return facts.expr.b[expr]


def bindings_around(facts: FileFacts, expr: int) -> list[int]:
    """Return the bindings of a plain name in the innermost scope that has any where it is read.

    Without any it is a builtin, or comes from outside in some other way.
    """
    scope, name = name_scope(facts, expr), name_row(facts, expr)
    rows: list[int] = []
    while scope >= 0 and not rows:
        rows = facts.bindings_of(scope, name)
        scope = facts.scope.parent[scope]
        while scope >= 0 and facts.scope.kind[scope] == f.CLASS_SCOPE:
            scope = facts.scope.parent[scope]
    return rows


def attribute_name_row(facts: FileFacts, expr: int) -> int:
    """Return the row of the name of an expression that is an attribute."""
    return facts.expr.b[expr]


def lambda_scope(facts: FileFacts, expr: int) -> int:
    """Return the row of the scope of a lambda expression."""
    return facts.expr.b[expr]


def string_end(facts: FileFacts, expr: int) -> int:
    """Return the position behind a string literal."""
    return facts.expr.b[expr]


def is_false(facts: FileFacts, expr: int) -> bool:
    """True for the literals ``False`` and ``0``."""
    kind = op(facts, expr)
    return kind == f.FALSE or (
        kind == f.INTEGER and facts.expr.a[expr] == 0 and bool(facts.expr.b[expr])
    )


def item_place(facts: FileFacts, expr: int) -> int:
    """Return which value of an unpacking an ITEM is, negative from the end."""
    return facts.expr.b[expr]


def operand(facts: FileFacts, expr: int) -> int:
    """Return the row of the first operand: of ``not x``, ``await x``, ``-x``, ``x + y``, ``*x``.

    Also what is called, iterated over or indexed, and the class of a class pattern.
    """
    return facts.expr.a[expr]


def operands(facts: FileFacts, expr: int) -> Iterator[int]:
    """Yield the rows of the operands of ``x and y``, ``x or y`` and ``not x``, else nothing."""
    kind = op(facts, expr)
    if kind in (f.AND, f.OR, f.NOT):
        yield facts.expr.a[expr]
    if kind in (f.AND, f.OR):
        yield facts.expr.b[expr]


def elements(facts: FileFacts, expr: int) -> Sequence[int]:
    """Return the rows of what a list, tuple, set, f-string or pattern is made of."""
    at = facts.expr.a[expr]
    if at < 0:
        return ()
    extra = facts.extra.value
    return extra[at + 1 : at + 1 + extra[at]]


def items(facts: FileFacts, expr: int) -> Iterator[tuple[int, int]]:
    """Yield (key, value) rows of a dictionary display; the key of ``**mapping`` is -1."""
    extra = facts.extra.value
    at = facts.expr.a[expr]
    for index in range(at + 1, at + 1 + extra[at], 2) if at >= 0 else ():
        yield extra[index], extra[index + 1]


def string(facts: FileFacts, expr: int) -> str | None:
    """Return the text of a string literal, None for any other expression or one that is long."""
    if expr < 0 or facts.expr.op[expr] != f.STRING:
        return None
    row = facts.expr.a[expr]
    return facts.strings[row] if row >= 0 else None


def comparisons(facts: FileFacts, expr: int) -> Iterator[Comparison]:
    """Yield the operators of ``a < b <= c``, each with the operands beside it."""
    extra = facts.extra.value
    left, at = facts.expr.a[expr], facts.expr.b[expr]
    for index in range(at + 1, at + 1 + extra[at], 2):
        yield Comparison(left, f.OPERATORS[extra[index]], extra[index + 1])
        left = extra[index + 1]


def binary(facts: FileFacts, expr: int) -> Comparison:
    """Return operator and operands of a binary operation or an augmented assignment."""
    extra = facts.extra.value
    at = facts.expr.b[expr]
    return Comparison(facts.expr.a[expr], f.OPERATORS[extra[at]], extra[at + 1])


def single_comparison(facts: FileFacts, expr: int) -> Comparison | None:
    """Return the parts of a comparison with one operator, None for a chain like ``a < b < c``."""
    extra = facts.extra.value
    at = facts.expr.b[expr]
    if extra[at] != 2:
        return None
    return Comparison(facts.expr.a[expr], f.OPERATORS[extra[at + 1]], extra[at + 2])


def unary_operator(facts: FileFacts, expr: int) -> str:
    """Return the operator of ``-x``, ``+x`` or ``~x``."""
    return f.OPERATORS[facts.expr.b[expr]]


def signed_integer(facts: FileFacts, expr: int) -> int | None:
    """Return the value of a small integer, be it negative, None for all else."""
    if op(facts, expr) == f.UNARY and unary_operator(facts, expr) == "-":
        inner = integer(facts, facts.expr.a[expr])
        return None if inner is None else -inner
    return integer(facts, expr)


def walrus_binding(facts: FileFacts, expr: int) -> int:
    """Return the row of the binding of ``name := value``."""
    return facts.expr.b[expr]


def is_yield_from(facts: FileFacts, expr: int) -> bool:
    """True if a YIELDED is ``yield from x`` rather than ``yield x``."""
    return bool(facts.expr.b[expr])


def matched_case(facts: FileFacts, expr: int) -> MatchedCase:
    """Return the subject and the pattern of a MATCHED."""
    return MatchedCase(facts.expr.a[expr], facts.expr.b[expr])


# Calls.


def positional_arguments(facts: FileFacts, call: int) -> list[int]:
    """Return the rows of the values of a call's plain positional arguments."""
    return [value for key, _, value in arguments(facts, call) if key == f.ARG_POSITIONAL]


def calls(facts: FileFacts) -> Iterator[Call]:
    """Yield the calls of a file, in the order of their expressions."""
    table = facts.expr
    for row, kind in enumerate(table.op):
        if kind == f.CALL:
            yield Call(row, table.a[row], table.position[row])


def arguments(facts: FileFacts, call: int) -> Iterator[Argument]:
    """Yield the arguments of a call, or the parts of a class pattern, in order."""
    return _arguments(facts, facts.expr.b[call])


def argument_values(facts: FileFacts, call: int) -> Sequence[int]:
    """Return the rows of the values of all arguments of a call or class pattern, in order."""
    extra = facts.extra.value
    at = facts.expr.b[call]
    return extra[at + 3 : at + 1 + 3 * extra[at] : 3]


def bases(facts: FileFacts, definition: int) -> Iterator[Argument]:
    """Yield what stands in the brackets behind a class's name: bases and keywords."""
    at = facts.definition.arguments[definition]
    return _arguments(facts, at) if at >= 0 else iter(())


def _arguments(facts: FileFacts, at: int) -> Iterator[Argument]:
    extra = facts.extra.value
    for index in range(at + 1, at + 1 + 3 * extra[at], 3):
        yield Argument(extra[index], extra[index + 1], extra[index + 2])


# Occurrences.


def all_occurrences(facts: FileFacts, role: int | None = None) -> Iterator[Occurrence]:
    """Yield the occurrences of all names, in order of the names; of one role if given."""
    roles, positions, refs = facts.occurrence
    index = facts.occurrence_index.value
    for row, name in enumerate(facts.names):
        for at in range(index[row], index[row + 1]):
            if role is None or roles[at] & f.ROLE_MASK == role:
                yield Occurrence(name, positions[at], roles[at], refs[at])


# Definitions and scopes.


def definitions(facts: FileFacts, kind: int | None = None) -> Iterator[int]:
    """Yield the rows of the definitions of a file, of one kind (CLASS or FUNCTION) if given."""
    for row, each in enumerate(facts.definition.kind):
        if kind is None or each == kind:
            yield row


def definition_name(facts: FileFacts, row: int) -> str:
    """Return the name of a class or function."""
    return facts.names[facts.definition.name[row]]


def decorators(facts: FileFacts, definition: int) -> Sequence[int]:
    """Return the rows of a definition's decorators, the outermost first."""
    at = facts.definition.decorators[definition]
    if at < 0:
        return ()
    extra = facts.extra.value
    return extra[at + 1 : at + 1 + extra[at]]


def parameters(facts: FileFacts, scope: int) -> Iterator[int]:
    """Yield the rows of the parameters of the function or lambda that a scope is of."""
    yield from _rows_of(facts, "parameter", facts.parameter.scope, scope)


def results(facts: FileFacts, scope: int) -> Iterator[int]:
    """Yield the rows of what ends a function or is yielded by it, in order."""
    yield from _rows_of(facts, "result", facts.result.scope, scope)


def returned(facts: FileFacts, scope: int) -> Iterator[int]:
    """Yield the rows of the values of the ``return`` statements of a function, in order."""
    table = facts.result
    kinds, values = table.kind, table.expr
    for row in _rows_of(facts, "result", table.scope, scope):
        if kinds[row] == f.RETURN and values[row] >= 0:
            yield values[row]


# Tables with fewer rows than this are gone through faster than sorted by scope.
_FEW = 64


def _rows_of(facts: FileFacts, table: str, scopes: Column, scope: int) -> Iterable[int]:
    """Return the rows of a table that are of one scope, in order."""
    if len(scopes) < _FEW:
        return (row for row, where in enumerate(scopes) if where == scope)
    by_scope: dict[int, list[int]] | None = facts.memo.get(("by scope", table))
    if by_scope is None:
        by_scope = facts.memo["by scope", table] = {}
        for row, where in enumerate(scopes):
            by_scope.setdefault(where, []).append(row)
    return by_scope.get(scope, ())


def bindings_in(facts: FileFacts, scope: int) -> Iterable[int]:
    """Return the rows of the bindings that a scope makes, in order."""
    return _rows_of(facts, "binding", facts.binding.scope, scope)


def imported_names(facts: FileFacts) -> dict[str, str]:
    """Return what the names of a file are called where they are imported from, by the new ones."""
    known: dict[str, str] | None = facts.memo.get("imported names")
    if known is None:
        table, names = facts.imports, facts.names
        known = facts.memo["imported names"] = {
            names[bound]: names[name]
            for bound, name in zip(table.bound, table.name, strict=True)
            if bound != name and bound >= 0 and name >= 0
        }
    return known


def binding_name(facts: FileFacts, row: int) -> str:
    """Return the name that a binding gives a value."""
    return facts.names[facts.binding.name[row]]


def enclosing_blocks(facts: FileFacts, block: int) -> Iterator[int]:
    """Yield a block and those around it, innermost first."""
    while block >= 0:
        yield block
        block = facts.block.parent[block]

"""Functions that call themselves before anything can end them."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.places import block_at
from ...indexer.resolve import evaluate
from ...indexer.resolve.entities import CLASS, FUNCTION, PARAMETER, owner_class
from ...indexer.resolve.entity_types import first_parameter_class
from .signatures import overridden_by
from .uses import uses_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .file import File

# Expressions of which a part may not be evaluated.
_LAZY = frozenset([f.AND, f.OR, f.CONDITIONAL_EXPR, f.LAMBDA, f.GENERATOR_EXPRESSION])


def endless_recursion(file: File, row: int) -> tuple[int, str] | None:
    """Where a function comes back to itself in any case, and a sentence on it; None when not.

    That is a call of itself, a property that reads itself, or a setter that sets itself, with no
    condition, loop or handler around it, and nothing before it that may leave the function.
    """
    facts = file.facts
    table = facts.definition
    flags, scope = table[f.DEF_FLAGS][row], table[f.DEF_OWN_SCOPE][row]
    if flags & (f.GENERATOR | f.ASYNC | f.OVERLOAD):
        return None
    name = facts.names[table[f.DEF_NAME][row]]
    start, end = table[f.DEF_HEADER_END][row], table[f.DEF_END][row]
    if flags & f.ACCESSOR:
        return _in_setter(file, row, name, scope, start, end)
    is_property = bool(flags & f.PROPERTY)
    # What stores its value under its own name is read from there once something has stored it.
    is_stored = (
        is_property and b"cached" in file.text[table[f.DEF_START][row] : table[f.DEF_POS][row]]
    )
    if (
        not is_property
        and table[f.DEF_DECORATORS][row] >= 0
        and not flags & (f.STATIC | f.CLASSMETHOD)
    ):
        return None  # `@patch`, `@overload` and others may put something else under the name
    for role, position, expr in facts.occurrences(name):
        wanted = f.READ if is_property else f.CALLED
        if not start <= position < end or role & f.ROLE_MASK != wanted or expr < 0:
            continue
        if file.scope_at(position) != scope or not _is_unconditional(file, scope, position, expr):
            continue
        found = evaluate.objects(file.strict, file.path, expr)
        if [item.entity for item in found] != [(FUNCTION, file.path, row)]:
            continue
        if _is_on_another(file, row, expr) or overridden_by(
            file.strict, (FUNCTION, file.path, row)
        ):
            continue
        if is_stored and _calls_before(file, scope, start, position):
            continue
        what = "reads itself" if is_property else "calls itself"
        return position, f"`{name}` {what} in any case, and so without end."
    return None


def _calls_before(file: File, scope: int, start: int, position: int) -> bool:
    """Whether a function calls anything before it gets to a place."""
    ops, positions = file.facts.expr[f.EXPR_OP], file.facts.expr[f.EXPR_POS]
    return any(
        op == f.CALL and start <= at < position and file.scope_at(at) == scope
        for op, at in zip(ops, positions, strict=True)
    )


def _in_setter(
    file: File, row: int, name: str, scope: int, start: int, end: int
) -> tuple[int, str] | None:
    """``@size.setter`` in which ``self.size = …`` calls the setter again."""
    facts = file.facts
    text = file.text[facts.definition[f.DEF_START][row] : facts.definition[f.DEF_POS][row]]
    if f"{name}.setter".encode() not in text:
        return None
    cls = owner_class(facts, (FUNCTION, file.path, row))
    table = facts.attribute_binding
    for each, position in enumerate(table[f.ATTR_POS]):
        if (
            start <= position < end
            and table[f.ATTR_OWNER][each] == cls >= 0
            and facts.names[table[f.ATTR_NAME][each]] == name
            and table[f.ATTR_SCOPE][each] == scope
            and _is_unconditional(file, scope, position, -1)
        ):
            return position, f"The setter of `{name}` sets `{name}` itself, and so without end."
    return None


def _is_unconditional(file: File, scope: int, position: int, expr: int) -> bool:
    """Whether a place is reached in any case, as soon as its function is called."""
    facts = file.facts
    block = block_at(facts, scope, position)
    while block >= 0 and facts.block[f.BLOCK_KIND][block] == f.WITH_BODY:
        block = facts.block[f.BLOCK_PARENT][block]
    if block < 0 or facts.block[f.BLOCK_KIND][block] != f.BODY:
        return False
    leaves = zip(*facts.result[:1], facts.result[f.RES_POS], strict=True)
    if any(where == scope and at < position for where, at in leaves if at >= 0) and not _returns_it(
        file, scope, position
    ):
        return False
    if _may_leave_before(file, scope, position):
        return False
    seen = 0
    while expr >= 0 and seen < 60:
        seen += 1
        users = uses_of(facts).of(expr)
        if any(how in _LAZY for how, _ in users):
            return False
        expr = next((user for how, user in users if how >= 0 or how == -1), -1)
    return True


def _returns_it(file: File, scope: int, position: int) -> bool:
    """Whether all that leaves the function before a place is the statement that it stands in."""
    facts = file.facts
    line = facts.line_of(position)
    return all(
        facts.line_of(at) == line or at > position
        for where, at in zip(facts.result[f.RES_SCOPE], facts.result[f.RES_POS], strict=True)
        if where == scope
    )


def _may_leave_before(file: File, scope: int, position: int) -> bool:
    """Whether a condition above a place may leave the function, by an exception as well."""
    facts = file.facts
    return any(
        facts.block[f.BLOCK_SCOPE][row] == scope
        and facts.block[f.BLOCK_START][row] < position
        and flags & f.LEAVES_FUNCTION
        and facts.block[f.BLOCK_KIND][row] != f.BODY
        for row, flags in enumerate(facts.block[f.BLOCK_FLAGS])
    )


def _is_on_another(file: File, row: int, expr: int) -> bool:
    """Whether a method is called on something else than the instance that it was called on."""
    facts = file.facts
    ops, _, lefts, _ = facts.expr
    if ops[expr] != f.ATTRIBUTE:
        return False
    receiver = lefts[expr]
    cls = owner_class(facts, (FUNCTION, file.path, row))
    if cls < 0 or ops[receiver] != f.NAME:
        return True
    found = evaluate.objects(file.strict, file.path, receiver)
    return not (
        len(found) == 1
        and (
            (
                found[0].entity[0] == PARAMETER
                and first_parameter_class(facts, found[0].entity) == cls
            )
            or found[0].entity == (CLASS, file.path, cls)
        )
    )

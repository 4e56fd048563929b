"""Names that are bound, but not when they are read or deleted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Literal

from ....indexer import facts as f
from ....indexer.facts import FileFacts
from ....indexer.facts_view import is_false, name_row, name_scope, plain_name
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.injected_names import is_injected
from ....indexer.inference.lazy_modules import has_dynamic_globals
from ....indexer.inference.names import star_imported
from ....indexer.scope_map import blocks_around
from .. import messages
from ..context import CheckContext
from ..findings import Finding
from ..known_names import is_set_from_outside
from ..uses import bindings_of_local
from .names import PREDEFINED, is_builtin, is_in_string


def used_before_definition(context: CheckContext) -> Iterator[Finding]:
    """Yield names of a function that are read before the first statement that binds them."""
    facts, table = context.facts, context.facts.binding
    for expr in context.expressions(f.NAME):
        name, scope = plain_name(facts, expr), name_scope(facts, expr)
        if facts.scope.kind[scope] != f.FUNCTION_SCOPE or not context.includes(name):
            continue
        rows = bindings_of_local(facts, expr)
        if not rows or _kinds(facts, rows) & {f.GLOBAL, f.NONLOCAL, f.PARAMETER}:
            continue
        start = facts.expr.position[expr]
        if any(_has_happened(facts, row, expr) for row in rows) or context.is_dead(start):
            continue
        giving = _giving(facts, rows)
        first = table.position[giving[0]] if giving else -1
        if _is_in_loop(context, scope, start, first) and not (
            len(giving) == 1 and first <= start  # `n = n + 1` alone
        ):
            continue
        if _is_set_by_inner(facts, scope, name_row(facts, expr)):
            continue
        if _is_annotation(context, name, start):
            continue  # of a variable or attribute, which a function never evaluates
        if context.is_guarded(start, "NameError", "UnboundLocalError") or is_in_string(
            context, start
        ):
            continue
        detail = _first_binding(facts, rows, giving)
        yield Finding(
            "used-before-definition", context.path, start, start + len(name.encode()),
            messages.unbound_name(name, detail, is_local=True), subject=name,
        )  # fmt: skip


def _has_happened(facts: FileFacts, row: int, expr: int) -> bool:
    """True if a binding may have given its name a value before an expression is evaluated.

    Expressions are numbered in order of evaluation: in ``x = f(x)`` the name is read first.
    """
    table = facts.binding
    value, kind = table.value[row], table.kind[row]
    if kind in _NO_VALUE:
        return False
    if value >= 0 and kind != f.PARAMETER and value < expr:
        return True
    return table.position[row] <= facts.expr.position[expr] and (
        value < 0 or kind in _WITHOUT_EXPRESSION
    )


# Bindings that give no value, and those whose value, if any, is not what is bound.
_NO_VALUE = (f.DECLARE, f.DELETE)
_WITHOUT_EXPRESSION = (f.PARAMETER, f.DEF_FUNCTION, f.DEF_CLASS, f.IMPORT, f.TYPE_ALIAS,
                       f.TYPE_PARAMETER, f.GLOBAL, f.NONLOCAL)  # fmt: skip


def _giving(facts: FileFacts, rows: list[int]) -> list[int]:
    """Return those of some bindings that give a value."""
    return [row for row in rows if facts.binding.kind[row] not in _NO_VALUE]


def _first_binding(facts: FileFacts, rows: list[int], giving: list[int]) -> str:
    """Return where a name gets its first value, or that it gets none."""
    if giving:
        line = facts.line_of(facts.binding.position[giving[0]]) + 1
        return f"line {line} is the first to bind it"
    line = facts.line_of(facts.binding.position[rows[0]]) + 1
    what = "deletes it" if facts.binding.kind[rows[0]] == f.DELETE else "declares its type"
    return f"line {line} only {what}"


def _is_set_by_inner(facts: FileFacts, scope: int, name: int) -> bool:
    """True if a function inside of a scope binds its name, by ``nonlocal`` or ``global``."""
    wanted = f.NONLOCAL if facts.scope.kind[scope] == f.FUNCTION_SCOPE else f.GLOBAL
    return any(
        bound == name and facts.binding.kind[row] == wanted
        for row, bound in enumerate(facts.binding.name)
    )


def _is_annotation(context: CheckContext, name: str, start: int) -> bool:
    """True if a name is read as a type only."""
    return any(
        position == start and role & f.ROLE_MASK == f.ANNOTATED
        for role, position, _ in context.facts.occurrences(name)
    )


def _is_in_loop(context: CheckContext, scope: int, start: int, first: int) -> bool:
    """True if both places are in one loop, so that the later one may have run first."""
    table = context.facts.block
    return (
        any(
            kind in (f.LOOP, f.ITERABLE)
            and table.scope[row] == scope
            and table.start[row] <= first < table.end[row]
            for row, kind in enumerate(table.kind)
        )
        and start < first
    )


# Roles in which a name is evaluated when the line runs; what `+=` writes is read first.
_RUN = (f.READ, f.CALLED, f.INHERITED, f.DECORATES, f.WRITTEN)
_IMMEDIATE = (f.MODULE_SCOPE, f.CLASS_SCOPE)
# Where these are used, names may be bound dynamically.
_DYNAMIC = ("globals", "vars", "locals", "exec", "eval", "execfile")


def unbound(context: CheckContext) -> Iterator[Finding]:
    """Yield names that are read before, or after, they are bound; or that dead code binds."""
    facts = context.facts
    dynamic = any(facts.name_id(name) >= 0 for name in _DYNAMIC)
    for expr in context.expressions(f.NAME):
        name, scope = plain_name(facts, expr), name_scope(facts, expr)
        start = facts.expr.position[expr]
        if not context.includes(name):
            continue
        rows, own = _bindings(facts, scope, name_row(facts, expr))
        kinds = _kinds(facts, rows)
        if not rows or kinds & {f.GLOBAL, f.NONLOCAL, f.PARAMETER, f.TYPE_PARAMETER}:
            continue
        found: tuple[str, str] | Literal[False] | None = None
        if own:
            found = (f.DELETE in kinds and _deleted(context, scope, rows, start)) or (
                kinds == {f.EXCEPT} and _exception(context, rows, start)
            )
        if own and not found and not dynamic:
            found = _bound_later(context, expr, scope, rows, start)
        if not found and not dynamic:
            found = _never_bound(context, rows)
        if not found or _is_excused(context, name, start, found[0]):
            continue
        rule, detail = found
        is_local = own and facts.scope.kind[scope] == f.FUNCTION_SCOPE
        yield Finding(
            rule, context.path, start, start + len(name.encode()),
            messages.unbound_name(name, detail, is_local), subject=name,
        )  # fmt: skip


def unbound_delete(context: CheckContext) -> Iterator[Finding]:
    """Yield names that ``del`` is to unbind, and that are not bound."""
    facts, table = context.facts, context.facts.binding
    if any(facts.name_id(name) >= 0 for name in _DYNAMIC):
        return
    for row, kind in enumerate(table.kind):
        start, name = table.position[row], facts.names[table.name[row]]
        if kind != f.DELETE or not context.includes(name):
            continue
        found = _not_to_delete(context, row)
        end = start + len(name.encode())
        if found is None or not context.is_touched(start, end):
            continue
        rule, detail = found
        if context.is_dead(start) or context.is_guarded(start, "NameError", "UnboundLocalError"):
            continue
        is_local = facts.scope.kind[table.scope[row]] == f.FUNCTION_SCOPE
        yield Finding(
            rule, context.path, start, end,
            messages.unbound_name(name, detail, is_local) if detail
            else messages.undefined_name(name), subject=name,
        )  # fmt: skip


def _not_to_delete(context: CheckContext, row: int) -> tuple[str, str] | None:
    """Check a ``del``: return the rule that it breaks, and why."""
    facts, table = context.facts, context.facts.binding
    scope, start, name = table.scope[row], table.position[row], table.name[row]
    rows = facts.bindings_of(scope, name)
    if _kinds(facts, rows) & {f.GLOBAL, f.NONLOCAL, f.PARAMETER, f.IMPORT}:
        return None
    giving = _giving(facts, rows)
    if any(table.position[each] < start for each in giving):
        return _deleted(context, scope, rows, start)
    if _is_set_by_inner(facts, scope, name) or _is_in_any_loop(facts, scope, start):
        return None
    if facts.scope.kind[scope] != f.FUNCTION_SCOPE and (
        has_dynamic_globals(context.strict, context.path)
        or star_imported(context.strict, context.path, facts, facts.names[name])
        or is_injected(context.strict, context.path, facts.names[name])
    ):
        return None
    if giving or facts.scope.kind[scope] == f.FUNCTION_SCOPE:
        return "used-before-definition", _first_binding(facts, rows, giving)
    return "used-before-definition", ""


def _is_in_any_loop(facts: FileFacts, scope: int, position: int) -> bool:
    return any(
        facts.block.kind[each] in (f.LOOP, f.ITERABLE)
        for each in blocks_around(facts, scope, position)
    )


def _bindings(facts: FileFacts, scope: int, name: int) -> tuple[list[int], bool]:
    """Return the bindings of a name that is read in a scope, and True if they are of that scope."""
    kinds, parents = facts.scope.kind, facts.scope.parent
    current = scope
    while current >= 0:
        if kinds[current] != f.CLASS_SCOPE or current == scope:
            rows = facts.bindings_of(current, name)
            if rows:
                return rows, current == scope
        current = parents[current]
    return [], False


def _kinds(facts: FileFacts, rows: list[int]) -> set[int]:
    """Return how a name is bound; remembered, since it is asked for wherever the name is read."""
    if not rows:
        return set()
    known: dict[int, set[int]] = facts.memo.setdefault("kinds of bindings", {})
    kinds = known.get(rows[0])
    if kinds is None:
        kinds = known[rows[0]] = {facts.binding.kind[row] for row in rows}
    return kinds


def _is_excused(context: CheckContext, name: str, start: int, rule: str) -> bool:
    if not _is_run(context.facts, context.text, name, start) or is_in_string(context, start):
        return True
    if context.is_guarded(start, "NameError", "UnboundLocalError") or context.is_dead(start):
        return True
    if _for_checkers(context.facts, context.scope_at(start), start):
        return True
    if rule == "deleted-name":
        return False
    if has_dynamic_globals(context.strict, context.path):
        return True
    return (
        _is_bound_elsewhere(context, name)
        or is_injected(context.strict, context.path, name)
        or (rule == "never-bound" and is_set_from_outside(context.strict, name))
    )


def _is_run(facts: FileFacts, text: bytes, name: str, start: int) -> bool:
    """True if a name is evaluated at run time, rather than as part of a type."""
    if not any(position == start and role in _RUN for role, position, _ in facts.occurrences(name)):
        return False
    line = facts.line_of(start)
    code = text[facts.line_starts[line] : facts.line_starts[line + 1]]
    return b"TYPE_CHECKING" not in code  # `not TYPE_CHECKING or isinstance(…)`


def _is_bound_elsewhere(context: CheckContext, name: str) -> bool:
    """True if a name is bound elsewhere than in its scope."""
    facts = context.facts
    if is_builtin(context.strict, name) or star_imported(context.strict, context.path, facts, name):
        return True
    row = facts.name_id(name)
    if any(
        bound == row and facts.binding.kind[index] == f.GLOBAL
        for index, bound in enumerate(facts.binding.name)
    ):
        return True
    # Importing a module of a package binds its name in the package.
    folder, _, base = context.path.rpartition("/")
    if not base.startswith("__init__."):
        return False
    inside = f"{folder}/{name}".lstrip("/")
    return context.inference.exists(f"{inside}.py") or context.inference.snapshot.is_folder(inside)


def _deleted(
    context: CheckContext, scope: int, rows: list[int], start: int
) -> tuple[str, str] | None:
    """Check for a ``del`` on the way to where a name is read, without a later binding."""
    facts, table = context.facts, context.facts.binding
    n_earlier = bisect_left(rows, start, key=table.position.__getitem__)
    if not n_earlier:
        return None
    last = rows[n_earlier - 1]
    if table.kind[last] != f.DELETE:
        return None
    around = blocks_around(facts, scope, start)
    block = table.block[last]
    if block >= 0 and block not in around:
        return None
    if _is_in_any_loop(facts, scope, start):
        return None
    line = facts.line_of(table.position[last]) + 1
    return "deleted-name", f"line {line} deletes it"


def _exception(context: CheckContext, rows: list[int], start: int) -> tuple[str, str] | None:
    """Check the name of an exception, which is deleted when its handler ends."""
    facts, table = context.facts, context.facts.binding
    kinds, starts, ends = facts.block.kind, facts.block.start, facts.block.end
    positions = [table.position[row] for row in rows]
    handlers = [
        row
        for row, kind in enumerate(kinds)
        if kind == f.HANDLER
        and (
            starts[row] <= start < ends[row]
            or any(starts[row] <= at < ends[row] for at in positions)
        )
    ]
    if any(starts[row] <= start < ends[row] for row in handlers) or start < min(positions):
        return None
    line = facts.line_of(max(at for at in positions if at < start)) + 1
    return "deleted-name", f"it is deleted at the end of the handler of line {line}"


def _bound_later(
    context: CheckContext, expr: int, scope: int, rows: list[int], start: int
) -> tuple[str, str] | None:
    """Check for a name that a module or class binds only further down."""
    facts, table = context.facts, context.facts.binding
    kind = facts.scope.kind[scope]
    if kind not in _IMMEDIATE:
        return None
    if plain_name(facts, expr) in PREDEFINED or f.DELETE in _kinds(facts, rows):
        return None
    if any(_has_happened(facts, row, expr) for row in rows):
        return None
    giving = _giving(facts, rows)
    first = table.position[giving[0]] if giving else -1
    if _is_in_any_loop(facts, scope, start) and not (len(giving) == 1 and 0 <= first <= start):
        return None
    # When a class in a function or class is evaluated is unknown.
    outer = facts.scope.parent[scope]
    if kind == f.CLASS_SCOPE and (outer != 0 or facts.bindings_of(0, name_row(facts, expr))):
        return None
    if first > start:
        return "used-before-definition", f"line {facts.line_of(first) + 1} defines it later"
    return "used-before-definition", _first_binding(facts, rows, giving)


def _never_bound(context: CheckContext, rows: list[int]) -> tuple[str, str] | None:
    """Check for a name that is only bound under ``if TYPE_CHECKING`` or ``if False``."""
    facts, table = context.facts, context.facts.binding
    if all(table.block[row] < 0 for row in rows):
        return None
    for row in rows:
        position, scope = table.position[row], table.scope[row]
        if not _for_checkers(facts, scope, position) and not _never_runs(facts, scope, position):
            return None
    line = facts.line_of(table.position[rows[0]]) + 1
    return "never-bound", f"only line {line} binds it, which never runs"


def _for_checkers(facts: FileFacts, scope: int, position: int) -> bool:
    """True if a position is under ``if TYPE_CHECKING``."""
    while scope >= 0:
        for block in blocks_around(facts, scope, position):
            test = facts.block.test[block]
            if facts.block.kind[block] == f.IF_TRUE and last_name(facts, test) == "TYPE_CHECKING":
                return True
        scope = facts.scope.parent[scope]
    return False


def _never_runs(facts: FileFacts, scope: int, position: int) -> bool:
    """True if a position is under ``if False`` or ``while False``."""
    return any(
        facts.block.kind[block] in (f.IF_TRUE, f.LOOP) and is_false(facts, facts.block.test[block])
        for block in blocks_around(facts, scope, position)
    )

"""Names that are bound, but not when they are read or deleted, or not on every way there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ....indexer import facts as f
from ....indexer.facts import FileFacts
from ....indexer.facts_view import is_false, name_row, name_scope, plain_name
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.dead_code import always_runs, depends_on_target, never_runs
from ....indexer.inference.injected_names import is_injected
from ....indexer.inference.lazy_modules import has_dynamic_globals, names_set_in_globals
from ....indexer.inference.names import star_imported
from ....indexer.scope_map import block_at, blocks_around
from .. import messages
from ..binding_flow import POSSIBLY, SELDOM, Oracle, Unbound, unbound_reads
from ..context import CheckContext
from ..findings import ERROR, WARNING, Finding
from ..known_names import is_set_from_outside
from ..name_scopes import CLASS, FUNCTION, INLINE, Function
from ..statements import last_name_of
from ..terminal_calls import RETURNS, how_it_returns
from .names import is_builtin, is_in_string, is_predefined


def unbound(context: CheckContext) -> Iterator[Finding]:
    """Yield names that are read where control comes without their being bound."""
    if context.names is not None or context.tree is None:
        return  # what is bound where does not change by an edit of another file
    reads = unbound_reads(context.tree, _oracle(context, asks=False))
    found = [each for each in reads if _place(context, each) is not None]
    if any(each.how != SELDOM for each in found):
        # Which calls return, and which tests hold, is asked only where it matters. That a name is
        # bound only on ways that end so does not make it certain that others are taken.
        known = {(each.name, each.node): each.how for each in found}
        asked = unbound_reads(context.tree, _oracle(context, asks=True))
        found = [
            each._replace(how=max(each.how, known[each.name, each.node]))
            for each in asked
            if (each.name, each.node) in known
        ]
    for each in found:
        place = None if each.how == SELDOM else _place(context, each)
        if place is not None:
            rule, message = _told(context, each)
            if not _is_excused(context, each, place[0], rule):
                yield Finding(
                    rule, context.path, *place, message, subject=each.name,
                    severity=WARNING if each.how == POSSIBLY else ERROR,
                )  # fmt: skip


def _place(context: CheckContext, found: Unbound) -> tuple[int, int] | None:
    """Return where a name is read, if that is of interest."""
    if not context.includes(found.name):
        return None
    spelled = found.name if found.function is None else found.function.name
    start = _position(context, found.node, spelled)
    end = start + len(spelled.encode())
    wanted = context.is_touched(start, end) or found.name in context.affected
    return (start, end) if start >= 0 and wanted else None


def _oracle(context: CheckContext, *, asks: bool) -> Oracle:
    facts, inference = context.facts, context.strict
    is_conditional = asks and depends_on_target(inference, context.path)

    def start_of(node: ast.AST) -> int:
        return _position(context, node)

    def truth(node: ast.If) -> bool | None:
        if not is_conditional or any(
            last_name_of(each) == "TYPE_CHECKING" for each in ast.walk(node.test)
        ):
            return None
        start = start_of(node.body[0])
        if never_runs(inference, context.path, start):
            return False
        if node.orelse and never_runs(inference, context.path, start_of(node.orelse[0])):
            return True
        block = block_at(facts, context.scope_at(start), start)
        return True if always_runs(inference, context.path, block) else None

    def returns(node: ast.expr) -> int:
        call = node.value if isinstance(node, ast.Await) else node
        if not asks or not isinstance(call, ast.Call) or not last_name_of(call.func):
            return RETURNS
        name = last_name_of(call.func)
        position = _end_of(context, call.func) - len(name.encode())
        return how_it_returns(inference, context.path, name, position)

    def is_known(name: str) -> bool:
        return _is_known(context, name)

    affected = [at for name in context.affected for _, at, _ in facts.occurrences(name)]

    def is_wanted(node: Function) -> bool:
        last = min(node.end_lineno or node.lineno, len(facts.line_starts) - 1)
        start, end = start_of(node), facts.line_starts[last]
        return context.is_touched(start, end) or any(start <= at < end for at in affected)

    return Oracle(
        truth,
        returns,
        is_known,
        is_wanted,
        evaluates_annotations=inference.snapshot.index.search_path.version < (3, 14)
        and "annotations" not in _future(facts),
        has_walrus=b":=" in context.text,
        has_declarations=not {f.GLOBAL, f.NONLOCAL}.isdisjoint(facts.binding.kind),
    )


def _future(facts: FileFacts) -> set[str]:
    table = facts.imports
    return {
        facts.names[table.name[row]]
        for row, flags in enumerate(table.flags)
        if flags & f.FUTURE and table.name[row] >= 0
    }


def _position(context: CheckContext, node: ast.AST, name: str = "") -> int:
    """Return where a node starts; -1 if a name that it is to be does not stand there."""
    starts = context.facts.line_starts
    position = starts[getattr(node, "lineno", 1) - 1] + getattr(node, "col_offset", 0)
    if context.text.startswith(name.encode(), position):
        return position
    # In formatted strings, older parsers do not tell the place.
    line = context.facts.line_of(position)
    for _, found, _ in context.facts.occurrences(name, starts[line]):
        return found if found < starts[line + 1] else -1
    return -1


def _end_of(context: CheckContext, node: ast.expr) -> int:
    return context.facts.line_starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)


def _is_known(context: CheckContext, name: str) -> bool:
    """True if a name is known in a module although none of its statements has bound it yet."""
    facts, path = context.facts, context.path
    if is_predefined(context, name, 0) or is_builtin(context.strict, name):
        return True
    if has_dynamic_globals(context.strict, path) or name in (names_set_in_globals(facts) or ()):
        return True
    if star_imported(context.strict, path, facts, name) or is_injected(context.strict, path, name):
        return True
    # Importing a module of a package binds its name in the package.
    folder, _, base = path.rpartition("/")
    inside = f"{folder}/{name}".lstrip("/")
    return base.startswith("__init__.") and (
        context.inference.exists(f"{inside}.py") or context.inference.snapshot.is_folder(inside)
    )


def _is_excused(context: CheckContext, found: Unbound, start: int, rule: str) -> bool:
    if context.is_guarded(start, "NameError", "UnboundLocalError") or context.is_dead(start):
        return True
    if _for_checkers(context.facts, context.scope_at(start), start):
        return True
    if found.scope.kind in (FUNCTION, INLINE):
        return False
    if found.scope.kind == CLASS and _fills_itself(found.scope.node):
        return True
    if rule != "deleted-name" and _is_known(context, found.name):
        return True
    return rule == "never-bound" and is_set_from_outside(context.strict, found.name)


def _fills_itself(node: ast.AST) -> bool:
    """True if the body of a class writes into its own namespace, which works there."""
    return any(
        isinstance(each, ast.Name) and each.id in ("locals", "vars", "exec")
        for each in ast.walk(node)
    )


def _told(context: CheckContext, found: Unbound) -> tuple[str, str]:
    """Return the rule that a read breaks, and the message."""
    name, line = found.name, getattr(found.node, "lineno", 0)
    binders = [getattr(each, "lineno", 0) for each in found.binders]
    is_local = found.scope.kind in (FUNCTION, INLINE)
    if found.how == POSSIBLY:
        before = [each for each in binders if each <= line] or binders
        detail = f"line {before[-1]} binds it on some ways only" if before else ""
        return "possibly-unbound", messages.possibly_unbound(name, detail)
    if found.function is not None:
        detail = (
            f"'{found.function.name}' reads it, and line {min(binders or [0])} defines it later"
        )
        return "used-before-definition", messages.unbound_name(name, detail, is_local)
    for ender in reversed(found.enders):
        at = getattr(ender, "lineno", 0)
        if at > line or isinstance(ender, ast.AnnAssign) or not any(b <= at for b in binders):
            continue
        if at == line and getattr(ender, "col_offset", 0) >= getattr(found.node, "col_offset", 0):
            continue
        is_handler = isinstance(ender, ast.ExceptHandler)
        what = f"it is deleted at the end of the handler of line {at}"
        detail = what if is_handler else f"line {at} deletes it"
        return "deleted-name", messages.unbound_name(name, detail, is_local)
    if binders and all(_never_runs_at(context, each) for each in found.binders):
        detail = f"only line {binders[0]} binds it, which never runs"
        return "never-bound", messages.unbound_name(name, detail, is_local)
    if not binders:
        enders = [each for each in found.enders if isinstance(each, ast.AnnAssign)]
        detail = f"line {enders[0].lineno} only declares its type" if enders else ""
        if not detail and is_local:
            detail = f"line {line} only deletes it"
    elif is_local or binders[0] <= line:
        detail = f"line {binders[0]} is the first to bind it"
    else:
        detail = f"line {binders[0]} defines it later"
    if not detail:
        return "used-before-definition", messages.undefined_name(name)
    return "used-before-definition", messages.unbound_name(name, detail, is_local)


def _never_runs_at(context: CheckContext, node: ast.AST) -> bool:
    start = _position(context, node)
    scope = context.scope_at(start)
    return _for_checkers(context.facts, scope, start) or _never_runs(context.facts, scope, start)


def never_bound(context: CheckContext) -> Iterator[Finding]:
    """Yield names that a function reads of the scopes around it, where nothing binds them."""
    facts = context.facts
    for expr in context.expressions(f.NAME):
        name, scope = plain_name(facts, expr), name_scope(facts, expr)
        start = facts.expr.position[expr]
        if not context.includes(name):
            continue
        rows, own = _bindings(facts, scope, name_row(facts, expr))
        if not rows or (own and _is_gone_through(facts, scope)):
            continue
        if facts.declared(scope, name_row(facts, expr)) >= 0 and any(
            facts.binding.position[row] == start
            for row in facts.bindings_of(scope, name_row(facts, expr))
        ):
            continue  # the name in `global name`
        detail = _why_never(facts, rows)
        if not detail or not _is_run(facts, context.text, name, start):
            continue
        if context.is_guarded(start, "NameError", "UnboundLocalError") or context.is_dead(start):
            continue
        if is_in_string(context, start) or _for_checkers(facts, context.scope_at(start), start):
            continue
        is_global = facts.binding.scope[rows[0]] == 0
        if is_global and (_is_known(context, name) or is_set_from_outside(context.strict, name)):
            continue
        # What a module only declares, other code may yet set before the function is called.
        is_declared = all(facts.binding.kind[row] == f.DECLARE for row in rows)
        yield Finding(
            "never-bound", context.path, start, start + len(name.encode()),
            messages.unbound_name(name, detail), subject=name,
            severity=WARNING if is_global and is_declared else ERROR,
        )  # fmt: skip


def _is_gone_through(facts: FileFacts, scope: int) -> bool:
    """True if what a scope reads of its own is followed statement by statement."""
    return facts.scope.kind[scope] in (f.MODULE_SCOPE, f.CLASS_SCOPE, f.FUNCTION_SCOPE)


def _bindings(facts: FileFacts, scope: int, name: int) -> tuple[list[int], bool]:
    """Return the bindings of a name that is read in a scope, and True if they are of that scope."""
    kinds, parents = facts.scope.kind, facts.scope.parent
    current = scope
    while current >= 0:
        if kinds[current] != f.CLASS_SCOPE or current == scope:
            rows = facts.bindings_of(current, name)
            if rows and facts.declared(current, name) == f.GLOBAL and current:
                return facts.bindings_of(0, name), False
            if rows and facts.declared(current, name) != f.NONLOCAL:
                return rows, current == scope
        current = parents[current]
    return [], False


def _why_never(facts: FileFacts, rows: list[int]) -> str:
    """Return why none of some bindings of a name ever happens; nothing if one may."""
    table = facts.binding
    line = facts.line_of(table.position[rows[0]]) + 1
    if _is_set_by_inner(facts, table.scope[rows[0]], table.name[rows[0]]):
        return ""
    happening = [row for row in rows if table.kind[row] != f.DECLARE]
    if not happening:
        return f"line {line} only declares its type"
    if all(table.block[row] < 0 for row in happening):
        return ""
    for row in happening:
        position, scope = table.position[row], table.scope[row]
        if not _for_checkers(facts, scope, position) and not _never_runs(facts, scope, position):
            return ""
    return f"only line {line} binds it, which never runs"


def _is_set_by_inner(facts: FileFacts, scope: int, name: int) -> bool:
    """True if a function inside of a scope binds its name, by ``nonlocal`` or ``global``."""
    table = facts.binding
    is_local = facts.scope.kind[scope] == f.FUNCTION_SCOPE
    rows = facts.bindings_named(name)
    declaring = {
        table.scope[row]
        for row in rows
        if table.kind[row] == (f.NONLOCAL if is_local else f.GLOBAL)
        and (not is_local or _is_inside(facts, table.scope[row], scope))
    }
    return any(
        table.scope[row] in declaring and table.kind[row] not in (f.GLOBAL, f.NONLOCAL, f.DECLARE)
        for row in rows
    )


def _is_inside(facts: FileFacts, scope: int, outer: int) -> bool:
    while scope > outer:
        scope = facts.scope.parent[scope]
    return scope == outer


# Roles in which a name is evaluated when the line runs; what `+=` writes is read first.
_RUN = (f.READ, f.CALLED, f.INHERITED, f.DECORATES, f.WRITTEN)


def _is_run(facts: FileFacts, text: bytes, name: str, start: int) -> bool:
    """True if a name is evaluated at run time, rather than as part of a type."""
    if not any(position == start and role in _RUN for role, position, _ in facts.occurrences(name)):
        return False
    line = facts.line_of(start)
    code = text[facts.line_starts[line] : facts.line_starts[line + 1]]
    return b"TYPE_CHECKING" not in code  # `not TYPE_CHECKING or isinstance(…)`


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

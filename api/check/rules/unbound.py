"""Names that are bound, but not when they are read."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.facts_view import is_false, name_row, name_scope, plain_name
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.names import star_imported
from ....indexer.scope_map import blocks_around
from .. import messages
from ..duck_types import is_set_from_outside
from ..findings import Finding
from .names import is_builtin, is_in_string

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.facts import FileFacts
    from ..context import CheckContext

# Roles in which a name is evaluated when the line runs.
_RUN = (f.READ, f.CALLED, f.INHERITED, f.DECORATES)
_IMMEDIATE = (f.MODULE_SCOPE, f.CLASS_SCOPE)
# Where these are used, names may be bound dynamically.
_DYNAMIC = ("globals", "vars", "locals", "exec", "eval", "execfile")

# Names that are bound in every module or class body.
_PREDEFINED = frozenset(
    ["__name__", "__doc__", "__file__", "__package__", "__spec__", "__loader__", "__path__",
     "__builtins__", "__module__", "__qualname__", "__annotations__", "__dict__"]
)  # fmt: skip


def unbound(context: CheckContext) -> Iterator[Finding]:
    """Yield names that are read before, or after, they are bound; or that dead code binds."""
    if context.is_stub:
        return
    facts = context.facts
    dynamic = any(facts.name_id(name) >= 0 for name in _DYNAMIC)
    for expr in context.expressions(f.NAME):
        name, scope = plain_name(facts, expr), name_scope(facts, expr)
        start = facts.expr.position[expr]
        if not context.wants(name):
            continue
        rows, own = _bindings(facts, scope, name_row(facts, expr))
        kinds = {facts.binding.kind[row] for row in rows}
        if not rows or kinds & {f.GLOBAL, f.NONLOCAL, f.PARAMETER, f.TYPE_PARAMETER}:
            continue
        found: tuple[str, str] | None = None
        if own:
            found = _deleted(context, scope, rows, start) or _exception(context, rows, start)
        if own and found is None and not dynamic:
            found = _bound_later(context, expr, scope, rows, start)
        if found is None and not dynamic:
            found = _never_bound(context, rows)
        if found is None or _is_excused(context, name, start, found[0]):
            continue
        rule, detail = found
        is_local = own and facts.scope.kind[scope] == f.FUNCTION_SCOPE
        yield Finding(
            rule, context.path, start, start + len(name.encode()),
            messages.unbound_name(name, detail, is_local), subject=name,
        )  # fmt: skip


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


def _is_excused(context: CheckContext, name: str, start: int, rule: str) -> bool:
    if not _is_run(context.facts, context.text, name, start) or is_in_string(context, start):
        return True
    if context.is_guarded(start, "NameError", "UnboundLocalError") or context.is_dead(start):
        return True
    if _for_checkers(context.facts, context.scope_at(start), start):
        return True
    if rule == "deleted-name":
        return False
    return _is_bound_elsewhere(context, name) or (
        rule == "never-bound" and is_set_from_outside(context.strict, name)
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
    if not any(table.kind[row] == f.DELETE for row in rows):
        return None
    earlier = [row for row in rows if table.position[row] < start]
    if not earlier:
        return None
    last = max(earlier, key=table.position.__getitem__)
    if table.kind[last] != f.DELETE:
        return None
    around = blocks_around(facts, scope, start)
    block = table.block[last]
    if block >= 0 and block not in around:
        return None
    if any(facts.block.kind[each] in (f.LOOP, f.ITERABLE) for each in around):
        return None
    line = facts.line_of(table.position[last]) + 1
    return "deleted-name", f"line {line} deletes it"


def _exception(context: CheckContext, rows: list[int], start: int) -> tuple[str, str] | None:
    """Check the name of an exception, which is deleted when its handler ends."""
    facts, table = context.facts, context.facts.binding
    if any(table.kind[row] != f.EXCEPT for row in rows):
        return None
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
    first = min(table.position[row] for row in rows)
    if plain_name(facts, expr) in _PREDEFINED:
        return None
    if first <= start or any(0 <= table.value[row] < expr for row in rows):
        return None
    if any(
        facts.block.kind[each] in (f.LOOP, f.ITERABLE)
        for each in blocks_around(facts, scope, start)
    ):
        return None
    # When a class in a function or class is evaluated is unknown.
    outer = facts.scope.parent[scope]
    if kind == f.CLASS_SCOPE and (outer != 0 or facts.bindings_of(0, name_row(facts, expr))):
        return None
    return "used-before-definition", f"line {facts.line_of(first) + 1} defines it later"


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

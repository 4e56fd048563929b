"""Names that are bound somewhere, and not when they are read."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.names import star_imported
from ....indexer.plugins.synthesized import last_name
from ....indexer.scope_map import blocks_around
from ..duck_types import is_set_from_outside
from ..findings import Finding
from . import Rule
from .names import is_builtin, is_in_string

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.facts import FileFacts
    from ..context import CheckContext

# Roles in which what a name stands for is wanted when the line runs.
_RUN = (f.READ, f.CALLED, f.INHERITED, f.DECORATES)
_AT_ONCE = (f.MODULE_SCOPE, f.CLASS_SCOPE)
# Where these are used, names come and go that nobody can see.
_DYNAMIC = ("globals", "vars", "locals", "exec", "eval", "execfile")

# What modules and bodies of classes have without binding it.
_GIVEN = frozenset(
    ["__name__", "__doc__", "__file__", "__package__", "__spec__", "__loader__", "__path__",
     "__builtins__", "__module__", "__qualname__", "__annotations__", "__dict__"]
)  # fmt: skip


def unbound(context: CheckContext) -> Iterator[Finding]:
    """Names that are read before, or after, they are bound; or bound only where nothing runs."""
    if context.is_stub:
        return
    facts = context.facts
    _, positions, lefts, rights = facts.expr
    dynamic = any(facts.name_id(name) >= 0 for name in _DYNAMIC)
    for expr in context.expressions(f.NAME):
        name_row, scope, start = lefts[expr], rights[expr], positions[expr]
        if not context.wants(facts.names[name_row]):
            continue
        rows, own = _bindings(facts, scope, name_row)
        kinds = {facts.binding.kind[row] for row in rows}
        if not rows or kinds & {f.GLOBAL, f.NONLOCAL, f.PARAMETER, f.TYPE_PARAMETER}:
            continue
        found: tuple[str, str] | None = None
        if own:
            found = _of_deleted(context, scope, rows, start) or _of_exception(context, rows, start)
        if own and found is None and not dynamic:
            found = _of_later(context, expr, scope, rows, start)
        if found is None and not dynamic:
            found = _of_checkers(context, rows)
        if found is None or _is_excused(context, facts.names[name_row], start, found[0]):
            continue
        rule, said = found
        name = facts.names[name_row]
        yield Finding(
            rule, context.path, start, start + len(name.encode()), f"`{name}` {said}", subject=name
        )


def _bindings(facts: FileFacts, scope: int, name: int) -> tuple[list[int], bool]:
    """Rows of the bindings that a name read in a scope has, and whether they are of that scope."""
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
    """Whether a name is read for its value, and not for what it says of types."""
    if not any(position == start and role in _RUN for role, position, _ in facts.occurrences(name)):
        return False
    line = facts.line_of(start)
    written = text[facts.line_starts[line] : facts.line_starts[line + 1]]
    return b"TYPE_CHECKING" not in written  # `not TYPE_CHECKING or isinstance(…)`


def _is_bound_elsewhere(context: CheckContext, name: str) -> bool:
    """Whether a name is there without the bindings of its scope."""
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


def _of_deleted(
    context: CheckContext, scope: int, rows: list[int], start: int
) -> tuple[str, str] | None:
    """What was deleted before, on the way to where it is read, and not bound again."""
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
    return "deleted-name", f"is deleted on line {line}."


def _of_exception(context: CheckContext, rows: list[int], start: int) -> tuple[str, str] | None:
    """The name of an exception, which is gone when its handler ends."""
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
    return "deleted-name", f"is there only in the handler of line {line}, and gone behind it."


def _of_later(
    context: CheckContext, expr: int, scope: int, rows: list[int], start: int
) -> tuple[str, str] | None:
    """What a module or class binds only further down, where code runs in the order of its lines."""
    facts, table = context.facts, context.facts.binding
    kind = facts.scope.kind[scope]
    if kind not in _AT_ONCE:
        return None
    first = min(table.position[row] for row in rows)
    if facts.names[facts.expr.a[expr]] in _GIVEN:
        return None
    if first <= start or any(0 <= table.value[row] < expr for row in rows):
        return None
    if any(
        facts.block.kind[each] in (f.LOOP, f.ITERABLE)
        for each in blocks_around(facts, scope, start)
    ):
        return None
    # Where the scope runs: a class in a function, or in a class, is left to those who know when.
    outer = facts.scope.parent[scope]
    if kind == f.CLASS_SCOPE and (outer != 0 or facts.bindings_of(0, facts.expr.a[expr])):
        return None
    return "used-before-definition", f"is read before line {facts.line_of(first) + 1} defines it."


def _of_checkers(context: CheckContext, rows: list[int]) -> tuple[str, str] | None:
    """What only ``if TYPE_CHECKING`` or ``if False`` binds, and code wants that runs."""
    facts, table = context.facts, context.facts.binding
    if all(table.block[row] < 0 for row in rows):
        return None
    for row in rows:
        position, scope = table.position[row], table.scope[row]
        if not _for_checkers(facts, scope, position) and not _never(facts, scope, position):
            return None
    line = facts.line_of(table.position[rows[0]]) + 1
    return "never-bound", f"is bound on line {line} only, which never runs."


def _for_checkers(facts: FileFacts, scope: int, position: int) -> bool:
    """Whether a position is under ``if TYPE_CHECKING``."""
    kinds, tests = facts.block.kind, facts.block.test
    while scope >= 0:
        for block in blocks_around(facts, scope, position):
            test = tests[block]
            if (
                kinds[block] == f.IF_TRUE
                and test >= 0
                and last_name(facts, test) == "TYPE_CHECKING"
            ):
                return True
        scope = facts.scope.parent[scope]
    return False


def _never(facts: FileFacts, scope: int, position: int) -> bool:
    """Whether a position is under ``if False`` or ``while False``."""
    kinds, tests = facts.block.kind, facts.block.test
    for block in blocks_around(facts, scope, position):
        test = tests[block]
        if test >= 0 and kinds[block] in (f.IF_TRUE, f.LOOP):
            op, value = facts.expr.op[test], facts.expr.a[test]
            if op == f.FALSE or (op == f.INTEGER and value == 0 and facts.expr.b[test]):
                return True
    return False


RULES = [
    Rule("deleted-name", "A name that is read after it was deleted.", unbound),
    Rule("never-bound", "A name that only code binds which never runs."),
]

"""Names that nothing binds, or that are not bound when they are read."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Literal

from ....indexer import facts as f
from ....indexer.facts import FileFacts
from ....indexer.facts_view import is_false, name_row, name_scope, plain_name
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.entities import MODULE, OUTSIDE, Entity
from ....indexer.inference.inference import Inference
from ....indexer.inference.injected_names import is_injected
from ....indexer.inference.lazy_modules import has_dynamic_globals, names_set_in_globals
from ....indexer.inference.modules import find_module, submodule
from ....indexer.inference.names import builtin_name, module_member, star_imported
from ....indexer.plugins.registry import NAME_REGISTRIES, PREDEFINED_NAMES
from ....indexer.scope_map import blocks_around
from ...source.lexical import STRING, tokens
from .. import messages
from ..context import CheckContext
from ..findings import Finding
from ..known_names import is_set_from_outside
from ..suggestions import nearest_in_scope, same_name_elsewhere
from ..uses import bindings_of_local, bindings_of_name

# Names that are bound in every module, class body or method.
_PREDEFINED = frozenset(
    ["__name__", "__file__", "__doc__", "__package__", "__spec__", "__loader__", "__path__",
     "__builtins__", "__cached__", "__dict__", "__class__", "__qualname__", "__module__",
     "__annotations__", "__debug__", "__build_class__", "__import__", "__firstlineno__",
     "__static_attributes__", "reveal_type", "reveal_locals", "WindowsError", "__annotate__",
     "__warningregistry__", "__conditional_annotations__", "__type_params__", "__orig_bases__",
     "__classdict__"]
)  # fmt: skip


_LOOKED_UP = re.compile(rb"\b(?:" + "|".join(NAME_REGISTRIES).encode() + rb")\[.*[\"']")


def undefined_name(context: CheckContext) -> Iterator[Finding]:
    """Yield names that are read and bound by no scope, star import or builtin."""
    facts = context.facts
    is_open: bool | None = None
    known: set[tuple[str, int]] = set()
    predefined = _PREDEFINED.union(PREDEFINED_NAMES.get(context.path.rpartition("/")[2], ()))
    for expr in context.expressions(f.NAME):
        name, scope = plain_name(facts, expr), name_scope(facts, expr)
        if name in predefined or not context.includes(name) or (name, scope) in known:
            continue
        if bindings_of_name(facts, expr):
            known.add((name, scope))
            continue
        if is_open is None:
            is_open = has_dynamic_globals(context.strict, context.path)
        if (
            is_open
            or _is_bound_otherwise(context, name)
            or is_injected(context.strict, context.path, name)
        ):
            known.add((name, scope))
            continue
        start = facts.expr.position[expr]
        if context.is_guarded(start, "NameError") or context.is_dead(start):
            continue
        if _is_in_key(context, expr) or is_looked_up_by_name(context, start):
            continue
        nearest = nearest_in_scope(context.strict, context.path, scope, name)
        yield Finding(
            "undefined-name", context.path, start, start + len(name.encode()),
            messages.undefined_name(name), subject=name,
            nearest=nearest or same_name_elsewhere(context.strict, name),
        )  # fmt: skip


def _is_in_key(context: CheckContext, expr: int) -> bool:
    """True if a name is the key of a variable that is called as a class is: ``dict["a"]``."""
    facts, start = context.facts, context.facts.expr.position[expr]
    found = re.search(rb"\b(\w+)\[[rub]*[\"']$", context.text[max(start - 100, 0) : start], re.I)
    row = facts.name_id(found[1].decode()) if found else -1
    scope = name_scope(facts, expr)
    while row >= 0 and scope >= 0:
        rows = facts.bindings_of(scope, row)
        if rows:
            return facts.binding.kind[rows[0]] not in (f.IMPORT, f.DEF_CLASS)
        scope = facts.scope.parent[scope]
    return False


def is_looked_up_by_name(context: CheckContext, position: int) -> bool:
    """True if a name is a string in an annotation that a library looks up in a registry of its own.

    SQLAlchemy finds ``Mapped["User"]`` among the mapped classes, wherever they are.
    """
    begin = context.facts.line_starts[context.facts.line_of(position)]
    return _LOOKED_UP.search(context.text[begin:position]) is not None


def _is_bound_otherwise(context: CheckContext, name: str) -> bool:
    """True if a star import, a ``global`` statement in a function, or Python itself binds it."""
    if star_imported(context.strict, context.path, context.facts, name):
        return True
    if module_member(context.strict, context.path, name) or name in (
        names_set_in_globals(context.facts) or ()
    ):
        return True
    if is_builtin(context.strict, name):
        return True
    if context.path.endswith("/__init__.py") and submodule(
        context.strict, Entity(MODULE, context.path, -1), name
    ):
        # Importing a module binds it in its package.
        return True
    builtins = find_module(context.strict, "builtins")
    if builtins is None or builtins.kind != MODULE:
        return True  # the builtins are unknown
    digest = context.strict.snapshot.digest(builtins.path)
    facts = context.strict.snapshot.index.facts_provider.get(digest) if digest else None
    return facts is not None and _exports(facts, name)


def is_builtin(inference: Inference, name: str) -> bool:
    """True if a name is built in; what the stub of the builtins imports for itself is not."""
    if not any(item.entity.kind != OUTSIDE for item in builtin_name(inference, name)):
        return False
    builtins = find_module(inference, "builtins")
    facts = inference.facts(builtins.path) if builtins is not None else None
    return facts is None or facts.name_id(name) < 0 or _exports(facts, name)


def _exports(facts: FileFacts, name: str) -> bool:
    """True if a stub has a name for others, rather than importing it for itself."""
    row, table = facts.name_id(name), facts.binding
    return row >= 0 and any(
        table.kind[each] != f.IMPORT or facts.imports.flags[table.ref[each]] & f.ALIASED
        for each in facts.bindings_of(0, row)
    )


def is_in_string(context: CheckContext, position: int) -> bool:
    """True if a name stands in a string on its line: a type that is not evaluated."""
    begin = context.facts.line_starts[context.facts.line_of(position)]
    end = context.facts.line_starts[context.facts.line_of(position) + 1]
    return any(
        kind == STRING and first < position - begin < last
        for kind, first, last in tokens(context.text[begin:end])
    )


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
        first = table.position[rows[0]]
        if first <= start or _is_in_loop(context, scope, start, first) or context.is_dead(start):
            continue
        if any(0 <= table.value[row] < expr for row in rows):
            continue
        if _is_annotation(context, name, start):
            continue  # of a variable or attribute, which a function never evaluates
        if context.is_guarded(start, "NameError", "UnboundLocalError") or is_in_string(
            context, start
        ):
            continue
        detail = f"line {facts.line_of(first) + 1} is the first to bind it"
        yield Finding(
            "used-before-definition", context.path, start, start + len(name.encode()),
            messages.unbound_name(name, detail, is_local=True), subject=name,
        )  # fmt: skip


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


# Roles in which a name is evaluated when the line runs.
_RUN = (f.READ, f.CALLED, f.INHERITED, f.DECORATES)
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
    if any(facts.block.kind[each] in (f.LOOP, f.ITERABLE) for each in around):
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
    first = table.position[rows[0]]
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

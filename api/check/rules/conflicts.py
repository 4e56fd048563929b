"""One name for two things: definitions that replace each other, duplicates, registrations."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import CLASS, FUNCTION, Entity
from ....indexer.plugins.synthesized import decorators, last_name
from ..clones import is_test_file, same_kind_elsewhere, similarity
from ..findings import WARNING, Edit, Finding, Fix
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.facts import FileFacts
    from ..context import CheckContext

_DEFINITIONS = (f.DEF_FUNCTION, f.DEF_CLASS)
# Scopes whose code runs where it is written.
_IMMEDIATE = (f.MODULE_SCOPE, f.CLASS_SCOPE, f.COMPREHENSION_SCOPE, f.TYPE_SCOPE)
_USES = (f.READ, f.CALLED, f.DELETED, f.INHERITED, f.ANNOTATED, f.DECORATES)
# Decorators that hand a definition to nobody, so that it is lost with its name.
_KEEPING_NOTHING = frozenset(
    ["staticmethod", "classmethod", "property", "abstractmethod", "cached_property", "lru_cache",
     "cache", "contextmanager", "asynccontextmanager", "wraps", "override", "final", "dataclass",
     "unique", "total_ordering", "runtime_checkable", "parametrize", "skip", "skipIf",
     "skipUnless", "skipif", "xfail", "patch", "usefixtures", "asyncio", "deprecated"]
)  # fmt: skip
# Classes of one name from which on that name is a custom of the code base.
_CUSTOM = 3
# Functions that many modules have, each its own.
_COMMON = frozenset(
    ["main", "setup", "run", "teardown", "get_parser", "build_parser", "parse_args", "upgrade",
     "downgrade", "register", "create_app", "index", "handler", "cli", "app", "setup_module",
     "teardown_module", "load_tests", "configure", "includeme", "forwards", "backwards"]
)  # fmt: skip


def redefinition(context: CheckContext) -> Iterator[Finding]:
    """A definition that replaces an earlier one of its scope which nothing has used by then."""
    if context.is_stub:
        return
    facts = context.facts
    table = facts.binding
    grouped: dict[tuple[int, int], list[int]] = {}
    for row, kind in enumerate(table.kind):
        if kind in _DEFINITIONS:
            grouped.setdefault((table.scope[row], table.name[row]), []).append(row)
    for (scope, name_row), rows in grouped.items():
        name = facts.names[name_row]
        if not name.strip("_") or not context.wants(name):
            continue
        bound = facts.bindings_of(scope, name_row)
        for row in rows:
            earlier = bound[bound.index(row) - 1] if bound.index(row) else -1
            if earlier >= 0 and _replaces(context, row, earlier):
                yield _replaced(context, name, row, earlier)


def _replaces(context: CheckContext, row: int, earlier: int) -> bool:
    facts, table = context.facts, context.facts.binding
    kind = table.kind[earlier]
    if kind not in (*_DEFINITIONS, f.IMPORT):
        return False
    if table.block[row] != table.block[earlier]:
        return False
    definition = table.ref[row]
    if facts.definition.flags[definition] & (f.OVERLOAD | f.ACCESSOR):
        return False
    end = table.position[earlier]
    if kind in _DEFINITIONS:
        replaced = table.ref[earlier]
        if facts.definition.flags[replaced] & f.OVERLOAD or _is_kept(context, replaced):
            return False
        end = facts.definition.end[replaced]
    elif facts.imports.flags[table.ref[earlier]] & (f.IN_TRY | f.IN_BRANCH):
        return False
    name = facts.names[table.name[row]]
    # What is imported may be used in any way, be it in the body of the class that replaces it.
    new = facts.definition.start[definition] if kind in _DEFINITIONS else end
    until = facts.definition.end[definition]
    return not _is_used(context, name, table.scope[row], end, new, until)


def _is_kept(context: CheckContext, definition: int) -> bool:
    """Whether a decorator may have handed a definition to somebody."""
    for expr in decorators(context.facts, definition):
        called = context.facts.expr.op[expr] == f.CALL
        target = context.facts.expr.a[expr] if called else expr
        if last_name(context.facts, target) not in _KEEPING_NOTHING:
            return True
    return False


def _is_used(context: CheckContext, name: str, scope: int, start: int, new: int, end: int) -> bool:
    """Whether a definition is used by code that runs before the new one replaces it.

    What functions do later, they do with the definition that is there then. At the top of a module
    or class, where others look for the name, it is no excuse that code calls it, derives from it or
    takes members of it: what is found later does not do what was used before.
    """
    facts = context.facts
    kinds, parents = facts.scope.kind, facts.scope.parent
    is_local = kinds[scope] not in (f.MODULE_SCOPE, f.CLASS_SCOPE)
    for role, position, expr in facts.occurrences(name):
        role &= f.ROLE_MASK | f.ATTRIBUTE_ROLE
        if not start <= position < end or role not in _USES:
            continue
        # A class that takes the name of its own base hides that one too.
        early = position < new or (role == f.INHERITED and start < new)
        if (
            not is_local
            and early
            and (role not in (f.READ, f.DELETED, f.DECORATES) or _is_looked_into(facts, expr))
        ):
            continue
        current = context.scope_at(position)
        while current >= 0 and current != scope and kinds[current] in _IMMEDIATE:
            current = parents[current]
        if current == scope:
            return True
    return False


def _is_looked_into(facts: FileFacts, expr: int) -> bool:
    """Whether only a member is taken of what an expression names."""
    ops, _, lefts, _ = facts.expr
    return any(op == f.ATTRIBUTE and lefts[row] == expr for row, op in enumerate(ops))


def _replaced(context: CheckContext, name: str, row: int, earlier: int) -> Finding:
    facts, table = context.facts, context.facts.binding
    definition = table.ref[row]
    start = facts.definition.position[definition]
    line = facts.line_of(table.position[earlier]) + 1
    fixes: list[Fix] = []
    if table.kind[earlier] == f.IMPORT:
        said = f"`{name}` replaces what line {line} imports under this name, which nothing uses."
    else:
        said = f"`{name}` replaces the `{name}` of line {line}, which is lost."
        replaced = table.ref[earlier]
        starts = facts.line_starts
        first = starts[facts.line_of(facts.definition.start[replaced])]
        begin = facts.definition.start[definition]
        until = facts.definition.header_end[definition]
        if not _is_used(context, name, table.scope[row], begin, begin, until):
            edit = Edit(context.path, first, facts.definition.end[replaced], "")
            fixes.append(Fix(f"Remove the `{name}` of line {line}", [edit]))
    return Finding(
        "redefinition", context.path, start, start + len(name.encode()), said, subject=name,
        severity=WARNING, fixes=fixes,
        nearest=[Entity(CLASS if kind == f.DEF_CLASS else FUNCTION, context.path, table.ref[earlier])
                 for kind in (table.kind[earlier],) if kind in _DEFINITIONS],
    )  # fmt: skip


def name_conflict(context: CheckContext) -> Iterator[Finding]:
    """A class or function that an edit adds while the workspace has one of the name.

    Functions count only when they look like the one that is there.
    """
    if context.before is None or context.is_stub or is_test_file(context.path):
        return
    facts, table = context.facts, context.facts.definition
    before = context.old_facts
    for row, kind in enumerate(table.kind):
        name = facts.names[table.name[row]]
        if table.scope[row] or name.startswith("__") or name in _COMMON:
            continue
        if before is not None and (old := before.name_id(name)) >= 0 and before.bindings_of(0, old):
            continue
        entity = Entity(CLASS if kind == f.CLASS else FUNCTION, context.path, row)
        others = same_kind_elsewhere(context.strict, entity, name)
        if not others or len(others) >= _CUSTOM:
            continue
        scored = sorted(((similarity(context.strict, entity, each), each) for each in others),
                        key=lambda each: -each[0][0])  # fmt: skip
        (likeness, said), other = scored[0]
        if likeness < 0 or (kind == f.FUNCTION and likeness < 0.5):
            continue
        where = context.inference.need(other.path)
        line = where.line_of(where.definition.position[other.row]) + 1
        start = table.position[row]
        yield Finding(
            "name-conflict", context.path, start, start + len(name.encode()),
            f"{other.path}:{line} already has a `{name}`, {said}",
            subject=name, severity=WARNING, nearest=[each for _, each in scored],
        )  # fmt: skip


RULES = [
    Rule(
        "redefinition",
        "A definition that replaces another one before that was used.",
        redefinition,
        WARNING,
    ),
    Rule(
        "name-conflict",
        "A new class or function whose name another one of the workspace has.",
        name_conflict,
        WARNING,
    ),
]

"""Names: from an identifier in a scope to what it stands for, through scopes and imports."""

from __future__ import annotations

from .. import facts as f
from .entities import MODULE, NAMESPACE, OUTSIDE, Found, entity_of_binding
from .memo import remember
from .modules import exported_names, imported_module, submodule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity

# Bindings that say nothing on what a name stands for.
_WEAK = frozenset([f.DELETE, f.GLOBAL, f.NONLOCAL])
_DEPTH = 40


def blocks_around(facts: FileFacts, scope: int, position: int) -> list[int]:
    """Rows of the blocks of a scope that hold a position, innermost first."""
    starts, ends = facts.block[f.BLOCK_START], facts.block[f.BLOCK_END]
    scopes = facts.block[f.BLOCK_SCOPE]
    return [
        row
        for row in range(len(starts) - 1, -1, -1)
        if scopes[row] == scope and starts[row] <= position < ends[row]
    ]


def visible_bindings(
    facts: FileFacts, rows: list[int], scope: int, position: int, expr: int = -1
) -> list[int]:
    """Bindings of a name that may be in force: at a position of the scope, or at its end (-1).

    Going back from there, every binding counts until one that cannot have been skipped. ``expr`` is
    the row of the expression that reads the name: in ``x = f(x)`` it comes before the binding.
    """
    kinds, blocks = facts.binding[f.BIND_KIND], facts.binding[f.BIND_BLOCK]
    positions = facts.binding[f.BIND_POS]
    block_kinds = facts.block[f.BLOCK_KIND]
    rows = [row for row in rows if kinds[row] not in _WEAK]
    if len(rows) < 2:
        return rows
    if position >= 0:
        around = set(blocks_around(facts, scope, position))
        before = [
            row
            for row in rows
            if positions[row] <= position and _in_force(facts, row, position, expr)
        ]
    else:
        around = set[int]()
        before = rows
    chosen: list[int] = []
    for row in reversed(before):
        if kinds[row] == f.AUGMENT and before[0] != row:
            continue
        chosen.append(row)
        block = blocks[row]
        if block < 0 or block_kinds[block] == f.BODY or block in around:
            break
    if not chosen:
        chosen = rows
    values = [row for row in chosen if kinds[row] != f.DECLARE]
    return sorted(values or chosen)


def _in_force(facts: FileFacts, row: int, position: int, expr: int) -> bool:
    """Whether a binding written before a position has happened there."""
    value = facts.binding[f.BIND_VALUE][row]
    if value >= 0 and facts.binding[f.BIND_KIND][row] != f.PARAMETER:
        return expr < 0 or value < expr  # expressions are numbered in order of evaluation
    if facts.binding[f.BIND_KIND][row] in (f.DEF_CLASS, f.DEF_FUNCTION):
        definition = facts.binding[f.BIND_REF][row]
        return position >= facts.definition[f.DEF_HEADER_END][definition]
    return True


def lookup(
    snapshot: Snapshot,
    path: str,
    scope: int,
    name: int,
    position: int,
    expr: int = -1,
    depth: int = 0,
) -> list[Found]:
    """What a name read at a position of a scope stands for; imports are followed."""
    facts = snapshot.facts(path)
    if facts is None or depth > _DEPTH:
        return []
    kinds, parents = facts.scope[f.SCOPE_KIND], facts.scope[f.SCOPE_PARENT]
    current, at = scope, position
    while current >= 0:
        if kinds[current] != f.CLASS_SCOPE or current == scope:
            rows = facts.bindings_of(current, name)
            if rows:
                declared = [facts.binding[f.BIND_KIND][row] for row in rows]
                if f.GLOBAL in declared and current != 0:
                    current, at = 0, -1
                    continue
                if f.NONLOCAL not in declared:
                    chosen = visible_bindings(facts, rows, current, at, expr)
                    if chosen:
                        return _follow_all(snapshot, path, facts, chosen, depth)
        parent = parents[current]
        # Inner functions run later: they see what a name is in the end. Comprehensions and class
        # bodies run where they are written.
        if kinds[current] in (f.FUNCTION_SCOPE, f.LAMBDA_SCOPE):
            at = -1
        current = parent
    text = facts.names[name]
    return star_imported(snapshot, path, facts, text, depth) or builtin_name(snapshot, text)


def builtin_name(snapshot: Snapshot, name: str) -> list[Found]:
    """What a name stands for that nothing binds: a builtin."""
    from .modules import find_module

    builtins = find_module(snapshot, "builtins")
    if builtins is not None and builtins[0] == MODULE:
        found = module_member(snapshot, builtins[1], name)
        if found:
            return found
        if name in ("__name__", "__file__", "__doc__", "__package__", "__spec__", "__path__"):
            return []
        return [Found((OUTSIDE, "", -1))] if name in ("reveal_type",) else []
    return [Found((OUTSIDE, f"builtins.{name}", -1))]


def _follow_all(
    snapshot: Snapshot, path: str, facts: FileFacts, rows: list[int], depth: int
) -> list[Found]:
    found: list[Found] = []
    for row in rows:
        for item in follow(snapshot, path, facts, row, depth):
            if all(item.entity != other.entity for other in found):
                found.append(item)
    return found


def follow(
    snapshot: Snapshot, path: str, facts: FileFacts, row: int, depth: int = 0
) -> list[Found]:
    """What a binding stands for in the end: itself, or what an import brings."""
    if facts.binding[f.BIND_KIND][row] != f.IMPORT:
        module = _stub_alias(snapshot, path, facts, row) if path.endswith(".pyi") else None
        return [module or Found(entity_of_binding(path, facts, row))]
    return import_target(snapshot, path, facts, facts.binding[f.BIND_REF][row], depth)


def _stub_alias(snapshot: Snapshot, path: str, facts: FileFacts, row: int) -> Found | None:
    """The module that a stub gives another name to: ``path = _path`` in that of ``os``."""
    value = facts.binding[f.BIND_VALUE][row]
    if value < 0 or facts.expr[f.EXPR_OP][value] != f.NAME or facts.binding[f.BIND_SCOPE][row]:
        return None
    name = facts.expr[f.EXPR_A][value]
    for other in facts.bindings_of(0, name):
        if facts.binding[f.BIND_KIND][other] == f.IMPORT:
            for found in follow(snapshot, path, facts, other):
                if found.entity[0] == MODULE:
                    return found
    return None


def import_target(
    snapshot: Snapshot, path: str, facts: FileFacts, row: int, depth: int = 0
) -> list[Found]:
    """What an import brings: a module, or something in one."""
    spelled = facts.names[facts.imports[f.IMP_MODULE][row]]
    name = facts.imports[f.IMP_NAME][row]
    flags = facts.imports[f.IMP_FLAGS][row]
    if name == -1:
        if not flags & f.ALIASED:  # `import a.b` binds a
            spelled = spelled.partition(".")[0]
        return [Found(imported_module(snapshot, path, spelled))]
    module = imported_module(snapshot, path, spelled)
    if name == f.STAR:
        return [Found(module)]
    return member_of(snapshot, module, facts.names[name], depth + 1)


def member_of(snapshot: Snapshot, module: Entity, name: str, depth: int = 0) -> list[Found]:
    """What ``module.name`` stands for when ``module`` is a module of any kind."""
    kind, path, _ = module
    if kind == OUTSIDE:
        return [Found((OUTSIDE, f"{path}.{name}", -1))]
    if kind == MODULE:
        found = module_member(snapshot, path, name, depth)
        if found:
            return found
    inner = submodule(snapshot, module, name) if kind in (MODULE, NAMESPACE) else None
    return [Found(inner)] if inner is not None else []


def module_member(snapshot: Snapshot, path: str, name: str, depth: int = 0) -> list[Found]:
    """What a name at a module's top level stands for, star imports included."""
    del depth
    key = ("member", path, name)
    return remember(snapshot, key, lambda: _module_member(snapshot, path, name), list[Found]())


def _module_member(snapshot: Snapshot, path: str, name: str) -> list[Found]:
    facts = snapshot.facts(path)
    if facts is None:
        return []
    row = facts.name_id(name)
    rows = facts.bindings_of(0, row) if row >= 0 else []
    chosen = visible_bindings(facts, rows, 0, -1)
    found = _follow_all(snapshot, path, facts, chosen, 0)
    found = found or star_imported(snapshot, path, facts, name)
    return found or _declared_global(path, facts, row)


def _declared_global(path: str, facts: FileFacts, name: int) -> list[Found]:
    """A name that only functions bind, by ``global``."""
    if name < 0:
        return []
    names, kinds = facts.binding[f.BIND_NAME], facts.binding[f.BIND_KIND]
    scopes = facts.binding[f.BIND_SCOPE]
    declaring = {
        scopes[row] for row, kind in enumerate(kinds) if kind == f.GLOBAL and names[row] == name
    }
    return [
        Found(entity_of_binding(path, facts, row))
        for row, kind in enumerate(kinds)
        if names[row] == name and scopes[row] in declaring and kind not in _WEAK
    ][:1]


def star_imported(
    snapshot: Snapshot, path: str, facts: FileFacts, name: str, depth: int = 0
) -> list[Found]:
    """What a name stands for that some ``from module import *`` brings; the last one wins."""
    imported = facts.imports[f.IMP_NAME]
    for row in range(len(imported) - 1, -1, -1):
        if imported[row] != f.STAR:
            continue
        spelled = facts.names[facts.imports[f.IMP_MODULE][row]]
        module = imported_module(snapshot, path, spelled)
        if module[0] == OUTSIDE:
            continue
        if module[1] == path or not _exports(snapshot, module[1], name):
            continue
        found = member_of(snapshot, module, name, depth + 1)
        if found:
            return found
    return []


def _exports(snapshot: Snapshot, path: str, name: str) -> bool:
    """Whether ``import *`` from a module would bring a name."""
    listed = exported_names(snapshot, path)
    if listed is None:
        return not name.startswith("_")
    return name in listed[0] or not listed[1]


def unresolved_star(snapshot: Snapshot, path: str, facts: FileFacts) -> bool:
    """Whether a module star-imports something that leads out of the workspace."""
    return any(
        name == f.STAR
        and imported_module(snapshot, path, facts.names[facts.imports[f.IMP_MODULE][row]])[0]
        == OUTSIDE
        for row, name in enumerate(facts.imports[f.IMP_NAME])
    )

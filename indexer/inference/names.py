"""Names: from an identifier in a scope to what it stands for, through scopes and imports.

Of several bindings, those count that can reach the place where the name is read.
"""

from __future__ import annotations

from bisect import bisect_right

from .. import facts as f
from .. import scope_map
from .entities import MODULE, NAMESPACE, OUTSIDE, Entity, Found, entity_of_binding
from .modules import find_module, imported_module, imported_package, submodule
from .query_cache import cached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..facts import FileFacts
    from .inference import Inference


# What is found out of the bindings of a name that has more than this is remembered.
_MANY = 32
_BRANCHES = frozenset([f.IF_TRUE, f.IF_FALSE, f.CASE, f.HANDLER])
_OF_TRY = frozenset([f.HANDLER, f.TRY_ELSE])


_WayOut = tuple[int, int, bool]


def _can_reach(facts: FileFacts, block: int, around: set[int], known: dict[int, _WayOut]) -> bool:
    """True if control may come from a block to where ``around`` are the blocks.

    It may not from a branch that ends in ``return``, nor from one branch of a test into the other,
    unless a loop goes round both. ``known`` is what was found out of other blocks.
    """
    kinds, parents = facts.block.kind, facts.block.parent
    outermost, common, leaves = _way_out(facts, block, around, known)
    block = common
    while block >= 0:
        if kinds[block] == f.LOOP:
            return True
        block = parents[block]
    if leaves:
        return False
    return not any(
        parents[other] == common and _exclude(facts, outermost, other)
        for other in around
        if other != common
    )


def _way_out(facts: FileFacts, block: int, around: set[int], known: dict[int, _WayOut]) -> _WayOut:
    """Return the outermost block on the way from one to the blocks ``around``, and which it meets.

    With them, True if a branch on the way ends in ``return``. The ways of the branches of a long
    ``elif`` share most of their blocks, so each is remembered.
    """
    kinds, parents, flags = facts.block.kind, facts.block.parent, facts.block.flags
    way: list[int] = []
    while block >= 0 and block not in around and block not in known:
        way.append(block)
        block = parents[block]
    outermost, common, leaves = known.get(block) or (-1, block, False)
    for each in reversed(way):
        leaves = leaves or (kinds[each] in _BRANCHES and bool(flags[each] & f.LEAVES_FUNCTION))
        outermost = each if outermost < 0 else outermost
        known[each] = outermost, common, leaves
    return outermost, common, leaves


def _exclude(facts: FileFacts, one: int, other: int) -> bool:
    """True if two blocks are branches of which only one runs."""
    kinds, _, tests, starts = facts.block[:4]
    pair = {kinds[one], kinds[other]}
    if pair == {f.IF_TRUE, f.IF_FALSE}:
        return tests[one] == tests[other]
    if pair == {f.CASE}:
        subjects = facts.expr.a
        return one != other and subjects[tests[one]] == subjects[tests[other]]
    if pair <= _OF_TRY and f.HANDLER in pair and one != other:
        parents = facts.block.parent
        first, last = sorted((starts[one], starts[other]))
        # Of the same `try`: no other one begins between them.
        return not any(
            kind == f.TRY and parents[row] == parents[one] and first <= starts[row] <= last
            for row, kind in enumerate(kinds)
        )
    return False


# Bindings that say nothing on what a name stands for.
_WEAK = frozenset([f.DELETE, f.GLOBAL, f.NONLOCAL])
_DEPTH = 40
# Imports of a module from itself may lead to each other, so they are followed only so far.
_TO_ITSELF = 3
# Imports that may not happen, because they stand in a branch.
_BRANCHED = f.IN_TRY | f.IN_HANDLER | f.IN_BRANCH


def visible_bindings(
    facts: FileFacts, rows: list[int], scope: int, position: int, expr: int = -1
) -> list[int]:
    """Bindings of a name that may be in force: at a position of the scope, or at its end (-1).

    Going back from there, every binding counts until one that cannot have been skipped. ``expr`` is
    the row of the expression that reads the name: in ``x = f(x)`` it comes before the binding.
    """
    kinds, blocks = facts.binding.kind, facts.binding.block
    block_kinds = facts.block.kind
    rows, firm = _telling(facts, rows)
    if len(rows) < 2:
        return rows
    all_rows = rows
    around = set[int]()
    known: dict[int, _WayOut] = {}
    if position >= 0:
        around.update(scope_map.blocks_around(facts, scope, position))
        until = facts.binding.position.__getitem__
        rows = _up_to(rows, position, until)
        firm = _up_to(firm, position, until)

    def counts(row: int) -> bool:
        block = blocks[row]
        return position < 0 or (
            _in_force(facts, row, position, expr)
            and (block < 0 or block in around or _can_reach(facts, block, around, known))
        )

    chosen: list[int] = []
    for row in filter(counts, reversed(firm)):
        chosen.append(row)
        block = blocks[row]
        if block < 0 or block_kinds[block] == f.BODY or block in around:
            break
    else:
        first = next(filter(counts, rows), -1)
        if first >= 0 and kinds[first] == f.AUGMENT:
            chosen.append(first)
    if not chosen:
        chosen = all_rows
    values = [row for row in chosen if kinds[row] != f.DECLARE]
    return sorted(values or chosen)


def _telling(facts: FileFacts, rows: list[int]) -> tuple[list[int], list[int]]:
    """Those of a name's bindings that say what it stands for, and of these those that are no `+=`.

    Of a name with very many bindings that is remembered.
    """
    kinds = facts.binding.kind
    key = ("telling", rows[0], len(rows)) if len(rows) > _MANY else None
    known: tuple[list[int], list[int], list[int]] | None = facts.memo.get(key) if key else None
    if known is not None and known[0] is rows:
        return known[1:]
    telling = [row for row in rows if kinds[row] not in _WEAK]
    firm = [row for row in telling if kinds[row] != f.AUGMENT]
    if key:
        facts.memo[key] = rows, telling, firm
    return telling, firm


def _up_to(rows: list[int], position: int, key: Callable[[int], int]) -> list[int]:
    """Those of some bindings, in order of the text, that are not behind a position."""
    if not rows or key(rows[-1]) <= position:
        return rows
    return rows[: bisect_right(rows, position, key=key)]


def _in_force(facts: FileFacts, row: int, position: int, expr: int) -> bool:
    """True if a binding written before a position has happened there."""
    value = facts.binding.value[row]
    if value >= 0 and facts.binding.kind[row] != f.PARAMETER:
        return expr < 0 or value < expr  # expressions are numbered in order of evaluation
    if facts.binding.kind[row] in (f.DEF_CLASS, f.DEF_FUNCTION):
        definition = facts.binding.ref[row]
        return position >= facts.definition.header_end[definition]
    return True


def lookup(
    inference: Inference,
    path: str,
    scope: int,
    name: int,
    position: int,
    expr: int = -1,
    depth: int = 0,
) -> list[Found]:
    """Return what a name read at a position of a scope stands for; imports are followed."""
    facts = inference.facts(path)
    if facts is None or depth > _DEPTH:
        return []
    rows = bindings_in_force(facts, scope, name, position, expr)
    text = facts.names[name]
    if rows:
        if inference.conventional and is_deleted(facts, scope, name, position):
            return []
        if not scope and f.STAR in facts.imports.name and _all_later(facts, rows, position, expr):
            before = star_imported(inference, path, facts, text, depth)
            if before:
                return before  # `run()`, and further down `def run`
        found = _follow_all(inference, path, facts, rows, depth)
        return found + _alternatives(inference, path, facts, rows, found)
    return (
        star_imported(inference, path, facts, text, depth)
        or _declared_global(inference, path, facts, name)
        or _imported_submodule(inference, path, facts, text)
        or builtin_name(inference, text)
    )


def is_deleted(facts: FileFacts, scope: int, name: int, position: int) -> bool:
    """True if what happened last to a name, before a position of its scope, is ``del``."""
    table = facts.binding
    before = [row for row in facts.bindings_of(scope, name) if table.position[row] < position]
    if not before or table.kind[before[-1]] != f.DELETE:
        return False
    block = table.block[before[-1]]
    return (
        block < 0
        or facts.block.kind[block] == f.BODY
        or block in scope_map.blocks_around(facts, scope, position)
    )


def bindings_in_force(
    facts: FileFacts, scope: int, name: int, position: int, expr: int = -1
) -> list[int]:
    """Rows of the bindings that a name read at a position of a scope may have; empty for none."""
    kinds, parents = facts.scope.kind, facts.scope.parent
    current, at = scope, position
    defined = -1  # where the inner function stands that reads a variable of an outer one
    late: list[int] = []
    while current >= 0:
        if kinds[current] != f.CLASS_SCOPE or current == scope:
            rows = facts.bindings_of(current, name)
            if rows and kinds[current] == f.CLASS_SCOPE and _all_later(facts, rows, at, expr):
                late = rows  # a class body finds what is outside until it binds the name itself
            elif rows:
                declared = facts.declared(current, name)
                if declared == f.GLOBAL and current != 0:
                    current, at = 0, -1
                    continue
                if declared != f.NONLOCAL:
                    chosen = visible_bindings(facts, rows, current, at, expr)
                    if at < 0 <= defined and kinds[current] == f.FUNCTION_SCOPE:
                        # It may be called before the variable is bound again.
                        before = visible_bindings(facts, rows, current, defined)
                        chosen = sorted({*chosen, *before})
                    if chosen:
                        return chosen
        parent = parents[current]
        # Inner functions run later: they see what a name is in the end. Comprehensions and class
        # bodies run where they are written.
        if kinds[current] in (f.FUNCTION_SCOPE, f.LAMBDA_SCOPE):
            at, defined = -1, facts.scope.start[current]
        current = parent
    return late if late and facts.names[name] not in _builtin_names() else []


def bindings_of_name(facts: FileFacts, expr: int) -> list[int]:
    """Rows of the bindings that a plain name may have where an expression reads it."""
    scope, name = facts.expr.b[expr], facts.expr.a[expr]
    return bindings_in_force(facts, scope, name, facts.expr.position[expr], expr)


def _all_later(facts: FileFacts, rows: list[int], position: int, expr: int) -> bool:
    """True if every one of some bindings happens after a position."""
    at = facts.binding.position
    return position >= 0 and all(
        at[row] > position or not _in_force(facts, row, position, expr) for row in rows
    )


def _builtin_names() -> frozenset[str]:
    import builtins

    return frozenset(dir(builtins))


def is_only_in_stub(name: str) -> bool:
    """True if a name is one of the stub of the builtins alone: a type variable, `function`."""
    return (name[:1] == "_" and name[:2] != "__") or name in ("function", "ellipsis")


def builtin_name(inference: Inference, name: str) -> list[Found]:
    """Return what a name stands for that nothing binds: a builtin."""
    if is_only_in_stub(name):
        return []
    builtins = find_module(inference, "builtins")
    if builtins is not None and builtins.kind == MODULE:
        found = module_member(inference, builtins.path, name)
        # What the stub only uses itself, like `TypeVar`, is no builtin.
        if found and not inference.is_private_import(builtins.path, name):
            return found
        if name in ("__name__", "__file__", "__doc__", "__package__", "__spec__", "__path__"):
            return []
        return [Found(Entity(OUTSIDE, "", -1))] if name in ("reveal_type",) else []
    return [Found(Entity(OUTSIDE, f"builtins.{name}", -1))]


def _follow_all(
    inference: Inference, path: str, facts: FileFacts, rows: list[int], depth: int
) -> list[Found]:
    found: dict[Entity, Found] = {}
    for row in rows:
        for item in resolve_binding(inference, path, facts, row, depth):
            found.setdefault(item.entity, item)
    return list(found.values())


def _alternatives(
    inference: Inference, path: str, facts: FileFacts, rows: list[int], found: list[Found]
) -> list[Found]:
    """Return what star imports bring for a name that the module binds in some branches only."""
    if not rows or facts.binding.scope[rows[0]]:
        return []
    kinds, blocks = facts.block.kind, facts.binding.block
    if any(blocks[row] < 0 or kinds[blocks[row]] == f.BODY for row in rows):
        return []
    if f.STAR not in facts.imports.name:
        return []
    name = facts.names[facts.binding.name[rows[0]]]
    known = [item.entity for item in found]
    return [
        item
        for item in star_imported(inference, path, facts, name)
        if item.entity not in known and item.entity.kind != OUTSIDE
    ]


def resolve_binding(
    inference: Inference, path: str, facts: FileFacts, row: int, depth: int = 0
) -> list[Found]:
    """Return what a binding stands for in the end: itself, or what an import brings."""
    if facts.binding.kind[row] != f.IMPORT:
        module = _stub_alias(inference, path, facts, row) if path.endswith(".pyi") else None
        return [module or Found(entity_of_binding(path, facts, row))]
    return import_target(inference, path, facts, facts.binding.ref[row], depth)


def _stub_alias(inference: Inference, path: str, facts: FileFacts, row: int) -> Found | None:
    """The module that a stub gives another name to: ``path = _path`` in that of ``os``."""
    value = facts.binding.value[row]
    if value < 0 or facts.expr.op[value] != f.NAME or facts.binding.scope[row]:
        return None
    name = facts.expr.a[value]
    for other in facts.bindings_of(0, name):
        if facts.binding.kind[other] == f.IMPORT:
            for found in resolve_binding(inference, path, facts, other):
                if found.entity.kind == MODULE:
                    return found
    return None


def import_target(
    inference: Inference, path: str, facts: FileFacts, row: int, depth: int = 0
) -> list[Found]:
    """Return what an import brings: a module, or something in one."""
    spelled = facts.names[facts.imports.module[row]]
    name = facts.imports.name[row]
    flags = facts.imports.flags[row]
    if name == -1:
        first = spelled if flags & f.ALIASED else spelled.partition(".")[0]  # `import a.b` binds a
        return [Found(imported_package(inference, path, spelled, first))]
    module = imported_module(inference, path, spelled)
    if name == f.STAR:
        return [Found(module)]
    itself = module == Entity(MODULE, path, -1) and name == facts.imports.bound[row]
    if itself and depth < _TO_ITSELF:
        before = _bound_before(facts, row)
        if before:
            return _follow_all(inference, path, facts, before, depth + 1)
    return module_attribute(inference, module, facts.names[name], depth + 1)


def _bound_before(facts: FileFacts, row: int) -> list[int]:
    """Bindings that a module had for a name when it imported that from itself."""
    name = facts.imports.name[row]
    kinds, refs = facts.binding.kind, facts.binding.ref
    rows = [
        binding
        for binding in facts.bindings_of(0, name)
        if kinds[binding] != f.IMPORT or refs[binding] != row
    ]
    return visible_bindings(facts, rows, 0, -1)


def module_attribute(
    inference: Inference, module: Entity, name: str, depth: int = 0
) -> list[Found]:
    """Return what ``module.name`` stands for when ``module`` is a module of any kind."""
    kind, path, _ = module
    if kind == OUTSIDE:
        return [Found(Entity(OUTSIDE, f"{path}.{name}", -1))]
    if kind == MODULE:
        found = module_member(inference, path, name, depth)
        if found and not _is_only_for_itself(inference, path, name):
            return found
    inner = submodule(inference, module, name) if kind in (MODULE, NAMESPACE) else None
    if inner is not None:
        return [Found(inner)]
    if kind == MODULE:
        return inference.lazy_member(path, name) or inference.missing_in_stub(path, name)
    return []


def _is_only_for_itself(inference: Inference, path: str, name: str) -> bool:
    """True if a stub imports a name for its own use, and the module does not have it.

    The module's source tells, where it is at hand; else it is known of the standard library's that
    it has nothing that types are written with: ``collections.Mapping``, ``sys.Any``.
    """
    if not path.endswith(".pyi") or not inference.is_private_import(path, name):
        return False
    listed = inference.exported_names(path)
    if listed is not None and (name in listed.names or not listed.is_complete):
        return False
    snapshot = inference.snapshot
    if inference.has_source(path):
        return not inference.missing_in_stub(path, name)
    if snapshot.index.search_path.layer(snapshot.absolute(path)) != "stdlib":
        return False
    facts = inference.need(path)
    return all(
        facts.names[facts.imports.module[facts.binding.ref[row]]] in _FOR_TYPES
        for row in facts.bindings_of(0, facts.name_id(name))
    )


# Modules that stubs import what types are written with from.
_FOR_TYPES = frozenset(["typing", "typing_extensions", "_typeshed", "collections.abc"])


def module_member(inference: Inference, path: str, name: str, depth: int = 0) -> list[Found]:
    """Return what a name at a module's top level stands for, star imports included."""
    del depth
    key = ("member", path, name)
    return cached(inference, key, lambda: _module_member(inference, path, name), list[Found]())


def _module_member(inference: Inference, path: str, name: str) -> list[Found]:
    facts = inference.facts(path)
    if facts is None:
        return []
    row = facts.name_id(name)
    rows = facts.bindings_of(0, row) if row >= 0 else []
    chosen = visible_bindings(facts, rows, 0, -1)
    found = _follow_all(inference, path, facts, chosen, 0)
    if found:
        return found + _alternatives(inference, path, facts, chosen, found)
    return star_imported(inference, path, facts, name) or _declared_global(
        inference, path, facts, row
    )


def _declared_global(inference: Inference, path: str, facts: FileFacts, name: int) -> list[Found]:
    """A name that only functions bind, by ``global``."""
    table: dict[int, list[int]] | None = facts.memo.get("global")
    if table is None:
        table = facts.memo["global"] = {}
        names, kinds = facts.binding.name, facts.binding.kind
        scopes = facts.binding.scope
        declared = {(scopes[row], names[row]) for row, kind in enumerate(kinds) if kind == f.GLOBAL}
        for row, kind in enumerate(kinds) if declared else ():
            if kind not in _WEAK and (scopes[row], names[row]) in declared:
                table.setdefault(names[row], []).append(row)
    return [
        found
        for row in table.get(name, [])[:1]
        for found in resolve_binding(inference, path, facts, row)
    ]


def _imported_submodule(
    inference: Inference, path: str, facts: FileFacts, name: str
) -> list[Found]:
    """A submodule of the package whose file this is, which an import in that file binds in it."""
    if not path.rpartition("/")[2].startswith("__init__."):
        return []
    ending = f".{name}"
    for row, spelled in enumerate(facts.imports.module):
        module = facts.names[spelled]
        if module.endswith(ending) and not facts.imports.scope[row]:
            inner = submodule(inference, Entity(MODULE, path, -1), name)
            if inner is not None and inner == imported_module(inference, path, module):
                return [Found(inner)]
    return []


def star_imported(
    inference: Inference, path: str, facts: FileFacts, name: str, depth: int = 0
) -> list[Found]:
    """Return what a name stands for that some ``from module import *`` brings.

    The last one that does wins; where it is in a branch, those of other branches count as well.
    """
    modules: list[tuple[Entity, int]] = []
    imported = facts.imports.name
    for row in range(len(imported) - 1, -1, -1):
        if imported[row] == f.STAR and not facts.imports.scope[row]:
            spelled = facts.names[facts.imports.module[row]]
            module = imported_module(inference, path, spelled)
            if module.kind == MODULE and module.path != path:
                modules.append((module, facts.imports.flags[row]))
    found: list[Found] = []
    for module, flags in modules:
        for item in _star_member(inference, module, name, depth):
            if all(item.entity != other.entity for other in found):
                found.append(item)
        if found and not flags & _BRANCHED:
            break
    if not found and not name.startswith("_"):
        # A package has its submodules as names too, when something has imported them.
        for module, _ in modules:
            inner = submodule(inference, module, name)
            if inner is not None and inner.kind == MODULE:
                return [Found(inner)]
    return found


def _star_member(inference: Inference, module: Entity, name: str, depth: int) -> list[Found]:

    if not inference.is_exported(module.path, name):
        return []
    listed = inference.exported_names(module.path)
    if listed is not None and name in listed[0]:
        return module_attribute(inference, module, name, depth + 1)
    return module_member(inference, module.path, name)

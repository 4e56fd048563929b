"""Definitions of one name: those that replace each other, and duplicates elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from difflib import SequenceMatcher

from ....indexer import facts as f
from ....indexer.facts import FileFacts
from ....indexer.facts_view import attribute, binding_name, decorators, definition_name
from ....indexer.inference.access_paths import decorator_callee, last_name
from ....indexer.inference.classes import own_member_names
from ....indexer.inference.entities import CLASS, FUNCTION, Entity
from ....indexer.inference.inference import Inference
from ....indexer.inference.signatures import parameter_rows
from ....indexer.paths import is_test_file
from .. import messages
from ..context import CheckContext
from ..findings import WARNING, Edit, Finding, Fix

_DEFINITIONS = (f.DEF_FUNCTION, f.DEF_CLASS)
# Scopes whose code runs where it is written.
_IMMEDIATE = (f.MODULE_SCOPE, f.CLASS_SCOPE, f.COMPREHENSION_SCOPE, f.TYPE_SCOPE)
_USES = (f.READ, f.CALLED, f.DELETED, f.INHERITED, f.ANNOTATED, f.DECORATES)
# Decorators that register a definition nowhere, so that it is lost with its name.
_NOT_REGISTERING = frozenset(
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
    """Yield definitions that replace an earlier one of their scope before anything used that."""
    facts = context.facts
    table = facts.binding
    grouped: dict[tuple[int, int], list[int]] = {}
    for row, kind in enumerate(table.kind):
        if kind in _DEFINITIONS:
            grouped.setdefault((table.scope[row], table.name[row]), []).append(row)
    for (scope, name_row), rows in grouped.items():
        name = facts.names[name_row]
        if not name.strip("_") or not context.includes(name):
            continue
        bound = facts.bindings_of(scope, name_row)
        for row in rows:
            earlier = bound[bound.index(row) - 1] if bound.index(row) else -1
            if earlier >= 0 and _replaces_unused(context, row, earlier):
                yield _redefinition(context, name, row, earlier)


def _replaces_unused(context: CheckContext, row: int, earlier: int) -> bool:
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
        if facts.definition.flags[replaced] & f.OVERLOAD or _may_be_registered(context, replaced):
            return False
        end = facts.definition.end[replaced]
    elif facts.imports.flags[table.ref[earlier]] & (f.IN_TRY | f.IN_BRANCH):
        return False
    name = binding_name(facts, row)
    # What is imported may be used in any way, be it in the body of the class that replaces it.
    new = facts.definition.start[definition] if kind in _DEFINITIONS else end
    until = facts.definition.end[definition]
    return not _is_used(context, name, table.scope[row], end, new, until)


def _may_be_registered(context: CheckContext, definition: int) -> bool:
    """True if a decorator may have registered a definition somewhere."""
    facts = context.facts
    return any(
        last_name(facts, decorator_callee(facts, expr)) not in _NOT_REGISTERING
        for expr in decorators(facts, definition)
    )


def _is_used(context: CheckContext, name: str, scope: int, start: int, new: int, end: int) -> bool:
    """True if a definition is used by code that runs before the new one replaces it.

    Functions that run later use the later definition. At the top of a module or class, where others
    look for the name, it is no excuse that code calls the earlier one, derives from it or takes
    members of it: the later one does not do what that did.
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
            and (role not in (f.READ, f.DELETED, f.DECORATES) or _is_receiver(facts, expr))
        ):
            continue
        current = context.scope_at(position)
        while current >= 0 and current != scope and kinds[current] in _IMMEDIATE:
            current = parents[current]
        if current == scope:
            return True
    return False


def _is_receiver(facts: FileFacts, expr: int) -> bool:
    """True if an attribute is taken of an expression."""
    return any(
        parts.receiver == expr
        for row in range(len(facts.expr.op))
        if (parts := attribute(facts, row)) is not None
    )


def _redefinition(context: CheckContext, name: str, row: int, earlier: int) -> Finding:
    facts, table = context.facts, context.facts.binding
    definition = table.ref[row]
    start = facts.definition.position[definition]
    line = facts.line_of(table.position[earlier]) + 1
    fixes: list[Fix] = []
    is_import = table.kind[earlier] == f.IMPORT
    nearest: list[Entity] = []
    if not is_import:
        replaced = table.ref[earlier]
        starts = facts.line_starts
        first = starts[facts.line_of(facts.definition.start[replaced])]
        begin = facts.definition.start[definition]
        until = facts.definition.header_end[definition]
        if not _is_used(context, name, table.scope[row], begin, begin, until):
            edit = Edit(context.path, first, facts.definition.end[replaced], "")
            fixes.append(Fix(f"Remove the '{name}' of line {line}", [edit]))
        kind = CLASS if table.kind[earlier] == f.DEF_CLASS else FUNCTION
        nearest.append(Entity(kind, context.path, replaced))
    return Finding(
        "redefinition", context.path, start, start + len(name.encode()),
        messages.redefinition(name, line, is_import=is_import),
        subject=name, severity=WARNING, fixes=fixes, nearest=nearest,
    )  # fmt: skip


def name_conflict(context: CheckContext) -> Iterator[Finding]:
    """Yield classes and functions that an edit adds while the workspace has one of the name.

    Functions count only when they look like the one that is there.
    """
    if context.before is None or is_test_file(context.path):
        return
    facts, table = context.facts, context.facts.definition
    before = context.old_facts
    for row, kind in enumerate(table.kind):
        name = definition_name(facts, row)
        if table.scope[row] or name.startswith("__") or name in _COMMON:
            continue
        if before is not None and (old := before.name_id(name)) >= 0 and before.bindings_of(0, old):
            continue
        entity = Entity(CLASS if kind == f.CLASS else FUNCTION, context.path, row)
        others = same_kind_elsewhere(context.strict, entity, name)
        if not others or len(others) >= _CUSTOM:
            continue
        scored = [(*similarity(context.strict, entity, each), each) for each in others]
        scored.sort(key=lambda each: -each[0])
        likeness, reason, other = scored[0]
        if likeness < 0 or (kind == f.FUNCTION and likeness < 0.5):
            continue
        where = context.inference.need(other.path)
        line = where.line_of(where.definition.position[other.row]) + 1
        start = table.position[row]
        yield Finding(
            "name-conflict", context.path, start, start + len(name.encode()),
            messages.name_conflict(name, f"{other.path}:{line}", reason),
            subject=name, severity=WARNING, nearest=[each for _, _, each in scored],
        )  # fmt: skip


# Bytes of a body that are compared, and words that it needs to be compared at all.
_COMPARED, _MIN_WORDS = 6_000, 12
# From here on two bodies do nearly the same.
_NEARLY_EQUAL = 0.7
_SHOWN = 3


def same_kind_elsewhere(inference: Inference, entity: Entity, name: str) -> list[Entity]:
    """Return classes, or functions, of a name at the top of other modules of the workspace.

    Those of tests do not count, and private ones only within the package.
    """
    wanted = f.CLASS if entity.kind == CLASS else f.FUNCTION
    paths = {
        where for where, _ in inference.snapshot.symbols_named([name])
    } | inference.snapshot.overlaid()
    found: list[Entity] = []
    for where in sorted(paths - {entity.path}):
        facts = inference.facts(where)
        row = facts.name_id(name) if facts is not None else -1
        if facts is None or row < 0 or is_test_file(where) or where.endswith(".pyi"):
            continue
        if name.startswith("_") and where.rpartition("/")[0] != entity.path.rpartition("/")[0]:
            continue
        for binding in facts.bindings_of(0, row):
            if facts.binding.kind[binding] in (f.DEF_CLASS, f.DEF_FUNCTION):
                definition = facts.binding.ref[binding]
                if facts.definition.kind[definition] == wanted:
                    found.append(Entity(entity.kind, where, definition))
                    break
    return found


def similarity(inference: Inference, entity: Entity, other: Entity) -> tuple[float, str]:
    """Return from 0 to 1 how much two definitions do the same, and the end of a sentence on it.

    Negative if one derives from the other.
    """
    if entity.kind == CLASS:
        return _classes(inference, entity, other)
    return _functions(inference, entity, other)


def _classes(inference: Inference, entity: Entity, other: Entity) -> tuple[float, str]:
    if other in inference.mro(entity) or entity in inference.mro(other):
        return -1.0, ""
    own, theirs = (
        {name for name in own_member_names(inference, each) if not name.startswith("__")}
        for each in (entity, other)
    )
    shared = own & theirs
    ratio = len(shared) / max(min(len(own), len(theirs)), 1)
    if shared:
        shown = _listed(sorted(shared))
        return ratio, f"which has {shown} as well; use or extend that one."
    if theirs:
        shown = _listed([each for each in own_member_names(inference, other) if each in theirs])
        return ratio, f"another class with {shown}; extend that one, or choose another name."
    return ratio, "another class; use that one, or choose another name."


def _listed(names: list[str]) -> str:
    """Return some names as a sentence lists them."""
    shown = [f"'{name}'" for name in names[:_SHOWN]]
    if len(names) > _SHOWN:
        shown.append("others")
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _functions(inference: Inference, entity: Entity, other: Entity) -> tuple[float, str]:
    bodies = [_body(inference, each) for each in (entity, other)]
    names = [_parameter_names(inference, each) for each in (entity, other)]
    codes = [_code(inference, each) for each in (entity, other)]
    if codes[0] == codes[1] != "":
        # However short: a name and a text that are both the same are no accident.
        return 1.0, "which does the same; use that one."
    ratio = 0.0
    if min(map(len, bodies)) >= _MIN_WORDS:
        matcher = SequenceMatcher(None, *bodies, autojunk=False)
        ratio = matcher.quick_ratio()
        ratio = matcher.ratio() if ratio > _NEARLY_EQUAL else 0.0
    if ratio > _NEARLY_EQUAL:
        return ratio, "which does nearly the same; use that one."
    if names[0] == names[1] and len(names[0]) > 1:
        return 0.5, "which takes the same arguments; use that one, or choose another name."
    return 0.0, ""


def _code(inference: Inference, function: Entity) -> str:
    """Return a function without its name, comments, docstring and layout.

    Empty if it does nothing, or only returns a constant or raises.
    """
    table = inference.need(function.path).definition
    text = inference.text(function.path)[table.start[function.row] : table.end[function.row]]
    try:
        (node,) = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return ""
    if ast.get_docstring(node, clean=False) is not None:
        del node.body[0]
    if all(map(_says_little, node.body)):
        return ""
    node.name = ""
    return ast.dump(node)


def _says_little(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Return | ast.Expr):
        return statement.value is None or isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass | ast.Raise)


def _body(inference: Inference, function: Entity) -> list[bytes]:
    facts = inference.need(function.path)
    start = facts.definition.header_end[function.row]
    end = facts.definition.end[function.row]
    return inference.text(function.path)[start : min(end, start + _COMPARED)].split()


def _parameter_names(inference: Inference, function: Entity) -> list[str]:
    facts = inference.need(function.path)
    names = facts.parameter.name
    return [facts.names[names[row]] for row in parameter_rows(inference, function)]

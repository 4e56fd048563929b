"""Names that nothing binds, or only later code."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.facts_view import name_scope, plain_name
from ....indexer.inference.entities import MODULE, OUTSIDE, Entity
from ....indexer.inference.lazy_modules import has_dynamic_globals, names_set_in_globals
from ....indexer.inference.modules import find_module, submodule
from ....indexer.inference.names import builtin_name, module_member, star_imported
from ...source.lexical import STRING, tokens
from .. import messages
from ..findings import Finding
from ..suggestions import nearest_in_scope, same_name_elsewhere
from ..uses import bindings_of_local, bindings_of_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.facts import FileFacts
    from ....indexer.inference.inference import Inference
    from ..context import CheckContext

# Names that are bound in every module, class body or method.
_PREDEFINED = frozenset(
    ["__name__", "__file__", "__doc__", "__package__", "__spec__", "__loader__", "__path__",
     "__builtins__", "__cached__", "__dict__", "__class__", "__qualname__", "__module__",
     "__annotations__", "__debug__", "__build_class__", "__import__", "__firstlineno__",
     "__static_attributes__", "reveal_type", "reveal_locals", "WindowsError", "__annotate__",
     "__conditional_annotations__", "__type_params__", "__orig_bases__", "__classdict__"]
)  # fmt: skip
# Names that the program that runs a file defines in it, by the file's name: Sphinx.
_PREDEFINED_IN = {"conf.py": frozenset(["tags"])}


def undefined_name(context: CheckContext) -> Iterator[Finding]:
    """Yield names that are read and bound by no scope, star import or builtin."""
    if context.is_stub:
        return
    facts = context.facts
    is_open: bool | None = None
    known: set[tuple[str, int]] = set()
    predefined = _PREDEFINED | _PREDEFINED_IN.get(context.path.rpartition("/")[2], frozenset())
    for expr in context.expressions(f.NAME):
        name, scope = plain_name(facts, expr), name_scope(facts, expr)
        if name in predefined or not context.wants(name) or (name, scope) in known:
            continue
        if bindings_of_name(facts, expr):
            known.add((name, scope))
            continue
        if is_open is None:
            is_open = has_dynamic_globals(context.strict, context.path)
        if is_open or _is_bound_otherwise(context, name):
            known.add((name, scope))
            continue
        start = facts.expr.position[expr]
        if context.is_guarded(start, "NameError") or context.is_dead(start):
            continue
        nearest = nearest_in_scope(context.strict, context.path, scope, name)
        yield Finding(
            "undefined-name", context.path, start, start + len(name.encode()),
            messages.undefined_name(name), subject=name,
            nearest=nearest or same_name_elsewhere(context.strict, name),
        )  # fmt: skip


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
    facts = context.strict.snapshot.index.library.get(digest) if digest else None
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
    if context.is_stub:
        return
    facts, table = context.facts, context.facts.binding
    for expr in context.expressions(f.NAME):
        name, scope = plain_name(facts, expr), name_scope(facts, expr)
        if facts.scope.kind[scope] != f.FUNCTION_SCOPE or not context.wants(name):
            continue
        rows = bindings_of_local(facts, expr)
        if not rows or any(table.kind[row] in (f.GLOBAL, f.NONLOCAL, f.PARAMETER) for row in rows):
            continue
        start = facts.expr.position[expr]
        first = min(table.position[row] for row in rows)
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

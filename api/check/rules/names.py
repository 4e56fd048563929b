"""Names that nothing binds."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import MODULE, OUTSIDE, Entity
from ....indexer.inference.lazy_modules import has_dynamic_globals, names_set_in_globals
from ....indexer.inference.modules import find_module, submodule
from ....indexer.inference.names import (
    bindings_in_force,
    builtin_name,
    module_member,
    star_imported,
)
from ..findings import Finding
from ..suggestions import nearest_in_scope, same_name_elsewhere
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.facts import FileFacts
    from ....indexer.inference.inference import Inference
    from ..context import CheckContext

# What a module, a class body or a method has without binding it.
_GIVEN = frozenset(
    ["__name__", "__file__", "__doc__", "__package__", "__spec__", "__loader__", "__path__",
     "__builtins__", "__cached__", "__dict__", "__class__", "__qualname__", "__module__",
     "__annotations__", "__debug__", "__build_class__", "__import__", "__firstlineno__",
     "__static_attributes__", "reveal_type", "reveal_locals", "WindowsError", "__annotate__",
     "__conditional_annotations__", "__type_params__", "__orig_bases__", "__classdict__"]
)  # fmt: skip
# What those who run a file give it, by the file's name: Sphinx.
_GIVEN_IN = {"conf.py": frozenset(["tags"])}


def undefined_name(context: CheckContext) -> Iterator[Finding]:
    """Names that are read and that nothing binds: no scope around, no star import, no builtin."""
    if context.is_stub:
        return
    facts = context.facts
    _, positions, lefts, rights = facts.expr
    open_: bool | None = None
    known: dict[tuple[int, int], bool] = {}
    given = _GIVEN_IN.get(context.path.rpartition("/")[2], frozenset())
    for expr in context.expressions(f.NAME):
        name_row, scope = lefts[expr], rights[expr]
        name = facts.names[name_row]
        key = name_row, scope
        if name in _GIVEN or name in given or not context.wants(name) or known.get(key):
            continue
        if bindings_in_force(facts, scope, name_row, positions[expr], expr):
            known[key] = True
            continue
        if open_ is None:
            open_ = _may_have_any_name(context)
        if open_ or _is_bound_otherwise(context, name):
            known[key] = True
            continue
        start = positions[expr]
        if context.is_guarded(start, "NameError") or context.is_dead(start):
            continue
        nearest = nearest_in_scope(context.strict, context.path, scope, name)
        yield Finding(
            "undefined-name", context.path, start, start + len(name.encode()),
            f"`{name}` is not defined.", subject=name,
            nearest=nearest or same_name_elsewhere(context.strict, name),
        )  # fmt: skip


def _may_have_any_name(context: CheckContext) -> bool:
    """Whether names may come from where nobody can see them."""
    return has_dynamic_globals(context.strict, context.path)


def _is_bound_otherwise(context: CheckContext, name: str) -> bool:
    """Whether a star import, a ``global`` statement in a function, or Python itself binds it."""
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
        return True  # nobody can say what is built in
    digest = context.strict.snapshot.digest(builtins.path)
    whole = context.strict.snapshot.index.library.get(digest) if digest else None
    return whole is not None and _gives(whole, name)


def is_builtin(inference: Inference, name: str) -> bool:
    """Whether a name is built in; what the stub of the builtins imports for itself is not."""
    if not any(item.entity.kind != OUTSIDE for item in builtin_name(inference, name)):
        return False
    builtins = find_module(inference, "builtins")
    facts = inference.facts(builtins.path) if builtins is not None else None
    return facts is None or facts.name_id(name) < 0 or _gives(facts, name)


def _gives(facts: FileFacts, name: str) -> bool:
    """Whether a stub has a name for others, rather than importing it for itself."""
    row, table = facts.name_id(name), facts.binding
    return row >= 0 and any(
        table.kind[each] != f.IMPORT or facts.imports.flags[table.ref[each]] & f.ALIASED
        for each in facts.bindings_of(0, row)
    )


def is_in_string(context: CheckContext, position: int) -> bool:
    """Whether a name stands in a string on its line: a type that nobody reads when it runs."""
    from ...source.lexical import STRING, tokens

    begin = context.facts.line_starts[context.facts.line_of(position)]
    end = context.facts.line_starts[context.facts.line_of(position) + 1]
    return any(
        kind == STRING and first < position - begin < last
        for kind, first, last in tokens(context.text[begin:end])
    )


def used_before_definition(context: CheckContext) -> Iterator[Finding]:
    """Names of a function or module that are read before the first statement that binds them."""
    if context.is_stub:
        return
    facts = context.facts
    _, positions, lefts, rights = facts.expr
    kinds = facts.scope.kind
    for expr in context.expressions(f.NAME):
        name_row, scope = lefts[expr], rights[expr]
        if kinds[scope] != f.FUNCTION_SCOPE or not context.wants(facts.names[name_row]):
            continue
        rows = facts.bindings_of(scope, name_row)
        if not rows or any(facts.binding.kind[row] in (f.GLOBAL, f.NONLOCAL, f.PARAMETER)
                           for row in rows):  # fmt: skip
            continue
        start = positions[expr]
        first = min(facts.binding.position[row] for row in rows)
        if first <= start or _is_in_loop(context, scope, start, first) or context.is_dead(start):
            continue
        if any(0 <= facts.binding.value[row] < expr for row in rows):
            continue
        if _is_annotation(context, facts.names[name_row], start):
            continue  # of a variable or attribute, which a function never evaluates
        if context.is_guarded(start, "NameError", "UnboundLocalError") or is_in_string(
            context, start
        ):
            continue
        name = facts.names[name_row]
        line = facts.line_of(first) + 1
        yield Finding(
            "used-before-definition", context.path, start, start + len(name.encode()),
            f"`{name}` is read before line {line} defines it.", subject=name,
        )  # fmt: skip


def _is_annotation(context: CheckContext, name: str, start: int) -> bool:
    """Whether a name is read as a type only."""
    return any(
        position == start and role & f.ROLE_MASK == f.ANNOTATED
        for role, position, _ in context.facts.occurrences(name)
    )


def _is_in_loop(context: CheckContext, scope: int, start: int, first: int) -> bool:
    """Whether both places are in one loop, so that the later one may have come first."""
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


RULES = [
    Rule("undefined-name", "A name that nothing defines.", undefined_name),
    Rule(
        "used-before-definition",
        "A name that is read before it is bound.",
        used_before_definition,
    ),
]

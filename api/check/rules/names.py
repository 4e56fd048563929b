"""Names that nothing binds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....indexer import facts as f
from ....indexer.facts import FileFacts
from ....indexer.facts_view import name_scope, plain_name
from ....indexer.inference.dead_code import is_for_other_versions
from ....indexer.inference.entities import MODULE, OUTSIDE, Entity
from ....indexer.inference.inference import Inference
from ....indexer.inference.injected_names import is_injected
from ....indexer.inference.lazy_modules import has_dynamic_globals, names_set_in_globals
from ....indexer.inference.modules import find_module, submodule
from ....indexer.inference.names import (
    bindings_of_name,
    builtin_name,
    is_only_in_stub,
    module_member,
    star_imported,
)
from ....indexer.plugins.registry import NAME_REGISTRIES, PREDEFINED_NAMES
from ...source.lexical import STRING, tokens
from .. import messages
from ..context import CheckContext
from ..findings import ERROR, HINT, Finding
from ..suggestions import nearest_in_scope, same_name_elsewhere

# Names that are bound in every module, and those of every class body.
_OF_MODULES = frozenset(
    ["__name__", "__file__", "__doc__", "__package__", "__spec__", "__loader__", "__builtins__",
     "__cached__", "__annotations__", "__debug__", "__build_class__", "__import__", "reveal_type",
     "reveal_locals", "WindowsError", "__annotate__", "__warningregistry__",
     "__conditional_annotations__", "__path__"]
)  # fmt: skip
_OF_CLASSES = frozenset(
    ["__module__", "__qualname__", "__firstlineno__", "__static_attributes__", "__type_params__",
     "__orig_bases__", "__classdict__"]
)  # fmt: skip


def is_predefined(context: CheckContext, name: str, scope: int) -> bool:
    """True if Python, or the program that runs a file, binds a name that is read in a scope."""
    facts, folder_name = context.facts, context.path.rpartition("/")[2]
    if name in _OF_MODULES or name in PREDEFINED_NAMES.get(folder_name, ()):
        return True
    if name == "__class__":
        return _is_in_method(facts, scope)
    while scope >= 0 and facts.scope.kind[scope] in (f.COMPREHENSION_SCOPE, f.TYPE_SCOPE):
        scope = facts.scope.parent[scope]
    return name in _OF_CLASSES and facts.scope.kind[scope] == f.CLASS_SCOPE


def _is_in_method(facts: FileFacts, scope: int) -> bool:
    """True if a scope is that of a function in a class, or inside of one."""
    kinds, parents = facts.scope.kind, facts.scope.parent
    is_in_function = False
    while scope >= 0 and not (is_in_function and kinds[scope] == f.CLASS_SCOPE):
        is_in_function = is_in_function or kinds[scope] in (f.FUNCTION_SCOPE, f.LAMBDA_SCOPE)
        scope = parents[scope]
    return scope >= 0


_LOOKED_UP = re.compile(rb"\b(?:" + "|".join(NAME_REGISTRIES).encode() + rb")\[.*[\"']")


_TYPE_COMMENT = re.compile(rb"#[ \t]*type:[^#]*$")


def undefined_name(context: CheckContext) -> Iterator[Finding]:
    """Yield names that are read and bound by no scope, star import or builtin."""
    facts = context.facts
    is_open: bool | None = None
    known: set[tuple[str, int]] = set()
    for expr in context.expressions(f.NAME):
        name, scope = plain_name(facts, expr), name_scope(facts, expr)
        if not context.includes(name) or (name, scope) in known:
            continue
        if bindings_of_name(facts, expr):
            known.add((name, scope))
            continue
        if is_predefined(context, name, scope):
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
        if _is_declared_there(facts, scope, name, start):
            continue  # `global name` alone reads nothing
        if _is_in_key(context, expr) or is_looked_up_by_name(context, start):
            continue
        nearest = nearest_in_scope(context.strict, context.path, scope, name)
        yield Finding(
            "undefined-name", context.path, start, start + len(name.encode()),
            messages.undefined_name(name), subject=name,
            severity=HINT if _is_in_type_comment(context, start) else ERROR,
            nearest=nearest or same_name_elsewhere(context.strict, name),
        )  # fmt: skip


def _is_in_type_comment(context: CheckContext, position: int) -> bool:
    """True if a name stands in a comment that tells a type, which nothing evaluates."""
    begin = context.facts.line_starts[context.facts.line_of(position)]
    return _TYPE_COMMENT.search(context.text[begin:position]) is not None


def _is_declared_there(facts: FileFacts, scope: int, name: str, position: int) -> bool:
    """True if a name stands in a declaration: ``global name``."""
    return any(
        facts.binding.position[row] == position
        for row in facts.bindings_of(scope, facts.name_id(name))
    )


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
    brought = [
        *star_imported(context.strict, context.path, context.facts, name),
        *module_member(context.strict, context.path, name),
    ]
    if any(not is_for_other_versions(context.strict, item.entity) for item in brought):
        return True
    if name in (names_set_in_globals(context.facts) or ()):
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
    return facts is not None and not is_only_in_stub(name) and _exports(facts, name)


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

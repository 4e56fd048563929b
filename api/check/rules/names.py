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
    from ..context import File

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


def undefined_name(file: File) -> Iterator[Finding]:
    """Names that are read and that nothing binds: no scope around, no star import, no builtin."""
    if file.is_stub:
        return
    facts = file.facts
    _, positions, lefts, rights = facts.expr
    open_: bool | None = None
    known: dict[tuple[int, int], bool] = {}
    given = _GIVEN_IN.get(file.path.rpartition("/")[2], frozenset())
    for expr in file.expressions(f.NAME):
        name_row, scope = lefts[expr], rights[expr]
        name = facts.names[name_row]
        key = name_row, scope
        if name in _GIVEN or name in given or not file.wants(name) or known.get(key):
            continue
        if bindings_in_force(facts, scope, name_row, positions[expr], expr):
            known[key] = True
            continue
        if open_ is None:
            open_ = _may_have_any_name(file)
        if open_ or _is_bound_otherwise(file, name):
            known[key] = True
            continue
        start = positions[expr]
        if file.is_guarded(start, "NameError") or file.is_dead(start):
            continue
        nearest = nearest_in_scope(file.strict, file.path, scope, name)
        yield Finding(
            "undefined-name", file.path, start, start + len(name.encode()),
            f"`{name}` is not defined.", subject=name,
            nearest=nearest or same_name_elsewhere(file.strict, name),
        )  # fmt: skip


def _may_have_any_name(file: File) -> bool:
    """Whether names may come from where nobody can see them."""
    return has_dynamic_globals(file.strict, file.path)


def _is_bound_otherwise(file: File, name: str) -> bool:
    """Whether a star import, a ``global`` statement in a function, or Python itself binds it."""
    if star_imported(file.strict, file.path, file.facts, name):
        return True
    if module_member(file.strict, file.path, name) or name in (
        names_set_in_globals(file.facts) or ()
    ):
        return True
    if is_builtin(file.strict, name):
        return True
    if file.path.endswith("/__init__.py") and submodule(
        file.strict, Entity(MODULE, file.path, -1), name
    ):
        # Importing a module binds it in its package.
        return True
    builtins = find_module(file.strict, "builtins")
    if builtins is None or builtins.kind != MODULE:
        return True  # nobody can say what is built in
    digest = file.strict.snapshot.digest(builtins.path)
    whole = file.strict.snapshot.index.library.get(digest) if digest else None
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


def is_in_string(file: File, position: int) -> bool:
    """Whether a name stands in a string on its line: a type that nobody reads when it runs."""
    from ...source.lexical import STRING, tokens

    begin = file.facts.line_starts[file.facts.line_of(position)]
    end = file.facts.line_starts[file.facts.line_of(position) + 1]
    return any(
        kind == STRING and first < position - begin < last
        for kind, first, last in tokens(file.text[begin:end])
    )


def used_before_definition(file: File) -> Iterator[Finding]:
    """Names of a function or module that are read before the first statement that binds them."""
    if file.is_stub:
        return
    facts = file.facts
    _, positions, lefts, rights = facts.expr
    kinds = facts.scope.kind
    for expr in file.expressions(f.NAME):
        name_row, scope = lefts[expr], rights[expr]
        if kinds[scope] != f.FUNCTION_SCOPE or not file.wants(facts.names[name_row]):
            continue
        rows = facts.bindings_of(scope, name_row)
        if not rows or any(facts.binding.kind[row] in (f.GLOBAL, f.NONLOCAL, f.PARAMETER)
                           for row in rows):  # fmt: skip
            continue
        start = positions[expr]
        first = min(facts.binding.position[row] for row in rows)
        if first <= start or _is_in_loop(file, scope, start, first) or file.is_dead(start):
            continue
        if any(0 <= facts.binding.value[row] < expr for row in rows):
            continue
        if _is_annotation(file, facts.names[name_row], start):
            continue  # of a variable or attribute, which a function never evaluates
        if file.is_guarded(start, "NameError", "UnboundLocalError") or is_in_string(file, start):
            continue
        name = facts.names[name_row]
        line = facts.line_of(first) + 1
        yield Finding(
            "used-before-definition", file.path, start, start + len(name.encode()),
            f"`{name}` is read before line {line} defines it.", subject=name,
        )  # fmt: skip


def _is_annotation(file: File, name: str, start: int) -> bool:
    """Whether a name is read as a type only."""
    return any(
        position == start and role & f.ROLE_MASK == f.ANNOTATED
        for role, position, _ in file.facts.occurrences(name)
    )


def _is_in_loop(file: File, scope: int, start: int, first: int) -> bool:
    """Whether both places are in one loop, so that the later one may have come first."""
    table = file.facts.block
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

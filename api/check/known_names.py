"""Names that a code base knows: words that occur anywhere, and classes with all of some attributes.

Code that uses ``x.items`` and ``x.entries`` of one untyped ``x`` expects a class that has both.
If there is none anywhere, one of the two is wrong.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.facts_view import Attribute
from ...indexer.inference.access_paths import access_path, root_names
from ...indexer.inference.classes import subclasses
from ...indexer.inference.entities import CLASS, OUTSIDE, Entity
from ...indexer.inference.exhaustive import is_exhaustive
from ...indexer.inference.inference import Inference
from ...indexer.inference.query_cache import cached
from ...indexer.inference.type_variables import concrete
from ...indexer.name_uses import has_role, imports_module, is_set_of_other, is_string
from ...indexer.scope_map import scope_at
from .context import CheckContext

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.types import Type


# A name that so many files of the workspace have is known, whether or not one of them binds it.
_COMMON = 1_000
_BINDING_ROLES = (
    f.WRITTEN, f.DEFINED, f.PARAMETER_ROLE, f.KEYWORD, f.IMPORTED, f.EXPORTED,
)  # fmt: skip


def is_known_word(context: CheckContext, name: str, position: int = -1) -> bool:
    """True if anything but places like this one has a name.

    In the workspace something has to bind it; in dependencies and the standard library it is enough
    that it occurs anywhere. The function around a position, which may have the name itself, is no
    sign that others have it: ``def generate_fix(self): self.llm.generate_fix()``.
    """
    inference = context.strict
    if name.startswith("__") and name.endswith("__"):
        return True
    if name.startswith("_") and "__" in name[2:]:
        return True  # `_Box__size`, a private name of a class
    around = _functions_around(context.facts, name, position)
    key = ("known word", name, context.path, around)
    return cached(
        inference,
        key,
        lambda: (
            _is_bound(inference, name, context.path, around)
            or any(files_outside_with(inference, name))
        ),
        True,
    )


def _functions_around(facts: FileFacts, name: str, position: int) -> tuple[int, ...]:
    """Return the positions of the names of the functions of a name that are around a position."""
    found: list[int] = []
    scope = scope_at(facts, position)
    while scope >= 0:
        row = facts.scope.definition[scope]
        if row >= 0 and facts_view.definition_name(facts, row) == name:
            found.append(facts.definition.position[row])
        scope = facts.scope.parent[scope]
    return tuple(found)


def _is_bound(inference: Inference, name: str, here: str, around: tuple[int, ...]) -> bool:
    return (
        len(inference.files_with(name)) > _COMMON
        or any(path != here for path in inference.files_where(name, _binds))
        or name in inference.need(here).strings
        or any(
            role & f.ROLE_MASK in _BINDING_ROLES and position not in around
            for role, position, _ in inference.need(here).occurrences(name)
        )
    )


def _binds(facts: FileFacts, name: str) -> bool:
    return is_string(facts, name) or has_role(facts, name, _BINDING_ROLES)


def files_naming(inference: Inference, name: str) -> Iterator[tuple[str, FileFacts]]:
    """Yield (path, facts) of the files of the workspace that have a name."""
    for path in inference.files_with(name):
        facts = inference.facts(path)
        if facts is not None:
            yield path, facts


def files_outside_with(inference: Inference, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield (path, text) of files of dependencies and standard library stubs that have a word."""
    word = name.encode("utf-8", "surrogatepass")
    found = re.compile(rb"(?<![\w])" + re.escape(word) + rb"(?![\w])").search
    for path in _outside_with(inference, name):
        try:
            with open(path, "rb") as file:
                text = file.read()
        except OSError:
            continue
        if found(text):
            yield path, text


def _outside_with(inference: Inference, name: str) -> Iterator[str]:
    """Yield files with a name in the standard library's stubs and in packages that are imported."""
    search_path = inference.snapshot.index.search_path
    packages = [search_path.stdlib] if search_path.stdlib else []
    packages += (path for top, path in search_path.top_levels() if _is_imported(inference, top))
    for package in packages:
        yield from inference.snapshot.files_outside_with(package, name)


def _is_imported(inference: Inference, package: str) -> bool:
    key = "is imported", package
    return cached(inference, key, lambda: any(importers(inference, package)), False)


def importers(inference: Inference, package: str) -> Iterator[str]:
    """Yield files of the workspace that import a package or module, or what is in it."""
    name = package.rpartition(".")[2]
    return inference.files_where(name, lambda facts, _: imports_module(facts, package))


# Files outside of the workspace that are searched; a name in more of them may mean anything.
_SEARCHED_FILES = 60
# Subclasses of a class with an attribute that are tried.
_SUBCLASSES = 50


def attributes_used_with(facts: FileFacts, expr: int) -> set[str]:
    """Return the other attributes that the function around uses on the receiver of an attribute.

    The receiver is a plain or dotted name; of ``self.x`` all uses in the class count.
    """
    attribute = facts_view.attribute(facts, expr)
    chain = access_path(facts, attribute.receiver) if attribute is not None else ()
    if attribute is None or not chain:
        return set()
    position = attribute.position
    start, end = _scope_extent(facts, chain[0], position) or _extent(
        facts, position, whole_class=len(chain) > 1 and facts.names[chain[0]] in _OWN
    )
    return uses_of_attribute(facts, chain, start, end) - {attribute.name}


_OWN = ("self", "cls")


def uses_of_attribute(facts: FileFacts, chain: tuple[int, ...], start: int, end: int) -> set[str]:
    """Return the attributes that are read of a plain or dotted name between two positions."""
    known: dict[object, set[str]] = facts.memo.setdefault("uses of attributes", {})
    found = known.get((chain, start, end))
    if found is not None:
        return found
    found = known[chain, start, end] = set()
    assigned = frozenset(facts.attribute_binding.position)
    for role, position, expr in facts.occurrences(facts.names[chain[-1]], start):
        if position >= end:
            break
        if role & f.ROLE_MASK not in (f.READ, f.CALLED):
            continue
        if expr < 0 or access_path(facts, expr) != chain:
            continue
        attribute = attribute_of(facts, expr)
        if attribute is not None and (
            attribute.position not in assigned and not attribute.name.startswith("__")
        ):
            found.add(attribute.name)
    return found


def attribute_of(facts: FileFacts, receiver: int) -> Attribute | None:
    """Return the attribute that is taken of an expression: it is the very next one."""
    row = receiver + 1
    attribute = facts_view.attribute(facts, row) if row < len(facts.expr.op) else None
    return attribute if attribute is not None and attribute.receiver == receiver else None


_INNER = (f.LAMBDA_SCOPE, f.COMPREHENSION_SCOPE, f.FUNCTION_SCOPE)


def _scope_extent(facts: FileFacts, name: int, position: int) -> tuple[int, int] | None:
    """Return start and end of the lambda, comprehension or inner function that binds a name.

    None where the outermost function around a position binds it, or the module.
    """
    kinds, parents = facts.scope.kind, facts.scope.parent
    scope = scope_at(facts, position)
    while scope >= 0 and kinds[scope] in _INNER:
        if facts.bindings_of(scope, name):
            if kinds[scope] == f.FUNCTION_SCOPE:
                if kinds[parents[scope]] not in _INNER:
                    return None
                table, row = facts.definition, facts.scope.definition[scope]
                return table.start[row], table.end[row]
            table = facts.block
            rows = [row for row, of in enumerate(table.scope) if of == scope]
            return min(table.start[row] for row in rows), max(table.end[row] for row in rows)
        scope = parents[scope]
    return None


def _extent(facts: FileFacts, position: int, *, whole_class: bool) -> tuple[int, int]:
    """Return start and end of the outermost function around a position, or of the class."""
    table = facts.definition
    wanted = f.CLASS if whole_class else f.FUNCTION
    found = 0, facts.line_starts[-1]
    for row, start in enumerate(table.start):
        if start <= position < table.end[row] and table.kind[row] == wanted:
            found = start, table.end[row]
            if wanted == f.FUNCTION:
                break
    return found


def is_used_together(inference: Inference, name: str, others: frozenset[str]) -> bool:
    """True if some class may have an attribute and all of the others."""
    key = ("used together", name, others)
    return cached(inference, key, lambda: _has_class_with(inference, name, others), True)


def _has_class_with(inference: Inference, name: str, others: frozenset[str]) -> bool:
    if any(inference.files_where(name, is_set_of_other)):
        return True
    for path in inference.files_with(name):
        if any(_has_all(inference, cls, others) for cls in classes_with(inference, path, name)):
            return True
    for n_searched, (path, _) in enumerate(files_outside_with(inference, name)):
        if n_searched >= _SEARCHED_FILES or not path.endswith((".py", ".pyi")):
            return True
        if any(_has_all(inference, cls, others) for cls in classes_with(inference, path, name)):
            return True
    return False


def classes_with(inference: Inference, path: str, name: str) -> Iterator[Entity]:
    """Yield classes of a file that have a member, and those of the workspace that inherit it."""
    facts = inference.facts(path)
    if facts is None or facts.name_id(name) < 0:
        return
    for row in facts_view.definitions(facts, f.CLASS):
        cls = Entity(CLASS, path, row)
        if inference.class_member(cls, name):
            yield cls
            if inference.own_member(cls, name):
                yield from subclasses(inference, cls)[:_SUBCLASSES]


def _has_all(inference: Inference, cls: Entity, others: frozenset[str]) -> bool:
    if any(base.kind == OUTSIDE for base in inference.mro(cls)):
        return True
    if inference.class_member(cls, "__getattr__"):
        return True
    return all(inference.class_member(cls, other) for other in others)


def is_set_from_outside(inference: Inference, name: str) -> bool:
    """True if code of the workspace assigns an attribute to an object from outside its class."""
    key = ("set from outside", name)
    return cached(
        inference,
        key,
        lambda: any(inference.files_where(name, is_set_of_other)),
        True,
    )


def is_assigned_to(
    inference: Inference, name: str, type_: Type, reader: tuple[str, int] = ("", -1)
) -> bool:
    """True if code assigns an attribute to what may be of one of some types.

    That is code of the workspace, and of the installed modules that have the classes themselves.
    ``reader`` is the path and row of the expression that reads it: what is assigned after it is not
    there yet.
    """
    classes = {value.entity for value in type_}
    files = set(_installed_homes(inference, name, classes))
    if is_set_from_outside(inference, name):
        files.update(inference.files_where(name, is_set_of_other))
    path_read, expr = reader
    return any(
        _may_be(inference, path, receiver, classes)
        for path in files
        for receiver in _assigned_receivers(inference, path, name)
        if path != path_read or not _is_later(inference.need(path), receiver, expr)
    )


def _installed_homes(inference: Inference, name: str, classes: set[Entity]) -> Iterator[str]:
    """Yield installed modules of some classes and their bases that set an attribute."""
    bases = {base for cls in classes if cls.kind == CLASS for base in inference.mro(cls)}
    for path in {base.path for base in bases if base.kind == CLASS and base.is_outside}:
        facts = inference.facts(path)
        if facts is not None and is_set_of_other(facts, name):
            yield path


def _is_later(facts: FileFacts, receiver: int, expr: int) -> bool:
    """True if code at the top of a module runs after other code there, and in no loop with it."""
    start, after = facts.expr.position[expr], facts.expr.position[receiver]
    if start > after or scope_at(facts, start) or scope_at(facts, after):
        return False
    table = facts.block
    return not any(
        kind in (f.LOOP, f.ITERABLE) and table.start[row] <= start < table.end[row]
        for row, kind in enumerate(table.kind)
    )


def is_given_to_module(inference: Inference, name: str, module: Entity) -> bool:
    """True if code of the workspace assigns an attribute to a module."""
    return is_set_from_outside(inference, name) and any(
        item.entity == module
        for path in inference.files_where(name, is_set_of_other)
        for receiver in _assigned_receivers(inference, path, name)
        for item in inference.definitions_of(path, receiver)
    )


def _assigned_receivers(inference: Inference, path: str, name: str) -> Iterator[int]:
    """Yield expressions other than ``self`` to which a file assigns an attribute of a name."""
    facts = inference.facts(path)
    if facts is None:
        return
    row = facts.name_id(name)
    table = facts.attribute_binding
    for index, each in enumerate(table.name):
        if each == row and table.owner[index] < 0:
            yield table.receiver[index]


def _may_be(inference: Inference, path: str, receiver: int, classes: set[Entity]) -> bool:
    # A type variable is what it is bound to, and anything when it is not.
    values = concrete(inference, inference.infer_type(path, receiver))
    if not values or not is_exhaustive(inference, path, receiver):
        return True
    return any(
        value.entity in classes
        or classes.intersection(inference.mro(value.entity))
        or any(value.entity in inference.mro(cls) for cls in classes)
        for value in values
    )


def is_checked(facts: FileFacts, expr: int) -> bool:
    """True if a test in the function around calls anything with the receiver of an attribute."""
    chain = access_path(facts, facts_view.operand(facts, expr))
    if not chain:
        return False
    start, end = _extent(facts, facts.expr.position[expr], whole_class=False)
    tests = _tests_with(facts).get(chain[0], [])
    at = bisect_left(tests, start)
    return at < len(tests) and tests[at] < end


def _tests_with(facts: FileFacts) -> dict[int, list[int]]:
    """Return the starts of the blocks whose test calls anything with a name, by name."""
    known: dict[int, list[int]] | None = facts.memo.get("tests with names")
    if known is None:
        known = facts.memo["tests with names"] = {}
        for start, test in sorted(zip(facts.block.start, facts.block.test, strict=True)):
            for name in _called_with(facts, test) if test >= 0 else ():
                known.setdefault(name, []).append(start)
    return known


def _called_with(facts: FileFacts, test: int) -> set[int]:
    """Return the names that the calls of a test use."""
    if facts_view.called(facts, test) >= 0:
        return set(root_names(facts, test))
    return {name for each in facts_view.operands(facts, test) for name in _called_with(facts, each)}

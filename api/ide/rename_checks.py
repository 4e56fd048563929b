"""Why a new name cannot be: it is bound already, would shadow something, or has a meaning."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer import facts_view, scope_map
from ...indexer.errors import InvalidArgumentsError
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import (
    CLASS,
    Entity,
    name_of,
    owner_class,
    qualified_name,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.members import owner_entity
from .navigation import descendants
from .rename_search import Change

_READS = frozenset([f.READ, f.CALLED, f.INHERITED, f.ANNOTATED, f.DECORATES, f.DELETED])


def check_special(
    inference: Inference, targets: list[Entity], old: str, new: str, changes: list[Change]
) -> None:
    """Raise InvalidArgumentsError for names that Python gives a meaning, or hides in a class."""
    members = [each for each in targets if owner_class(inference.need(each.path), each) >= 0]
    if not members:
        return
    if new.startswith("__") and new.endswith("__"):
        raise InvalidArgumentsError(f"{new!r} has a meaning to Python, by its name.")
    owners = {name_of(inference, owner_entity(inference, each)).lstrip("_") for each in members}
    for owner in owners if is_private(old) else ():
        if inference.files_with(f"_{owner}{old}"):
            raise InvalidArgumentsError(
                f"{old!r} is used as '_{owner}{old}', outside of its class."
            )
    if not is_private(new):
        return
    for change in changes:
        facts = inference.need(change.path)
        cls = scope_map.enclosing_class(facts, change.start)
        around = {facts_view.definition_name(facts, cls).lstrip("_")} if cls >= 0 else set[str]()
        if around != owners:
            line = facts.line_of(change.start) + 1
            raise InvalidArgumentsError(
                f"{new!r} would be private to its class, and {old!r} is used outside of it: "
                f"{change.path}, line {line}."
            )


def is_private(name: str) -> bool:
    """True if Python hides a member of this name in its class."""
    return name.startswith("__") and not name.endswith("__")


def check_members(inference: Inference, targets: list[Entity], new: str) -> None:
    """Raise InvalidArgumentsError when a class has a member of the new name already."""
    for entity in targets:
        facts = inference.need(entity.path)
        cls = owner_class(facts, entity)
        if cls < 0:
            continue
        owner = Entity(CLASS, entity.path, cls)
        for each in (*inference.mro(owner), *descendants(inference, owner)):
            if each.kind == CLASS and inference.own_member(each, new):
                raise InvalidArgumentsError(
                    f"{qualified_name(inference, each)} has a member {new!r} already."
                )


def check_scopes(inference: Inference, path: str, old: str, new: str, changed: set[int]) -> None:
    """Raise InvalidArgumentsError when a new name collides in one file.

    ``changed`` are the byte offsets at which the old name gives way to the new one.
    """
    facts = inference.need(path)
    new_row = facts.name_id(new)
    bound = _binding_scopes(facts, old, changed)
    old_row = facts.name_id(old)
    for scope in bound:
        for row in facts.bindings_of(scope, old_row) if old_row >= 0 else ():
            at = facts.binding.position[row]
            if facts.binding.kind[row] == f.IMPORT and at not in changed:
                line = facts.line_of(at) + 1
                raise InvalidArgumentsError(f"An import binds {old!r} in {path}, line {line}, too.")
        rows = facts.bindings_of(scope, new_row) if new_row >= 0 else []
        for row in rows:
            line = facts.line_of(facts.binding.position[row]) + 1
            raise InvalidArgumentsError(f"{new!r} is bound in {path}, line {line}, already.")
    for position in _plain_reads(facts, old, changed):
        for scope in _scopes_from(facts, position):
            if scope in bound:
                break
            if new_row >= 0 and facts.bindings_of(scope, new_row):
                line = facts.line_of(position) + 1
                raise InvalidArgumentsError(
                    f"In {path}, line {line}, {new!r} would be something else."
                )
    if new_row < 0 or not bound:
        return
    for role, position, _ in facts.occurrences(new):
        if role & f.ATTRIBUTE_ROLE or role & f.ROLE_MASK not in _READS:
            continue
        for scope in _scopes_from(facts, position):
            if facts.bindings_of(scope, new_row):
                break
            if scope in bound:
                line = facts.line_of(position) + 1
                raise InvalidArgumentsError(
                    f"{new!r} in {path}, line {line}, would become what {old!r} is."
                )


def _binding_scopes(facts: FileFacts, name: str, changed: set[int]) -> set[int]:
    """Return the scopes in which a name is bound at some offsets."""
    found: set[int] = set()
    for role, position, ref in facts.occurrences(name):
        if position not in changed or role & f.ATTRIBUTE_ROLE or ref < 0:
            continue
        kind = role & f.ROLE_MASK
        if kind == f.DEFINED:
            found.add(facts.definition.scope[ref])
        elif kind in (f.WRITTEN, f.PARAMETER_ROLE):
            found.add(facts.binding.scope[ref])
        elif kind == f.IMPORTED and facts.imports.bound_position[ref] == position:
            found.add(facts.imports.scope[ref])
    return found


def _plain_reads(facts: FileFacts, name: str, changed: set[int]) -> list[int]:
    return [
        position
        for role, position, _ in facts.occurrences(name)
        if position in changed and not role & f.ATTRIBUTE_ROLE and role & f.ROLE_MASK in _READS
    ]


def _scopes_from(facts: FileFacts, position: int) -> list[int]:
    """Return the scopes in which a name read at a position is looked for, innermost first."""
    kinds, parents = facts.scope.kind, facts.scope.parent
    first = current = scope_map.scope_at(facts, position)
    found: list[int] = []
    while current >= 0:
        if kinds[current] != f.CLASS_SCOPE or current == first:
            found.append(current)
        current = parents[current]
    return found

"""Collisions of a new name: with a binding that has it, or by shadowing one."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer import scope_map
from ....indexer.errors import InvalidArgumentsError
from ....indexer.inference.classes import subclasses
from ....indexer.inference.entities import CLASS, Entity, owner_class, qualified_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.facts import FileFacts
    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference

_READS = frozenset([f.READ, f.CALLED, f.INHERITED, f.ANNOTATED, f.DECORATES, f.DELETED])


def check_members(inference: Inference, targets: list[Entity], new: str) -> None:
    """Raise InvalidArgumentsError when a class has a member of the new name already."""
    for entity in targets:
        facts = inference.need(entity.path)
        cls = owner_class(facts, entity)
        if cls < 0:
            continue
        for each in [
            *inference.mro(Entity(CLASS, entity.path, cls)),
            *_below(inference, entity.path, cls),
        ]:
            if each.kind == CLASS and inference.own_member(each, new):
                raise InvalidArgumentsError(
                    f"{qualified_name(inference, each)} has a member {new!r} already."
                )


def _below(inference: Inference, path: str, cls: int) -> list[Entity]:
    """Classes that are derived from one, directly or not."""
    found: list[Entity] = []
    todo: list[Entity] = [Entity(CLASS, path, cls)]
    while todo and len(found) < 500:
        for each in subclasses(inference, todo.pop()):
            if each not in found:
                found.append(each)
                todo.append(each)
    return found


def check_scopes(inference: Inference, path: str, old: str, new: str, changed: set[int]) -> None:
    """Raise InvalidArgumentsError when a new name collides in one file.

    ``changed`` are the byte offsets at which the old name gives way to the new one.
    """
    facts = inference.need(path)
    new_row = facts.name_id(new)
    bound = _binding_scopes(facts, old, changed)
    for scope in bound:
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
    """Scopes in which a name is bound at some offsets."""
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
    """Scopes in which a name read at a position is looked for, innermost first."""
    kinds, parents = facts.scope.kind, facts.scope.parent
    first = current = scope_map.scope_at(facts, position)
    found: list[int] = []
    while current >= 0:
        if kinds[current] != f.CLASS_SCOPE or current == first:
            found.append(current)
        current = parents[current]
    return found

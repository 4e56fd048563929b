"""All that files define and that can be unused: classes, functions, variables, attributes."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import ATTRIBUTE, CLASS, FUNCTION, VARIABLE, Entity

_VALUES = (f.ASSIGN, f.DECLARE, f.AUGMENT, f.TYPE_ALIAS)


@dataclass(slots=True)
class Definition:
    """A name that a module, class or function defines, at all places where it does."""

    name: str
    entity: Entity
    """The first place."""
    owner: int
    """Row of the class that it is a member of, or -1."""
    is_nested: bool
    """Whether a function defines it."""
    ranges: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """Start and end of each class or function, and of each name that is assigned."""
    rows: list[int] = field(default_factory=list[int])
    """Rows of its bindings, definitions or attribute bindings, by the kind of the entity."""
    mixed: bool = False
    """Whether it is bound in several ways: as a function and a variable, say."""
    is_imported: bool = False
    """Whether it stands in for something that is imported, or the other way round."""


def definitions(path: str, facts: FileFacts) -> list[Definition]:
    """Return what a file defines, each name of a scope once."""
    found: dict[tuple[int, str], Definition] = {}
    for row, name in enumerate(facts.definition.name):
        scope = _outer_scope(facts, facts.definition.scope[row])
        kind = CLASS if facts.definition.kind[row] == f.CLASS else FUNCTION
        each = _known(facts, found, scope, facts.names[name], Entity(kind, path, row))
        each.ranges.append((facts.definition.start[row], facts.definition.end[row]))
        if each.entity.kind == kind:
            each.rows.append(row)
        else:
            each.mixed = True
    table = facts.binding
    for row, kind in enumerate(table.kind):
        scope = _outer_scope(facts, table.scope[row])
        name = facts.names[table.name[row]]
        if kind in _VALUES and facts.scope.kind[scope] in (f.MODULE_SCOPE, f.CLASS_SCOPE):
            each = _known(facts, found, scope, name, Entity(VARIABLE, path, row))
            each.ranges.append((table.position[row], table.position[row] + len(name.encode())))
            if each.entity.kind == VARIABLE:
                each.rows.append(row)
            else:
                each.mixed = True
        elif kind not in (f.DEF_CLASS, f.DEF_FUNCTION, f.DELETE) and (scope, name) in found:
            found[scope, name].mixed = True
            found[scope, name].is_imported |= kind == f.IMPORT
    attributes = _attributes(path, facts, found)
    return [*found.values(), *attributes]


def _attributes(
    path: str, facts: FileFacts, found: dict[tuple[int, str], Definition]
) -> list[Definition]:
    attributes: dict[tuple[int, str], Definition] = {}
    table = facts.attribute_binding
    for row, owner in enumerate(table.owner):
        if owner < 0:
            continue
        name = facts.names[table.name[row]]
        in_class = found.get((facts.definition.own_scope[owner], name))
        if in_class is not None:
            in_class.mixed = True
            continue
        each = attributes.get((owner, name))
        if each is None:
            each = attributes[owner, name] = Definition(
                name, Entity(ATTRIBUTE, path, row), owner, False
            )
        each.rows.append(row)
        each.ranges.append((table.position[row], table.position[row] + len(name.encode())))
    return list(attributes.values())


def _known(
    facts: FileFacts,
    found: dict[tuple[int, str], Definition],
    scope: int,
    name: str,
    entity: Entity,
) -> Definition:
    key = scope, name
    each = found.get(key)
    if each is None:
        kind = facts.scope.kind[scope]
        owner = facts.scope.definition[scope] if kind == f.CLASS_SCOPE else -1
        nested = kind not in (f.MODULE_SCOPE, f.CLASS_SCOPE) or _is_in_function(facts, scope)
        each = found[key] = Definition(name, entity, owner, nested)
    return each


def _is_in_function(facts: FileFacts, scope: int) -> bool:
    while scope >= 0:
        if facts.scope.kind[scope] in (f.FUNCTION_SCOPE, f.LAMBDA_SCOPE):
            return True
        scope = facts.scope.parent[scope]
    return False


def _outer_scope(facts: FileFacts, scope: int) -> int:
    """Return a scope, or the one around type parameters."""
    while facts.scope.kind[scope] == f.TYPE_SCOPE:
        scope = facts.scope.parent[scope]
    return scope

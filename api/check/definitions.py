"""Find definitions by name, and the same definition in another snapshot."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.entities import CLASS, FUNCTION, Entity, qualified_name
from ...indexer.symbols import containers
from .signatures import class_signature, function_signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ...indexer.inference.inference import Inference
    from .signatures import Signature


def definition_of(facts: FileFacts, key: str) -> int:
    """Return the row of the definition with a dotted name, or -1."""
    inside = containers(facts)
    container, _, name = key.rpartition(".")
    table = facts.definition
    for row, scope in enumerate(table.scope):
        if facts.names[table.name[row]] == name and inside[scope] == container:
            return row
    return -1


def definition_entity(facts: FileFacts, path: str, row: int) -> Entity:
    """Return the entity of a row of a file's definitions."""
    return Entity(CLASS if facts.definition.kind[row] == f.CLASS else FUNCTION, path, row)


def entity_named(inference: Inference, path: str, key: str) -> Entity | None:
    """Return the class or function of a file with a dotted name."""
    facts = inference.facts(path)
    row = definition_of(facts, key) if facts is not None else -1
    return definition_entity(facts, path, row) if facts is not None and row >= 0 else None


def counterpart(inference: Inference, entity: Entity, other: Inference) -> Entity | None:
    """Return the definition of the same kind and name that another snapshot has in the file."""
    facts = other.facts(entity.path) if other.exists(entity.path) else None
    if facts is None:
        return None
    name = qualified_name(inference, entity)
    for row in range(len(facts.definition.kind)):
        each = definition_entity(facts, entity.path, row)
        if each.kind == entity.kind and qualified_name(other, each) == name:
            return each
    return None


def signature_of(inference: Inference, entity: Entity) -> Signature | None:
    """Return the only signature of a class, or of a function, called as a method where it is one.

    None if there are several, or if nobody can say.
    """
    strict = inference.strict()
    if entity.kind == CLASS:
        callee = class_signature(strict, entity)
    else:
        facts = inference.need(entity.path)
        flags = facts.definition.flags[entity.row]
        scope = facts.scope.kind[facts.definition.scope[entity.row]]
        bound = scope == f.CLASS_SCOPE and not flags & f.STATIC
        callee = function_signature(strict, entity, bound=bound)
    return callee.signatures[0] if callee is not None and len(callee.signatures) == 1 else None

"""What a lesson rests on: the facts of the header of what is right, whatever its body and layout.

A lesson whose anchor says something else now speaks of other code than that which it was made of.
"""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.hashing import blake2b
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    Entity,
    qualified_name,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import resolve_dotted_name
from ...indexer.symbols import base_names

_FLAGS = f.ASYNC | f.PROPERTY | f.STATIC | f.CLASSMETHOD


def entity_named(inference: Inference, name: str) -> Entity | None:
    """Return the entity of an absolute dotted name; None if there is none that can be read."""
    for found in resolve_dotted_name(inference, name):
        if found.entity.kind not in (OUTSIDE, NAMESPACE):
            return found.entity
    return None


def anchor_facts(inference: Inference, name: str) -> bytes:
    """Return a hash of what the header of something says; empty if it does not exist."""
    entity = entity_named(inference, name)
    if entity is None:
        return b""
    said = repr((entity.kind, qualified_name(inference, entity), _header(inference, entity)))
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _header(inference: Inference, entity: Entity) -> object:
    """Return bases of a class, parameters and kind of a function; nothing of anything else."""
    facts = inference.facts(entity.path)
    if facts is None or entity.kind == MODULE:
        return None
    if entity.kind == CLASS:
        return base_names(facts, entity.row)
    if entity.kind != FUNCTION:
        return None
    table = facts.parameter
    rows = facts_view.parameters(facts, facts.definition.own_scope[entity.row])
    flags = facts.definition.flags[entity.row] & _FLAGS
    return flags, [(facts.names[table.name[r]], table.kind[r], table.default[r] >= 0) for r in rows]

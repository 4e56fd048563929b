"""From stubs to the sources that they describe, and back.

A stub says of what type something is; its source has the body, the documentation, and is what a
person wants to read and change. Both define the same qualified name, which is how one is found from
the other.
"""

from __future__ import annotations

import os

from . import classes, names
from .entities import (
    CLASS,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    PARAMETER,
    Found,
    entity_of_binding,
    name_of,
    owner_class,
    scope_of,
)
from .memo import remember

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity


def source_entity(snapshot: Snapshot, entity: Entity) -> Entity | None:
    """What an entity of a stub is in the source that the stub describes; None when not found."""
    if not entity[1].endswith(".pyi") or entity[0] in (NAMESPACE, OUTSIDE):
        return None
    return remember(
        snapshot,
        ("source", entity),
        lambda: _counterpart(snapshot, entity, source_path(snapshot, entity[1])),
        None,
    )


def stub_entity(snapshot: Snapshot, entity: Entity) -> Entity | None:
    """What an entity of a source is in the stub beside it; None when not found."""
    if not entity[1].endswith(".py") or entity[0] in (NAMESPACE, OUTSIDE):
        return None
    stub = entity[1] + "i"
    if not snapshot.exists(stub):
        return None
    return remember(snapshot, ("stub", entity), lambda: _counterpart(snapshot, entity, stub), None)


def twins(snapshot: Snapshot, entity: Entity) -> set[Entity]:
    """The same definition in the stub or the source of its file: at most one."""
    other = source_entity(snapshot, entity) or stub_entity(snapshot, entity)
    return set() if other is None else {other}


def preferred(snapshot: Snapshot, found: list[Found]) -> list[Found]:
    """What to show for definitions: for those in stubs of sources that are at hand, these.

    The standard library is shown by its stubs.
    """
    result: list[Found] = []
    for item in found:
        entity = item.entity
        if entity[1].startswith("/") and snapshot.index.layers.layer(entity[1]) == "stdlib":
            other = None
        else:
            other = source_entity(snapshot, entity)
        shown = item if other is None else Found(other, item.evidence)
        if all(shown.entity != kept.entity for kept in result):
            result.append(shown)
    return result


def missing_in_stub(snapshot: Snapshot, path: str, name: str) -> list[Found]:
    """What a name stands for that a stub leaves out, and the source that it describes has."""
    source = source_path(snapshot, path) if path.endswith(".pyi") else None
    return names.module_member(snapshot, source, name) if source is not None else []


def source_path(snapshot: Snapshot, stub: str) -> str | None:
    """The source that a stub describes, by their paths; None when there is none at hand."""
    if stub.startswith("/"):
        return snapshot.index.layers.source_of(stub)
    beside = stub.removesuffix("i")
    if snapshot.exists(beside):
        return beside
    # Stubs in a folder of their own: `typings`, or a package of stubs alone.
    folder, _, rest = stub.partition("/")
    if folder.endswith("-stubs"):
        dotted = f"{folder.removesuffix('-stubs')}/{rest}"
    else:
        dotted = snapshot.index.module_name(stub) or ""
    dotted = dotted.removesuffix(".pyi").removesuffix("/__init__").replace("/", ".")
    for candidate in snapshot.index.workspace.module_candidates(dotted) if dotted else ():
        if candidate.endswith(".py") and snapshot.exists(candidate):
            return candidate
    path = dotted.replace(".", "/")
    for root in snapshot.index.layers.roots if dotted else ():
        for full in (f"{root}/{path}/__init__.py", f"{root}/{path}.py"):
            if os.path.isfile(full):
                return full
    return None


def _counterpart(snapshot: Snapshot, entity: Entity, path: str | None) -> Entity | None:
    """The entity of the same qualified name in another file of the same module."""
    facts = snapshot.facts(path) if path is not None else None
    if path is None or facts is None:
        return None
    if entity[0] == MODULE:
        return MODULE, path, -1
    chain = _chain(snapshot, entity)
    if not chain:
        return None
    if entity[0] == PARAMETER:
        function = _named(snapshot, path, chain[:-1])
        return _parameter(snapshot, function, chain[-1]) if function is not None else None
    found = _named(snapshot, path, chain)
    if found is None or (entity[0] == CLASS) != (found[0] == CLASS):
        return None
    # Where that is a stub too, it is no source.
    return found if found[1].endswith(".pyi") == path.endswith(".pyi") else None


def _chain(snapshot: Snapshot, entity: Entity) -> list[str]:
    """Names from the module's level down to an entity; empty for what is local to a function."""
    chain = [name_of(snapshot, entity)]
    facts = snapshot.need(entity[1])
    if entity[0] == PARAMETER:
        definition = _definition_of(facts, scope_of(facts, entity))
        if definition < 0:
            return []
        entity = (FUNCTION, entity[1], definition)
        chain.append(name_of(snapshot, entity))
    while (owner := owner_class(facts, entity)) >= 0:
        entity = (CLASS, entity[1], owner)
        chain.append(name_of(snapshot, entity))
    if scope_of(facts, entity) > 0:
        return []
    return chain[::-1]


def _definition_of(facts: FileFacts, scope: int) -> int:
    from .. import facts as f

    return facts.scope[f.SCOPE_DEFINITION][scope] if scope > 0 else -1


def _named(snapshot: Snapshot, path: str, chain: list[str]) -> Entity | None:
    found = names.module_member(snapshot, path, chain[0])
    for name in chain[1:]:
        if not found or found[0].entity[0] != CLASS:
            return None
        found = classes.own_member(snapshot, found[0].entity, name) or [
            item
            for item in classes.class_member(snapshot, found[0].entity, name)
            if item.entity[0] != OUTSIDE
        ]
    entity = found[-1].entity if found else None
    return entity if entity is not None and entity[0] not in (MODULE, OUTSIDE) else None


def _parameter(snapshot: Snapshot, function: Entity, name: str) -> Entity | None:
    from .. import facts as f

    if function[0] != FUNCTION:
        return None
    facts = snapshot.need(function[1])
    scope = facts.definition[f.DEF_OWN_SCOPE][function[2]]
    row = facts.name_id(name)
    for binding in facts.bindings_of(scope, row) if row >= 0 else []:
        if facts.binding[f.BIND_KIND][binding] == f.PARAMETER:
            return entity_of_binding(function[1], facts, binding)
    return None

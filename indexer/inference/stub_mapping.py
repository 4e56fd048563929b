"""From stubs to the sources that they describe, and back.

A stub says of what type something is; its source has the body, the documentation, and is what a
person wants to read and change. Both define the same qualified name, which is how one is found from
the other.
"""

from __future__ import annotations

import os

from .. import facts as f
from ..paths import is_outside
from . import names
from .entities import (
    CLASS,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    PARAMETER,
    Entity,
    Found,
    entity_of_binding,
    name_of,
    owner_class,
    scope_of,
)
from .query_cache import cached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference


def source_entity(inference: Inference, entity: Entity) -> Entity | None:
    """Return what an entity of a stub is in the source that the stub describes.

    None when not found.
    """
    if not entity.path.endswith(".pyi") or entity.kind in (NAMESPACE, OUTSIDE):
        return None
    return cached(
        inference,
        ("source", entity),
        lambda: _counterpart(inference, entity, source_path(inference, entity.path)),
        None,
    )


def stub_entity(inference: Inference, entity: Entity) -> Entity | None:
    """Return what an entity of a source is in the stub beside it; None when not found."""
    if not entity.path.endswith(".py") or entity.kind in (NAMESPACE, OUTSIDE):
        return None
    stub = entity.path + "i"
    if not inference.exists(stub):
        return None
    return cached(inference, ("stub", entity), lambda: _counterpart(inference, entity, stub), None)


def counterparts(inference: Inference, entity: Entity) -> set[Entity]:
    """The same definition in the stub or the source of its file: at most one."""
    other = source_entity(inference, entity) or stub_entity(inference, entity)
    return set() if other is None else {other}


def prefer_source(inference: Inference, found: list[Found]) -> list[Found]:
    """Return what to show for definitions: for those in stubs of sources that are at hand, these.

    The standard library is shown by its stubs.
    """
    result: list[Found] = []
    for item in found:
        entity = item.entity
        if (
            entity.is_outside
            and inference.snapshot.index.search_path.layer(entity.path) == "stdlib"
        ):
            other = None
        else:
            other = source_entity(inference, entity)
        shown = item if other is None else Found(other, item.evidence)
        if all(shown.entity != kept.entity for kept in result):
            result.append(shown)
    return result


def missing_in_stub(inference: Inference, path: str, name: str) -> list[Found]:
    """Return what a name stands for that a stub leaves out and its source has."""
    source = _telling_source(inference, path) if path.endswith(".pyi") else None
    return names.module_member(inference, source, name) if source is not None else []


def has_source(inference: Inference, path: str) -> bool:
    """True if the source that a stub describes is at hand, and shows all names of its module."""
    source = _telling_source(inference, path)
    return (
        source is not None
        and inference.facts(source) is not None
        and not inference.has_dynamic_members(source)
    )


def _telling_source(inference: Inference, stub: str) -> str | None:
    """Return the source of a stub, if it is of the version of Python that the workspace is for."""
    search_path = inference.snapshot.index.search_path
    if search_path.layer(inference.snapshot.absolute(stub)) == "stdlib" and not (
        search_path.has_sources_of_version
    ):
        return None
    return source_path(inference, stub)


def source_path(inference: Inference, stub: str) -> str | None:
    """The source that a stub describes, by their paths; None when there is none at hand."""
    if is_outside(stub):
        return inference.snapshot.index.search_path.source_of(stub)
    beside = stub.removesuffix("i")
    if inference.exists(beside):
        return beside
    # Stubs in a folder of their own: `typings`, or a package of stubs alone.
    folder, _, rest = stub.partition("/")
    if folder.endswith("-stubs"):
        dotted = f"{folder.removesuffix('-stubs')}/{rest}"
    else:
        dotted = inference.snapshot.index.module_name(stub) or ""
    dotted = dotted.removesuffix(".pyi").removesuffix("/__init__").replace("/", ".")
    for candidate in inference.snapshot.index.workspace.module_candidates(dotted) if dotted else ():
        if candidate.endswith(".py") and inference.exists(candidate):
            return candidate
    path = dotted.replace(".", "/")
    for root in inference.snapshot.index.search_path.roots if dotted else ():
        for full in (f"{root}/{path}/__init__.py", f"{root}/{path}.py"):
            if os.path.isfile(full):
                return full
    return None


def _counterpart(inference: Inference, entity: Entity, path: str | None) -> Entity | None:
    """The entity of the same qualified name in another file of the same module."""
    facts = inference.facts(path) if path is not None else None
    if path is None or facts is None:
        return None
    if entity.kind == MODULE:
        return Entity(MODULE, path, -1)
    chain = _chain(inference, entity)
    if not chain:
        return None
    if entity.kind == PARAMETER:
        function = _named(inference, path, chain[:-1])
        return _parameter(inference, function, chain[-1]) if function is not None else None
    found = _named(inference, path, chain)
    if found is None or (entity.kind == CLASS) != (found.kind == CLASS):
        return None
    # Where that is a stub too, it is no source.
    return found if found.path.endswith(".pyi") == path.endswith(".pyi") else None


def _chain(inference: Inference, entity: Entity) -> list[str]:
    """Names from the module's level down to an entity; empty for what is local to a function."""
    chain = [name_of(inference, entity)]
    facts = inference.need(entity.path)
    if entity.kind == PARAMETER:
        definition = _definition_of(facts, scope_of(facts, entity))
        if definition < 0:
            return []
        entity = Entity(FUNCTION, entity.path, definition)
        chain.append(name_of(inference, entity))
    while (owner := owner_class(facts, entity)) >= 0:
        entity = Entity(CLASS, entity.path, owner)
        chain.append(name_of(inference, entity))
    if scope_of(facts, entity) > 0:
        return []
    return chain[::-1]


def _definition_of(facts: FileFacts, scope: int) -> int:

    return facts.scope.definition[scope] if scope > 0 else -1


def _named(inference: Inference, path: str, chain: list[str]) -> Entity | None:
    found = names.module_member(inference, path, chain[0])
    for name in chain[1:]:
        if not found or found[0].entity.kind != CLASS:
            return None
        found = inference.own_member(found[0].entity, name) or [
            item
            for item in inference.class_member(found[0].entity, name)
            if item.entity.kind != OUTSIDE
        ]
    entity = found[-1].entity if found else None
    return entity if entity is not None and entity.kind not in (MODULE, OUTSIDE) else None


def _parameter(inference: Inference, function: Entity, name: str) -> Entity | None:
    if function.kind != FUNCTION:
        return None
    facts = inference.need(function.path)
    scope = facts.definition.own_scope[function.row]
    row = facts.name_id(name)
    for binding in facts.bindings_of(scope, row) if row >= 0 else []:
        if facts.binding.kind[binding] == f.PARAMETER:
            return entity_of_binding(function.path, facts, binding)
    return None

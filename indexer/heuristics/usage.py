"""Attributes that code uses on a variable, and classes that have them all."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..inference.classes import class_member, mro
from ..inference.entities import CLASS, OUTSIDE, Entity
from ..inference.modules import find_module
from ..inference.query_cache import cached
from ..inference.types import instance
from .evidence import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts import FileFacts
    from ..inference.inference import Inference
    from .evidence import ParameterQuery

# Modules whose classes everybody uses: a member of one of them says nothing.
_COMMON = (
    "builtins", "typing", "_io", "io", "pathlib", "datetime", "re", "logging", "collections",
    "threading", "subprocess", "socket", "argparse", "unittest.case", "asyncio.events",
    "http.client", "xml.etree.ElementTree", "email.message", "queue", "decimal", "inspect", "ast",
)  # fmt: skip
_SYMBOLS = 12
_MIN_LENGTH = 5
# Names, the longest first, that are looked up to find the classes that may fit.
_LOOKED_UP = 4


def attributes_used_on_parameter(query: ParameterQuery) -> set[str]:
    """Return the names of the attributes that a function uses on its parameter."""
    facts = query.facts
    scope = facts.binding.scope[query.row]
    return attributes_used_on_name(facts, scope, facts.binding.name[query.row])


def attributes_used_on_name(facts: FileFacts, scope: int, name: int) -> set[str]:
    """Return the names of the attributes used on a name of a scope, without dunder names."""
    return {text for text in _attributes(facts, scope, name) if not text.startswith("__")}


def _attributes(facts: FileFacts, scope: int, name: int) -> Iterator[str]:
    start, end = facts.scope.start[scope], facts.scope.end[scope]
    text = facts.names[name]
    for role, position, ref in facts.occurrences(text):
        if role != f.READ or not start <= position < end:
            continue
        attribute = facts_view.attribute(facts, facts_view.attribute_of_name(facts, ref))
        if attribute is not None:
            yield attribute.name


def has_all_members(inference: Inference, entity: Entity, used: set[str]) -> bool:
    """True if a class has all of these members, as far as its bases are known."""
    if any(base.kind == OUTSIDE for base in mro(inference, entity)):
        return all(
            any(
                item.entity.kind != OUTSIDE
                for base in mro(inference, entity)
                if base.kind == CLASS
                for item in class_member(inference, base, name)
            )
            for name in used
        )
    return all(class_member(inference, entity, name) for name in used)


def is_distinctive(inference: Inference, name: str) -> bool:
    """True if a member's name is none that classes of the standard library have."""
    if len(name) < _MIN_LENGTH or name.startswith("__"):
        return False
    return cached(inference, ("distinctive", name), lambda: not _is_common(inference, name), False)


def _is_common(inference: Inference, name: str) -> bool:
    for module in _COMMON:
        found = find_module(inference, module)
        facts = inference.facts(found.path) if found is not None else None
        if facts is not None and facts.name_id(name) >= 0:
            return True
    return False


def class_with_members(inference: Inference, query: ParameterQuery) -> Answer | None:
    """Return the only class that has all attributes used on a parameter."""
    if inference.progress.conventions > 1:
        return None  # too weak for others to rest on
    used = attributes_used_on_parameter(query)
    entity = only_class_with(inference, used)
    if entity is None:
        return None
    noun = "attribute" if len(used) == 1 else "attributes"
    because = f"the only class with the {len(used)} {noun} used on it"
    return Answer((instance(entity),), "members-used", because)


def only_class_with(inference: Inference, used: set[str]) -> Entity | None:
    """Return the only class, its subclasses apart, that defines all of these members."""
    candidates: list[Entity] | None = None
    for name in sorted(used, key=lambda name: (-len(name), name))[:_LOOKED_UP]:
        if len(name) < _MIN_LENGTH:
            break
        classes = _classes_defining(inference, name)
        if classes is None:
            continue
        if not classes:
            return None
        if not is_distinctive(inference, name):
            continue
        if candidates is None or len(classes) < len(candidates):
            candidates = classes
    if not candidates:
        return None
    fitting = [entity for entity in candidates if has_all_members(inference, entity, used)]
    roots = [
        entity
        for entity in fitting
        if not any(other != entity and other in mro(inference, entity) for other in fitting)
    ]
    return roots[0] if len(roots) == 1 else None


def _classes_defining(inference: Inference, name: str) -> list[Entity] | None:
    """Return the classes that define a member themselves; None if there are too many."""
    files = files_defining(inference, name)
    if len(files) > _SYMBOLS:
        return None
    found: list[Entity] = []
    for path in files:
        facts = inference.facts(path)
        if facts is not None:
            found += [Entity(CLASS, path, row) for row in dict.fromkeys(_owners(facts, name))]
    return found


def files_defining(inference: Inference, name: str) -> list[str]:
    """Return the files in which a class, a function or a member of this name is defined."""
    found = {path for path, _ in inference.snapshot.symbols_named([name])}
    # Those that the index does not show, or not as they are.
    others = inference.snapshot.overlaid() | inference.snapshot.view.pending
    if others:
        found |= others & set(inference.files_with(name))
    return sorted(found)


def _owners(facts: FileFacts, name: str) -> Iterator[int]:
    row = facts.name_id(name)
    if row < 0:
        return
    kinds, definitions = facts.scope.kind, facts.scope.definition
    for index, bound in enumerate(facts.binding.name):
        if bound == row:
            scope = facts.binding.scope[index]
            if kinds[scope] == f.CLASS_SCOPE:
                yield definitions[scope]
    table = facts.attribute_binding
    for index, bound in enumerate(table.name):
        if bound == row and table.owner[index] >= 0:
            yield table.owner[index]

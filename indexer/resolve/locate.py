"""From what a person or program points at to entities: by position, or by name."""

from __future__ import annotations

from .. import facts as f
from .classes import class_member
from .entities import (
    ATTRIBUTE,
    CLASS,
    EXACT,
    FUNCTION,
    INFERRED,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    PARAMETER,
    VARIABLE,
    Found,
    entity_of_binding,
)
from .entity_types import instances_of
from .evaluate import objects
from .keywords import taken_by
from .modules import find_module, imported_module
from .names import import_target, lookup, member_of, module_member

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot


class Occurrence:
    """A name where it is written: its text, position, role and row (see ``facts``)."""

    __slots__ = ("name", "position", "ref", "role")

    def __init__(self, name: str, position: int, role: int, ref: int) -> None:
        """An occurrence as the table lists it."""
        self.name = name
        self.position = position
        self.role = role
        self.ref = ref


def identifier_at(text: bytes, offset: int) -> tuple[int, str] | None:
    """(start, text) of the identifier that holds an offset or ends at it."""
    start = end = min(offset, len(text))
    while start > 0 and _is_word(text[start - 1]):
        start -= 1
    while end < len(text) and _is_word(text[end]):
        end += 1
    if start == end or 48 <= text[start] <= 57:
        return None
    return start, text[start:end].decode("utf-8", "replace")


def _is_word(byte: int) -> bool:
    return byte >= 128 or byte == 95 or 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122


def occurrence_at(snapshot: Snapshot, path: str, offset: int) -> Occurrence | None:
    """The occurrence of a name at a byte offset."""
    found = identifier_at(snapshot.text(path), offset)
    if found is None:
        return None
    start, name = found
    for role, position, ref in snapshot.need(path).occurrences(name):
        if position == start:
            return Occurrence(name, position, role, ref)
    return None


def entities_at(snapshot: Snapshot, path: str, occurrence: Occurrence) -> list[Found]:
    """What an occurrence stands for."""
    facts = snapshot.need(path)
    role, ref = occurrence.role & f.ROLE_MASK, occurrence.ref
    if role == f.DEFINED:
        kind = CLASS if facts.definition[f.DEF_KIND][ref] == f.CLASS else FUNCTION
        return [Found((kind, path, ref))]
    if role == f.KEYWORD:
        return keyword(snapshot, path, facts, occurrence)
    if occurrence.role & f.ATTRIBUTE_ROLE:
        return objects(snapshot, path, ref) or _own_attribute(path, facts, ref)
    if role == f.PARAMETER_ROLE:
        return [Found((PARAMETER, path, ref))]
    if role in (f.WRITTEN, f.DELETED):
        return _written(snapshot, path, facts, ref)
    if role == f.IMPORTED:
        return import_target(snapshot, path, facts, ref)
    if role == f.MODULE_ROLE:
        return _module_component(snapshot, path, facts, occurrence)
    if role == f.EXPORTED:
        return module_member(snapshot, path, occurrence.name)
    return objects(snapshot, path, ref)


def _written(snapshot: Snapshot, path: str, facts: FileFacts, row: int) -> list[Found]:
    """A name that is bound here: itself, or what ``global`` and ``nonlocal`` say it is."""
    kind = facts.binding[f.BIND_KIND][row]
    scope, name = facts.binding[f.BIND_SCOPE][row], facts.binding[f.BIND_NAME][row]
    position = facts.binding[f.BIND_POS][row]
    if kind in (f.AUGMENT, f.DELETE):
        return lookup(snapshot, path, scope, name, position)
    kinds = facts.binding[f.BIND_KIND]
    if any(kinds[other] in (f.GLOBAL, f.NONLOCAL) for other in facts.bindings_of(scope, name)):
        return lookup(snapshot, path, scope, name, position)
    return [Found((VARIABLE, path, row))]


def _own_attribute(path: str, facts: FileFacts, expr: int) -> list[Found]:
    """The attribute binding that an attribute being written to makes itself."""
    position = facts.expr[f.EXPR_POS][expr]
    for row, at in enumerate(facts.attribute_binding[f.ATTR_POS]):
        if at == position:
            return [Found((ATTRIBUTE, path, row), INFERRED)]
    return []


def _module_component(
    snapshot: Snapshot, path: str, facts: FileFacts, occurrence: Occurrence
) -> list[Found]:
    """The module that a dotted name in an import names up to and with one component."""
    spelled = facts.names[facts.imports[f.IMP_MODULE][occurrence.ref]]
    text = snapshot.text(path)
    # Components before this one: what is written between the start of the name and this place.
    start = occurrence.position
    while start > 0 and (_is_word(text[start - 1]) or text[start - 1 : start] == b"."):
        start -= 1
    before = text[start : occurrence.position].decode("utf-8", "replace")
    prefix = before + occurrence.name
    if not spelled.startswith(prefix):
        prefix = spelled
    return [Found(imported_module(snapshot, path, prefix))]


def keyword(snapshot: Snapshot, path: str, facts: FileFacts, occurrence: Occurrence) -> list[Found]:
    """The parameter that a keyword argument goes to; for a class, of its constructor or a field."""
    call = occurrence.ref
    if call < 0 or facts.expr[f.EXPR_OP][call] not in (f.CALL, f.PATTERN_CLASS):
        return []
    return taken_by(snapshot, path, facts, call, occurrence.name)


def by_name(snapshot: Snapshot, dotted: str) -> list[Found]:
    """Entities that an absolute dotted name names: the longest module, then its members."""
    parts = dotted.split(".")
    if not all(parts):
        return []
    for split in range(len(parts), 0, -1):
        module = find_module(snapshot, ".".join(parts[:split]))
        if module is None:
            continue
        found = [Found(module)]
        for part in parts[split:]:
            found = [inner for item in found for inner in member(snapshot, item, part)]
        if found:
            return found
        if module[0] == MODULE:
            break
    return []


def member(snapshot: Snapshot, item: Found, name: str) -> list[Found]:
    """What ``entity.name`` names, for any kind of entity."""
    kind = item.entity[0]
    if kind in (MODULE, NAMESPACE, OUTSIDE):
        inner = member_of(snapshot, item.entity, name)
    elif kind == CLASS:
        inner = class_member(snapshot, item.entity, name)
    elif kind == FUNCTION:
        inner = _local(snapshot, item, name)
    else:
        inner = [
            found
            for cls in instances_of(snapshot, item.entity)
            for found in class_member(snapshot, cls.entity, name)
        ]
    return [found.weaker(item.evidence) for found in inner if found.evidence >= EXACT]


def _local(snapshot: Snapshot, function: Found, name: str) -> list[Found]:
    """A parameter, or something defined inside a function."""
    _, path, row = function.entity
    facts = snapshot.need(path)
    scope = facts.definition[f.DEF_OWN_SCOPE][row]
    name_row = facts.name_id(name)
    return [
        Found(entity_of_binding(path, facts, index))
        for index, bound in enumerate(facts.binding[f.BIND_NAME])
        if bound == name_row and facts.binding[f.BIND_SCOPE][index] == scope
    ][:1]

"""Entities: the definitions that names stand for.

An entity is a tuple ``(kind, path, row)``: where something is defined, as a row of the facts of one
file. Entities compare equal when they are the same definition, which is what references rest on.
"""

from __future__ import annotations

from .. import facts as f
from ..paths import is_outside
from ..symbols import containers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from ..facts import FileFacts
    from .inference import Inference
else:
    from ..named_tuple import NamedTuple

MODULE, NAMESPACE, CLASS, FUNCTION, VARIABLE, PARAMETER, ATTRIBUTE, OUTSIDE, QUOTED = range(9)

EXACT, INFERRED, CONVENTIONAL, TEXTUAL = range(4)
EVIDENCE_NAMES = ("exact", "inferred", "conventional", "textual")


class Entity(NamedTuple):
    """What a name stands for: where that is defined, as a row of the facts of one file.

    MODULE: path of the file, row -1. NAMESPACE: path of the folder. CLASS, FUNCTION: row of
    definition. VARIABLE, PARAMETER: row of binding. ATTRIBUTE: row of attribute_binding. OUTSIDE: a
    dotted name that no file shows the definition of stands in place of the path. QUOTED: a field of
    a class that a call makes, which only a string names, with the byte offset of that as the row.
    """

    kind: int
    path: str
    row: int

    @property
    def is_outside(self) -> bool:
        """True if it is defined in no file of the workspace."""
        return is_outside(self.path)


class Found:
    """An entity with the evidence for it."""

    __slots__ = ("entity", "evidence")

    origin = ""
    """The other indexer that says so, see :mod:`flux_index.api.source.imported`."""

    def __init__(self, entity: Entity, evidence: int = EXACT) -> None:
        """Evidence is the weakest link of the chain that led here."""
        self.entity = entity
        self.evidence = evidence

    def weaker(self, evidence: int) -> Found:
        """The same entity, known no better than ``evidence``."""
        return self if evidence <= self.evidence else Found(self.entity, evidence)

    def __eq__(self, other: object) -> bool:
        """True if both are the same entity, known equally well."""
        return (
            isinstance(other, Found)
            and self.entity == other.entity
            and self.evidence == other.evidence
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """For people who debug."""
        return f"Found({self.entity}, {EVIDENCE_NAMES[self.evidence]})"


def entity_of_binding(path: str, facts: FileFacts, row: int) -> Entity:
    """The entity that a binding introduces; an import's is the variable it binds."""
    kind = facts.binding.kind[row]
    if kind == f.DEF_CLASS:
        return Entity(CLASS, path, facts.binding.ref[row])
    if kind == f.DEF_FUNCTION:
        return Entity(FUNCTION, path, facts.binding.ref[row])
    if kind == f.PARAMETER:
        return Entity(PARAMETER, path, row)
    return Entity(VARIABLE, path, row)


def name_of(inference: Inference, entity: Entity) -> str:
    """Last component of an entity's name."""
    kind, path, row = entity
    if kind == OUTSIDE:
        return path.rpartition(".")[2]
    if kind == NAMESPACE:
        return path.rpartition("/")[2]
    if kind == MODULE:
        dotted = inference.snapshot.index.module_name(path)
        return (dotted or path).rpartition(".")[2]
    facts = inference.need(path)
    if kind == QUOTED:
        text = inference.text(path)
        end = row
        while text[end : end + 1].isalnum() or text[end : end + 1] == b"_" or text[end] >= 128:
            end += 1
        return text[row:end].decode("utf-8", "replace")
    column = {
        CLASS: facts.definition.name,
        FUNCTION: facts.definition.name,
        VARIABLE: facts.binding.name,
        PARAMETER: facts.binding.name,
        ATTRIBUTE: facts.attribute_binding.name,
    }[kind]
    return facts.names[column[row]]


def position_of(inference: Inference, entity: Entity) -> int:
    """Byte offset of an entity's name in its file; 0 for modules."""
    kind, path, row = entity
    if kind in (MODULE, NAMESPACE, OUTSIDE):
        return 0
    if kind == QUOTED:
        return row
    facts = inference.need(path)
    if kind in (CLASS, FUNCTION):
        return facts.definition.position[row]
    if kind == ATTRIBUTE:
        return facts.attribute_binding.position[row]
    return facts.binding.position[row]


def scope_of(facts: FileFacts, entity: Entity) -> int:
    """Row of the scope in which an entity's name is bound; -1 for modules and attributes."""
    kind, _, row = entity
    if kind in (CLASS, FUNCTION):
        return facts.definition.scope[row]
    if kind in (VARIABLE, PARAMETER):
        return facts.binding.scope[row]
    return -1


def owner_class(facts: FileFacts, entity: Entity) -> int:
    """Definition row of the class that an entity is a member of, or -1."""
    kind, _, row = entity
    if kind == ATTRIBUTE:
        return facts.attribute_binding.owner[row]
    scope = scope_of(facts, entity)
    while scope >= 0 and facts.scope.kind[scope] == f.TYPE_SCOPE:
        scope = facts.scope.parent[scope]
    if scope >= 0 and facts.scope.kind[scope] == f.CLASS_SCOPE:
        return facts.scope.definition[scope]
    return -1


def qualified_name(inference: Inference, entity: Entity) -> str:
    """Dotted name from the module on; a local name contains the functions around it."""
    kind, path, row = entity
    index = inference.snapshot.index
    if kind == OUTSIDE:
        return path
    if kind == NAMESPACE:
        return index.module_name(f"{path}/__init__.py") or path.replace("/", ".")
    module = index.module_name(path) or path
    if kind == MODULE:
        return module
    facts = inference.need(path)
    inside: list[str] | None = facts.memo.get("containers")
    if inside is None:
        inside = facts.memo["containers"] = containers(facts)
    if kind == QUOTED:
        return f"{module}.{_made_class(facts, row)}.{name_of(inference, entity)}"
    if kind == ATTRIBUTE:
        owner = facts.attribute_binding.owner[row]
        scope = facts.definition.own_scope[owner] if owner >= 0 else 0
    else:
        scope = scope_of(facts, entity)
    name = name_of(inference, entity)
    container = inside[scope]
    return ".".join(part for part in (module, container, name) if part)


def _made_class(facts: FileFacts, position: int) -> str:
    """Return the name of the class that is made by the call around a position."""
    table = facts.definition
    for row, start in enumerate(table.position):
        if table.kind[row] == f.CLASS and start < position < table.header_end[row]:
            return facts.names[table.name[row]]
    rows = [row for row, start in enumerate(facts.binding.position) if start < position]
    last = max(rows, key=facts.binding.position.__getitem__, default=-1)
    return facts.names[facts.binding.name[last]] if last >= 0 else ""


def merge_found(first: list[Found], second: list[Found]) -> list[Found]:
    """Both lists, each entity once."""
    seen = {item.entity for item in first}
    return first + [item for item in second if item.entity not in seen]


def first_parameter_class(facts: FileFacts, entity: Entity) -> int:
    """Definition row of the class whose method has this as its first parameter, or -1."""
    row = entity.row
    scope = facts.binding.scope[row]
    definition = facts.scope.definition[scope]
    if definition < 0 or facts.scope.kind[scope] != f.FUNCTION_SCOPE:
        return -1
    parameter = facts.binding.ref[row]
    if parameter not in _first_parameters(facts) or facts.definition.flags[definition] & f.STATIC:
        return -1
    return owner_class(facts, Entity(FUNCTION, entity.path, definition))


def _first_parameters(facts: FileFacts) -> set[int]:
    """Rows of the first parameters; those of a default's lambda stand between others' rows."""
    found: set[int] | None = facts.memo.get("first parameters")
    if found is None:
        first: dict[int, int] = {}
        for row, scope in enumerate(facts.parameter.scope):
            first.setdefault(scope, row)
        found = facts.memo["first parameters"] = set(first.values())
    return found

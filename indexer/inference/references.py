"""References of a definition: candidates by name from the index, each confirmed by resolving it."""

from __future__ import annotations

from .. import facts as f
from ..errors import OutOfWorkError
from ..paths import is_outside
from ..snapshot.query_cache import ANY_NAME
from ..symbols import QUOTE
from ..symbols import is_local as is_local_scope
from . import stub_mapping
from .classes import mro, override_family
from .entities import (
    ATTRIBUTE,
    CLASS,
    CONVENTIONAL,
    INFERRED,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    QUOTED,
    TEXTUAL,
    VARIABLE,
    Entity,
    entity_of_binding,
    name_of,
    owner_class,
    scope_of,
)
from .locate import Occurrence, entities_at, occurrence_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts import FileFacts
    from .entities import Found
    from .inference import Inference


# Answers about single files that are kept for when they are asked for again; most are small.
_KEPT = 40_000
# Steps of work that an answer may take which may be partial; `QuerySet.get` of Django takes 16,000.
_WORK = 150_000
# Steps that asking for the conventions of places may take in an answer that may be partial.
_CONVENTIONAL_WORK = 40_000
# The evidence of a place that means something else as far as types tell.
_ELSEWHERE = TEXTUAL + 1


class Reference:
    """A place where an entity is used, and how sure that is."""

    __slots__ = ("evidence", "length", "path", "position", "role")

    origin = ""
    """The other indexer that says so, see :mod:`flux_index.api.source.imported`."""

    def __init__(self, path: str, position: int, length: int, role: int, evidence: int) -> None:
        """``role`` is one of the roles of ``facts``, without the attribute bit.

        ``length`` is that of the name as it is written there, in bytes.
        """
        self.path = path
        self.position = position
        self.length = length
        self.role = role
        self.evidence = evidence

    def weaker(self, evidence: int) -> Reference:
        """Return the same with evidence that is at most this strong."""
        return Reference(
            self.path, self.position, self.length, self.role, max(self.evidence, evidence)
        )


def references(
    inference: Inference,
    entity: Entity,
    *,
    aliases: bool = True,
    overrides: bool = False,
    conventions: bool = True,
    is_partial: bool = False,
    spelled: str = "",
) -> list[Reference]:
    """Every use of an entity in order of path and position, its definition included.

    With ``aliases``, uses under another name that an import gives it count; with ``overrides``,
    those of what it overrides and of what overrides it count too. Occurrences
    that cannot be resolved are given with evidence TEXTUAL when they could mean it: an attribute of
    an unknown receiver may be a member, a plain name never is. With ``conventions``, those of them
    are CONVENTIONAL that by the code base's conventions do mean it, and those left out that by them
    mean something else: they are what a definition is looked up by. ``spelled`` is the name under
    which it was asked for, which an import outside of the workspace may have given it.

    If they take too much work this raises OutOfWorkError. ``is_partial`` answers may leave files
    out, and conventions of places, which the work of the snapshot then says.
    """
    if is_partial:
        with inference.snapshot.work.part(_WORK):
            return _references(
                inference, entity, aliases, overrides, conventions, is_partial, spelled
            )
    return _references(inference, entity, aliases, overrides, conventions, is_partial, spelled)


def _references(
    inference: Inference,
    entity: Entity,
    aliases: bool,
    overrides: bool,
    conventions: bool,
    is_partial: bool,
    spelled: str,
) -> list[Reference]:
    strict = inference.strict()
    progress, kept = strict.progress, strict.snapshot.references
    if len(kept.answers) > _KEPT:
        kept.clear()
    members = override_family(strict, entity) if overrides else [entity]
    same = frozenset(each for member in members for each in same_symbol(strict, member))
    if all(is_local(strict, member) for member in members):
        files = {member.path: {name_of(strict, entity)} for member in members}
    else:
        files = _files(strict, entity, spelled, aliases=aliases)
    # What the definitions themselves rest on. Which files there are to look at is asked each time.
    rests_on = progress.touched & ~ANY_NAME
    found: list[Reference] = []
    for count, (path, names) in enumerate(sorted(files.items())):
        key = same, path, frozenset(names)
        entry = kept.find(key)
        try:
            if entry is None:
                strict.snapshot.relax()
                progress.touched = 0
                here = _references_in(strict, path, names, same)
                kept.keep(key, here, progress.touched | rests_on)
            else:
                here = entry[0]
            found += here
        except OutOfWorkError:
            if not is_partial:
                raise
            inference.snapshot.work.leave_out(
                f"{len(files) - count:,} of {len(files):,} files that have the name were not "
                "looked at: that takes too much work"
            )
            break
    if not conventions:
        return [reference for reference in found if reference.evidence != _ELSEWHERE]
    if not is_partial:
        return list(_by_convention(inference, found, same, is_partial=False))
    with inference.snapshot.work.part(_CONVENTIONAL_WORK):
        return list(_by_convention(inference, found, same, is_partial=True))


def _by_convention(
    inference: Inference, listed: list[Reference], same: frozenset[Entity], *, is_partial: bool
) -> Iterator[Reference]:
    """Yield references, where what is TEXTUAL was asked for again with conventions."""
    is_over = False
    for reference in listed:
        if reference.evidence < TEXTUAL or is_over:
            if reference.evidence != _ELSEWHERE:
                yield reference
            continue
        try:
            inference.snapshot.relax()
            occurrence = occurrence_at(inference, reference.path, reference.position)
            items = _known_at(inference, reference.path, occurrence) if occurrence else []
        except OutOfWorkError:
            if not is_partial:
                raise
            is_over = True
            inference.snapshot.work.leave_out(
                f"places from {reference.path} on are told by their names only: asking for the "
                "conventions of all takes too much work"
            )
            if reference.evidence == TEXTUAL:
                yield reference
            continue
        if any(item.entity in same for item in items):
            yield Reference(
                reference.path, reference.position, reference.length, reference.role, CONVENTIONAL
            )
        elif reference.evidence == TEXTUAL and (
            not items or any(_is_related(inference, item.entity, same) for item in items)
        ):
            yield reference


def _known_at(inference: Inference, path: str, occurrence: Occurrence) -> list[Found]:
    """Return what a name may mean, without what only something unknown has."""
    return [
        item
        for item in entities_at(inference, path, occurrence)
        if not _is_of_unknown(inference, path, item.entity, occurrence)
    ]


def _is_related(inference: Inference, entity: Entity, same: frozenset[Entity]) -> bool:
    """True if a member overrides one of these, or is overridden by it."""
    if entity.kind == OUTSIDE:
        return True
    cls = _class_of(inference, entity)
    return cls is not None and any(
        other is not None and (other in mro(inference, cls) or cls in mro(inference, other))
        for other in (_class_of(inference, each) for each in same)
    )


def _class_of(inference: Inference, entity: Entity) -> Entity | None:
    if entity.kind in (MODULE, NAMESPACE, OUTSIDE):
        return None
    row = owner_class(inference.need(entity.path), entity)
    return Entity(CLASS, entity.path, row) if row >= 0 else None


def references_within(
    inference: Inference, entity: Entity, path: str, names: set[str]
) -> list[Reference]:
    """Uses of an entity in one file under some names, as far as they are known, in order."""
    strict = inference.strict()
    same = frozenset(same_symbol(strict, entity))
    found = _references_in(strict, path, names, same)
    return [reference for reference in found if reference.evidence < TEXTUAL]


def _references_in(
    inference: Inference, path: str, names: set[str], same: frozenset[Entity]
) -> list[Reference]:
    """References in one file to any of some entities, in order of their positions."""
    facts = inference.facts(path)
    if facts is None:
        return []
    found: list[Reference] = []
    for name in names:
        if name.startswith(QUOTE):
            found += _quoted(inference, path, facts, name.removeprefix(QUOTE), same)
            continue
        length = len(name.encode("utf-8", "surrogatepass"))
        for role, position, ref in facts.occurrences(name):
            occurrence = Occurrence(name, position, role, ref)
            evidence = _confirm(inference, path, occurrence, same)
            if evidence >= 0:
                found.append(Reference(path, position, length, role & f.ROLE_MASK, evidence))
    return sorted(found, key=lambda item: item.position)


def _quoted(
    inference: Inference, path: str, facts: FileFacts, name: str, same: frozenset[Entity]
) -> list[Reference]:
    """References by string literals in one file."""
    from .string_names import quoted  # late: most names stand in no string

    found: list[Reference] = []
    length = len(name.encode())
    for position, string in quoted(facts, inference.text(path), name):
        occurrence = Occurrence(name, position, f.QUOTED, string)
        items = entities_at(inference, path, occurrence)
        best = min((item.evidence for item in items if item.entity in same), default=-1)
        if best >= 0:
            found.append(Reference(path, position, length, f.QUOTED, best))
    return found


def _is_of_unknown(inference: Inference, path: str, entity: Entity, occurrence: Occurrence) -> bool:
    """True if an entity is only the assignment itself, to an attribute of something unknown."""
    if entity.kind != ATTRIBUTE or entity.path != path:
        return False
    table = inference.need(path).attribute_binding
    return table.owner[entity.row] < 0 and table.position[entity.row] == occurrence.position


def is_local(inference: Inference, entity: Entity) -> bool:
    """True if an entity can be seen in its own file only."""
    kind, path, _ = entity
    if kind in (MODULE, NAMESPACE, OUTSIDE, ATTRIBUTE, QUOTED):
        return False
    facts = inference.need(path)
    scope = scope_of(facts, entity)
    if kind == VARIABLE and facts.scope.kind[scope] == f.COMPREHENSION_SCOPE:
        return True
    if is_local_scope(facts, scope):
        # A parameter is named by keywords elsewhere; members of local classes stay at home.
        return kind != 5
    return False


def same_symbol(inference: Inference, entity: Entity) -> set[Entity]:
    """The definitions that are one symbol to a person.

    Every binding of a variable's name in its scope, every assignment of an attribute in its class,
    overloads, property accessors; and what is the same in a stub and in its source.
    """
    same = _same_in_file(inference, entity)
    for other in stub_mapping.counterparts(inference, entity):
        same |= _same_in_file(inference, other)
    return same


def _same_in_file(inference: Inference, entity: Entity) -> set[Entity]:
    kind, path, row = entity
    if kind in (MODULE, NAMESPACE, OUTSIDE, QUOTED):
        return {entity}
    facts = inference.need(path)
    if kind == ATTRIBUTE:
        owner, name = (
            facts.attribute_binding.owner[row],
            facts.attribute_binding.name[row],
        )
        if owner < 0:
            return {entity}
        return {
            Entity(ATTRIBUTE, path, index)
            for index, other in enumerate(facts.attribute_binding.owner)
            if other == owner and facts.attribute_binding.name[index] == name
        }
    scope = scope_of(facts, entity)
    name = facts.name_id(name_of(inference, entity))

    same = {
        entity_of_binding(path, facts, index)
        for index in facts.bindings_of(scope, name)
        if facts.binding.kind[index] not in (f.IMPORT, f.GLOBAL, f.NONLOCAL)
    }
    cls = owner_class(facts, entity)
    if cls >= 0:
        same |= {
            Entity(ATTRIBUTE, path, index)
            for index, other in enumerate(facts.attribute_binding.owner)
            if other == cls and facts.attribute_binding.name[index] == name
        }
    return same | {entity}


def _files(
    inference: Inference, entity: Entity, spelled: str, *, aliases: bool
) -> dict[str, set[str]]:
    """Files to look at, with the names under which the entity may occur in each."""
    name = name_of(inference, entity)
    if entity.kind == OUTSIDE:
        return {path: {name} for path in inference.files_with(name)}
    names: set[str] = set()
    found: dict[str, set[str]] = {}
    todo = [name, spelled] if spelled and spelled != name else [name]
    while todo:
        written = todo.pop()
        names.add(written)
        for path in inference.files_with(written):
            found.setdefault(path, set()).add(written)
            for alias in _known_aliases(inference, path, written) if aliases else ():
                if alias not in names and alias not in todo:
                    todo.append(alias)
    for path in {entity.path, *inference.files_with(QUOTE + name)}:
        if not is_outside(path):
            found.setdefault(path, set()).add(QUOTE + name)
    return found


def _known_aliases(inference: Inference, path: str, name: str) -> tuple[str, ...]:
    """As :func:`_aliases`, remembered for longer than the facts that tell them are at hand."""
    kept, progress = inference.snapshot.references, inference.progress
    key = ("aliases", path, name)
    entry = kept.find(key)
    if entry is not None:
        return entry[0]
    before, progress.touched = progress.touched, 0
    aliases = tuple(_aliases(inference, path, name))
    kept.keep(key, aliases, progress.touched)
    progress.touched |= before
    return aliases


def _has_aliases(facts: FileFacts) -> bool:
    """True if a file imports anything under another name."""
    found: bool | None = facts.memo.get("aliases")
    if found is None:
        flags = facts.imports.flags
        found = facts.memo["aliases"] = any(flag & f.ALIASED for flag in flags)
    return found


def _aliases(inference: Inference, path: str, name: str) -> Iterator[str]:
    """Names that a file gives to an imported name of this spelling."""
    facts = inference.facts(path)
    if facts is None or not _has_aliases(facts):
        return
    row = facts.name_id(name)
    modules, imported, bound = (
        facts.imports.module,
        facts.imports.name,
        facts.imports.bound,
    )
    for index, flags in enumerate(facts.imports.flags):
        if not flags & f.ALIASED:
            continue
        last = facts.names[modules[index]].rpartition(".")[2]
        if imported[index] == row or (imported[index] == -1 and last == name):
            yield facts.names[bound[index]]


def _confirm(
    inference: Inference, path: str, occurrence: Occurrence, same: frozenset[Entity]
) -> int:
    """Evidence that an occurrence means one of these entities, -1 when it means something else."""
    attribute_like = bool(occurrence.role & f.ATTRIBUTE_ROLE)
    role = occurrence.role & f.ROLE_MASK
    found = [
        item
        for item in entities_at(inference, path, occurrence)
        if not _is_of_unknown(inference, path, item.entity, occurrence)
    ]
    best = min((item.evidence for item in found if item.entity in same), default=-1)
    if best >= 0:
        return best
    kinds = {entity.kind for entity in same}
    is_member = not kinds.isdisjoint((ATTRIBUTE, QUOTED)) or any(
        entity.kind not in (MODULE, NAMESPACE, OUTSIDE)
        and owner_class(inference.need(entity.path), entity) >= 0
        for entity in same
    )
    if any(item.entity.kind != OUTSIDE for item in found):
        # Conventions may know of more that the receiver may be.
        is_open = attribute_like and is_member and all(item.evidence >= INFERRED for item in found)
        return _ELSEWHERE if is_open and role != f.KEYWORD else -1
    if attribute_like and role != f.KEYWORD and is_member:
        outside = [item.entity.path for item in found]
        # An attribute of something that is known to lie outside is not ours; of something
        # unknown it may be.
        if all(not name or name.rpartition(".")[0] == "" for name in outside):
            return TEXTUAL
        return -1
    if role == f.KEYWORD and not found and 5 in kinds:
        return TEXTUAL
    return -1

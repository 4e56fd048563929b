"""Renaming a symbol: every place that has to change with it, or the reason why it cannot.

What is known by bindings and types changes; what is known by convention only (a fixture that a test
asks for by name, an attribute of an untyped parameter) is marked, for a person to confirm. Methods
that override each other change together, and so do their parameters. A new name must not be bound
already, nor shadow anything. Places that have the name, and may or may not mean it, are told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from keyword import iskeyword

from ...indexer import facts as f
from ...indexer import facts_view, scope_map
from ...indexer.errors import InvalidArgumentsError
from ...indexer.facts import FileFacts
from ...indexer.facts_view import Occurrence
from ...indexer.inference.access_paths import last_name
from ...indexer.inference.calls import parameter_named
from ...indexer.inference.classes import override_family
from ...indexer.inference.entities import (
    CLASS,
    CONVENTIONAL,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    PARAMETER,
    TEXTUAL,
    VARIABLE,
    Entity,
    name_of,
    owner_class,
    qualified_name,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import entities_at, occurrence_at
from ...indexer.inference.modules import imported_module
from ...indexer.inference.references import Reference, is_local, references, same_symbol
from ...indexer.inference.string_names import named_in_string, quoted
from ...indexer.inference.synthesized import fields
from ...indexer.paths import is_outside
from ...indexer.plugins.registry import parameter_source
from ...indexer.symbols import QUOTE, quoted_words
from ..source.mentions import Mention, entry_point_mentions, notebook_mentions
from .navigation import descendants

BY_CONVENTION = "Known by convention only"
_READS = frozenset([f.READ, f.CALLED, f.INHERITED, f.ANNOTATED, f.DECORATES, f.DELETED])


@dataclass(frozen=True, slots=True)
class Change:
    """A name to be replaced, at byte offsets of a file; a person has to confirm one with a note."""

    path: str
    start: int
    end: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Renaming:
    """What changes, and the places of the name that are left: whether they mean it is not known."""

    changes: list[Change]
    left: list[Mention]


def prepare_rename(inference: Inference, path: str, offset: int) -> tuple[int, int, str]:
    """Return start, end and text of the name that would be renamed at a byte offset.

    Raises InvalidArgumentsError with the reason when nothing can be renamed there.
    """
    occurrence = _occurrence(inference, path, offset)
    targets, _ = _targets(inference, path, occurrence)
    _refuse_outside(inference, targets, occurrence.name)
    start = occurrence.position
    return start, start + len(occurrence.name.encode()), occurrence.name


def rename(inference: Inference, path: str, offset: int, new: str) -> Renaming:
    """Return every change of renaming what is at a byte offset, and what is left.

    Raises InvalidArgumentsError with the reason when the new name is none, or would collide.
    """
    occurrence = _occurrence(inference, path, offset)
    old = occurrence.name
    targets, is_alias = _targets(inference, path, occurrence)
    if not new.isidentifier():
        raise InvalidArgumentsError(f"{new!r} is not a name in Python.")
    if iskeyword(new):
        raise InvalidArgumentsError(f"{new!r} is a keyword of Python.")
    _refuse_outside(inference, targets, old)
    if new == old:
        return Renaming([], [])
    left: list[Mention] = []
    if is_alias:
        changes = _alias_changes(inference, path, occurrence, targets)
    else:
        search = _Search(inference, targets, old)
        changes = search.changes
        check_members(inference, search.targets, new)
        _check_special(inference, search.targets, old, new, changes)
        left = _left(inference, search.targets, old, changes, search.unsure)
        if all((each.path, each.start) != (path, occurrence.position) for each in changes):
            end = occurrence.position + len(old.encode())
            changes.append(Change(path, occurrence.position, end, BY_CONVENTION))
            changes.sort(key=lambda each: (each.path, each.start))
    for where in sorted({change.path for change in changes}):
        check_scopes(
            inference, where, old, new, {change.start for change in changes if change.path == where}
        )
    return Renaming(changes, left)


def _occurrence(inference: Inference, path: str, offset: int) -> Occurrence:
    occurrence = occurrence_at(inference, path, offset)
    if occurrence is None:
        raise InvalidArgumentsError("There is no name to rename here.")
    if is_outside(path):
        raise InvalidArgumentsError(f"{path} is outside of the workspace.")
    return occurrence


def _targets(inference: Inference, path: str, occurrence: Occurrence) -> tuple[list[Entity], bool]:
    """Return the definitions to rename, and whether only an alias of them is renamed."""
    name = occurrence.name
    found = [item.entity for item in entities_at(inference, path, occurrence)]
    if not found or all(entity.kind == OUTSIDE and not entity.path for entity in found):
        raise InvalidArgumentsError(f"It is not known what {name!r} is.")
    found = list(
        dict.fromkeys(
            (entity.kind == PARAMETER and parameter_source(inference, entity)) or entity
            for entity in found
        )
    )
    aliased = _is_alias(inference, path, occurrence, found)
    if aliased:
        return found, True
    first = found[0]
    if first.kind in (MODULE, NAMESPACE):
        raise InvalidArgumentsError(
            f"{name!r} is a module: renaming its file changes the imports too."
        )
    if first.kind == OUTSIDE:
        return found, False
    named = [entity for entity in found if name_of(inference, entity) == name]
    if not named:
        raise InvalidArgumentsError(
            f"{name!r} is another name for {qualified_name(inference, first)!r}."
        )
    return list(
        dict.fromkeys(each for one in named for each in override_family(inference, one))
    ), False


def _is_alias(inference: Inference, path: str, occurrence: Occurrence, found: list[Entity]) -> bool:
    """True if a name is an alias that an import of this file binds with ``as``."""
    if occurrence.role & f.ATTRIBUTE_ROLE or occurrence.role & f.ROLE_MASK == f.KEYWORD:
        return False
    facts = inference.need(path)
    row = facts.name_id(occurrence.name)
    bound = facts.imports.bound
    for index, flags in enumerate(facts.imports.flags):
        if bound[index] != row or not flags & f.ALIASED:
            continue
        target = facts.imports.name[index]
        spelled = facts.names[target] if target >= 0 else ""
        if spelled == occurrence.name:
            return False  # `import x as x` shows a name to others
        at_name = facts.imports.position[index] == occurrence.position
        if not at_name and any(name_of(inference, entity) != occurrence.name for entity in found):
            return True
    return False


def _refuse_outside(inference: Inference, targets: list[Entity], name: str) -> None:
    for entity in targets:
        if entity.kind == OUTSIDE or entity.is_outside:
            shown = entity.path if entity.kind == OUTSIDE else qualified_name(inference, entity)
            if entity == targets[0]:
                raise InvalidArgumentsError(f"{shown or name!r} is outside of the workspace.")
            raise InvalidArgumentsError(
                f"{name!r} overrides {shown}, which is outside of the workspace."
            )
    if name.startswith("__") and name.endswith("__") and any(
        owner_class(inference.need(entity.path), entity) >= 0 for entity in targets
    ):  # fmt: skip
        raise InvalidArgumentsError(f"{name!r} has a meaning to Python, by its name.")


class _Search:
    """All places that change together, and all that is renamed by them."""

    def __init__(self, inference: Inference, targets: list[Entity], name: str) -> None:
        """``targets`` are sure; what is found on the way is known by convention only."""
        self.inference = inference
        self.name = name
        self.targets = list(targets)
        self.found: dict[tuple[str, int], Change] = {}
        self.unsure: list[Reference] = []
        self._seen = {same for each in targets for same in same_symbol(inference, each)}
        # A member of a class inside a function may belong to a family that is seen everywhere.
        first = next((each for each in targets if not is_local(inference, each)), targets[0])
        self._todo = [(first, "")]
        family = override_family(inference, first)
        self._todo += [(each, "") for each in targets if each not in family]
        for base in _inherited_constructor_parameters(inference, first):
            if any(
                reference.role == f.KEYWORD and _taken_by_subclasses(inference, base, reference)
                for reference in references(inference, base)
            ):
                self._add(base)
        while self._todo:
            self._look(*self._todo.pop())

    @property
    def changes(self) -> list[Change]:
        """The changes, in order."""
        return [self.found[key] for key in sorted(self.found)]

    def _look(self, entity: Entity, noted: str) -> None:
        encoded = self.name.encode()
        for reference in references(self.inference, entity, overrides=True, conventions=True):
            path, position = reference.path, reference.position
            end = position + len(encoded)
            if self.inference.text(path)[position:end] != encoded:
                continue  # another name for it
            if reference.length != len(encoded) or is_outside(path):
                continue
            if reference.evidence == TEXTUAL or not self._take_along(entity, reference):
                self.unsure.append(reference)
                continue
            note = noted or (BY_CONVENTION if reference.evidence == CONVENTIONAL else "")
            if not note or (path, position) not in self.found:
                self.found[path, position] = Change(path, position, end, note)

    def _take_along(self, entity: Entity, reference: Reference) -> bool:
        """Note what else a place means; False if that is outside of the workspace.

        ``x.close()`` for an ``x`` that may be one of two classes; a parameter that requests a
        fixture by its name; a keyword of ``cls(size=1)``, which subclasses take too.
        """
        path = reference.path
        occurrence = occurrence_at(self.inference, path, reference.position)
        if occurrence is None or reference.role in (f.DEFINED, f.EXPORTED, f.IMPORTED):
            return True
        others = [item.entity for item in entities_at(self.inference, path, occurrence)]
        if reference.role == f.KEYWORD and entity.kind == PARAMETER:
            others += _taken_by_subclasses(self.inference, entity, reference)
        for other in others:
            if other in self._seen or other.kind in (MODULE, NAMESPACE):
                continue
            if other.kind == OUTSIDE or other.is_outside:
                return False
            if name_of(self.inference, other) != self.name:
                continue
            self._add(other)
        return True

    def _add(self, other: Entity) -> None:
        for each in override_family(self.inference, other):
            if each not in self._seen:
                self._seen |= same_symbol(self.inference, each)
                self.targets.append(each)
                self._todo.append((each, BY_CONVENTION))


def _constructor_of(inference: Inference, parameter: Entity) -> tuple[Entity, str] | None:
    """Return the class whose constructor a parameter is of, and the constructor's name."""
    if parameter.kind != PARAMETER:
        return None
    facts = inference.need(parameter.path)
    definition = facts.scope.definition[facts.binding.scope[parameter.row]]
    function = Entity(FUNCTION, parameter.path, definition)
    cls = owner_class(facts, function) if definition >= 0 else -1
    if cls < 0 or name_of(inference, function) not in ("__init__", "__new__"):
        return None
    return Entity(CLASS, parameter.path, cls), name_of(inference, function)


def _taken_by_subclasses(
    inference: Inference, parameter: Entity, keyword: Reference
) -> list[Entity]:
    """Return the parameters of other constructors that a keyword of ``cls(…)`` may also name."""
    constructor = _constructor_of(inference, parameter)
    occurrence = occurrence_at(inference, keyword.path, keyword.position)
    if constructor is None or occurrence is None:
        return []
    cls, constructor_name = constructor
    called = facts_view.called(inference.need(keyword.path), occurrence.ref)
    named = [item.entity.kind for item in inference.definitions_of(keyword.path, called)]
    if CLASS in named or FUNCTION in named:
        return []  # the class that is called is named
    return _parameters_of(inference, descendants(inference, cls), constructor_name, occurrence.name)


def _inherited_constructor_parameters(inference: Inference, parameter: Entity) -> list[Entity]:
    """Return the parameters of the same name that bases' constructors have."""
    constructor = _constructor_of(inference, parameter)
    if constructor is None:
        return []
    cls, constructor_name = constructor
    order = [each for each in inference.mro(cls)[1:] if each.kind == CLASS and not each.is_outside]
    return _parameters_of(inference, order, constructor_name, name_of(inference, parameter))


def _parameters_of(
    inference: Inference, classes: list[Entity], method: str, name: str
) -> list[Entity]:
    return [
        found.entity
        for cls in classes
        for item in inference.own_member(cls, method)
        if item.entity.kind == FUNCTION
        for found in parameter_named(inference, item.entity, name)
    ]


def _left(
    inference: Inference,
    targets: list[Entity],
    old: str,
    changes: list[Change],
    unsure: list[Reference],
) -> list[Mention]:
    """Return the places that have the name and do not change, unless they mean something else."""
    changed = {(change.path, change.start) for change in changes}
    places = {(each.path, each.position) for each in unsure} - changed
    if not all(is_local(inference, entity) for entity in targets):
        for path in {targets[0].path, *inference.files_with(QUOTE + old)}:
            places |= _strings(inference, path, old) - changed
    found = [
        Mention(path, inference.need(path).line_of(position)) for path, position in sorted(places)
    ]
    first = targets[0]
    found += _computed(inference, targets, old)
    for each in targets:
        found += _other_keywords(inference, each)
    if first.kind != PARAMETER and not is_local(inference, first):
        found += entry_point_mentions(inference, qualified_name(inference, first))
        found += notebook_mentions(inference, old)
    return list(dict.fromkeys(found))


def _other_keywords(inference: Inference, target: Entity) -> list[Mention]:
    """Return the keywords by which a constructor takes a field under another name: ``_x`` as x."""
    if target.kind != VARIABLE or owner_class(inference.need(target.path), target) < 0:
        return []
    return [
        Mention(path, facts.line_of(position))
        for field in fields(inference, _owner(inference, target))
        if field.entity == target and field.keyword != field.name
        for path in inference.files_with(field.keyword)
        if (facts := inference.facts(path)) is not None
        for role, position, ref in facts.occurrences(field.keyword)
        if role == f.KEYWORD
        and any(
            item.entity == target
            for item in entities_at(inference, path, Occurrence(field.keyword, position, role, ref))
        )
    ]


def _computed(inference: Inference, targets: list[Entity], name: str) -> list[Mention]:
    """Return the places that compute a name: ``getattr(x, "on_" + kind)``, ``_Box__size``."""
    found: list[Mention] = []
    if any(owner_class(inference.need(each.path), each) >= 0 for each in targets):
        for path in inference.files_with("getattr"):
            facts = inference.need(path)
            for call in facts_view.calls(facts):
                passed = facts_view.positional_arguments(facts, call.row)
                if last_name(facts, call.function) == "getattr" and len(passed) > 1:
                    start = _computed_start(inference, path, passed[1])
                    if start and name.startswith(start):
                        found.append(Mention(path, facts.line_of(call.position)))
    for each in targets:
        facts = inference.need(each.path)
        hidden = {facts.names[row] for row in facts.attribute_binding.name}
        for member in sorted(filter(_is_private, hidden)) if each.kind == CLASS else ():
            mangled = f"_{name.lstrip('_')}{member}"
            for path in inference.files_with(mangled):
                other = inference.need(path)
                found += [
                    Mention(path, other.line_of(at)) for _, at, _ in other.occurrences(mangled)
                ]
    return found


def _computed_start(inference: Inference, path: str, expr: int) -> str:
    """Return how the text starts that ``"on_" + kind`` or ``f"on_{kind}"`` gives, if known."""
    facts = inference.need(path)
    kind = facts.expr.op[expr]
    if kind == f.BINARY:
        return facts_view.string(facts, facts_view.binary(facts, expr).left) or ""
    if kind == f.FORMATTED:
        start = facts.expr.position[expr]
        found = re.compile(rb"[rR]?[fF][rR]?[\"']+(\w+)\{").match(inference.text(path), start)
        return found[1].decode() if found is not None else ""
    return ""


def _strings(inference: Inference, path: str, name: str) -> set[tuple[str, int]]:
    """Return the places of a file where a string spells a name and nothing is known to say which.

    ``a.b.name`` counts, words in a sentence do not.
    """
    facts = inference.facts(path)
    if facts is None or is_outside(path):
        return set()
    written = {position for _, position, _ in facts.occurrences(name)}
    return {
        (path, position)
        for position, string in quoted(facts, inference.text(path), name)
        if position not in written
        and name in quoted_words(facts_view.string(facts, string) or "")
        and not named_in_string(inference, path, position, string)
    }


def _check_special(
    inference: Inference, targets: list[Entity], old: str, new: str, changes: list[Change]
) -> None:
    """Raise InvalidArgumentsError for names that Python gives a meaning, or hides in a class."""
    members = [each for each in targets if owner_class(inference.need(each.path), each) >= 0]
    if not members:
        return
    if new.startswith("__") and new.endswith("__"):
        raise InvalidArgumentsError(f"{new!r} has a meaning to Python, by its name.")
    owners = {name_of(inference, _owner(inference, each)).lstrip("_") for each in members}
    for owner in owners if _is_private(old) else ():
        if inference.files_with(f"_{owner}{old}"):
            raise InvalidArgumentsError(
                f"{old!r} is used as '_{owner}{old}', outside of its class."
            )
    if not _is_private(new):
        return
    for change in changes:
        facts = inference.need(change.path)
        cls = scope_map.enclosing_class(facts, change.start)
        around = {facts_view.definition_name(facts, cls).lstrip("_")} if cls >= 0 else set[str]()
        if around != owners:
            line = facts.line_of(change.start) + 1
            raise InvalidArgumentsError(
                f"{new!r} would be private to its class, and {old!r} is used outside of it: "
                f"{change.path}, line {line}."
            )


def _owner(inference: Inference, member: Entity) -> Entity:
    return Entity(CLASS, member.path, owner_class(inference.need(member.path), member))


def _is_private(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


def _alias_changes(
    inference: Inference, path: str, occurrence: Occurrence, targets: list[Entity]
) -> list[Change]:
    """Return the uses of a name that an import gives with ``as``, also from other files."""
    name, wanted = occurrence.name, set(targets)
    length = len(name.encode())
    found: set[tuple[str, int]] = set()
    todo, seen = [path], {path}
    while todo:
        where = todo.pop()
        facts = inference.need(where)
        for role, position, ref in facts.occurrences(name):
            if role & f.ATTRIBUTE_ROLE or role & f.ROLE_MASK in (f.KEYWORD, f.MODULE_ROLE):
                continue
            items = entities_at(inference, where, Occurrence(name, position, role, ref))
            is_target = role & f.ROLE_MASK == f.IMPORTED and not _binds_here(facts, position)
            if (where != path or not is_target) and any(each.entity in wanted for each in items):
                found.add((where, position))
        for other in inference.files_with(name):
            taken, binds = _taken_from(inference, other, name, where)
            found |= {(other, position) for position in taken}
            if binds and other not in seen:
                seen.add(other)
                todo.append(other)
    return [Change(where, position, position + length) for where, position in sorted(found)]


def _taken_from(inference: Inference, path: str, name: str, module: str) -> tuple[list[int], bool]:
    """Return where a file takes a name from a module, and whether an import binds it there."""
    facts = inference.facts(path)
    source, found, binds = Entity(MODULE, module, -1), list[int](), False
    for role, position, ref in facts.occurrences(name) if facts is not None else ():
        if facts is None or path == module:
            break
        if role & f.ROLE_MASK == f.IMPORTED:
            spelled = facts.names[facts.imports.module[ref]]
            if imported_module(inference, path, spelled) == source:
                found.append(position)
                binds = binds or facts.imports.bound_position[ref] == position
        elif role & f.ATTRIBUTE_ROLE:
            attribute = facts_view.attribute(facts, ref)
            named = (
                inference.definitions_of(path, attribute.receiver) if attribute is not None else []
            )
            if any(item.entity == source for item in named):
                found.append(position)
    return found, binds


def _binds_here(facts: f.FileFacts, position: int) -> bool:
    """True if an import binds the name at a position, rather than only importing it."""
    bound_at = facts.imports.bound_position
    return any(at == position for at in bound_at)


def check_members(inference: Inference, targets: list[Entity], new: str) -> None:
    """Raise InvalidArgumentsError when a class has a member of the new name already."""
    for entity in targets:
        facts = inference.need(entity.path)
        cls = owner_class(facts, entity)
        if cls < 0:
            continue
        owner = Entity(CLASS, entity.path, cls)
        for each in (*inference.mro(owner), *descendants(inference, owner)):
            if each.kind == CLASS and inference.own_member(each, new):
                raise InvalidArgumentsError(
                    f"{qualified_name(inference, each)} has a member {new!r} already."
                )


def check_scopes(inference: Inference, path: str, old: str, new: str, changed: set[int]) -> None:
    """Raise InvalidArgumentsError when a new name collides in one file.

    ``changed`` are the byte offsets at which the old name gives way to the new one.
    """
    facts = inference.need(path)
    new_row = facts.name_id(new)
    bound = _binding_scopes(facts, old, changed)
    old_row = facts.name_id(old)
    for scope in bound:
        for row in facts.bindings_of(scope, old_row) if old_row >= 0 else ():
            at = facts.binding.position[row]
            if facts.binding.kind[row] == f.IMPORT and at not in changed:
                line = facts.line_of(at) + 1
                raise InvalidArgumentsError(f"An import binds {old!r} in {path}, line {line}, too.")
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
    """Return the scopes in which a name is bound at some offsets."""
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
    """Return the scopes in which a name read at a position is looked for, innermost first."""
    kinds, parents = facts.scope.kind, facts.scope.parent
    first = current = scope_map.scope_at(facts, position)
    found: list[int] = []
    while current >= 0:
        if kinds[current] != f.CLASS_SCOPE or current == first:
            found.append(current)
        current = parents[current]
    return found

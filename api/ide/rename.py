"""Renaming a symbol: every place that has to change with it, or the reason why it cannot.

What is known by bindings and types changes; what is known by convention only (a fixture that a test
asks for by name, an attribute of an untyped parameter) is marked, for a person to confirm. Methods
that override each other change together, and so do their parameters. A new name must not be bound
already, nor shadow anything. Places that have the name, and may or may not mean it, are told.
"""

from __future__ import annotations

from dataclasses import dataclass
from keyword import iskeyword

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.errors import InvalidArgumentsError
from ...indexer.facts_view import Occurrence
from ...indexer.inference.classes import override_family
from ...indexer.inference.entities import (
    MODULE,
    NAMESPACE,
    OUTSIDE,
    PARAMETER,
    Entity,
    name_of,
    owner_class,
    qualified_name,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import entities_at, occurrence_at
from ...indexer.inference.modules import imported_module
from ...indexer.paths import is_outside
from ...indexer.plugins.registry import parameter_source
from ..source.mentions import Mention
from .rename_checks import check_members, check_scopes, check_special
from .rename_left import left_places
from .rename_search import BY_CONVENTION, Change, Search


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
        search = Search(inference, targets, old)
        changes = search.changes
        check_members(inference, search.targets, new)
        check_special(inference, search.targets, old, new, changes)
        left = left_places(inference, search.targets, old, changes, search.unsure)
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

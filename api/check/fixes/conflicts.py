"""Ways out when two definitions have one name: use the one that is there, or call one otherwise."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import CLASS, Entity, name_of
from ....indexer.symbols import base_names
from ..findings import Edit, Fix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.facts import FileFacts
    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference
    from ..findings import Finding

# Files that may import a name from the module that defines it.
_IMPORTERS = 300


def conflict_fixes(finding: Finding, after: Inference) -> list[Fix]:
    """Fixes for a new definition whose name another module has: that one instead, or a new name."""
    path, name = finding.path, finding.subject
    row = _definition_at(after.need(path), finding.start)
    if row < 0 or not finding.nearest:
        return []
    other = finding.nearest[0]
    found: list[Fix] = []
    own: Entity = Entity(other.kind, path, row)
    if own.kind != CLASS or other not in after.mro(own):
        instead = _instead(after, path, row, other)
        if instead is not None:
            found.append(Fix(f"Use the `{name}` of {other.path} instead", instead))
    new = free_name(after, path, name)
    renamed = _renamed(after, path, row, name, new)
    if renamed:
        found.append(Fix(f"Call it `{new}`", renamed))
    return found


def redefinition_fixes(finding: Finding, after: Inference, before: Inference | None) -> list[Fix]:
    """Fixes for a definition that replaces one above it, beside removing that.

    When it is the new one of the two: leaving it out, or giving it a name of its own. A class that
    derives from what it replaces is meant to be another class.
    """
    path, name = finding.path, finding.subject
    facts = after.need(path)
    row = _definition_at(facts, finding.start)
    old = before.facts(path) if before is not None and before.exists(path) else None
    if (
        row < 0
        or not finding.nearest
        or (before is not None and _was_there(after, path, row, before))
    ):
        return []
    new = free_name(after, path, name)
    position = facts.definition.position[row]
    renaming = Fix(
        f"Call this one `{new}`", [Edit(path, position, position + len(name.encode()), new)]
    )
    if name in base_names(facts, row):
        return [renaming]
    if old is None:
        return []  # nobody can say which of the two came later
    first = facts.line_of(facts.definition.position[finding.nearest[0].row]) + 1
    leaving = Fix(
        f"Leave this `{name}` out: keep that of line {first}", [without(after, path, row)]
    )
    return [leaving, renaming]


def _was_there(after: Inference, path: str, row: int, before: Inference) -> bool:
    """Whether a file had the same definition before."""
    old = before.facts(path) if before.exists(path) else None
    if old is None:
        return False
    written = _text(after, path, after.need(path), row)
    return any(
        _text(before, path, old, each) == written for each in range(len(old.definition.position))
    )


def _text(inference: Inference, path: str, facts: FileFacts, row: int) -> bytes:
    table = facts.definition
    return inference.text(path)[table.start[row] : table.end[row]]


def _definition_at(facts: FileFacts, position: int) -> int:
    rows = facts.definition.position
    return next((row for row, at in enumerate(rows) if at == position), -1)


def without(inference: Inference, path: str, row: int) -> Edit:
    """The edit that takes a definition out of a file, with the blank lines above it."""
    facts, text = inference.need(path), inference.text(path)
    table = facts.definition
    start = facts.line_starts[facts.line_of(table.start[row])]
    start = len(text[:start].rstrip())
    return Edit(path, start, table.end[row], "")


def _instead(inference: Inference, path: str, row: int, other: Entity) -> list[Edit] | None:
    """Edits that take a definition out, and import another one of the name where it is used."""
    from ...source.import_edits import import_edit

    facts = inference.need(path)
    name = name_of(inference, other)
    module = inference.snapshot.index.module_name(other.path)
    if not module:
        return None
    edits = [without(inference, path, row)]
    table = facts.definition
    start, end = table.start[row], table.end[row]
    used = any(not start <= at < end for _, at, _ in facts.occurrences(name))
    if used or _importers(inference, path, name):
        if any(position < end for position in facts.imports.position if position > start):
            return None
        edits += [Edit(path, *each) for each in import_edit(inference, path, module, name)]
    first, *more = edits
    if any(first.start < edit.end and edit.start < first.end for edit in more):
        return None
    return edits


def _importers(inference: Inference, path: str, name: str) -> list[tuple[str, int]]:
    """File and position of each import of a name from a file."""
    from ....indexer.inference.modules import imported_module

    found: list[tuple[str, int]] = []
    for where in inference.files_with(name)[:_IMPORTERS]:
        facts = inference.facts(where)
        if facts is None or where == path:
            continue
        wanted, table = facts.name_id(name), facts.imports
        for row, imported in enumerate(table.name):
            if imported == wanted >= 0:
                spelled = facts.names[table.module[row]]
                if imported_module(inference, where, spelled).path == path:
                    found.append((where, row))
    return found


def free_name(inference: Inference, path: str, name: str) -> str:
    """A name for what is called like something else: with that of its module before it."""
    facts = inference.need(path)
    *folders, module = path.rpartition(".")[0].split("/")
    stem = folders[-1] if module == "__init__" and folders else module
    stem = stem.strip("_")
    lead = name[: len(name) - len(name.lstrip("_"))]
    bare = name.lstrip("_")
    words = [word for word in stem.split("_") if word.isidentifier()]
    if bare[:1].isupper():
        first = "".join(word[:1].upper() + word[1:] for word in words) or "Other"
        wanted = f"{lead}{first}{bare}"
    else:
        wanted = f"{lead}{'_'.join(words) or 'other'}_{bare}"
    if bare.lower().startswith(stem.replace("_", "").lower() or "\0"):
        wanted = f"{lead}Other{bare}" if bare[:1].isupper() else f"{lead}other_{bare}"
    number, chosen = 2, wanted
    while facts.name_id(chosen) >= 0 or list(inference.snapshot.symbols_named([chosen])):
        chosen = f"{wanted}{number}" if bare[:1].isupper() else f"{wanted}_{number}"
        number += 1
    return chosen


def _renamed(inference: Inference, path: str, row: int, name: str, new: str) -> list[Edit]:
    """Edits that give a definition at the top of a module another name, wherever it is meant.

    Nothing when the name means something else somewhere in the file, or is spelled in a string.
    """
    facts = inference.need(path)
    word = facts.name_id(name)
    table = facts.binding
    bound = [each for each, at in enumerate(table.name) if at == word]
    if len(bound) != 1 or table.scope[bound[0]] != 0:
        return []
    places = [(path, at) for role, at, _ in facts.occurrences(name)
              if not role & f.ATTRIBUTE_ROLE and role & f.ROLE_MASK != f.KEYWORD]  # fmt: skip
    for where, imported in _importers(inference, path, name):
        other = inference.need(where)
        if other.imports.flags[imported] & f.ALIASED:
            return []
        row = other.name_id(name)
        if len([each for each in other.binding.name if each == row]) != 1:
            return []
        places += [(where, at) for role, at, _ in other.occurrences(name)
                   if not role & f.ATTRIBUTE_ROLE and role & f.ROLE_MASK != f.KEYWORD]  # fmt: skip
    size = len(name.encode())
    edits: list[Edit] = []
    for where, at in sorted(set(places)):
        if inference.text(where)[at : at + size] != name.encode():
            return []
        edits.append(Edit(where, at, at + size, new))
    return edits

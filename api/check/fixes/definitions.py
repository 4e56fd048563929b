"""Fixes for definitions: two of one name, and abstract methods that a class lacks."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.facts import FileFacts
from ....indexer.inference.entities import CLASS, Entity, name_of
from ....indexer.inference.inference import Inference
from ....indexer.inference.modules import imported_module
from ....indexer.symbols import base_names
from ...source.import_edits import import_edit
from ...source.override_stubs import OverrideStub, abstract_methods
from ..findings import Edit, Finding, Fix

# Files that are searched for imports of a name.
_IMPORTERS = 300


def conflict_fixes(finding: Finding, after: Inference, before: Inference | None) -> list[Fix]:
    """Return fixes for a new definition whose name another module has."""
    del before  # the conflict is with what is there now
    path, name = finding.path, finding.subject
    row = _definition_at(after.need(path), finding.start)
    if row < 0 or not finding.nearest:
        return []
    other = finding.nearest[0]
    found: list[Fix] = []
    own = Entity(other.kind, path, row)
    if own.kind != CLASS or other not in after.mro(own):
        edits = _use_other(after, path, row, other)
        if edits is not None:
            found.append(Fix(f"Use the '{name}' of {other.path} instead", edits))
    new = free_name(after, path, name)
    edits = _rename(after, path, name, new)
    if edits:
        found.append(Fix(f"Rename it to '{new}'", edits))
    return found


def redefinition_fixes(finding: Finding, after: Inference, before: Inference | None) -> list[Fix]:
    """Return fixes for a definition that replaces one above it.

    If it is the new one of the two, it may be left out, or get a name of its own. A class that
    derives from what it replaces is meant to be another class.
    """
    path, name = finding.path, finding.subject
    facts = after.need(path)
    row = _definition_at(facts, finding.start)
    if row < 0 or not finding.nearest or _was_there(after, path, row, before):
        return finding.fixes
    new = free_name(after, path, name)
    position = facts.definition.position[row]
    edit = Edit(path, position, position + len(name.encode()), new)
    rename = Fix(f"Rename this one to '{new}'", [edit])
    if name in base_names(facts, row):
        return [rename, *finding.fixes]
    if before is None or not before.exists(path) or before.facts(path) is None:
        return finding.fixes  # which of the two came later is unknown
    line = facts.line_of(facts.definition.position[finding.nearest[0].row]) + 1
    title = f"Remove this '{name}', keep that of line {line}"
    return [Fix(title, [remove_definition(after, path, row)]), rename, *finding.fixes]


def _was_there(after: Inference, path: str, row: int, before: Inference | None) -> bool:
    """True if a file had the same definition before the edit."""
    old = before.facts(path) if before is not None and before.exists(path) else None
    if before is None or old is None:
        return False
    text = _definition_text(after, path, after.need(path), row)
    return any(
        _definition_text(before, path, old, each) == text
        for each in range(len(old.definition.position))
    )


def _definition_text(inference: Inference, path: str, facts: FileFacts, row: int) -> bytes:
    table = facts.definition
    return inference.text(path)[table.start[row] : table.end[row]]


def _definition_at(facts: FileFacts, position: int) -> int:
    rows = facts.definition.position
    return next((row for row, at in enumerate(rows) if at == position), -1)


def remove_definition(inference: Inference, path: str, row: int) -> Edit:
    """Return the edit that removes a definition, with the blank lines above it."""
    facts, text = inference.need(path), inference.text(path)
    table = facts.definition
    start = facts.line_starts[facts.line_of(table.start[row])]
    return Edit(path, len(text[:start].rstrip()), table.end[row], "")


def _use_other(inference: Inference, path: str, row: int, other: Entity) -> list[Edit] | None:
    """Return edits that remove a definition, and import another one of the name if it is used."""
    facts = inference.need(path)
    name = name_of(inference, other)
    module = inference.snapshot.index.module_name(other.path)
    if not module:
        return None
    removal = remove_definition(inference, path, row)
    start, end = facts.definition.start[row], facts.definition.end[row]
    is_used = any(not start <= at < end for _, at, _ in facts.occurrences(name))
    if not is_used and not _importers(inference, path, name):
        return [removal]
    if any(start < position < end for position in facts.imports.position):
        return None
    imports = import_edit(inference, path, module, name)
    if any(removal.start < edit.end and edit.start < removal.end for edit in imports):
        return None
    return [removal, *imports]


def _importers(inference: Inference, path: str, name: str) -> list[tuple[str, int]]:
    """Return file and row of each import of a name from a file."""
    found: list[tuple[str, int]] = []
    for where in inference.files_with(name)[:_IMPORTERS]:
        facts = inference.facts(where)
        if facts is None or where == path:
            continue
        wanted, table = facts.name_id(name), facts.imports
        for row, imported in enumerate(table.name):
            if imported == wanted >= 0:
                module = facts.names[table.module[row]]
                if imported_module(inference, where, module).path == path:
                    found.append((where, row))
    return found


def free_name(inference: Inference, path: str, name: str) -> str:
    """Return an unused name for a definition: its own with that of its module before it."""
    facts = inference.need(path)
    *folders, module = path.rpartition(".")[0].split("/")
    stem = folders[-1] if module == "__init__" and folders else module
    stem = stem.strip("_")
    bare = name.lstrip("_")
    lead = name[: len(name) - len(bare)]
    is_class_like = bare[:1].isupper()
    words = [word for word in stem.split("_") if word.isidentifier()]
    repeats_stem = bare.lower().startswith(stem.replace("_", "").lower() or "\0")
    if is_class_like:
        prefix = "".join(word[:1].upper() + word[1:] for word in words)
        wanted = f"{lead}{'Other' if repeats_stem or not prefix else prefix}{bare}"
    else:
        prefix = "_".join(words)
        wanted = f"{lead}{'other' if repeats_stem or not prefix else prefix}_{bare}"
    number, chosen = 2, wanted
    while facts.name_id(chosen) >= 0 or list(inference.snapshot.symbols_named([chosen])):
        chosen = f"{wanted}{number}" if is_class_like else f"{wanted}_{number}"
        number += 1
    return chosen


def _rename(inference: Inference, path: str, name: str, new: str) -> list[Edit]:
    """Return edits that rename a definition at the top of a module, and all that means it.

    Empty if the name means something else somewhere in these files, or is spelled in a string.
    """
    facts = inference.need(path)
    bindings = _bindings(facts, name)
    if len(bindings) != 1 or facts.binding.scope[bindings[0]] != 0:
        return []
    places = {(path, at) for at in _plain_uses(facts, name)}
    for where, imported in _importers(inference, path, name):
        other = inference.need(where)
        if other.imports.flags[imported] & f.ALIASED or len(_bindings(other, name)) != 1:
            return []
        places |= {(where, at) for at in _plain_uses(other, name)}
    size = len(name.encode())
    if any(inference.text(where)[at : at + size] != name.encode() for where, at in places):
        return []
    return [Edit(where, at, at + size, new) for where, at in sorted(places)]


def _bindings(facts: FileFacts, name: str) -> list[int]:
    word = facts.name_id(name)
    return [row for row, bound in enumerate(facts.binding.name) if bound == word]


def _plain_uses(facts: FileFacts, name: str) -> list[int]:
    """Return where a name stands other than as an attribute or keyword."""
    return [
        at
        for role, at, _ in facts.occurrences(name)
        if not role & f.ATTRIBUTE_ROLE and role & f.ROLE_MASK != f.KEYWORD
    ]


def class_fixes(inference: Inference, path: str, offset: int) -> list[Fix]:
    """Return the fix that implements the abstract methods of the class at a byte offset."""
    cls = class_at(inference, path, offset)
    stubs = abstract_methods(inference, cls) if cls is not None else []
    if cls is None or not stubs:
        return []
    names = ", ".join(f"'{stub.name}'" for stub in stubs[:3])
    more = f" and {len(stubs) - 3} more" if len(stubs) > 3 else ""
    return [Fix(f"Implement {names}{more}", [append_methods(inference, cls, stubs)])]


def class_at(inference: Inference, path: str, offset: int) -> Entity | None:
    """Return the class whose header holds a byte offset."""
    table = inference.need(path).definition
    for row, kind in enumerate(table.kind):
        if kind == f.CLASS and table.position[row] - 6 <= offset <= table.header_end[row]:
            return Entity(CLASS, path, row)
    return None


def append_methods(inference: Inference, cls: Entity, stubs: list[OverrideStub]) -> Edit:
    """Return the edit that adds methods at the end of a class, or instead of a ``pass`` body."""
    facts, text = inference.need(cls.path), inference.text(cls.path)
    table = facts.definition
    start = table.position[cls.row]
    line_start = text.rfind(b"\n", 0, start) + 1
    outer = text[line_start:start]
    outer = outer[: len(outer) - len(outer.lstrip())]
    header, end = table.header_end[cls.row], table.end[cls.row]
    body = text[header:end]
    indent = outer.decode() + "    "
    for line in body.split(b"\n")[1:]:
        if line.strip() and not line.lstrip().startswith(b"#"):
            indent = line[: len(line) - len(line.lstrip())].decode()
            break
    methods = "\n".join(stub.text(indent) for stub in stubs).rstrip("\n")
    colon = body.find(b":") + 1 if body.lstrip().startswith(b":") else 0
    if body[colon:].strip() in (b"...", b"pass"):
        return Edit(cls.path, header + colon, end, f"\n{methods}")
    at = header + len(body.rstrip())
    return Edit(cls.path, at, at, f"\n\n{methods}")

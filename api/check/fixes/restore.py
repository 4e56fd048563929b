"""Fixes that restore what an edit removed: a definition as it was, where it was.

What the edit added in its place stays, unless nothing uses that: then it came by mistake.
"""

from __future__ import annotations

import ast

from ....indexer import facts as f
from ....indexer.facts import FileFacts
from ....indexer.inference.inference import Inference
from ....indexer.symbols import containers
from ...source.text_edits import hunks
from ..api_diff.surface import definition_of
from ..edits import Change
from ..findings import Edit, Fix


def restore_definition(change: Change, path: str, key: str, new_name: str) -> list[Fix]:
    """Return fixes that add what had a dotted name again; ``new_name`` may stand in its place.

    Empty if the file was deleted, or if what was there is not a whole statement.
    """
    before, after = change.before.facts(path), change.after.facts(path)
    if before is None or after is None:
        return []
    lines = _lines_of(change.before, path, before, key)
    if lines is None:
        return []
    container, _, name = key.rpartition(".")
    edit = _add_beside(change, path, key, lines)
    found = [Fix(f"Restore '{name}'", [edit])] if edit is not None else []
    replacement = _revert(change, path, key, new_name, lines)
    if replacement is None:
        return found
    edit, has_text = replacement
    if not has_text:
        return [Fix(f"Restore '{name}'", [edit])]
    fix = Fix(f"Restore '{name}' in place of '{new_name}'", [edit])
    is_unused = _is_unused(change.after, path, after, f"{container}.{new_name}".lstrip("."))
    found.insert(0 if is_unused else 1, fix)
    return found


def restore_name(change: Change, key: str, new_name: str) -> list[Fix]:
    """Return the fix that undoes the renaming of a definition in all that the edit changed.

    Empty if the new name was in use before, so that its meaning is unknown.
    """
    name = key.rpartition(".")[2]
    edits: list[Edit] = []
    for where in sorted(change.paths):
        facts, old = change.after.facts(where), change.before.facts(where)
        if facts is None or facts.name_id(new_name) < 0:
            continue
        if old is not None and list(old.occurrences(new_name)):
            return []
        text = change.after.text(where)
        size = len(new_name.encode())
        for position in sorted({at for _, at, _ in facts.occurrences(new_name)}):
            if text[position : position + size] != new_name.encode():
                return []  # spelled in a string, or not at all
            edits.append(Edit(where, position, position + size, name))
    return [Fix(f"Rename it back to '{name}'", edits)] if edits else []


def _lines_of(
    inference: Inference, path: str, facts: FileFacts, key: str
) -> tuple[int, int] | None:
    """Return the first and last line, exclusive, of the definition or assignment of a name."""
    row = definition_of(facts, key)
    if row >= 0:
        start, end = facts.definition.start[row], facts.definition.end[row]
        return facts.line_of(start), facts.line_of(max(end - 1, start)) + 1
    return _assignment(inference, path, facts, key)


def _assignment(
    inference: Inference, path: str, facts: FileFacts, key: str
) -> tuple[int, int] | None:
    """Return the lines of the statement that binds a name of a module or class, and only it."""
    inside = containers(facts)
    container, _, name = key.rpartition(".")
    row = facts.name_id(name)
    lines = {
        facts.line_of(facts.binding.position[index]) + 1
        for index, bound in enumerate(facts.binding.name)
        if bound == row and inside[facts.binding.scope[index]] == container
        and facts.binding.kind[index] in (f.ASSIGN, f.DECLARE, f.TYPE_ALIAS)
    }  # fmt: skip
    if len(lines) != 1:
        return None
    (line,) = lines
    try:
        tree = ast.parse(inference.text(path))
    except (SyntaxError, ValueError, RecursionError):
        return None
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.lineno <= line:
            last = statement.end_lineno or statement.lineno
            single = not isinstance(statement, ast.Assign) or (
                len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name)
            )
            if line <= last and single:
                return statement.lineno - 1, last
    return None


def _add_beside(change: Change, path: str, key: str, lines: tuple[int, int]) -> Edit | None:
    """Return the edit that adds lines behind the definition before them, or before the next."""
    before, after = change.before.need(path), change.after.need(path)
    starts = before.line_starts
    start, end = starts[lines[0]], starts[lines[1]]
    text = change.before.text(path)[start:end].decode("utf-8", "replace").rstrip("\n")
    container = key.rpartition(".")[0]
    if container and definition_of(after, container) < 0:
        return None
    is_definition = definition_of(before, key) >= 0
    gap = ("\n\n" if container else "\n\n\n") if is_definition else "\n"
    inside = containers(before)
    table = before.definition
    siblings = [
        (row, f"{container}.{before.names[table.name[row]]}".lstrip("."))
        for row, scope in enumerate(table.scope)
        if inside[scope] == container
    ]
    earlier = [each for row, each in siblings if table.start[row] < start]
    for each in reversed(earlier if is_definition else []):
        found = definition_of(after, each) if each != key else -1
        if found >= 0:
            at = after.definition.end[found]
            return Edit(path, at, at, f"{gap}{text}")
    for each in [each for row, each in siblings if table.start[row] >= end]:
        found = definition_of(after, each) if each != key else -1
        if found >= 0:
            at = after.line_starts[after.line_of(after.definition.start[found])]
            return Edit(path, at, at, f"{text}{gap}")
    if container:
        at = after.definition.end[definition_of(after, container)]
    else:
        at = len(change.after.text(path).rstrip())
    return Edit(path, at, at, f"{gap}{text}" if at else f"{text}\n")


def _revert(
    change: Change, path: str, key: str, new_name: str, lines: tuple[int, int]
) -> tuple[Edit, bool] | None:
    """Return the edit that undoes the change which removed lines, and if that added any text.

    None if the change did more than remove the definition and add the one of the new name.
    """
    before, after = change.before.need(path), change.after.need(path)
    old_text, new_text = change.before.text(path), change.after.text(path)
    span = _changed_lines(old_text, new_text, lines)
    if span is None:
        return None
    old, new = before.line_starts, after.line_starts
    old_start, old_end = old[span[0]], old[min(span[1], len(old) - 1)]
    start, end = new[span[2]], new[min(span[3], len(new) - 1)]
    container = key.rpartition(".")[0]
    removed = _definitions(before, old_start, old_end)
    added = _definitions(after, start, end)
    if not all(_is_within(each, key) for each in removed) or (added and not new_name):
        return None
    if not all(_is_within(each, f"{container}.{new_name}".lstrip(".")) for each in added):
        return None
    has_text = bool(new_text[start:end].strip())
    if has_text and not added:
        return None  # the new text is no definition, and its purpose is unknown
    return Edit(path, start, end, old_text[old_start:old_end].decode("utf-8", "replace")), has_text


def _is_within(key: str, outer: str) -> bool:
    """True if a dotted name is another one, or that of something inside it."""
    return key == outer or key.startswith(f"{outer}.")


def _definitions(facts: FileFacts, start: int, end: int) -> list[str]:
    """Return the dotted names of the definitions that begin between two positions."""
    inside = containers(facts)
    table = facts.definition
    return [
        f"{inside[table.scope[row]]}.{facts.names[table.name[row]]}".lstrip(".")
        for row, at in enumerate(table.position)
        if start <= at < end
    ]


def _changed_lines(
    old: bytes, new: bytes, lines: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    """Return the range of all changes that touch some lines: in the old and in the new text."""
    touched = [
        (first, last, other, until)
        for first, last, other, until in hunks(old.split(b"\n"), new.split(b"\n"))
        if first < lines[1] and lines[0] <= max(last - 1, first)
    ]
    return (touched[0][0], touched[-1][1], touched[0][2], touched[-1][3]) if touched else None


def _is_unused(inference: Inference, path: str, facts: FileFacts, key: str) -> bool:
    """True if nothing but a definition itself contains its name."""
    name = key.rpartition(".")[2]
    if any(each != path for each in inference.files_with(name)):
        return False
    row = definition_of(facts, key)
    if row < 0:
        return False
    start, end = facts.definition.start[row], facts.definition.end[row]
    return all(start <= position < end for _, position, _ in facts.occurrences(name))

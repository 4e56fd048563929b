"""Giving back what an edit took away: a definition as it was, where it was.

What the edit put in its place stays, unless nothing uses that: then it came by mistake.
"""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.symbols import containers
from ..findings import Edit, Fix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.facts import FileFacts
    from ....indexer.inference.inference import Inference
    from ..edits import Change

# Lines of what changed that are compared with care; of more, only the ends are.
_COMPARED = 3_000


def definition_of(facts: FileFacts, key: str) -> int:
    """Row of the definition with a dotted name, or -1."""
    inside = containers(facts)
    container, _, name = key.rpartition(".")
    table = facts.definition
    for row, scope in enumerate(table.scope):
        if facts.names[table.name[row]] == name and inside[scope] == container:
            return row
    return -1


def restore_definition(change: Change, path: str, key: str, now: str) -> list[Fix]:
    """Fixes that give a file back what had a dotted name; ``now`` is what may stand in its place.

    Nothing when the file is gone, or when what was there is no whole statement.
    """
    before, after = change.before.facts(path), change.after.facts(path)
    if before is None or after is None:
        return []
    lines = _lines_of(change.before, path, before, key)
    if lines is None:
        return []
    name = key.rpartition(".")[2]
    beside = _beside(change, path, key, lines)
    found = [Fix(f"Put `{name}` back", [beside])] if beside is not None else []
    instead = _instead(change, path, key, now, lines)
    if instead is not None:
        edit, kept = instead
        if kept:
            fix = Fix(f"Put `{name}` back in the place of `{now}`", [edit])
            container = key.rpartition(".")[0]
            new = f"{container}.{now}".lstrip(".")
            found.insert(0 if _is_unused(change.after, path, after, new) else 1, fix)
        else:
            found = [Fix(f"Put `{name}` back", [edit])]
    return found


def restore_name(change: Change, key: str, now: str) -> list[Fix]:
    """The fix that gives a renamed definition its old name again, in all that the edit changed.

    Nothing when the new name was in use before, so that nobody can say what it means where.
    """
    old = key.rpartition(".")[2]
    edits: list[Edit] = []
    for where in sorted(change.paths):
        facts, known = change.after.facts(where), change.before.facts(where)
        if facts is None or facts.name_id(now) < 0:
            continue
        if known is not None and known.name_id(now) >= 0 and list(known.occurrences(now)):
            return []
        text = change.after.text(where)
        size = len(now.encode())
        for position in sorted({at for _, at, _ in facts.occurrences(now)}):
            if text[position : position + size] != now.encode():
                return []  # spelled in a string, or not at all
            edits.append(Edit(where, position, position + size, old))
    return [Fix(f"Call it `{old}` again", edits)] if edits else []


def _lines_of(
    inference: Inference, path: str, facts: FileFacts, key: str
) -> tuple[int, int] | None:
    """First and last line, exclusive, of the definition or assignment of a dotted name."""
    row = definition_of(facts, key)
    if row >= 0:
        start, end = facts.definition.start[row], facts.definition.end[row]
        return facts.line_of(start), facts.line_of(max(end - 1, start)) + 1
    return _assignment(inference, path, facts, key)


def _assignment(
    inference: Inference, path: str, facts: FileFacts, key: str
) -> tuple[int, int] | None:
    """Lines of the statement that binds a name at the top of a module or class, and only it."""
    import ast

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


def _beside(change: Change, path: str, key: str, lines: tuple[int, int]) -> Edit | None:
    """The edit that puts lines back behind what stood before them, or before what stood behind."""
    before, after = change.before.need(path), change.after.need(path)
    text = change.before.text(path)
    starts = before.line_starts
    written = text[starts[lines[0]] : starts[lines[1]]].decode("utf-8", "replace").rstrip("\n")
    container = key.rpartition(".")[0]
    if container and definition_of(after, container) < 0:
        return None
    inside = containers(before)
    table = before.definition
    siblings = [
        (row, f"{container}.{before.names[table.name[row]]}".lstrip("."))
        for row, scope in enumerate(table.scope)
        if inside[scope] == container
    ]
    gap = "\n\n" if container else "\n\n\n"
    is_definition = definition_of(before, key) >= 0
    if not is_definition:
        gap = "\n"
    earlier = [each for row, each in siblings if table.start[row] < starts[lines[0]]]
    for each in reversed(earlier if is_definition else []):
        found = definition_of(after, each) if each != key else -1
        if found >= 0:
            end = after.definition.end[found]
            return Edit(path, end, end, f"{gap}{written}")
    later = [each for row, each in siblings if table.start[row] >= starts[lines[1]]]
    for each in later:
        found = definition_of(after, each) if each != key else -1
        if found >= 0:
            line = after.line_of(after.definition.start[found])
            at = after.line_starts[line]
            return Edit(path, at, at, f"{written}{gap}")
    if container:
        end = after.definition.end[definition_of(after, container)]
    else:
        end = len(change.after.text(path).rstrip())
    return Edit(path, end, end, f"{gap}{written}" if end else f"{written}\n")


def _instead(
    change: Change, path: str, key: str, now: str, lines: tuple[int, int]
) -> tuple[Edit, bool] | None:
    """The edit that undoes the change that took lines away, and whether that had anything new.

    None when it did more than take away what is asked for and put ``now`` there.
    """
    before, after = change.before.need(path), change.after.need(path)
    span = _changed_around(change.before.text(path), change.after.text(path), lines)
    if span is None:
        return None
    first, last, start, end = span
    old, new = before.line_starts, after.line_starts
    put = change.before.text(path)[old[first] : old[min(last, len(old) - 1)]]
    at, until = new[start], new[min(end, len(new) - 1)]
    gone = [key, *(_definitions(before, old[first], old[min(last, len(old) - 1)]))]
    come = _definitions(after, at, until)
    container = key.rpartition(".")[0]
    wanted = f"{container}.{now}".lstrip(".")
    own = f"{key}."
    if any(each != key and not each.startswith(own) for each in gone):
        return None
    if any(now and each != wanted and not each.startswith(f"{wanted}.") for each in come):
        return None
    if come and not now:
        return None
    kept = bool(change.after.text(path)[at:until].strip())
    if kept and not come:
        return None  # what came is no definition, and nobody knows what for
    return Edit(path, at, until, put.decode("utf-8", "replace")), kept


def _definitions(facts: FileFacts, start: int, end: int) -> list[str]:
    """Dotted names of the definitions that begin between two positions."""
    inside = containers(facts)
    table = facts.definition
    return [
        f"{inside[table.scope[row]]}.{facts.names[table.name[row]]}".lstrip(".")
        for row, at in enumerate(table.position)
        if start <= at < end
    ]


def _changed_around(
    old: bytes, new: bytes, lines: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    """The changes that touch some lines of a text as one: lines of the old and of the new text."""
    from difflib import SequenceMatcher

    a, b = old.split(b"\n"), new.split(b"\n")
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    behind = 0
    while behind < min(len(a), len(b)) - start and a[-1 - behind] == b[-1 - behind]:
        behind += 1
    inner, outer = a[start : len(a) - behind], b[start : len(b) - behind]
    if len(inner) + len(outer) > _COMPARED:
        codes = [("replace", 0, len(inner), 0, len(outer))]
    else:
        codes = SequenceMatcher(None, inner, outer, autojunk=False).get_opcodes()
    touched = [
        (start + first, start + last, start + other, start + until)
        for tag, first, last, other, until in codes
        if tag != "equal" and start + first < lines[1] and lines[0] <= start + max(last - 1, first)
    ]
    if not touched:
        return None
    return touched[0][0], touched[-1][1], touched[0][2], touched[-1][3]


def _is_unused(inference: Inference, path: str, facts: FileFacts, key: str) -> bool:
    """Whether nothing but a definition itself speaks of its name."""
    name = key.rpartition(".")[2]
    if any(each != path for each in inference.files_with(name)):
        return False
    row = definition_of(facts, key)
    if row < 0:
        return False
    start, end = facts.definition.start[row], facts.definition.end[row]
    return all(start <= position < end for _, position, _ in facts.occurrences(name))

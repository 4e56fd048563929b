"""Fixes for wrong names: the name replaced, the name of a module, an import added."""

from __future__ import annotations

import re
from collections import Counter

from ....indexer import facts as f
from ....indexer.inference.entities import MODULE, OUTSIDE, Entity, name_of
from ....indexer.inference.has_member import ABSENT, PRESENT, module_has_member
from ....indexer.inference.inference import Inference
from ....indexer.inference.modules import ABSENT as NO_MODULE
from ....indexer.inference.modules import find_module, imported_module, module_presence
from ....indexer.inference.names import module_member
from ...source.entity_views import enclosing
from ...source.import_edits import import_edit
from ..api_diff.surface import counterpart
from ..findings import Edit, Finding, Fix
from ..suggestions import closest, similarity
from .replacements import Replacements

_LIMIT = 4
# Up to so many names that an edit removed are all worth trying.
_FEW = 3
# From here on two names are close enough for a replacement to be safe.
_CLOSE = 0.6
_READS = (f.READ, f.CALLED, f.INHERITED, f.ANNOTATED, f.DECORATES)
_ALIAS = re.compile(rb"\s+as\s+(\w+)")


def name_fixes(finding: Finding, after: Inference, before: Inference | None) -> list[Fix]:
    """Return fixes for a name that nothing defines: other names, and imports.

    First come names that the same definition had before the edit, then the most similar ones.
    """
    if finding.fixes:
        return finding.fixes
    wrong = after.text(finding.path)[finding.start : finding.end].decode("utf-8", "replace")
    is_imported = finding.rule == "unresolved-name"
    removed = _removed_names(finding, after, before)
    near = [name_of(after, entity) for entity in finding.nearest]
    names = [name for name in near if name in removed]
    if len(removed) <= _FEW:
        names += sorted(removed - set(names), key=lambda name: -similarity(wrong, name))
    else:
        names += closest(wrong, removed - set(names), most=2)
    names += [name for name in near if name not in names]
    names = Replacements(after, finding).right(name for name in names if name != wrong)
    uses = _uses(finding, after, wrong) if is_imported else []
    alias, alias_end = _alias(finding, after) if is_imported else ("", 0)
    if alias in near and alias in names:
        names = [alias, *(name for name in names if name != alias)]
    fixes: list[Fix] = []
    if finding.rule == "undefined-name":
        fixes += missing_import_fixes(finding, after, before, wrong)
    for name in names[:_LIMIT]:
        end = finding.end
        if name == alias and not _is_reexported(finding, before, alias):
            end = alias_end  # without `import right as right`
        edits = [Edit(finding.path, finding.start, end, name)]
        edits += [Edit(finding.path, at, at + len(wrong.encode()), name) for at in uses]
        safe = name in removed and name in near and similarity(wrong, name) > _CLOSE
        fixes.append(Fix(f"Replace '{wrong}' with '{name}'", edits, safe=safe))
    if is_imported:
        fixes[1:1] = other_module_fixes(finding, after, wrong)
    return fixes[: _LIMIT + 1]


def module_fixes(finding: Finding, after: Inference, before: Inference | None) -> list[Fix]:
    """Return fixes that name another module: one that was imported before, or a similar one."""
    if finding.fixes:
        return finding.fixes
    wrong = after.text(finding.path)[finding.start : finding.end].decode("utf-8", "replace")
    package, dot, _ = wrong.rpartition(".")
    facts = before.facts(finding.path) if before is not None else None
    now = after.need(finding.path)
    imported = Counter(now.names[row] for row in now.imports.module)
    modules: list[str] = []
    if facts is not None:
        # Those that are imported less often than before.
        removed = Counter(facts.names[row] for row in facts.imports.module) - imported
        modules = sorted(removed, key=lambda each: -similarity(wrong, each))[:2]
    siblings = [f"{package}{dot}{name_of(after, entity)}" for entity in finding.nearest]
    modules += [each for each in siblings if each not in modules]
    names = [
        now.names[name]
        for module, name in zip(now.imports.module, now.imports.name, strict=True)
        if now.names[module] == wrong and name >= 0
    ]
    modules = [each for each in modules if _is_right(after, finding.path, each, names)]
    return [
        Fix(
            f"Import from '{module}'",
            [Edit(finding.path, finding.start, finding.end, module)],
            safe=index == 0 and facts is not None and module not in imported and len(modules) == 1,
        )
        for index, module in enumerate(modules[:_LIMIT])
    ]


def _is_right(after: Inference, path: str, module: str, names: list[str]) -> bool:
    """True unless a module is known to be missing, or to lack a name that is imported from it."""
    strict = after.strict()
    found = imported_module(strict, path, module)
    if found.kind == OUTSIDE:
        return module_presence(strict, module, path) != NO_MODULE
    return all(module_has_member(strict, found, name) != ABSENT for name in names)


def _alias(finding: Finding, after: Inference) -> tuple[str, int]:
    """Return the alias that an import gives to the wrong name, and its end."""
    found = _ALIAS.match(after.text(finding.path), finding.end)
    return (found[1].decode("utf-8", "replace"), found.end()) if found else ("", 0)


def _is_reexported(finding: Finding, before: Inference | None, name: str) -> bool:
    """True if a file imported a name as itself before, which exports it to others."""
    if before is None or not before.exists(finding.path):
        return False
    word = re.escape(name.encode())
    return bool(re.search(rb"\b%b\s+as\s+%b\b" % (word, word), before.text(finding.path)))


def _uses(finding: Finding, after: Inference, name: str) -> list[int]:
    """Return where a file reads a name that it imports without giving it another one."""
    if after.text(finding.path)[finding.end : finding.end + 4].strip() == b"as":
        return []
    return [
        position
        for role, position, _ in after.need(finding.path).occurrences(name)
        if position != finding.start
        and not role & f.ATTRIBUTE_ROLE
        and role & f.ROLE_MASK in _READS
    ]


def _removed_names(finding: Finding, after: Inference, before: Inference | None) -> set[str]:
    """Return names that the definition around a finding had more often before the edit."""
    path = finding.path
    if before is None or not before.exists(path) or before.facts(path) is None:
        return set()
    now = enclosing(after, path, finding.start)
    old = counterpart(after, now, before) if now is not None else None
    if now is not None and old is None:
        return set()
    removed = set(count_names(before, path, old) - count_names(after, path, now))
    if finding.rule != "unresolved-attribute":
        return removed
    # What was no attribute was never a member of anything.
    facts = before.need(path)
    return {
        name
        for name in removed
        if any(role & f.ATTRIBUTE_ROLE for role, _, _ in facts.occurrences(name))
    }


def count_names(inference: Inference, path: str, entity: Entity | None) -> Counter[str]:
    """Count the names in a definition; those outside of all definitions for None."""
    facts = inference.need(path)
    table = facts.definition
    spans = [
        (start, table.end[row])
        for row, start in enumerate(table.start)
        if (row == entity.row if entity is not None else table.scope[row] == 0)
    ]
    found: Counter[str] = Counter()
    for name in facts.names:
        for _, position, _ in facts.occurrences(name):
            inside = any(start <= position < end for start, end in spans)
            found[name] += inside == (entity is not None)
    return found


_MOST_IMPORTS = 2
# Modules of the standard library whose names are used as if they were built in.
_COMMON_MODULES = (
    "collections.abc", "typing", "dataclasses", "pathlib", "functools", "datetime", "collections",
    "contextlib", "enum", "abc", "itertools", "decimal", "unittest.mock",
)  # fmt: skip


def missing_import_fixes(
    finding: Finding, after: Inference, before: Inference | None, name: str
) -> list[Fix]:
    """Return fixes that import an undefined name: as before the edit, else from where it is.

    None where an import misspells the name: then that is to be mended.
    """
    if _is_import_misspelled(after.strict(), finding.path, name):
        return []
    removed = _removed_import(finding, after, before, name)
    found = _from_workspace(finding, after, name) or _from_stdlib(finding, after, name)
    titles = {each.title for each in removed}
    return [*removed, *(each for each in found if each.title not in titles)]


def _is_import_misspelled(inference: Inference, path: str, name: str) -> bool:
    """True if a file imports a similar name that the module does not have, and has this one."""
    facts = inference.need(path)
    for row, imported in enumerate(facts.imports.name):
        spelled = facts.names[imported] if imported >= 0 else ""
        if similarity(spelled, name) > _CLOSE and spelled != name:
            module = imported_module(inference, path, facts.names[facts.imports.module[row]])
            if (
                module_has_member(inference, module, spelled) == ABSENT
                and module_has_member(inference, module, name) == PRESENT
            ):
                return True
    return False


def other_module_fixes(finding: Finding, after: Inference, name: str) -> list[Fix]:
    """Return fixes that import a name from the module that has it.

    Only where the statement imports nothing else.
    """
    facts = after.need(finding.path)
    table = facts.imports
    rows = [
        row
        for row, position in enumerate(table.bound_position)
        if position <= finding.end and finding.start <= position + 200
        and table.name[row] >= 0 and facts.names[table.name[row]] == name
    ]  # fmt: skip
    if not rows:
        return []
    module_now = facts.names[table.module[rows[0]]]
    start = after.text(finding.path).rfind(module_now.encode(), 0, finding.start)
    statement = table.position[rows[0]]
    if start < 0 or sum(position == statement for position in table.position) != 1:
        return []
    fixes: list[Fix] = []
    for entity in finding.nearest:
        module = after.snapshot.index.module_name(entity.path) if entity.kind != OUTSIDE else None
        if module and name_of(after, entity) == name:
            edit = Edit(finding.path, start, start + len(module_now.encode()), module)
            fixes.append(Fix(f"Import '{name}' from '{module}'", [edit]))
    return fixes[:_MOST_IMPORTS]


def _removed_import(
    finding: Finding, after: Inference, before: Inference | None, name: str
) -> list[Fix]:
    """Return the fix that adds the import of a name which the edit removed."""
    facts = before.facts(finding.path) if before is not None else None
    row = facts.name_id(name) if facts is not None else -1
    if facts is None or row < 0:
        return []
    table = facts.imports
    for index, bound in enumerate(table.bound):
        if bound == row and table.scope[index] == 0:
            imported = table.name[index]
            alias = name if table.flags[index] & f.ALIASED else ""
            module = facts.names[table.module[index]]
            name = facts.names[imported] if imported >= 0 else ""
            return _import_fixes(finding, after, module, name, alias, safe=True)
    return []


def _from_workspace(finding: Finding, after: Inference, name: str) -> list[Fix]:
    """Return fixes that import what other modules of the workspace call so."""
    fixes: list[Fix] = []
    for entity in finding.nearest:
        if entity.path == finding.path or entity.kind == OUTSIDE or name_of(after, entity) != name:
            continue
        module = after.snapshot.index.module_name(entity.path)
        if module and Replacements(after, finding).is_right(entity):
            fixes += _import_fixes(finding, after, module, "" if entity.kind == MODULE else name)
    return fixes[:_MOST_IMPORTS]


def _from_stdlib(finding: Finding, after: Inference, name: str) -> list[Fix]:
    """Return fixes that import a module of the standard library, or a name from a common one."""
    if name.startswith("_"):
        return []  # private, or of the stub alone
    search_path = after.snapshot.index.search_path
    where = search_path.find(name)
    if where is not None and search_path.layer(where) == "stdlib" and name.islower():
        return _import_fixes(finding, after, name, safe=True)
    fixes: list[Fix] = []
    for module in _COMMON_MODULES:
        found = find_module(after, module)
        if found is None or found.kind != MODULE:
            continue
        items = module_member(after, found.path, name)
        if items and module == "collections.abc":  # those of typing are deprecated
            return _import_fixes(finding, after, module, name, safe=True)
        if any(item.entity.path == found.path for item in items):
            fixes += _import_fixes(finding, after, module, name)
    if len(fixes) == 1:
        fixes[0].safe = True  # the name can mean nothing else
    return fixes[:_MOST_IMPORTS]


def _import_fixes(
    finding: Finding,
    after: Inference,
    module: str,
    name: str = "",
    alias: str = "",
    *,
    safe: bool = False,
) -> list[Fix]:
    """Return the fix that adds an import; empty if the file has it already."""
    edits = import_edit(after, finding.path, module, name)
    if not edits:
        return []
    statement = f"from {module} import {name}" if name else f"import {module}"
    if alias and alias != name:
        edits = [
            Edit(each.path, each.start, each.end, _with_alias(each.text, name or module, alias))
            for each in edits
        ]
        statement += f" as {alias}"
    return [Fix(f"Add '{statement}'", edits, safe=safe)]


def _with_alias(text: str, name: str, alias: str) -> str:
    head, found, tail = text.rpartition(name)
    return f"{head}{name} as {alias}{tail}" if found else text
